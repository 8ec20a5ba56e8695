//! The same out of tensor operations, for every device.

use super::Rules;
use crate::{
    loss::Loss,
    optim::{Rule, Update},
    safe::{Bounds, BELOW_ONE, MARGIN, ROUNDS},
    scale::{LayerScale, Scale},
};
use candle_core::{DType, Result, Tensor, D};

/// Derivative of `y >> shift` with the rounding passed over.
pub(super) fn slope(shift: u32) -> f64 {
    (-f64::from(shift)).exp2()
}

/// See [`super::activate`].
pub(super) fn activate(sums: &Tensor, shift: u32) -> Result<Tensor> {
    with_ones(rectified(sums, shift)?.floor()?)
}

/// See [`super::activate_real`].
pub(super) fn activate_real(sums: &Tensor, shift: u32) -> Result<Tensor> {
    with_ones(rectified(sums, shift)?)
}

fn rectified(sums: &Tensor, shift: u32) -> Result<Tensor> {
    sums.relu()?.affine(slope(shift), 0.0)
}

fn with_ones(activations: Tensor) -> Result<Tensor> {
    let (samples, _) = activations.dims2()?;
    let ones = Tensor::ones((samples, 1), DType::F32, activations.device())?;
    Tensor::cat(&[activations, ones], 1)
}

/// See [`super::activate_back`].
pub(super) fn activate_back(gradient: &Tensor, sums: &Tensor, shift: u32) -> Result<Tensor> {
    let (_, units) = sums.dims2()?;
    let open = sums.gt(0.0)?.to_dtype(DType::F32)?;
    gradient.narrow(1, 0, units)?.affine(slope(shift), 0.0)? * open
}

/// See [`super::loss`].
pub(super) fn loss(outputs: &Tensor, targets: &Tensor, loss: Loss) -> Result<(Tensor, Tensor)> {
    match loss {
        Loss::Classes { logit, smoothing } => {
            let logit = f64::from(logit);
            if targets.dtype() == DType::U32 {
                let shares = one_hot(targets, outputs.dims2()?, smoothing)?;
                cross_entropy(outputs, &shares, logit)
            } else {
                cross_entropy(outputs, targets, logit)
            }
        }
        Loss::Labels { logit, smoothing } => {
            binary_cross_entropy(outputs, targets, f64::from(logit), f64::from(smoothing))
        }
        Loss::Number { error, bend } => absolute_error(outputs, targets, f64::from(error), bend),
    }
}

fn cross_entropy(outputs: &Tensor, shares: &Tensor, logit: f64) -> Result<(Tensor, Tensor)> {
    let (samples, _) = outputs.dims2()?;
    let logits = outputs.broadcast_sub(&outputs.max_keepdim(D::Minus1)?)?;
    let logits = logits.affine(logit, 0.0)?;
    let exponentials = logits.exp()?;
    let total = exponentials.sum_keepdim(D::Minus1)?;
    let weight = shares.sum_keepdim(D::Minus1)?;
    let surprise = total.log()?.broadcast_sub(&logits)?;
    let losses = (shares * surprise)?.sum_keepdim(D::Minus1)?;
    let slopes = (exponentials.broadcast_div(&total)?.broadcast_mul(&weight)? - shares)?;
    Ok((slopes.affine(logit / samples as f64, 0.0)?, losses))
}

fn one_hot(classes: &Tensor, shape: (usize, usize), smoothing: f32) -> Result<Tensor> {
    let (samples, count) = shape;
    let own = Tensor::full(1.0 - smoothing, (samples, 1), classes.device())?;
    let spread = Tensor::full(smoothing / count as f32, shape, classes.device())?;
    spread.scatter_add(&classes.unsqueeze(1)?, &own, 1)
}

