//! All numbers of a model as one slice, in the order of its layout.

use super::LearnError;
use crate::{Layout, TensorShape};
use candle_core::{Device, Tensor};

/// Refuses what has not as many numbers as the model.
pub(super) fn check_length(layout: &Layout, found: usize) -> Result<(), LearnError> {
    let expected = layout.parameters();
    if found == expected {
        Ok(())
    } else {
        Err(LearnError::Length { expected, found })
    }
}

/// Refuses numbers that are not finite.
pub(super) fn check_finite(what: &'static str, numbers: &[f32]) -> Result<(), LearnError> {
    if numbers.iter().all(|number| number.is_finite()) {
        Ok(())
    } else {
        Err(LearnError::NotFinite { what })
    }
}

/// The tensors of a model out of all its numbers.
pub(super) fn split(
    layout: &Layout,
    numbers: &[f32],
    device: &Device,
) -> Result<Vec<Tensor>, LearnError> {
    check_length(layout, numbers.len())?;
    let mut rest = numbers;
    let mut tensors = Vec::with_capacity(layout.tensors().len());
    for TensorShape { extents, .. } in layout.tensors() {
        let count = extents.iter().product::<usize>().min(rest.len());
        let (own, later) = rest.split_at(count);
        tensors.push(Tensor::from_slice(own, extents.as_slice(), device)?);
        rest = later;
    }
    Ok(tensors)
}

/// All numbers of tensors, one after the other.
pub(super) fn join<'a>(
    tensors: impl IntoIterator<Item = &'a Tensor>,
) -> Result<Vec<f32>, LearnError> {
    let mut numbers = Vec::new();
    for tensor in tensors {
        numbers.extend(tensor.detach().flatten_all()?.to_vec1::<f32>()?);
    }
    Ok(numbers)
}
