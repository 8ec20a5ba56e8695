//! What a verifying key must satisfy before a chain trusts it.
//!
//! A key that fails one of these checks lets anyone who knows its weakness prove anything. None of
//! them can show that a key was made honestly; that is what a public ceremony is for.

use crate::{
    encoding::{check_g1, check_g2, PointError},
    key::{KeyPart, VerifyingKey, MAX_INPUTS},
};
use ark_bn254::{G1Affine, G2Affine};
use ark_ec::AffineRepr;

/// Why a verifying key is not safe to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A point is infinity, off its curve or outside the subgroup.
    #[error("point {part} of the key: {source}")]
    Point {
        /// Which of the points.
        part: KeyPart,
        /// What is wrong with it.
        source: PointError,
    },
    /// The number of input points does not belong to the number of public inputs.
    #[error("the key is for {actual} public inputs, the circuit has {expected}")]
    InputCount {
        /// The circuit's number of public inputs.
        expected: usize,
        /// The number that the key is for.
        actual: usize,
    },
    /// More public inputs than a key may have.
    #[error("a key for {count} public inputs is too large: 256 are possible")]
    TooManyInputs {
        /// The number that was asked for.
        count: usize,
    },
    /// The point is the group's generator or its negative: its secret is known, nobody contributed
    /// to it.
    #[error(
        "point {part} of the key is the generator, so its secret is known: finish the ceremony"
    )]
    Generator {
        /// Which of the points.
        part: KeyPart,
    },
    /// Two points are equal up to sign, which makes the key forgeable.
    #[error("points {first} and {second} of the key are equal up to sign: anyone can forge proofs under this key")]
    Equal {
        /// The first of the two points.
        first: KeyPart,
        /// The second of the two points.
        second: KeyPart,
    },
}

impl VerifyingKey {
    /// Checks a key once, before it is registered for a circuit with `inputs` public inputs.
    ///
    /// Refused are: points at infinity, off the curve or outside the subgroup; a wrong number of
    /// input points; alpha, beta or delta equal to the generator up to sign (gamma may be the
    /// generator, as snarkjs makes it); two of beta, gamma and delta equal up to sign; two input
    /// points equal up to sign.
    pub fn validate(&self, inputs: usize) -> Result<(), KeyError> {
        self.check_count(inputs)?;
        self.check_points()?;
        self.check_generators()?;
        check_distinct(&self.g2_points())?;
        check_distinct(&self.ic_points())
    }

    fn check_count(&self, expected: usize) -> Result<(), KeyError> {
        if expected > MAX_INPUTS {
            return Err(KeyError::TooManyInputs { count: expected });
        }
        match self.ic.len().checked_sub(1) {
            Some(actual) if actual == expected => Ok(()),
            actual => Err(KeyError::InputCount { expected, actual: actual.unwrap_or(0) }),
        }
    }

    fn check_points(&self) -> Result<(), KeyError> {
        let at = |part| move |source| KeyError::Point { part, source };
        check_g1(&self.alpha_g1).map_err(at(KeyPart::Alpha))?;
        for (part, point) in self.g2_points() {
            check_g2(&point).map_err(at(part))?;
        }
        for (part, point) in self.ic_points() {
            check_g1(&point).map_err(at(part))?;
        }
        Ok(())
    }

    fn check_generators(&self) -> Result<(), KeyError> {
        let known = [
            (KeyPart::Alpha, equal_up_to_sign(&self.alpha_g1, &G1Affine::generator())),
            (KeyPart::Beta, equal_up_to_sign(&self.beta_g2, &G2Affine::generator())),
            (KeyPart::Delta, equal_up_to_sign(&self.delta_g2, &G2Affine::generator())),
        ];
        match known.into_iter().find(|(_, known)| *known) {
            Some((part, _)) => Err(KeyError::Generator { part }),
            None => Ok(()),
        }
    }

    fn g2_points(&self) -> [(KeyPart, G2Affine); 3] {
        [
            (KeyPart::Beta, self.beta_g2),
            (KeyPart::Gamma, self.gamma_g2),
            (KeyPart::Delta, self.delta_g2),
        ]
    }

    fn ic_points(&self) -> alloc::vec::Vec<(KeyPart, G1Affine)> {
        self.ic.iter().enumerate().map(|(i, point)| (KeyPart::Ic(i), *point)).collect()
    }
}

fn check_distinct<P: AffineRepr>(points: &[(KeyPart, P)]) -> Result<(), KeyError> {
    let mut rest = points;
    while let Some(((first, point), others)) = rest.split_first() {
        if let Some((second, _)) = others.iter().find(|(_, other)| equal_up_to_sign(point, other)) {
            return Err(KeyError::Equal { first: *first, second: *second });
        }
        rest = others;
    }
    Ok(())
}

/// Points with the same x are equal up to sign.
fn equal_up_to_sign<P: AffineRepr>(left: &P, right: &P) -> bool {
    left.x() == right.x()
}
