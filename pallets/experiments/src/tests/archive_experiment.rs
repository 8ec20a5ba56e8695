use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{experiment::Description, traits::TaskExperiments};

fn archived() -> u32 {
    let id = created(ALICE);
    assert_ok!(Experiments::archive_experiment(by(ALICE), id));
    id
}

#[test]
fn the_name_stays_and_only_its_deposit() {
    build_and_execute(|| {
        let id = archived();
        let deposit = BASE + 6 * BYTE;
        assert_last(Event::ExperimentArchived { experiment: id, deposit });
        assert_eq!(Experiments::held(&ALICE), deposit);
        assert_eq!(Balances::free_balance(ALICE), ENDOWMENT - deposit);
        let left = experiment(id);
        assert!(left.archived);
        let name_only = Description { name: about_digits().name, ..Description::default() };
        assert_eq!(left.description, name_only);
    });
}

#[test]
fn an_archived_experiment_takes_no_tasks() {
    build_and_execute(|| {
        let id = archived();
        assert_noop!(Experiments::ensure_active(id), Error::<Test>::Archived);
        assert_noop!(Experiments::ensure_may_sponsor(id, &ALICE), Error::<Test>::Archived);
    });
}

#[test]
fn running_tasks_of_an_archived_experiment_still_report() {
    build_and_execute(|| {
        let id = archived();
        Experiments::record_score(id, entry(WORKER, 1, 60));
        assert_eq!(registered(id, 60), 1);
        assert_eq!(Experiments::leaderboard(id, 0, 64).len(), 1);
        assert!(Experiments::champion(id).is_some());
        assert!(experiment(id).archived);
    });
}

#[test]
fn archiving_is_final_and_for_the_owner() {
    build_and_execute(|| {
        let other = created(ALICE);
        assert_noop!(Experiments::archive_experiment(by(BOB), other), Error::<Test>::NotOwner);
        let id = archived();
        let calls = [
            Experiments::archive_experiment(by(ALICE), id),
            Experiments::describe_experiment(by(ALICE), id, short()),
            Experiments::offer_transfer(by(ALICE), id, BOB),
            Experiments::cancel_transfer(by(ALICE), id),
        ];
        for call in calls {
            assert_eq!(call, Err(Error::<Test>::Archived.into()));
        }
    });
}

#[test]
fn archiving_ends_a_pending_offer() {
    build_and_execute(|| {
        let id = created(ALICE);
        assert_ok!(Experiments::offer_transfer(by(ALICE), id, BOB));
        assert_ok!(Experiments::archive_experiment(by(ALICE), id));
        assert_eq!(Experiments::pending_transfer(id), None);
        assert_noop!(Experiments::accept_transfer(by(BOB), id), Error::<Test>::Archived);
    });
}

/// F11. The owner of an experiment could archive it for ever although tokens were minted in it.
#[test]
fn an_experiment_of_the_curriculum_is_not_archived() {
    build_and_execute(|| {
        let (id, other) = (created(ALICE), created(ALICE));
        InCurriculum::set(vec![id]);
        let refused = Experiments::archive_experiment(by(ALICE), id);
        assert_noop!(refused, Error::<Test>::InCurriculum);
        assert!(!experiment(id).archived);
        assert_ok!(Experiments::archive_experiment(by(ALICE), other));
        InCurriculum::set(vec![]);
        assert_ok!(Experiments::archive_experiment(by(ALICE), id));
    });
}
