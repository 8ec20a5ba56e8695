//! The `.zkey` that a snarkjs ceremony ends with, Groth16 variant.
//!
//! [`read_zkey`] decodes the file and checks every point. [`Zkey::check_ceremony`] and
//! [`Zkey::check_circuit`] refuse keys that nobody contributed to and keys of another circuit.
//! Neither replaces `snarkjs zkey verify`, which alone compares the key with the powers of tau
//! and checks that each contribution builds on the one before it.
//!
//! The `H` points of such a key belong to
//! [`CircomReduction`](nocknock_circuits::reduction::CircomReduction).

mod contributions;
mod points;

use std::io::{Read, Seek};

use ark_bn254::{Bn254, Fq, Fq2, Fr, G1Affine, G2Affine};
use ark_ec::{
    pairing::Pairing,
    short_weierstrass::{Affine, SWCurveConfig},
    AffineRepr,
};
use ark_ff::{One, PrimeField};
use ark_groth16::{ProvingKey, VerifyingKey};
use thiserror::Error;

use self::points::{point_bytes, read_finite, read_points, Coordinate};
use crate::{
    binfile::{self, BinFile, BinFileError},
    r1cs::R1csView,
};

pub use self::contributions::{Contribution, ContributionKind};

const KIND: &str = "zkey";
const VERSION: u32 = 1;
const GROTH16: u32 = 1;

const PROTOCOL: u32 = 1;
const HEADER: u32 = 2;
const INPUTS: u32 = 3;
const COEFFICIENTS: u32 = 4;
const A_QUERY: u32 = 5;
const B_G1_QUERY: u32 = 6;
const B_G2_QUERY: u32 = 7;
const L_QUERY: u32 = 8;
const H_QUERY: u32 = 9;
const CONTRIBUTIONS: u32 = 10;

/// Two moduli with their sizes, three counts, three points of each group.
const HEADER_BYTES: u64 = 84 + 3 * (point_bytes::<Fq>() + point_bytes::<Fq2>()) as u64;
/// Matrix, row, wire and value.
const COEFFICIENT_BYTES: u64 = 44;
/// The scalar field has roots of unity of order 2^28, and the reduction needs twice the domain.
const MAX_DOMAIN: u32 = 1 << 27;

/// Why a `.zkey` was refused.
#[derive(Debug, Error)]
pub enum ZkeyError {
    /// The container is damaged.
    #[error(transparent)]
    File(#[from] BinFileError),
    /// The key is for another proof system.
    #[error("the key is for proof system {0} of snarkjs, only Groth16 (1) is supported")]
    NotGroth16(u32),
    /// The counts of the header contradict each other.
    #[error(
        "{wires} wires with {public} public inputs over a domain of {domain} is impossible: \
         the file is damaged"
    )]
    Counts {
        /// Wires of the constraint system.
        wires: u32,
        /// Public inputs.
        public: u32,
        /// Rows of the evaluation domain.
        domain: u32,
    },
    /// A point of the header or of a contribution is wrong.
    #[error("{name} is not a finite point of the curve's subgroup of prime order")]
    Header {
        /// What the point is.
        name: &'static str,
    },
    /// A point of a query is wrong.
    #[error("point {index} of section {section} is not in the curve's subgroup of prime order")]
    Point {
        /// Number of the section.
        section: u32,
        /// Number of the point within it.
        index: usize,
    },
    /// A coefficient lies outside the matrices or the field.
    #[error("coefficient {0} lies outside the matrices or the field")]
    Coefficient(u32),
    /// The description of a contribution cannot be understood.
    #[error("a contribution is described in a way that is not known")]
    Contribution,
    /// Nobody contributed, or the key is not the one that the last contribution left.
    #[error("{0}")]
    Ceremony(&'static str),
    /// The key belongs to another circuit.
    #[error("the key belongs to another circuit: {0}")]
    OtherCircuit(String),
}

/// One non-zero entry of the matrix A or B.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Coefficient {
    matrix: u32,
    row: u32,
    wire: u32,
    value: Fr,
}

/// A decoded `.zkey` whose points have been checked one by one.
#[derive(Clone, Debug)]
pub struct Zkey {
    /// The key in arkworks' form, for
    /// [`CircomReduction`](nocknock_circuits::reduction::CircomReduction).
    pub proving_key: ProvingKey<Bn254>,
    /// Rows of the evaluation domain, a power of two.
    pub domain_size: u32,
    /// The hash that snarkjs calls "Circuit Hash": of the key before the first contribution.
    pub circuit_hash: [u8; 64],
    /// Steps of the second phase in their order.
    pub contributions: Vec<Contribution>,
    coefficients: Vec<Coefficient>,
}

