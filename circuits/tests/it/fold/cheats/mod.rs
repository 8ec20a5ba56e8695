//! A cheat for each rule of the circuit.
//!
//! A rule is a section of the matrices. Its cheat is a prover that breaks this rule and no other:
//! it sends what the chain takes, and all else follows, hashes and challenges too. Without the rule
//! it would have a proof of a score that the model which it sells does not have: of a higher one,
//! or of a lower one. So no rule can be dropped without a test that says what is lost: see
//! [`Forgery::assert_gains`] for what a gain is.
//!
//! Without some rules one direction alone can be gained. A number out of its bits never overstates
//! an error; two selected classes, and an error on both sides, never count more; and exceptions and
//! claims serve a score that is stated as "at least". The rules that bind a model, a digest or a
//! power do not know better from worse: one exchange stands for the opposite one.
//!
//! Rules that cannot be broken alone are in [`REDUNDANT`], with the reason.

mod answers;
mod attacks;
mod case;
mod classes;
mod hidden;
mod model;
mod numbers;
mod redundant;
mod transcript;

use case::Forgery;
use nocknock_circuits::fold::Circuit;
use nocknock_primitives::model::names;
use std::cmp::Ordering;

/// A forgery under the circuit of an architecture, or nothing if the cheat is for others.
type Cheat = fn(&Circuit) -> Option<Forgery>;

/// Tables of cheats that state a score above or below the true one, each with the rule that it
/// breaks and the number of architectures for tests under which it does so; and a test for each,
/// which says in its name what would be gained.
macro_rules! cheats {
    ($($side:ident {
        $($label:literal under $count:literal: $file:ident::$cheat:ident,)*
    })*) => {
        const CHEATS: &[(&str, Cheat)] = &[$($(($label, $file::$cheat)),*),*];

        mod without_the_rule {
            use std::cmp::Ordering;

            $($(
                #[test]
                fn $cheat() {
                    super::check($label, $count, Ordering::$side, super::$file::$cheat);
                }
            )*)*
        }
    };
}

