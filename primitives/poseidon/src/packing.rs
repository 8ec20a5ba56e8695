//! Small unsigned values packed into elements.
//!
//! An element holds as many whole values as fit into 252 bits, the first value in the lowest bits.
//! Decoding is strict: every element list has exactly one reading.

use alloc::vec::Vec;
use ark_bn254::Fr;
use ark_ff::{BigInt, PrimeField};
use zeroize::Zeroize;

/// Bits of an element that values may use.
pub const PACKED_BITS: u32 = 252;

/// Most bits of one value.
const MAX_VALUE_BITS: u32 = u64::BITS;

/// Values or elements that do not follow the format. The texts never show a value, which may be
/// secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackingError {
    /// A value's width is outside 1..=64.
    #[error("values of {bits} bits cannot be packed: use 1 to 64 bits")]
    Bits {
        /// The number of bits that was asked for.
        bits: u32,
    },
    /// A value needs more bits than its width.
    #[error("value {index} does not fit into {bits} bits")]
    ValueTooLarge {
        /// Position of the value, counted from 0.
        index: usize,
        /// The declared width.
        bits: u32,
    },
    /// An element has bits set above its last value.
    #[error(
        "element {element} has bits set beyond its last value: it was not packed by these rules"
    )]
    LeftoverBits {
        /// Position of the element, counted from 0.
        element: usize,
    },
    /// The elements end before the last value.
    #[error("value {index} is missing: there are only {elements} elements")]
    Missing {
        /// Position of the value, counted from 0.
        index: usize,
        /// Number of elements.
        elements: usize,
    },
    /// Elements are left after the last value.
    #[error("{unused} elements are left over after the last value")]
    LeftoverElements {
        /// Number of elements that were not read.
        unused: usize,
    },
}

/// Number of values of `bits` bits that one element holds.
pub fn values_per_element(bits: u32) -> Result<usize, PackingError> {
    check_bits(bits)?;
    let count = PACKED_BITS.checked_div(bits);
    count.map(|count| count as usize).ok_or(PackingError::Bits { bits })
}

/// Number of elements that `count` values of `bits` bits take.
pub fn packed_len(count: usize, bits: u32) -> Result<usize, PackingError> {
    Ok(count.div_ceil(values_per_element(bits)?))
}

/// Packs values of `bits` bits each.
pub fn pack(values: &[u64], bits: u32) -> Result<Vec<Fr>, PackingError> {
    let mut packer = Packer::new();
    check_bits(bits)?;
    values.iter().try_for_each(|value| packer.push(*value, bits))?;
    Ok(packer.finish())
}

/// Reads back exactly `count` values of `bits` bits each.
pub fn unpack(elements: &[Fr], bits: u32, count: usize) -> Result<Vec<u64>, PackingError> {
    check_bits(bits)?;
    let mut unpacker = Unpacker::new(elements);
    let mut values = Vec::new();
    for _ in 0..count {
        values.push(unpacker.pull(bits)?);
    }
    unpacker.finish()?;
    Ok(values)
}

/// Packs values whose widths may differ; a value that does not fit whole into the current element
/// starts the next. What was not [finished](Self::finish) is wiped on drop.
#[derive(Clone, Default)]
pub struct Packer {
    full: Vec<Fr>,
    current: Bits,
    count: usize,
}

impl Packer {
    /// A packer without values.
    pub fn new() -> Self {
        Self::default()
    }

    /// A packer without values and with room for this many elements. As long as they suffice, no
    /// copy of an element is left behind in memory.
    pub fn with_capacity(elements: usize) -> Self {
        Self { full: Vec::with_capacity(elements), current: Bits::default(), count: 0 }
    }

    /// Appends a value of `bits` bits.
    pub fn push(&mut self, value: u64, bits: u32) -> Result<(), PackingError> {
        check_bits(bits)?;
        if value > largest(bits) {
            return Err(PackingError::ValueTooLarge { index: self.count, bits });
        }
        if !self.current.has_room(bits) {
            self.close();
        }
        self.current.append(value, bits);
        self.count = self.count.saturating_add(1);
        Ok(())
    }

    /// The elements; none when there was no value.
    pub fn finish(mut self) -> Vec<Fr> {
        if self.current.used > 0 {
            self.close();
        }
        core::mem::take(&mut self.full)
    }

