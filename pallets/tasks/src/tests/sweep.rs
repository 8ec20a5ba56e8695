use super::builders::*;
use crate::{mock::*, Chunks, Commitments, SweepCursor, Tasks as StoredTasks, WeightInfo};
use frame_support::{
    assert_ok,
    traits::Hooks,
    weights::{Weight, WeightMeter},
};
use nocknock_primitives::{limits::MAX_ROUNDS, phase::Phase, task::Outcome};

/// Nobody has anything on hold, and nothing is stored.
fn assert_everything_is_over() {
    assert_eq!(StoredTasks::<Test>::iter().count(), 0);
    assert_eq!(Chunks::<Test>::iter_keys().count(), 0);
    for who in [alice(), bob(), dave(), eve()] {
        assert_eq!(held(&who), 0, "{who:?}");
    }
}

#[test]
fn a_drawn_task_is_drawn_without_anybodys_call() {
    build_and_execute(|| {
        let id = create(drawn_spec());
        sweep_to(2 * EPOCH + 1);
        assert_eq!(phase(id), Phase::Drawn);
    });
}

#[test]
fn abandoned_tasks_of_every_phase_disappear_and_free_all_money() {
    build_and_execute(|| {
        create(drawn_spec());
        let drawn = create(drawn_spec());
        create(spec());
        let committed = create(spec());
        commit(committed, &[bob(), dave()]);
        claim(claiming(spec(), &[bob(), dave()]), &dave(), 25);
        let proving = proving(spec(), &[bob(), dave(), eve()]);
        submit(proving, &bob(), 25);
        let ranked = settled(spec(), &[(bob(), 25), (dave(), 24), (eve(), 23)]);
        let delivering = settled(spec(), &[(bob(), 25), (dave(), 24)]);
        upload(delivering, &bob());
        assert_ok!(Tasks::do_draw_split(drawn));
        assert!(task(ranked).open_commitments == 3);
        sweep_to(300);
        assert_everything_is_over();
    });
}

#[test]
fn a_paid_task_disappears_after_its_retention() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25), (dave(), 24)]);
        deliver(id, &bob());
        sweep_to(System::block_number() + 15);
        assert!(Tasks::task(id).is_some());
        sweep_to(System::block_number() + 15);
        assert_everything_is_over();
    });
}

#[test]
fn a_sweep_visits_a_bounded_number_of_tasks_and_comes_to_all() {
    build_and_execute(|| {
        let ids: Vec<_> = (0..7).map(|_| create(drawn_spec())).collect();
        go_to(51);
        let settled = || ids.iter().filter(|id| task(**id).settlement.is_some()).count();
        for swept in [2, 4, 6, 7] {
            <Tasks as Hooks<u64>>::on_idle(51, Weight::MAX);
            assert_eq!(settled(), swept);
        }
    });
}

#[test]
fn a_sweep_without_weight_does_nothing() {
    build_and_execute(|| {
        create(drawn_spec());
        go_to(51);
        let used = <Tasks as Hooks<u64>>::on_idle(51, Weight::from_parts(1000, 0));
        assert_eq!(used, Weight::zero());
        assert_eq!(SweepCursor::<Test>::get(), None);
        let mut meter = WeightMeter::with_limit(Weight::MAX);
        Tasks::sweep(&mut meter);
        assert!(meter.consumed().any_gt(<() as WeightInfo>::settle()));
    });
}

#[test]
fn a_thousand_commitments_and_ten_thousand_workers_leave_the_hooks_as_they_are() {
    build_and_execute(|| {
        let mandatory = |block| <Tasks as Hooks<u64>>::on_initialize(block);
        let before = mandatory(1);
        let id = open_curriculum();
        let crowd = crowd(10_000);
        book(|book| book.workers.clone_from(&crowd));
        let model = parcel(id, &bob());
        for worker in &crowd[..1_000] {
            assert_ok!(try_commit(id, worker, &model));
        }
        assert_eq!(task(id).committed, 1_000);
        assert_eq!(mandatory(2), before);
        let idle = <Tasks as Hooks<u64>>::on_idle(2, Weight::MAX);
        let empty = new_test_ext().execute_with(|| {
            create(spec());
            create(spec());
            <Tasks as Hooks<u64>>::on_idle(2, Weight::MAX)
        });
        assert_eq!(idle, empty);
        book(|book| {
            book.open = vec![(id, 0)];
        });
        end_commits(id);
        go_to(System::block_number() + PERIOD);
        settle(id);
        // 16 in each of two visits to the only task.
        sweep_to(System::block_number() + 32);
        assert_eq!(Commitments::<Test>::iter_prefix(id).count(), 0);
    });
}

/// A task in which many are committed, and only Bob and Dave have claimed something.
fn with_silent_crowd(count: u32) -> u64 {
    let id = open_curriculum();
    let crowd = crowd(count);
    book(|book| book.workers.extend(crowd.iter().cloned()));
    let model = parcel(id, &bob());
    for worker in &crowd {
        assert_ok!(try_commit(id, worker, &model));
    }
    bring_to_claims(id, &[bob(), dave()]);
    claim_all(id, &[(bob(), 25), (dave(), 24)]);
    end_claims(id);
    id
}

/// Who says nothing costs nobody anything, and the task goes on meanwhile.
#[test]
fn silent_commitments_are_closed_while_others_prove() {
    build_and_execute(|| {
        let id = with_silent_crowd(150);
        sweep_to(System::block_number() + 9);
        assert_eq!(phase(id), Phase::Prove, "the sweep has asked");
        let left = task(id).open_commitments;
        assert!(left < 60, "{left} of 152 are left");
        submit(id, &bob(), 25);
        submit(id, &dave(), 24);
        settle(id);
        deliver(id, &bob());
        sweep_to(System::block_number() + 10);
        assert_eq!(Commitments::<Test>::iter_prefix(id).count(), 0);
        assert!(book(|book| book.abandoned.is_empty()));
    });
}

/// Liars are worked off, round after round, and the task ends, though nobody but the sweep does
/// anything.
#[test]
fn a_task_full_of_liars_ends_without_anybodys_call() {
    build_and_execute(|| {
        let crowd = crowd(300);
        book(|book| book.workers.clone_from(&crowd));
        let id = claiming_curriculum(&crowd);
        crowd.iter().for_each(|worker| claim(id, worker, 29));
        let began = System::block_number();
        sweep_to(began + u64::from(MAX_ROUNDS) * (PERIOD + 1));
        assert_eq!(end_of(id).outcome, Outcome::NoWinner);
        sweep_to(System::block_number() + 40);
        assert!(Tasks::task(id).is_none());
        assert_eq!(book(|book| book.abandoned.len()), 254);
    });
}
