//! A task: what its requester specifies, what the chain keeps about it, and what workers add.

use crate::{
    ids::{
        BlobId, BlockIndex, BlockRoot, CircuitId, ContentHash, ExperimentId, FieldBytes,
        KeyCommitment, ModelCommitment,
    },
    limits::{
        List, ALL_SHARES, MAX_BLOCKS, MAX_BLOCK_BYTES, MAX_CIPHERTEXT_ELEMENTS, MAX_CLASSES,
        MAX_RANKED, MAX_SHARES, MAX_TEST_BLOCKS,
    },
    model::MlpShape,
    score::Score,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Who pays a task's winner.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum Funding {
    /// The requester, from the escrow that the task holds.
    Sponsored,
    /// The chain, in new tokens: the experiment belongs to the curriculum.
    Curriculum,
}

/// How long each phase may last, in blocks.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Periods<BlockNumber> {
    /// After the draw: the requester publishes the training data.
    pub publish: BlockNumber,
    /// After the training data is published: workers train and commit.
    pub commit: BlockNumber,
    /// After the commit phase: the requester reveals the test blocks.
    pub reveal: BlockNumber,
    /// After the last reveal: workers prove their scores.
    pub prove: BlockNumber,
    /// For each rank in turn: the worker delivers ciphertext and key.
    pub deliver: BlockNumber,
}

/// The terms that a requester offers. They never change.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Terms<Balance, BlockNumber> {
    /// The circuit under which scores are proved.
    pub score_circuit: CircuitId,
    /// The circuit under which delivery is proved, for the same shape.
    pub delivery_circuit: CircuitId,
    /// The minimum score: a submission below this ratio wins nothing.
    pub min_score: Score,
    /// How many real rows the test blocks hold together at least. If they hold fewer, the reveal
    /// has failed.
    pub min_test_rows: u32,
    /// What is paid out in total. Zero for a curriculum task, which is paid in new tokens instead.
    pub reward: Balance,
    /// The share of the reward for each paid rank, in basis points that add up to 10,000.
    pub shares: List<u16, MAX_SHARES>,
    /// What the requester forfeits to the workers if a test block is not revealed as committed.
    pub bond: Balance,
    /// What a worker forfeits if it commits and does not prove, or wins and does not deliver.
    pub stake: Balance,
    /// How long each phase lasts.
    pub periods: Periods<BlockNumber>,
}

impl<Balance, BlockNumber> Terms<Balance, BlockNumber> {
    /// At least one rank is paid, no share is zero, and all shares add up to the whole reward.
    pub fn shares_are_whole(&self) -> bool {
        let sum: u32 = self.shares.iter().map(|share| u32::from(*share)).sum();
        sum == u32::from(ALL_SHARES) && self.shares.iter().all(|share| *share > 0)
    }
}

/// How the hidden test blocks are chosen.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Split {
    /// The chain draws this many blocks, using randomness that nobody knew when the roots were
    /// stored. The training data is published after the draw.
    Drawn {
        /// Number of blocks to draw.
        test_blocks: u16,
    },
    /// The requester names them. The training data is published before the task is created.
    Fixed {
        /// The test blocks, in ascending order.
        test_blocks: List<BlockIndex, MAX_TEST_BLOCKS>,
        /// Where the other blocks and their salts are published.
        train_data: BlobId,
    },
}

/// What a requester specifies about a new task.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct TaskSpec<Balance, BlockNumber> {
    /// The terms.
    pub terms: Terms<Balance, BlockNumber>,
    /// The salted roots of all data blocks. A block's index is its place in this list.
    pub roots: List<BlockRoot, MAX_BLOCKS>,
    /// Which of them become the hidden test set.
    pub split: Split,
}

/// One test block of a task.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct TestBlock {
    /// Its index among the task's blocks.
    pub index: BlockIndex,
    /// Real rows in it, once it has been revealed.
    pub rows: Option<u32>,
}

/// How a task ended.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum Outcome {
    /// The requester cancelled it before anybody had committed.
    Cancelled,
    /// It was never drawn, or its training data was never published.
    Lapsed,
    /// No worker had a commitment when the commit phase ended.
    NoCommitments,
    /// The test blocks were not revealed in time, or hold too few rows: the bond goes to the
    /// workers.
    RevealFailed,
    /// One of its circuits was disabled: all money goes back to where it came from.
    Voided,
    /// Nobody proved a score that reaches the minimum and beats the majority class.
    NoWinner,
    /// At least one worker did: the best may deliver, one after the other.
    Ranked,
}

