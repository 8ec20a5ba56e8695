//! What a cheat would try: values that are wrong in one place and right, hashes and challenges
//! included, in all others. Each has to meet the one rule that forbids it.

use super::{judge, known, named, sample};
use crate::support::rng;
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field, UniformRand};
use ark_std::rand::{rngs::StdRng, seq::SliceRandom};
use nocknock_circuits::{
    fold::{synthesize, Circuit, Digests, Private, Public, Refusal},
    r1cs::Synthesizer,
    reference::{outputs, score_block},
    PublicInputs,
};
use nocknock_primitives::model::{
    architecture::{Architecture, Goal, Head},
    fold, names,
    samples::{Block, Label, Sample},
    transcript,
    weights::Weights,
    Claimed, KnownBlock,
};
use std::collections::BTreeMap;

/// Wires and the values that a cheat gives them.
pub(super) type Choices = BTreeMap<usize, Fr>;

/// What a prover claims, and with what.
#[derive(Clone, Copy)]
pub(super) struct Claim<'a> {
    pub(super) architecture: &'a Architecture,
    pub(super) private: &'a Private,
    /// The block that the chain has; the prover may have proved about another.
    pub(super) known: &'a Block,
    pub(super) score: u32,
}

/// Digests that a prover sends whatever its circuit computes. Those that are missing it takes from
/// the circuit.
#[derive(Clone, Copy, Default)]
pub(super) struct Sent {
    pub(super) commitment: Option<Fr>,
    pub(super) sums: Option<Fr>,
    pub(super) inputs: Option<Fr>,
}

/// The context of all claims.
pub(super) fn context() -> Fr {
    Fr::from(71u8)
}

impl Claim<'_> {
    /// The inputs that the chain derives from what it is sent.
    fn derive(&self, digests: Digests) -> Public {
        let Digests { commitment, sums, inputs } = digests;
        let claimed = Claimed { sums, inputs, score: self.score };
        known(self.architecture, self.known).inputs(context(), commitment, &claimed)
    }

    /// Digests and an assignment in which everything follows from some wires.
    pub(super) fn run(&self, public: &Public, choices: &Choices) -> (Digests, Vec<Fr>) {
        let mut cs = Synthesizer::overriding(&public.to_fields(), choices.clone());
        let digests = synthesize(&mut cs, self.architecture, public, self.private);
        (digests, cs.into_assignment().to_vec())
    }

    /// A prover's view: the inputs that the chain derives from what it is sent, and an assignment
    /// in which everything follows from some wires, hashes and challenges too. The wires may be
    /// chosen with knowledge of the inputs, but what `C_W` and `C_Y` are made from must not depend
    /// on them, nor what `C_u` is made from on `θ`, unless these digests are sent as they are.
    pub(super) fn forge(
        &self,
        sent: Sent,
        choose: impl Fn(&Public) -> Choices,
    ) -> (Public, Vec<Fr>) {
        let derive = |digests: Digests| {
            self.derive(Digests {
                commitment: sent.commitment.unwrap_or(digests.commitment),
                sums: sent.sums.unwrap_or(digests.sums),
                inputs: sent.inputs.unwrap_or(digests.inputs),
            })
        };
        let zero = Fr::ZERO;
        let mut public = derive(Digests { commitment: zero, sums: zero, inputs: zero });
        // C_W and C_Y do not depend on ρ, so they come out right at once, and C_u the second time.
        for _ in 0..2 {
            public = derive(self.run(&public, &choose(&public)).0);
        }
        let (_, assignment) = self.run(&public, &choose(&public));
        (public, assignment)
    }
}

/// The same for a prover that keeps to the order.
pub(super) fn cheat(
    architecture: &Architecture,
    private: &Private,
    known: &Block,
    score: u32,
    choices: &Choices,
) -> (Public, Vec<Fr>) {
    let claim = Claim { architecture, private, known, score };
    claim.forge(Sent::default(), |_| choices.clone())
}

