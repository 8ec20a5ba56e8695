//! Compiles the runtime that `NOCKNOCK_RUNTIME` names for wasm, with its benchmarks.

use substrate_wasm_builder::WasmBuilder;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let project = std::env::var("NOCKNOCK_RUNTIME")?;
    WasmBuilder::new()
        .with_project(project)?
        .import_memory()
        .export_heap_base()
        .enable_feature("runtime-benchmarks")
        .build();
    Ok(())
}
