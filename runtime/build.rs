//! Builds the runtime for wasm, with the metadata hash if the feature asks for it.

#[cfg(all(feature = "std", not(feature = "metadata-hash")))]
fn main() {
    follow_the_encoding();
    substrate_wasm_builder::WasmBuilder::build_using_defaults();
}

#[cfg(all(feature = "std", feature = "metadata-hash"))]
fn main() {
    follow_the_encoding();
    substrate_wasm_builder::WasmBuilder::init_with_defaults()
        .enable_metadata_hash("NNK", 12)
        .build();
}

/// The genesis names the encoding of the digits, and the wasm builder follows Rust files alone.
#[cfg(feature = "std")]
fn follow_the_encoding() {
    println!("cargo:rerun-if-changed=../dataset/curriculum/digits.encoding");
}

/// Inside the wasm build itself there is nothing to build.
#[cfg(not(feature = "std"))]
fn main() {}
