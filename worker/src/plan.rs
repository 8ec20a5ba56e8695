//! What to do next for a task: a pure function of the journal and the chain.
//!
//! After a crash, a reorganisation or a lost answer nothing has to be remembered: the same
//! comparison gives the step that is missing, and no step twice.

mod claim;

pub(crate) use claim::may_be_beaten;
pub use claim::Concession;

use crate::{
    config::Config,
    price::{Mint, ValidatorsPart},
    state::{ClaimStage, Ending, Progress},
};
use nocknock_client::{
    AccountId, Balance, BlockNumber, Commitment, Delivery, Ranked, Ranking, Task,
};
use nocknock_primitives::{
    claim::{ClaimKey, ClaimState},
    ids::BlockIndex,
    limits::{FREE_PROOFS_OF_A_NEWCOMER, MAX_FOLDED_VALUES, MAX_TEST_BLOCKS},
    model::Architecture,
    phase::Phase,
    task::{Funding, Outcome},
};
use std::{collections::BTreeSet, fmt};

/// How many inputs and labels of rows the chain is made to fold in one call.
const VALUES_OF_A_CALL: u32 = 2 * MAX_FOLDED_VALUES;

/// The part of a turn that is left for the key, however long the beginning of the turn takes to
/// become final: one of so many.
const PARTS_OF_A_TURN: BlockNumber = 3;

/// The fewest blocks that are left for the key.
const BLOCKS_FOR_KEY: BlockNumber = 5;

/// So many blocks are left to the sweep of the chain to ask or settle before a worker does.
const BLOCKS_FOR_SWEEP: BlockNumber = 8;

/// The champion is proved beside the own model only in this part of a round: one of so many. Later,
/// the own proofs are sent first.
const PARTS_OF_A_ROUND: BlockNumber = 3;

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
    /// In the claim phase of a sponsored task, the claims of others, if they may fill all rounds of
    /// proofs.
    pub claims: Vec<ClaimKey>,
    /// The best claims that were proved; after settlement, those that may deliver.
    pub ranking: Ranking,
    /// What the worker has uploaded and delivered.
    pub delivery: Option<Delivery>,
    /// In the curriculum, from the last reveal to settlement, what a model is paid for.
    pub mint: Option<Mint>,
    /// From the last reveal on, which proofs the chain takes.
    pub circuits: UsableCircuits,
    /// What the validators get of a sponsor's payments.
    pub validators: ValidatorsPart,
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

/// Which of the circuits of a task are not disabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsableCircuits {
    /// Those of its scores and deliveries. Otherwise nobody wins any more, or loses anything.
    pub of_task: bool,
    /// That of the champion. Otherwise models are measured as if there were none.
    pub of_champion: bool,
}

