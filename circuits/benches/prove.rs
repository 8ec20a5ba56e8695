//! Rows per second, constraints and peak memory of the proofs of some architectures, and of D2.
//!
//! ```sh
//! cargo bench -p nocknock-circuits --bench prove
//! ```
//!
//! `-- groth16` compares this crate's prover with that of ark-groth16 on the same assignment.
//!
//! Keys are the development keys of the user's cache; missing ones are made first.

use ark_bn254::{Bn254, Fr};
use ark_ff::UniformRand;
use ark_groth16::Groth16;
use ark_std::rand::{rngs::StdRng, Rng, SeedableRng};
use criterion::{criterion_group, criterion_main, BatchSize, Criterion, Throughput};
use nocknock_circuits::{
    fold::{self, FoldedScore},
    groth16,
    keys::{KeyStore, Reduction},
    reference::score_block,
    seal, FoldProver, OnChain, Prover, SealProver,
};
use nocknock_primitives::model::{
    names::named, recipient::Scalar, Architecture, Block, Label, RecipientSecret, Sample, Weights,
};
use std::{fs, time::Duration};

const DIGITS: &str = "digits-64x32x10";
/// Domains of 2^18, one of them with a hidden layer.
const NAMES: [&str; 2] = [DIGITS, "embed-512x10"];

fn architecture(name: &str) -> Architecture {
    named(name).expect("the architecture has this name")
}

/// A full block, and a model that every block can be proved with.
fn score_inputs(architecture: &Architecture, rng: &mut StdRng) -> (fold::Public, fold::Private) {
    let max = architecture.max_input() as u16;
    let samples = (0..architecture.samples).map(|_| Sample {
        inputs: (0..architecture.inputs).map(|_| rng.gen_range(0..=max)).collect(),
        label: Label::Class(rng.gen_range(0..architecture.outputs()) as u8),
    });
    let block = Block::new(architecture, samples.collect()).expect("the block is well formed");
    let weights = weights(architecture, rng);
    let [key, bind, sums_salt] = [0; 3].map(|_| Fr::rand(rng));
    let private = fold::Private { weights, key, bind, sums_salt, block };
    let public = private.public_inputs(architecture, Fr::rand(rng), Fr::rand(rng));
    (public.expect("the model belongs to the architecture"), private)
}

/// Random weights, halved until the model is safe.
fn weights(architecture: &Architecture, rng: &mut StdRng) -> Weights {
    let mut weights = Weights::zero(architecture);
    for (layer, values) in architecture.layers().zip(&mut weights.layers) {
        let half = 1 << (layer.weight_bits - 1);
        values.weights.iter_mut().for_each(|weight| *weight = rng.gen_range(-half..half));
    }
    while weights.is_safe(architecture).is_err() {
        let layers = weights.layers.iter_mut();
        layers.flat_map(|layer| &mut layer.weights).for_each(|weight| *weight /= 2);
    }
    weights
}

fn delivery_inputs(rng: &mut StdRng) -> (seal::Public, seal::Private) {
    let recipient = RecipientSecret::from_bytes(rng.gen()).key();
    let private = seal::Private::new(Fr::rand(rng), &Scalar::from_uniform_bytes(rng.gen()));
    let public = private.public_inputs(&recipient, Fr::rand(rng));
    (public.expect("the number is in range"), private)
}

/// Sets the peak back to what is resident now, so that the next reading is that of one proof.
fn reset_peak() {
    // Only Linux has this file; elsewhere the peak is that of the whole run.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

fn peak_mb() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? / 1024)
}

