//! Benchmarks of the calls, hooks and traits.
//!
//! Proofs are real: the runtime's [`BenchmarkHelper`] registers circuits whose trapdoor is known
//! and proves whatever is claimed. The weights of verification and of the fold are charged apart,
//! so `register_worker` counts them once more: an upper bound.

use super::*;
use crate::types::{BalanceOf, CurriculumEntry, PracticeClaim};
use alloc::{boxed::Box, vec, vec::Vec};
use frame_benchmarking::{v2::*, BenchmarkError};
use frame_support::{
    traits::{EnsureOrigin, Get},
    BoundedVec,
};
use frame_system::RawOrigin;
use nocknock_primitives::{
    circuit::ProofBytes,
    ids::{CircuitId, ExperimentId, FieldBytes, ModelCommitment},
    model::{field, Architecture, Block, Description, Fr, Head, Label, Sample},
    reward::{CurriculumEnd, Points, PracticeSpec, Registration, Standing},
    score::{Improvement, Score},
    task::{ProvedScore, RevealedBlock},
    traits::{Curriculum as _, WorkerRegistry},
};
use sp_runtime::Permill;

/// What the benchmarks need from other pallets.
pub trait BenchmarkHelper<AccountId> {
    /// Registers a score circuit of an architecture, or finds it registered.
    fn score_circuit(architecture: &Architecture) -> CircuitId;

    /// A proof of these inputs that the verifier accepts.
    fn prove(circuit: &CircuitId, inputs: &[FieldBytes]) -> ProofBytes;

    /// Creates an active experiment and returns its number.
    fn experiment() -> ExperimentId;

    /// Gives an account session keys.
    fn set_keys(who: &AccountId);
}

const TASK: u64 = 7;
const ALL: Improvement = Improvement { numerator: 1, denominator: 1 };

const CLASSES: Head =
    Head::Classes { classes: 2, best: 1, weight_bits: 4, bias_bits: 8, distance_bits: 40 };

/// An architecture without hidden layers, whose blocks have four rows of one bit each.
fn small() -> Result<Architecture, BenchmarkError> {
    let hidden = BoundedVec::default();
    let description = Description { inputs: 1, input_bits: 1, hidden, head: CLASSES, samples: 4 };
    Architecture::new(description).map_err(|_| BenchmarkError::Stop("no usable architecture"))
}

/// A full block.
fn full_block(architecture: &Architecture) -> Result<RevealedBlock, BenchmarkError> {
    let inputs = vec![1; architecture.inputs.into()];
    let sample = Sample { inputs, label: Label::Class(1) };
    let block = Block::new(architecture, vec![sample; architecture.samples.into()])
        .map_err(|_| BenchmarkError::Stop("the rows are not a block"))?;
    let rows = BoundedVec::truncate_from(block.to_wire(architecture));
    Ok(RevealedBlock { salt: [3; 32], rows })
}

fn model() -> ModelCommitment {
    ModelCommitment(field::to_bytes(&Fr::from(5u32)))
}

/// A score without a proof.
fn unproved(points: u32) -> ProvedScore {
    let [sums, inputs] = [6u32, 7].map(|number| field::to_bytes(&Fr::from(number)));
    ProvedScore { points, sums, inputs, proof: ProofBytes([0; 256]) }
}

#[benchmarks]
mod benchmarks {
    use super::*;

