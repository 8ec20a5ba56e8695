//! Builds the state of the first block.
//!
//! A chain spec either holds that state or describes it: by the runtime and by what differs from
//! the runtime's default. The runtime then builds the state from the description. The SDK would
//! compile the runtime for each of these steps; here the compiled runtime is kept.

use crate::{
    runtime_cache::RuntimeCache,
    service::{self, Executor, FullBackend},
};
use codec::{Decode, Encode};
use nocknock_runtime::opaque::Block;
use sc_chain_spec::{json_merge, BuildGenesisBlock, GenesisBlockBuilder};
use sc_client_api::backend::Backend;
use sc_service::config::ExecutorConfiguration;
use serde::Deserialize;
use serde_json::Value;
use sp_core::{
    storage::{well_known_keys::CODE, Storage},
    traits::{CallContext, CodeExecutor, RuntimeCode, WrappedRuntimeCode},
};
use sp_crypto_hashing::blake2_256;
use sp_state_machine::BasicExternalities;
use std::sync::Arc;

/// A state that a chain spec describes.
#[derive(Debug, Deserialize)]
pub(crate) struct Description {
    #[serde(with = "sp_core::bytes")]
    code: Vec<u8>,
    /// The whole configuration of the pallets.
    config: Option<Value>,
    /// What differs from the default configuration.
    patch: Option<Value>,
}

#[derive(Deserialize)]
struct Spec {
    genesis: Genesis,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Genesis {
    runtime_genesis: Option<Description>,
}

/// The description in a chain spec; `None` if the spec holds the state itself.
pub(crate) fn described_in(spec: &str) -> Result<Option<Description>, String> {
    let spec: Spec = serde_json::from_str(spec)
        .map_err(|error| format!("the genesis of the chain spec cannot be read: {error}"))?;
    Ok(spec.genesis.runtime_genesis)
}

impl Description {
    /// Has the runtime build the state.
    pub(crate) fn build(self, cache: &RuntimeCache) -> Result<Storage, String> {
        let runtime = Runtime::new(&self.code, cache);
        let config = match (self.config, self.patch) {
            (Some(config), _) => config,
            (None, patch) => {
                let mut config = runtime.default_config()?;
                json_merge(&mut config, patch.unwrap_or_default());
                config
            }
        };
        let mut state = runtime.build_state(&config)?;
        state.top.insert(CODE.to_vec(), self.code);
        Ok(state)
    }
}

/// A runtime that is asked to build a state.
struct Runtime<'a> {
    code: WrappedRuntimeCode<'a>,
    hash: Vec<u8>,
    executor: Executor,
}

impl<'a> Runtime<'a> {
    fn new(code: &'a [u8], cache: &RuntimeCache) -> Self {
        Self {
            code: WrappedRuntimeCode(code.into()),
            hash: blake2_256(code).to_vec(),
            executor: service::executor(&ExecutorConfiguration::default(), cache),
        }
    }

    fn default_config(&self) -> Result<Value, String> {
        let mut state = BasicExternalities::new_empty();
        let no_preset: Option<String> = None;
        let preset: Option<Vec<u8>> = self.call(&mut state, "get_preset", &no_preset)?;
        let preset = preset.ok_or("the runtime has no default genesis")?;
        serde_json::from_slice(&preset)
            .map_err(|error| format!("the runtime's default genesis is no JSON: {error}"))
    }

    fn build_state(&self, config: &Value) -> Result<Storage, String> {
        let mut state = BasicExternalities::new_empty();
        let built: Result<(), String> =
            self.call(&mut state, "build_state", &config.to_string())?;
        built.map_err(|error| format!("the runtime refuses the genesis: {error}"))?;
        Ok(state.into_storages())
    }

