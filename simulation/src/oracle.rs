//! In place of proofs: an oracle that knows all models and signs nothing but true scores.
//!
//! A proof is the hash of the circuit and all public inputs under a secret of the simulation, so
//! the chain accepts it for exactly these inputs, as it would a real one. Whoever wants one has to
//! have the model behind the commitment, and gets it for the score that the model really has.

use crate::{
    chain::{
        AccountId, CommitmentOf, Experiments, Rewards, RuntimeCall, System, TaskOf, Tasks,
        DELIVERY, SCORE,
    },
    model::{architecture, Model},
    random::mixed,
};
use codec::Encode;
use core::cell::RefCell;
use frame_support::weights::Weight;
use nocknock_primitives::{
    circuit::{
        CircuitInfo, CircuitKind, CircuitRecord, CircuitStatus, Claim, KeyOrigin, ProofBytes,
    },
    ids::{
        BlockIndex, BlockRoot, CiphertextHash, CircuitId, ContentHash, ExperimentId, FieldBytes,
        KeyCommitment, KeyId, ModelCommitment, PointBytes, TaskId,
    },
    limits::List,
    model::{
        block_root, field, sealed, Claimed, Context, ContextDomain, FoldSize, Fr, KnownBlock,
        SealInputs,
    },
    puzzle::Puzzle,
    task::{
        Attestation, BlockScore, LastChunk, ProvedScore, Reference, RevealedBlock, SealedKeyBytes,
        TestBlock,
    },
    traits::{ProofVerifier, TaskExperiments, VerifyFailure},
};
use sp_io::hashing::blake2_256;
use std::{
    collections::{BTreeMap, HashMap},
    rc::Rc,
};

/// The secret under which proofs are made. Nobody in the simulation reads it.
const SECRET: [u8; 32] = [0x5e; 32];

/// For how many tasks the rows of revealed blocks are kept at hand.
const REMEMBERED: u64 = 40;

/// A row that everybody could see.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown {
    /// Since when.
    pub(crate) since: u64,
    /// In which task, block and place.
    pub(crate) place: (TaskId, BlockIndex, u16),
}

/// A block of a task that the oracle has read.
struct Known {
    block: KnownBlock<'static>,
    rows: Vec<u32>,
}

/// What a model looks like on the chain.
#[derive(Clone, Debug)]
struct Parcel {
    key: KeyCommitment,
    ciphertext: CiphertextHash,
    last: LastChunk,
}

/// All that the oracle, and what stands for public storage, knows.
#[derive(Default)]
struct Book {
    models: BTreeMap<FieldBytes, Model>,
    parcels: HashMap<u64, Parcel>,
    blocks: BTreeMap<(TaskId, BlockIndex), Rc<Known>>,
    shown: HashMap<u32, Shown>,
    published: BTreeMap<(TaskId, BlockIndex), RevealedBlock>,
}

thread_local! {
    static BOOK: RefCell<Book> = RefCell::default();
}

fn book<R>(use_it: impl FnOnce(&mut Book) -> R) -> R {
    BOOK.with_borrow_mut(use_it)
}

/// Forgets everything: another chain starts.
pub(crate) fn reset() {
    book(|book| *book = Book::default());
}

/// The verifier of the chain.
#[derive(Debug)]
#[allow(unreachable_pub, reason = "the configuration of the chain names it")]
pub struct Oracle;

impl Oracle {
    fn sign(circuit: &CircuitId, inputs: &[FieldBytes]) -> ProofBytes {
        let mut proof = [0; 256];
        proof[..32].copy_from_slice(&blake2_256(&(SECRET, circuit, inputs).encode()));
        ProofBytes(proof)
    }
}

impl ProofVerifier<u64> for Oracle {
    fn circuit(id: &CircuitId) -> Option<CircuitRecord<u64>> {
        let kind = match *id {
            SCORE => CircuitKind::Score(architecture().clone()),
            DELIVERY => CircuitKind::Delivery,
            _ => return None,
        };
        let info = CircuitInfo {
            kind,
            constraints: 1,
            matrix_hash: ContentHash::default(),
            key: KeyId::default(),
        };
        let origin = KeyOrigin::Development;
        Some(CircuitRecord { info, origin, status: CircuitStatus::Active, registered_at: 0 })
    }

    fn verify(id: &CircuitId, claim: Claim<'_>) -> Result<(), VerifyFailure> {
        if Self::sign(id, claim.inputs) == *claim.proof {
            Ok(())
        } else {
            Err(VerifyFailure::Refuted)
        }
    }

