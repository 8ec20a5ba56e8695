//! The bounds of everything that is stored on the chain.
//!
//! They are constants of the protocol, not parameters of a chain: a worker may size its buffers
//! by them.

use bounded_collections::{BoundedVec, ConstU32};

/// Data blocks of a task.
pub const MAX_BLOCKS: u32 = 256;
/// Test blocks of a task; also the proofs that one call may carry.
pub const MAX_TEST_BLOCKS: u32 = 32;
/// Bytes of the rows of one revealed block.
pub const MAX_BLOCK_BYTES: u32 = 64 * 1024;
/// Field elements that the rows of one block are packed into, so that its root can be recomputed
/// on the chain.
pub const MAX_BLOCK_ELEMENTS: u32 = 2000;
/// Classes that a task may tell apart.
pub const MAX_CLASSES: u32 = 256;
/// Best submissions that a task remembers for delivery.
pub const MAX_RANKED: u32 = 32;
/// Paid ranks of a task.
pub const MAX_SHARES: u32 = 16;
/// The whole reward, in the unit of shares: basis points.
pub const ALL_SHARES: u16 = 10_000;
/// Field elements of a delivered ciphertext.
pub const MAX_CIPHERTEXT_ELEMENTS: u32 = 2048;
/// Public inputs of a circuit.
pub const MAX_PUBLIC_INPUTS: u32 = 8;
/// Bytes of a verifying key in canonical form.
pub const MAX_KEY_BYTES: u32 = 4096;
/// Seeds of past epochs that are remembered for the draw of test blocks.
pub const SEED_HISTORY: u64 = 256;
/// Entries that one page of any list read from the chain may hold.
pub const MAX_PAGE: u32 = 64;

/// Bytes of an experiment's name.
pub const MAX_NAME: u32 = 64;
/// Bytes of an experiment's description.
pub const MAX_DESCRIPTION: u32 = 2048;
/// Tags of an experiment.
pub const MAX_TAGS: u32 = 8;
/// Bytes of one tag.
pub const MAX_TAG: u32 = 32;
/// Entries of an experiment's leaderboard.
pub const MAX_LEADERBOARD: u32 = 64;

/// Bytes of a fact's domain.
pub const MAX_DOMAIN: u32 = 64;
/// Bytes of a fact's subject.
pub const MAX_SUBJECT: u32 = 128;
/// Bytes of a fact's predicate.
pub const MAX_PREDICATE: u32 = 64;
/// Bytes of a fact's object.
pub const MAX_OBJECT: u32 = 512;
/// Bytes of the URI of an imported fact's source.
pub const MAX_URI: u32 = 256;

/// A text of at most `N` bytes. Whoever stores one checks that it is UTF-8.
pub type Text<const N: u32> = BoundedVec<u8, ConstU32<N>>;
/// A list of at most `N` entries.
pub type List<T, const N: u32> = BoundedVec<T, ConstU32<N>>;
