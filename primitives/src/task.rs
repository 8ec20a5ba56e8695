//! A task: what its requester specifies, what the chain keeps about it, and what workers add.

use crate::{
    circuit::ProofBytes,
    claim::{ClaimKey, ClaimState, RoundClock},
    ids::{
        BlobId, BlockIndex, BlockRoot, CiphertextHash, CircuitId, ContentHash, ExperimentId,
        FieldBytes, KeyCommitment, ModelCommitment, ModelVersionNumber, PointBytes, TaskId,
    },
    level::{Bits, Lost},
    limits::{
        List, ALL_SHARES, CHUNK_ELEMENTS, MAX_BLOCKS, MAX_BLOCK_BYTES, MAX_CHUNKS, MAX_CLASSES,
        MAX_EQUAL_PAIRS, MAX_RANKED, MAX_ROUNDS, MAX_SHARES, MAX_SHARE_RATIO, MAX_TEST_BLOCKS,
    },
    model::{
        baseline::baseline,
        field::{self, FieldBytesError},
        recipient::{Point, PointError},
        Architecture, Claimed, SealedKey,
    },
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Periods<BlockNumber> {
    /// After the draw: the requester publishes the training data.
    pub publish: BlockNumber,
    /// After the training data is published: workers train and commit.
    pub commit: BlockNumber,
    /// After the commit phase: the requester reveals the test blocks.
    pub reveal: BlockNumber,
    /// After the last reveal: workers claim their scores.
    pub claim: BlockNumber,
    /// In each round, after the best claims were asked for their proofs: those workers prove them.
    pub prove: BlockNumber,
    /// For each rank in turn: the worker delivers ciphertext and sealed key.
    pub deliver: BlockNumber,
}

/// The terms that a requester offers. They never change.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Terms<Balance, BlockNumber> {
    /// The circuit under which scores are proved.
    pub score_circuit: CircuitId,
    /// The circuit under which delivery is proved.
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
    /// What a worker forfeits if it is asked to prove its claim and does not, or wins and does not
    /// deliver.
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

    /// No share is larger than the one before it, or smaller than a quarter of it.
    pub fn shares_fall(&self) -> bool {
        let falls = |before: u16, share: u16| {
            share <= before && before <= share.saturating_mul(MAX_SHARE_RATIO)
        };
        let later = self.shares.iter().skip(1);
        self.shares.iter().zip(later).all(|(before, share)| falls(*before, *share))
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
    /// Whom the key of a delivered model is sealed for: the point of a
    /// [`RecipientKey`](crate::model::RecipientKey). For the curriculum it is that of
    /// [`RecipientSecret::curriculum`](crate::model::RecipientSecret::curriculum).
    pub recipient: PointBytes,
    /// Hash of how columns and classes are written as numbers. The published training data says
    /// how, and a model is committed to for this encoding.
    pub encoding: ContentHash,
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
    /// Nobody proved a claim, there is nothing to pay for those who did, or the champion of the
    /// experiment was not proved in time.
    NoWinner,
    /// At least one worker is to be paid: the best may deliver, one after the other.
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
    /// Number of entries in the ranking.
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
    /// The price of what stays on the chain until the task is removed.
    pub record: Balance,
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
    /// It was burnt, because the worker was asked to prove its claim and did not do so in time.
    NotProved,
    /// It was burnt, because the turn to deliver passed without a delivery.
    NotDelivered,
}

impl Fate {
    /// Whether the worker did not do what it committed to.
    pub const fn is_abandonment(self) -> bool {
        matches!(self, Self::NotProved | Self::NotDelivered)
    }
}

/// The champion of an experiment of the curriculum, which is judged on the same rows as the models
/// of a task.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Reference<AccountId> {
    /// Its version.
    pub version: ModelVersionNumber,
    /// The task in which it was delivered.
    pub task: TaskId,
    /// Who trained it.
    pub worker: AccountId,
    /// `C_W`.
    pub model: ModelCommitment,
    /// The circuit under which its scores are proved.
    pub circuit: CircuitId,
    /// The test blocks proved so far: bit `i` stands for entry `i` of the `tests` of the task.
    pub blocks: u32,
    /// Sum of the scores proved so far.
    pub points: u32,
}

impl<AccountId> Reference<AccountId> {
    /// Number of test blocks proved.
    pub const fn proved_blocks(&self) -> u32 {
        self.blocks.count_ones()
    }

    /// Whether the test block at this position has been proved.
    pub const fn has_proved(&self, position: u32) -> bool {
        has_block(self.blocks, position)
    }

