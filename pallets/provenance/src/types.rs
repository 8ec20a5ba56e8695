//! Keys of the index.

use nocknock_primitives::ids::RecordId;

/// The number of a record, counted down from the highest and big endian, so that keys of the index
/// lie in the order from the newest record back.
pub type NewestFirst = [u8; 8];

/// The key of a record.
pub(crate) const fn newest_first(id: RecordId) -> NewestFirst {
    RecordId::MAX.saturating_sub(id).to_be_bytes()
}

/// The record of a key.
pub(crate) const fn record_of(key: NewestFirst) -> RecordId {
    RecordId::MAX.saturating_sub(RecordId::from_be_bytes(key))
}
