//! Benchmarks of a record and of the hook. There are no calls.

use super::*;
use frame_benchmarking::v2::*;
use frame_support::traits::{Get, Hooks};
use nocknock_primitives::{
    ids::{BlobId, CiphertextHash, CircuitId, ContentHash, KeyCommitment, ModelCommitment},
    limits::MAX_SHARES,
    provenance::{keccak_256, Provenance, Seal},
    score::Score,
    task::Attestation,
};

fn provenance<T: Config>() -> Provenance<T::AccountId> {
    Provenance {
        experiment: 1,
        task: 2,
        version: 3,
        submitter: account("submitter", 0, 0),
        model: ModelCommitment([3; 32]),
        circuit: CircuitId([4; 32]),
        score: Score::new(187, 190),
        data_roots: ContentHash([5; 32]),
        train_data: Some(BlobId([6; 32])),
        attestation: Attestation {
            image: Some(ContentHash([7; 32])),
            code: Some(ContentHash([8; 32])),
            hyperparameters: Some(ContentHash([9; 32])),
            model_blob: Some(BlobId([10; 32])),
        },
    }
}

/// A pending tree with room for one more record, which completes as many subtrees as can be.
fn nearly_full<T: Config>() -> Result<u32, BenchmarkError> {
    let count = T::MaxRecordsPerAnchor::get().saturating_sub(1);
    let added = Pending::<T>::mutate(|pending| {
        (0..count).all(|number| pending.push(keccak_256(&number.to_be_bytes()), keccak_256))
    });
    if !added {
        return Err(BenchmarkError::Stop("the tree is full"));
    }
    NextRecord::<T>::put(u64::from(count));
    Ok(count)
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn record() -> Result<(), BenchmarkError> {
        let count = nearly_full::<T>()?;
        for id in 1..u64::from(MAX_SHARES) {
            RecordsOfTask::<T>::try_append(2u64, id)
                .map_err(|()| BenchmarkError::Stop("the task's list is full"))?;
        }
        let provenance = provenance::<T>();
        let seal = Seal { key: KeyCommitment([11; 32]), ciphertext: CiphertextHash([12; 32]) };
        let id;
        #[block]
        {
            id = Pallet::<T>::do_record(provenance, seal);
        }
        assert_eq!(id, Some(u64::from(count)));
        assert_eq!(NextAnchor::<T>::get(), 1);
        Ok(())
    }

    #[benchmark]
    fn close_anchor() -> Result<(), BenchmarkError> {
        nearly_full::<T>()?;
        let now = T::AnchorPeriod::get();
        #[block]
        {
            Pallet::<T>::on_initialize(now);
        }
        assert_eq!(Pending::<T>::get().count(), 0);
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