#[derive(Clone, Copy, Debug)]
struct Header {
    wires: u32,
    public: u32,
    domain: u32,
    alpha_g1: G1Affine,
    beta_g1: G1Affine,
    beta_g2: G2Affine,
    gamma_g2: G2Affine,
    delta_g1: G1Affine,
    delta_g2: G2Affine,
}

/// Reads a key and checks that every point lies on its curve and in the subgroup of prime order;
/// `reader` should be buffered.
pub fn read_zkey(reader: impl Read + Seek) -> Result<Zkey, ZkeyError> {
    let mut file = BinFile::open(reader, KIND, VERSION)?;
    let protocol = binfile::read_u32(&mut file.sized_section(PROTOCOL, 4)?)?;
    if protocol != GROTH16 {
        return Err(ZkeyError::NotGroth16(protocol));
    }
    let header = read_header(&mut file)?;
    let (circuit_hash, contributions) = read_contributions(&mut file)?;
    Ok(Zkey {
        coefficients: read_coefficients(&mut file, &header)?,
        proving_key: read_proving_key(&mut file, &header)?,
        domain_size: header.domain,
        circuit_hash,
        contributions,
    })
}

fn read_header<R: Read + Seek>(file: &mut BinFile<R>) -> Result<Header, ZkeyError> {
    let mut section = file.sized_section(HEADER, HEADER_BYTES)?;
    binfile::expect_field::<Fq>(&mut section)?;
    binfile::expect_field::<Fr>(&mut section)?;
    let wires = binfile::read_u32(&mut section)?;
    let public = binfile::read_u32(&mut section)?;
    let domain = binfile::read_u32(&mut section)?;
    let size = domain.is_power_of_two() && domain <= MAX_DOMAIN;
    if !size || public >= wires || public >= domain {
        return Err(ZkeyError::Counts { wires, public, domain });
    }
    Ok(Header {
        wires,
        public,
        domain,
        alpha_g1: read_finite(&mut section, "alpha in G1")?,
        beta_g1: read_finite(&mut section, "beta in G1")?,
        beta_g2: read_finite(&mut section, "beta in G2")?,
        gamma_g2: read_finite(&mut section, "gamma in G2")?,
        delta_g1: read_finite(&mut section, "delta in G1")?,
        delta_g2: read_finite(&mut section, "delta in G2")?,
    })
}

fn read_proving_key<R: Read + Seek>(
    file: &mut BinFile<R>,
    header: &Header,
) -> Result<ProvingKey<Bn254>, ZkeyError> {
    let wires = header.wires;
    let vk = VerifyingKey {
        alpha_g1: header.alpha_g1,
        beta_g2: header.beta_g2,
        gamma_g2: header.gamma_g2,
        delta_g2: header.delta_g2,
        gamma_abc_g1: read_query(file, INPUTS, header.public + 1)?,
    };
    Ok(ProvingKey {
        vk,
        beta_g1: header.beta_g1,
        delta_g1: header.delta_g1,
        a_query: read_query(file, A_QUERY, wires)?,
        b_g1_query: read_query(file, B_G1_QUERY, wires)?,
        b_g2_query: read_query(file, B_G2_QUERY, wires)?,
        h_query: read_query(file, H_QUERY, header.domain)?,
        l_query: read_query(file, L_QUERY, wires - header.public - 1)?,
    })
}

fn read_query<P, R: Read + Seek>(
    file: &mut BinFile<R>,
    section: u32,
    count: u32,
) -> Result<Vec<Affine<P>>, ZkeyError>
where
    P: SWCurveConfig<BaseField: Coordinate>,
{
    let length = u64::from(count) * point_bytes::<P::BaseField>() as u64;
    read_points(&mut file.sized_section(section, length)?, section, count as usize)
}

fn read_coefficients<R: Read + Seek>(
    file: &mut BinFile<R>,
    header: &Header,
) -> Result<Vec<Coefficient>, ZkeyError> {
    let count = binfile::read_u32(&mut file.section(COEFFICIENTS)?)?;
    let length = 4 + COEFFICIENT_BYTES * u64::from(count);
    let mut section = file.sized_section(COEFFICIENTS, length)?;
    binfile::read_u32(&mut section)?;
    let read = |index| {
        let coefficient = read_coefficient(&mut section)?;
        let inside = coefficient.matrix < 2
            && coefficient.row < header.domain
            && coefficient.wire < header.wires;
        inside.then_some(coefficient).ok_or(ZkeyError::Coefficient(index))
    };
    (0..count).map(read).collect()
}

fn read_coefficient(section: &mut impl Read) -> Result<Coefficient, BinFileError> {
    Ok(Coefficient {
        matrix: binfile::read_u32(section)?,
        row: binfile::read_u32(section)?,
        wire: binfile::read_u32(section)?,
        value: read_coefficient_value(section)?,
    })
}

