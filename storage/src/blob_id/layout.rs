//! The geometry of Walrus's encoding RS2: how a blob becomes a matrix of symbols.

/// The most shards that Reed-Solomon over GF(2^16) extends both ways.
const MAX_SHARDS: u16 = 49_155;

/// How many shards a network divides a blob into. The id of a blob depends on it.
///
/// At least 4, because fewer shards have no redundancy and Walrus's code is not defined for them;
/// at most what Reed-Solomon over GF(2^16) can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShardCount(u16);

/// No blob ids are defined for this many shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("blob ids are not defined for {0} shards: use 1000, as Walrus's public networks do, or another count from 4 to 49155")]
pub struct UnsupportedShardCount(pub u16);

impl ShardCount {
    /// The shard count of both public Walrus networks.
    pub const WALRUS: Self = Self(1000);

    /// Checks that ids are defined for `shards`.
    pub fn new(shards: u16) -> Result<Self, UnsupportedShardCount> {
        if (4..=MAX_SHARDS).contains(&shards) {
            Ok(Self(shards))
        } else {
            Err(UnsupportedShardCount(shards))
        }
    }

    /// The number of shards.
    pub const fn get(self) -> usize {
        self.0 as usize
    }

    /// Rows of the message matrix.
    pub(super) const fn rows(self) -> usize {
        self.get() - 2 * self.faults()
    }

    /// Columns of the message matrix.
    pub(super) const fn columns(self) -> usize {
        self.get() - self.faults()
    }

    /// Shards that may be lost or hostile.
    const fn faults(self) -> usize {
        (self.get() - 1) / 3
    }

    /// The longest blob, in bytes, that has an id.
    pub const fn max_blob_len(self) -> u64 {
        (self.rows() * self.columns()) as u64 * MAX_SYMBOL_LEN
    }
}

impl Default for ShardCount {
    fn default() -> Self {
        Self::WALRUS
    }
}

impl TryFrom<u16> for ShardCount {
    type Error = UnsupportedShardCount;

    fn try_from(shards: u16) -> Result<Self, Self::Error> {
        Self::new(shards)
    }
}

impl std::fmt::Display for ShardCount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The largest even number of bytes that a 16-bit symbol size can hold.
const MAX_SYMBOL_LEN: u64 = 65_534;

/// The blob is longer than the encoding allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a blob of {len} bytes has no id at {shards} shards, the longest has {max}: split it and list the parts in a manifest")]
pub struct BlobTooLarge {
    /// Bytes of the blob.
    pub len: u64,
    /// The shard count asked for.
    pub shards: ShardCount,
    /// Bytes of the longest blob at that shard count.
    pub max: u64,
}

/// The message matrix of one blob: `rows` x `columns` symbols of `symbol_len` bytes, row-major,
/// padded with zeros, extended by the code to `shards` x `shards` symbols.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    pub(super) len: u64,
    pub(super) shards: usize,
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) symbol_len: usize,
}

impl Layout {
    pub(super) fn new(len: u64, shards: ShardCount) -> Result<Self, BlobTooLarge> {
        let max = shards.max_blob_len();
        if len > max {
            return Err(BlobTooLarge { len, shards, max });
        }
        let symbols = (shards.rows() * shards.columns()) as u64;
        let symbol_len = len.max(1).div_ceil(symbols).next_multiple_of(2);
        Ok(Self {
            len,
            shards: shards.get(),
            rows: shards.rows(),
            columns: shards.columns(),
            symbol_len: symbol_len as usize,
        })
    }

    /// Bytes of one row of the message matrix.
    pub(super) fn row_len(&self) -> usize {
        self.columns * self.symbol_len
    }

    /// Where the symbol in `row` and `column` starts in the blob.
    pub(super) fn offset(&self, row: usize, column: usize) -> u64 {
        (row * self.columns + column) as u64 * self.symbol_len as u64
    }
}

#[cfg(test)]
mod tests {
    use reed_solomon_simd::ReedSolomonEncoder;

    use super::*;

    #[test]
    fn public_networks_have_the_documented_geometry() {
        let shards = ShardCount::WALRUS;
        assert_eq!((shards.rows(), shards.columns()), (334, 667));
        assert_eq!(shards.max_blob_len(), 14_599_533_452);
    }

    #[test]
    fn symbols_grow_in_steps_of_two_bytes() {
        let symbol_len = |len| Layout::new(len, ShardCount::WALRUS).unwrap().symbol_len;
        assert_eq!(symbol_len(0), 2);
        assert_eq!(symbol_len(334 * 667 * 2), 2);
        assert_eq!(symbol_len(334 * 667 * 2 + 1), 4);
        assert_eq!(symbol_len(14_599_533_452), 65_534);
    }

    #[test]
    fn a_blob_that_is_too_long_is_named_with_the_limit() {
        let max = ShardCount::WALRUS.max_blob_len();
        let error = Layout::new(max + 1, ShardCount::WALRUS).unwrap_err();
        assert_eq!((error.len, error.max), (max + 1, max));
    }

    #[test]
    fn shard_counts_without_a_code_are_refused() {
        let extends = |count: ShardCount| {
            let both = [count.columns(), count.rows()];
            both.iter().all(|from| ReedSolomonEncoder::supports(*from, count.get() - from))
        };
        for shards in [4, 5, 1000, MAX_SHARDS] {
            assert!(extends(ShardCount::new(shards).unwrap()), "{shards}");
        }
        for shards in [0, 1, 2, 3, MAX_SHARDS + 1, u16::MAX] {
            assert_eq!(ShardCount::new(shards), Err(UnsupportedShardCount(shards)));
        }
        assert!(!extends(ShardCount(3)) && !extends(ShardCount(MAX_SHARDS + 1)));
    }
}
