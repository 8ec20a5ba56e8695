//! The calls of the chain, as its metadata declares them.
//!
//! Each pallet is an enum whose variants are its calls. A variant becomes a [`Call`]; nothing
//! happens until that is submitted by [`Client::submit`](crate::Client::submit). Before anything
//! is signed, the call is compared with what the node's runtime declares under its name.
//!
//! ```
//! use nocknock_client::{calls, Call};
//!
//! let call = Call::from(calls::Tasks::settle { task: 7 });
//! assert_eq!(call.to_string(), "Tasks.settle");
//! ```

mod deposits;

pub(crate) use deposits::Hold;

/// Calls about tokens.
pub use crate::generated::types::pallet_balances::pallet::Call as Balances;
/// Calls about experiments and their models.
pub use crate::generated::types::pallet_experiments::pallet::Call as Experiments;
/// Calls about workers, candidates and the curriculum.
pub use crate::generated::types::pallet_rewards::pallet::Call as Rewards;
/// Calls about the keys with which validators author and finalise.
pub use crate::generated::types::pallet_session::pallet::Call as Session;
/// Calls about tasks.
pub use crate::generated::types::pallet_tasks::pallet::Call as Tasks;
/// Calls about circuits. They need the approval of the council: propose them there.
pub use crate::generated::types::pallet_verifier::pallet::Call as Verifier;
/// A circuit that is proposed for registration.
pub use crate::generated::types::pallet_verifier::types::Candidate;
/// Calls about facts of the World Truth Model.
pub use crate::generated::types::pallet_wtm::pallet::Call as Wtm;

use crate::{
    expected,
    generated::{types::pallet_utility::pallet::Call as Utility, RuntimeCall},
    types::{AccountId, Balance, SessionKeys},
};
use codec::{Decode, Encode};
use nocknock_primitives::{
    circuit::ProofBytes,
    fact::Source,
    ids::{BlockIndex, FactId, TaskId},
    limits::{List, Text, MAX_OBJECT, MAX_TEST_BLOCKS},
    task::{
        Attestation, BlockScore, Chunk, ChunkHashes, EqualRows, LastChunk, RevealedBlock,
        SealedKeyBytes,
    },
};
use std::fmt;
use subxt::utils::MultiAddress;

/// Bytes of the call that reveals a block up to the number of its task: two indices before that.
const REVEAL_START: usize = 2 + size_of::<TaskId>();

/// The most calls of one batch.
pub const MAX_BATCH: u32 = 1000;

/// A list has more entries than the chain takes in one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given} entries, but one call takes {limit}: split them over several calls")]
pub struct TooLong {
    /// How many were given.
    pub given: usize,
    /// How many there may be.
    pub limit: u32,
}

impl TooLong {
    fn check(given: usize, limit: u32) -> Result<(), Self> {
        if u32::try_from(given).is_ok_and(|given| given <= limit) {
            Ok(())
        } else {
            Err(Self { given, limit })
        }
    }
}

/// A call with its arguments.
///
/// Its `Debug` form names the call and never shows an argument: some are secret until the block
/// that takes them.
#[derive(Clone, PartialEq, Eq)]
pub struct Call(RuntimeCall);

impl Call {
    /// Makes all calls in one transaction: all take effect, or none.
    ///
    /// # Errors
    ///
    /// If there are more than [`MAX_BATCH`].
    pub fn batch_all(calls: impl IntoIterator<Item = Self>) -> Result<Self, TooLong> {
        let calls: Vec<RuntimeCall> = calls.into_iter().map(|call| call.0).collect();
        TooLong::check(calls.len(), MAX_BATCH)?;
        Ok(Self(RuntimeCall::Utility(Utility::batch_all { calls })))
    }

    /// The pallet that the call belongs to.
    pub fn pallet(&self) -> &'static str {
        names(&self.0).0
    }

    /// The name of the call in its pallet.
    pub fn name(&self) -> &'static str {
        names(&self.0).1
    }

    /// Its bytes in the runtime that the committed metadata describes.
    pub(crate) fn encoded(&self) -> Vec<u8> {
        self.0.encode()
    }

    /// The names of the pallet and the call, of this one and of all that are inside of it. A batch
    /// is the only call with others inside that this crate makes.
    pub(crate) fn all_names(&self) -> Vec<(&'static str, &'static str)> {
        let inner = match &self.0 {
            RuntimeCall::Utility(Utility::batch_all { calls }) => calls.as_slice(),
            _ => &[],
        };
        std::iter::once(&self.0).chain(inner).map(names).collect()
    }

    /// What it puts on hold of the sender's tokens, beside the fee.
    pub(crate) fn holds(&self) -> Vec<Hold> {
        deposits::of(&self.0)
    }
}