/// What the owner of the worker has configured, as far as plans depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choices {
    /// How many proofs to collect before they are sent; those of the last blocks are sent when none
    /// is missing.
    pub batch: u32,
    /// The least that a model is delivered for.
    pub least: Balance,
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
    /// Find out what the model, and the champion, score on the revealed test blocks.
    Score,
    /// Claim that the model has so many points on them.
    Claim(u32),
    /// Take the commitment back, because nothing is to be gained by a claim.
    Concede(Concession),
    /// Note how far the claim has come.
    NoteClaim(ClaimStage),
    /// Make the chain ask the best claims for their proofs.
    Ask,
    /// Prove the score on these test blocks.
    Prove(Vec<BlockIndex>),
    /// Prove the champion's score on these test blocks.
    ProveChampion(Vec<BlockIndex>),
    /// Send proofs of the own score, and of the champion's, on test blocks.
    SubmitScores {
        /// Test blocks of which the own score is sent.
        own: Vec<BlockIndex>,
        /// Test blocks of which the champion's score is sent.
        champion: Vec<BlockIndex>,
    },
    /// Send proofs of the champion's score on these test blocks.
    SubmitChampion(Vec<BlockIndex>),
    /// Settle the task.
    Settle,
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
    /// Nothing, because the chain refuses proofs of one of the task's circuits.
    Disabled,
    /// The stake, because no score was claimed.
    Conceded(Concession),
    /// The chain, to ask for the proofs of the claimed score.
    Asked,
    /// The end of the round, because this account has claimed another score than the model has.
    OtherClaim,
    /// The other workers' proofs, and settlement.
    Settlement,
    /// The turns of better submissions.
    Turn,
    /// The block in which this worker's turn began. It may still be abandoned, and so the turn.
    FinalTurn,
    /// The next session, because a free call failed in this one, and the account cannot pay.
    FreeCalls,
    /// The end of this worker's turn, because a delivery would earn too little.
    LetPass,
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
        matches!(
            self,
            Self::FetchData
                | Self::Train
                | Self::Score
                | Self::Prove(_)
                | Self::ProveChampion(_)
                | Self::SealKey
        )
    }

    /// Sends something to the chain.
    fn is_sent(&self) -> bool {
        matches!(
            self,
            Self::Commit
                | Self::Claim(_)
                | Self::Concede(_)
                | Self::Ask
                | Self::SubmitScores { .. }
                | Self::SubmitChampion(_)
                | Self::Settle
                | Self::UploadChunk(_)
                | Self::Deliver
        )
    }

    /// A short name for logs and metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::FetchData => "fetch",
            Self::Train => "train",
            Self::Seal => "seal",
            Self::Commit => "commit",
            Self::NoteCommitted => "note-committed",
            Self::Score => "score",
            Self::Claim(_) => "claim",
            Self::Concede(_) => "concede",
            Self::NoteClaim(_) => "note-claim",
            Self::Ask => "ask",
            Self::Prove(_) => "prove",
            Self::ProveChampion(_) => "prove-champion",
            Self::SubmitScores { .. } => "submit-scores",
            Self::SubmitChampion(_) => "submit-champion",
            Self::Settle => "settle",
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
        let text = match self {
            Self::Conceded(why) => return write!(f, "no score is claimed: {why}"),
            Self::Opening => "waiting for the training data",
            Self::Reveal => "committed, waiting for the test blocks",
            Self::Disabled => {
                "the chain refuses proofs of a circuit of this task, so nothing more is sent for \
                 it; waiting for its end"
            }
            Self::Asked => "claimed, waiting to be asked for the proofs",
            Self::OtherClaim => {
                "this account has claimed another score than the model of this state directory \
                 has, which nobody can prove: the stake will be lost"
            }
            Self::Settlement => "waiting for settlement",
            Self::Turn => "ranked, waiting for the turn to deliver",
            Self::FinalTurn => {
                "ready; the key is sent when the block in which the turn began is final"
            }
            Self::FreeCalls => {
                "a call of this account failed, so the chain takes none without a fee until the \
                 next session; waiting for that (send the account tokens to go on at once)"
            }
            Self::LetPass => {
                "a better model was delivered, and less than policy.least is left for this one: it \
                 is not delivered; waiting for the end of the turn"
            }
            Self::Late => {
                "no block of the turn is left that could take the delivery, so it is kept back; \
                 waiting for the end of the turn"
            }
            Self::Stake => "waiting for the stake to come back",
            Self::Finality { paid: true } => "paid, waiting for finality",
            Self::Finality { paid: false } => "ended, waiting for finality",
        };
        f.write_str(text)
    }
}

impl Choices {
    /// Those of a configuration.
    pub fn of(config: &Config) -> Self {
        Self { batch: config.proving.batch, least: config.policy.least.0 }
    }
}

/// The next step.
pub fn next_action(journal: &Progress, view: &TaskView, choices: &Choices) -> Action {
    let action = wanted_action(journal, view, choices);
    if action.is_sent() && view.lacks_free_calls() {
        Action::Wait(Waiting::FreeCalls)
    } else {
        action
    }
}

