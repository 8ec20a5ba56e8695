//! The whole protocol on a chain without a token, with real proofs: from the first registration to
//! a model sold.

use crate::world::{models, worker::Worker, World, CANNOT_PAY};
use nocknock_primitives::{model::RecipientSecret, phase::Phase, reward::MintSplit, score::Score};
use nocknock_runtime::{
    genesis_presets::DIGITS_EXPERIMENT, Balance, Experiments, Provenance, Rewards, Runtime,
    RuntimeEvent, Tasks, Wtm, NNK,
};
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Dave};

#[test]
fn from_no_token_at_all_to_a_model_sold() {
    let mut world = World::new();
    assert_eq!(world.issuance(), 0);

    // A newcomer without a token joins with a proof and earns the first tokens that exist.
    let bob = Worker::new(Bob, models::perfect());
    assert_eq!(world.send(Bob, frame_system::Call::remark { remark: vec![] }), Err(CANNOT_PAY));
    world.register(&bob);
    let (won, score) = world.win_curriculum(&bob, 1);
    assert_eq!(score, Score::new(40, 40));
    let published = world.delivered(won, Bob).open(&RecipientSecret::curriculum());
    assert_eq!(published, Some(models::perfect()), "everybody may read it");
    let earned = world.free(Bob);
    assert!(earned > 50 * NNK, "{earned}");
    assert_parts(&mut world, earned);

    // The winner lends two workers their stakes and sponsors a task of its own.
    for worker in [Charlie, Dave] {
        let lent = world.transfer(Bob, worker, 3 * NNK);
        lent.expect("the winner can pay");
    }
    let experiment = world.create_experiment(Bob, "Which of two is larger");
    let task = world.create(Bob, experiment, 20 * NNK, 2).expect("the winner can sponsor");
    assert!(world.held(Bob) >= 22 * NNK);
    world.open_task(&task);

    // Two workers compete. The better one wins.
    let charlie = Worker::new(Charlie, models::short_sighted());
    let dave = Worker::new(Dave, models::perfect());
    world.commit(&charlie, task.id).expect("a stake");
    world.commit(&dave, task.id).expect("a stake");
    world.reveal_all(&task);
    let worse = world.prove_all(&charlie, &task);
    let better = world.prove_all(&dave, &task);
    assert!(better.beats(&worse), "{better} against {worse}");
    let id = task.id;
    world.until("the winner's turn", || {
        Tasks::phase(id).is_some_and(|(phase, _)| phase == Phase::Deliver { rank: 0 })
    });
    let before = world.free(Dave);
    world.upload(&dave, id).expect("the ciphertext");
    world.deliver_key(&dave, id).expect("the payment");
    let gained = world.free(Dave) - before;
    assert!(gained > 19 * NNK, "{gained}");

    // The requester reads the model, and it is the one that was proved. Nobody else can.
    let registered =
        world.run(|| Experiments::model(experiment, 1)).expect("the model is registered");
    let bind = world.bind(id, Dave);
    assert_eq!(registered.delivered.model, dave.commitment(id, bind));
    let delivered = world.delivered(id, Dave);
    assert_eq!(delivered.open(&task.secret), Some(models::perfect()));
    assert_eq!(delivered.open(&RecipientSecret::curriculum()), None);

    // What was proved is on record.
    world.run(|| {
        let champion = Experiments::champion(experiment).expect("a champion");
        assert_eq!(champion.score, better);
        assert_eq!(Provenance::records(0, 10).len(), 2);
        assert_eq!(Wtm::facts(0, 10).0.len(), 2);
    });

    // When everything is over, nothing is held of anybody.
    world.until("the end of the task", || {
        Tasks::task(id).is_none_or(|task| task.open_commitments == 0 && task.held.escrow == 0)
    });
    for who in [Charlie, Dave] {
        assert_eq!(world.held(who), 0, "{who}");
    }
    world.check();
    let books = world.run(Rewards::emission);
    assert_eq!(world.issuance(), books.minted - books.burnt);

    // The one who secures the chain lives from it: 15 % of the mint, and 2 % of the sponsor's
    // money.
    assert!(world.free(Alice) > 0);
    assert!(world.run(Rewards::validators_pot) > 0);
}

/// Of what was minted for the first win, the winner has 75 %, the validators have 15 %, and 10 %
/// are set aside for the custodian, who provided the data.
fn assert_parts(world: &mut World, winner: Balance) {
    let (books, provider) = world.run(|| {
        let vesting = pallet_rewards::Vesting::<Runtime>::iter_values();
        (Rewards::emission(), vesting.map(|part| part.amount).sum::<Balance>())
    });
    assert_eq!(world.issuance(), books.minted);
    let whole = books.minted + provider;
    let expected = MintSplit::of(whole);
    assert_eq!((winner, provider), (expected.winner, expected.provider));
    assert_eq!(books.minted, expected.winner + expected.validators);
}

#[test]
fn a_second_win_is_paid_for_its_improvement_only() {
    let mut world = World::new();
    let charlie = Worker::new(Charlie, models::short_sighted());
    let dave = Worker::new(Dave, models::perfect());
    world.register(&charlie);
    world.register(&dave);
    let (_, first) = world.win_curriculum(&charlie, 3);
    let (_, second) = world.win_curriculum(&dave, 4);
    assert!(second.beats(&first));
    assert!(world.free(Charlie) > 0);
    assert!(world.free(Dave) > 0);
    let champion = world.run(|| Experiments::champion(DIGITS_EXPERIMENT)).expect("a champion");
    assert_eq!(champion.score, second);
}

#[test]
fn a_perfect_champion_leaves_nothing_to_mint() {
    let mut world = World::new();
    let bob = Worker::new(Bob, models::perfect());
    let dave = Worker::new(Dave, models::perfect());
    world.register(&bob);
    world.register(&dave);
    world.win_curriculum(&bob, 5);
    let issued = world.issuance();
    let task = world.create(Alice, DIGITS_EXPERIMENT, 0, 6).expect("a second task");
    world.open_task(&task);
    world.commit(&dave, task.id).expect("a free commitment");
    world.reveal_all(&task);
    world.prove_all(&dave, &task);
    let id = task.id;
    world.until("the end", || Tasks::task(id).is_none_or(|task| task.settlement.is_some()));
    assert_eq!(world.free(Dave), 0);
    assert_eq!(world.issuance(), issued);
}

#[test]
fn points_follow_the_minted_tokens() {
    let mut world = World::new();
    let bob = Worker::new(Bob, models::perfect());
    world.register(&bob);
    world.win_curriculum(&bob, 7);
    let minted = world.free(Bob);
    let points = world.run(|| Rewards::work_points(Bob.to_account_id()));
    assert_eq!(points, minted);
    assert!(world.saw(|event| matches!(
        event,
        RuntimeEvent::Balances(pallet_balances::Event::<Runtime>::Minted { .. })
    )));
}
