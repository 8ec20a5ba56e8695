//! The step of the model along the sum of the updates.

use super::{exact::keeps_subnormals, Merge, Outer, OuterError, State, PART};
use crate::update::flushed;
use rayon::prelude::*;

/// The constants of a step, rounded once.
#[derive(Clone, Copy, Debug)]
struct Step {
    rate: f32,
    momentum: f32,
}

/// Moves the state. After an error it is of no use.
pub(super) fn advance(
    state: &mut State,
    outer: &Outer,
    merge: &Merge<'_>,
) -> Result<(), OuterError> {
    let step = Step { rate: outer.rate as f32, momentum: outer.momentum as f32 };
    let parameters = state.parameters.par_chunks_mut(PART);
    if state.momentum.is_empty() {
        return parameters.enumerate().try_for_each(|(place, parameters)| {
            let gradient = merge.part(place * PART, parameters.len());
            step.descend(parameters, &gradient);
            check(parameters, &[])
        });
    }
    let both = parameters.zip(state.momentum.par_chunks_mut(PART));
    both.enumerate().try_for_each(|(place, (parameters, momentum))| {
        let gradient = merge.part(place * PART, parameters.len());
        step.carry_over(parameters, momentum, &gradient);
        check(parameters, momentum)
    })
}

/// Whether there is no infinity, and nothing that is no number.
pub(super) fn are_finite(numbers: &[f32]) -> bool {
    numbers.iter().all(|number| number.is_finite())
}

/// Refuses the results of a thread, also if they came from another arithmetic.
fn check(parameters: &[f32], momentum: &[f32]) -> Result<(), OuterError> {
    if !keeps_subnormals() {
        Err(OuterError::Subnormals)
    } else if are_finite(parameters) && are_finite(momentum) {
        Ok(())
    } else {
        Err(OuterError::NotFinite)
    }
}

impl Step {
    fn descend(self, parameters: &mut [f32], gradient: &[f32]) {
        for (parameter, gradient) in parameters.iter_mut().zip(gradient) {
            *parameter = flushed(*parameter - self.rate * gradient);
        }
    }

    fn carry_over(self, parameters: &mut [f32], momentum: &mut [f32], gradient: &[f32]) {
        let numbers = parameters.iter_mut().zip(momentum);
        for ((parameter, momentum), gradient) in numbers.zip(gradient) {
            *momentum = flushed(self.momentum * *momentum + gradient);
            let ahead = gradient + self.momentum * *momentum;
            *parameter = flushed(*parameter - self.rate * ahead);
        }
    }
}
