//! What the calls do.

mod bonds;
mod claim;
mod config_check;
mod money;
mod propose;
mod proven;
mod resolve;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod state_check;
mod sweep;
mod views;

#[cfg(test)]
pub(crate) use propose::in_order;

use crate::{
    types::{CaseOf, FactOf},
    Cases, Config, Error, Facts, Pallet,
};
use frame_support::ensure;
use frame_system::pallet_prelude::BlockNumberFor;
use nocknock_primitives::ids::FactId;

impl<T: Config> Pallet<T> {
    /// The number of the current block.
    pub(crate) fn now() -> BlockNumberFor<T> {
        frame_system::Pallet::<T>::block_number()
    }

    fn known(id: FactId) -> Result<FactOf<T>, Error<T>> {
        Facts::<T>::get(id).ok_or(Error::<T>::UnknownFact)
    }

    /// An undecided fact and its case.
    fn undecided(id: FactId) -> Result<(FactOf<T>, CaseOf<T>), Error<T>> {
        let fact = Self::known(id)?;
        ensure!(fact.status.is_open(), Error::<T>::AlreadyDecided);
        let case = Cases::<T>::get(id).ok_or(Error::<T>::AlreadyDecided)?;
        Ok((fact, case))
    }

    /// An undecided fact that can be attested, disputed and retracted, and its case.
    fn in_window(id: FactId) -> Result<(FactOf<T>, CaseOf<T>), Error<T>> {
        let (fact, case) = Self::undecided(id)?;
        ensure!(case.takes_bonds(Self::now()), Error::<T>::WindowClosed);
        Ok((fact, case))
    }
}
