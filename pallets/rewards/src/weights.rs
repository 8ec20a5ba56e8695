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
    /// `apply_as_candidate` on a full list, from which the last one without a seat is displaced.
    fn apply_as_candidate() -> Weight;
    /// `leave_candidates`.
    fn leave_candidates() -> Weight;
    /// `set_curriculum`.
    fn set_curriculum() -> Weight;
    /// `remove_curriculum`.
    fn remove_curriculum() -> Weight;
    /// `set_practice`, without what folding the block would cost.
    fn set_practice() -> Weight;
    /// The heaviest of what tasks ask of the curriculum: opening a task, appraising a model, taking
    /// from the level, paying, closing, and what equal rows cost.
    fn curriculum() -> Weight;
    /// Suspending a worker, or noting that it has proved a claim.
    fn abandoned() -> Weight;
    /// The start of a session.
    fn on_new_session() -> Weight;
    /// Electing from `c` candidates, when all seats are taken and as many change as may.
    fn elect(c: u32) -> Weight;
    /// Barring an account.
    fn bar() -> Weight;
    /// Noting the author of a block.
    fn note_author() -> Weight;
    /// `sign_of_life`, whose signature is checked once.
    fn sign_of_life() -> Weight;
    /// `note_finality` with `v` votes, each for another block.
    fn note_finality(v: u32) -> Weight;
    /// The end of a session with `v` validators, all of which are paid and dropped.
    fn on_session_ended(v: u32) -> Weight;
    /// Looking at a part that has vested.
    fn visit_vesting() -> Weight;
    /// Looking at a bond that is returned.
    fn visit_bond() -> Weight;
    /// Looking at a registration that is removed, together with worthless points.
    fn visit_registration() -> Weight;
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
        cost(310, 30, 4)
    }

    fn unregister() -> Weight {
        cost(40, 3, 1)
    }

    fn remove_worker() -> Weight {
        cost(80, 7, 4)
    }

    fn apply_as_candidate() -> Weight {
        cost(900, 212, 8)
    }

    fn leave_candidates() -> Weight {
        cost(80, 6, 4)
    }

    fn set_curriculum() -> Weight {
        cost(100, 10, 6)
    }

    fn remove_curriculum() -> Weight {
        cost(80, 4, 4)
    }

    fn set_practice() -> Weight {
        cost(1_000, 3, 2)
    }

    fn curriculum() -> Weight {
        cost(260, 20, 14)
    }

    fn abandoned() -> Weight {
        cost(40, 2, 1)
    }

    fn on_new_session() -> Weight {
        cost(40, 2, 2)
    }

    fn elect(c: u32) -> Weight {
        // At most 300 accounts have a seat or are authorities, and half of the seats change.
        let known = u64::from(c).saturating_add(300);
        let reads = known.saturating_mul(5).saturating_add(8);
        cost(known.saturating_mul(40).saturating_add(200), reads, 160)
    }

    fn bar() -> Weight {
        cost(150, 14, 9)
    }

    fn note_author() -> Weight {
        cost(12, 1, 1)
    }

    fn sign_of_life() -> Weight {
        cost(200, 5, 1)
    }

    fn note_finality(v: u32) -> Weight {
        let votes = u64::from(v);
        let (reads, writes) = (votes.saturating_add(8), votes.saturating_add(1));
        cost(votes.saturating_mul(150).saturating_add(200), reads, writes)
    }

    fn on_session_ended(v: u32) -> Weight {
        let validators = u64::from(v);
        let reads = validators.saturating_mul(11).saturating_add(8);
        let writes = validators.saturating_mul(9).saturating_add(6);
        cost(validators.saturating_mul(200).saturating_add(100), reads, writes)
    }

    fn visit_vesting() -> Weight {
        cost(60, 7, 5)
    }

    fn visit_bond() -> Weight {
        cost(80, 8, 5)
    }

    fn visit_registration() -> Weight {
        cost(80, 8, 5)
    }
}
