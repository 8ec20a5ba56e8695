//! The hash of how columns and classes are written as numbers.
//!
//! The chain stores it with a task, and the commitment to a model binds it. So whoever gives a
//! model other class names or another scaling is found out.

use crate::quantise::Quantiser;
use nocknock_primitives::ids::ContentHash;
use serde::Serialize;
use sha3::{Digest, Keccak256};

const TAG: &[u8; 16] = b"nn/encoding/v1\0\0";

/// What is hashed, in this order.
#[derive(Serialize)]
struct Encoding<'a> {
    classes: &'a [String],
    quantiser: &'a Quantiser,
}

/// Keccak-256 over 16 bytes, `nn/encoding/v1` and two zeros, and the JSON of `classes` and
/// `quantiser`, without spaces, as training data has them.
pub fn encoding_hash(classes: &[String], quantiser: &Quantiser) -> ContentHash {
    // Texts and numbers always have a JSON form.
    let json = serde_json::to_vec(&Encoding { classes, quantiser }).unwrap_or_default();
    ContentHash(Keccak256::new_with_prefix(TAG).chain_update(json).finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLASSES: [&str; 2] = ["no", "yes"];

    const QUANTISER: &str = r#"{"inputs":4,"inputBits":2,"named":true,"columns":[{"name":"größe","low":"0.1","high":"1.5"},{"name":"b","low":"-3","high":"300000"}]}"#;

    fn hash(classes: [&str; 2], quantiser: &str) -> ContentHash {
        let quantiser = serde_json::from_str(quantiser).unwrap();
        encoding_hash(&classes.map(str::to_owned), &quantiser)
    }

    /// The figure comes from a separate program.
    #[test]
    fn the_hash_of_two_columns_and_classes_is_fixed() {
        let expected = "0x03fa113c9e12b1421abe25cfb5ef466c03b11e5f9afcbc415fa20ef3c1ea70a6";
        assert_eq!(hash(CLASSES, QUANTISER).to_string(), expected);
    }

    #[test]
    fn every_part_changes_the_hash() {
        let before = hash(CLASSES, QUANTISER);
        assert_ne!(hash(["yes", "no"], QUANTISER), before);
        for (from, to) in [
            ("\"inputs\":4", "\"inputs\":5"),
            ("\"inputBits\":2", "\"inputBits\":3"),
            ("true", "false"),
            ("größe", "a"),
            ("0.1", "0.2"),
            ("1.5", "1.6"),
        ] {
            let changed = QUANTISER.replacen(from, to, 1);
            assert_ne!(changed, QUANTISER);
            assert_ne!(hash(CLASSES, &changed), before, "{to}");
        }
    }

    #[test]
    fn another_form_of_the_same_numbers_gives_the_same_hash() {
        let other = QUANTISER.replace("300000", "3e5").replace("\"0.1\"", "\"0.10\"");
        assert_eq!(hash(CLASSES, &other), hash(CLASSES, QUANTISER));
    }
}
