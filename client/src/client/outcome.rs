//! What a transaction costs and does.

use crate::{
    calls::Call,
    errors::{Incompatible, QueryError, Rejection, SubmitError},
    events::{
        record::{ChainEvent, Reading},
        DomainEvent,
    },
    generated::{
        types::{
            frame_system::pallet::Event as SystemEvent,
            pallet_transaction_payment::pallet::Event as PaymentEvent,
        },
        RuntimeEvent,
    },
    queries::Snapshot,
    runtime::{decode_all, Runtime},
    submit::Inclusion,
    types::{AccountId, Balance, BlockRef, Hash},
};
use codec::{Decode, Encode};
use nocknock_primitives::ids::{ExperimentId, FactId, TaskId};
use sp_runtime::{
    transaction_validity::{InvalidTransaction, TransactionValidityError},
    DispatchError,
};

/// Bytes that a signed transaction has beside its call, at most: length, version, address,
/// signature and extensions.
const ENVELOPE: usize = 4 + 1 + 33 + 65 + 2 + 5 + 1 + 1;

/// A transaction that took effect, or was at least taken by a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Included {
    /// Its hash.
    pub transaction: Hash,
    /// The block that holds it; none if nobody waited for one.
    pub block: Option<BlockRef>,
    /// Its place in that block.
    pub index: Option<u32>,
    /// The block is finalised.
    pub finalised: bool,
    /// The fee that was paid; zero where it was waived.
    pub fee: Balance,
    /// What it caused.
    pub events: Vec<DomainEvent>,
}

impl Included {
    /// The task that it created.
    pub fn task(&self) -> Option<TaskId> {
        self.events.iter().find_map(DomainEvent::created_task)
    }

    /// The experiment that it created.
    pub fn experiment(&self) -> Option<ExperimentId> {
        self.events.iter().find_map(DomainEvent::created_experiment)
    }

    /// The fact that it created.
    pub fn fact(&self) -> Option<FactId> {
        self.events.iter().find_map(DomainEvent::created_fact)
    }

    /// It is in a block, and no fee was paid for it.
    pub fn is_free(&self) -> bool {
        self.block.is_some() && self.fee == 0
    }
}

/// What a call would cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The fee, if it is not waived.
    pub fee: Balance,
    /// What the call puts on hold. See [`Snapshot::deposit_of`].
    pub deposit: Balance,
    /// What the account has free.
    pub available: Balance,
}

impl Estimate {
    /// The account has enough free tokens for fee and deposit.
    pub fn is_affordable(&self) -> bool {
        self.fee.saturating_add(self.deposit) <= self.available
    }

    /// This tip, or half of what the account has beside fee and deposit, if that is less: fees may
    /// rise before the call is included, and an account has to keep something to exist.
    pub fn affordable_tip(&self, wanted: Balance) -> Balance {
        let spare = self.available.saturating_sub(self.fee).saturating_sub(self.deposit);
        wanted.min(spare / 2)
    }
}

/// What a call would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DryRun {
    /// What it would cost.
    pub estimate: Estimate,
    /// Whether it would be refused, and why.
    pub outcome: Result<(), Rejection>,
}

/// The part of `RuntimeDispatchInfo` of pallet-transaction-payment that matters here.
#[derive(Decode)]
struct DispatchInfo {
    _weight: sp_runtime::Weight,
    _class: u8,
    fee: Balance,
}

/// What a call would cost an account.
pub(super) async fn estimate(
    best: &Snapshot,
    account: &AccountId,
    call: &Call,
) -> Result<Estimate, SubmitError> {
    let data = best.runtime().call_data(call)?;
    let length = u32::try_from(data.len().saturating_add(ENVELOPE)).unwrap_or(u32::MAX);
    let input = [data, length.encode()].concat();
    let answer = best.call("TransactionPaymentCallApi_query_call_info", &input).await?;
    let info: DispatchInfo = decode_all("the fee", &answer)?;
    Ok(Estimate {
        fee: info.fee,
        deposit: best.deposit_of(call).await?,
        available: best.balance(account).await?.free,
    })
}

/// What the runtime says to a transaction that is applied to this state.
pub(super) async fn applied(
    best: &Snapshot,
    transaction: &[u8],
) -> Result<Result<(), Rejection>, SubmitError> {
    let answer = best.call("BlockBuilder_apply_extrinsic", transaction).await?;
    let outcome: Result<Result<(), DispatchError>, TransactionValidityError> =
        decode_all("the outcome of the dry run", &answer)?;
    let dispatched = outcome.map_err(invalid)?;
    Ok(dispatched.map_err(|error| best.runtime().rejection(&error)))
}

/// The block whose state was asked has no place left. A transaction that is larger than any block
/// is refused alike.
pub(super) fn is_of_full_block(error: &SubmitError) -> bool {
    let full: &'static str = InvalidTransaction::ExhaustsResources.into();
    matches!(error, SubmitError::Invalid { reason } if reason == full)
}

