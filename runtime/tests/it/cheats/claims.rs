//! Claims that are not proved, and workers that are not asked.

use super::{claimable, failed, is_at_work, outcome, provable, submit_for_a_fee, wait_for, worker};
use crate::world::{models, task::TEST_ROWS, worker::Worker, Refused, World, CANNOT_PAY};
use nocknock_primitives::{ids::TaskId, phase::Phase, task::Outcome};
use nocknock_runtime::{RuntimeEvent, RuntimeOrigin, Tasks};
use pallet_tasks::{Error, Event};
use sp_keyring::Sr25519Keyring::{self, Bob, Charlie, Dave, Eve};

/// Claims points of a worker without tokens as if it could pay: the fee is not waived for a claim
/// that is refused.
fn claim_for_a_fee(
    world: &mut World,
    who: Sr25519Keyring,
    id: TaskId,
    points: u32,
) -> Result<(), Refused> {
    assert_eq!(world.claim_points(who, id, points), Err(CANNOT_PAY));
    let origin = RuntimeOrigin::signed(who.to_account_id());
    let claimed = world.run(|| Tasks::claim(origin, id, points));
    claimed.map(|_| ()).map_err(|refused| Refused::Failed(refused.error))
}

/// Waits until nothing is open in a task.
fn wait_for_the_end(world: &mut World, id: TaskId) {
    world.until("the end", || Tasks::task(id).is_none_or(|task| task.open_commitments == 0));
}

#[test]
fn a_claim_above_the_true_score_cannot_be_proved_and_costs_the_registration() {
    let mut world = World::new();
    let bob = worker(Bob);
    let liar = Worker::new(Eve, models::short_sighted());
    let task = claimable(&mut world, &[&bob, &liar], 50);
    assert_eq!(world.claim_points(Eve, task.id, TEST_ROWS), Ok(()));
    assert_eq!(world.claim(&bob, &task), Ok(()));
    let true_scores = world.scores(&liar, &task);
    let answer = submit_for_a_fee(&mut world, Eve, task.id, true_scores);
    assert_eq!(answer, failed(Error::NotAsClaimed));
    world.prove_all(&bob, &task);
    wait_for(&mut world, task.id, Phase::Deliver { rank: 0 });
    let ranking = world.run(|| Tasks::ranking(task.id));
    assert_eq!(ranking.len(), 1);
    assert_eq!(ranking[0].worker, Bob.to_account_id());
    world.deliver(&bob, task.id).expect("the honest worker is paid");
    wait_for_the_end(&mut world, task.id);
    assert!(!world.run(|| is_at_work(Eve)));
    assert!(world.run(|| is_at_work(Bob)));
}

#[test]
fn a_claim_below_the_true_score_cannot_be_proved_either() {
    let mut world = World::new();
    let bob = worker(Bob);
    let task = claimable(&mut world, &[&bob], 51);
    assert_eq!(world.claim_points(Bob, task.id, TEST_ROWS - 1), Ok(()));
    let scores = world.scores(&bob, &task);
    let answer = submit_for_a_fee(&mut world, Bob, task.id, scores);
    assert_eq!(answer, failed(Error::NotAsClaimed));
}

#[test]
fn a_claim_is_final() {
    let mut world = World::new();
    let (bob, dave) = (worker(Bob), worker(Dave));
    let task = claimable(&mut world, &[&bob, &dave], 52);
    let points = world.points(&bob, &task);
    assert_eq!(world.claim_points(Bob, task.id, points - 1), Ok(()));
    let again = claim_for_a_fee(&mut world, Bob, task.id, points);
    assert_eq!(again, failed(Error::AlreadyClaimed));
}

#[test]
fn nobody_claims_more_than_there_is_or_less_than_is_paid_for() {
    let mut world = World::new();
    let bob = worker(Bob);
    let task = claimable(&mut world, &[&bob], 53);
    let most = claim_for_a_fee(&mut world, Bob, task.id, TEST_ROWS + 1);
    assert_eq!(most, failed(Error::ScoreTooHigh));
    // Half of the rows is what always giving the same answer gets.
    let least = claim_for_a_fee(&mut world, Bob, task.id, TEST_ROWS / 2);
    assert_eq!(least, failed(Error::NotEligible));
}

