use super::*;
use crate::secret::Secret;
use nocknock_client::{AccountId, Hash};
use nocknock_primitives::{
    circuit::ProofBytes,
    ids::{BlobId, CircuitId, ContentHash, ModelCommitment, PointBytes},
    model::{names::named, Architecture, Fr, ModelOwner, RecipientSecret, Weights},
    task::{Outcome, ProvedScore, SealedKeyBytes},
};
use std::fs;

fn tiny() -> Architecture {
    named("tiny-4x3x2").unwrap()
}

fn chosen(task: TaskId) -> Chosen {
    Chosen {
        task,
        experiment: 1,
        architecture: tiny(),
        encoding: ContentHash([5; 32]),
        recipient: RecipientSecret::curriculum().key(),
        score_circuit: CircuitId([1; 32]),
        score_rows: 5000,
        delivery_circuit: CircuitId([2; 32]),
        train_data: BlobId([3; 32]),
        stake: u128::MAX,
        reward: 7,
        at: 9,
        test_blocks: 2,
        curriculum: false,
        prove_period: 10,
    }
}

fn model() -> ModelFact {
    ModelFact {
        weights: Weights::zero(&tiny()),
        training_accuracy: 0.5,
        validation_accuracy: Some(0.25),
        hyperparameters: ContentHash([4; 32]),
    }
}

/// Whose models the tests commit to.
fn bind() -> Fr {
    let owner = ModelOwner { genesis_hash: [9; 32], task: 1, worker: [1; 32], encoding: [5; 32] };
    owner.to_field()
}

fn commitment(weights: &Weights) -> CommitmentFact {
    let sealed = CommitmentFact::seal(&tiny(), bind(), Secret::draw().unwrap(), weights);
    sealed.unwrap().0
}

fn proof() -> ProofFact {
    let proof = ProofBytes([5; 256]);
    let score = ProvedScore { points: 20, sums: [6; 32], inputs: [7; 32], proof };
    ProofFact { block: 3, rows: 32, score }
}

/// Scores of the own model, and of a champion.
fn score(champion: u8) -> ScoreFact {
    let champion = ChampionFact {
        model: ModelCommitment([champion; 32]),
        circuit: CircuitId([1; 32]),
        points: 17,
    };
    ScoreFact { blocks: [(3, 20), (4, 22)].into(), champion: Some(champion) }
}

fn sealed() -> SealedFact {
    let key = SealedKeyBytes { ephemeral: PointBytes([8; 64]), masked_key: [9; 32] };
    SealedFact { key, proof: ProofBytes([5; 256]) }
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
    journal.save_score(&score(7)).unwrap();
    journal.save_claim(ClaimStage::Claimed).unwrap();
    journal.save_claim(ClaimStage::Asked).unwrap();
    journal.save_proof(Whose::Own, &proof()).unwrap();
    let of_champion = ProofFact { block: 4, ..proof() };
    journal.save_proof(Whose::Champion, &of_champion).unwrap();
    journal.save_sealed(&sealed()).unwrap();
    let copy = CopyFact { blob: Some(BlobId([9; 32])) };
    journal.save_copy(&copy).unwrap();
    let ending = EndingFact {
        ending: Ending::Over { outcome: Outcome::NoWinner, claim: ClaimStage::Asked },
        at: 5,
        earned: Some(u128::MAX),
    };
    journal.save_ending(&ending).unwrap();
    let progress = journal.progress().unwrap();
    assert_eq!(progress.commitment, Some(commitment.model));
    assert_eq!(progress.ending, Some(ending));
    assert!(progress.model && progress.sealed && progress.copied && !progress.data);
    assert!(progress.proofs.iter().eq([&3]) && progress.champion_proofs.iter().eq([&4]));
    assert_eq!((progress.score, progress.claim), (Some(score(7)), ClaimStage::Asked));
    assert_eq!(score(7).points(), 42);
    let committed = journal.commitment(bind()).unwrap();
    assert_eq!(committed.fact, commitment);
    assert!(committed.model == model() && journal.model().unwrap() == model());
    assert_eq!(committed.ciphertext.len(), tiny().weight_elements());
    assert_eq!(journal.proof(Whose::Own, 3).unwrap(), proof());
    assert_eq!(journal.proof(Whose::Champion, 4).unwrap(), of_champion);
    assert!(journal.proof(Whose::Champion, 3).is_err());
    assert_eq!(journal.sealed().unwrap(), sealed());
    assert_eq!(journal.copy().unwrap(), copy);
}

