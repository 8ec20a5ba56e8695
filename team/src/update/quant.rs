//! Numbers as small integers, magnitudes in 16 bits, and numbers as they are.

use super::{
    rice::{BitReader, BitWriter},
    Rule,
};
use half::f16;

/// Numbers that share a scale; the last of a tensor may be fewer.
pub(super) const BLOCK: usize = 256;
/// Bits of a scale or magnitude.
pub(super) const MAGNITUDE_BITS: usize = 16;
/// Bits of a number as it is.
pub(super) const PLAIN_BITS: usize = 32;

/// Integers of eight bits.
pub(super) const INT8: Codes = Codes { bits: 8, largest: 127 };
/// Integers of four bits.
pub(super) const INT4: Codes = Codes { bits: 4, largest: 7 };

/// Zero for numbers that are too small to matter, so that there is one zero and no number with
/// which processors compute slowly, or each in its own way.
pub(crate) fn flushed(value: f32) -> f32 {
    if value.abs() < 1e-30 {
        0.0
    } else {
        value
    }
}

/// The nearest magnitude of 16 bits; the largest for all above.
pub(super) fn magnitude(value: f32) -> f16 {
    f16::from_f32(value.min(f16::MAX.to_f32()))
}

/// Writes a magnitude.
pub(super) fn put_magnitude(writer: &mut BitWriter, magnitude: f16) {
    writer.put(u32::from(magnitude.to_bits()), MAGNITUDE_BITS as u32);
}

/// Reads a magnitude, which has no sign and is finite.
pub(super) fn take_magnitude(reader: &mut BitReader<'_>) -> Result<f16, Rule> {
    let bits = reader.take(MAGNITUDE_BITS as u32)? as u16;
    if bits <= f16::MAX.to_bits() {
        Ok(f16::from_bits(bits))
    } else {
        Err(Rule::Magnitude)
    }
}

/// Integers from minus to plus the largest, in two's complement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Codes {
    bits: u32,
    largest: i32,
}

impl Codes {
    /// Bits of a block with so many numbers.
    pub(super) fn block_bits(self, length: usize) -> usize {
        MAGNITUDE_BITS + length * self.bits as usize
    }

    /// Writes a block: its largest magnitude as the scale, and each number as a share of that.
    pub(super) fn put_block(self, writer: &mut BitWriter, values: &[f32]) {
        let most = values.iter().fold(0.0f32, |most, value| most.max(value.abs()));
        let scale = magnitude(most);
        put_magnitude(writer, scale);
        for value in values {
            let code = if scale == f16::ZERO { 0 } else { self.code(*value, most) };
            writer.put(code.cast_unsigned() & ((1 << self.bits) - 1), self.bits);
        }
    }

    /// Reads a block of so many numbers.
    pub(super) fn take_block(
        self,
        reader: &mut BitReader<'_>,
        length: usize,
    ) -> Result<Vec<f32>, Rule> {
        let scale = take_magnitude(reader)?;
        let codes = (0..length).map(|_| self.take_code(reader)).collect::<Result<Vec<_>, _>>()?;
        let most = codes.iter().map(|code| code.abs()).max();
        let expected = if scale == f16::ZERO { 0 } else { self.largest };
        if most != Some(expected) {
            return Err(Rule::Scale);
        }
        Ok(codes.into_iter().map(|code| self.value(code, scale)).collect())
    }

    fn code(self, value: f32, most: f32) -> i32 {
        let share = f64::from(value) / f64::from(most);
        (share * f64::from(self.largest)).round() as i32
    }

    fn take_code(self, reader: &mut BitReader<'_>) -> Result<i32, Rule> {
        let unused = u32::BITS - self.bits;
        let code = (reader.take(self.bits)? << unused).cast_signed() >> unused;
        if code >= -self.largest {
            Ok(code)
        } else {
            Err(Rule::Code)
        }
    }

    /// The product is exact, so that the largest code gives the scale itself.
    fn value(self, code: i32, scale: f16) -> f32 {
        code as f32 * scale.to_f32() / self.largest as f32
    }
}