/// The sections that a cheat's assignment violates.
fn caught(
    circuit: &Circuit,
    private: &Private,
    known: &Block,
    score: u32,
    choices: &Choices,
) -> Vec<&'static str> {
    let (_, assignment) = cheat(circuit.shape(), private, known, score, choices);
    circuit.matrices().violated_sections(&assignment)
}

/// A circuit with a model and a block of some samples.
fn example(name: &str, samples: usize, seed: u64) -> (Circuit, Private, StdRng) {
    let mut rng = rng(seed);
    let architecture = named(name);
    let private = sample::private(&architecture, samples, &mut rng);
    (Circuit::compile(&architecture), private, rng)
}

fn score(circuit: &Circuit, private: &Private) -> u32 {
    score_block(circuit.shape(), &private.weights, &private.block).unwrap().score
}

/// Wires of a section, of which all are bits, in their order.
fn bits_of(circuit: &Circuit, section: &str) -> Vec<usize> {
    circuit.matrices().wires_of(section)
}

/// A number in some bits. One that does not fit leaves its excess in the highest, as elsewhere.
pub(super) fn write(choices: &mut Choices, bits: &[usize], number: i64) {
    let top = bits.len() - 1;
    for (place, wire) in bits.iter().enumerate() {
        let part = if place == top { number >> top } else { number >> place & 1 };
        choices.insert(*wire, Fr::from(part));
    }
}

#[test]
fn without_a_choice_a_cheat_is_honest() {
    for (name, _) in names::for_tests() {
        let (circuit, private, _) = example(name, 20, 141);
        let score = score(&circuit, &private);
        let (public, assignment) =
            cheat(circuit.shape(), &private, &private.block, score, &Choices::new());
        let root = known(circuit.shape(), &private.block).root();
        assert_eq!(private.public_inputs(circuit.shape(), context(), root), Ok(public));
        assert!(circuit.matrices().is_satisfied_by(&assignment), "{name}");
    }
}

/// The circuit knows nothing of how `ρ` and `θ` came about: whoever verifies has to derive them.
#[test]
fn a_foreign_challenge_is_noticed_by_the_chain_and_not_by_the_circuit() {
    let (circuit, private, mut rng) = example("tiny-5x4x3x3", 32, 142);
    let score = score(&circuit, &private);
    let (public, _) = cheat(circuit.shape(), &private, &private.block, score, &Choices::new());
    let chosen = Fr::rand(&mut rng);
    let folded = |rho| {
        let architecture = circuit.shape();
        let inputs = fold::fold_inputs(architecture, &private.block, rho);
        let labels = private.block.label_elements(architecture);
        let hash = fold::inputs_hash(architecture, &inputs);
        let theta = transcript::theta(rho, hash);
        (hash, theta, fold::evaluate(theta, &inputs, &labels))
    };
    let (inputs, theta, evaluation) = folded(chosen);
    let foreign = Public { rho: chosen, inputs, theta, evaluation, ..public };
    let assignment = circuit.assign(&foreign, &private);
    assert!(circuit.matrices().is_satisfied_by(&assignment));
    let claimed = Claimed { sums: public.sums, inputs, score };
    let known = known(circuit.shape(), &private.block);
    let derived = known.inputs(public.context, public.commitment, &claimed);
    assert_ne!(derived.rho, chosen);
    let assignment = circuit.assign(&derived, &private);
    assert!(!circuit.matrices().is_satisfied_by(&assignment));
}

#[test]
fn a_wrong_sum_is_refused_by_its_layer_though_the_commitment_is_to_it() {
    let (circuit, private, mut rng) = example("tiny-5x4x3x3", 30, 143);
    let score = score(&circuit, &private);
    let (public, honest) = cheat(circuit.shape(), &private, &private.block, score, &Choices::new());
    let mut bits = bits_of(&circuit, "sum bits");
    assert_eq!(bits.len(), 33 * (4 + 3) * 7);
    bits.shuffle(&mut rng);
    for bit in bits.into_iter().take(40) {
        let choices = Choices::from([(bit, Fr::ONE - honest[bit])]);
        let sections = caught(&circuit, &private, &private.block, score, &choices);
        assert!(sections.contains(&"layer"), "{sections:?}");
        assert!(sections.iter().all(|name| ["layer", "head"].contains(name)), "{sections:?}");
        // Without a commitment to the new sum, and so under the old challenge.
        let mut cs = Synthesizer::overriding(&public.to_fields(), choices);
        synthesize(&mut cs, circuit.shape(), &public, &private);
        let sections = circuit.matrices().violated_sections(&cs.into_assignment());
        assert!(sections.contains(&"sums commitment"), "{sections:?}");
    }
}

