use super::*;

fn commitment() -> Commitment<u32> {
    Commitment { model: ModelCommitment([1; 32]), at: 5, sequence: 0, proved: 0, correct: 0 }
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
