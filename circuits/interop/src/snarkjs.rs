//! The JSON forms that snarkjs gives verifying keys, proofs and public inputs.
//!
//! Numbers are decimal strings, points are projective with a last coordinate of one. The readers
//! are strict: they take exactly the fields that snarkjs writes, numbers without leading zeros
//! below the modulus, and finite points of the right curve and subgroup.

use ark_bn254::{Bn254, Fq, Fq12, Fq2, Fq6, Fr, G1Affine, G2Affine};
use ark_ec::{pairing::Pairing, AffineRepr};
use ark_ff::{BigInt, PrimeField};
use ark_groth16::{Proof, VerifyingKey};
use nocknock_primitives::text::printable;
use serde::{Deserialize, Serialize};
use thiserror::Error;

const PROTOCOL: &str = "groth16";
const CURVE: &str = "bn128";
/// Decimal digits of the largest 256-bit integer.
const MAX_DIGITS: usize = 78;

type G1Json = [String; 3];
type G2Json = [[String; 2]; 3];
type Fq12Json = [[[String; 2]; 3]; 2];

/// Why a JSON text could not be written or read.
#[derive(Debug, Error)]
pub enum SnarkjsError {
    /// The text is not JSON of the expected form.
    #[error("not the JSON that snarkjs writes: {}", printable(&.0.to_string()))]
    Json(#[from] serde_json::Error),
    /// Another proof system or curve.
    #[error("{what} is {:?}, expected {expected:?}", printable(found))]
    Other {
        /// Field of the JSON object.
        what: &'static str,
        /// Value that this crate supports.
        expected: &'static str,
        /// Value of the file.
        found: String,
    },
    /// A number is not a canonical decimal below the modulus.
    #[error("{0} is not a decimal number without leading zeros below the modulus")]
    Number(&'static str),
    /// A point is at infinity or not in affine form.
    #[error("{0} is at infinity or its last coordinate is not 1")]
    NotAffine(&'static str),
    /// A point does not lie on the curve or in the subgroup of prime order.
    #[error("{0} is not a point of the curve's subgroup of prime order")]
    NotInGroup(&'static str),
    /// `nPublic` contradicts the number of points in `IC`.
    #[error("nPublic is {public}, which needs {} points in IC instead of {points}", public + 1)]
    PublicCount {
        /// Stated number of public inputs.
        public: usize,
        /// Points in `IC`.
        points: usize,
    },
    /// `vk_alphabeta_12` is not the pairing of alpha and beta.
    #[error("vk_alphabeta_12 is not the pairing of vk_alpha_1 and vk_beta_2")]
    AlphaBeta,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProofJson {
    pi_a: G1Json,
    pi_b: G2Json,
    pi_c: G1Json,
    protocol: String,
    curve: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct VerifyingKeyJson {
    protocol: String,
    curve: String,
    #[serde(rename = "nPublic")]
    public: usize,
    vk_alpha_1: G1Json,
    vk_beta_2: G2Json,
    vk_gamma_2: G2Json,
    vk_delta_2: G2Json,
    vk_alphabeta_12: Fq12Json,
    #[serde(rename = "IC")]
    inputs: Vec<G1Json>,
}

/// A verifying key as snarkjs' `zkey export verificationkey` writes it.
pub fn verifying_key_to_json(key: &VerifyingKey<Bn254>) -> Result<String, SnarkjsError> {
    let inputs = key.gamma_abc_g1.iter().map(|point| g1_to_json(point, "IC"));
    let json = VerifyingKeyJson {
        protocol: PROTOCOL.into(),
        curve: CURVE.into(),
        public: key.gamma_abc_g1.len().saturating_sub(1),
        vk_alpha_1: g1_to_json(&key.alpha_g1, "vk_alpha_1")?,
        vk_beta_2: g2_to_json(&key.beta_g2, "vk_beta_2")?,
        vk_gamma_2: g2_to_json(&key.gamma_g2, "vk_gamma_2")?,
        vk_delta_2: g2_to_json(&key.delta_g2, "vk_delta_2")?,
        vk_alphabeta_12: alpha_beta(key),
        inputs: inputs.collect::<Result<_, _>>()?,
    };
    Ok(serde_json::to_string_pretty(&json)?)
}

/// Reads a verifying key.
pub fn verifying_key_from_json(text: &str) -> Result<VerifyingKey<Bn254>, SnarkjsError> {
    let json: VerifyingKeyJson = serde_json::from_str(text)?;
    check_names(json.protocol, json.curve)?;
    let points = json.inputs.len();
    if points != json.public.saturating_add(1) {
        return Err(SnarkjsError::PublicCount { public: json.public, points });
    }
    let inputs = json.inputs.iter().map(|point| g1_from_json(point, "IC"));
    let key = VerifyingKey {
        alpha_g1: g1_from_json(&json.vk_alpha_1, "vk_alpha_1")?,
        beta_g2: g2_from_json(&json.vk_beta_2, "vk_beta_2")?,
        gamma_g2: g2_from_json(&json.vk_gamma_2, "vk_gamma_2")?,
        delta_g2: g2_from_json(&json.vk_delta_2, "vk_delta_2")?,
        gamma_abc_g1: inputs.collect::<Result<_, _>>()?,
    };
    if alpha_beta(&key) == json.vk_alphabeta_12 {
        Ok(key)
    } else {
        Err(SnarkjsError::AlphaBeta)
    }
}

/// A proof as snarkjs' `groth16 prove` writes it.
pub fn proof_to_json(proof: &Proof<Bn254>) -> Result<String, SnarkjsError> {
    let json = ProofJson {
        pi_a: g1_to_json(&proof.a, "pi_a")?,
        pi_b: g2_to_json(&proof.b, "pi_b")?,
        pi_c: g1_to_json(&proof.c, "pi_c")?,
        protocol: PROTOCOL.into(),
        curve: CURVE.into(),
    };
    Ok(serde_json::to_string_pretty(&json)?)
}

/// Reads a proof.
pub fn proof_from_json(text: &str) -> Result<Proof<Bn254>, SnarkjsError> {
    let json: ProofJson = serde_json::from_str(text)?;
    check_names(json.protocol, json.curve)?;
    Ok(Proof {
        a: g1_from_json(&json.pi_a, "pi_a")?,
        b: g2_from_json(&json.pi_b, "pi_b")?,
        c: g1_from_json(&json.pi_c, "pi_c")?,
    })
}

/// Public inputs as snarkjs' `groth16 prove` writes them.
pub fn public_inputs_to_json(inputs: &[Fr]) -> Result<String, SnarkjsError> {
    let numbers: Vec<String> = inputs.iter().map(decimal).collect();
    Ok(serde_json::to_string_pretty(&numbers)?)
}

/// Reads public inputs.
pub fn public_inputs_from_json(text: &str) -> Result<Vec<Fr>, SnarkjsError> {
    let numbers: Vec<String> = serde_json::from_str(text)?;
    numbers.iter().map(|number| parse(number, "a public input")).collect()
}

fn check_names(protocol: String, curve: String) -> Result<(), SnarkjsError> {
    let pairs = [("protocol", PROTOCOL, protocol), ("curve", CURVE, curve)];
    for (what, expected, found) in pairs {
        if found != expected {
            return Err(SnarkjsError::Other { what, expected, found });
        }
    }
    Ok(())
}

fn decimal<F: PrimeField>(value: &F) -> String {
    value.into_bigint().to_string()
}

fn parse<F: PrimeField<BigInt = BigInt<4>>>(
    text: &str,
    what: &'static str,
) -> Result<F, SnarkjsError> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let padded = text.len() > 1 && text.starts_with('0');
    if !digits || padded || text.len() > MAX_DIGITS {
        return Err(SnarkjsError::Number(what));
    }
    let integer: BigInt<4> = text.parse().map_err(|()| SnarkjsError::Number(what))?;
    F::from_bigint(integer).ok_or(SnarkjsError::Number(what))
}

fn one() -> String {
    "1".into()
}

fn zero() -> String {
    "0".into()
}

fn fq2_to_json(value: &Fq2) -> [String; 2] {
    [decimal(&value.c0), decimal(&value.c1)]
}

fn fq2_from_json(json: &[String; 2], what: &'static str) -> Result<Fq2, SnarkjsError> {
    let [c0, c1] = json;
    Ok(Fq2::new(parse(c0, what)?, parse(c1, what)?))
}

fn fq6_to_json(value: &Fq6) -> [[String; 2]; 3] {
    [&value.c0, &value.c1, &value.c2].map(fq2_to_json)
}

fn alpha_beta(key: &VerifyingKey<Bn254>) -> Fq12Json {
    let paired: Fq12 = Bn254::pairing(key.alpha_g1, key.beta_g2).0;
    [&paired.c0, &paired.c1].map(fq6_to_json)
}

fn g1_to_json(point: &G1Affine, what: &'static str) -> Result<G1Json, SnarkjsError> {
    let (x, y) = point.xy().ok_or(SnarkjsError::NotAffine(what))?;
    Ok([decimal(&x), decimal(&y), one()])
}

fn g1_from_json(json: &G1Json, what: &'static str) -> Result<G1Affine, SnarkjsError> {
    let [x, y, z] = json;
    if *z != one() {
        return Err(SnarkjsError::NotAffine(what));
    }
    let (x, y): (Fq, Fq) = (parse(x, what)?, parse(y, what)?);
    let point = G1Affine::new_unchecked(x, y);
    if point.is_on_curve() {
        Ok(point)
    } else {
        Err(SnarkjsError::NotInGroup(what))
    }
}

fn g2_to_json(point: &G2Affine, what: &'static str) -> Result<G2Json, SnarkjsError> {
    let (x, y) = point.xy().ok_or(SnarkjsError::NotAffine(what))?;
    Ok([fq2_to_json(&x), fq2_to_json(&y), [one(), zero()]])
}

fn g2_from_json(json: &G2Json, what: &'static str) -> Result<G2Affine, SnarkjsError> {
    let [x, y, z] = json;
    if *z != [one(), zero()] {
        return Err(SnarkjsError::NotAffine(what));
    }
    let point = G2Affine::new_unchecked(fq2_from_json(x, what)?, fq2_from_json(y, what)?);
    if point.is_on_curve() && point.is_in_correct_subgroup_assuming_on_curve() {
        Ok(point)
    } else {
        Err(SnarkjsError::NotInGroup(what))
    }
}
