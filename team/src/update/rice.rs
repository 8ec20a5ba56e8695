//! Bits, the lowest of a byte first, and gaps in Golomb-Rice code.
//!
//! A gap is divided by two to the power of a parameter. The quotient is as many ones and a zero;
//! the remainder follows in as many bits as the parameter says. A chunk begins with the parameter
//! that makes its gaps shortest; the smallest, where several do.

use super::Rule;

/// Bits of the parameter.
const PARAMETER_BITS: u32 = 4;
/// The largest parameter that can be the best: all gaps of a chunk are below two to this power.
const LARGEST_PARAMETER: u32 = 12;

/// Bytes that grow by bits.
#[derive(Debug)]
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    /// Bits that fill no byte yet.
    waiting: u64,
    count: u32,
}

impl BitWriter {
    /// Goes on after some bytes.
    pub(super) fn after(bytes: Vec<u8>) -> Self {
        Self { bytes, waiting: 0, count: 0 }
    }

    /// Writes up to 32 bits. The value has no others.
    pub(super) fn put(&mut self, value: u32, bits: u32) {
        self.waiting |= u64::from(value) << self.count;
        self.count += bits;
        while self.count >= 8 {
            self.bytes.push((self.waiting & 0xff) as u8);
            self.waiting >>= 8;
            self.count -= 8;
        }
    }

    /// The bytes, the last filled up with zeros.
    pub(super) fn finish(mut self) -> Vec<u8> {
        if self.count > 0 {
            self.put(0, 8 - self.count);
        }
        self.bytes
    }
}

/// Bytes that are read bit by bit.
#[derive(Debug)]
pub(super) struct BitReader<'a> {
    bytes: &'a [u8],
    /// Bits of bytes that were taken from the front.
    waiting: u64,
    count: u32,
}

impl<'a> BitReader<'a> {
    /// Begins with the first bit.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, waiting: 0, count: 0 }
    }

    /// The next bits, 32 at most.
    pub(super) fn take(&mut self, bits: u32) -> Result<u32, Rule> {
        if self.count < bits {
            self.refill();
        }
        if self.count < bits {
            return Err(Rule::EndsEarly);
        }
        let value = self.waiting & ((1 << bits) - 1);
        self.waiting >>= bits;
        self.count -= bits;
        Ok(value as u32)
    }

    /// One bit.
    pub(super) fn take_flag(&mut self) -> Result<bool, Rule> {
        Ok(self.take(1)? == 1)
    }

    /// Refuses bits that are left, apart from zeros that fill the last byte up.
    pub(super) fn finish(mut self) -> Result<(), Rule> {
        self.refill();
        if self.count >= 8 {
            return Err(Rule::GoesOn);
        }
        if self.waiting == 0 {
            Ok(())
        } else {
            Err(Rule::Padding)
        }
    }

    fn refill(&mut self) {
        while self.count <= 56 {
            let Some((first, rest)) = self.bytes.split_first() else { break };
            self.waiting |= u64::from(*first) << self.count;
            self.count += 8;
            self.bytes = rest;
        }
    }
}

/// Writes the parameter and the gaps.
pub(super) fn put_gaps(writer: &mut BitWriter, gaps: &[u32]) {
    let parameter = best_parameter(gaps);
    writer.put(parameter, PARAMETER_BITS);
    for gap in gaps.iter().copied() {
        for _ in 0..gap >> parameter {
            writer.put(1, 1);
        }
        writer.put(0, 1);
        writer.put(gap & ((1 << parameter) - 1), parameter);
    }
}

/// Reads as many gaps, whose sum is at most `free`.
pub(super) fn take_gaps(
    reader: &mut BitReader<'_>,
    count: usize,
    mut free: u32,
) -> Result<Vec<u32>, Rule> {
    let parameter = reader.take(PARAMETER_BITS)?;
    let mut gaps = Vec::with_capacity(count);
    for _ in 0..count {
        let gap = take_gap(reader, parameter, free)?;
        free -= gap;
        gaps.push(gap);
    }
    if parameter == best_parameter(&gaps) {
        Ok(gaps)
    } else {
        Err(Rule::Parameter)
    }
}

