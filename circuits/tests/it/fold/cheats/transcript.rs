//! Values are chosen when the challenges that should come after them are known, or the block is
//! another one than the chain's.

use super::case::{
    best_label, copied, inputs, prove, real_samples, search, with_block, worst_label, worth, Case,
    Forgery, Goods,
};
use crate::{
    fold::{
        forgeries::{context, write, Choices, Claim, Sent},
        known, sample,
    },
    support::rng,
};
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, BigInteger, Field, PrimeField};
use ark_std::rand::{rngs::StdRng, Rng};
use nocknock_circuits::{
    fold::{Circuit, Private, Public},
    reference::{outputs, trace, Trace},
};
use nocknock_poseidon::packing::PACKED_BITS;
use nocknock_primitives::model::{
    architecture::{Architecture, Head, Layer},
    fold::{evaluate, fold_inputs},
    samples::{Block, Label, Sample},
    transcript,
};
use std::{cmp::Ordering, ops::Range};

/// A digest that a prover sends before it has anything to hash.
fn made_up() -> Fr {
    Fr::from(73u8)
}

pub(super) fn a_block_of_easier_samples_is_scored(circuit: &Circuit) -> Option<Forgery> {
    other_block(Case::any(circuit))
}

pub(super) fn a_block_of_harder_samples_is_scored(circuit: &Circuit) -> Option<Forgery> {
    other_block(Case::turned(circuit)?)
}

fn other_block(case: Case<'_>) -> Option<Forgery> {
    let claim = case.claim(&case.wanted, case.goal);
    Some(case.finish(claim.forge(Sent::default(), |_| Choices::new())))
}

pub(super) fn inputs_are_chosen_after_theta(circuit: &Circuit) -> Option<Forgery> {
    let case = Case::any(circuit);
    let claim = case.claim(&case.wanted, case.goal);
    let sent = Sent { inputs: Some(made_up()), ..Sent::default() };
    Some(case.finish(claim.forge(sent, |public| balanced(&case, public))))
}

pub(super) fn inputs_are_chosen_after_theta_and_hash_to_what_was_sent(
    circuit: &Circuit,
) -> Option<Forgery> {
    let case = Case::any(circuit);
    let claim = case.claim(&case.wanted, case.goal);
    let sent = Sent { inputs: Some(made_up()), ..Sent::default() };
    Some(case.finish(claim.forge(sent, |public| {
        let choices = balanced(&case, public);
        claim.bend(circuit, "inputs hash", public, choices, |digests| made_up() - digests.inputs)
    })))
}

/// The fold of the other block, but for the first input, which no unit looks at: it lets `E` be
/// that of the known block.
fn balanced(case: &Case<'_>, public: &Public) -> Choices {
    let (architecture, block) = (case.architecture(), &case.wanted.block);
    let mut folded = fold_inputs(architecture, block, public.rho);
    let value = evaluate(public.theta, &folded, &block.label_elements(architecture));
    folded[0] += public.evaluation - value;
    case.wires("folded inputs").into_iter().zip(folded).collect()
}

pub(super) fn sums_are_chosen_after_rho(circuit: &Circuit) -> Option<Forgery> {
    let late = Late::find(circuit)?;
    let claim = late.claim();
    let forged = claim.forge(late.sent(), |_| late.choices.clone());
    Some(late.finish(forged))
}

pub(super) fn sums_are_chosen_after_rho_and_hash_to_what_was_sent(
    circuit: &Circuit,
) -> Option<Forgery> {
    let late = Late::find(circuit)?;
    let claim = late.claim();
    let forged = claim.forge(late.sent(), |public| {
        let choices = late.choices.clone();
        claim.bend(circuit, "sums hash", public, choices, |digests| late.digest - digests.sums)
    });
    Some(late.finish(forged))
}

/// A prover that fixes `C_Y`, and so `ρ`, before it has any sums.
pub(super) struct Late<'a> {
    circuit: &'a Circuit,
    /// A model, and a block on which it has no answer right.
    pub(super) private: Private,
    /// The digest that it sends.
    digest: Fr,
    /// The challenge that comes from it.
    pub(super) rho: Fr,
    /// Sums that fold to what they should under that challenge, and a head that goes with them.
    pub(super) choices: Choices,
    /// What the answers of those sums are worth.
    pub(super) score: u32,
}

