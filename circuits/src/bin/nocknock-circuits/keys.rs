//! Making, examining and importing proving keys.

use std::{io::Read, path::Path};

use anyhow::{anyhow, Context, Result};
use ark_bn254::G2Affine;
use ark_std::rand::SeedableRng;
use blake2::{digest::consts::U32, Blake2b, Digest};
use nocknock_circuits::{
    delivery::DeliverModel,
    interop::{
        r1cs::R1csView,
        zkey::{read_zkey, ContributionKind, Zkey},
    },
    keys::{load, pinned, KeyStore, ProvingKey, Reduction},
    score::ScoreBlock,
    Circuit, Prover,
};
use nocknock_primitives::{
    circuit::{CircuitKind, KeyOrigin},
    ids::ContentHash,
    model::MlpShape,
};
use rand_chacha::ChaCha20Rng;
use rayon::prelude::*;

use crate::{
    arguments::{KeysCommand, KeysFolder, Statement},
    files,
    refusal::{proof_error, refuse},
    sample::Sampled,
};

/// Runs a command about keys.
pub(crate) fn run(command: &KeysCommand) -> Result<()> {
    match command {
        KeysCommand::Dev { circuit, folder } => match circuit.statement {
            Statement::S1 => development::<ScoreBlock>(&circuit.shape, folder),
            Statement::D1 => development::<DeliverModel>(&circuit.shape, folder),
        },
        KeysCommand::Check { file } => {
            let (key, digest) = load_key(file)?;
            match key.info().kind {
                CircuitKind::Score => check::<ScoreBlock>(key, digest),
                CircuitKind::Delivery => check::<DeliverModel>(key, digest),
            }
        }
        KeysCommand::ImportZkey { circuit, folder, zkey } => match circuit.statement {
            Statement::S1 => import::<ScoreBlock>(&circuit.shape, folder, zkey),
            Statement::D1 => import::<DeliverModel>(&circuit.shape, folder, zkey),
        },
    }
}

/// The folder of keys that the command line names.
pub(crate) fn store(folder: &KeysFolder) -> Result<KeyStore> {
    match &folder.keys {
        Some(folder) => Ok(KeyStore::at(folder)),
        None => Ok(KeyStore::in_cache()?),
    }
}

/// Loads a key file.
pub(crate) fn load_key(file: &Path) -> Result<(ProvingKey, [u8; 32])> {
    load(file).with_context(|| format!("cannot use {}", file.display()))
}

fn development<S: Sampled>(shape: &MlpShape, folder: &KeysFolder) -> Result<()> {
    eprintln!("making the development key of {shape} {}", S::NAME);
    let store = store(folder)?;
    let key = store.development(&Circuit::<S>::compile(shape))?;
    describe::<S>(&key);
    println!("file:         {}", store.path::<S>(shape, &key.info().id()).display());
    Ok(())
}

fn check<S: Sampled>(key: ProvingKey, digest: [u8; 32]) -> Result<()> {
    let shape = key.info().shape;
    check_points(&key)?;
    check_pinned::<S>(&key, digest)?;
    eprintln!("building the circuit {shape} {}", S::NAME);
    let prover = Prover::<S>::new(Circuit::compile(&shape), key).map_err(refuse)?;
    try_out(&prover)?;
    describe::<S>(prover.key());
    println!("file digest:  {}", ContentHash(digest));
    Ok(())
}

/// Every point of G2 must lie in the subgroup; key files are only checked for the curve on loading.
fn check_points(key: &ProvingKey) -> Result<()> {
    eprintln!("checking the key's points");
    let points = &key.points().b_g2_query;
    match points.par_iter().all(G2Affine::is_in_correct_subgroup_assuming_on_curve) {
        true => Ok(()),
        false => Err(refuse(anyhow!("a point of B lies outside the subgroup of prime order"))),
    }
}

