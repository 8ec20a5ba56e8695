use super::*;
use alloc::vec::Vec;

/// So many rows.
fn rows(count: u32) -> Lost {
    Lost::rounded_down(count, 0, 1)
}

/// The bits for errors in rows.
fn bits_of(base: u32, champion: u32, winner: u32, level: Bits) -> Bits {
    bits(rows(base), Some(rows(champion)), rows(winner), level)
}

/// The best winner that passes.
fn best_known(champion: u32) -> Option<u32> {
    (0..champion).rev().find(|winner| passes_gate(rows(champion), rows(*winner)))
}

/// The rule in floating point.
fn upper_of(errors: f64) -> f64 {
    let root = (errors + 2.0).sqrt() + 2.0;
    root * root
}

#[test]
fn errors_are_counted_in_parts_of_a_row() {
    let lost = |max, points, per_row| {
        let down = Lost::rounded_down(max, points, per_row).units();
        (down, Lost::rounded_up(max, points, per_row).units())
    };
    assert_eq!(lost(10, 7, 1), (3 * 256, 3 * 256));
    assert_eq!(lost(30, 29, 3), (85, 86));
    assert_eq!(lost(2_000, 1_999, 200), (1, 2));
    assert_eq!(lost(2_000, 0, 200), (10 * 256, 10 * 256));
    assert_eq!(lost(10, 11, 1), (0, 0), "more points than there are");
    assert_eq!(lost(u32::MAX, 0, 1), (256 * u64::from(u32::MAX), 256 * u64::from(u32::MAX)));
    assert_eq!(lost(0, 0, 0), (0, 0));
}

#[test]
fn a_weight_is_a_part_of_what_full_weight_mints() {
    let left = 2_000 * 1_050;
    assert_eq!([0, 1, 500, FULL_WEIGHT].map(|weight| unit_of(left, weight)), [0, 1, 525, 1_050]);
    assert_eq!(unit_of(1_999, FULL_WEIGHT), 0, "too little is left");
    assert_eq!(unit_of(3_999, FULL_WEIGHT), 1, "what a halving mints is rounded down");
    assert_eq!(unit_of(u128::MAX, FULL_WEIGHT), u128::MAX / 2_000);
}

#[test]
fn the_fixed_vectors_hold() {
    assert_eq!(bits_of(324, 324, 2, 0), 284_323);
    assert_eq!(bits_of(324, 324, 72, 0), 100_077);
    assert_eq!(bits_of(324, 72, 5, 100_077), 155_991);
    assert_eq!(bits_of(1350, 1350, 45, 0), 269_043);
    assert_eq!(bits_of(1350, 45, 11, 269_043), 86_445);
    assert_eq!(bits_of(1350, 45, 12, 269_043), 0);
    assert_eq!(log2_down(3), 103_872);
}

#[test]
fn the_gate_lets_through_what_is_no_luck() {
    let gates = [(21, 0), (45, 11), (72, 27), (100, 45), (200, 119), (450, 325), (1_000, 809)];
    for (champion, winner) in gates {
        assert_eq!(best_known(champion), Some(winner), "{champion}");
    }
    assert_eq!(best_known(20), None);
}

#[test]
fn a_copy_of_the_champion_and_a_worse_model_earn_nothing() {
    for errors in 0..400 {
        assert_eq!(bits_of(400, errors, errors, 0), 0);
        assert_eq!(bits_of(400, errors, errors + 1, 0), 0);
        assert_eq!(bits_of(400, errors, 400, 0), 0);
    }
    let (none, most) = (Lost::default(), Lost(u64::MAX));
    assert!(!passes_gate(none, none) && !passes_gate(most, most) && !passes_gate(none, most));
    assert!(passes_gate(most, none));
}

#[test]
fn without_a_champion_the_constant_answer_is_the_champion() {
    for winner in 0..324 {
        let without = bits(rows(324), None, rows(winner), 7);
        assert_eq!(without, bits_of(324, 324, winner, 7));
    }
}

#[test]
fn what_was_paid_for_is_not_paid_for_again() {
    assert_eq!(bits_of(324, 324, 2, 284_323), 0);
    assert_eq!(bits_of(324, 324, 2, 284_322), 1);
    assert_eq!(bits_of(324, 324, 2, Bits::MAX), 0);
}

#[test]
fn no_task_pays_for_more_than_eight_halvings() {
    assert_eq!(bits_of(1_000_000, 1_000_000, 0, 0), 8 * ONE_BIT);
    assert_eq!(bits(Lost(u64::MAX), None, Lost::default(), 0), 8 * ONE_BIT);
}

/// Where a constant answer is always right, there is nothing to learn.
#[test]
fn without_errors_of_the_constant_answer_nothing_is_paid() {
    assert_eq!(bits_of(0, 1_000, 0, 0), 0);
}

