//! A sealed model: its ciphertext, and the commitment to it.
//!
//! A worker does not commit to its weights but to their ciphertext and to the hash of the key that
//! opens it. A proof of the score opens the ciphertext inside the circuit, so what was scored is
//! what will be delivered, and delivery is no more than handing over one field element.
//!
//! ```text
//! k        one uniform element, drawn anew for each model
//! h_k      = Poseidon("nn/model/key/v1_", k)
//! ct_t     = chunk_t + keystream("nn/model/strm/v1", A, k, t)       504 elements a chunk
//! q_t      = Poseidon("nn/model/chnk/v1", A, t, ct_t…)
//! q        = Poseidon("nn/model/ciph/v1", A, q_0, q_1, …)
//! bind     = keccak256("nn/model/owner/1" ‖ genesis hash ‖ task ‖ worker ‖ encoding)
//! C_W      = Poseidon("nn/model/cmit/v1", A, bind, h_k, q)
//! ```
//!
//! `A` is the digest of the architecture, so all of these differ between architectures. The
//! commitment hides the weights as long as the key is secret and uniform, which is why it needs no
//! salt, and binds to them: `q` and `h_k` bind to ciphertext and key, and these two to the weights.
//!
//! **A key seals one model.** Two models of one architecture under the same key would show their
//! difference to everybody.

use super::{
    architecture::Architecture,
    weights::{WeightError, Weights},
};
use crate::{ids::TaskId, limits, model::field::from_digest};
use alloc::vec::Vec;
use core::fmt;
use nocknock_poseidon::{packing::PackingError, sponge_hash, Fr, Keystream};
use sha3::{Digest, Keccak256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Elements of a chunk; the last chunk of a model may be shorter.
///
/// The keystream of a whole chunk is 42 permutations with nothing left over. A chunk is what is
/// asked for, sent and hashed at once, 16 kB.
pub const CHUNK_ELEMENTS: usize = limits::CHUNK_ELEMENTS as usize;

/// Tag of `bind`, which is no Poseidon hash.
const OWNER: &[u8; 16] = b"nn/model/owner/1";

/// The tags of the hashes, for those who compute them inside a circuit.
pub mod tags {
    use nocknock_poseidon::DomainTag;

    /// Of `h_k`, the hash of a model's key.
    pub const KEY: DomainTag = DomainTag::new(b"nn/model/key/v1_");
    /// Of the keystream.
    pub const KEYSTREAM: DomainTag = DomainTag::new(b"nn/model/strm/v1");
    /// Of `q_t`, the hash of a chunk.
    pub const CHUNK: DomainTag = DomainTag::new(b"nn/model/chnk/v1");
    /// Of `q`, the hash of the ciphertext.
    pub const CIPHERTEXT: DomainTag = DomainTag::new(b"nn/model/ciph/v1");
    /// Of `C_W`, the commitment to a model.
    pub const COMMITMENT: DomainTag = DomainTag::new(b"nn/model/cmit/v1");
}

/// A model's ciphertext with the key that opens it. The key is wiped on drop and never printed.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct SealedModel {
    /// `k`.
    pub key: Fr,
    /// The packed weights plus the keystream. Everybody may see it.
    #[zeroize(skip)]
    pub ciphertext: Vec<Fr>,
}

/// Why a ciphertext does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The key does not have the hash that was committed to.
    #[error("this is not the key of the model: its hash is another one than was committed to")]
    Key,
    /// The ciphertext has the wrong number of elements.
    #[error("a ciphertext of this architecture has {expected} elements, not {found}")]
    Length {
        /// Elements of the architecture.
        expected: usize,
        /// Elements that were given.
        found: usize,
    },
    /// The result is not packed weights.
    #[error("the key opens this ciphertext to something that is not a model: {0}")]
    Packing(#[from] PackingError),
}

/// Whose model a commitment is for, and for what.
///
/// It is part of the commitment, so that nobody can commit to a ciphertext that somebody else
/// published: the copy has another commitment, for which the copier has no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelOwner {
    /// The hash of the chain's first block.
    pub genesis_hash: [u8; 32],
    /// The task.
    pub task: TaskId,
    /// The account of the worker.
    pub worker: [u8; 32],
    /// Hash of how columns and classes are written as numbers.
    pub encoding: [u8; 32],
}

