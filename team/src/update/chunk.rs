//! The largest numbers of a chunk: where they are, their signs, and one or two magnitudes.

use super::{
    quant::{magnitude, put_magnitude, take_magnitude},
    rice::{put_gaps, take_gaps, BitReader, BitWriter},
    select, Rule, ValueBits,
};
use half::f16;

/// What is kept of a chunk.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Chunk {
    /// By ascending place.
    kept: Vec<Kept>,
    /// Magnitude of the first class.
    low: f16,
    /// Magnitude of the second class; the same if that is empty.
    high: f16,
}

/// A number that is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Kept {
    place: u32,
    minus: bool,
    /// Whether it is of the second class.
    high: bool,
}

/// The magnitudes of two classes, and above which the second begins.
struct Levels {
    low: f16,
    high: f16,
    split: f64,
}

impl Chunk {
    /// Keeps the largest numbers.
    ///
    /// A number whose magnitude rounds to zero is as good as any other that is left out. The first
    /// of these are named, so that the same numbers are always the same bits.
    pub(super) fn of(values: &[f32], count: usize, value_bits: ValueBits) -> Self {
        let chunk = Self::of_largest(values, count, value_bits);
        if chunk.low == f16::ZERO {
            Self::of_largest(&chunk.spread(values.len()), count, value_bits)
        } else {
            chunk
        }
    }

    /// The places and numbers, by ascending place.
    pub(super) fn numbers(&self) -> impl Iterator<Item = (u32, f32)> + '_ {
        self.kept.iter().map(move |kept| {
            let magnitude = if kept.high { self.high } else { self.low };
            let sign = if kept.minus { -1.0 } else { 1.0 };
            (kept.place, sign * magnitude.to_f32())
        })
    }

    /// Writes the chunk.
    pub(super) fn put(&self, writer: &mut BitWriter, value_bits: ValueBits) {
        put_gaps(writer, &self.gaps());
        for kept in &self.kept {
            writer.put(u32::from(kept.minus), 1);
        }
        if value_bits == ValueBits::Two {
            for kept in &self.kept {
                writer.put(u32::from(kept.high), 1);
            }
        }
        put_magnitude(writer, self.low);
        if value_bits == ValueBits::Two {
            put_magnitude(writer, self.high);
        }
    }

    /// Reads what is kept of a chunk of so many numbers, of which `count` are kept.
    pub(super) fn take(
        reader: &mut BitReader<'_>,
        length: usize,
        count: usize,
        value_bits: ValueBits,
    ) -> Result<Self, Rule> {
        let gaps = take_gaps(reader, count, length.saturating_sub(count) as u32)?;
        let signs = take_flags(reader, count)?;
        let classes = match value_bits {
            ValueBits::One => vec![false; count],
            ValueBits::Two => take_flags(reader, count)?,
        };
        let low = take_magnitude(reader)?;
        let high = match value_bits {
            ValueBits::One => low,
            ValueBits::Two => take_magnitude(reader)?,
        };
        let mut next = 0;
        let kept = gaps.into_iter().zip(signs).zip(classes).map(|((gap, minus), high)| {
            let place = next + gap;
            next = place + 1;
            Kept { place, minus, high }
        });
        Self { kept: kept.collect(), low, high }.checked()
    }

    fn of_largest(values: &[f32], count: usize, value_bits: ValueBits) -> Self {
        let places = select::largest(values, count).into_iter();
        let numbers = places.filter_map(|place| Some((place, *values.get(place as usize)?)));
        let numbers: Vec<(u32, f32)> = numbers.collect();
        let magnitudes: Vec<f32> = numbers.iter().map(|(_, number)| number.abs()).collect();
        let Levels { low, high, split } = Levels::of(&magnitudes, value_bits);
        let kept = numbers.into_iter().map(|(place, number)| Kept {
            place,
            minus: number < 0.0,
            high: low < high && f64::from(number.abs()) > split,
        });
        Self { kept: kept.collect(), low, high }
    }

    /// All numbers of a chunk of this length.
    fn spread(&self, length: usize) -> Vec<f32> {
        let mut values = vec![0.0; length];
        for (place, number) in self.numbers() {
            if let Some(value) = values.get_mut(place as usize) {
                *value = number;
            }
        }
        values
    }

    /// How many numbers are left out before each that is kept.
    fn gaps(&self) -> Vec<u32> {
        let mut next = 0;
        let gaps = self.kept.iter().map(|kept| {
            let gap = kept.place - next;
            next = kept.place + 1;
            gap
        });
        gaps.collect()
    }

    fn checked(self) -> Result<Self, Rule> {
        if self.low > self.high {
            Err(Rule::Order)
        } else if !self.classes_fit() {
            Err(Rule::Classes)
        } else if self.low == f16::ZERO && !self.zeros_are_first() {
            Err(Rule::Zero)
        } else {
            Ok(self)
        }
    }

    /// Different magnitudes have numbers, equal ones are one class.
    fn classes_fit(&self) -> bool {
        let high = self.kept.iter().filter(|kept| kept.high).count();
        if self.low < self.high {
            high > 0 && high < self.kept.len()
        } else {
            high == 0
        }
    }

    /// Whether zeros have no minus, and no number before them is left out.
    fn zeros_are_first(&self) -> bool {
        let mut zeros = self.kept.iter().enumerate().filter(|(_, kept)| !kept.high);
        zeros.all(|(before, kept)| !kept.minus && kept.place as usize == before)
    }
}

