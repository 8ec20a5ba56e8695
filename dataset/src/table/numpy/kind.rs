//! Types of values, and the values that their bytes stand for.

use super::unusable;
use crate::{
    names::shown,
    table::TableFault,
    value::{TextRules, Value},
};
use half::f16;

/// The type of a value in an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    code: Code,
    /// Bytes of a value.
    size: usize,
    /// Whether the most significant byte comes first.
    big: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Code {
    Truth,
    Signed,
    Unsigned,
    Float,
    /// Characters of 32 bits.
    Unicode,
    /// Text in UTF-8.
    Bytes,
    /// Bytes between fields, which hold nothing.
    Padding,
}

impl Kind {
    /// The type of this name, such as `<f8`.
    pub(super) fn parse(name: &str) -> Result<Self, TableFault> {
        Self::known(name).ok_or_else(|| {
            unusable(&format!(
                "its values are of type `{}`; convert them with astype to numbers of at most 64 \
                 bits or to texts, and save it again",
                shown(name)
            ))
        })
    }

    fn known(name: &str) -> Option<Self> {
        let mut characters = name.chars();
        let big = match characters.next()? {
            '>' => true,
            '<' | '|' | '=' => false,
            _ => return None,
        };
        let letter = characters.next()?;
        let number: usize = characters.as_str().parse().ok().filter(|number| *number > 0)?;
        let (code, size) = match (letter, number) {
            ('b', 1) => (Code::Truth, 1),
            ('i', 1 | 2 | 4 | 8) => (Code::Signed, number),
            ('u', 1 | 2 | 4 | 8) => (Code::Unsigned, number),
            ('f', 2 | 4 | 8) => (Code::Float, number),
            ('U', _) => (Code::Unicode, number.checked_mul(4)?),
            ('S' | 'a', _) => (Code::Bytes, number),
            ('V', _) => (Code::Padding, number),
            _ => return None,
        };
        Some(Self { code, size, big })
    }

    /// Bytes of a value.
    pub(super) fn size(self) -> usize {
        self.size
    }

    /// Whether the bytes hold nothing.
    pub(super) fn is_padding(self) -> bool {
        self.code == Code::Padding
    }

    /// The value that the bytes stand for, or why there is none and what to do. `text` is where a
    /// text is put.
    pub(super) fn value<'a>(
        self,
        bytes: &'a [u8],
        text: &'a mut String,
        rules: &TextRules,
    ) -> Result<Value<'a>, &'static str> {
        Ok(match self.code {
            Code::Truth => Value::from(self.bits(bytes) != 0),
            Code::Signed => Value::from(self.signed(bytes)),
            Code::Unsigned => Value::from(self.bits(bytes)),
            Code::Float => self.float(bytes),
            Code::Unicode => {
                self.characters(bytes, text)
                    .ok_or("it holds what is no character; correct it and save the array again")?;
                Value::from_text(text.trim_end_matches('\0'), rules)
            }
            Code::Bytes => {
                let text = std::str::from_utf8(bytes).map_err(|_| {
                    "the bytes are not text in UTF-8; convert them with astype(str)"
                })?;
                Value::from_text(text.trim_end_matches('\0'), rules)
            }
            Code::Padding => Value::Missing,
        })
    }

    /// The bits of a number of at most eight bytes.
    fn bits(self, bytes: &[u8]) -> u64 {
        let append = |bits: u64, byte: &u8| (bits << 8) | u64::from(*byte);
        if self.big {
            bytes.iter().fold(0, append)
        } else {
            bytes.iter().rev().fold(0, append)
        }
    }

    fn signed(self, bytes: &[u8]) -> i64 {
        let unused = match self.size {
            1 => 56,
            2 => 48,
            4 => 32,
            _ => 0,
        };
        (self.bits(bytes) << unused).cast_signed() >> unused
    }

    fn float(self, bytes: &[u8]) -> Value<'static> {
        let bits = self.bits(bytes);
        let [a, b, c, d, ..] = bits.to_le_bytes();
        match self.size {
            2 => Value::from(f16::from_le_bytes([a, b])),
            4 => Value::from(f32::from_le_bytes([a, b, c, d])),
            _ => Value::from(f64::from_bits(bits)),
        }
    }

    /// Puts characters into a text.
    fn characters(self, bytes: &[u8], text: &mut String) -> Option<()> {
        text.clear();
        for unit in bytes.chunks_exact(4) {
            let number = u32::try_from(self.bits(unit)).ok()?;
            text.push(char::from_u32(number)?);
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(kind: &str, bytes: &[u8]) -> Value<'static> {
        let kind = Kind::parse(kind).unwrap();
        assert_eq!(kind.size(), bytes.len());
        kind.value(bytes, &mut String::new(), &TextRules::default()).unwrap().into_owned()
    }

    #[test]
    fn numbers_of_both_byte_orders_keep_their_sign() {
        assert_eq!(value("<i2", &[0xfe, 0xff]), Value::Integer(-2));
        assert_eq!(value(">i2", &[0xff, 0xfe]), Value::Integer(-2));
        assert_eq!(value("|i1", &[0x80]), Value::Integer(-128));
        assert_eq!(value(">u4", &[0xff, 0, 0, 0]), Value::Integer(0xff00_0000));
        assert_eq!(value("<i8", &i64::MIN.to_le_bytes()), Value::Integer(i64::MIN));
        let largest = value("<u8", &u64::MAX.to_le_bytes());
        assert_eq!(largest.key().unwrap(), "18446744073709551615");
    }

    #[test]
    fn floats_of_all_sizes_stand_for_their_shortest_decimals() {
        assert_eq!(value("<f8", &0.1f64.to_le_bytes()), Value::Number(0.1));
        assert_eq!(value(">f4", &0.1f32.to_be_bytes()), Value::Number(0.1));
        assert_eq!(value("<f2", &f16::from_f32(0.1).to_le_bytes()), Value::Number(0.1));
        assert_eq!(value("<f8", &f64::NAN.to_le_bytes()), Value::Missing);
    }

    #[test]
    fn texts_end_before_their_zeros() {
        assert_eq!(value("|S4", b"ab\0\0"), Value::Text("ab".into()));
        assert_eq!(value("<U2", &[0xe9, 0, 0, 0, 0, 0, 0, 0]), Value::Text("é".into()));
        assert_eq!(value(">U1", &[0, 0, 0, b'7']), Value::Integer(7));
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        let refused = |kind: &str, bytes: &[u8]| {
            let kind = Kind::parse(kind).unwrap();
            kind.value(bytes, &mut String::new(), &TextRules::default()).is_err()
        };
        assert!(refused("|S1", b"\xe9"));
        assert!(refused("<U1", &[0, 0xd8, 0, 0]));
        assert!(refused("<U1", &[0, 0, 0x11, 0]));
    }

    #[test]
    fn types_that_are_no_number_and_no_text_are_refused_with_what_to_do() {
        for name in ["<c8", "|O", "<M8[D]", "<f16", "<i3", "|S0", "<U99999999999999999999", "", "é"]
        {
            let fault = Kind::parse(name).unwrap_err().to_string();
            assert!(fault.contains("astype"), "{fault}");
        }
    }
}
