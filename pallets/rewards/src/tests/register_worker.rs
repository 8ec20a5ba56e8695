use super::builders::*;
use crate::{mock::*, Call, Error, Event};
use frame_support::{
    assert_noop, assert_ok,
    dispatch::{DispatchClass, GetDispatchInfo},
    traits::UnfilteredDispatchable,
};
use nocknock_primitives::{
    circuit::ProofBytes,
    ids::ModelCommitment,
    reward::{Registration, Standing},
    traits::ProofVerifier,
};
use sp_runtime::{
    traits::BadOrigin,
    transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidity},
};

fn validity(call: &Call<Test>) -> TransactionValidity {
    #[allow(deprecated)]
    use frame_support::unsigned::ValidateUnsigned;
    #[allow(deprecated)]
    Rewards::validate_unsigned(TransactionSource::External, call)
}

fn code(error: Error<Test>) -> TransactionValidity {
    let index = codec::Encode::encode(&error)[0];
    InvalidTransaction::Custom(index).into()
}

#[test]
fn a_proof_registers_an_account_that_owns_nothing() {
    build_and_execute(|| {
        assert!(!exists(&bob()));
        assert_ok!(apply_bare(registration(&bob())));
        assert!(exists(&bob()) && may_work(&bob()));
        System::assert_last_event(
            Event::WorkerRegistered {
                worker: bob(),
                model: model_of(&bob()),
                score: ROWS,
                round: 0,
                expires: 6,
            }
            .into(),
        );
        let expected = Registration { standing: Standing::Active, next_round: 1, expires: 6 };
        assert_eq!(Rewards::worker(bob()), Some(expected));
    });
}

#[test]
fn the_pool_takes_a_registration_once_for_each_account() {
    build_and_execute(|| {
        let valid = validity(&registration(&bob())).unwrap();
        assert_eq!(valid.provides.len(), 1);
        assert!(valid.requires.is_empty() && valid.propagate);
        assert!(valid.longevity <= 64);
        let other = validity(&registration(&dave())).unwrap();
        assert_ne!(valid.provides, other.provides);
        let again = registration_with(&bob(), 4, practice_proof(&bob(), 0, 4));
        assert_eq!(validity(&again).unwrap().provides, valid.provides);
    });
}

#[test]
fn a_registered_account_is_refused_until_its_registration_has_expired() {
    build_and_execute(|| {
        register(&[bob()]);
        let again = registration(&bob());
        assert_eq!(validity(&again), InvalidTransaction::Stale.into());
        assert_noop!(dispatch_bare(again.clone()), Error::<Test>::AlreadyRegistered);
        go_to_session(5);
        assert_noop!(dispatch_bare(again.clone()), Error::<Test>::AlreadyRegistered);
        go_to_session(6);
        assert!(!may_work(&bob()));
        assert_ok!(apply_bare(again));
        assert!(may_work(&bob()));
        assert_eq!(System::sufficients(&bob()), 1);
    });
}

#[test]
fn the_least_score_is_enough_and_one_below_is_not() {
    build_and_execute(|| {
        let with = |score| registration_with(&bob(), score, practice_proof(&bob(), 0, score));
        assert_eq!(validity(&with(3)), code(Error::ScoreTooLow));
        assert_noop!(dispatch_bare(with(3)), Error::<Test>::ScoreTooLow);
        assert_ok!(apply_bare(with(4)));
    });
}

#[test]
fn a_commitment_that_is_no_field_element_is_refused() {
    build_and_execute(|| {
        let call = Call::register_worker {
            worker: bob(),
            model: ModelCommitment([0xff; 32]),
            score: ROWS,
            proof: Box::new(practice_proof(&bob(), 0, ROWS)),
        };
        assert_eq!(validity(&call), code(Error::BadCommitment));
        assert_noop!(dispatch_bare(call), Error::<Test>::BadCommitment);
    });
}

#[test]
fn a_wrong_proof_is_a_bad_proof_to_the_pool() {
    build_and_execute(|| {
        let call = registration_with(&bob(), ROWS, ProofBytes([0; 256]));
        assert_eq!(validity(&call), InvalidTransaction::BadProof.into());
        assert_noop!(dispatch_bare(call), Error::<Test>::ProofRefused);
        assert!(!exists(&bob()));
    });
}

#[test]
fn nobody_registers_while_the_circuit_is_disabled() {
    build_and_execute(|| {
        neighbours(|neighbours| neighbours.disabled.push(SCORE));
        assert_eq!(validity(&registration(&bob())), code(Error::CircuitDisabled));
        assert_noop!(dispatch_bare(registration(&bob())), Error::<Test>::CircuitDisabled);
    });
}

#[test]
fn nobody_registers_without_a_practice_block() {
    let mut genesis = genesis();
    genesis.practice = None;
    ext_with(genesis).execute_with(|| {
        let call = registration_with(&bob(), ROWS, ProofBytes([0; 256]));
        assert_eq!(validity(&call), code(Error::NoPractice));
        assert_noop!(dispatch_bare(call), Error::<Test>::NoPractice);
        check_state();
    });
}

#[test]
fn the_registrations_of_a_session_are_bounded() {
    build_and_execute(|| {
        let newcomers: Vec<_> = (10..18).map(account).collect();
        register(&newcomers);
        let late = registration(&bob());
        assert_eq!(validity(&late), code(Error::RegistrationsExhausted));
        assert_noop!(dispatch_bare(late.clone()), Error::<Test>::RegistrationsExhausted);
        go_to_session(1);
        assert_ok!(apply_bare(late));
    });
}

#[test]
fn no_other_call_is_taken_without_a_signature() {
    build_and_execute(|| {
        let call = Call::unregister {};
        assert_eq!(validity(&call), InvalidTransaction::Call.into());
        assert_noop!(dispatch_bare(call), BadOrigin);
    });
}

#[test]
fn a_signed_registration_is_refused() {
    build_and_execute(|| {
        let call = registration(&bob());
        let result = call.dispatch_bypass_filter(RuntimeOrigin::signed(bob()));
        assert_eq!(result.unwrap_err().error, BadOrigin.into());
    });
}

#[test]
fn the_verification_in_the_pool_and_in_the_block_is_charged() {
    build_and_execute(|| {
        let info = registration(&bob()).get_dispatch_info();
        assert!(info.call_weight.all_gte(HashVerifier::verify_weight(2)));
        assert_eq!(info.class, DispatchClass::Normal);
    });
}