#[test]
fn other_inputs_than_those_of_the_block_are_refused() {
    let (circuit, mut private, _) = example("tiny-4x3x2", 25, 144);
    let known = private.block.clone();
    let mut samples = known.samples().to_vec();
    samples[3].inputs[1] ^= 1;
    private.block = Block::new(circuit.shape(), samples).unwrap();
    let score = score(&circuit, &private);
    let sections = caught(&circuit, &private, &known, score, &Choices::new());
    assert_eq!(sections, ["evaluation"]);
}

#[test]
fn other_labels_or_another_number_of_samples_than_the_block_s_are_refused() {
    let (circuit, mut private, _) = example("tiny-4x3x2", 25, 145);
    let known = private.block.clone();
    let mut samples = known.samples().to_vec();
    let Label::Class(class) = samples[3].label else { panic!("the head is one of classes") };
    samples[3].label = Label::Class(1 - class);
    let mut longer = known.samples().to_vec();
    longer.push(Sample { inputs: vec![0; 4], label: Label::Class(0) });
    let shorter = known.samples()[..24].to_vec();
    for samples in [samples, longer, shorter] {
        private.block = Block::new(circuit.shape(), samples).unwrap();
        let score = score(&circuit, &private);
        let sections = caught(&circuit, &private, &known, score, &Choices::new());
        assert_eq!(sections, ["evaluation"]);
    }
}

/// With `θ` known, a wrong `u` that still evaluates to `E` is a linear equation away. `θ` is a hash
/// over `C_u`, so it is known too late.
#[test]
fn folded_inputs_that_fit_an_old_challenge_do_not_fit_the_new_one() {
    let (circuit, private, mut rng) = example("tiny-4x3x2", 25, 146);
    let score = score(&circuit, &private);
    let (public, honest) = cheat(circuit.shape(), &private, &private.block, score, &Choices::new());
    let folded = fold::fold_inputs(circuit.shape(), &private.block, public.rho);
    let wire = |value: Fr| honest.iter().position(|other| *other == value).unwrap();
    let [first, second] = [folded[0], folded[1]];
    let shift = Fr::rand(&mut rng);
    let moved = [
        (wire(first), first + shift),
        (wire(second), second - shift * public.theta.inverse().unwrap()),
    ];
    let mut cs = Synthesizer::overriding(&public.to_fields(), Choices::from(moved));
    synthesize(&mut cs, circuit.shape(), &public, &private);
    let sections = circuit.matrices().violated_sections(&cs.into_assignment());
    assert_eq!(sections, ["inputs commitment", "layer"]);
    let sections = caught(&circuit, &private, &private.block, score, &Choices::from(moved));
    assert_eq!(sections, ["evaluation", "layer"]);
}

/// A sample whose own class has exactly `above` others that are not below it.
fn ranked(architecture: &Architecture, private: &Private, above: usize) -> Option<usize> {
    private.block.samples().iter().position(|sample| {
        let Label::Class(class) = sample.label else { return false };
        let outputs = outputs(architecture, &private.weights, &sample.inputs);
        let own = outputs[usize::from(class)];
        outputs.iter().filter(|output| **output >= own).count() == above + 1
    })
}

