//! What the tasks that were chosen before still ask of the account and the machine.

use super::work;
use crate::state::{Chosen, Journal, Progress};
use nocknock_client::{Balance, BlockNumber};
use nocknock_primitives::ids::CircuitId;
use std::collections::BTreeSet;

/// What the tasks that were chosen before still ask of the account and the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outstanding {
    /// Stakes that the chain does not hold yet.
    pub stakes: Balance,
    /// Work of the proofs that are not made yet, in rows of circuits.
    pub work: u64,
    /// Work of the largest of these proofs.
    pub largest: u64,
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
            self.work = self.work.saturating_add(work(chosen.score_rows, blocks));
            self.largest = self.largest.max(work(chosen.score_rows, 1));
            let shortest = self.shortest_phase.unwrap_or(chosen.prove_period);
            self.shortest_phase = Some(shortest.min(chosen.prove_period));
        }
    }
}

/// The circuits of which these journals still need proofs of scores. Nothing counts as needed for a
/// journal that cannot be read.
pub fn circuits_to_prove<'a>(
    journals: impl IntoIterator<Item = &'a Journal>,
) -> BTreeSet<CircuitId> {
    let circuit = |journal: &Journal| {
        let (chosen, progress) = (journal.chosen().ok()?, journal.progress().ok()?);
        let is_needed = progress.ending.is_none() && missing_proofs(&chosen, &progress) > 0;
        is_needed.then_some(chosen.score_circuit)
    };
    journals.into_iter().filter_map(circuit).collect()
}

fn missing_proofs(chosen: &Chosen, progress: &Progress) -> u16 {
    let proved = u16::try_from(progress.proofs.len()).unwrap_or(u16::MAX);
    if progress.complete {
        0
    } else {
        chosen.test_blocks.saturating_sub(proved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{Ending, EndingFact, ProofFact, StateDir};
    use nocknock_primitives::{
        circuit::ProofBytes,
        ids::{BlobId, ContentHash},
        model::{names::named, RecipientSecret},
        task::ProvedScore,
    };

    /// A task whose circuit has as many rows as those that take the configured time.
    fn chosen() -> Chosen {
        Chosen {
            task: 7,
            experiment: 1,
            architecture: named("tiny-4x3x2").unwrap(),
            encoding: ContentHash([4; 32]),
            recipient: RecipientSecret::curriculum().key(),
            score_circuit: CircuitId([1; 32]),
            score_rows: ROWS,
            delivery_circuit: CircuitId([2; 32]),
            train_data: BlobId([3; 32]),
            stake: 5,
            reward: 100,
            at: 9,
            test_blocks: 4,
            prove_period: 20,
        }
    }

    const ROWS: u32 = 1 << 18;

    /// The work of so many proofs.
    fn proofs(count: u64) -> u64 {
        count * u64::from(ROWS)
    }

    fn outstanding(progress: &Progress) -> Outstanding {
        let mut outstanding = Outstanding::default();
        outstanding.add_rest(&chosen(), progress);
        outstanding
    }

    #[test]
    fn a_stake_counts_until_it_is_held_and_a_test_block_until_it_is_proved() {
        let begun = outstanding(&Progress::default());
        assert_eq!((begun.stakes, begun.work), (5, proofs(4)));
        assert_eq!(begun.shortest_phase, Some(20));
        let proving =
            outstanding(&Progress { committed: true, proofs: [1].into(), ..Progress::default() });
        assert_eq!((proving.stakes, proving.work), (0, proofs(3)));
        let complete =
            outstanding(&Progress { committed: true, complete: true, ..Progress::default() });
        assert_eq!(complete, Outstanding::default());
    }

    #[test]
    fn a_circuit_is_needed_until_the_last_proof_of_it_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let state = StateDir::open(folder.path()).unwrap();
        let circuits = [CircuitId([1; 32]), CircuitId([2; 32])];
        let journals = [(7, circuits[0]), (8, circuits[0]), (9, circuits[1])].map(|(task, id)| {
            state.begin(&Chosen { task, score_circuit: id, test_blocks: 1, ..chosen() }).unwrap()
        });
        let needed = || Vec::from_iter(circuits_to_prove(&journals));
        assert_eq!(needed(), circuits);
        let ending = EndingFact { ending: Ending::TooLate, at: 1, earned: None };
        journals[2].save_ending(&ending).unwrap();
        assert_eq!(needed(), [circuits[0]]);
        journals[0].save_complete().unwrap();
        assert_eq!(needed(), [circuits[0]], "another task needs it");
        let score =
            ProvedScore { points: 1, sums: [0; 32], inputs: [0; 32], proof: ProofBytes([0; 256]) };
        journals[1].save_proof(&ProofFact { block: 0, rows: 1, score }).unwrap();
        assert!(needed().is_empty());
    }

    #[test]
    fn the_shortest_prove_phase_of_all_is_kept() {
        let mut outstanding = Outstanding::default();
        for prove_period in [20, 10, 30] {
            outstanding.add(&Chosen { prove_period, ..chosen() });
        }
        assert_eq!((outstanding.stakes, outstanding.work), (15, proofs(12)));
        assert_eq!(outstanding.shortest_phase, Some(10));
    }

    #[test]
    fn a_large_circuit_counts_by_its_rows_and_a_small_one_as_if_it_were_larger() {
        let mut outstanding = Outstanding::default();
        for score_rows in [7, 3 * ROWS] {
            outstanding.add(&Chosen { score_rows, ..chosen() });
        }
        assert_eq!(outstanding.work, proofs(4) + proofs(12));
        assert_eq!(outstanding.largest, proofs(3));
    }
}
