//! The integer reference and the circuit agree on random architectures, models and blocks.

use super::{judge, sample};
use crate::support::rng;
use ark_bn254::Fr;
use ark_ff::UniformRand;
use ark_std::rand::{rngs::StdRng, Rng};
use nocknock_circuits::fold::{Circuit, Private, Public, Refusal};
use nocknock_primitives::model::{
    architecture::{Architecture, Dense, Description, Goal, Head},
    names,
    samples::{Block, Label, Sample},
    sealed::CHUNK_ELEMENTS,
    weights::Weights,
    Claimed, KnownBlock,
};

/// The circuit accepts the reference's score and none above it; and below it none, unless one of
/// the best few classes counts. Gives the score.
fn circuit_and_reference_agree(circuit: &Circuit, private: &Private, rng: &mut StdRng) -> u32 {
    let architecture = circuit.shape();
    let public = sample::public(architecture, private, rng);
    assert_eq!(judge(circuit, &public, private), (Ok(()), vec![]), "{architecture:?}");
    let above = public.score + 1;
    let (refused, sections) = judge(circuit, &Public { score: above, ..public }, private);
    assert_eq!(refused, Err(Refusal::Score { claimed: above }));
    let is_exact = architecture.head.is_scored_exactly();
    let allowed = |section: &&str| *section == "score" || (*section == "claims" && !is_exact);
    assert!(!sections.is_empty() && sections.iter().all(allowed), "{sections:?}");
    for below in [public.score / 2, public.score.saturating_sub(1)] {
        let judged = judge(circuit, &Public { score: below, ..public }, private);
        if below == public.score || !is_exact {
            assert_eq!(judged, (Ok(()), vec![]), "{architecture:?}");
        } else {
            let refusal = Refusal::Score { claimed: below };
            assert_eq!(judged, (Err(refusal), vec!["score"]), "{architecture:?}");
        }
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

/// At the ends of what may be described, with few samples.
fn extremes() -> Vec<Description> {
    let dense = |units, weight_bits, bias_bits, sum_bits, shift| Dense {
        units,
        weight_bits,
        bias_bits,
        sum_bits,
        shift,
    };
    let classes = |classes, best, weight_bits, bias_bits, distance_bits| Head::Classes {
        classes,
        best,
        weight_bits,
        bias_bits,
        distance_bits,
    };
    let labels = Head::Labels { labels: 70, weight_bits: 2, bias_bits: 2, sum_bits: 8 };
    let number =
        |distance_bits, goal| Head::Number { weight_bits: 16, bias_bits: 32, distance_bits, goal };
    let description = |inputs, input_bits, hidden: &[Dense], head, samples| Description {
        inputs,
        input_bits,
        hidden: hidden.to_vec().try_into().unwrap(),
        head,
        samples,
    };
    vec![
        // A ciphertext of two chunks.
        description(1000, 4, &[], classes(8, 1, 16, 32, 50), 3),
        // Four layers of the widest sums.
        description(1, 16, &[dense(2, 16, 32, 56, 40); 4], classes(3, 2, 16, 32, 56), 5),
        // Labels that take more than one element.
        description(2, 3, &[], labels, 7),
        // All but one class are good enough.
        description(2, 3, &[], classes(256, 255, 4, 6, 12), 4),
        // The largest shift.
        description(3, 2, &[dense(3, 4, 4, 9, 7)], classes(2, 1, 4, 4, 8), 6),
        description(3, 16, &[], number(56, Goal::Within { tolerance: 65_535 }), 3),
        description(3, 16, &[], number(17, Goal::AbsoluteError { cap: 65_535 }), 3),
    ]
}

#[test]
fn the_largest_and_widest_architectures_score_alike_in_reference_and_circuit() {
    let mut rng = rng(104);
    for description in extremes() {
        let architecture = Architecture::new(description).unwrap();
        let circuit = Circuit::compile(&architecture);
        for samples in [1, usize::from(architecture.samples)] {
            let private = sample::private(&architecture, samples, &mut rng);
            circuit_and_reference_agree(&circuit, &private, &mut rng);
        }
    }
}

/// Circuit and reference agree about safe models that have these outputs whatever they see, on a
/// sample with each of the labels, and on padding.
fn constant_models_score_alike(
    head: Head,
    outputs: impl IntoIterator<Item = Vec<i32>>,
    labels: &[Label],
    rng: &mut StdRng,
) {
    let samples = labels.len() as u16 + 1;
    let hidden = Default::default();
    let description = Description { inputs: 1, input_bits: 1, hidden, head, samples };
    let circuit = Circuit::compile(&Architecture::new(description).unwrap());
    let samples = labels.iter().map(|label| Sample { inputs: vec![0], label: label.clone() });
    let block = Block::new(circuit.shape(), samples.collect()).unwrap();
    for outputs in outputs {
        let mut private = sample::private(circuit.shape(), 0, rng);
        private.weights = Weights::zero(circuit.shape());
        private.weights.layers[0].biases = outputs;
        assert_eq!(private.weights.is_safe(circuit.shape()), Ok(()));
        private.block = block.clone();
        circuit_and_reference_agree(&circuit, &private, rng);
    }
}

/// The narrowest distances suffice for every cap and tolerance, for targets at both ends, and for
/// outputs as far from them as those of a safe model can be.
#[test]
fn numbers_at_the_ends_of_their_range_score_alike_in_reference_and_circuit() {
    let caps = [1, 2, 65_534, 65_535].map(|cap| Goal::AbsoluteError { cap });
    let tolerances = [0, 1, 65_534, 65_535].map(|tolerance| Goal::Within { tolerance });
    let labels = [0, 1, 32_767, 65_534, 65_535].map(Label::Number);
    for goal in caps.into_iter().chain(tolerances) {
        let head = Head::Number { weight_bits: 2, bias_bits: 18, distance_bits: 17, goal };
        let outputs = [0, 1, 32_768, 65_534, 65_535].map(|output| vec![output]);
        constant_models_score_alike(head, outputs, &labels, &mut rng(107));
    }
}

/// Outputs are all the same, or as far apart as those of a safe model can be.
#[test]
fn classes_at_the_ends_of_their_range_score_alike_in_reference_and_circuit() {
    let labels = [0, 1, 2, 3].map(Label::Class);
    for best in [1, 2, 3] {
        let (weight_bits, bias_bits, distance_bits) = (2, 3, 2);
        let head = Head::Classes { classes: 4, best, weight_bits, bias_bits, distance_bits };
        let outputs = |high: i32| (0..4).map(|class| (high >> class & 1) * 2).collect::<Vec<i32>>();
        constant_models_score_alike(head, (0..16).map(outputs), &labels, &mut rng(108));
    }
}

#[test]
fn labels_at_the_ends_of_their_range_score_alike_in_reference_and_circuit() {
    let labels = [[false, false], [true, true], [false, true]];
    let labels = labels.map(|answers| Label::Labels(answers.to_vec()));
    let head = Head::Labels { labels: 2, weight_bits: 2, bias_bits: 2, sum_bits: 2 };
    let outputs = [[-2, 1], [-1, 0], [1, 1], [-2, -2]].map(|outputs| outputs.to_vec());
    constant_models_score_alike(head, outputs, &labels, &mut rng(109));
}

/// What the second chunk holds is bound like the first.
#[test]
fn a_weight_of_the_second_chunk_is_committed_to() {
    let mut rng = rng(105);
    let architecture = Architecture::new(extremes().swap_remove(0)).unwrap();
    assert!(architecture.weight_elements() > CHUNK_ELEMENTS);
    let circuit = Circuit::compile(&architecture);
    let mut private = sample::private(&architecture, 2, &mut rng);
    let public = sample::public(&architecture, &private, &mut rng);
    *private.weights.layers[0].weights.last_mut().unwrap() ^= 1;
    let (refused, sections) = judge(&circuit, &public, &private);
    assert_eq!(refused, Err(Refusal::Commitment));
    assert!(sections.contains(&"model commitment"), "{sections:?}");
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

/// The verifier has the block's bytes and three numbers of the prover.
#[test]
fn a_prover_states_what_a_verifier_derives() {
    let mut rng = rng(106);
    for kind in 0..sample::HEADS {
        for _ in 0..10 {
            let architecture = sample::architecture(kind, &mut rng);
            let private = sample::any_private(&architecture, &mut rng);
            let wire = private.block.to_wire(&architecture);
            let (salt, index): ([u8; 32], u16) = rng.gen();
            let known = KnownBlock::new(&architecture, &salt, index, &wire).unwrap();
            let context = Fr::rand(&mut rng);
            let public = private.public_inputs(&architecture, context, known.root()).unwrap();
            let Public { commitment, sums, inputs, score, .. } = public;
            let derived = known.inputs(context, commitment, &Claimed { sums, inputs, score });
            assert_eq!(derived, public, "{architecture:?}");
        }
    }
}
