use super::*;
use frame_metadata::{RuntimeMetadata, RuntimeMetadataPrefixed};
use sp_runtime::{DispatchError, ModuleError};

const GENESIS: Hash = Hash::repeat_byte(5);
const METADATA: &[u8] = include_bytes!("../../metadata/nocknock.scale");

fn runtime() -> Runtime {
    described_by(METADATA)
}

fn described_by(metadata: &[u8]) -> Runtime {
    let version =
        Version { spec_name: "nocknock".into(), spec_version: 100, transaction_version: 1 };
    Runtime::new(GENESIS, version, metadata).expect("metadata")
}

/// The committed metadata with other bytes in one place.
fn replaced(old: &[u8], new: &[u8]) -> Vec<u8> {
    let windows = METADATA.windows(old.len()).enumerate();
    let found: Vec<usize> =
        windows.filter_map(|(place, window)| (window == old).then_some(place)).collect();
    let [place] = found[..] else {
        panic!("the metadata has it {} times", found.len());
    };
    [&METADATA[..place], new, &METADATA[place + old.len()..]].concat()
}

fn ensure_refused(metadata: &[u8], call: &Call) {
    assert!(runtime().call_data(call).is_ok(), "{call}");
    let refused = described_by(metadata).call_data(call);
    let error = refused.expect_err("another call").to_string();
    assert!(error.contains(&call.to_string()), "{error}");
}

fn anchor() -> BlockRef {
    BlockRef { number: 70, hash: Hash::repeat_byte(6) }
}

fn transfer() -> Call {
    crate::calls::balances::transfer(&AccountId32([1; 32]), 5)
}

#[test]
fn a_transaction_names_its_signer_and_holds_its_call() {
    let runtime = runtime();
    let keys = Keys::generate();
    let bytes = runtime.signed(&transfer(), &keys, 7, anchor()).expect("a transaction");
    let call = runtime.call_data(&transfer()).expect("a call");
    assert!(bytes.ends_with(&call));
    let account = keys.public();
    assert!(bytes.windows(32).any(|window| window == account));
}

#[test]
fn each_nonce_and_anchor_makes_another_transaction() {
    let runtime = runtime();
    let keys = Keys::generate();
    let hash = |nonce, anchor| {
        let bytes = runtime.signed(&transfer(), &keys, nonce, anchor).expect("a transaction");
        crate::submit::hash(&bytes)
    };
    let later = BlockRef { number: 71, hash: Hash::repeat_byte(8) };
    assert_ne!(hash(7, anchor()), hash(8, anchor()));
    assert_ne!(hash(7, anchor()), hash(7, later));
}

#[test]
fn errors_of_pallets_have_the_names_and_words_of_the_runtime() {
    let runtime = runtime();
    let pallet = runtime.metadata.pallet_by_name("Balances").expect("a pallet");
    let variants = pallet.error_variants().expect("errors");
    let variant = variants.iter().find(|variant| variant.name == "InsufficientBalance");
    let code = variant.expect("an error").index;
    let error = DispatchError::Module(ModuleError {
        index: pallet.error_index(),
        error: [code, 0, 0, 0],
        message: None,
    });
    let rejection = runtime.rejection(&error);
    assert!(rejection.is("Balances", "InsufficientBalance"), "{rejection}");
    assert!(!rejection.docs.is_empty());
}

#[test]
fn an_error_of_an_unknown_pallet_is_still_reported() {
    let error =
        DispatchError::Module(ModuleError { index: 250, error: [3, 0, 0, 0], message: None });
    assert_eq!(runtime().rejection(&error).pallet, "Pallet250");
}

#[test]
fn constants_are_read_with_their_type() {
    let runtime = runtime();
    assert!(runtime.constant::<u128>("Balances", "ExistentialDeposit").is_ok());
    assert!(runtime.constant::<u8>("Balances", "ExistentialDeposit").is_err());
    assert!(runtime.constant::<u128>("Balances", "NoSuchThing").is_err());
}

#[test]
fn a_view_function_that_the_runtime_lacks_is_incompatible() {
    assert!(runtime().view_input("Balances", "no_such_view", Vec::new()).is_err());
}

#[test]
fn values_with_bytes_left_over_are_refused() {
    assert_eq!(decode_all::<u8>("a number", &[7]).ok(), Some(7));
    assert!(decode_all::<u8>("a number", &[7, 8]).is_err());
    assert!(decode_all::<u8>("a number", &[]).is_err());
}

#[test]
fn a_call_that_the_node_maps_to_another_one_is_refused() {
    let runtime = runtime();
    let pallet = runtime.metadata.pallet_by_name("Experiments");
    let pallet = pallet.expect("a pallet");
    let variant = |name| pallet.call_variant_by_name(name).expect("a call");
    let mut changed = variant("cancel_transfer").clone();
    changed.index = variant("archive_experiment").index;
    let metadata = replaced(&variant("cancel_transfer").encode(), &changed.encode());
    ensure_refused(&metadata, &crate::calls::experiments::cancel_transfer(1));
}

#[test]
fn a_pallet_that_the_node_maps_to_another_one_is_refused() {
    let prefixed = RuntimeMetadataPrefixed::decode(&mut &*METADATA).expect("metadata");
    let RuntimeMetadataPrefixed(magic, RuntimeMetadata::V16(mut metadata)) = prefixed else {
        panic!("the metadata has another version");
    };
    let mut pallets = metadata.pallets.iter_mut();
    let experiments = pallets.find(|pallet| pallet.name == "Experiments");
    experiments.expect("a pallet").index = 250;
    let metadata = RuntimeMetadataPrefixed(magic, RuntimeMetadata::V16(metadata)).encode();
    ensure_refused(&metadata, &crate::calls::experiments::archive(1));
}

#[test]
fn arguments_that_the_node_takes_in_another_order_are_refused() {
    let runtime = runtime();
    let pallet = runtime.metadata.pallet_by_name("Experiments");
    let variant = pallet.and_then(|pallet| pallet.call_variant_by_name("transfer_model"));
    let variant = variant.expect("a call");
    let mut changed = variant.clone();
    changed.fields.swap(0, 1);
    let metadata = replaced(&variant.encode(), &changed.encode());
    let to = AccountId32([1; 32]);
    ensure_refused(&metadata, &crate::calls::experiments::transfer_model(1, 2, &to));
}