    fn verify_batch(id: &CircuitId, claims: &[Claim<'_>]) -> Result<(), VerifyFailure> {
        if claims.is_empty() {
            return Err(VerifyFailure::BadInputs);
        }
        claims.iter().try_for_each(|claim| Self::verify(id, *claim))
    }

    /// About what docs/performance.md says of verification in wasm.
    fn verify_weight(claims: u32) -> Weight {
        let more = u64::from(claims.saturating_sub(1));
        Weight::from_parts(5_000_000_000 + 1_700_000_000 * more, 0)
    }

    fn fold_weight(size: &FoldSize) -> Weight {
        let FoldSize { bytes, rows, values, inputs, label_bits } = *size;
        let things = [bytes, rows, values, inputs, label_bits].map(u64::from);
        Weight::from_parts(50_000 * things.iter().sum::<u64>(), 0)
    }
}

/// The hashes with which a worker commits to a model.
pub(crate) fn hashes(model: &Model) -> (KeyCommitment, CiphertextHash) {
    let Parcel { key, ciphertext, .. } = parcel(model);
    (key, ciphertext)
}

/// A model, encrypted. Its weights are a number that stands for it.
fn parcel(model: &Model) -> Parcel {
    let id = model.id();
    let known = book(|book| book.parcels.get(&id).cloned());
    known.unwrap_or_else(|| {
        let made = make_parcel(id);
        book(|book| book.parcels.insert(id, made.clone()));
        made
    })
}

fn make_parcel(id: u64) -> Parcel {
    let architecture = architecture();
    let chunk = vec![Fr::from(id); architecture.weight_elements()];
    let hash = sealed::chunk_hash(architecture, 0, &chunk);
    let ciphertext = sealed::join_chunk_hashes(architecture, &[hash]);
    let key = sealed::key_hash(Fr::from(mixed(&[id, 1])));
    Parcel {
        key: KeyCommitment(field::to_bytes(&key)),
        ciphertext: CiphertextHash(field::to_bytes(&ciphertext)),
        last: LastChunk {
            index: 0,
            chunk: List::truncate_from(chunk.iter().map(field::to_bytes).collect()),
            hashes: List::truncate_from(vec![field::to_bytes(&hash)]),
        },
    }
}

/// Whoever has a model shows the oracle that it is the one behind a commitment.
pub(crate) fn enter(commitment: &CommitmentOf, model: &Model) {
    if hashes(model) == (commitment.key, commitment.ciphertext) {
        book(|book| book.models.insert(commitment.model.0, model.clone()));
    }
}

fn model_behind(commitment: &ModelCommitment) -> Option<Model> {
    book(|book| book.models.get(&commitment.0).cloned())
}

/// The champion of an experiment of the curriculum. Everybody can read its weights.
pub(crate) fn champion(experiment: ExperimentId) -> Option<Model> {
    let champion = <Experiments as TaskExperiments<AccountId, u64>>::champion(experiment)?;
    model_behind(&champion.model)
}

/// A revealed block of a task.
fn known(task: TaskId, block: BlockIndex) -> Option<Rc<Known>> {
    if let Some(known) = book(|book| book.blocks.get(&(task, block)).cloned()) {
        return Some(known);
    }
    let revealed = Tasks::revealed_block(task, block)?;
    let block_of_rows =
        KnownBlock::new(architecture(), &revealed.salt, block, &revealed.rows).ok()?;
    let rows = rows_in(&revealed.rows);
    let known = Rc::new(Known { block: block_of_rows, rows });
    book(|book| {
        book.blocks.retain(|(of, _), _| of.saturating_add(REMEMBERED) > task);
        book.blocks.insert((task, block), known.clone());
    });
    Some(known)
}

/// The rows of a block in wire form: see [`crate::model::wire`].
fn rows_in(wire: &[u8]) -> Vec<u32> {
    let bytes = wire.get(2..).unwrap_or_default();
    let row = |bytes: &[u8]| u32::from_le_bytes([bytes[1], bytes[2], bytes[3], bytes[4]]);
    bytes.chunks_exact(5).map(row).collect()
}

/// How many rows of a revealed block a model gets right.
fn points_on(model: &Model, known: &Known) -> u32 {
    if model.memory.is_none() {
        return model.points(&known.rows, |_| None);
    }
    book(|book| model.points(&known.rows, |row| book.shown.get(&row).map(|shown| shown.since)))
}

/// How many test rows of a task a model gets right, once all are revealed.
pub(crate) fn points(id: TaskId, task: &TaskOf, model: &Model) -> Option<u32> {
    let points = |test: &TestBlock| {
        let block = known(id, test.index)?;
        Some(points_on(model, &block))
    };
    task.tests.iter().map(points).sum()
}

/// The same for the champion that the task is compared with.
pub(crate) fn champions_points(id: TaskId, task: &TaskOf) -> Option<u32> {
    points(id, task, &model_behind(&task.reference.as_ref()?.model)?)
}

/// What a score is proved of, and for what.
struct Statement<'a> {
    domain: ContextDomain,
    circuit: CircuitId,
    task: TaskId,
    worker: &'a AccountId,
    model: ModelCommitment,
}