/// The most bits of a parameter and of gaps with a sum of at most `free`.
pub(super) fn most_bits(count: usize, free: usize) -> usize {
    let bits = |parameter: u32| count * (parameter as usize + 1) + (free >> parameter);
    let gaps = (0..=LARGEST_PARAMETER).map(bits).min().unwrap_or_default();
    PARAMETER_BITS as usize + gaps
}

fn take_gap(reader: &mut BitReader<'_>, parameter: u32, free: u32) -> Result<u32, Rule> {
    let mut quotient = 0;
    while reader.take_flag()? {
        quotient += 1;
        if quotient > free >> parameter {
            return Err(Rule::Gap);
        }
    }
    let gap = (quotient << parameter) | reader.take(parameter)?;
    if gap <= free {
        Ok(gap)
    } else {
        Err(Rule::Gap)
    }
}

fn best_parameter(gaps: &[u32]) -> u32 {
    let bits = |parameter: u32| -> u64 {
        gaps.iter().map(|gap| u64::from(gap >> parameter) + u64::from(parameter) + 1).sum()
    };
    (0..=LARGEST_PARAMETER).min_by_key(|parameter| bits(*parameter)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};

    /// The lowest bits of a number, the lowest first, as text.
    fn digits(value: u32, bits: u32) -> String {
        (0..bits).map(|place| if (value >> place) & 1 == 1 { '1' } else { '0' }).collect()
    }

    /// The same code once more: all parameters are tried out as text.
    fn coded_slowly(gaps: &[u32]) -> String {
        let coded = |parameter: u32| -> String {
            let gaps = gaps.iter().map(|gap| {
                let ones = "1".repeat((gap >> parameter) as usize);
                format!("{ones}0{}", digits(*gap, parameter))
            });
            digits(parameter, 4) + &gaps.collect::<String>()
        };
        (0..16).map(coded).min_by_key(String::len).unwrap()
    }

    /// Many are small.
    fn gap() -> impl Strategy<Value = u32> {
        prop_oneof![0u32..9, 0u32..4_095]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn gaps_are_coded_as_in_the_slow_way(gaps in vec(gap(), 1..80)) {
            let mut writer = BitWriter::after(Vec::new());
            put_gaps(&mut writer, &gaps);
            let bytes = writer.finish();
            let text: String = bytes.iter().map(|byte| digits(u32::from(*byte), 8)).collect();
            let slow = coded_slowly(&gaps);
            let padding = text.strip_prefix(&slow).unwrap();
            prop_assert!(padding.len() < 8 && padding.chars().all(|bit| bit == '0'));
            let sum = gaps.iter().sum::<u32>();
            prop_assert!(slow.len() <= most_bits(gaps.len(), sum as usize));
            let mut reader = BitReader::new(&bytes);
            prop_assert_eq!(take_gaps(&mut reader, gaps.len(), sum), Ok(gaps));
            prop_assert_eq!(reader.finish(), Ok(()));
        }
    }

    /// What is read from bits that are given as a number, the first the lowest.
    fn taken(bits: u32, count: usize, free: u32) -> Result<Vec<u32>, Rule> {
        take_gaps(&mut BitReader::new(&bits.to_le_bytes()), count, free)
    }

    #[test]
    fn a_gap_that_leads_out_of_the_chunk_is_refused() {
        // Parameter 0, then two ones and a zero.
        assert_eq!(taken(0b011_0000, 1, 2), Ok(vec![2]));
        assert_eq!(taken(0b011_0000, 1, 1), Err(Rule::Gap));
        assert_eq!(taken(u32::MAX, 1, 4_000), Err(Rule::Gap));
    }

    #[test]
    fn another_parameter_than_the_best_is_refused() {
        // A gap of 1 as a one and a zero, and as a zero and a remainder of one bit.
        assert_eq!(taken(0b01_0000, 1, 9), Ok(vec![1]));
        assert_eq!(taken(0b10_0001, 1, 9), Err(Rule::Parameter));
    }

    #[test]
    fn what_follows_the_last_bit_is_refused() {
        let left_of = |bytes: &[u8]| {
            let mut reader = BitReader::new(bytes);
            reader.take(3).and_then(|_| reader.finish())
        };
        assert_eq!(left_of(&[0b111]), Ok(()));
        assert_eq!(left_of(&[0b1111]), Err(Rule::Padding));
        assert_eq!(left_of(&[0b111, 0]), Err(Rule::GoesOn));
        assert_eq!(left_of(&[]), Err(Rule::EndsEarly));
    }
}