fn binary_cross_entropy(
    outputs: &Tensor,
    targets: &Tensor,
    logit: f64,
    smoothing: f64,
) -> Result<(Tensor, Tensor)> {
    let (samples, _) = outputs.dims2()?;
    let logits = outputs.affine(logit, 0.0)?;
    let targets = targets.affine(1.0 - smoothing, 0.5 * smoothing)?;
    // Neither exponential exceeds 1.
    let shrunk = logits.abs()?.neg()?.exp()?;
    let negative = logits.lt(0.0)?.to_dtype(DType::F32)?;
    let upper = ((&negative * &shrunk)? + negative.affine(-1.0, 1.0)?)?;
    let lower = shrunk.affine(1.0, 1.0)?;
    let probabilities = (upper / &lower)?;
    let heights = ((logits.relu()? - (&logits * &targets)?)? + lower.log()?)?;
    let slopes = (probabilities - targets)?.affine(logit / samples as f64, 0.0)?;
    Ok((slopes, heights.sum_keepdim(D::Minus1)?))
}

fn absolute_error(
    outputs: &Tensor,
    targets: &Tensor,
    error: f64,
    bend: f32,
) -> Result<(Tensor, Tensor)> {
    let (samples, _) = outputs.dims2()?;
    let distance = (outputs - targets)?;
    let size = distance.abs()?;
    let within = size.minimum(bend)?;
    let bend = f64::from(bend);
    let rounded = within.sqr()?.affine(0.5 / bend, 0.0)?;
    let heights = ((size - within)? + rounded)?.affine(error, 0.0)?;
    let slopes = distance.affine(1.0 / bend, 0.0)?.clamp(-1f32, 1f32)?;
    Ok((slopes.affine(error / samples as f64, 0.0)?, heights.sum_keepdim(D::Minus1)?))
}

/// See [`super::update`]. Returns the new state.
pub(super) fn update(
    state: &Tensor,
    gradient: &Tensor,
    rules: &Rules,
    update: Update,
) -> Result<Tensor> {
    let (_, _, columns) = state.dims3()?;
    let part = |start, count, scale: &Scale| {
        let state = state.narrow(2, start, count)?;
        let gradient = gradient.narrow(1, start, count)?;
        update_part(&state, &gradient, scale, update)
    };
    let weights = part(0, columns - 1, &rules.scale.weight)?;
    let biases = part(columns - 1, 1, &rules.scale.bias)?;
    let state = Tensor::cat(&[weights, biases], 2)?;
    match &rules.bounds {
        Some(bounds) => project(&state, bounds, &rules.scale),
        None => Ok(state),
    }
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
    let magic = f64::from(scale.rounding);
    parameters.affine(f64::from(scale.unit), magic)?.affine(1.0, -magic)
}

/// Makes each unit safe, as [`Bounds::project`] does. Returns the new state.
pub(super) fn project(state: &Tensor, bounds: &Bounds, scale: &LayerScale) -> Result<Tensor> {
    let (slots, _, _) = state.dims3()?;
    let mut units =
        Units { parameters: Parts::of(&state.get(0)?)?, integers: Parts::of(&state.get(1)?)? };
    for _ in 0..ROUNDS {
        let factor = units.factor(bounds)?;
        units = units.scaled(&lowered(&factor, MARGIN)?, bounds, scale)?;
    }
    let factor = units.factor(bounds)?;
    units = units.cut(&lowered(&factor, BELOW_ONE)?, bounds, scale)?;
    // 1 where a unit is safe, 0 where nothing has helped.
    let factor = units.factor(bounds)?.ge(1.0)?.to_dtype(DType::F32)?;
    units = units.cut(&factor, bounds, scale)?;
    let moved = [units.parameters.joined()?, units.integers.joined()?];
    let memory = state.narrow(0, 2, slots - 2)?;
    Tensor::cat(&[Tensor::stack(&moved, 0)?, memory], 0)
}

/// A factor below 1 made a little smaller; 1 stays 1.
fn lowered(factor: &Tensor, by: f32) -> Result<Tensor> {
    let unsafe_units = factor.lt(1.0)?.to_dtype(DType::F32)?;
    factor * unsafe_units.affine(f64::from(by) - 1.0, 1.0)?
}

