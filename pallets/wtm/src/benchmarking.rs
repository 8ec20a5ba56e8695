//! Benchmarks of the calls, each with the longest texts and on its longest way.

use super::*;
use crate::types::{BalanceOf, FactOf};
use alloc::{boxed::Box, vec};
use frame_benchmarking::{v2::*, BenchmarkError};
use frame_support::{
    traits::{fungible, Get},
    BoundedVec,
};
use frame_system::RawOrigin;
use nocknock_primitives::{
    fact::{FactStatus, ScoreFact, Source, Statement},
    ids::{BlobId, CircuitId, FactId, ModelCommitment},
    limits::{Text, MAX_DOMAIN, MAX_OBJECT, MAX_PREDICATE, MAX_SUBJECT, MAX_URI},
    score::Score,
    traits::FactWriter,
};
use sp_runtime::traits::{Bounded, CheckedDiv, Saturating};

/// What the benchmarks need from other pallets.
pub trait BenchmarkHelper<AccountId> {
    /// Gives an account work points.
    fn give_points(who: &AccountId);
}

fn longest<const N: u32>(byte: u8) -> Text<N> {
    let length = usize::try_from(N).unwrap_or(0);
    BoundedVec::truncate_from(vec![byte; length])
}

fn statement() -> Statement {
    Statement {
        domain: longest::<MAX_DOMAIN>(b'd'),
        subject: longest::<MAX_SUBJECT>(b's'),
        predicate: longest::<MAX_PREDICATE>(b'p'),
        object: longest::<MAX_OBJECT>(b'o'),
    }
}

fn source() -> Source {
    let mut uri = vec![b'u'; usize::try_from(MAX_URI).unwrap_or(0)];
    if let Some(colon) = uri.get_mut(5) {
        *colon = b':';
    }
    Source::Imported { uri: BoundedVec::truncate_from(uri), blob: BlobId([1; 32]) }
}

#[benchmarks(where T::Currency: fungible::Mutate<T::AccountId>)]
mod benchmarks {
    use super::*;
    use fungible::Mutate;

