//! The shared records, with the types of a runtime filled in.

use crate::Config;
use alloc::vec::Vec;
use frame_support::traits::fungible;
use frame_system::pallet_prelude::BlockNumberFor;
use nocknock_primitives::{
    ids::TaskId,
    limits::{MAX_CHUNKS, MAX_RANKED},
    model::architecture::MAX_SAMPLES,
    task::{Commitment, Delivery, Ranked, Ranking, Task},
};

/// The most chunks that are stored for a task.
pub(crate) const MAX_STORED_CHUNKS: u32 = MAX_RANKED * MAX_CHUNKS;

/// The most bytes with a bit for each row of a block.
pub const MAX_SHOWN_BYTES: u32 = MAX_SAMPLES as u32 / 8;

/// An amount of the currency.
pub type BalanceOf<T> =
    <<T as Config>::Currency as fungible::Inspect<<T as frame_system::Config>::AccountId>>::Balance;

/// A task.
pub type TaskOf<T> = Task<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;

/// Tasks with their numbers, and the number to continue from, if there are more.
pub type TaskPage<T> = (Vec<(TaskId, TaskOf<T>)>, Option<TaskId>);

/// A worker's commitment.
pub type CommitmentOf<T> = Commitment<BalanceOf<T>, BlockNumberFor<T>>;

/// A proved claim in the ranking of a task.
pub type RankedOf<T> = Ranked<<T as frame_system::Config>::AccountId, BalanceOf<T>>;

/// The ranking of a task.
pub type RankingOf<T> = Ranking<<T as frame_system::Config>::AccountId, BalanceOf<T>>;

/// A model that is being delivered, or was.
pub type DeliveryOf<T> = Delivery<BlockNumberFor<T>>;

/// The length of a bounded list, as weights take it.
pub(crate) trait BoundLen {
    /// Number of entries.
    fn bound_len(&self) -> u32;
}

impl<T, S> BoundLen for frame_support::BoundedVec<T, S> {
    fn bound_len(&self) -> u32 {
        u32::try_from(self.len()).unwrap_or(u32::MAX)
    }
}
