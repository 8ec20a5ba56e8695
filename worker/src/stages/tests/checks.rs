//! Each check before a commitment, a proof, a key or a stake leaves the machine, with nothing else
//! that is wrong.

use super::*;
use crate::{
    blobs::{BlobError, Listener},
    chain::fake::Circuits,
    state::{Chosen, ModelFact},
};
use async_trait::async_trait;
use bytes::Bytes;
use nocknock_circuits::keys::KeyStore;
use nocknock_client::Task;
use nocknock_primitives::{
    circuit::{CircuitStatus, KeyOrigin},
    ids::{BlobId, ContentHash, PointBytes},
    limits::List,
    model::{names::named, RecipientSecret},
};
use std::{future, sync::Mutex, time::Duration};

/// A worker that has chosen the task of a new chain.
struct Begun {
    chain: FakeChain,
    services: Services,
    journal: Journal,
    state: StateDir,
    folder: tempfile::TempDir,
}

impl Begun {
    async fn new() -> Self {
        let (chain, folder) = (FakeChain::new(circuits()), folder());
        let services = services_on(&chain, &Fuse::endless());
        let state = StateDir::open(folder.path()).unwrap();
        let journal = begin(&services, &state).await.unwrap();
        Self { chain, services, journal, state, folder }
    }

    /// One that has come to this step, and the step.
    async fn at(step: &str) -> (Self, Action) {
        let begun = Self::new().await;
        let action = work_until(&begun.services, &begun.journal, step).await;
        (begun, action)
    }

    async fn take(&self, action: &Action) -> Result<(), StepError> {
        take(&self.services, &self.journal, action).await
    }

    /// Why a step is refused that would otherwise lead to a stake.
    async fn refusal(&self, action: &Action) -> Refusal {
        let refused = self.take(action).await.unwrap_err();
        assert!(self.chain.world().accepted.is_empty(), "{refused}");
        match refused {
            StepError::Refusal(refusal) => refusal,
            other => panic!("{other}"),
        }
    }

    /// The terms of the task, but for models of another shape.
    fn with_other_shape(&self) -> Chosen {
        let architecture = named("tiny-4x3x3-labels").unwrap();
        Chosen { architecture, ..self.journal.chosen().unwrap() }
    }
}

#[tokio::test]
async fn circuits_whose_proofs_the_chain_refuses_are_not_relied_on() {
    let (begun, Circuits { score, delivery }) = (Begun::new().await, circuits());
    for circuit in [score.info().id(), delivery.info().id()] {
        let right = begun.chain.world().circuits.remove(&circuit).unwrap();
        let unknown = begun.refusal(&Action::FetchData).await;
        assert!(matches!(unknown, Refusal::Circuit(_)), "{unknown}");
        let disabled = CircuitRecord { status: CircuitStatus::Disabled, ..right.clone() };
        begun.chain.world().circuits.insert(circuit, disabled);
        let disabled = begun.refusal(&Action::FetchData).await;
        assert!(matches!(disabled, Refusal::Circuit(_)), "{disabled}");
        begun.chain.world().circuits.insert(circuit, right);
    }
    begun.take(&Action::FetchData).await.unwrap();
}

#[tokio::test]
async fn a_score_circuit_of_another_shape_is_refused() {
    let begun = Begun::new().await;
    let journal = begun.state.begin(&begun.with_other_shape()).unwrap();
    let refused = take(&begun.services, &journal, &Action::FetchData).await.unwrap_err();
    assert!(matches!(refused, StepError::Refusal(Refusal::Circuit(_))), "{refused}");
}

/// Nobody can make a key of a ceremony.
#[tokio::test]
async fn a_proving_key_that_is_missing_is_noticed_before_anything_is_at_stake() {
    let Circuits { score, delivery } = circuits();
    for circuit in [score.info().id(), delivery.info().id()] {
        let mut begun = Begun::new().await;
        let keys = KeyStore::at(begun.folder.path().join("keys"));
        begun.services.provers = Arc::new(Provers::new(keys));
        let origin = KeyOrigin::Ceremony(ContentHash([7; 32]));
        begun.chain.world().circuits.get_mut(&circuit).unwrap().origin = origin;
        let refused = begun.refusal(&Action::FetchData).await;
        assert!(matches!(refused, Refusal::Key(_)), "{refused}");
    }
}

#[tokio::test]
async fn training_data_has_all_blocks_but_the_test_blocks() {
    let mut begun = Begun::new().await;
    let faults = [(&[1][..], "is published with"), (&[1, 2, 4][..], "is missing from")];
    for (left_out, fault) in faults {
        let blob = begun.chain.world().data.train_blob(left_out).encode().unwrap();
        begun.services.blobs =
            Arc::new(FakeStore { blob: Some(blob), stores: true, fuse: Fuse::endless() });
        let refused = begun.refusal(&Action::FetchData).await;
        assert!(matches!(&refused, Refusal::Data(text) if text.contains(fault)), "{refused}");
    }
}

