//! What is stored about a motion, and what becomes of it.

use crate::Config;
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::traits::fungible;
use frame_system::pallet_prelude::BlockNumberFor;
use nocknock_primitives::limits::List;
use scale_info::TypeInfo;

/// The most members that the council can have.
pub const MAX_MEMBERS: u32 = 100;

/// The number of a motion.
pub type MotionId = u32;

/// An amount of the currency.
pub type BalanceOf<T> =
    <<T as Config>::Currency as fungible::Inspect<<T as frame_system::Config>::AccountId>>::Balance;

/// A motion.
pub type MotionOf<T> = Motion<
    <T as frame_system::Config>::AccountId,
    BalanceOf<T>,
    <T as frame_system::Config>::Hash,
    BlockNumberFor<T>,
>;

/// How far a motion has come.
pub type StageOf<T> = Stage<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// Members, each of them once, in the order in which they spoke.
pub type Voices<AccountId> = List<AccountId, MAX_MEMBERS>;

/// A motion that has not come to its end. The call that it carries is stored apart from it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Motion<AccountId, Balance, Hash, BlockNumber> {
    /// Who proposed it.
    pub proposer: AccountId,
    /// What is held in the proposer's account for it.
    pub deposit: Balance,
    /// The hash of the encoded call.
    pub hash: Hash,
    /// Whether it can be enacted as soon as it is carried.
    pub at_once: bool,
    /// How far it has come.
    pub stage: Stage<AccountId, BlockNumber>,
}

/// How far a motion has come.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum Stage<AccountId, BlockNumber> {
    /// The members vote.
    Voting {
        /// The first block in which they can no longer vote.
        until: BlockNumber,
        /// Who is for it.
        ayes: Voices<AccountId>,
        /// Who is against it.
        nays: Voices<AccountId>,
    },
    /// Two thirds were for it.
    Carried {
        /// The first block in which it can be enacted, and in which nobody can object any more.
        from: BlockNumber,
        /// The first block in which it can no longer be enacted.
        until: BlockNumber,
        /// Who objected since it was carried.
        objections: Voices<AccountId>,
    },
}

/// What becomes of a motion when it is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing yet: it is being voted on, it waits, or it can be enacted.
    Open,
    /// Two thirds of the members are for it.
    Carried,
    /// It was not carried in time, or more than half of the members are against it.
    Rejected {
        /// Whether more than half of the members are against it.
        by_majority: bool,
    },
    /// A third of the members objected to it.
    Stopped,
    /// Nobody enacted it in time.
    Lapsed,
}

impl<AccountId: Ord, BlockNumber: PartialOrd> Stage<AccountId, BlockNumber> {
    /// What becomes of the motion at a block. Of those who spoke only the present members count,
    /// which are given in order.
    pub fn verdict(&self, members: &[AccountId], now: &BlockNumber) -> Verdict {
        let all = count(members);
        match self {
            Self::Voting { until, ayes, nays } => {
                let (ayes, nays) = (seated(ayes, members), seated(nays, members));
                let by_majority = nays.saturating_mul(2) > all;
                if ayes > 0 && ayes.saturating_mul(3) >= all.saturating_mul(2) {
                    Verdict::Carried
                } else if by_majority || now >= until {
                    Verdict::Rejected { by_majority }
                } else {
                    Verdict::Open
                }
            }
            Self::Carried { until, objections, .. } => {
                let objections = seated(objections, members);
                if objections > 0 && objections.saturating_mul(3) >= all {
                    Verdict::Stopped
                } else if now >= until {
                    Verdict::Lapsed
                } else {
                    Verdict::Open
                }
            }
        }
    }
}

/// How many there are.
pub(crate) fn count<AccountId>(voices: &[AccountId]) -> u32 {
    u32::try_from(voices.len()).unwrap_or(u32::MAX)
}

/// How many of these are members.
pub(crate) fn seated<AccountId: Ord>(voices: &[AccountId], members: &[AccountId]) -> u32 {
    let seated = voices.iter().filter(|voice| members.binary_search(voice).is_ok());
    u32::try_from(seated.count()).unwrap_or(u32::MAX)
}
