//! Field elements as bytes: 32 of them, big endian, below the order of the field.

use crate::ids::FieldBytes;
use nocknock_poseidon::{from_be_bytes, to_be_bytes, Fr};

/// The bytes are not the one accepted form of a field element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("32 bytes name a number that is not below the order of the BN254 scalar field")]
pub struct FieldBytesError;

/// The one byte form of an element.
pub fn to_bytes(element: &Fr) -> FieldBytes {
    to_be_bytes(element)
}

/// The element that these bytes stand for. Numbers that are not below the order are refused, not
/// reduced: otherwise one value would have several names.
pub fn from_bytes(bytes: &FieldBytes) -> Result<Fr, FieldBytesError> {
    from_be_bytes(bytes).ok_or(FieldBytesError)
}

/// An element from 32 uniform bytes of a hash: the top three bits are cleared, so the number is
/// below `2^253`, which is below the order.
pub(super) fn from_digest(mut digest: [u8; 32]) -> Fr {
    let [top, ..] = &mut digest;
    *top &= 0x1f;
    from_be_bytes(&digest).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_from_the_order_upwards_are_refused() {
        let largest = to_bytes(&-Fr::from(1u8));
        assert_eq!(from_bytes(&largest), Ok(-Fr::from(1u8)));
        let mut order = largest;
        order[31] += 1;
        assert_eq!(from_bytes(&order), Err(FieldBytesError));
        assert_eq!(from_bytes(&[0xff; 32]), Err(FieldBytesError));
    }

    #[test]
    fn a_digest_keeps_its_low_253_bits() {
        let mut expected = [0xff; 32];
        expected[0] = 0x1f;
        assert_eq!(to_bytes(&from_digest([0xff; 32])), expected);
    }
}
