//! The Poseidon sponge of width 13 in constraints.
//!
//! Only S-boxes cost rows, three each: `x2 = x·x`, `x4 = x2·x2`, `x5 = x4·x`. Everything between
//! two S-boxes is linear, so the input of each is a combination of earlier outputs. Those
//! combinations are the same in every permutation but for the wires they refer to; they are
//! computed once, as a [`Template`]. A partial round adds one output to the combinations, so they
//! grow from 13 to 78 terms and shrink back to 13 in the second full round after that.

use crate::r1cs::{Synthesizer, Term, ONE};
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use nocknock_poseidon::{DomainTag, Parameters, SPONGE_RATE, SPONGE_WIDTH};
use std::sync::OnceLock;

/// Rows of one S-box.
const SBOX_WIRES: usize = 3;

/// One element of the state.
#[derive(Clone, Debug)]
struct Lane {
    combination: Vec<Term>,
    value: Fr,
}

/// The digest of `inputs` under a tag, as a combination.
///
/// The mode is that of [`nocknock_poseidon::sponge_hash`]: tag and length in the capacity, twelve
/// elements added for each permutation, the digest in the second element.
pub(crate) fn sponge(cs: &mut Synthesizer, tag: DomainTag, inputs: Vec<Vec<Term>>) -> Vec<Term> {
    let mut state = Sponge::absorb(cs, tag, inputs);
    state.lanes.swap_remove(1).combination
}

/// A sponge after its inputs went in.
#[derive(Debug)]
pub(crate) struct Sponge {
    lanes: Vec<Lane>,
}

impl Sponge {
    /// Takes the inputs in, with a permutation after each block of twelve.
    pub(crate) fn absorb(cs: &mut Synthesizer, tag: DomainTag, inputs: Vec<Vec<Term>>) -> Self {
        let capacity =
            Fr::from(tag.value()) * Fr::from(1u128 << 64) + Fr::from(inputs.len() as u64);
        let zero = Lane { combination: Vec::new(), value: Fr::ZERO };
        let mut lanes = vec![zero; SPONGE_WIDTH];
        lanes[0] = Lane { combination: vec![(capacity, ONE)], value: capacity };
        for block in inputs.chunks(SPONGE_RATE) {
            for (lane, input) in lanes[1..].iter_mut().zip(block) {
                lane.value += cs.evaluate(input.iter().copied());
                lane.combination.extend(input);
            }
            permute(cs, &mut lanes);
        }
        if inputs.is_empty() {
            permute(cs, &mut lanes);
        }
        Self { lanes }
    }

    /// The elements of a keystream: those behind the capacity, twelve for each permutation.
    pub(crate) fn squeeze(mut self, cs: &mut Synthesizer, count: usize) -> Vec<Vec<Term>> {
        let mut stream = Vec::with_capacity(count);
        while stream.len() < count {
            if !stream.is_empty() {
                permute(cs, &mut self.lanes);
            }
            let given = self.lanes[1..].iter().take(count - stream.len());
            stream.extend(given.map(|lane| lane.combination.clone()));
        }
        stream
    }
}

fn permute(cs: &mut Synthesizer, lanes: &mut [Lane]) {
    let (parameters, template) = instance();
    let mut values: Vec<Fr> = lanes.iter().map(|lane| lane.value).collect();
    let mut sboxes = Sboxes { lanes, template, first: None, count: 0 };
    for (round, constants) in parameters.round_constants().enumerate() {
        values.iter_mut().zip(constants).for_each(|(value, constant)| *value += constant);
        let active = if parameters.is_full_round(round) { SPONGE_WIDTH } else { 1 };
        for (value, constant) in values.iter_mut().zip(constants).take(active) {
            *value = sboxes.apply(cs, *value, *constant);
        }
        values = mix(parameters, &values);
    }
    let outputs = sboxes.first.unwrap_or_default();
    for ((lane, form), value) in lanes.iter_mut().zip(&template.output).zip(values) {
        *lane = Lane { combination: form.terms(outputs).collect(), value };
    }
}

/// The S-boxes of one permutation in their order.
struct Sboxes<'a> {
    lanes: &'a [Lane],
    template: &'a Template,
    first: Option<usize>,
    count: usize,
}

