//! The bounds of everything that is stored on the chain.
//!
//! They are constants of the protocol, not parameters of a chain, so a worker may size its buffers
//! by them.

use bounded_collections::{BoundedVec, ConstU32};

/// The most data blocks of a task.
pub const MAX_BLOCKS: u32 = 256;
/// The most test blocks of a task, and so the most proofs in one call.
pub const MAX_TEST_BLOCKS: u32 = 32;
/// The most proofs in a free call of a worker as long as none of its free calls with proofs has
/// been accepted since it registered.
pub const FREE_PROOFS_OF_A_NEWCOMER: u32 = 4;
/// The most bytes of the rows of a revealed block.
pub const MAX_BLOCK_BYTES: u32 = 256 * 1024;
/// The most bytes that the rows of all test blocks of a task may take together.
pub const MAX_TEST_BYTES: u32 = 2 * 1024 * 1024;
/// The most bytes of the encoded call of a council's motion: a practice block with everything
/// around it. New code is referred to by its hash.
pub const MAX_MOTION_BYTES: u32 = MAX_BLOCK_BYTES + 64 * 1024;
/// The most values that the chain folds for one proof: rows of a block times inputs.
pub const MAX_FOLDED_VALUES: u32 = 512 * 1024;
/// The most classes or labels of a task.
pub const MAX_CLASSES: u32 = 256;
/// How many of the best submissions a task remembers for delivery.
pub const MAX_RANKED: u32 = 32;
/// The most paid ranks of a task.
pub const MAX_SHARES: u32 = 16;
/// The whole reward, in the unit of shares: basis points.
pub const ALL_SHARES: u16 = 10_000;
/// How many times its next one a share may be.
pub const MAX_SHARE_RATIO: u16 = 4;
/// More claims than shares are asked for their proofs by this many.
pub const SPARES: u32 = 1;
/// The most rounds of proofs of a task.
pub const MAX_ROUNDS: u8 = 8;
/// The most claims that are asked for their proofs in a round.
pub const MAX_ASKED: u32 = 64;
/// The most pairs of equal rows that one call shows.
pub const MAX_EQUAL_PAIRS: u32 = 256;
/// The most halvings of the error that one task pays for.
pub const MAX_HALVINGS: u32 = 8;
/// The part of what can still be minted that a halving mints at full weight: one of so many.
pub const UNIT_DIVISOR: u128 = 2_000;
/// Field elements of a chunk of a delivered ciphertext. The last chunk may have fewer.
pub const CHUNK_ELEMENTS: u32 = 504;
/// The most chunks of a ciphertext that is delivered on the chain.
pub const MAX_CHUNKS: u32 = 16;
/// The most public inputs of a circuit.
pub const MAX_PUBLIC_INPUTS: u32 = 8;
/// The most bytes of a verifying key in canonical form.
pub const MAX_KEY_BYTES: u32 = 4096;
/// How many seeds of past epochs are remembered for the draw of test blocks.
pub const SEED_HISTORY: u64 = 256;
/// How many of the experiments that an account's work points come from are named.
pub const MAX_ORIGINS: u32 = 4;
/// The most entries in a page of any list that is read from the chain.
pub const MAX_PAGE: u32 = 64;

/// The most bytes of an experiment's name.
pub const MAX_NAME: u32 = 64;
/// The most bytes of an experiment's description.
pub const MAX_DESCRIPTION: u32 = 2048;
/// The most tags of an experiment.
pub const MAX_TAGS: u32 = 8;
/// The most bytes of a tag.
pub const MAX_TAG: u32 = 32;
/// The most entries of an experiment's leaderboard.
pub const MAX_LEADERBOARD: u32 = 64;

/// The most bytes of a fact's domain.
pub const MAX_DOMAIN: u32 = 64;
/// The most bytes of a fact's subject.
pub const MAX_SUBJECT: u32 = 128;
/// The most bytes of a fact's predicate.
pub const MAX_PREDICATE: u32 = 64;
/// The most bytes of a fact's object.
pub const MAX_OBJECT: u32 = 512;
/// The most bytes of the URI of an imported fact's source.
pub const MAX_URI: u32 = 256;

/// A text of at most `N` bytes. Whoever stores one checks that it is UTF-8.
pub type Text<const N: u32> = BoundedVec<u8, ConstU32<N>>;
/// A list of at most `N` entries.
pub type List<T, const N: u32> = BoundedVec<T, ConstU32<N>>;
