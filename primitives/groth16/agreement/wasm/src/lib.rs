//! The verifier, the sponge and the fold of a data block behind a few exported functions, for a
//! host that measures and compares them.
//!
//! The host writes arguments into one buffer, calls a function and reads results from the same
//! buffer. A function does what a runtime call would do: it decodes everything from bytes each
//! time.

#![no_std]

extern crate alloc;

use alloc::vec::Vec;
use codec::Decode;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use nocknock_groth16::{
    decode_input, verify, verify_batch, BatchItem, Fr, PreparedVerifyingKey, Proof, VerifyingKey,
    INPUT_BYTES, PROOF_BYTES,
};
use nocknock_poseidon::{from_be_bytes, sponge_hash, to_be_bytes, DomainTag};
use nocknock_primitives::model::{Architecture, Claimed, KnownBlock};

#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

const WORD: usize = size_of::<u64>();

/// Atomic words are shared with the host without unsafe code; this target runs one thread.
static BUFFER: [AtomicU64; 1 << 16] = [const { AtomicU64::new(0) }; 1 << 16];

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

/// Buffer: an architecture in SCALE form, four elements, a salt and the bytes of block number 7;
/// `length` bytes in all. Leaves the two challenges and the evaluation there, 32 bytes each, and
/// returns their length.
#[unsafe(no_mangle)]
pub extern "C" fn fold(length: usize) -> i32 {
    folded(&read(length)).map_or(MALFORMED, |folded| write(&folded.concat()))
}

fn folded(mut bytes: &[u8]) -> Option<[[u8; 32]; 3]> {
    let architecture = Architecture::decode(&mut bytes).ok()?;
    let (head, wire) = bytes.split_at_checked(5 * 32)?;
    let [context, commitment, sums, inputs, salt] = head.as_chunks().0 else {
        return None;
    };
    let known = KnownBlock::new(&architecture, salt, 7, wire).ok()?;
    let claimed = Claimed {
        sums: from_be_bytes(sums)?,
        inputs: from_be_bytes(inputs)?,
        score: 0,
    };
    let inputs = known.inputs(from_be_bytes(context)?, from_be_bytes(commitment)?, &claimed);
    Some([inputs.rho, inputs.theta, inputs.evaluation].map(|element| to_be_bytes(&element)))
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
