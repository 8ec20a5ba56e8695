//! What to do next for a task: a pure function of the journal and the chain.
//!
//! After a crash, a reorganisation or a lost answer nothing has to be remembered: the same
//! comparison gives the step that is missing, and no step twice.

use crate::state::{Ending, Progress};
use nocknock_client::{AccountId, Balance, BlockNumber, Commitment, Delivery, Ranking, Task};
use nocknock_primitives::{
    ids::BlockIndex,
    limits::{FREE_PROOFS_OF_A_NEWCOMER, MAX_FOLDED_VALUES, MAX_TEST_BLOCKS},
    model::Architecture,
    phase::Phase,
    score::Score,
    task::Funding,
};
use std::fmt;

/// How many inputs and labels of rows the chain is made to fold in one call.
const VALUES_OF_A_CALL: u32 = 2 * MAX_FOLDED_VALUES;

/// The part of a turn that is left for the key, however long the beginning of the turn takes to
/// become final: one of so many.
const PARTS_OF_A_TURN: BlockNumber = 3;

/// The fewest blocks that are left for the key.
const BLOCKS_FOR_KEY: BlockNumber = 5;

/// Everything about one task that the chain says in one block, as far as it concerns this worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskView {
    /// Number of the block.
    pub now: BlockNumber,
    /// The account of this worker.
    pub worker: AccountId,
    /// The task, unless the chain does not know it.
    pub task: Option<Task>,
    /// The worker's commitment.
    pub commitment: Option<Commitment>,
    /// The best submissions, once there are any.
    pub ranking: Ranking,
    /// In the curriculum, the score of the experiment's champion, if there is one.
    pub champion: Option<Score>,
    /// What the worker has uploaded and delivered.
    pub delivery: Option<Delivery>,
    /// What the worker may send without a fee.
    pub free_calls: FreeCalls,
}

/// What the chain takes of the account without a fee, in tasks of the curriculum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FreeCalls {
    /// A free call of it with proofs was accepted since it registered. Until then, one carries
    /// [`FREE_PROOFS_OF_A_NEWCOMER`] at most.
    pub known: bool,
    /// A free call of it failed in this session, so all others cost a fee until the next one.
    pub ended: bool,
    /// What it could pay fees with.
    pub balance: Balance,
}

/// The turn of this worker to deliver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Its rank, from 0.
    pub rank: u32,
    /// The block in which it began: that of the settlement, of the payment before it, or the first
    /// after a turn that passed.
    pub began: BlockNumber,
    /// The first block after it.
    pub end: BlockNumber,
}

/// A step for a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Fetch the training data and check it.
    FetchData,
    /// Train, or go on training.
    Train,
    /// Draw the key, seal the model and write the commitment down.
    Seal,
    /// Send the commitment.
    Commit,
    /// Note that the commitment was seen on the chain.
    NoteCommitted,
    /// Prove the score of these test blocks.
    Prove(Vec<BlockIndex>),
    /// Send the proofs of these test blocks.
    SubmitScores(Vec<BlockIndex>),
    /// Note that every test block is proved.
    NoteComplete,
    /// Seal the key for the recipient, and prove that.
    SealKey,
    /// Store a copy of the ciphertext outside the chain.
    StoreCopy,
    /// Upload the chunk of the ciphertext with this number, from 0.
    UploadChunk(u32),
    /// Send the sealed key, and be paid.
    Deliver,
    /// Nothing to do but to wait.
    Wait(Waiting),
    /// Nothing more will be done. The journal is closed with this.
    End(Ending),
    /// The journal is closed.
    Nothing,
}

/// What a task waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// The draw, or the publication of the training data.
    Opening,
    /// The end of the commit phase and the reveal of the test blocks.
    Reveal,
    /// The other workers' proofs, and settlement.
    Settlement,
    /// The turns of better submissions.
    Turn,
    /// The block in which this worker's turn began. It may still be abandoned, and so the turn.
    FinalTurn,
    /// The next session, because a free call failed in this one, and the account cannot pay.
    FreeCalls,
    /// The end of this worker's turn, because a delivery would earn nothing.
    Overtaken,
    /// The end of this worker's turn, of which no block is left that could take a delivery.
    Late,
    /// The stake, which anybody may return now.
    Stake,
    /// The final chain, which does not say yet what the best block says: that the task is over.
    Finality {
        /// It ends with the payment.
        paid: bool,
    },
}

