//! What storage costs those who cause it.

use super::builders::*;
use crate::{mock::*, Error, HoldReason};
use frame_support::{assert_ok, storage::with_storage_layer};
use nocknock_primitives::{
    deposits::{ciphertext, record, revealed_blocks, Footprint},
    task::{Held, Outcome},
};
use sp_runtime::DispatchResult;

const PER_ITEM: Balance = 3;
const PER_BYTE: Balance = 2;

/// What so much storage costs here.
fn price(footprint: Footprint) -> Balance {
    footprint.price(PER_ITEM.into(), PER_BYTE.into()).try_into().unwrap()
}

fn with_prices(test: impl FnOnce()) {
    build_and_execute(|| {
        book(|book| (book.item_price, book.byte_price) = (PER_ITEM, PER_BYTE));
        test();
    });
}

/// A task with the least bond and the least stake.
fn cheapest() -> Spec {
    let mut spec = spec();
    spec.terms.bond = 50 + 5 * Balance::from(BLOCKS) + price(revealed_blocks(&tiny(), 2));
    spec.terms.stake = 10 + price(ciphertext(&tiny()));
    spec
}

fn record_of(shares: u32) -> Balance {
    price(record(&tiny(), u32::from(BLOCKS), shares))
}

fn try_create(spec: Spec) -> DispatchResult {
    with_storage_layer(|| Tasks::do_create_task(alice(), OWN, spec))
}

#[test]
fn a_bond_pays_for_the_test_blocks_that_are_stored() {
    with_prices(|| {
        // Two items of 82 bytes.
        assert_eq!(cheapest().terms.bond, 75 + 2 * (3 + 2 * 82));
        let mut spec = cheapest();
        spec.terms.bond -= 1;
        assert_eq!(try_create(spec), Err(Error::<Test>::BondTooLow.into()));
        assert_ok!(try_create(cheapest()));
    });
}

#[test]
fn more_test_blocks_cost_more() {
    with_prices(|| {
        let drawn = |test_blocks| Spec {
            split: nocknock_primitives::task::Split::Drawn { test_blocks },
            ..cheapest()
        };
        assert_eq!(try_create(drawn(3)), Err(Error::<Test>::BondTooLow.into()));
        assert_ok!(try_create(drawn(2)));
    });
}

#[test]
fn a_stake_pays_for_a_ciphertext_that_is_stored() {
    with_prices(|| {
        let bytes = 32 * Balance::try_from(tiny().weight_elements()).unwrap();
        assert_eq!(cheapest().terms.stake, 10 + 2 * 3 + 2 * bytes);
        let mut spec = cheapest();
        spec.terms.stake -= 1;
        assert_eq!(try_create(spec), Err(Error::<Test>::StakeTooLow.into()));
        assert_ok!(try_create(cheapest()));
    });
}

#[test]
fn what_stays_of_a_task_is_paid_for_until_it_is_removed() {
    with_prices(|| {
        let id = settled(cheapest(), &[(bob(), 25)]);
        let held_for_record = || Tasks::held(HoldReason::Record, &alice());
        let deposit = record_of(1);
        assert!(deposit > PER_BYTE * 2_048);
        assert_eq!(task(id).held, Held { escrow: 10_000, bond: 0, record: deposit });
        deliver(id, &bob());
        assert_ok!(Tasks::do_finish_task(id));
        assert_eq!((held_for_record(), held(&alice())), (deposit, deposit));
        book(|book| (book.item_price, book.byte_price) = (0, 0));
        go_to(System::block_number() + 20);
        assert_ok!(Tasks::do_remove_task(id));
        assert_eq!(held(&alice()), 0, "it is returned whatever it would cost now");
        assert_eq!(free(&alice()), ENDOWMENT - 10_000);
    });
}

#[test]
fn each_share_adds_to_what_stays() {
    with_prices(|| {
        let mut spec = cheapest();
        spec.terms.shares = spec_with_shares(vec![5_000, 3_000, 2_000]).terms.shares;
        let id = create(spec);
        assert_eq!(task(id).held.record, record_of(3));
        let one_more = price(record(&tiny(), 5, 3)) - price(record(&tiny(), 5, 2));
        let bytes = 32 * Balance::try_from(tiny().weight_elements()).unwrap();
        assert_eq!(one_more, 3 * 3 + 2 * bytes);
    });
}

#[test]
fn a_task_that_comes_to_nothing_returns_the_deposit_when_it_is_removed() {
    with_prices(|| {
        let id = create(cheapest());
        assert_ok!(Tasks::do_cancel_task(&alice(), id));
        assert_eq!(end_of(id).outcome, Outcome::Cancelled);
        assert_eq!(held(&alice()), record_of(1));
        sweep_to(30);
        assert_eq!((free(&alice()), held(&alice())), (ENDOWMENT, 0));
    });
}

#[test]
fn a_requester_needs_the_money_for_the_deposit() {
    with_prices(|| {
        let mut spec = cheapest();
        spec.terms.reward = ENDOWMENT - spec.terms.bond - record_of(1);
        let refused = try_create(spec.clone());
        assert!(refused.is_err(), "the account would be reaped");
        assert_eq!(held(&alice()), 0);
        spec.terms.reward -= 10;
        assert_ok!(try_create(spec));
        assert_eq!(free(&alice()), 10);
    });
}

/// Its custodian owns nothing here, and its workers pay with their proofs.
#[test]
fn the_curriculum_pays_no_deposits() {
    with_prices(|| {
        let id = settled_curriculum(&[(bob(), 25)]);
        assert_eq!(task(id).held, Held::default());
        deliver(id, &bob());
        assert_eq!((held(&carol()), held(&bob())), (0, 0));
    });
}
