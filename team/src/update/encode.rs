//! Numbers to bytes.

use super::{
    chunk::Chunk,
    parts::{parts, Form, Part},
    quant::{flushed, put_plain},
    rice::BitWriter,
    Header, UpdateError, UpdateKind,
};
use crate::Layout;

/// The update with this header that says `numbers`, one for each parameter of the model.
///
/// Numbers below 1e-30 count as zero. What the kind of the update has no room for is lost;
/// [`Feedback`](super::Feedback) keeps it for the next.
///
/// # Errors
///
/// If the header or the count of numbers does not fit the layout, the header says what
/// [`decode`](super::decode()) would refuse, or a number is not finite.
pub fn encode(layout: &Layout, header: &Header, numbers: &[f32]) -> Result<Vec<u8>, UpdateError> {
    header.check()?;
    if header.layout != layout.digest() {
        return Err(UpdateError::OtherLayout);
    }
    check(layout, numbers)?;
    let mut writer = BitWriter::after(header.bytes());
    for part in parts(layout, header.kind) {
        let values = numbers.get(part.range()).unwrap_or_default();
        let values: Vec<f32> = values.iter().copied().map(flushed).collect();
        put(&mut writer, &values, part);
    }
    Ok(writer.finish())
}

/// The most bytes that an update of this kind and model can have.
pub fn largest_size(layout: &Layout, kind: UpdateKind) -> usize {
    let bits: usize = parts(layout, kind).map(|part| part.most_bits()).sum();
    Header::BYTES + bits.div_ceil(8)
}

fn check(layout: &Layout, numbers: &[f32]) -> Result<(), UpdateError> {
    let [expected, found] = [layout.parameters(), numbers.len()];
    if expected != found {
        return Err(UpdateError::Size { expected, found });
    }
    match numbers.iter().position(|number| !number.is_finite()) {
        Some(position) => Err(UpdateError::NotFinite { position }),
        None => Ok(()),
    }
}

fn put(writer: &mut BitWriter, values: &[f32], part: Part) {
    match part.form {
        Form::Chunk { count, value_bits } => {
            Chunk::of(values, count, value_bits).put(writer, value_bits);
        }
        Form::Block(codes) => codes.put_block(writer, values),
        Form::Plain => put_plain(writer, values),
    }
}
