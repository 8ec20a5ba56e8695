//! Builds the runtime for wasm, with the metadata hash if the feature asks for it.

#[cfg(all(feature = "std", not(feature = "metadata-hash")))]
fn main() {
    substrate_wasm_builder::WasmBuilder::build_using_defaults();
}

#[cfg(all(feature = "std", feature = "metadata-hash"))]
fn main() {
    substrate_wasm_builder::WasmBuilder::init_with_defaults()
        .enable_metadata_hash("NNK", 12)
        .build();
}

/// Inside the wasm build itself there is nothing to build.
#[cfg(not(feature = "std"))]
fn main() {}
