//! The invariants of this pallet's state.

use crate::{
    types::{BalanceOf, ExperimentOf},
    Config, Deposits, Experiments, ExperimentsOf, Leaderboards, ModelVersions, NextExperiment,
    Pallet, PendingTransfers,
};
use alloc::{collections::BTreeMap, vec::Vec};
use frame_support::ensure;
use nocknock_primitives::{
    experiment::{Champion, Stage},
    ids::{ExperimentId, ModelVersionNumber},
};
use sp_runtime::{
    traits::{Saturating, Zero},
    TryRuntimeError,
};

impl<T: Config> Pallet<T> {
    /// Checks the invariants, numbered as in the README:
    ///
    /// 1. The experiments are numbered from 0 without gaps below `NextExperiment`, and each has a
    ///    recorded deposit; deposits, leaderboards and models belong to stored experiments.
    /// 2. What is held from each account is the sum of the recorded deposits of the experiments it
    ///    owns.
    /// 3. The index holds exactly one row for each experiment, under its owner.
    /// 4. Only active experiments are offered, and never to their owner.
    /// 5. Every description is acceptable; that of an archived experiment has a name only.
    /// 6. A leaderboard is sorted by score, of equal scores the earlier first, and has at most one
    ///    entry for each worker and model.
    /// 7. The versions of an experiment are numbered from 1 to `versions` without gaps, and name
    ///    it.
    /// 8. The champion is a version with its score; it alone has the stage `Champion`.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::check_keys()?;
        Self::check_holds()?;
        Self::check_index()?;
        Self::check_offers()?;
        for (id, experiment) in Experiments::<T>::iter() {
            Self::check_description(&experiment)?;
            Self::check_leaderboard(id)?;
            Self::check_versions(id, &experiment)?;
            Self::check_champion(id, &experiment)?;
        }
        Ok(())
    }

    fn check_keys() -> Result<(), TryRuntimeError> {
        let next = NextExperiment::<T>::get();
        let complete = (0..next)
            .all(|id| Experiments::<T>::contains_key(id) && Deposits::<T>::contains_key(id));
        ensure!(complete, "1: an experiment or its deposit is missing");
        let known = |id: ExperimentId| id < next;
        ensure!(Experiments::<T>::iter_keys().all(known), "1: an experiment has a future number");
        ensure!(Deposits::<T>::iter_keys().all(known), "1: a deposit without an experiment");
        ensure!(
            Leaderboards::<T>::iter_keys().all(known),
            "1: a leaderboard without an experiment"
        );
        ensure!(
            ModelVersions::<T>::iter_keys().all(|(id, _)| known(id)),
            "1: a model without an experiment"
        );
        Ok(())
    }

    fn check_holds() -> Result<(), TryRuntimeError> {
        let mut sums = BTreeMap::<T::AccountId, BalanceOf<T>>::new();
        for (id, experiment) in Experiments::<T>::iter() {
            let sum = sums.entry(experiment.owner).or_insert_with(Zero::zero);
            *sum = sum.saturating_add(Deposits::<T>::get(id));
        }
        let all_held = frame_system::Account::<T>::iter_keys()
            .all(|who| Self::held(&who) == sums.get(&who).copied().unwrap_or_else(Zero::zero));
        ensure!(all_held, "2: deposits differ from holds");
        Ok(())
    }

    fn check_index() -> Result<(), TryRuntimeError> {
        let is_owner = |(who, id): (T::AccountId, ExperimentId)| {
            Experiments::<T>::get(id).is_some_and(|experiment| experiment.owner == who)
        };
        ensure!(ExperimentsOf::<T>::iter_keys().all(is_owner), "3: the index names another owner");
        ensure!(
            ExperimentsOf::<T>::iter_keys().count() == Experiments::<T>::iter_keys().count(),
            "3: an experiment is missing in the index"
        );
        Ok(())
    }

    fn check_offers() -> Result<(), TryRuntimeError> {
        let is_open = |(id, to): (ExperimentId, T::AccountId)| {
            Experiments::<T>::get(id)
                .is_some_and(|experiment| !experiment.archived && experiment.owner != to)
        };
        ensure!(
            PendingTransfers::<T>::iter().all(is_open),
            "4: an offer of an archived experiment or to its owner"
        );
        Ok(())
    }

    fn check_description(experiment: &ExperimentOf<T>) -> Result<(), TryRuntimeError> {
        let description = &experiment.description;
        ensure!(description.check().is_ok(), "5: a description is not acceptable");
        let name_only = description.text.is_empty()
            && description.tags.is_empty()
            && description.metadata.is_none();
        ensure!(
            name_only || !experiment.archived,
            "5: an archived experiment has more than a name"
        );
        Ok(())
    }

    fn check_leaderboard(id: ExperimentId) -> Result<(), TryRuntimeError> {
        let board = Leaderboards::<T>::get(id);
        let in_order = board.windows(2).all(|pair| match pair {
            [a, b] => a.score.beats(&b.score) || (a.score.at_least(&b.score) && a.at <= b.at),
            _ => false,
        });
        ensure!(in_order, "6: a leaderboard is out of order");
        let models: BTreeMap<_, _> =
            board.iter().map(|entry| ((entry.worker.clone(), entry.model), ())).collect();
        ensure!(
            models.len() == board.len(),
            "6: a leaderboard has two entries of a worker's model"
        );
        Ok(())
    }

    fn check_versions(
        id: ExperimentId,
        experiment: &ExperimentOf<T>,
    ) -> Result<(), TryRuntimeError> {
        let stored: Vec<_> = ModelVersions::<T>::iter_prefix(id).collect();
        let fit = stored.iter().all(|(version, model)| {
            (1..=experiment.versions).contains(version) && model.delivered.experiment == id
        });
        ensure!(fit, "7: a version has a wrong number or experiment");
        ensure!(
            u32::try_from(stored.len()) == Ok(experiment.versions),
            "7: versions is not the number of versions"
        );
        Ok(())
    }

    fn check_champion(
        id: ExperimentId,
        experiment: &ExperimentOf<T>,
    ) -> Result<(), TryRuntimeError> {
        let is_stored = |champion: Champion| {
            ModelVersions::<T>::get(id, champion.version)
                .is_some_and(|model| model.delivered.score == champion.score)
        };
        ensure!(
            experiment.champion.is_none_or(is_stored),
            "8: the champion is no version, or has another score"
        );
        let seated: Vec<ModelVersionNumber> = ModelVersions::<T>::iter_prefix(id)
            .filter(|(_, model)| model.stage == Stage::Champion)
            .map(|(version, _)| version)
            .collect();
        let named: Vec<_> = experiment.champion.iter().map(|champion| champion.version).collect();
        ensure!(seated == named, "8: another version has the stage of champion");
        Ok(())
    }
}
