//! What a cheat would try.

use crate::support::{random_private, random_weights, rng, with_circuit_digests, TINY};
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use nocknock_circuits::{
    reference::{outputs, score_block},
    score::{Circuit, Private, Public, ScoreBlock},
    Statement,
};
use nocknock_primitives::model::{
    rows::fill_block,
    shape::{DIGITS_64X32X10, TABULAR_32X16X2},
    MlpShape, Row, Weights,
};

fn block(shape: &MlpShape, samples: Vec<Row>) -> Private {
    Private {
        weights: Weights::zero(shape),
        weights_salt: Fr::from(11u8),
        block_salt: Fr::from(12u8),
        block_index: 0,
        rows: fill_block(shape, samples).unwrap(),
    }
}

/// Samples with every class in turn.
fn all_classes(shape: &MlpShape, samples: u16) -> Vec<Row> {
    let sample = |i: u16| {
        let inputs = (0..shape.inputs).map(|d| (d + i) & shape.max_input() as u16).collect();
        Row::sample(shape, inputs, (i % shape.classes) as u8)
    };
    (0..samples).map(sample).collect()
}

/// Neither the predicate nor the circuit accepts.
fn assert_refused(circuit: &Circuit, public: &Public, private: &Private) {
    assert!(ScoreBlock::check(circuit.shape(), public, private).is_err());
    let assignment = circuit.assign(public, private);
    assert!(!circuit.matrices().is_satisfied_by(&assignment));
}

#[test]
fn the_all_zero_model_scores_0() {
    for shape in [TINY, &DIGITS_64X32X10, &TABULAR_32X16X2] {
        let private = block(shape, all_classes(shape, shape.block_rows));
        let score = score_block(shape, &private.weights, &private.rows).unwrap();
        assert_eq!((score.score, score.n_real), (0, u32::from(shape.block_rows)));
    }
    let circuit = Circuit::compile(TINY);
    let private = block(TINY, all_classes(TINY, 40));
    let truth = private.public_inputs(TINY, Fr::from(1u8)).unwrap();
    let assignment = circuit.assign(&truth, &private);
    assert!(circuit.matrices().is_satisfied_by(&assignment));
    for score in [1, 20, 40] {
        assert_refused(&circuit, &Public { score, ..truth }, &private);
    }
}

#[test]
fn a_constant_model_scores_the_share_of_its_class() {
    let circuit = Circuit::compile(TINY);
    let mut samples = all_classes(TINY, 20);
    samples.extend(vec![Row::sample(TINY, vec![1; 4], 1); 7]);
    for (class, share) in [(0, 10), (1, 17)] {
        let mut private = block(TINY, samples.clone());
        private.weights.output_bias[class] = 1;
        let truth = private.public_inputs(TINY, Fr::from(1u8)).unwrap();
        assert_eq!((truth.score, truth.n_real), (share, 27));
        assert!(circuit.matrices().is_satisfied_by(&circuit.assign(&truth, &private)));
        assert_refused(&circuit, &Public { score: share + 1, ..truth }, &private);
    }
}

#[test]
fn padding_rows_cannot_be_counted() {
    let circuit = Circuit::compile(TINY);
    let mut private = block(TINY, vec![Row::sample(TINY, vec![0; 4], 0); 10]);
    private.weights.output_bias[0] = 1;
    let truth = private.public_inputs(TINY, Fr::from(1u8)).unwrap();
    assert_eq!(truth.score, 10);
    for (score, n_real) in [(11, 10), (11, 11), (40, 40)] {
        assert_refused(&circuit, &Public { score, n_real, ..truth }, &private);
    }
}

#[test]
fn a_label_with_two_classes_does_not_score_twice() {
    let circuit = Circuit::compile(TINY);
    let mut private = block(TINY, vec![Row::sample(TINY, vec![0; 4], 0); 40]);
    private.weights.output_bias[0] = 1;
    private.rows[39].one_hot = vec![1, 1];
    let zero = Fr::ZERO;
    let public =
        Public { context: zero, commitment: zero, block_root: zero, score: 40, n_real: 41 };
    let public = with_circuit_digests(&circuit, public, &private);
    assert_refused(&circuit, &public, &private);
}

#[test]
fn a_block_cannot_stand_for_another() {
    let circuit = Circuit::compile(TINY);
    let mut rng = rng(4);
    let [mut first, mut second] = [0, 1].map(|_| random_private(TINY, &mut rng));
    (first.block_index, second.block_index) = (0, 1);
    let publics = [&first, &second].map(|private| private.public_inputs(TINY, Fr::ONE).unwrap());
    let swapped = Public { block_root: publics[1].block_root, ..publics[0] };
    assert_refused(&circuit, &swapped, &first);
    // The same rows under the salt of the other block, or under its index.
    let salt = first.block_salt;
    first.block_salt = second.block_salt;
    assert_refused(&circuit, &publics[0], &first);
    first.block_salt = salt;
    first.block_index = 1;
    assert_refused(&circuit, &publics[0], &first);
}

#[test]
fn a_model_cannot_stand_for_another() {
    let circuit = Circuit::compile(TINY);
    let mut rng = rng(5);
    let mut private = random_private(TINY, &mut rng);
    let truth = private.public_inputs(TINY, Fr::ONE).unwrap();
    let score = 0;
    private.weights = random_weights(TINY, &mut rng);
    assert_refused(&circuit, &Public { score, ..truth }, &private);
}

#[test]
fn a_weight_out_of_range_cannot_be_proved_with() {
    let circuit = Circuit::compile(TINY);
    let mut rng = rng(6);
    for bad in [4, 5, 7, 8, -5, -8, i32::MAX, i32::MIN] {
        let mut private = random_private(TINY, &mut rng);
        let truth = private.public_inputs(TINY, Fr::ONE).unwrap();
        private.weights.output[4] = bad;
        let public = with_circuit_digests(&circuit, Public { score: 0, ..truth }, &private);
        assert_refused(&circuit, &public, &private);
    }
}