/// Makes one sample with too many classes above its own look right: a top that is its own output,
/// and an exception for each of the others. Everything fits but the number of exceptions.
#[test]
fn one_exception_too_many_is_refused() {
    let (circuit, private, number) = (147..)
        .find_map(|seed| {
            let (circuit, private, _) = example("tiny-4x3x4-best2", 40, seed);
            let number = ranked(circuit.shape(), &private, 2)?;
            Some((circuit, private, number))
        })
        .unwrap();
    let architecture = circuit.shape();
    let score = score(&circuit, &private);
    let sample = &private.block.samples()[number];
    let z = outputs(architecture, &private.weights, &sample.inputs);
    let Label::Class(class) = sample.label else { panic!("the head is one of classes") };
    let class = usize::from(class);
    let Head::Classes { distance_bits, .. } = architecture.head else {
        panic!("the head is one of classes")
    };
    let (width, classes) = (usize::from(distance_bits), z.len());
    let mut choices = Choices::new();
    let gaps = bits_of(&circuit, "distance bits");
    let exceptions = bits_of(&circuit, "exception bits");
    let marks = &exceptions[number * classes..][..classes];
    for (other, output) in z.iter().enumerate() {
        let exception = other != class && *output >= z[class];
        let lowered = if exception { 1 << width } else { 0 };
        let gap = z[class] - output - i128::from(other != class) + lowered;
        let place = (number * classes + other) * width;
        write(&mut choices, &gaps[place..place + width], gap as i64);
        write(&mut choices, &marks[other..=other], i64::from(exception));
    }
    // The top of the sample's group falls from the one of a wrong sample to the own output.
    let (_, honest) = cheat(architecture, &private, &private.block, score, &Choices::new());
    let claims = bits_of(&circuit, "claim bits");
    choices.extend(claims.iter().map(|claim| (*claim, honest[*claim])));
    choices.insert(claims[number], Fr::ONE);
    let heights = z.iter().enumerate().map(|(other, z)| z + i128::from(other != class));
    let fall = heights.max().unwrap() - z[class];
    let layer = architecture.layers().next_back().unwrap();
    let place = Fr::from(2u8).pow([(number % layer.pack) as u64 * u64::from(layer.wide_bits)]);
    let top = circuit.matrices().wires_of("tops")[number / layer.pack];
    choices.insert(top, honest[top] - Fr::from(fall) * place);
    let unused = bits_of(&circuit, "unused exception bits")[number];
    for (left, section) in [(-1, "unused exception bits"), (0, "exceptions"), (1, "exceptions")] {
        write(&mut choices, &[unused], left);
        let sections = caught(&circuit, &private, &private.block, score + 1, &choices);
        assert_eq!(sections, [section], "{left}");
    }
}

/// A number with a sample that is worth something, and what it leaves of the cap or the tolerance.
fn worthy(circuit: &Circuit, private: &Private, most: i128) -> (usize, i64) {
    let left = private.block.samples().iter().map(|sample| {
        let output = outputs(circuit.shape(), &private.weights, &sample.inputs)[0];
        let Label::Number(target) = sample.label else { panic!("the head is a number") };
        (most - (output - i128::from(target)).abs()) as i64
    });
    left.enumerate().find(|(_, left)| *left > 0).unwrap()
}

/// The difference of both distances stays what the output says, their sum is too small or too
/// large, and what is left of the cap follows.
#[test]
fn an_error_cannot_be_misstated() {
    let (circuit, private, _) = example("tiny-4x3-error", 30, 148);
    let truth = score(&circuit, &private);
    let (_, honest) = cheat(circuit.shape(), &private, &private.block, truth, &Choices::new());
    let (number, left) = worthy(&circuit, &private, 200);
    let distances = bits_of(&circuit, "distance bits");
    let magnitudes = bits_of(&circuit, "magnitude bits");
    let one_sided = "one-sided errors";
    for (more, broken) in [(-1, vec!["distance bits", one_sided]), (1, vec![one_sided])] {
        let mut choices = Choices::new();
        for distance in distances.chunks(18).skip(2 * number).take(2) {
            let value = distance
                .iter()
                .rev()
                .fold(0, |value, bit| 2 * value + i64::from(honest[*bit] == Fr::ONE));
            write(&mut choices, distance, value + more);
        }
        let magnitude = magnitudes.chunks(18).nth(number).unwrap();
        write(&mut choices, magnitude, 2 * (left - more));
        let stated = (i64::from(truth) - more) as u32;
        let sections = caught(&circuit, &private, &private.block, stated, &choices);
        assert_eq!(sections, broken, "{more}");
    }
}

