//! What the runtime tells about itself.

use crate::chain::on;
use nocknock_runtime::{Runtime, VERSION, WASM_BINARY};

#[test]
fn the_runtime_names_itself() {
    assert_eq!(VERSION.spec_name, "nocknock");
    assert_eq!(VERSION.system_version, 1);
}

#[test]
fn the_compressed_runtime_is_below_two_mebibytes() {
    let wasm =
        WASM_BINARY.expect("the tests need the runtime built for wasm: unset SKIP_WASM_BUILD");
    assert!(wasm.len() < 2 * 1024 * 1024, "{} bytes", wasm.len());
}

#[test]
fn the_newest_metadata_names_the_view_functions() {
    on("development", || {
        assert_eq!(Runtime::metadata_versions(), [14, 15, 16]);
        let metadata = Runtime::metadata_at_version(16).expect("version 16 is supported");
        let text = String::from_utf8_lossy(&metadata);
        assert!(text.contains("slot_duration"));
    });
}
