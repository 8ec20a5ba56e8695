//! Files for circom's and snarkjs' tools.

use std::path::Path;

use anyhow::{Context, Result};
use nocknock_circuits::{fold::FoldedScore, keys::ProvingKey, seal::SealKey, Circuit, OnChain};
use nocknock_circuits_interop::{
    r1cs::{write_r1cs, R1csView},
    snarkjs::{proof_to_json, public_inputs_to_json, verifying_key_to_json},
    wtns::write_wtns,
};
use nocknock_groth16::Proof;
use nocknock_primitives::circuit::{CircuitInfo, CircuitKind, KeyOrigin};
use serde::Serialize;

use crate::{
    arguments::{ExportCommand, KeyFormat},
    files::{self, Readers},
    inputs::{public_from_bytes, Inputs},
    keys::load_key,
};

/// Runs an export.
pub(crate) fn run(command: &ExportCommand) -> Result<()> {
    match command {
        ExportCommand::R1cs { circuit, out } => match circuit.kind()? {
            CircuitKind::Score(shape) => constraints::<FoldedScore>(&shape, out),
            CircuitKind::Delivery => constraints::<SealKey>(&(), out),
        },
        ExportCommand::Wtns { inputs, out } => witness(inputs, out),
        ExportCommand::Vk { key, format, out } => verifying_key(key, *format, out),
        ExportCommand::Proof { proof, public, out } => self::proof(proof, public, out),
    }
}

fn constraints<S: OnChain>(shape: &S::Shape, out: &Path) -> Result<()> {
    let circuit = Circuit::<S>::compile(shape);
    let system = R1csView::from(circuit.matrices());
    files::create(out, Readers::Anyone, |out| write_r1cs(out, &system))?;
    println!("constraints: {}", system.a.len());
    println!("wires:       {}", system.wires);
    println!("public:      {}", system.public);
    println!("matrix hash: {}", hex::encode(circuit.matrices().hash()));
    Ok(())
}

fn witness(inputs: &Path, out: &Path) -> Result<()> {
    let assignment = match Inputs::read(inputs)? {
        Inputs::S3(inputs) => {
            let (shape, public, private) = inputs.open()?;
            Circuit::<FoldedScore>::compile(&shape).assign(&public, &private)
        }
        Inputs::D2(inputs) => {
            let (public, private) = inputs.open()?;
            Circuit::<SealKey>::compile(&()).assign(&public, &private)
        }
    };
    files::create(out, Readers::Owner, |out| write_wtns(out, &assignment))?;
    eprintln!("{} holds what a proof hides: delete it after use", out.display());
    Ok(())
}

fn verifying_key(key: &Path, format: KeyFormat, out: &Path) -> Result<()> {
    let (key, _) = load_key(key)?;
    if let Some(warning) = key.warning() {
        eprintln!("WARNING: {warning}");
    }
    println!("key id: {}", key.id());
    let bytes = match format {
        KeyFormat::Snarkjs => verifying_key_to_json(&key.points().vk)?.into_bytes(),
        KeyFormat::Canonical => key.verifying_key().to_bytes(),
        KeyFormat::Registration => serde_json::to_vec_pretty(&Registration::of(&key))?,
    };
    files::write(out, &bytes)
}

/// What a chain registers, in the form of a chain specification.
#[derive(Serialize)]
struct Registration<'a> {
    info: &'a CircuitInfo,
    origin: &'a KeyOrigin,
    key: String,
}

impl<'a> Registration<'a> {
    fn of(key: &'a ProvingKey) -> Self {
        Self {
            info: key.info(),
            origin: key.origin(),
            key: format!("0x{}", hex::encode(key.verifying_key().to_bytes())),
        }
    }
}

fn proof(proof: &Path, public: &Path, out: &Path) -> Result<()> {
    let bytes = files::read(proof)?;
    let Proof { a, b, c } =
        Proof::from_evm_bytes(&bytes).with_context(|| format!("cannot use {}", proof.display()))?;
    let inputs = public_from_bytes(&files::read(public)?)
        .with_context(|| format!("cannot use {}", public.display()))?;
    let proof = proof_to_json(&ark_groth16::Proof { a, b, c })?;
    files::write(&out.join("proof.json"), proof.as_bytes())?;
    files::write(&out.join("public.json"), public_inputs_to_json(&inputs)?.as_bytes())
}
