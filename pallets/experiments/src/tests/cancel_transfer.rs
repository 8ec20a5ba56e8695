use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};

#[test]
fn a_cancelled_offer_cannot_be_accepted() {
    build_and_execute(|| {
        let id = created(ALICE);
        assert_ok!(Experiments::offer_transfer(by(ALICE), id, BOB));
        assert_ok!(Experiments::cancel_transfer(by(ALICE), id));
        assert_last(Event::TransferCancelled { experiment: id });
        assert_noop!(Experiments::accept_transfer(by(BOB), id), Error::<Test>::NotOffered);
    });
}

#[test]
fn only_the_owner_cancels_and_only_an_offer() {
    build_and_execute(|| {
        let id = created(ALICE);
        assert_noop!(Experiments::cancel_transfer(by(ALICE), id), Error::<Test>::NothingOffered);
        assert_ok!(Experiments::offer_transfer(by(ALICE), id, BOB));
        assert_noop!(Experiments::cancel_transfer(by(BOB), id), Error::<Test>::NotOwner);
    });
}
