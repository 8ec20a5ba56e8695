//! The sums of hidden layers and what follows from their bits.

use super::witness::Witness;
use crate::{
    gadgets::{relu_shift, Signed, Wire},
    r1cs::Synthesizer,
};
use nocknock_primitives::model::architecture::Architecture;

/// A hidden layer on all samples.
pub(super) struct Hidden {
    /// Sums: unit by unit, sample by sample.
    pub(super) sums: Vec<Vec<Signed>>,
    /// Activations: unit by unit, sample by sample.
    pub(super) activations: Vec<Vec<Wire>>,
}

/// Allocates the bits of all sums and computes the activations. That the sums are those of the
/// model is shown later, when there is a challenge.
pub(super) fn allocate(
    cs: &mut Synthesizer,
    architecture: &Architecture,
    witness: &Witness,
) -> Vec<Hidden> {
    let activations = architecture.layers().filter_map(|layer| layer.activation);
    let layers = witness.sums.iter().zip(activations);
    let layers = layers.map(|(layer, activation)| {
        cs.section("sum bits");
        let sums: Vec<Vec<Signed>> =
            layer.iter().map(|unit| allocate_unit(cs, unit, activation.sum_bits)).collect();
        cs.section("activation");
        let activate = |sum: &Signed| relu_shift(cs, sum.raised(), activation.shift);
        let activations = each_of_each(&sums, activate);
        Hidden { sums, activations }
    });
    layers.collect()
}

/// Allocates one signed number for each sample.
pub(super) fn allocate_unit(cs: &mut Synthesizer, unit: &[i64], bits: u32) -> Vec<Signed> {
    unit.iter().map(|sum| Signed::allocate(cs, *sum, bits)).collect()
}

/// The wires of all bits: unit by unit, sample by sample, the lowest bit first.
pub(super) fn bits(units: &[Vec<Signed>]) -> impl Iterator<Item = usize> + '_ {
    units.iter().flatten().flat_map(|sum| sum.raised().wires())
}

fn each_of_each<T, U>(lists: &[Vec<T>], mut map: impl FnMut(&T) -> U) -> Vec<Vec<U>> {
    lists.iter().map(|list| list.iter().map(&mut map).collect()).collect()
}
