//! The rows that a model is trained on.

use nocknock_primitives::model::MlpShape;

/// Rows in the integers of a shape, with their classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrainingSet {
    /// The shape that the rows are made for.
    pub shape: MlpShape,
    /// `rows x D` unsigned values of `input_bits`, row by row.
    pub inputs: Vec<u16>,
    /// The class of each row, below `C`.
    pub labels: Vec<u8>,
}

/// What is wrong with a training set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DataError {
    /// There are fewer than two rows.
    #[error("a training needs at least 2 rows, not {0}")]
    TooFew(usize),
    /// There are more rows than a `u32` can number.
    #[error("a training takes at most 4,294,967,295 rows, not {0}")]
    TooMany(usize),
    /// The number of inputs is not the number of labels times `D`.
    #[error("{rows} labels of this shape need {expected} inputs, not {found}")]
    Length {
        /// Number of labels.
        rows: usize,
        /// Inputs that they need.
        expected: usize,
        /// Inputs that are there.
        found: usize,
    },
    /// An input needs more than the shape's bits.
    #[error("input {column} of row {row} is {value}, but the largest of this shape is {largest}")]
    Input {
        /// Number of the row, from 0.
        row: usize,
        /// Number of the input, from 0.
        column: usize,
        /// The value.
        value: u16,
        /// The largest value of the shape.
        largest: i64,
    },
    /// A label names no class of the shape.
    #[error("row {row} is of class {label}, but the shape has the classes 0 to {last}")]
    Label {
        /// Number of the row, from 0.
        row: usize,
        /// The label.
        label: u8,
        /// The last class of the shape.
        last: u16,
    },
}

impl TrainingSet {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.labels.len()
    }

    /// The inputs and the class of a row, if there is such a row.
    pub fn row(&self, row: usize) -> Option<(&[u16], u8)> {
        let width = usize::from(self.shape.inputs);
        let start = row.checked_mul(width)?;
        let inputs = self.inputs.get(start..start.checked_add(width)?)?;
        Some((inputs, *self.labels.get(row)?))
    }

    /// Checks lengths and ranges.
    pub fn check(&self) -> Result<(), DataError> {
        self.check_lengths()?;
        self.check_inputs()?;
        self.check_labels()
    }

    fn check_lengths(&self) -> Result<(), DataError> {
        let rows = self.rows();
        if rows < 2 {
            return Err(DataError::TooFew(rows));
        }
        if u32::try_from(rows).is_err() {
            return Err(DataError::TooMany(rows));
        }
        let expected = rows.saturating_mul(usize::from(self.shape.inputs));
        let found = self.inputs.len();
        if found != expected {
            return Err(DataError::Length { rows, expected, found });
        }
        Ok(())
    }

    fn check_inputs(&self) -> Result<(), DataError> {
        let largest = self.shape.max_input();
        let width = usize::from(self.shape.inputs);
        let wrong = (0..).zip(&self.inputs).find(|(_, v)| i64::from(**v) > largest);
        match wrong {
            Some((place, value)) => Err(DataError::Input {
                row: place / width,
                column: place % width,
                value: *value,
                largest,
            }),
            None => Ok(()),
        }
    }

    fn check_labels(&self) -> Result<(), DataError> {
        let classes = self.shape.classes;
        let wrong = (0..).zip(&self.labels).find(|(_, v)| u16::from(**v) >= classes);
        match wrong {
            Some((row, label)) => Err(DataError::Label { row, label: *label, last: classes - 1 }),
            None => Ok(()),
        }
    }

    /// Root of the mean square of the inputs, for the scale of the first layer.
    pub(super) fn root_mean_square(&self) -> f64 {
        let square = |value: &u16| f64::from(*value).powi(2);
        let mean = self.inputs.iter().map(square).sum::<f64>() / self.inputs.len().max(1) as f64;
        mean.sqrt()
    }

    /// A digest of shape, inputs and labels: the same run cannot go on with other rows.
    pub(super) fn digest(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.shape.name().as_bytes());
        hasher.update(&(self.rows() as u64).to_le_bytes());
        for value in &self.inputs {
            hasher.update(&value.to_le_bytes());
        }
        hasher.update(&self.labels);
        hasher.finalize()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_primitives::model::shape::TINY_4X3X2;

    fn two_rows() -> TrainingSet {
        TrainingSet { shape: TINY_4X3X2, inputs: vec![0, 1, 2, 3, 3, 2, 1, 0], labels: vec![0, 1] }
    }

    #[test]
    fn rows_within_the_shape_pass() {
        assert_eq!(two_rows().check(), Ok(()));
        assert_eq!(two_rows().row(1), Some((&[3, 2, 1, 0][..], 1)));
        assert_eq!(two_rows().row(2), None);
    }

    #[test]
    fn a_missing_input_is_refused() {
        let mut data = two_rows();
        data.inputs.pop();
        let refused = data.check().unwrap_err().to_string();
        assert_eq!(refused, "2 labels of this shape need 8 inputs, not 7");
    }

    #[test]
    fn an_input_that_is_too_large_is_named_by_its_place() {
        let mut data = two_rows();
        data.inputs[6] = 4;
        let refused = DataError::Input { row: 1, column: 2, value: 4, largest: 3 };
        assert_eq!(data.check(), Err(refused));
    }

    #[test]
    fn a_label_outside_the_classes_is_named() {
        let mut data = two_rows();
        data.labels[1] = 2;
        let refused = data.check().unwrap_err().to_string();
        assert_eq!(refused, "row 1 is of class 2, but the shape has the classes 0 to 1");
    }

    #[test]
    fn a_single_row_is_too_few() {
        let mut data = two_rows();
        data.inputs.truncate(4);
        data.labels.truncate(1);
        assert_eq!(data.check(), Err(DataError::TooFew(1)));
    }

    #[test]
    fn any_change_of_the_rows_changes_the_digest() {
        let mut data = two_rows();
        let before = data.digest();
        data.inputs[0] = 1;
        assert_ne!(before, data.digest());
    }
}
