use super::builders::*;
use crate::{mock::*, Asked, Claims, Commitments, Error, Event, Rankings, RevealedBlocks};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{claim::ClaimState, phase::Phase, reward::CurriculumEnd, task::Outcome};

fn outcome_of(id: u64) -> Outcome {
    settle(id);
    end_of(id).outcome
}

#[test]
fn a_task_that_was_never_drawn_lapses() {
    build_and_execute(|| {
        let id = create(drawn_spec());
        go_to(51);
        assert_eq!(outcome_of(id), Outcome::Lapsed);
        assert_eq!((free(&alice()), held(&alice())), (ENDOWMENT, 0));
    });
}

#[test]
fn a_task_without_commitments_ends_with_the_commit_phase() {
    build_and_execute(|| {
        let id = create(spec());
        end_commits(id);
        assert_eq!(phase(id), Phase::Settle);
        assert_eq!(outcome_of(id), Outcome::NoCommitments);
        assert_eq!((free(&alice()), held(&alice())), (ENDOWMENT, 0));
    });
}

#[test]
fn a_missing_reveal_keeps_the_bond_for_the_workers() {
    build_and_execute(|| {
        let id = create(spec());
        commit(id, &[bob()]);
        go_to(21);
        assert_eq!(outcome_of(id), Outcome::RevealFailed);
        assert_eq!(held(&alice()), 300);
        assert_eq!(free(&alice()), ENDOWMENT - 300);
    });
}

#[test]
fn without_a_winner_everything_returns_to_the_requester() {
    build_and_execute(|| {
        let id = claiming(spec(), &[bob()]);
        end_claims(id);
        assert_eq!(outcome_of(id), Outcome::NoWinner);
        assert_eq!((free(&alice()), held(&alice())), (ENDOWMENT, 0));
    });
}

#[test]
fn a_ranked_task_returns_the_bond_and_keeps_the_reward() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        assert_eq!((end_of(id).outcome, end_of(id).ranked), (Outcome::Ranked, 1));
        assert_eq!(phase(id), Phase::Deliver { rank: 0 });
        assert_eq!(held(&alice()), 10_000);
        System::assert_last_event(
            Event::TaskSettled {
                task: id,
                outcome: Outcome::Ranked,
                ranked: 1,
                amounts: vec![9_500],
            }
            .into(),
        );
    });
}

#[test]
fn the_earlier_commitment_wins_a_tie() {
    build_and_execute(|| {
        let id = settled(spec(), &[(dave(), 25), (bob(), 25)]);
        assert_eq!(Rankings::<Test>::get(id)[0].worker, dave());
    });
}

fn sponsored() -> u64 {
    create(spec())
}

/// A new task to which Bob and Dave are committed, and so many phases later.
fn in_phase(create: fn() -> u64, phases: usize) -> u64 {
    let id = create();
    commit(id, &[bob(), dave()]);
    let steps: [&dyn Fn(); 5] = [
        &|| end_commits(id),
        &|| reveal_all(id),
        &|| {
            claim(id, &bob(), 25);
            end_claims(id);
        },
        &|| ask(id),
        &|| submit(id, &bob(), 25),
    ];
    steps.iter().take(phases).for_each(|step| step());
    id
}

#[test]
fn a_task_whose_circuit_is_disabled_is_void_in_any_phase() {
    for circuit in [SCORE, DELIVERY] {
        for create in [sponsored as fn() -> u64, open_curriculum] {
            build_and_execute(|| {
                let phases = [
                    Phase::Open,
                    Phase::Reveal,
                    Phase::Claim,
                    Phase::Ask,
                    Phase::Prove,
                    Phase::Settle,
                ];
                for (place, expected) in phases.into_iter().enumerate() {
                    let id = in_phase(create, place);
                    assert_eq!(phase(id), expected);
                    book(|book| book.disabled.push(circuit));
                    assert_eq!(outcome_of(id), Outcome::Voided, "{expected:?}");
                    for worker in [bob(), dave()] {
                        assert_ok!(Tasks::do_close_commitment(id, &worker));
                        assert_eq!((free(&worker), held(&worker)), (ENDOWMENT, 0));
                    }
                    assert_eq!((free(&alice()), held(&alice())), (ENDOWMENT, 0));
                    book(|book| book.disabled.clear());
                }
                assert!(book(|book| book.abandoned.is_empty() && book.burnt == 0));
            });
        }
    }
}

