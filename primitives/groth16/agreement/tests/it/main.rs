//! Four verifiers must give one answer to the same bytes: wasm, native, ark-groth16, the EVM's
//! contracts.

mod fold;
mod malformed;

use nocknock_groth16::PreparedVerifyingKey;
use nocknock_groth16_agreement::{
    ark, blob, evm, native,
    statement::{Circuit, Item},
    wasm::Wasm,
};
use nocknock_poseidon::{sponge_hash, to_be_bytes, DomainTag, Fr};
use std::{path::Path, sync::OnceLock};

fn module() -> &'static [u8] {
    static MODULE: OnceLock<Vec<u8>> = OnceLock::new();
    MODULE.get_or_init(|| {
        match blob::build(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("groth16-wasm")) {
            Ok(module) => module,
            Err(error) => panic!("{error:?}"),
        }
    })
}

struct Verifiers {
    circuit: Circuit,
    native: PreparedVerifyingKey,
    wasm: Wasm,
    wasm_key: Vec<u8>,
}

impl Verifiers {
    fn new(inputs: usize, seed: u64) -> Self {
        let circuit = Circuit::new(inputs, seed).unwrap();
        let native = circuit.key().prepare(inputs).unwrap();
        let mut wasm = Wasm::new(module()).unwrap();
        let wasm_key = wasm.prepare(&circuit.key()).unwrap();
        Self { circuit, native, wasm, wasm_key }
    }

    /// The answers of wasm, native code, ark-groth16 and the EVM.
    fn answers(&mut self, item: &Item) -> [bool; 4] {
        [
            self.wasm.accepts(&self.wasm_key, std::slice::from_ref(item)).unwrap(),
            native::accepts(&self.native, item),
            ark::accepts(self.circuit.ark_key(), item),
            evm::accepts(&self.circuit.key(), item),
        ]
    }
}

#[test]
fn all_accept_the_same_proof_bytes() {
    for inputs in [1, 5] {
        let mut verifiers = Verifiers::new(inputs, 1);
        for seed in 0..5 {
            let item = verifiers.circuit.prove(seed).unwrap();
            assert_eq!(verifiers.answers(&item), [true; 4], "{inputs} inputs, seed {seed}");
        }
    }
}

/// One bit in each of the 256 bytes of a proof; the bit's place in the byte changes from byte to
/// byte.
#[test]
fn all_refuse_each_of_256_single_bit_flips() {
    let mut verifiers = Verifiers::new(5, 2);
    let item = verifiers.circuit.prove(7).unwrap();
    for byte in 0..256 {
        let bit = 8 * byte + byte % 8;
        assert_eq!(verifiers.answers(&item.with_flipped_bit(bit)), [false; 4], "bit {bit}");
    }
}

#[test]
fn all_refuse_other_inputs_and_other_keys() {
    let mut verifiers = Verifiers::new(5, 3);
    let item = verifiers.circuit.prove(1).unwrap();
    for input in 0..5 {
        let mut changed = item.clone();
        changed.inputs[input][31] ^= 1;
        assert_eq!(verifiers.answers(&changed), [false; 4], "input {input}");
    }
    let foreign = Circuit::new(5, 4).unwrap().prove(1).unwrap();
    assert_eq!(verifiers.answers(&foreign), [false; 4]);
}

#[test]
fn all_refuse_an_input_that_is_not_reduced() {
    let mut verifiers = Verifiers::new(5, 5);
    let item = verifiers.circuit.prove(2).unwrap();
    let mut shifted = item.clone();
    shifted.inputs[0] = plus_order(&item.inputs[0]);
    assert_eq!(verifiers.answers(&shifted), [false; 4]);
}

/// The 32 bytes of a number plus the order of the scalar field.
fn plus_order(number: &[u8; 32]) -> [u8; 32] {
    let order = to_be_bytes(&-Fr::from(1u32));
    let mut carry = 1;
    let mut sum = [0; 32];
    for i in (0..32).rev() {
        let digit = u16::from(number[i]) + u16::from(order[i]) + carry;
        sum[i] = digit as u8;
        carry = digit >> 8;
    }
    assert_eq!(carry, 0, "the sum fits");
    sum
}

#[test]
fn wasm_and_native_agree_on_batches() {
    let mut verifiers = Verifiers::new(5, 6);
    let mut items: Vec<Item> = (0..64).map(|seed| verifiers.circuit.prove(seed).unwrap()).collect();
    assert!(native::accepts_batch(&verifiers.native, &items));
    assert!(verifiers.wasm.accepts(&verifiers.wasm_key, &items).unwrap());
    items[40].inputs[4][31] ^= 1;
    assert!(!native::accepts_batch(&verifiers.native, &items));
    assert!(!verifiers.wasm.accepts(&verifiers.wasm_key, &items).unwrap());
}

#[test]
fn wasm_and_native_prepare_the_same_key() {
    let verifiers = Verifiers::new(5, 8);
    assert_eq!(verifiers.wasm_key, verifiers.native.to_trusted_bytes());
}

#[test]
fn wasm_and_native_hash_alike() {
    let elements: Vec<Fr> = (0..100u64).map(|i| -Fr::from(i)).collect();
    let bytes = elements.iter().flat_map(to_be_bytes).collect::<Vec<u8>>();
    let digest = Wasm::new(module()).unwrap().sponge(&bytes).unwrap();
    assert_eq!(digest, to_be_bytes(&sponge_hash(DomainTag::new(b"agreement"), &elements)));
}
