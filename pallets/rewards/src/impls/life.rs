//! Signs of life of accounts that may be elected and do not validate.
//!
//! A validator shows that its node runs by its blocks and its finality votes. Candidates, and
//! genesis authorities without a seat, have neither. Their nodes sign a message in each session and
//! send it, without their operators doing anything.

use super::registration::refusal;
use crate::{
    types::{Life, ValidatorKeys},
    Call, Config, CurrentSession, Error, Event, Liveness, Pallet, WeightInfo,
};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{ensure, weights::Weight};
use frame_system::{offchain::SubmitTransaction, pallet_prelude::BlockNumberFor};
use nocknock_primitives::{life::message, reward::Session};
use sp_core::{
    crypto::key_types,
    sr25519::{Public, Signature},
};
use sp_runtime::{
    offchain::storage::StorageValueRef,
    traits::{Saturating, Verify},
    transaction_validity::{
        TransactionLongevity, TransactionPriority, TransactionValidity, ValidTransaction,
    },
    DispatchResult,
};

/// A candidate without tokens cannot offer a tip, so signs of life go before paying transactions,
/// as registrations do. They cannot crowd them out: an account has one in a session, and few
/// accounts have any.
const PRIORITY: TransactionPriority = TransactionPriority::MAX / 2;

/// After so many blocks the pool checks a sign of life again, and a node whose sign the chain has
/// not seen sends another one.
const LONGEVITY: u32 = 16;

/// Under this name, followed by the account, the node keeps what it sent last.
const SENT: &[u8] = b"nocknock/life/";

impl<T: Config> Pallet<T> {
    /// What `sign_of_life` weighs. The signature is checked before the call and in it.
    pub(crate) fn life_weight() -> Weight {
        T::WeightInfo::sign_of_life().saturating_mul(2)
    }

    /// Whether the pool accepts a sign of life, and a block may contain it.
    pub(crate) fn life_validity(
        who: &T::AccountId,
        session: Session,
        signature: &Signature,
    ) -> TransactionValidity {
        Self::check_sign(who, session, signature).map_err(refusal)?;
        ValidTransaction::with_tag_prefix("nocknock/life")
            .priority(PRIORITY)
            .and_provides((who, session))
            .longevity(TransactionLongevity::from(LONGEVITY))
            .propagate(true)
            .build()
    }

    pub(crate) fn do_sign_of_life(
        who: T::AccountId,
        session: Session,
        signature: &Signature,
    ) -> DispatchResult {
        Self::check_sign(&who, session, signature)?;
        Self::note_sign(&who);
        Self::deposit_event(Event::SignOfLife { who, session });
        Ok(())
    }

    /// Checks a sign of life, first what is cheap and then the signature.
    fn check_sign(
        who: &T::AccountId,
        session: Session,
        signature: &Signature,
    ) -> Result<(), Error<T>> {
        ensure!(session == CurrentSession::<T>::get(), Error::<T>::AnotherSession);
        let life = Liveness::<T>::get(who).ok_or(Error::<T>::NoSignWanted)?;
        ensure!(!life.validates(session), Error::<T>::NoSignWanted);
        ensure!(life.last_sign < Some(session), Error::<T>::AlreadySigned);
        let key = T::ValidatorKeys::babe_key(who).ok_or(Error::<T>::NoSessionKeys)?;
        let message = Self::life_message(who, session);
        ensure!(signature.verify(message.as_slice(), &key), Error::<T>::BadSignature);
        Ok(())
    }

    /// What the node of an account signs in a session.
    pub(crate) fn life_message(who: &T::AccountId, session: Session) -> Vec<u8> {
        message(&Self::genesis_hash(), session, &who.clone().into())
    }

    /// Runs in the node after each block, outside of it: sends a sign of life for each account that
    /// needs one and whose key the node holds.
    pub(crate) fn send_signs_of_life(now: BlockNumberFor<T>) {
        let held = sp_io::crypto::sr25519_public_keys(key_types::BABE);
        if held.is_empty() {
            return;
        }
        let session = CurrentSession::<T>::get();
        let needs_sign = |life: &Life| !life.validates(session) && life.last_sign < Some(session);
        for (who, _) in Liveness::<T>::iter().filter(|(_, life)| needs_sign(life)) {
            let key = T::ValidatorKeys::babe_key(&who).filter(|key| held.contains(key));
            if let Some(key) = key {
                Self::send_sign_of_life(who, &key, session, now);
            }
        }
    }

    /// Signs and sends, unless what was sent for this session is still on its way.
    fn send_sign_of_life(
        who: T::AccountId,
        key: &Public,
        session: Session,
        now: BlockNumberFor<T>,
    ) {
        let name = [SENT, who.encode().as_slice()].concat();
        let sent = StorageValueRef::persistent(&name);
        let last: Option<(Session, BlockNumberFor<T>)> = sent.get().ok().flatten();
        if last.is_some_and(|(of, at)| of == session && now < at.saturating_add(LONGEVITY.into())) {
            return;
        }
        let message = Self::life_message(&who, session);
        let Some(signature) = sp_io::crypto::sr25519_sign(key_types::BABE, key, &message) else {
            return;
        };
        sent.set(&(session, now));
        let sign = T::create_bare(Call::<T>::sign_of_life { who, session, signature }.into());
        // The pool logs why it refuses a transaction, and later blocks bring further attempts.
        let _refused = SubmitTransaction::<T, Call<T>>::submit_transaction(sign);
    }
}