impl TaskView {
    /// The turn to deliver, if it is that of this worker.
    pub fn turn(&self) -> Option<Turn> {
        let task = self.task.as_ref()?;
        let Phase::Deliver { rank } = task.phase(self.now) else {
            return None;
        };
        let end = task.deadline(self.now)?;
        let began = end.saturating_sub(task.terms.periods.deliver);
        (own_rank(self) == Some(rank)).then_some(Turn { rank, began, end })
    }

    /// Whether nothing can be sent for this task before the next session.
    fn lacks_free_calls(&self) -> bool {
        let is_free = |task: &Task| task.funding == Funding::Curriculum;
        let FreeCalls { ended, balance, .. } = self.free_calls;
        self.task.as_ref().is_some_and(is_free) && ended && balance == 0
    }

    /// Whether the key has to wait until the block in which the turn began is final. Otherwise a
    /// turn that the chain abandons would give the model away. It waits as long as enough of the
    /// turn is left afterwards, and no longer.
    pub fn awaits_final_turn(&self, last_final: &Self) -> bool {
        let is_final = |turn: &Turn| last_final.turn() == Some(*turn);
        self.turn().is_some_and(|turn| !is_final(&turn) && turn.may_wait(self.now))
    }
}

impl Turn {
    /// The last block of the turn.
    pub fn last_block(&self) -> BlockNumber {
        self.end.saturating_sub(1)
    }

    /// Enough blocks could take the key if it were sent in the next one.
    fn may_wait(&self, now: BlockNumber) -> bool {
        let kept = self.end.saturating_sub(self.began).div_ceil(PARTS_OF_A_TURN);
        let sent_at = now.saturating_add(1);
        self.last_block().saturating_sub(sent_at) >= kept.max(BLOCKS_FOR_KEY)
    }
}

impl Action {
    /// Takes long and may be stopped at any time without loss.
    pub fn is_work(&self) -> bool {
        matches!(self, Self::FetchData | Self::Train | Self::Prove(_) | Self::SealKey)
    }

    /// Sends something to the chain.
    fn is_sent(&self) -> bool {
        matches!(self, Self::Commit | Self::SubmitScores(_) | Self::UploadChunk(_) | Self::Deliver)
    }

    /// A short name for logs and metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::FetchData => "fetch",
            Self::Train => "train",
            Self::Seal => "seal",
            Self::Commit => "commit",
            Self::NoteCommitted => "note-committed",
            Self::Prove(_) => "prove",
            Self::SubmitScores(_) => "submit-scores",
            Self::NoteComplete => "note-complete",
            Self::SealKey => "seal-key",
            Self::StoreCopy => "store-copy",
            Self::UploadChunk(_) => "upload-chunk",
            Self::Deliver => "deliver",
            Self::Wait(_) => "wait",
            Self::End(_) => "end",
            Self::Nothing => "nothing",
        }
    }
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Opening => "waiting for the training data",
            Self::Reveal => "committed, waiting for the test blocks",
            Self::Settlement => "proved, waiting for settlement",
            Self::Turn => "ranked, waiting for the turn to deliver",
            Self::FinalTurn => {
                "uploaded; the key is sent when the block in which the turn began is final"
            }
            Self::FreeCalls => {
                "a call of this account failed, so the chain takes none without a fee until the \
                 next session; waiting for that (send the account tokens to go on at once)"
            }
            Self::Overtaken => {
                "another task has delivered a model that is at least as good, so this one would \
                 earn nothing: it is not delivered; waiting for the end of the turn"
            }
            Self::Late => {
                "no block of the turn is left that could take the delivery, so it is kept back; \
                 waiting for the end of the turn"
            }
            Self::Stake => "waiting for the stake to come back",
            Self::Finality { paid: true } => "paid, waiting for finality",
            Self::Finality { paid: false } => "ended, waiting for finality",
        })
    }
}

/// The next step. `batch` is how many proofs to collect before they are sent; those of the last
/// blocks are sent when none is missing.
pub fn next_action(journal: &Progress, view: &TaskView, batch: u32) -> Action {
    let action = wanted_action(journal, view, batch);
    if action.is_sent() && view.lacks_free_calls() {
        Action::Wait(Waiting::FreeCalls)
    } else {
        action
    }
}