impl<'a> Late<'a> {
    /// A prover for an architecture with one hidden layer in which the sums of all samples in an
    /// element fill it: any element then is the element of some sums.
    pub(super) fn find(circuit: &'a Circuit) -> Option<Self> {
        let architecture = circuit.shape();
        let [layer, _] = architecture.layers().collect::<Vec<Layer>>()[..] else { return None };
        let fills = layer.activation?.sum_bits == layer.wide_bits;
        let follows = matches!(architecture.head, Head::Classes { .. } | Head::Labels { .. });
        (fills && follows).then(|| search(|seed| Self::drawn(circuit, &layer, &mut rng(seed))))
    }

    fn drawn(circuit: &'a Circuit, layer: &Layer, rng: &mut StdRng) -> Option<Self> {
        let architecture = circuit.shape();
        let private = hopeless(architecture, rng);
        let root = known(architecture, &private.block).root();
        let digest = made_up();
        let commitment = Goods::of(architecture, &private).commitment(architecture);
        let rho = transcript::rho(context(), commitment, root, digest);
        let half = 1i64 << (layer.wide_bits - 1);
        let sums = forged_sums(architecture, &private, rho, -half..half, rng);
        let (choices, score) = follow(circuit, &private, &sums);
        (score > 0).then_some(Self { circuit, private, digest, rho, choices, score })
    }

    pub(super) fn claim(&self) -> Claim<'_> {
        Claim {
            architecture: self.circuit.shape(),
            private: &self.private,
            known: &self.private.block,
            score: self.score,
        }
    }

    fn sent(&self) -> Sent {
        Sent { sums: Some(self.digest), ..Sent::default() }
    }

    fn finish(&self, (public, assignment): (Public, Vec<Fr>)) -> Forgery {
        let goods = Goods::of(self.circuit.shape(), &self.private);
        Forgery { public, assignment, goods, known: self.private.block.clone() }
    }
}

/// A random model, and a block on which it has no answer right.
fn hopeless(architecture: &Architecture, rng: &mut StdRng) -> Private {
    let mut private = sample::private(architecture, 0, rng);
    let samples = real_samples(architecture).map(|_| {
        let inputs = inputs(architecture, rng);
        let outputs = outputs(architecture, &private.weights, &inputs);
        Sample { inputs, label: worst_label(&architecture.head, &outputs) }
    });
    let samples = samples.collect();
    private.block = Block::new(architecture, samples).unwrap();
    private
}

/// What a model computes of all samples, padding included.
fn traces(architecture: &Architecture, private: &Private) -> Vec<Trace> {
    let padding = vec![0; architecture.inputs.into()];
    let inputs = private.block.samples().iter().map(|sample| &sample.inputs);
    let inputs = inputs.chain(std::iter::repeat(&padding)).take(architecture.samples.into());
    inputs.map(|inputs| trace(architecture, &private.weights, inputs)).collect()
}

/// Sums of the first layer, unit by unit, sample by sample, that have the fold of the true ones at
/// a known challenge, and are all in a range.
pub(super) fn forged_sums(
    architecture: &Architecture,
    private: &Private,
    rho: Fr,
    range: Range<i64>,
    rng: &mut StdRng,
) -> Vec<Vec<i64>> {
    let layer = architecture.layers().next().unwrap();
    let traces = traces(architecture, private);
    let units = (0..layer.units).map(|unit| {
        let truth: Vec<i64> = traces.iter().map(|trace| trace.sums[0][unit]).collect();
        forged_unit(&layer, &truth, rho, &range, rng)
    });
    units.collect()
}

