//! The rows of S3 in their order: first everything that is fixed before `ρ`, then the rest.

use super::{
    commitment,
    head::{self, HeadLayer},
    labels, layers,
    parameters::Model,
    sums, transcript,
    witness::Witness,
    Private, Public,
};
use crate::{
    gadgets::Wire,
    r1cs::{input, wire, Synthesizer},
};
use ark_bn254::Fr;
use ark_ff::Field;
use nocknock_primitives::model::{
    architecture::Architecture, fold::fold_inputs, inputs::fold as inputs,
};

/// Wires of the public inputs.
const CONTEXT: usize = input(inputs::CONTEXT);
pub(super) const COMMITMENT: usize = input(inputs::COMMITMENT);
pub(super) const SUMS: usize = input(inputs::SUMS);
pub(super) const INPUTS: usize = input(inputs::INPUTS);
pub(super) const RHO: usize = input(inputs::RHO);
pub(super) const THETA: usize = input(inputs::THETA);
pub(super) const EVALUATION: usize = input(inputs::EVALUATION);
pub(super) const SCORE: usize = input(inputs::SCORE);

/// The digests that a circuit computes from its wires. They satisfy it only if the public inputs
/// are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digests {
    /// `C_W`.
    pub commitment: Fr,
    /// `C_Y`.
    pub sums: Fr,
    /// `C_u`.
    pub inputs: Fr,
}

/// Allocates all private wires, writes all rows and gives the digests that came out.
pub fn synthesize(
    cs: &mut Synthesizer,
    architecture: &Architecture,
    public: &Public,
    private: &Private,
) -> Digests {
    let witness = Witness::new(architecture, private, public.score);
    bind_context(cs);
    let model = Model::allocate(cs, architecture, &private.weights);
    let commitment = commitment::enforce(cs, architecture, &model, private);
    let hidden = sums::allocate(cs, architecture, &witness);
    let labels = labels::allocate(cs, architecture, &witness);
    let head = head::allocate(cs, architecture, &witness, &labels);
    let hidden_bits = hidden.iter().flat_map(|layer| sums::bits(&layer.sums));
    let label_bits = labels.iter().flat_map(|label| label.bits.iter().copied());
    let bits = hidden_bits.chain(head.bits()).chain(label_bits);
    let sums = transcript::commit_sums(cs, architecture, private.sums_salt, bits, head.elements());

    // What is allocated from here on depends on ρ, or follows from what was committed to, but for
    // claims.
    cs.section("folded inputs");
    let folded = fold_inputs(architecture, &private.block, cs.value(RHO));
    let folded: Vec<Wire> = folded.into_iter().map(|input| Wire::allocate(cs, input)).collect();
    let inputs = transcript::commit_inputs(cs, architecture, &folded);
    transcript::evaluate(cs, &folded, labels::elements(architecture, &labels));
    let powers = layers::powers(cs, architecture);
    let folded = layers::enforce(cs, architecture, &powers, &model, &hidden, folded);
    if let Some((layer, parameters)) = architecture.layers().next_back().zip(model.layers.last()) {
        let fold = layers::fold(architecture, &layer, &powers);
        let layer = HeadLayer { fold, inputs: &folded, parameters };
        head.enforce(cs, &layer, &labels);
    }
    head.score(cs, &labels);
    Digests { commitment, sums, inputs }
}

/// `ctx · ctx = w` makes the context part of the system, though nothing else depends on it.
fn bind_context(cs: &mut Synthesizer) {
    cs.section("context");
    let square = cs.witness(cs.value(CONTEXT).square());
    cs.enforce(wire(CONTEXT), wire(CONTEXT), wire(square));
}
