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
pub use types::{GenesisDescription, GenesisExperiment};
pub use weights::WeightInfo;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
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
    use alloc::vec::Vec;
    use frame_support::{pallet_prelude::*, traits::fungible};
    use frame_system::pallet_prelude::*;
    use nocknock_primitives::{
        experiment::{Champion, Description, Stage},
        ids::{ContentHash, ExperimentId, ModelVersionNumber, TaskId},
        score::Score,
        traits::CurriculumExperiments,
    };

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(3);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// The tokens in which deposits are held.
        type Currency: fungible::hold::Mutate<Self::AccountId, Reason = Self::RuntimeHoldReason>;

        /// The runtime's reasons to hold tokens.
        type RuntimeHoldReason: From<HoldReason>;

        /// The curriculum. Its experiments cannot be archived, and what somebody else pays for
        /// makes no champion in them.
        type Curriculum: CurriculumExperiments;

        /// Who may retire a champion.
        type RetireOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// The deposit for an experiment: its record, its leaderboard and its place in the index.
        #[pallet::constant]
        type BaseDeposit: Get<BalanceOf<Self>>;

        /// What each byte of the encoded description adds to the deposit, and of the hash of the
        /// encoding if the experiment names one.
        #[pallet::constant]
        type ByteDeposit: Get<BalanceOf<Self>>;

        /// The weights of the calls and traits.
        type WeightInfo: WeightInfo;
    }

    /// Why tokens are held.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// The deposit of an experiment, held in the account of its owner for what the chain stores
        /// about it.
        Experiment,
    }

    /// The number of the next experiment. It never decreases, so no number is used twice.
    #[pallet::storage]
    pub type NextExperiment<T> = StorageValue<_, ExperimentId, ValueQuery>;

    /// The experiments. Paid for by their deposits. Never removed, because facts, models and
    /// provenance records refer to them; archiving removes most of the description.
    #[pallet::storage]
    pub type Experiments<T: Config> = StorageMap<_, Twox64Concat, ExperimentId, ExperimentOf<T>>;

    /// How much is held in the account of its owner for each experiment: nothing for an experiment
    /// of the chain specification until it is described or changes hands. Stays with the
    /// experiment.
    #[pallet::storage]
    pub type Deposits<T: Config> =
        StorageMap<_, Twox64Concat, ExperimentId, BalanceOf<T>, ValueQuery>;

    /// The experiments of each owner. Paid for by their deposits; an entry moves when the ownership
    /// does.
    #[pallet::storage]
    pub type ExperimentsOf<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Twox64Concat, ExperimentId, ()>;

    /// The account to which an experiment is offered, at most one for each. Paid for by the
    /// deposit; removed when the offer is accepted or cancelled, or the experiment is archived.
    #[pallet::storage]
    pub type PendingTransfers<T: Config> = StorageMap<_, Twox64Concat, ExperimentId, T::AccountId>;

    /// The best proved scores of each experiment, best first, and the earlier of two equal ones
    /// first. Bounded by `MAX_LEADERBOARD` and paid for by the deposit. Stays with the experiment.
    #[pallet::storage]
    pub type Leaderboards<T: Config> =
        StorageMap<_, Twox64Concat, ExperimentId, LeaderboardOf<T>, ValueQuery>;

    /// The model versions of each experiment. Each was delivered and paid for. Its entry is paid
    /// for by the share of the payment that was burnt, or in the curriculum by the proof that the
    /// payment rewards. Never removed.
    #[pallet::storage]
    pub type ModelVersions<T: Config> = StorageDoubleMap<
        _,
        Twox64Concat,
        ExperimentId,
        Twox64Concat,
        ModelVersionNumber,
        VersionOf<T>,
    >;

    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// The experiments that exist from the start, numbered from 0 in this order. No deposit is
        /// held for them, because nobody owns tokens yet.
        pub experiments: Vec<GenesisExperiment<T::AccountId>>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            for experiment in &self.experiments {
                Pallet::<T>::create_at_genesis(experiment);
            }
        }
    }

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// An experiment was created.
        ExperimentCreated {
            /// The experiment.
            experiment: ExperimentId,
            /// Who owns it.
            owner: T::AccountId,
            /// How much is held for it.
            deposit: BalanceOf<T>,
        },
        /// An experiment was given a new description.
        ExperimentDescribed {
            /// The experiment.
            experiment: ExperimentId,
            /// How much is held for it now.
            deposit: BalanceOf<T>,
        },
        /// The owner of an experiment offered it to another account.
        TransferOffered {
            /// The experiment.
            experiment: ExperimentId,
            /// Who may accept it.
            to: T::AccountId,
        },
        /// The owner of an experiment withdrew its offer.
        TransferCancelled {
            /// The experiment.
            experiment: ExperimentId,
        },
        /// An experiment changed hands.
        ExperimentTransferred {
            /// The experiment.
            experiment: ExperimentId,
            /// The previous owner, whose deposit was released.
            from: T::AccountId,
            /// The new owner.
            to: T::AccountId,
            /// How much is held in the account of the new owner.
            deposit: BalanceOf<T>,
        },
        /// An experiment was archived: it accepts no new tasks.
        ExperimentArchived {
            /// The experiment.
            experiment: ExperimentId,
            /// How much remains on hold for what remains stored.
            deposit: BalanceOf<T>,
        },
        /// A proved score entered the leaderboard of an experiment.
        LeaderboardEntered {
            /// The experiment.
            experiment: ExperimentId,
            /// The worker.
            worker: T::AccountId,
            /// The task.
            task: TaskId,
            /// Its place on the leaderboard, from 0.
            place: u32,
        },
        /// A delivered model was registered.
        ModelRegistered {
            /// The experiment.
            experiment: ExperimentId,
            /// The version of the model.
            version: ModelVersionNumber,
            /// The task.
            task: TaskId,
            /// Who trained it.
            worker: T::AccountId,
            /// Its proved score.
            score: Score,
        },
        /// A model beat the champion of its experiment and is now the champion.
        ChampionChanged {
            /// The experiment.
            experiment: ExperimentId,
            /// The new champion.
            champion: Champion,
        },
        /// The champion of an experiment was retired. The experiment has none now.
        ChampionRetired {
            /// The experiment.
            experiment: ExperimentId,
            /// The version that was the champion.
            version: ModelVersionNumber,
        },
        /// The owner of a model version changed its stage.
        ModelStageChanged {
            /// The experiment.
            experiment: ExperimentId,
            /// The version.
            version: ModelVersionNumber,
            /// The new stage.
            stage: Stage,
        },
        /// A model version changed hands.
        ModelTransferred {
            /// The experiment.
            experiment: ExperimentId,
            /// The version.
            version: ModelVersionNumber,
            /// The previous owner.
            from: T::AccountId,
            /// The new owner.
            to: T::AccountId,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// There is no experiment with this number.
        UnknownExperiment,
        /// The experiment is archived: it accepts no new tasks, and can no longer be changed or
        /// transferred. Create a new one.
        Archived,
        /// The experiment belongs to the curriculum, so it cannot be archived. The council can
        /// remove it from there; when its open tasks have ended, it can be archived.
        InCurriculum,
        /// The experiment names the encoding that all of its tasks have, and this is another one:
        /// the hash of how columns and classes are written as numbers. It can never be changed.
        /// Bring data in that encoding, or create another experiment.
        OtherEncoding,
        /// Only the owner of the experiment may do this.
        NotOwner,
        /// The account already owns the experiment.
        AlreadyOwner,
        /// The experiment has not been offered to you. Ask its owner for an offer.
        NotOffered,
        /// The experiment has not been offered to anybody, so there is nothing to cancel.
        NothingOffered,
        /// The name and the text must be UTF-8.
        NotUtf8,
        /// The name has no visible character.
        BlankName,
        /// The name or the text contains a control character, an invisible character or a mark that
        /// changes the direction of text. Only the text may contain line breaks, as a single line
        /// feed each.
        ControlCharacter,
        /// A tag is empty, or contains characters other than lower-case ASCII letters, digits and
        /// `-`.
        BadTag,
        /// A tag is given more than once.
        DuplicateTag,
        /// There are no numbers left for new experiments.
        TooManyExperiments,
        /// The experiment has no model with this version.
        UnknownModel,
        /// Only the owner of the model version may do this.
        NotModelOwner,
        /// Nobody can appoint a champion. A model becomes champion when it is paid for: in the
        /// curriculum always, elsewhere with a better proved score than that of the champion.
        ChampionIsProved,
        /// The stage of the champion cannot be changed. It becomes a candidate when another model
        /// becomes champion, or when it is retired.
        IsChampion,
        /// The experiment has no champion.
        NoChampion,
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Creates an experiment that you own, in which you can sponsor tasks.
        ///
        /// If you name an encoding, the hash of how columns and classes are written as numbers, all
        /// tasks of the experiment must have it, so that its leaderboard is about one form of
        /// table. It can never be changed. Without one each task has its own.
        ///
        /// A deposit, which grows with the size of the description, is put on hold in your account.
        /// Part of it stays on hold for as long as you own the experiment, even after archiving.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::create_experiment())]
        pub fn create_experiment(
            origin: OriginFor<T>,
            description: Description,
            encoding: Option<ContentHash>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_create_experiment(who, description, encoding)
        }

        /// Replaces the description of an experiment of yours and adjusts the deposit accordingly.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::describe_experiment())]
        pub fn describe_experiment(
            origin: OriginFor<T>,
            experiment: ExperimentId,
            description: Description,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_describe_experiment(&who, experiment, description)
        }

        /// Offers an experiment of yours to another account, in place of any earlier offer.
        ///
        /// Until the other account accepts, you remain the owner and can cancel the offer.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::offer_transfer())]
        pub fn offer_transfer(
            origin: OriginFor<T>,
            experiment: ExperimentId,
            to: T::AccountId,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_offer_transfer(&who, experiment, to)
        }

        /// Accepts an experiment that has been offered to you.
        ///
        /// Its deposit is put on hold in your account, at current prices, and the deposit of the
        /// previous owner is released.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::accept_transfer())]
        pub fn accept_transfer(origin: OriginFor<T>, experiment: ExperimentId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_accept_transfer(who, experiment)
        }

        /// Withdraws your offer of an experiment that has not been accepted yet.
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::cancel_transfer())]
        pub fn cancel_transfer(origin: OriginFor<T>, experiment: ExperimentId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_cancel_transfer(&who, experiment)
        }

        /// Archives an experiment of yours for ever: it accepts no new tasks. Running tasks
        /// continue.
        ///
        /// Text, tags and metadata are removed, and the deposit for them is released. The name, the
        /// encoding, the leaderboard and the models stay, and so does the rest of the deposit. An
        /// experiment of the curriculum cannot be archived.
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::archive_experiment())]
        pub fn archive_experiment(
            origin: OriginFor<T>,
            experiment: ExperimentId,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_archive_experiment(&who, experiment)
        }

        /// Puts a model version of yours aside (`Archived`), or takes it up again (`Candidate`).
        ///
        /// Only proved scores make champions: you can neither set the stage `Champion` nor change
        /// that of the champion.
        #[pallet::call_index(6)]
        #[pallet::weight(T::WeightInfo::set_stage())]
        pub fn set_stage(
            origin: OriginFor<T>,
            experiment: ExperimentId,
            version: ModelVersionNumber,
            stage: Stage,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_set_stage(&who, experiment, version, stage)
        }

        /// Gives a model version of yours to another account, with immediate effect. Who trained it
        /// and who asked for it stays on record.
        #[pallet::call_index(7)]
        #[pallet::weight(T::WeightInfo::transfer_model())]
        pub fn transfer_model(
            origin: OriginFor<T>,
            experiment: ExperimentId,
            version: ModelVersionNumber,
            to: T::AccountId,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_transfer_model(who, experiment, version, to)
        }

        /// Takes the rank of champion from the model that has it. The experiment has none until the
        /// next model is paid for that would become one; the model stays registered.
        ///
        /// For a champion of the curriculum that cannot be proved on some row: each task would end
        /// without a winner. What was paid in the experiment stays paid: nobody earns the same
        /// halvings of the error again.
        #[pallet::call_index(8)]
        #[pallet::weight(T::WeightInfo::retire_champion())]
        pub fn retire_champion(origin: OriginFor<T>, experiment: ExperimentId) -> DispatchResult {
            T::RetireOrigin::ensure_origin(origin)?;
            Self::do_retire_champion(experiment)
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
        /// An experiment.
        pub fn experiment(experiment: ExperimentId) -> Option<ExperimentOf<T>> {
            Experiments::<T>::get(experiment)
        }

        /// Up to `limit` experiments, at most 64, from number `start` upwards.
        pub fn experiments(
            start: ExperimentId,
            limit: u32,
        ) -> Vec<(ExperimentId, ExperimentOf<T>)> {
            Self::experiment_page(start, limit)
        }

        /// Up to `limit` experiments of an owner, at most 64, in storage order, starting after the
        /// experiment `after`.
        pub fn experiments_of(
            owner: T::AccountId,
            after: Option<ExperimentId>,
            limit: u32,
        ) -> Vec<ExperimentId> {
            Self::owned_page(&owner, after, limit)
        }

        /// How much is held in the account of the owner for an experiment.
        pub fn deposit(experiment: ExperimentId) -> Option<BalanceOf<T>> {
            Deposits::<T>::try_get(experiment).ok()
        }

        /// The account to which an experiment is offered.
        pub fn pending_transfer(experiment: ExperimentId) -> Option<T::AccountId> {
            PendingTransfers::<T>::get(experiment)
        }

        /// Up to `limit` entries of a leaderboard, at most 64, starting with place `start`, where
        /// the best is 0.
        pub fn leaderboard(experiment: ExperimentId, start: u32, limit: u32) -> Vec<EntryOf<T>> {
            Self::leaderboard_page(experiment, start, limit)
        }

        /// A model version.
        pub fn model(
            experiment: ExperimentId,
            version: ModelVersionNumber,
        ) -> Option<VersionOf<T>> {
            ModelVersions::<T>::get(experiment, version)
        }

        /// Up to `limit` model versions of an experiment, at most 64, from version `start` upwards,
        /// where the first is 1.
        pub fn models(
            experiment: ExperimentId,
            start: ModelVersionNumber,
            limit: u32,
        ) -> Vec<(ModelVersionNumber, VersionOf<T>)> {
            Self::model_page(experiment, start, limit)
        }

        /// The best delivered model of an experiment.
        pub fn champion(experiment: ExperimentId) -> Option<Champion> {
            Experiments::<T>::get(experiment)?.champion
        }
    }
}
