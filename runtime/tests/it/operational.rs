//! Operational transactions have a share of each block, and leave the others theirs.

use crate::{
    chain::{genesis_json, on},
    world::{Refused, World, NO_ROOM},
};
use codec::{Decode, Encode};
use frame_support::{
    dispatch::{DispatchClass, GetDispatchInfo},
    weights::{constants::WEIGHT_REF_TIME_PER_MILLIS, Weight},
};
use frame_system::CheckWeight;
use nocknock_runtime::{
    configs::RuntimeBlockWeights, operational::CheckWeightAndClass, AccountId, OriginCaller,
    Runtime, RuntimeCall, System, UncheckedExtrinsic,
};
use scale_info::{MetaType, TypeInfo};
use sp_keyring::Sr25519Keyring::{Bob, Charlie};
use sp_runtime::{
    traits::TransactionExtension,
    transaction_validity::{InvalidTransaction, TransactionValidityError},
    MultiAddress,
};

type Council = pallet_council::Call<Runtime>;
type Multisig = pallet_multisig::Call<Runtime>;
type Network = pallet_network::Call<Runtime>;
type Proxies = pallet_proxy::Call<Runtime>;
type Sdk = frame_system::Call<Runtime>;
type Utility = pallet_utility::Call<Runtime>;

const NOT_NEEDED: Refused =
    Refused::Invalid(TransactionValidityError::Invalid(InvalidTransaction::Call));

fn share(class: DispatchClass) -> Weight {
    RuntimeBlockWeights::get().get(class).max_total.expect("the class is bounded")
}

/// Milliseconds that transactions of a class have used of the open block.
fn used(world: &mut World, class: DispatchClass) -> u64 {
    world.run(|| System::block_weight().get(class).ref_time()) / WEIGHT_REF_TIME_PER_MILLIS
}

/// Brings code that nobody has authorised. It fails and is charged as a whole.
fn wrong_code(number: u8) -> RuntimeCall {
    Sdk::apply_authorized_upgrade { code: vec![number; 100] }.into()
}

/// A normal transaction that fails and is charged for 20 ms, as its sender says.
fn normal() -> RuntimeCall {
    let weight = Weight::from_parts(20 * WEIGHT_REF_TIME_PER_MILLIS, 0);
    let remark = Sdk::remark { remark: vec![] };
    Utility::with_weight { call: Box::new(remark.into()), weight }.into()
}

/// A chain whose accounts own tokens, in a block that has room: the first of a session has none.
fn world() -> World {
    let mut world = World::from_genesis(&genesis_json("bench"));
    world.until("a block with room", || {
        let opening = System::block_weight().get(DispatchClass::Mandatory).ref_time();
        opening < RuntimeBlockWeights::get().max_block.ref_time() / 10
    });
    world
}

#[test]
fn the_two_classes_share_a_block_without_overlap() {
    let weights = RuntimeBlockWeights::get();
    let all = weights.max_block.ref_time();
    assert_eq!(share(DispatchClass::Normal).ref_time(), all / 4 * 3);
    assert_eq!(share(DispatchClass::Operational).ref_time(), all / 4);
    assert_eq!(
        weights.get(DispatchClass::Operational).reserved,
        Some(share(DispatchClass::Operational)),
        "there is room for them in a block that is full otherwise"
    );
    weights.validate().expect("the limits agree with each other");
}

/// Sends a call until there is no room for another one in the open block.
fn fill(world: &mut World, mut call: impl FnMut(u8) -> RuntimeCall) -> u8 {
    for number in 0..u8::MAX {
        if world.send_now(Charlie, call(number)) == Err(NO_ROOM) {
            return number;
        }
    }
    panic!("a block has no room for so many");
}

/// F6. Operational calls had the whole block: two of them used 495 of 500 ms, and nothing else got
/// in. Now a block full of them has as much room for the others as any block.
#[test]
fn operational_calls_leave_normal_ones_their_share() {
    let mut world = world();
    let sent = fill(&mut world, wrong_code);
    let operational = used(&mut world, DispatchClass::Operational);
    assert!(sent > 0 && operational <= 125, "{sent}, {operational} ms");
    fill(&mut world, |_| normal());
    let normal_ones = used(&mut world, DispatchClass::Normal);
    assert!(normal_ones >= 340, "{normal_ones} ms of 375");
}

/// The other way round: the code of a runtime gets into a block that is full of normal calls.
#[test]
fn normal_calls_leave_operational_ones_their_share() {
    let mut world = world();
    assert!(fill(&mut world, |_| normal()) > 10);
    let sent = world.send_now(Charlie, wrong_code(0));
    assert!(matches!(sent, Err(Refused::Failed(_))), "{sent:?}");
}

/// The calls of the SDK that are operational, and fail for whoever sends them.
fn operational_calls() -> Vec<RuntimeCall> {
    let many: Vec<Vec<u8>> = vec![vec![]; 1_000];
    let pairs = many.iter().map(|key| (key.clone(), key.clone())).collect();
    let code_hash = Default::default();
    vec![
        Sdk::set_heap_pages { pages: 1 }.into(),
        Sdk::set_code { code: vec![] }.into(),
        Sdk::set_code_without_checks { code: vec![] }.into(),
        Sdk::set_storage { items: pairs }.into(),
        Sdk::kill_storage { keys: many }.into(),
        Sdk::kill_prefix { prefix: vec![], subkeys: 1_000 }.into(),
        Sdk::authorize_upgrade { code_hash }.into(),
        Sdk::authorize_upgrade_without_checks { code_hash }.into(),
    ]
}