#[test]
fn whether_a_sample_is_within_the_tolerance_cannot_be_misstated() {
    let mut examples = (149..249).map(|seed| example("tiny-4x3-within", 30, seed));
    let found = examples.find(|(circuit, private, _)| (1..30).contains(&score(circuit, private)));
    let (circuit, private, _) = found.expect("some samples are within and some are not");
    let truth = score(&circuit, &private);
    let (_, honest) = cheat(circuit.shape(), &private, &private.block, truth, &Choices::new());
    let signs = bits_of(&circuit, "sign bits");
    let magnitudes = bits_of(&circuit, "magnitude bits");
    for (honest_sign, stated) in [(Fr::ZERO, truth + 1), (Fr::ONE, truth - 1)] {
        let mut samples = signs.iter().take(private.block.len());
        let number = samples.position(|sign| honest[*sign] == honest_sign).unwrap();
        let mut choices = Choices::from([(signs[number], Fr::ONE - honest_sign)]);
        let sections = caught(&circuit, &private, &private.block, stated, &choices);
        assert_eq!(sections, ["signs"]);
        // The other sign goes with a number below zero.
        let magnitude = magnitudes.chunks(18).nth(number).unwrap();
        let value = magnitude
            .iter()
            .rev()
            .fold(0, |value, bit| 2 * value + i64::from(honest[*bit] == Fr::ONE));
        write(&mut choices, magnitude, -value - 1);
        let sections = caught(&circuit, &private, &private.block, stated, &choices);
        assert_eq!(sections, ["magnitude bits"]);
    }
}

#[test]
fn padding_never_counts() {
    for (name, _) in names::for_tests() {
        let (circuit, private, _) = example(name, 0, 150);
        let (section, value, rule) = match circuit.shape().head {
            Head::Classes { best: 1, .. } => ("right answers", 1u8, "right answers"),
            Head::Classes { .. } => ("claim bits", 1, "claims"),
            Head::Number { goal: Goal::AbsoluteError { .. }, .. } => ("worth", 4, "worth"),
            Head::Labels { .. } | Head::Number { .. } => ("worth", 1, "worth"),
        };
        let wire = *bits_of(&circuit, section).last().unwrap();
        let choices = Choices::from([(wire, Fr::from(value))]);
        let sections = caught(&circuit, &private, &private.block, 1, &choices);
        assert!(sections.contains(&rule), "{name}: {sections:?}");
    }
}

/// A model with a score that is not zero, on some samples.
fn scored(name: &str) -> (Circuit, Private, StdRng, u32) {
    (155..)
        .map(|seed| {
            let (circuit, private, rng) = example(name, 30, seed);
            let truth = score(&circuit, &private);
            (circuit, private, rng, truth)
        })
        .find(|(_, _, _, truth)| *truth > 1)
        .unwrap()
}

/// While proofs said "at least", each of these scores could be stated, but for the absolute error.
/// Whoever was paid for being worse would have stated 0.
#[test]
fn a_score_below_the_true_one_is_refused() {
    let exact = names::for_tests().into_iter().filter(|(_, shape)| shape.head.is_scored_exactly());
    for (name, _) in exact {
        let (circuit, private, mut rng, truth) = scored(name);
        let public = sample::public(circuit.shape(), &private, &mut rng);
        assert_eq!(public.score, truth);
        assert_eq!(judge(&circuit, &public, &private), (Ok(()), vec![]), "{name}");
        for claimed in [0, truth / 2, truth - 1] {
            let judged = judge(&circuit, &Public { score: claimed, ..public }, &private);
            let expected = (Err(Refusal::Score { claimed }), vec!["score"]);
            assert_eq!(judged, expected, "{name}: {claimed} of {truth}");
        }
    }
}

