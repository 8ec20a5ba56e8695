//! Measurements.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{ensure, Context, Result};
use ark_std::rand::SeedableRng;
use nocknock_circuits::{
    fold::FoldedScore,
    keys::{pinned, KeyStore},
    seal::SealKey,
    Circuit, Prover,
};
use nocknock_primitives::circuit::CircuitKind;
use rand_chacha::ChaCha20Rng;
use serde::Serialize;

use crate::{
    arguments::BenchArguments,
    keys,
    machine::{peak_memory, Machine},
    sample::Sampled,
};

/// Verifications whose mean is reported.
const VERIFICATIONS: u32 = 20;

/// What was measured. Times are in seconds, memory is in bytes.
#[derive(Serialize)]
struct Report {
    shape: String,
    statement: &'static str,
    date: String,
    machine: Machine,
    constraints: usize,
    domain_size: usize,
    rows: Option<u32>,
    key_load_seconds: f64,
    proving_seconds: f64,
    proving_seconds_each: Vec<f64>,
    rows_per_second: Option<f64>,
    verification_seconds: f64,
    peak_memory_bytes: Option<u64>,
    key: String,
    warning: Option<&'static str>,
}

/// Measures under the development key, which the circuit's speed does not depend on.
pub(crate) fn run(arguments: &BenchArguments) -> Result<()> {
    let report = match arguments.circuit.kind()? {
        CircuitKind::Score(shape) => measure::<FoldedScore>(&shape, arguments)?,
        CircuitKind::Delivery => measure::<SealKey>(&(), arguments)?,
    };
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        report.print();
    }
    Ok(())
}

fn measure<S: Sampled>(shape: &S::Shape, arguments: &BenchArguments) -> Result<Report> {
    let key = make_key::<S>(shape, arguments)?;
    eprintln!("loading the key");
    let (prover, key_load) = load::<S>(shape, &key)?;
    let rng = &mut ChaCha20Rng::seed_from_u64(0);
    let (public, private) = S::sample(shape, rng)?;
    let mut proof = None;
    let mut times = Vec::new();
    for number in 1..=arguments.proofs {
        eprintln!("proof {number} of {}", arguments.proofs);
        let start = Instant::now();
        proof = Some(prover.prove(&public, &private, |_| ())?);
        times.push(start.elapsed());
    }
    let proof = proof.context("no proof was asked for")?;
    let start = Instant::now();
    for _ in 0..VERIFICATIONS {
        proof.verify(prover.verifying_key(), &public)?;
    }
    let verification = start.elapsed() / VERIFICATIONS;
    Ok(Report::new(&prover, key_load, &times, verification))
}

/// Makes the key in a process of its own, whose memory does not count, unless it is there. Gives
/// its file.
fn make_key<S: Sampled>(shape: &S::Shape, arguments: &BenchArguments) -> Result<PathBuf> {
    let store = keys::store(&arguments.folder)?;
    if let Some(path) = pinned_path::<S>(shape, &store).filter(|path| path.exists()) {
        return Ok(path);
    }
    let made = Command::new(env::current_exe()?)
        .args(["keys", "dev", "--statement", S::NAME])
        .args(arguments.circuit.model_options())
        .arg("--keys")
        .arg(store.folder())
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(made.status.success(), "the development key could not be made");
    let text = String::from_utf8_lossy(&made.stdout);
    let path = text.lines().find_map(|line| line.strip_prefix("file:"));
    Ok(path.context("the development key was made, but its file was not named")?.trim().into())
}

/// Where the development key of a circuit lies, if it is known before it is made.
fn pinned_path<S: Sampled>(shape: &S::Shape, store: &KeyStore) -> Option<PathBuf> {
    let pinned = pinned(&S::kind(shape))?;
    Some(store.path::<S>(shape, &pinned.info().id()))
}

fn load<S: Sampled>(shape: &S::Shape, key: &Path) -> Result<(Prover<S>, Duration)> {
    let circuit = Circuit::<S>::compile(shape);
    let start = Instant::now();
    let (key, _) = keys::load_key(key)?;
    let elapsed = start.elapsed();
    Ok((Prover::new(circuit, key)?, elapsed))
}

impl Report {
    fn new<S: Sampled>(
        prover: &Prover<S>,
        key_load: Duration,
        times: &[Duration],
        verification: Duration,
    ) -> Self {
        let each: Vec<f64> = times.iter().map(Duration::as_secs_f64).collect();
        let proving_seconds = median(&each);
        let shape = prover.circuit().shape();
        let rows = S::rows(shape);
        let name = S::file_name(shape);
        Self {
            shape: name.split('.').next().unwrap_or_default().into(),
            statement: S::NAME,
            date: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            machine: Machine::this(),
            constraints: prover.circuit().matrices().constraints(),
            domain_size: prover.circuit().matrices().domain_size(),
            rows,
            key_load_seconds: key_load.as_secs_f64(),
            proving_seconds,
            proving_seconds_each: each,
            rows_per_second: rows.map(|rows| f64::from(rows) / proving_seconds),
            verification_seconds: verification.as_secs_f64(),
            peak_memory_bytes: peak_memory(),
            key: prover.key().id().to_string(),
            warning: prover.key().warning(),
        }
    }

    fn print(&self) {
        println!("{} {}, {}", self.shape, self.statement, self.date);
        println!("machine:      {}, {} cores", self.machine.cpu, self.machine.cores);
        println!("constraints:  {} in a domain of {}", self.constraints, self.domain_size);
        println!("key loading:  {:.3} s", self.key_load_seconds);
        println!("proving:      {:.3} s", self.proving_seconds);
        if let (Some(rows), Some(speed)) = (self.rows, self.rows_per_second) {
            println!("rows:         {rows}, {speed:.1} a second");
        }
        println!("verification: {:.2} ms", self.verification_seconds * 1e3);
        if let Some(bytes) = self.peak_memory_bytes {
            println!("peak memory:  {:.0} MB", bytes as f64 / 1e6);
        }
    }
}

/// The middle value, or the mean of the two middle ones.
fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (sorted.len().saturating_sub(1) / 2, sorted.len() / 2);
    match (sorted.get(low), sorted.get(high)) {
        (Some(low), Some(high)) => (low + high) / 2.0,
        _ => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_the_middle_of_the_sorted_values() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
    }
}
