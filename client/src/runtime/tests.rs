use super::*;
use crate::{
    calls::{Balances, Experiments, Tasks, Wtm},
    generated::{types::pallet_tasks::pallet::Event as TasksEvent, RuntimeEvent},
    types::{BlockRef, NNK},
};
use codec::Compact;
use frame_metadata::{v16::RuntimeMetadataV16, RuntimeMetadata, RuntimeMetadataPrefixed};
use nocknock_primitives::{
    fact::{Source, Statement},
    limits::Text,
};
use scale_info::{form::PortableForm, Field, TypeDef, Variant};
use sp_runtime::{generic::Era, DispatchError, ModuleError};

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

/// A runtime that differs from the expected one.
fn changed(change: impl FnOnce(&mut RuntimeMetadataV16)) -> Runtime {
    let prefixed = RuntimeMetadataPrefixed::decode(&mut &*METADATA).expect("metadata");
    let RuntimeMetadataPrefixed(magic, RuntimeMetadata::V16(mut metadata)) = prefixed else {
        panic!("the metadata has another version");
    };
    change(&mut metadata);
    described_by(&RuntimeMetadataPrefixed(magic, RuntimeMetadata::V16(metadata)).encode())
}

/// A type of the runtime, by its path.
fn definition<'a>(
    metadata: &'a mut RuntimeMetadataV16,
    path: &str,
) -> &'a mut TypeDef<PortableForm> {
    let mut types = metadata.types.types.iter_mut();
    let found = types.find(|one| one.ty.path.segments.join("::") == path);
    &mut found.unwrap_or_else(|| panic!("there is no type {path}")).ty.type_def
}

fn fields<'a>(
    metadata: &'a mut RuntimeMetadataV16,
    path: &str,
) -> &'a mut Vec<Field<PortableForm>> {
    match definition(metadata, path) {
        TypeDef::Composite(composite) => &mut composite.fields,
        other => panic!("{path} is {other:?}"),
    }
}

fn variants<'a>(
    metadata: &'a mut RuntimeMetadataV16,
    path: &str,
) -> &'a mut Vec<Variant<PortableForm>> {
    match definition(metadata, path) {
        TypeDef::Variant(variant) => &mut variant.variants,
        other => panic!("{path} is {other:?}"),
    }
}

fn variant<'a>(
    metadata: &'a mut RuntimeMetadataV16,
    path: &str,
    name: &str,
) -> &'a mut Variant<PortableForm> {
    let found = variants(metadata, path).iter_mut().find(|variant| variant.name == name);
    found.unwrap_or_else(|| panic!("{path} has no {name}"))
}

fn ensure_refused(runtime: &Runtime, call: impl Into<Call>) {
    let call = call.into();
    assert!(self::runtime().call_data(&call).is_ok(), "{call}");
    let error = runtime.call_data(&call).expect_err("another call").to_string();
    assert!(error.contains(&call.to_string()), "{error}");
}

/// The usual life of a transaction that is signed now.
fn life() -> Life {
    let anchor = BlockRef { number: 70, hash: Hash::repeat_byte(6) };
    Life { anchor, period: MORTALITY }
}

fn transfer() -> Call {
    Balances::transfer(&AccountId32([1; 32]), 5).into()
}

#[test]
fn a_transaction_names_its_signer_and_holds_its_call() {
    let runtime = runtime();
    let keys = Keys::generate();
    let bytes = runtime.signed(&transfer(), &keys, 7, life(), 0).expect("a transaction");
    let call = runtime.call_data(&transfer()).expect("a call");
    assert!(bytes.ends_with(&call));
    let account = keys.public();
    assert!(bytes.windows(32).any(|window| window == account));
}

#[test]
fn each_nonce_and_anchor_makes_another_transaction() {
    let runtime = runtime();
    let keys = Keys::generate();
    let hash = |nonce, life| {
        let bytes = runtime.signed(&transfer(), &keys, nonce, life, 0).expect("a transaction");
        crate::submit::hash(&bytes)
    };
    let anchor = BlockRef { number: 71, hash: Hash::repeat_byte(8) };
    let later = Life { anchor, ..life() };
    assert_ne!(hash(7, life()), hash(8, life()));
    assert_ne!(hash(7, life()), hash(7, later));
}

/// The form of a transaction of version 4: behind its length stand 1 + 33 + 65 bytes of version,
/// account and signature, then the extensions with something to say: era, nonce and tip.
#[test]
fn a_transaction_carries_its_life_and_its_tip() {
    let runtime = runtime();
    let keys = Keys::generate();
    let (period, tip) = (16, 7 * NNK);
    let bytes = runtime.signed(&transfer(), &keys, 5, Life { period, ..life() }, tip);
    let bytes = bytes.expect("a transaction");
    let signed = Vec::<u8>::decode(&mut &bytes[..]).expect("its length and then its bytes");
    let era = Era::mortal(period.into(), 70);
    assert_eq!((era.birth(70), era.death(70)), (70, 86));
    let expected = (era, Compact(5u32), Compact(tip)).encode();
    assert!(signed[1 + 33 + 65..].starts_with(&expected), "{signed:?}");
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
    const CALLS: &str = "pallet_experiments::pallet::Call";
    let node = changed(|metadata| {
        let archive = variant(metadata, CALLS, "archive_experiment").index;
        let cancel =
            std::mem::replace(&mut variant(metadata, CALLS, "cancel_transfer").index, archive);
        variant(metadata, CALLS, "archive_experiment").index = cancel;
    });
    ensure_refused(&node, Experiments::cancel_transfer { experiment: 1 });
}

