//! The whole protocol on a chain without a token, with real proofs: from the first registration to
//! a model sold.

use crate::world::{models, task::TEST_ROWS, worker::Worker, World, CANNOT_PAY};
use nocknock_primitives::{
    ids::TaskId,
    level::{bits, mint_of, Bits, Lost},
    model::RecipientSecret,
    phase::Phase,
    reward::MintSplit,
    score::Score,
};
use nocknock_runtime::{
    genesis_presets::DIGITS_EXPERIMENT, Balance, Experiments, Provenance, Rewards, Runtime,
    RuntimeEvent, Tasks, Wtm, NNK,
};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave};

#[test]
fn from_no_token_at_all_to_a_model_sold() {
    let mut world = World::new();
    assert_eq!(world.issuance(), 0);

    // A newcomer without a token joins with a proof and earns the first tokens that exist.
    let bob = Worker::new(Bob, models::perfect());
    assert_eq!(world.send(Bob, frame_system::Call::remark { remark: vec![] }), Err(CANNOT_PAY));
    world.register(&bob);
    let (won, score) = world.win_curriculum(&bob, 1);
    assert_eq!(score, Score::new(TEST_ROWS, TEST_ROWS));
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
    world.claim_all(&[&charlie, &dave], &task);
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
        (Rewards::emission(), vesting.map(|entry| entry.part.amount).sum::<Balance>())
    });
    assert_eq!(world.issuance(), books.minted);
    let whole = books.minted + provider;
    let expected = MintSplit::of(whole);
    assert_eq!((winner, provider), (expected.winner, expected.provider));
    assert_eq!(books.minted, expected.winner + expected.validators);
}

/// What a model with so many points loses.
fn lost(points: u32) -> Lost {
    Lost::rounded_up(TEST_ROWS, points, 1)
}

/// The halvings of the error that a model with so many points is paid for above a level. Always
/// giving the same answer is right on half of the rows.
fn halvings(champion: Option<u32>, points: u32, level: Bits) -> Bits {
    bits(lost(TEST_ROWS / 2), champion.map(lost), lost(points), level)
}

/// What the winner gets for these halvings in a task.
fn prize(world: &mut World, task: TaskId, halvings: Bits) -> Balance {
    let open = world.run(|| pallet_rewards::OpenTasks::<Runtime>::get(task));
    MintSplit::of(mint_of(open.expect("an open task").unit, halvings)).winner
}

/// The halvings that are taken and paid in the experiment of the digits.
fn level(world: &mut World) -> Bits {
    let entry = world.run(|| pallet_rewards::Curriculum::<Runtime>::get(DIGITS_EXPERIMENT));
    entry.expect("the digits are in the curriculum").level
}

/// Who is the champion of the digits.
fn champion(world: &mut World) -> Option<Sr25519Keyring> {
    let model = world.run(|| {
        let champion = Experiments::champion(DIGITS_EXPERIMENT)?;
        Experiments::model(DIGITS_EXPERIMENT, champion.version)
    })?;
    Sr25519Keyring::from_account_id(&model.delivered.worker)
}

/// The winner of the first task is compared with the constant answer. That of the second one has to
/// show what the champion is worth on the same rows, and is paid for what is above the level, so
/// both together get no more than one that had come with the better model at once.
#[test]
fn a_second_winner_proves_the_champion_and_is_paid_for_what_is_above_the_level() {
    let mut world = World::new();
    let charlie = Worker::new(Charlie, models::short_sighted());
    let dave = Worker::new(Dave, models::perfect());
    world.register(&charlie);
    world.register(&dave);

    let first = world.open_curriculum(&charlie, 3);
    let good = world.prove_all(&charlie, &first);
    let first_halvings = halvings(None, good.correct, 0);
    assert!(first_halvings > 0);
    let expected = prize(&mut world, first.id, first_halvings);
    world.deliver_in_turn(&charlie, first.id);
    assert_eq!(world.free(Charlie), expected);
    assert_eq!((level(&mut world), champion(&mut world)), (first_halvings, Some(Charlie)));

    // Nothing is settled as long as the champion is not proved.
    let second = world.open_curriculum(&dave, 4);
    world.claim_all(&[&dave], &second);
    let scores = world.scores(&dave, &second);
    world.submit(Dave, second.id, scores).expect("the scores are proved");
    world.next_block();
    assert_eq!(world.phase(second.id), Some(Phase::Prove));
    let of_champion = world.champion_scores(&second);
    let points: u32 = of_champion.iter().map(|entry| entry.score.points).sum();
    assert_eq!(points, good.correct);
    world.submit_champion(Dave, second.id, of_champion).expect("the champion is proved");

    let second_halvings = halvings(Some(points), TEST_ROWS, first_halvings);
    let expected = prize(&mut world, second.id, second_halvings);
    world.deliver_in_turn(&dave, second.id);
    assert_eq!(world.free(Dave), expected);
    assert_eq!(champion(&mut world), Some(Dave));
    assert_eq!(level(&mut world), first_halvings + second_halvings);
    let at_once = halvings(None, TEST_ROWS, 0);
    assert!(first_halvings + second_halvings <= at_once);
}

/// It gets a tenth of what is minted, so it does not leave the proof to the winner.
#[test]
fn a_custodian_proves_the_champion_without_a_token() {
    let mut world = World::new();
    let charlie = Worker::new(Charlie, models::short_sighted());
    let dave = Worker::new(Dave, models::perfect());
    world.register(&charlie);
    world.register(&dave);
    world.win_curriculum(&charlie, 5);
    let task = world.open_curriculum(&dave, 6);
    let scores = world.champion_scores(&task);
    world.submit_champion(Alice, task.id, scores).expect("before anybody has claimed");
    world.prove_all(&dave, &task);
    world.deliver_in_turn(&dave, task.id);
    assert!(world.free(Dave) > 0);
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
