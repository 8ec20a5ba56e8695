//! The state of a preset, and time passing on it.

use codec::Encode;
use frame_support::genesis_builder_helper::{build_state, get_preset};
use nocknock_runtime::{
    genesis_presets, AccountId, RuntimeGenesisConfig, Session, SessionKeys, System,
};
use serde_json::Value;
use sp_core::{proof_of_possession::statement_of_ownership, Pair};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

/// Runs `test` on the genesis state of `preset`, at block 1.
pub(crate) fn on(preset: &str, test: impl FnOnce()) {
    sp_io::TestExternalities::new_empty().execute_with(|| {
        build_state::<RuntimeGenesisConfig>(genesis_json(preset).to_string().into_bytes())
            .expect("the genesis of a preset is valid");
        System::set_block_number(1);
        test();
    });
}

/// The whole genesis configuration of `preset`: the default with the preset's patch on top.
pub(crate) fn genesis_json(preset: &str) -> Value {
    let mut genesis = parse(get_preset::<RuntimeGenesisConfig>(&None, |_| None));
    merge(&mut genesis, parse(genesis_presets::get_preset(&preset.into())));
    genesis
}

fn parse(json: Option<Vec<u8>>) -> Value {
    serde_json::from_slice(&json.expect("the preset exists")).expect("a preset is JSON")
}

fn merge(base: &mut Value, patch: Value) {
    match (base, patch) {
        (Value::Object(base), Value::Object(patch)) => {
            for (key, value) in patch {
                merge(base.entry(key).or_insert(Value::Null), value);
            }
        }
        (base, patch) => *base = patch,
    }
}

/// Ends the present session.
pub(crate) fn next_session() {
    System::set_block_number(System::block_number() + 1);
    Session::rotate_session();
}

/// The account of a well-known key.
pub(crate) fn account(key: Sr25519Keyring) -> AccountId {
    key.to_account_id()
}

/// Session keys of Ferdie, with Ferdie's proof that it hands them to `owner`.
pub(crate) fn keys_handed_to(owner: &AccountId) -> (SessionKeys, Vec<u8>) {
    session_keys(Sr25519Keyring::Ferdie, Ed25519Keyring::Ferdie, owner)
}

/// The session keys of two well-known keys, with their proofs that they are handed to `owner`.
pub(crate) fn session_keys(
    babe: Sr25519Keyring,
    grandpa: Ed25519Keyring,
    owner: &AccountId,
) -> (SessionKeys, Vec<u8>) {
    let keys = SessionKeys { babe: babe.public().into(), grandpa: grandpa.public().into() };
    let statement = statement_of_ownership(&owner.encode());
    let proof = (babe.pair().sign(&statement), grandpa.pair().sign(&statement));
    (keys, proof.encode())
}
