//! The verifier and the sponge behind a few exported functions, for a host that measures and
//! compares them.
//!
//! The host writes arguments into one buffer, calls a function and reads results from the same
//! buffer. A function does what a runtime call would do: it decodes everything from bytes each
//! time.

#![no_std]

extern crate alloc;

use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use nocknock_groth16::{
    decode_input, verify, verify_batch, BatchItem, Fr, PreparedVerifyingKey, Proof, VerifyingKey,
    INPUT_BYTES, PROOF_BYTES,
};
use nocknock_poseidon::{from_be_bytes, sponge_hash, to_be_bytes, DomainTag};

#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

const WORD: usize = size_of::<u64>();

/// Atomic words are shared with the host without unsafe code; this target runs one thread.
static BUFFER: [AtomicU64; 1 << 14] = [const { AtomicU64::new(0) }; 1 << 14];

const ACCEPTED: i32 = 1;
const REFUSED: i32 = 0;
const MALFORMED: i32 = -1;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// Where the buffer lies.
#[unsafe(no_mangle)]
pub extern "C" fn buffer() -> *const AtomicU64 {
    BUFFER.as_ptr()
}

/// How many bytes the buffer holds.
#[unsafe(no_mangle)]
pub extern "C" fn capacity() -> usize {
    WORD * BUFFER.len()
}

/// Buffer: canonical key, `length` bytes. Leaves the prepared key there and returns its length.
#[unsafe(no_mangle)]
pub extern "C" fn prepare(length: usize, inputs: usize) -> i32 {
    let prepared = VerifyingKey::from_bytes(&read(length))
        .ok()
        .and_then(|key| key.prepare(inputs).ok());
    match prepared {
        Some(prepared) => write(&prepared.to_trusted_bytes()),
        None => MALFORMED,
    }
}

/// Buffer: prepared key of `key_length` bytes, then items, each of them inputs and a proof;
/// `length` bytes in all. One item is verified alone, more are verified as a batch.
#[unsafe(no_mangle)]
pub extern "C" fn check(key_length: usize, length: usize) -> i32 {
    let bytes = read(length);
    let Some((key, items)) = bytes.split_at_checked(key_length) else {
        return MALFORMED;
    };
    let Ok(key) = PreparedVerifyingKey::from_trusted_bytes(key) else {
        return MALFORMED;
    };
    let item_length = key.input_count() * INPUT_BYTES + PROOF_BYTES;
    let items: Option<Vec<_>> = items.chunks(item_length).map(decode).collect();
    match items.as_deref() {
        Some([(inputs, proof)]) => answer(verify(&key, inputs, proof).is_ok()),
        Some(items) => {
            let items = items.iter().map(|(inputs, proof)| BatchItem {
                key: &key,
                inputs,
                proof,
            });
            answer(verify_batch(&items.collect::<Vec<_>>()).is_ok())
        }
        None => MALFORMED,
    }
}

fn decode(item: &[u8]) -> Option<(Vec<Fr>, Proof)> {
    let (inputs, proof) = item.split_at_checked(item.len().checked_sub(PROOF_BYTES)?)?;
    let inputs: Result<_, _> = inputs.as_chunks().0.iter().map(decode_input).collect();
    Some((inputs.ok()?, Proof::from_evm_bytes(proof).ok()?))
}

fn answer(accepted: bool) -> i32 {
    if accepted { ACCEPTED } else { REFUSED }
}

/// Buffer: elements of 32 big-endian bytes, `length` bytes. Leaves their digest there and returns
/// its length.
#[unsafe(no_mangle)]
pub extern "C" fn sponge(length: usize) -> i32 {
    let bytes = read(length);
    let elements: Option<Vec<_>> = bytes.as_chunks().0.iter().map(from_be_bytes).collect();
    match elements {
        Some(elements) => write(&to_be_bytes(&sponge_hash(
            DomainTag::new(b"agreement"),
            &elements,
        ))),
        None => MALFORMED,
    }
}

fn read(length: usize) -> Vec<u8> {
    let words = BUFFER.iter().take(length.div_ceil(WORD));
    let mut bytes: Vec<u8> = words
        .flat_map(|word| word.load(Relaxed).to_le_bytes())
        .collect();
    bytes.truncate(length);
    bytes
}

fn write(bytes: &[u8]) -> i32 {
    for (word, chunk) in BUFFER.iter().zip(bytes.chunks(WORD)) {
        let mut padded = [0; WORD];
        padded[..chunk.len()].copy_from_slice(chunk);
        word.store(u64::from_le_bytes(padded), Relaxed);
    }
    i32::try_from(bytes.len()).unwrap_or(MALFORMED)
}
