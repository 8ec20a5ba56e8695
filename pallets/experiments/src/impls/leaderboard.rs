//! The best proved scores.

use crate::{types::EntryOf, Config, Event, Experiments, Leaderboards, Pallet};
use frame_support::defensive;
use nocknock_primitives::{
    experiment::{Leaderboard, LeaderboardEntry},
    ids::ExperimentId,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn enter_leaderboard(id: ExperimentId, entry: EntryOf<T>) {
        if !Experiments::<T>::contains_key(id) {
            defensive!("tasks belong to experiments");
            return;
        }
        let (worker, task) = (entry.worker.clone(), entry.task);
        let mut board = Leaderboards::<T>::get(id);
        let Some(place) = enter(&mut board, entry) else {
            return;
        };
        Leaderboards::<T>::insert(id, board);
        Self::deposit_event(Event::LeaderboardEntered { experiment: id, worker, task, place });
    }
}

/// Puts an entry in its place, after those that are equally good, if it is good enough. A worker
/// has one entry for each model, its best.
fn enter<AccountId: PartialEq, BlockNumber>(
    board: &mut Leaderboard<AccountId, BlockNumber>,
    entry: LeaderboardEntry<AccountId, BlockNumber>,
) -> Option<u32> {
    let of_same_model = |other: &LeaderboardEntry<AccountId, BlockNumber>| {
        other.worker == entry.worker && other.model == entry.model
    };
    let known = board.iter().find(|other| of_same_model(other));
    if known.is_some_and(|known| known.score.at_least(&entry.score)) {
        return None;
    }
    board.retain(|other| !of_same_model(other));
    let place = board.partition_point(|other| other.score.at_least(&entry.score));
    if board.is_full() && place < board.len() {
        board.pop();
    }
    board.try_insert(place, entry).ok()?;
    u32::try_from(place).ok()
}