/// The state of a task after it has been settled.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Settlement<BlockNumber> {
    /// How it ended.
    pub outcome: Outcome,
    /// When it was settled.
    pub at: BlockNumber,
    /// Number of submissions in the ranking.
    pub ranked: u32,
    /// The rank, from 0, whose turn to deliver began at `turn_began`.
    pub turn: u32,
    /// When that turn began. The turn of each later rank begins one delivery period after that of
    /// the rank before it.
    pub turn_began: BlockNumber,
    /// Number of ranks that delivered and were paid.
    pub paid: u32,
    /// When the task was finished, and the rest of the escrow returned.
    pub finished_at: Option<BlockNumber>,
}

/// How much of its requester's money a task holds.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Held<Balance> {
    /// What is left of the reward.
    pub escrow: Balance,
    /// What is left of the bond.
    pub bond: Balance,
}

/// What became of a worker's stake.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum Fate {
    /// It was returned to the worker.
    Returned,
    /// It was returned to the worker, with a share of the bond that the requester forfeited.
    Compensated,
    /// It went to the requester, because not every test block was proved in time.
    NotProved,
    /// It went to the requester, because the turn to deliver passed without the key.
    NotDelivered,
}

impl Fate {
    /// Whether the worker did not do what it committed to.
    pub const fn is_abandonment(self) -> bool {
        matches!(self, Self::NotProved | Self::NotDelivered)
    }
}

/// What the chain stores about a task.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Task<AccountId, Balance, BlockNumber> {
    /// The experiment that it belongs to.
    pub experiment: ExperimentId,
    /// Who created it and reveals its blocks.
    pub requester: AccountId,
    /// Who pays the winner.
    pub funding: Funding,
    /// Its terms.
    pub terms: Terms<Balance, BlockNumber>,
    /// The shape of the models, taken from the score circuit.
    pub shape: MlpShape,
    /// Number of data blocks.
    pub blocks: u16,
    /// Number of test blocks, which is known before they are drawn.
    pub test_blocks: u16,
    /// The test blocks in ascending order. Empty until they are drawn.
    pub tests: List<TestBlock, MAX_TEST_BLOCKS>,
    /// Where the training blocks and their salts are published.
    pub train_data: Option<BlobId>,
    /// When it was created.
    pub created_at: BlockNumber,
    /// The number of the seed that decides the draw.
    pub seed: u64,
    /// First block in which it can no longer be drawn.
    pub draw_by: BlockNumber,
    /// When it was drawn, or created if its test blocks are fixed.
    pub drawn_at: Option<BlockNumber>,
    /// When the training data was published and the commit phase began.
    pub opened_at: Option<BlockNumber>,
    /// When the last test block was revealed.
    pub revealed_at: Option<BlockNumber>,
    /// Number of real test rows of each class in the revealed blocks.
    pub label_counts: List<u32, MAX_CLASSES>,
    /// Number of workers that are committed. It is final when the commit phase has ended.
    pub committed: u32,
    /// Number of workers among them that have proved every test block.
    pub proved: u32,
    /// Number of commitments that are still stored.
    pub open_commitments: u32,
    /// The number of the next commitment or replacement, in the order that decides ties.
    pub next_sequence: u32,
    /// The requester's money that the task still holds.
    pub held: Held<Balance>,
    /// How it ended, once settled.
    pub settlement: Option<Settlement<BlockNumber>>,
}

impl<AccountId, Balance, BlockNumber> Task<AccountId, Balance, BlockNumber> {
    /// Number of real rows in the test blocks revealed so far.
    pub fn test_rows(&self) -> u32 {
        self.tests.iter().filter_map(|test| test.rows).fold(0, u32::saturating_add)
    }

    /// Position of a block among the test blocks.
    pub fn test_position(&self, index: BlockIndex) -> Option<usize> {
        self.tests.iter().position(|test| test.index == index)
    }