/// The next step, whether the account can pay for it or not.
fn wanted_action(journal: &Progress, view: &TaskView, choices: &Choices) -> Action {
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
    match &view.commitment {
        None => without_commitment(journal, view, task),
        Some(commitment) if journal.commitment != Some(commitment.model) => {
            Action::End(Ending::ForeignCommitment)
        }
        Some(_) if !journal.committed => Action::NoteCommitted,
        Some(commitment) => {
            let step = Step { journal, view, task, commitment, choices };
            step.note().unwrap_or_else(|| step.with_commitment())
        }
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

/// What follows from a turn that passed without a delivery. The chain excuses whoever asked for
/// more than was left to pay, and everybody if it refuses proofs of the task.
fn after_turn(view: &TaskView, task: &Task) -> Option<Action> {
    let rank = own_rank(view)?;
    if !task.turn_is_over(rank, view.now) {
        return None;
    }
    if !view.circuits.of_task {
        let (outcome, claim) = (Outcome::Voided, ClaimStage::Proved);
        return Some(Action::End(Ending::Over { outcome, claim }));
    }
    let better = view.ranking.iter().take(usize::try_from(rank).unwrap_or(usize::MAX));
    let delivered = better.filter(|entry| entry.delivered).count();
    let asks_for_more = asks_for_more(view, task, task.terms.shares.get(delivered).copied());
    Some(Action::End(if asks_for_more { Ending::LetPass } else { Ending::TurnPassed }))
}

/// The worker's entry in the ranking asks for more than this share of the reward.
fn asks_for_more(view: &TaskView, task: &Task, share: Option<u16>) -> bool {
    let net = view.validators.net_share(task.terms.reward, share.unwrap_or_default());
    let asks = |entry: &Ranked| entry.least > net;
    task.funding == Funding::Sponsored && own_entry(view).is_some_and(asks)
}

fn own_entry(view: &TaskView) -> Option<&Ranked> {
    view.ranking.iter().find(|entry| entry.worker == view.worker)
}

fn own_rank(view: &TaskView) -> Option<u32> {
    let mut entries = view.ranking.iter();
    let place = entries.position(|entry| entry.worker == view.worker)?;
    u32::try_from(place).ok()
}

fn without_commitment(journal: &Progress, view: &TaskView, task: &Task) -> Action {
    match task.phase(view.now) {
        Phase::Created | Phase::Drawn => Action::Wait(Waiting::Opening),
        Phase::Open => toward_commitment(journal),
        _ if journal.committed => Action::End(after_commitment(journal, view, task)),
        _ => Action::End(Ending::TooLate),
    }
}

/// How a task ends whose commitment was seen and is gone. Before settlement the chain closes those
/// alone that have claimed nothing.
fn after_commitment(journal: &Progress, view: &TaskView, task: &Task) -> Ending {
    let is_ranked = own_rank(view).is_some();
    match task.settlement.as_ref().map(|settlement| settlement.outcome) {
        None if task.revealed_at.is_none() => Ending::TooLate,
        None => Ending::Conceded,
        Some(Outcome::NoCommitments | Outcome::NoWinner | Outcome::Ranked)
            if journal.claim == ClaimStage::Silent && !is_ranked =>
        {
            Ending::Conceded
        }
        // All proofs are needed for a rank.
        Some(outcome) if is_ranked => Ending::Over { outcome, claim: ClaimStage::Proved },
        Some(outcome) => Ending::Over { outcome, claim: journal.claim },
    }
}

fn toward_commitment(journal: &Progress) -> Action {
    match (journal.commitment, journal.model, journal.data) {
        (Some(_), ..) => Action::Commit,
        (None, true, _) => Action::Seal,
        (None, false, true) => Action::Train,
        (None, false, false) => Action::FetchData,
    }
}

/// What a step follows from, while the worker has a commitment.
#[derive(Clone, Copy)]
struct Step<'a> {
    journal: &'a Progress,
    view: &'a TaskView,
    task: &'a Task,
    commitment: &'a Commitment,
    choices: &'a Choices,
}

/// Test blocks whose proofs are to be sent.
struct Blocks {
    /// The proof is there.
    ready: Vec<BlockIndex>,
    /// The proof has to be made.
    missing: Vec<BlockIndex>,
}

impl Blocks {
    fn of(open: Vec<BlockIndex>, proofs: &BTreeSet<BlockIndex>) -> Self {
        let (ready, missing) = open.into_iter().partition(|block| proofs.contains(block));
        Self { ready, missing }
    }
}

impl Step<'_> {
    /// What the chain says of the claim, if the journal does not have it yet. The commitment may be
    /// closed and removed before the plan is made the next time.
    fn note(&self) -> Option<Action> {
        let stage = match self.commitment.claim {
            ClaimState::Silent => ClaimStage::Silent,
            ClaimState::Claimed(_) => ClaimStage::Claimed,
            ClaimState::Asked(_) | ClaimState::Failed => ClaimStage::Asked,
            ClaimState::Proved => ClaimStage::Proved,
        };
        (stage > self.journal.claim).then_some(Action::NoteClaim(stage))
    }

    fn with_commitment(&self) -> Action {
        let phase = self.task.phase(self.view.now);
        if !self.view.circuits.of_task && phase != Phase::Done {
            return Action::Wait(Waiting::Disabled);
        }
        match (phase, self.commitment.claim) {
            (Phase::Created | Phase::Drawn | Phase::Open | Phase::Reveal, _) => {
                Action::Wait(Waiting::Reveal)
            }
            (Phase::Deliver { rank }, _) => self.in_ranking(rank),
            (Phase::Done, _) | (_, ClaimState::Failed) => Action::Wait(Waiting::Stake),
            (Phase::Claim, ClaimState::Silent) => self.toward_claim(),
            (Phase::Settle, ClaimState::Silent) => Action::Wait(Waiting::Settlement),
            (_, ClaimState::Silent) => Action::Wait(Waiting::Stake),
            (Phase::Ask, ClaimState::Claimed(points))
                if self.is_next(points) && self.sweep_is_late() =>
            {
                Action::Ask
            }
            (Phase::Settle, _) if own_rank(self.view) == Some(0) && self.sweep_is_late() => {
                Action::Settle
            }
            (Phase::Settle, _) => Action::Wait(Waiting::Settlement),
            (_, ClaimState::Claimed(_)) => Action::Wait(Waiting::Asked),
            (Phase::Prove, ClaimState::Asked(points)) => self.toward_proof(points),
            (_, ClaimState::Asked(_)) => Action::Wait(Waiting::Settlement),
            (_, ClaimState::Proved) => {
                self.toward_champion().unwrap_or(Action::Wait(Waiting::Settlement))
            }
        }
    }

    /// The worker's claim is the first to be asked. It is this worker that wants it to be asked
    /// most, and no two send the same call.
    fn is_next(&self, points: u32) -> bool {
        self.task.next_claim == Some(ClaimKey::new(points, self.commitment.sequence))
    }

    /// The sweep asks and settles for nothing, as a rule in the first block in which it can. A call
    /// is of use only if it has not, because blocks are full or tasks are many. Blocks are counted
    /// from where time ends the claim phase, or the round: if all that was missing came before, the
    /// chain does not tell in which block.
    fn sweep_is_late(&self) -> bool {
        let periods = &self.task.terms.periods;
        let end = match &self.task.round {
            Some(round) => Some(round.began.saturating_add(periods.prove)),
            None => self.task.revealed_at.map(|began| began.saturating_add(periods.claim)),
        };
        end.is_some_and(|end| self.view.now >= end.saturating_add(BLOCKS_FOR_SWEEP))
    }

    /// How many proofs are sent in one call.
    fn proofs_of_a_call(&self) -> usize {
        let batch = batch_of(self.task, self.view.free_calls.known, self.choices.batch);
        let whole = proofs_of_a_call(&self.task.architecture, batch);
        usize::try_from(whole).unwrap_or(usize::MAX)
    }

    fn toward_proof(&self, claimed: u32) -> Action {
        if self.score().is_some_and(|score| score.points() != claimed) {
            return Action::Wait(Waiting::OtherClaim);
        }
        let Blocks { ready, missing } = Blocks::of(self.open_blocks(), &self.journal.proofs);
        let whole = self.proofs_of_a_call();
        if ready.len() >= whole {
            let own = ready.into_iter().take(whole).collect();
            return Action::SubmitScores { own, champion: Vec::new() };
        }
        if missing.is_empty() {
            self.with_champion(ready, whole)
        } else {
            Action::Prove(missing)
        }
    }

    /// The last own proofs are sent, with those of the champion that fit into the call. The
    /// champion waits if the own proofs might come too late.
    fn with_champion(&self, own: Vec<BlockIndex>, whole: usize) -> Action {
        let room = whole.saturating_sub(own.len());
        let Blocks { ready, missing } = self.champion_blocks();
        let is_due = !missing.is_empty() && ready.len() < room && self.round_is_young();
        match self.score() {
            Some(_) if is_due => Action::ProveChampion(missing),
            None if is_due => Action::Score,
            _ => Action::SubmitScores { own, champion: ready.into_iter().take(room).collect() },
        }
    }

    /// What is left to do for the champion, once the own score is proved: unless it is proved too,
    /// nobody wins. It is left to the best worker as long as there is time.
    fn toward_champion(&self) -> Option<Action> {
        let Blocks { ready, missing } = self.champion_blocks();
        let others_first = own_rank(self.view) != Some(0) && self.round_is_young();
        if others_first || (ready.is_empty() && missing.is_empty()) {
            return None;
        }
        let whole = self.proofs_of_a_call();
        Some(if self.score().is_none() {
            Action::Score
        } else if ready.len() >= whole || missing.is_empty() {
            Action::SubmitChampion(ready.into_iter().take(whole).collect())
        } else {
            Action::ProveChampion(missing)
        })
    }

    /// Test blocks on which the champion has to be proved. Proofs in the journal count if they are
    /// known to be of this champion.
    fn champion_blocks(&self) -> Blocks {
        let reference = self.task.reference.as_ref().filter(|_| self.view.circuits.of_champion);
        let open = reference.map(|reference| self.tests(|place| !reference.has_proved(place)));
        let none = BTreeSet::new();
        let proofs = self.score().map_or(&none, |_| &self.journal.champion_proofs);
        Blocks::of(open.unwrap_or_default(), proofs)
    }

    /// Little enough of the round has passed to do something else before the own proofs are sent.
    fn round_is_young(&self) -> bool {
        let round = self.task.terms.periods.prove;
        let left = self.task.deadline(self.view.now).map(|end| end.saturating_sub(self.view.now));
        let passed = left.map(|left| round.saturating_sub(left));
        passed.is_some_and(|passed| passed < round / PARTS_OF_A_ROUND)
    }

    /// Test blocks that this commitment has not proved on the chain.
    fn open_blocks(&self) -> Vec<BlockIndex> {
        self.tests(|place| !self.commitment.has_proved(place))
    }

    /// The test blocks at some places of their list.
    fn tests(&self, is_wanted: impl Fn(u32) -> bool) -> Vec<BlockIndex> {
        let numbered = (0u32..).zip(self.task.tests.iter());
        let wanted = numbered.filter(|(place, _)| is_wanted(*place));
        wanted.map(|(_, test)| test.index).collect()
    }

    fn in_ranking(&self, turn: u32) -> Action {
        let share = self.task.settlement.as_ref().and_then(|end| self.task.next_share(end));
        match own_rank(self.view) {
            Some(rank) if rank != turn => Action::Wait(Waiting::Turn),
            Some(_) if asks_for_more(self.view, self.task, share) => Action::Wait(Waiting::LetPass),
            Some(rank) => self.toward_delivery(rank),
            None => Action::Wait(Waiting::Stake),
        }
    }

    fn toward_delivery(&self, rank: u32) -> Action {
        match (self.journal.sealed, self.journal.copied) {
            (false, _) => Action::SealKey,
            (true, false) => Action::StoreCopy,
            (true, true) => self.next_message(rank),
        }
    }

    /// The first block that can take a message is the next one. Whoever the key is sealed for can
    /// open it as soon as it is sent, and pays for it in a block of the turn only. So nothing is
    /// sent in the last block of a turn.
    fn next_message(&self, rank: u32) -> Action {
        if self.task.phase(self.view.now.saturating_add(1)) != (Phase::Deliver { rank }) {
            return Action::Wait(Waiting::Late);
        }
        // Chunks are uploaded in their order, by this account alone. So as many as the chain counts
        // are the first ones. The last one comes with the key.
        let uploaded = self.view.delivery.as_ref().map_or(0, |delivery| delivery.chunks);
        if uploaded.saturating_add(1) < self.task.architecture.chunks() {
            Action::UploadChunk(uploaded)
        } else {
            Action::Deliver
        }
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

#[cfg(test)]
mod tests;
