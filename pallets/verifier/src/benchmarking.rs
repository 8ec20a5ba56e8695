//! Benchmarks of the calls and of verification, with keys whose trapdoor is known.

use super::*;
use crate::trapdoor::Trapdoor;
use alloc::{boxed::Box, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::traits::EnsureOrigin;
use nocknock_primitives::{
    circuit::{CircuitKind, Claim, ProofBytes},
    ids::FieldBytes,
    model::shape::DIGITS_64X32X10,
    traits::ProofVerifier,
};

const KEY: Trapdoor = Trapdoor::new(1, CircuitKind::Score);
const SUCCESSOR: Trapdoor = Trapdoor::new(2, CircuitKind::Score);

type Proved = ([FieldBytes; 5], ProofBytes);

fn proved(number: u32) -> Proved {
    let byte = u8::try_from(number % 32).unwrap_or_default();
    let inputs = [[byte; 32], [2; 32], [3; 32], [4; 32], [5; 32]];
    (inputs, KEY.prove(&inputs, number))
}

#[benchmarks]
mod benchmarks {
    use super::*;

    fn council<T: Config>() -> Result<T::RuntimeOrigin, BenchmarkError> {
        T::RegisterOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)
    }

    fn candidate(key: Trapdoor) -> Box<Candidate> {
        Box::new(key.candidate(DIGITS_64X32X10))
    }

    fn registered<T: Config>() -> Result<nocknock_primitives::ids::CircuitId, BenchmarkError> {
        Pallet::<T>::do_register_circuit(*candidate(KEY))
            .map_err(|_| BenchmarkError::Stop("the circuit cannot be registered"))
    }

    #[benchmark]
    fn register_circuit() -> Result<(), BenchmarkError> {
        let origin = council::<T>()?;
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, candidate(KEY));
        assert!(Circuits::<T>::contains_key(candidate(KEY).info.id()));
        Ok(())
    }

    #[benchmark]
    fn replace_circuit() -> Result<(), BenchmarkError> {
        let origin = council::<T>()?;
        let id = registered::<T>()?;
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, id, candidate(SUCCESSOR));
        assert!(Circuits::<T>::get(id).is_some_and(|record| !record.is_active()));
        Ok(())
    }

    #[benchmark]
    fn disable_circuit() -> Result<(), BenchmarkError> {
        let origin = council::<T>()?;
        let id = registered::<T>()?;
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, id);
        assert!(Circuits::<T>::get(id).is_some_and(|record| !record.is_usable()));
        Ok(())
    }

    #[benchmark]
    fn verify_one() -> Result<(), BenchmarkError> {
        let id = registered::<T>()?;
        let (inputs, proof) = proved(1);
        let verified;
        #[block]
        {
            verified = Pallet::<T>::verify(&id, Claim { inputs: &inputs, proof: &proof });
        }
        assert!(verified.is_ok());
        Ok(())
    }

    #[benchmark]
    fn verify_batch(p: Linear<2, 64>) -> Result<(), BenchmarkError> {
        let id = registered::<T>()?;
        let proved: Vec<Proved> = (0..p).map(proved).collect();
        let claims: Vec<_> = proved.iter().map(|(inputs, proof)| Claim { inputs, proof }).collect();
        let verified;
        #[block]
        {
            verified = Pallet::<T>::verify_batch(&id, &claims);
        }
        assert!(verified.is_ok());
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