impl Sboxes<'_> {
    /// Raises a value to the fifth power; `constant` is the round constant it contains.
    fn apply(&mut self, cs: &mut Synthesizer, value: Fr, constant: Fr) -> Fr {
        let x2 = cs.witness(value.square());
        let x4 = cs.witness(cs.value(x2).square());
        let x5 = cs.witness(cs.value(x4) * value);
        let first = *self.first.get_or_insert(x2);
        // In the first round the inputs come from outside, later from the template.
        let lane = self.lanes.get(self.count).map(|lane| &lane.combination[..]);
        let form = self.count.checked_sub(SPONGE_WIDTH).map(|index| &self.template.inputs[index]);
        let input = || {
            let outside = lane.unwrap_or_default().iter().copied().chain([(constant, ONE)]);
            let outside = form.is_none().then_some(outside).into_iter().flatten();
            outside.chain(form.into_iter().flat_map(|form| form.terms(first)))
        };
        cs.enforce(input(), input(), [(Fr::ONE, x2)]);
        cs.enforce([(Fr::ONE, x2)], [(Fr::ONE, x2)], [(Fr::ONE, x4)]);
        cs.enforce([(Fr::ONE, x4)], input(), [(Fr::ONE, x5)]);
        self.count += 1;
        cs.value(x5)
    }
}

fn mix(parameters: &Parameters, values: &[Fr]) -> Vec<Fr> {
    let product = |row: &[Fr]| row.iter().zip(values).map(|(a, b)| *a * b).sum();
    parameters.mds().map(product).collect()
}

/// The combinations of one permutation behind its first round.
struct Template {
    /// Inputs of the S-boxes in their order, without those of the first round.
    inputs: Vec<Form>,
    /// The state in the end.
    output: Vec<Form>,
}

/// A combination of S-box outputs and a constant: coefficient `i` belongs to output `start + i`.
#[derive(Clone)]
struct Form {
    start: usize,
    coefficients: Vec<Fr>,
    constant: Fr,
}

impl Form {
    /// The output of one S-box.
    fn of(output: usize) -> Self {
        Self { start: output, coefficients: vec![Fr::ONE], constant: Fr::ZERO }
    }

    /// Weighs forms and adds them up.
    fn sum(weights: &[Fr], forms: &[Self]) -> Self {
        let start = forms.iter().map(|form| form.start).min().unwrap_or_default();
        let end = forms.iter().map(|form| form.start + form.coefficients.len()).max();
        let mut coefficients = vec![Fr::ZERO; end.unwrap_or_default() - start];
        let mut constant = Fr::ZERO;
        for (weight, form) in weights.iter().zip(forms) {
            constant += *weight * form.constant;
            let places = coefficients[form.start - start..].iter_mut();
            places.zip(&form.coefficients).for_each(|(place, c)| *place += *weight * c);
        }
        Self { start, coefficients, constant }
    }

    /// The terms, when the wires of the permutation's S-boxes begin at `first`.
    fn terms(&self, first: usize) -> impl Iterator<Item = Term> + '_ {
        // The last of the three wires of an S-box is its output.
        let wire = move |output: usize| first + SBOX_WIRES * output + SBOX_WIRES - 1;
        let outputs = self.coefficients.iter().zip(self.start..);
        [(self.constant, ONE)].into_iter().chain(outputs.map(move |(c, i)| (*c, wire(i))))
    }
}

impl Template {
    fn new(parameters: &Parameters) -> Self {
        let mut inputs = Vec::new();
        let mut count = 0;
        let mut lanes: Vec<Form> = Vec::new();
        for (round, constants) in parameters.round_constants().enumerate() {
            let active = if parameters.is_full_round(round) { SPONGE_WIDTH } else { 1 };
            lanes.iter_mut().zip(constants).for_each(|(lane, c)| lane.constant += c);
            inputs.extend(lanes.iter().take(active).cloned());
            let outputs = (count..count + active).map(Form::of);
            lanes = outputs.chain(lanes.into_iter().skip(active)).collect();
            count += active;
            lanes = parameters.mds().map(|row| Form::sum(row, &lanes)).collect();
        }
        Self { inputs, output: lanes }
    }
}

/// Parameters and template of the sponge's width, derived once.
fn instance() -> (&'static Parameters, &'static Template) {
    static INSTANCE: OnceLock<(Parameters, Template)> = OnceLock::new();
    let (parameters, template) = INSTANCE.get_or_init(|| {
        let parameters = Parameters::derive(SPONGE_WIDTH)
            .unwrap_or_else(|error| unreachable!("the sponge's own width has parameters: {error}"));
        let template = Template::new(&parameters);
        (parameters, template)
    });
    (parameters, template)
}
