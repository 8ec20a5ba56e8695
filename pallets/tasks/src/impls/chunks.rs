//! The chunks of the ciphertexts that workers deliver.

use crate::{
    types::{CommitmentOf, DeliveryOf, TaskOf},
    Chunks, Commitments, Config, Deliveries, Error, Event, Pallet,
};
use alloc::vec::Vec;
use frame_support::ensure;
use nocknock_primitives::{
    ids::{CiphertextHash, FieldBytes, TaskId},
    model::{
        field,
        sealed::{chunk_hash, join_chunk_hashes, CHUNK_ELEMENTS},
        Architecture, Fr,
    },
    task::{Chunk, ChunkHashes, Commitment, Delivery},
};
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
    pub(crate) fn do_upload_chunk(
        who: T::AccountId,
        id: TaskId,
        index: u32,
        chunk: Chunk,
        hashes: &ChunkHashes,
    ) -> DispatchResult {
        let task = Self::known_task(id)?;
        Self::ensure_turn(id, &task, &who)?;
        let commitment = Commitments::<T>::get(id, &who).ok_or(Error::<T>::NotCommitted)?;
        Self::store_chunk(id, &task, &who, &commitment, index, chunk, hashes)?;
        Ok(())
    }

    /// Stores a chunk of the committed ciphertext of the worker whose turn it is, and says how many
    /// are missing then.
    pub(crate) fn store_chunk(
        id: TaskId,
        task: &TaskOf<T>,
        who: &T::AccountId,
        commitment: &CommitmentOf<T>,
        index: u32,
        chunk: Chunk,
        hashes: &ChunkHashes,
    ) -> Result<u32, Error<T>> {
        ensure!(!Chunks::<T>::contains_key((id, who, index)), Error::<T>::ChunkStored);
        let is_part = is_part(&task.architecture, &commitment.ciphertext, index, &chunk, hashes);
        ensure!(is_part, Error::<T>::BadChunk);
        Chunks::<T>::insert((id, who, index), chunk);
        let missing = Self::count_chunk(id, task, who, commitment);
        let worker = who.clone();
        Self::deposit_event(Event::ChunkUploaded { task: id, worker, index, missing });
        Ok(missing)
    }

    /// Whether a chunk with this number exists and is not stored yet.
    pub(crate) fn is_missing(id: TaskId, task: &TaskOf<T>, who: &T::AccountId, index: u32) -> bool {
        let exists = chunk_len(&task.architecture, index).is_some();
        exists && !Chunks::<T>::contains_key((id, who, index))
    }

    /// Counts one more chunk of a worker's delivery, and says how many are missing.
    fn count_chunk(
        id: TaskId,
        task: &TaskOf<T>,
        who: &T::AccountId,
        commitment: &CommitmentOf<T>,
    ) -> u32 {
        let stored = Deliveries::<T>::get(id, who);
        let mut delivery = stored.unwrap_or_else(|| Self::new_delivery(commitment));
        delivery.chunks = delivery.chunks.saturating_add(1);
        let missing = task.architecture.chunks().saturating_sub(delivery.chunks);
        Deliveries::<T>::insert(id, who, delivery);
        missing
    }

    fn new_delivery(commitment: &CommitmentOf<T>) -> DeliveryOf<T> {
        let Commitment { model, key, ciphertext, .. } = *commitment;
        Delivery { model, key, ciphertext, chunks: 0, begun_at: Self::now(), sealed: None }
    }
}

/// Field elements of a chunk, if there is one with this number.
fn chunk_len(architecture: &Architecture, index: u32) -> Option<usize> {
    let start = usize::try_from(index).ok()?.checked_mul(CHUNK_ELEMENTS)?;
    let rest = architecture.weight_elements().checked_sub(start)?;
    Some(rest.min(CHUNK_ELEMENTS)).filter(|length| *length > 0)
}

/// Whether this is chunk number `index` of a ciphertext with this hash, and these are the hashes of
/// all its chunks.
fn is_part(
    architecture: &Architecture,
    ciphertext: &CiphertextHash,
    index: u32,
    chunk: &Chunk,
    hashes: &ChunkHashes,
) -> bool {
    let is_complete = u32::try_from(hashes.len()) == Ok(architecture.chunks());
    if !is_complete || chunk_len(architecture, index) != Some(chunk.len()) {
        return false;
    }
    let (Some(hashes), Some(chunk)) = (elements(hashes), elements(chunk)) else {
        return false;
    };
    let whole = field::to_bytes(&join_chunk_hashes(architecture, &hashes));
    let place = usize::try_from(index).unwrap_or(usize::MAX);
    whole == *ciphertext.as_bytes()
        && hashes.get(place) == Some(&chunk_hash(architecture, index, &chunk))
}

fn elements(bytes: &[FieldBytes]) -> Option<Vec<Fr>> {
    bytes.iter().map(|bytes| field::from_bytes(bytes).ok()).collect()
}