/// A transaction that nobody waited for.
pub(super) fn submitted(transaction: Hash) -> Included {
    Included { transaction, block: None, index: None, finalised: false, fee: 0, events: Vec::new() }
}

/// What a transaction did in its block.
pub(super) async fn included(
    snapshot: &Snapshot,
    transaction: Hash,
    inclusion: Inclusion,
) -> Result<Included, SubmitError> {
    let mut events = snapshot.chain_events().await?;
    events.retain(|event| event.place.extrinsic() == Some(inclusion.index));
    if let Some(rejection) = rejection(snapshot.runtime(), &events)? {
        return Err(SubmitError::Rejected(rejection));
    }
    let domain: Result<Vec<_>, QueryError> =
        events.iter().filter_map(|event| DomainEvent::read(event).transpose()).collect();
    Ok(Included {
        transaction,
        block: Some(inclusion.block),
        index: Some(inclusion.index),
        finalised: inclusion.finalised,
        fee: fee(&events)?,
        events: domain?,
    })
}

fn rejection(runtime: &Runtime, events: &[ChainEvent]) -> Result<Option<Rejection>, QueryError> {
    let failed = find(events, "System", "ExtrinsicFailed")?;
    Ok(match failed {
        Some(RuntimeEvent::System(SystemEvent::ExtrinsicFailed { dispatch_error, .. })) => {
            Some(runtime.rejection(dispatch_error))
        }
        _ => None,
    })
}

fn fee(events: &[ChainEvent]) -> Result<Balance, QueryError> {
    let paid = find(events, "TransactionPayment", "TransactionFeePaid")?;
    Ok(match paid {
        Some(RuntimeEvent::TransactionPayment(PaymentEvent::TransactionFeePaid {
            actual_fee,
            ..
        })) => *actual_fee,
        _ => 0,
    })
}

/// The first event of this name. One that the client cannot read is an error, since whether the
/// call took effect hangs on it.
fn find<'a>(
    events: &'a [ChainEvent],
    pallet: &str,
    name: &str,
) -> Result<Option<&'a RuntimeEvent>, QueryError> {
    let found = events.iter().find(|event| event.pallet == pallet && event.name == name);
    match found.map(|event| &event.reading) {
        None => Ok(None),
        Some(Reading::Known(event)) => Ok(Some(event)),
        Some(Reading::Changed | Reading::Unknown) => {
            Err(Incompatible::new(format!("the event {pallet}.{name}")).into())
        }
    }
}

/// Decodes the first value of bytes that may hold more.
pub(super) fn decode_prefix<T: Decode>(what: &str, mut bytes: &[u8]) -> Result<T, QueryError> {
    T::decode(&mut bytes).map_err(|error| QueryError::undecodable(what, error))
}

fn invalid(error: TransactionValidityError) -> SubmitError {
    if error == TransactionValidityError::Invalid(InvalidTransaction::Payment) {
        return SubmitError::CannotPay;
    }
    let reason: &'static str = error.into();
    SubmitError::Invalid { reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_tip_is_more_than_half_of_what_is_left() {
        let tip =
            |available, wanted| Estimate { fee: 10, deposit: 5, available }.affordable_tip(wanted);
        assert_eq!(tip(1000, 7), 7);
        assert_eq!(tip(35, 7), 7);
        assert_eq!(tip(28, 7), 6);
        assert_eq!((tip(15, 7), tip(3, 7)), (0, 0));
    }

    #[test]
    fn a_full_block_is_told_from_an_invalid_transaction() {
        let error = |reason: InvalidTransaction| invalid(TransactionValidityError::Invalid(reason));
        assert!(is_of_full_block(&error(InvalidTransaction::ExhaustsResources)));
        assert!(!is_of_full_block(&error(InvalidTransaction::Stale)));
        assert!(!is_of_full_block(&error(InvalidTransaction::Payment)));
    }

    fn event(name: &str, reading: Reading) -> ChainEvent {
        let place = crate::events::record::Place::Extrinsic(1);
        ChainEvent { place, index: 0, pallet: "System".into(), name: name.into(), reading }
    }

    #[test]
    fn whether_a_call_failed_is_never_guessed() {
        let find = |reading| {
            find(&[event("ExtrinsicFailed", reading)], "System", "ExtrinsicFailed")
                .map(|found| found.cloned())
        };
        let hash = Default::default();
        let known = RuntimeEvent::System(SystemEvent::CodeUpdated { hash });
        assert_eq!(find(Reading::Known(known.clone())).expect("an event"), Some(known));
        for reading in [Reading::Changed, Reading::Unknown] {
            assert!(find(reading).is_err());
        }
        let others = [event("Other", Reading::Changed)];
        let none = super::find(&others, "System", "ExtrinsicFailed");
        assert_eq!(none.expect("an answer"), None);
    }
}
