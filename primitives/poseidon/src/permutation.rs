//! The permutation, with the partial rounds as one linear recurrence (see the README).

use crate::{
    dot::{dot, Sum, MAX_TERMS},
    tables::{HasTables, Tables},
    PoseidonError,
};
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};

/// States of the supported widths, `[Fr; 2]` to `[Fr; 13]`.
pub trait State: sealed::Sealed {}

mod sealed {
    pub trait Sealed {
        fn permute(&mut self);
    }
}

macro_rules! states {
    ($($width:literal)*) => {
        $(
            impl sealed::Sealed for [Fr; $width] {
                fn permute(&mut self) {
                    permute_with(Self::tables(), self);
                }
            }

            impl State for [Fr; $width] {}
        )*

        /// Permutes a state whose width, 2 to 13, is its length.
        ///
        /// This links the tables of all widths; code that must stay small calls [`permute_fixed`].
        pub fn permute(state: &mut [Fr]) -> Result<(), PoseidonError> {
            match state.len() {
                $($width => permute_slice::<$width>(state),)*
                width => Err(PoseidonError::Width { width }),
            }
        }
    };
}

states! { 2 3 4 5 6 7 8 9 10 11 12 13 }

/// Permutes a state of a width that is known at compile time; links the tables of this width alone.
pub fn permute_fixed<S: State>(state: &mut S) {
    state.permute();
}

fn permute_slice<const T: usize>(state: &mut [Fr]) -> Result<(), PoseidonError>
where
    [Fr; T]: State,
{
    let width = state.len();
    let state: &mut [Fr; T] = state.try_into().map_err(|_| PoseidonError::Width { width })?;
    permute_fixed(state);
    Ok(())
}

fn permute_with<const T: usize>(tables: &Tables<T>, state: &mut [Fr; T]) {
    const { assert!(2 * T - 1 <= MAX_TERMS, "the recurrence must fit one sum") };
    let [early @ .., last] = &tables.before;
    for constants in early {
        full_round(state, constants, &tables.mds);
    }
    full_round(state, last, &tables.entry);
    partial_rounds(state, tables);
    for constants in &tables.after {
        full_round(state, constants, &tables.mds);
    }
}

fn full_round<const T: usize>(state: &mut [Fr; T], constants: &[Fr; T], matrix: &[[Fr; T]; T]) {
    for (element, constant) in state.iter_mut().zip(constants) {
        *element = fifth_power(*element + constant);
    }
    *state = matrix.each_ref().map(|row| dot(row, state));
}

/// On entry and within the loop the elements behind the first hold the last n outputs, oldest
/// first.
fn partial_rounds<const T: usize>(state: &mut [Fr; T], tables: &Tables<T>) {
    let mut inputs = [Fr::ZERO; T];
    let Some((first, outputs)) = state.split_first_mut() else {
        return;
    };
    for constant in tables.partial {
        push(&mut inputs, fifth_power(*first + constant));
        let sum = Sum::default().add(tables.outputs, outputs).add(tables.inputs, &inputs);
        *first = sum.reduce();
        push(outputs, *first);
    }
    let Some((_, inputs)) = inputs.split_first() else {
        return;
    };
    leave(outputs, inputs, tables);
}

/// Replaces the last outputs by the elements that the plain permutation would have there.
fn leave<const T: usize>(outputs: &mut [Fr], inputs: &[Fr], tables: &Tables<T>) {
    let mut rest = [Fr::ZERO; T];
    let rows = tables.exit_outputs.chunks_exact(outputs.len());
    let rows = rows.zip(tables.exit_inputs.chunks_exact(inputs.len()));
    for (element, (from_outputs, from_inputs)) in rest.iter_mut().zip(rows) {
        *element = Sum::default().add(from_outputs, outputs).add(from_inputs, inputs).reduce();
    }
    outputs.iter_mut().zip(rest).for_each(|(output, element)| *output = element);
}

/// Drops the oldest element and appends a new one.
fn push(window: &mut [Fr], element: Fr) {
    window.rotate_left(1);
    if let Some(newest) = window.last_mut() {
        *newest = element;
    }
}

fn fifth_power(element: Fr) -> Fr {
    element.square().square() * element
}
