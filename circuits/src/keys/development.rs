//! Keys from a public seed.

use super::{ProvingKey, Reduction};
use crate::statement::{Circuit, OnChain};
use ark_bn254::Bn254;
use ark_groth16::Groth16;
use ark_relations::gr1cs::SynthesisError;
use ark_std::rand::SeedableRng;
use blake2::{digest::consts::U32, Blake2b, Digest};
use codec::Encode;
use nocknock_primitives::circuit::KeyOrigin;
use rand_chacha::ChaCha20Rng;

/// What the seed is the hash of, together with the kind of the circuit in its SCALE form.
pub const SEED_TEXT: &str =
    "nocknock development key, version 2: the seed is public, so anyone can forge proofs";

/// Makes the development key of a circuit, the same one everywhere. Takes seconds to minutes for a
/// large shape.
///
/// **Anyone can forge proofs under this key.**
pub fn generate<S: OnChain>(circuit: &Circuit<S>) -> Result<ProvingKey, SynthesisError> {
    let seed = Blake2b::<U32>::new_with_prefix(SEED_TEXT)
        .chain_update([0])
        .chain_update(S::kind(circuit.shape()).encode());
    let mut rng = ChaCha20Rng::from_seed(seed.finalize().into());
    let points =
        Groth16::<Bn254>::generate_random_parameters_with_reduction(circuit.matrices(), &mut rng)?;
    Ok(ProvingKey::new(circuit, KeyOrigin::Development, Reduction::Libsnark, points))
}
