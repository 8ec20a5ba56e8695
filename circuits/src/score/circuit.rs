//! The rows of S1. The book, `docs/circuits.md`, proves each step.

use super::Private;
use crate::{
    gadgets::{powers, scaled, sponge, Accumulator, Bits, Signed, Stream},
    r1cs::{input, one, wire, Synthesizer, Term, ONE},
};
use ark_bn254::Fr;
use ark_ff::{Field, PrimeField};
use nocknock_primitives::model::{
    commit::Purpose, inputs::score as inputs, MlpShape, Row, Weights,
};

// Values that no valid input reaches are cut off, so that forged inputs cannot overflow an i64. The
// rows are violated all the same: the cut leaves every value outside its range.

/// Wires of the public inputs.
const CONTEXT: usize = input(inputs::CONTEXT);
const COMMITMENT: usize = input(inputs::COMMITMENT);
const BLOCK_ROOT: usize = input(inputs::BLOCK_ROOT);
const SCORE: usize = input(inputs::SCORE);
const N_REAL: usize = input(inputs::N_REAL);

/// A range-checked integer and its value.
#[derive(Clone, Copy)]
struct Weight {
    wires: Signed,
    value: i64,
}

/// The model, row by row of each matrix.
struct Model {
    hidden: Vec<Weight>,
    hidden_bias: Vec<Weight>,
    output: Vec<Weight>,
    output_bias: Vec<Weight>,
}

/// A row of the block.
struct Sample {
    inputs: Vec<(Bits, i64)>,
    label: Vec<(usize, i64)>,
}

/// What the hidden layer leaves of a row: a wire and its value for each unit.
type Activations = Vec<(usize, i64)>;

/// A row's distances `e_j − (1 − L_j)` for each class.
type Gaps = Vec<(Bits, i64)>;

/// Allocates all private wires and writes all rows.
pub(super) fn synthesize(cs: &mut Synthesizer, shape: &MlpShape, score: u32, private: &Private) {
    bind_context(cs);
    let model = Model::allocate(cs, shape, &private.weights);
    model.commit(cs, shape, private.weights_salt);
    let samples = allocate_samples(cs, shape, &private.rows);
    enforce_row_rules(cs, &samples);
    commit_samples(cs, shape, &samples, private);
    let activations = hidden_layer(cs, shape, &model, &samples);
    let gaps = output_layer(cs, shape, &model, &samples, &activations);
    enforce_totals(cs, &samples, &gaps, score);
}

/// `ctx · ctx = w` makes the context part of the system, though nothing else depends on it.
fn bind_context(cs: &mut Synthesizer) {
    cs.section("context");
    let square = cs.witness(cs.value(CONTEXT).square());
    cs.enforce(wire(CONTEXT), wire(CONTEXT), wire(square));
}

impl Model {
    fn allocate(cs: &mut Synthesizer, shape: &MlpShape, weights: &Weights) -> Self {
        cs.section("weights");
        let mut parts = weights.parts(shape).into_iter().map(|part| {
            let values = part.values.iter().chain(std::iter::repeat(&0)).take(part.expected);
            let width = u32::from(part.bits);
            let allocate = |value: &i32| Weight::allocate(cs, i64::from(*value), width);
            values.map(allocate).collect::<Vec<_>>()
        });
        let mut next = || parts.next().unwrap_or_default();
        Self { hidden: next(), hidden_bias: next(), output: next(), output_bias: next() }
    }

    /// `C_W = Poseidon(tag, salt, packed weights)`.
    fn commit(&self, cs: &mut Synthesizer, shape: &MlpShape, salt: Fr) {
        cs.section("model commitment");
        let salt = cs.witness(salt);
        let mut stream = Stream::new();
        let parts = [&self.hidden, &self.hidden_bias, &self.output, &self.output_bias];
        for weight in parts.into_iter().flatten() {
            let raised = weight.wires.raised();
            stream.push(raised.terms(), raised.len());
        }
        let inputs = std::iter::once(wire(salt).to_vec()).chain(stream.finish()).collect();
        let digest = sponge(cs, Purpose::Model.tag(shape), inputs);
        cs.enforce_equal(digest, wire(COMMITMENT));
    }
}

impl Weight {
    fn allocate(cs: &mut Synthesizer, value: i64, width: u32) -> Self {
        let value = value.clamp(-(1 << width), 1 << width);
        Self { wires: Signed::allocate(cs, value, width), value }
    }

    fn factor(&self) -> (impl Iterator<Item = Term>, Fr) {
        (self.wires.terms(), Fr::from(self.value))
    }
}

