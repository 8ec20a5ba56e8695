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
        circuit::ProofBytes,
        ids::{BlockRoot, CircuitId, ExperimentId, ModelCommitment, TaskId},
        limits::MAX_BLOCK_ELEMENTS,
        reward::{
            Books, CurriculumTask, Points, Practice as PracticeTerms, PracticeSpec, Registration,
            Round, Session,
        },
        score::Score,
        task::RevealedBlock,
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

        /// The experiments that the curriculum names.
        type Experiments: TaskExperiments<Self::AccountId, BlockNumberFor<Self>>;

        /// Who may change the curriculum and the practice block.
        type CurriculumOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// The session keys of validators.
        type ValidatorKeys: ValidatorKeys<Self::AccountId>;

        /// What the first session releases into the pot.
        #[pallet::constant]
        type InitialRelease: Get<BalanceOf<Self>>;

        /// Sessions after which the release halves.
        #[pallet::constant]
        type HalvingSessions: Get<u32>;

        /// The most that is ever released, and so ever minted.
        #[pallet::constant]
        type MaxSupply: Get<BalanceOf<Self>>;

        /// Sessions after which work points halve.
        #[pallet::constant]
        type PointsHalving: Get<u32>;

        /// Experiments in the curriculum at most.
        #[pallet::constant]
        type MaxCurriculum: Get<u32>;

        /// Tasks that an experiment of the curriculum may have open at a time, at most.
        #[pallet::constant]
        type MaxOpenTasks: Get<u32>;

        /// Candidates for validation at most.
        #[pallet::constant]
        type MaxCandidates: Get<u32>;

        /// Validators at most, and genesis authorities at most.
        #[pallet::constant]
        type MaxValidators: Get<u32>;

        /// Candidates that must be elected before the genesis authorities retire.
        #[pallet::constant]
        type MinValidators: Get<u32>;

        /// Work points that a candidate needs to apply and to be elected; at least 1.
        #[pallet::constant]
        type MinCandidatePoints: Get<u128>;

        /// Sessions in a row that a candidate may validate without authoring a block, less one. A
        /// session should have several slots for each validator, or an honest one is silent by bad
        /// luck.
        #[pallet::constant]
        type MaxSilentSessions: Get<u32>;

        /// Registrations of workers in a session at most.
        #[pallet::constant]
        type MaxRegistrationsPerSession: Get<u32>;

        /// Sessions for which a registration is valid. After as many sessions again the account may
        /// be released, so whoever commits in a task can sign for at least so long; it should last
        /// through the first turn to deliver of every curriculum task.
        #[pallet::constant]
        type RegistrationLife: Get<u32>;

        /// What the calls, hooks and traits cost.
        type WeightInfo: WeightInfo;

        /// What benchmarks need of the neighbours.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkHelper: crate::benchmarking::BenchmarkHelper<Self::AccountId>;
    }

    /// The present session, as the session manager told it. Never falls.
    #[pallet::storage]
    pub type CurrentSession<T> = StorageValue<_, Session, ValueQuery>;

    /// What was released, set aside, minted and burnt.
    #[pallet::storage]
    pub type CurrencyBooks<T> = StorageValue<_, Books, ValueQuery>;

    /// What the genesis endowed: zero on every network, something on chains for load tests.
    #[pallet::storage]
    pub type GenesisIssuance<T: Config> = StorageValue<_, BalanceOf<T>, ValueQuery>;

    /// The experiments that mint. Written by genesis and `CurriculumOrigin` only; bounded by
    /// `MaxCurriculum`; removed by `remove_curriculum`, or with the last open task after it.
    #[pallet::storage]
    pub type Curriculum<T: Config> =
        CountedStorageMap<_, Twox64Concat, ExperimentId, CurriculumEntry<T::AccountId>>;

    /// Open curriculum tasks and their budgets. Bounded by `max_open` of each experiment; removed
    /// when the task has ended.
    #[pallet::storage]
    pub type OpenTasks<T: Config> =
        StorageMap<_, Twox64Concat, TaskId, CurriculumTask<T::AccountId>>;

    /// Work points of each account. Paid for by the work that earned them; removed when the account
    /// is barred, or by `remove_worker` once nothing is left of them.
    #[pallet::storage]
    pub type WorkersPoints<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, Points, ValueQuery>;

    /// Work points of all accounts together. Rounded down less often than the points of each, so
    /// it is at least their sum.
    #[pallet::storage]
    pub type TotalPoints<T> = StorageValue<_, Points, ValueQuery>;

    /// Registered workers, suspended ones included. Paid for by the proof of registration, bounded
    /// in number for each session; removed by `remove_worker`.
    #[pallet::storage]
    pub type Registrations<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Registration>;

    /// The round of accounts without a registration. No round below it is ever used again.
    #[pallet::storage]
    pub type FirstRound<T> = StorageValue<_, Round, ValueQuery>;

    /// Registrations of the present session.
    #[pallet::storage]
    pub type RecentRegistrations<T> = StorageValue<_, SessionCount, ValueQuery>;

    /// Accounts that committed an offence. Never removed: as many as there were offenders among
    /// validators.
    #[pallet::storage]
    pub type Barred<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, ()>;

    /// Candidates for validation, in no particular order. Bounded by `MaxCandidates`; left by
    /// `leave_candidates`, by an offence, by silence, or to a candidate with more points.
    #[pallet::storage]
    pub type Candidates<T: Config> =
        StorageValue<_, BoundedVec<T::AccountId, T::MaxCandidates>, ValueQuery>;

    /// Validators that authored a block of the present session. Paid for by nobody, because they
    /// are at most `MaxValidators`; removed when the session ends.
    #[pallet::storage]
    pub type AuthorsOfSession<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, ()>;

    /// Sessions in a row that a candidate validated without authoring a block. Nothing is stored
    /// for one that was not silent. Bounded by `MaxCandidates`; removed with the next block that
    /// the candidate authors, when the session ends, and with its candidacy.
    #[pallet::storage]
    pub type SilentSessions<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

    /// The authorities that the genesis named, in its order. Never changed.
    #[pallet::storage]
    pub type GenesisAuthorities<T: Config> =
        StorageValue<_, BoundedVec<T::AccountId, T::MaxValidators>, ValueQuery>;

    /// The practice block's circuit, root and threshold. Written by genesis and `CurriculumOrigin`.
    #[pallet::storage]
    pub type Practice<T> = StorageValue<_, PracticeTerms>;

    /// Salt and rows of the practice block, so that every newcomer can read it from the chain.
    /// Written and replaced with [`Practice`]; apart from it because few need it.
    #[pallet::storage]
    pub type PracticeBlock<T> = StorageValue<_, RevealedBlock>;

    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// The experiments that mint.
        pub curriculum: Vec<GenesisCurriculum<T::AccountId>>,
        /// The practice block. Without it nobody can register until the council sets one.
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
            /// What was added.
            added: u128,
            /// What new tasks draw on now.
            free_pot: u128,
        },
        /// An experiment was added to the curriculum, or its terms were changed.
        CurriculumSet {
            /// The experiment.
            experiment: ExperimentId,
            /// Who creates its tasks.
            custodian: Option<T::AccountId>,
            /// The part of the free pot that is set aside for each new task.
            task_share: Permill,
            /// Tasks that may be open at a time.
            max_open: u32,
        },
        /// An experiment was removed from the curriculum. Its open tasks end as agreed.
        CurriculumRemoved {
            /// The experiment.
            experiment: ExperimentId,
            /// Its tasks that are still open.
            open: u32,
        },
        /// A custodian lost its role, because it failed a task or the council decided so.
        CustodianDismissed {
            /// The experiment.
            experiment: ExperimentId,
            /// Who was custodian.
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
        /// The winner of a curriculum task was paid with new tokens.
        Minted {
            /// The task.
            task: TaskId,
            /// The winner.
            winner: T::AccountId,
            /// What was minted.
            amount: u128,
        },
        /// The winner of a curriculum task could not be paid, because its account cannot hold the
        /// amount: too little to exist, or too much. The amount goes back to the pot.
        NotMinted {
            /// The task.
            task: TaskId,
            /// The winner.
            winner: T::AccountId,
            /// What was earned.
            amount: u128,
        },
        /// A curriculum task ended and what was left of its budget went back to the pot.
        BudgetReturned {
            /// The task.
            task: TaskId,
            /// What was left.
            amount: u128,
        },
        /// The practice block was set.
        PracticeSet {
            /// The score circuit.
            circuit: CircuitId,
            /// Root of the block.
            root: BlockRoot,
            /// Its real rows.
            rows: u32,
            /// The score that a newcomer has to reach.
            min_score: Score,
        },
        /// A worker registered with a proof of useful work.
        WorkerRegistered {
            /// The worker.
            worker: T::AccountId,
            /// Commitment to the model that it trained for practice.
            model: ModelCommitment,
            /// Rows of the practice block that the model classifies correctly.
            score: u32,
            /// The round of the registration.
            round: Round,
            /// First session in which it is no longer valid.
            expires: Session,
        },
        /// A worker unregistered itself.
        WorkerUnregistered {
            /// The worker.
            worker: T::AccountId,
        },
        /// A worker abandoned a curriculum task and may not work until it registers anew.
        WorkerSuspended {
            /// The worker.
            worker: T::AccountId,
            /// The task.
            task: TaskId,
        },
        /// An expired registration was removed and the account released.
        WorkerRemoved {
            /// The worker.
            worker: T::AccountId,
        },
        /// An account committed an offence: it lost its points and may neither work nor validate.
        AccountBarred {
            /// The account.
            who: T::AccountId,
            /// The points that it lost.
            points: u128,
        },
        /// An account became candidate for validation.
        CandidateAdded {
            /// The account.
            who: T::AccountId,
            /// Its points.
            points: u128,
        },
        /// A candidate left.
        CandidateLeft {
            /// The account.
            who: T::AccountId,
        },
        /// A candidate had to make room for one with more points.
        CandidateDisplaced {
            /// The account.
            who: T::AccountId,
        },
        /// A candidate validated for `MaxSilentSessions` sessions in a row without authoring a
        /// block and is candidate no more. It may apply again when its node is back.
        CandidateSilent {
            /// The account.
            who: T::AccountId,
        },
        /// Points that had become worth nothing were removed.
        SpentPointsRemoved {
            /// The account.
            who: T::AccountId,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// Only the custodian of a curriculum experiment may open its tasks.
        NotCustodian,
        /// The experiment has as many open tasks as it may have. Wait until one has ended.
        TooManyOpenTasks,
        /// The task is open already.
        AlreadyOpen,
        /// The curriculum is full. Remove an experiment first.
        CurriculumFull,
        /// The experiment is not in the curriculum.
        NotInCurriculum,
        /// No active score circuit of this id is registered.
        CircuitNotActive,
        /// Blocks of this shape are too large for the chain.
        ShapeTooLarge,
        /// The salt is not a field element.
        BadSalt,
        /// The rows are not a block of the circuit's shape, or none of them is real.
        MalformedRows,
        /// The minimum score must be a ratio between 0 and 1.
        BadMinimum,
        /// The chain has no practice block, so nobody can register.
        NoPractice,
        /// The account committed an offence and may neither work nor validate.
        Barred,
        /// The account is registered.
        AlreadyRegistered,
        /// As many workers have registered in this session as may. Send it again in the next one.
        RegistrationsExhausted,
        /// The score is above the number of rows of the practice block.
        ScoreTooHigh,
        /// The score does not reach the minimum. Train further.
        ScoreTooLow,
        /// The commitment is not a field element: recompute it with the project's tools.
        BadCommitment,
        /// The practice block's circuit was disabled. Wait until the council sets another block.
        CircuitDisabled,
        /// The proof does not prove the score for this account, its present round, and the present
        /// practice block.
        ProofRefused,
        /// The account is not registered as a worker.
        NotRegistered,
        /// The account still has a valid registration, or one that expired only lately, or points.
        NotRemovable,
        /// Register session keys first.
        NoSessionKeys,
        /// The account has too few work points.
        TooFewPoints,
        /// The account is a candidate already.
        AlreadyCandidate,
        /// Every candidate has at least as many points as this account.
        CandidatesFull,
        /// The account is not a candidate.
        NotCandidate,
        /// No experiment may have so many tasks open at a time. Choose at most `MaxOpenTasks`.
        MaxOpenTooHigh,
        /// The task's share of the pot is zero, so its workers would work for nothing. Wait until
        /// the pot has grown, or let the council set another share.
        NothingToMint,
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Registers an account as a worker by a proof of useful work: a model of good enough score
        /// on the public practice block.
        ///
        /// Sent without a signature and without a fee. The proof is made for the account, this
        /// chain and the account's present round, so it serves nobody else and only once. Once
        /// registered the account can sign, even if it owns nothing.
        #[pallet::call_index(0)]
        #[pallet::weight(Pallet::<T>::registration_weight())]
        pub fn register_worker(
            origin: OriginFor<T>,
            worker: T::AccountId,
            model: ModelCommitment,
            score: u32,
            proof: Box<ProofBytes>,
        ) -> DispatchResult {
            ensure_none(origin)?;
            let proof = &proof;
            Self::do_register_worker(worker, PracticeClaim { model, score, proof })
        }

        /// Ends your registration as a worker. Your account keeps its reference until the
        /// registration would have expired, so old transactions of yours cannot be repeated.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::unregister())]
        pub fn unregister(origin: OriginFor<T>) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_unregister(&who)
        }

        /// Removes a registration that expired long ago and releases the account, and what is
        /// stored of points that are worth nothing any more. Anybody may call this.
        ///
        /// An account that owns nothing ceases to exist then.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::remove_worker())]
        pub fn remove_worker(origin: OriginFor<T>, worker: T::AccountId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_remove_worker(&worker)
        }

        /// Makes you a candidate for validation. You need session keys and enough work points.
        ///
        /// If the list is full you take the place of the candidate with the fewest points, if you
        /// have more.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::apply_as_candidate())]
        pub fn apply_as_candidate(origin: OriginFor<T>) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_apply_as_candidate(who)
        }

        /// Takes you off the list of candidates. If you validate now, you do so until the sessions
        /// for which you are elected are over.
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::leave_candidates())]
        pub fn leave_candidates(origin: OriginFor<T>) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_leave_candidates(&who)
        }

        /// Adds an experiment to the curriculum, or changes its custodian and terms.
        ///
        /// Its tasks mint tokens. The experiment must exist and not be archived. Open tasks keep
        /// the budget and the custodian that they began with.
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

        /// Removes an experiment from the curriculum: no task is opened in it any more.
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
        /// registered; proofs that are being made for the old block become worthless.
        #[pallet::call_index(7)]
        #[pallet::weight(T::WeightInfo::set_practice(MAX_BLOCK_ELEMENTS))]
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

        /// The same when a transaction enters the pool and before it is applied in a block, so a
        /// block with a registration that fails is not valid.
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
        /// The pot, the books, and what the next session adds.
        pub fn emission() -> EmissionState {
            Self::emission_state()
        }

        /// Up to `limit`, but at most 64, experiments of the curriculum, from the one after
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

        /// The practice block: what has to be proved, and its salt and rows.
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

        /// Work points of an account now.
        pub fn work_points(who: T::AccountId) -> u128 {
            Self::points_of(&who)
        }

        /// Work points of all accounts together now.
        pub fn total_work_points() -> u128 {
            Self::points_of_all()
        }

        /// The account committed an offence.
        pub fn is_barred(who: T::AccountId) -> bool {
            Barred::<T>::contains_key(who)
        }

        /// Up to `limit`, but at most 64, candidates and their points, from place `start`, the best
        /// being 0.
        ///
        /// Places change as points do: read all pages at one block.
        pub fn candidates(start: u32, limit: u32) -> Vec<(T::AccountId, u128)> {
            Self::candidate_page(start, limit)
        }

        /// Who would be elected now.
        pub fn elected() -> Vec<T::AccountId> {
            Self::elect()
        }
    }
}