/// The sums of the second group are drawn; those of the first are the digits of the element that
/// is missing, if they are in range.
fn forged_unit(
    layer: &Layer,
    truth: &[i64],
    rho: Fr,
    range: &Range<i64>,
    rng: &mut StdRng,
) -> Vec<i64> {
    let (first, second) = truth.split_at(layer.pack);
    assert!(second.len() <= layer.pack);
    let half = 1i64 << (layer.wide_bits - 1);
    let place = Fr::from(1u64 << layer.wide_bits);
    let element = |sums: &[i64]| -> Fr {
        sums.iter().rev().fold(Fr::ZERO, |element, sum| element * place + Fr::from(*sum))
    };
    let raised = element(first) + element(&vec![half; layer.pack]);
    loop {
        let drawn: Vec<i64> = second.iter().map(|_| rng.gen_range(range.clone())).collect();
        let missing = raised + rho * (element(second) - element(&drawn));
        let digits = digits(missing, layer.wide_bits as usize, layer.pack);
        let sums = digits.map(|digits| digits.into_iter().map(|digit| digit - half));
        let sums: Option<Vec<i64>> = sums.map(|sums| sums.chain(drawn).collect());
        if let Some(sums) = sums.filter(|sums| sums.iter().all(|sum| range.contains(sum))) {
            return sums;
        }
    }
}

/// The digits of an element, the lowest first, if there are no more than `count` of them.
fn digits(element: Fr, bits: usize, count: usize) -> Option<Vec<i64>> {
    let number = element.into_bigint();
    let digit = |place: usize| {
        let bits = (place * bits..(place + 1) * bits).rev();
        bits.fold(0, |digit, bit| 2 * digit + i64::from(number.get_bit(bit)))
    };
    (number.num_bits() as usize <= bits * count).then(|| (0..count).map(digit).collect())
}

/// Wires of the sums of the one hidden layer, and of a head of classes or labels that goes with
/// them, without exceptions; and the score of such a model.
pub(super) fn follow(circuit: &Circuit, private: &Private, sums: &[Vec<i64>]) -> (Choices, u32) {
    let architecture = circuit.shape();
    let activation = architecture.layers().next().and_then(|layer| layer.activation).unwrap();
    let mut choices = Choices::new();
    let bits = circuit.matrices().wires_of("sum bits");
    let bits = bits.chunks(activation.sum_bits as usize);
    for (bits, sum) in bits.zip(sums.iter().flatten()) {
        write(&mut choices, bits, *sum + (1i64 << (activation.sum_bits - 1)));
    }
    let activations = |sample: usize| -> Vec<i64> {
        sums.iter().map(|unit| unit[sample].max(0) >> activation.shift).collect()
    };
    let outputs = |sample| head_outputs(architecture, private, &activations(sample));
    let outputs: Vec<Vec<i128>> = (0..usize::from(architecture.samples)).map(outputs).collect();
    let right = match architecture.head {
        Head::Classes { .. } => follow_classes(circuit, private, &outputs, &mut choices),
        _ => follow_labels(circuit, private, &outputs, &mut choices),
    };
    let claims = circuit.matrices().wires_of("claim bits");
    choices.extend(claims.into_iter().zip(right.iter().map(|right| Fr::from(*right))));
    (choices, right.iter().map(|right| u32::from(*right)).sum())
}

/// The outputs that the last of two layers makes of activations.
fn head_outputs(architecture: &Architecture, private: &Private, inputs: &[i64]) -> Vec<i128> {
    let layer = &private.weights.layers[1];
    assert_eq!(layer.biases.len(), architecture.outputs());
    let units = layer.weights.chunks(inputs.len()).zip(&layer.biases);
    let unit = |(weights, bias): (&[i32], &i32)| -> i128 {
        let products = weights.iter().zip(inputs);
        let products = products.map(|(weight, input)| i128::from(*weight) * i128::from(*input));
        i128::from(*bias) + products.sum::<i128>()
    };
    units.map(unit).collect()
}