/// The next step, whether the account can pay for it or not.
fn wanted_action(journal: &Progress, view: &TaskView, batch: u32) -> Action {
    if journal.ending.is_some() {
        return Action::Nothing;
    }
    let Some(task) = &view.task else {
        return Action::End(Ending::Gone);
    };
    let decided = after_delivery(journal, view).or_else(|| after_turn(view, task));
    if let Some(action) = decided {
        return action;
    }
    match view.commitment {
        None => without_commitment(journal, view, task),
        Some(commitment) if journal.commitment != Some(commitment.model) => {
            Action::End(Ending::ForeignCommitment)
        }
        Some(_) if !journal.committed => Action::NoteCommitted,
        Some(commitment) => with_commitment(journal, view, task, &commitment, batch),
    }
}

/// What follows from a delivery on the chain. The payment removes the commitment, so this comes
/// before everything that asks for it.
fn after_delivery(journal: &Progress, view: &TaskView) -> Option<Action> {
    let delivery = view.delivery.as_ref()?;
    if journal.commitment != Some(delivery.model) {
        return Some(Action::End(Ending::ForeignDelivery));
    }
    delivery.sealed.is_some().then_some(Action::End(Ending::Paid))
}

/// Another task has raised the champion of the curriculum so far that this submission would mint
/// nothing. The chain excuses whoever does not deliver then, by the same rule.
fn is_overtaken(view: &TaskView, task: &Task) -> bool {
    let own = view.ranking.iter().find(|entry| entry.worker == view.worker);
    let (Some(own), Some(champion)) = (own, &view.champion) else {
        return false;
    };
    let score = task.score(own.correct);
    // Once this task has paid, a champion with the same score may be that of a later rank of it.
    let has_paid = task.settlement.as_ref().is_some_and(|end| end.paid > 0);
    let is_gone = if has_paid { champion.beats(&score) } else { champion.at_least(&score) };
    task.funding == Funding::Curriculum && is_gone
}

/// What follows from a turn that passed without a delivery.
fn after_turn(view: &TaskView, task: &Task) -> Option<Action> {
    if !task.turn_is_over(own_rank(view)?, view.now) {
        return None;
    }
    Some(Action::End(if is_overtaken(view, task) { Ending::Overtaken } else { Ending::TurnPassed }))
}

fn own_rank(view: &TaskView) -> Option<u32> {
    let mut entries = view.ranking.iter();
    let place = entries.position(|entry| entry.worker == view.worker)?;
    u32::try_from(place).ok()
}

fn without_commitment(journal: &Progress, view: &TaskView, task: &Task) -> Action {
    match (task.phase(view.now), &task.settlement) {
        (Phase::Created | Phase::Drawn, _) => Action::Wait(Waiting::Opening),
        (Phase::Open, _) => toward_commitment(journal),
        (_, Some(settlement)) if journal.committed => Action::End(Ending::Over {
            outcome: settlement.outcome,
            complete: journal.complete || was_complete(view, task),
        }),
        _ => Action::End(Ending::TooLate),
    }
}

/// The chain shows that this worker proved every test block, although its commitment is gone: it
/// may be settled and removed before this program has looked again. Everybody has proved, or this
/// worker is ranked, for which all blocks are needed.
fn was_complete(view: &TaskView, task: &Task) -> bool {
    task.proved == task.committed || own_rank(view).is_some()
}

fn toward_commitment(journal: &Progress) -> Action {
    match (journal.commitment, journal.model, journal.data) {
        (Some(_), ..) => Action::Commit,
        (None, true, _) => Action::Seal,
        (None, false, true) => Action::Train,
        (None, false, false) => Action::FetchData,
    }
}

fn with_commitment(
    journal: &Progress,
    view: &TaskView,
    task: &Task,
    commitment: &Commitment,
    batch: u32,
) -> Action {
    match task.phase(view.now) {
        Phase::Created | Phase::Drawn | Phase::Open | Phase::Reveal => {
            Action::Wait(Waiting::Reveal)
        }
        Phase::Prove => {
            toward_proof(journal, task, commitment, batch_of(task, view.free_calls.known, batch))
        }
        Phase::Settle => note_or_wait(journal, task, commitment, Waiting::Settlement),
        Phase::Deliver { rank } => in_ranking(journal, view, task, rank),
        Phase::Done => note_or_wait(journal, task, commitment, Waiting::Stake),
    }
}

