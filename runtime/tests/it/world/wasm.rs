//! Transactions that the compiled runtime carries out, as a node has it do.

use super::{signed, Refused, World};
use codec::{Decode, Encode};
use nocknock_runtime::{RuntimeCall, UncheckedExtrinsic, WASM_BINARY};
use sc_executor::WasmExecutor;
use sp_core::traits::{CallContext, CodeExecutor, RuntimeCode, WrappedRuntimeCode};
use sp_keyring::Sr25519Keyring;
use sp_runtime::ApplyExtrinsicResult;
use std::sync::LazyLock;

/// The usual host functions, and nothing of our own.
static EXECUTOR: LazyLock<WasmExecutor> = LazyLock::new(|| WasmExecutor::builder().build());

impl World {
    /// Puts a signed transaction into the first block that has room.
    pub(crate) fn send_in_wasm(
        &mut self,
        who: Sr25519Keyring,
        call: impl Into<RuntimeCall>,
    ) -> Result<(), Refused> {
        let call = call.into();
        self.in_a_block_with_room(|world| {
            let transaction = world.run(|| signed(who, call.clone()));
            world.apply_in_wasm(&transaction)
        })
    }

    /// Puts an unsigned transaction into the first block that has room.
    pub(crate) fn send_bare_in_wasm(
        &mut self,
        call: impl Into<RuntimeCall>,
    ) -> Result<(), Refused> {
        let transaction = UncheckedExtrinsic::new_bare(call.into());
        self.in_a_block_with_room(|world| world.apply_in_wasm(&transaction))
    }

    fn apply_in_wasm(&mut self, transaction: &UncheckedExtrinsic) -> Result<(), Refused> {
        let answer = self.call_in_wasm("BlockBuilder_apply_extrinsic", &transaction.encode());
        let applied = ApplyExtrinsicResult::decode(&mut &answer[..]).expect("an answer");
        applied.map_err(Refused::Invalid)?.map_err(Refused::Failed)
    }

    /// Calls a function of the compiled runtime on the present state.
    fn call_in_wasm(&mut self, function: &str, arguments: &[u8]) -> Vec<u8> {
        let wasm =
            WASM_BINARY.expect("the tests need the runtime built for wasm: unset SKIP_WASM_BUILD");
        let code = WrappedRuntimeCode(wasm.into());
        let code = RuntimeCode { code_fetcher: &code, hash: vec![0], heap_pages: None };
        let context = CallContext::Onchain { import: false };
        let mut state = self.state.ext();
        let (answer, _) = EXECUTOR.call(&mut state, &code, function, arguments, context);
        answer.expect("the runtime does not panic")
    }
}
