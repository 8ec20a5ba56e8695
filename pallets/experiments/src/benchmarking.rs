//! Benchmarks of the calls and of what tasks call, with the longest descriptions.

use super::*;
use crate::types::{BalanceOf, EntryOf, LeaderboardOf};
use alloc::{format, vec};
use frame_benchmarking::v2::*;
use frame_support::{
    traits::{fungible, EnsureOrigin},
    BoundedVec,
};
use frame_system::RawOrigin;
use nocknock_primitives::{
    experiment::{Champion, DeliveredModel, Description, LeaderboardEntry, Stage},
    ids::{
        BlobId, CircuitId, ContentHash, ExperimentId, KeyCommitment, ModelCommitment,
        ModelVersionNumber,
    },
    limits::{MAX_DESCRIPTION, MAX_LEADERBOARD, MAX_NAME, MAX_TAG, MAX_TAGS},
    score::Score,
    task::Funding,
    traits::TaskExperiments,
};
use sp_runtime::traits::Saturating;

/// An experiment that names its encoding takes the most room.
const ENCODING: Option<ContentHash> = Some(ContentHash([2; 32]));

fn letters(count: u32) -> alloc::vec::Vec<u8> {
    vec![b'a'; usize::try_from(count).unwrap_or_default()]
}

/// The longest description, whose tags differ in the last letters alone.
fn longest() -> Description {
    let stem = letters(MAX_TAG.saturating_sub(2));
    let tags = (10..MAX_TAGS.saturating_add(10)).map(|number| {
        let mut tag = stem.clone();
        tag.extend(format!("{number}").into_bytes());
        BoundedVec::truncate_from(tag)
    });
    Description {
        name: BoundedVec::truncate_from(letters(MAX_NAME)),
        text: BoundedVec::truncate_from(letters(MAX_DESCRIPTION)),
        tags: BoundedVec::truncate_from(tags.collect()),
        metadata: Some(ContentHash([1; 32])),
    }
}

#[benchmarks(where T::Currency: fungible::Mutate<T::AccountId>)]
mod benchmarks {
    use super::*;
    use fungible::Mutate;

