//! How the data of the curriculum is written as numbers. A chain takes tasks of such an experiment
//! only if they have its encoding, so that all of them read the same rows the same way.

use nocknock_primitives::ids::ContentHash;

/// [Hash of the encoding](crate::Encoding::hash) of the digits: 64 columns, `p0` to `p63`, each
/// with the fixed range from 0 to 15, and the classes 0 to 9. The file has its 32 bytes.
pub const DIGITS_ENCODING: ContentHash =
    ContentHash(*include_bytes!("../curriculum/digits.encoding"));