    /// The score of a model that always answers with the most frequent class.
    pub fn majority_score(&self) -> Score {
        let most = self.label_counts.iter().copied().max().unwrap_or(0);
        Score::new(most, self.test_rows())
    }

    /// Whether the score reaches the minimum and strictly beats the majority class.
    pub fn is_eligible(&self, score: &Score) -> bool {
        score.at_least(&self.terms.min_score) && score.beats(&self.majority_score())
    }
}

/// A worker's commitment to a task.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Commitment<BlockNumber> {
    /// `C_W`.
    pub model: ModelCommitment,
    /// When it was made or last replaced.
    pub at: BlockNumber,
    /// Its place in the order of commitments. A replacement takes a new place.
    pub sequence: u32,
    /// The test blocks proved so far: bit `i` stands for entry `i` of the `tests` of the task.
    pub proved: u32,
    /// Sum of the scores proved so far.
    pub correct: u32,
}

impl<BlockNumber> Commitment<BlockNumber> {
    /// Number of test blocks proved.
    pub const fn proved_blocks(&self) -> u32 {
        self.proved.count_ones()
    }

    /// Whether the test block at this position has been proved.
    pub const fn has_proved(&self, position: u32) -> bool {
        match 1u32.checked_shl(position) {
            Some(bit) => self.proved & bit != 0,
            None => false,
        }
    }

    /// Records a proved score. Returns false, and changes nothing, if that block has already been
    /// proved or the position is outside the list of test blocks.
    pub fn note(&mut self, position: u32, correct: u32) -> bool {
        let Some(bit) = 1u32.checked_shl(position) else {
            return false;
        };
        if self.proved & bit != 0 {
            return false;
        }
        self.proved |= bit;
        self.correct = self.correct.saturating_add(correct);
        true
    }
}

/// An eligible submission in a task's ranking.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Ranked<AccountId> {
    /// Who submitted it.
    pub worker: AccountId,
    /// Number of test rows classified correctly; the total is the same for all.
    pub correct: u32,
    /// Its place in the order of commitments. The earlier one wins a tie.
    pub sequence: u32,
}

impl<AccountId> Ranked<AccountId> {
    /// Whether this entry ranks before the other: more correct rows, or as many and an earlier
    /// commitment.
    pub fn precedes(&self, other: &Self) -> bool {
        self.correct > other.correct
            || (self.correct == other.correct && self.sequence < other.sequence)
    }
}

/// The best eligible submissions, best first.
pub type Ranking<AccountId> = List<Ranked<AccountId>, MAX_RANKED>;

/// A proved score of one test block, as a worker submits it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct BlockScore {
    /// The test block.
    pub block: BlockIndex,
    /// Number of its rows that the model classifies correctly.
    pub score: u32,
    /// Number of real rows in the block, as the proof states it.
    pub rows: u32,
    /// The S1 proof.
    pub proof: crate::circuit::ProofBytes,
}

/// A revealed test block.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct RevealedBlock {
    /// Its salt.
    pub salt: FieldBytes,
    /// Its rows in the wire form of [`crate::model`].
    pub rows: List<u8, MAX_BLOCK_BYTES>,
}

/// The ciphertext of a model: field elements, big endian.
pub type Ciphertext = List<FieldBytes, MAX_CIPHERTEXT_ELEMENTS>;

/// What a worker says about how its model came to be. The chain cannot check any of it; provenance
/// marks it as attested.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Attestation {
    /// The image of the machine on which it was trained.
    pub image: Option<ContentHash>,
    /// The program that trained it.
    pub code: Option<ContentHash>,
    /// The hyperparameters of the training.
    pub hyperparameters: Option<ContentHash>,
    /// Where a copy of the encrypted model is stored outside the chain.
    pub model_blob: Option<BlobId>,
}

/// A delivered model.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Delivery<BlockNumber> {
    /// Weights and salt of `C_W`, encrypted under the key behind `key_commitment`.
    pub ciphertext: Ciphertext,
    /// `h_k`.
    pub key_commitment: KeyCommitment,
    /// The key, once revealed.
    pub key: Option<FieldBytes>,
    /// What the worker attests about the model.
    pub attestation: Attestation,
    /// When it was delivered.
    pub at: BlockNumber,
}

#[cfg(test)]
mod tests;
