//! Takes the debug sections out of a wasm module, in place of the crate `wasm-opt`.
//!
//! The SDK's wasm builder calls that crate for two things: to strip debug information, and to
//! replace instructions that WebAssembly 1.0 does not have. The crate compiles Binaryen for them,
//! 241 files of C++, which takes longer than the rest of the runtime. Our target, `wasm32v1-none`,
//! has no such instructions in the first place, so this crate strips, and checks that it is so.
//! `docs/adr/0013-stripping-without-binaryen.md` has the figures.
//!
//! It has as much of the interface as the wasm builder uses.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use wasmparser::{Parser, Payload, Validator, WasmFeatures};

/// Magic number and version.
const HEADER_BYTES: usize = 8;

/// What is to be done with a module.
#[derive(Debug, Clone, Default)]
pub struct OptimizationOptions {
    strip: bool,
}

/// A change of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pass {
    /// Removes the custom sections with debug information, `.debug_info` and its like.
    StripDwarf,
    /// Would replace the instructions that extend signs. Modules that have any are refused,
    /// whatever the passes are.
    SignextLowering,
}

/// Why a module was not written.
#[derive(Debug)]
#[non_exhaustive]
pub enum OptimizationError {
    /// The module could not be read.
    Read {
        /// Its file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// The module could not be written.
    Write {
        /// Its file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// The file holds no module of WebAssembly 1.0. A module with later instructions comes from
    /// another target than `wasm32v1-none`.
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        source: wasmparser::BinaryReaderError,
    },
}

impl OptimizationOptions {
    /// Nothing but the passes that are added.
    pub fn new_opt_level_0() -> Self {
        Self::default()
    }

    /// Refuses what WebAssembly 1.0 does not have, which is always so.
    pub fn mvp_features_only(&mut self) -> &mut Self {
        self
    }

    /// Names of functions are always kept.
    pub fn debug_info(&mut self, _: bool) -> &mut Self {
        self
    }

    /// Adds a pass.
    pub fn add_pass(&mut self, pass: Pass) -> &mut Self {
        match pass {
            Pass::StripDwarf => self.strip = true,
            Pass::SignextLowering => (),
        }
        self
    }

    /// Reads the module in one file and writes it to another, which may be the same.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or written, or holds no module of WebAssembly 1.0.
    pub fn run(
        &self,
        from: impl AsRef<Path>,
        to: impl AsRef<Path>,
    ) -> Result<(), OptimizationError> {
        let (from, to) = (from.as_ref(), to.as_ref());
        let module = fs::read(from)
            .map_err(|source| OptimizationError::Read { path: from.into(), source })?;
        let result = self
            .apply(&module)
            .map_err(|source| OptimizationError::Invalid { path: from.into(), source })?;
        fs::write(to, result).map_err(|source| OptimizationError::Write { path: to.into(), source })
    }

    fn apply(&self, module: &[u8]) -> wasmparser::Result<Vec<u8>> {
        Validator::new_with_features(WasmFeatures::WASM1).validate_all(module)?;
        if self.strip {
            strip(module)
        } else {
            Ok(module.to_vec())
        }
    }
}

fn strip(module: &[u8]) -> wasmparser::Result<Vec<u8>> {
    let mut stripped: Vec<u8> = module.iter().copied().take(HEADER_BYTES).collect();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        if is_debug(&payload) {
            continue;
        }
        if let Some((id, range)) = payload.as_section() {
            append_section(&mut stripped, id, module.get(range).unwrap_or_default());
        }
    }
    Ok(stripped)
}

fn is_debug(payload: &Payload) -> bool {
    matches!(payload, Payload::CustomSection(section) if section.name().starts_with(".debug_"))
}

fn append_section(module: &mut Vec<u8>, id: u8, content: &[u8]) {
    module.push(id);
    append_length(module, content.len());
    module.extend_from_slice(content);
}

/// In LEB128: seven bits a byte, the lowest first, and a mark on all but the last.
fn append_length(module: &mut Vec<u8>, mut length: usize) {
    while length > 0x7f {
        module.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    module.push(length as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A function that returns what it is given, after `body`.
    fn module(body: &[u8], custom: &[&str]) -> Vec<u8> {
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        append_section(&mut module, 1, &[1, 0x60, 1, 0x7f, 1, 0x7f]);
        append_section(&mut module, 3, &[1, 0]);
        let mut code = vec![0, 0x20, 0];
        code.extend_from_slice(body);
        code.push(0x0b);
        let mut functions = vec![1, code.len() as u8];
        functions.extend(code);
        append_section(&mut module, 10, &functions);
        for name in custom {
            let mut content = vec![name.len() as u8];
            content.extend_from_slice(name.as_bytes());
            content.resize(content.len() + 300, 7);
            append_section(&mut module, 0, &content);
        }
        module
    }

    fn written(options: &OptimizationOptions, module: &[u8]) -> Result<Vec<u8>, OptimizationError> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::write(&from, module).expect("writable");
        options.run(&from, &to)?;
        Ok(fs::read(to).expect("readable"))
    }

    fn compact() -> OptimizationOptions {
        let mut options = OptimizationOptions::new_opt_level_0();
        options.add_pass(Pass::StripDwarf).add_pass(Pass::SignextLowering);
        options
    }

    #[test]
    fn debug_sections_go_and_all_else_stays() {
        let all = module(&[], &["runtime_version", ".debug_info", "note", ".debug_str"]);
        let kept = module(&[], &["runtime_version", "note"]);
        assert_eq!(written(&compact(), &all).expect("a valid module"), kept);
    }

    #[test]
    fn without_the_pass_nothing_changes() {
        let all = module(&[], &[".debug_info"]);
        let options = OptimizationOptions::new_opt_level_0();
        assert_eq!(written(&options, &all).expect("a valid module"), all);
    }

    #[test]
    fn instructions_of_later_versions_are_refused() {
        const I32_EXTEND8_S: u8 = 0xc0;
        let refused = written(&compact(), &module(&[I32_EXTEND8_S], &[]));
        assert!(
            matches!(&refused, Err(OptimizationError::Invalid { source, .. })
                if source.message().contains("sign extension")),
            "{refused:?}"
        );
    }

    #[test]
    fn what_is_no_module_is_refused() {
        for bytes in [&b""[..], b"\0asm", b"\0asm\x01\0\0\0\x01\x05"] {
            let refused = written(&compact(), bytes);
            assert!(matches!(refused, Err(OptimizationError::Invalid { .. })), "{refused:?}");
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let refused = compact().run("/nowhere/module.wasm", "/nowhere/else.wasm");
        assert!(matches!(&refused, Err(OptimizationError::Read { path, .. })
            if path.ends_with("module.wasm")));
    }
}