fn allocate_samples(cs: &mut Synthesizer, shape: &MlpShape, rows: &[Row]) -> Vec<Sample> {
    cs.section("rows");
    let missing = Row::padding(shape);
    let rows = rows.iter().chain(std::iter::repeat(&missing));
    rows.take(shape.block_rows.into()).map(|row| Sample::allocate(cs, shape, row)).collect()
}

impl Sample {
    fn allocate(cs: &mut Synthesizer, shape: &MlpShape, row: &Row) -> Self {
        let inputs = row.inputs.iter().chain(std::iter::repeat(&0)).take(shape.inputs.into());
        let inputs = inputs.map(|input| {
            let value = i64::from(*input).min(2 * shape.max_input());
            (Bits::allocate(cs, value, shape.input_bits.into()), value)
        });
        let inputs = inputs.collect();
        let label = row.one_hot.iter().chain(std::iter::repeat(&0)).take(shape.classes.into());
        let label = label.map(|mark| {
            let value = i64::from(*mark);
            (Bits::allocate(cs, value, 1).top(), value)
        });
        Self { inputs, label: label.collect() }
    }

    /// The flag `real`: the sum of the label, 1 for a sample and 0 for padding.
    fn real(&self) -> impl Iterator<Item = Term> + Clone + '_ {
        self.label.iter().map(|(mark, _)| (Fr::ONE, *mark))
    }

    /// `1 − real`.
    fn padding(&self) -> impl Iterator<Item = Term> + '_ {
        one().into_iter().chain(scaled(self.real(), -Fr::ONE))
    }
}

/// Labels are one-hot or zero, padding is all zero, and nothing but padding follows padding.
fn enforce_row_rules(cs: &mut Synthesizer, samples: &[Sample]) {
    cs.section("one-hot labels");
    for sample in samples {
        cs.enforce_boolean(|| sample.real());
    }
    cs.section("zero padding");
    for sample in samples {
        let bits = sample.inputs.iter().flat_map(|(input, _)| input.wires());
        cs.enforce(bits.map(|bit| (Fr::ONE, bit)), sample.padding(), []);
    }
    cs.section("padding last");
    for pair in samples.windows(2) {
        if let [before, after] = pair {
            cs.enforce(after.real(), before.padding(), []);
        }
    }
}

/// `R_block = Poseidon(tag, salt, index, packed rows)`.
fn commit_samples(cs: &mut Synthesizer, shape: &MlpShape, samples: &[Sample], private: &Private) {
    cs.section("block root");
    let salt = cs.witness(private.block_salt);
    let index = cs.witness(Fr::from(private.block_index));
    let mut stream = Stream::new();
    for sample in samples {
        for (input, _) in &sample.inputs {
            stream.push(input.terms(), input.len());
        }
        for (mark, _) in &sample.label {
            stream.push(wire(*mark), 1);
        }
        stream.push(sample.real(), 1);
    }
    let inputs = [wire(salt).to_vec(), wire(index).to_vec()].into_iter().chain(stream.finish());
    let digest = sponge(cs, Purpose::Block.tag(shape), inputs.collect());
    cs.enforce_equal(digest, wire(BLOCK_ROOT));
}

/// `y = W1·x + b1` for groups of rows that share elements, then `h = max(y, 0) >> shift`.
fn hidden_layer(
    cs: &mut Synthesizer,
    shape: &MlpShape,
    model: &Model,
    samples: &[Sample],
) -> Vec<Activations> {
    let mut activations = Vec::with_capacity(samples.len());
    for group in samples.chunks(shape.hidden_pack()) {
        cs.section("packed inputs");
        let packed = pack_inputs(cs, shape, group);
        cs.section("hidden layer");
        let units = model.hidden.chunks(shape.inputs.into()).zip(&model.hidden_bias);
        let sums: Vec<Vec<Bits>> = units
            .map(|(weights, bias)| hidden_unit(cs, shape, group, &packed, weights, bias))
            .collect();
        cs.section("activation");
        for row in 0..group.len() {
            let of_row = sums.iter().filter_map(|unit| unit.get(row));
            activations.push(of_row.map(|sum| activate(cs, shape, *sum)).collect());
        }
    }
    activations
}

/// `X_d = sum over the rows r of a group of x_(r,d) · 2^(B·r)`, one wire for each input.
fn pack_inputs(cs: &mut Synthesizer, shape: &MlpShape, group: &[Sample]) -> Vec<usize> {
    let inputs = 0..usize::from(shape.inputs);
    let pack = |input: usize| {
        let column = group.iter().filter_map(|sample| sample.inputs.get(input));
        let places = column.zip(powers(shape.preactivation_bits.into()));
        let value = places.clone().map(|((_, value), place)| Fr::from(*value) * place).sum();
        let packed = cs.witness(value);
        cs.enforce_equal(
            places.flat_map(|((bits, _), place)| scaled(bits.terms(), place)),
            wire(packed),
        );
        packed
    };
    inputs.map(pack).collect()
}

