//! The benchmarks from which weights are measured.

use crate::*;
use alloc::{string::String, vec::Vec};
use frame_benchmarking::{define_benchmarks, BenchmarkBatch, BenchmarkConfig, BenchmarkList};
use frame_support::traits::{
    StorageInfo, StorageInfoTrait, TrackedStorageKey, WhitelistedStorageKeys,
};
use frame_system_benchmarking::{
    extensions::Pallet as SystemExtensionsBench, Pallet as SystemBench,
};

define_benchmarks!(
    [frame_system, SystemBench::<Runtime>]
    [frame_system_extensions, SystemExtensionsBench::<Runtime>]
    [pallet_allowance, Allowance]
    [pallet_balances, Balances]
    [pallet_collective, Council]
    [pallet_multisig, Multisig]
    [pallet_network, Network]
    [pallet_proxy, Proxy]
    [pallet_timestamp, Timestamp]
    [pallet_utility, Utility]
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
