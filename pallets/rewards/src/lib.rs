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
    use frame_support::{pallet_prelude::*, traits::fungible, weights::WeightMeter};
    use frame_system::pallet_prelude::*;
    use nocknock_primitives::{
        decay::Decay,
        finality::{FinalityVote, INHERENT_IDENTIFIER as FINALITY_VOTES},
        ids::{BlockRoot, CircuitId, ExperimentId, ModelCommitment, TaskId},
        level::Bits,
        puzzle::RegistrationTerms,
        reward::{
            AccountPoints, Books, CurriculumTask, Points, Practice as PracticeTerms, PracticeSpec,
            Registration, Round, Session, VestingPart,
        },
        score::Score,
        task::{ProvedScore, RevealedBlock},
        traits::{DrawSeeds, ProofVerifier, TaskExperiments},
    };
    use sp_core::sr25519::Signature;

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(3);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config:
        frame_system::Config<RuntimeEvent: From<Event<Self>>, AccountId: Into<[u8; 32]>>
        + frame_system::offchain::CreateBare<Call<Self>>
    {
        /// The tokens that are minted, and in which bonds are held.
        type Currency: fungible::Mutate<Self::AccountId>
            + fungible::hold::Mutate<Self::AccountId, Reason = Self::RuntimeHoldReason>;

        /// The runtime's reasons to hold tokens.
        type RuntimeHoldReason: From<HoldReason>;

        /// The circuits, and the only place that accepts a proof.
        type Verifier: ProofVerifier<BlockNumberFor<Self>>;

        /// The experiments that the curriculum refers to.
        type Experiments: TaskExperiments<Self::AccountId, BlockNumberFor<Self>>;

        /// Who may change the curriculum and the practice block.
        type CurriculumOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// The seeds of the draw, which date registrations.
        type Seeds: DrawSeeds;

        /// The session keys of validators.
        type ValidatorKeys: ValidatorKeys<Self::AccountId>;

        /// Who votes for the finality of blocks.
        type FinalityVoters: FinalityVoters<Self::AccountId>;

        /// How many blocks a session has if every slot of it has one. Finality votes are noted up
        /// to eight times in as many blocks.
        type SessionBlocks: Get<BlockNumberFor<Self>>;

        /// What the first session releases into the pot.
        #[pallet::constant]
        type InitialRelease: Get<BalanceOf<Self>>;

        /// The number of sessions after which the release halves.
        #[pallet::constant]
        type HalvingSessions: Get<u32>;

        /// The most that is ever released, and so ever minted.
        #[pallet::constant]
        type MaxSupply: Get<BalanceOf<Self>>;

        /// The factor by which work points shrink in each session.
        #[pallet::constant]
        type PointsDecay: Get<Decay>;

        /// The number of sessions after which the part of a mint is minted that belongs to whoever
        /// provided the data.
        #[pallet::constant]
        type VestingPeriod: Get<Session>;

        /// The most experiments that the curriculum can hold.
        #[pallet::constant]
        type MaxCurriculum: Get<u32>;

        /// The most tasks that an experiment of the curriculum may have open at a time.
        #[pallet::constant]
        type MaxOpenTasks: Get<u32>;

        /// The fewest test rows that a task of the curriculum may have.
        #[pallet::constant]
        type MinCurriculumTestRows: Get<u32>;

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
        /// Whoever has a seat keeps it with fewer.
        #[pallet::constant]
        type MinCandidatePoints: Get<u128>;

        /// The bond of a candidate.
        #[pallet::constant]
        type SeatBond: Get<BalanceOf<Self>>;

        /// The number of sessions after which a bond is returned that is needed no longer: as many
        /// as pass before an equivocation can be reported no more.
        #[pallet::constant]
        type BondPeriod: Get<Session>;

        /// A candidate that has authored a block since it has its seat, and then validates for this
        /// many sessions in a row in silence, is no longer a candidate. One that has never authored
        /// a block is none after a single session. Each validator should have several slots in a
        /// session, or an honest one will be silent by bad luck.
        #[pallet::constant]
        type MaxSilentSessions: Get<u32>;

        /// The most workers that can register in a session.
        #[pallet::constant]
        type MaxRegistrationsPerSession: Get<u32>;

        /// A proof of registration is accepted for so many of the newest seeds of the draw, at
        /// least 2: one that was made just before a new seed came should not be lost.
        #[pallet::constant]
        type RegistrationSeeds: Get<u32>;

        /// The zero bits that the hash of a registration's puzzle must begin with, as long as at
        /// most half of the session's places are taken. At most 64.
        #[pallet::constant]
        type PuzzleBits: Get<u32>;

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

    /// Why tokens are held.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// The bond of a candidate, held until equivocations of its last session can no longer be
        /// reported.
        SeatBond,
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
    pub type Curriculum<T: Config> = CountedStorageMap<_, Twox64Concat, ExperimentId, EntryOf<T>>;

    /// What is remembered of the experiments that have left the curriculum, so that nothing is paid
    /// twice if they come back. Written only when the council removes one; removed when it comes
    /// back.
    #[pallet::storage]
    pub type PastCurriculum<T: Config> = StorageMap<_, Twox64Concat, ExperimentId, PastEntry>;

    /// The open curriculum tasks and their budgets. Bounded by `max_open` of each experiment;
    /// removed when the task ends.
    #[pallet::storage]
    pub type OpenTasks<T: Config> =
        StorageMap<_, Twox64Concat, TaskId, CurriculumTask<T::AccountId>>;

    /// The open tasks that are not paid yet and whose provider of data is liable for equal rows,
    /// and who showed them. Paid for by the call that showed them; removed when the task is paid or
    /// ends.
    #[pallet::storage]
    pub type Liable<T: Config> = StorageMap<_, Twox64Concat, TaskId, T::AccountId>;

    /// What belongs to those who provided the data of paid tasks, and has not vested yet. Paid for
    /// by the work for which it was earned; minted and removed by `on_idle`, or removed when the
    /// provider turns out to be liable for equal rows.
    #[pallet::storage]
    pub type Vesting<T: Config> = StorageMap<_, Twox64Concat, TaskId, VestingEntry<T::AccountId>>;

    /// The task whose part `on_idle` has looked at last.
    #[pallet::storage]
    pub type VestingCursor<T> = StorageValue<_, TaskId>;

    /// The work points of each account. Paid for by the work that earned them; removed when the
    /// account is barred, or once they are worth nothing, by `remove_worker` or together with the
    /// registration.
    #[pallet::storage]
    pub type WorkersPoints<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, AccountPoints, ValueQuery>;

    /// The work points of all accounts together. They are rounded up, and those of each account
    /// down, so this is at least their sum.
    #[pallet::storage]
    pub type TotalPoints<T> = StorageValue<_, Points, ValueQuery>;

    /// The registered workers, suspended ones included. Paid for by the proof of registration, and
    /// limited in number for each session; removed by `on_idle` or `remove_worker`.
    #[pallet::storage]
    pub type Registrations<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Registration>;

    /// The account whose registration `on_idle` has looked at last.
    #[pallet::storage]
    pub type RegistrationCursor<T: Config> = StorageValue<_, T::AccountId>;

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

    /// The candidates for validation, in no particular order. Bounded by `MaxCandidates`, and paid
    /// for by their bonds. A candidate is removed by `leave_candidates`, for an offence, for
    /// silence, or if it has no seat, to make room for a candidate with more points.
    #[pallet::storage]
    pub type Candidates<T: Config> =
        StorageValue<_, BoundedVec<T::AccountId, T::MaxCandidates>, ValueQuery>;

    /// The bonds of candidates, and of those who were candidates. They are tokens on hold; removed
    /// when they are returned by `on_idle`, or burnt for an offence.
    #[pallet::storage]
    pub type Bonds<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, SeatBondState<BalanceOf<T>>>;

    /// The account whose bond `on_idle` has looked at last.
    #[pallet::storage]
    pub type BondCursor<T: Config> = StorageValue<_, T::AccountId>;

    /// How many blocks each validator authored in the current session. No deposit pays for them,
    /// because there are at most `MaxValidators`; removed when the session ends.
    #[pallet::storage]
    pub type AuthorsOfSession<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

    /// The validators whose finality votes were seen in the current session. No deposit pays for
    /// them, because there are at most `MaxValidators`; removed when the session ends.
    #[pallet::storage]
    pub type VotersOfSession<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, ()>;

    /// The signs of life of each candidate, genesis authority and account with a seat, and of
    /// nobody else. Bounded by `MaxCandidates` and twice `MaxValidators`; removed when the account
    /// is none of these any more.
    #[pallet::storage]
    pub type Liveness<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Life>;

    /// The set that was elected last: the validators of the next session, once the session pallet
    /// has taken them over.
    #[pallet::storage]
    pub type Seats<T: Config> =
        StorageValue<_, BoundedVec<T::AccountId, T::MaxValidators>, ValueQuery>;

    /// Which finality votes were noted last. None before the first ones.
    #[pallet::storage]
    pub type LastFinality<T: Config> = StorageValue<_, NotedFinality<BlockNumberFor<T>>>;

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
        pub curriculum: Vec<GenesisCurriculum<T::AccountId, BlockNumberFor<T>>>,
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
            /// How much its halvings mint, in thousandths of full weight.
            weight: u16,
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
        /// A custodian lost its role, because it failed a task, was liable for equal rows, or
        /// because the council decided so.
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
        /// An open task took halvings of the error from what its experiment can still be paid for,
        /// or gave some back.
        LevelChanged {
            /// The experiment.
            experiment: ExperimentId,
            /// The task.
            task: TaskId,
            /// The halvings that it has taken now, in 2^−16.
            taken: Bits,
            /// The halvings that are paid or taken in the experiment now, in 2^−16.
            level: Bits,
        },
        /// The winner of a curriculum task was paid in new tokens.
        Minted {
            /// The task.
            task: TaskId,
            /// The winner.
            winner: T::AccountId,
            /// How much was minted for it.
            amount: u128,
            /// How much was minted for the validators.
            validators: u128,
            /// How much will be minted for whoever provided the data. Nothing if it is liable for
            /// equal rows.
            provider: u128,
        },
        /// Enough rows of a task turned out to be equal to rows that were shown before: whoever
        /// provided them lost its part.
        ProviderLiable {
            /// The task.
            task: TaskId,
            /// Who provided its data.
            provider: T::AccountId,
            /// How much it lost.
            amount: u128,
            /// Who showed the equal rows.
            shown_by: T::AccountId,
            /// How much was minted for that. The rest went back to the pot.
            reward: u128,
        },
        /// The part of whoever provided the data of a task has vested, and was minted.
        Vested {
            /// The task.
            task: TaskId,
            /// Who provided its data.
            provider: T::AccountId,
            /// How much was minted. Nothing if the account cannot hold it; then it goes back to the
            /// pot.
            amount: u128,
        },
        /// A session ended, and its validators were paid from their pot.
        ValidatorsPaid {
            /// The session.
            session: Session,
            /// How much they got together.
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
            /// How much of its bond was burnt: all of it.
            bond: BalanceOf<T>,
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
        /// A candidate, or somebody who had left the candidates and still had a seat, validated and
        /// was silent for too long: for a session if it had never authored a block in its seat, or
        /// else for `MaxSilentSessions`. Or it lost the seat before its first session, because it
        /// had removed its session keys or given no sign of life. It is no candidate any more, and
        /// may apply again when its node is back.
        CandidateSilent {
            /// The account.
            who: T::AccountId,
            /// How much of its bond was burnt.
            burnt: BalanceOf<T>,
        },
        /// An account was elected that had no seat.
        SeatTaken {
            /// The account.
            who: T::AccountId,
            /// The first session in which it validates.
            session: Session,
        },
        /// An account lost its seat.
        SeatLeft {
            /// The account.
            who: T::AccountId,
            /// The first session in which it validates no longer.
            session: Session,
        },
        /// A bond was returned that was needed no longer.
        BondReturned {
            /// Its owner.
            who: T::AccountId,
            /// How much was returned.
            amount: BalanceOf<T>,
        },
        /// The node of an account that may be elected showed that it runs.
        SignOfLife {
            /// The account.
            who: T::AccountId,
            /// The session.
            session: Session,
        },
        /// The author of the block showed the votes by which an earlier block became final.
        FinalityNoted {
            /// The height of that block.
            block: BlockNumberFor<T>,
            /// How many validators voted.
            votes: u32,
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
        /// The experiment is not in the curriculum, or was removed from it already.
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
        /// No more workers can register in this session. Try again in the next one, with a proof
        /// for a seed that is among the newest then.
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
        /// The proof does not prove this score for this account, its current round, this seed and
        /// the current practice block.
        ProofRefused,
        /// The seed is not one of the newest `RegistrationSeeds` of the draw. Make another proof,
        /// for the newest one.
        StaleSeed,
        /// The number does not solve the puzzle of this registration for as many bits as are asked
        /// for now. Look for another number; the proof may stay.
        PuzzleNotSolved,
        /// The account is not registered as a worker.
        NotRegistered,
        /// A registration can be removed `RegistrationLife` sessions after it has expired, even if
        /// the worker has ended it. Without one, only points that are worth nothing can be removed.
        NotRemovable,
        /// Set session keys first.
        NoSessionKeys,
        /// The account has too few work points. Win tasks of the curriculum first.
        TooFewPoints,
        /// The bond of a candidate (`SeatBond`) cannot be held. The account needs as many free
        /// tokens, less what is still held of an earlier bond, beside the least that an account
        /// must own.
        NoBond,
        /// The account is already a candidate.
        AlreadyCandidate,
        /// The account has a seat and is silent in it. Start its node, and apply after a session in
        /// which it has authored a block and voted, or when it has lost the seat.
        SilentInSeat,
        /// The list of candidates is full, and every candidate without a seat has at least as many
        /// points as this account.
        CandidatesFull,
        /// The account is not a candidate.
        NotCandidate,
        /// An experiment may not have that many tasks open at a time (at most `MaxOpenTasks`).
        MaxOpenTooHigh,
        /// The sign of life is for another session than the present one. The node sends another
        /// one by itself.
        AnotherSession,
        /// The account is no candidate, no genesis authority and has no seat, or it validates in
        /// this session, so that its blocks and finality votes show that its node runs.
        NoSignWanted,
        /// The account has given a sign of life in this session.
        AlreadySigned,
        /// The signature is not one of the account's BABE key for this session of this chain. Check
        /// that the node holds the keys that the account set last.
        BadSignature,
        /// Finality votes were noted in this block already, or these are for a block less than an
        /// eighth of a session above that of the last ones.
        NotedRecently,
        /// The finality votes are for a block that is more than a session old.
        VotesTooOld,
        /// The set of finality voters changes in this block. Votes are noted from the next one on.
        VotersChange,
        /// These are fewer votes than it takes to finalise a block.
        TooFewVotes,
        /// The votes are not in the order of the voters, or two are of the same voter.
        VotesOutOfOrder,
        /// The present set of finality voters has no such place.
        UnknownVoter,
        /// A finality vote is not signed by its voter, or for another round, another set or another
        /// block than that of this chain.
        BadVote,
        /// So much has been minted that a halving of the error mints nothing any more, so the
        /// workers of the task would work for nothing.
        NothingToMint,
        /// The weight of an experiment must be 1 to 1,000 thousandths.
        BadWeight,
        /// The weight of an experiment may fall, but never rise. It is at most the one that the
        /// experiment has, or had when it left the curriculum.
        WeightRose,
        /// The form of the data cannot change while tasks of the experiment are open.
        FormatInUse,
        /// The tasks of an experiment of the curriculum must have at least `MinCurriculumTestRows`
        /// test rows.
        TooFewTestRows,
        /// An experiment that has a champion cannot be added, even if it was in the curriculum
        /// before: the champion may be sealed for somebody, so that nobody could prove it. Add
        /// another experiment, or have the champion retired first.
        HasModels,
        /// Models of the circuit cannot be judged on all data of the experiment: other inputs or
        /// labels, too few samples, or scores that are not exact. Choose another circuit.
        FormatMismatch,
        /// The task's data is encoded in another way than that of the experiment.
        EncodingMismatch,
        /// The task has fewer test rows or shorter periods than the rules of the experiment demand.
        TermsBelowRules,
        /// The free pot holds less than this task could mint. Wait until it has grown.
        PotTooSmall,
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Registers an account as a worker, with a proof of useful work: a model that scores well
        /// enough on the public practice block.
        ///
        /// Sent without a signature and without a fee. The proof is bound to the account, this
        /// chain and the account's current round, so nobody else can use it and it works only once.
        /// It is also bound to the seed of the draw with the number `seed`, which has to be one of
        /// the newest. `nonce` solves a puzzle about account, seed and proof; while more than half
        /// of the session's places are taken, it has to be a better one. The project's worker finds
        /// it. After registration the account can sign transactions even if it owns nothing.
        #[pallet::call_index(0)]
        #[pallet::weight(Pallet::<T>::registration_weight())]
        pub fn register_worker(
            origin: OriginFor<T>,
            worker: T::AccountId,
            model: ModelCommitment,
            score: Box<ProvedScore>,
            seed: u64,
            nonce: u64,
        ) -> DispatchResultWithPostInfo {
            ensure_none(origin)?;
            Self::do_register_worker(worker, &PracticeClaim { model, score: &score, seed, nonce })
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
        /// points that have become worthless. Anybody may call this. Without it, the chain does the
        /// same sooner or later.
        ///
        /// If the account owns nothing and has no other role, it ceases to exist.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::remove_worker())]
        pub fn remove_worker(origin: OriginFor<T>, worker: T::AccountId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_remove_worker(&worker)
        }

        /// Makes you a candidate for validation. You need session keys, enough work points, a bond
        /// of `SeatBond` tokens, and a node that runs with these keys: it shows that it does by
        /// itself, and without such a sign you are not elected.
        ///
        /// The bond is held in your account. All of it is burnt if you equivocate, and 5 % if you
        /// have a seat and are silent for too long. It is returned `BondPeriod` sessions after you
        /// have left both the candidates and your seat. If the list is full, you take the place of
        /// the candidate without a seat that has fewest points, provided that you have more.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::apply_as_candidate())]
        pub fn apply_as_candidate(origin: OriginFor<T>) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_apply_as_candidate(who)
        }

        /// Takes you off the list of candidates. If you have a seat, you lose it in one of the next
        /// elections, but not before you have authored a block in it or were silent for a session.
        /// Keep your node running until you validate no longer: silence still costs 5 % of your
        /// bond. It is returned `BondPeriod` sessions after that.
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::leave_candidates())]
        pub fn leave_candidates(origin: OriginFor<T>) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_leave_candidates(&who)
        }

        /// Adds an experiment to the curriculum, or changes its custodian, weight and rules.
        ///
        /// Its tasks mint tokens. The experiment must exist and must not be archived, and have no
        /// champion when it is added. If it names an encoding, the rules must name the same. The
        /// weight is 1 to 1,000 thousandths and may never rise. Open tasks keep the budget, the
        /// unit and the custodian with which they began.
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::set_curriculum())]
        #[allow(clippy::boxed_local, reason = "boxes keep the enum of all calls small")]
        pub fn set_curriculum(
            origin: OriginFor<T>,
            experiment: ExperimentId,
            custodian: Option<T::AccountId>,
            weight: u16,
            rules: Box<RulesOf<T>>,
            max_open: u32,
        ) -> DispatchResult {
            T::CurriculumOrigin::ensure_origin(origin)?;
            Self::do_set_curriculum(experiment, custodian, weight, *rules, max_open)
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

        /// Shows that an account that may be elected, and does not validate at present, has a node
        /// that runs. Without such a sign in the last two sessions it is not elected.
        ///
        /// Sent without a signature of the account and without a fee, once in a session, by every
        /// node that holds the BABE key of such an account. Its operator has nothing to do.
        #[pallet::call_index(8)]
        #[pallet::weight(Pallet::<T>::life_weight())]
        pub fn sign_of_life(
            origin: OriginFor<T>,
            who: T::AccountId,
            session: Session,
            signature: Signature,
        ) -> DispatchResult {
            ensure_none(origin)?;
            Self::do_sign_of_life(who, session, &signature)
        }

        /// Shows the votes by which an earlier block became final, so that it is known which
        /// validators vote. They are precommits of one round of the present set.
        ///
        /// Only the author of a block can add it, at most once. If a vote is wrong, the block is
        /// invalid.
        #[pallet::call_index(9)]
        #[pallet::weight((Pallet::<T>::finality_weight(votes.len()), DispatchClass::Mandatory))]
        pub fn note_finality(
            origin: OriginFor<T>,
            round: u64,
            votes: BoundedVec<FinalityVote<BlockNumberFor<T>>, T::MaxValidators>,
        ) -> DispatchResult {
            ensure_none(origin)?;
            Self::do_note_finality(round, &votes)
        }
    }

    /// The finality votes that an author knows. No block needs any, and whether those of a block
    /// are right does not depend on what another node knows, so other nodes leave the checks to the
    /// call: a block in which an inherent fails is invalid.
    #[pallet::inherent]
    impl<T: Config> ProvideInherent for Pallet<T> {
        type Call = Call<T>;
        type Error = MakeFatalError<()>;

        const INHERENT_IDENTIFIER: InherentIdentifier = FINALITY_VOTES;

        fn create_inherent(data: &InherentData) -> Option<Self::Call> {
            Self::votes_to_note(data)
        }

        fn is_inherent(call: &Self::Call) -> bool {
            matches!(call, Call::note_finality { .. })
        }
    }

    // The successor of this attribute, `#[pallet::authorize]`, wants a general transaction with all
    // extensions, which wallets do not make. Every client can make the bare one that this needs.
    #[allow(deprecated)]
    #[pallet::validate_unsigned]
    impl<T: Config> ValidateUnsigned for Pallet<T> {
        type Call = Call<T>;

        /// Checks a registration or a sign of life in the same way when it enters the pool and
        /// before it is applied in a block, so a block that contains a failing one is invalid.
        fn validate_unsigned(_: TransactionSource, call: &Self::Call) -> TransactionValidity {
            match call {
                Call::sign_of_life { who, session, signature } => {
                    Self::life_validity(who, *session, signature)
                }
                other => Self::registration_validity(other),
            }
        }

        /// The pool takes no finality votes. In a block they check themselves.
        fn pre_dispatch(call: &Self::Call) -> Result<(), TransactionValidityError> {
            if Self::is_inherent(call) {
                return Ok(());
            }
            Self::validate_unsigned(TransactionSource::InBlock, call).map(|_| ())
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

        fn offchain_worker(now: BlockNumberFor<T>) {
            Self::send_signs_of_life(now);
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
        ) -> Vec<(ExperimentId, EntryOf<T>)> {
            Self::curriculum_page(after, limit)
        }

        /// An open curriculum task.
        pub fn curriculum_task(task: TaskId) -> Option<CurriculumTask<T::AccountId>> {
            OpenTasks::<T>::get(task)
        }

        /// What whoever provided the data of a task gets when it has vested.
        pub fn vesting(task: TaskId) -> Option<VestingPart<T::AccountId>> {
            Vesting::<T>::get(task).map(|entry| entry.part)
        }

        /// What is in the validators' pot.
        pub fn validators_pot() -> u128 {
            Self::in_the_pot()
        }

        /// The practice block: what has to be proved, and the salt and rows of the block.
        pub fn practice() -> Option<(PracticeTerms, RevealedBlock)> {
            Practice::<T>::get().zip(PracticeBlock::<T>::get())
        }

        /// The registration of a worker.
        pub fn worker(worker: T::AccountId) -> Option<Registration> {
            Registrations::<T>::get(worker)
        }

        /// The seed that a proof of registration should be made for now, and how hard the puzzle
        /// is; nothing on a chain that draws no seeds.
        pub fn registration_terms() -> Option<RegistrationTerms> {
            Self::present_terms()
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

        /// Who was elected last: the validators of the next session.
        pub fn seats() -> Vec<T::AccountId> {
            Seats::<T>::get().into_inner()
        }

        /// Who would be elected if the session ended now and nobody showed another sign of life.
        pub fn elected() -> Vec<T::AccountId> {
            Self::next_set()
        }

        /// What is known about the node of a candidate, a genesis authority or an account with a
        /// seat.
        pub fn life(who: T::AccountId) -> Option<Life> {
            Liveness::<T>::get(who)
        }

        /// The bond of an account, as a candidate or until it is returned.
        pub fn seat_bond(who: T::AccountId) -> Option<SeatBondState<BalanceOf<T>>> {
            Bonds::<T>::get(who)
        }
    }
}
