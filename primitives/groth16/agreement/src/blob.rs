//! Builds the wasm module.

use anyhow::{bail, ensure, Context, Result};
use std::{env, fs, path::Path, process::Command};

/// The target of a Substrate runtime.
const TARGET: &str = "wasm32v1-none";

/// The variable that substrate-wasm-builder reads too: a rustup toolchain that has the target.
const TOOLCHAIN_VARIABLE: &str = "WASM_BUILD_TOOLCHAIN";

/// Builds the module into a target directory and returns its bytes.
pub fn build(target_directory: &Path) -> Result<Vec<u8>> {
    let output = command(target_directory)
        .output()
        .context("cargo did not start, which is needed to build wasm")?;
    if !output.status.success() {
        bail!(
            "the wasm module did not build. Does the toolchain have the target? `rustup target add {TARGET}`, or name \
             a toolchain that has it in {TOOLCHAIN_VARIABLE}.\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let module = target_directory.join(TARGET).join("release/nocknock_groth16_wasm.wasm");
    let bytes = fs::read(&module).with_context(|| format!("{} is missing", module.display()))?;
    ensure!(bytes.starts_with(b"\0asm"), "{} is no wasm module", module.display());
    Ok(bytes)
}

fn command(target_directory: &Path) -> Command {
    let mut command = match env::var_os(TOOLCHAIN_VARIABLE) {
        Some(toolchain) => {
            let mut command = Command::new("rustup");
            command.arg("run").arg(toolchain).arg("cargo");
            command
        }
        None => Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into())),
    };
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("wasm/Cargo.toml");
    command.args(["build", "--release", "--locked", "--target", TARGET]);
    command.arg("--manifest-path").arg(manifest).arg("--target-dir").arg(target_directory);
    // What the calling cargo was told about the host's code does not concern this build.
    for variable in [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTC",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
    ] {
        command.env_remove(variable);
    }
    command
}
