//! Benchmarks of the calls, hooks and traits.
//!
//! Proofs are real: the runtime's [`BenchmarkHelper`] registers circuits whose trapdoor is known
//! and proves whatever is claimed. The weights of verification and of the fold are charged apart,
//! so `register_worker` counts them once more: an upper bound.

use super::*;
use crate::types::{
    BalanceOf, EntryOf, FinalityVoters, Life, PracticeClaim, RulesOf, VestingEntry,
};
use alloc::{boxed::Box, vec, vec::Vec};
use frame_benchmarking::{v2::*, BenchmarkError};
use frame_support::{
    traits::{
        fungible::{Inspect, Mutate},
        EnsureOrigin, Get,
    },
    BoundedVec,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use nocknock_primitives::{
    circuit::ProofBytes,
    finality::FinalityVote,
    format::DataFormat,
    ids::{CircuitId, ContentHash, ExperimentId, FieldBytes, ModelCommitment},
    level::{Bits, ONE_BIT},
    model::{field, Architecture, Block, Description, Fr, Head, Label, Sample},
    puzzle::Puzzle,
    reward::{
        AccountPoints, CurriculumEnd, CurriculumRules, PracticeSpec, Registration, Standing,
        VestingPart,
    },
    score::Score,
    task::{Periods, ProvedScore, RevealedBlock},
    traits::{Curriculum as _, CurriculumOffer, WorkerRegistry},
};
use sp_consensus_grandpa::{localized_payload, AuthorityId};
use sp_core::{crypto::key_types, ed25519, sr25519::Public};
use sp_runtime::{
    app_crypto::RuntimeAppPublic,
    traits::{Hash, One, Saturating},
};

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

    /// Gives an account session keys with this BABE key.
    fn set_babe_key(who: &AccountId, key: Public);

    /// Makes these, and nobody else, the voters for finality.
    fn set_voters(voters: Vec<(AuthorityId, AccountId)>);
}

