//! Proofs that the prover of the project makes, under the development keys of the tiny architecture
//! and of delivery.

use crate::{mock::*, Candidate};
use frame_support::{assert_ok, BoundedVec};
use nocknock_circuits::{
    fold, keys::generate, seal, Circuit, FoldProver, OnChain, Proof, Prover, SealProver, Statement,
};
use nocknock_groth16::Fr;
use nocknock_primitives::{
    circuit::{Claim, KeyOrigin, ProofBytes},
    ids::{CircuitId, FieldBytes},
    model::{
        recipient::Scalar, Block, Claimed, KnownBlock, Label, RecipientSecret, Sample, Weights,
    },
    traits::{ProofVerifier, VerifyFailure},
};
use std::sync::LazyLock;

static S3: LazyLock<FoldProver> = LazyLock::new(|| prover(&architecture("tiny-4x3x2")));
static D2: LazyLock<SealProver> = LazyLock::new(|| prover(&()));

/// The salt of every block here.
const SALT: [u8; 32] = [12; 32];

fn prover<S: OnChain>(shape: &S::Shape) -> Prover<S> {
    let circuit = Circuit::compile(shape);
    let key = generate(&circuit).expect("the circuit has a key");
    Prover::new(circuit, key).expect("the key belongs to the circuit")
}

fn register<S: OnChain>(prover: &Prover<S>) -> CircuitId {
    let key = prover.key().verifying_key().to_bytes();
    let candidate = Candidate {
        info: prover.info().clone(),
        origin: KeyOrigin::Development,
        key: BoundedVec::truncate_from(key),
    };
    Verifier::do_register_circuit(candidate).expect("the circuit is acceptable")
}

/// A model that always answers class 0.
fn constant_model() -> Weights {
    let mut weights = Weights::zero(&architecture("tiny-4x3x2"));
    weights.layers[1].biases[0] = 1;
    weights
}

/// Three samples of class 0 and two of class 1.
fn block() -> Block {
    let sample = |class| Sample { inputs: vec![1, 2, 3, 0], label: Label::Class(class) };
    let samples = [0, 1, 0, 0, 1].map(sample).to_vec();
    Block::new(&architecture("tiny-4x3x2"), samples).expect("the samples fit")
}

fn bytes<S: Statement>(proof: &Proof<S>) -> ProofBytes {
    ProofBytes(proof.to_bytes())
}

fn proved_score(index: u16) -> (fold::Public, ProofBytes) {
    let (architecture, block) = (architecture("tiny-4x3x2"), block());
    let wire = block.to_wire(&architecture);
    let known = KnownBlock::new(&architecture, &SALT, index, &wire).expect("the block is valid");
    let [key, bind, sums_salt] = [11u32, 12, 13].map(Fr::from);
    let private = fold::Private { weights: constant_model(), key, bind, sums_salt, block };
    let context = Fr::from(index);
    let public = private.public_inputs(&architecture, context, known.root()).expect("a score");
    let claimed = Claimed { sums: public.sums, inputs: public.inputs, score: public.score };
    assert_eq!(known.inputs(context, public.commitment, &claimed), public, "chain and prover");
    let proof = S3.prove(&public, &private, |_| ()).expect("the score is true");
    (public, bytes(&proof))
}

#[test]
fn a_true_score_is_accepted_and_every_other_claim_refused() {
    build_and_execute(|| {
        let id = register(&*S3);
        let (public, proof) = proved_score(7);
        assert_eq!(public.score, 3);
        let verify = |public: fold::Public| {
            let inputs = public.to_bytes().in_order();
            Verifier::verify(&id, Claim { inputs: &inputs, proof: &proof })
        };
        assert_ok!(verify(public));
        let one = Fr::from(1u32);
        let changed = [
            fold::Public { context: public.context + one, ..public },
            fold::Public { commitment: public.commitment + one, ..public },
            fold::Public { sums: public.sums + one, ..public },
            fold::Public { inputs: public.inputs + one, ..public },
            fold::Public { rho: public.rho + one, ..public },
            fold::Public { theta: public.theta + one, ..public },
            fold::Public { evaluation: public.evaluation + one, ..public },
            fold::Public { score: 4, ..public },
            fold::Public { score: 2, ..public },
        ];
        for claim in changed {
            assert_eq!(verify(claim), Err(VerifyFailure::Refuted), "{claim:?}");
        }
    });
}

#[test]
fn true_scores_of_several_blocks_are_accepted_together() {
    build_and_execute(|| {
        let id = register(&*S3);
        let proved = [1, 2, 3].map(proved_score);
        let proved = proved.map(|(public, proof)| (public.to_bytes().in_order(), proof));
        let verify = |proved: &[([FieldBytes; 8], ProofBytes)]| {
            let claims: Vec<_> =
                proved.iter().map(|(inputs, proof)| Claim { inputs, proof }).collect();
            Verifier::verify_batch(&id, &claims)
        };
        assert_ok!(verify(&proved));
        let mut swapped = proved;
        swapped[0].1 = proved[1].1;
        assert_eq!(verify(&swapped), Err(VerifyFailure::Refuted));
    });
}

#[test]
fn a_true_delivery_is_accepted_by_its_own_circuit_only() {
    build_and_execute(|| {
        let (score, delivery) = (register(&*S3), register(&*D2));
        let number = Scalar::from_uniform_bytes([3; 32]);
        let private = seal::Private::new(Fr::from(11u32), &number);
        let recipient = RecipientSecret::curriculum().key();
        let public = private.public_inputs(&recipient, Fr::from(9u32)).expect("a sealed key");
        let proof = bytes(&D2.prove(&public, &private, |_| ()).expect("the delivery is true"));
        let verify = |id: &CircuitId, public: &seal::Public| {
            let inputs = public.to_bytes().in_order();
            Verifier::verify(id, Claim { inputs: &inputs, proof: &proof })
        };
        assert_ok!(verify(&delivery, &public));
        assert_eq!(verify(&score, &public), Err(VerifyFailure::BadInputs));
        let other = seal::Public { key_hash: public.key_hash + public.key_hash, ..public };
        assert_eq!(verify(&delivery, &other), Err(VerifyFailure::Refuted));
    });
}