#[test]
fn fewer_errors_never_pay_less() {
    for champion in 0..150 {
        for level in [0, ONE_BIT] {
            let paid: Vec<Bits> =
                (0..150).map(|winner| bits_of(150, champion, winner, level)).collect();
            assert!(paid.windows(2).all(|pair| pair[0] >= pair[1]), "{champion} {level}");
        }
    }
}

#[test]
fn a_better_champion_or_a_higher_level_never_pays_more() {
    for winner in 0..60 {
        let champions: Vec<Bits> = (0..300).map(|c| bits_of(300, c, winner, 0)).collect();
        assert!(champions.windows(2).all(|pair| pair[0] <= pair[1]), "{winner}");
        let bases: Vec<Bits> = (0..300).map(|base| bits_of(base, 300, winner, 0)).collect();
        assert!(bases.windows(2).all(|pair| pair[0] <= pair[1]), "{winner}");
        let levels: Vec<Bits> =
            (0..64).map(|level| bits_of(300, 300, winner, level << 12)).collect();
        assert!(levels.windows(2).all(|pair| pair[0] >= pair[1]), "{winner}");
    }
}

/// A single unit in place of whole rows.
#[test]
fn fewer_units_never_pay_less() {
    let paid = (0..20_000).map(|winner| bits(Lost(40_000), Some(Lost(20_000)), Lost(winner), 0));
    let paid: Vec<Bits> = paid.collect();
    assert!(paid.windows(2).all(|pair| pair[0] >= pair[1]));
    assert!(paid[0] > 0 && paid[19_999] == 0);
}

#[test]
fn many_steps_pay_no_more_than_the_last_one_is_worth() {
    let (base, mut champion, mut level) = (1_350, 1_350, 0);
    for winner in [900, 600, 400, 250, 150, 80, 30, 2] {
        level += bits_of(base, champion, winner, level);
        champion = winner;
        let worth = (f64::from(base) / upper_of(f64::from(winner))).log2();
        assert!(f64::from(level) <= worth * f64::from(ONE_BIT), "{winner}: {level}");
    }
    assert_eq!(level, bits_of(base, base, 2, 0), "as much as at once");
}

#[test]
fn bits_are_never_too_many_and_hardly_too_few() {
    for (base, champion, winner) in
        [(324, 324, 2), (324, 324, 72), (1_350, 1_350, 45), (1_350, 45, 11), (6_000, 900, 301)]
    {
        let bound = (f64::from(base) / upper_of(f64::from(winner))).log2();
        let gain = (f64::from(champion + 1) / f64::from(winner + 1)).log2();
        let exact = bound.min(gain) * f64::from(ONE_BIT);
        let found = f64::from(bits_of(base, champion, winner, 0));
        // The errors that a model may stand for are rounded up by a few units.
        assert!(found <= exact && found > exact - 200.0, "{base} {champion} {winner}: {found}");
    }
}

#[test]
fn the_errors_a_model_may_stand_for_are_rounded_up_by_a_few_units() {
    for errors in (0..2_000).chain([1 << 20, (1 << 40) - 1]) {
        let exact = upper_of(errors as f64 / 256.0) * 256.0;
        let found = upper(Lost(errors)) as f64;
        assert!(found >= exact - 0.001 && found < exact + 8.0, "{errors}: {found} {exact}");
    }
}

/// 200,000 numbers of all lengths, and those around powers of two.
#[test]
fn logarithms_are_rounded_down_by_little() {
    let mut state = 1u64;
    let random = (0..200_000u32).map(|count| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> (count % 60)).max(1)
    });
    let powers = (1..64).flat_map(|bit| [(1u64 << bit) - 1, 1 << bit, (1 << bit) + 1]);
    for number in random.chain(powers) {
        let exact = (number as f64).log2() * f64::from(ONE_BIT);
        let found = f64::from(log2_down(number));
        // Floating point itself is off by less than a thousandth.
        assert!(found <= exact + 0.001 && found > exact - 1.001, "{number}: {found} {exact}");
        assert!(f64::from(log2_up(number)) >= exact - 0.001, "{number}");
    }
}

#[test]
fn logarithms_of_powers_are_exact() {
    for bit in 0..64 {
        assert_eq!(log2_down(1 << bit), bit * ONE_BIT);
    }
    assert_eq!(log2_down(0), 0);
}

#[test]
fn logarithms_never_fall() {
    let all: Vec<Bits> = (0..70_000).map(log2_down).collect();
    assert!(all.windows(2).all(|pair| pair[0] <= pair[1]));
}

#[test]
fn a_halving_mints_a_unit() {
    assert_eq!(mint_of(105, ONE_BIT), 105);
    assert_eq!(mint_of(105, ONE_BIT / 2), 52);
    assert_eq!(mint_of(105, 8 * ONE_BIT), 840);
    assert_eq!(mint_of(u128::MAX, 0), 0);
    assert_eq!(mint_of(u128::MAX, Bits::MAX), u128::MAX >> 16);
}
