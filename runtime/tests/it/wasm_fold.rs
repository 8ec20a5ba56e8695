//! The compiled runtime folds blocks as provers do.
//!
//! A prover folds a block natively. The runtime derives the public inputs of the proof once more,
//! in wasm and from the bytes that it has stored, so it accepts the proof only if both fold alike.

use crate::world::{
    field, list,
    models::{self, prover},
    worker::{registration_of, submission, Worker},
    Refused, World, BAD_PROOF,
};
use nocknock_circuits::{
    fold::{FoldedScore, Private},
    FoldProver,
};
use nocknock_primitives::{
    circuit::{KeyOrigin, ProofBytes},
    ids::ModelCommitment,
    model::{
        block_root, names::for_tests, Architecture, Block, Context, ContextDomain, Dense,
        Description, Fr, Goal, Head, Label, Sample, Weights,
    },
    reward::PracticeSpec,
    score::Score,
    task::{ProvedScore, RevealedBlock},
};
use nocknock_runtime::{genesis_presets::DIGITS_EXPERIMENT, Rewards, Runtime, Verifier};
use pallet_verifier::Candidate;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Dave};

const SALT: [u8; 32] = [5; 32];

/// Architectures without a name that are tried.
const RANDOM: usize = 4;

/// Any head, and up to two hidden layers. The widths leave room for every model of these sizes.
fn random_architecture(random: &mut fastrand::Rng) -> Architecture {
    let hidden: Vec<Dense> = (0..random.usize(0..=2))
        .map(|_| Dense {
            units: random.u16(1..=4),
            weight_bits: 4,
            bias_bits: 6,
            sum_bits: 34,
            shift: random.u8(0..=8),
        })
        .collect();
    let description = Description {
        inputs: random.u16(1..=12),
        input_bits: random.u8(1..=16),
        hidden: list(hidden),
        head: random_head(random),
        samples: random.u16(1..=24),
    };
    Architecture::new(description).expect("the bounds hold")
}

fn random_head(random: &mut fastrand::Rng) -> Head {
    let (weight_bits, bias_bits, distance_bits) = (4, 6, 40);
    let number = |goal| Head::Number { weight_bits, bias_bits, distance_bits, goal };
    match random.u8(0..4) {
        0 => {
            let classes = random.u16(2..=6);
            let best = random.u8(1..u8::try_from(classes).expect("few classes"));
            Head::Classes { classes, best, weight_bits, bias_bits, distance_bits }
        }
        1 => Head::Labels { labels: random.u16(1..=12), weight_bits, bias_bits, sum_bits: 40 },
        2 => number(Goal::AbsoluteError { cap: random.u32(1..=50_000) }),
        _ => number(Goal::Within { tolerance: random.u32(0..=50_000) }),
    }
}

fn random_weights(architecture: &Architecture, random: &mut fastrand::Rng) -> Weights {
    let mut model = Weights::zero(architecture);
    for (layer, values) in architecture.layers().zip(&mut model.layers) {
        let mut fill = |values: &mut [i32], bits: u32| {
            let half = 1 << (bits - 1);
            values.iter_mut().for_each(|value| *value = random.i32(-half..half));
        };
        fill(&mut values.weights, layer.weight_bits);
        fill(&mut values.biases, layer.bias_bits);
    }
    model
}

/// A block with at least one sample, often with padding.
fn random_block(architecture: &Architecture, random: &mut fastrand::Rng) -> Block {
    let samples = (0..random.u16(1..=architecture.samples)).map(|_| sample(architecture, random));
    Block::new(architecture, samples.collect()).expect("the samples are well formed")
}

fn sample(architecture: &Architecture, random: &mut fastrand::Rng) -> Sample {
    let largest = u16::try_from(architecture.max_input()).expect("inputs have 16 bits at most");
    let label = match architecture.head {
        Head::Classes { classes, .. } => {
            Label::Class(random.u8(0..u8::try_from(classes).expect("few classes")))
        }
        Head::Labels { labels, .. } => Label::Labels((0..labels).map(|_| random.bool()).collect()),
        Head::Number { .. } => Label::Number(random.u16(..)),
    };
    let inputs = (0..architecture.inputs).map(|_| random.u16(0..=largest)).collect();
    Sample { inputs, label }
}

