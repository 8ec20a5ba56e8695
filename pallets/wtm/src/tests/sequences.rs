//! Random calls by random actors over many blocks.

use super::builders::*;
use crate::{mock::*, ByDomain, Cases, Facts, NextFact, Rejected, Stakes};
use core::cmp::Ordering;
use frame_support::{traits::Hooks, weights::Weight};
use nocknock_primitives::{
    fact::{FactStatus, Side, Source},
    ids::FactId,
    traits::FactWriter,
};
use proptest::{collection::vec, prelude::*};
use sp_runtime::DispatchResult;

/// Something that somebody does. Facts are counted back from the newest, those to be voted on from
/// the oldest.
#[derive(Clone, Debug)]
enum Action {
    Propose(AccountId),
    Supersede(AccountId, FactId),
    Attest(AccountId, FactId),
    Dispute(AccountId, FactId),
    Vote(AccountId, FactId, bool),
    Resolve(FactId),
    Claim(AccountId, AccountId, FactId),
    Retract(AccountId, FactId),
    Remove(FactId),
    Sweep,
    Score(u32),
    Earn(AccountId, u128),
    Halve,
    Wait(u64),
}

fn who() -> impl Strategy<Value = AccountId> {
    1..9u64
}

fn recent() -> impl Strategy<Value = FactId> {
    0..4u64
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => who().prop_map(Action::Propose),
        2 => (who(), recent()).prop_map(|(who, id)| Action::Supersede(who, id)),
        6 => (who(), recent()).prop_map(|(who, id)| Action::Attest(who, id)),
        8 => (who(), recent()).prop_map(|(who, id)| Action::Dispute(who, id)),
        12 => (who(), recent(), any::<bool>()).prop_map(|(who, id, yes)| Action::Vote(who, id, yes)),
        8 => recent().prop_map(Action::Resolve),
        10 => (who(), who(), recent()).prop_map(|(by, who, id)| Action::Claim(by, who, id)),
        6 => (who(), recent()).prop_map(|(who, id)| Action::Claim(who, who, id)),
        2 => (who(), recent()).prop_map(|(who, id)| Action::Retract(who, id)),
        2 => recent().prop_map(Action::Remove),
        1 => Just(Action::Sweep),
        1 => any::<u32>().prop_map(Action::Score),
        3 => (who(), 0..1_000u128).prop_map(|(who, points)| Action::Earn(who, points)),
        1 => Just(Action::Halve),
        8 => (1..8u64).prop_map(Action::Wait),
    ]
}

/// The fact that is this many before the newest.
fn back(count: FactId) -> FactId {
    NextFact::<Test>::get().saturating_sub(1 + count)
}

/// One of the facts that are voted on now, or a recent one if there is none.
fn votable(choice: FactId) -> FactId {
    let now = System::block_number();
    let mut ids: Vec<_> = Cases::<Test>::iter()
        .filter(|(id, case)| fact(*id).was_disputed() && case.takes_votes(now))
        .map(|(id, _)| id)
        .collect();
    ids.sort_unstable();
    let chosen = ids.iter().cycle().nth(choice as usize);
    chosen.copied().unwrap_or_else(|| back(choice))
}

fn perform(action: &Action) -> DispatchResult {
    match *action {
        Action::Propose(who) => try_propose(who, capital("Berlin")),
        Action::Supersede(who, id) => {
            let object = if id < 2 { "Bonn" } else { "Potsdam" };
            Wtm::do_supersede(who, back(id), text(object), Source::Attested)
        }
        Action::Attest(who, id) => Wtm::do_attest(who, back(id)),
        Action::Dispute(who, id) => Wtm::do_dispute(who, back(id)),
        Action::Vote(who, id, support) => Wtm::do_vote(who, votable(id), support),
        Action::Resolve(id) => Wtm::do_resolve(back(id)),
        Action::Claim(by, who, id) => Wtm::do_claim(&by, back(id), &who),
        Action::Retract(who, id) => Wtm::do_retract(&who, back(id)),
        Action::Remove(id) => Wtm::do_remove(back(id)),
        Action::Sweep => {
            Wtm::on_idle(System::block_number(), Weight::MAX);
            Ok(())
        }
        Action::Score(version) => {
            Wtm::write_score(score(version));
            Ok(())
        }
        Action::Earn(who, points) => {
            set_points(who, points);
            Ok(())
        }
        Action::Halve => {
            halve_points();
            Ok(())
        }
        Action::Wait(blocks) => {
            wait(blocks);
            Ok(())
        }
    }
}

/// Does it, whether it is allowed or not. A call that fails changes nothing, as on a chain.
fn act(action: &Action) {
    let _ = frame_support::storage::with_storage_layer(|| perform(action));
}

/// Resolves, claims and removes everything.
fn wind_up() {
    wait(WINDOW + VOTING);
    for id in 0..NextFact::<Test>::get() {
        let _ = Wtm::do_resolve(id);
        claim_losers(id);
        for (who, _) in Wtm::stakes(id, None, 64) {
            Wtm::do_claim(&who, id, &who).expect("whoever has a stake can claim it");
        }
    }
    wait(RETENTION);
    for id in 0..NextFact::<Test>::get() {
        let _ = Wtm::do_remove(id);
    }
}