cheats! {
    Greater {
        "weight bits" under 7:
            model::one_commitment_opens_to_a_second_model_with_a_weight_out_of_range,
        "keystream" under 7: model::the_ciphertext_of_a_bad_model_decrypts_to_a_good_one,
        "chunk hash" under 7: model::the_hash_of_one_chunk_stands_for_another_ciphertext,
        "ciphertext hash" under 7: model::the_hash_of_one_ciphertext_stands_for_another,
        "key hash" under 7: model::a_good_model_is_scored_and_a_key_is_sold_that_does_not_open_it,
        "commitment hash" under 7: model::the_commitment_to_a_bad_model_stands_for_a_good_one,
        "model commitment" under 7: model::a_good_model_is_scored_in_the_place_of_the_committed_one,
        "sum bits" under 6: hidden::true_sums_have_the_activations_of_other_samples,
        "activation" under 6: hidden::activations_are_those_of_other_samples,
        "layer" under 6: hidden::sums_are_those_of_other_samples,
        "folded activations" under 6: hidden::the_head_sees_the_activations_of_other_samples,
        "powers" under 2: hidden::samples_whose_power_is_zero_have_any_output,
        "sums hash" under 3: transcript::sums_are_chosen_after_rho_and_hash_to_what_was_sent,
        "sums commitment" under 3: transcript::sums_are_chosen_after_rho,
        "inputs hash" under 7: transcript::inputs_are_chosen_after_theta_and_hash_to_what_was_sent,
        "inputs commitment" under 7: transcript::inputs_are_chosen_after_theta,
        "evaluation" under 7: transcript::a_block_of_easier_samples_is_scored,
        "label bits" under 1: classes::a_label_that_is_no_mark_weighs_the_outputs_until_it_wins,
        "label bits" under 2: classes::a_label_that_is_no_mark_names_the_largest_output,
        "label bits" under 3: transcript::labels_suit_the_model_and_an_idle_bit_makes_up_for_them,
        "head" under 7: answers::the_outputs_are_those_of_other_samples,
        "distance bits" under 4: classes::a_class_is_above_the_right_one_by_a_negative_distance,
        "selector bits" under 2: classes::a_right_answer_counts_as_often_as_it_is_ahead,
        "selected distances" under 3: classes::the_own_class_is_selected_though_it_is_below_another,
        "right answers" under 3: classes::a_wrong_answer_counts_as_right,
        "right answers" under 3: classes::padding_counts_as_right,
        "exception bits" under 1: classes::parts_of_one_exception_excuse_two_classes,
        "unused exception bits" under 1: classes::exceptions_are_made_on_credit,
        "exceptions" under 1: classes::more_exceptions_are_made_than_allowed,
        "own distances" under 1: classes::a_wrong_answer_has_no_distance_from_the_right_one,
        "claim bits" under 1: classes::a_right_answer_is_claimed_more_than_once,
        "claims" under 1: classes::a_wrong_answer_is_claimed,
        "output bits" under 1: answers::outputs_have_the_signs_that_suit_their_labels,
        "named labels" under 1: answers::a_wrong_label_counts,
        "worth" under 3: answers::padding_is_worth_something,
        "distance bits" under 2: numbers::an_error_is_less_than_the_distance_from_the_target,
        "sign bits" under 2: numbers::a_small_error_counts_more_than_once,
        "magnitude bits" under 1: numbers::an_error_beyond_the_tolerance_leaves_a_negative_rest,
        "signs" under 2: numbers::an_error_leaves_more_than_there_is,
        "score" under 7: answers::the_score_is_more_than_the_answers_are_worth,
    }
    Less {
        "sum bits" under 5: hidden::true_sums_have_the_activations_of_worse_samples,
        "activation" under 5: hidden::activations_are_those_of_worse_samples,
        "layer" under 5: hidden::sums_are_those_of_worse_samples,
        "folded activations" under 5: hidden::the_head_sees_the_activations_of_worse_samples,
        "evaluation" under 6: transcript::a_block_of_harder_samples_is_scored,
        "label bits" under 2:
            classes::a_label_that_is_no_mark_makes_a_right_answer_count_less_than_nothing,
        "label bits" under 3:
            transcript::labels_contradict_the_model_and_an_idle_bit_makes_up_for_them,
        "head" under 6: answers::the_outputs_are_those_of_worse_samples,
        "distance bits" under 3:
            classes::the_right_class_is_above_the_selected_one_by_a_negative_distance,
        "selector bits" under 2: classes::a_wrong_answer_counts_less_than_nothing,
        "one selector" under 2: classes::two_classes_are_selected_and_the_last_one_less_than_never,
        "selected distances" under 3: classes::a_class_is_selected_that_is_below_the_right_one,
        "right answers" under 3: classes::a_right_answer_does_not_count,
        "output bits" under 1: answers::outputs_have_the_signs_that_contradict_their_labels,
        "named labels" under 1: answers::a_right_label_does_not_count,
        "worth" under 3: answers::a_sample_counts_less_than_it_is_worth,
        "one-sided errors" under 2: numbers::an_error_is_more_than_the_distance_from_the_target,
        "sign bits" under 2: numbers::a_large_error_counts_less_than_nothing,
        "magnitude bits" under 2: numbers::a_small_error_leaves_a_negative_rest,
        "signs" under 2: numbers::an_error_leaves_less_than_there_is,
        "score" under 6: answers::the_score_is_less_than_the_answers_are_worth,
    }
}

/// Rules that cannot be broken alone, so that nobody gains if they are dropped, and why.
const REDUNDANT: &[(&str, &str)] = &[
    ("context", "ρ is a hash over the context, so a proof fails under any other context"),
    ("one-hot labels", "labels are bits, and E says that they are those of a well-formed block"),
];

/// Runs a cheat under all circuits for tests that have the rule. Its score is on this side of the
/// true one.
fn check(label: &str, count: usize, side: Ordering, cheat: Cheat) {
    let mut forged = 0;
    for (name, architecture) in names::for_tests() {
        let circuit = Circuit::compile(&architecture);
        if !labels(&circuit).contains(&label) {
            continue;
        }
        if let Some(forgery) = cheat(&circuit) {
            let violated = circuit.matrices().violated_sections(&forgery.assignment);
            assert_eq!(violated, [label], "{name}");
            forgery.assert_gains(&circuit, side);
            forged += 1;
        }
    }
    assert_eq!(forged, count);
}

fn labels(circuit: &Circuit) -> Vec<&'static str> {
    circuit.matrices().rows_by_section().into_iter().map(|(label, _)| label).collect()
}

#[test]
fn every_rule_has_a_cheat_or_a_reason_to_have_none() {
    let circuits = names::for_tests().into_iter().map(|(_, shape)| Circuit::compile(&shape));
    let mut stated: Vec<&str> = circuits.flat_map(|circuit| labels(&circuit)).collect();
    stated.sort_unstable();
    stated.dedup();
    let cheats = CHEATS.iter().map(|(label, _)| *label);
    let mut known: Vec<&str> = cheats.chain(REDUNDANT.iter().map(|(label, _)| *label)).collect();
    known.sort_unstable();
    known.dedup();
    assert_eq!(known, stated);
}
