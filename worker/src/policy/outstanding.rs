//! What the tasks that were chosen before still ask of the account and the machine.

use super::work;
use crate::state::{Chosen, ClaimStage, Journal, Progress};
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
    /// The shortest round of proofs among the tasks of these proofs, in blocks of the chain.
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
        let own = own_proofs(chosen, progress);
        let proofs = own.saturating_add(proofs_of_champion(chosen, progress));
        if proofs > 0 {
            self.work = self.work.saturating_add(work(chosen.score_rows, proofs));
            self.largest = self.largest.max(work(chosen.score_rows, 1));
            let shortest = self.shortest_phase.unwrap_or(chosen.prove_period);
            self.shortest_phase = Some(shortest.min(chosen.prove_period));
        }
    }
}

/// The circuits of which these journals still need proofs of scores, their own or the champion's.
/// Nothing counts as needed for a journal that cannot be read.
pub fn circuits_to_prove<'a>(
    journals: impl IntoIterator<Item = &'a Journal>,
) -> BTreeSet<CircuitId> {
    journals.into_iter().flat_map(circuits_of).collect()
}

fn circuits_of(journal: &Journal) -> Vec<CircuitId> {
    let (Ok(chosen), Ok(progress)) = (journal.chosen(), journal.progress()) else {
        return Vec::new();
    };
    if progress.ending.is_some() {
        return Vec::new();
    }
    let own = (own_proofs(&chosen, &progress) > 0).then_some(chosen.score_circuit);
    let is_missing = proofs_of_champion(&chosen, &progress) > 0;
    let champion = progress.score.as_ref().and_then(|score| score.champion.as_ref());
    let champion = champion.filter(|_| is_missing).map(|champion| champion.circuit);
    own.into_iter().chain(champion).collect()
}

/// Proofs of the own score that are not made yet.
fn own_proofs(chosen: &Chosen, progress: &Progress) -> u16 {
    if progress.claim == ClaimStage::Proved {
        0
    } else {
        missing(chosen, progress.proofs.len())
    }
}

/// Proofs of the champion's score that are not made yet. Whether there is a champion is known once
/// the models are scored. When the key is sealed for a delivery, it is proved.
fn proofs_of_champion(chosen: &Chosen, progress: &Progress) -> u16 {
    let is_none = progress.score.as_ref().is_some_and(|score| score.champion.is_none());
    if !chosen.curriculum || is_none || progress.sealed {
        0
    } else {
        missing(chosen, progress.champion_proofs.len())
    }
}

fn missing(chosen: &Chosen, proved: usize) -> u16 {
    chosen.test_blocks.saturating_sub(u16::try_from(proved).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{ChampionFact, Ending, EndingFact, ProofFact, ScoreFact, StateDir, Whose};
    use nocknock_primitives::{
        circuit::ProofBytes,
        ids::{BlobId, ContentHash, ModelCommitment},
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
            curriculum: false,
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
        let (committed, claim) = (true, ClaimStage::Proved);
        let proved = outstanding(&Progress { committed, claim, ..Progress::default() });
        assert_eq!(proved, Outstanding::default());
    }

    fn scored(champion: Option<ChampionFact>) -> ScoreFact {
        ScoreFact { blocks: [(0, 1)].into(), champion }
    }

    fn champion() -> ChampionFact {
        ChampionFact { model: ModelCommitment([5; 32]), circuit: CircuitId([2; 32]), points: 1 }
    }

    #[test]
    fn the_champion_counts_in_the_curriculum_until_it_is_proved_or_known_not_to_be_there() {
        let work = |progress: &Progress| {
            let mut outstanding = Outstanding::default();
            outstanding.add_rest(&Chosen { curriculum: true, ..chosen() }, progress);
            outstanding.work
        };
        assert_eq!(work(&Progress::default()), proofs(8));
        let with_score = |score| Progress { score: Some(score), ..Progress::default() };
        assert_eq!(work(&with_score(scored(None))), proofs(4));
        let crowned = with_score(scored(Some(champion())));
        assert_eq!(work(&crowned), proofs(8));
        let begun = Progress { proofs: [1].into(), champion_proofs: [1, 2].into(), ..crowned };
        assert_eq!(work(&begun), proofs(5));
        let proved = Progress { claim: ClaimStage::Proved, ..begun };
        assert_eq!(work(&proved), proofs(2));
        assert_eq!(work(&Progress { sealed: true, ..proved }), 0);
    }

    #[test]
    fn a_circuit_is_needed_until_the_last_proof_of_it_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let state = StateDir::open(folder.path()).unwrap();
        let circuits = [CircuitId([1; 32]), CircuitId([2; 32])];
        let in_curriculum = Chosen { test_blocks: 1, curriculum: true, ..chosen() };
        let journals = [(7, circuits[0]), (8, circuits[0]), (9, circuits[1])].map(|(task, id)| {
            state.begin(&Chosen { task, score_circuit: id, ..in_curriculum.clone() }).unwrap()
        });
        let needed = || Vec::from_iter(circuits_to_prove(&journals));
        assert_eq!(needed(), circuits);
        let ending = EndingFact { ending: Ending::TooLate, at: 1, earned: None };
        journals[2].save_ending(&ending).unwrap();
        assert_eq!(needed(), [circuits[0]]);
        journals[0].save_claim(ClaimStage::Proved).unwrap();
        assert_eq!(needed(), [circuits[0]], "another task needs it");
        let score =
            ProvedScore { points: 1, sums: [0; 32], inputs: [0; 32], proof: ProofBytes([0; 256]) };
        let proof = ProofFact { block: 0, rows: 1, score };
        journals[1].save_proof(Whose::Own, &proof).unwrap();
        assert!(needed().is_empty());
        journals[1].save_score(&scored(Some(champion()))).unwrap();
        assert_eq!(needed(), [circuits[1]], "the champion's is another one");
        journals[1].save_proof(Whose::Champion, &proof).unwrap();
        assert!(needed().is_empty());
    }

    #[test]
    fn the_shortest_round_of_all_is_kept() {
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
