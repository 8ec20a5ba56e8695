//! Pages of what is stored.

use crate::{
    types::{EntryOf, ExperimentOf, VersionOf},
    Config, Experiments, ExperimentsOf, Leaderboards, ModelVersions, NextExperiment, Pallet,
};
use alloc::vec::Vec;
use nocknock_primitives::{
    ids::{ExperimentId, ModelVersionNumber},
    limits::MAX_PAGE,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn experiment_page(
        start: ExperimentId,
        limit: u32,
    ) -> Vec<(ExperimentId, ExperimentOf<T>)> {
        (start..NextExperiment::<T>::get())
            .take(page_size(limit))
            .filter_map(|id| Experiments::<T>::get(id).map(|experiment| (id, experiment)))
            .collect()
    }

    pub(crate) fn owned_page(
        owner: &T::AccountId,
        after: Option<ExperimentId>,
        limit: u32,
    ) -> Vec<ExperimentId> {
        let ids = match after {
            Some(id) => ExperimentsOf::<T>::iter_key_prefix_from(
                owner,
                ExperimentsOf::<T>::hashed_key_for(owner, id),
            ),
            None => ExperimentsOf::<T>::iter_key_prefix(owner),
        };
        ids.take(page_size(limit)).collect()
    }

    pub(crate) fn leaderboard_page(id: ExperimentId, start: u32, limit: u32) -> Vec<EntryOf<T>> {
        Leaderboards::<T>::get(id)
            .into_iter()
            .skip(usize::try_from(start).unwrap_or(usize::MAX))
            .take(page_size(limit))
            .collect()
    }

    pub(crate) fn model_page(
        id: ExperimentId,
        start: ModelVersionNumber,
        limit: u32,
    ) -> Vec<(ModelVersionNumber, VersionOf<T>)> {
        let last = Experiments::<T>::get(id).map_or(0, |experiment| experiment.versions);
        (start.max(1)..=last)
            .take(page_size(limit))
            .filter_map(|version| {
                ModelVersions::<T>::get(id, version).map(|model| (version, model))
            })
            .collect()
    }
}

fn page_size(limit: u32) -> usize {
    usize::try_from(limit.min(MAX_PAGE)).unwrap_or(0)
}
