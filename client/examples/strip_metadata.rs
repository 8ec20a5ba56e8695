//! Reduces the metadata of a runtime to the pallets that the client uses.
//!
//! Usage: `strip_metadata FULL STRIPPED`, where `FULL` is a file with metadata of version 16.
//! `scripts/update-metadata` runs it.

use codec::{Decode, Encode};
use frame_metadata::{RuntimeMetadata, RuntimeMetadataPrefixed};
use std::{env, error::Error, fs};
use subxt_utils_stripmetadata::StripMetadata;

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

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = env::args_os().skip(1);
    let (Some(full), Some(stripped)) = (paths.next(), paths.next()) else {
        return Err("usage: strip_metadata FULL STRIPPED".into());
    };
    let bytes = fs::read(full)?;
    let prefixed = RuntimeMetadataPrefixed::decode(&mut bytes.as_slice())?;
    let RuntimeMetadataPrefixed(magic, RuntimeMetadata::V16(mut metadata)) = prefixed else {
        return Err("the metadata is not of version 16".into());
    };
    metadata.strip_metadata(|pallet| PALLETS.contains(&pallet), |_| false);
    let metadata = RuntimeMetadataPrefixed(magic, RuntimeMetadata::V16(metadata));
    fs::write(stripped, metadata.encode())?;
    Ok(())
}