/// Two of three claims are asked when the circuit turns out to be broken, and one waits.
#[test]
fn of_a_void_task_whose_claims_wait_nothing_stays() {
    for circuit in [SCORE, DELIVERY] {
        build_and_execute(|| {
            let workers = [bob(), dave(), eve()];
            let id = proving(spec(), &workers);
            assert_eq!(claim_of(id, &eve()), ClaimState::Claimed(2 * CLAIM));
            book(|book| book.disabled.push(circuit));
            assert_eq!(outcome_of(id), Outcome::Voided);
            for worker in &workers {
                close(id, worker);
                assert_eq!((free(worker), held(worker)), (ENDOWMENT, 0));
            }
            assert_eq!(Claims::<Test>::iter().count(), 0);
            assert_eq!(Commitments::<Test>::iter().count(), 0);
            assert!(!Asked::<Test>::contains_key(id));
            go_to(System::block_number() + 20);
            assert_ok!(Tasks::do_remove_task(id));
            assert_eq!((free(&alice()), held(&alice())), (ENDOWMENT, 0));
        });
    }
}

#[test]
fn a_task_that_goes_on_is_not_void() {
    build_and_execute(|| {
        let id = create(spec());
        commit(id, &[bob()]);
        assert_noop!(Tasks::do_settle(id), Error::<Test>::WrongPhase);
    });
}

/// Whoever failed to prove in time is excused if the circuit turns out to be broken.
#[test]
fn a_circuit_that_is_disabled_after_settlement_excuses_whoever_failed() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob(), dave()]);
        submit(id, &bob(), CLAIM);
        end_round(id);
        settle(id);
        book(|book| book.disabled.push(SCORE));
        assert_ok!(Tasks::do_close_commitment(id, &dave()));
        assert_eq!((free(&dave()), held(&dave())), (ENDOWMENT, 0));
    });
}

#[test]
fn revealed_rows_leave_the_state() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        assert_eq!(RevealedBlocks::<Test>::iter_prefix(id).count(), 2);
        submit(id, &bob(), 25);
        assert_ok!(Tasks::settle(RuntimeOrigin::signed(eve()), id));
        assert_eq!(RevealedBlocks::<Test>::iter_prefix(id).count(), 0);
    });
}

#[test]
fn a_task_is_settled_once_and_not_early() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob(), dave()]);
        submit(id, &bob(), 25);
        assert_noop!(Tasks::do_settle(id), Error::<Test>::WrongPhase);
        go_to(21);
        settle(id);
        assert_noop!(Tasks::do_settle(id), Error::<Test>::AlreadySettled);
        assert_noop!(Tasks::do_settle(9), Error::<Test>::UnknownTask);
    });
}

#[test]
fn a_custodian_is_blamed_for_a_missing_reveal_only() {
    build_and_execute(|| {
        let (unwatched, failed) = (create_curriculum(), create_curriculum());
        open(unwatched);
        open(failed);
        commit(failed, &[bob()]);
        end_commits(failed);
        go_to(System::block_number() + PERIOD);
        settle(unwatched);
        settle(failed);
        let closed = book(|book| book.closed.clone());
        let expected =
            [(unwatched, CurriculumEnd::Regular), (failed, CurriculumEnd::CustodianFailed)];
        assert_eq!(closed, expected);
    });
}

#[test]
fn a_custodian_who_lets_a_drawn_task_lapse_is_blamed() {
    build_and_execute(|| {
        let (drawn, undrawn) = (create_curriculum(), create_curriculum());
        go_to(2 * EPOCH);
        assert_ok!(Tasks::do_draw_split(drawn));
        go_to(51);
        settle(drawn);
        settle(undrawn);
        let closed = book(|book| book.closed.clone());
        let expected = [(drawn, CurriculumEnd::CustodianFailed), (undrawn, CurriculumEnd::Regular)];
        assert_eq!(closed, expected);
    });
}
