//! Domain tags.

/// Names a use of the sponge: hashes under different tags never meet.
///
/// The tag is a label of 1 to 16 printable ASCII characters, read as a big-endian number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DomainTag(u128);

impl DomainTag {
    /// The tag of a label, meant for constants: `const TAG: DomainTag =
    /// DomainTag::new(b"nocknock/weights");`.
    ///
    /// # Panics
    ///
    /// When the label has a character that is not printable ASCII, which in a constant is an error
    /// of compilation. A label that is empty or longer than 16 characters never compiles.
    #[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)] // The loop ends at the array's length.
    pub const fn new<const N: usize>(label: &[u8; N]) -> Self {
        const { assert!(N >= 1 && N <= 16, "a label has 1 to 16 characters") };
        let mut value = 0;
        let mut i = 0;
        while i < N {
            assert!(label[i].is_ascii_graphic(), "a label is printable ASCII");
            value = value << 8 | label[i] as u128;
            i += 1;
        }
        Self(value)
    }

    /// The label as a big-endian number.
    pub const fn value(self) -> u128 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_a_big_endian_number() {
        assert_eq!(DomainTag::new(b"a").value(), 0x61);
        assert_eq!(DomainTag::new(b"ab").value(), 0x6162);
        assert_eq!(DomainTag::new(b"0123456789abcdef").value() >> 120, 0x30);
    }

    #[test]
    #[should_panic(expected = "printable ASCII")]
    fn a_label_with_a_zero_byte_is_refused() {
        let _ = DomainTag::new(b"\0a");
    }
}
