//! The search for what solves a puzzle.

use nocknock_primitives::puzzle::Puzzle;
use std::{
    sync::{
        atomic::{AtomicU64, Ordering},
        OnceLock,
    },
    thread,
};
use tokio_util::sync::CancellationToken;

/// Numbers that a thread tries before it looks whether the search is over: some milliseconds.
const CHUNK: u64 = 1 << 14;

/// Searches on all cores for a number that solves a puzzle for so many bits. Nothing if it was
/// stopped before. `told` is called with how many numbers were tried, from any thread.
pub(super) fn search(
    puzzle: &Puzzle,
    bits: u32,
    stop: &CancellationToken,
    told: impl Fn(u64) + Sync,
) -> Option<u64> {
    let (next, found) = (AtomicU64::new(0), OnceLock::new());
    let work = || {
        while found.get().is_none() && !stop.is_cancelled() {
            let start = next.fetch_add(CHUNK, Ordering::Relaxed);
            let end = start.saturating_add(CHUNK);
            match puzzle.solve(bits, start..end) {
                Some(nonce) => {
                    // Another thread may have been first: either solution will do.
                    let _ = found.set(nonce);
                }
                None => told(end),
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    found.into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_primitives::{circuit::ProofBytes, ids::ModelCommitment, task::ProvedScore};
    use std::{sync::mpsc, time::Duration};

    fn puzzle() -> Puzzle {
        let proof = ProofBytes([4; 256]);
        let score = ProvedScore { points: 1, sums: [2; 32], inputs: [3; 32], proof };
        Puzzle::of_registration(&[5; 32], &[6; 32], &ModelCommitment([7; 32]), &score)
    }

    #[test]
    fn what_is_found_solves_the_puzzle() {
        for bits in [0, 1, 12, 17] {
            let nonce = search(&puzzle(), bits, &CancellationToken::new(), |_| ()).unwrap();
            assert!(puzzle().is_solved(nonce, bits), "{bits}");
        }
    }

    #[test]
    fn a_search_without_end_tells_how_far_it_is_and_ends_when_it_is_stopped() {
        let (stop, (told, tellings)) = (CancellationToken::new(), mpsc::channel());
        let searching = {
            let stop = stop.clone();
            let told = move |tried| {
                let _ = told.send(tried);
            };
            thread::spawn(move || search(&puzzle(), 256, &stop, told))
        };
        let first = tellings.recv_timeout(Duration::from_secs(60)).unwrap();
        assert!(first >= CHUNK);
        stop.cancel();
        assert_eq!(searching.join().unwrap(), None);
    }

    #[test]
    fn a_search_that_is_stopped_before_it_begins_finds_nothing() {
        let stop = CancellationToken::new();
        stop.cancel();
        assert_eq!(search(&puzzle(), 0, &stop, |_| ()), None);
    }
}
