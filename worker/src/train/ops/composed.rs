//! The same out of tensor operations, for every device.

use super::{
    update::{Rule, Update},
    Loss,
};
use crate::train::scale::{LayerScale, Scale, ROUNDING};
use candle_core::{DType, Result, Tensor, D};

/// Derivative of `y >> shift` with the rounding passed over.
pub(super) fn slope(shift: u8) -> f64 {
    (-f64::from(shift)).exp2()
}

/// See [`super::activate`].
pub(super) fn activate(sums: &Tensor, shift: u8) -> Result<Tensor> {
    let (rows, _) = sums.dims2()?;
    let activations = sums.relu()?.affine(slope(shift), 0.0)?.floor()?;
    let ones = Tensor::ones((rows, 1), DType::F32, sums.device())?;
    Tensor::cat(&[activations, ones], 1)
}

/// See [`super::activate_back`].
pub(super) fn activate_back(gradient: &Tensor, sums: &Tensor, shift: u8) -> Result<Tensor> {
    let (_, hidden) = sums.dims2()?;
    let open = sums.gt(0.0)?.to_dtype(DType::F32)?;
    gradient.narrow(1, 0, hidden)?.affine(slope(shift), 0.0)? * open
}

/// See [`super::loss`].
pub(super) fn loss(outputs: &Tensor, labels: &Tensor, loss: Loss) -> Result<(Tensor, Tensor)> {
    let (rows, classes) = outputs.dims2()?;
    let logits = outputs.broadcast_sub(&outputs.max_keepdim(D::Minus1)?)?;
    let logits = logits.affine(f64::from(loss.logit), 0.0)?;
    let exponentials = logits.exp()?;
    let total = exponentials.sum_keepdim(D::Minus1)?;
    let targets = targets(labels, (rows, classes), loss.smoothing)?;
    let surprise = total.log()?.broadcast_sub(&logits)?;
    let losses = (&targets * surprise)?.sum_keepdim(D::Minus1)?;
    let factor = f64::from(loss.logit) / rows as f64;
    let gradient = (exponentials.broadcast_div(&total)? - targets)?.affine(factor, 0.0)?;
    Ok((gradient, losses))
}

fn targets(labels: &Tensor, shape: (usize, usize), smoothing: f32) -> Result<Tensor> {
    let (rows, classes) = shape;
    let own = Tensor::full(1.0 - smoothing, (rows, 1), labels.device())?;
    let spread = Tensor::full(smoothing / classes as f32, shape, labels.device())?;
    spread.scatter_add(&labels.unsqueeze(1)?, &own, 1)
}

/// See [`super::update`]. Returns the new state.
pub(super) fn update(
    state: &Tensor,
    gradient: &Tensor,
    scale: &LayerScale,
    update: Update,
) -> Result<Tensor> {
    let (_, _, columns) = state.dims3()?;
    let part = |start, count, scale: &Scale| {
        let state = state.narrow(2, start, count)?;
        let gradient = gradient.narrow(1, start, count)?;
        update_part(&state, &gradient, scale, update)
    };
    let weights = part(0, columns - 1, &scale.weight)?;
    let biases = part(columns - 1, 1, &scale.bias)?;
    Tensor::cat(&[weights, biases], 2)
}

fn update_part(state: &Tensor, gradient: &Tensor, scale: &Scale, update: Update) -> Result<Tensor> {
    let parameters = state.get(0)?;
    let gradient = gradient.affine(f64::from(scale.unit), 0.0)?;
    let rate = f64::from(update.rate);
    let decay = f64::from(scale.decay);
    let (moved, memory) = match update.rule {
        Rule::SgdMomentum { momentum } => {
            let gradient = (gradient + parameters.affine(decay, 0.0)?)?;
            let velocity = (state.get(2)?.affine(f64::from(momentum), 0.0)? + gradient)?;
            let moved = (parameters - velocity.affine(rate, 0.0)?)?;
            (moved, vec![velocity])
        }
        Rule::AdamW { .. } => {
            let (direction, memory) = adapt(state, &gradient, update.rule)?;
            let kept = parameters.affine(1.0 - rate * decay, 0.0)?;
            ((kept - direction.affine(rate, 0.0)?)?, memory)
        }
    };
    let parameters = moved.clamp(scale.low, scale.high)?;
    let mut slots = vec![parameters.clone(), round(&parameters, scale)?];
    slots.extend(memory);
    Tensor::stack(&slots, 0)
}

/// The direction of Adam and its two new memories.
fn adapt(state: &Tensor, gradient: &Tensor, rule: Rule) -> Result<(Tensor, Vec<Tensor>)> {
    let Rule::AdamW { beta1, beta2, correction1, correction2, epsilon } = rule else {
        candle_core::bail!("this is not a rule of Adam");
    };
    let mix = |memory: Tensor, new: &Tensor, beta: f32| {
        memory.affine(f64::from(beta), 0.0)? + new.affine(f64::from(1.0 - beta), 0.0)?
    };
    let mean = mix(state.get(2)?, gradient, beta1)?;
    let square = mix(state.get(3)?, &gradient.sqr()?, beta2)?;
    let size = square.affine(f64::from(correction2), 0.0)?.sqrt()?;
    let size = size.affine(1.0, f64::from(epsilon))?;
    let direction = (mean.affine(f64::from(correction1), 0.0)? / size)?;
    Ok((direction, vec![mean, square]))
}

fn round(parameters: &Tensor, scale: &Scale) -> Result<Tensor> {
    let magic = f64::from(ROUNDING);
    parameters.affine(f64::from(scale.unit), magic)?.affine(1.0, -magic)
}