fn names(call: &RuntimeCall) -> (&'static str, &'static str) {
    let known = match call.encode()[..] {
        [pallet, call, ..] => expected::call_name(pallet, call),
        _ => None,
    };
    known.unwrap_or(("an unknown pallet", "an unknown call"))
}

/// Each pallet's calls become calls of the chain.
macro_rules! into_call {
    ($($pallet:ident),*) => {
        $(
            impl From<$pallet> for Call {
                fn from(call: $pallet) -> Self {
                    Self(RuntimeCall::$pallet(call))
                }
            }
        )*
    };
}

into_call!(Balances, Experiments, Rewards, Session, Tasks, Verifier, Wtm);

impl Tasks {
    /// Reveals a test block: its salt and its rows.
    pub fn reveal(task: TaskId, block: BlockIndex, revealed: RevealedBlock) -> Self {
        let RevealedBlock { salt, rows } = revealed;
        Self::reveal_block { task, block, salt, rows: rows.into_inner() }
    }

    /// The blocks of a task that are revealed somewhere in an encoded transaction, however deep the
    /// call stands in others.
    ///
    /// Nothing but the bytes is looked at, and nobody says that the call was carried out: compare
    /// each block with its root.
    pub fn reveals(transaction: &[u8], task: TaskId) -> Vec<(BlockIndex, RevealedBlock)> {
        let nothing = RevealedBlock { salt: [0; 32], rows: List::default() };
        let call = Call::from(Self::reveal(task, 0, nothing)).encoded();
        let start = call.get(..REVEAL_START).unwrap_or_default();
        let ends = (0..transaction.len()).filter_map(|place| transaction.get(place..));
        let found = ends.filter_map(|end| end.strip_prefix(start));
        found.filter_map(|mut arguments| Decode::decode(&mut arguments).ok()).collect()
    }

    /// Submits proved scores of the sender's model on test blocks. Where nobody has proved the
    /// champion of the experiment on a block yet, its score there may come along.
    ///
    /// # Errors
    ///
    /// If there are more than [`MAX_TEST_BLOCKS`] of either.
    pub fn scores(
        task: TaskId,
        scores: Vec<BlockScore>,
        champion: Vec<BlockScore>,
    ) -> Result<Self, TooLong> {
        TooLong::check(scores.len(), MAX_TEST_BLOCKS)?;
        TooLong::check(champion.len(), MAX_TEST_BLOCKS)?;
        Ok(Self::submit_scores { task, scores, champion })
    }

    /// Proves scores of the champion of the experiment on test blocks of a task.
    ///
    /// # Errors
    ///
    /// If there are more than [`MAX_TEST_BLOCKS`].
    pub fn champion_scores(task: TaskId, scores: Vec<BlockScore>) -> Result<Self, TooLong> {
        TooLong::check(scores.len(), MAX_TEST_BLOCKS)?;
        Ok(Self::prove_champion { task, scores })
    }

    /// Delivers the key of the sender's model, sealed for the recipient of the task. The last chunk
    /// of the ciphertext may come along.
    pub fn delivery(
        task: TaskId,
        last: Option<LastChunk>,
        key: SealedKeyBytes,
        proof: ProofBytes,
        attestation: Attestation,
    ) -> Self {
        let (key, proof) = (Box::new(key), Box::new(proof));
        Self::deliver { task, last: Box::new(last), key, proof, attestation }
    }

    /// Shows that rows of a test block are equal to rows that were published before.
    pub fn equal_rows(task: TaskId, shown: EqualRows) -> Self {
        Self::show_equal_rows { task, shown: Box::new(shown) }
    }

    /// Uploads a chunk of the ciphertext of the sender's model, with the hashes of all its chunks.
    pub fn chunk(task: TaskId, index: u32, chunk: Chunk, hashes: ChunkHashes) -> Self {
        let (chunk, hashes) = (chunk.into_inner(), hashes.into_inner());
        Self::upload_chunk { task, index, chunk: Box::new(chunk), hashes: Box::new(hashes) }
    }
}

impl Wtm {
    /// Proposes another object for an accepted fact.
    pub fn replacement(old: FactId, object: Text<MAX_OBJECT>, source: Source) -> Self {
        Self::supersede { old, object: object.into_inner(), source }
    }
}

impl Balances {
    /// Sends tokens to another account and keeps the sender's account alive.
    pub fn transfer(to: &AccountId, amount: Balance) -> Self {
        Self::transfer_keep_alive { dest: MultiAddress::Id(*to), value: amount }
    }
}

impl From<SessionKeys> for Session {
    /// Registers session keys for the sender, from the second session after this one on. The proof
    /// that comes with them shows that the sender may, so that nobody registers the keys of others.
    fn from(made: SessionKeys) -> Self {
        Self::set_keys { keys: made.keys, proof: made.proof }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (pallet, name) = names(&self.0);
        write!(f, "{pallet}.{name}")
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({self})")
    }
}

#[cfg(test)]
mod tests;