    /// Records a proved score. Returns false, and changes nothing, if that block has already been
    /// proved or the position is outside the list of test blocks.
    pub fn note(&mut self, position: u32, points: u32) -> bool {
        let new = add_block(&mut self.blocks, position);
        if new {
            self.points = self.points.saturating_add(points);
        }
        new
    }
}

/// Whether a position is in a set of test blocks.
const fn has_block(blocks: u32, position: u32) -> bool {
    match 1u32.checked_shl(position) {
        Some(bit) => blocks & bit != 0,
        None => false,
    }
}

/// Adds a position to a set of test blocks. Returns false, and changes nothing, if it is there
/// already or outside the list of test blocks.
fn add_block(blocks: &mut u32, position: u32) -> bool {
    let new = !has_block(*blocks, position);
    match 1u32.checked_shl(position) {
        Some(bit) if new => {
            *blocks |= bit;
            true
        }
        _ => false,
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
    /// The architecture of the models, taken from the score circuit.
    pub architecture: Architecture,
    /// Whom the keys of delivered models are sealed for.
    pub recipient: PointBytes,
    /// Hash of how columns and classes are written as numbers.
    pub encoding: ContentHash,
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
    /// What is known of the labels in the revealed blocks: see [`crate::model::baseline`].
    pub label_counts: List<u32, MAX_CLASSES>,
    /// The points of always giving the same answer, once all test blocks are revealed; 0 before.
    pub baseline: u32,
    /// Number of workers that are committed. It is final when proofs are asked for first.
    pub committed: u32,
    /// Number of workers among them that have claimed a score.
    pub claimed: u32,
    /// Number of claims that wait to be asked for their proofs.
    pub waiting: u32,
    /// The best claim that waits.
    pub next_claim: Option<ClaimKey>,
    /// The proved claim that the last share goes to, once there are as many as shares.
    pub last_paid: Option<ClaimKey>,
    /// The present round of proofs, or the last one; nothing before the first.
    pub round: Option<RoundClock<BlockNumber>>,
    /// The champion that a curriculum task compares its winner with. It is known with the last
    /// reveal; nothing if there is none.
    pub reference: Option<Reference<AccountId>>,
    /// Number of claims that were proved.
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

    /// The score of a model that is always right on the test blocks revealed so far. The chain
    /// takes no task for which it could exceed 32 bits.
    pub fn max_points(&self) -> u32 {
        let points = self.architecture.max_score(self.test_rows());
        u32::try_from(points).unwrap_or(u32::MAX)
    }

    /// The score of so many points on the whole test set.
    pub fn score(&self, points: u32) -> Score {
        Score::new(points, self.max_points())
    }

    /// The score of always giving the same answer, such as the most frequent class.
    pub fn baseline(&self) -> Score {
        self.score(self.baseline)
    }

    /// The points of always giving the same answer, by what is known of the labels. Counting takes
    /// long for some heads, so it is done once.
    pub fn count_baseline(&self) -> u32 {
        let points = baseline(&self.architecture, &self.label_counts, self.test_rows());
        u32::try_from(points).unwrap_or(u32::MAX)
    }

    /// Number of shares of the reward, and so of ranks that are paid at most.
    pub fn shares(&self) -> u32 {
        u32::try_from(self.terms.shares.len()).unwrap_or(u32::MAX)
    }

    /// Whether the champion has to be proved on more test blocks.
    pub fn reference_is_open(&self) -> bool {
        let blocks = u32::from(self.test_blocks);
        self.reference.as_ref().is_some_and(|reference| reference.proved_blocks() < blocks)
    }

    /// Whether another round of proofs follows the present one: a claim waits, there are rounds
    /// left, and more has to be known, because fewer claims are proved than there are shares or
    /// the best waiting claim stands before one of those that are paid.
    pub fn more_to_ask(&self) -> bool {
        let Some(next) = &self.next_claim else {
            return false;
        };
        let rounds_are_left = self.round.as_ref().is_none_or(|round| round.number < MAX_ROUNDS);
        let displaces = self.last_paid.as_ref().is_some_and(|last| next.precedes(last));
        rounds_are_left && (self.proved < self.shares() || displaces)
    }

    /// What a model with so many points on the whole test set loses, rounded up.
    pub fn lost_of(&self, points: u32) -> Lost {
        Lost::rounded_up(self.max_points(), points, self.points_of_row())
    }

    /// What is lost by always giving the same answer, rounded down.
    pub fn base_lost(&self) -> Lost {
        self.at_least_lost(self.baseline().correct)
    }

    /// What the champion loses that the task is compared with, rounded down. Blocks that are not
    /// proved count as lost.
    pub fn reference_lost(&self) -> Option<Lost> {
        self.reference.as_ref().map(|reference| self.at_least_lost(reference.points))
    }

    fn at_least_lost(&self, points: u32) -> Lost {
        Lost::rounded_down(self.max_points(), points, self.points_of_row())
    }

    fn points_of_row(&self) -> u64 {
        self.architecture.max_score(1)
    }

    /// Whether the score reaches the minimum and strictly beats the baseline.
    pub fn is_eligible(&self, score: &Score) -> bool {
        score.at_least(&self.terms.min_score) && score.beats(&self.baseline())
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
pub struct Commitment<Balance, BlockNumber> {
    /// `C_W`, which the chain computed from the two hashes below, the task and the worker.
    pub model: ModelCommitment,
    /// `h_k`.
    pub key: KeyCommitment,
    /// `q`.
    pub ciphertext: CiphertextHash,
    /// When it was made or last replaced.
    pub at: BlockNumber,
    /// Its place in the order of commitments. A replacement takes a new place.
    pub sequence: u32,
    /// The least that the worker delivers for, as it arrives in its account.
    pub least: Balance,
    /// What the worker has said about the score of the model.
    pub claim: ClaimState,
    /// The test blocks proved so far: bit `i` stands for entry `i` of the `tests` of the task.
    pub proved: u32,
    /// Sum of the scores proved so far.
    pub correct: u32,
}

impl<Balance, BlockNumber> Commitment<Balance, BlockNumber> {
    /// Number of test blocks proved.
    pub const fn proved_blocks(&self) -> u32 {
        self.proved.count_ones()
    }

    /// Whether the test block at this position has been proved.
    pub const fn has_proved(&self, position: u32) -> bool {
        has_block(self.proved, position)
    }

    /// Records a proved score. Returns false, and changes nothing, if that block has already been
    /// proved or the position is outside the list of test blocks.
    pub fn note(&mut self, position: u32, correct: u32) -> bool {
        let new = add_block(&mut self.proved, position);
        if new {
            self.correct = self.correct.saturating_add(correct);
        }
        new
    }
}

/// A proved claim in a task's ranking.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Ranked<AccountId, Balance> {
    /// Who proved it.
    pub worker: AccountId,
    /// Points on the whole test set; the total is the same for all.
    pub correct: u32,
    /// Its place in the order of commitments. The earlier one wins a tie.
    pub sequence: u32,
    /// The least that the worker delivers for, as it arrives in its account.
    pub least: Balance,
    /// The most that it can get, as it arrives in its account. Zero until the task is settled.
    pub amount: Balance,
    /// The halvings of the error that a curriculum task pays it for. Zero until the task is
    /// settled, and in sponsored tasks.
    pub bits: Bits,
    /// Whether it has delivered.
    pub delivered: bool,
}

impl<AccountId, Balance> Ranked<AccountId, Balance> {
    /// Where its claim stands.
    pub const fn key(&self) -> ClaimKey {
        ClaimKey::new(self.correct, self.sequence)
    }

    /// Whether this entry ranks before the other: more points, or as many and an earlier
    /// commitment.
    pub fn precedes(&self, other: &Self) -> bool {
        self.key().precedes(&other.key())
    }
}

/// The best proved claims, best first. When the task is settled, those that are not paid leave it.
pub type Ranking<AccountId, Balance> = List<Ranked<AccountId, Balance>, MAX_RANKED>;

/// A score and what proves it: a claim of S3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ProvedScore {
    /// The score: one point for each correct row, unless the head of the architecture counts in
    /// another way.
    pub points: u32,
    /// `C_Y`, the commitment to the sums of the model on the block.
    pub sums: FieldBytes,
    /// `C_u`, the hash of the folded inputs.
    pub inputs: FieldBytes,
    /// The proof.
    pub proof: ProofBytes,
}

impl TryFrom<&ProvedScore> for Claimed {
    type Error = FieldBytesError;

    fn try_from(score: &ProvedScore) -> Result<Self, FieldBytesError> {
        Ok(Self {
            sums: field::from_bytes(&score.sums)?,
            inputs: field::from_bytes(&score.inputs)?,
            score: score.points,
        })
    }
}

/// A proved score of one test block, as a worker submits it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct BlockScore {
    /// The test block.
    pub block: BlockIndex,
    /// The score.
    pub score: ProvedScore,
}

