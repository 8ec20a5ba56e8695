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
        ids::{ExperimentId, ModelVersionNumber, TaskId},
        score::Score,
    };

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// The tokens in which deposits are held.
        type Currency: fungible::hold::Mutate<Self::AccountId, Reason = Self::RuntimeHoldReason>;

        /// The runtime's reasons to hold tokens.
        type RuntimeHoldReason: From<HoldReason>;

        /// The deposit for an experiment: its record, its leaderboard and its place in the index.
        #[pallet::constant]
        type BaseDeposit: Get<BalanceOf<Self>>;

        /// What each byte of the encoded description adds to the deposit.
        #[pallet::constant]
        type ByteDeposit: Get<BalanceOf<Self>>;

        /// What the calls cost.
        type WeightInfo: WeightInfo;
    }

    /// Why tokens are held.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// The deposit of an experiment, held from its owner for what the chain stores about it.
        Experiment,
    }

    /// Number of the next experiment. Never falls, so a number is never used twice.
    #[pallet::storage]
    pub type NextExperiment<T> = StorageValue<_, ExperimentId, ValueQuery>;

    /// The experiments. Paid for by their deposit. Never removed, because facts, models and
    /// provenance records name them; archiving removes most of the description.
    #[pallet::storage]
    pub type Experiments<T: Config> = StorageMap<_, Twox64Concat, ExperimentId, ExperimentOf<T>>;

    /// What is held from an experiment's owner for it; zero for experiments of the chain
    /// specification until they are described or change hands. Stays with the experiment.
    #[pallet::storage]
    pub type Deposits<T: Config> =
        StorageMap<_, Twox64Concat, ExperimentId, BalanceOf<T>, ValueQuery>;

    /// The experiments of each owner. Paid for by their deposit; a row moves with the ownership.
    #[pallet::storage]
    pub type ExperimentsOf<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Twox64Concat, ExperimentId, ()>;

    /// To whom the owner of an experiment offers it, at most one account for each. Paid for by the
    /// deposit; removed when the offer is accepted or cancelled, or the experiment archived.
    #[pallet::storage]
    pub type PendingTransfers<T: Config> = StorageMap<_, Twox64Concat, ExperimentId, T::AccountId>;

    /// The best proved scores of each experiment, best first; of equal scores the earlier one.
    /// Bounded by `MAX_LEADERBOARD` and paid for by the deposit. Stays with the experiment.
    #[pallet::storage]
    pub type Leaderboards<T: Config> =
        StorageMap<_, Twox64Concat, ExperimentId, LeaderboardOf<T>, ValueQuery>;

    /// The model versions of each experiment. Each was delivered and paid for; the share of the
    /// payment that was burnt, or in the curriculum the proof that the payment rewards, pays for
    /// its row. Never removed.
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
        /// Experiments that exist from the start, numbered from 0 in this order. No deposit is
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
            /// What is held for it.
            deposit: BalanceOf<T>,
        },
        /// An experiment got a new description.
        ExperimentDescribed {
            /// The experiment.
            experiment: ExperimentId,
            /// What is held for it now.
            deposit: BalanceOf<T>,
        },
        /// The owner offered an experiment to another account.
        TransferOffered {
            /// The experiment.
            experiment: ExperimentId,
            /// Who may accept it.
            to: T::AccountId,
        },
        /// The owner took back its offer.
        TransferCancelled {
            /// The experiment.
            experiment: ExperimentId,
        },
        /// An experiment has a new owner.
        ExperimentTransferred {
            /// The experiment.
            experiment: ExperimentId,
            /// Who owned it. Its deposit was released.
            from: T::AccountId,
            /// Who owns it.
            to: T::AccountId,
            /// What is held from the new owner.
            deposit: BalanceOf<T>,
        },
        /// An experiment was archived: it takes no new tasks.
        ExperimentArchived {
            /// The experiment.
            experiment: ExperimentId,
            /// What stays on hold for what stays stored.
            deposit: BalanceOf<T>,
        },
        /// A proved score entered a leaderboard.
        LeaderboardEntered {
            /// The experiment.
            experiment: ExperimentId,
            /// The worker.
            worker: T::AccountId,
            /// The task.
            task: TaskId,
            /// Its place, from 0.
            place: u32,
        },
        /// A delivered model was registered.
        ModelRegistered {
            /// The experiment.
            experiment: ExperimentId,
            /// Its version.
            version: ModelVersionNumber,
            /// The task.
            task: TaskId,
            /// Who trained it.
            worker: T::AccountId,
            /// Its proved score.
            score: Score,
        },
        /// A model beat the champion of its experiment and is champion now.
        ChampionChanged {
            /// The experiment.
            experiment: ExperimentId,
            /// The champion.
            champion: Champion,
        },
        /// The owner of a model changed its stage.
        ModelStageChanged {
            /// The experiment.
            experiment: ExperimentId,
            /// The version.
            version: ModelVersionNumber,
            /// The new stage.
            stage: Stage,
        },
        /// A model version has a new owner.
        ModelTransferred {
            /// The experiment.
            experiment: ExperimentId,
            /// The version.
            version: ModelVersionNumber,
            /// Who owned it.
            from: T::AccountId,
            /// Who owns it.
            to: T::AccountId,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// There is no experiment of this number.
        UnknownExperiment,
        /// The experiment is archived for ever. Create a new one.
        Archived,
        /// Only the owner of the experiment may do this.
        NotOwner,
        /// The account owns the experiment already.
        AlreadyOwner,
        /// The experiment is not offered to you. Ask its owner for an offer.
        NotOffered,
        /// The experiment is offered to nobody, so there is nothing to cancel.
        NothingOffered,
        /// Name and text must be UTF-8.
        NotUtf8,
        /// The name has no visible character.
        BlankName,
        /// The name has a line break or another control character.
        ControlCharacter,
        /// A tag is empty or has other characters than lower-case ASCII letters, digits and `-`.
        BadTag,
        /// A tag is given twice.
        DuplicateTag,
        /// No number is left for another experiment.
        TooManyExperiments,
        /// The experiment has no model of this version.
        UnknownModel,
        /// Only the owner of the model version may do this.
        NotModelOwner,
        /// Nobody can make a model champion. It becomes champion by a better proved score.
        ChampionIsProved,
        /// The champion cannot be put aside. It becomes a candidate when a better model is paid
        /// for.
        IsChampion,
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Creates an experiment that you own, in which you may sponsor tasks.
        ///
        /// A deposit is held from you, which grows with the bytes of the description. Part of it
        /// stays on hold as long as you own the experiment, even archived.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::create_experiment())]
        pub fn create_experiment(origin: OriginFor<T>, description: Description) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_create_experiment(who, description)
        }

        /// Replaces the description of an experiment of yours, and adjusts the deposit to it.
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

        /// Offers an experiment of yours to another account, instead of to whom you offered it
        /// before.
        ///
        /// You stay the owner, and may cancel the offer, until the other account accepts.
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

        /// Accepts an experiment that is offered to you.
        ///
        /// Its deposit is held from you, at today's prices, and released to the owner before you.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::accept_transfer())]
        pub fn accept_transfer(origin: OriginFor<T>, experiment: ExperimentId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_accept_transfer(who, experiment)
        }

        /// Takes back the offer of an experiment of yours that was not accepted yet.
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::cancel_transfer())]
        pub fn cancel_transfer(origin: OriginFor<T>, experiment: ExperimentId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_cancel_transfer(&who, experiment)
        }

        /// Archives an experiment of yours for ever: it takes no new tasks. Running ones go on.
        ///
        /// Text, tags and metadata are removed and their deposit is released. Name, leaderboard
        /// and models stay, and so does the rest of the deposit.
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::archive_experiment())]
        pub fn archive_experiment(
            origin: OriginFor<T>,
            experiment: ExperimentId,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_archive_experiment(&who, experiment)
        }

        /// Puts a model version of yours aside (`Archived`) or takes it up again (`Candidate`).
        ///
        /// Champions are made by proved scores alone: the stage `Champion` cannot be given, nor
        /// taken from the champion.
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

        /// Gives a model version of yours to another account at once. Who trained it and who asked
        /// for it stays on record.
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

        /// Up to `limit`, but at most 64, experiments from number `start` upwards.
        pub fn experiments(
            start: ExperimentId,
            limit: u32,
        ) -> Vec<(ExperimentId, ExperimentOf<T>)> {
            Self::experiment_page(start, limit)
        }

        /// Up to `limit`, but at most 64, experiments of an owner in the order of storage, from
        /// the one after `after`.
        pub fn experiments_of(
            owner: T::AccountId,
            after: Option<ExperimentId>,
            limit: u32,
        ) -> Vec<ExperimentId> {
            Self::owned_page(&owner, after, limit)
        }

        /// What is held from the owner for an experiment.
        pub fn deposit(experiment: ExperimentId) -> Option<BalanceOf<T>> {
            Deposits::<T>::try_get(experiment).ok()
        }

        /// To whom an experiment is offered.
        pub fn pending_transfer(experiment: ExperimentId) -> Option<T::AccountId> {
            PendingTransfers::<T>::get(experiment)
        }

        /// Up to `limit`, but at most 64, entries of a leaderboard, from place `start`, the best
        /// being 0.
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

        /// Up to `limit`, but at most 64, model versions of an experiment from `start` upwards,
        /// the first being 1.
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
