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
    use frame_support::{pallet_prelude::*, traits::fungible};
    use frame_system::pallet_prelude::*;
    use nocknock_primitives::{
        fact::{FactStatus, Source, Statement},
        ids::{ExperimentId, FactId, ModelVersionNumber, TaskId},
        limits::{Text, MAX_DOMAIN, MAX_OBJECT, MAX_SUBJECT},
        traits::{BurnLog, WorkPoints},
    };
    use sp_runtime::Permill;

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// The tokens in which bonds are held.
        type Currency: fungible::hold::Mutate<Self::AccountId, Reason = Self::RuntimeHoldReason>;

        /// The runtime's reasons to hold tokens.
        type RuntimeHoldReason: From<HoldReason>;

        /// The measure of useful work, by which votes count.
        type Points: WorkPoints<Self::AccountId>;

        /// Told about everything that is burnt.
        type Burns: BurnLog<BalanceOf<Self>>;

        /// What a proposer risks. Its rest after [`Config::RecordFee`] is at least the existential
        /// deposit.
        #[pallet::constant]
        type ProposalBond: Get<BalanceOf<Self>>;

        /// What an attester risks; at least the existential deposit.
        #[pallet::constant]
        type AttestBond: Get<BalanceOf<Self>>;

        /// What a disputer risks; at least the existential deposit.
        #[pallet::constant]
        type DisputeBond: Get<BalanceOf<Self>>;

        /// What is held from a voter for the storage of its vote. It always gets it back.
        #[pallet::constant]
        type VoteDeposit: Get<BalanceOf<Self>>;

        /// What of a proposer's bond is burnt when its fact is accepted or voted down: the price
        /// of the storage that the record takes from then on.
        #[pallet::constant]
        type RecordFee: Get<BalanceOf<Self>>;

        /// How long after its proposal a fact can be attested, disputed and retracted, in blocks.
        #[pallet::constant]
        type DisputeWindow: Get<BlockNumberFor<Self>>;

        /// How long a disputed fact is voted on after that, in blocks.
        #[pallet::constant]
        type VotePeriod: Get<BlockNumberFor<Self>>;

        /// The share of all work points that must have voted.
        #[pallet::constant]
        type Quorum: Get<Permill>;

        /// How long a fact that was voted down stays readable, in blocks.
        #[pallet::constant]
        type Retention: Get<BlockNumberFor<Self>>;

        /// What the calls cost.
        type WeightInfo: WeightInfo;

        /// What benchmarks need of the neighbours.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkHelper: crate::benchmarking::BenchmarkHelper<Self::AccountId>;
    }

    /// Why tokens are held.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// The bonds of a proposer, attester or disputer, and with the first of the winners of a
        /// dispute what the losers have lost and the others have not claimed yet.
        Bond,
        /// The deposits for stored votes.
        Vote,
    }

    /// Number of the next fact. Never falls, so a number is never used twice.
    #[pallet::storage]
    pub type NextFact<T> = StorageValue<_, FactId, ValueQuery>;

    /// The facts. Paid for by the proposer's bond until they are decided, then by the fee that is
    /// burnt; proven ones by the burnt share of the reward, or by the work itself. Accepted facts
    /// stay for ever. Others are removed: with the last claim if they were retracted or lapsed, by
    /// `remove` if they were voted down.
    #[pallet::storage]
    pub type Facts<T: Config> = StorageMap<_, Twox64Concat, FactId, FactOf<T>>;

    /// The facts of a domain. Paid for and removed with the fact.
    #[pallet::storage]
    pub type ByDomain<T> = StorageDoubleMap<_, Blake2_128Concat, Domain, Identity, InOrder, ()>;

    /// The facts about a subject of a domain. Paid for and removed with the fact.
    #[pallet::storage]
    pub type BySubject<T> = StorageDoubleMap<_, Blake2_128Concat, Subject, Identity, InOrder, ()>;

    /// Bonds and votes that are not claimed. Paid for by the bonds; removed with the last claim.
    #[pallet::storage]
    pub type Cases<T: Config> = StorageMap<_, Twox64Concat, FactId, CaseOf<T>>;

    /// What each account has on hold for a fact. Paid for by what is held; removed by its claim.
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
            /// The fact whose place it is to take.
            supersedes: Option<FactId>,
        },
        /// A proven score was written by the chain itself.
        ScoreProven {
            /// The fact.
            fact: FactId,
            /// The experiment.
            experiment: ExperimentId,
            /// The task in which it was proved.
            task: TaskId,
            /// Version of the model in the experiment's registry.
            version: ModelVersionNumber,
        },
        /// An account put a bond on a fact.
        FactAttested {
            /// The fact.
            fact: FactId,
            /// The account.
            attester: T::AccountId,
        },
        /// An account put a bond against a fact.
        FactDisputed {
            /// The fact.
            fact: FactId,
            /// The account.
            disputer: T::AccountId,
        },
        /// An account voted about a disputed fact.
        VoteCast {
            /// The fact.
            fact: FactId,
            /// The account.
            voter: T::AccountId,
            /// For the fact, or against it.
            support: bool,
            /// The work points with which the vote counts.
            points: u128,
        },
        /// A fact was decided, or taken back by its proposer.
        FactDecided {
            /// The fact.
            fact: FactId,
            /// Where it stands now.
            status: FactStatus,
            /// What of its proposer's bond was burnt for the record.
            fee: BalanceOf<T>,
        },
        /// A newer fact took the place of an accepted one.
        FactSuperseded {
            /// The fact that was accepted before.
            fact: FactId,
            /// The fact that is accepted in its place.
            by: FactId,
        },
        /// What an account had on hold for a fact was settled.
        Claimed {
            /// The fact.
            fact: FactId,
            /// The account.
            who: T::AccountId,
            /// What of its own came back.
            returned: BalanceOf<T>,
            /// What it lost to the other side.
            lost: BalanceOf<T>,
            /// What it got of the other side's bonds.
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
        /// There is no fact of this number, or it was removed.
        UnknownFact,
        /// The domain is not a key: use a-z, 0-9 and -_/.: with a letter or digit at both ends.
        BadDomain,
        /// The subject is not a key: use a-z, 0-9 and -_/.: with a letter or digit at both ends.
        BadSubject,
        /// The predicate is not a key: use a-z, 0-9 and -_/.: with a letter or digit at both ends.
        BadPredicate,
        /// The object must be UTF-8 text without control characters or space around it.
        BadObject,
        /// The URI must be printable ASCII and begin with a scheme such as https:.
        BadUri,
        /// Only the chain itself writes in domains that begin with its name. Choose another domain.
        ReservedDomain,
        /// The fact is decided already; proven facts are from the start.
        AlreadyDecided,
        /// The dispute window of the fact is over: it takes no bonds and cannot be retracted.
        WindowClosed,
        /// Votes are taken on disputed facts only, from the end of the dispute window to the end of
        /// the vote period.
        NotVoting,
        /// This account takes part already: each account proposes, attests, disputes or votes once.
        AlreadyTakesPart,
        /// Votes count by work points, and this account has none.
        NoPoints,
        /// The fact cannot be decided yet: wait for the end of its dispute window, or, if it was
        /// disputed, of the vote period.
        NotDue,
        /// Only the proposer of a fact may retract it.
        NotProposer,
        /// A disputed fact cannot be retracted.
        Disputed,
        /// Only an accepted fact can be superseded.
        NotAccepted,
        /// What the chain has verified is not superseded by what somebody says.
        ProvenIsFinal,
        /// The fact is not decided yet. Resolve it first.
        NotDecided,
        /// This account has nothing on hold for the fact.
        NothingToClaim,
        /// Winners are paid when the bonds of all losers are collected. Claim for the losers first.
        LosersFirst,
        /// Only a fact that was voted down can be removed, when all is claimed and the retention
        /// over.
        NotRemovable,
        /// No more facts can be numbered.
        TooManyFacts,
        /// The fact has this object already, so there is nothing to supersede. Give another object.
        SameObject,
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Proposes a fact. A bond is held from your account.
        ///
        /// If nobody disputes the fact in the dispute window, it is accepted, a fee is burnt for
        /// its record, and you get the rest back. If it is disputed and voted down, your bond goes
        /// to those who disputed it.
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

        /// Puts a bond of your own on a proposed fact and shares its proposer's fate.
        ///
        /// Possible in the dispute window. The bond comes back unless the fact is voted down; if
        /// the fact is disputed and upheld you share in the disputers' bonds.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::attest())]
        pub fn attest(origin: OriginFor<T>, fact: FactId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_attest(who, fact)
        }

        /// Disputes a proposed fact. A bond is held from your account.
        ///
        /// Possible in the dispute window. Votes decide afterwards: you share in the bonds of those
        /// who support the fact, or lose yours to them. If too few vote everybody gets the own bond
        /// back.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::dispute())]
        pub fn dispute(origin: OriginFor<T>, fact: FactId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_dispute(who, fact)
        }

        /// Votes for or against a disputed fact with the work points that you have now.
        ///
        /// A vote is final. A small deposit is held for it until the fact is decided. Who has a
        /// bond on the fact cannot vote about it.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::vote())]
        pub fn vote(origin: OriginFor<T>, fact: FactId, support: bool) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_vote(who, fact, support)
        }

        /// Decides about a fact whose dispute window or vote period is over. Anybody may call this.
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::resolve())]
        pub fn resolve(origin: OriginFor<T>, fact: FactId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_resolve(fact)
        }

        /// Settles what an account has on hold for a decided fact: returns it, takes it, or adds
        /// what it has won. Anybody may call this for anybody; losers come before winners.
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::claim())]
        pub fn claim(origin: OriginFor<T>, fact: FactId, who: T::AccountId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_claim(fact, &who)
        }

        /// Proposes another object for the domain, subject and predicate of an accepted fact. A
        /// bond is held.
        ///
        /// Anybody may. If the new fact is accepted it takes the old one's place; the old one stays
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

        /// Takes back a fact of yours that nobody disputed, before its dispute window is over.
        /// Bonds come back.
        #[pallet::call_index(7)]
        #[pallet::weight(T::WeightInfo::retract())]
        pub fn retract(origin: OriginFor<T>, fact: FactId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_retract(&who, fact)
        }

        /// Removes a fact that was voted down, when all is claimed and the retention is over.
        /// Anybody may call this.
        #[pallet::call_index(8)]
        #[pallet::weight(T::WeightInfo::remove())]
        pub fn remove(origin: OriginFor<T>, fact: FactId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_remove(fact)
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
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

        /// How far the chain believes a fact.
        pub fn confidence(fact: FactId) -> Option<Permill> {
            Facts::<T>::get(fact).map(|fact| Permill::from_parts(fact.confidence()))
        }

        /// Up to `limit`, but at most 64, facts from number `start` upwards, and the number to go
        /// on from.
        ///
        /// Numbers of removed facts are passed over, at most 1,024 in one page: a short page is the
        /// last one only if there is no number to go on from.
        pub fn facts(start: FactId, limit: u32) -> FactPage<T> {
            Self::fact_page(start, limit)
        }

        /// Up to `limit`, but at most 64, facts of a domain in the order of their numbers, from the
        /// one after `after`.
        pub fn facts_by_domain(
            domain: Text<MAX_DOMAIN>,
            after: Option<FactId>,
            limit: u32,
        ) -> Vec<(FactId, FactOf<T>)> {
            Self::domain_page(domain, after, limit)
        }

        /// Up to `limit`, but at most 64, facts about a subject of a domain in the order of their
        /// numbers, from the one after `after`.
        pub fn facts_by_subject(
            domain: Text<MAX_DOMAIN>,
            subject: Text<MAX_SUBJECT>,
            after: Option<FactId>,
            limit: u32,
        ) -> Vec<(FactId, FactOf<T>)> {
            Self::subject_page((domain, subject), after, limit)
        }

        /// A fact and what it superseded, newest first, at most 64. Ask again with the last to go
        /// on. Newer facts are found by the status of a superseded one.
        pub fn history(fact: FactId) -> Vec<(FactId, FactOf<T>)> {
            Self::predecessors(fact)
        }

        /// Bonds, votes and deadlines of a fact, until all is claimed.
        pub fn case(fact: FactId) -> Option<CaseOf<T>> {
            Cases::<T>::get(fact)
        }

        /// What an account has on hold for a fact.
        pub fn stake(fact: FactId, who: T::AccountId) -> Option<StakeOf<T>> {
            Stakes::<T>::get(fact, who)
        }

        /// Up to `limit`, but at most 64, of what is on hold for a fact, from the account after
        /// `after`, in the order of storage.
        pub fn stakes(
            fact: FactId,
            after: Option<T::AccountId>,
            limit: u32,
        ) -> Vec<(T::AccountId, StakeOf<T>)> {
            Self::stake_page(fact, after, limit)
        }
    }
}