#[test]
fn tasks_of_another_version_are_refused_with_what_to_do() {
    let (folder, state) = open();
    state.begin(&chosen(1)).unwrap();
    drop(state);
    let version = folder.path().join("version.json");
    let older = |error: StateError| {
        let text = error.to_string();
        assert!(text.contains("another version") && text.contains("mv "), "{text}");
    };
    for other in [None, Some(checksum::added(br#"{ "version": 2 }"#))] {
        match other {
            Some(bytes) => fs::write(&version, bytes).unwrap(),
            None => fs::remove_file(&version).unwrap(),
        }
        older(StateDir::open(folder.path()).unwrap_err());
        older(StateDir::peek(folder.path()).unwrap_err());
    }
    fs::rename(folder.path().join("tasks"), folder.path().join("aside")).unwrap();
    let state = StateDir::open(folder.path()).unwrap();
    state.begin(&chosen(2)).unwrap();
    drop(state);
    assert_eq!(StateDir::open(folder.path()).unwrap().tasks().unwrap(), [2]);
}

#[test]
fn a_damaged_version_is_told_of_with_what_mends_it() {
    let (folder, state) = open();
    state.begin(&chosen(1)).unwrap();
    drop(state);
    let version = folder.path().join("version.json");
    let mut damaged = fs::read(&version).unwrap();
    *damaged.last_mut().unwrap() ^= 1;
    fs::write(&version, damaged).unwrap();
    for error in [StateDir::open(folder.path()).err(), StateDir::peek(folder.path()).err()] {
        let error = error.unwrap();
        assert!(matches!(error, StateError::DamagedVersion { .. }), "{error}");
        assert!(error.to_string().contains("another state directory, or of a backup"), "{error}");
    }
    let (other, state) = open();
    state.begin(&chosen(7)).unwrap();
    fs::copy(other.path().join("version.json"), &version).unwrap();
    assert_eq!(StateDir::open(folder.path()).unwrap().tasks().unwrap(), [1]);
    fs::write(&version, "{").unwrap();
    fs::remove_dir_all(folder.path().join("tasks")).unwrap();
    assert!(matches!(StateDir::open(folder.path()), Err(StateError::DamagedVersion { .. })));
    fs::remove_file(&version).unwrap();
    assert!(StateDir::open(folder.path()).is_ok(), "there are no tasks");
}

#[test]
fn what_the_disk_does_not_take_in_a_turn_is_held_until_the_process_ends() {
    let (_folder, state) = open();
    let journal = state.begin(&chosen(1)).unwrap();
    let copy = CopyFact { blob: Some(BlobId([9; 32])) };
    journal.hold_sealed(sealed());
    journal.clone().hold_copy(copy.clone());
    let progress = journal.progress().unwrap();
    assert!(progress.sealed && progress.copied);
    assert_eq!((journal.sealed().unwrap(), journal.copy().unwrap()), (sealed(), copy));
    let next_start = state.journal(1).unwrap();
    assert!(!next_start.progress().unwrap().sealed && next_start.sealed().is_err());
    journal.put_aside(&journal.sealed_file(), "its proof does not hold").unwrap();
    assert!(!journal.progress().unwrap().sealed, "it is made again");
}

#[test]
fn neither_a_second_key_nor_another_model_is_written_after_a_commitment() {
    let (_folder, state) = open();
    let journal = state.begin(&chosen(1)).unwrap();
    journal.save_model(&model()).unwrap();
    let first = commitment(&model().weights);
    journal.save_commitment(&first).unwrap();
    assert!(journal.save_commitment(&commitment(&model().weights)).is_err());
    let mut other = model();
    other.weights.layers[1].biases[0] = 1;
    assert!(journal.save_model(&other).is_err());
    assert_eq!(journal.commitment(bind()).unwrap().fact, first);
    assert!(journal.model().unwrap() == model());
}

#[test]
fn a_model_that_does_not_open_its_commitment_is_noticed() {
    let (_folder, state) = open();
    let journal = state.begin(&chosen(1)).unwrap();
    let mut other = model();
    other.weights.layers[1].biases[0] = 1;
    journal.save_model(&model()).unwrap();
    journal.save_commitment(&commitment(&other.weights)).unwrap();
    assert!(matches!(journal.commitment(bind()), Err(StateError::Damaged { .. })));
}

#[test]
fn a_model_of_another_shape_than_the_tasks_is_noticed() {
    let (_folder, state) = open();
    let journal = state.begin(&chosen(1)).unwrap();
    let other = named("digits-64x32x10").unwrap();
    journal.save_model(&ModelFact { weights: Weights::zero(&other), ..model() }).unwrap();
    assert!(matches!(journal.model(), Err(StateError::Damaged { .. })));
}

#[test]
fn a_commitment_of_another_worker_or_task_is_noticed() {
    let (_folder, state) = open();
    let journal = state.begin(&chosen(1)).unwrap();
    journal.save_model(&model()).unwrap();
    journal.save_commitment(&commitment(&model().weights)).unwrap();
    assert!(journal.commitment(bind()).is_ok());
    let other = journal.commitment(bind() + Fr::from(1u8));
    assert!(matches!(other, Err(StateError::Damaged { .. })));
}

#[test]
fn damage_is_named_without_repeating_the_content() {
    let (_folder, state) = open();
    let journal = state.begin(&chosen(1)).unwrap();
    let path = journal.folder().join("commitment.json");
    fs::write(&path, checksum::added(br#"{"key": "secret-looking"}"#)).unwrap();
    let error = journal.progress().unwrap_err().to_string();
    assert!(error.contains("commitment.json"), "{error}");
    assert!(!error.contains("secret-looking"), "{error}");
}

#[test]
fn nothing_secret_is_printed_by_debug() {
    let fact = commitment(&model().weights);
    let key = hex::encode(fact.key.expose_bytes());
    let printed = format!("{fact:?} {:?}", model());
    assert!(!printed.contains(&key) && !printed.contains("[0, 0"), "{printed}");
}

fn data_of(blob: &[u8]) -> DataFact {
    DataFact { blocks: 3, samples: 96, digest: blake3::hash(blob).to_hex().to_string() }
}

/// Every file that a journal is resumed from, with one bit of it flipped.
#[test]
fn a_flipped_bit_is_noticed_in_every_file() {
    let (_folder, state) = open();
    let journal = state.begin(&chosen(1)).unwrap();
    journal.save_data(b"rows", &data_of(b"rows")).unwrap();
    journal.save_model(&model()).unwrap();
    journal.save_commitment(&commitment(&model().weights)).unwrap();
    journal.save_score(&score(7)).unwrap();
    journal.save_proof(Whose::Own, &proof()).unwrap();
    journal.save_proof(Whose::Champion, &proof()).unwrap();
    journal.save_sealed(&sealed()).unwrap();
    journal.save_copy(&CopyFact { blob: Some(BlobId([9; 32])) }).unwrap();
    journal.save_ending(&EndingFact { ending: Ending::Paid, at: 5, earned: None }).unwrap();
    type Read = fn(&Journal) -> Result<(), StateError>;
    let files: [(&str, Read); 11] = [
        ("chosen.json", |journal| journal.chosen().map(|_| ())),
        ("train.blob", |journal| journal.data().map(|_| ())),
        ("data.json", |journal| journal.data().map(|_| ())),
        ("model.json", |journal| journal.model().map(|_| ())),
        ("commitment.json", |journal| journal.commitment(bind()).map(|_| ())),
        ("score.json", |journal| journal.score().map(|_| ())),
        ("proofs/00003.json", |journal| journal.proof(Whose::Own, 3).map(|_| ())),
        ("champion/00003.json", |journal| journal.proof(Whose::Champion, 3).map(|_| ())),
        ("sealed.json", |journal| journal.sealed().map(|_| ())),
        ("copy.json", |journal| journal.copy().map(|_| ())),
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
    for name in [
        "score.json",
        "proofs/00003.json",
        "champion/00003.json",
        "sealed.json",
        "copy.json",
        "train.blob",
        "data.json",
    ] {
        assert!(is_made_again(name), "{name}");
    }
    for name in ["commitment.json", "chosen.json", "claimed.json", "ending.json"] {
        assert!(!is_made_again(name), "{name}");
    }
    assert!(is_made_again("model.json"), "nothing was committed to");
    journal.save_model(&model()).unwrap();
    journal.save_commitment(&commitment(&model().weights)).unwrap();
    assert!(!is_made_again("model.json"), "the commitment is to this model");
}

#[test]
fn a_damaged_score_counts_as_none_because_it_is_made_again() {
    let (_folder, state) = open();
    let journal = state.begin(&chosen(1)).unwrap();
    journal.save_score(&score(7)).unwrap();
    fs::write(journal.folder().join("score.json"), "{").unwrap();
    assert_eq!(journal.progress().unwrap().score, None);
    journal.save_score(&score(7)).unwrap();
    assert_eq!(journal.progress().unwrap().score, Some(score(7)));
}

#[test]
fn proofs_of_a_champion_go_when_another_one_is_scored() {
    let (_folder, state) = open();
    let journal = state.begin(&chosen(1)).unwrap();
    journal.save_score(&score(7)).unwrap();
    for whose in [Whose::Own, Whose::Champion] {
        journal.save_proof(whose, &proof()).unwrap();
    }
    journal.save_score(&score(7)).unwrap();
    assert_eq!(journal.progress().unwrap().champion_proofs.len(), 1);
    journal.save_score(&score(8)).unwrap();
    let progress = journal.progress().unwrap();
    assert_eq!((progress.proofs.len(), progress.champion_proofs.len()), (1, 0));
}

#[test]
fn the_farthest_stage_of_a_claim_counts() {
    let (_folder, state) = open();
    let journal = state.begin(&chosen(1)).unwrap();
    let stage = || journal.progress().unwrap().claim;
    journal.save_claim(ClaimStage::Silent).unwrap();
    assert_eq!(stage(), ClaimStage::Silent);
    for next in [ClaimStage::Claimed, ClaimStage::Proved] {
        journal.save_claim(next).unwrap();
        assert_eq!(stage(), next);
    }
    journal.save_claim(ClaimStage::Asked).unwrap();
    assert_eq!(stage(), ClaimStage::Proved);
}

#[test]
fn training_data_that_is_put_aside_is_fetched_again() {
    let (_folder, state) = open();
    let journal = state.begin(&chosen(1)).unwrap();
    journal.save_data(b"rows", &data_of(b"rows")).unwrap();
    journal.put_aside(&journal.data_file(), "for a test").unwrap();
    assert!(!journal.progress().unwrap().data);
}