    fn call<T: Decode>(
        &self,
        state: &mut BasicExternalities,
        method: &str,
        argument: &impl Encode,
    ) -> Result<T, String> {
        let method = format!("GenesisBuilder_{method}");
        let code =
            RuntimeCode { code_fetcher: &self.code, heap_pages: None, hash: self.hash.clone() };
        let answer = CodeExecutor::call(
            &self.executor,
            state,
            &code,
            &method,
            &argument.encode(),
            CallContext::Offchain,
        );
        let answer =
            answer.0.map_err(|error| format!("{method} of the runtime failed: {error}"))?;
        T::decode(&mut answer.as_slice())
            .map_err(|error| format!("the answer of {method} cannot be read: {error}"))
    }
}

/// Builds the first block when it is needed, which is when a database has none yet.
pub(crate) struct FirstBlock {
    pub(crate) spec: Box<dyn sc_service::ChainSpec>,
    /// A node that fetches a state from others does not store this one.
    pub(crate) with_state: bool,
    pub(crate) backend: Arc<FullBackend>,
    pub(crate) executor: Executor,
}

impl Clone for FirstBlock {
    fn clone(&self) -> Self {
        Self {
            spec: self.spec.cloned_box(),
            with_state: self.with_state,
            backend: self.backend.clone(),
            executor: self.executor.clone(),
        }
    }
}

impl BuildGenesisBlock<Block> for FirstBlock {
    type BlockImportOperation = <FullBackend as Backend<Block>>::BlockImportOperation;

    fn build_genesis_block(self) -> sp_blockchain::Result<(Block, Self::BlockImportOperation)> {
        let spec = self.spec.as_storage_builder();
        GenesisBlockBuilder::new(spec, self.with_state, self.backend, self.executor)?
            .build_genesis_block()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_runtime::{genesis_presets::get_preset, WASM_BINARY};
    use sc_chain_spec::GenesisConfigBuilderRuntimeCaller;
    use serde_json::json;

    fn runtime() -> &'static [u8] {
        WASM_BINARY.expect("the tests have a runtime")
    }

    #[test]
    fn the_state_is_the_one_that_the_sdk_builds() {
        let preset = get_preset(&"development".into()).expect("a preset");
        let patch: Value = serde_json::from_slice(&preset).expect("a preset is JSON");
        let sdk = GenesisConfigBuilderRuntimeCaller::<()>::new(runtime());
        let mut expected = sdk.get_storage_for_patch(patch.clone()).expect("a sound preset");
        expected.top.insert(CODE.to_vec(), runtime().to_vec());
        let described = Description { code: runtime().into(), config: None, patch: Some(patch) };
        let built = described.build(&RuntimeCache::default()).expect("a sound preset");
        assert_eq!(built.top, expected.top);
        assert!(built.children_default.is_empty() && expected.children_default.is_empty());
    }

    #[test]
    fn a_whole_configuration_is_taken_as_it_is() {
        let runtime = Runtime::new(runtime(), &RuntimeCache::default());
        let config = runtime.default_config().expect("a default");
        let spec = json!({"genesis": {"runtimeGenesis": {"code": "0x00", "config": config}}});
        let mut described = described_in(&spec.to_string()).expect("JSON").expect("described");
        described.code = self::runtime().into();
        let state = described.build(&RuntimeCache::default()).expect("the default is sound");
        assert_eq!(state.top.get(CODE).map(Vec::as_slice), Some(self::runtime()));
    }

    #[test]
    fn what_the_runtime_refuses_is_told() {
        let patch = json!({"noSuchPallet": {}});
        let described = Description { code: runtime().into(), config: None, patch: Some(patch) };
        let error = described.build(&RuntimeCache::default()).expect_err("no such pallet");
        assert!(error.contains("noSuchPallet"), "{error}");
    }

    #[test]
    fn a_raw_spec_describes_nothing() {
        let spec = json!({"genesis": {"raw": {"top": {}, "childrenDefault": {}}}});
        assert!(described_in(&spec.to_string()).expect("JSON").is_none());
        assert!(described_in("{}").is_err());
    }
}