#[tokio::test]
async fn training_data_for_another_shape_is_told_by_its_name() {
    let begun = Begun::new().await;
    let (blob, roots) = (begun.chain.blob(), begun.chain.world().data.roots().to_vec());
    let refused = fetch::check_data(&begun.with_other_shape(), &blob, &roots, &[1, 4]).unwrap_err();
    let text = refused.to_string();
    assert!(text.contains("tiny-4x3x2, the task for tiny-4x3x3-labels"), "{text}");
}

#[tokio::test]
async fn what_the_owner_keeps_free_stays_free() {
    let mut begun = Begun::new().await;
    begun.services.config.limits.free_disk_mib = u64::MAX;
    let short = begun.take(&Action::FetchData).await.unwrap_err();
    assert!(matches!(short, StepError::Shortage(Shortage::Disk { .. })), "{short}");
    begun.services.config.limits.free_disk_mib = 0;
    for step in ["train", "prove"] {
        begun.services.config.limits.free_memory_mib = 0;
        let action = work_until(&begun.services, &begun.journal, step).await;
        begun.services.config.limits.free_memory_mib = u64::MAX;
        let short = begun.take(&action).await.unwrap_err();
        assert!(matches!(short, StepError::Shortage(Shortage::Memory { .. })), "{short}");
    }
}

/// Gives its model at once, and keeps for how long it might have trained.
#[derive(Debug, Default)]
struct TimedTrainer(Mutex<Duration>);

impl Trainer for TimedTrainer {
    fn train(&self, job: &TrainingJob) -> Result<ModelFact, LearnError> {
        *self.0.lock().unwrap() = job.until.saturating_duration_since(Instant::now());
        ReadyTrainer(perfect_model()).train(job)
    }
}

/// Ten blocks of a second are left to commit, of which four are kept for the commitment.
#[tokio::test]
async fn a_training_leaves_time_for_the_commitment() {
    for (longest, expected) in [(1000, 6), (3, 3)] {
        let (mut begun, train) = Begun::at("train").await;
        let trainer = Arc::new(TimedTrainer::default());
        begun.services.trainer = trainer.clone();
        begun.services.config.limits.training_seconds = longest;
        begun.take(&train).await.unwrap();
        let time = *trainer.0.lock().unwrap();
        assert!(!time.is_zero() && time <= Duration::from_secs(expected), "{time:?}");
    }
}

/// The chain may abandon the block in which a task was created, and give its number to another one.
#[tokio::test]
async fn no_stake_is_given_for_another_task_than_the_chosen_one() {
    let (begun, commit) = Begun::at("commit").await;
    let right = begun.chain.world().task.clone();
    let changes: [fn(&mut Task); 5] = [
        |task| task.encoding.0[0] ^= 1,
        |task| task.recipient = PointBytes(RecipientSecret::curriculum().key().to_bytes()),
        |task| task.recipient.0 = [0; 64],
        |task| task.terms.stake += 1,
        |task| task.train_data = Some(BlobId([9; 32])),
    ];
    for change in changes {
        change(&mut begun.chain.world().task);
        assert_eq!(begun.refusal(&commit).await, Refusal::OtherTask);
        begun.chain.world().task = right.clone();
    }
    begun.take(&commit).await.unwrap();
    assert_eq!(begun.chain.world().accepted, ["commit"]);
}

/// Whoever runs the node could else make the worker claim a score that it cannot prove.
#[tokio::test]
async fn no_score_is_claimed_for_rows_that_have_another_root() {
    let (begun, score) = Begun::at("score").await;
    let [right, other] = [4, 1].map(|block| begun.chain.world().revealed[&block].clone());
    begun.chain.world().revealed.insert(4, other);
    let refused = begun.take(&score).await.unwrap_err();
    assert!(refused.to_string().contains("wrong rows for block 4"), "{refused}");
    assert_eq!(begun.journal.progress().unwrap().score, None);
    begun.chain.world().revealed.insert(4, right);
    begun.take(&score).await.unwrap();
    assert_eq!(begun.journal.score().unwrap().points(), 64);
}

#[tokio::test]
async fn a_claim_is_noted_before_it_is_sent_and_in_no_block_after_its_phase() {
    let (begun, claim) = Begun::at("claim").await;
    let now = begun.chain.world().now;
    let end = begun.chain.world().task.deadline(now).unwrap();
    begun.chain.world().now = end - 1;
    let late = begun.take(&claim).await.unwrap_err();
    assert!(matches!(late, StepError::Chain(ChainError::TooLate(_))), "{late}");
    assert_eq!(begun.journal.progress().unwrap().claim, ClaimStage::Claimed);
    begun.chain.world().now = end;
    let over = begun.take(&claim).await.unwrap_err();
    assert!(matches!(over, StepError::MovedOn(_)), "{over}");
    assert_eq!(begun.chain.world().accepted, ["commit"]);
}

