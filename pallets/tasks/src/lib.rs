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
    use frame_support::{
        pallet_prelude::*,
        traits::{fungible, ConstU64},
        weights::WeightMeter,
    };
    use frame_system::pallet_prelude::*;
    use nocknock_primitives::{
        circuit::ProofBytes,
        claim::ClaimKey,
        ids::{
            BlobId, BlockIndex, BlockRoot, CiphertextHash, ExperimentId, KeyCommitment,
            ModelCommitment, TaskId,
        },
        limits::{List, MAX_ASKED, MAX_BLOCKS, MAX_BLOCK_BYTES, MAX_TEST_BLOCKS},
        phase::Phase,
        score::Score,
        task::{
            Attestation, BlockScore, Chunk, ChunkHashes, EqualRows, Fate, Funding, LastChunk,
            Outcome, RevealedBlock, SealedKeyBytes, TaskSpec,
        },
        traits::{
            BurnLog, Curriculum, EpochRandomness, FactWriter, ProofVerifier, ProvenanceRecorder,
            TaskExperiments, WorkerRegistry,
        },
    };
    use sp_runtime::Permill;

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(2);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config:
        frame_system::Config<RuntimeEvent: From<Event<Self>>, AccountId: Into<[u8; 32]>>
    {
        /// The tokens in which rewards are paid and deposits are held.
        type Currency: fungible::hold::Mutate<Self::AccountId, Reason = Self::RuntimeHoldReason>;

        /// The runtime's reasons to hold tokens.
        type RuntimeHoldReason: From<HoldReason>;

        /// The circuits, and the only place that accepts a proof.
        type Verifier: ProofVerifier<BlockNumberFor<Self>>;

        /// The experiments that tasks belong to.
        type Experiments: TaskExperiments<Self::AccountId, BlockNumberFor<Self>>;

        /// The curriculum, whose tasks mint tokens.
        type Curriculum: Curriculum<Self::AccountId, BalanceOf<Self>, BlockNumberFor<Self>>;

        /// The registered workers.
        type Workers: WorkerRegistry<Self::AccountId>;

        /// Where scores that were paid for are written as facts.
        type Facts: FactWriter<Self::AccountId>;

        /// Where the provenance of models that were paid for is recorded.
        type Provenance: ProvenanceRecorder<Self::AccountId>;

        /// The book of what is burnt.
        type Burns: BurnLog<BalanceOf<Self>>;

        /// The account to which the validators' share of payments goes.
        type ValidatorsPot: Get<Self::AccountId>;

        /// Randomness for the draw of test blocks.
        type Randomness: EpochRandomness;

        /// The minimum reward of a sponsored task.
        #[pallet::constant]
        type MinReward: Get<BalanceOf<Self>>;

        /// The minimum bond of a sponsored task, to which [`Config::BondPerBlock`] is added for
        /// each data block, and the price of storing the test blocks.
        #[pallet::constant]
        type MinBond: Get<BalanceOf<Self>>;

        /// What each data block adds to the minimum bond.
        #[pallet::constant]
        type BondPerBlock: Get<BalanceOf<Self>>;

        /// The minimum stake of a sponsored task, to which the price of storing a ciphertext is
        /// added; at least the existential deposit.
        #[pallet::constant]
        type MinStake: Get<BalanceOf<Self>>;

        /// What storing an item costs as long as it is stored.
        #[pallet::constant]
        type DepositPerItem: Get<BalanceOf<Self>>;

        /// What storing a byte costs as long as it is stored.
        #[pallet::constant]
        type DepositPerByte: Get<BalanceOf<Self>>;

        /// The fraction of each payment from an escrow that goes to the validators.
        #[pallet::constant]
        type ValidatorShare: Get<Permill>;

        /// The least that goes to the validators with each payment from an escrow: a delivered
        /// model, its fact and its provenance stay on the chain for ever, however small the
        /// payment. At least the existential deposit; every share of a reward must exceed it.
        #[pallet::constant]
        type RecordFee: Get<BalanceOf<Self>>;

        /// The shortest period that a task may set, in blocks.
        #[pallet::constant]
        type MinPeriod: Get<BlockNumberFor<Self>>;

        /// The longest period that a task may set, in blocks.
        #[pallet::constant]
        type MaxPeriod: Get<BlockNumberFor<Self>>;

        /// For how long after its creation a task can be drawn, in blocks; at least three epochs.
        #[pallet::constant]
        type DrawPeriod: Get<BlockNumberFor<Self>>;

        /// For how long after its end a task and its deliveries stay readable, in blocks.
        #[pallet::constant]
        type Retention: Get<BlockNumberFor<Self>>;

        /// The most tasks that the sweep visits in a block.
        #[pallet::constant]
        type SweepSteps: Get<u32>;

        /// The weights of the calls and hooks.
        type WeightInfo: WeightInfo;

        /// What the benchmarks need from the other pallets.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkHelper: crate::benchmarking::BenchmarkHelper<Self::AccountId>;
    }

    /// Why tokens are held.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// The reward of a task, held in the account of its requester until the task is finished.
        Escrow,
        /// The bond of a task, held in the account of its requester until all test blocks are
        /// revealed.
        Bond,
        /// The stake of a commitment, held in the account of its worker until its fate is decided.
        Stake,
        /// The price of what stays stored until the task is removed, held in the account of its
        /// requester.
        Record,
    }

    /// The number of the next task. It never decreases, so no number is used twice.
    #[pallet::storage]
    pub type NextTask<T> = StorageValue<_, TaskId, ValueQuery>;

    /// The tasks. Paid for by escrow and bond; removed by `remove_task`.
    #[pallet::storage]
    pub type Tasks<T: Config> = StorageMap<_, Twox64Concat, TaskId, TaskOf<T>>;

    /// The roots of all data blocks of a task. Paid for by its bond; removed with the task.
    #[pallet::storage]
    pub type Roots<T: Config> =
        StorageMap<_, Twox64Concat, TaskId, List<BlockRoot, MAX_BLOCKS>, ValueQuery>;

    /// The revealed test blocks of a task. Paid for by its bond; removed when the task is settled.
    #[pallet::storage]
    pub type RevealedBlocks<T: Config> =
        StorageDoubleMap<_, Twox64Concat, TaskId, Twox64Concat, BlockIndex, RevealedBlock>;

    /// The workers' commitments. Paid for by their stakes, or in the curriculum by the proofs with
    /// which the workers registered; removed on withdrawal, on payment or by `close_commitment`.
    #[pallet::storage]
    pub type Commitments<T: Config> =
        StorageDoubleMap<_, Twox64Concat, TaskId, Blake2_128Concat, T::AccountId, CommitmentOf<T>>;

    /// The claims that wait to be asked for their proofs: task, class of the claim and key, by
    /// which the best comes first, and who made it. Each is paid for by a stake, or in the
    /// curriculum by the proof with which the worker registered; removed when it is asked, or when
    /// its commitment is closed.
    #[pallet::storage]
    pub type Claims<T: Config> = StorageNMap<
        _,
        (NMapKey<Twox64Concat, TaskId>, NMapKey<Identity, u8>, NMapKey<Identity, [u8; 8]>),
        T::AccountId,
    >;

    /// The workers that are asked for their proofs in the present round of a task. Paid for by
    /// their stakes; removed when the task is settled.
    #[pallet::storage]
    pub type Asked<T: Config> =
        StorageMap<_, Twox64Concat, TaskId, List<T::AccountId, MAX_ASKED>, ValueQuery>;

    /// How many tasks that are not settled compare their models with the one that was delivered for
    /// this task, which stays readable meanwhile. Paid for by the custodian's work; removed when
    /// the last of them is settled.
    #[pallet::storage]
    pub type ComparedWith<T> = StorageMap<_, Twox64Concat, TaskId, u32, ValueQuery>;

    /// The best claims of a task that were proved. Paid for by its escrow; removed with the task.
    #[pallet::storage]
    pub type Rankings<T: Config> = StorageMap<_, Twox64Concat, TaskId, RankingOf<T>, ValueQuery>;

    /// The models that are being delivered, or were. Paid for by the fee of the first chunk, or in
    /// the curriculum by the proved scores, and by the validators' share of the reward; removed
    /// with the task.
    #[pallet::storage]
    pub type Deliveries<T: Config> =
        StorageDoubleMap<_, Twox64Concat, TaskId, Blake2_128Concat, T::AccountId, DeliveryOf<T>>;

    /// The chunks of the ciphertexts of these models, by task, worker and number. Each is paid for
    /// by the fee of its upload, or in the curriculum by the proved scores; removed with the task.
    #[pallet::storage]
    pub type Chunks<T: Config> = StorageNMap<
        _,
        (
            NMapKey<Twox64Concat, TaskId>,
            NMapKey<Blake2_128Concat, T::AccountId>,
            NMapKey<Twox64Concat, u32>,
        ),
        Chunk,
    >;

    /// Of each curriculum task that was removed after it had been opened, its experiment and the
    /// blake2b-256 hash of its encoded `PastBlocks`, so that rows of it can be shown for ever. Paid
    /// for by the task's custodian with its work.
    #[pallet::storage]
    pub type PastRoots<T> = StorageMap<_, Twox64Concat, TaskId, (ExperimentId, [u8; 32])>;

    /// Which rows of the test blocks of a curriculum task are known to be equal to other ones: one
    /// bit for each row of a block. Paid for by the fee of the call that shows them; removed with
    /// the task.
    #[pallet::storage]
    pub type EqualRowsShown<T> = StorageDoubleMap<
        _,
        Twox64Concat,
        TaskId,
        Twox64Concat,
        BlockIndex,
        List<u8, MAX_SHOWN_BYTES>,
        ValueQuery,
    >;

    /// How many rows of the test blocks of a curriculum task that are. Paid for and removed with
    /// them.
    #[pallet::storage]
    pub type EqualRowCount<T> = StorageMap<_, Twox64Concat, TaskId, u32, ValueQuery>;

    /// The randomness that the blocks so far have contributed.
    #[pallet::storage]
    pub type Gathered<T> = StorageValue<_, [u8; 32], ValueQuery>;

    /// The number of the next seed. Number 0 is that of the genesis hash, which counts as a seed
    /// and is not stored with the others.
    #[pallet::storage]
    pub type NextSeed<T> = StorageValue<_, u64, ValueQuery, ConstU64<1>>;

    /// The epoch in which the newest seed was stored.
    #[pallet::storage]
    pub type SeedEpoch<T> = StorageValue<_, u64, ValueQuery>;

    /// The last `SEED_HISTORY` seeds. The oldest is removed when a new one is stored.
    #[pallet::storage]
    pub type Seeds<T> = StorageMap<_, Twox64Concat, u64, [u8; 32]>;

    /// The task that the sweep visited last.
    #[pallet::storage]
    pub type SweepCursor<T> = StorageValue<_, TaskId>;

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A task was created.
        TaskCreated {
            /// The task.
            task: TaskId,
            /// The experiment that it belongs to.
            experiment: ExperimentId,
            /// Who created it.
            requester: T::AccountId,
            /// Who pays the winner.
            funding: Funding,
            /// The reward, or for a curriculum task the most that it can mint.
            budget: BalanceOf<T>,
        },
        /// The test blocks of a task were drawn.
        SplitDrawn {
            /// The task.
            task: TaskId,
            /// The test blocks, in ascending order.
            test_blocks: Vec<BlockIndex>,
        },
        /// The training data was published: workers may commit.
        TaskOpened {
            /// The task.
            task: TaskId,
            /// Where the training blocks and their salts are.
            train_data: BlobId,
            /// First block in which commitments are no longer accepted.
            commit_end: BlockNumberFor<T>,
        },
        /// A worker committed to a model, or replaced its commitment.
        ModelCommitted {
            /// The task.
            task: TaskId,
            /// The worker.
            worker: T::AccountId,
            /// The commitment, which the chain computed.
            model: ModelCommitment,
            /// Its place in the order that decides ties.
            sequence: u32,
        },
        /// A worker withdrew its commitment.
        CommitmentWithdrawn {
            /// The task.
            task: TaskId,
            /// The worker.
            worker: T::AccountId,
            /// Whether the test blocks are revealed, so that the worker says that it does not claim
            /// a score.
            conceded: bool,
        },
        /// A test block was revealed, and it matches its stored root.
        BlockRevealed {
            /// The task.
            task: TaskId,
            /// The block.
            block: BlockIndex,
            /// Number of real rows in it.
            rows: u32,
            /// Number of test blocks that are still hidden.
            hidden: u32,
        },
        /// A worker claimed a score of its committed model on the whole test set.
        Claimed {
            /// The task.
            task: TaskId,
            /// The worker.
            worker: T::AccountId,
            /// The points that it claims.
            points: u32,
        },
        /// The best claims that waited are asked for their proofs.
        Asked {
            /// The task.
            task: TaskId,
            /// The number of the round, from 1.
            round: u8,
            /// Who made these claims, the first to be asked first.
            workers: Vec<T::AccountId>,
            /// First block in which their proofs are no longer accepted.
            until: BlockNumberFor<T>,
        },
        /// A claim was asked for its proof and not proved in time.
        ClaimFailed {
            /// The task.
            task: TaskId,
            /// Who made the claim.
            worker: T::AccountId,
        },
        /// Scores of the champion on test blocks were proved.
        ChampionProved {
            /// The task.
            task: TaskId,
            /// Number of test blocks that are proved so far.
            blocks: u32,
            /// The points that they add up to.
            points: u32,
        },
        /// A worker proved scores of test blocks.
        ScoresProved {
            /// The task.
            task: TaskId,
            /// The worker.
            worker: T::AccountId,
            /// Number of test blocks that it has proved so far.
            blocks: u32,
            /// The points that they add up to: one for each correct row, unless the head of the
            /// architecture counts in another way.
            correct: u32,
        },
        /// A worker has proved every test block, and so its claim.
        SubmissionCompleted {
            /// The task.
            task: TaskId,
            /// The worker.
            worker: T::AccountId,
            /// Its score on the whole test set.
            score: Score,
        },
        /// A task was settled.
        TaskSettled {
            /// The task.
            task: TaskId,
            /// How it ended.
            outcome: Outcome,
            /// Number of submissions that may deliver, one after the other.
            ranked: u32,
            /// What each of them gets at most.
            amounts: Vec<BalanceOf<T>>,
        },
        /// A worker that has proved its claim need not deliver: it would get nothing, or less than
        /// it asked for.
        RankSkipped {
            /// The task.
            task: TaskId,
            /// The worker.
            worker: T::AccountId,
        },
        /// A worker uploaded a chunk of the ciphertext of its model.
        ChunkUploaded {
            /// The task.
            task: TaskId,
            /// The worker.
            worker: T::AccountId,
            /// The number of the chunk, from 0.
            index: u32,
            /// Number of chunks that are still missing.
            missing: u32,
        },
        /// A worker delivered its model: the ciphertext is stored, and its key is sealed for the
        /// recipient of the task.
        ModelDelivered {
            /// The task.
            task: TaskId,
            /// The worker.
            worker: T::AccountId,
            /// Commitment to the key that decrypts the ciphertext.
            key_commitment: KeyCommitment,
        },
        /// A worker was paid for the model that it delivered.
        WinnerPaid {
            /// The task.
            task: TaskId,
            /// The worker.
            worker: T::AccountId,
            /// Its rank, from 0.
            rank: u32,
            /// What it received, from the escrow or in new tokens.
            paid: BalanceOf<T>,
            /// How much of the escrow went to the validators.
            fee: BalanceOf<T>,
        },
        /// A commitment was closed as decided, and removed.
        CommitmentClosed {
            /// The task.
            task: TaskId,
            /// The worker.
            worker: T::AccountId,
            /// What became of its stake.
            fate: Fate,
        },
        /// A task was finished, and the rest of its escrow returned to the requester.
        TaskFinished {
            /// The task.
            task: TaskId,
            /// How much was returned.
            returned: BalanceOf<T>,
        },
        /// Rows of a test block of a curriculum task were shown to be equal to other ones.
        EqualRowsShown {
            /// The task.
            task: TaskId,
            /// The test block.
            block: BlockIndex,
            /// Number of its rows that were not known to be before.
            rows: u32,
        },
        /// Everything stored about a task was removed.
        TaskRemoved {
            /// The task.
            task: TaskId,
        },
        /// The randomness of an epoch was stored as a seed for draws.
        SeedStored {
            /// The number of the seed.
            number: u64,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// There is no task with this number, or it has been removed.
        UnknownTask,
        /// The task is not in the phase that this call requires. Check its phase and deadline.
        WrongPhase,
        /// Only the requester of the task may do this.
        NotRequester,
        /// The randomness for the draw is not known yet. Wait for the end of the next full epoch.
        SeedNotKnown,
        /// The randomness for the draw is no longer stored. The task lapses at its draw deadline.
        SeedForgotten,
        /// The task can no longer be cancelled: its draw is decided, or a worker has committed to
        /// it.
        TooLateToCancel,
        /// No active circuit with this id and kind is registered. Choose one from the verifier's
        /// list.
        CircuitNotActive,
        /// Models or blocks of this architecture, or so many test blocks of it, are too large for
        /// the chain. Choose a smaller architecture or fewer test blocks.
        ArchitectureTooLarge,
        /// The recipient is not a point that keys may be sealed for: it must be on the curve Baby
        /// Jubjub, in the subgroup of prime order, and not the identity. In the curriculum it must
        /// be the well-known one.
        BadRecipient,
        /// A task needs 1 to 32 test blocks and at least one more block to train on; named test
        /// blocks must exist and be in ascending order.
        BadSplit,
        /// A root is not a field element. Recompute the roots with the project's tools.
        BadRoot,
        /// The shares must be positive numbers of basis points that add up to 10,000.
        BadShares,
        /// Each share must be at most the one before it and at least a quarter of that.
        SharesNotFalling,
        /// The minimum score must be a ratio between 0 and 1, and the minimum number of test rows
        /// must be positive.
        BadMinimum,
        /// A period is shorter or longer than the chain allows (`MinPeriod` to `MaxPeriod`).
        BadPeriod,
        /// The reward is below the minimum (`MinReward`).
        RewardTooLow,
        /// The bond is below the minimum: `MinBond`, `BondPerBlock` for each block, and the price
        /// of storing the test blocks.
        BondTooLow,
        /// The stake is below the minimum: `MinStake` and the price of storing a ciphertext.
        StakeTooLow,
        /// A curriculum task must have no reward, bond or stake, and must pay exactly one rank.
        CurriculumHoldsNothing,
        /// The test blocks of a curriculum task must be drawn.
        CurriculumIsDrawn,
        /// A share of the reward does not exceed the fee for its records (`RecordFee`) by the
        /// existential deposit. Raise the reward, or pay fewer ranks.
        ShareTooSmall,
        /// The requester of a task may not compete in it.
        RequesterMayNotCompete,
        /// Register as a worker before you commit to a curriculum task.
        NotRegistered,
        /// The hash of the key or of the ciphertext is not a field element. Recompute them with the
        /// project's tools.
        BadCommitment,
        /// The least that you deliver for exceeds what the first rank gets. In the curriculum it
        /// must be 0: a task there says what it pays before you claim a score.
        LeastTooHigh,
        /// This account has no commitment to the task.
        NotCommitted,
        /// The block is not a test block of this task.
        NotTestBlock,
        /// The block has already been revealed.
        AlreadyRevealed,
        /// The bytes are not a well-formed block of the task's architecture, or the block has no
        /// rows.
        MalformedRows,
        /// The block has more rows than blocks of this experiment of the curriculum may have.
        TooManyRows,
        /// Salt and rows do not give the root that was stored when the task was created.
        RootMismatch,
        /// The score is below the minimum of the task, or no better than always giving the same
        /// answer. Nothing is paid for it: concede.
        NotEligible,
        /// This account has already claimed a score. A claim is final.
        AlreadyClaimed,
        /// Nobody can be asked for proofs any more. Settle the task.
        NothingToAsk,
        /// This account is not asked for proofs, or has submitted all of them.
        NotAsked,
        /// The scores of all test blocks must add up to what was claimed.
        NotAsClaimed,
        /// The models of this task are not compared with a champion.
        NoReference,
        /// Submit at least one score.
        NothingSubmitted,
        /// A score of this block has already been proved, or all blocks of the champion have.
        AlreadyProved,
        /// The score is higher than that of a model which is always right on the rows of the block.
        ScoreTooHigh,
        /// A proof does not prove what this call states for this account, task and commitment.
        ProofRefused,
        /// The circuit has been disabled. If it is one of the task, the task ends without a winner,
        /// and nobody loses a stake.
        CircuitDisabled,
        /// The task has already been settled.
        AlreadySettled,
        /// It is not this account's turn to deliver.
        NotYourTurn,
        /// The chunk is not this part of the committed ciphertext: its number, its length, its hash
        /// or the hashes of all chunks do not fit the commitment.
        BadChunk,
        /// This chunk is already stored. Upload those that are missing.
        ChunkStored,
        /// Upload every chunk of the ciphertext before you deliver its key.
        CiphertextIncomplete,
        /// A part of the sealed key is not a field element.
        BadSealedKey,
        /// It is not decided yet what becomes of this commitment.
        FateUndecided,
        /// The task is not over yet, or it has already been finished.
        NotFinishable,
        /// The task is not finished, still has commitments, or has to stay readable for longer.
        NotRemovable,
        /// The inputs of these rows are not the same, a row does not exist, or the block is not one
        /// that rows may be compared with: a block of the same task that is no test block, or one
        /// of an earlier task of the experiment that has the same encoding and was there to be
        /// read.
        RowsDiffer,
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Creates a task in an experiment and stores the roots of its data blocks.
        ///
        /// If the experiment names an encoding, the task must have it.
        ///
        /// In an experiment of your own, the reward and a bond are put on hold in your account. The
        /// reward goes to the best workers once they have proved their scores and delivered their
        /// models, whose keys only the recipient that you name can open: keep its secret. The bond
        /// is returned when you have revealed all test blocks. In a curriculum experiment only the
        /// custodian may call this, nothing is put on hold, and everybody can open the models.
        #[pallet::call_index(0)]
        #[pallet::weight(
            T::WeightInfo::create_task(spec.roots.bound_len())
                .saturating_add(T::Experiments::weight())
                .saturating_add(T::Curriculum::weight())
        )]
        pub fn create_task(
            origin: OriginFor<T>,
            experiment: ExperimentId,
            spec: Box<TaskSpec<BalanceOf<T>, BlockNumberFor<T>>>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_create_task(who, experiment, *spec)
        }

        /// Cancels a task of yours, and returns its reward and bond.
        ///
        /// Possible until the randomness for its draw is known or, if you named the test blocks
        /// yourself, as long as no worker has committed.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::cancel_task().saturating_add(T::Curriculum::weight()))]
        pub fn cancel_task(origin: OriginFor<T>, task: TaskId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_cancel_task(&who, task)
        }

        /// Draws the test blocks of a task once the randomness for the draw is known. Anybody may
        /// call this.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::draw_split())]
        pub fn draw_split(origin: OriginFor<T>, task: TaskId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_draw_split(task)
        }

        /// Publishes the training blocks of a task of yours after the draw, and opens the task for
        /// commitments.
        ///
        /// The blob holds every block that was *not* drawn, with its salt. Workers check the blocks
        /// against the stored roots before they join.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::publish_training_data())]
        pub fn publish_training_data(
            origin: OriginFor<T>,
            task: TaskId,
            train_data: BlobId,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_publish_training_data(&who, task, train_data)
        }

        /// Commits you to a model, or replaces your commitment, until the commit phase ends.
        ///
        /// `key` is the hash of the key that encrypts your model, `ciphertext` the hash of the
        /// encrypted model. The commitment that the chain computes from them names the task and
        /// your account. Keep key and ciphertext: without them you can neither prove nor deliver.
        /// `least` is the least that you deliver the model for, after the validators' part; it is 0
        /// in the curriculum.
        ///
        /// Your stake is put on hold. You get it back unless you claim a score and do not prove it
        /// when you are asked to, or win and do not deliver the model; then it is burnt. If scores
        /// tie, the earlier commitment wins, and a replacement counts from when it is made.
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::commit_model().saturating_add(T::Workers::weight()))]
        pub fn commit_model(
            origin: OriginFor<T>,
            task: TaskId,
            key: KeyCommitment,
            ciphertext: CiphertextHash,
            least: BalanceOf<T>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_commit_model(who, task, key, ciphertext, least)
        }

        /// Withdraws your commitment, and returns your stake.
        ///
        /// Possible until the commit phase ends and, if you have claimed no score, once the test
        /// blocks are revealed.
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::withdraw_commitment())]
        pub fn withdraw_commitment(origin: OriginFor<T>, task: TaskId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_withdraw_commitment(who, task)
        }

        /// Reveals a test block of a task of yours: its salt and its rows.
        ///
        /// The chain recomputes its root. If any test block is still missing when the reveal phase
        /// ends, your bond goes to the committed workers. The fee is that of the largest block; the
        /// part for what yours is smaller is returned.
        #[pallet::call_index(6)]
        #[pallet::weight(Pallet::<T>::largest_reveal_weight())]
        pub fn reveal_block(
            origin: OriginFor<T>,
            task: TaskId,
            block: BlockIndex,
            salt: [u8; 32],
            rows: List<u8, MAX_BLOCK_BYTES>,
        ) -> DispatchResultWithPostInfo {
            let who = ensure_signed(origin)?;
            Self::do_reveal_block(&who, task, block, RevealedBlock { salt, rows })
        }

        /// Claims a score of your committed model: the points on all test blocks together, exactly.
        ///
        /// Only the best claims are asked for proofs, and whoever is asked and does not prove loses
        /// the stake. A claim is final. If nobody is left who could claim, the best claims are
        /// asked at once.
        #[pallet::call_index(7)]
        #[pallet::weight(Pallet::<T>::last_claim_weight())]
        pub fn claim(
            origin: OriginFor<T>,
            task: TaskId,
            points: u32,
        ) -> DispatchResultWithPostInfo {
            let who = ensure_signed(origin)?;
            Self::do_claim(who, task, points)
        }

        /// Begins the next round of proofs: the best claims that wait are asked. Anybody may call
        /// this when nobody can claim any more, and whenever a round is over and its proofs do not
        /// decide who is paid.
        #[pallet::call_index(8)]
        #[pallet::weight(T::WeightInfo::ask())]
        pub fn ask(origin: OriginFor<T>, task: TaskId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_ask(task)
        }

        /// Submits proved scores of your committed model on one or more test blocks when you are
        /// asked for them, and of the champion on test blocks that it is not proved on yet.
        ///
        /// If one proof does not hold, nothing is recorded. Your claim is proved once every test
        /// block is; all scores together must be what you claimed. Scores of the champion that are
        /// proved already are left out. The chain works through each block again, so if blocks are
        /// large, one call may not have room for all of them: submit fewer at a time.
        #[pallet::call_index(9)]
        #[pallet::weight(
            Pallet::<T>::full_submission_weight(*task, scores.bound_len(), champion.bound_len())
        )]
        pub fn submit_scores(
            origin: OriginFor<T>,
            task: TaskId,
            scores: List<BlockScore, MAX_TEST_BLOCKS>,
            champion: List<BlockScore, MAX_TEST_BLOCKS>,
        ) -> DispatchResultWithPostInfo {
            let who = ensure_signed(origin)?;
            Self::do_submit_scores(who, task, &scores, &champion)
        }

        /// Submits proved scores of the champion of the curriculum that the models of a task are
        /// compared with. Anybody may call this until the last round of proofs is over.
        ///
        /// If they are not all proved by then, nobody is paid. Scores that are proved already are
        /// left out.
        #[pallet::call_index(10)]
        #[pallet::weight(Pallet::<T>::full_submission_weight(*task, 0, scores.bound_len()))]
        pub fn prove_champion(
            origin: OriginFor<T>,
            task: TaskId,
            scores: List<BlockScore, MAX_TEST_BLOCKS>,
        ) -> DispatchResultWithPostInfo {
            ensure_signed(origin)?;
            Self::do_prove_champion(task, &scores)
        }

        /// Settles a task to which nothing more can be added: fixes who may deliver and for how
        /// much, or ends the task without a winner. Anybody may call this.
        #[pallet::call_index(11)]
        #[pallet::weight(Pallet::<T>::settle_weight())]
        pub fn settle(origin: OriginFor<T>, task: TaskId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_settle(task)
        }

        /// Uploads a chunk of the ciphertext of your model when it is your turn to deliver.
        ///
        /// Chunks have 504 field elements, the last one the rest, and may come in any order.
        /// `hashes` are the hashes of all of them. Each chunk is accepted once. The one that is
        /// missing at the end may come with `deliver`, within your turn.
        #[pallet::call_index(12)]
        #[pallet::weight(T::WeightInfo::upload_chunk(chunk.bound_len()))]
        pub fn upload_chunk(
            origin: OriginFor<T>,
            task: TaskId,
            index: u32,
            chunk: Box<Chunk>,
            hashes: Box<ChunkHashes>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_upload_chunk(who, task, index, *chunk, &hashes)
        }

        /// Delivers your model when it is your turn, and pays you for it.
        ///
        /// `last` is the one chunk of the ciphertext that is still missing, if any is. `key` is the
        /// key of your model, sealed for the recipient of the task, and `proof` shows that it was
        /// sealed rightly. Nobody but the recipient can open it.
        #[pallet::call_index(13)]
        #[pallet::weight(Pallet::<T>::delivery_weight())]
        #[allow(clippy::boxed_local, reason = "boxes keep the enum of all calls small")]
        pub fn deliver(
            origin: OriginFor<T>,
            task: TaskId,
            last: Option<Box<LastChunk>>,
            key: Box<SealedKeyBytes>,
            proof: Box<ProofBytes>,
            attestation: Attestation,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_deliver(who, task, last.map(|last| *last), *key, &proof, attestation)
        }

        /// Carries out what has been decided about a worker's commitment: returns its stake, or
        /// burns it. Anybody may call this.
        #[pallet::call_index(14)]
        #[pallet::weight(Pallet::<T>::close_weight())]
        pub fn close_commitment(
            origin: OriginFor<T>,
            task: TaskId,
            worker: T::AccountId,
        ) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_close_commitment(task, &worker)
        }

        /// Finishes a task that is over, and returns the rest of its reward to the requester.
        /// Anybody may call this.
        #[pallet::call_index(15)]
        #[pallet::weight(T::WeightInfo::finish_task().saturating_add(T::Curriculum::weight()))]
        pub fn finish_task(origin: OriginFor<T>, task: TaskId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_finish_task(task)
        }

        /// Removes a finished task that has no commitments left and no longer has to stay readable.
        /// Anybody may call this.
        #[pallet::call_index(16)]
        #[pallet::weight(Pallet::<T>::removal_weight(MAX_STORED_CHUNKS))]
        pub fn remove_task(origin: OriginFor<T>, task: TaskId) -> DispatchResultWithPostInfo {
            ensure_signed(origin)?;
            Self::do_remove_task(task)
        }

        /// Shows that rows of a test block of a curriculum task have the same inputs as rows that
        /// were known before: of a block of the same task that is no test block, or of any block of
        /// an earlier task of the experiment with the same encoding. Anybody may call this once the
        /// task is settled.
        ///
        /// If there are too many of them, whoever provided the data loses its part of what the task
        /// minted, and whoever showed the one too many gets a fifth of it.
        #[pallet::call_index(17)]
        #[pallet::weight(
            T::WeightInfo::show_equal_rows().saturating_add(T::Curriculum::weight())
        )]
        #[allow(clippy::boxed_local, reason = "boxes keep the enum of all calls small")]
        pub fn show_equal_rows(
            origin: OriginFor<T>,
            task: TaskId,
            shown: Box<EqualRows>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_show_equal_rows(who, task, *shown)
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_initialize(_: BlockNumberFor<T>) -> Weight {
            Self::gather_randomness();
            T::WeightInfo::store_seed()
        }

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
        /// A task.
        pub fn task(task: TaskId) -> Option<TaskOf<T>> {
            Tasks::<T>::get(task)
        }

        /// The phase of a task in the current block, and the first block after that phase if time
        /// alone ends it.
        pub fn phase(task: TaskId) -> Option<(Phase, Option<BlockNumberFor<T>>)> {
            let now = Self::now();
            Tasks::<T>::get(task).map(|task| (task.phase(now), task.deadline(now)))
        }

        /// Up to `limit` tasks, at most 64, from number `start` upwards, and the number to continue
        /// from.
        ///
        /// Numbers of removed tasks are skipped, at most 1,024 for a page. A short page is the last
        /// one only if there is no number to continue from.
        pub fn tasks(start: TaskId, limit: u32) -> TaskPage<T> {
            Self::task_page(start, limit)
        }

        /// Up to `limit` roots of a task's data blocks, at most 64, starting with the block of
        /// index `start`.
        pub fn roots(task: TaskId, start: u32, limit: u32) -> Vec<BlockRoot> {
            Self::root_page(task, start, limit)
        }

        /// A worker's commitment to a task.
        pub fn commitment(task: TaskId, worker: T::AccountId) -> Option<CommitmentOf<T>> {
            Commitments::<T>::get(task, worker)
        }

        /// Up to `limit` commitments to a task, at most 64, starting after the account `after`.
        pub fn commitments(
            task: TaskId,
            after: Option<T::AccountId>,
            limit: u32,
        ) -> Vec<(T::AccountId, CommitmentOf<T>)> {
            Self::commitment_page(task, after, limit)
        }

        /// A revealed test block, until the task is settled.
        pub fn revealed_block(task: TaskId, block: BlockIndex) -> Option<RevealedBlock> {
            RevealedBlocks::<T>::get(task, block)
        }

        /// The best `limit` claims of a task that wait to be asked for their proofs, at most 64,
        /// best first.
        pub fn claims(task: TaskId, limit: u32) -> Vec<(T::AccountId, ClaimKey)> {
            Self::claim_page(task, limit)
        }

        /// The workers that are asked for their proofs in the present round of a task.
        pub fn asked(task: TaskId) -> Vec<T::AccountId> {
            Asked::<T>::get(task).into_inner()
        }

        /// The best claims of a task that were proved, best first. Once the task is settled, those
        /// that may deliver.
        pub fn ranking(task: TaskId) -> RankingOf<T> {
            Rankings::<T>::get(task)
        }

        /// A worker's delivery for a task.
        pub fn delivery(task: TaskId, worker: T::AccountId) -> Option<DeliveryOf<T>> {
            Deliveries::<T>::get(task, worker)
        }

        /// A chunk of the ciphertext of a model that a worker delivers for a task.
        pub fn chunk(task: TaskId, worker: T::AccountId, index: u32) -> Option<Chunk> {
            Chunks::<T>::get((task, worker, index))
        }

        /// How many test rows of a task were shown to be equal to other ones.
        pub fn equal_rows(task: TaskId) -> u32 {
            EqualRowCount::<T>::get(task)
        }
    }
}