    fn close(&mut self) {
        self.full.push(self.current.element());
        self.current = Bits::default();
    }
}

impl Drop for Packer {
    fn drop(&mut self) {
        self.full.zeroize();
        self.current.limbs.zeroize();
    }
}

/// Values may be secret, so they are never printed.
impl core::fmt::Debug for Packer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Packer").field("count", &self.count).finish_non_exhaustive()
    }
}

/// Reads what a [`Packer`] wrote, given the same widths in the same order.
#[derive(Clone)]
pub struct Unpacker<'a> {
    elements: &'a [Fr],
    current: Option<Bits>,
    next: usize,
    count: usize,
}

impl<'a> Unpacker<'a> {
    /// A reader at the first value.
    pub fn new(elements: &'a [Fr]) -> Self {
        Self { elements, current: None, next: 0, count: 0 }
    }

    /// The next value, of `bits` bits.
    pub fn pull(&mut self, bits: u32) -> Result<u64, PackingError> {
        check_bits(bits)?;
        let mut current = match self.current.take() {
            Some(current) if current.has_room(bits) => current,
            finished => self.advance(finished)?,
        };
        let value = current.take(bits);
        self.current = Some(current);
        self.count = self.count.saturating_add(1);
        Ok(value)
    }

    /// Checks that nothing is left.
    pub fn finish(mut self) -> Result<(), PackingError> {
        let current = self.current.take();
        self.check_empty(current)?;
        match self.elements.len().saturating_sub(self.next) {
            0 => Ok(()),
            unused => Err(PackingError::LeftoverElements { unused }),
        }
    }

    fn advance(&mut self, finished: Option<Bits>) -> Result<Bits, PackingError> {
        self.check_empty(finished)?;
        let missing = PackingError::Missing { index: self.count, elements: self.elements.len() };
        let element = self.elements.get(self.next).ok_or(missing)?;
        self.next = self.next.saturating_add(1);
        Ok(Bits::of(element))
    }

    fn check_empty(&self, finished: Option<Bits>) -> Result<(), PackingError> {
        match finished {
            Some(bits) if bits.limbs != [0; 4] => {
                Err(PackingError::LeftoverBits { element: self.next.saturating_sub(1) })
            }
            _ => Ok(()),
        }
    }
}

/// Elements may hold secrets, so they are never printed.
impl core::fmt::Debug for Unpacker<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Unpacker").field("count", &self.count).finish_non_exhaustive()
    }
}

/// A 256-bit number that is filled from below when packing and emptied from below when unpacking.
#[derive(Clone, Copy, Default)]
struct Bits {
    limbs: [u64; 4],
    used: u32,
}

impl Bits {
    fn of(element: &Fr) -> Self {
        Self { limbs: element.into_bigint().0, used: 0 }
    }

    fn has_room(&self, bits: u32) -> bool {
        self.used.saturating_add(bits) <= PACKED_BITS
    }

    fn append(&mut self, value: u64, bits: u32) {
        let shifted = u128::from(value) << (self.used % 64);
        let limbs = self.limbs.iter_mut().skip((self.used / 64) as usize);
        for (limb, part) in limbs.zip([shifted as u64, (shifted >> u64::BITS) as u64]) {
            *limb |= part;
        }
        self.used = self.used.saturating_add(bits);
    }

    fn take(&mut self, bits: u32) -> u64 {
        let [lowest, ..] = self.limbs;
        let mut above = 0;
        for limb in self.limbs.iter_mut().rev() {
            let pair = u128::from(above) << u64::BITS | u128::from(*limb);
            above = *limb;
            *limb = (pair >> bits) as u64;
        }
        self.used = self.used.saturating_add(bits);
        lowest & largest(bits)
    }

    fn element(&self) -> Fr {
        Fr::new(BigInt::new(self.limbs))
    }
}

/// The largest value of 1 to 64 bits.
fn largest(bits: u32) -> u64 {
    u64::MAX.unbounded_shr(MAX_VALUE_BITS.saturating_sub(bits))
}