/// A development key must be the one that this repository has pinned.
fn check_pinned<S: Sampled>(key: &ProvingKey, digest: [u8; 32]) -> Result<()> {
    let pinned = match (key.origin(), pinned::<S>(&key.info().shape)) {
        (KeyOrigin::Development, Some(pinned)) => pinned,
        _ => return Ok(()),
    };
    match pinned.proving_key_digest == ContentHash(digest) {
        true => Ok(()),
        false => Err(refuse(anyhow!(
            "the file says that it is a development key, but it is not the one of this release"
        ))),
    }
}

/// Shows that a key's points belong together and to the circuit.
fn try_out<S: Sampled>(prover: &Prover<S>) -> Result<()> {
    let rng = &mut ChaCha20Rng::from_seed(prover.key().id().0);
    let (public, private) = S::sample(prover.circuit().shape(), rng)?;
    let proof = prover.prove(&public, &private, |stage| eprintln!("trial proof: {stage}"));
    proof.map(|_| ()).map_err(proof_error)
}

fn describe<S: Sampled>(key: &ProvingKey) {
    if let Some(warning) = key.warning() {
        eprintln!("WARNING: {warning}");
    }
    let origin = match key.origin() {
        KeyOrigin::Development => "development, INSECURE: anyone can forge proofs".into(),
        KeyOrigin::Ceremony(hash) => format!("ceremony, blake2b-256 of the zkey {hash}"),
    };
    let info = key.info();
    println!("circuit:      {} {}, {} constraints", info.shape, S::NAME, info.constraints);
    println!("matrix hash:  {}", info.matrix_hash);
    println!("circuit id:   {}", info.id());
    println!("key id:       {}", key.id());
    println!("origin:       {origin}");
}

fn import<S: Sampled>(shape: &MlpShape, folder: &KeysFolder, path: &Path) -> Result<()> {
    let cannot = || format!("cannot use {}", path.display());
    eprintln!("hashing {}", path.display());
    let hash = hash_file(path).with_context(cannot)?;
    eprintln!("reading and checking every point");
    let zkey = read_zkey(files::open(path)?).with_context(cannot)?;
    zkey.check_ceremony().map_err(refuse)?;
    let circuit = Circuit::<S>::compile(shape);
    zkey.check_circuit(&R1csView::from(circuit.matrices())).map_err(refuse)?;
    let contributions = contributions(&zkey);
    let origin = KeyOrigin::Ceremony(ContentHash(hash));
    let key = ProvingKey::new(&circuit, origin, Reduction::Circom, zkey.proving_key);
    let prover = Prover::<S>::new(circuit, key).map_err(refuse)?;
    try_out(&prover)?;
    let stored = store(folder)?.store::<S>(prover.key())?;
    describe::<S>(prover.key());
    print!("{contributions}");
    println!("file:         {}", stored.display());
    Ok(())
}

/// What each contributor compares with the hash that snarkjs showed.
fn contributions(zkey: &Zkey) -> String {
    let line = |(number, step): (usize, &_)| -> String {
        let nocknock_circuits::interop::zkey::Contribution { kind, name, hash, .. } = step;
        let kind = match kind {
            ContributionKind::Participant => "participant".into(),
            ContributionKind::Beacon { value, iterations_exp } => {
                format!("beacon {} iterated 2^{iterations_exp} times", hex::encode(value))
            }
        };
        format!("step {}:       {kind} {name:?} {}\n", number + 1, hex::encode(hash))
    };
    let circuit = format!("circuit hash: {}\n", hex::encode(zkey.circuit_hash));
    zkey.contributions.iter().enumerate().fold(circuit, |text, step| text + &line(step))
}

/// blake2b-256 of a file, as `b2sum --length=256` prints it.
fn hash_file(path: &Path) -> Result<[u8; 32]> {
    let mut file = files::open(path)?;
    let mut hasher = Blake2b::<U32>::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finalize().into()),
            read => hasher.update(buffer.get(..read).unwrap_or_default()),
        }
    }
}