/// Three workers, a single share: the third best is not needed. It has nothing to prove, and
/// nothing to lose.
#[test]
fn who_is_not_asked_proves_nothing_and_loses_nothing() {
    let mut world = World::new();
    let (bob, dave) = (worker(Bob), worker(Dave));
    let third = Worker::new(Charlie, models::short_sighted());
    let task = provable(&mut world, &[&third, &bob, &dave], 54);
    let asked = world.run(|| Tasks::asked(task.id));
    assert_eq!(asked, [Bob, Dave].map(|who| who.to_account_id()));
    let scores = world.scores(&third, &task);
    let answer = submit_for_a_fee(&mut world, Charlie, task.id, scores);
    assert_eq!(answer, failed(Error::NotAsked));
    world.prove_all(&bob, &task);
    world.prove_all(&dave, &task);
    wait_for(&mut world, task.id, Phase::Deliver { rank: 0 });
    world.deliver(&bob, task.id).expect("the payment");
    wait_for_the_end(&mut world, task.id);
    for who in [Bob, Charlie, Dave] {
        assert!(world.run(|| is_at_work(who)), "{who}");
    }
}

/// Both that are asked first have lied. The third one is asked in the second round and wins.
#[test]
fn claims_that_are_not_proved_delay_an_honest_one_and_do_not_stop_it() {
    let mut world = World::new();
    let liars = [Bob, Dave].map(|who| Worker::new(who, models::short_sighted()));
    let honest = Worker::new(Charlie, models::short_sighted());
    let task = claimable(&mut world, &[&liars[0], &liars[1], &honest], 55);
    for liar in &liars {
        assert_eq!(world.claim_points(liar.who, task.id, TEST_ROWS), Ok(()));
    }
    assert_eq!(world.claim(&honest, &task), Ok(()));
    let id = task.id;
    world.until("the second round", || Tasks::asked(id) == [Charlie.to_account_id()]);
    world.prove_all(&honest, &task);
    wait_for(&mut world, id, Phase::Deliver { rank: 0 });
    world.deliver(&honest, id).expect("the payment");
    assert!(world.free(Charlie) > 0);
    wait_for_the_end(&mut world, id);
    for liar in &liars {
        assert!(!world.run(|| is_at_work(liar.who)), "{}", liar.who);
    }
}

#[test]
fn whoever_committed_and_claims_nothing_loses_nothing() {
    let mut world = World::new();
    let (bob, silent) = (worker(Bob), worker(Dave));
    let task = claimable(&mut world, &[&bob, &silent], 56);
    assert_eq!(world.claim(&bob, &task), Ok(()));
    wait_for(&mut world, task.id, Phase::Prove);
    world.prove_all(&bob, &task);
    wait_for(&mut world, task.id, Phase::Deliver { rank: 0 });
    world.deliver(&bob, task.id).expect("the payment");
    wait_for_the_end(&mut world, task.id);
    assert!(world.run(|| is_at_work(Dave)));
}

#[test]
fn a_late_claim_is_refused() {
    let mut world = World::new();
    let (bob, late) = (worker(Bob), worker(Dave));
    let task = claimable(&mut world, &[&bob, &late], 57);
    assert_eq!(world.claim(&bob, &task), Ok(()));
    wait_for(&mut world, task.id, Phase::Prove);
    let points = world.points(&late, &task);
    let answer = claim_for_a_fee(&mut world, Dave, task.id, points);
    assert_eq!(answer, failed(Error::WrongPhase));
}

/// Nobody knows what the winner is worth then. Whoever has proved its claim loses nothing.
#[test]
fn a_champion_that_nobody_proves_ends_the_task_without_a_winner() {
    let mut world = World::new();
    let bob = Worker::new(Bob, models::short_sighted());
    world.register(&bob);
    world.win_curriculum(&bob, 58);
    let dave = worker(Dave);
    let task = provable(&mut world, &[&dave], 59);
    let scores = world.scores(&dave, &task);
    assert_eq!(world.submit(Dave, task.id, scores), Ok(()));
    let issued = world.issuance();
    assert_eq!(outcome(&mut world, task.id), Outcome::NoWinner);
    wait_for_the_end(&mut world, task.id);
    assert!(world.run(|| is_at_work(Dave)));
    assert_eq!(world.issuance(), issued);
}

/// The proof is about the champion, so another model's is none, whatever it is said to be.
#[test]
fn scores_of_another_model_do_not_pass_for_those_of_the_champion() {
    let mut world = World::new();
    let bob = Worker::new(Bob, models::short_sighted());
    world.register(&bob);
    world.win_curriculum(&bob, 60);
    let dave = worker(Dave);
    let task = provable(&mut world, &[&dave], 61);
    let own = world.scores(&dave, &task);
    assert_eq!(world.submit(Dave, task.id, own.clone()), Ok(()));
    assert_eq!(world.submit_champion(Dave, task.id, own), failed(Error::ProofRefused));
    let is_proof =
        |event: &RuntimeEvent| matches!(event, RuntimeEvent::Tasks(Event::ChampionProved { .. }));
    assert!(!world.saw(is_proof));
}
