//! S3: the circuit against the reference.

mod cheats;
mod differential;
mod forgeries;
mod mutation;
mod perceptron;
mod proving;
mod rules;
mod sample;
mod sizes;

use nocknock_circuits::{
    fold::{Circuit, FoldedScore, Private, Public, Refusal},
    Statement,
};
use nocknock_primitives::model::layered::{architecture::Architecture, names};

/// An architecture that has a name.
pub(crate) fn named(name: &str) -> Architecture {
    names::named(name).unwrap()
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
