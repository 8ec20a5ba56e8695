#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss
    )
)]

extern crate alloc;

pub use origin::{EnsureEnacted, EnsureEnactedAtOnce};
pub use pallet::*;
pub use weights::WeightInfo;

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod impls;
#[cfg(test)]
mod mock;
mod origin;
#[cfg(test)]
mod tests;
#[allow(
    clippy::cast_possible_truncation,
    reason = "the derived encoding of an enum casts the indices of its variants"
)]
pub mod types;
pub mod weights;

#[frame_support::pallet]
#[allow(
    missing_docs,
    missing_debug_implementations,
    clippy::cast_possible_truncation,
    clippy::expect_used,
    reason = "the pallet macros generate such code; the pallet's own logic lies outside this module"
)]
pub mod pallet {
    use super::*;
    use crate::types::*;
    use alloc::{boxed::Box, vec::Vec};
    use frame_support::{
        dispatch::{GetDispatchInfo, PostDispatchInfo},
        pallet_prelude::*,
        traits::{fungible, Contains, SortedMembers},
    };
    use frame_system::pallet_prelude::*;
    use nocknock_primitives::{
        limits::{List, MAX_MOTION_BYTES},
        traits::BurnLog,
    };
    use sp_runtime::traits::Dispatchable;

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config:
        frame_system::Config<RuntimeEvent: From<Event<Self>>, RuntimeOrigin: From<Origin>>
    {
        /// The runtime's calls, some of which a motion may carry.
        type Proposal: Parameter
            + Dispatchable<
                RuntimeOrigin = <Self as frame_system::Config>::RuntimeOrigin,
                PostInfo = PostDispatchInfo,
            > + GetDispatchInfo;

        /// The tokens in which deposits are held.
        type Currency: fungible::hold::Mutate<Self::AccountId, Reason = Self::RuntimeHoldReason>;

        /// The runtime's reasons to hold tokens.
        type RuntimeHoldReason: From<HoldReason>;

        /// Is notified of everything that is burnt.
        type Burns: BurnLog<BalanceOf<Self>>;

        /// The present members, at most [`MAX_MEMBERS`].
        type Members: SortedMembers<Self::AccountId>;

        /// The members that propose without a deposit.
        type WithoutDeposit: Contains<Self::AccountId>;

        /// The calls that a motion may carry: those that need the origin of a motion.
        type Privileged: Contains<Self::Proposal>;

        /// Those of them that do not wait once they are carried. They should do nothing but stop
        /// something.
        type AtOnce: Contains<Self::Proposal>;

        /// What a proposer risks if more than half of the members are against the motion.
        #[pallet::constant]
        type Deposit: Get<BalanceOf<Self>>;

        /// For how long a motion can be voted on, in blocks.
        #[pallet::constant]
        type VotingPeriod: Get<BlockNumberFor<Self>>;

        /// For how long a carried motion waits, in blocks. Members can object until then.
        #[pallet::constant]
        type Delay: Get<BlockNumberFor<Self>>;

        /// For how long a motion can be enacted after that, in blocks.
        #[pallet::constant]
        type EnactmentPeriod: Get<BlockNumberFor<Self>>;

        /// The most that the call of a motion may weigh.
        #[pallet::constant]
        type MaxWeight: Get<Weight>;

        /// The weights of the calls and of the sweep.
        type WeightInfo: WeightInfo;

        /// What the benchmarks need from the runtime.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkHelper: crate::benchmarking::BenchmarkHelper<Self::Proposal>;
    }