/// The proved score of a model on a test block: the true one, and only if the oracle was shown the
/// model.
fn score(statement: &Statement<'_>, block: BlockIndex) -> Option<BlockScore> {
    let Statement { domain, circuit, task, worker, model } = statement;
    let known = known(*task, block)?;
    let points = points_on(&model_behind(model)?, &known);
    let context = context(*domain, *circuit, *task, worker, block);
    let claimed = Claimed { sums: Fr::from(1u64), inputs: Fr::from(2u64), score: points };
    let commitment = field::from_bytes(&model.0).ok()?;
    let inputs = known.block.inputs(context, commitment, &claimed).to_bytes();
    let proof = Oracle::sign(circuit, &inputs.in_order());
    let score = ProvedScore { points, sums: inputs.sums, inputs: inputs.inputs, proof };
    Some(BlockScore { block, score })
}

/// As the chain computes it.
fn context(
    domain: ContextDomain,
    circuit: CircuitId,
    task: TaskId,
    worker: &AccountId,
    block: BlockIndex,
) -> Fr {
    let genesis_hash = System::block_hash(0u64).0;
    let worker = worker.clone().into();
    Context { domain, genesis_hash, circuit, task, worker, block }.to_field()
}

/// The proved scores of a worker's committed model on all test blocks.
pub(crate) fn own_scores(
    id: TaskId,
    task: &TaskOf,
    worker: &AccountId,
    commitment: &CommitmentOf,
) -> Option<Vec<BlockScore>> {
    let statement = Statement {
        domain: ContextDomain::Score,
        circuit: task.terms.score_circuit,
        task: id,
        worker,
        model: commitment.model,
    };
    task.tests.iter().map(|test| score(&statement, test.index)).collect()
}

/// Those of the champion on the test blocks on which it is not proved yet.
pub(crate) fn champions_scores(id: TaskId, task: &TaskOf) -> Vec<BlockScore> {
    let Some(reference) = &task.reference else {
        return Vec::new();
    };
    let Reference { worker, model, circuit, .. } = reference;
    let domain = ContextDomain::Champion;
    let statement = Statement { domain, circuit: *circuit, task: id, worker, model: *model };
    let tests = (0u32..).zip(&task.tests).filter(|(place, _)| !reference.has_proved(*place));
    tests.filter_map(|(_, test)| score(&statement, test.index)).collect()
}

/// The call that delivers a model, if the worker has it.
pub(crate) fn delivery(
    id: TaskId,
    task: &TaskOf,
    worker: &AccountId,
    commitment: &CommitmentOf,
) -> Option<RuntimeCall> {
    let model = model_behind(&commitment.model)?;
    let circuit = task.terms.delivery_circuit;
    let context = context(ContextDomain::Delivery, circuit, id, worker, 0);
    let key = SealedKeyBytes { ephemeral: PointBytes([0; 64]), masked_key: [0; 32] };
    let inputs = SealInputs::from_bytes(
        &task.recipient,
        field::to_bytes(&context),
        commitment.key.0,
        &key.ephemeral,
        key.masked_key,
    );
    let proof = Oracle::sign(&circuit, &inputs.in_order());
    Some(RuntimeCall::Tasks(pallet_tasks::Call::deliver {
        task: id,
        last: Some(Box::new(parcel(&model).last)),
        key: Box::new(key),
        proof: Box::new(proof),
        attestation: Attestation::default(),
    }))
}

/// The call that registers a worker, whose practice model is always right.
pub(crate) fn registration(worker: &AccountId) -> Option<RuntimeCall> {
    let terms = Rewards::registration_terms()?;
    let (practice, block) = Rewards::practice()?;
    let known = KnownBlock::new(architecture(), &block.salt, 0, &block.rows).ok()?;
    let round = Rewards::registration_round(worker.clone());
    let domain = ContextDomain::Registration { seed: terms.seed };
    let context = context(domain, practice.circuit, round, worker, 0);
    let element = Fr::from(9u64);
    let points = practice.rows;
    let claimed = Claimed { sums: Fr::from(1u64), inputs: Fr::from(2u64), score: points };
    let inputs = known.inputs(context, element, &claimed).to_bytes();
    let proof = Oracle::sign(&practice.circuit, &inputs.in_order());
    let score = ProvedScore { points, sums: inputs.sums, inputs: inputs.inputs, proof };
    let model = ModelCommitment(field::to_bytes(&element));
    let puzzle = Puzzle::of_registration(&terms.seed, worker.as_ref(), &model, &score);
    let nonce = puzzle.solve(terms.bits, 0..)?;
    Some(RuntimeCall::Rewards(pallet_rewards::Call::register_worker {
        worker: worker.clone(),
        model,
        score: Box::new(score),
        seed: terms.newest,
        nonce,
    }))
}

