//! The part of a `.zkey` that records who contributed to it.

use std::io::Read;

use ark_bn254::{Fq, Fq2, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{BigInteger, PrimeField};
use blake2::{Blake2b512, Digest};
use nocknock_primitives::text::printable;

use super::{points::read_finite, ZkeyError};
use crate::binfile;

/// Parameter of a contribution: its name.
const NAME: u8 = 1;
/// Parameter of a beacon: binary logarithm of the number of hash iterations.
const ITERATIONS: u8 = 2;
/// Parameter of a beacon: the public random value.
const BEACON: u8 = 3;

/// How a contribution's randomness came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContributionKind {
    /// A participant drew it and must have destroyed it.
    Participant,
    /// It is a hash chain over a public random value, so everyone can repeat it.
    Beacon {
        /// The public random value.
        value: Vec<u8>,
        /// Binary logarithm of the number of hash iterations.
        iterations_exp: u8,
    },
}

/// One step of the ceremony's second phase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// Participant or beacon.
    pub kind: ContributionKind,
    /// Name that the contributor gave, as it may be shown on a terminal; may be empty.
    pub name: String,
    /// The hash that snarkjs showed the contributor as "Contribution Hash".
    pub hash: [u8; 64],
    /// δ after this contribution.
    pub(super) delta_after: G1Affine,
}

/// Reads one contribution.
pub(super) fn read_contribution(reader: &mut impl Read) -> Result<Contribution, ZkeyError> {
    let delta_after = read_finite(reader, "delta after a contribution")?;
    let g1_s: G1Affine = read_finite(reader, "s of a contribution")?;
    let g1_sx: G1Affine = read_finite(reader, "sx of a contribution")?;
    let g2_spx: G2Affine = read_finite(reader, "spx of a contribution")?;
    let transcript = binfile::read_array::<64>(reader)?;
    let (kind, name) = read_description(reader)?;
    let mut hasher = Blake2b512::new();
    for point in [&delta_after, &g1_s, &g1_sx] {
        hash_g1(&mut hasher, point);
    }
    hash_g2(&mut hasher, &g2_spx);
    hasher.update(transcript);
    Ok(Contribution { kind, name, hash: hasher.finalize().into(), delta_after })
}

fn read_description(reader: &mut impl Read) -> Result<(ContributionKind, String), ZkeyError> {
    let kind = binfile::read_u32(reader)?;
    let length = binfile::read_u32(reader)?;
    let mut parameters = reader.take(u64::from(length));
    let (mut name, mut iterations, mut value) = (String::new(), None, None);
    while parameters.limit() > 0 {
        match byte(&mut parameters)? {
            NAME => name = read_name(&mut parameters)?,
            ITERATIONS => iterations = Some(byte(&mut parameters)?),
            BEACON => value = Some(bytes(&mut parameters)?),
            _ => return Err(ZkeyError::Contribution),
        }
    }
    let kind = match (kind, iterations, value) {
        (0, None, None) => ContributionKind::Participant,
        (1, Some(iterations_exp), Some(value)) => {
            ContributionKind::Beacon { value, iterations_exp }
        }
        _ => return Err(ZkeyError::Contribution),
    };
    Ok((kind, name))
}

fn byte(reader: &mut impl Read) -> Result<u8, ZkeyError> {
    let [byte] = binfile::read_array(reader)?;
    Ok(byte)
}

/// Bytes behind a length of one byte.
fn bytes(reader: &mut impl Read) -> Result<Vec<u8>, ZkeyError> {
    (0..byte(reader)?).map(|_| byte(reader)).collect()
}

/// A stranger's text, as it may be shown.
fn read_name(reader: &mut impl Read) -> Result<String, ZkeyError> {
    let bytes = bytes(reader)?;
    Ok(printable(&String::from_utf8_lossy(&bytes)).into_owned())
}

fn hash_fq(hasher: &mut Blake2b512, value: &Fq) {
    hasher.update(value.into_bigint().to_bytes_be());
}

fn hash_g1(hasher: &mut Blake2b512, point: &G1Affine) {
    for coordinate in point.xy().iter().flat_map(|(x, y)| [x, y]) {
        hash_fq(hasher, coordinate);
    }
}

fn hash_g2(hasher: &mut Blake2b512, point: &G2Affine) {
    for Fq2 { c0, c1, .. } in point.xy().iter().flat_map(|(x, y)| [x, y]) {
        hash_fq(hasher, c1);
        hash_fq(hasher, c0);
    }
}