impl Levels {
    fn of(magnitudes: &[f32], value_bits: ValueBits) -> Self {
        let split = mean(magnitudes);
        let (above, below): (Vec<f32>, Vec<f32>) =
            magnitudes.iter().copied().partition(|magnitude| f64::from(*magnitude) > split);
        if value_bits == ValueBits::One || above.is_empty() || below.is_empty() {
            let one = magnitude(split as f32);
            return Self { low: one, high: one, split };
        }
        let [low, high] = [below, above].map(|class| magnitude(mean(&class) as f32));
        Self { low, high, split }
    }
}

fn mean(values: &[f32]) -> f64 {
    let sum: f64 = values.iter().copied().map(f64::from).sum();
    sum / values.len() as f64
}

fn take_flags(reader: &mut BitReader<'_>, count: usize) -> Result<Vec<bool>, Rule> {
    (0..count).map(|_| reader.take_flag()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(values: &[f32], count: usize, value_bits: ValueBits) -> Vec<(u32, f32)> {
        Chunk::of(values, count, value_bits).numbers().collect()
    }

    #[test]
    fn with_one_bit_all_have_the_mean_magnitude() {
        let values = [0.5, -4.0, 0.25, 2.0, -3.0];
        let found = numbers(&values, 3, ValueBits::One);
        assert_eq!(found, [(1, -3.0), (3, 3.0), (4, -3.0)]);
    }

    #[test]
    fn with_two_bits_the_classes_part_at_the_mean() {
        let values = [1.0, -2.0, 0.25, 8.0, -10.0];
        let found = numbers(&values, 4, ValueBits::Two);
        assert_eq!(found, [(0, 1.5), (1, -1.5), (3, 9.0), (4, -9.0)]);
        let equal = numbers(&[3.0, -3.0], 2, ValueBits::Two);
        assert_eq!(equal, [(0, 3.0), (1, -3.0)]);
    }

    #[test]
    fn of_magnitudes_that_round_to_zero_the_first_places_are_named() {
        let values = [0.0, 0.0, -1e-9, 2.0, -1e-9];
        assert_eq!(numbers(&values, 3, ValueBits::Two), [(0, 0.0), (1, 0.0), (3, 2.0)]);
        assert_eq!(numbers(&[0.0, 0.0, -1e-9], 1, ValueBits::One), [(0, 0.0)]);
    }

    fn kept(place: u32, minus: bool, high: bool) -> Kept {
        Kept { place, minus, high }
    }

    /// What becomes of a chunk of eight numbers that is written and read.
    fn reread(kept: Vec<Kept>, low: f32, high: f32) -> Result<(), Rule> {
        let [low, high] = [low, high].map(f16::from_f32);
        let chunk = Chunk { kept, low, high };
        let mut writer = BitWriter::after(Vec::new());
        chunk.put(&mut writer, ValueBits::Two);
        let bytes = writer.finish();
        let mut reader = BitReader::new(&bytes);
        let found = Chunk::take(&mut reader, 8, chunk.kept.len(), ValueBits::Two)?;
        assert_eq!(found, chunk);
        reader.finish()
    }

    #[test]
    fn chunks_that_could_be_said_otherwise_are_refused() {
        let [one, two] = [kept(1, true, false), kept(6, false, true)];
        assert_eq!(reread(vec![one, two], 1.0, 2.0), Ok(()));
        assert_eq!(reread(vec![one, two], 2.0, 1.0), Err(Rule::Order));
        assert_eq!(reread(vec![one, two], 1.0, 1.0), Err(Rule::Classes));
        assert_eq!(reread(vec![one], 1.0, 2.0), Err(Rule::Classes));
        assert_eq!(reread(vec![two], 1.0, 2.0), Err(Rule::Classes));
        assert_eq!(reread(vec![one, two], 0.0, 2.0), Err(Rule::Zero));
        assert_eq!(reread(vec![kept(0, true, false), two], 0.0, 2.0), Err(Rule::Zero));
        assert_eq!(reread(vec![kept(0, false, false), two], 0.0, 2.0), Ok(()));
        assert_eq!(reread(vec![kept(1, false, false)], 0.0, 0.0), Err(Rule::Zero));
    }
}
