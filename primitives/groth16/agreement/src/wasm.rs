//! The verifier in wasm, run as the chain's executor runs it.

use crate::{claim::Claim, statement::Item};
use anyhow::{bail, ensure, Result};
use nocknock_groth16::VerifyingKey;
use std::fmt;
use wasmtime::{Config, Engine, Instance, Memory, Module, OptLevel, Store, TypedFunc};

/// An instance of the module.
pub struct Wasm {
    store: Store<()>,
    memory: Memory,
    buffer: usize,
    capacity: usize,
    prepare: TypedFunc<(u32, u32), i32>,
    check: TypedFunc<(u32, u32), i32>,
    sponge: TypedFunc<u32, i32>,
    fold: TypedFunc<u32, i32>,
}

impl Wasm {
    /// Compiles and starts the module.
    pub fn new(module: &[u8]) -> Result<Self> {
        let mut config = Config::new();
        // The executor's choice.
        config.cranelift_opt_level(OptLevel::SpeedAndSize);
        let engine = Engine::new(&config)?;
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &Module::new(&engine, module)?, &[])?;
        let Some(memory) = instance.get_memory(&mut store, "memory") else {
            bail!("the module exports no memory")
        };
        let buffer =
            instance.get_typed_func::<(), u32>(&mut store, "buffer")?.call(&mut store, ())?;
        let capacity =
            instance.get_typed_func::<(), u32>(&mut store, "capacity")?.call(&mut store, ())?;
        Ok(Self {
            prepare: instance.get_typed_func(&mut store, "prepare")?,
            check: instance.get_typed_func(&mut store, "check")?,
            sponge: instance.get_typed_func(&mut store, "sponge")?,
            fold: instance.get_typed_func(&mut store, "fold")?,
            store,
            memory,
            buffer: usize::try_from(buffer)?,
            capacity: usize::try_from(capacity)?,
        })
    }

    /// The prepared form of a key.
    pub fn prepare(&mut self, key: &VerifyingKey) -> Result<Vec<u8>> {
        let length = self.write(&key.to_bytes())?;
        let result =
            self.prepare.call(&mut self.store, (length, u32::try_from(key.input_count())?))?;
        self.read(result)
    }

    /// Whether the items are well formed and their proofs hold; several items are one batch.
    pub fn accepts(&mut self, prepared_key: &[u8], items: &[Item]) -> Result<bool> {
        let mut bytes = prepared_key.to_vec();
        for item in items {
            bytes.extend(item.inputs.concat());
            bytes.extend(&item.proof);
        }
        let length = self.write(&bytes)?;
        let result =
            self.check.call(&mut self.store, (u32::try_from(prepared_key.len())?, length))?;
        Ok(result == 1)
    }

    /// The digest of elements, 32 big-endian bytes each, under the tag `agreement`.
    pub fn sponge(&mut self, elements: &[u8]) -> Result<Vec<u8>> {
        let length = self.write(elements)?;
        let result = self.sponge.call(&mut self.store, length)?;
        self.read(result)
    }

    /// The challenges and the evaluation of a claim about a block, 32 big-endian bytes each.
    pub fn fold(&mut self, claim: &Claim) -> Result<Vec<u8>> {
        let length = self.write(&claim.to_bytes())?;
        let result = self.fold.call(&mut self.store, length)?;
        self.read(result)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<u32> {
        ensure!(
            bytes.len() <= self.capacity,
            "{} bytes do not fit into the module's buffer",
            bytes.len()
        );
        self.memory.write(&mut self.store, self.buffer, bytes)?;
        Ok(u32::try_from(bytes.len())?)
    }

    fn read(&mut self, length: i32) -> Result<Vec<u8>> {
        let Ok(length) = usize::try_from(length) else { bail!("the module refused its input") };
        let mut bytes = vec![0; length];
        self.memory.read(&self.store, self.buffer, &mut bytes)?;
        Ok(bytes)
    }
}

impl fmt::Debug for Wasm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wasm").field("capacity", &self.capacity).finish_non_exhaustive()
    }
}
