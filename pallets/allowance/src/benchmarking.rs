//! Benchmark of the allowance's bookkeeping.

use super::*;
use frame_benchmarking::v2::*;

#[benchmarks]
mod benchmarks {
    use super::*;

    /// More than any transaction does: it either succeeds or fails.
    #[benchmark]
    fn waive() {
        let who: T::AccountId = whitelisted_caller();
        #[block]
        {
            Pallet::<T>::consume(&who, 1, 0);
            Pallet::<T>::note_known(&who);
            Pallet::<T>::note_failure(&who);
        }
        assert!(Pallet::<T>::has_ended(who.clone()) && Pallet::<T>::is_known(who));
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
