use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};

#[test]
fn an_offer_changes_neither_owner_nor_deposit() {
    build_and_execute(|| {
        let id = created(ALICE);
        let held = Experiments::held(&ALICE);
        assert_ok!(Experiments::offer_transfer(by(ALICE), id, BOB));
        assert_last(Event::TransferOffered { experiment: id, to: BOB });
        assert_eq!(Experiments::pending_transfer(id), Some(BOB));
        assert_eq!(experiment(id).owner, ALICE);
        assert_eq!((Experiments::held(&ALICE), Experiments::held(&BOB)), (held, 0));
    });
}

#[test]
fn the_latest_offer_counts() {
    build_and_execute(|| {
        let id = created(ALICE);
        assert_ok!(Experiments::offer_transfer(by(ALICE), id, BOB));
        assert_ok!(Experiments::offer_transfer(by(ALICE), id, CAROL));
        assert_noop!(Experiments::accept_transfer(by(BOB), id), Error::<Test>::NotOffered);
        assert_ok!(Experiments::accept_transfer(by(CAROL), id));
    });
}

#[test]
fn only_the_owner_offers_and_not_to_itself() {
    build_and_execute(|| {
        let id = created(ALICE);
        assert_noop!(Experiments::offer_transfer(by(BOB), id, BOB), Error::<Test>::NotOwner);
        assert_noop!(
            Experiments::offer_transfer(by(ALICE), id, ALICE),
            Error::<Test>::AlreadyOwner
        );
        assert_noop!(
            Experiments::offer_transfer(by(ALICE), id + 1, BOB),
            Error::<Test>::UnknownExperiment
        );
    });
}
