//! What the chain itself has verified.

use crate::{types::FactOf, Config, Event, Pallet, WeightInfo};
use frame_support::weights::Weight;
use nocknock_primitives::{
    fact::{Fact, FactStatus, ScoreFact, Tally},
    ids::FactId,
    traits::FactWriter,
};

impl<T: Config> FactWriter<T::AccountId> for Pallet<T> {
    fn write_score(score: ScoreFact<T::AccountId>) -> Option<FactId> {
        let id = Self::add_fact(Self::proven_fact(&score)?).ok()?;
        let ScoreFact { experiment, task, version, .. } = score;
        Self::deposit_event(Event::ScoreProven { fact: id, experiment, task, version });
        Some(id)
    }

    fn weight() -> Weight {
        T::WeightInfo::write_score()
    }
}

impl<T: Config> Pallet<T> {
    fn proven_fact(score: &ScoreFact<T::AccountId>) -> Option<FactOf<T>> {
        let now = Self::now();
        Some(Fact {
            statement: score.statement()?,
            evidence: score.evidence(),
            status: FactStatus::Accepted,
            author: score.worker.clone(),
            created_at: now,
            decided_at: Some(now),
            supersedes: None,
            tally: Tally::default(),
        })
    }
}
