//! Verifying keys with everything precomputed that does not depend on a proof.

use crate::{
    key::KeyId,
    multiples::{FixedPoint, LIMBS, ODD_MULTIPLES},
    validate::KeyError,
    VerifyingKey,
};
use alloc::vec::Vec;
use ark_bn254::{g1, Bn254, Config, Fq, Fq12, Fq2, G1Affine, G2Affine};
use ark_ec::{
    bn::{BnConfig, G2Prepared},
    pairing::Pairing,
    scalar_mul::glv::GLVConfig,
};
use ark_ff::{BigInt, CyclotomicMultSubgroup, Field, PrimeField};

/// First byte of the trusted bytes.
const VERSION: u8 = 1;

/// Line functions of one prepared point of G2: one for each doubling, each addition and the two
/// last steps.
const LINES: usize = line_count(Config::ATE_LOOP_COUNT);

/// A validated verifying key, ready to verify: e(alpha, beta) and the line functions of gamma and
/// delta are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreparedVerifyingKey {
    id: KeyId,
    /// e(alpha, beta).
    pub(crate) alpha_beta: Fq12,
    /// e(alpha, beta) to the eigenvalue of the endomorphism of G1, for batches.
    pub(crate) alpha_beta_lambda: Fq12,
    /// Lines of -gamma.
    pub(crate) gamma: G2Prepared<Config>,
    /// Lines of -delta.
    pub(crate) delta: G2Prepared<Config>,
    /// The input points, the constant one first.
    pub(crate) ic: Vec<FixedPoint>,
}

/// Why bytes are not a prepared key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PreparedDecodeError {
    /// Another version wrote the bytes.
    #[error(
        "the prepared key has format {version}, this program reads format 1: prepare the key again"
    )]
    Version {
        /// The first byte.
        version: u8,
    },
    /// The bytes end too early or go on too long.
    #[error("the prepared key has a wrong length: prepare the key again")]
    Length,
    /// A field element is not reduced.
    #[error("the prepared key holds a number beyond the field: prepare the key again")]
    NotReduced,
}

impl VerifyingKey {
    /// Validates the key for a circuit with `inputs` public inputs and precomputes what
    /// verification needs.
    pub fn prepare(&self, inputs: usize) -> Result<PreparedVerifyingKey, KeyError> {
        self.validate(inputs)?;
        let alpha_beta = Bn254::pairing(self.alpha_g1, self.beta_g2).0;
        Ok(PreparedVerifyingKey {
            id: self.id(),
            alpha_beta,
            alpha_beta_lambda: alpha_beta.cyclotomic_exp(g1::Config::LAMBDA.into_bigint()),
            gamma: negated(self.gamma_g2),
            delta: negated(self.delta_g2),
            ic: self.ic.iter().map(FixedPoint::new).collect(),
        })
    }
}

fn negated(point: G2Affine) -> G2Prepared<Config> {
    (-point).into()
}

impl PreparedVerifyingKey {
    /// The id of the key that was prepared.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Number of public inputs.
    pub fn input_count(&self) -> usize {
        self.ic.len().saturating_sub(1)
    }