fn bench_statement<S: OnChain>(
    criterion: &mut Criterion,
    prover: &Prover<S>,
    inputs: &(S::Public, S::Private),
    rows: u64,
) {
    let name = S::file_name(prover.circuit().shape());
    let matrices = prover.circuit().matrices();
    let mut group = criterion.benchmark_group(&name);
    group
        .sample_size(10)
        .warm_up_time(Duration::from_secs(1))
        .throughput(Throughput::Elements(rows));
    group.bench_function("assign", |bencher| {
        bencher.iter(|| prover.circuit().assign(&inputs.0, &inputs.1))
    });
    reset_peak();
    group.bench_function("prove", |bencher| {
        bencher.iter(|| prover.prove(&inputs.0, &inputs.1, |_| ()).expect("the statement holds"))
    });
    group.finish();
    println!(
        "{name}: {} constraints, {} wires, {} entries, domain {}, {rows} rows, peak {} MB",
        matrices.constraints(),
        matrices.wires(),
        matrices.entries(),
        matrices.domain_size(),
        peak_mb().map_or("?".into(), |peak| peak.to_string()),
    );
}

fn bench_architecture(criterion: &mut Criterion, architecture: &Architecture) {
    let mut rng = StdRng::seed_from_u64(1);
    let store = KeyStore::in_cache().expect("there is a cache folder");
    let prover = FoldProver::development(architecture, &store).expect("there is a key");
    let inputs = score_inputs(architecture, &mut rng);
    let id = prover.info().id();
    let mut group = criterion.benchmark_group(FoldedScore::file_name(architecture));
    group.sample_size(10);
    group.bench_function("load key", |bencher| {
        let load = || store.load::<FoldedScore>(architecture, &id).expect("the key is there");
        bencher.iter_batched(|| (), |()| load(), BatchSize::PerIteration)
    });
    group
        .bench_function("compile", |bencher| bencher.iter(|| fold::Circuit::compile(architecture)));
    group.bench_function("reference", |bencher| {
        bencher.iter(|| score_block(architecture, &inputs.1.weights, &inputs.1.block))
    });
    group.finish();
    bench_statement(criterion, &prover, &inputs, architecture.samples.into());
}

fn bench_delivery(criterion: &mut Criterion) {
    let mut rng = StdRng::seed_from_u64(1);
    let store = KeyStore::in_cache().expect("there is a cache folder");
    let prover = SealProver::development(&(), &store).expect("there is a key");
    bench_statement(criterion, &prover, &delivery_inputs(&mut rng), 1);
}

/// The proof of the same assignment as ark-groth16 and as this crate computes it, with the peak of
/// memory of each.
fn bench_groth16(criterion: &mut Criterion, name: &str) {
    let mut rng = StdRng::seed_from_u64(2);
    let architecture = architecture(name);
    let store = KeyStore::in_cache().expect("there is a cache folder");
    let prover = FoldProver::development(&architecture, &store).expect("there is a key");
    let (public, private) = score_inputs(&architecture, &mut rng);
    let assignment = prover.circuit().assign(&public, &private);
    let (key, matrices) = (prover.key(), prover.circuit().matrices());
    assert_eq!(key.reduction(), Reduction::Libsnark, "what Groth16 stands for without a choice");
    let mut group = criterion.benchmark_group(format!("groth16/{name}"));
    group.sample_size(10).warm_up_time(Duration::from_secs(1));
    reset_peak();
    group.bench_function("ark-groth16", |bencher| {
        bencher.iter(|| {
            Groth16::<Bn254>::create_proof_with_reduction_and_matrices(
                key.points(),
                Fr::rand(&mut rng),
                Fr::rand(&mut rng),
                matrices.abc(),
                matrices.public() + 1,
                matrices.constraints(),
                &assignment,
            )
        })
    });
    print_peak("ark-groth16");
    reset_peak();
    group.bench_function("nocknock", |bencher| {
        bencher
            .iter(|| groth16::prove(key.points(), key.reduction(), matrices, &assignment, &mut rng))
    });
    print_peak("nocknock");
    group.finish();
}

fn print_peak(prover: &str) {
    let peak = peak_mb().map_or("?".into(), |peak| peak.to_string());
    println!("{prover}: peak {peak} MB");
}

fn bench(criterion: &mut Criterion) {
    NAMES.iter().for_each(|name| bench_architecture(criterion, &architecture(name)));
    bench_delivery(criterion);
    bench_groth16(criterion, DIGITS);
}

criterion_group!(benches, bench);
criterion_main!(benches);
