//! Benchmark of the allowance's bookkeeping.

use super::*;
use frame_benchmarking::v2::*;

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn waive() {
        let who: T::AccountId = whitelisted_caller();
        #[block]
        {
            Pallet::<T>::consume(&who, 1, 0);
            Pallet::<T>::note_failure(&who);
        }
        assert_eq!(Pallet::<T>::used(who).min(1), 1);
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
