//! Making, examining and importing proving keys.

use std::{io::Read, path::Path};

use anyhow::{anyhow, Context, Result};
use ark_bn254::G2Affine;
use blake2::{digest::consts::U32, Blake2b, Digest};
use nocknock_circuits::{
    fold::FoldedScore,
    keys::{file_name, generate, load, pinned, KeyFileError, KeyStore, ProvingKey, Reduction},
    seal::SealKey,
    Circuit, OnChain, Prover,
};
use nocknock_circuits_interop::{
    r1cs::R1csView,
    zkey::{read_zkey, Contribution, ContributionKind, Zkey},
};
use nocknock_primitives::{
    circuit::{CircuitKind, KeyOrigin},
    ids::ContentHash,
    model::{names, Architecture},
};
use rayon::prelude::*;

use crate::{
    arguments::{KeysCommand, KeysFolder},
    files,
    inputs::read_architecture,
    refusal::{proof_error, refuse},
    sample::{self, Sampled},
};

/// Trial proofs that show whether a key's points belong together.
const TRIALS: u32 = 8;

/// Runs a command about keys.
pub(crate) fn run(command: &KeysCommand) -> Result<()> {
    match command {
        KeysCommand::Dev { circuit, folder } => match circuit.kind()? {
            CircuitKind::Score(shape) => development::<FoldedScore>(&shape, folder),
            CircuitKind::Delivery => development::<SealKey>(&(), folder),
        },
        KeysCommand::Check { file, architecture } => {
            let (key, digest) = load_key(file)?;
            match key.info().kind.clone() {
                CircuitKind::Score(stated) => {
                    let shape = known(stated, architecture.as_deref())?;
                    check::<FoldedScore>(&shape, key, digest)
                }
                CircuitKind::Delivery => check::<SealKey>(&(), key, digest),
            }
        }
        KeysCommand::ImportZkey { circuit, folder, zkey } => match circuit.kind()? {
            CircuitKind::Score(shape) => import::<FoldedScore>(&shape, folder, zkey),
            CircuitKind::Delivery => import::<SealKey>(&(), folder, zkey),
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
    let loaded = load(file).map_err(|error| match error {
        KeyFileError::Fault(_) | KeyFileError::KeyId { .. } | KeyFileError::Pretended => {
            refuse(error)
        }
        _ => error.into(),
    });
    loaded.with_context(|| format!("cannot use {}", file.display()))
}

fn development<S: Sampled>(shape: &S::Shape, folder: &KeysFolder) -> Result<()> {
    eprintln!("making the development key of {}", S::file_name(shape));
    let store = store(folder)?;
    let key = store.development(&Circuit::<S>::compile(shape))?;
    describe(&key);
    println!("file:         {}", store.path::<S>(shape, &key.info().id()).display());
    Ok(())
}

/// Believes nothing that the file says about itself: the circuit is built anew and compared, a
/// development key is recognised by what it is, and the points have to prove.
fn check<S: Sampled>(shape: &S::Shape, key: ProvingKey, digest: [u8; 32]) -> Result<()> {
    check_published(&key, digest)?;
    check_points(&key)?;
    eprintln!("building the circuit {}", S::file_name(shape));
    let circuit = Circuit::<S>::compile(shape);
    check_anew(&circuit, &key)?;
    let prover = Prover::new(circuit, key).map_err(refuse)?;
    try_out(&prover)?;
    describe(prover.key());
    println!("file digest:  {}", ContentHash(digest));
    if matches!(prover.key().origin(), KeyOrigin::Ceremony(_)) {
        eprintln!("compare the key id, the origin and the digest with what the ceremony published");
    }
    Ok(())
}

/// A file could name an architecture whose circuit no memory holds, so it must be one of this
/// release's, or the one that the user describes.
fn known(stated: Architecture, described: Option<&Path>) -> Result<Architecture> {
    let described = described.map(read_architecture).transpose()?;
    if names::name_of(&stated).is_some() || described.as_ref() == Some(&stated) {
        return Ok(stated);
    }
    Err(refuse(anyhow!(
        "the key is for an architecture that has no name in this release: describe that one \
         with --architecture"
    )))
}

/// Every point of G2 must lie in the subgroup; key files are only checked for the curve on loading.
fn check_points(key: &ProvingKey) -> Result<()> {
    eprintln!("checking the key's points");
    let points = &key.points().b_g2_query;
    if points.par_iter().all(G2Affine::is_in_correct_subgroup_assuming_on_curve) {
        Ok(())
    } else {
        Err(refuse(anyhow!("a point of B lies outside the subgroup of prime order")))
    }
}

/// A development key must be the one that this repository has pinned, byte by byte. One that
/// pretends to come from a ceremony was refused on loading.
fn check_published(key: &ProvingKey, digest: [u8; 32]) -> Result<()> {
    let Some(pinned) = pinned(&key.info().kind) else {
        return Ok(());
    };
    let same = pinned.proving_key_digest == ContentHash(digest);
    demand_development(key, same)
}

/// For architectures without a name nothing is pinned. So their development keys are made anew.
fn check_anew<S: OnChain>(circuit: &Circuit<S>, key: &ProvingKey) -> Result<()> {
    let kind = S::kind(circuit.shape());
    if *key.origin() != KeyOrigin::Development || pinned(&kind).is_some() {
        return Ok(());
    }
    eprintln!("making the development key anew");
    demand_development(key, generate(circuit)?.points() == key.points())
}

/// Refuses a development key that is not the one that everybody makes.
fn demand_development(key: &ProvingKey, same: bool) -> Result<()> {
    if *key.origin() == KeyOrigin::Development && !same {
        return Err(refuse(anyhow!(
            "the file says that it is a development key, but it is not the one of this release"
        )));
    }
    Ok(())
}

/// Shows that a key's points belong together and to the circuit.
///
/// A wrong point shows in a proof in which its wire is not zero. The inputs are drawn anew and
/// nobody else knows them, so no key can be made to pass just these trials.
fn try_out<S: Sampled>(prover: &Prover<S>) -> Result<()> {
    eprintln!("comparing the key's points with each other");
    prover.check_points().map_err(refuse)?;
    let rng = &mut sample::fresh_rng()?;
    for trial in 1..=TRIALS {
        let (public, private) = S::sample(prover.circuit().shape(), rng)?;
        let tell = |stage| eprintln!("trial proof {trial} of {TRIALS}: {stage}");
        prover.prove(&public, &private, tell).map_err(proof_error)?;
    }
    Ok(())
}

fn describe(key: &ProvingKey) {
    if let Some(warning) = key.warning() {
        eprintln!("WARNING: {warning}");
    }
    let origin = match key.origin() {
        KeyOrigin::Development => "development, INSECURE: anyone can forge proofs".into(),
        KeyOrigin::Ceremony(hash) => format!("ceremony, blake2b-256 of the zkey {hash}"),
    };
    let info = key.info();
    println!("circuit:      {}, {} constraints", file_name(&info.kind), info.constraints);
    println!("matrix hash:  {}", info.matrix_hash);
    println!("circuit id:   {}", info.id());
    println!("key id:       {}", key.id());
    println!("origin:       {origin}");
}

fn import<S: Sampled>(shape: &S::Shape, folder: &KeysFolder, path: &Path) -> Result<()> {
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
    let stored = store(folder)?.store(prover.key())?;
    describe(prover.key());
    print!("{contributions}");
    println!("file:         {}", stored.display());
    Ok(())
}

/// What each contributor compares with the hash that snarkjs showed.
fn contributions(zkey: &Zkey) -> String {
    let line = |(number, step): (usize, &Contribution)| -> String {
        let Contribution { kind, name, hash, .. } = step;
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
