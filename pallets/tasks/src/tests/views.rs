use super::builders::*;
use crate::{mock::*, NextTask};
use frame_support::{assert_ok, BoundedVec};
use nocknock_primitives::{
    claim::ClaimKey,
    ids::{BlockRoot, TaskId},
    model::{field, Fr},
    phase::Phase,
};

#[test]
fn phase_and_deadline_follow_the_task() {
    build_and_execute(|| {
        let id = create(spec());
        assert_eq!(Tasks::phase(id), Some((Phase::Open, Some(11))));
        commit(id, &[bob(), dave()]);
        go_to(11);
        assert_eq!(Tasks::phase(id), Some((Phase::Reveal, Some(21))));
        reveal_all(id);
        assert_eq!(Tasks::phase(id), Some((Phase::Claim, Some(21))));
        claim(id, &bob(), 25);
        assert_ok!(try_withdraw(id, &dave()));
        go_to(14);
        assert_eq!(Tasks::phase(id), Some((Phase::Ask, None)));
        ask(id);
        assert_eq!(Tasks::phase(id), Some((Phase::Prove, Some(24))));
        submit(id, &bob(), 25);
        assert_eq!(Tasks::phase(id), Some((Phase::Settle, None)));
        settle(id);
        assert_eq!(Tasks::phase(id), Some((Phase::Deliver { rank: 0 }, Some(24))));
        go_to(24);
        assert_eq!(Tasks::phase(id), Some((Phase::Done, None)));
        assert_eq!(Tasks::phase(id + 1), None);
    });
}

#[test]
fn pages_of_tasks_are_bounded_and_complete() {
    build_and_execute(|| {
        let ids: Vec<_> = (0..5).map(|_| create(spec())).collect();
        let numbers = |start, limit| -> Vec<u64> {
            let (page, _) = Tasks::tasks(start, limit);
            page.into_iter().map(|(id, _)| id).collect()
        };
        assert_eq!(numbers(0, 3), ids[..3]);
        assert_eq!(numbers(3, 64), ids[3..]);
        assert_eq!(numbers(9, 64), Vec::<u64>::new());
        assert_eq!(numbers(0, u32::MAX).len(), 5);
    });
}

/// All tasks by pages, and how many pages that took.
fn walk() -> (Vec<u64>, u32) {
    let (mut ids, mut pages, mut next) = (Vec::new(), 0, Some(0));
    while let Some(start) = next {
        let (page, after) = Tasks::tasks(start, 64);
        ids.extend(page.into_iter().map(|(id, _)| id));
        (pages, next) = (pages + 1, after);
    }
    (ids, pages)
}

#[test]
fn pages_pass_over_removed_tasks_and_go_on() {
    build_and_execute(|| {
        let ids: Vec<_> = (0..70).map(|_| create(spec())).collect();
        assert_ok!(Tasks::do_cancel_task(&alice(), 3));
        go_to(30);
        assert_ok!(Tasks::do_remove_task(3));
        let (page, next) = Tasks::tasks(0, 64);
        assert_eq!((page.len(), next), (64, Some(65)));
        let left: Vec<_> = ids.into_iter().filter(|id| *id != 3).collect();
        assert_eq!(walk(), (left, 2));
    });
}

#[test]
fn a_long_gap_takes_several_pages_of_bounded_work() {
    build_and_execute(|| {
        let first = create(spec());
        NextTask::<Test>::put(5_000);
        let last = create(spec());
        assert_eq!(Tasks::tasks(first, 64).1, Some(1_024));
        assert_eq!(walk(), (vec![first, last], 5));
        assert_eq!(Tasks::tasks(last + 1, 64), (vec![], None));
        assert_eq!(Tasks::tasks(u64::MAX, 64), (vec![], None));
    });
}

/// A task of this many blocks, and their roots, of which no two are equal.
fn task_of(blocks: u32) -> (TaskId, Vec<BlockRoot>) {
    let root = |number: u32| BlockRoot(field::to_bytes(&Fr::from(number)));
    let roots: Vec<_> = (0..blocks).map(root).collect();
    let mut spec = spec();
    spec.roots = BoundedVec::truncate_from(roots.clone());
    spec.terms.bond = 1_000;
    (create(spec), roots)
}