/// Later it would cost a fee, and free nothing.
#[tokio::test]
async fn a_commitment_of_the_curriculum_is_taken_back_in_no_block_after_the_claim_phase() {
    let (begun, _) = Begun::at("claim").await;
    begun.chain.world().task.funding = Funding::Curriculum;
    let (concede, now) = (Action::Concede(Concession::TooLittle), begun.chain.world().now);
    let end = begun.chain.world().task.deadline(now).unwrap();
    begun.chain.world().now = end - 1;
    let late = begun.take(&concede).await.unwrap_err();
    assert!(matches!(late, StepError::Chain(ChainError::TooLate(_))), "{late}");
    begun.chain.world().now = end;
    let over = begun.take(&concede).await.unwrap_err();
    assert!(matches!(over, StepError::MovedOn(_)), "{over}");
    begun.chain.world().now = end - 2;
    begun.take(&concede).await.unwrap();
    assert_eq!(begun.chain.world().accepted, ["commit", "withdraw"]);
}

/// Whoever runs the node could else ask the model about rows of its own.
#[tokio::test]
async fn no_score_is_proved_on_rows_that_have_another_root() {
    let (begun, _) = Begun::at("prove").await;
    let [right, other] = [4, 1].map(|block| begun.chain.world().revealed[&block].clone());
    let mut salted = right.clone();
    salted.salt[0] ^= 1;
    let prove = Action::Prove(vec![4]);
    for wrong in [other, salted] {
        begun.chain.world().revealed.insert(4, wrong);
        let refused = begun.take(&prove).await.unwrap_err();
        assert!(refused.to_string().contains("wrong rows for block 4"), "{refused}");
    }
    assert!(begun.journal.progress().unwrap().proofs.is_empty());
    begun.chain.world().revealed.insert(4, right);
    begun.take(&prove).await.unwrap();
}

#[tokio::test]
async fn each_proof_has_its_own_salt_and_each_sealing_its_own_number() {
    let (begun, _) = Begun::at("submit-scores").await;
    let first = begun.journal.proof(Whose::Own, 4).unwrap().score;
    begun.take(&Action::Prove(vec![4])).await.unwrap();
    let second = begun.journal.proof(Whose::Own, 4).unwrap().score;
    assert_eq!(first.points, second.points);
    assert_ne!(first.sums, second.sums);
    work_until(&begun.services, &begun.journal, "store-copy").await;
    let first = begun.journal.sealed().unwrap().key;
    begun.take(&Action::SealKey).await.unwrap();
    let second = begun.journal.sealed().unwrap().key;
    assert_ne!(first.ephemeral, second.ephemeral);
    assert_ne!(first.masked_key, second.masked_key);
}

#[tokio::test]
async fn the_tip_is_a_part_of_what_the_rank_is_paid() {
    let begun = Begun::new().await;
    begun.chain.world().task.terms.shares = List::truncate_from(vec![7_000, 3_000]);
    let deliver = work_until(&begun.services, &begun.journal, "deliver").await;
    begun.take(&deliver).await.unwrap();
    assert_eq!(begun.chain.world().tip, 7 * NNK);
}

/// A store that never answers.
#[derive(Debug)]
struct SilentStore;

#[async_trait]
impl Blobs for SilentStore {
    async fn get(&self, _: &BlobId, _: u64, _: Listener) -> Result<Bytes, BlobError> {
        future::pending().await
    }

    async fn put(&self, _: Vec<u8>) -> Result<Option<BlobId>, BlobError> {
        future::pending().await
    }
}

#[tokio::test]
async fn a_store_that_does_not_answer_takes_a_part_of_the_turn_alone() {
    let (mut begun, store_copy) = Begun::at("store-copy").await;
    begun.services.blobs = Arc::new(SilentStore);
    let stop = CancellationToken::new();
    let step = step(&begun.services, &begun.journal, &stop);
    // Thirty blocks of a second are left, then a thousand, then two.
    let part = deliver::time_to_upload(&step).await.unwrap();
    assert_eq!(part, Duration::from_millis(7500));
    begun.chain.world().task.terms.periods.deliver = 1000;
    let part = deliver::time_to_upload(&step).await.unwrap();
    assert_eq!(part, Duration::from_secs(30));
    begun.chain.world().task.terms.periods.deliver = 2;
    let storing = tokio::time::timeout(Duration::from_secs(60), begun.take(&store_copy));
    storing.await.expect("it is waited for without end").unwrap();
    assert_eq!(begun.journal.copy().unwrap().blob, None);
}
