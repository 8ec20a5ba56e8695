//! What validators are paid when a session ends.

use super::builders::*;
use crate::{mock::*, AuthorsOfSession, Event, VotersOfSession};
use frame_support::traits::fungible::Mutate;

/// The pot holds this much.
const POT: Balance = 64_000;

/// Fills the pot with tokens that were minted for work.
fn fill_pot() {
    let amount = POT.into();
    crate::CurrencyBooks::<Test>::mutate(|books| assert_eq!(books.reserve(amount), amount));
    assert_eq!(Rewards::mint_reserved(&Rewards::pot_account(), amount), amount);
}

fn with_pot(test: impl FnOnce()) {
    build_and_execute(|| {
        fill_pot();
        test();
    });
}

fn authored(who: &AccountId, blocks: u32) {
    for _ in 0..blocks {
        Rewards::note_author(who);
    }
}

fn balances<const N: usize>(of: [AccountId; N]) -> [Balance; N] {
    of.map(Balances::free_balance)
}

#[test]
fn a_32nd_goes_half_by_blocks_and_half_by_votes() {
    with_pot(|| {
        authored(&bob(), 3);
        authored(&dave(), 1);
        Rewards::note_votes(&[dave(), eve()]);
        Rewards::note_votes(&[eve()]);
        Rewards::on_session_ended(&[bob(), dave(), eve()]);
        assert_eq!(balances([bob(), dave(), eve()]), [750, 250 + 500, 500]);
        assert_eq!(pot(), POT - 2_000);
        System::assert_last_event(Event::ValidatorsPaid { session: 0, amount: 2_000 }.into());
        assert_eq!(Rewards::work_points(bob()), 0);
    });
}

#[test]
fn without_votes_their_half_stays() {
    with_pot(|| {
        authored(&bob(), 1);
        Rewards::on_session_ended(&[bob(), dave()]);
        assert_eq!((balances([bob(), dave()]), pot()), ([1_000, 0], POT - 1_000));
    });
}

#[test]
fn nobody_is_paid_for_a_session_without_work() {
    with_pot(|| {
        Rewards::on_session_ended(&[bob(), dave()]);
        assert_eq!(pot(), POT);
        Rewards::on_session_ended(&[]);
        assert_eq!(pot(), POT);
    });
}

#[test]
fn less_than_an_account_can_hold_stays_in_the_pot() {
    with_pot(|| {
        authored(&bob(), 1);
        authored(&dave(), 199);
        Rewards::on_session_ended(&[bob(), dave()]);
        assert_eq!((balances([bob(), dave()]), pot()), ([0, 995], POT - 995));
    });
}

#[test]
fn an_account_that_exists_is_paid_no_smaller_amounts() {
    with_pot(|| {
        give_points(&bob(), 100);
        authored(&bob(), 1);
        authored(&dave(), 199);
        Rewards::on_session_ended(&[bob(), dave()]);
        assert_eq!((balances([bob(), dave()]), pot()), ([100, 995], POT - 995));
    });
}

#[test]
fn an_empty_pot_pays_nothing() {
    build_and_execute(|| {
        authored(&bob(), 1);
        let events = System::event_count();
        Rewards::on_session_ended(&[bob()]);
        assert_eq!((Balances::free_balance(bob()), System::event_count()), (0, events));
    });
}

#[test]
fn what_is_left_of_the_pot_is_paid_later() {
    with_pot(|| {
        for session in 1..=200 {
            authored(&bob(), 1);
            Rewards::note_votes(&[bob()]);
            Rewards::on_session_ended(&[bob()]);
            go_to_session(session);
        }
        assert!(pot() < POT / 100, "{}", pot());
        assert_eq!(Balances::free_balance(bob()) + pot(), POT);
    });
}

#[test]
fn nothing_of_a_session_is_left_after_it() {
    with_pot(|| {
        authored(&bob(), 1);
        authored(&eve(), 1);
        Rewards::note_votes(&[bob(), eve()]);
        Rewards::on_session_ended(&[bob()]);
        assert_eq!(AuthorsOfSession::<Test>::iter().count(), 0);
        assert_eq!(VotersOfSession::<Test>::iter().count(), 0);
        assert_eq!(Balances::free_balance(eve()), 0, "it did not validate");
    });
}

/// Fees of a sponsored task or of a record of facts: tokens that somebody else owned.
#[test]
fn what_is_sent_to_the_pot_is_neither_minted_nor_burnt() {
    build_and_execute(|| {
        earn(1, &bob(), percent(100));
        let before = Rewards::emission();
        let sent = Balances::transfer(
            &bob(),
            &Rewards::pot_account(),
            1_000,
            frame_support::traits::tokens::Preservation::Preserve,
        );
        assert_eq!(sent, Ok(1_000));
        assert_eq!(pot(), 15_000 + 1_000);
        assert_eq!(Rewards::emission(), before);
        assert_eq!(Rewards::validators_pot(), 16_000);
    });
}
