//! The chains that the node knows by name. Each is a preset of the runtime.

use nocknock_runtime::{genesis_presets::BENCH_RUNTIME_PRESET, opaque::Block, WASM_BINARY};
use sc_chain_spec::{ChainSpecExtension, ChainType, Properties};
use sc_service::GenericChainSpec;
use serde::{Deserialize, Serialize};

const DEVELOPMENT_PRESET: &str = "development";
const LOCAL_TESTNET_PRESET: &str = "local_testnet";

/// What a chain spec of this node may carry beside the genesis.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ChainSpecExtension)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Extensions {
    /// Blocks that are known to be on the chain.
    pub(crate) fork_blocks: sc_client_api::ForkBlocks<Block>,
    /// Blocks that are known to be bad.
    pub(crate) bad_blocks: sc_client_api::BadBlocks<Block>,
    /// A finalised block from which a light client starts.
    pub(crate) light_sync_state: sc_sync_state_rpc::LightSyncStateExtension,
}

/// A chain spec of this node.
pub(crate) type ChainSpec = GenericChainSpec<Extensions>;

/// The chain with this name, or the one that the file of this name describes.
pub(crate) fn load(id: &str) -> Result<ChainSpec, String> {
    match id {
        "dev" | DEVELOPMENT_PRESET => build(
            "NockNock Development",
            "nocknock_dev",
            ChainType::Development,
            DEVELOPMENT_PRESET,
        ),
        "" | "local" | LOCAL_TESTNET_PRESET => build(
            "NockNock Local Testnet",
            "nocknock_local_testnet",
            ChainType::Local,
            LOCAL_TESTNET_PRESET,
        ),
        BENCH_RUNTIME_PRESET => build(
            "NockNock Bench (endowed, for load tests only)",
            "nocknock_bench",
            ChainType::Development,
            BENCH_RUNTIME_PRESET,
        ),
        path => read(path),
    }
}

fn read(path: &str) -> Result<ChainSpec, String> {
    if !std::path::Path::new(path).is_file() {
        return Err(format!(
            "there is no chain called '{path}' and no file of that name; the chains are \
             {DEVELOPMENT_PRESET}, {LOCAL_TESTNET_PRESET} and {BENCH_RUNTIME_PRESET}"
        ));
    }
    ChainSpec::from_json_file(path.into())
        .map_err(|error| format!("the chain spec {path} can not be read: {error}"))
}

fn build(name: &str, id: &str, kind: ChainType, preset: &str) -> Result<ChainSpec, String> {
    let wasm = WASM_BINARY
        .ok_or("this binary was built without a runtime; build it again without SKIP_WASM_BUILD")?;
    Ok(ChainSpec::builder(wasm, Extensions::default())
        .with_name(name)
        .with_id(id)
        .with_chain_type(kind)
        .with_protocol_id(id)
        .with_properties(properties())
        .with_genesis_config_preset_name(preset)
        .build())
}

/// What wallets show.
fn properties() -> Properties {
    let mut properties = Properties::new();
    properties.insert("tokenSymbol".into(), "NNK".into());
    properties.insert("tokenDecimals".into(), 12.into());
    properties.insert("ss58Format".into(), 42.into());
    properties
}

#[cfg(test)]
mod tests {
    use super::*;
    use sp_core::storage::well_known_keys::CODE;
    use sp_runtime::BuildStorage;

    #[test]
    fn every_named_chain_builds_its_genesis() {
        for id in ["dev", "local", BENCH_RUNTIME_PRESET] {
            let spec = load(id).expect("a named chain loads");
            let storage = spec.build_storage().expect("the genesis of a named chain is valid");
            assert!(storage.top.contains_key(CODE), "{id} has no runtime");
        }
    }

    #[test]
    fn a_spec_survives_the_way_to_json_and_back() {
        let spec = load("dev").expect("a named chain loads");
        let json = spec.as_json(true).expect("a spec is written as JSON");
        let read = ChainSpec::from_json_bytes(json.into_bytes()).expect("and read again");
        assert_eq!(read.id(), spec.id());
        assert_eq!(
            read.build_storage().expect("raw storage").top,
            spec.build_storage().expect("built storage").top
        );
    }

    #[test]
    fn an_unknown_chain_is_named_in_the_error() {
        let error = load("no-such-chain").err().expect("there is no such chain");
        assert!(error.contains("no-such-chain"), "{error}");
    }
}