/// One unit for all rows of a group: `sum over d of w_d · X_d + b · Σ 2^(B·r) = Σ y_r · 2^(B·r)`.
fn hidden_unit(
    cs: &mut Synthesizer,
    shape: &MlpShape,
    group: &[Sample],
    packed: &[usize],
    weights: &[Weight],
    bias: &Weight,
) -> Vec<Bits> {
    let width = u32::from(shape.preactivation_bits);
    let sums: Vec<Signed> = group
        .iter()
        .map(|sample| Signed::allocate(cs, preactivation(sample, weights, bias), width))
        .collect();
    let mut products = packed.iter().zip(weights);
    let last = products.next_back();
    let mut sum = Accumulator::default();
    for (input, weight) in products {
        let value = cs.value(*input);
        sum.add(cs, (wire(*input), value), weight.factor());
    }
    if let Some((input, weight)) = last {
        let outputs =
            sums.iter().zip(powers(width)).flat_map(|(y, place)| scaled(y.terms(), place));
        let bias = biased(bias, width, group.len());
        sum.finish(cs, wire(*input), weight.wires.terms(), outputs.chain(bias));
    }
    sums.into_iter().map(Signed::raised).collect()
}

fn preactivation(sample: &Sample, weights: &[Weight], bias: &Weight) -> i64 {
    let products = sample.inputs.iter().zip(weights).map(|((_, x), weight)| x * weight.value);
    bias.value + products.sum::<i64>()
}

/// `−b` at the place of each of `count` rows.
fn biased(bias: &Weight, bits: u32, count: usize) -> impl Iterator<Item = Term> {
    let places: Fr = powers(bits).take(count).sum();
    scaled(bias.wires.terms(), -places)
}

/// From the bits of `y + 2^(B−1)`: the top bit is the sign's opposite, and the bits below it are
/// those of `y` if `y` is not negative.
fn activate(cs: &mut Synthesizer, shape: &MlpShape, sum: Bits) -> (usize, i64) {
    let sign = wire(sum.top());
    let kept = sum.lowest(sum.len() - 1).above(shape.shift.into());
    let value = cs.evaluate(sign) * cs.evaluate(kept.clone());
    let activation = cs.witness(value);
    cs.enforce(kept, sign, wire(activation));
    (activation, to_integer(value).min(4 * shape.max_activation()))
}

/// `z = W2·h + b2`, never written down: for each class `z_j + e_j` is the same element `M`.
fn output_layer(
    cs: &mut Synthesizer,
    shape: &MlpShape,
    model: &Model,
    samples: &[Sample],
    activations: &[Activations],
) -> Vec<Gaps> {
    cs.section("output layer");
    let size = shape.output_pack();
    let mut gaps = Vec::with_capacity(samples.len());
    for (samples, units) in samples.chunks(size).zip(activations.chunks(size)) {
        let rows = samples.iter().zip(units);
        let (tops, group_gaps): (Vec<i64>, Vec<Gaps>) =
            rows.map(|(sample, units)| allocate_gaps(cs, shape, model, sample, units)).unzip();
        let places = powers(shape.output_base_bits());
        let top = tops.iter().zip(places).map(|(top, place)| Fr::from(*top) * place).sum();
        let top = cs.witness(top);
        let group = Group { samples, units, gaps: &group_gaps };
        for class in 0..usize::from(shape.classes) {
            output_class(cs, shape, model, class, top, &group);
        }
        gaps.extend(group_gaps);
    }
    gaps
}

/// Rows that share elements in the output layer.
struct Group<'a> {
    samples: &'a [Sample],
    units: &'a [Activations],
    gaps: &'a [Gaps],
}

/// `m = max(z_j + 1 − L_j)`, the least number above all outputs that leaves a correct row's own
/// class at distance 0, and the distances `m − z_j − (1 − L_j)`.
fn allocate_gaps(
    cs: &mut Synthesizer,
    shape: &MlpShape,
    model: &Model,
    sample: &Sample,
    units: &Activations,
) -> (i64, Gaps) {
    let rows = model.output.chunks(shape.hidden.into()).zip(&model.output_bias);
    let outputs = rows.map(|(weights, bias)| {
        let products = units.iter().zip(weights).map(|((_, h), weight)| h * weight.value);
        bias.value + products.sum::<i64>()
    });
    let raised = outputs.zip(&sample.label).map(|(z, (_, mark))| z + 1 - mark);
    let raised: Vec<i64> = raised.collect();
    let top = raised.iter().copied().max().unwrap_or_default();
    let gap = |raised: &i64| {
        let value = top - raised;
        (Bits::allocate(cs, value, shape.gap_bits.into()), value)
    };
    (top, raised.iter().map(gap).collect())
}

