//! Tables of the fast permutation, one `static` for each width, written by the build script.

use crate::rounds::FULL_ROUNDS;
use ark_bn254::Fr;
use ark_ff::BigInt;

const HALF: usize = FULL_ROUNDS / 2;

/// What the permutation of width `T` reads; `n = T - 1`.
pub(crate) struct Tables<const T: usize> {
    /// Constants of the full rounds before the partial ones.
    pub(crate) before: [[Fr; T]; HALF],
    /// The MDS matrix by rows.
    pub(crate) mds: [[Fr; T]; T],
    /// Takes the place of the MDS matrix in the last round before the partial ones.
    pub(crate) entry: [[Fr; T]; T],
    /// One constant for each partial round.
    pub(crate) partial: &'static [Fr],
    /// Weights of the last n outputs, oldest first.
    pub(crate) outputs: &'static [Fr],
    /// Weights of the last n + 1 S-box values, oldest first.
    pub(crate) inputs: &'static [Fr],
    /// n rows of n weights: the state after the partial rounds from the last outputs ..
    pub(crate) exit_outputs: &'static [Fr],
    /// .. and from the last n S-box values.
    pub(crate) exit_inputs: &'static [Fr],
    /// Constants of the full rounds after the partial ones.
    pub(crate) after: [[Fr; T]; HALF],
}

/// Elements from the limbs of their Montgomery form.
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)] // Evaluated by the compiler.
const fn elements<const N: usize>(limbs: [[u64; 4]; N]) -> [Fr; N] {
    let mut elements = [Fr::new_unchecked(BigInt::new([0; 4])); N];
    let mut i = 0;
    while i < N {
        elements[i] = Fr::new_unchecked(BigInt::new(limbs[i]));
        i += 1;
    }
    elements
}

/// A width's tables: code that names one width links the tables of that width alone.
pub(crate) trait HasTables<const T: usize> {
    fn tables() -> &'static Tables<T>;
}

macro_rules! has_tables {
    ($($width:literal: $table:ident),* $(,)?) => {$(
        impl HasTables<$width> for [Fr; $width] {
            fn tables() -> &'static Tables<$width> {
                &$table
            }
        }
    )*};
}

has_tables! {
    2: WIDTH_2, 3: WIDTH_3, 4: WIDTH_4, 5: WIDTH_5, 6: WIDTH_6, 7: WIDTH_7,
    8: WIDTH_8, 9: WIDTH_9, 10: WIDTH_10, 11: WIDTH_11, 12: WIDTH_12, 13: WIDTH_13,
}

include!(concat!(env!("OUT_DIR"), "/tables.rs"));
