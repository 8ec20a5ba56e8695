//! Benchmarks of the calls.

use super::*;
use frame_benchmarking::v2::*;
use frame_support::traits::EnsureOrigin;
use sp_runtime::traits::Hash;

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn authorize_upgrade() -> Result<(), BenchmarkError> {
        let origin =
            T::UpgradeOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
        let code_hash = T::Hashing::hash(b"code");
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, code_hash);
        assert!(frame_system::Pallet::<T>::authorized_upgrade().is_some());
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
