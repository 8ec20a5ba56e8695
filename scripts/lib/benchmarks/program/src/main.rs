//! Measures the calls of a runtime's pallets: the SDK's own program for it, without what only
//! parachains and RocksDB need.

use clap::Parser;
use frame_benchmarking_cli::PalletCmd;
use sp_runtime::traits::BlakeTwo256;

fn main() -> sc_cli::Result<()> {
    PalletCmd::parse().run_with_spec::<BlakeTwo256, ()>(None)
}