fn toward_proof(journal: &Progress, task: &Task, commitment: &Commitment, batch: u32) -> Action {
    let open = open_blocks(task, commitment);
    let (ready, missing): (Vec<_>, Vec<_>) =
        open.into_iter().partition(|block| journal.proofs.contains(block));
    let whole = usize::try_from(proofs_of_a_call(&task.architecture, batch)).unwrap_or(usize::MAX);
    if ready.len() >= whole || (missing.is_empty() && !ready.is_empty()) {
        return Action::SubmitScores(ready.into_iter().take(whole).collect());
    }
    if missing.is_empty() {
        note_or_wait(journal, task, commitment, Waiting::Settlement)
    } else {
        Action::Prove(missing)
    }
}

/// How many proofs are collected for a call, of `batch` that are wanted: in the curriculum, calls
/// are free, but those of an account that is not known carry a few only.
pub(crate) fn batch_of(task: &Task, is_known: bool, batch: u32) -> u32 {
    match task.funding {
        Funding::Curriculum if !is_known => batch.min(FREE_PROOFS_OF_A_NEWCOMER),
        Funding::Curriculum | Funding::Sponsored => batch,
    }
}

/// How many proofs are sent in one call, of `batch` that are wanted: the chain folds a block for
/// each, and a call that takes most of a block's time is never included.
pub(crate) fn proofs_of_a_call(architecture: &Architecture, batch: u32) -> u32 {
    let most = VALUES_OF_A_CALL.checked_div(folded_values(architecture));
    batch.min(most.unwrap_or(MAX_TEST_BLOCKS)).clamp(1, MAX_TEST_BLOCKS)
}

/// How many inputs and labels the chain folds for one proof, at most.
pub(crate) fn folded_values(architecture: &Architecture) -> u32 {
    let labels = u32::try_from(architecture.label_bits()).unwrap_or(u32::MAX);
    let values = u32::from(architecture.inputs).saturating_add(labels);
    u32::from(architecture.samples).saturating_mul(values)
}

/// Test blocks that this commitment has not proved on the chain.
fn open_blocks(task: &Task, commitment: &Commitment) -> Vec<BlockIndex> {
    let numbered = (0u32..).zip(task.tests.iter());
    let open = numbered.filter(|(position, _)| !commitment.has_proved(*position));
    open.map(|(_, test)| test.index).collect()
}

fn note_or_wait(
    journal: &Progress,
    task: &Task,
    commitment: &Commitment,
    waiting: Waiting,
) -> Action {
    let complete = commitment.proved_blocks() == u32::from(task.test_blocks);
    if complete && !journal.complete {
        Action::NoteComplete
    } else {
        Action::Wait(waiting)
    }
}

fn in_ranking(journal: &Progress, view: &TaskView, task: &Task, turn: u32) -> Action {
    match own_rank(view) {
        Some(rank) if rank == turn && is_overtaken(view, task) => Action::Wait(Waiting::Overtaken),
        Some(rank) if rank == turn => toward_delivery(journal, view, task, rank),
        Some(_) => Action::Wait(Waiting::Turn),
        None => Action::Wait(Waiting::Stake),
    }
}

fn toward_delivery(journal: &Progress, view: &TaskView, task: &Task, rank: u32) -> Action {
    match (journal.sealed, journal.copied) {
        (false, _) => Action::SealKey,
        (true, false) => Action::StoreCopy,
        (true, true) => next_message(view, task, rank),
    }
}

/// The first block that can take a message is the next one. Whoever the key is sealed for can open
/// it as soon as it is sent, and pays for it in a block of the turn only. So nothing is sent in the
/// last block of a turn.
fn next_message(view: &TaskView, task: &Task, rank: u32) -> Action {
    if task.phase(view.now.saturating_add(1)) != (Phase::Deliver { rank }) {
        return Action::Wait(Waiting::Late);
    }
    // Chunks are uploaded in their order, by this account alone. So as many as the chain counts are
    // the first ones.
    let uploaded = view.delivery.as_ref().map_or(0, |delivery| delivery.chunks);
    if uploaded < task.architecture.chunks() {
        Action::UploadChunk(uploaded)
    } else {
        Action::Deliver
    }
}

#[cfg(test)]
mod tests;
