use super::*;
use crate::secret::Secret;
use nocknock_client::{AccountId, Hash};
use nocknock_primitives::{
    ids::{BlobId, CircuitId, ContentHash, ModelCommitment},
    model::{field, model_commitment, shape::TINY_4X3X2, Weights},
    task::Outcome,
};
use std::fs;

fn chosen(task: TaskId) -> Chosen {
    Chosen {
        task,
        experiment: 1,
        shape: TINY_4X3X2,
        score_circuit: CircuitId([1; 32]),
        delivery_circuit: CircuitId([2; 32]),
        train_data: BlobId([3; 32]),
        stake: u128::MAX,
        reward: 7,
        at: 9,
        test_blocks: 2,
        prove_period: 10,
    }
}

fn model() -> ModelFact {
    ModelFact {
        weights: Weights::zero(&TINY_4X3X2),
        validation_accuracy: 0.25,
        hyperparameters: ContentHash([4; 32]),
    }
}

fn commitment(weights: &Weights) -> CommitmentFact {
    let salt = Secret::draw().unwrap();
    let opened = model_commitment(&TINY_4X3X2, salt.expose(), weights).unwrap();
    CommitmentFact { model: ModelCommitment(field::to_bytes(&opened)), salt }
}

fn open() -> (tempfile::TempDir, StateDir) {
    let folder = tempfile::tempdir().unwrap();
    let state = StateDir::open(folder.path()).unwrap();
    (folder, state)
}

#[test]
fn a_second_worker_is_kept_out_until_the_first_ends() {
    let (folder, state) = open();
    let second = StateDir::open(folder.path());
    assert!(matches!(second, Err(StateError::Locked { .. })));
    drop(state);
    assert!(StateDir::open(folder.path()).is_ok());
}

#[test]
fn another_account_or_chain_is_refused() {
    let (_folder, state) = open();
    let owner = Owner { account: AccountId { 0: [1; 32] }, genesis: Hash::from([2; 32]) };
    state.claim(&owner).unwrap();
    state.claim(&owner).unwrap();
    let strangers = [
        Owner { account: AccountId { 0: [9; 32] }, ..owner.clone() },
        Owner { genesis: Hash::from([9; 32]), ..owner },
    ];
    for stranger in strangers {
        let refused = state.claim(&stranger);
        assert!(matches!(refused, Err(StateError::OtherOwner { .. })));
    }
}

#[test]
fn tasks_are_found_in_the_order_of_their_numbers() {
    let (folder, state) = open();
    for task in [10, 9, 200] {
        state.begin(&chosen(task)).unwrap();
    }
    // A folder without its first file is a task that was never begun.
    fs::create_dir(folder.path().join("tasks").join("00000000000000000003")).unwrap();
    assert_eq!(state.tasks().unwrap(), [9, 10, 200]);
    assert!(state.journal(3).is_none());
    assert_eq!(state.journal(9).unwrap().chosen().unwrap(), chosen(9));
}

#[test]
fn every_fact_is_read_back() {
    let (_folder, state) = open();
    let journal = state.begin(&chosen(1)).unwrap();
    assert_eq!(journal.progress().unwrap(), Progress::default());
    journal.save_model(&model()).unwrap();
    let commitment = commitment(&model().weights);
    journal.save_commitment(&commitment).unwrap();
    let ending =
        EndingFact { ending: Ending::Over { outcome: Outcome::NoWinner, complete: false }, at: 5 };
    journal.save_ending(&ending).unwrap();
    let progress = journal.progress().unwrap();
    assert_eq!(progress.commitment, Some(commitment.model));
    assert_eq!(progress.ending, Some(ending));
    assert!(progress.model && !progress.data);
    assert_eq!(journal.commitment().unwrap(), commitment);
    assert!(journal.model().unwrap() == model());
}

#[test]
fn a_journal_without_the_newer_terms_is_read() {
    let (_folder, state) = open();
    let journal = state.begin(&chosen(1)).unwrap();
    let path = journal.folder().join("chosen.json");
    let mut fact: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let terms = fact.as_object_mut().unwrap();
    for newer in ["test_blocks", "prove_period"] {
        assert!(terms.remove(newer).is_some(), "{newer}");
    }
    fs::write(&path, fact.to_string()).unwrap();
    let older = Chosen { test_blocks: 0, prove_period: 0, ..chosen(1) };
    assert_eq!(journal.chosen().unwrap(), older);
}

#[test]
fn a_second_salt_is_never_written() {
    let (_folder, state) = open();
    let journal = state.begin(&chosen(1)).unwrap();
    journal.save_model(&model()).unwrap();
    let first = commitment(&model().weights);
    journal.save_commitment(&first).unwrap();
    assert!(journal.save_commitment(&commitment(&model().weights)).is_err());
    assert_eq!(journal.commitment().unwrap(), first);
}

#[test]
fn a_model_that_does_not_open_its_commitment_is_noticed() {
    let (_folder, state) = open();
    let journal = state.begin(&chosen(1)).unwrap();
    let mut other = model();
    other.weights.output_bias[0] = 1;
    journal.save_commitment(&commitment(&other.weights)).unwrap();
    journal.save_model(&model()).unwrap();
    assert!(matches!(journal.commitment(), Err(StateError::Damaged { .. })));
}

#[test]
fn damage_is_named_without_repeating_the_content() {
    let (_folder, state) = open();
    let journal = state.begin(&chosen(1)).unwrap();
    let path = journal.folder().join("commitment.json");
    fs::write(&path, r#"{"model": "secret-looking"}"#).unwrap();
    let error = journal.progress().unwrap_err().to_string();
    assert!(error.contains("commitment.json"), "{error}");
    assert!(!error.contains("secret-looking"), "{error}");
}

#[test]
fn nothing_secret_is_printed_by_debug() {
    let fact = commitment(&model().weights);
    let salt = hex::encode(fact.salt.expose_bytes());
    let printed = format!("{fact:?} {:?}", model());
    assert!(!printed.contains(&salt) && !printed.contains("[0, 0"), "{printed}");
}
