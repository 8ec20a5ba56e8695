//! The benchmarks from which weights are measured.

use crate::*;
use alloc::{boxed::Box, string::String, vec, vec::Vec};
use frame_benchmarking::{define_benchmarks, BenchmarkBatch, BenchmarkConfig, BenchmarkList};
use frame_support::traits::{
    fungible::Mutate, ConstU32, StorageInfo, StorageInfoTrait, TrackedStorageKey,
    WhitelistedStorageKeys,
};
use frame_system_benchmarking::{
    extensions::Pallet as SystemExtensionsBench, Pallet as SystemBench,
};
use nocknock_primitives::{
    circuit::{CircuitKind, ProofBytes},
    experiment::Description,
    ids::{CircuitId, ExperimentId, FieldBytes},
    limits::List,
    model::Architecture,
    reward::PracticeSpec,
    score::Score,
    task::RevealedBlock,
};
use pallet_grandpa::{AuthorityId as GrandpaId, BoundedAuthorityList};
use pallet_verifier::trapdoor::Trapdoor;
use sp_core::sr25519::Public;

define_benchmarks!(
    [frame_system, SystemBench::<Runtime>]
    [frame_system_extensions, SystemExtensionsBench::<Runtime>]
    [pallet_allowance, Allowance]
    [pallet_balances, Balances]
    [pallet_council, Council]
    [pallet_experiments, Experiments]
    [pallet_multisig, Multisig]
    [pallet_network, Network]
    [pallet_provenance, Provenance]
    [pallet_proxy, Proxy]
    [pallet_rewards, Rewards]
    [pallet_tasks, Tasks]
    [pallet_timestamp, Timestamp]
    [pallet_utility, Utility]
    [pallet_verifier, Verifier]
    [pallet_wtm, Wtm]
);

impl frame_system_benchmarking::Config for Runtime {}

/// Which benchmarks exist, and the storage that they touch.
pub(crate) fn metadata(extra: bool) -> (Vec<BenchmarkList>, Vec<StorageInfo>) {
    let mut list = Vec::<BenchmarkList>::new();
    list_benchmarks!(list, extra);
    (list, AllPalletsWithSystem::storage_info())
}

/// Runs the benchmarks that `config` selects.
pub(crate) fn dispatch(config: BenchmarkConfig) -> Result<Vec<BenchmarkBatch>, String> {
    let whitelist: Vec<TrackedStorageKey> = AllPalletsWithSystem::whitelisted_storage_keys();
    let mut batches = Vec::<BenchmarkBatch>::new();
    let params = (&config, &whitelist);
    add_benchmarks!(params, batches);
    Ok(batches)
}

/// What the benchmarks of the protocol's pallets need from other pallets. Proofs are real, under
/// keys whose trapdoor is known.
#[derive(Debug)]
pub struct Helper;

const KEY: Trapdoor = Trapdoor::new(1);

impl Helper {
    /// Registers a circuit under such a key. If that is refused, it is already registered.
    fn circuit(kind: CircuitKind) -> CircuitId {
        let candidate = KEY.candidate(kind);
        let id = candidate.info.id();
        let _registered = Verifier::do_register_circuit(candidate);
        id
    }
}

impl pallet_tasks::benchmarking::BenchmarkHelper<AccountId> for Helper {
    fn circuits(architecture: &Architecture) -> (CircuitId, CircuitId) {
        let score = CircuitKind::Score(architecture.clone());
        (Self::circuit(score), Self::circuit(CircuitKind::Delivery))
    }

    fn prove(_: &CircuitKind, _: &CircuitId, inputs: &[FieldBytes]) -> ProofBytes {
        KEY.prove(inputs, 1)
    }

    fn experiment(owner: &AccountId) -> ExperimentId {
        let number = pallet_experiments::NextExperiment::<Runtime>::get();
        let description = Description::new::<&str>("Benchmark", "", &[], None).unwrap_or_default();
        let origin = RuntimeOrigin::signed(owner.clone());
        let _created = Experiments::create_experiment(origin, description, None);
        number
    }
}

impl pallet_rewards::benchmarking::BenchmarkHelper<AccountId> for Helper {
    fn score_circuit(architecture: &Architecture) -> CircuitId {
        Self::circuit(CircuitKind::Score(architecture.clone()))
    }

    fn prove(_: &CircuitId, inputs: &[FieldBytes]) -> ProofBytes {
        KEY.prove(inputs, 1)
    }

    fn experiment() -> ExperimentId {
        let owner = sp_keyring::Sr25519Keyring::Alice.to_account_id();
        let _funded = Balances::mint_into(&owner, NNK);
        <Self as pallet_tasks::benchmarking::BenchmarkHelper<AccountId>>::experiment(&owner)
    }

    fn set_keys(who: &AccountId) {
        let keys = SessionKeys {
            babe: sp_keyring::Sr25519Keyring::Ferdie.public().into(),
            grandpa: sp_keyring::Ed25519Keyring::Ferdie.public().into(),
        };
        pallet_session::NextKeys::<Runtime>::insert(who, keys);
    }

    fn set_babe_key(who: &AccountId, key: Public) {
        let grandpa = sp_keyring::Ed25519Keyring::Ferdie.public().into();
        let keys = SessionKeys { babe: key.into(), grandpa };
        pallet_session::NextKeys::<Runtime>::insert(who, keys);
    }

    fn set_voters(voters: Vec<(GrandpaId, AccountId)>) {
        type Authorities = BoundedAuthorityList<ConstU32<{ configs::MAX_AUTHORITIES }>>;
        let keys = voters.iter().map(|(key, _)| (key.clone(), 1)).collect();
        pallet_grandpa::Authorities::<Runtime>::put(Authorities::force_from(keys, None));
        let accounts: Vec<_> = voters.into_iter().map(|(_, who)| who).collect();
        pallet_session::Validators::<Runtime>::put(accounts);
    }
}

impl pallet_council::benchmarking::BenchmarkHelper<RuntimeCall> for Helper {
    /// A practice block of so many KiB less what is around it.
    fn call(kib: u32) -> RuntimeCall {
        let bytes = usize::try_from(kib.saturating_mul(1_024).saturating_sub(128));
        let rows = List::truncate_from(vec![0; bytes.unwrap_or_default()]);
        let practice = PracticeSpec {
            circuit: CircuitId([0; 32]),
            block: RevealedBlock { salt: [0; 32], rows },
            min_score: Score::ZERO,
        };
        pallet_rewards::Call::set_practice { practice: Box::new(practice) }.into()
    }
}

impl pallet_wtm::benchmarking::BenchmarkHelper<AccountId> for Helper {
    fn give_points(who: &AccountId) {
        let decay = protocol::PointsDecay::get();
        pallet_rewards::WorkersPoints::<Runtime>::mutate(who, |points| {
            *points = points.plus(0, NNK, 0, decay);
        });
        pallet_rewards::TotalPoints::<Runtime>::mutate(|total| *total = total.plus(NNK, 0, decay));
    }
}
