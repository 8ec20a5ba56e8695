//! The runtime with its benchmarks, which the build script compiles for wasm.
