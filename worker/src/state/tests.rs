use super::*;
use crate::secret::Secret;
use nocknock_client::{AccountId, Hash};
use nocknock_primitives::{
    circuit::ProofBytes,
    ids::{BlobId, CircuitId, ContentHash, KeyCommitment, ModelCommitment},
    model::{field, key_hash, model_commitment, shape::TINY_4X3X2, Weights},
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
        training_accuracy: Some(0.5),
        validation_accuracy: Some(0.25),
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
    let ending = EndingFact {
        ending: Ending::Over { outcome: Outcome::NoWinner, complete: false },
        at: 5,
        earned: Some(u128::MAX),
    };
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
    for newer in ["checksum", "test_blocks", "prove_period"] {
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

/// Every file that a journal is resumed from, with one bit of it flipped.
#[test]
fn a_flipped_bit_is_noticed_in_every_file() {
    let (_folder, state) = open();
    let journal = state.begin(&chosen(1)).unwrap();
    let digest = blake3::hash(b"rows").to_hex().to_string();
    let data = DataFact { blocks: 3, samples: 96, digest: Some(digest) };
    journal.save_data(b"rows", &data).unwrap();
    journal.save_model(&model()).unwrap();
    journal.save_commitment(&commitment(&model().weights)).unwrap();
    let proof = ProofBytes([5; 256]);
    let fact = ProofFact { block: 3, score: 20, rows: 32, proof };
    journal.save_proof(&fact).unwrap();
    let key = Secret::draw().unwrap();
    let hash = KeyCommitment(field::to_bytes(&key_hash(&TINY_4X3X2, key.expose())));
    journal.save_key(&DeliveryKey { key, commitment: hash }).unwrap();
    journal.save_sealed(&SealedFact { ciphertext: vec![[1; 32]; 4], proof }).unwrap();
    journal.save_upload(&UploadFact { blob: Some(BlobId([9; 32])) }).unwrap();
    journal.save_ending(&EndingFact { ending: Ending::Paid, at: 5, earned: None }).unwrap();
    type Read = fn(&Journal) -> Result<(), StateError>;
    let files: [(&str, Read); 9] = [
        ("chosen.json", |journal| journal.chosen().map(|_| ())),
        ("train.blob", |journal| journal.data().map(|_| ())),
        ("data.json", |journal| journal.data().map(|_| ())),
        ("model.json", |journal| journal.model().map(|_| ())),
        ("commitment.json", |journal| journal.commitment().map(|_| ())),
        ("proofs/00003.json", |journal| journal.proof(3).map(|_| ())),
        ("key.json", |journal| journal.key().map(|_| ())),
        ("sealed.json", |journal| journal.sealed().map(|_| ())),
        ("ending.json", |journal| journal.progress().map(|_| ())),
    ];
    for (name, read) in files {
        read(&journal).unwrap();
        let path = journal.folder().join(name);
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            fs::write(&path, &damaged).unwrap();
            let error = read(&journal).unwrap_err();
            assert!(matches!(error, StateError::Damaged { .. }), "byte {at} of {name}: {error}");
        }
        fs::write(&path, whole).unwrap();
    }
}

#[test]
fn what_follows_from_other_files_is_made_again_and_nothing_else() {
    let (_folder, state) = open();
    let journal = state.begin(&chosen(1)).unwrap();
    let is_made_again = |name: &str| journal.is_made_again(&journal.folder().join(name));
    for name in ["proofs/00003.json", "sealed.json", "upload.json", "train.blob", "data.json"] {
        assert!(is_made_again(name), "{name}");
    }
    for name in ["commitment.json", "key.json", "chosen.json", "ending.json"] {
        assert!(!is_made_again(name), "{name}");
    }
    assert!(is_made_again("model.json"), "nothing was committed to");
    journal.save_model(&model()).unwrap();
    journal.save_commitment(&commitment(&model().weights)).unwrap();
    assert!(!is_made_again("model.json"), "the commitment is to this model");
}

#[test]
fn training_data_that_is_put_aside_is_fetched_again() {
    let (_folder, state) = open();
    let journal = state.begin(&chosen(1)).unwrap();
    let data = DataFact { blocks: 3, samples: 96, digest: None };
    journal.save_data(b"rows", &data).unwrap();
    journal.put_aside(&journal.data_file(), "for a test").unwrap();
    assert!(!journal.progress().unwrap().data);
}
