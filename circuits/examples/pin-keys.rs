//! Writes `circuits/keys/development.json`: the counts, hashes and development keys of the circuits
//! of all architectures that have a name, and of D2.
//!
//! ```text
//! cargo run --release -p nocknock-circuits --example pin-keys
//! ```
//!
//! Run it after an intended change of a circuit, and read the difference. The file is written after
//! each key, and circuits that are pinned already are left as they are: so it can be stopped and
//! started again. With `--anew` all keys are made again, which takes minutes.

use nocknock_circuits::{
    fold::FoldedScore,
    keys::{generate, write_key, Pinned},
    seal::SealKey,
    Circuit, OnChain,
};
use nocknock_primitives::{ids::ContentHash, model::names};
use std::{
    env,
    error::Error,
    fs, io,
    path::{Path, PathBuf},
    time::Instant,
};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let before = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => read(),
        ["--anew"] => Vec::new(),
        _ => return Err("usage: pin-keys [--anew]".into()),
    };
    let mut all = Vec::new();
    for (name, architecture) in names::offered().into_iter().chain(names::for_tests()) {
        all.push(pin::<FoldedScore>(name, &architecture, &before)?);
        write(all.iter().chain(missing(&before, &all)))?;
    }
    all.push(pin::<SealKey>("seal", &(), &before)?);
    write(all.iter())
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("keys").join("development.json")
}

/// What is pinned so far; nothing if the file has another form.
fn read() -> Vec<Pinned> {
    let text = fs::read_to_string(path()).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Writes the file whole or not at all.
fn write<'a>(pinned: impl Iterator<Item = &'a Pinned>) -> Result<(), Box<dyn Error>> {
    let json = serde_json::to_string_pretty(&pinned.collect::<Vec<_>>())? + "\n";
    let unfinished = path().with_extension("unfinished");
    fs::write(&unfinished, json)?;
    Ok(fs::rename(unfinished, path())?)
}

/// The entries of before whose turn has not come.
fn missing<'a>(before: &'a [Pinned], all: &'a [Pinned]) -> impl Iterator<Item = &'a Pinned> {
    before.iter().filter(move |old| all.iter().all(|new| new.name != old.name))
}

/// Pins one circuit. Its key is gone before the next one is made.
fn pin<S: OnChain>(
    name: &str,
    shape: &S::Shape,
    before: &[Pinned],
) -> Result<Pinned, Box<dyn Error>> {
    let circuit = Circuit::<S>::compile(shape);
    println!("{name} {}: {} constraints", S::NAME, circuit.matrices().constraints());
    let same = |old: &&Pinned| old.name == name && old.info() == circuit.info(old.key);
    if let Some(old) = before.iter().find(same) {
        println!("    is pinned already");
        return Ok(old.clone());
    }
    for (section, rows) in circuit.matrices().rows_by_section() {
        println!("{rows:>8} {section}");
    }
    let started = Instant::now();
    let key = generate(&circuit)?;
    let digest = write_key(&key, io::sink())?;
    let info = key.info();
    println!("    circuit {}, {} s", info.id(), started.elapsed().as_secs());
    Ok(Pinned {
        name: name.into(),
        statement: S::NAME.into(),
        architecture: info.kind.architecture().cloned(),
        constraints: info.constraints,
        matrix_hash: info.matrix_hash,
        key: info.key,
        verifying_key: hex::encode(key.verifying_key().to_bytes()),
        proving_key_digest: ContentHash(digest),
    })
}