/// Makes a block the practice block, with a minimum that every score reaches.
fn set_practice(world: &mut World, prover: &FoldProver, rows: Vec<u8>) {
    let key = list(prover.key().verifying_key().to_bytes());
    let info = prover.info().clone();
    let spec = PracticeSpec {
        circuit: info.id(),
        block: RevealedBlock { salt: SALT, rows: list(rows) },
        min_score: Score::new(0, 1),
    };
    world.run(|| {
        let candidate = Candidate { info, origin: KeyOrigin::Development, key };
        // The circuits of named architectures are registered already.
        let _registered = Verifier::do_register_circuit(candidate);
        let council = pallet_council::Origin::Enacted;
        Rewards::set_practice(council.into(), Box::new(spec)).expect("a practice block");
    });
}

/// Proves the score of some model on some block, and has the compiled runtime judge it.
fn check(world: &mut World, architecture: &Architecture, random: &mut fastrand::Rng) {
    let prover = prover::<FoldedScore>(architecture);
    let block = random_block(architecture, random);
    let wire = block.to_wire(architecture);
    let root = block_root(architecture, &SALT, 0, &wire);
    set_practice(world, &prover, wire);
    world.next_block();
    let account: [u8; 32] = std::array::from_fn(|_| random.u8(..));
    let terms = world.registration_terms();
    let context = Context {
        domain: ContextDomain::Registration { seed: terms.seed },
        genesis_hash: world.genesis_hash(),
        circuit: prover.info().id(),
        task: 0,
        worker: account,
        block: 0,
    };
    let [key, bind, sums_salt] = std::array::from_fn(|_| Fr::from(random.u64(..)));
    let weights = random_weights(architecture, random);
    let private = Private { weights, key, bind, sums_salt, block };
    let public =
        private.public_inputs(architecture, context.to_field(), root).expect("the model scores");
    let proof = prover.prove(&public, &private, |_| ()).expect("the score is true");
    let score = ProvedScore {
        points: public.score,
        sums: field(&public.sums),
        inputs: field(&public.inputs),
        proof: ProofBytes(proof.to_bytes()),
    };
    let model = ModelCommitment(field(&public.commitment));
    let registration = |score| registration_of(&terms, account, model, score);
    let other = field(&Fr::from(random.u64(..)));
    for wrong in [ProvedScore { sums: other, ..score }, ProvedScore { inputs: other, ..score }] {
        let answer = world.send_bare_in_wasm(registration(wrong));
        assert_eq!(answer, Err(BAD_PROOF), "{architecture:?}");
    }
    let answer = world.send_bare_in_wasm(registration(score));
    assert_eq!(answer, Ok(()), "{architecture:?}");
}

/// In one test, because each process compiles the runtime for itself.
#[test]
fn blocks_of_named_and_of_random_architectures_are_folded_as_natively() {
    let (mut world, mut random) = (World::new(), fastrand::Rng::with_seed(1));
    for (_, architecture) in for_tests() {
        check(&mut world, &architecture, &mut random);
    }
    random.seed(2);
    for _ in 0..RANDOM {
        let architecture = random_architecture(&mut random);
        check(&mut world, &architecture, &mut random);
    }
}

#[test]
fn scores_of_a_task_are_folded_as_natively() {
    let mut world = World::new();
    let [bob, dave] = [Bob, Dave].map(|who| Worker::new(who, models::perfect()));
    world.register(&bob);
    world.register(&dave);
    let task = world.create(Alice, DIGITS_EXPERIMENT, 0, 9).expect("a task");
    world.open_task(&task);
    world.commit(&bob, task.id).expect("a commitment");
    world.commit(&dave, task.id).expect("a commitment");
    world.reveal_all(&task);
    world.claim_all(&[&bob, &dave], &task);
    let [right, mut wrong] = [&bob, &dave].map(|worker| world.scores(worker, &task));
    wrong[0].score.sums = wrong[1].score.sums;
    let call = |scores| submission(task.id, scores, vec![]);
    let refused = pallet_tasks::Error::<Runtime>::ProofRefused.into();
    assert_eq!(world.send_in_wasm(Dave, call(wrong)), Err(Refused::Failed(refused)));
    assert_eq!(world.send_in_wasm(Bob, call(right)), Ok(()));
}
