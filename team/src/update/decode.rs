//! Bytes to numbers.

use super::{
    chunk::Chunk,
    encode::largest_size,
    parts::{parts, Form, Part},
    quant::take_plain,
    rice::BitReader,
    Header, Rule, UpdateError,
};
use crate::Layout;

/// What an update says: its header, and how far each number of the model has moved.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    header: Header,
    parameters: usize,
    numbers: Numbers,
    norm: f64,
}

/// The numbers that are not zero, by ascending position.
#[derive(Clone, Debug, Default, PartialEq)]
struct Numbers {
    positions: Vec<u32>,
    values: Vec<f32>,
}

/// Reads an update of a model.
///
/// # Errors
///
/// If the bytes are not exactly those that [`encode`](super::encode()) writes for some numbers of
/// this layout.
pub fn decode(layout: &Layout, bytes: &[u8]) -> Result<Update, UpdateError> {
    let (header, body) = Header::read(bytes)?;
    if header.layout != layout.digest() {
        return Err(UpdateError::OtherLayout);
    }
    let most = largest_size(layout, header.kind);
    if bytes.len() > most {
        return Err(UpdateError::TooLong { bytes: bytes.len(), most });
    }
    let mut reader = BitReader::new(body);
    let mut numbers = Numbers::default();
    for part in parts(layout, header.kind) {
        let broken = |rule| UpdateError::Broken { position: part.start, rule };
        numbers.take(&mut reader, part).map_err(broken)?;
    }
    let position = layout.parameters();
    reader.finish().map_err(|rule| UpdateError::Broken { position, rule })?;
    Ok(Update { header, parameters: position, norm: numbers.norm(), numbers })
}

impl Update {
    /// What it says of itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// How many numbers the model has.
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// The root of the sum of all squares, the same on every machine.
    pub fn norm(&self) -> f64 {
        self.norm
    }

    /// The positions and values of the numbers that are not zero, by ascending position.
    pub fn numbers(&self) -> impl Iterator<Item = (usize, f32)> + '_ {
        let Numbers { positions, values } = &self.numbers;
        positions.iter().map(|position| *position as usize).zip(values.iter().copied())
    }

    /// Adds `weight` times each number to that at its position; what is behind the end is left out.
    pub fn add_to(&self, weight: f32, numbers: &mut [f32]) {
        self.add_part(weight, 0, numbers);
    }

    /// The same for a part of the model that begins at the position `start`.
    pub(crate) fn add_part(&self, weight: f32, start: usize, numbers: &mut [f32]) {
        let Numbers { positions, values } = &self.numbers;
        let before = |end: usize| positions.partition_point(|position| (*position as usize) < end);
        let span = before(start)..before(start + numbers.len());
        let positions = positions.get(span.clone()).unwrap_or_default();
        let values = values.get(span).unwrap_or_default();
        for (position, value) in positions.iter().zip(values) {
            if let Some(number) = numbers.get_mut(*position as usize - start) {
                *number += weight * value;
            }
        }
    }
}

impl Numbers {
    fn take(&mut self, reader: &mut BitReader<'_>, part: Part) -> Result<(), Rule> {
        match part.form {
            Form::Chunk { count, value_bits } => {
                let chunk = Chunk::take(reader, part.length, count, value_bits)?;
                self.extend(part.start, chunk.numbers());
            }
            Form::Block(codes) => {
                let values = codes.take_block(reader, part.length)?;
                self.extend(part.start, (0..).zip(values));
            }
            Form::Plain => {
                let values = take_plain(reader, part.length)?;
                self.extend(part.start, (0..).zip(values));
            }
        }
        Ok(())
    }

    /// A layout has fewer positions than `u32` has numbers.
    fn extend(&mut self, start: usize, numbers: impl Iterator<Item = (u32, f32)>) {
        for (place, value) in numbers.filter(|(_, value)| *value != 0.0) {
            self.positions.push(start as u32 + place);
            self.values.push(value);
        }
    }

    fn norm(&self) -> f64 {
        let squares = self.values.iter().map(|value| f64::from(*value) * f64::from(*value));
        squares.fold(0.0f64, |sum, square| sum + square).sqrt()
    }
}
