//! How long proofs of S3 take, with this crate's prover and with that of `ark-groth16`, side by
//! side, under keys that are made for the occasion.
//!
//! ```text
//! cargo run --release -p nocknock-circuits --example fold-times -- mnist-784x128x10
//! ```
//!
//! Without names it measures every offered architecture: that takes minutes and some 2 GB. The
//! models are random and safe, the blocks random and full. Prints a JSON object a line.

use ark_bn254::{Bn254, Fr};
use ark_ff::UniformRand;
use ark_groth16::{r1cs_to_qap::LibsnarkReduction, Groth16, ProvingKey};
use ark_serialize::CanonicalSerialize;
use ark_std::rand::{rngs::StdRng, Rng, SeedableRng};
use nocknock_circuits::{
    fold::{Circuit, Private, Proof},
    groth16,
    keys::{verifying_key, Reduction},
};
use nocknock_primitives::model::{
    architecture::{Architecture, Head},
    names,
    samples::{Block, Label, Sample},
    weights::Weights,
};
use std::{error::Error, fs, time::Instant};

type Ark = Groth16<Bn254, LibsnarkReduction>;

/// Proofs of each kind: the quickest counts.
const PROOFS: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    for (name, architecture) in names::offered() {
        if asked.is_empty() || asked.iter().any(|asked| asked == name) {
            measure(name, &architecture)?;
        }
    }
    Ok(())
}

fn measure(name: &str, architecture: &Architecture) -> Result<(), Box<dyn Error>> {
    let rng = &mut StdRng::seed_from_u64(1);
    let circuit = Circuit::compile(architecture);
    let matrices = circuit.matrices();
    let private = private(architecture, rng)?;
    let public = private.public_inputs(architecture, Fr::rand(rng), Fr::rand(rng))?;

    let started = Instant::now();
    let key = Ark::generate_random_parameters_with_reduction(matrices, rng)?;
    let setup = started.elapsed().as_secs_f64();

    let theirs = quickest(|| {
        let assignment = circuit.assign(&public, &private);
        prove_with_ark(&key, &circuit, &assignment, &mut rng.clone())
    })?;
    reset_peak();
    let ours = quickest(|| {
        let assignment = circuit.assign(&public, &private);
        let proof = groth16::prove(&key, Reduction::Libsnark, matrices, &assignment, rng)?;
        let prepared = verifying_key(&key.vk).prepare(matrices.public())?;
        Ok(Proof::from_bytes(&proof.to_evm_bytes())?.verify(&prepared, &public)?)
    })?;
    let samples = architecture.samples;
    println!(
        "{{\"architecture\":\"{name}\",\"samples\":{samples},\"rows\":{},\"domain\":{},\
         \"key_bytes\":{},\"setup_s\":{setup:.1},\"ark_groth16_s\":{theirs:.2},\"prove_s\":{ours:.2},\
         \"ms_a_sample\":{:.2},\"peak_mb\":{}}}",
        matrices.constraints(),
        matrices.domain_size(),
        key.uncompressed_size(),
        1000.0 * ours / f64::from(samples),
        peak_mb().unwrap_or_default(),
    );
    Ok(())
}

fn prove_with_ark(
    key: &ProvingKey<Bn254>,
    circuit: &Circuit,
    assignment: &[Fr],
    rng: &mut StdRng,
) -> Result<(), Box<dyn Error>> {
    let matrices = circuit.matrices();
    Ark::create_proof_with_reduction_and_matrices(
        key,
        Fr::rand(rng),
        Fr::rand(rng),
        matrices.abc(),
        matrices.public() + 1,
        matrices.constraints(),
        assignment,
    )?;
    Ok(())
}

/// Seconds of the quickest of some runs.
fn quickest(mut run: impl FnMut() -> Result<(), Box<dyn Error>>) -> Result<f64, Box<dyn Error>> {
    let mut best = f64::INFINITY;
    for _ in 0..PROOFS {
        let started = Instant::now();
        run()?;
        best = best.min(started.elapsed().as_secs_f64());
    }
    Ok(best)
}

fn private(architecture: &Architecture, rng: &mut StdRng) -> Result<Private, Box<dyn Error>> {
    let samples = (0..architecture.samples).map(|_| sample(architecture, rng)).collect();
    Ok(Private {
        weights: safe_model(architecture, rng),
        key: Fr::rand(rng),
        bind: Fr::rand(rng),
        sums_salt: Fr::rand(rng),
        block: Block::new(architecture, samples)?,
    })
}

/// Random weights of the widest range in which a model is safe.
fn safe_model(architecture: &Architecture, rng: &mut StdRng) -> Weights {
    for narrower in 0..16 {
        let mut weights = Weights::zero(architecture);
        for (layer, values) in architecture.layers().zip(&mut weights.layers) {
            let reach = (1 << (layer.weight_bits - 1)) >> narrower;
            values
                .weights
                .iter_mut()
                .for_each(|weight| *weight = rng.gen_range(-reach..=reach.max(1) - 1));
        }
        if weights.is_safe(architecture).is_ok() {
            return weights;
        }
    }
    Weights::zero(architecture)
}

fn sample(architecture: &Architecture, rng: &mut StdRng) -> Sample {
    let largest = u16::try_from(architecture.max_input()).unwrap_or(u16::MAX);
    let inputs = (0..architecture.inputs).map(|_| rng.gen_range(0..=largest)).collect();
    let outputs = architecture.outputs();
    let label = match architecture.head {
        Head::Classes { .. } => Label::Class(rng.gen_range(0..outputs) as u8),
        Head::Labels { .. } => Label::Labels((0..outputs).map(|_| rng.gen()).collect()),
        Head::Number { .. } => Label::Number(rng.gen()),
    };
    Sample { inputs, label }
}

/// Sets the peak back to what is resident now. Only Linux has this file.
fn reset_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

fn peak_mb() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? / 1024)
}
