//! Questions about the chain that a node follows.

use codec::Decode;
use serde_json::{json, Value};
use sp_core::hexdisplay::HexDisplay;
use sp_io::hashing::twox_128;

use super::{node::Node, wait};

/// A block by number and hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) number: u64,
    pub(crate) hash: Value,
}

/// The best block that the node knows.
#[track_caller]
pub(crate) fn best(node: &Node) -> Block {
    block_of(node, node.call("chain_getBlockHash", json!([])))
}

/// The last finalised block that the node knows.
#[track_caller]
pub(crate) fn finalised(node: &Node) -> Block {
    block_of(node, node.call("chain_getFinalizedHead", json!([])))
}

/// The hash of the node's own chain at a height.
#[track_caller]
pub(crate) fn hash_at(node: &Node, number: u64) -> Value {
    node.call("chain_getBlockHash", json!([number]))
}

/// Waits until the node's best block is at least this high.
pub(crate) fn wait_for_best(node: &Node, number: u64) -> Block {
    wait::until(&format!("the best block reaches {number}"), || {
        Some(best(node)).filter(|block| block.number >= number)
    })
}

/// Waits until the node's last finalised block is at least this high.
pub(crate) fn wait_for_finality(node: &Node, number: u64) -> Block {
    wait::until(&format!("finality reaches block {number}"), || {
        Some(finalised(node)).filter(|block| block.number >= number)
    })
}

/// What is stored under the name of an item that is no map, after the node's best block.
#[track_caller]
pub(crate) fn stored<T: Decode>(node: &Node, pallet: &str, item: &str) -> Option<T> {
    let value = node.call("state_getStorage", json!([storage_prefix(pallet, item)]));
    (!value.is_null()).then(|| decode(&value))
}

/// How many entries a map has after the node's best block, up to 100.
#[track_caller]
pub(crate) fn entries(node: &Node, pallet: &str, item: &str) -> usize {
    let keys = node.call("state_getKeysPaged", json!([storage_prefix(pallet, item), 100]));
    keys.as_array().expect("a list of keys").len()
}

/// With what the keys of an item begin.
pub(crate) fn storage_prefix(pallet: &str, item: &str) -> String {
    let key = [twox_128(pallet.as_bytes()), twox_128(item.as_bytes())].concat();
    format!("0x{}", HexDisplay::from(&key))
}

/// Decodes a value that JSON-RPC or a chain spec gives as hexadecimal text.
#[track_caller]
pub(crate) fn decode<T: Decode>(value: &Value) -> T {
    let bytes: sp_core::Bytes = serde_json::from_value(value.clone()).expect("hexadecimal text");
    T::decode(&mut bytes.as_ref()).expect("a value of this type")
}

/// A number that JSON-RPC gives as hexadecimal text.
#[track_caller]
pub(crate) fn number(hex: &Value) -> u64 {
    let digits = hex.as_str().and_then(|text| text.strip_prefix("0x"));
    let number = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok());
    number.unwrap_or_else(|| panic!("not a number: {hex}"))
}

#[track_caller]
fn block_of(node: &Node, hash: Value) -> Block {
    let header = node.call("chain_getHeader", json!([hash]));
    Block { number: number(&header["number"]), hash }
}
