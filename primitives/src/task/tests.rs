use super::*;
use crate::model::{
    names::named,
    recipient::{seal_key, Scalar},
    Description, Fr, Goal, Head, RecipientSecret,
};
use alloc::vec;

pub(crate) type TestTask = Task<u8, u64, u32>;

/// Created in block 100 with a drawn split of two blocks; each period has another length.
pub(crate) fn created() -> TestTask {
    let periods = Periods { publish: 10, commit: 20, reveal: 30, prove: 40, deliver: 50 };
    Task {
        experiment: 0,
        requester: 0,
        funding: Funding::Sponsored,
        terms: Terms {
            score_circuit: CircuitId([1; 32]),
            delivery_circuit: CircuitId([2; 32]),
            min_score: Score::new(1, 2),
            min_test_rows: 5,
            reward: 100,
            shares: List::truncate_from(vec![6_000, 4_000]),
            bond: 10,
            stake: 1,
            periods,
        },
        architecture: architecture("tiny-4x3x2"),
        recipient: PointBytes([3; 64]),
        encoding: ContentHash([4; 32]),
        blocks: 4,
        test_blocks: 2,
        tests: List::default(),
        train_data: None,
        created_at: 100,
        seed: 3,
        draw_by: 150,
        drawn_at: None,
        opened_at: None,
        revealed_at: None,
        label_counts: List::default(),
        committed: 0,
        proved: 0,
        open_commitments: 0,
        next_sequence: 0,
        held: Held::default(),
        settlement: None,
    }
}

fn architecture(name: &str) -> Architecture {
    named(name).expect("the architecture has this name")
}

/// Two revealed blocks of ten rows together, with these counts of labels.
fn revealed(architecture: Architecture, label_counts: &[u32]) -> TestTask {
    let tests = [(1, 4), (3, 6)].map(|(index, rows)| TestBlock { index, rows: Some(rows) });
    Task {
        architecture,
        tests: List::truncate_from(tests.into()),
        label_counts: List::truncate_from(label_counts.to_vec()),
        ..created()
    }
}

fn commitment() -> Commitment<u32> {
    Commitment {
        model: ModelCommitment([1; 32]),
        key: KeyCommitment([2; 32]),
        ciphertext: CiphertextHash([3; 32]),
        at: 5,
        sequence: 0,
        proved: 0,
        correct: 0,
    }
}

fn terms(shares: &[u16]) -> Terms<u64, u32> {
    Terms {
        score_circuit: CircuitId([1; 32]),
        delivery_circuit: CircuitId([2; 32]),
        min_score: Score::ZERO,
        min_test_rows: 1,
        reward: 1,
        shares: List::truncate_from(shares.to_vec()),
        bond: 1,
        stake: 1,
        periods: Periods { publish: 1, commit: 1, reveal: 1, prove: 1, deliver: 1 },
    }
}

#[test]
fn a_block_is_noted_once() {
    let mut commitment = commitment();
    assert!(commitment.note(0, 10) && commitment.note(31, 5));
    assert!(!commitment.note(0, 10));
    assert_eq!((commitment.proved_blocks(), commitment.correct), (2, 15));
    assert!(commitment.has_proved(31) && !commitment.has_proved(1));
}

#[test]
fn a_place_outside_the_list_is_not_noted() {
    let mut commitment = commitment();
    assert!(!commitment.note(32, 1) && !commitment.has_proved(32));
    assert_eq!(commitment, self::commitment());
}

#[test]
fn as_many_blocks_can_be_noted_as_a_task_can_have() {
    let mut commitment = commitment();
    assert!((0..MAX_TEST_BLOCKS).all(|place| commitment.note(place, 1)));
    assert_eq!(commitment.proved_blocks(), MAX_TEST_BLOCKS);
}

#[test]
fn better_scores_and_then_earlier_commitments_precede() {
    let entry = |correct, sequence| Ranked { worker: 0u8, correct, sequence };
    assert!(entry(2, 9).precedes(&entry(1, 0)));
    assert!(entry(2, 1).precedes(&entry(2, 2)));
    assert!(!entry(2, 1).precedes(&entry(2, 1)));
    assert!(!entry(1, 0).precedes(&entry(2, 9)));
}

#[test]
fn shares_are_whole_if_they_add_up_and_none_is_zero() {
    assert!(terms(&[10_000]).shares_are_whole());
    assert!(terms(&[5_000, 3_000, 2_000]).shares_are_whole());
    for shares in [&[][..], &[9_999], &[10_000, 0], &[5_000, 5_001]] {
        assert!(!terms(shares).shares_are_whole(), "{shares:?}");
    }
    assert!(!terms(&[u16::MAX; 16]).shares_are_whole());
}

