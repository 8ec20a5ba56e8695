//! Tells the operator of a validator when its keystore lacks the keys to do the work.

use sp_core::crypto::{key_types, KeyTypeId};
use sp_keystore::{Keystore, KeystorePtr};

/// The keys that a validator needs, by the name that the command line knows them under.
const NEEDED: [(KeyTypeId, &str); 2] = [(key_types::BABE, "BABE"), (key_types::GRANDPA, "GRANDPA")];

/// Logs an error that says what is missing and what to do, if a key is missing.
///
/// The node goes on: a new validator makes its keys by RPC on the running node.
pub(crate) fn report_missing(keystore: &KeystorePtr) {
    let missing = missing(keystore.as_ref());
    if missing.is_empty() {
        return;
    }
    log::error!(
        "This node runs as a validator, but its keystore holds no {} key, so it cannot {}. Make \
         keys with the RPC method author_rotateKeysWithOwner, or store existing ones with \
         `nocknock-node key insert`, then register them on the chain with session.setKeys. See \
         docs/validator.md.",
        missing.join(" and no "),
        if missing.contains(&"BABE") { "author blocks" } else { "vote for finality" },
    );
}

/// The names of the key types of which the keystore holds no key.
fn missing(keystore: &dyn Keystore) -> Vec<&'static str> {
    NEEDED
        .into_iter()
        .filter(|(key_type, _)| keystore.keys(*key_type).map_or(true, |keys| keys.is_empty()))
        .map(|(_, name)| name)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sp_keystore::testing::MemoryKeystore;

    #[test]
    fn an_empty_keystore_lacks_both_keys() {
        assert_eq!(missing(&MemoryKeystore::new()), ["BABE", "GRANDPA"]);
    }

    #[test]
    fn a_stored_key_is_found() {
        let keystore = MemoryKeystore::new();
        keystore.sr25519_generate_new(key_types::BABE, None).expect("keys are made in memory");
        assert_eq!(missing(&keystore), ["GRANDPA"]);
    }
}