    fn rich<T: Config>(name: &'static str) -> Result<T::AccountId, BenchmarkError>
    where
        T::Currency: Mutate<T::AccountId>,
    {
        let who = account(name, 0, 0);
        T::Currency::mint_into(&who, fortune::<T>())?;
        Ok(who)
    }

    /// A thousandth of the most that there can be.
    fn fortune<T: Config>() -> BalanceOf<T> {
        BalanceOf::<T>::max_value().checked_div(&1_000u32.into()).unwrap_or_default()
    }

    fn pass<T: Config>(blocks: frame_system::pallet_prelude::BlockNumberFor<T>) {
        let now = Pallet::<T>::now();
        frame_system::Pallet::<T>::set_block_number(now.saturating_add(blocks));
    }

    fn proposed<T: Config>() -> Result<FactId, BenchmarkError>
    where
        T::Currency: Mutate<T::AccountId>,
    {
        let proposer = rich::<T>("proposer")?;
        Ok(Pallet::<T>::do_propose(proposer, statement(), source(), None)?)
    }

    /// An accepted fact, and a proposal to supersede it.
    fn superseding<T: Config>() -> Result<FactId, BenchmarkError>
    where
        T::Currency: Mutate<T::AccountId>,
    {
        let old = proposed::<T>()?;
        pass::<T>(T::DisputeWindow::get());
        Pallet::<T>::do_resolve(old)?;
        let proposer = rich::<T>("second")?;
        Ok(Pallet::<T>::do_propose(proposer, statement(), source(), Some(old))?)
    }

    /// How many vote. Their share of the losers' bonds leaves a rest.
    const VOTERS: u32 = 7;

    fn voter<T: Config>(number: u32) -> T::AccountId {
        account("voter", number, 0)
    }

    /// A disputed fact in its vote period.
    fn disputed<T: Config>() -> Result<FactId, BenchmarkError>
    where
        T::Currency: Mutate<T::AccountId>,
    {
        let id = proposed::<T>()?;
        Pallet::<T>::do_dispute(rich::<T>("disputer")?, id)?;
        Pallet::<T>::do_dispute(rich::<T>("other")?, id)?;
        pass::<T>(T::DisputeWindow::get());
        Ok(id)
    }

    /// A fact that was voted down. The loser has paid, and all winners but one voter have claimed.
    fn rejected<T: Config>() -> Result<FactId, BenchmarkError>
    where
        T::Currency: Mutate<T::AccountId>,
    {
        let id = disputed::<T>()?;
        for number in 0..VOTERS {
            let who = voter::<T>(number);
            T::Currency::mint_into(&who, fortune::<T>())?;
            T::BenchmarkHelper::give_points(&who);
            Pallet::<T>::do_vote(who, id, false)?;
        }
        pass::<T>(T::VotePeriod::get());
        Pallet::<T>::do_resolve(id)?;
        for name in ["proposer", "disputer", "other"] {
            claimed::<T>(id, &account(name, 0, 0))?;
        }
        for number in 1..VOTERS {
            claimed::<T>(id, &voter::<T>(number))?;
        }
        Ok(id)
    }

    fn claimed<T: Config>(id: FactId, who: &T::AccountId) -> Result<(), BenchmarkError> {
        Ok(Pallet::<T>::do_claim(who, id, who)?)
    }

    /// A fact that was voted down, of which everything was claimed, and whose time is over.
    fn removable<T: Config>() -> Result<FactId, BenchmarkError>
    where
        T::Currency: Mutate<T::AccountId>,
    {
        let id = rejected::<T>()?;
        claimed::<T>(id, &voter::<T>(0))?;
        pass::<T>(T::Retention::get());
        Ok(id)
    }

    fn status<T: Config>(id: FactId) -> Option<FactStatus> {
        Facts::<T>::get(id).map(|fact: FactOf<T>| fact.status)
    }

    #[benchmark]
    fn propose() -> Result<(), BenchmarkError> {
        let who = rich::<T>("proposer")?;
        #[extrinsic_call]
        _(RawOrigin::Signed(who), Box::new(statement()), source());
        assert_eq!(status::<T>(0), Some(FactStatus::Proposed));
        Ok(())
    }

    #[benchmark]
    fn attest() -> Result<(), BenchmarkError> {
        let id = proposed::<T>()?;
        let who = rich::<T>("attester")?;
        #[extrinsic_call]
        _(RawOrigin::Signed(who.clone()), id);
        assert!(Stakes::<T>::contains_key(id, who));
        Ok(())
    }

    /// An accepted fact whose proposer has taken its bond back, so that an attester is looked for.
    #[benchmark]
    fn dispute() -> Result<(), BenchmarkError> {
        let id = proposed::<T>()?;
        Pallet::<T>::do_attest(rich::<T>("attester")?, id)?;
        pass::<T>(T::DisputeWindow::get());
        Pallet::<T>::do_resolve(id)?;
        claimed::<T>(id, &account("proposer", 0, 0))?;
        let who = rich::<T>("disputer")?;
        #[extrinsic_call]
        _(RawOrigin::Signed(who), id);
        assert_eq!(status::<T>(id), Some(FactStatus::Disputed));
        Ok(())
    }

    #[benchmark]
    fn vote() -> Result<(), BenchmarkError> {
        let id = disputed::<T>()?;
        let who = rich::<T>("voter")?;
        T::BenchmarkHelper::give_points(&who);
        #[extrinsic_call]
        _(RawOrigin::Signed(who.clone()), id, true);
        assert!(Stakes::<T>::contains_key(id, who));
        Ok(())
    }

    /// The fact takes the place of one that is disputed.
    #[benchmark]
    fn resolve() -> Result<(), BenchmarkError> {
        let id = superseding::<T>()?;
        Pallet::<T>::do_dispute(rich::<T>("disputer")?, 0)?;
        pass::<T>(T::DisputeWindow::get());
        let caller: T::AccountId = whitelisted_caller();
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), id);
        assert_eq!(status::<T>(id), Some(FactStatus::Accepted));
        Ok(())
    }

    /// The last voter of the winning side: it is paid from the pool of somebody else, and the rest
    /// is released.
    #[benchmark]
    fn claim() -> Result<(), BenchmarkError> {
        let id = rejected::<T>()?;
        let caller: T::AccountId = whitelisted_caller();
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), id, voter::<T>(0));
        assert!(!Cases::<T>::contains_key(id));
        Ok(())
    }

    #[benchmark]
    fn supersede() -> Result<(), BenchmarkError> {
        let old = proposed::<T>()?;
        pass::<T>(T::DisputeWindow::get());
        Pallet::<T>::do_resolve(old)?;
        let who = rich::<T>("second")?;
        let object = longest::<MAX_OBJECT>(b'n');
        #[extrinsic_call]
        _(RawOrigin::Signed(who), old, object, source());
        assert_eq!(status::<T>(1), Some(FactStatus::Proposed));
        Ok(())
    }

    #[benchmark]
    fn retract() -> Result<(), BenchmarkError> {
        let id = proposed::<T>()?;
        let who: T::AccountId = account("proposer", 0, 0);
        #[extrinsic_call]
        _(RawOrigin::Signed(who), id);
        assert_eq!(status::<T>(id), None);
        Ok(())
    }

    #[benchmark]
    fn remove() -> Result<(), BenchmarkError> {
        let id = removable::<T>()?;
        let caller: T::AccountId = whitelisted_caller();
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), id);
        assert_eq!(status::<T>(id), None);
        Ok(())
    }

    /// The cursor is at the end of the list.
    #[benchmark]
    fn sweep_look() -> Result<(), BenchmarkError> {
        let id = removable::<T>()?;
        SweepCursor::<T>::put(u64::MAX.to_be_bytes());
        #[block]
        {
            Pallet::<T>::look_at_next();
        }
        assert_eq!(status::<T>(id), None);
        Ok(())
    }

    #[benchmark]
    fn write_score() {
        let written;
        let score = ScoreFact {
            experiment: u32::MAX,
            task: 1,
            version: u32::MAX,
            worker: account("worker", 0, 0),
            model: ModelCommitment([1; 32]),
            score: Score::new(u32::MAX, u32::MAX),
            circuit: CircuitId([2; 32]),
        };
        #[block]
        {
            written = Pallet::<T>::write_score(score);
        }
        assert_eq!(written, Some(0));
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