fn claim_losers(id: FactId) {
    let losers: Option<Side> = Wtm::fact(id).and_then(|fact| fact.losers());
    for (who, stake) in Wtm::stakes(id, None, 64) {
        if losers.is_some() && stake.role.side() == losers {
            Wtm::do_claim(&NOBODY, id, &who).expect("losers are collected first");
        }
    }
}

/// 192 cases, or more if `PROPTEST_CASES` asks for more than the usual 256.
fn config() -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig { cases: config.cases * 3 / 4, ..config }
}

proptest! {
    #![proptest_config(config())]

    /// Whatever happens, the invariants hold after each step; and when everything is resolved,
    /// claimed and removed, all money is free, only facts that are or were accepted are stored, and
    /// what is missing went to the validators.
    #[test]
    fn no_sequence_of_calls_breaks_an_invariant_or_locks_money(actions in vec(action(), 1..200)) {
        new_test_ext().execute_with(|| {
            for who in EVERYBODY {
                set_points(who, 100);
            }
            for action in &actions {
                act(action);
                check_state();
            }
            wind_up();
            check_state();
            prop_assert_eq!(Cases::<Test>::iter().count(), 0);
            prop_assert_eq!(Stakes::<Test>::iter().count(), 0);
            prop_assert!(Facts::<Test>::iter_values().all(|fact| fact.status.is_permanent()));
            prop_assert_eq!(Rejected::<Test>::iter_keys().count(), 0);
            prop_assert_eq!(ByDomain::<Test>::iter_keys().count(), Facts::<Test>::iter_keys().count());
            for who in EVERYBODY {
                prop_assert_eq!((bonded(who), deposited(who)), (0, 0));
            }
            let owned: Balance = EVERYBODY.iter().map(|who| wealth(*who)).sum();
            prop_assert_eq!(owned, 7 * ENDOWMENT - fees());
            Ok(())
        })?;
    }

    /// The verdict is that of the points, whatever order the votes come in, if a fifth of all
    /// points have voted, each voter counted for a third of that fifth at most.
    #[test]
    fn a_verdict_is_the_majority_of_the_points_with_a_quorum(
        votes in vec((1..100u128, any::<bool>()), 5),
        voters in 0..6usize,
        others in 0..1_000u128,
    ) {
        new_test_ext().execute_with(|| {
            let id = in_vote();
            set_points(ALICE, others);
            for (who, (points, _)) in (CAROL..).zip(&votes) {
                set_points(who, *points);
            }
            let (mut yes, mut no, mut counted) = (0u128, 0u128, 0u128);
            let all: u128 = others + votes.iter().map(|(points, _)| points).sum::<u128>();
            let quorum = all.div_ceil(5);
            for (who, (points, support)) in (CAROL..).zip(votes.iter().take(voters)) {
                Wtm::do_vote(who, id, *support).expect("it has points");
                *(if *support { &mut yes } else { &mut no }) += points;
                counted += points.saturating_mul(3).min(quorum);
            }
            wait(VOTING);
            Wtm::do_resolve(id).expect("it is due");
            let expected = match yes.cmp(&no) {
                _ if counted < 3 * quorum => FactStatus::Lapsed,
                Ordering::Greater => FactStatus::Accepted,
                Ordering::Less => FactStatus::Rejected,
                Ordering::Equal => FactStatus::Lapsed,
            };
            prop_assert_eq!(fact(id).status, expected);
            check_state();
            Ok(())
        })?;
    }

    /// Whatever the points and bonds, voters of the winning side get a fifth of what the losers had
    /// at stake, by their points, and those with bonds the rest.
    #[test]
    fn winners_get_what_the_losers_had(
        points in vec(100..200u128, 3),
        sides in vec(any::<bool>(), 2),
        upheld in any::<bool>(),
    ) {
        new_test_ext().execute_with(|| {
            for (who, points) in VOTERS.iter().zip(&points) {
                set_points(*who, *points);
            }
            let id = proposed();
            Wtm::do_dispute(BOB, id).expect("the window is open");
            for (who, supports) in [CAROL, DAVE].iter().zip(&sides) {
                let bond = if *supports {
                    Wtm::do_attest(*who, id)
                } else {
                    Wtm::do_dispute(*who, id)
                };
                bond.expect("the window is open");
            }
            wait(WINDOW);
            decide(id, upheld);
            let losers = if upheld { Side::Against } else { Side::Support };
            let prize = case(id).bonds(losers);
            claim_losers(id);
            for (who, _) in Wtm::stakes(id, None, 64) {
                Wtm::do_claim(&NOBODY, id, &who).expect("whoever has a stake can claim it");
            }
            let all: u128 = points.iter().sum();
            for (who, points) in VOTERS.iter().zip(&points) {
                let share = u128::from(prize / 5) * points / all;
                prop_assert_eq!(u128::from(wealth(*who) - ENDOWMENT), share);
            }
            let owned: Balance = EVERYBODY.iter().map(|who| wealth(*who)).sum();
            prop_assert_eq!(owned, 7 * ENDOWMENT - fees());
            check_state();
            Ok(())
        })?;
    }
}
