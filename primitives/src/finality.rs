//! Votes for the finality of a block, as the author of a later block shows them to the chain.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// The name under which an author's node hands the last GRANDPA justification to the runtime that
/// makes a block. The data is the SDK's `GrandpaJustification`.
pub const INHERENT_IDENTIFIER: [u8; 8] = *b"nn/votes";

/// A precommit of GRANDPA for a block of this chain. The hash of the block is left out: the chain
/// knows it, and a vote for any other block of that height does not carry a matching signature.
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
pub struct FinalityVote<BlockNumber> {
    /// The place of the voter in the present set, from 0.
    pub voter: u32,
    /// The height of the block that it voted for.
    pub block: BlockNumber,
    /// Its Ed25519 signature of the precommit, in the round and the set that the votes belong to.
    pub signature: [u8; 64],
}