impl ModelOwner {
    /// `bind`: Keccak-256 over tag, genesis hash, task (8 bytes, little endian), worker and
    /// encoding, the top three bits cleared, as a big-endian number.
    pub fn to_field(&self) -> Fr {
        let hash = Keccak256::new_with_prefix(OWNER)
            .chain_update(self.genesis_hash)
            .chain_update(self.task.to_le_bytes())
            .chain_update(self.worker)
            .chain_update(self.encoding);
        from_digest(hash.finalize().into())
    }
}

/// Packs and encrypts a model under a key, which must be uniform, secret and used for nothing else.
pub fn seal(
    architecture: &Architecture,
    key: Fr,
    weights: &Weights,
) -> Result<SealedModel, WeightError> {
    let mut elements = weights.pack(architecture)?;
    apply_keystream(architecture, key, &mut elements, add);
    Ok(SealedModel { key, ciphertext: elements })
}

/// Decrypts a model, given the hash `h_k` that its commitment names.
///
/// Whether the ciphertext is the committed one is the caller's to check, by its
/// [hash](ciphertext_hash).
pub fn open(
    architecture: &Architecture,
    key: Fr,
    key_hash: Fr,
    ciphertext: &[Fr],
) -> Result<Weights, OpenError> {
    if self::key_hash(key) != key_hash {
        return Err(OpenError::Key);
    }
    let expected = architecture.weight_elements();
    if ciphertext.len() != expected {
        return Err(OpenError::Length { expected, found: ciphertext.len() });
    }
    let mut elements = Zeroizing::new(ciphertext.to_vec());
    apply_keystream(architecture, key, &mut elements, subtract);
    Ok(Weights::unpack(architecture, &elements)?)
}

/// `h_k`, the hash of a model's key.
pub fn key_hash(key: Fr) -> Fr {
    sponge_hash(tags::KEY, &[key])
}

/// The elements that are added to chunk number `index`, counted from 0.
pub fn keystream(architecture: &Architecture, key: Fr, index: u32) -> Keystream {
    Keystream::new(tags::KEYSTREAM, &[architecture.digest(), key, Fr::from(index)])
}

/// `q_t`, the hash of chunk number `index` of a ciphertext, counted from 0.
pub fn chunk_hash(architecture: &Architecture, index: u32, chunk: &[Fr]) -> Fr {
    let head = [architecture.digest(), Fr::from(index)];
    let inputs: Vec<Fr> = head.iter().chain(chunk).copied().collect();
    sponge_hash(tags::CHUNK, &inputs)
}

/// `q`, the hash of a whole ciphertext.
pub fn ciphertext_hash(architecture: &Architecture, ciphertext: &[Fr]) -> Fr {
    let chunks = (0u32..).zip(ciphertext.chunks(CHUNK_ELEMENTS));
    let hashes: Vec<Fr> =
        chunks.map(|(index, chunk)| chunk_hash(architecture, index, chunk)).collect();
    join_chunk_hashes(architecture, &hashes)
}

/// `q` from the hashes of all chunks, in their order.
pub fn join_chunk_hashes(architecture: &Architecture, hashes: &[Fr]) -> Fr {
    let inputs: Vec<Fr> =
        core::iter::once(architecture.digest()).chain(hashes.iter().copied()).collect();
    sponge_hash(tags::CIPHERTEXT, &inputs)
}

/// `C_W`, the commitment to a sealed model of one [owner](ModelOwner::to_field).
pub fn commitment(architecture: &Architecture, bind: Fr, key_hash: Fr, ciphertext_hash: Fr) -> Fr {
    let inputs = [architecture.digest(), bind, key_hash, ciphertext_hash];
    sponge_hash(tags::COMMITMENT, &inputs)
}

/// Changes each element by its element of the keystream.
fn apply_keystream(
    architecture: &Architecture,
    key: Fr,
    elements: &mut [Fr],
    change: fn(&mut Fr, Fr),
) {
    for (index, chunk) in (0u32..).zip(elements.chunks_mut(CHUNK_ELEMENTS)) {
        let stream = keystream(architecture, key, index);
        chunk.iter_mut().zip(stream).for_each(|(element, mask)| change(element, mask));
    }
}

#[allow(
    clippy::arithmetic_side_effects,
    reason = "arithmetic of the field is modular: it neither overflows nor panics"
)]
fn add(element: &mut Fr, mask: Fr) {
    *element += mask;
}

#[allow(
    clippy::arithmetic_side_effects,
    reason = "arithmetic of the field is modular: it neither overflows nor panics"
)]
fn subtract(element: &mut Fr, mask: Fr) {
    *element -= mask;
}

impl fmt::Debug for SealedModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedModel")
            .field("elements", &self.ciphertext.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
