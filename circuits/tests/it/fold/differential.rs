//! The integer reference and the circuit agree on random architectures, models and blocks.

use super::{judge, sample};
use crate::support::rng;
use ark_std::rand::rngs::StdRng;
use nocknock_circuits::fold::{Circuit, Private, Public, Refusal};
use nocknock_primitives::model::layered::{
    architecture::{Goal, Head},
    names,
};

/// The circuit accepts the reference's score and none above it, and half of it where scores are
/// made of right answers. Gives the score.
fn circuit_and_reference_agree(circuit: &Circuit, private: &Private, rng: &mut StdRng) -> u32 {
    let architecture = circuit.shape();
    let public = sample::public(architecture, private, rng);
    assert_eq!(judge(circuit, &public, private), (Ok(()), vec![]), "{architecture:?}");
    let above = public.score + 1;
    let (refused, sections) = judge(circuit, &Public { score: above, ..public }, private);
    assert_eq!(refused, Err(Refusal::Score { claimed: above }));
    let allowed = |section: &&str| ["claims", "claims of padding", "score"].contains(section);
    assert!(!sections.is_empty() && sections.iter().all(allowed), "{sections:?}");
    let half = Public { score: public.score / 2, ..public };
    let all_or_nothing =
        matches!(architecture.head, Head::Number { goal: Goal::AbsoluteError { .. }, .. });
    if half.score == public.score || !all_or_nothing {
        assert_eq!(judge(circuit, &half, private), (Ok(()), vec![]));
    } else {
        let refusal = Refusal::Score { claimed: half.score };
        assert_eq!(judge(circuit, &half, private), (Err(refusal), vec!["score"]));
    }
    public.score
}

#[test]
fn random_architectures_score_alike_in_reference_and_circuit() {
    let mut rng = rng(101);
    for kind in 0..sample::HEADS {
        let mut scores = Vec::new();
        for _ in 0..15 {
            let circuit = Circuit::compile(&sample::architecture(kind, &mut rng));
            for _ in 0..6 {
                let private = sample::any_private(circuit.shape(), &mut rng);
                scores.push(circuit_and_reference_agree(&circuit, &private, &mut rng));
            }
        }
        scores.sort_unstable();
        scores.dedup();
        assert!(scores.len() > 10, "head {kind}: {scores:?}");
    }
}

#[test]
fn blocks_of_every_size_score_alike_in_reference_and_circuit() {
    let mut rng = rng(102);
    for (_, architecture) in names::for_tests() {
        let circuit = Circuit::compile(&architecture);
        let capacity = usize::from(architecture.samples);
        for samples in [0, 1, 2, capacity / 2, capacity - 1, capacity] {
            let private = sample::private(&architecture, samples, &mut rng);
            let score = circuit_and_reference_agree(&circuit, &private, &mut rng);
            assert!(u64::from(score) <= architecture.max_score(samples as u32));
        }
    }
}