/// Writes numbers as they are.
pub(super) fn put_plain(writer: &mut BitWriter, values: &[f32]) {
    for value in values {
        writer.put(value.to_bits(), PLAIN_BITS as u32);
    }
}

/// Reads numbers as they are.
pub(super) fn take_plain(reader: &mut BitReader<'_>, length: usize) -> Result<Vec<f32>, Rule> {
    (0..length).map(|_| take_number(reader)).collect()
}

fn take_number(reader: &mut BitReader<'_>) -> Result<f32, Rule> {
    let number = f32::from_bits(reader.take(PLAIN_BITS as u32)?);
    if number.is_finite() && flushed(number).to_bits() == number.to_bits() {
        Ok(number)
    } else {
        Err(Rule::Number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(codes: Codes, values: &[f32]) -> Vec<u8> {
        let mut writer = BitWriter::after(Vec::new());
        codes.put_block(&mut writer, values);
        writer.finish()
    }

    fn values_of(codes: Codes, length: usize, bytes: &[u8]) -> Result<Vec<f32>, Rule> {
        codes.take_block(&mut BitReader::new(bytes), length)
    }

    #[test]
    fn a_number_of_a_block_is_off_by_at_most_half_a_step() {
        let values = (0..256u16).map(|place| f32::from(place % 83) / 64.0 - 0.6);
        let values: Vec<f32> = values.collect();
        let most = values.iter().fold(0.0f32, |most, value| most.max(value.abs()));
        for (codes, steps) in [(INT8, 127.0), (INT4, 7.0)] {
            let found = values_of(codes, values.len(), &block(codes, &values)).unwrap();
            // The scale itself is rounded to 11 bits.
            let bound = most / steps / 2.0 + most / 2_048.0;
            assert!(values.iter().zip(found).all(|(one, other)| (one - other).abs() <= bound));
        }
    }

    #[test]
    fn the_largest_magnitude_of_a_block_is_its_scale() {
        let found = values_of(INT4, 3, &block(INT4, &[0.5, -1.0, 0.1])).unwrap();
        assert_eq!(found[1], -1.0);
        assert_eq!(values_of(INT8, 2, &block(INT8, &[0.0, 1e-9])), Ok(vec![0.0, 0.0]));
        assert_eq!(values_of(INT8, 1, &block(INT8, &[-1e9])), Ok(vec![-65_504.0]));
    }

    #[test]
    fn codes_without_scale_and_scales_without_code_are_refused() {
        let scale = f16::ONE.to_bits().to_le_bytes();
        let read = |codes: [u8; 2]| values_of(INT8, 2, &[scale.as_slice(), &codes].concat());
        assert_eq!(read([127, 0x81]), Ok(vec![1.0, -1.0]));
        assert_eq!(read([126, 0]), Err(Rule::Scale));
        assert_eq!(read([127, 0x80]), Err(Rule::Code));
        assert_eq!(values_of(INT8, 1, &[0, 0, 1]), Err(Rule::Scale));
        assert_eq!(values_of(INT8, 1, &[0, 0x80, 0]), Err(Rule::Magnitude));
        assert_eq!(values_of(INT8, 1, &[0, 0x7c, 127]), Err(Rule::Magnitude));
    }

    #[test]
    fn what_should_be_zero_is_refused_as_a_plain_number() {
        let read = |number: f32| take_plain(&mut BitReader::new(&number.to_le_bytes()), 1);
        assert_eq!(read(-1.5), Ok(vec![-1.5]));
        for number in [-0.0, 1e-31, -f32::from_bits(1), f32::NAN, f32::INFINITY] {
            assert_eq!(read(number), Err(Rule::Number), "{number}");
        }
    }

    #[test]
    fn what_is_too_small_to_matter_is_plus_zero() {
        for number in [-0.0, 1e-31, -1e-31, f32::from_bits(1)] {
            assert_eq!(flushed(number).to_bits(), 0, "{number}");
        }
        assert_eq!(flushed(-2e-30), -2e-30);
    }
}
