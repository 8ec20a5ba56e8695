//! Which calls may use the share of a block that is kept for operational ones.

use crate::{Runtime, RuntimeCall, RuntimeOrigin};
use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::{
    dispatch::{DispatchClass, DispatchInfo, PostDispatchInfo},
    pallet_prelude::TransactionSource,
    weights::Weight,
};
use frame_system::CheckWeight;
use scale_info::TypeInfo;
use sp_runtime::{
    traits::{Implication, TransactionExtension, ValidateResult},
    transaction_validity::{InvalidTransaction, TransactionValidity, TransactionValidityError},
    DispatchResult,
};

/// [`CheckWeight`], which also refuses operational transactions that nobody needs to send.
///
/// The SDK has operational calls that only root can make, which no account of this chain is: they
/// fail, but are charged as they are declared. The weight of some is what their sender says, and
/// `utility.withWeight` declares any weight around any of them. So all are refused, alone and
/// inside of calls that are operational because of them, except for the one that brings the code of
/// an authorised runtime. In a normal transaction, such as a batch with a normal call in it, they
/// take of the share of normal ones.
///
/// Encodes and is named exactly like the extension that it wraps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct CheckWeightAndClass(CheckWeight<Runtime>);

/// The metadata shows the wrapped extension.
impl TypeInfo for CheckWeightAndClass {
    type Identity = <CheckWeight<Runtime> as TypeInfo>::Identity;

    fn type_info() -> scale_info::Type {
        CheckWeight::<Runtime>::type_info()
    }
}

impl TransactionExtension<RuntimeCall> for CheckWeightAndClass {
    const IDENTIFIER: &'static str =
        <CheckWeight<Runtime> as TransactionExtension<RuntimeCall>>::IDENTIFIER;
    type Implicit = <CheckWeight<Runtime> as TransactionExtension<RuntimeCall>>::Implicit;
    type Val = <CheckWeight<Runtime> as TransactionExtension<RuntimeCall>>::Val;
    type Pre = <CheckWeight<Runtime> as TransactionExtension<RuntimeCall>>::Pre;

    fn weight(&self, call: &RuntimeCall) -> Weight {
        self.0.weight(call)
    }

    fn validate(
        &self,
        origin: RuntimeOrigin,
        call: &RuntimeCall,
        info: &DispatchInfo,
        len: usize,
        self_implicit: Self::Implicit,
        inherited_implication: &impl Implication,
        source: TransactionSource,
    ) -> ValidateResult<Self::Val, RuntimeCall> {
        check_class(call, info)?;
        self.0.validate(origin, call, info, len, self_implicit, inherited_implication, source)
    }

    fn prepare(
        self,
        val: Self::Val,
        origin: &RuntimeOrigin,
        call: &RuntimeCall,
        info: &DispatchInfo,
        len: usize,
    ) -> Result<Self::Pre, TransactionValidityError> {
        self.0.prepare(val, origin, call, info, len)
    }

    fn post_dispatch_details(
        pre: Self::Pre,
        info: &DispatchInfo,
        post_info: &PostDispatchInfo,
        len: usize,
        result: &DispatchResult,
    ) -> Result<Weight, TransactionValidityError> {
        <CheckWeight<Runtime> as TransactionExtension<RuntimeCall>>::post_dispatch_details(
            pre, info, post_info, len, result,
        )
    }

    fn bare_validate(call: &RuntimeCall, info: &DispatchInfo, len: usize) -> TransactionValidity {
        check_class(call, info)?;
        CheckWeight::<Runtime>::bare_validate(call, info, len)
    }

    fn bare_validate_and_prepare(
        call: &RuntimeCall,
        info: &DispatchInfo,
        len: usize,
    ) -> Result<(), TransactionValidityError> {
        check_class(call, info)?;
        CheckWeight::<Runtime>::bare_validate_and_prepare(call, info, len)
    }

    fn bare_post_dispatch(
        info: &DispatchInfo,
        post_info: &mut PostDispatchInfo,
        len: usize,
        result: &DispatchResult,
    ) -> Result<(), TransactionValidityError> {
        <CheckWeight<Runtime> as TransactionExtension<RuntimeCall>>::bare_post_dispatch(
            info, post_info, len, result,
        )
    }
}

fn check_class(call: &RuntimeCall, info: &DispatchInfo) -> Result<(), TransactionValidityError> {
    if info.class == DispatchClass::Operational && !is_needed(call) {
        return Err(InvalidTransaction::Call.into());
    }
    Ok(())
}

/// Whoever has the code of an authorised runtime must be able to bring it when blocks are full.
const fn is_needed(call: &RuntimeCall) -> bool {
    matches!(call, RuntimeCall::System(frame_system::Call::apply_authorized_upgrade { .. }))
}
