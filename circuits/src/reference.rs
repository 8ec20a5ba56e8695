//! The integer model in plain code: what the circuits are compared with.

pub mod layered;

use nocknock_primitives::model::{
    check_rows, rows::count_real, MlpShape, Row, RowError, WeightError, Weights,
};

/// How many rows of a block a model classifies correctly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockScore {
    /// Rows classified correctly.
    pub score: u32,
    /// Rows that are samples, not padding.
    pub n_real: u32,
}

/// Why a block has no score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScoreError {
    /// The weights do not belong to the shape.
    #[error(transparent)]
    Weights(#[from] WeightError),
    /// The rows are not a well-formed block.
    #[error(transparent)]
    Rows(#[from] RowError),
}

/// Scores a block: a row counts if the output of its class is strictly above all others.
pub fn score_block(
    shape: &MlpShape,
    weights: &Weights,
    rows: &[Row],
) -> Result<BlockScore, ScoreError> {
    weights.check(shape)?;
    check_rows(shape, rows)?;
    let correct = rows.iter().filter(|row| is_correct(&outputs(shape, weights, &row.inputs), row));
    Ok(BlockScore { score: count(correct), n_real: count_real(rows) })
}

/// The outputs `z` of a model for one row. Missing weights and inputs count as zero.
pub fn outputs(shape: &MlpShape, weights: &Weights, inputs: &[u16]) -> Vec<i64> {
    let inputs: Vec<i64> = inputs.iter().map(|input| i64::from(*input)).collect();
    let sums = layer(&weights.hidden, &weights.hidden_bias, &inputs);
    let activations: Vec<i64> = sums.map(|sum| sum.max(0) >> shape.shift).collect();
    layer(&weights.output, &weights.output_bias, &activations).collect()
}

/// Whether the outputs name the class of a row. Padding is never correct.
pub fn is_correct(outputs: &[i64], row: &Row) -> bool {
    let Some(class) = row.class() else {
        return false;
    };
    let Some(own) = outputs.get(class) else {
        return false;
    };
    let others = outputs.iter().enumerate().filter(|(other, _)| *other != class);
    row.real && others.into_iter().all(|(_, output)| own > output)
}

/// Row by row of a matrix: its product with the inputs plus the bias.
fn layer<'a>(
    matrix: &'a [i32],
    bias: &'a [i32],
    inputs: &'a [i64],
) -> impl Iterator<Item = i64> + 'a {
    let rows = matrix.chunks(inputs.len().max(1));
    let product = move |row: &[i32]| -> i64 {
        row.iter().zip(inputs).map(|(weight, input)| i64::from(*weight) * input).sum()
    };
    bias.iter().zip(rows).map(move |(bias, row)| i64::from(*bias) + product(row))
}

fn count<T>(items: impl Iterator<Item = T>) -> u32 {
    items.fold(0, |count, _| count + 1)
}

#[cfg(test)]
mod tests;