/// Numbers of all units: weights, `units x inputs`, and biases, `units x 1`.
struct Parts {
    weights: Tensor,
    biases: Tensor,
}

struct Units {
    parameters: Parts,
    integers: Parts,
}

impl Parts {
    fn of(joined: &Tensor) -> Result<Self> {
        let (_, columns) = joined.dims2()?;
        Ok(Self {
            weights: joined.narrow(1, 0, columns - 1)?,
            biases: joined.narrow(1, columns - 1, 1)?,
        })
    }

    fn joined(&self) -> Result<Tensor> {
        Tensor::cat(&[&self.weights, &self.biases], 1)
    }
}

impl Units {
    /// By what each unit has to be scaled, `units x 1`: 1 if it is safe.
    ///
    /// A sum that is within its bounds is exact here, and one that is not is found to be beyond
    /// them, however it was rounded.
    fn factor(&self, bounds: &Bounds) -> Result<Tensor> {
        let Parts { weights, biases } = &self.integers;
        let largest = bounds.max_input as f64;
        let offset = biases.affine(1.0, -(bounds.centre as f64))?;
        let positive = weights.relu()?.sum_keepdim(1)?.affine(largest, 0.0)?;
        let negative = weights.neg()?.relu()?.sum_keepdim(1)?.affine(largest, 0.0)?;
        let needed = |room: i64, reach: Tensor| {
            let room = room as f32;
            Tensor::full(room, reach.dims2()?, reach.device())? / reach.maximum(room)?
        };
        let above = needed(bounds.above, (positive + &offset)?)?;
        let below = needed(bounds.below, (negative - &offset)?)?;
        above.minimum(&below)
    }

    fn scaled(&self, factor: &Tensor, bounds: &Bounds, scale: &LayerScale) -> Result<Self> {
        let middle = bounds.centre as f64 / f64::from(scale.bias.unit);
        let Parts { weights, biases } = &self.parameters;
        let parameters = Parts {
            weights: weights.broadcast_mul(factor)?,
            biases: (biases.affine(1.0, -middle)? * factor)?.affine(1.0, middle)?,
        };
        let integers = Parts {
            weights: round(&parameters.weights, &scale.weight)?,
            biases: round(&parameters.biases, &scale.bias)?,
        };
        let kept = factor.ge(1.0)?;
        Ok(Self {
            parameters: self.parameters.or(parameters, &kept)?,
            integers: self.integers.or(integers, &kept)?,
        })
    }

    fn cut(&self, factor: &Tensor, bounds: &Bounds, scale: &LayerScale) -> Result<Self> {
        let centre = bounds.centre as f64;
        let Parts { weights, biases } = &self.integers;
        let integers = Parts {
            weights: truncated(&weights.broadcast_mul(factor)?)?,
            biases: truncated(&(biases.affine(1.0, -centre)? * factor)?)?.affine(1.0, centre)?,
        };
        let parameters = Parts {
            weights: integers.weights.affine(1.0 / f64::from(scale.weight.unit), 0.0)?,
            biases: integers.biases.affine(1.0 / f64::from(scale.bias.unit), 0.0)?,
        };
        let kept = factor.ge(1.0)?;
        Ok(Self {
            parameters: self.parameters.or(parameters, &kept)?,
            integers: self.integers.or(integers, &kept)?,
        })
    }
}

impl Parts {
    /// These numbers where a unit is kept, others elsewhere.
    fn or(&self, others: Self, kept: &Tensor) -> Result<Self> {
        let choose =
            |own: &Tensor, other: &Tensor| kept.broadcast_as(own.shape())?.where_cond(own, other);
        Ok(Self {
            weights: choose(&self.weights, &others.weights)?,
            biases: choose(&self.biases, &others.biases)?,
        })
    }
}

/// Rounded towards zero.
fn truncated(values: &Tensor) -> Result<Tensor> {
    values.abs()?.floor()? * values.sign()?
}
