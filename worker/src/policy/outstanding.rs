//! What the tasks that were chosen before still ask of the account and the machine.

use crate::state::{Chosen, Journal, Progress};
use nocknock_client::{Balance, BlockNumber};

/// What the tasks that were chosen before still ask of the account and the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outstanding {
    /// Stakes that the chain does not hold yet.
    pub stakes: Balance,
    /// Test blocks that are not proved yet.
    pub blocks: u32,
    /// The shortest prove phase among the tasks of these test blocks, in blocks of the chain.
    pub shortest_phase: Option<BlockNumber>,
}

impl Outstanding {
    /// What these journals tell. What a journal does not tell, because it cannot be read, counts as
    /// missing.
    pub fn of<'a>(journals: impl IntoIterator<Item = &'a Journal>) -> Self {
        let mut outstanding = Self::default();
        for journal in journals {
            if let Ok(chosen) = journal.chosen() {
                outstanding.add_rest(&chosen, &journal.progress().unwrap_or_default());
            }
        }
        outstanding
    }

    /// With a task that was just chosen.
    pub fn add(&mut self, chosen: &Chosen) {
        self.add_rest(chosen, &Progress::default());
    }

    fn add_rest(&mut self, chosen: &Chosen, progress: &Progress) {
        if progress.ending.is_some() {
            return;
        }
        if !progress.committed {
            self.stakes = self.stakes.saturating_add(chosen.stake);
        }
        let blocks = missing_proofs(chosen, progress);
        if blocks > 0 {
            self.blocks = self.blocks.saturating_add(blocks);
            let shortest = self.shortest_phase.unwrap_or(chosen.prove_period);
            self.shortest_phase = Some(shortest.min(chosen.prove_period));
        }
    }
}

fn missing_proofs(chosen: &Chosen, progress: &Progress) -> u32 {
    let proved = u32::try_from(progress.proofs.len()).unwrap_or(u32::MAX);
    if progress.complete {
        0
    } else {
        u32::from(chosen.test_blocks).saturating_sub(proved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_primitives::{
        ids::{BlobId, CircuitId},
        model::shape::TINY_4X3X2,
    };

    fn chosen() -> Chosen {
        Chosen {
            task: 7,
            experiment: 1,
            shape: TINY_4X3X2,
            score_circuit: CircuitId([1; 32]),
            delivery_circuit: CircuitId([2; 32]),
            train_data: BlobId([3; 32]),
            stake: 5,
            reward: 100,
            at: 9,
            test_blocks: 4,
            prove_period: 20,
        }
    }

    fn outstanding(progress: &Progress) -> Outstanding {
        let mut outstanding = Outstanding::default();
        outstanding.add_rest(&chosen(), progress);
        outstanding
    }

    #[test]
    fn a_stake_counts_until_it_is_held_and_a_test_block_until_it_is_proved() {
        let begun = outstanding(&Progress::default());
        assert_eq!((begun.stakes, begun.blocks), (5, 4));
        assert_eq!(begun.shortest_phase, Some(20));
        let proving =
            outstanding(&Progress { committed: true, proofs: [1].into(), ..Progress::default() });
        assert_eq!((proving.stakes, proving.blocks), (0, 3));
        let complete =
            outstanding(&Progress { committed: true, complete: true, ..Progress::default() });
        assert_eq!(complete, Outstanding::default());
    }

    #[test]
    fn the_shortest_prove_phase_of_all_is_kept() {
        let mut outstanding = Outstanding::default();
        for prove_period in [20, 10, 30] {
            outstanding.add(&Chosen { prove_period, ..chosen() });
        }
        assert_eq!((outstanding.stakes, outstanding.blocks), (15, 12));
        assert_eq!(outstanding.shortest_phase, Some(10));
    }
}
