//! Pages of what is stored.

use crate::{
    types::{MotionId, MotionOf},
    Config, Motions, Pallet,
};
use alloc::vec::Vec;
use nocknock_primitives::limits::MAX_PAGE;

impl<T: Config> Pallet<T> {
    pub(crate) fn motion_page(after: Option<MotionId>, limit: u32) -> Vec<(MotionId, MotionOf<T>)> {
        let motions = match after {
            Some(id) => Motions::<T>::iter_from(Motions::<T>::hashed_key_for(id)),
            None => Motions::<T>::iter(),
        };
        motions.take(usize::try_from(limit.min(MAX_PAGE)).unwrap_or(0)).collect()
    }
}
