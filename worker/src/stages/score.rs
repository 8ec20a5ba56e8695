//! What the committed model, and the champion, score on the revealed test blocks: exactly, with the
//! integers of the circuit.

use super::{
    champion,
    prove::{open_block, revealed_block, Subject},
    StepContext, StepError,
};
use crate::{
    chain::Depth,
    notice::Notice,
    state::{ChampionFact, ScoreFact, Whose},
};
use nocknock_circuits::reference::score_block;
use nocknock_client::Task;
use nocknock_primitives::{ids::BlockIndex, task::RevealedBlock};
use std::collections::BTreeMap;

/// Test blocks, as the chain has them.
type Revealed = Vec<(BlockIndex, RevealedBlock)>;

/// Scores both models and keeps what came of it.
pub(super) async fn score(step: &StepContext<'_>) -> Result<(), StepError> {
    step.go_on()?;
    let view = step.services.chain.view(step.task, Depth::Best).await?;
    let task = view.task.ok_or(StepError::MovedOn("the task is gone"))?;
    let own = Subject::of(step, Whose::Own).await?;
    let champion = match &task.reference {
        Some(reference) => Some(champion::fetch(step, reference).await?),
        None => None,
    };
    let blocks = revealed(step, &task).await?;
    let score = move || score_both(&own, champion.as_ref(), &blocks);
    let fact = tokio::task::spawn_blocking(score).await??;
    step.journal.save_score(&fact)?;
    step.tell(Notice::Scored {
        task: step.task,
        points: fact.points(),
        most: task.max_points(),
        champion: fact.champion.map(|champion| champion.points),
    });
    Ok(())
}

async fn revealed(step: &StepContext<'_>, task: &Task) -> Result<Revealed, StepError> {
    let roots = step.services.chain.roots(step.task).await?;
    let mut blocks = Vec::with_capacity(task.tests.len());
    for test in &task.tests {
        blocks.push((test.index, revealed_block(step, &roots, test.index).await?));
    }
    Ok(blocks)
}

fn score_both(
    own: &Subject,
    champion: Option<&Subject>,
    blocks: &Revealed,
) -> Result<ScoreFact, StepError> {
    let champion = champion.map(|champion| {
        let points = score_all(champion, blocks)?;
        Ok::<_, StepError>(ChampionFact {
            model: champion.model,
            circuit: champion.record.info.id(),
            points: points.values().copied().fold(0, u32::saturating_add),
        })
    });
    Ok(ScoreFact { blocks: score_all(own, blocks)?, champion: champion.transpose()? })
}

/// The points of a model on each block.
fn score_all(subject: &Subject, blocks: &Revealed) -> Result<BTreeMap<BlockIndex, u32>, StepError> {
    let architecture = &subject.architecture;
    let points = |(index, revealed): &(BlockIndex, RevealedBlock)| {
        let known = open_block(architecture, revealed, *index)?;
        let scored = score_block(architecture, &subject.weights, known.block());
        let scored = scored.map_err(|error| StepError::Prove(error.to_string()))?;
        Ok((*index, scored.score))
    };
    blocks.iter().map(points).collect()
}