/// One class for all rows of a group: `sum over k of w_k · H_k + b · Σ 2^(B·r) + E = M`.
fn output_class(
    cs: &mut Synthesizer,
    shape: &MlpShape,
    model: &Model,
    class: usize,
    top: usize,
    group: &Group<'_>,
) {
    let bits = shape.output_base_bits();
    let hidden = usize::from(shape.hidden);
    let weights = model.output.get(class * hidden..(class + 1) * hidden).unwrap_or_default();
    let unit = |unit: usize| {
        let wires = group.units.iter().filter_map(move |row| row.get(unit));
        wires.zip(powers(bits)).map(|((wire, _), place)| (place, *wire))
    };
    let mut products = weights.iter().enumerate();
    let last = products.next_back();
    let mut sum = Accumulator::default();
    for (index, weight) in products {
        let value = cs.evaluate(unit(index));
        sum.add(cs, (unit(index), value), weight.factor());
    }
    let distances = group.samples.iter().zip(group.gaps).zip(powers(bits));
    let distances =
        distances.flat_map(|((sample, gaps), place)| scaled(distance(sample, gaps, class), -place));
    let bias = model.output_bias.get(class).map(|bias| biased(bias, bits, group.samples.len()));
    if let Some((index, weight)) = last {
        let total = wire(top).into_iter().chain(distances).chain(bias.into_iter().flatten());
        sum.finish(cs, unit(index), weight.wires.terms(), total);
    }
}

/// `e_j`: the allocated distance plus `1 − L_j`.
fn distance(sample: &Sample, gaps: &Gaps, class: usize) -> impl Iterator<Item = Term> {
    let gap = gaps.get(class).map(|(bits, _)| bits.terms());
    let mark = sample.label.get(class).map(|(mark, _)| (-Fr::ONE, *mark));
    gap.into_iter().flatten().chain(one()).chain(mark)
}

/// A claimed row is a sample whose own class is at distance 0; the claims make up the score.
fn enforce_totals(cs: &mut Synthesizer, samples: &[Sample], gaps: &[Gaps], score: u32) {
    let claims = choose_claims(samples, gaps, score);
    cs.section("claims");
    let rows = samples.iter().zip(gaps).zip(claims);
    let claims: Vec<usize> =
        rows.map(|((sample, gaps), claim)| enforce_claim(cs, sample, gaps, claim)).collect();
    cs.section("totals");
    cs.enforce_equal(claims.iter().map(|claim| (Fr::ONE, *claim)), wire(SCORE));
    cs.enforce_equal(samples.iter().flat_map(Sample::real), wire(N_REAL));
}

/// `c · (1 − real + Σ L_j·e_j) = 0`: both parts are integers that are not negative, so their sum is
/// zero only if each is.
fn enforce_claim(cs: &mut Synthesizer, sample: &Sample, gaps: &Gaps, claim: bool) -> usize {
    let products: Vec<usize> = (0..sample.label.len())
        .map(|class| {
            let mark = sample.label.get(class).map_or(ONE, |(mark, _)| *mark);
            let value = cs.value(mark) * cs.evaluate(distance(sample, gaps, class));
            let product = cs.witness(value);
            cs.enforce(distance(sample, gaps, class), wire(mark), wire(product));
            product
        })
        .collect();
    let claim = Bits::allocate(cs, i64::from(claim), 1).top();
    let fault = products.iter().map(|product| (Fr::ONE, *product)).chain(sample.padding());
    cs.enforce(fault, wire(claim), []);
    claim
}

/// Which rows are claimed: correct ones first, then others, until the score is reached.
fn choose_claims(samples: &[Sample], gaps: &[Gaps], score: u32) -> Vec<bool> {
    let correct: Vec<bool> =
        samples.iter().zip(gaps).map(|(sample, gaps)| is_correct(sample, gaps)).collect();
    let mut left = usize::try_from(score).unwrap_or(usize::MAX);
    let mut claims = vec![false; samples.len()];
    for wanted in [true, false] {
        let rows = claims.iter_mut().zip(&correct).filter(|(_, correct)| **correct == wanted);
        for (claim, _) in rows.take(left) {
            *claim = true;
            left -= 1;
        }
    }
    claims
}

/// Whether a sample's own class is at distance 0.
fn is_correct(sample: &Sample, gaps: &Gaps) -> bool {
    let marked = sample.label.iter().zip(gaps).find(|((_, mark), _)| *mark == 1);
    marked.is_some_and(|(_, (_, gap))| *gap == 0)
}

/// The integer behind a small element.
fn to_integer(value: Fr) -> i64 {
    let [low, ..] = value.into_bigint().0;
    i64::try_from(low).unwrap_or(i64::MAX)
}
