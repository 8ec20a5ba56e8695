//! Writes `circuits/keys`: makes every named circuit and its development key anew and pins their
//! counts, hashes and ids. Run it after an intended change of a circuit, and read the difference.

use nocknock_circuits::{
    delivery::DeliverModel,
    keys::{generate, write_key, Pinned},
    score::ScoreBlock,
    Circuit, OnChain,
};
use nocknock_primitives::{
    ids::ContentHash,
    model::shape::{MlpShape, SHAPES, TEST_SHAPES},
};
use std::{error::Error, fs, io, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("keys");
    let mut all = Vec::new();
    for shape in SHAPES.iter().chain(&TEST_SHAPES) {
        all.push(pin::<ScoreBlock>(shape, &folder)?);
        all.push(pin::<DeliverModel>(shape, &folder)?);
    }
    let json = serde_json::to_string_pretty(&all)? + "\n";
    Ok(fs::write(folder.join("development.json"), json)?)
}

fn pin<S: OnChain>(shape: &MlpShape, folder: &Path) -> Result<Pinned, Box<dyn Error>> {
    let circuit = Circuit::<S>::compile(shape);
    let key = generate(&circuit)?;
    let digest = write_key(&key, io::sink())?;
    let verifying_key = key.verifying_key().to_bytes();
    let name = format!("{}.{}.development.vk", shape.name(), S::NAME);
    fs::write(folder.join(&name), &verifying_key)?;
    let info = key.info();
    println!("{name}: {} constraints, circuit {}", info.constraints, info.id());
    for (section, rows) in circuit.matrices().rows_by_section() {
        println!("{rows:>8} {section}");
    }
    Ok(Pinned {
        shape: shape.name().into(),
        statement: S::NAME.into(),
        constraints: info.constraints,
        matrix_hash: info.matrix_hash,
        key: info.key,
        verifying_key: hex::encode(&verifying_key),
        proving_key_digest: ContentHash(digest),
    })
}
