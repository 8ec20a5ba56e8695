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
    let periods =
        Periods { publish: 10, commit: 20, reveal: 30, claim: 15, prove: 40, deliver: 50 };
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
        baseline: 0,
        committed: 0,
        claimed: 0,
        waiting: 0,
        next_claim: None,
        last_paid: None,
        round: None,
        reference: None,
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
    let mut task = Task {
        architecture,
        tests: List::truncate_from(tests.into()),
        label_counts: List::truncate_from(label_counts.to_vec()),
        ..created()
    };
    task.baseline = task.count_baseline();
    task
}

fn commitment() -> Commitment<u64, u32> {
    Commitment {
        model: ModelCommitment([1; 32]),
        key: KeyCommitment([2; 32]),
        ciphertext: CiphertextHash([3; 32]),
        at: 5,
        sequence: 0,
        least: 0,
        claim: ClaimState::Silent,
        proved: 0,
        correct: 0,
    }
}

/// The champion of an experiment, proved on no block yet.
pub(crate) fn reference() -> Reference<u8> {
    Reference {
        version: 1,
        task: 2,
        worker: 3,
        model: ModelCommitment([4; 32]),
        circuit: CircuitId([5; 32]),
        blocks: 0,
        points: 0,
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
        periods: Periods { publish: 1, commit: 1, reveal: 1, claim: 1, prove: 1, deliver: 1 },
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
    let entry = |correct, sequence| Ranked {
        worker: 0u8,
        correct,
        sequence,
        least: 0u64,
        amount: 0,
        bits: 0,
        delivered: false,
    };
    assert_eq!(entry(2, 9).key(), ClaimKey::new(2, 9));
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

/// A second rank with a hundredth of the reward would be asked to deliver for nothing.
#[test]
fn shares_fall_by_a_quarter_at_most() {
    for shares in [&[10_000][..], &[5_000, 5_000], &[8_000, 2_000], &[6_000, 3_000, 1_000]] {
        assert!(terms(shares).shares_fall(), "{shares:?}");
    }
    for shares in
        [&[9_989, 11][..], &[8_001, 1_999], &[4_000, 6_000], &[4_000, 2_000, 4_000], &[1, 0]]
    {
        assert!(!terms(shares).shares_fall(), "{shares:?}");
    }
    assert!(terms(&[u16::MAX; 16]).shares_fall());
}

#[test]
fn the_champion_is_noted_once_a_block_until_all_are_proved() {
    let mut task = revealed(architecture("tiny-4x3x2"), &[3, 7]);
    assert!(!task.reference_is_open() && task.reference_lost().is_none());
    let mut champion = reference();
    assert!(champion.note(1, 5) && !champion.note(1, 5) && !champion.note(32, 5));
    assert!(champion.has_proved(1) && !champion.has_proved(0) && !champion.has_proved(32));
    assert_eq!((champion.proved_blocks(), champion.points), (1, 5));
    task.reference = Some(champion.clone());
    assert!(task.reference_is_open());
    assert!(champion.note(0, 4));
    task.reference = Some(champion);
    assert!(!task.reference_is_open());
    assert_eq!(task.reference_lost(), Some(Lost::rounded_down(1, 0, 1)));
}

/// Ten rows with three points each; the constant answer has 25 of the 30.
#[test]
fn what_is_lost_is_rounded_against_who_is_paid() {
    let mut task = revealed(architecture("tiny-4x3x3-labels"), &[10, 4, 1]);
    assert_eq!(task.lost_of(30).units(), 0);
    assert_eq!(task.lost_of(29).units(), 86);
    assert_eq!(task.base_lost().units(), 5 * 256 / 3);
    task.reference = Some(Reference { points: 29, ..reference() });
    assert_eq!(task.reference_lost().map(Lost::units), Some(85));
}

#[test]
fn a_task_has_as_many_shares_as_its_terms() {
    assert_eq!(created().shares(), 2);
}

/// Two shares, and a claim of so many points that waits.
fn asked(proved: u32, waiting: Option<u32>) -> TestTask {
    let last_paid = (proved >= 2).then_some(ClaimKey::new(5, 3));
    let next_claim = waiting.map(|points| ClaimKey::new(points, 9));
    let round = Some(RoundClock { number: 1, began: 200, open: 0 });
    Task { proved, last_paid, next_claim, round, ..created() }
}

#[test]
fn more_is_asked_as_long_as_a_share_is_free_and_a_claim_waits() {
    assert!(asked(0, Some(1)).more_to_ask() && asked(1, Some(1)).more_to_ask());
    assert!(!asked(0, None).more_to_ask() && !asked(2, None).more_to_ask());
}

#[test]
fn more_is_asked_if_a_better_claim_waits_than_the_last_that_is_paid() {
    assert!(asked(2, Some(6)).more_to_ask());
    assert!(!asked(2, Some(5)).more_to_ask(), "of equals the earlier commitment is paid");
    assert!(!asked(2, Some(4)).more_to_ask());
    let mut earlier = asked(2, Some(5));
    earlier.next_claim = Some(ClaimKey::new(5, 2));
    assert!(earlier.more_to_ask());
}

#[test]
fn after_the_last_round_nothing_is_asked() {
    let mut task = asked(0, Some(1));
    task.round = Some(RoundClock { number: MAX_ROUNDS - 1, began: 200, open: 0 });
    assert!(task.more_to_ask());
    task.round = Some(RoundClock { number: MAX_ROUNDS, began: 200, open: 0 });
    assert!(!task.more_to_ask());
}

#[test]
fn a_provider_is_liable_from_three_equal_rows_and_a_hundredth_of_them_on() {
    let limits = [0, 1, 300, 301, 1_500, u32::MAX].map(liable_from);
    assert_eq!(limits, [3, 3, 3, 4, 15, 42_949_673]);
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
    task.baseline = task.count_baseline();
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
    task.baseline = task.count_baseline();
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