#[test]
fn pages_of_roots_are_bounded_and_hold_each_once_in_order() {
    build_and_execute(|| {
        let (id, all) = task_of(130);
        assert_eq!(Tasks::roots(id, 0, u32::MAX), all[..64]);
        assert_eq!(Tasks::roots(id, 64, 64), all[64..128]);
        assert_eq!(Tasks::roots(id, 128, 64), all[128..]);
        let by_fifty: Vec<_> =
            [0, 50, 100].into_iter().flat_map(|start| Tasks::roots(id, start, 50)).collect();
        assert_eq!(by_fifty, all);
    });
}

#[test]
fn pages_of_no_roots_are_empty() {
    build_and_execute(|| {
        let (id, _) = task_of(130);
        assert!(Tasks::roots(id, 0, 0).is_empty());
        assert!(Tasks::roots(id, 130, 64).is_empty());
        assert!(Tasks::roots(id, u32::MAX, u32::MAX).is_empty());
        assert!(Tasks::roots(id + 1, 0, 64).is_empty());
    });
}

#[test]
fn pages_of_commitments_cover_each_once() {
    build_and_execute(|| {
        let id = create(spec());
        commit(id, &[bob(), dave(), eve()]);
        let first = Tasks::commitments(id, None, 2);
        let after = first.last().map(|(worker, _)| worker.clone());
        let second = Tasks::commitments(id, after, 2);
        assert_eq!((first.len(), second.len()), (2, 1));
        let mut workers: Vec<_> = first.into_iter().chain(second).map(|(who, _)| who).collect();
        workers.sort();
        assert_eq!(workers, vec![bob(), dave(), eve()]);
    });
}

#[test]
fn a_task_can_be_read_in_full() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        assert_eq!(Tasks::roots(id, 0, 64), roots_of(&tiny()));
        assert_eq!(Tasks::ranking(id)[0].worker, bob());
        assert_eq!(Tasks::commitment(id, bob()).unwrap().model, model_of(id, &bob()));
        assert_eq!((Tasks::delivery(id, bob()), Tasks::chunk(id, bob(), 0)), (None, None));
        upload(id, &bob());
        assert_eq!(Tasks::delivery(id, bob()).unwrap().sealed, None);
        assert_eq!(Tasks::chunk(id, bob(), 0).as_ref(), parcel(id, &bob()).chunks.first());
        assert_eq!((Tasks::chunk(id, bob(), 1), Tasks::chunk(id, dave(), 0)), (None, None));
        deliver(id, &bob());
        let (key, _) = sealed_key(id, &bob());
        assert_eq!(Tasks::delivery(id, bob()).unwrap().sealed.map(|sealed| sealed.key), Some(key));
        let id = create(spec());
        commit(id, &[bob()]);
        end_commits(id);
        assert_ok!(Tasks::do_reveal_block(&alice(), id, 0, revealed(0)));
        assert_eq!(Tasks::revealed_block(id, 0), Some(revealed(0)));
        assert_eq!(Tasks::revealed_block(id, 1), None);
    });
}

#[test]
fn claims_that_wait_are_listed_best_first_over_both_classes() {
    build_and_execute(|| {
        let crowd = crowd(70);
        book(|book| {
            book.workers.extend(crowd.iter().cloned());
            book.known = crowd.iter().step_by(2).cloned().collect();
        });
        let id = claiming_curriculum(&[crowd.clone(), vec![bob()]].concat());
        let claims: Vec<_> = (0u32..).zip(&crowd).collect();
        for (number, worker) in &claims {
            assert_ok!(try_claim(id, worker, 41 + *number % 19));
        }
        let mut expected: Vec<_> = claims
            .iter()
            .map(|(number, worker)| ((*worker).clone(), ClaimKey::new(41 + number % 19, *number)))
            .collect();
        expected.sort_by_key(|(_, key)| key.to_bytes());
        assert_eq!(Tasks::claims(id, 5), expected[..5]);
        assert_eq!(Tasks::claims(id, u32::MAX), expected[..64]);
        assert_eq!(Tasks::claims(id, 0), vec![]);
        assert_eq!(Tasks::claims(id + 1, 5), vec![]);
        assert_eq!(Tasks::asked(id), vec![]);
        end_claims(id);
        ask(id);
        assert_eq!(Tasks::asked(id).len(), 2);
        assert_eq!(Tasks::claims(id, 64).len(), 64);
        assert!(Tasks::claims(id, 64).iter().all(|(worker, _)| !Tasks::asked(id).contains(worker)));
    });
}
