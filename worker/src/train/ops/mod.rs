//! The steps of a training between the matrix products.
//!
//! Each has two forms that compute the same: [`fused`] walks once over the numbers on the CPU,
//! [`composed`] is made of tensor operations and runs on every device. A small network spends most
//! of its time between the products, so the first is what makes the CPU fast.

mod composed;
mod fused;
mod update;

use super::scale::LayerScale;
use candle_core::{Result, Tensor};
pub(super) use update::Update;

/// Constants of the loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Loss {
    /// Real output per integer output.
    pub(super) logit: f32,
    /// Share of the target that is spread over all classes.
    pub(super) smoothing: f32,
}

/// `max(y, 0) >> shift` with a 1 appended to each row, `B x H` to `B x (H + 1)`.
pub(super) fn activate(sums: &Tensor, shift: u8) -> Result<Tensor> {
    if sums.device().is_cpu() {
        sums.apply_op1_no_bwd(&fused::Activate { shift })
    } else {
        composed::activate(sums, shift)
    }
}

/// The gradient of the mean cross-entropy by the outputs, `B x C`, and the loss of each row,
/// `B x 1`.
pub(super) fn loss(outputs: &Tensor, labels: &Tensor, loss: Loss) -> Result<(Tensor, Tensor)> {
    if outputs.device().is_cpu() {
        let both = outputs.apply_op2_no_bwd(labels, &fused::LossGradient(loss))?;
        let classes = outputs.dim(1)?;
        Ok((both.narrow(1, 0, classes)?, both.narrow(1, classes, 1)?))
    } else {
        composed::loss(outputs, labels, loss)
    }
}

/// The gradient by the sums from that by the activations, `B x (H + 1)` to `B x H`: the rounding
/// counts as a division, and the appended 1 is left out.
pub(super) fn activate_back(gradient: &Tensor, sums: &Tensor, shift: u8) -> Result<Tensor> {
    if sums.device().is_cpu() {
        gradient.apply_op2_no_bwd(sums, &fused::ActivateBack { shift })
    } else {
        composed::activate_back(gradient, sums, shift)
    }
}

/// Moves the parameters of a layer against the gradient by its integers and rounds them again.
///
/// `state` is `slots x rows x columns`: parameters, their integers, then the optimiser's memory.
/// The last column are the biases.
pub(super) fn update(
    state: &mut Tensor,
    gradient: &Tensor,
    scale: &LayerScale,
    update: Update,
) -> Result<()> {
    if state.device().is_cpu() {
        let scale = *scale;
        state.inplace_op2(gradient, &fused::UpdateLayer { scale, update })
    } else {
        *state = composed::update(state, gradient, scale, update)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
