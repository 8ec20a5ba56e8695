//! `cargo bench -p nocknock-groth16-agreement`: time of a verification, and of what the chain folds
//! for it, in wasm and natively; `-- --json` for machines.

use anyhow::{ensure, Result};
use nocknock_groth16_agreement::{
    blob, claim::Claim, native, statement::Circuit, statement::Item, wasm::Wasm,
};
use nocknock_poseidon::{from_be_bytes, sponge_hash, to_be_bytes, DomainTag, Fr};
use nocknock_primitives::model::names;
use serde_json::{json, Map, Value};
use std::{
    env, fs,
    hint::black_box,
    path::Path,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// Inputs of a proved score.
const INPUTS: usize = 8;
const BATCH: usize = 64;
const ROUNDS: usize = 21;

/// Elements of 64 KiB at 31.5 bytes an element.
const HASHED_ELEMENTS: usize = 2081;

/// Middle times.
struct Figures {
    wasm: Duration,
    native: Duration,
}

fn main() -> Result<()> {
    let module = blob::build(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("groth16-wasm"))?;
    let mut wasm = Wasm::new(&module)?;
    let circuit = Circuit::new(INPUTS, 1)?;
    let items = (0..BATCH as u64).map(|seed| circuit.prove(seed)).collect::<Result<Vec<_>>>()?;
    let single = verification(&mut wasm, &circuit, &items[..1])?;
    let batch = verification(&mut wasm, &circuit, &items)?;
    let sponge = sponge(&mut wasm)?;
    let folds = folds(&mut wasm)?;
    if env::args().any(|argument| argument == "--json") {
        println!("{:#}", as_json(&single, &batch, &sponge, &folds, module.len()))
    } else {
        print_table(&single, &batch, &sponge, &folds, module.len())
    }
    Ok(())
}

fn verification(wasm: &mut Wasm, circuit: &Circuit, items: &[Item]) -> Result<Figures> {
    let prepared = circuit.key().prepare(INPUTS)?;
    let bytes = prepared.to_trusted_bytes();
    let native_accepts = || match items {
        [item] => native::accepts(&prepared, item),
        items => native::accepts_batch(&prepared, items),
    };
    ensure!(wasm.accepts(&bytes, items)? && native_accepts(), "the proofs are refused");
    Ok(Figures { wasm: median(|| wasm.accepts(&bytes, items)), native: median(native_accepts) })
}

fn sponge(wasm: &mut Wasm) -> Result<Figures> {
    let elements: Vec<Fr> = (0..HASHED_ELEMENTS as u64).map(|i| -Fr::from(i)).collect();
    let bytes: Vec<u8> = elements.iter().flat_map(to_be_bytes).collect();
    let hash = || {
        let elements: Vec<Fr> = bytes.as_chunks().0.iter().filter_map(from_be_bytes).collect();
        sponge_hash(DomainTag::new(b"agreement"), &elements)
    };
    ensure!(wasm.sponge(&bytes)? == to_be_bytes(&hash()), "the digests differ");
    Ok(Figures { wasm: median(|| wasm.sponge(&bytes)), native: median(hash) })
}

/// For each offered architecture: reading the bytes of a full block, its root, the challenges and
/// the fold.
fn folds(wasm: &mut Wasm) -> Result<Vec<(&'static str, Figures)>> {
    let mut folds = Vec::new();
    for (name, architecture) in names::offered() {
        let claim = Claim::random(&architecture, architecture.samples, 1)?;
        ensure!(wasm.fold(&claim)? == claim.fold()?, "the folds differ");
        let figures =
            Figures { wasm: median(|| wasm.fold(&claim)), native: median(|| claim.fold()) };
        folds.push((name, figures));
    }
    Ok(folds)
}

fn median<T>(mut run: impl FnMut() -> T) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            black_box(run());
            start.elapsed()
        })
        .collect();
    times.sort();
    times[ROUNDS / 2]
}

fn milliseconds(time: Duration, parts: usize) -> f64 {
    (time.as_secs_f64() * 1e6 / parts as f64).round() / 1e3
}

fn as_json(
    single: &Figures,
    batch: &Figures,
    sponge: &Figures,
    folds: &[(&str, Figures)],
    module: usize,
) -> Value {
    let entry = |figures: &Figures, parts| json!({ "wasm_ms": milliseconds(figures.wasm, parts), "native_ms": milliseconds(figures.native, parts) });
    let folds: Map<String, Value> =
        folds.iter().map(|(name, figures)| ((*name).to_owned(), entry(figures, 1))).collect();
    json!({
        "machine": machine(),
        "unix_time": SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs()),
        "inputs": INPUTS,
        "single": entry(single, 1),
        "batch_size": BATCH,
        "batch_per_proof": entry(batch, BATCH),
        "sponge_64_kib": entry(sponge, 1),
        "fold_of_a_full_block": folds,
        "module_bytes": module,
    })
}

fn print_table(
    single: &Figures,
    batch: &Figures,
    sponge: &Figures,
    folds: &[(&str, Figures)],
    module: usize,
) {
    println!("{}; middle of {ROUNDS} runs, milliseconds", machine());
    println!("{:<44}{:>10}{:>10}", "", "wasm", "native");
    let rows = [
        (format!("one proof with {INPUTS} inputs"), single, 1),
        (format!("a proof in a batch of {BATCH}"), batch, BATCH),
        ("Poseidon sponge over 64 KiB".into(), sponge, 1),
    ];
    let folds = folds.iter().map(|(name, figures)| (format!("fold of {name}"), figures, 1));
    for (name, figures, parts) in rows.into_iter().chain(folds) {
        let [wasm, native] = [figures.wasm, figures.native].map(|time| milliseconds(time, parts));
        println!("{name:<44}{wasm:>10.3}{native:>10.3}");
    }
    println!("{:<44}{module:>10} bytes", "wasm module");
}

fn machine() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{}, {cores} cores", name.unwrap_or("unknown processor"))
}