#[test]
fn a_pallet_that_the_node_maps_to_another_one_is_refused() {
    let node = changed(|metadata| {
        let mut pallets = metadata.pallets.iter_mut();
        let experiments = pallets.find(|pallet| pallet.name == "Experiments");
        experiments.expect("a pallet").index = 250;
    });
    ensure_refused(&node, Experiments::archive_experiment { experiment: 1 });
}

#[test]
fn arguments_that_the_node_takes_in_another_order_are_refused() {
    let node = changed(|metadata| {
        let call = variant(metadata, "pallet_experiments::pallet::Call", "transfer_model");
        call.fields.swap(0, 1);
    });
    let to = AccountId32([1; 32]);
    ensure_refused(&node, Experiments::transfer_model { experiment: 1, version: 2, to });
}

/// Two fields of the same type far inside of an argument, and two variants of an enum there.
#[test]
fn arguments_whose_parts_the_node_takes_in_another_order_are_refused() {
    let fact = || {
        let statement =
            Statement { domain: text(), subject: text(), predicate: text(), object: text() };
        Wtm::propose { statement: Box::new(statement), source: Source::Attested }
    };
    let swapped = changed(|metadata| {
        fields(metadata, "nocknock_primitives::fact::Statement").swap(0, 2);
    });
    ensure_refused(&swapped, fact());
    let renumbered = changed(|metadata| {
        for variant in variants(metadata, "nocknock_primitives::fact::Source") {
            variant.index = 1_u8.saturating_sub(variant.index);
        }
    });
    ensure_refused(&renumbered, fact());
}

fn text<const N: u32>() -> Text<N> {
    b"text".to_vec().try_into().expect("a short text")
}

#[test]
fn a_batch_needs_its_own_calls_to_be_the_same_and_no_others() {
    let node = changed(|metadata| {
        variant(metadata, "pallet_wtm::pallet::Call", "vote").fields.pop();
    });
    let batch = |calls: Vec<Call>| Call::batch_all(calls).expect("a short batch");
    let settle = || Call::from(Tasks::settle { task: 1 });
    let unchanged = batch(vec![settle(), transfer()]);
    let bytes = runtime().call_data(&unchanged).expect("a call of the runtime");
    assert_eq!(node.call_data(&unchanged).expect("the same call"), bytes);
    let vote = Call::from(Wtm::vote { fact: 1, support: true });
    let error = node.call_data(&batch(vec![settle(), vote])).expect_err("another call");
    assert!(error.to_string().contains("Wtm.vote"), "{error}");
}

#[test]
fn a_view_function_with_another_answer_is_refused() {
    assert!(runtime().view_input("Wtm", "case", Vec::new()).is_ok());
    let node = changed(|metadata| {
        fields(metadata, "nocknock_primitives::fact::Case").swap(0, 1);
    });
    assert!(node.view_input("Wtm", "case", Vec::new()).is_err());
}

/// One event of a transaction, as the state of a block holds it.
fn block_with(event: &[u8]) -> Vec<u8> {
    let record = (0_u8, 1_u32, Raw(event), Vec::<[u8; 32]>::new());
    (Compact(1_u32), record).encode()
}

/// Bytes that are encoded as they are.
struct Raw<'a>(&'a [u8]);

impl Encode for Raw<'_> {
    fn encode(&self) -> Vec<u8> {
        self.0.to_vec()
    }
}

fn removed() -> RuntimeEvent {
    RuntimeEvent::Tasks(TasksEvent::TaskRemoved { task: 7 })
}

fn only_event(runtime: &Runtime, event: &[u8]) -> ChainEvent {
    let mut events = runtime.events(block_with(event)).expect("events");
    assert_eq!(events.len(), 1);
    events.remove(0)
}

#[test]
fn an_event_is_read_with_its_place() {
    let event = only_event(&runtime(), &removed().encode());
    assert_eq!((event.pallet.as_str(), event.name.as_str()), ("Tasks", "TaskRemoved"));
    assert_eq!((event.place, event.index), (Place::Extrinsic(1), 0));
    assert_eq!(event.reading, Reading::Known(removed()));
}

const TASK_EVENTS: &str = "pallet_tasks::pallet::Event";

#[test]
fn an_event_with_another_index_is_known_by_its_name() {
    let node = changed(|metadata| {
        variant(metadata, TASK_EVENTS, "TaskRemoved").index = 200;
    });
    let mut event = removed().encode();
    event[1] = 200;
    assert_eq!(only_event(&node, &event).reading, Reading::Known(removed()));
}

#[test]
fn an_event_of_another_form_is_no_wrong_event() {
    let node = changed(|metadata| {
        let experiment = variant(metadata, TASK_EVENTS, "TaskCreated").fields[1].clone();
        variant(metadata, TASK_EVENTS, "TaskRemoved").fields.push(experiment);
    });
    let event = [removed().encode(), 1_u32.encode()].concat();
    assert_eq!(only_event(&node, &event).reading, Reading::Changed);
}

#[test]
fn an_event_of_a_newer_runtime_is_told_from_those_that_are_known() {
    let node = changed(|metadata| {
        variant(metadata, TASK_EVENTS, "TaskRemoved").name = "TaskForgotten".to_owned();
    });
    let event = only_event(&node, &removed().encode());
    assert_eq!(event.name, "TaskForgotten");
    assert_eq!(event.reading, Reading::Unknown);
}
