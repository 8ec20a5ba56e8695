use super::builders::*;
use crate::{mock::*, Asked, Claims, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{
    claim::{ClaimKey, ClaimState, RoundClock},
    phase::Phase,
    task::Outcome,
};
use sp_runtime::traits::BadOrigin;

#[test]
fn the_best_claims_are_asked_when_nobody_can_claim_any_more() {
    build_and_execute(|| {
        let silent = crowd(1).remove(0);
        endow(&silent);
        let id = claiming(spec(), &[silent, bob(), dave(), eve()]);
        claim_all(id, &[(dave(), 25), (eve(), 27), (bob(), 26)]);
        assert_noop!(try_ask(id), Error::<Test>::WrongPhase);
        end_claims(id);
        assert_eq!(phase(id), Phase::Ask);
        assert_ok!(Tasks::ask(RuntimeOrigin::signed(alice()), id));
        let workers = vec![eve(), bob()];
        System::assert_last_event(
            Event::Asked { task: id, round: 1, workers: workers.clone(), until: 31 }.into(),
        );
        assert_eq!(Asked::<Test>::get(id).into_inner(), workers);
        assert_eq!(claim_of(id, &eve()), ClaimState::Asked(54));
        assert_eq!(claim_of(id, &bob()), ClaimState::Asked(52));
        assert_eq!(claim_of(id, &dave()), ClaimState::Claimed(50));
        assert_eq!(Claims::<Test>::iter_prefix((id,)).count(), 1);
        let task = task(id);
        assert_eq!((task.waiting, task.next_claim), (1, Some(ClaimKey::new(50, 2))));
        assert_eq!(task.round, Some(RoundClock { number: 1, began: 21, open: 2 }));
        assert_eq!(phase(id), Phase::Prove);
    });
}

#[test]
fn nobody_is_asked_twice_in_a_round_and_nobody_without_need() {
    build_and_execute(|| {
        let id = proving_with(spec(), &[(bob(), 27), (dave(), 26), (eve(), 25)]);
        assert_noop!(try_ask(id), Error::<Test>::WrongPhase);
        submit(id, &bob(), 27);
        submit(id, &dave(), 26);
        assert_noop!(try_ask(id), Error::<Test>::NothingToAsk);
        settle(id);
        assert_noop!(try_ask(id), Error::<Test>::WrongPhase);
        assert_noop!(try_ask(id + 1), Error::<Test>::UnknownTask);
        assert_noop!(Tasks::ask(RuntimeOrigin::none(), id), BadOrigin);
    });
}

#[test]
fn there_is_nobody_to_ask_before_the_reveal_or_without_a_claim() {
    build_and_execute(|| {
        let id = create(spec());
        commit(id, &[bob()]);
        assert_noop!(try_ask(id), Error::<Test>::WrongPhase);
        end_commits(id);
        assert_noop!(try_ask(id), Error::<Test>::WrongPhase);
        reveal_all(id);
        end_claims(id);
        assert_noop!(try_ask(id), Error::<Test>::NothingToAsk);
        settle(id);
        assert_eq!(end_of(id).outcome, Outcome::NoWinner);
    });
}

#[test]
fn whoever_does_not_prove_in_time_has_failed() {
    build_and_execute(|| {
        let id = proving_with(spec(), &[(bob(), 27), (dave(), 26), (eve(), 25)]);
        end_round(id);
        assert_eq!(phase(id), Phase::Ask);
        ask(id);
        for worker in [bob(), dave()] {
            System::assert_has_event(
                Event::ClaimFailed { task: id, worker: worker.clone() }.into(),
            );
            assert_eq!(claim_of(id, &worker), ClaimState::Failed);
            let late = all_proved(id, &worker, 27);
            assert_noop!(try_submit(id, &worker, &late), Error::<Test>::NotAsked);
            assert_noop!(try_close(id, &worker), Error::<Test>::FateUndecided);
        }
        assert_eq!(Asked::<Test>::get(id).into_inner(), vec![eve()]);
        submit(id, &eve(), 25);
        settle(id);
        assert_eq!(end_of(id).ranked, 1);
    });
}

#[test]
fn whoever_proved_has_not_failed_when_others_are_asked() {
    build_and_execute(|| {
        let spec = spec_with_shares(vec![5_000, 5_000]);
        let fourth = crowd(1).remove(0);
        endow(&fourth);
        let scores = [(bob(), 28), (dave(), 27), (eve(), 26), (fourth.clone(), 25)];
        let id = proving_with(spec, &scores);
        submit(id, &bob(), 28);
        end_round(id);
        ask(id);
        assert_eq!(claim_of(id, &bob()), ClaimState::Proved);
        assert_eq!(Asked::<Test>::get(id).into_inner(), vec![fourth.clone()]);
        submit(id, &fourth, 25);
        settle(id);
        assert_eq!(end_of(id).ranked, 2);
    });
}

#[test]
fn settlement_ends_the_last_round() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob(), dave()]);
        submit(id, &bob(), CLAIM);
        end_round(id);
        assert_noop!(try_ask(id), Error::<Test>::NothingToAsk);
        settle(id);
        System::assert_has_event(Event::ClaimFailed { task: id, worker: dave() }.into());
        assert_eq!(claim_of(id, &dave()), ClaimState::Failed);
        assert!(!Asked::<Test>::contains_key(id));
    });
}

#[test]
fn the_sweep_asks_where_nobody_does() {
    build_and_execute(|| {
        let id = claiming(spec(), &[bob(), dave()]);
        claim(id, &bob(), 25);
        sweep_to(task(id).revealed_at.unwrap() + PERIOD);
        assert_eq!(phase(id), Phase::Prove);
        assert_eq!(claim_of(id, &bob()), ClaimState::Asked(50));
    });
}