    fn council<T: Config>() -> Result<T::RuntimeOrigin, BenchmarkError> {
        T::CurriculumOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)
    }

    /// A full practice block.
    fn practice<T: Config>(architecture: &Architecture) -> Result<PracticeSpec, BenchmarkError> {
        Ok(PracticeSpec {
            circuit: T::BenchmarkHelper::score_circuit(architecture),
            block: full_block(architecture)?,
            min_score: Score::new(1, 2),
        })
    }

    fn registered<T: Config>(who: &T::AccountId) {
        frame_system::Pallet::<T>::inc_sufficients(who);
        Registrations::<T>::insert(
            who,
            Registration {
                standing: Standing::Active,
                next_round: 1,
                expires: T::RegistrationLife::get(),
            },
        );
    }

    fn with_points<T: Config>(who: &T::AccountId, points: u128) {
        TotalPoints::<T>::mutate(|total| *total = total.plus(points, 0));
        WorkersPoints::<T>::insert(who, Points::default().plus(points, 0));
    }

    /// `count` candidates with keys and ascending points.
    fn candidates<T: Config>(count: u32) {
        let all: Vec<T::AccountId> =
            (0..count).map(|index| account("candidate", index, 0)).collect();
        for (who, points) in all.iter().zip(T::MinCandidatePoints::get()..) {
            T::BenchmarkHelper::set_keys(who);
            with_points::<T>(who, points);
        }
        Candidates::<T>::put(BoundedVec::<_, T::MaxCandidates>::truncate_from(all));
    }

    fn in_curriculum<T: Config>() -> Result<(ExperimentId, T::AccountId), BenchmarkError> {
        let experiment = T::BenchmarkHelper::experiment();
        let custodian: T::AccountId = account("custodian", 0, 0);
        let share = Permill::from_percent(10);
        Pallet::<T>::do_set_curriculum(experiment, Some(custodian.clone()), share, 1)?;
        Ok((experiment, custodian))
    }

    #[benchmark]
    fn register_worker() -> Result<(), BenchmarkError> {
        let worker: T::AccountId = whitelisted_caller();
        let architecture = small()?;
        let spec = practice::<T>(&architecture)?;
        let circuit = spec.circuit;
        Pallet::<T>::do_set_practice(spec)
            .map_err(|_| BenchmarkError::Stop("the practice block is refused"))?;
        let mut score = unproved(4);
        let context = Pallet::<T>::registration_context(&worker, 0, circuit);
        let claim = PracticeClaim { model: model(), score: &score };
        let inputs = Pallet::<T>::score_inputs(&architecture, context, &claim)
            .map_err(|_| BenchmarkError::Stop("the claim is refused"))?;
        score.proof = T::BenchmarkHelper::prove(&circuit, &inputs.in_order());
        #[extrinsic_call]
        _(RawOrigin::None, worker.clone(), model(), Box::new(score));
        assert!(Pallet::<T>::may_work(&worker));
        Ok(())
    }

    #[benchmark]
    fn unregister() {
        let worker: T::AccountId = whitelisted_caller();
        registered::<T>(&worker);
        #[extrinsic_call]
        _(RawOrigin::Signed(worker.clone()));
        assert!(!Pallet::<T>::may_work(&worker));
    }

    #[benchmark]
    fn remove_worker() {
        let caller: T::AccountId = whitelisted_caller();
        let worker: T::AccountId = account("worker", 0, 0);
        registered::<T>(&worker);
        with_points::<T>(&worker, 1);
        CurrentSession::<T>::put(u32::MAX);
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), worker.clone());
        assert!(!Registrations::<T>::contains_key(&worker));
    }

    #[benchmark]
    fn apply_as_candidate() {
        candidates::<T>(T::MaxCandidates::get());
        let caller: T::AccountId = whitelisted_caller();
        T::BenchmarkHelper::set_keys(&caller);
        with_points::<T>(&caller, u128::MAX / 2);
        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()));
        assert!(Candidates::<T>::get().contains(&caller));
    }

    #[benchmark]
    fn leave_candidates() {
        candidates::<T>(T::MaxCandidates::get());
        let caller: T::AccountId = account("candidate", 0, 0);
        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()));
        assert!(!Candidates::<T>::get().contains(&caller));
    }

    #[benchmark]
    fn set_curriculum() -> Result<(), BenchmarkError> {
        let origin = council::<T>()?;
        let (experiment, _) = in_curriculum::<T>()?;
        let next: T::AccountId = account("next", 0, 0);
        #[extrinsic_call]
        _(
            origin as T::RuntimeOrigin,
            experiment,
            Some(next.clone()),
            Permill::one(),
            T::MaxOpenTasks::get(),
        );
        assert!(Pallet::<T>::is_custodian(experiment, &next));
        Ok(())
    }

    #[benchmark]
    fn remove_curriculum() -> Result<(), BenchmarkError> {
        let origin = council::<T>()?;
        let (experiment, _) = in_curriculum::<T>()?;
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, experiment);
        assert!(!Pallet::<T>::contains(experiment));
        Ok(())
    }

    #[benchmark]
    fn set_practice() -> Result<(), BenchmarkError> {
        let origin = council::<T>()?;
        let spec = Box::new(practice::<T>(&small()?)?);
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, spec);
        assert!(Practice::<T>::get().is_some_and(|practice| practice.rows == 4));
        Ok(())
    }

    /// Paying is the heaviest of the three; opening and closing are counted with it.
    #[benchmark]
    fn curriculum() -> Result<(), BenchmarkError> {
        let (experiment, custodian) = in_curriculum::<T>()?;
        let winner: T::AccountId = account("winner", 0, 0);
        registered::<T>(&winner);
        let paid: BalanceOf<T>;
        #[block]
        {
            Pallet::<T>::open(experiment, TASK, &custodian)?;
            paid = Pallet::<T>::pay(TASK, &winner, ALL);
            Pallet::<T>::close(TASK, CurriculumEnd::CustodianFailed);
        }
        assert!(paid > 0u32.into());
        let entry: Option<CurriculumEntry<T::AccountId>> = Curriculum::<T>::get(experiment);
        assert!(entry.is_some_and(|entry| entry.open == 0 && entry.custodian.is_none()));
        Ok(())
    }

    #[benchmark]
    fn abandoned() {
        let worker: T::AccountId = whitelisted_caller();
        registered::<T>(&worker);
        #[block]
        {
            <Pallet<T> as WorkerRegistry<T::AccountId>>::abandoned(&worker, TASK);
        }
        assert!(!Pallet::<T>::may_work(&worker));
    }

    #[benchmark]
    fn on_new_session() {
        let before = CurrencyBooks::<T>::get().released;
        #[block]
        {
            Pallet::<T>::on_new_session(1);
        }
        assert!(CurrencyBooks::<T>::get().released > before);
    }

    #[benchmark]
    fn elect(c: Linear<{ T::MinValidators::get() }, { T::MaxCandidates::get() }>) {
        candidates::<T>(c);
        let elected;
        #[block]
        {
            elected = Pallet::<T>::elect();
        }
        let most = usize::try_from(T::MaxValidators::get().min(c)).unwrap_or(usize::MAX);
        assert!(elected.len() >= most);
    }

    #[benchmark]
    fn bar() {
        candidates::<T>(T::MaxCandidates::get());
        let offender: T::AccountId = account("candidate", 0, 0);
        #[block]
        {
            Pallet::<T>::bar(&offender);
        }
        assert!(Barred::<T>::contains_key(&offender));
    }

    #[benchmark]
    fn note_author() {
        let author: T::AccountId = account("author", 0, 0);
        #[block]
        {
            Pallet::<T>::note_author(&author);
        }
        assert!(AuthorsOfSession::<T>::contains_key(&author));
    }

    /// All candidates are dropped: the heaviest end of a session.
    #[benchmark]
    fn on_session_ended(v: Linear<0, { T::MaxValidators::get() }>) {
        candidates::<T>(v);
        let validators = Candidates::<T>::get().into_inner();
        for who in &validators {
            SilentSessions::<T>::insert(who, T::MaxSilentSessions::get().saturating_sub(1));
        }
        #[block]
        {
            Pallet::<T>::on_session_ended(&validators);
        }
        assert!(Candidates::<T>::get().is_empty());
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