/// Which samples are right.
fn follow_classes(
    circuit: &Circuit,
    private: &Private,
    outputs: &[Vec<i128>],
    choices: &mut Choices,
) -> Vec<bool> {
    let architecture = circuit.shape();
    let Head::Classes { best, distance_bits, .. } = architecture.head else { return Vec::new() };
    let distances = circuit.matrices().wires_of("distance bits");
    let mut distances = distances.chunks(distance_bits.into());
    let selectors = circuit.matrices().wires_of("selector bits");
    let mut selectors = selectors.chunks(architecture.outputs() - 1);
    let (mut tops, mut right) = (Vec::new(), Vec::new());
    for (number, outputs) in outputs.iter().enumerate() {
        let own = class(&private.block, number);
        let heights = heights(outputs, own);
        let top = heights.iter().copied().max().unwrap();
        let is_right = own.is_some_and(|own| heights[own] == top);
        // Where the best class alone counts, a wrong sample's own class is raised like all others.
        let is_raised = best == 1 && !is_right;
        for (class, height) in heights.iter().enumerate() {
            let raised = i128::from(is_raised && own == Some(class));
            write(choices, distances.next().unwrap(), (top - height - raised) as i64);
        }
        if let Some(selectors) = selectors.next() {
            let mut classes = (0..heights.len()).filter(|class| heights[*class] == top);
            let selected = classes.find(|class| (own == Some(*class)) == is_right).unwrap();
            let bits = selectors.iter().enumerate();
            choices.extend(bits.map(|(class, wire)| (*wire, Fr::from(class == selected))));
        }
        right.push(is_right);
        tops.push(top);
    }
    let layer = architecture.layers().next_back().unwrap();
    let elements = tops.chunks(layer.pack).map(|tops| {
        let place = Fr::from(1u64 << layer.wide_bits);
        tops.iter().rev().fold(Fr::ZERO, |element, top| element * place + Fr::from(*top))
    });
    choices.extend(circuit.matrices().wires_of("tops").into_iter().zip(elements));
    right
}

/// Which answers are right.
fn follow_labels(
    circuit: &Circuit,
    private: &Private,
    outputs: &[Vec<i128>],
    choices: &mut Choices,
) -> Vec<bool> {
    let Head::Labels { sum_bits, .. } = circuit.shape().head else { return Vec::new() };
    let bits = circuit.matrices().wires_of("output bits");
    let mut bits = bits.chunks(sum_bits.into());
    for label in 0..circuit.shape().outputs() {
        for (outputs, bits) in outputs.iter().zip(&mut bits) {
            write(choices, bits, outputs[label] as i64 + (1i64 << (sum_bits - 1)));
        }
    }
    let labels = private.block.samples().iter().map(|sample| Some(&sample.label));
    let samples = outputs.iter().zip(labels.chain(std::iter::repeat(None)));
    let right = samples.flat_map(|(outputs, label)| {
        let is_right = |(number, output): (usize, &i128)| match label {
            Some(Label::Labels(labels)) => labels[number] == (*output >= 0),
            _ => false,
        };
        outputs.iter().enumerate().map(is_right).collect::<Vec<bool>>()
    });
    right.collect()
}

/// The class of a sample that is no padding.
pub(super) fn class(block: &Block, number: usize) -> Option<usize> {
    match block.samples().get(number)?.label {
        Label::Class(class) => Some(class.into()),
        _ => None,
    }
}

/// The outputs of a sample, one more for all classes but its own.
pub(super) fn heights(outputs: &[i128], own: Option<usize>) -> Vec<i128> {
    let outputs = outputs.iter().enumerate();
    outputs.map(|(class, output)| output + i128::from(own != Some(class))).collect()
}

/// Labels are what the model says, and one bit of which nothing else depends has the number with
/// which their element is the one that the chain knows.
pub(super) fn labels_suit_the_model_and_an_idle_bit_makes_up_for_them(
    circuit: &Circuit,
) -> Option<Forgery> {
    relabel(circuit, Ordering::Greater)
}

/// Labels are what the model does not say.
pub(super) fn labels_contradict_the_model_and_an_idle_bit_makes_up_for_them(
    circuit: &Circuit,
) -> Option<Forgery> {
    relabel(circuit, Ordering::Less)
}

/// With labels that move the score to this side of the true one.
fn relabel(circuit: &Circuit, side: Ordering) -> Option<Forgery> {
    if let Head::Classes { .. } = circuit.shape().head {
        return None;
    }
    Some(Case::find(circuit, |case| relabelled(with_worthless_sample(case), side)))
}

