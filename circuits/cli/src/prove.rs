//! Proofs from files of private inputs.

use std::path::Path;

use anyhow::Result;
use nocknock_circuits::{fold::FoldedScore, seal::SealKey, Circuit, OnChain, Prover, PublicInputs};

use crate::{
    arguments::ProveArguments,
    files,
    inputs::{public_bytes, Inputs},
    keys,
    refusal::{proof_error, refuse},
};

/// Proves and writes the proof with its public inputs.
pub(crate) fn run(arguments: &ProveArguments) -> Result<()> {
    match Inputs::read(&arguments.inputs)? {
        Inputs::S3(inputs) => {
            let (shape, public, private) = inputs.open()?;
            let prover = prover::<FoldedScore>(&shape, arguments)?;
            prove(&prover, &public, &private, &arguments.out)
        }
        Inputs::D2(inputs) => {
            let (public, private) = inputs.open()?;
            let prover = prover::<SealKey>(&(), arguments)?;
            prove(&prover, &public, &private, &arguments.out)
        }
    }
}

fn prover<S: OnChain>(shape: &S::Shape, arguments: &ProveArguments) -> Result<Prover<S>> {
    eprintln!("loading the key");
    let prover = match &arguments.key {
        Some(file) => {
            let (key, _) = keys::load_key(file)?;
            Prover::new(Circuit::<S>::compile(shape), key).map_err(refuse)?
        }
        None => Prover::<S>::development(shape, &keys::store(&arguments.folder)?)?,
    };
    if let Some(warning) = prover.key().warning() {
        eprintln!("WARNING: {warning}");
    }
    Ok(prover)
}

fn prove<S: OnChain>(
    prover: &Prover<S>,
    public: &S::Public,
    private: &S::Private,
    out: &Path,
) -> Result<()> {
    let proof = prover.prove(public, private, |stage| eprintln!("{stage}")).map_err(proof_error)?;
    files::write(&out.join("proof.bin"), &proof.to_bytes())?;
    files::write(&out.join("public.bin"), &public_bytes(&public.to_fields()))?;
    println!("circuit id: {}", prover.info().id());
    println!("proof:      {}", out.join("proof.bin").display());
    println!("public:     {}", out.join("public.bin").display());
    Ok(())
}
