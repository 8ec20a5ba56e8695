//! What has no cheat: whoever breaks one of these rules breaks another.

use super::case::Case;
use crate::fold::{forgeries::Choices, known};
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use nocknock_circuits::{
    fold::{Circuit, Public},
    PublicInputs,
};
use nocknock_primitives::model::{architecture::Head, names, Claimed};

/// The proof is the same, with the public inputs that the chain derives under the other context.
#[test]
fn a_proof_under_another_context_breaks_more_than_the_row_of_the_context() {
    for (name, architecture) in names::for_tests() {
        let circuit = Circuit::compile(&architecture);
        let case = Case::any(&circuit);
        let honest = case.forgery(case.truth, Choices::new());
        let Public { context, commitment, sums, inputs, score, .. } = honest.public;
        let known = known(&architecture, &case.honest.block);
        let claimed = Claimed { sums, inputs, score };
        let moved = known.inputs(context + Fr::ONE, commitment, &claimed);
        let mut assignment = honest.assignment;
        assert!(circuit.matrices().is_satisfied_by(&assignment));
        let fields = moved.to_fields();
        assignment[1..=fields.len()].copy_from_slice(&fields);
        let sections = circuit.matrices().violated_sections(&assignment);
        assert!(sections.contains(&"context"), "{name}: {sections:?}");
        assert!(sections.contains(&"evaluation"), "{name}: {sections:?}");
    }
}

#[test]
fn a_label_of_two_classes_breaks_the_evaluation_as_well() {
    for (name, architecture) in names::for_tests() {
        let Head::Classes { .. } = architecture.head else { continue };
        let circuit = Circuit::compile(&architecture);
        let case = Case::any(&circuit);
        let labels = case.wires("label bits");
        let second = labels.into_iter().find(|label| case.honest_wires[*label] == Fr::ZERO);
        let choices = Choices::from([(second.unwrap(), Fr::ONE)]);
        let forged = case.forgery(case.truth, choices);
        let sections = circuit.matrices().violated_sections(&forged.assignment);
        assert!(sections.contains(&"one-hot labels"), "{name}: {sections:?}");
        assert!(sections.contains(&"evaluation"), "{name}: {sections:?}");
    }
}
