use super::builders::*;
use crate::{mock::*, Chunks, Commitments, SweepCursor, Tasks as StoredTasks, WeightInfo};
use frame_support::{
    assert_ok,
    traits::Hooks,
    weights::{Weight, WeightMeter},
};
use nocknock_primitives::phase::Phase;

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
        let proving = proving(spec(), &[bob(), eve()]);
        submit(proving, &bob(), 25);
        let ranked = settled(spec(), &[(bob(), 25), (dave(), 24), (eve(), 23)]);
        let delivering = settled(spec(), &[(bob(), 25), (dave(), 24)]);
        upload(delivering, &bob());
        go_to(49);
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
        let id = create_curriculum();
        let worker = |number: u32| {
            let mut bytes = [0; 32];
            bytes[..4].copy_from_slice(&number.to_le_bytes());
            bytes[31] = 7;
            AccountId::new(bytes)
        };
        book(|book| book.workers = (0..10_000).map(worker).collect());
        let model = parcel(id, &bob());
        for number in 0..1_000 {
            assert_ok!(try_commit(id, &worker(number), &model));
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
            book.open = vec![id];
        });
        end_commits(id);
        go_to(21);
        settle(id);
        sweep_to(600);
        assert_eq!(Commitments::<Test>::iter_prefix(id).count(), 0);
    });
}