/// A revealed test block.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct RevealedBlock {
    /// Its salt.
    pub salt: [u8; 32],
    /// Its rows in the byte form of [`Block`](crate::model::Block).
    pub rows: List<u8, MAX_BLOCK_BYTES>,
}

/// A chunk of the ciphertext of a model: field elements, big endian. All chunks but the last are
/// full.
pub type Chunk = List<FieldBytes, CHUNK_ELEMENTS>;

/// `q_0, q_1, …`, the hashes of all chunks of a ciphertext.
pub type ChunkHashes = List<FieldBytes, MAX_CHUNKS>;

/// The last chunk of a ciphertext, as it is sent along with the key.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct LastChunk {
    /// Its number.
    pub index: u32,
    /// Its elements.
    pub chunk: Chunk,
    /// The hashes of all chunks of the ciphertext.
    pub hashes: ChunkHashes,
}

/// Rows of a test block that are equal to rows that the workers knew: of the same task's training
/// data, or of an earlier task of the experiment. Labels do not matter.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct EqualRows {
    /// The test block.
    pub block: BlockIndex,
    /// Its salt and rows.
    pub revealed: RevealedBlock,
    /// The block that has the same rows.
    pub other: OtherBlock,
    /// For each row that is equal, its number in the test block and its number in the other one.
    pub pairs: List<(u16, u16), MAX_EQUAL_PAIRS>,
}