/// The calls that are operational because of the call inside.
fn around(call: &RuntimeCall) -> Vec<RuntimeCall> {
    let inside = || Box::new(call.clone());
    let weight = Weight::from_parts(100 * WEIGHT_REF_TIME_PER_MILLIS, 0);
    let root = Box::new(OriginCaller::system(frame_system::RawOrigin::<AccountId>::Root));
    let real = MultiAddress::Id(Bob.to_account_id());
    vec![
        Utility::with_weight { call: inside(), weight }.into(),
        Utility::batch { calls: vec![call.clone()] }.into(),
        Utility::batch_all { calls: vec![call.clone()] }.into(),
        Utility::force_batch { calls: vec![call.clone()] }.into(),
        Utility::as_derivative { index: 0, call: inside() }.into(),
        Utility::dispatch_as { as_origin: root.clone(), call: inside() }.into(),
        Utility::dispatch_as_fallible { as_origin: root, call: inside() }.into(),
        Utility::if_else { main: inside(), fallback: inside() }.into(),
        Proxies::proxy { real, force_proxy_type: None, call: inside() }.into(),
        Multisig::as_multi_threshold_1 {
            other_signatories: vec![Bob.to_account_id()],
            call: inside(),
        }
        .into(),
    ]
}

/// Of these `kill_prefix` and `with_weight` weigh what their sender says, and `set_storage` weighs
/// something for each of many empty items.
#[test]
fn no_operational_call_is_accepted_whose_weight_its_sender_names() {
    let mut world = world();
    let alone = operational_calls();
    let wrapped = around(&Sdk::set_heap_pages { pages: 1 }.into());
    let in_code = around(&wrong_code(0));
    for call in alone.into_iter().chain(wrapped).chain(in_code) {
        assert_eq!(call.get_dispatch_info().class, DispatchClass::Operational, "{call:?}");
        assert_eq!(world.send_now(Bob, call.clone()), Err(NOT_NEEDED), "{call:?}");
    }
    // The weight of the one that is accepted does not depend on what it carries.
    let weight = |code| Sdk::apply_authorized_upgrade { code }.get_dispatch_info().call_weight;
    assert_eq!(weight(vec![]), weight(vec![0; 100_000]));
}

/// What comes of a transaction without a signature, in the pool and in a block.
fn unsigned(call: &RuntimeCall) -> Result<(), TransactionValidityError> {
    let info = call.get_dispatch_info();
    let in_pool = CheckWeightAndClass::bare_validate(call, &info, 0).map(|_| ());
    let in_block = CheckWeightAndClass::bare_validate_and_prepare(call, &info, 0);
    assert_eq!(in_pool, in_block, "{call:?}");
    in_block
}

#[test]
fn operational_calls_without_a_signature_are_refused_as_well() {
    on("bench", || {
        for call in operational_calls() {
            assert_eq!(unsigned(&call), Err(InvalidTransaction::Call.into()), "{call:?}");
        }
        assert_eq!(unsigned(&wrong_code(0)), Ok(()));
    });
}

#[test]
fn an_operational_call_beside_a_normal_one_takes_of_the_share_of_normal_ones() {
    let mut world = world();
    let both = [DispatchClass::Normal, DispatchClass::Operational];
    let before = both.map(|class| used(&mut world, class));
    let many = Sdk::kill_prefix { prefix: vec![], subkeys: 1_000 };
    let calls: Vec<RuntimeCall> = vec![many.into(), Sdk::remark { remark: vec![] }.into()];
    assert_eq!(world.send_now(Charlie, Utility::batch { calls }), Ok(()));
    let [normal, operational] = both.map(|class| used(&mut world, class));
    assert!(normal > before[0]);
    assert_eq!(operational, before[1]);
}

/// What wallets are told about an extension.
fn metadata<Extension: TransactionExtension<RuntimeCall>>(
) -> Vec<(&'static str, MetaType, MetaType)> {
    Extension::metadata()
        .into_iter()
        .map(|part| (part.identifier, part.ty, part.implicit))
        .collect()
}

#[test]
fn wallets_see_the_extension_inside() {
    let (inner, outer) = (CheckWeight::<Runtime>::new(), CheckWeightAndClass::default());
    assert_eq!(outer.encode(), inner.encode());
    assert_eq!(CheckWeightAndClass::decode(&mut &inner.encode()[..]), Ok(outer));
    assert_eq!(CheckWeightAndClass::type_info(), CheckWeight::<Runtime>::type_info());
    assert_eq!(metadata::<CheckWeightAndClass>(), metadata::<CheckWeight<Runtime>>());
}

#[test]
fn the_code_of_a_runtime_fits_into_the_share_of_operational_calls() {
    on("bench", || {
        let call = wrong_code(0);
        let info = UncheckedExtrinsic::new_bare(call).get_dispatch_info();
        let limits = RuntimeBlockWeights::get();
        let most = limits.get(DispatchClass::Operational).max_extrinsic.expect("it is bounded");
        assert_eq!(info.class, DispatchClass::Operational);
        // What the extensions weigh besides is far below a millisecond.
        let extensions = Weight::from_parts(WEIGHT_REF_TIME_PER_MILLIS, 1_000_000);
        assert!(info.total_weight().saturating_add(extensions).all_lte(most), "{info:?}");
    });
}

/// No call of the protocol's own pallets is operational.
#[test]
fn the_councils_calls_are_normal() {
    let code_hash = Default::default();
    let upgrade = RuntimeCall::from(Network::authorize_upgrade { code_hash });
    assert_eq!(upgrade.get_dispatch_info().class, DispatchClass::Normal);
    let motion = 0;
    for call in [
        Council::propose { call: Box::new(upgrade) },
        Council::vote { motion, aye: true },
        Council::close { motion },
        Council::object { motion },
        Council::enact { motion },
    ] {
        assert_eq!(call.get_dispatch_info().class, DispatchClass::Normal, "{call:?}");
    }
}
