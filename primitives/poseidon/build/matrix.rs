//! Matrices and vectors over the field.

use crate::element::Element;

pub(crate) type Vector = Vec<Element>;

pub(crate) fn dot(left: &[Element], right: &[Element]) -> Element {
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}

/// A matrix as its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Matrix(pub(crate) Vec<Vector>);

impl Matrix {
    pub(crate) fn from_fn(
        rows: usize,
        columns: usize,
        f: impl Fn(usize, usize) -> Element,
    ) -> Self {
        Self((0..rows).map(|i| (0..columns).map(|j| f(i, j)).collect()).collect())
    }

    pub(crate) fn identity(size: usize) -> Self {
        Self::from_fn(size, size, |i, j| Element::from_small(usize::from(i == j)))
    }

    pub(crate) fn at(&self, row: usize, column: usize) -> &Element {
        &self.0[row][column]
    }

    pub(crate) fn column(&self, column: usize) -> Vector {
        self.0.iter().map(|row| row[column].clone()).collect()
    }

    pub(crate) fn times_vector(&self, vector: &[Element]) -> Vector {
        self.0.iter().map(|row| dot(row, vector)).collect()
    }

    pub(crate) fn times(&self, other: &Self) -> Self {
        Self(self.0.iter().map(|row| other.row_times(row)).collect())
    }

    /// The row vector `row` times this matrix.
    pub(crate) fn row_times(&self, row: &[Element]) -> Vector {
        (0..self.0[0].len()).map(|j| dot(row, &self.column(j))).collect()
    }

    pub(crate) fn plus(&self, other: &Self) -> Self {
        Self::from_fn(self.0.len(), self.0[0].len(), |i, j| self.at(i, j) + other.at(i, j))
    }

    pub(crate) fn scaled(&self, factor: &Element) -> Self {
        Self::from_fn(self.0.len(), self.0[0].len(), |i, j| self.at(i, j) * factor)
    }

    pub(crate) fn trace(&self) -> Element {
        (0..self.0.len()).map(|i| self.at(i, i).clone()).sum()
    }

    /// The inverse of a square matrix by Gauss-Jordan elimination.
    pub(crate) fn inverse(&self) -> Self {
        let size = self.0.len();
        let mut left = self.clone();
        let mut right = Self::identity(size);
        for column in 0..size {
            let pivot = (column..size)
                .find(|row| !left.at(*row, column).is_zero())
                .expect("the matrix is regular");
            left.0.swap(column, pivot);
            right.0.swap(column, pivot);
            let factor = left.at(column, column).inverse();
            left.scale_row(column, &factor);
            right.scale_row(column, &factor);
            for row in (0..size).filter(|row| *row != column) {
                let factor = -left.at(row, column);
                left.add_multiple(row, column, &factor);
                right.add_multiple(row, column, &factor);
            }
        }
        right
    }

    fn scale_row(&mut self, row: usize, factor: &Element) {
        self.0[row].iter_mut().for_each(|entry| *entry = &*entry * factor);
    }

    fn add_multiple(&mut self, target: usize, source: usize, factor: &Element) {
        let source = self.0[source].clone();
        for (entry, addend) in self.0[target].iter_mut().zip(&source) {
            *entry = &*entry + &(addend * factor);
        }
    }
}
