//! Tests of the extension: what a sender sees.

use crate::{mock::*, Event, WaiveOrCharge};
use codec::{Decode, Encode};
use frame_support::dispatch::GetDispatchInfo;
use pallet_transaction_payment::ChargeTransactionPayment;
use scale_info::TypeInfo;
use sp_runtime::{
    traits::DispatchTransaction,
    transaction_validity::{
        InvalidTransaction, TransactionPriority, TransactionSource, TransactionValidityError,
    },
};

fn remark() -> RuntimeCall {
    frame_system::Call::remark { remark: vec![] }.into()
}

/// A free call that fails.
fn failing() -> RuntimeCall {
    frame_system::Call::set_heap_pages { pages: 1 }.into()
}

/// Sends `call` from `who` with `tip` and returns the fee that was paid and whether the call
/// succeeded.
fn try_send(
    who: u64,
    call: RuntimeCall,
    tip: u64,
) -> Result<(u64, bool), TransactionValidityError> {
    let before = Balances::free_balance(who);
    let info = call.get_dispatch_info();
    let len = call.encoded_size();
    let extension = WaiveOrCharge::<Test>::from(ChargeTransactionPayment::from(tip));
    let sent = extension.dispatch_transaction(RuntimeOrigin::signed(who), call, &info, len, 0)?;
    Ok((before - Balances::free_balance(who), sent.is_ok()))
}

/// The same of a call that succeeds.
fn send(who: u64, call: RuntimeCall, tip: u64) -> Result<u64, TransactionValidityError> {
    let (fee, succeeded) = try_send(who, call, tip)?;
    assert!(succeeded, "the call itself succeeds");
    Ok(fee)
}

const CANNOT_PAY: TransactionValidityError =
    TransactionValidityError::Invalid(InvalidTransaction::Payment);

#[test]
fn an_account_without_tokens_sends_its_quota_and_no_more() {
    build_and_execute(|| {
        for left in [3, 2, 1, 0] {
            assert_eq!(send(1, remark(), 0), Ok(0));
            System::assert_last_event(Event::FeeWaived { who: 1, left }.into());
        }
        assert_eq!(send(1, remark(), 0), Err(CANNOT_PAY));
        assert_eq!(Allowance::used(1), 4);
    });
}

#[test]
fn a_call_of_a_higher_price_uses_up_more_and_needs_as_much() {
    build_and_execute(|| {
        let long = || -> RuntimeCall { frame_system::Call::remark { remark: vec![0; 3] }.into() };
        assert_eq!(send(1, long(), 0), Ok(0));
        assert_eq!(Allowance::used(1), 3);
        assert_eq!(send(1, long(), 0), Err(CANNOT_PAY));
        assert_eq!(send(1, remark(), 0), Ok(0));
    });
}

/// Before, this account had sent three more of them by now.
#[test]
fn a_failing_call_ends_the_allowance_of_the_period() {
    build_and_execute(|| {
        assert_eq!(send(1, remark(), 0), Ok(0));
        assert!(!Allowance::has_ended(1));
        assert_eq!(try_send(1, failing(), 0), Ok((0, false)));
        System::assert_last_event(Event::FreeCallFailed { who: 1 }.into());
        assert!(Allowance::has_ended(1));
        assert_eq!(try_send(1, failing(), 0), Err(CANNOT_PAY));
        assert_eq!(send(1, remark(), 0), Err(CANNOT_PAY));
        Period::set(1);
        assert!(!Allowance::has_ended(1));
        assert_eq!(send(1, remark(), 0), Ok(0));
        assert_eq!(Allowance::used(1), 1);
    });
}

#[test]
fn whoever_owns_tokens_pays_after_a_free_call_that_failed() {
    build_and_execute(|| {
        assert_eq!(try_send(1, failing(), 0), Ok((0, false)));
        let (dest, value) = (1, 500_000_000_000);
        let give = pallet_balances::Call::<Test>::transfer_allow_death { dest, value };
        assert!(send(2, give.into(), 0).is_ok());
        let (fee, succeeded) = try_send(1, failing(), 0).expect("account 1 can pay");
        assert!(fee > 0 && !succeeded);
        assert!(send(1, remark(), 0).is_ok_and(|fee| fee > 0));
    });
}

/// Makes its sender known.
fn introduction() -> RuntimeCall {
    frame_system::Call::remark { remark: vec![0; 1] }.into()
}

/// Is for known accounts only.
fn reserved() -> RuntimeCall {
    frame_system::Call::remark { remark: vec![0; 2] }.into()
}

#[test]
fn what_is_for_known_accounts_is_free_after_a_call_that_makes_known() {
    build_and_execute(|| {
        assert_eq!(send(1, remark(), 0), Ok(0));
        assert_eq!(send(1, reserved(), 0), Err(CANNOT_PAY), "no call made it known");
        assert_eq!(send(1, introduction(), 0), Ok(0));
        assert!(Allowance::is_known(1));
        assert_eq!(send(1, reserved(), 0), Ok(0));
        Period::set(1);
        assert_eq!(send(1, reserved(), 0), Ok(0), "it stays known");
    });
}

