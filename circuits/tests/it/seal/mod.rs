//! D2: the circuit against the predicate.

mod cheats;
mod differential;
mod mutation;
mod proving;
mod rules;

use crate::support::rng;
use ark_bn254::Fr;
use ark_ff::UniformRand;
use ark_std::rand::{rngs::StdRng, Rng};
use nocknock_circuits::seal::{Circuit, Private, Public};
use nocknock_primitives::model::recipient::{RecipientSecret, Scalar};
use std::sync::OnceLock;

fn circuit() -> &'static Circuit {
    static CIRCUIT: OnceLock<Circuit> = OnceLock::new();
    CIRCUIT.get_or_init(|| Circuit::compile(&()))
}

/// A recipient, and a key sealed for it.
struct Sealing {
    secret: RecipientSecret,
    public: Public,
    private: Private,
}

impl Sealing {
    fn random(rng: &mut StdRng) -> Self {
        let secret = RecipientSecret::from_bytes(rng.gen());
        let private = Private::new(Fr::rand(rng), &random_scalar(rng));
        let public = private.public_inputs(&secret.key(), Fr::rand(rng)).unwrap();
        Self { secret, public, private }
    }

    fn seeded(seed: u64) -> Self {
        Self::random(&mut rng(seed))
    }
}

fn random_scalar(rng: &mut StdRng) -> Scalar {
    Scalar::from_uniform_bytes(rng.gen())
}

/// Sections of the circuit that inputs violate.
fn violated(public: &Public, private: &Private) -> Vec<&'static str> {
    let assignment = circuit().assign(public, private);
    circuit().matrices().violated_sections(&assignment)
}