/// From so many equal rows on, whoever provided the data of a task with so many test rows is liable
/// for them: a hundredth of the test rows, and three at least. Fewer are chance.
pub fn liable_from(test_rows: u32) -> u32 {
    test_rows.div_ceil(100).max(3)
}

/// The blocks of a task that was removed, as the chain had stored them. It keeps their hash.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct PastBlocks {
    /// The architecture of the models, which the roots depend on.
    pub architecture: Architecture,
    /// Hash of how columns and classes were written as numbers. Rows of other encodings cannot be
    /// compared.
    pub encoding: ContentHash,
    /// The roots of all blocks.
    pub roots: List<BlockRoot, MAX_BLOCKS>,
}

/// The block that a test block is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct OtherBlock {
    /// Its task.
    pub task: TaskId,
    /// Its index among the blocks of that task.
    pub block: BlockIndex,
    /// What the chain had stored about the blocks of that task, if it has been removed.
    pub past: Option<PastBlocks>,
    /// Its salt and rows.
    pub revealed: RevealedBlock,
}

/// The key of a model, sealed for the recipient of its task. Its parts are those of
/// [`SealedKey`], as bytes.
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
pub struct SealedKeyBytes {
    /// `R`.
    pub ephemeral: PointBytes,
    /// `c`.
    pub masked_key: FieldBytes,
}

/// Why bytes are no sealed key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealedKeyError {
    /// `R` is no point that anything may be sealed with.
    #[error("the point of the sealed key cannot be used: {0}")]
    Point(#[from] PointError),
    /// `c` is no field element.
    #[error("the masked key cannot be used: {0}")]
    MaskedKey(#[from] FieldBytesError),
}

impl From<&SealedKey> for SealedKeyBytes {
    fn from(sealed: &SealedKey) -> Self {
        Self {
            ephemeral: PointBytes(sealed.ephemeral.to_bytes()),
            masked_key: field::to_bytes(&sealed.masked_key),
        }
    }
}

impl TryFrom<&SealedKeyBytes> for SealedKey {
    type Error = SealedKeyError;

    fn try_from(bytes: &SealedKeyBytes) -> Result<Self, SealedKeyError> {
        Ok(Self {
            ephemeral: Point::from_bytes(&bytes.ephemeral.0)?,
            masked_key: field::from_bytes(&bytes.masked_key)?,
        })
    }
}

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

/// A model that is being delivered, or was.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Delivery<BlockNumber> {
    /// `C_W`.
    pub model: ModelCommitment,
    /// `h_k`.
    pub key: KeyCommitment,
    /// `q`.
    pub ciphertext: CiphertextHash,
    /// How many chunks of the ciphertext are on the chain.
    pub chunks: u32,
    /// When the first chunk came.
    pub begun_at: BlockNumber,
    /// The key, once the model is delivered and paid for.
    pub sealed: Option<SealedModelKey<BlockNumber>>,
}

/// The last part of a delivery.
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
pub struct SealedModelKey<BlockNumber> {
    /// The key, sealed for the recipient of the task.
    pub key: SealedKeyBytes,
    /// What the worker attests about the model.
    pub attestation: Attestation,
    /// When it was delivered.
    pub at: BlockNumber,
}

#[cfg(test)]
pub(crate) mod tests;
