use super::builders::*;
use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok, storage::with_storage_layer};
use nocknock_primitives::{
    fact::{Evidence, FactStatus, Source, Statement},
    ids::BlobId,
};
use sp_runtime::{traits::BadOrigin, TokenError};

fn imported(uri: &str) -> Source {
    Source::Imported { uri: text(uri), blob: BlobId([5; 32]) }
}

#[test]
fn a_proposal_stores_the_fact_and_holds_the_bond() {
    build_and_execute(|| {
        let id = proposed();
        let fact = fact(id);
        assert_eq!(fact.statement, capital("Berlin"));
        assert_eq!(fact.evidence, Evidence::Attested);
        assert_eq!(fact.status, FactStatus::Proposed);
        assert_eq!((fact.author, fact.created_at), (ALICE, 1));
        assert_eq!(bonded(ALICE), PROPOSAL_BOND);
        assert_eq!(case(id).window_end, 1 + WINDOW);
        assert_eq!(case(id).vote_end, 1 + WINDOW + VOTING);
        System::assert_last_event(
            Event::FactProposed { fact: id, proposer: ALICE, supersedes: None }.into(),
        );
    });
}

#[test]
fn an_imported_fact_names_its_source() {
    build_and_execute(|| {
        let source = imported("https://example.org/capitals");
        let origin = RuntimeOrigin::signed(ALICE);
        assert_ok!(Wtm::propose(origin, Box::new(capital("Berlin")), source.clone()));
        assert_eq!(fact(0).evidence, Evidence::from(source));
    });
}

#[test]
fn facts_are_numbered_from_zero() {
    build_and_execute(|| {
        assert_eq!([proposed(), proposed(), proposed()], [0, 1, 2]);
    });
}

#[test]
fn texts_that_are_not_in_normal_form_are_refused_not_changed() {
    build_and_execute(|| {
        let good = capital("Berlin");
        let cases = [
            (Statement { domain: text("Geography"), ..good.clone() }, Error::<Test>::BadDomain),
            (Statement { subject: text("a  b"), ..good.clone() }, Error::BadSubject),
            (Statement { predicate: text(""), ..good.clone() }, Error::BadPredicate),
            (capital(" Berlin"), Error::BadObject),
            (capital("Ber\nlin"), Error::BadObject),
            (capital("Ber\u{202e}lin"), Error::BadObject),
            (capital("Ber\u{200b}lin"), Error::BadObject),
        ];
        for (statement, error) in cases {
            assert_noop!(try_propose(ALICE, statement), error);
        }
        let invalid = Statement { object: vec![0xff, 0xfe].try_into().unwrap(), ..good };
        assert_noop!(try_propose(ALICE, invalid), Error::<Test>::BadObject);
    });
}

#[test]
fn a_source_needs_a_uri() {
    build_and_execute(|| {
        let origin = RuntimeOrigin::signed(ALICE);
        let call = Wtm::propose(origin, Box::new(capital("Berlin")), imported("somewhere"));
        assert_noop!(call, Error::<Test>::BadUri);
    });
}

#[test]
fn who_cannot_pay_the_bond_cannot_propose() {
    build_and_execute(|| {
        let refused = with_storage_layer(|| try_propose(NOBODY, capital("Berlin")));
        assert_noop!(refused, TokenError::FundsUnavailable);
    });
}

#[test]
fn only_signed_accounts_propose() {
    build_and_execute(|| {
        let call =
            Wtm::propose(RuntimeOrigin::root(), Box::new(capital("Berlin")), Source::Attested);
        assert_noop!(call, BadOrigin);
    });
}
