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

pub use pallet::*;
pub use weights::WeightInfo;

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod impls;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
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
    use frame_support::{pallet_prelude::*, traits::fungible, weights::WeightMeter};
    use frame_system::pallet_prelude::*;
    use nocknock_primitives::{
        fact::{FactStatus, Source, Statement},
        ids::{ExperimentId, FactId, ModelVersionNumber, TaskId},
        limits::{Text, MAX_DOMAIN, MAX_OBJECT, MAX_SUBJECT},
        traits::WorkPoints,
    };
    use sp_runtime::Permill;

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(2);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// The tokens in which bonds are held.
        type Currency: fungible::hold::Mutate<Self::AccountId, Reason = Self::RuntimeHoldReason>;

        /// The runtime's reasons to hold tokens.
        type RuntimeHoldReason: From<HoldReason>;

        /// The measure of useful work, by which votes are weighted.
        type Points: WorkPoints<Self::AccountId>;

        /// The account to which the fees for records go.
        type ValidatorsPot: Get<Self::AccountId>;

        /// What a proposer risks. After deduction of [`Config::RecordFee`], at least the
        /// existential deposit is left.
        #[pallet::constant]
        type ProposalBond: Get<BalanceOf<Self>>;

        /// What an attester risks; at least the existential deposit.
        #[pallet::constant]
        type AttestBond: Get<BalanceOf<Self>>;

        /// What a disputer risks; at least the existential deposit.
        #[pallet::constant]
        type DisputeBond: Get<BalanceOf<Self>>;

        /// The deposit for storing a vote; at least the existential deposit. The voter always gets
        /// it back.
        #[pallet::constant]
        type VoteDeposit: Get<BalanceOf<Self>>;

        /// How much of the proposer's bond goes to the validators when a fact is accepted or voted
        /// down: the price of the storage that its record takes from then on. At least the
        /// existential deposit.
        #[pallet::constant]
        type RecordFee: Get<BalanceOf<Self>>;

        /// For how long after its proposal a fact can be attested, disputed and retracted, in
        /// blocks.
        #[pallet::constant]
        type DisputeWindow: Get<BlockNumberFor<Self>>;

        /// For how long after that a disputed fact can be voted on, in blocks.
        #[pallet::constant]
        type VotePeriod: Get<BlockNumberFor<Self>>;

        /// The fraction of all work points that must have voted. Each vote counts for a third of
        /// it at most.
        #[pallet::constant]
        type Quorum: Get<Permill>;

        /// The fraction of the losers' bonds that goes to those who voted for the winning side, by
        /// their points.
        #[pallet::constant]
        type VoterShare: Get<Permill>;

        /// After how many blocks a bond for an undisputed fact counts in full for its confidence.
        #[pallet::constant]
        type MaturityPeriod: Get<BlockNumberFor<Self>>;

        /// For how long a fact that was voted down stays readable, in blocks.
        #[pallet::constant]
        type Retention: Get<BlockNumberFor<Self>>;

        /// The weights of the calls and traits.
        type WeightInfo: WeightInfo;

        /// What the benchmarks need from the other pallets.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkHelper: crate::benchmarking::BenchmarkHelper<Self::AccountId>;
    }

    /// Why tokens are held.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// The bonds of proposers, attesters and disputers. What the losers of a dispute have lost
        /// is held in the account of the first of the winners until the other winners have claimed
        /// their shares.
        Bond,
        /// The deposits for stored votes.
        Vote,
    }

    /// The number of the next fact. It never decreases, so no number is used twice.
    #[pallet::storage]
    pub type NextFact<T> = StorageValue<_, FactId, ValueQuery>;

    /// The facts. Until they are decided, they are paid for by the proposer's bond, then by the fee
    /// for the record; proven ones by the validators' share of the reward, or by the work itself.
    /// Accepted facts stay for ever. Others are removed: retracted and lapsed ones with the last
    /// claim, those that were voted down after their retention, by `remove` or by themselves.
    #[pallet::storage]
    pub type Facts<T: Config> = StorageMap<_, Twox64Concat, FactId, FactOf<T>>;

    /// The facts of a domain. Paid for and removed with the fact.
    #[pallet::storage]
    pub type ByDomain<T> = StorageDoubleMap<_, Blake2_128Concat, Domain, Identity, InOrder, ()>;

    /// The facts about a subject of a domain. Paid for and removed with the fact.
    #[pallet::storage]
    pub type BySubject<T> = StorageDoubleMap<_, Blake2_128Concat, Subject, Identity, InOrder, ()>;

    /// The bonds and votes that have not been claimed. Paid for by the bonds; removed with the last
    /// claim.
    #[pallet::storage]
    pub type Cases<T: Config> = StorageMap<_, Twox64Concat, FactId, CaseOf<T>>;

    /// The facts that were voted down and have not been removed, in the order of their numbers.
    /// Paid for and removed with the fact.
    #[pallet::storage]
    pub type Rejected<T> = StorageMap<_, Identity, InOrder, ()>;

    /// The fact of [`Rejected`] that was looked at last, to see whether its time is over.
    #[pallet::storage]
    pub type SweepCursor<T> = StorageValue<_, InOrder>;

    /// What each account has on hold for a fact. Paid for by what is held; removed when it is
    /// claimed.
    #[pallet::storage]
    pub type Stakes<T: Config> =
        StorageDoubleMap<_, Twox64Concat, FactId, Blake2_128Concat, T::AccountId, StakeOf<T>>;

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A fact was proposed.
        FactProposed {
            /// The fact.
            fact: FactId,
            /// Who proposed it.
            proposer: T::AccountId,
            /// The fact that it is to replace.
            supersedes: Option<FactId>,
        },
        /// The chain itself recorded a proven score as a fact.
        ScoreProven {
            /// The fact.
            fact: FactId,
            /// The experiment.
            experiment: ExperimentId,
            /// The task in which it was proved.
            task: TaskId,
            /// The version of the model in the experiment's registry.
            version: ModelVersionNumber,
        },
        /// An account placed a bond on a fact.
        FactAttested {
            /// The fact.
            fact: FactId,
            /// The account.
            attester: T::AccountId,
        },
        /// An account placed a bond against a fact.
        FactDisputed {
            /// The fact.
            fact: FactId,
            /// The account.
            disputer: T::AccountId,
        },
        /// An account voted on a disputed fact.
        VoteCast {
            /// The fact.
            fact: FactId,
            /// The account.
            voter: T::AccountId,
            /// Whether it voted for the fact.
            support: bool,
            /// The work points by which the vote is weighted.
            points: u128,
        },
        /// A fact was decided, or retracted by its proposer.
        FactDecided {
            /// The fact.
            fact: FactId,
            /// The new status of the fact.
            status: FactStatus,
            /// How much of its proposer's bond went to the validators for the record.
            fee: BalanceOf<T>,
        },
        /// A newer fact replaced an accepted one.
        FactSuperseded {
            /// The fact that was accepted before.
            fact: FactId,
            /// The fact that is now accepted in its place.
            by: FactId,
        },
        /// An accepted fact that had replaced another was voted down, and the other one is believed
        /// again.
        FactRestored {
            /// The fact that is believed again.
            fact: FactId,
            /// The fact that had replaced it.
            rejected: FactId,
        },
        /// What an account had on hold for a fact was settled.
        Claimed {
            /// The fact.
            fact: FactId,
            /// The account.
            who: T::AccountId,
            /// How much of its own tokens was returned.
            returned: BalanceOf<T>,
            /// How much it lost to the winners.
            lost: BalanceOf<T>,
            /// How much it received of the losers' bonds.
            won: BalanceOf<T>,
        },
        /// A fact that is not believed was removed.
        FactRemoved {
            /// The fact.
            fact: FactId,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// There is no fact with this number, or it has been removed.
        UnknownFact,
        /// The domain is not a key: use a-z, 0-9 and -_/.: with a letter or digit at both ends.
        BadDomain,
        /// The subject is not a key: use a-z, 0-9 and -_/.: with a letter or digit at both ends.
        BadSubject,
        /// The predicate is not a key: use a-z, 0-9 and -_/.: with a letter or digit at both ends.
        BadPredicate,
        /// The object must be one line of UTF-8 text, without surrounding space, control
        /// characters, invisible characters or marks that change the direction of text.
        BadObject,
        /// The URI must be printable ASCII and begin with a scheme such as https:.
        BadUri,
        /// Domains whose names begin with that of the chain are reserved for the chain itself.
        /// Choose another domain.
        ReservedDomain,
        /// The fact has already been decided. Proven facts are decided from the start. Only an
        /// accepted fact that nobody has disputed can still be disputed.
        AlreadyDecided,
        /// The dispute window of the fact is over: it can no longer be attested, disputed or
        /// retracted.
        WindowClosed,
        /// Only disputed facts can be voted on, and only from the end of the dispute window to the
        /// end of the vote period.
        NotVoting,
        /// This account has a bond or a deposit on the fact already. Each account can only propose,
        /// attest, dispute or vote.
        AlreadyTakesPart,
        /// Votes are weighted by work points, and this account has none.
        NoPoints,
        /// The fact cannot be decided yet. Wait for the end of its dispute window or, if it is
        /// disputed, of the vote period.
        NotDue,
        /// Only the proposer of a fact may retract it.
        NotProposer,
        /// A disputed fact cannot be retracted.
        Disputed,
        /// Only an accepted fact can be superseded.
        NotAccepted,
        /// The chain has verified this fact, so it cannot be superseded by a claim.
        ProvenIsFinal,
        /// The fact has not been decided yet. Resolve it first.
        NotDecided,
        /// This account has nothing on hold for the fact.
        NothingToClaim,
        /// Winners are paid once the bonds of all losers have been collected. Claim for the losers
        /// first.
        LosersFirst,
        /// Only a fact that was voted down can be removed, once everything has been claimed and the
        /// retention period is over.
        NotRemovable,
        /// There are no numbers left for new facts.
        TooManyFacts,
        /// The fact already has this object, so there is nothing to supersede. Give another object.
        SameObject,
        /// As long as nobody disputes an accepted fact, a bond for it is returned to its owner
        /// alone. Sign with that account.
        NotOwner,
        /// Nobody has a bond for this accepted fact any more, so it can no longer be disputed.
        /// Supersede it by what is true.
        NoBondsLeft,
        /// The last dispute of this fact ended without a verdict, and somebody still has a bond or
        /// deposit on hold from it. Claim for these accounts first: anybody may.
        UnclaimedDispute,
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Proposes a fact. A bond is put on hold in your account.
        ///
        /// If nobody disputes the fact within the dispute window, it is accepted, and a fee for its
        /// record goes to the validators. You can then claim the rest of the bond whenever you
        /// want; the longer it stays on hold, the more strongly the fact is believed, and until
        /// then the fact can still be disputed. If it is disputed and voted down, your bond goes to
        /// those who disputed it and to those who voted against it.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::propose())]
        pub fn propose(
            origin: OriginFor<T>,
            statement: Box<Statement>,
            source: Source,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_propose(who, *statement, source, None).map(|_| ())
        }

        /// Backs a proposed fact with a bond of your own, which shares the fate of the proposer's
        /// bond.
        ///
        /// Possible during the dispute window. You get the bond back with a claim, unless the fact
        /// is voted down. The longer it stays on hold, the more strongly the fact is believed. If
        /// the fact is disputed and upheld, you receive a share of the disputers' bonds.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::attest())]
        pub fn attest(origin: OriginFor<T>, fact: FactId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_attest(who, fact)
        }

        /// Disputes a fact. A bond is put on hold in your account.
        ///
        /// Possible during the dispute window; and after it for a fact that was accepted because
        /// nobody disputed it, as long as somebody has a bond for it: then a new dispute window
        /// begins. After the window votes decide. If the fact is voted down, you receive a share of
        /// the bonds of those who support it; if it is upheld, your bond goes to them and to those
        /// who voted for it. If too few vote, or the vote is tied, everybody gets their own bond
        /// back, and a fact that was accepted before is accepted again.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::dispute())]
        pub fn dispute(origin: OriginFor<T>, fact: FactId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_dispute(who, fact)
        }

        /// Votes for or against a disputed fact, weighted by your current work points.
        ///
        /// A vote is final. A small deposit is put on hold until the fact is decided. If your side
        /// wins, you receive a share of the losers' bonds. Accounts with a bond on the fact cannot
        /// vote on it.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::vote())]
        pub fn vote(origin: OriginFor<T>, fact: FactId, support: bool) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_vote(who, fact, support)
        }

        /// Decides a fact whose dispute window or vote period is over. Anybody may call this.
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::resolve())]
        pub fn resolve(origin: OriginFor<T>, fact: FactId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_resolve(fact)
        }

        /// Settles what an account has on hold for a decided fact: returns it, takes it away, or
        /// adds what the account has won. Losers have to be settled before winners.
        ///
        /// Anybody may call this for anybody, with one exception: a bond for an accepted fact that
        /// nobody disputes stays on hold until its owner claims it.
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::claim())]
        pub fn claim(origin: OriginFor<T>, fact: FactId, who: T::AccountId) -> DispatchResult {
            let caller = ensure_signed(origin)?;
            Self::do_claim(&caller, fact, &who)
        }

        /// Proposes a new object for the domain, subject and predicate of an accepted fact. A bond
        /// is put on hold in your account.
        ///
        /// Anybody may do this. If the new fact is accepted, it replaces the old one, which stays
        /// readable.
        #[pallet::call_index(6)]
        #[pallet::weight(T::WeightInfo::supersede())]
        pub fn supersede(
            origin: OriginFor<T>,
            old: FactId,
            object: Text<MAX_OBJECT>,
            source: Source,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_supersede(who, old, object, source)
        }

        /// Retracts a fact of yours that nobody has disputed, before its dispute window is over.
        /// All bonds are returned.
        #[pallet::call_index(7)]
        #[pallet::weight(T::WeightInfo::retract())]
        pub fn retract(origin: OriginFor<T>, fact: FactId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_retract(&who, fact)
        }

        /// Removes a fact that was voted down, once everything has been claimed and the retention
        /// period is over. Anybody may call this; if nobody does, the chain removes it by itself.
        #[pallet::call_index(8)]
        #[pallet::weight(T::WeightInfo::remove())]
        pub fn remove(origin: OriginFor<T>, fact: FactId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_remove(fact)
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_idle(_: BlockNumberFor<T>, limit: Weight) -> Weight {
            let mut meter = WeightMeter::with_limit(limit);
            Self::sweep(&mut meter);
            meter.consumed()
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
        /// A fact.
        pub fn fact(fact: FactId) -> Option<FactOf<T>> {
            Facts::<T>::get(fact)
        }

        /// How strongly the chain believes a fact now. Of the bonds for an undisputed fact, 1,024
        /// count at most.
        pub fn confidence(fact: FactId) -> Option<Permill> {
            Self::belief(fact)
        }

        /// Up to `limit` facts, at most 64, from number `start` upwards, and the number to continue
        /// from.
        ///
        /// Numbers of removed facts are skipped, at most 1,024 for a page. A short page is the last
        /// one only if there is no number to continue from.
        pub fn facts(start: FactId, limit: u32) -> FactPage<T> {
            Self::fact_page(start, limit)
        }

        /// Up to `limit` facts of a domain, at most 64, in the order of their numbers, starting
        /// after the fact `after`.
        pub fn facts_by_domain(
            domain: Text<MAX_DOMAIN>,
            after: Option<FactId>,
            limit: u32,
        ) -> Vec<(FactId, FactOf<T>)> {
            Self::domain_page(domain, after, limit)
        }

        /// Up to `limit` facts about a subject of a domain, at most 64, in the order of their
        /// numbers, starting after the fact `after`.
        pub fn facts_by_subject(
            domain: Text<MAX_DOMAIN>,
            subject: Text<MAX_SUBJECT>,
            after: Option<FactId>,
            limit: u32,
        ) -> Vec<(FactId, FactOf<T>)> {
            Self::subject_page((domain, subject), after, limit)
        }

        /// A fact and the facts that it superseded, newest first, at most 64. To continue, ask
        /// again with the last one. To find newer facts, follow the status of a superseded one.
        pub fn history(fact: FactId) -> Vec<(FactId, FactOf<T>)> {
            Self::predecessors(fact)
        }

        /// The bonds, votes and deadlines of a fact, until everything has been claimed.
        pub fn case(fact: FactId) -> Option<CaseOf<T>> {
            Cases::<T>::get(fact)
        }

        /// What an account has on hold for a fact.
        pub fn stake(fact: FactId, who: T::AccountId) -> Option<StakeOf<T>> {
            Stakes::<T>::get(fact, who)
        }

        /// Up to `limit` entries of what is on hold for a fact, at most 64, in storage order,
        /// starting after the account `after`.
        pub fn stakes(
            fact: FactId,
            after: Option<T::AccountId>,
            limit: u32,
        ) -> Vec<(T::AccountId, StakeOf<T>)> {
            Self::stake_page(fact, after, limit)
        }
    }
}