#[test]
fn an_account_with_another_identity_is_a_stranger_again() {
    build_and_execute(|| {
        assert_eq!(send(1, introduction(), 0), Ok(0));
        Identity::set(1);
        assert!(!Allowance::is_known(1));
        assert_eq!(send(1, reserved(), 0), Err(CANNOT_PAY));
        assert_eq!(send(1, introduction(), 0), Ok(0));
        assert_eq!(send(1, reserved(), 0), Ok(0));
    });
}

/// Otherwise one bad proof would buy the right to send many.
#[test]
fn a_failing_call_makes_nobody_known() {
    build_and_execute(|| {
        let failing = frame_system::Call::set_heap_pages { pages: 2 };
        assert_eq!(try_send(1, failing.into(), 0), Ok((0, false)));
        assert!(!Allowance::is_known(1) && Allowance::has_ended(1));
        Period::set(1);
        assert_eq!(send(1, reserved(), 0), Err(CANNOT_PAY));
    });
}

#[test]
fn a_call_that_is_paid_makes_nobody_known() {
    build_and_execute(|| {
        assert!(send(2, introduction(), 0).is_ok_and(|fee| fee > 0));
        assert!(!Allowance::is_known(2));
        assert!(send(2, reserved(), 0).is_ok_and(|fee| fee > 0), "whoever pays may send it");
    });
}

#[test]
fn a_failing_call_that_paid_costs_nothing_of_the_quota() {
    build_and_execute(|| {
        let (fee, succeeded) = try_send(2, failing(), 0).expect("account 2 can pay");
        assert!(fee > 0 && !succeeded);
        assert_eq!(Allowance::used(2), 0);
    });
}

#[test]
fn the_next_period_brings_a_new_quota() {
    build_and_execute(|| {
        assert_eq!(send(1, remark(), 0), Ok(0));
        assert_eq!(send(1, remark(), 0), Ok(0));
        Period::set(1);
        assert_eq!(Allowance::used(1), 0);
        assert_eq!(send(1, remark(), 0), Ok(0));
    });
}

#[test]
fn a_call_outside_the_policy_pays() {
    build_and_execute(|| {
        let call: RuntimeCall = frame_system::Call::remark_with_event { remark: vec![] }.into();
        assert_eq!(send(1, call, 0), Err(CANNOT_PAY));
    });
}

#[test]
fn an_account_outside_the_policy_pays() {
    build_and_execute(|| {
        let fee = send(2, remark(), 0).expect("account 2 can pay");
        assert!(fee > 0);
        assert_eq!(Allowance::used(2), 0);
    });
}

#[test]
fn a_tip_is_always_paid() {
    build_and_execute(|| {
        assert_eq!(send(1, remark(), 1), Err(CANNOT_PAY));
        assert_eq!(Allowance::used(1), 0);
    });
}

/// Validates `call` from `who` without a tip, as the pool does, and returns its priority.
fn priority(who: u64, call: RuntimeCall) -> Result<TransactionPriority, TransactionValidityError> {
    let extension = WaiveOrCharge::<Test>::from(ChargeTransactionPayment::from(0));
    let validated = extension.validate_only(
        RuntimeOrigin::signed(who),
        &call,
        &call.get_dispatch_info(),
        call.encoded_size(),
        TransactionSource::External,
        0,
    );
    validated.map(|(validity, ..)| validity.priority)
}

#[test]
fn validating_counts_nothing() {
    build_and_execute(|| {
        assert!(priority(1, remark()).is_ok());
        assert_eq!(Allowance::used(1), 0);
    });
}

#[test]
fn a_free_call_stands_where_the_policy_puts_it() {
    build_and_execute(|| {
        assert_eq!(priority(1, remark()), Ok(0));
        assert_eq!(priority(1, failing()), Ok(7));
    });
}

#[test]
fn an_account_that_is_gone_leaves_nothing_behind() {
    build_and_execute(|| {
        System::inc_providers(&1);
        assert_eq!(send(1, introduction(), 0), Ok(0));
        let entries =
            || (crate::Used::<Test>::iter().count(), crate::Known::<Test>::iter().count());
        assert_eq!(entries(), (1, 1));
        System::dec_providers(&1).expect("nothing consumes the account");
        assert_eq!(entries(), (0, 0));
    });
}

#[test]
fn wallets_see_the_extension_inside() {
    let inner = ChargeTransactionPayment::<Test>::from(7);
    let outer = WaiveOrCharge::from(inner.clone());
    assert_eq!(outer.encode(), inner.encode());
    assert_eq!(WaiveOrCharge::<Test>::decode(&mut &inner.encode()[..]), Ok(outer));
    assert_eq!(WaiveOrCharge::<Test>::type_info(), ChargeTransactionPayment::<Test>::type_info());
}