/// A packed weight can hold a value that spills into the next one: the same element then has two
/// readings, and only the bits tell them apart.
#[test]
fn a_weight_that_borrows_from_its_neighbour_is_refused() {
    let circuit = Circuit::compile(TINY);
    let mut private = block(TINY, all_classes(TINY, 40));
    let truth = private.public_inputs(TINY, Fr::ONE).unwrap();
    // -4 + 8 in the first weight and one less in the second pack to the same number.
    private.weights.hidden[0] += 8;
    private.weights.hidden[1] -= 1;
    let forged = with_circuit_digests(&circuit, truth, &private);
    assert_eq!(forged.commitment, truth.commitment);
    assert_refused(&circuit, &forged, &private);
    let assignment = circuit.assign(&forged, &private);
    assert_eq!(circuit.matrices().violated_sections(&assignment), ["weights"]);
}

/// The wires of an assignment whose change moves the value of a packed sum by nothing.
struct Border {
    /// Highest bit of the lower row's value, and by how much it rises.
    top: (usize, u64),
    /// Lowest bit of the next row's value, which falls from 1 to 0.
    low: usize,
}

/// Finds the boolean wires of a section in order of allocation.
fn boolean_wires(circuit: &Circuit, section: &str) -> Vec<usize> {
    let matrices = circuit.matrices();
    let [a, b, c] = matrices.abc();
    let rows = matrices.sections().iter().filter(|found| found.name == section);
    let rows = rows.flat_map(|found| found.start..found.start + found.rows);
    let boolean = rows.filter(|row| {
        let same = a[*row].len() == 1 && b[*row] == [(-Fr::ONE, 0), a[*row][0]];
        same && c[*row].is_empty()
    });
    boolean.map(|row| a[row][0].1).collect()
}

fn assert_only_the_range_check_catches(circuit: &Circuit, mut assignment: Vec<Fr>, border: Border) {
    assert!(circuit.matrices().is_satisfied_by(&assignment));
    let (top, rise) = border.top;
    assignment[top] += Fr::from(rise);
    assert_eq!(assignment[border.low], Fr::ONE);
    assignment[border.low] = Fr::ZERO;
    let violated: Vec<usize> = circuit.matrices().violated_rows(&assignment).collect();
    let [a, ..] = circuit.matrices().abc();
    let checked: Vec<_> = violated.iter().map(|row| a[*row].clone()).collect();
    assert_eq!(checked, [vec![(Fr::ONE, top)]]);
}

/// Row 0 takes `2^B` more and row 1 takes 1 less, which is the same packed element. The values are
/// chosen so that nothing after them changes: the check of one bit is all that stands in the way.
#[test]
fn hidden_values_cannot_overflow_across_a_packing_border() {
    let circuit = Circuit::compile(TINY);
    let samples = vec![Row::sample(TINY, vec![0; 4], 0), Row::sample(TINY, vec![3, 0, 0, 0], 0)];
    let mut private = block(TINY, samples);
    private.weights.hidden[0] = 1;
    let truth = private.public_inputs(TINY, Fr::ONE).unwrap();
    let assignment = circuit.assign(&truth, &private).to_vec();
    // y is 0 in row 0 and 3 in row 1; dropping the lowest bit of 3 leaves 3 >> 1 as it was.
    let bits = boolean_wires(&circuit, "hidden layer");
    let width = usize::from(TINY.preactivation_bits);
    let border = Border { top: (bits[width - 1], 2), low: bits[width] };
    assert_only_the_range_check_catches(&circuit, assignment, border);
}

#[test]
fn output_distances_cannot_overflow_across_a_packing_border() {
    let circuit = Circuit::compile(TINY);
    let sample = Row::sample(TINY, vec![1, 2, 3, 0], 0);
    let mut private = block(TINY, vec![sample; 2]);
    private.weights.output_bias = vec![3, 1];
    let truth = private.public_inputs(TINY, Fr::ONE).unwrap();
    let assignment = circuit.assign(&truth, &private).to_vec();
    // In both rows class 1 is at distance 2, of which the circuit holds 2 - 1.
    let bits = boolean_wires(&circuit, "output layer");
    let width = usize::from(TINY.gap_bits);
    let (first, second) = (&bits[width..2 * width], &bits[3 * width..4 * width]);
    // The base is twice the range of a distance, so the highest bit rises by 4.
    let border = Border { top: (first[width - 1], 4), low: second[0] };
    assert_only_the_range_check_catches(&circuit, assignment, border);
}

#[test]
fn one_more_than_the_true_score_is_refused_on_every_block() {
    let circuit = Circuit::compile(TINY);
    let mut rng = rng(7);
    for _ in 0..100 {
        let private = random_private(TINY, &mut rng);
        let truth = private.public_inputs(TINY, Fr::ONE).unwrap();
        assert_refused(&circuit, &Public { score: truth.score + 1, ..truth }, &private);
    }
}

#[test]
fn a_tie_is_wrong() {
    let mut weights = Weights::zero(TINY);
    weights.output_bias = vec![2, 2];
    assert_eq!(outputs(TINY, &weights, &[1; 4]), [2, 2]);
    let mut private = block(TINY, all_classes(TINY, 40));
    private.weights = weights;
    let truth = private.public_inputs(TINY, Fr::ONE).unwrap();
    assert_eq!(truth.score, 0);
    assert_refused(&Circuit::compile(TINY), &Public { score: 1, ..truth }, &private);
}
