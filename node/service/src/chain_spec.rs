//! The chains that the node knows by name. Each is a preset of the runtime.

use crate::{genesis, runtime_cache::RuntimeCache};
use nocknock_runtime::{
    genesis_presets::{
        get_preset, BENCH_RUNTIME_PRESET, PRODUCTION_RUNTIME_PRESET, TEST_RUNTIME_PRESET,
    },
    opaque::Block,
    WASM_BINARY,
};
use sc_chain_spec::{ChainSpecExtension, ChainType, GetExtension, Properties};
use sc_network::config::MultiaddrWithPeerId;
use sc_service::GenericChainSpec;
use sc_telemetry::TelemetryEndpoints;
use serde::{Deserialize, Serialize};
use sp_core::storage::Storage;
use sp_runtime::BuildStorage;
use std::{collections::BTreeMap, sync::Arc};

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

type SdkSpec = GenericChainSpec<Extensions>;

/// A chain spec of this node: the SDK's, except that the state of the first block is built with a
/// runtime that was compiled once.
#[derive(Clone)]
pub(crate) struct ChainSpec {
    spec: SdkSpec,
    cache: Arc<RuntimeCache>,
}

/// The chain with this name, or the one that the file of this name describes.
pub(crate) fn load(id: &str, cache: &Arc<RuntimeCache>) -> Result<ChainSpec, String> {
    let spec = match id {
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
        TEST_RUNTIME_PRESET => build(
            "NockNock Test (slots of 250 ms, for tests only)",
            "nocknock_test",
            ChainType::Development,
            TEST_RUNTIME_PRESET,
        ),
        PRODUCTION_RUNTIME_PRESET => build(
            "NockNock (without authorities: add them to the exported specification)",
            "nocknock",
            ChainType::Live,
            PRODUCTION_RUNTIME_PRESET,
        ),
        path => read(path),
    };
    Ok(ChainSpec { spec: spec?, cache: cache.clone() })
}

fn read(path: &str) -> Result<SdkSpec, String> {
    if !std::path::Path::new(path).is_file() {
        return Err(format!(
            "there is no chain called '{path}' and no file of that name; the chains are \
             {DEVELOPMENT_PRESET}, {LOCAL_TESTNET_PRESET}, {BENCH_RUNTIME_PRESET}, \
             {TEST_RUNTIME_PRESET} and {PRODUCTION_RUNTIME_PRESET}"
        ));
    }
    SdkSpec::from_json_file(path.into())
        .map_err(|error| format!("the chain spec {path} cannot be read: {error}"))
}

fn build(name: &str, id: &str, kind: ChainType, preset: &str) -> Result<SdkSpec, String> {
    let wasm = WASM_BINARY
        .ok_or("this binary was built without a runtime; build it again without SKIP_WASM_BUILD")?;
    let patch = get_preset(&preset.into()).ok_or("the runtime has no preset of this name")?;
    let patch = serde_json::from_slice(&patch)
        .map_err(|error| format!("the preset {preset} is no JSON: {error}"))?;
    Ok(SdkSpec::builder(wasm, Extensions::default())
        .with_name(name)
        .with_id(id)
        .with_chain_type(kind)
        .with_protocol_id(id)
        .with_properties(properties())
        .with_genesis_config_patch(patch)
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

impl BuildStorage for ChainSpec {
    fn assimilate_storage(&self, storage: &mut Storage) -> Result<(), String> {
        match genesis::described_in(&self.spec.as_json(false)?)? {
            Some(described) => described.build(&self.cache)?.assimilate_storage(storage),
            None => self.spec.assimilate_storage(storage),
        }
    }
}

impl sc_service::ChainSpec for ChainSpec {
    fn name(&self) -> &str {
        self.spec.name()
    }

    fn id(&self) -> &str {
        self.spec.id()
    }

    fn chain_type(&self) -> ChainType {
        sc_service::ChainSpec::chain_type(&self.spec)
    }

    fn boot_nodes(&self) -> &[MultiaddrWithPeerId] {
        self.spec.boot_nodes()
    }

    fn telemetry_endpoints(&self) -> &Option<TelemetryEndpoints> {
        self.spec.telemetry_endpoints()
    }

    fn protocol_id(&self) -> Option<&str> {
        self.spec.protocol_id()
    }

    fn fork_id(&self) -> Option<&str> {
        self.spec.fork_id()
    }

    fn properties(&self) -> Properties {
        self.spec.properties()
    }

    fn extensions(&self) -> &dyn GetExtension {
        self.spec.extensions()
    }

    fn extensions_mut(&mut self) -> &mut dyn GetExtension {
        self.spec.extensions_mut()
    }

    fn add_boot_node(&mut self, address: MultiaddrWithPeerId) {
        self.spec.add_boot_node(address);
    }

    fn as_json(&self, raw: bool) -> Result<String, String> {
        let mut spec = self.spec.clone();
        if raw {
            sc_service::ChainSpec::set_storage(&mut spec, self.build_storage()?);
        }
        spec.as_json(raw)
    }

    fn as_storage_builder(&self) -> &dyn BuildStorage {
        self
    }

    fn cloned_box(&self) -> Box<dyn sc_service::ChainSpec> {
        Box::new(self.clone())
    }

    fn set_storage(&mut self, storage: Storage) {
        sc_service::ChainSpec::set_storage(&mut self.spec, storage);
    }

    fn code_substitutes(&self) -> BTreeMap<String, Vec<u8>> {
        sc_service::ChainSpec::code_substitutes(&self.spec)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sc_service::ChainSpec as _;
    use sp_core::storage::well_known_keys::CODE;

    fn load(id: &str) -> Result<ChainSpec, String> {
        super::load(id, &Arc::default())
    }

    #[test]
    fn every_named_chain_builds_its_genesis() {
        for id in ["dev", "local", BENCH_RUNTIME_PRESET, TEST_RUNTIME_PRESET] {
            let spec = load(id).expect("a named chain loads");
            let storage = spec.build_storage().expect("the genesis of a named chain is valid");
            assert!(storage.top.contains_key(CODE), "{id} has no runtime");
        }
    }

    #[test]
    fn a_spec_survives_the_way_to_json_and_back() {
        let spec = load("dev").expect("a named chain loads");
        let json = spec.as_json(true).expect("a spec is written as JSON");
        let read = SdkSpec::from_json_bytes(json.into_bytes()).expect("and read again");
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

    #[test]
    fn a_plain_spec_in_a_file_builds_the_same_state() {
        let spec = load("dev").expect("a named chain loads");
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), spec.as_json(false).expect("JSON")).expect("writable");
        let read = load(&file.path().to_string_lossy()).expect("a spec in a file");
        assert_eq!(
            read.build_storage().expect("a sound genesis").top,
            spec.build_storage().expect("a sound genesis").top
        );
        assert_eq!(read.as_json(true), spec.as_json(true));
    }
}
