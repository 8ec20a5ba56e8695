//! The metadata from which the client's calls and events are generated is that of this runtime,
//! reduced to the pallets that the client uses.
//!
//! The test is here and not with the client, which does not compile while the two differ.

use codec::{Decode, Encode};
use frame_metadata::{RuntimeMetadata, RuntimeMetadataPrefixed};
use nocknock_runtime::Runtime;
use std::{env, fs};
use subxt_utils_stripmetadata::StripMetadata;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../client/metadata/nocknock.scale");

/// The first version with view functions.
const VERSION: u32 = 16;

/// The pallets whose calls, events, view functions or storage the client uses.
const PALLETS: [&str; 12] = [
    "Allowance",
    "Balances",
    "Experiments",
    "Provenance",
    "Rewards",
    "Session",
    "System",
    "Tasks",
    "TransactionPayment",
    "Utility",
    "Verifier",
    "Wtm",
];

fn stripped() -> Vec<u8> {
    // Some constants depend on the kind of the network, which is read from the state.
    let metadata = sp_io::TestExternalities::default()
        .execute_with(|| Runtime::metadata_at_version(VERSION))
        .expect("the runtime has metadata of this version");
    let prefixed = RuntimeMetadataPrefixed::decode(&mut &metadata[..]).expect("metadata");
    let RuntimeMetadataPrefixed(magic, RuntimeMetadata::V16(mut metadata)) = prefixed else {
        panic!("the metadata has another version");
    };
    metadata.strip_metadata(|pallet| PALLETS.contains(&pallet), |_| false);
    RuntimeMetadataPrefixed(magic, RuntimeMetadata::V16(metadata)).encode()
}

#[test]
fn the_committed_metadata_is_that_of_the_runtime() {
    let stripped = stripped();
    if env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(FILE, &stripped).expect("a writable file");
    }
    let committed = fs::read(FILE).expect("the committed metadata");
    assert!(
        committed == stripped,
        "{FILE} is not that of the runtime: run this test with UPDATE_SNAPSHOTS=1 and commit it"
    );
}