    /// Why tokens are held.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// The deposit for a motion, held in the account of its proposer until its end.
        Motion,
    }

    /// The origin of the call of a motion that is enacted.
    #[pallet::origin]
    #[derive(
        Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
    )]
    pub enum Origin {
        /// The motion was carried, waited, and was not stopped.
        Enacted,
        /// The motion was carried and did not have to wait.
        EnactedAtOnce,
    }

    /// The number of the next motion. It never decreases, so no number is used twice.
    #[pallet::storage]
    pub type NextMotion<T> = StorageValue<_, MotionId, ValueQuery>;

    /// The motions, one for each proposer at most. Paid for by their deposits; removed at their
    /// end, by `close`, `object`, `enact` or the sweep.
    #[pallet::storage]
    pub type Motions<T: Config> = StorageMap<_, Twox64Concat, MotionId, MotionOf<T>>;

    /// The encoded calls of the motions. Kept apart from them because votes do not need them;
    /// removed together with them.
    #[pallet::storage]
    pub type Calls<T> = StorageMap<_, Twox64Concat, MotionId, List<u8, MAX_MOTION_BYTES>>;

    /// The motion of each proposer. Removed together with it.
    #[pallet::storage]
    pub type MotionOfProposer<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, MotionId>;

    /// The motion that the sweep looked at last. It need not exist any more.
    #[pallet::storage]
    pub type SweepCursor<T> = StorageValue<_, MotionId>;

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A member proposed a motion.
        MotionProposed {
            /// The motion.
            motion: MotionId,
            /// The member.
            proposer: T::AccountId,
            /// The hash of the encoded call that it carries.
            hash: T::Hash,
            /// How many bytes that call has.
            bytes: u32,
        },
        /// A member voted, or changed its vote.
        Voted {
            /// The motion.
            motion: MotionId,
            /// The member.
            member: T::AccountId,
            /// Whether it is for the motion.
            aye: bool,
            /// How many members are for it now.
            ayes: u32,
            /// How many members are against it now.
            nays: u32,
        },
        /// Two thirds of the members are for a motion. It waits until it can be enacted.
        MotionCarried {
            /// The motion.
            motion: MotionId,
            /// The first block in which it can be enacted.
            from: BlockNumberFor<T>,
            /// The first block in which it can no longer be enacted.
            until: BlockNumberFor<T>,
        },
        /// A motion was not carried. It was removed, and what is left of the deposit returned.
        MotionRejected {
            /// The motion.
            motion: MotionId,
            /// How much of the deposit was burnt: all of it if more than half of the members were
            /// against the motion, otherwise nothing.
            burnt: BalanceOf<T>,
        },
        /// A member objected to a motion that had been carried.
        Objected {
            /// The motion.
            motion: MotionId,
            /// The member.
            member: T::AccountId,
            /// How many members object now.
            objections: u32,
        },
        /// A third of the members objected to a motion. It was removed and its deposit returned.
        MotionStopped {
            /// The motion.
            motion: MotionId,
        },
        /// A motion took effect. It was removed and its deposit returned.
        MotionEnacted {
            /// The motion.
            motion: MotionId,
        },
        /// Nobody enacted a motion in time. It was removed and its deposit returned.
        MotionLapsed {
            /// The motion.
            motion: MotionId,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// Only a member of the council may do this: a validator of the present session.
        NotMember,
        /// You have a motion already. Propose another one when it has come to its end.
        MotionOpen,
        /// A motion can carry only calls that need the approval of the council. Any other call can
        /// be sent by an account.
        NotPrivileged,
        /// The call is longer than a motion may be. Split it over several motions.
        TooLong,
        /// The call weighs more than a motion may. Split it over several motions.
        TooHeavy,
        /// There are no numbers left for new motions.
        TooManyMotions,
        /// There is no motion with this number, or it has come to its end.
        UnknownMotion,
        /// The motion can no longer be voted on. Close it, or object to it if it was carried.
        VotingOver,
        /// You have voted like this already.
        AlreadyVoted,
        /// The motion cannot be closed: it is being voted on, it waits, or it can be enacted.
        StillOpen,
        /// The motion has not been carried, or nobody has closed the vote yet.
        NotCarried,
        /// The motion has been carried, but has to wait. Try again when its delay is over.
        StillWaiting,
        /// The delay of the motion is over, so nobody can object to it any more.
        TooLate,
        /// You have objected to this motion already.
        AlreadyObjected,
        /// A third of the members objects to the motion, so it cannot take effect. Close it.
        Stopped,
        /// The motion was not enacted in time. Close it, and propose it again.
        Lapsed,
        /// The runtime has changed since the motion was proposed and no longer understands its
        /// call. Propose it again.
        Undecodable,
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Proposes that the council makes a call. Only members may, and each may have one motion
        /// at a time.
        ///
        /// The members can vote on it for `VotingPeriod` blocks. A deposit is put on hold in your
        /// account until the motion has come to its end; genesis authorities need none. It is burnt
        /// if the vote is closed while more than half of the members are against the motion.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::propose(Pallet::<T>::kib_of(call)))]
        pub fn propose(origin: OriginFor<T>, call: Box<T::Proposal>) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_propose(who, &call)
        }

        /// Votes for or against a motion, or changes your vote. Only members may.
        ///
        /// When the vote is closed, the votes of those who are members then are counted.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::vote())]
        pub fn vote(origin: OriginFor<T>, motion: MotionId, aye: bool) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_vote(who, motion, aye)
        }

        /// Closes the vote on a motion, or removes a motion that can no longer take effect. Anybody
        /// may; nothing is carried out.
        ///
        /// The motion is carried if two thirds of the members are for it, at any time. It is
        /// rejected if more than half of them are against it, or if the time to vote is over.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::close())]
        pub fn close(origin: OriginFor<T>, motion: MotionId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_close(motion)
        }

        /// Objects to a motion that was carried and still waits. Only members may.
        ///
        /// If a third of the members object, the motion is removed.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::object())]
        pub fn object(origin: OriginFor<T>, motion: MotionId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_object(who, motion)
        }

        /// Lets a motion take effect that was carried and has waited long enough. Anybody may.
        ///
        /// You pay for the weight of the call that the motion carries. If that call fails, so does
        /// this one, and the motion can be enacted later.
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::enact().saturating_add(T::MaxWeight::get()))]
        pub fn enact(origin: OriginFor<T>, motion: MotionId) -> DispatchResultWithPostInfo {
            ensure_signed(origin)?;
            Self::do_enact(motion)
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_idle(_: BlockNumberFor<T>, limit: Weight) -> Weight {
            Self::sweep(limit)
        }

        fn integrity_test() {
            Self::check_config();
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// The present members, in order.
        pub fn members() -> Vec<T::AccountId> {
            T::Members::sorted_members()
        }

        /// A motion that has not come to its end.
        pub fn motion(motion: MotionId) -> Option<MotionOf<T>> {
            Motions::<T>::get(motion)
        }

        /// Up to `limit` motions, at most 64, in storage order, starting after the motion `after`.
        pub fn motions(after: Option<MotionId>, limit: u32) -> Vec<(MotionId, MotionOf<T>)> {
            Self::motion_page(after, limit)
        }

        /// The encoded call of a motion.
        pub fn encoded_call(motion: MotionId) -> Option<Vec<u8>> {
            Calls::<T>::get(motion).map(|call| call.into_inner())
        }

        /// The motion that an account has proposed and that has not come to its end.
        pub fn motion_of(proposer: T::AccountId) -> Option<MotionId> {
            MotionOfProposer::<T>::get(proposer)
        }
    }
}
