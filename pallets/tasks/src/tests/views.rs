use super::builders::*;
use crate::mock::*;
use frame_support::assert_ok;
use nocknock_primitives::phase::Phase;

#[test]
fn phase_and_deadline_follow_the_task() {
    build_and_execute(|| {
        let id = create(spec());
        assert_eq!(Tasks::phase(id), Some((Phase::Open, Some(11))));
        commit(id, &[bob()]);
        go_to(11);
        assert_eq!(Tasks::phase(id), Some((Phase::Reveal, Some(21))));
        reveal_all(id);
        assert_eq!(Tasks::phase(id), Some((Phase::Prove, Some(21))));
        submit(id, &bob(), 25);
        assert_eq!(Tasks::phase(id), Some((Phase::Settle, None)));
        settle(id);
        assert_eq!(
            Tasks::phase(id),
            Some((Phase::Deliver { rank: 0 }, Some(21)))
        );
        go_to(21);
        assert_eq!(Tasks::phase(id), Some((Phase::Done, None)));
        assert_eq!(Tasks::phase(id + 1), None);
    });
}

#[test]
fn pages_of_tasks_are_bounded_and_complete() {
    build_and_execute(|| {
        let ids: Vec<_> = (0..5).map(|_| create(spec())).collect();
        let numbers = |start, limit| -> Vec<u64> {
            Tasks::tasks(start, limit)
                .into_iter()
                .map(|(id, _)| id)
                .collect()
        };
        assert_eq!(numbers(0, 3), ids[..3]);
        assert_eq!(numbers(3, 64), ids[3..]);
        assert_eq!(numbers(9, 64), Vec::<u64>::new());
        assert_eq!(numbers(0, u32::MAX).len(), 5);
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
        let mut workers: Vec<_> = first
            .into_iter()
            .chain(second)
            .map(|(who, _)| who)
            .collect();
        workers.sort();
        assert_eq!(workers, vec![bob(), dave(), eve()]);
    });
}

#[test]
fn a_task_can_be_read_in_full() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        assert_eq!(Tasks::roots(id), roots());
        assert_eq!(Tasks::ranking(id)[0].worker, bob());
        assert_eq!(
            Tasks::commitment(id, bob()).unwrap().model,
            model_of(&bob())
        );
        deliver(id, &bob());
        assert!(Tasks::delivery(id, bob()).unwrap().key.is_none());
        let id = create(spec());
        commit(id, &[bob()]);
        end_commits(id);
        assert_ok!(Tasks::do_reveal_block(&alice(), id, 0, revealed(0)));
        assert_eq!(Tasks::revealed_block(id, 0), Some(revealed(0)));
        assert_eq!(Tasks::revealed_block(id, 1), None);
    });
}
