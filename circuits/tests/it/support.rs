//! Random models and blocks, and forged inputs.

use ark_bn254::Fr;
use ark_ff::UniformRand;
use ark_std::rand::{rngs::StdRng, Rng, SeedableRng};
use nocknock_circuits::{score, Circuit, Statement};
use nocknock_primitives::model::{
    rows::fill_block,
    shape::{Dimensions, MlpShape, ShapeName, TINY_4X3X2},
    Row, Weights,
};

/// The shape of most tests.
pub(crate) const TINY: &MlpShape = &TINY_4X3X2;

/// Randomness that is the same in every run.
pub(crate) fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

/// A model with every weight in its range; now and then with extreme values only.
pub(crate) fn random_weights(shape: &MlpShape, rng: &mut StdRng) -> Weights {
    let mut weights = Weights::zero(shape);
    let extreme = rng.gen_bool(0.1);
    let mut fill = |values: &mut Vec<i32>, bits: u8| {
        let (min, max) = (Dimensions::min_signed(bits) as i32, Dimensions::max_signed(bits) as i32);
        for value in values {
            *value = if extreme {
                *[min, max].get(rng.gen_range(0..2)).unwrap()
            } else {
                rng.gen_range(min..=max)
            };
        }
    };
    fill(&mut weights.hidden, shape.weight_bits);
    fill(&mut weights.hidden_bias, shape.hidden_bias_bits);
    fill(&mut weights.output, shape.weight_bits);
    fill(&mut weights.output_bias, shape.output_bias_bits);
    weights
}

/// A sample with random inputs and a random class.
pub(crate) fn random_sample(shape: &MlpShape, rng: &mut StdRng) -> Row {
    let max = shape.max_input() as u16;
    let inputs = (0..shape.inputs).map(|_| rng.gen_range(0..=max)).collect();
    Row::sample(shape, inputs, rng.gen_range(0..shape.classes) as u8)
}

/// A block of random samples, often with padding.
pub(crate) fn random_rows(shape: &MlpShape, rng: &mut StdRng) -> Vec<Row> {
    let full = rng.gen_bool(0.5);
    let samples = if full { shape.block_rows } else { rng.gen_range(0..=shape.block_rows) };
    let samples = (0..samples).map(|_| random_sample(shape, rng)).collect();
    fill_block(shape, samples).unwrap()
}

/// Everything that S1 hides, at random.
pub(crate) fn random_private(shape: &MlpShape, rng: &mut StdRng) -> score::Private {
    score::Private {
        weights: random_weights(shape, rng),
        weights_salt: Fr::rand(rng),
        block_salt: Fr::rand(rng),
        block_index: rng.gen(),
        rows: random_rows(shape, rng),
    }
}

/// A valid shape of random sizes and widths.
pub(crate) fn random_shape(rng: &mut StdRng) -> MlpShape {
    let name = ShapeName::new("random").unwrap();
    loop {
        let mut dimensions = Dimensions {
            inputs: rng.gen_range(1..9),
            hidden: rng.gen_range(1..6),
            classes: rng.gen_range(2..5),
            input_bits: rng.gen_range(1..9),
            weight_bits: rng.gen_range(2..8),
            hidden_bias_bits: rng.gen_range(2..9),
            output_bias_bits: rng.gen_range(2..9),
            shift: rng.gen_range(0..4),
            preactivation_bits: 2,
            gap_bits: 1,
            block_rows: rng.gen_range(1..30),
        };
        // The least widths that are enough, so that the bounds are tested where they are tight.
        while dimensions.preactivation_bits < 56 && dimensions.check().is_err() {
            dimensions.preactivation_bits += 1;
            dimensions.gap_bits = 56;
        }
        while dimensions.gap_bits > 1 && dimensions.check().is_ok() {
            dimensions.gap_bits -= 1;
        }
        dimensions.gap_bits += 1;
        if let Ok(shape) = MlpShape::new(name, dimensions) {
            return shape;
        }
    }
}

/// The public inputs of S1 with the digests that the circuit itself computes, for private inputs
/// that have no native commitment or root because they are malformed.
pub(crate) fn with_circuit_digests(
    circuit: &score::Circuit,
    mut public: score::Public,
    private: &score::Private,
) -> score::Public {
    public.commitment = computed(circuit, &public, private, 2);
    public.block_root = computed(circuit, &public, private, 3);
    public
}

/// What a circuit demands a public input to be: the left side of the row `x · 1 = input`.
pub(crate) fn computed<S: Statement>(
    circuit: &Circuit<S>,
    public: &S::Public,
    private: &S::Private,
    input: usize,
) -> Fr {
    let assignment = circuit.assign(public, private);
    let [a, _, c] = circuit.matrices().abc();
    let row = c.iter().position(|terms| terms[..] == [(Fr::from(1u8), input)]).unwrap();
    a[row].iter().map(|(coefficient, wire)| *coefficient * assignment[*wire]).sum()
}