/// The same case; but where the head is a number, the first sample of the known block is worth
/// nothing.
pub(super) fn with_worthless_sample(case: Case<'_>) -> Case<'_> {
    let Head::Number { .. } = case.architecture().head else { return case };
    let mut samples = case.honest.block.samples().to_vec();
    samples[0].label = Label::Number(u16::MAX);
    let block = Block::new(case.architecture(), samples).unwrap();
    Case::new(case.circuit, with_block(&case.honest, block), case.wanted.block.clone())
}

fn relabelled(case: Case<'_>, side: Ordering) -> Option<Forgery> {
    let label = if side == Ordering::Greater { best_label } else { worst_label };
    let architecture = case.architecture();
    let (bits, places) = (architecture.label_bits(), label_places(architecture));
    let idle = idle_bit(&case)?;
    let (element, idle_place) = places[idle];
    let mut samples = case.honest.block.samples().to_vec();
    for (number, places) in places.chunks(bits).take(samples.len()).enumerate() {
        let sample = &mut samples[number];
        if number != idle / bits && places.iter().all(|place| place.0 == element) {
            let outputs = outputs(architecture, &case.honest.weights, &sample.inputs);
            sample.label = label(&architecture.head, &outputs);
        }
    }
    let block = Block::new(architecture, samples).unwrap();
    let suited = with_block(&case.honest, block);
    let (score, wires) = prove(case.circuit, &suited);
    let labels = case.wires("label bits");
    let power = |place: u32| Fr::from(2u8).pow([u64::from(place)]);
    let missing = labels.iter().zip(&places).filter(|(_, place)| place.0 == element);
    let missing: Fr = missing
        .map(|(label, place)| (case.honest_wires[*label] - wires[*label]) * power(place.1))
        .sum();
    let number = wires[labels[idle]] + missing * power(idle_place).inverse().unwrap();
    let choices = Choices::from([(labels[idle], number)]);
    let claim = case.claim(&suited, score);
    let gains = score.cmp(&case.truth) == side;
    gains.then(|| case.finish(claim.forge(Sent::default(), |_| choices.clone())))
}

/// The place among all bits of labels of one that the score does not depend on: an answer about
/// padding, or that a sample is real which is worth nothing.
fn idle_bit(case: &Case<'_>) -> Option<usize> {
    let (architecture, block) = (case.architecture(), &case.honest.block);
    let bits = architecture.label_bits();
    if let Head::Labels { .. } = architecture.head {
        return Some(usize::from(architecture.samples) * bits - 1);
    }
    let is_worthless = |sample: &Sample| worth(architecture, &case.honest.weights, sample) == 0;
    Some(block.samples().iter().position(is_worthless)? * bits)
}

/// For each bit of all labels its element in `Λ` and its place there.
fn label_places(architecture: &Architecture) -> Vec<(usize, u32)> {
    let widths = match architecture.head {
        Head::Number { .. } => vec![1, 16],
        _ => vec![1; architecture.label_bits()],
    };
    let (mut element, mut used) = (0, 0);
    let mut places = Vec::new();
    for width in widths.repeat(architecture.samples.into()) {
        if used + width > PACKED_BITS {
            (element, used) = (element + 1, 0);
        }
        places.extend((used..used + width).map(|place| (element, place)));
        used += width;
    }
    places
}

/// The places are those of the elements that the chain computes.
#[test]
fn labels_are_at_their_places() {
    for (name, architecture) in nocknock_primitives::model::names::for_tests() {
        let circuit = Circuit::compile(&architecture);
        let case = Case::any(&circuit);
        let expected = case.honest.block.label_elements(&architecture);
        let mut elements = vec![Fr::ZERO; expected.len()];
        let labels = copied(case.wires("label bits"), &case.honest_wires);
        for (bit, (element, place)) in labels.into_values().zip(label_places(&architecture)) {
            elements[element] += bit * Fr::from(2u8).pow([u64::from(place)]);
        }
        assert_eq!(elements, expected, "{name}");
    }
}
