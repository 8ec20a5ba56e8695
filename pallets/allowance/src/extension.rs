//! The transaction extension that waives the fee or lets the wrapped extension charge it.

use crate::{Config, Pallet, WaiverPolicy, WeightInfo};
use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::dispatch::{DispatchInfo, PostDispatchInfo};
use frame_support::pallet_prelude::{TransactionSource, Weight};
use pallet_transaction_payment::{ChargeTransactionPayment, WeightInfo as _};
use scale_info::TypeInfo;
use sp_runtime::{
    traits::{
        DispatchInfoOf, Dispatchable, Implication, PostDispatchInfoOf, TransactionExtension, Zero,
    },
    transaction_validity::{TransactionValidityError, ValidTransaction},
    DispatchResult,
};

type OriginOf<T> = <<T as frame_system::Config>::RuntimeCall as Dispatchable>::RuntimeOrigin;

/// Waives the fee of a transaction that the allowance covers, and charges it otherwise.
///
/// Encodes and is named exactly like [`ChargeTransactionPayment`], which it wraps.
#[derive(Clone, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct WaiveOrCharge<T: pallet_transaction_payment::Config>(ChargeTransactionPayment<T>);

impl<T: pallet_transaction_payment::Config> From<ChargeTransactionPayment<T>> for WaiveOrCharge<T> {
    fn from(inner: ChargeTransactionPayment<T>) -> Self {
        Self(inner)
    }
}

impl<T: pallet_transaction_payment::Config> core::fmt::Debug for WaiveOrCharge<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "WaiveOrCharge({:?})", self.0)
    }
}

/// The metadata shows the wrapped extension.
impl<T: pallet_transaction_payment::Config + 'static> TypeInfo for WaiveOrCharge<T>
where
    ChargeTransactionPayment<T>: TypeInfo,
{
    type Identity = <ChargeTransactionPayment<T> as TypeInfo>::Identity;

    fn type_info() -> scale_info::Type {
        ChargeTransactionPayment::<T>::type_info()
    }
}

/// What was decided when the transaction was validated and carried out when it was prepared.
pub enum Decision<AccountId, Charge> {
    /// The fee is waived for this account.
    Waive {
        /// The sender.
        who: AccountId,
        /// How much of its quota the call uses up.
        price: u32,
        /// How much of it is left after this call.
        left: u32,
        /// Whether the account is known if the call succeeds.
        makes_known: bool,
    },
    /// The wrapped extension decides.
    Charge(Charge),
}

impl<AccountId, Charge> core::fmt::Debug for Decision<AccountId, Charge> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Waive { .. } => "Waive",
            Self::Charge(_) => "Charge",
        })
    }
}

impl<T> WaiveOrCharge<T>
where
    T: Config + pallet_transaction_payment::Config + Send + Sync,
    T::RuntimeCall: Dispatchable<Info = DispatchInfo, PostInfo = PostDispatchInfo>,
    ChargeTransactionPayment<T>: TransactionExtension<T::RuntimeCall>,
{
    /// The waiver, if the sender's allowance covers this call.
    fn waiver<Charge>(
        &self,
        origin: &OriginOf<T>,
        call: &T::RuntimeCall,
    ) -> Option<Decision<T::AccountId, Charge>> {
        if !self.0.tip().is_zero() {
            return None;
        }
        let who = frame_system::ensure_signed(origin.clone()).ok()?;
        let price = <T as Config>::Policy::price(call).max(1);
        let left = Pallet::<T>::left(&who, call).checked_sub(price)?;
        if <T as Config>::Policy::is_for_the_known(call) && !Pallet::<T>::knows(&who) {
            return None;
        }
        let makes_known = <T as Config>::Policy::makes_known(call);
        Some(Decision::Waive { who, price, left, makes_known })
    }
}

impl<T> TransactionExtension<T::RuntimeCall> for WaiveOrCharge<T>
where
    T: Config + pallet_transaction_payment::Config + Send + Sync,
    T::RuntimeCall: Dispatchable<Info = DispatchInfo, PostInfo = PostDispatchInfo>,
    ChargeTransactionPayment<T>: TransactionExtension<T::RuntimeCall>,
{
    const IDENTIFIER: &'static str =
        <ChargeTransactionPayment<T> as TransactionExtension<T::RuntimeCall>>::IDENTIFIER;
    type Implicit = <ChargeTransactionPayment<T> as TransactionExtension<T::RuntimeCall>>::Implicit;
    type Val = Decision<
        T::AccountId,
        <ChargeTransactionPayment<T> as TransactionExtension<T::RuntimeCall>>::Val,
    >;
    type Pre = Decision<
        T::AccountId,
        <ChargeTransactionPayment<T> as TransactionExtension<T::RuntimeCall>>::Pre,
    >;

    fn implicit(&self) -> Result<Self::Implicit, TransactionValidityError> {
        self.0.implicit()
    }

    fn weight(&self, call: &T::RuntimeCall) -> Weight {
        <T as Config>::WeightInfo::waive()
            .saturating_add(<T as Config>::Policy::weight(call))
            .saturating_add(self.0.weight(call))
    }

    fn validate(
        &self,
        origin: OriginOf<T>,
        call: &T::RuntimeCall,
        info: &DispatchInfoOf<T::RuntimeCall>,
        len: usize,
        self_implicit: Self::Implicit,
        inherited_implication: &impl Implication,
        source: TransactionSource,
    ) -> Result<(ValidTransaction, Self::Val, OriginOf<T>), TransactionValidityError> {
        if let Some(waiver) = self.waiver(&origin, call) {
            let validity = ValidTransaction {
                priority: <T as Config>::Policy::priority(call),
                ..ValidTransaction::default()
            };
            return Ok((validity, waiver, origin));
        }
        let (validity, val, origin) = self.0.validate(
            origin,
            call,
            info,
            len,
            self_implicit,
            inherited_implication,
            source,
        )?;
        Ok((validity, Decision::Charge(val), origin))
    }

    fn prepare(
        self,
        val: Self::Val,
        origin: &OriginOf<T>,
        call: &T::RuntimeCall,
        info: &DispatchInfoOf<T::RuntimeCall>,
        len: usize,
    ) -> Result<Self::Pre, TransactionValidityError> {
        match val {
            Decision::Waive { who, price, left, makes_known } => {
                Pallet::<T>::consume(&who, price, left);
                Ok(Decision::Waive { who, price, left, makes_known })
            }
            Decision::Charge(val) => {
                self.0.prepare(val, origin, call, info, len).map(Decision::Charge)
            }
        }
    }

    fn post_dispatch_details(
        pre: Self::Pre,
        info: &DispatchInfoOf<T::RuntimeCall>,
        post_info: &PostDispatchInfoOf<T::RuntimeCall>,
        len: usize,
        result: &DispatchResult,
    ) -> Result<Weight, TransactionValidityError> {
        match pre {
            Decision::Charge(pre) => ChargeTransactionPayment::<T>::post_dispatch_details(
                pre, info, post_info, len, result,
            ),
            Decision::Waive { who, makes_known, .. } => {
                match result {
                    Ok(()) if makes_known => Pallet::<T>::note_known(&who),
                    Ok(()) => {}
                    Err(_) => Pallet::<T>::note_failure(&who),
                }
                Ok(<T as pallet_transaction_payment::Config>::WeightInfo::charge_transaction_payment())
            }
        }
    }
}
