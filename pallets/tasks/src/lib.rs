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
        circuit::ProofBytes,
        ids::{
            BlobId, BlockIndex, BlockRoot, ExperimentId, FieldBytes, KeyCommitment,
            ModelCommitment, TaskId,
        },
        limits::{List, MAX_BLOCKS, MAX_BLOCK_BYTES, MAX_BLOCK_ELEMENTS, MAX_TEST_BLOCKS},
        phase::Phase,
        score::Score,
        task::{
            Attestation, BlockScore, Ciphertext, Fate, Funding, Outcome, RevealedBlock, TaskSpec,
        },
        traits::{
            BurnLog, Curriculum, EpochRandomness, FactWriter, ProofVerifier, ProvenanceRecorder,
            TaskExperiments, WorkerRegistry,
        },
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
        /// The tokens in which rewards are paid and deposits are held.
        type Currency: fungible::hold::Mutate<Self::AccountId, Reason = Self::RuntimeHoldReason>;

        /// The runtime's reasons to hold tokens.
        type RuntimeHoldReason: From<HoldReason>;

        /// The circuits, and the only place that accepts a proof.
        type Verifier: ProofVerifier<BlockNumberFor<Self>>;

        /// The experiments that tasks belong to.
        type Experiments: TaskExperiments<Self::AccountId, BlockNumberFor<Self>>;

        /// The tasks that mint.
        type Curriculum: Curriculum<Self::AccountId, BalanceOf<Self>>;

        /// The registered workers.
        type Workers: WorkerRegistry<Self::AccountId>;

        /// Where paid scores become facts.
        type Facts: FactWriter<Self::AccountId>;

        /// Where the origin of paid models is recorded.
        type Provenance: ProvenanceRecorder<Self::AccountId>;

        /// Told about everything that is burnt.
        type Burns: BurnLog<BalanceOf<Self>>;

        /// Randomness of past epochs, for the draw of test blocks.
        type Randomness: EpochRandomness;

        /// The least reward of a sponsored task.
        #[pallet::constant]
        type MinReward: Get<BalanceOf<Self>>;

        /// The least bond of a sponsored task, to which [`Config::BondPerBlock`] is added.
        #[pallet::constant]
        type MinBond: Get<BalanceOf<Self>>;

        /// What each data block adds to the least bond.
        #[pallet::constant]
        type BondPerBlock: Get<BalanceOf<Self>>;

        /// The least stake in a sponsored task; at least the existential deposit.
        #[pallet::constant]
        type MinStake: Get<BalanceOf<Self>>;

        /// The part of each payment from an escrow that is burnt.
        #[pallet::constant]
        type BurnShare: Get<Permill>;

        /// The least that is burnt with each payment from an escrow: a delivered model, its fact
        /// and its provenance stay on the chain for ever, however small the payment. Every share
        /// must exceed it.
        #[pallet::constant]
        type RecordFee: Get<BalanceOf<Self>>;

        /// The least `min_test_rows` of a curriculum task. Few rows make lucky champions, which
        /// nobody can beat.
        #[pallet::constant]
        type MinCurriculumTestRows: Get<u32>;

        /// The shortest that any period of a task may be, in blocks.
        #[pallet::constant]
        type MinPeriod: Get<BlockNumberFor<Self>>;

        /// The longest that any period of a task may be, in blocks.
        #[pallet::constant]
        type MaxPeriod: Get<BlockNumberFor<Self>>;

        /// How long after its creation a task can be drawn, in blocks; at least three epochs.
        #[pallet::constant]
        type DrawPeriod: Get<BlockNumberFor<Self>>;

        /// How long after its end a task and its ciphertexts stay readable, in blocks.
        #[pallet::constant]
        type Retention: Get<BlockNumberFor<Self>>;

        /// Tasks that the sweep visits in a block at most.
        #[pallet::constant]
        type SweepSteps: Get<u32>;

        /// What the calls cost.
        type WeightInfo: WeightInfo;

        /// What benchmarks need of the neighbours.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkHelper: crate::benchmarking::BenchmarkHelper<Self::AccountId>;
    }

    /// Why tokens are held.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// The reward of a task, held from its requester until the task is finished.
        Escrow,
        /// The bond of a task, held from its requester until all test blocks are revealed.
        Bond,
        /// The stake of a commitment, held from its worker until its fate is decided.
        Stake,
    }

    /// Number of the next task. Never falls, so a task number is never used twice.
    #[pallet::storage]
    pub type NextTask<T> = StorageValue<_, TaskId, ValueQuery>;

    /// The tasks. Paid for by escrow and bond; removed by `remove_task`.
    #[pallet::storage]
    pub type Tasks<T: Config> = StorageMap<_, Twox64Concat, TaskId, TaskOf<T>>;

    /// Roots of all data blocks of a task. Paid for by its bond; removed with the task.
    #[pallet::storage]
    pub type Roots<T: Config> =
        StorageMap<_, Twox64Concat, TaskId, List<BlockRoot, MAX_BLOCKS>, ValueQuery>;

    /// Revealed test blocks. Paid for by the task's bond; removed when the task is settled.
    #[pallet::storage]
    pub type RevealedBlocks<T: Config> =
        StorageDoubleMap<_, Twox64Concat, TaskId, Twox64Concat, BlockIndex, RevealedBlock>;

    /// Commitments of workers. Paid for by the stake (in the curriculum by the proof with which
    /// the worker registered); removed by withdrawal, payment or `close_commitment`.
    #[pallet::storage]
    pub type Commitments<T: Config> =
        StorageDoubleMap<_, Twox64Concat, TaskId, Blake2_128Concat, T::AccountId, CommitmentOf<T>>;

    /// The best eligible submissions of a task. Paid for by its escrow; removed with the task.
    #[pallet::storage]
    pub type Rankings<T: Config> = StorageMap<_, Twox64Concat, TaskId, RankingOf<T>, ValueQuery>;

    /// Delivered models. Paid for by the share of the reward that is burnt; removed with the task.
    #[pallet::storage]
    pub type Deliveries<T: Config> =
        StorageDoubleMap<_, Twox64Concat, TaskId, Blake2_128Concat, T::AccountId, DeliveryOf<T>>;

    /// What the blocks so far have contributed to the randomness.
    #[pallet::storage]
    pub type Gathered<T> = StorageValue<_, [u8; 32], ValueQuery>;

    /// Number of the next seed.
    #[pallet::storage]
    pub type NextSeed<T> = StorageValue<_, u64, ValueQuery>;

    /// Epoch in which the newest seed was stored.
    #[pallet::storage]
    pub type SeedEpoch<T> = StorageValue<_, u64, ValueQuery>;

    /// The last `SEED_HISTORY` seeds; older ones are removed as new ones come.
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
            /// The reward, or in the curriculum the most that can be minted.
            budget: BalanceOf<T>,
        },
        /// The test blocks of a task were drawn.
        SplitDrawn {
            /// The task.
            task: TaskId,
            /// The test blocks, in ascending order.
            test_blocks: Vec<BlockIndex>,
        },
        /// The training data is published; workers may commit.
        TaskOpened {
            /// The task.
            task: TaskId,
            /// Where the training blocks and their salts are.
            train_data: BlobId,
            /// First block in which no commitment is taken any more.
            commit_end: BlockNumberFor<T>,
        },
        /// A worker committed to a model, or replaced its commitment.
        ModelCommitted {
            /// The task.
            task: TaskId,
            /// The worker.
            worker: T::AccountId,
            /// The commitment.
            model: ModelCommitment,
            /// Its place in the order that breaks ties.
            sequence: u32,
        },
        /// A worker took its commitment back.
        CommitmentWithdrawn {
            /// The task.
            task: TaskId,
            /// The worker.
            worker: T::AccountId,
        },
        /// A test block was revealed as committed.
        BlockRevealed {
            /// The task.
            task: TaskId,
            /// The block.
            block: BlockIndex,
            /// Its real rows.
            rows: u32,
            /// Test blocks that are still hidden.
            hidden: u32,
        },
        /// A worker proved scores of test blocks.
        ScoresProved {
            /// The task.
            task: TaskId,
            /// The worker.
            worker: T::AccountId,
            /// Test blocks that it has proved by now.
            blocks: u32,
            /// Correct rows in them.
            correct: u32,
        },
        /// A worker has proved every test block.
        SubmissionCompleted {
            /// The task.
            task: TaskId,
            /// The worker.
            worker: T::AccountId,
            /// Its score on the whole test set.
            score: Score,
            /// It reaches what a winner needs.
            eligible: bool,
        },
        /// A task was settled.
        TaskSettled {
            /// The task.
            task: TaskId,
            /// How it ended.
            outcome: Outcome,
            /// Submissions that may deliver in turn.
            ranked: u32,
        },
        /// A worker delivered the ciphertext of its model.
        ModelDelivered {
            /// The task.
            task: TaskId,
            /// The worker.
            worker: T::AccountId,
            /// Commitment to the key.
            key_commitment: KeyCommitment,
        },
        /// A worker revealed the key and was paid.
        WinnerPaid {
            /// The task.
            task: TaskId,
            /// The worker.
            worker: T::AccountId,
            /// Its rank, from 0.
            rank: u32,
            /// What it got, from the escrow or minted.
            paid: BalanceOf<T>,
            /// What of the escrow was burnt.
            burnt: BalanceOf<T>,
        },
        /// The fate of a commitment was carried out and the commitment removed.
        CommitmentClosed {
            /// The task.
            task: TaskId,
            /// The worker.
            worker: T::AccountId,
            /// What became of its stake.
            fate: Fate,
        },
        /// What was left of the escrow went back to the requester.
        TaskFinished {
            /// The task.
            task: TaskId,
            /// What went back.
            returned: BalanceOf<T>,
        },
        /// Everything about a task was removed.
        TaskRemoved {
            /// The task.
            task: TaskId,
        },
        /// The randomness of an epoch was stored for draws.
        SeedStored {
            /// Its number.
            number: u64,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// There is no task of this number.
        UnknownTask,
        /// The task is not in the phase for this call. Read its phase and deadline first.
        WrongPhase,
        /// Only the requester of the task may do this.
        NotRequester,
        /// The randomness of the draw is not known yet. Wait for the end of the next full epoch.
        SeedNotKnown,
        /// The randomness of the draw was forgotten. The task lapses at its draw deadline.
        SeedForgotten,
        /// The draw is decided, or somebody is committed: the task can no longer be cancelled.
        TooLateToCancel,
        /// No active circuit of this id and kind is registered. Choose one of the verifier's list.
        CircuitNotActive,
        /// The circuits of score and delivery are about different shapes. Choose a pair.
        ShapesDiffer,
        /// Models or blocks of this shape are too large for the chain.
        ShapeTooLarge,
        /// Between 1 and 32 test blocks are needed, and at least one block to train on.
        BadSplit,
        /// A root is not a field element: recompute the roots with the project's tools.
        BadRoot,
        /// Shares must be positive basis points that add up to 10,000.
        BadShares,
        /// The minimum score must be a ratio between 0 and 1, the minimum of test rows positive.
        BadMinimum,
        /// A period is shorter or longer than the chain allows.
        BadPeriod,
        /// The reward is below the minimum.
        RewardTooLow,
        /// The bond is below the minimum for this number of blocks.
        BondTooLow,
        /// The stake is below the minimum.
        StakeTooLow,
        /// A curriculum task has no reward, bond or stake of its own and pays one rank.
        CurriculumHoldsNothing,
        /// A share of the reward does not exceed the fee for its records. Raise the reward, or pay
        /// fewer ranks.
        ShareTooSmall,
        /// A curriculum task must demand more test rows: see the constant `MinCurriculumTestRows`.
        TooFewTestRows,
        /// The requester may not compete in its own task.
        RequesterMayNotCompete,
        /// Register as a worker before committing in a curriculum task.
        NotRegistered,
        /// The commitment is not a field element: recompute it with the project's tools.
        BadCommitment,
        /// This account has no commitment in the task.
        NotCommitted,
        /// The block is not a test block of this task.
        NotTestBlock,
        /// The block was revealed before.
        AlreadyRevealed,
        /// The salt is not a field element.
        BadSalt,
        /// The rows are not a well-formed block of the task's shape.
        MalformedRows,
        /// Salt and rows do not hash to the root that was stored when the task was created.
        RootMismatch,
        /// At least one score must be submitted.
        NothingSubmitted,
        /// The block's score was proved before.
        AlreadyProved,
        /// The number of rows is not that of the revealed block.
        WrongRowCount,
        /// The score is above the number of rows.
        ScoreTooHigh,
        /// A proof does not prove its score for this account, task, commitment and block.
        ProofRefused,
        /// The circuit was disabled. Nobody loses a stake; the task ends without a winner.
        CircuitDisabled,
        /// The task was settled before.
        AlreadySettled,
        /// It is not this account's turn to deliver.
        NotYourTurn,
        /// This account has delivered before; reveal the key.
        AlreadyDelivered,
        /// The ciphertext does not have the shape's number of field elements.
        BadCiphertext,
        /// Deliver the ciphertext before revealing the key.
        NotDelivered,
        /// The key does not hash to the commitment that was delivered.
        KeyMismatch,
        /// What becomes of this commitment is not decided yet.
        FateUndecided,
        /// The task is not over, or was finished before.
        NotFinishable,
        /// The task still holds commitments, or its time to stay readable is not over.
        NotRemovable,
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Creates a task in an experiment and stores the roots of its data.
        ///
        /// In your own experiment the reward and a bond are held from your account: the reward is
        /// paid to the best workers against proof and key, the bond comes back once you have
        /// revealed the test blocks. In a curriculum experiment only its custodian may call this;
        /// nothing is held.
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

        /// Cancels a task of yours that nobody can be committed to, and returns reward and bond.
        ///
        /// Possible until the randomness of its draw is known, or, if you named the test blocks
        /// yourself, as long as nobody is committed.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::cancel_task().saturating_add(T::Curriculum::weight()))]
        pub fn cancel_task(origin: OriginFor<T>, task: TaskId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_cancel_task(&who, task)
        }

        /// Draws the test blocks of a task, once the randomness for it is known. Anybody may call
        /// this.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::draw_split())]
        pub fn draw_split(origin: OriginFor<T>, task: TaskId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_draw_split(task)
        }

        /// Publishes the training blocks of a drawn task of yours and opens it for commitments.
        ///
        /// The blob holds every block that was *not* drawn, with its salt. Workers check them
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
        /// Your stake is held. It comes back when you have proved the score of every test block
        /// and, if you win, delivered the model; else it goes to the requester. A replacement
        /// takes a new place in the order that breaks ties.
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::commit_model().saturating_add(T::Workers::weight()))]
        pub fn commit_model(
            origin: OriginFor<T>,
            task: TaskId,
            model: ModelCommitment,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_commit_model(who, task, model)
        }

        /// Takes your commitment back before the commit phase ends and returns your stake.
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::withdraw_commitment())]
        pub fn withdraw_commitment(origin: OriginFor<T>, task: TaskId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_withdraw_commitment(who, task)
        }

        /// Reveals a test block of your task: its salt and its rows.
        ///
        /// The chain recomputes the root. If a block is missing when the reveal phase ends, your
        /// bond goes to the committed workers.
        #[pallet::call_index(6)]
        #[pallet::weight(T::WeightInfo::reveal_block(MAX_BLOCK_ELEMENTS))]
        pub fn reveal_block(
            origin: OriginFor<T>,
            task: TaskId,
            block: BlockIndex,
            salt: FieldBytes,
            rows: List<u8, MAX_BLOCK_BYTES>,
        ) -> DispatchResultWithPostInfo {
            let who = ensure_signed(origin)?;
            Self::do_reveal_block(&who, task, block, RevealedBlock { salt, rows })
        }

        /// Submits proved scores of your committed model on one or more test blocks.
        ///
        /// All proofs must hold, or nothing is recorded. Your submission counts once every test
        /// block is proved.
        #[pallet::call_index(7)]
        #[pallet::weight(
            T::WeightInfo::submit_scores(scores.bound_len())
                .saturating_add(T::Verifier::verify_weight(scores.bound_len()))
                .saturating_add(T::Experiments::weight())
        )]
        pub fn submit_scores(
            origin: OriginFor<T>,
            task: TaskId,
            scores: List<BlockScore, MAX_TEST_BLOCKS>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_submit_scores(who, task, &scores)
        }

        /// Settles a task whose phases are over: ranks the submissions, or ends it without a
        /// winner. Anybody may call this.
        #[pallet::call_index(8)]
        #[pallet::weight(Pallet::<T>::settle_weight())]
        pub fn settle(origin: OriginFor<T>, task: TaskId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_settle(task)
        }

        /// Delivers your model in your turn: its ciphertext, and the proof that the ciphertext
        /// opens to the committed model under the key behind `key_commitment`.
        ///
        /// Reveal the key afterwards, well before your turn ends, to be paid.
        #[pallet::call_index(9)]
        #[pallet::weight(
            T::WeightInfo::deliver(ciphertext.bound_len())
                .saturating_add(T::Verifier::verify_weight(1))
        )]
        pub fn deliver(
            origin: OriginFor<T>,
            task: TaskId,
            ciphertext: Ciphertext,
            key_commitment: KeyCommitment,
            proof: Box<ProofBytes>,
            attestation: Attestation,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_deliver(who, task, ciphertext, key_commitment, &proof, attestation)
        }

        /// Reveals the key of your delivered model and pays you for it. Everybody can read the key
        /// and so the model from then on.
        #[pallet::call_index(10)]
        #[pallet::weight(Pallet::<T>::payment_weight())]
        pub fn reveal_key(origin: OriginFor<T>, task: TaskId, key: FieldBytes) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_reveal_key(who, task, key)
        }

        /// Carries out what is decided about a worker's commitment: returns its stake, or gives it
        /// to the requester. Anybody may call this.
        #[pallet::call_index(11)]
        #[pallet::weight(Pallet::<T>::close_weight())]
        pub fn close_commitment(
            origin: OriginFor<T>,
            task: TaskId,
            worker: T::AccountId,
        ) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_close_commitment(task, &worker)
        }

        /// Returns what is left of the reward of a task that is over. Anybody may call this.
        #[pallet::call_index(12)]
        #[pallet::weight(T::WeightInfo::finish_task().saturating_add(T::Curriculum::weight()))]
        pub fn finish_task(origin: OriginFor<T>, task: TaskId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_finish_task(task)
        }

        /// Removes a task that is over, closed and old enough. Anybody may call this.
        #[pallet::call_index(13)]
        #[pallet::weight(T::WeightInfo::remove_task())]
        pub fn remove_task(origin: OriginFor<T>, task: TaskId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_remove_task(task)
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

        /// The phase of a task in the present block, and the block in which time alone ends it.
        pub fn phase(task: TaskId) -> Option<(Phase, Option<BlockNumberFor<T>>)> {
            let now = Self::now();
            Tasks::<T>::get(task).map(|task| (task.phase(now), task.deadline(now)))
        }

        /// Up to `limit`, but at most 64, tasks from number `start` upwards, and the number to go
        /// on from.
        ///
        /// Numbers of removed tasks are passed over, at most 1,024 in one page: a short page is the
        /// last one only if there is no number to go on from.
        pub fn tasks(start: TaskId, limit: u32) -> TaskPage<T> {
            Self::task_page(start, limit)
        }

        /// Up to `limit`, but at most 64, roots of the data blocks of a task, from the block with
        /// index `start`.
        pub fn roots(task: TaskId, start: u32, limit: u32) -> Vec<BlockRoot> {
            Self::root_page(task, start, limit)
        }

        /// A worker's commitment in a task.
        pub fn commitment(task: TaskId, worker: T::AccountId) -> Option<CommitmentOf<T>> {
            Commitments::<T>::get(task, worker)
        }

        /// Up to `limit`, but at most 64, commitments of a task, from the one after `after`.
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

        /// The best eligible submissions of a task, best first.
        pub fn ranking(task: TaskId) -> RankingOf<T> {
            Rankings::<T>::get(task)
        }

        /// A worker's delivery in a task.
        pub fn delivery(task: TaskId, worker: T::AccountId) -> Option<DeliveryOf<T>> {
            Deliveries::<T>::get(task, worker)
        }
    }
}