const TASK: u64 = 7;
const BITS: Bits = 4 * ONE_BIT;
const WEIGHT: u16 = 10;

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
                known: false,
            },
        );
    }

    fn with_points<T: Config>(who: &T::AccountId, experiment: ExperimentId, points: u128) {
        let decay = T::PointsDecay::get();
        let earned = AccountPoints::default().plus(experiment, points, 0, decay);
        TotalPoints::<T>::mutate(|total| *total = total.plus(points, 0, decay));
        WorkersPoints::<T>::insert(who, earned);
    }

    /// An account with keys and points, and with enough tokens for the bond.
    fn may_apply<T: Config>(who: &T::AccountId, experiment: ExperimentId, points: u128) {
        T::BenchmarkHelper::set_keys(who);
        with_points::<T>(who, experiment, points);
        let least = T::Currency::minimum_balance().saturating_mul(2u32.into());
        T::Currency::set_balance(who, T::SeatBond::get().saturating_add(least));
    }

    /// `count` candidates with keys, ascending points of different experiments, and nodes that run.
    fn candidates<T: Config>(count: u32) -> Result<(), BenchmarkError> {
        for (index, points) in (0..count).zip(T::MinCandidatePoints::get()..) {
            let who: T::AccountId = account("candidate", index, 0);
            may_apply::<T>(&who, index, points);
            Pallet::<T>::do_apply_as_candidate(who.clone())?;
            Pallet::<T>::note_sign(&who);
        }
        Ok(())
    }

    /// All seats are those of genesis authorities, of which a quarter gave no sign of life.
    fn seated_authorities<T: Config>() {
        let most = T::MaxValidators::get();
        let all: Vec<T::AccountId> =
            (0..most).map(|index| account("authority", index, 0)).collect();
        for (place, who) in (0..most).zip(&all) {
            T::BenchmarkHelper::set_keys(who);
            let last_sign = (place >= (most / 4).max(1)).then_some(0);
            let life = Life { last_sign, entered: Some(0), proven: true, silent: 0 };
            Liveness::<T>::insert(who, life);
        }
        let all = BoundedVec::<_, T::MaxValidators>::truncate_from(all);
        Seats::<T>::put(&all);
        GenesisAuthorities::<T>::put(all);
    }

    fn in_curriculum<T: Config>() -> Result<(ExperimentId, T::AccountId), BenchmarkError> {
        let experiment = T::BenchmarkHelper::experiment();
        let custodian: T::AccountId = account("custodian", 0, 0);
        let rules = rules::<T>(&small()?);
        Pallet::<T>::do_set_curriculum(experiment, Some(custodian.clone()), WEIGHT, rules, 1)?;
        Ok((experiment, custodian))
    }

    /// The rules of an experiment with data of this form.
    fn rules<T: Config>(architecture: &Architecture) -> RulesOf<T> {
        let one = BlockNumberFor::<T>::one();
        CurriculumRules {
            format: DataFormat::of(architecture),
            encoding: ContentHash([4; 32]),
            min_test_rows: T::MinCurriculumTestRows::get(),
            min_periods: Periods {
                publish: one,
                commit: one,
                reveal: one,
                claim: one,
                prove: one,
                deliver: one,
            },
        }
    }

    #[benchmark]
    fn register_worker() -> Result<(), BenchmarkError> {
        let worker: T::AccountId = whitelisted_caller();
        let architecture = small()?;
        let spec = practice::<T>(&architecture)?;
        let circuit = spec.circuit;
        Pallet::<T>::do_set_practice(spec)
            .map_err(|_| BenchmarkError::Stop("the practice block is refused"))?;
        let terms = Pallet::<T>::registration_terms();
        let terms = terms.ok_or(BenchmarkError::Stop("the chain draws no seeds"))?;
        let (seed, mut score) = (terms.newest, unproved(4));
        let context = Pallet::<T>::registration_context(&worker, 0, circuit, terms.seed);
        let claim = PracticeClaim { model: model(), score: &score, seed, nonce: 0 };
        let inputs = Pallet::<T>::score_inputs(&architecture, context, &claim)
            .map_err(|_| BenchmarkError::Stop("the claim is refused"))?;
        score.proof = T::BenchmarkHelper::prove(&circuit, &inputs.in_order());
        let account: [u8; 32] = worker.clone().into();
        let puzzle = Puzzle::of_registration(&terms.seed, &account, &model(), &score);
        let nonce = puzzle.solve(terms.bits, 0..);
        let nonce = nonce.ok_or(BenchmarkError::Stop("the puzzle has no solution"))?;
        #[extrinsic_call]
        _(RawOrigin::None, worker.clone(), model(), Box::new(score), seed, nonce);
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
        with_points::<T>(&worker, 0, 1);
        CurrentSession::<T>::put(u32::MAX);
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), worker.clone());
        assert!(!Registrations::<T>::contains_key(&worker));
    }

    #[benchmark]
    fn apply_as_candidate() -> Result<(), BenchmarkError> {
        candidates::<T>(T::MaxCandidates::get())?;
        let caller: T::AccountId = whitelisted_caller();
        may_apply::<T>(&caller, 0, u128::MAX / 2);
        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()));
        assert!(Candidates::<T>::get().contains(&caller));
        Ok(())
    }

    #[benchmark]
    fn leave_candidates() -> Result<(), BenchmarkError> {
        candidates::<T>(T::MaxCandidates::get())?;
        let caller: T::AccountId = account("candidate", 0, 0);
        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()));
        assert!(!Candidates::<T>::get().contains(&caller));
        Ok(())
    }

    #[benchmark]
    fn set_curriculum() -> Result<(), BenchmarkError> {
        let origin = council::<T>()?;
        let (experiment, _) = in_curriculum::<T>()?;
        let next: T::AccountId = account("next", 0, 0);
        let rules = Box::new(rules::<T>(&small()?));
        let most = T::MaxOpenTasks::get();
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, experiment, Some(next.clone()), WEIGHT, rules, most);
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

    /// Paying is the heaviest of what tasks ask for; opening, taking from the level and closing are
    /// counted with it. Equal rows cost less.
    #[benchmark]
    fn curriculum() -> Result<(), BenchmarkError> {
        let (experiment, custodian) = in_curriculum::<T>()?;
        let winner: T::AccountId = account("winner", 0, 0);
        registered::<T>(&winner);
        let architecture = small()?;
        let rules = rules::<T>(&architecture);
        let offer = CurriculumOffer {
            architecture: &architecture,
            encoding: rules.encoding,
            min_test_rows: rules.min_test_rows,
            periods: &rules.min_periods,
        };
        let paid: BalanceOf<T>;
        #[block]
        {
            Pallet::<T>::open(experiment, TASK, &custodian, &offer)?;
            Pallet::<T>::take(TASK, ONE_BIT);
            paid = Pallet::<T>::pay(TASK, &winner, BITS);
            Pallet::<T>::close(TASK, CurriculumEnd::CustodianFailed);
        }
        assert!(paid > 0u32.into());
        let entry: Option<EntryOf<T>> = Curriculum::<T>::get(experiment);
        let entry = entry.ok_or(BenchmarkError::Stop("the experiment left the curriculum"))?;
        assert!(entry.open == 0 && entry.custodian.is_none() && entry.level == BITS);
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
    fn elect(
        c: Linear<{ T::MinValidators::get() }, { T::MaxCandidates::get() }>,
    ) -> Result<(), BenchmarkError> {
        candidates::<T>(c)?;
        seated_authorities::<T>();
        let elected;
        #[block]
        {
            elected = Pallet::<T>::elect();
        }
        let candidates = Candidates::<T>::get();
        assert!(elected.iter().any(|who| candidates.contains(who)));
        Ok(())
    }

    #[benchmark]
    fn bar() -> Result<(), BenchmarkError> {
        candidates::<T>(T::MaxCandidates::get())?;
        let offender: T::AccountId = account("candidate", 0, 0);
        #[block]
        {
            Pallet::<T>::bar(&offender);
        }
        assert!(Barred::<T>::contains_key(&offender));
        Ok(())
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

    #[benchmark]
    fn sign_of_life() -> Result<(), BenchmarkError> {
        let who: T::AccountId = account("candidate", 0, 0);
        let key = sp_io::crypto::sr25519_generate(key_types::BABE, None);
        T::BenchmarkHelper::set_babe_key(&who, key);
        Liveness::<T>::insert(&who, Life::default());
        let message = Pallet::<T>::life_message(&who, 0);
        let signature = sp_io::crypto::sr25519_sign(key_types::BABE, &key, &message)
            .ok_or(BenchmarkError::Stop("the keystore has lost the key"))?;
        #[extrinsic_call]
        _(RawOrigin::None, who.clone(), 0, signature);
        assert_eq!(Liveness::<T>::get(&who).and_then(|life| life.last_sign), Some(0));
        Ok(())
    }

    /// Each vote is for another block, as far as there are enough blocks.
    #[benchmark]
    fn note_finality(v: Linear<1, { T::MaxValidators::get() }>) -> Result<(), BenchmarkError> {
        let voters: Vec<_> = (0..v)
            .map(|index| (AuthorityId::generate_pair(None), account("voter", index, 0)))
            .collect();
        T::BenchmarkHelper::set_voters(voters.clone());
        let set = T::FinalityVoters::voter_set()
            .ok_or(BenchmarkError::Stop("the set of voters changes"))?;
        let mut votes = BoundedVec::<_, T::MaxValidators>::default();
        for (place, (key, _)) in (0u32..).zip(&voters) {
            let block = T::SessionBlocks::get().min(place.saturating_add(1).into());
            let hash = T::Hashing::hash_of(&block);
            frame_system::BlockHash::<T>::insert(block, hash);
            let payload = localized_payload(1, set.id, &Pallet::<T>::precommit(hash, block));
            let signature =
                key.sign(&payload).ok_or(BenchmarkError::Stop("the keystore has lost a key"))?;
            let signature = ed25519::Signature::from(signature).0;
            votes
                .try_push(FinalityVote { voter: place, block, signature })
                .map_err(|_| BenchmarkError::Stop("more voters than validators"))?;
        }
        let after = T::SessionBlocks::get().saturating_add(One::one());
        frame_system::Pallet::<T>::set_block_number(after);
        LastFinality::<T>::kill();
        #[extrinsic_call]
        _(RawOrigin::None, 1, votes);
        assert!(LastFinality::<T>::get().is_some_and(|last| last.noted_at == after));
        Ok(())
    }

    /// All validators are paid for their votes, and all but the only author are dropped: the
    /// heaviest end of a session.
    #[benchmark]
    fn on_session_ended(v: Linear<0, { T::MaxValidators::get() }>) -> Result<(), BenchmarkError> {
        candidates::<T>(v)?;
        let validators = Candidates::<T>::get().into_inner();
        Seats::<T>::put(BoundedVec::<_, T::MaxValidators>::truncate_from(validators.clone()));
        for who in &validators {
            let silent = T::MaxSilentSessions::get().saturating_sub(1);
            let life = Life { last_sign: Some(0), entered: Some(0), proven: true, silent };
            Liveness::<T>::insert(who, life);
        }
        if let Some(author) = validators.first() {
            AuthorsOfSession::<T>::insert(author, v);
        }
        Pallet::<T>::note_votes(&validators);
        let pot = T::SeatBond::get().saturating_mul(1_000_000u32.into());
        T::Currency::set_balance(&Pallet::<T>::pot_account(), pot);
        #[block]
        {
            Pallet::<T>::on_session_ended(&validators);
        }
        assert!(Candidates::<T>::get().len() <= 1);
        Ok(())
    }

    #[benchmark]
    fn visit_vesting() {
        let provider: T::AccountId = account("provider", 0, 0);
        let amount = CurrencyBooks::<T>::mutate(|books| books.reserve(books.free_pot()));
        let part = VestingPart { provider: provider.clone(), amount, due: 0 };
        Vesting::<T>::insert(TASK, VestingEntry { experiment: 0, part });
        #[block]
        {
            Pallet::<T>::visit_vesting();
        }
        assert!(!Vesting::<T>::contains_key(TASK));
        assert!(T::Currency::balance(&provider) > 0u32.into());
    }

    #[benchmark]
    fn visit_bond() -> Result<(), BenchmarkError> {
        candidates::<T>(1)?;
        let who: T::AccountId = account("candidate", 0, 0);
        Pallet::<T>::do_leave_candidates(&who)?;
        CurrentSession::<T>::put(u32::MAX);
        #[block]
        {
            Pallet::<T>::visit_bond();
        }
        assert!(!Bonds::<T>::contains_key(&who));
        Ok(())
    }

    #[benchmark]
    fn visit_registration() {
        let worker: T::AccountId = account("worker", 0, 0);
        registered::<T>(&worker);
        with_points::<T>(&worker, 0, 1);
        CurrentSession::<T>::put(u32::MAX);
        #[block]
        {
            Pallet::<T>::visit_registration();
        }
        assert!(!Registrations::<T>::contains_key(&worker));
        assert!(!WorkersPoints::<T>::contains_key(&worker));
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
