//! Pairs: for each rule an input that breaks this rule alone. The reference refuses it, and of the
//! circuit's sections the one that states the rule is violated and no other.

use crate::support::{random_private, rng, with_circuit_digests, TINY};
use ark_bn254::Fr;
use nocknock_circuits::{
    score::{Circuit, Private, Public, Refusal, ScoreBlock},
    Statement,
};
use nocknock_primitives::model::{
    rows::{fill_block, RowFault},
    Row, RowError, WeightError, Weights,
};
use std::sync::OnceLock;

fn circuit() -> &'static Circuit {
    static CIRCUIT: OnceLock<Circuit> = OnceLock::new();
    CIRCUIT.get_or_init(|| Circuit::compile(TINY))
}

/// A model that answers class 1 if the first input is above 0, else class 0, on ten samples: the
/// first eight are classified correctly, the last two are not.
fn example() -> (Public, Private) {
    let mut weights = Weights::zero(TINY);
    weights.hidden[0] = 3;
    weights.output[3] = 3;
    weights.output_bias[0] = 1;
    let sample = |first, class| Row::sample(TINY, vec![first, 1, 2, 3], class);
    let mut samples = vec![sample(3, 1), sample(2, 1), sample(1, 1), sample(0, 0)];
    samples.extend_from_within(..);
    samples.extend([sample(0, 1), sample(1, 0)]);
    let private = Private {
        weights,
        weights_salt: Fr::from(101u8),
        block_salt: Fr::from(102u8),
        block_index: 7,
        rows: fill_block(TINY, samples).unwrap(),
    };
    let public = private.public_inputs(TINY, Fr::from(103u8)).unwrap();
    (public, private)
}

/// Sections of the circuit that an input violates.
fn violated(public: &Public, private: &Private) -> Vec<&'static str> {
    let assignment = circuit().assign(public, private);
    circuit().matrices().violated_sections(&assignment)
}

/// Changes the private inputs and lets the circuit compute its own digests, so that nothing but the
/// change can be what is refused.
fn forge(change: impl FnOnce(&mut Private)) -> (Result<(), Refusal>, Vec<&'static str>) {
    let (public, mut private) = example();
    change(&mut private);
    let public = with_circuit_digests(circuit(), public, &private);
    (ScoreBlock::check(TINY, &public, &private), violated(&public, &private))
}

/// Changes the public inputs.
fn claim(change: impl FnOnce(&mut Public)) -> (Result<(), Refusal>, Vec<&'static str>) {
    let (mut public, private) = example();
    change(&mut public);
    (ScoreBlock::check(TINY, &public, &private), violated(&public, &private))
}

fn row_fault(row: usize, fault: RowFault) -> Result<(), Refusal> {
    Err(Refusal::Rows(RowError::Row { row, fault }))
}

#[test]
fn the_example_breaks_no_rule() {
    let (public, private) = example();
    assert_eq!((public.score, public.n_real), (8, 10));
    assert_eq!(ScoreBlock::check(TINY, &public, &private), Ok(()));
    assert_eq!(violated(&public, &private), [""; 0]);
}

#[test]
fn rule_weights_fit_their_width() {
    let (refused, sections) = forge(|private| private.weights.hidden[5] = 4);
    let range = WeightError::Range { part: "the hidden weights", index: 5, bits: 3 };
    assert_eq!(refused, Err(Refusal::Weights(range)));
    assert_eq!(sections, ["weights"]);
}

#[test]
fn rule_every_kind_of_parameter_fits_its_width() {
    for (change, low) in [-9, 8].into_iter().flat_map(|bad| [(bad, 0), (bad, 1), (bad, 2)]) {
        let (refused, sections) = forge(|private| match low {
            0 => private.weights.hidden_bias[2] = change,
            1 => private.weights.output[2] = change,
            _ => private.weights.output_bias[0] = change,
        });
        assert!(matches!(refused, Err(Refusal::Weights(WeightError::Range { .. }))));
        assert!(sections.contains(&"weights"), "{change} {low}: {sections:?}");
    }
}

#[test]
fn rule_inputs_fit_their_width() {
    let (refused, sections) = forge(|private| private.rows[3].inputs[1] = 4);
    assert_eq!(refused, row_fault(3, RowFault::InputRange));
    assert_eq!(sections, ["rows"]);
}

#[test]
fn rule_label_values_are_0_or_1() {
    let (refused, sections) = forge(|private| private.rows[9].one_hot = vec![2, 0]);
    assert_eq!(refused, row_fault(9, RowFault::LabelRange));
    assert!(sections.contains(&"rows"), "{sections:?}");
}

