//! Chain specs: exported ones start the same chain, broken ones are refused with the reason.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{json, Value};

use crate::support::{chain, command, gate, node::Launch};

#[test]
fn a_node_started_from_an_exported_raw_spec_joins_the_same_chain() {
    let _gate = gate::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("raw.json");
    fs::write(&file, export(&["--raw", "--chain", "test"])).expect("a writable folder");

    let named = Launch::new(folder.path(), "named").args(["--chain", "test"]).start();
    let raw = Launch::new(folder.path(), "raw")
        .args(["--alice", "--force-authoring", "--unsafe-force-node-key-generation"])
        .args(["--chain".into(), file.into_os_string()])
        .start();

    assert_eq!(chain::hash_at(&raw, 0), chain::hash_at(&named, 0));
    chain::wait_for_finality(&raw, 1);
}

#[test]
fn build_spec_and_export_chain_spec_agree() {
    for format in [&["--raw"][..], &[]] {
        let exported = parse(&export(&[format, &["--chain", "local"]].concat()));
        let built = command::run(
            [&["build-spec", "--disable-default-bootnode", "--chain", "local"], format].concat(),
        );
        assert_eq!(parse(&built.expect_success()), exported);
    }
}

#[test]
fn a_plain_spec_names_the_network_and_its_token() {
    let spec = parse(&export(&["--chain", "local"]));
    assert!(spec["genesis"]["runtimeGenesis"].is_object(), "not a plain spec");
    assert_eq!(spec["chainType"], "Local");
    assert_eq!(
        spec["properties"],
        json!({"ss58Format": 42, "tokenDecimals": 12, "tokenSymbol": "NNK"})
    );
}

/// Whoever starts such a network adds who they are, among other things.
#[test]
fn the_spec_for_networks_with_value_names_no_authorities() {
    let spec = parse(&export(&["--chain", "production"]));
    assert_eq!(spec["chainType"], "Live");
    let patch = &spec["genesis"]["runtimeGenesis"]["patch"];
    assert_eq!(patch["network"]["kind"], "production");
    assert_eq!(patch["rewards"]["authorities"], json!([]));
    assert_eq!(patch["session"]["keys"], json!([]));
}

#[test]
fn a_missing_chain_spec_is_named() {
    refuse(Path::new("/no/such/folder/spec.json"), &["/no/such/folder/spec.json"]);
}

#[test]
fn a_truncated_chain_spec_is_refused() {
    let spec = export(&["--chain", "dev"]);
    refuse_text(&spec[..spec.len() / 2], &["spec.json", "EOF while parsing"]);
}

#[test]
fn a_chain_spec_with_a_field_of_the_wrong_type_is_refused() {
    let mut spec = parse(&export(&["--chain", "dev"]));
    spec["bootNodes"] = json!(5);
    refuse_text(&spec.to_string(), &["spec.json", "invalid type: integer `5`"]);
}

#[test]
fn a_genesis_with_an_unknown_pallet_is_refused() {
    let mut spec = parse(&export(&["--chain", "dev"]));
    spec["genesis"]["runtimeGenesis"]["patch"]["balancez"] = json!({});
    refuse_text(&spec.to_string(), &["unknown field `balancez`"]);
}

#[test]
fn a_raw_state_that_is_not_hexadecimal_is_refused() {
    let mut spec = parse(&export(&["--raw", "--chain", "dev"]));
    spec["genesis"]["raw"]["top"]["0x3a636f6465"] = json!("runtime");
    refuse_text(&spec.to_string(), &["spec file", "invalid hex character"]);
}

#[test]
fn a_runtime_that_is_not_wasm_is_refused() {
    let mut spec = parse(&export(&["--raw", "--chain", "dev"]));
    spec["genesis"]["raw"]["top"]["0x3a636f6465"] = json!("0x00010203");
    refuse_text(&spec.to_string(), &["runtime", "InvalidMagic"]);
}

fn export(args: &[&str]) -> String {
    command::run([&["export-chain-spec"], args].concat()).expect_success()
}

fn parse(spec: &str) -> Value {
    serde_json::from_str(spec).expect("a chain spec is JSON")
}

fn refuse_text(spec: &str, reasons: &[&str]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file: PathBuf = folder.path().join("spec.json");
    fs::write(&file, spec).expect("a writable folder");
    refuse(&file, reasons);
}

fn refuse(spec: &Path, reasons: &[&str]) {
    let _gate = gate::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    Launch::new(folder.path(), "refusing")
        .args(["--chain".as_ref(), spec.as_os_str()])
        .run_to_the_end()
        .expect_error(reasons);
}
