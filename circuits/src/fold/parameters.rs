//! The weights, range-checked by their bits.

use crate::{
    gadgets::{Integer, Unit},
    r1cs::Synthesizer,
};
use nocknock_primitives::model::{
    architecture::{Architecture, Layer},
    weights::Weights,
};

/// The parameters of a model, layer by layer.
pub(super) struct Model {
    pub(super) layers: Vec<Dense>,
}

/// The parameters of one layer.
pub(super) struct Dense {
    inputs: usize,
    weights: Vec<Integer>,
    biases: Vec<Integer>,
}

impl Model {
    /// Allocates the parameters in the order in which they are packed. Missing ones are zero.
    pub(super) fn allocate(
        cs: &mut Synthesizer,
        architecture: &Architecture,
        weights: &Weights,
    ) -> Self {
        cs.section("weight bits");
        let missing: &[i32] = &[];
        let given = weights.layers.iter().map(|layer| (&layer.weights[..], &layer.biases[..]));
        let given = given.chain(std::iter::repeat((missing, missing)));
        let layers = architecture.layers().zip(given);
        Self { layers: layers.map(|(layer, given)| Dense::allocate(cs, &layer, given)).collect() }
    }

    /// All parameters in the order in which they are packed.
    pub(super) fn parameters(&self) -> impl Iterator<Item = &Integer> {
        self.layers.iter().flat_map(|layer| layer.weights.iter().chain(&layer.biases))
    }
}

impl Dense {
    fn allocate(cs: &mut Synthesizer, layer: &Layer, (weights, biases): (&[i32], &[i32])) -> Self {
        let mut allocate = |values: &[i32], count: usize, bits: u32| -> Vec<Integer> {
            let values = values.iter().copied().chain(std::iter::repeat(0)).take(count);
            values.map(|value| Integer::allocate(cs, value.into(), bits)).collect()
        };
        Self {
            inputs: layer.inputs,
            weights: allocate(weights, layer.weight_count(), layer.weight_bits),
            biases: allocate(biases, layer.units, layer.bias_bits),
        }
    }

    /// The units, one after the other.
    pub(super) fn units(&self) -> impl Iterator<Item = Unit<'_>> {
        let units = self.weights.chunks(self.inputs.max(1)).zip(&self.biases);
        units.map(|(weights, bias)| Unit { weights, bias: *bias })
    }
}
