//! Questions about the chain that a node follows.

use serde_json::{json, Value};

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