    /// An account that can pay several deposits.
    fn rich<T: Config>(name: &'static str) -> Result<T::AccountId, BenchmarkError>
    where
        T::Currency: Mutate<T::AccountId>,
    {
        let who = account(name, 0, 0);
        let deposit = Pallet::<T>::deposit_for(&longest(), ENCODING.as_ref());
        let existential = <T::Currency as fungible::Inspect<T::AccountId>>::minimum_balance();
        let amount: BalanceOf<T> = deposit.saturating_add(existential).saturating_mul(10u32.into());
        T::Currency::mint_into(&who, amount)?;
        Ok(who)
    }

    /// An experiment of this account.
    fn created<T: Config>(owner: &T::AccountId) -> Result<ExperimentId, BenchmarkError> {
        let id = NextExperiment::<T>::get();
        Pallet::<T>::do_create_experiment(owner.clone(), longest(), ENCODING)?;
        Ok(id)
    }

    fn delivered<T: Config>(
        experiment: ExperimentId,
        owner: &T::AccountId,
        correct: u32,
    ) -> DeliveredModel<T::AccountId> {
        DeliveredModel {
            experiment,
            task: 1,
            worker: account("worker", 0, 0),
            requester: owner.clone(),
            model: ModelCommitment([2; 32]),
            score: Score::new(correct, 10),
            circuit: CircuitId([3; 32]),
            key_commitment: KeyCommitment([4; 32]),
            blob: Some(BlobId([5; 32])),
            funding: Funding::Sponsored,
        }
    }

    /// A champion and a candidate behind it, which is returned.
    fn candidate<T: Config>(experiment: ExperimentId, owner: &T::AccountId) -> ModelVersionNumber {
        Pallet::<T>::register_model(delivered::<T>(experiment, owner, 5));
        Pallet::<T>::register_model(delivered::<T>(experiment, owner, 4))
    }

    fn entry<T: Config>(number: u32, correct: u32) -> EntryOf<T> {
        LeaderboardEntry {
            worker: account("worker", number, 0),
            task: 1,
            model: ModelCommitment([2; 32]),
            score: Score::new(correct, 10),
            at: frame_system::Pallet::<T>::block_number(),
        }
    }

    #[benchmark]
    fn create_experiment() -> Result<(), BenchmarkError> {
        let owner = rich::<T>("owner")?;
        let id = NextExperiment::<T>::get();
        #[extrinsic_call]
        _(RawOrigin::Signed(owner), longest(), ENCODING);
        assert!(Experiments::<T>::contains_key(id));
        Ok(())
    }

    #[benchmark]
    fn describe_experiment() -> Result<(), BenchmarkError> {
        let owner = rich::<T>("owner")?;
        let id = created::<T>(&owner)?;
        let shorter = Description { metadata: None, ..longest() };
        Pallet::<T>::do_describe_experiment(&owner, id, shorter)?;
        #[extrinsic_call]
        _(RawOrigin::Signed(owner), id, longest());
        let stored = Experiments::<T>::get(id).map(|experiment| experiment.description);
        assert_eq!(stored, Some(longest()));
        Ok(())
    }

    #[benchmark]
    fn offer_transfer() -> Result<(), BenchmarkError> {
        let owner = rich::<T>("owner")?;
        let id = created::<T>(&owner)?;
        let to: T::AccountId = account("to", 0, 0);
        #[extrinsic_call]
        _(RawOrigin::Signed(owner), id, to.clone());
        assert_eq!(PendingTransfers::<T>::get(id), Some(to));
        Ok(())
    }

    #[benchmark]
    fn accept_transfer() -> Result<(), BenchmarkError> {
        let (owner, to) = (rich::<T>("owner")?, rich::<T>("to")?);
        let id = created::<T>(&owner)?;
        Pallet::<T>::do_offer_transfer(&owner, id, to.clone())?;
        #[extrinsic_call]
        _(RawOrigin::Signed(to.clone()), id);
        assert!(ExperimentsOf::<T>::contains_key(to, id));
        Ok(())
    }

    #[benchmark]
    fn cancel_transfer() -> Result<(), BenchmarkError> {
        let owner = rich::<T>("owner")?;
        let id = created::<T>(&owner)?;
        Pallet::<T>::do_offer_transfer(&owner, id, account("to", 0, 0))?;
        #[extrinsic_call]
        _(RawOrigin::Signed(owner), id);
        assert!(!PendingTransfers::<T>::contains_key(id));
        Ok(())
    }

    #[benchmark]
    fn archive_experiment() -> Result<(), BenchmarkError> {
        let owner = rich::<T>("owner")?;
        let id = created::<T>(&owner)?;
        Pallet::<T>::do_offer_transfer(&owner, id, account("to", 0, 0))?;
        #[extrinsic_call]
        _(RawOrigin::Signed(owner), id);
        assert!(Experiments::<T>::get(id).is_some_and(|experiment| experiment.archived));
        Ok(())
    }

    #[benchmark]
    fn set_stage() -> Result<(), BenchmarkError> {
        let owner = rich::<T>("owner")?;
        let id = created::<T>(&owner)?;
        let version = candidate::<T>(id, &owner);
        #[extrinsic_call]
        _(RawOrigin::Signed(owner), id, version, Stage::Archived);
        let stage = ModelVersions::<T>::get(id, version).map(|model| model.stage);
        assert_eq!(stage, Some(Stage::Archived));
        Ok(())
    }

    #[benchmark]
    fn transfer_model() -> Result<(), BenchmarkError> {
        let owner = rich::<T>("owner")?;
        let id = created::<T>(&owner)?;
        let version = candidate::<T>(id, &owner);
        let to: T::AccountId = account("to", 0, 0);
        #[extrinsic_call]
        _(RawOrigin::Signed(owner), id, version, to.clone());
        let owner = ModelVersions::<T>::get(id, version).map(|model| model.owner);
        assert_eq!(owner, Some(to));
        Ok(())
    }

    #[benchmark]
    fn retire_champion() -> Result<(), BenchmarkError> {
        let origin =
            T::RetireOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
        let owner = rich::<T>("owner")?;
        let id = created::<T>(&owner)?;
        candidate::<T>(id, &owner);
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, id);
        assert!(Experiments::<T>::get(id).is_some_and(|experiment| experiment.champion.is_none()));
        Ok(())
    }

    #[benchmark]
    fn record_score() -> Result<(), BenchmarkError> {
        let owner = rich::<T>("owner")?;
        let id = created::<T>(&owner)?;
        let full = (0..MAX_LEADERBOARD).map(|number| entry::<T>(number, 4));
        let board: LeaderboardOf<T> = BoundedVec::truncate_from(full.collect());
        Leaderboards::<T>::insert(id, board);
        let best = entry::<T>(MAX_LEADERBOARD, 5);
        #[block]
        {
            Pallet::<T>::record_score(id, best.clone());
        }
        assert_eq!(Leaderboards::<T>::get(id).first(), Some(&best));
        Ok(())
    }

    #[benchmark]
    fn register_model() -> Result<(), BenchmarkError> {
        let owner = rich::<T>("owner")?;
        let id = created::<T>(&owner)?;
        candidate::<T>(id, &owner);
        let best = delivered::<T>(id, &owner, 6);
        #[block]
        {
            Pallet::<T>::register_model(best);
        }
        let champion = Experiments::<T>::get(id).and_then(|experiment| experiment.champion);
        assert_eq!(champion, Some(Champion { version: 3, score: Score::new(6, 10) }));
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
