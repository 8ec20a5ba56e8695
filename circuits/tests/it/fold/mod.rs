//! S3: the circuit against the reference.

mod cheats;
mod differential;
mod forgeries;
mod mutation;
mod proving;
mod rules;
pub(crate) mod sample;
mod sizes;

use nocknock_circuits::{
    fold::{Circuit, FoldedScore, Private, Public, Refusal},
    Statement,
};
use nocknock_primitives::model::{architecture::Architecture, names, Block, KnownBlock};

/// An architecture that has a name.
pub(crate) fn named(name: &str) -> Architecture {
    names::named(name).unwrap()
}

/// A block as a verifier has it: the first of its task, under some salt.
fn known<'a>(architecture: &'a Architecture, block: &Block) -> KnownBlock<'a> {
    KnownBlock::new(architecture, &[74; 32], 0, &block.to_wire(architecture)).unwrap()
}

/// The predicate's answer and the circuit's violated sections.
fn judge(
    circuit: &Circuit,
    public: &Public,
    private: &Private,
) -> (Result<(), Refusal>, Vec<&'static str>) {
    let assignment = circuit.assign(public, private);
    let sections = circuit.matrices().violated_sections(&assignment);
    (FoldedScore::check(circuit.shape(), public, private), sections)
}
