use super::builders::*;
use crate::mock::*;

#[test]
fn what_is_burnt_is_in_the_books() {
    build_and_execute(|| {
        earn(1, &bob(), percent(100));
        burn(&bob(), 30_000);
        assert_eq!(Rewards::emission().burnt, 30_000);
        assert_eq!(Balances::total_issuance(), 60_000);
    });
}

#[test]
fn burnt_tokens_do_not_come_back_to_the_pot() {
    build_and_execute(|| {
        earn(1, &bob(), percent(100));
        burn(&bob(), 75_000);
        assert_eq!(Rewards::emission().free_pot, 900_000);
        assert_eq!(Rewards::emission().minted, 90_000);
    });
}

#[test]
fn dust_is_burnt() {
    build_and_execute(|| {
        register(&[bob()]);
        give_points(&bob(), 100);
        burn(&bob(), 95);
        assert_eq!(Rewards::emission().burnt, 100);
        assert_eq!(Balances::total_issuance(), 0);
    });
}
