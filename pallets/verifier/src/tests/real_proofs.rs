//! Proofs that the prover of the project makes, under the development keys of the tiny shape.

use crate::{mock::*, Candidate};
use frame_support::{assert_ok, BoundedVec};
use nocknock_circuits::{
    delivery, keys::generate, score, Circuit, OnChain, Proof, Prover, PublicInputs, Statement,
};
use nocknock_groth16::{encode_input, Fr};
use nocknock_primitives::{
    circuit::{Claim, KeyOrigin, ProofBytes},
    ids::{CircuitId, FieldBytes},
    model::{
        rows::{fill_block, Row},
        Weights,
    },
    traits::{ProofVerifier, VerifyFailure},
};
use std::sync::LazyLock;

static S1: LazyLock<score::Prover> = LazyLock::new(prover);
static D1: LazyLock<delivery::Prover> = LazyLock::new(prover);

fn prover<S: OnChain>() -> Prover<S> {
    let circuit = Circuit::compile(&TINY);
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
    let mut weights = Weights::zero(&TINY);
    weights.output_bias[0] = 1;
    weights
}

fn score_of_block(block_index: u16) -> score::Private {
    let sample = |class| Row::sample(&TINY, vec![1, 2, 3, 0], class);
    let samples = [0, 1, 0, 0, 1].map(sample).to_vec();
    score::Private {
        weights: constant_model(),
        weights_salt: Fr::from(11u32),
        block_salt: Fr::from(12u32),
        block_index,
        rows: fill_block(&TINY, samples).expect("the samples fit"),
    }
}

fn bytes<S: Statement>(proof: &Proof<S>) -> ProofBytes {
    ProofBytes(proof.to_bytes())
}

fn inputs(public: &impl PublicInputs) -> Vec<FieldBytes> {
    public.to_fields().iter().map(encode_input).collect()
}

fn proved_score(block: u16) -> (score::Public, ProofBytes) {
    let private = score_of_block(block);
    let public = private.public_inputs(&TINY, Fr::from(block)).expect("a score");
    let proof = S1.prove(&public, &private, |_| ()).expect("the score is true");
    (public, bytes(&proof))
}

#[test]
fn a_true_score_is_accepted_and_every_other_claim_refused() {
    build_and_execute(|| {
        let id = register(&*S1);
        let (public, proof) = proved_score(7);
        assert_eq!((public.score, public.n_real), (3, 5));
        let verify = |public: score::Public| {
            Verifier::verify(&id, Claim { inputs: &inputs(&public), proof: &proof })
        };
        assert_ok!(verify(public));
        let one = Fr::from(1u32);
        let changed = [
            score::Public { context: public.context + one, ..public },
            score::Public { commitment: public.commitment + one, ..public },
            score::Public { block_root: public.block_root + one, ..public },
            score::Public { score: 4, ..public },
            score::Public { score: 2, ..public },
            score::Public { n_real: 40, ..public },
        ];
        for claim in changed {
            assert_eq!(verify(claim), Err(VerifyFailure::Refuted), "{claim:?}");
        }
    });
}

#[test]
fn true_scores_of_several_blocks_are_accepted_together() {
    build_and_execute(|| {
        let id = register(&*S1);
        let proved = [1, 2, 3].map(proved_score).map(|(public, proof)| (inputs(&public), proof));
        let claims = |proved: &[(Vec<FieldBytes>, ProofBytes)]| {
            let claims: Vec<_> =
                proved.iter().map(|(inputs, proof)| Claim { inputs, proof }).collect();
            Verifier::verify_batch(&id, &claims)
        };
        assert_ok!(claims(&proved));
        let mut swapped = proved.clone();
        swapped[0].1 = proved[1].1;
        assert_eq!(claims(&swapped), Err(VerifyFailure::Refuted));
    });
}

#[test]
fn a_true_delivery_is_accepted_by_its_own_circuit_only() {
    build_and_execute(|| {
        let (score, delivery) = (register(&*S1), register(&*D1));
        let private =
            delivery::Private::new(&TINY, Fr::from(5u32), Fr::from(11u32), &constant_model())
                .expect("the weights belong to the shape");
        let public = private.public_inputs(&TINY, Fr::from(9u32));
        let proof = bytes(&D1.prove(&public, &private, |_| ()).expect("the delivery is true"));
        let inputs = inputs(&public);
        let claim = Claim { inputs: &inputs, proof: &proof };
        assert_ok!(Verifier::verify(&delivery, claim));
        assert_eq!(Verifier::verify(&score, claim), Err(VerifyFailure::BadInputs));
        let other = delivery::Public { key_hash: public.key_hash + public.key_hash, ..public };
        let other = self::inputs(&other);
        let claim = Claim { inputs: &other, proof: &proof };
        assert_eq!(Verifier::verify(&delivery, claim), Err(VerifyFailure::Refuted));
    });
}
