//! Merkle trees over symbols: leaves are blake2b-256 of `00 ‖ symbol`, inner nodes of
//! `01 ‖ left ‖ right`, and a level of odd length is padded with 32 zero bytes.
//!
//! Most of the time that an id takes goes into some three million short hashes, so they are
//! handed to the hash function in groups that it can work on side by side.

use std::sync::LazyLock;

use blake2b_simd::{
    many::{hash_many, HashManyJob},
    Params,
};

/// A node of a tree.
pub(super) type Node = [u8; 32];

const LEAF: u8 = 0;
const INNER: u8 = 1;
const PADDING: Node = [0; 32];

/// Hashes that are computed together: a small multiple of the lanes of any vector unit.
const GROUP: usize = 8;

/// Hashes many short messages that share a prefix byte.
#[derive(Debug)]
struct Hasher {
    params: Params,
    prefix: u8,
    messages: Vec<u8>,
    pending: usize,
    message_len: usize,
    nodes: Vec<Node>,
}

impl Hasher {
    fn new(prefix: u8, message_len: usize, expected: usize) -> Self {
        Self {
            params: params(),
            prefix,
            messages: vec![0; GROUP * (1 + message_len)],
            pending: 0,
            message_len,
            nodes: Vec::with_capacity(expected),
        }
    }

    /// Takes one message in parts that together have the announced length.
    fn push(&mut self, parts: &[&[u8]]) {
        let start = self.pending * (1 + self.message_len);
        let mut message = &mut self.messages[start..][..1 + self.message_len];
        message[0] = self.prefix;
        message = &mut message[1..];
        for part in parts {
            let (target, rest) = message.split_at_mut(part.len());
            target.copy_from_slice(part);
            message = rest;
        }
        self.pending += 1;
        if self.pending == GROUP {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let mut messages = self.messages.chunks_exact(1 + self.message_len);
        let mut jobs: [HashManyJob<'_>; GROUP] = std::array::from_fn(|_| {
            HashManyJob::new(&self.params, messages.next().unwrap_or_default())
        });
        let jobs = &mut jobs[..self.pending];
        hash_many(jobs.iter_mut());
        self.nodes.extend(jobs.iter().map(|job| node(job.to_hash().as_bytes())));
        self.pending = 0;
    }

    fn finish(mut self) -> Vec<Node> {
        self.flush();
        self.nodes
    }
}

fn params() -> Params {
    let mut params = Params::new();
    params.hash_length(PADDING.len());
    params
}

/// A node from the 32 bytes that a hash of that length has.
fn node(bytes: &[u8]) -> Node {
    let mut node = PADDING;
    node.copy_from_slice(bytes);
    node
}

/// The blake2b-256 hash of `message`.
pub(super) fn hash(message: &[u8]) -> Node {
    node(params().hash(message).as_bytes())
}

/// Leaf nodes of symbols of `symbol_len` bytes.
pub(super) fn leaves(symbols: &[&[u8]], symbol_len: usize) -> Vec<Node> {
    if symbol_len == 2 {
        return symbols.iter().map(|symbol| shortest_leaf(symbol)).collect();
    }
    hash_leaves(symbols, symbol_len)
}

/// The leaf of a symbol of two bytes, from a table of all: blobs that are short enough for such
/// symbols are the most frequent ones.
fn shortest_leaf(symbol: &[u8]) -> Node {
    static LEAVES: LazyLock<Vec<Node>> = LazyLock::new(|| {
        let symbols: Vec<[u8; 2]> = (0..=u16::MAX).map(u16::to_le_bytes).collect();
        let symbols: Vec<&[u8]> = symbols.iter().map(|symbol| &symbol[..]).collect();
        hash_leaves(&symbols, 2)
    });
    let index = symbol.iter().rev().fold(0, |index, byte| index << 8 | usize::from(*byte));
    LEAVES[index]
}

fn hash_leaves(symbols: &[&[u8]], symbol_len: usize) -> Vec<Node> {
    let mut hasher = Hasher::new(LEAF, symbol_len, symbols.len());
    symbols.iter().for_each(|symbol| hasher.push(&[symbol]));
    hasher.finish()
}

fn inner<'a>(pairs: impl ExactSizeIterator<Item = (&'a Node, &'a Node)>) -> Vec<Node> {
    let mut hasher = Hasher::new(INNER, 2 * PADDING.len(), pairs.len());
    pairs.for_each(|(left, right)| hasher.push(&[left, right]));
    hasher.finish()
}

/// The root of the tree whose lowest level is `level`.
pub(super) fn root(mut level: Vec<Node>) -> Node {
    while level.len() > 1 {
        level = inner(level.chunks(2).map(|pair| match pair {
            [left, right] => (left, right),
            _ => (&pair[0], &PADDING),
        }));
    }
    level.pop().unwrap_or(PADDING)
}

/// Climbs `levels` levels in many trees of equal shape at once. `columns[c][t]` is node `c` of
/// tree `t`; so are the results.
pub(super) fn climb(mut columns: Vec<Vec<Node>>, levels: u32) -> Vec<Vec<Node>> {
    for _ in 0..levels {
        columns = columns.chunks(2).map(join).collect();
    }
    columns
}

fn join(columns: &[Vec<Node>]) -> Vec<Node> {
    match columns {
        [left, right] => inner(left.iter().zip(right)),
        _ => columns
            .first()
            .map(|left| inner(left.iter().map(|node| (node, &PADDING))))
            .unwrap_or_default(),
    }
}

/// How many levels lie between `leaves` leaves and their root.
pub(super) fn height(leaves: usize) -> u32 {
    leaves.next_power_of_two().trailing_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes(count: u8) -> Vec<Node> {
        (0..count).map(|i| [i; 32]).collect()
    }

    fn pair(left: &Node, right: &Node) -> Node {
        hash(&[&[INNER][..], left, right].concat())
    }

    #[test]
    fn one_node_is_its_own_root() {
        assert_eq!(root(nodes(1)), [0; 32]);
        assert_eq!(height(1), 0);
    }

    #[test]
    fn an_odd_level_is_padded_with_zeros() {
        let n = nodes(3);
        let expected = pair(&pair(&n[0], &n[1]), &pair(&n[2], &PADDING));
        assert_eq!(root(n), expected);
    }

    #[test]
    fn leaves_are_hashed_in_order_with_their_prefix() {
        for size in [2, 6] {
            let symbols: Vec<Vec<u8>> = (0..21).map(|i| (i..i + size).collect()).collect();
            let slices: Vec<&[u8]> = symbols.iter().map(Vec::as_slice).collect();
            let hashed = leaves(&slices, size.into());
            assert_eq!(hashed.len(), 21);
            for (symbol, node) in symbols.iter().zip(hashed) {
                assert_eq!(node, hash(&[&[LEAF][..], symbol].concat()));
            }
        }
    }

    #[test]
    fn climbing_many_trees_gives_the_root_of_each() {
        for width in 1..20 {
            let trees: Vec<Vec<Node>> =
                (0..3).map(|t| (0..width).map(|c| [t * 50 + c; 32]).collect()).collect();
            let columns = (0..usize::from(width))
                .map(|c| trees.iter().map(|tree| tree[c]).collect())
                .collect();
            let tops = climb(columns, height(width.into()));
            let roots: Vec<Node> = trees.into_iter().map(root).collect();
            assert_eq!(tops, vec![roots]);
        }
    }
}