/// The root of a block.
pub(crate) fn root(index: BlockIndex, block: &RevealedBlock) -> BlockRoot {
    BlockRoot(field::to_bytes(&block_root(architecture(), &block.salt, index, &block.rows)))
}

/// Everybody can see this block from now on, outside of the chain.
pub(crate) fn publish(task: TaskId, index: BlockIndex, block: &RevealedBlock) {
    let since = System::block_number();
    book(|book| {
        for (place, row) in (0u16..).zip(rows_in(&block.rows)) {
            let shown = Shown { since, place: (task, index, place) };
            book.shown.entry(row).or_insert(shown);
        }
        book.published.insert((task, index), block.clone());
    });
}

/// A block that everybody can see.
pub(crate) fn published(task: TaskId, index: BlockIndex) -> Option<RevealedBlock> {
    book(|book| book.published.get(&(task, index)).cloned())
}

/// The rows of a published block that were shown elsewhere before: their places, and where that
/// was.
pub(crate) fn repeated_rows(task: TaskId, index: BlockIndex) -> Vec<(u16, Shown)> {
    book(|book| {
        let rows = book.published.get(&(task, index)).map(|block| rows_in(&block.rows));
        let shown = |row: u32| book.shown.get(&row).copied();
        (0u16..)
            .zip(rows.unwrap_or_default())
            .filter_map(|(place, row)| Some((place, shown(row)?)))
            .filter(|(_, shown)| (shown.place.0, shown.place.1) != (task, index))
            .collect()
    })
}

#[cfg(feature = "runtime-benchmarks")]
mod benchmarks {
    //! The pallets' benchmarks do not run here, but with their feature a helper has to be named.

    use super::*;
    use nocknock_primitives::model::Architecture;
    use sp_core::sr25519::Public;

    impl pallet_tasks::benchmarking::BenchmarkHelper<AccountId> for Oracle {
        fn circuits(_: &Architecture) -> (CircuitId, CircuitId) {
            (SCORE, DELIVERY)
        }

        fn prove(_: &CircuitKind, circuit: &CircuitId, inputs: &[FieldBytes]) -> ProofBytes {
            Self::sign(circuit, inputs)
        }

        fn experiment(_: &AccountId) -> ExperimentId {
            0
        }
    }

    impl pallet_rewards::benchmarking::BenchmarkHelper<AccountId> for Oracle {
        fn score_circuit(_: &Architecture) -> CircuitId {
            SCORE
        }

        fn prove(circuit: &CircuitId, inputs: &[FieldBytes]) -> ProofBytes {
            Self::sign(circuit, inputs)
        }

        fn experiment() -> ExperimentId {
            0
        }

        fn set_keys(_: &AccountId) {}

        fn set_babe_key(_: &AccountId, _: Public) {}

        fn set_voters(_: Vec<(sp_consensus_grandpa::AuthorityId, AccountId)>) {}
    }

    impl pallet_wtm::benchmarking::BenchmarkHelper<AccountId> for Oracle {
        fn give_points(_: &AccountId) {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_for_one_circuit_and_its_inputs() {
        let inputs = [[1; 32], [2; 32]];
        let proof = Oracle::sign(&SCORE, &inputs);
        let verify = |circuit: &CircuitId, inputs: &[FieldBytes]| {
            Oracle::verify(circuit, Claim { inputs, proof: &proof })
        };
        assert_eq!(verify(&SCORE, &inputs), Ok(()));
        assert_eq!(verify(&DELIVERY, &inputs), Err(VerifyFailure::Refuted));
        assert_eq!(verify(&SCORE, &inputs[..1]), Err(VerifyFailure::Refuted));
        assert_eq!(Oracle::verify_batch(&SCORE, &[]), Err(VerifyFailure::BadInputs));
    }

    #[test]
    fn rows_are_read_as_they_were_written() {
        let rows = crate::model::rows(4, 100);
        assert_eq!(rows_in(&crate::model::wire(&rows)), rows);
    }
}
