//! Rows and weights as the field elements that are hashed.
//!
//! Both are streams of values of known widths, packed greedily: the first value lowest, as many
//! whole values as fit into 252 bits. Below 252 bits nothing wraps around, so equal elements mean
//! equal values.

use super::{
    rows::{check_rows, Row, RowError},
    shape::{Dimensions, MlpShape},
    weights::{WeightError, WeightPart, Weights},
};
use alloc::{vec, vec::Vec};
use nocknock_poseidon::{
    packing::{Packer, PackingError, Unpacker, PACKED_BITS},
    Fr,
};

/// The elements of a well-formed block: for each row its inputs, its one-hot label and its flag.
pub fn pack_rows(shape: &MlpShape, rows: &[Row]) -> Result<Vec<Fr>, RowError> {
    check_rows(shape, rows)?;
    let mut packer = Packer::new();
    for row in rows {
        let inputs = row.inputs.iter().map(|input| (u64::from(*input), shape.input_bits.into()));
        let label = row.one_hot.iter().map(|value| (u64::from(*value), 1));
        let flag = [(u64::from(row.real), 1)];
        let mut values = inputs.chain(label).chain(flag);
        values.try_for_each(|(value, bits)| packer.push(value, bits))?;
    }
    Ok(packer.finish())
}

/// The elements of a model: `W1`, `b1`, `W2`, `b2`, each value `v` of `b` bits as `v + 2^(b−1)`.
pub fn pack_weights(shape: &MlpShape, weights: &Weights) -> Result<Vec<Fr>, WeightError> {
    weights.check(shape)?;
    let mut packer = Packer::new();
    for part in weights.parts(shape) {
        for (index, value) in part.values.iter().enumerate() {
            let pushed = packer.push(raised(*value, part.bits), part.bits.into());
            pushed.map_err(|_| out_of_range(&part, index))?;
        }
    }
    Ok(packer.finish())
}

/// Reads the elements of a model back. Only what [`pack_weights`] wrote is accepted.
pub fn unpack_weights(shape: &MlpShape, elements: &[Fr]) -> Result<Weights, PackingError> {
    let mut weights = Weights::zero(shape);
    let mut unpacker = Unpacker::new(elements);
    let Weights { hidden, hidden_bias, output, output_bias } = &mut weights;
    let widths = [
        (hidden, shape.weight_bits),
        (hidden_bias, shape.hidden_bias_bits),
        (output, shape.weight_bits),
        (output_bias, shape.output_bias_bits),
    ];
    for (values, bits) in widths {
        for value in values {
            *value = lowered(unpacker.pull(bits.into())?, bits);
        }
    }
    unpacker.finish()?;
    Ok(weights)
}

/// Number of elements that a block's rows take.
pub fn row_elements(shape: &MlpShape) -> usize {
    let mut row = vec![u32::from(shape.input_bits); shape.inputs.into()];
    let label_and_flag = usize::from(shape.classes).saturating_add(1);
    row.resize(row.len().saturating_add(label_and_flag), 1);
    let rows = usize::from(shape.block_rows);
    elements(core::iter::repeat_n(row, rows).flatten())
}

/// Number of elements that a model takes.
pub fn weight_elements(shape: &MlpShape) -> usize {
    let [hidden, hidden_bias, output, output_bias] = Weights::lengths(shape);
    let widths = [
        (hidden, shape.weight_bits),
        (hidden_bias, shape.hidden_bias_bits),
        (output, shape.weight_bits),
        (output_bias, shape.output_bias_bits),
    ];
    elements(widths.into_iter().flat_map(|(count, bits)| core::iter::repeat_n(bits.into(), count)))
}

/// Elements that values of these widths take when packed greedily.
fn elements(widths: impl Iterator<Item = u32>) -> usize {
    let start = (0usize, PACKED_BITS);
    let (count, _) = widths.fold(start, |(count, used), bits| {
        let filled = used.saturating_add(bits);
        if filled <= PACKED_BITS {
            (count, filled)
        } else {
            (count.saturating_add(1), bits)
        }
    });
    count
}

/// A signed value of `bits` bits as an unsigned one. Out of range it stays out of range.
fn raised(value: i32, bits: u8) -> u64 {
    let above_smallest = i64::from(value).saturating_sub(Dimensions::min_signed(bits));
    u64::try_from(above_smallest).unwrap_or(u64::MAX)
}

/// The signed value behind an unsigned one of at most 32 bits.
fn lowered(value: u64, bits: u8) -> i32 {
    let value = i64::try_from(value).unwrap_or(i64::MAX);
    i32::try_from(value.saturating_add(Dimensions::min_signed(bits))).unwrap_or(i32::MAX)
}

fn out_of_range(part: &WeightPart<'_>, index: usize) -> WeightError {
    WeightError::Range { part: part.name, index, bits: part.bits }
}

#[cfg(test)]
mod tests;
