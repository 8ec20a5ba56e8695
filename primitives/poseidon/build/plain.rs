//! The parameters as the paper defines them.

use crate::{
    element::Element,
    grain::Grain,
    matrix::{Matrix, Vector},
    rounds::{partial_rounds, FULL_ROUNDS},
};

pub(crate) struct Plain {
    pub(crate) width: usize,
    pub(crate) partial_rounds: usize,
    /// One vector per round.
    pub(crate) constants: Vec<Vector>,
    pub(crate) mds: Matrix,
}

impl Plain {
    pub(crate) fn derive(width: usize) -> Self {
        let partial_rounds = partial_rounds(width).expect("a supported width");
        let small = |value: usize| u16::try_from(value).expect("a small number");
        let mut grain = Grain::new(small(width), small(FULL_ROUNDS), small(partial_rounds));
        let mut element = || Element::from_limbs(grain.field_element());
        let constants = (0..FULL_ROUNDS + partial_rounds)
            .map(|_| (0..width).map(|_| element()).collect())
            .collect();
        let cauchy: Vector = (0..2 * width).map(|_| Element::from_limbs(grain.integer())).collect();
        let mds = Matrix::from_fn(width, width, |i, j| (&cauchy[i] + &cauchy[width + j]).inverse());
        Self { width, partial_rounds, constants, mds }
    }
}