#[test]
fn rule_a_sample_has_one_class() {
    let (refused, sections) = forge(|private| {
        private.rows[9].inputs = vec![0; 4];
        private.rows[9].one_hot = vec![1, 1];
    });
    assert_eq!(refused, row_fault(9, RowFault::NotOneHot));
    let totals = "totals"; // The two marks also count as two samples.
    assert_eq!(sections, ["one-hot labels", totals]);
}

#[test]
fn rule_padding_is_zero() {
    let (refused, sections) = forge(|private| private.rows[20].inputs[2] = 1);
    assert_eq!(refused, row_fault(20, RowFault::PaddingNotZero));
    assert_eq!(sections, ["zero padding"]);
}

#[test]
fn rule_no_sample_follows_padding() {
    let (refused, sections) = forge(|private| private.rows.swap(9, 10));
    assert_eq!(refused, row_fault(10, RowFault::RealAfterPadding));
    assert_eq!(sections, ["padding last"]);
}

#[test]
fn rule_weights_and_salt_open_the_commitment() {
    let (public, mut private) = example();
    private.weights_salt += Fr::from(1u8);
    assert_eq!(ScoreBlock::check(TINY, &public, &private), Err(Refusal::Commitment));
    assert_eq!(violated(&public, &private), ["model commitment"]);
}

#[test]
fn rule_the_model_is_the_committed_one() {
    let (public, mut private) = example();
    // A bias of a unit that the outputs ignore: the score stays, the model is another one.
    private.weights.hidden_bias[2] = 1;
    assert_eq!(ScoreBlock::check(TINY, &public, &private), Err(Refusal::Commitment));
    assert_eq!(violated(&public, &private), ["model commitment"]);
}

#[test]
fn rule_rows_salt_and_index_open_the_root() {
    let changes: [fn(&mut Private); 3] = [
        |private| private.block_salt += Fr::from(1u8),
        |private| private.block_index += 1,
        |private| private.rows[0].inputs[3] = 2,
    ];
    for change in changes {
        let (public, mut private) = example();
        change(&mut private);
        assert_eq!(ScoreBlock::check(TINY, &public, &private), Err(Refusal::BlockRoot));
        assert_eq!(violated(&public, &private), ["block root"]);
    }
}

#[test]
fn rule_all_samples_are_counted() {
    for n_real in [0, 9, 11, 40] {
        let (refused, sections) = claim(|public| public.n_real = n_real);
        assert_eq!(refused, Err(Refusal::Samples { n_real: 10, claimed: n_real }));
        assert_eq!(sections, ["totals"]);
    }
}

#[test]
fn rule_no_more_rows_are_claimed_than_are_correct() {
    let (refused, sections) = claim(|public| public.score = 9);
    assert_eq!(refused, Err(Refusal::Score { claimed: 9 }));
    assert_eq!(sections, ["claims"]);
}

#[test]
fn rule_the_score_is_the_number_of_claims() {
    let (refused, sections) = claim(|public| public.score = 41);
    assert_eq!(refused, Err(Refusal::Score { claimed: 41 }));
    assert!(sections.contains(&"totals"), "{sections:?}");
}

#[test]
fn rule_fewer_rows_may_be_claimed() {
    for score in 0..8 {
        assert_eq!(claim(|public| public.score = score), (Ok(()), vec![]));
    }
}

#[test]
fn rule_the_context_is_bound() {
    let (public, private) = example();
    let mut assignment = circuit().assign(&public, &private);
    assignment[1] += Fr::from(1u8);
    assert_eq!(circuit().matrices().violated_sections(&assignment), ["context"]);
}

#[test]
fn lists_of_wrong_length_are_refused_and_violate_the_circuit() {
    let mut rng = rng(3);
    let changes: [fn(&mut Private); 6] = [
        |private| private.rows.truncate(39),
        |private| private.rows[0].inputs.truncate(3),
        |private| private.rows[0].one_hot.clear(),
        |private| private.weights.hidden.truncate(11),
        |private| private.weights.hidden_bias.clear(),
        |private| private.weights.output_bias.truncate(1),
    ];
    for change in changes {
        let mut private = random_private(TINY, &mut rng);
        private.rows.fill(Row::sample(TINY, vec![1, 2, 3, 1], 0));
        let weights = &mut private.weights;
        [&mut weights.hidden, &mut weights.hidden_bias, &mut weights.output_bias]
            .into_iter()
            .for_each(|part| part.fill(1));
        let public = private.public_inputs(TINY, Fr::from(1u8)).unwrap();
        change(&mut private);
        assert!(ScoreBlock::check(TINY, &public, &private).is_err());
        assert!(!violated(&public, &private).is_empty());
    }
}
