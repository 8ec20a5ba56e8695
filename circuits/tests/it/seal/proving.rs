//! Proofs from end to end, under a key that is made for the test.

use super::{circuit, Sealing};
use crate::support::rng;
use ark_bn254::{Bn254, Fr};
use ark_ff::Field;
use ark_groth16::{Groth16, ProvingKey};
use nocknock_circuits::{
    groth16,
    keys::{verifying_key, Reduction},
    seal::{Proof, Public},
};
use nocknock_groth16::PreparedVerifyingKey;
use nocknock_primitives::model::recipient::{open_key, Point, SealedKey};

fn keys() -> (ProvingKey<Bn254>, PreparedVerifyingKey) {
    let matrices = circuit().matrices();
    let key = Groth16::<Bn254>::generate_random_parameters_with_reduction(matrices, &mut rng(100))
        .unwrap();
    let prepared = verifying_key(&key.vk).prepare(matrices.public()).unwrap();
    (key, prepared)
}

fn prove(key: &ProvingKey<Bn254>, sealing: &Sealing) -> Proof {
    let assignment = circuit().assign(&sealing.public, &sealing.private);
    let matrices = circuit().matrices();
    let points =
        groth16::prove(key, Reduction::Libsnark, matrices, &assignment, &mut rng(101)).unwrap();
    Proof::from_bytes(&points.to_evm_bytes()).unwrap()
}

#[test]
fn a_sealing_is_proved_verified_and_opened() {
    let (key, prepared) = keys();
    let sealing = Sealing::seeded(102);
    let proof = prove(&key, &sealing);
    let public = sealing.public;
    assert_eq!(proof.verify(&prepared, &public), Ok(()));
    let ephemeral = Point::new(public.ephemeral_x, public.ephemeral_y).unwrap();
    let sealed = SealedKey { ephemeral, masked_key: public.masked_key };
    let opened = open_key(&sealing.secret, public.context, public.key_hash, &sealed);
    assert_eq!(opened, Ok(sealing.private.key));
}

#[test]
fn every_public_input_is_bound_by_the_proof() {
    let (key, prepared) = keys();
    let sealing = Sealing::seeded(103);
    let (proof, public) = (prove(&key, &sealing), sealing.public);
    assert_eq!(proof.verify(&prepared, &public), Ok(()));
    let one = Fr::ONE;
    let changed = [
        Public { context: public.context + one, ..public },
        Public { key_hash: public.key_hash + one, ..public },
        Public { recipient_x: public.recipient_x + one, ..public },
        Public { recipient_y: public.recipient_y + one, ..public },
        Public { ephemeral_x: public.ephemeral_x + one, ..public },
        Public { ephemeral_y: public.ephemeral_y + one, ..public },
        Public { masked_key: public.masked_key + one, ..public },
    ];
    for public in changed {
        assert!(proof.verify(&prepared, &public).is_err(), "{public:?}");
    }
}

#[test]
fn a_false_statement_gives_no_proof() {
    let (key, prepared) = keys();
    let mut sealing = Sealing::seeded(104);
    sealing.private.key += Fr::ONE;
    assert!(prove(&key, &sealing).verify(&prepared, &sealing.public).is_err());
}