#[test]
fn before_a_block_is_revealed_there_is_nothing_to_score() {
    let task = created();
    assert_eq!((task.max_points(), task.score(0)), (0, Score::new(0, 0)));
    assert_eq!(task.baseline(), Score::new(0, 0));
}

#[test]
fn each_row_of_a_class_counts_one_point_and_the_baseline_is_the_most_frequent_class() {
    let task = revealed(architecture("tiny-4x3x2"), &[3, 7]);
    assert_eq!((task.test_rows(), task.max_points()), (10, 10));
    assert_eq!((task.score(8), task.baseline()), (Score::new(8, 10), Score::new(7, 10)));
}

#[test]
fn each_label_of_a_row_counts_one_point() {
    let task = revealed(architecture("tiny-4x3x3-labels"), &[10, 4, 1]);
    assert_eq!((task.max_points(), task.score(8)), (30, Score::new(8, 30)));
    assert_eq!(task.baseline(), Score::new(10 + 6 + 9, 30));
}

/// Six targets below 256 and four from 512 to 767, counted as if a number between them were next to
/// all of them.
#[test]
fn a_number_counts_what_its_error_leaves_of_the_cap() {
    let task = revealed(architecture("tiny-4x3-error"), &[6, 0, 4]);
    assert_eq!((task.max_points(), task.score(8)), (2000, Score::new(8, 2000)));
    assert_eq!(task.baseline(), Score::new(10 * 199, 2000));
}

#[test]
fn more_points_than_32_bits_can_count_are_cut_off() {
    let mut description = Description::clone(&architecture("tiny-4x3-error"));
    let goal = Goal::AbsoluteError { cap: 65_535 };
    description.head = Head::Number { weight_bits: 4, bias_bits: 8, distance_bits: 18, goal };
    let counts = [u32::MAX, u32::MAX];
    let mut task = revealed(Architecture::new(description).unwrap(), &counts);
    task.tests[0].rows = Some(u32::MAX);
    assert_eq!(task.max_points(), u32::MAX);
    assert_eq!(task.baseline(), Score::new(u32::MAX, u32::MAX));
}

#[test]
fn an_eligible_score_reaches_the_minimum_and_beats_the_baseline() {
    let mut task = revealed(architecture("tiny-4x3x2"), &[3, 7]);
    task.terms.min_score = Score::new(8, 10);
    let eligible = |task: &TestTask| [7, 8, 9].map(|points| task.is_eligible(&task.score(points)));
    assert_eq!(eligible(&task), [false, true, true]);
    task.label_counts = List::truncate_from(vec![2, 8]);
    assert_eq!(eligible(&task), [false, false, true]);
}

#[test]
fn a_sealed_key_survives_its_bytes_and_other_bytes_are_none() {
    let r = Scalar::from_uniform_bytes([7; 32]);
    let recipient = RecipientSecret::curriculum().key();
    let sealed = seal_key(&recipient, Fr::from(5u8), Fr::from(6u8), &r);
    let bytes = SealedKeyBytes::from(&sealed);
    assert_eq!(SealedKey::try_from(&bytes), Ok(sealed));
    let no_point = SealedKeyBytes { ephemeral: PointBytes([0; 64]), ..bytes };
    let error = SealedKey::try_from(&no_point);
    assert!(matches!(error, Err(SealedKeyError::Point(_))), "{error:?}");
    let no_element = SealedKeyBytes { masked_key: [0xff; 32], ..bytes };
    let error = SealedKey::try_from(&no_element);
    assert_eq!(error, Err(SealedKeyError::MaskedKey(FieldBytesError)));
}

#[test]
fn a_claim_keeps_its_parts_and_other_bytes_are_none() {
    let [sums, inputs] = [Fr::from(5u8), Fr::from(6u8)];
    let [sums_bytes, inputs_bytes] = [sums, inputs].map(|element| field::to_bytes(&element));
    let proof = ProofBytes([0; 256]);
    let score = ProvedScore { points: 7, sums: sums_bytes, inputs: inputs_bytes, proof };
    assert_eq!(Claimed::try_from(&score), Ok(Claimed { sums, inputs, score: 7 }));
    let no_sums = ProvedScore { sums: [0xff; 32], ..score };
    assert_eq!(Claimed::try_from(&no_sums), Err(FieldBytesError));
    let no_inputs = ProvedScore { inputs: [0xff; 32], ..score };
    assert_eq!(Claimed::try_from(&no_inputs), Err(FieldBytesError));
}
