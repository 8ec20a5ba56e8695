//! Rows per second, constraints and peak memory of every shape's proofs.
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
    delivery, groth16,
    keys::{KeyStore, Reduction},
    reference::score_block,
    score, D1Prover, OnChain, Prover, S1Prover,
};
use nocknock_primitives::model::{
    shape::{DIGITS_64X32X10, SHAPES},
    MlpShape, Row, Weights,
};
use std::{fs, time::Duration};

fn score_inputs(shape: &MlpShape, rng: &mut StdRng) -> (score::Public, score::Private) {
    let max = shape.max_input() as u16;
    let rows = (0..shape.block_rows).map(|_| {
        let inputs = (0..shape.inputs).map(|_| rng.gen_range(0..=max)).collect();
        Row::sample(shape, inputs, rng.gen_range(0..shape.classes) as u8)
    });
    let rows: Vec<Row> = rows.collect();
    let private = score::Private {
        weights: weights(shape, rng),
        weights_salt: Fr::rand(rng),
        block_salt: Fr::rand(rng),
        block_index: 0,
        rows,
    };
    let public = private.public_inputs(shape, Fr::rand(rng));
    (public.expect("the block is well formed"), private)
}

fn delivery_inputs(shape: &MlpShape, rng: &mut StdRng) -> (delivery::Public, delivery::Private) {
    let [key, salt, context] = [0; 3].map(|_| Fr::rand(rng));
    let private = delivery::Private::new(shape, key, salt, &weights(shape, rng));
    let private = private.expect("the weights are in range");
    (private.public_inputs(shape, context), private)
}

fn weights(shape: &MlpShape, rng: &mut StdRng) -> Weights {
    let mut weights = Weights::zero(shape);
    let half = 1 << (shape.weight_bits - 1);
    let Weights { hidden, output, .. } = &mut weights;
    hidden.iter_mut().chain(output).for_each(|weight| *weight = rng.gen_range(-half..half));
    weights
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
    let shape = prover.circuit().shape();
    let matrices = prover.circuit().matrices();
    let mut group = criterion.benchmark_group(format!("{}/{shape}", S::NAME));
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
        "{}/{shape}: {} constraints, {} wires, {} entries, domain {}, {rows} rows, peak {} MB",
        S::NAME,
        matrices.constraints(),
        matrices.wires(),
        matrices.entries(),
        matrices.domain_size(),
        peak_mb().map_or("?".into(), |peak| peak.to_string()),
    );
}

fn bench_shape(criterion: &mut Criterion, shape: &MlpShape) {
    let mut rng = StdRng::seed_from_u64(1);
    let store = KeyStore::in_cache().expect("there is a cache folder");
    let rows = u64::from(shape.block_rows);

    let prover = S1Prover::development(shape, &store).expect("there is a key");
    let inputs = score_inputs(shape, &mut rng);
    let id = prover.info().id();
    let mut group = criterion.benchmark_group(format!("s1/{shape}"));
    group.sample_size(10);
    group.bench_function("load key", |bencher| {
        let load = || store.load::<score::ScoreBlock>(shape, &id).expect("the key is there");
        bencher.iter_batched(|| (), |()| load(), BatchSize::PerIteration)
    });
    group.bench_function("compile", |bencher| bencher.iter(|| score::Circuit::compile(shape)));
    group.bench_function("reference", |bencher| {
        bencher.iter(|| score_block(shape, &inputs.1.weights, &inputs.1.rows))
    });
    group.finish();
    bench_statement(criterion, &prover, &inputs, rows);
    drop(prover);

    let prover = D1Prover::development(shape, &store).expect("there is a key");
    bench_statement(criterion, &prover, &delivery_inputs(shape, &mut rng), 1);
}

/// The proof of the same assignment as ark-groth16 and as this crate computes it, with the peak of
/// memory of each.
fn bench_groth16(criterion: &mut Criterion, shape: &MlpShape) {
    let mut rng = StdRng::seed_from_u64(2);
    let store = KeyStore::in_cache().expect("there is a cache folder");
    let prover = S1Prover::development(shape, &store).expect("there is a key");
    let (public, private) = score_inputs(shape, &mut rng);
    let assignment = prover.circuit().assign(&public, &private);
    let (key, matrices) = (prover.key(), prover.circuit().matrices());
    assert_eq!(key.reduction(), Reduction::Libsnark, "what Groth16 stands for without a choice");
    let mut group = criterion.benchmark_group(format!("groth16/{shape}"));
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
    SHAPES.iter().for_each(|shape| bench_shape(criterion, shape));
    bench_groth16(criterion, &DIGITS_64X32X10);
}

criterion_group!(benches, bench);
criterion_main!(benches);
