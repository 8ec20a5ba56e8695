//! The steps of a training between the matrix products.
//!
//! Each has two forms that compute the same: [`fused`] walks once over the numbers on the CPU,
//! [`composed`] is made of tensor operations and runs on every device. A small network spends most
//! of its time between the products, so the first is what makes the CPU fast.
//!
//! Neither form leaves anything to automatic differentiation: each backward step is written out
//! here, so no gradient can be cut silently.

mod composed;
mod fused;

use super::{loss::Loss, optim::Update, safe::Bounds, scale::LayerScale};
use candle_core::{Result, Tensor};

/// How a layer changes: its scales, and where the sums of its units may lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rules {
    pub(crate) scale: LayerScale,
    /// Nothing if no model can leave its widths.
    pub(crate) bounds: Option<Bounds>,
}

impl Rules {
    /// The same units, but nothing is rounded and nothing kept within bounds.
    pub(crate) fn real(self) -> Self {
        Self { scale: self.scale.real(), bounds: None }
    }
}

/// `max(y, 0) >> shift` with a 1 appended to each sample, `B x H` to `B x (H + 1)`.
pub(crate) fn activate(sums: &Tensor, shift: u32) -> Result<Tensor> {
    if sums.device().is_cpu() {
        sums.apply_op1_no_bwd(&fused::Activate { shift })
    } else {
        composed::activate(sums, shift)
    }
}

/// The same without rounding: `max(y, 0) / 2^shift`, for what is not trained to integers.
pub(crate) fn activate_real(sums: &Tensor, shift: u32) -> Result<Tensor> {
    composed::activate_real(sums, shift)
}

/// The gradient of the mean loss by the outputs, `B x C`, and the loss of each sample, `B x 1`.
///
/// `targets` are `B` classes, `u32`, or `B x C` numbers, `f32`: of classes their shares, which say
/// by their sum how much a sample counts.
pub(crate) fn loss(outputs: &Tensor, targets: &Tensor, loss: Loss) -> Result<(Tensor, Tensor)> {
    if outputs.device().is_cpu() {
        let both = outputs.apply_op2_no_bwd(targets, &fused::LossGradient(loss))?;
        let count = outputs.dim(1)?;
        Ok((both.narrow(1, 0, count)?, both.narrow(1, count, 1)?))
    } else {
        composed::loss(outputs, targets, loss)
    }
}

/// The gradient by the sums from that by the activations, `B x (H + 1)` to `B x H`: the rounding
/// counts as a division, and the appended 1 is left out.
pub(crate) fn activate_back(gradient: &Tensor, sums: &Tensor, shift: u32) -> Result<Tensor> {
    if sums.device().is_cpu() {
        gradient.apply_op2_no_bwd(sums, &fused::ActivateBack { shift })
    } else {
        composed::activate_back(gradient, sums, shift)
    }
}

/// Moves the parameters of a layer against the gradient by its integers, rounds them again, and
/// makes the units safe.
///
/// `state` is `slots x units x columns`: parameters, their integers, then the optimiser's memory.
/// The last column are the biases.
pub(crate) fn update(
    state: &mut Tensor,
    gradient: &Tensor,
    rules: &Rules,
    update: Update,
) -> Result<()> {
    if state.device().is_cpu() {
        let rules = *rules;
        state.inplace_op2(gradient, &fused::UpdateLayer { rules, update })
    } else {
        *state = composed::update(state, gradient, rules, update)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
