//! Benchmarks of the calls and of the sweep, with a full council and long calls.

use super::*;
use crate::types::{BalanceOf, MotionId, MAX_MEMBERS};
use alloc::{boxed::Box, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::traits::{fungible, Get, SortedMembers};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use sp_runtime::traits::{Bounded, CheckedDiv, Saturating};

/// What the benchmarks need from the runtime.
pub trait BenchmarkHelper<Proposal> {
    /// A call that a motion may carry and that does not take effect at once, of about so many KiB.
    /// It is not dispatched.
    fn call(kib: u32) -> Proposal;
}

/// The length of the longest call that is measured, in KiB. What is longer is extrapolated.
const LONGEST: u32 = 256;

#[benchmarks(where T::Currency: fungible::Mutate<T::AccountId>)]
mod benchmarks {
    use super::*;
    use fungible::Mutate;

    /// A full council, whose members own something.
    fn council<T: Config>() -> Result<Vec<T::AccountId>, BenchmarkError>
    where
        T::Currency: Mutate<T::AccountId>,
    {
        let amount = BalanceOf::<T>::max_value().checked_div(&1_000u32.into()).unwrap_or_default();
        (0..MAX_MEMBERS)
            .map(|number| {
                let member: T::AccountId = account("member", number, 0);
                T::Members::add(&member);
                T::Currency::mint_into(&member, amount)?;
                Ok(member)
            })
            .collect()
    }

    /// The newest of the members.
    fn last<T: Config>(members: &[T::AccountId]) -> Result<T::AccountId, BenchmarkError> {
        members.last().cloned().ok_or(BenchmarkError::Stop("the council has members"))
    }

    /// A motion with the longest call.
    fn proposed<T: Config>(members: &[T::AccountId]) -> Result<MotionId, BenchmarkError> {
        let id = NextMotion::<T>::get();
        Pallet::<T>::do_propose(last::<T>(members)?, &T::BenchmarkHelper::call(LONGEST))?;
        Ok(id)
    }

    fn all_vote<T: Config>(
        members: &[T::AccountId],
        id: MotionId,
        aye: bool,
    ) -> Result<(), BenchmarkError> {
        for member in members {
            Pallet::<T>::do_vote(member.clone(), id, aye)?;
        }
        Ok(())
    }

    /// A motion that everybody voted for.
    fn carried<T: Config>(members: &[T::AccountId]) -> Result<MotionId, BenchmarkError> {
        let id = proposed::<T>(members)?;
        all_vote::<T>(members, id, true)?;
        Pallet::<T>::do_close(id)?;
        Ok(id)
    }

    fn pass<T: Config>(blocks: BlockNumberFor<T>) {
        let now = frame_system::Pallet::<T>::block_number();
        frame_system::Pallet::<T>::set_block_number(now.saturating_add(blocks));
    }

    #[benchmark]
    fn propose(k: Linear<1, LONGEST>) -> Result<(), BenchmarkError> {
        let who = last::<T>(&council::<T>()?)?;
        let call = Box::new(T::BenchmarkHelper::call(k));
        #[extrinsic_call]
        _(RawOrigin::Signed(who.clone()), call);
        assert!(MotionOfProposer::<T>::contains_key(who));
        Ok(())
    }

    /// A member changes its vote.
    #[benchmark]
    fn vote() -> Result<(), BenchmarkError> {
        let members = council::<T>()?;
        let id = proposed::<T>(&members)?;
        all_vote::<T>(&members, id, true)?;
        let who = last::<T>(&members)?;
        #[extrinsic_call]
        _(RawOrigin::Signed(who), id, false);
        assert!(Motions::<T>::contains_key(id));
        Ok(())
    }

    /// A motion that everybody voted against, whose deposit is burnt.
    #[benchmark]
    fn close() -> Result<(), BenchmarkError> {
        let members = council::<T>()?;
        let id = proposed::<T>(&members)?;
        all_vote::<T>(&members, id, false)?;
        let caller: T::AccountId = whitelisted_caller();
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), id);
        assert!(!Motions::<T>::contains_key(id));
        Ok(())
    }

    /// The objection that stops the motion.
    #[benchmark]
    fn object() -> Result<(), BenchmarkError> {
        let members = council::<T>()?;
        let id = carried::<T>(&members)?;
        let others = T::Members::count().div_ceil(3).saturating_sub(1);
        for member in members.iter().take(others) {
            Pallet::<T>::do_object(member.clone(), id)?;
        }
        let who = last::<T>(&members)?;
        #[extrinsic_call]
        _(RawOrigin::Signed(who), id);
        assert!(!Motions::<T>::contains_key(id));
        Ok(())
    }

    #[benchmark]
    fn enact() -> Result<(), BenchmarkError> {
        let members = council::<T>()?;
        let id = carried::<T>(&members)?;
        pass::<T>(T::Delay::get());
        let taken;
        #[block]
        {
            taken = Pallet::<T>::take_enactable(id);
        }
        assert!(taken.is_ok());
        Ok(())
    }

    /// A motion that everybody voted against is closed.
    #[benchmark]
    fn sweep() -> Result<(), BenchmarkError> {
        let members = council::<T>()?;
        let id = proposed::<T>(&members)?;
        all_vote::<T>(&members, id, false)?;
        SweepCursor::<T>::put(id);
        #[block]
        {
            Pallet::<T>::visit_next();
        }
        assert!(!Motions::<T>::contains_key(id));
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