/// snarkjs multiplies coefficients by R twice, R being the Montgomery constant: one R is
/// arkworks' own representation, the other has to be divided out.
fn read_coefficient_value(section: &mut impl Read) -> Result<Fr, BinFileError> {
    let integer = binfile::read_bigint(section)?;
    if integer >= Fr::MODULUS {
        return Err(BinFileError::NotCanonical);
    }
    let times_r = Fr::new_unchecked(integer);
    Ok(Fr::new_unchecked(times_r.into_bigint()))
}

fn read_contributions<R: Read + Seek>(
    file: &mut BinFile<R>,
) -> Result<([u8; 64], Vec<Contribution>), ZkeyError> {
    let length = file.length(CONTRIBUTIONS)?;
    let mut section = file.section(CONTRIBUTIONS)?;
    let circuit_hash = binfile::read_array(&mut section)?;
    let count = binfile::read_u32(&mut section)?;
    let contributions = (0..count)
        .map(|_| contributions::read_contribution(&mut section))
        .collect::<Result<Vec<_>, _>>()?;
    binfile::finish(&section, CONTRIBUTIONS, length)?;
    Ok((circuit_hash, contributions))
}

impl Zkey {
    /// Refuses a key that no participant contributed to, one that does not end with a beacon,
    /// and one whose elements in the two groups contradict each other.
    pub fn check_ceremony(&self) -> Result<(), ZkeyError> {
        let key = &self.proving_key;
        let participants =
            self.contributions.iter().filter(|c| c.kind == ContributionKind::Participant).count();
        let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
        let same = |in_g1: G1Affine, in_g2: G2Affine| {
            Bn254::pairing(in_g1, g2) == Bn254::pairing(g1, in_g2)
        };
        let last = self.contributions.last();
        let fault = if participants == 0 {
            "nobody has contributed to this key: anyone can forge proofs under it"
        } else if last.is_some_and(|last| last.kind == ContributionKind::Participant) {
            "the ceremony is not finished: the last step must be a beacon"
        } else if last.is_some_and(|last| last.delta_after != key.delta_g1) {
            "delta is not the one that the last contribution left"
        } else if key.vk.gamma_g2 != g2 {
            "gamma is not the generator, as snarkjs leaves it"
        } else if !same(key.delta_g1, key.vk.delta_g2) || !same(key.beta_g1, key.vk.beta_g2) {
            "delta or beta differs between the two groups"
        } else {
            return Ok(());
        };
        Err(ZkeyError::Ceremony(fault))
    }

    /// Refuses a key whose counts or matrices A and B differ from those of `system`.
    ///
    /// A key does not store the matrix C; a trial proof shows whether it agrees.
    pub fn check_circuit(&self, system: &R1csView<'_>) -> Result<(), ZkeyError> {
        let key = &self.proving_key;
        let rows = system.a.len() + system.public + 1;
        let counts = [
            ("wires", key.a_query.len(), system.wires),
            ("public inputs", key.vk.gamma_abc_g1.len().saturating_sub(1), system.public),
            ("domain size", self.domain_size as usize, rows.next_power_of_two()),
        ];
        for (what, found, expected) in counts {
            if found != expected {
                let text = format!("{what} {found} instead of {expected}");
                return Err(ZkeyError::OtherCircuit(text));
            }
        }
        self.check_coefficients(system)
    }

    fn check_coefficients(&self, system: &R1csView<'_>) -> Result<(), ZkeyError> {
        let mut found = self.coefficients.iter();
        for (row, rows) in system.a.iter().zip(system.b).enumerate() {
            for (matrix, terms) in [(0, rows.0), (1, rows.1)] {
                let equal = terms.iter().all(|&(value, wire)| {
                    found.next().is_some_and(|entry| entry.is(matrix, row, wire, value))
                });
                if !equal {
                    let text = format!("constraint {row} differs");
                    return Err(ZkeyError::OtherCircuit(text));
                }
            }
        }
        self.check_input_rows(found, system)
    }

    /// The rows that make the public inputs independent of each other: input i times one.
    fn check_input_rows<'a>(
        &self,
        mut found: impl Iterator<Item = &'a Coefficient>,
        system: &R1csView<'_>,
    ) -> Result<(), ZkeyError> {
        let equal = (0..=system.public).all(|input| {
            let row = system.a.len() + input;
            found.next().is_some_and(|entry| entry.is(0, row, input, Fr::one()))
        });
        if equal && found.next().is_none() {
            Ok(())
        } else {
            Err(ZkeyError::OtherCircuit("the rows of public inputs differ".into()))
        }
    }
}

impl Coefficient {
    fn is(&self, matrix: u32, row: usize, wire: usize, value: Fr) -> bool {
        let place = (self.row as usize, self.wire as usize) == (row, wire);
        self.matrix == matrix && place && self.value == value
    }
}
