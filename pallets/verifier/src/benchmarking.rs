//! Benchmarks of the calls and of verification, with keys whose trapdoor is known.

use super::*;
use crate::trapdoor::Trapdoor;
use alloc::{boxed::Box, vec::Vec};
use codec::{Encode, MaxEncodedLen};
use frame_benchmarking::v2::*;
use frame_support::traits::EnsureOrigin;
use nocknock_primitives::{
    circuit::{CircuitKind, Claim, ProofBytes},
    ids::{CircuitId, FieldBytes},
    limits::List,
    model::{Architecture, Dense, Description, Goal, Head},
    traits::ProofVerifier,
};

const KEY: Trapdoor = Trapdoor::new(1);
const SUCCESSOR: Trapdoor = Trapdoor::new(2);

type Proved = ([FieldBytes; 8], ProofBytes);

/// Scores have one input more than deliveries.
fn proved(number: u32) -> Proved {
    let byte = u8::try_from(number % 32).unwrap_or_default();
    let inputs = [[byte; 32], [2; 32], [3; 32], [4; 32], [5; 32], [6; 32], [7; 32], [8; 32]];
    (inputs, KEY.prove(&inputs, number))
}

/// The kind of circuit with the longest description.
fn longest() -> Option<CircuitKind> {
    let dense = Dense { units: 1, weight_bits: 2, bias_bits: 2, sum_bits: 2, shift: 0 };
    let goal = Goal::Within { tolerance: 0 };
    let description = Description {
        inputs: 1,
        input_bits: 1,
        hidden: List::truncate_from([dense; 4].to_vec()),
        head: Head::Number { weight_bits: 2, bias_bits: 2, distance_bits: 17, goal },
        samples: 1,
    };
    let kind = CircuitKind::Score(Architecture::new(description).ok()?);
    (kind.encoded_size() == CircuitKind::max_encoded_len()).then_some(kind)
}

#[benchmarks]
mod benchmarks {
    use super::*;

    fn council<T: Config>() -> Result<T::RuntimeOrigin, BenchmarkError> {
        T::RegisterOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)
    }

    fn candidate(key: Trapdoor) -> Result<Box<Candidate>, BenchmarkError> {
        let kind = longest().ok_or(BenchmarkError::Stop("there is a longer description"))?;
        Ok(Box::new(key.candidate(kind)))
    }

    fn registered<T: Config>() -> Result<CircuitId, BenchmarkError> {
        Pallet::<T>::do_register_circuit(*candidate(KEY)?)
            .map_err(|_| BenchmarkError::Stop("the circuit cannot be registered"))
    }

    #[benchmark]
    fn register_circuit() -> Result<(), BenchmarkError> {
        let origin = council::<T>()?;
        let candidate = candidate(KEY)?;
        let id = candidate.info.id();
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, candidate);
        assert!(Circuits::<T>::contains_key(id));
        Ok(())
    }

    #[benchmark]
    fn replace_circuit() -> Result<(), BenchmarkError> {
        let origin = council::<T>()?;
        let (id, successor) = (registered::<T>()?, candidate(SUCCESSOR)?);
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, id, successor);
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