    /// Bytes for a store that only this program writes.
    ///
    /// The format is made for quick reading, may change with [the
    /// version](PreparedDecodeError::Version) and is no exchange format: [`VerifyingKey::to_bytes`]
    /// is. A key for n inputs takes about 36 kB and n kB.
    pub fn to_trusted_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::from([VERSION]);
        bytes.extend_from_slice(&self.id.0);
        let lines = self.gamma.ell_coeffs.iter().chain(&self.delta.ell_coeffs);
        let lines = lines.flat_map(|(a, b, c)| [a, b, c]).flat_map(|c| [c.c0, c.c1]);
        let points = self
            .ic
            .iter()
            .flat_map(|point| point.0.as_flattened())
            .flat_map(|point| [point.x, point.y]);
        let powers = [&self.alpha_beta, &self.alpha_beta_lambda];
        let powers = powers.into_iter().flat_map(|power| power.to_base_prime_field_elements());
        let numbers = powers.chain(lines).chain(points);
        numbers.for_each(|number| bytes.extend(number.0 .0.into_iter().flat_map(u64::to_le_bytes)));
        bytes
    }

    /// Reads what [`PreparedVerifyingKey::to_trusted_bytes`] wrote.
    ///
    /// The bytes must come from a place that nobody else can write to: neither that the points are
    /// on their curves nor that the lines belong to the key is checked. Foreign bytes cause wrong
    /// answers, never a panic.
    pub fn from_trusted_bytes(bytes: &[u8]) -> Result<Self, PreparedDecodeError> {
        let (version, rest) = bytes.split_first().ok_or(PreparedDecodeError::Length)?;
        if *version != VERSION {
            return Err(PreparedDecodeError::Version { version: *version });
        }
        let (id, rest) = rest.split_first_chunk().ok_or(PreparedDecodeError::Length)?;
        let mut reader = Reader { rest };
        Ok(Self {
            id: KeyId(*id),
            alpha_beta: reader.target()?,
            alpha_beta_lambda: reader.target()?,
            gamma: reader.lines()?,
            delta: reader.lines()?,
            ic: reader.fixed_points()?,
        })
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn number(&mut self) -> Result<Fq, PreparedDecodeError> {
        let (bytes, rest) =
            self.rest.split_first_chunk::<32>().ok_or(PreparedDecodeError::Length)?;
        self.rest = rest;
        let mut limbs = [0; 4];
        for (limb, chunk) in limbs.iter_mut().zip(bytes.as_chunks().0) {
            *limb = u64::from_le_bytes(*chunk);
        }
        let limbs = BigInt::new(limbs);
        if limbs < Fq::MODULUS {
            Ok(Fq::new_unchecked(limbs))
        } else {
            Err(PreparedDecodeError::NotReduced)
        }
    }

    fn pair(&mut self) -> Result<Fq2, PreparedDecodeError> {
        Ok(Fq2::new(self.number()?, self.number()?))
    }

    fn target(&mut self) -> Result<Fq12, PreparedDecodeError> {
        let numbers: Vec<Fq> = (0..12).map(|_| self.number()).collect::<Result<_, _>>()?;
        Fq12::from_base_prime_field_elems(numbers).ok_or(PreparedDecodeError::Length)
    }

    fn lines(&mut self) -> Result<G2Prepared<Config>, PreparedDecodeError> {
        let line = |reader: &mut Self| Ok((reader.pair()?, reader.pair()?, reader.pair()?));
        let ell_coeffs = (0..LINES).map(|_| line(self)).collect::<Result<_, _>>()?;
        Ok(G2Prepared { ell_coeffs, infinity: false })
    }

    fn point(&mut self) -> Result<G1Affine, PreparedDecodeError> {
        Ok(G1Affine::new_unchecked(self.number()?, self.number()?))
    }

    fn fixed_point(&mut self) -> Result<FixedPoint, PreparedDecodeError> {
        let mut tables = [[G1Affine::default(); ODD_MULTIPLES]; LIMBS];
        for point in tables.as_flattened_mut() {
            *point = self.point()?;
        }
        Ok(FixedPoint(tables))
    }

    /// At least one, the constant point, and as many as are left.
    fn fixed_points(&mut self) -> Result<Vec<FixedPoint>, PreparedDecodeError> {
        let mut points = Vec::from([self.fixed_point()?]);
        while !self.rest.is_empty() {
            points.push(self.fixed_point()?);
        }
        Ok(points)
    }
}

/// The loop runs over all digits but the highest.
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)] // Evaluated by the compiler.
const fn line_count(digits: &[i8]) -> usize {
    let mut count = 2;
    let mut i = 0;
    while i + 1 < digits.len() {
        count += if digits[i] == 0 { 1 } else { 2 };
        i += 1;
    }
    count
}