/// The one head of which a proof says "at least".
#[test]
fn of_the_best_few_classes_any_number_of_right_samples_may_be_claimed() {
    let (circuit, private, mut rng, truth) = scored("tiny-4x3x4-best2");
    assert!(!circuit.shape().head.is_scored_exactly());
    let public = sample::public(circuit.shape(), &private, &mut rng);
    for claimed in 0..=truth {
        let judged = judge(&circuit, &Public { score: claimed, ..public }, &private);
        assert_eq!(judged, (Ok(()), vec![]), "{claimed} of {truth}");
    }
    let above = Refusal::Score { claimed: truth + 1 };
    let judged = judge(&circuit, &Public { score: truth + 1, ..public }, &private);
    assert_eq!(judged, (Err(above), vec!["claims"]));
}

/// The same samples under another salt, or in another place of the task, have another root, and so
/// another challenge.
#[test]
fn a_block_cannot_stand_for_another() {
    let (circuit, private, _) = example("tiny-4x3x2", 30, 152);
    let architecture = circuit.shape();
    let wire = private.block.to_wire(architecture);
    let root = known(architecture, &private.block).root();
    let public = private.public_inputs(architecture, context(), root).unwrap();
    let assignment = circuit.assign(&public, &private);
    let claimed = Claimed { sums: public.sums, inputs: public.inputs, score: public.score };
    for (salt, index, same) in [([74; 32], 0, true), ([75; 32], 0, false), ([74; 32], 1, false)] {
        let other = KnownBlock::new(architecture, &salt, index, &wire).unwrap();
        let derived = other.inputs(context(), public.commitment, &claimed);
        let mut moved = assignment.to_vec();
        let fields = derived.to_fields();
        moved[1..=fields.len()].copy_from_slice(&fields);
        assert_eq!(circuit.matrices().is_satisfied_by(&moved), same, "{index}");
    }
}

/// A model that answers class `class` whatever it sees.
fn constant(architecture: &Architecture, class: usize) -> Weights {
    let mut weights = Weights::zero(architecture);
    weights.layers.last_mut().unwrap().biases[class] = 1;
    weights
}

#[test]
fn a_constant_model_scores_the_share_of_its_class() {
    let (circuit, mut private, _) = example("tiny-4x3x2", 0, 153);
    let sample = |class| Sample { inputs: vec![1; 4], label: Label::Class(class) };
    let samples = [vec![sample(0); 10], vec![sample(1); 17]].concat();
    private.block = Block::new(circuit.shape(), samples).unwrap();
    for (class, share) in [(0, 10), (1, 17)] {
        private.weights = constant(circuit.shape(), class);
        assert_eq!(score(&circuit, &private), share);
        for (claimed, holds) in [(share, true), (share + 1, false), (share - 1, false)] {
            let sections = caught(&circuit, &private, &private.block, claimed, &Choices::new());
            assert_eq!(sections.is_empty(), holds, "{class}: {sections:?}");
        }
    }
}

#[test]
fn a_tie_is_wrong() {
    let (circuit, mut private, mut rng) = example("tiny-4x3x2", 30, 154);
    private.weights = Weights::zero(circuit.shape());
    private.weights.layers.last_mut().unwrap().biases.fill(2);
    let public = sample::public(circuit.shape(), &private, &mut rng);
    assert_eq!(public.score, 0);
    assert_eq!(judge(&circuit, &public, &private), (Ok(()), vec![]));
    let (refused, sections) = judge(&circuit, &Public { score: 1, ..public }, &private);
    assert!(refused.is_err() && !sections.is_empty());
}

#[test]
fn the_all_zero_model_of_classes_scores_0() {
    for name in ["tiny-4x3x2", "tiny-5x4x3x3", "tiny-6x3", "tiny-4x3x4-best2"] {
        let (circuit, mut private, _) = example(name, 30, 151);
        private.weights = Weights::zero(circuit.shape());
        assert_eq!(score(&circuit, &private), 0);
        for (score, holds) in [(0, true), (1, false), (30, false)] {
            let sections = caught(&circuit, &private, &private.block, score, &Choices::new());
            assert_eq!(sections.is_empty(), holds, "{name}: {sections:?}");
        }
    }
}
