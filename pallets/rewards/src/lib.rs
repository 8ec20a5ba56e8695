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
pub use types::ValidatorKeys;
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
        ids::{BlockRoot, CircuitId, ExperimentId, ModelCommitment, TaskId},
        reward::{
            Books, CurriculumTask, Points, Practice as PracticeTerms, PracticeSpec, Registration,
            Round, Session,
        },
        score::Score,
        task::{ProvedScore, RevealedBlock},
        traits::{ProofVerifier, TaskExperiments},
    };
    use sp_runtime::Permill;

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config:
        frame_system::Config<RuntimeEvent: From<Event<Self>>, AccountId: Into<[u8; 32]>>
    {
        /// The tokens that are minted.
        type Currency: fungible::Mutate<Self::AccountId>;

        /// The circuits, and the only place that accepts a proof.
        type Verifier: ProofVerifier<BlockNumberFor<Self>>;

        /// The experiments that the curriculum refers to.
        type Experiments: TaskExperiments<Self::AccountId, BlockNumberFor<Self>>;

        /// Who may change the curriculum and the practice block.
        type CurriculumOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// The session keys of validators.
        type ValidatorKeys: ValidatorKeys<Self::AccountId>;

        /// What the first session releases into the pot.
        #[pallet::constant]
        type InitialRelease: Get<BalanceOf<Self>>;

        /// The number of sessions after which the release halves.
        #[pallet::constant]
        type HalvingSessions: Get<u32>;

        /// The most that is ever released, and so ever minted.
        #[pallet::constant]
        type MaxSupply: Get<BalanceOf<Self>>;

        /// The number of sessions after which work points halve.
        #[pallet::constant]
        type PointsHalving: Get<u32>;

        /// The most experiments that the curriculum can hold.
        #[pallet::constant]
        type MaxCurriculum: Get<u32>;

        /// The most tasks that an experiment of the curriculum may have open at a time.
        #[pallet::constant]
        type MaxOpenTasks: Get<u32>;

        /// The most candidates for validation.
        #[pallet::constant]
        type MaxCandidates: Get<u32>;

        /// The most validators, and the most genesis authorities.
        #[pallet::constant]
        type MaxValidators: Get<u32>;

        /// How many candidates must be elected before the genesis authorities retire.
        #[pallet::constant]
        type MinValidators: Get<u32>;

        /// The work points that a candidate needs in order to apply and to be elected; at least 1.
        #[pallet::constant]
        type MinCandidatePoints: Get<u128>;

        /// A candidate that validates for this many sessions in a row without authoring a block is
        /// no longer a candidate. Each validator should have several slots in a session, or an
        /// honest one will be silent by bad luck.
        #[pallet::constant]
        type MaxSilentSessions: Get<u32>;

        /// The most workers that can register in a session.
        #[pallet::constant]
        type MaxRegistrationsPerSession: Get<u32>;

        /// The number of sessions for which a registration is valid. The account cannot be released
        /// before as many sessions have passed again, so a worker that commits to a task can sign
        /// for at least that long. That should be enough for the first turn to deliver of every
        /// curriculum task.
        #[pallet::constant]
        type RegistrationLife: Get<u32>;

        /// The weights of the calls, hooks and traits.
        type WeightInfo: WeightInfo;

        /// What the benchmarks need from the other pallets.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkHelper: crate::benchmarking::BenchmarkHelper<Self::AccountId>;
    }

    /// The current session, as reported by the session manager. It never decreases.
    #[pallet::storage]
    pub type CurrentSession<T> = StorageValue<_, Session, ValueQuery>;

    /// How much has been released, set aside, minted and burnt.
    #[pallet::storage]
    pub type CurrencyBooks<T> = StorageValue<_, Books, ValueQuery>;

    /// What the genesis endowed: nothing, except on chains for load tests.
    #[pallet::storage]
    pub type GenesisIssuance<T: Config> = StorageValue<_, BalanceOf<T>, ValueQuery>;

    /// The experiments whose tasks mint tokens. Written only by the genesis and `CurriculumOrigin`;
    /// bounded by `MaxCurriculum`. Removed by `remove_curriculum`, or if tasks are open then, when
    /// the last of them ends.
    #[pallet::storage]
    pub type Curriculum<T: Config> =
        CountedStorageMap<_, Twox64Concat, ExperimentId, CurriculumEntry<T::AccountId>>;

    /// The open curriculum tasks and their budgets. Bounded by `max_open` of each experiment;
    /// removed when the task ends.
    #[pallet::storage]
    pub type OpenTasks<T: Config> =
        StorageMap<_, Twox64Concat, TaskId, CurriculumTask<T::AccountId>>;

    /// The work points of each account. Paid for by the work that earned them; removed when the
    /// account is barred, or by `remove_worker` once they are worth nothing.
    #[pallet::storage]
    pub type WorkersPoints<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, Points, ValueQuery>;

    /// The work points of all accounts together. They are rounded down less often than those of
    /// each account, so this is at least their sum.
    #[pallet::storage]
    pub type TotalPoints<T> = StorageValue<_, Points, ValueQuery>;

    /// The registered workers, suspended ones included. Paid for by the proof of registration, and
    /// limited in number for each session; removed by `remove_worker`.
    #[pallet::storage]
    pub type Registrations<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Registration>;

    /// The round of accounts without a registration. No lower round is ever used again.
    #[pallet::storage]
    pub type FirstRound<T> = StorageValue<_, Round, ValueQuery>;

    /// The number of registrations in the current session.
    #[pallet::storage]
    pub type RecentRegistrations<T> = StorageValue<_, SessionCount, ValueQuery>;

    /// The accounts that committed an offence. Never removed: there are only as many as validators
    /// that offended.
    #[pallet::storage]
    pub type Barred<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, ()>;

    /// The candidates for validation, in no particular order. Bounded by `MaxCandidates`. A
    /// candidate is removed by `leave_candidates`, for an offence, for silence, or to make room for
    /// a candidate with more points.
    #[pallet::storage]
    pub type Candidates<T: Config> =
        StorageValue<_, BoundedVec<T::AccountId, T::MaxCandidates>, ValueQuery>;

    /// The validators that authored a block in the current session. No deposit pays for them,
    /// because there are at most `MaxValidators`; removed when the session ends.
    #[pallet::storage]
    pub type AuthorsOfSession<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, ()>;

    /// For how many sessions in a row a candidate has validated without authoring a block. Nothing
    /// is stored for a candidate that was not silent. Bounded by `MaxCandidates`; removed at the
    /// end of the session in which the candidate authors a block again, and with its candidacy.
    #[pallet::storage]
    pub type SilentSessions<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

    /// The authorities named by the genesis, in its order. Never changed.
    #[pallet::storage]
    pub type GenesisAuthorities<T: Config> =
        StorageValue<_, BoundedVec<T::AccountId, T::MaxValidators>, ValueQuery>;

    /// The practice block's circuit, root and minimum score. Written by the genesis and
    /// `CurriculumOrigin`.
    #[pallet::storage]
    pub type Practice<T> = StorageValue<_, PracticeTerms>;

    /// The salt and the rows of the practice block, so that newcomers can read it from the chain.
    /// Written and replaced together with [`Practice`]; kept apart from it because few need it.
    #[pallet::storage]
    pub type PracticeBlock<T> = StorageValue<_, RevealedBlock>;

    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// The experiments whose tasks mint tokens.
        pub curriculum: Vec<GenesisCurriculum<T::AccountId>>,
        /// The practice block. Without it, nobody can register until the council sets one.
        pub practice: Option<GenesisPractice>,
        /// Who validates until enough candidates are elected.
        pub authorities: Vec<T::AccountId>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            Pallet::<T>::build_genesis(self);
        }
    }

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A session began and the pot grew.
        PotGrew {
            /// The session.
            session: Session,
            /// How much was added.
            added: u128,
            /// How much is available to new tasks now.
            free_pot: u128,
        },
        /// An experiment was added to the curriculum, or its terms were changed.
        CurriculumSet {
            /// The experiment.
            experiment: ExperimentId,
            /// Who creates its tasks.
            custodian: Option<T::AccountId>,
            /// The fraction of the free pot that is set aside for each new task.
            task_share: Permill,
            /// How many tasks may be open at a time.
            max_open: u32,
        },
        /// An experiment was removed from the curriculum. Its open tasks end as agreed.
        CurriculumRemoved {
            /// The experiment.
            experiment: ExperimentId,
            /// How many of its tasks are still open.
            open: u32,
        },
        /// A custodian lost its role, because it failed a task or because the council decided so.
        CustodianDismissed {
            /// The experiment.
            experiment: ExperimentId,
            /// Who was the custodian.
            custodian: T::AccountId,
        },
        /// A curriculum task was opened and its budget set aside.
        BudgetReserved {
            /// The task.
            task: TaskId,
            /// Its experiment.
            experiment: ExperimentId,
            /// The most that it can mint.
            budget: u128,
        },
        /// The winner of a curriculum task was paid in new tokens.
        Minted {
            /// The task.
            task: TaskId,
            /// The winner.
            winner: T::AccountId,
            /// How much was minted.
            amount: u128,
        },
        /// The winner of a curriculum task could not be paid, because its account cannot hold the
        /// amount: it is below the existential deposit, or too large. The amount goes back to the
        /// pot.
        NotMinted {
            /// The task.
            task: TaskId,
            /// The winner.
            winner: T::AccountId,
            /// How much the winner had earned.
            amount: u128,
        },
        /// A curriculum task ended, and the rest of its budget went back to the pot.
        BudgetReturned {
            /// The task.
            task: TaskId,
            /// How much went back.
            amount: u128,
        },
        /// The practice block was set.
        PracticeSet {
            /// The score circuit.
            circuit: CircuitId,
            /// The root of the block.
            root: BlockRoot,
            /// Number of rows in it.
            rows: u32,
            /// The score that newcomers have to reach.
            min_score: Score,
        },
        /// A worker registered with a proof of useful work.
        WorkerRegistered {
            /// The worker.
            worker: T::AccountId,
            /// Commitment to the model that it trained for practice.
            model: ModelCommitment,
            /// The score that was proved on the practice block: one point for each correct row,
            /// unless the circuit's architecture counts in another way.
            score: u32,
            /// The round of the registration.
            round: Round,
            /// First session in which the registration is no longer valid.
            expires: Session,
        },
        /// A worker ended its registration.
        WorkerUnregistered {
            /// The worker.
            worker: T::AccountId,
        },
        /// A worker abandoned a curriculum task: it may not work until it registers again.
        WorkerSuspended {
            /// The worker.
            worker: T::AccountId,
            /// The task.
            task: TaskId,
        },
        /// An expired registration was removed, and the account released.
        WorkerRemoved {
            /// The worker.
            worker: T::AccountId,
        },
        /// An account committed an offence: it lost its points and may no longer work or validate.
        AccountBarred {
            /// The account.
            who: T::AccountId,
            /// The points that it lost.
            points: u128,
        },
        /// An account became a candidate for validation.
        CandidateAdded {
            /// The account.
            who: T::AccountId,
            /// Its points.
            points: u128,
        },
        /// A candidate withdrew its candidacy.
        CandidateLeft {
            /// The account.
            who: T::AccountId,
        },
        /// A candidate lost its place to one with more points.
        CandidateDisplaced {
            /// The account.
            who: T::AccountId,
        },
        /// A candidate validated for `MaxSilentSessions` sessions in a row without authoring a
        /// block, and is no longer a candidate. It may apply again when its node is back.
        CandidateSilent {
            /// The account.
            who: T::AccountId,
        },
        /// Points that had become worthless were removed.
        SpentPointsRemoved {
            /// The account.
            who: T::AccountId,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// Only the custodian of a curriculum experiment may open its tasks.
        NotCustodian,
        /// The experiment has as many open tasks as it may have. Wait until one of them ends.
        TooManyOpenTasks,
        /// The task is already open.
        AlreadyOpen,
        /// The curriculum is full. Remove an experiment first.
        CurriculumFull,
        /// The experiment is not in the curriculum.
        NotInCurriculum,
        /// No active score circuit with this id is registered.
        CircuitNotActive,
        /// Blocks of this architecture are too large for the chain: rows times inputs must be at
        /// most 524,288.
        ArchitectureTooLarge,
        /// The rows are not a well-formed block of the circuit's architecture, or there are none.
        MalformedRows,
        /// The minimum score must be a ratio between 0 and 1.
        BadMinimum,
        /// The chain has no practice block, so nobody can register.
        NoPractice,
        /// The account committed an offence: it may no longer work or validate.
        Barred,
        /// The account is already registered.
        AlreadyRegistered,
        /// No more workers can register in this session. Try again in the next one.
        RegistrationsExhausted,
        /// The score is higher than any model can reach on the practice block.
        ScoreTooHigh,
        /// The score does not reach the minimum. Train further.
        ScoreTooLow,
        /// The commitment is not a field element. Recompute it with the project's tools.
        BadCommitment,
        /// The circuit of the practice block has been disabled. Wait until the council sets another
        /// block.
        CircuitDisabled,
        /// The proof does not prove this score for this account, its current round and the current
        /// practice block.
        ProofRefused,
        /// The account is not registered as a worker.
        NotRegistered,
        /// The registration is still valid or expired too recently, or the account still has
        /// points.
        NotRemovable,
        /// Set session keys first.
        NoSessionKeys,
        /// The account has too few work points.
        TooFewPoints,
        /// The account is already a candidate.
        AlreadyCandidate,
        /// The list of candidates is full, and every candidate has at least as many points as this
        /// account.
        CandidatesFull,
        /// The account is not a candidate.
        NotCandidate,
        /// An experiment may not have that many tasks open at a time (at most `MaxOpenTasks`).
        MaxOpenTooHigh,
        /// The task's share of the pot is zero, so its workers would work for nothing. Wait until
        /// the pot has grown, or have the council set another share.
        NothingToMint,
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Registers an account as a worker, with a proof of useful work: a model that scores well
        /// enough on the public practice block.
        ///
        /// Sent without a signature and without a fee. The proof is bound to the account, this
        /// chain and the account's current round, so nobody else can use it and it works only once.
        /// After registration the account can sign transactions even if it owns nothing.
        #[pallet::call_index(0)]
        #[pallet::weight(Pallet::<T>::registration_weight())]
        pub fn register_worker(
            origin: OriginFor<T>,
            worker: T::AccountId,
            model: ModelCommitment,
            score: Box<ProvedScore>,
        ) -> DispatchResultWithPostInfo {
            ensure_none(origin)?;
            Self::do_register_worker(worker, &PracticeClaim { model, score: &score })
        }

        /// Ends your registration as a worker. Your account is kept alive until the registration is
        /// removed, long after it would have expired, so that your old transactions cannot be
        /// replayed.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::unregister())]
        pub fn unregister(origin: OriginFor<T>) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_unregister(&who)
        }

        /// Removes a registration that expired long ago and releases the account, together with any
        /// points that have become worthless. Anybody may call this.
        ///
        /// If the account owns nothing and has no other role, it ceases to exist.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::remove_worker())]
        pub fn remove_worker(origin: OriginFor<T>, worker: T::AccountId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_remove_worker(&worker)
        }

        /// Makes you a candidate for validation. You need session keys and enough work points.
        ///
        /// If the list is full, you take the place of the candidate with the fewest points,
        /// provided that you have more.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::apply_as_candidate())]
        pub fn apply_as_candidate(origin: OriginFor<T>) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_apply_as_candidate(who)
        }

        /// Takes you off the list of candidates. If you are validating, you continue until the
        /// sessions for which you have been elected are over.
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::leave_candidates())]
        pub fn leave_candidates(origin: OriginFor<T>) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_leave_candidates(&who)
        }

        /// Adds an experiment to the curriculum, or changes its custodian and terms.
        ///
        /// Its tasks mint tokens. The experiment must exist and must not be archived. Open tasks
        /// keep the budget and the custodian with which they began.
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::set_curriculum())]
        pub fn set_curriculum(
            origin: OriginFor<T>,
            experiment: ExperimentId,
            custodian: Option<T::AccountId>,
            task_share: Permill,
            max_open: u32,
        ) -> DispatchResult {
            T::CurriculumOrigin::ensure_origin(origin)?;
            Self::do_set_curriculum(experiment, custodian, task_share, max_open)
        }

        /// Removes an experiment from the curriculum, so that no more tasks can be opened in it.
        ///
        /// Open tasks end as agreed, and are paid. The experiment belongs to the curriculum until
        /// the last of them has ended.
        #[pallet::call_index(6)]
        #[pallet::weight(T::WeightInfo::remove_curriculum())]
        pub fn remove_curriculum(origin: OriginFor<T>, experiment: ExperimentId) -> DispatchResult {
            T::CurriculumOrigin::ensure_origin(origin)?;
            Self::do_remove_curriculum(experiment)
        }

        /// Sets the practice block on which newcomers prove a score. Registered workers stay
        /// registered. Proofs for the old block become worthless, including those still being made.
        #[pallet::call_index(7)]
        #[pallet::weight(Pallet::<T>::practice_weight())]
        pub fn set_practice(
            origin: OriginFor<T>,
            practice: Box<PracticeSpec>,
        ) -> DispatchResultWithPostInfo {
            T::CurriculumOrigin::ensure_origin(origin)?;
            Self::do_set_practice(*practice)
        }
    }

    // The successor of this attribute, `#[pallet::authorize]`, wants a general transaction with all
    // extensions, which wallets do not make. Every client can make the bare one that this needs.
    #[allow(deprecated)]
    #[pallet::validate_unsigned]
    impl<T: Config> ValidateUnsigned for Pallet<T> {
        type Call = Call<T>;

        /// Checks a registration in the same way when it enters the pool and before it is applied
        /// in a block, so a block that contains a failing registration is invalid.
        fn validate_unsigned(_: TransactionSource, call: &Self::Call) -> TransactionValidity {
            Self::registration_validity(call)
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
        /// The pot, the books, and what the next session will add.
        pub fn emission() -> EmissionState {
            Self::emission_state()
        }

        /// Up to `limit` experiments of the curriculum, at most 64, starting after the experiment
        /// `after`.
        pub fn curriculum(
            after: Option<ExperimentId>,
            limit: u32,
        ) -> Vec<(ExperimentId, CurriculumEntry<T::AccountId>)> {
            Self::curriculum_page(after, limit)
        }

        /// An open curriculum task.
        pub fn curriculum_task(task: TaskId) -> Option<CurriculumTask<T::AccountId>> {
            OpenTasks::<T>::get(task)
        }

        /// The practice block: what has to be proved, and the salt and rows of the block.
        pub fn practice() -> Option<(PracticeTerms, RevealedBlock)> {
            Practice::<T>::get().zip(PracticeBlock::<T>::get())
        }

        /// The registration of a worker.
        pub fn worker(worker: T::AccountId) -> Option<Registration> {
            Registrations::<T>::get(worker)
        }

        /// The round that the account's next proof of registration has to name as its task.
        pub fn registration_round(worker: T::AccountId) -> Round {
            Self::round_of(&worker)
        }

        /// The current work points of an account.
        pub fn work_points(who: T::AccountId) -> u128 {
            Self::points_of(&who)
        }

        /// The current work points of all accounts together.
        pub fn total_work_points() -> u128 {
            Self::points_of_all()
        }

        /// Whether the account committed an offence.
        pub fn is_barred(who: T::AccountId) -> bool {
            Barred::<T>::contains_key(who)
        }

        /// Up to `limit` candidates with their points, at most 64, starting with place `start`,
        /// where the best is 0.
        ///
        /// Places change as points do, so read all pages at the same block.
        pub fn candidates(start: u32, limit: u32) -> Vec<(T::AccountId, u128)> {
            Self::candidate_page(start, limit)
        }

        /// Who would be elected now.
        pub fn elected() -> Vec<T::AccountId> {
            Self::elect()
        }
    }
}