fn check_bits(bits: u32) -> Result<(), PackingError> {
    match bits {
        1..=MAX_VALUE_BITS => Ok(()),
        _ => Err(PackingError::Bits { bits }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn the_first_value_is_lowest() {
        assert_eq!(pack(&[1, 2, 3], 4), Ok(vec![Fr::from(0x321u32)]));
    }

    #[test]
    fn every_width_comes_back() {
        for bits in 1..=64 {
            let count = 2 * values_per_element(bits).unwrap() + 1;
            let values: Vec<u64> = (0..count as u64)
                .map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15) & largest(bits))
                .collect();
            let elements = pack(&values, bits).unwrap();
            assert_eq!(elements.len(), packed_len(count, bits).unwrap());
            assert_eq!(unpack(&elements, bits, count), Ok(values), "{bits} bits");
        }
    }

    #[test]
    fn an_element_is_filled_to_the_last_whole_value() {
        let full = pack(&vec![0xf; 63], 4).unwrap();
        assert_eq!(full.len(), 1);
        assert_eq!(full[0].into_bigint().0[3], u64::MAX >> 4);
        assert_eq!(pack(&vec![0xf; 64], 4).unwrap().len(), 2);
    }

    #[test]
    fn mixed_widths_come_back_and_never_cross_a_border() {
        let fields = [(3, 2), (u64::MAX, 64), (u64::MAX, 64), (5, 64), (7, 60), (1, 1), (0, 9)];
        let mut packer = Packer::new();
        fields.iter().for_each(|(value, bits)| packer.push(*value, *bits).unwrap());
        let elements = packer.finish();
        assert_eq!(elements.len(), 2);
        let mut unpacker = Unpacker::new(&elements);
        for (value, bits) in fields {
            assert_eq!(unpacker.pull(bits), Ok(value));
        }
        assert_eq!(unpacker.finish(), Ok(()));
    }

    #[test]
    fn room_that_was_made_is_not_left() {
        let mut packer = Packer::with_capacity(2);
        let room = packer.full.as_ptr();
        (0..64).for_each(|value| packer.push(value, 6).unwrap());
        assert_eq!(packer.count, 64);
        let elements = packer.finish();
        assert_eq!((elements.len(), elements.as_ptr()), (2, room));
    }

    #[test]
    fn nothing_packs_into_nothing() {
        assert_eq!(pack(&[], 8), Ok(vec![]));
        assert_eq!(unpack(&[], 8, 0), Ok(vec![]));
    }

    #[test]
    fn a_value_beyond_its_width_is_refused() {
        assert_eq!(pack(&[1, 16], 4), Err(PackingError::ValueTooLarge { index: 1, bits: 4 }));
    }

    #[test]
    fn widths_outside_1_to_64_are_refused() {
        for bits in [0, 65, u32::MAX] {
            assert_eq!(pack(&[], bits), Err(PackingError::Bits { bits }));
            assert_eq!(unpack(&[], bits, 0), Err(PackingError::Bits { bits }));
            assert_eq!(values_per_element(bits), Err(PackingError::Bits { bits }));
        }
    }

    #[test]
    fn bits_beyond_the_last_value_are_refused() {
        let one_too_many = pack(&[1, 2, 3], 4).unwrap();
        assert_eq!(unpack(&one_too_many, 4, 2), Err(PackingError::LeftoverBits { element: 0 }));
        let above_252 = [-Fr::from(1u32), Fr::from(0u32)];
        assert_eq!(unpack(&above_252, 4, 64), Err(PackingError::LeftoverBits { element: 0 }));
    }

    #[test]
    fn missing_and_extra_elements_are_refused() {
        let elements = pack(&[1; 64], 4).unwrap();
        assert_eq!(
            unpack(&elements, 4, 127),
            Err(PackingError::Missing { index: 126, elements: 2 })
        );
        assert_eq!(unpack(&elements, 4, 63), Err(PackingError::LeftoverElements { unused: 1 }));
    }

    #[test]
    fn errors_and_debug_output_do_not_show_values() {
        let mut packer = Packer::new();
        packer.push(4242, 16).unwrap();
        let refused = packer.push(77777, 16).unwrap_err();
        for text in [format!("{packer:?}"), format!("{refused}"), format!("{refused:?}")] {
            assert!(!text.contains("4242") && !text.contains("77777"), "{text}");
        }
    }
}
