//! Weights of the calls, hooks and traits.
//!
//! [`WeightInfo`] is what the pallet asks for; a runtime supplies the figures that its benchmarks
//! measured. The implementation for `()` here was **made by hand**, not measured: database accesses
//! counted in the code at ParityDB's cost, and generous times for the rest. It serves mocks and
//! tests; no chain should run on it. What a fold costs is the verifier's to say.

use frame_support::weights::{constants::ParityDbWeight, Weight};

/// What each call, hook and trait costs, without what it calls in other pallets.
pub trait WeightInfo {
    /// `register_worker`, without folding the practice block and without the verification.
    fn register_worker() -> Weight;
    /// `unregister`.
    fn unregister() -> Weight;
    /// `remove_worker`.
    fn remove_worker() -> Weight;
    /// `apply_as_candidate` on a full list, the last of which is displaced.
    fn apply_as_candidate() -> Weight;
    /// `leave_candidates`.
    fn leave_candidates() -> Weight;
    /// `set_curriculum`.
    fn set_curriculum() -> Weight;
    /// `remove_curriculum`.
    fn remove_curriculum() -> Weight;
    /// `set_practice`, without what folding the block would cost.
    fn set_practice() -> Weight;
    /// The heaviest of opening, paying and closing a curriculum task.
    fn curriculum() -> Weight;
    /// Suspending a worker.
    fn abandoned() -> Weight;
    /// The start of a session.
    fn on_new_session() -> Weight;
    /// Electing from `c` candidates.
    fn elect(c: u32) -> Weight;
    /// Barring an account.
    fn bar() -> Weight;
    /// Noting the author of a block.
    fn note_author() -> Weight;
    /// The end of a session with `v` validators, all of which are dropped.
    fn on_session_ended(v: u32) -> Weight;
}

/// Bytes of the proof for one read of a small value.
const PROOF_OF_READ: u64 = 3_000;

fn cost(micros: u64, reads: u64, writes: u64) -> Weight {
    let time = micros.saturating_mul(1_000_000);
    let proof = reads.saturating_mul(PROOF_OF_READ);
    Weight::from_parts(time, proof)
        .saturating_add(ParityDbWeight::get().reads_writes(reads, writes))
}

impl WeightInfo for () {
    fn register_worker() -> Weight {
        cost(300, 18, 4)
    }

    fn unregister() -> Weight {
        cost(40, 3, 1)
    }

    fn remove_worker() -> Weight {
        cost(80, 7, 4)
    }

    fn apply_as_candidate() -> Weight {
        cost(700, 206, 3)
    }

    fn leave_candidates() -> Weight {
        cost(50, 2, 2)
    }

    fn set_curriculum() -> Weight {
        cost(80, 6, 4)
    }

    fn remove_curriculum() -> Weight {
        cost(80, 4, 3)
    }

    fn set_practice() -> Weight {
        cost(1_000, 3, 2)
    }

    fn curriculum() -> Weight {
        cost(150, 12, 8)
    }

    fn abandoned() -> Weight {
        cost(40, 2, 1)
    }

    fn on_new_session() -> Weight {
        cost(40, 2, 2)
    }

    fn elect(c: u32) -> Weight {
        let listed = u64::from(c);
        let reads = listed.saturating_mul(3).saturating_add(4);
        cost(listed.saturating_mul(8).saturating_add(60), reads, 0)
    }

    fn bar() -> Weight {
        cost(60, 6, 5)
    }

    fn note_author() -> Weight {
        cost(10, 0, 1)
    }

    fn on_session_ended(v: u32) -> Weight {
        let validators = u64::from(v);
        let touched = validators.saturating_mul(3).saturating_add(2);
        cost(validators.saturating_mul(30).saturating_add(60), touched, touched)
    }
}
