//! Dense layers whose integers are those that are proved.
//!
//! The forward pass computes with the rounded parameters, `y = W·x + b` and `max(y, 0) >> shift`,
//! exactly. The backward pass treats each rounding, of weights and of activations, as if it were
//! not there (straight-through estimator, Bengio et al., 2013).
//!
//! A [real](DenseLayer::real) layer leaves the roundings out of the forward pass too, and the
//! bounds with them. It shows what they cost.

use super::{
    config::Optimiser,
    ops::{self, Rules},
    optim::Update,
    rng::{stream, symmetric, Purpose},
    scale::LayerScale,
};
use candle_core::{bail, DType, Device, Result, Tensor};
use nocknock_primitives::model::{architecture::Layer, weights::LayerWeights};

/// One layer: its parameters, their integers and the optimiser's memory.
#[derive(Debug)]
pub struct DenseLayer {
    /// `slots x units x (inputs + 1)`, `f32`; see [`ops::update`]. The last column are the biases.
    state: Tensor,
    /// A running mean of the parameters, `units x (inputs + 1)`, if one is kept.
    average: Option<Tensor>,
    rules: Rules,
    /// Of the activation; the head has none.
    shift: Option<u32>,
    /// Whether the rules wait until the weights are asked for.
    is_real: bool,
}

impl DenseLayer {
    /// A layer with first weights drawn from the seed.
    pub(crate) fn new(
        layer: &Layer,
        rules: Rules,
        (seed, purpose): (u64, Purpose),
        optimiser: &Optimiser,
        device: &Device,
    ) -> Result<Self> {
        let columns = layer.inputs + 1;
        let parameters = first_parameters(layer, &rules.scale, seed, purpose);
        let (parameters, integers) = settled(&parameters, columns, &rules);
        let slots = 2 + optimiser.memory();
        let mut state = [parameters, integers].concat();
        state.resize(slots * layer.units * columns, 0.0);
        let state = Tensor::from_vec(state, (slots, layer.units, columns), device)?;
        let shift = layer.activation.map(|activation| activation.shift);
        Ok(Self { state, average: None, rules, shift, is_real: false })
    }

    /// The same layer, from now on without rounding and bounds.
    pub(crate) fn real(mut self) -> Result<Self> {
        self.is_real = true;
        let parameters = self.parameters()?.flatten_all()?.to_vec1::<f32>()?;
        self.set_parameters(&parameters)?;
        Ok(self)
    }

    /// Units and, with the bias, parameters of each.
    pub fn dims(&self) -> (usize, usize) {
        match *self.state.dims() {
            [_, units, columns] => (units, columns),
            _ => (0, 0),
        }
    }

    /// The real parameters, `units x (inputs + 1)`; the last column are the biases.
    pub fn parameters(&self) -> Result<Tensor> {
        // An update changes the state in its place, and a part of it would change along.
        self.state.get(0)?.copy()
    }

    /// What the optimiser remembers of each parameter, `slots x units x (inputs + 1)`: the
    /// velocity, or the mean gradient and the mean squared gradient.
    pub fn memory(&self) -> Result<Tensor> {
        self.state.narrow(0, 2, self.state.dim(0)?.saturating_sub(2))?.copy()
    }

    /// The integers of the parameters, in the same order. They change with the next update.
    fn integers(&self) -> Result<Tensor> {
        self.state.get(1)
    }

    /// Parameters, integers and memory.
    pub(crate) fn state(&self) -> &Tensor {
        &self.state
    }

    /// Begins to keep a running mean of the parameters.
    pub(crate) fn start_average(&mut self) -> Result<()> {
        self.average = Some(self.parameters()?);
        Ok(())
    }

    /// The running mean of the parameters, if one is kept.
    pub(crate) fn average(&self) -> Option<&Tensor> {
        self.average.as_ref()
    }

    /// Adds the parameters to their running mean, of which a share is kept.
    pub(crate) fn add_to_average(&mut self, kept: f64) -> Result<()> {
        if let Some(average) = &self.average {
            let latest = self.state.get(0)?.affine(1.0 - kept, 0.0)?;
            self.average = Some((average.affine(kept, 0.0)? + latest)?);
        }
        Ok(())
    }

    /// Goes on from a running mean of the same dimensions.
    pub(crate) fn restore_average(&mut self, average: Tensor) -> Result<()> {
        let (units, columns) = self.dims();
        if average.dims() != [units, columns] || average.dtype() != DType::F32 {
            bail!("a mean of {:?} was saved, {units} x {columns} is needed", average.shape());
        }
        self.average = Some(average);
        Ok(())
    }

    /// Goes on from a state of the same dimensions.
    pub(crate) fn restore(&mut self, state: Tensor) -> Result<()> {
        if state.dims() != self.state.dims() || state.dtype() != DType::F32 {
            let [found, expected] = [state.shape(), self.state.shape()];
            bail!("a layer of {found:?} was saved, {expected:?} is needed");
        }
        self.state = state;
        Ok(())
    }

    /// Takes other parameters, brings them into their ranges, rounds them and makes the units safe.
    /// What the optimiser remembers stays.
    pub(crate) fn set_parameters(&mut self, parameters: &[f32]) -> Result<()> {
        let (units, columns) = self.dims();
        if parameters.len() != units * columns {
            bail!("a layer of {units} x {columns} cannot take {} parameters", parameters.len());
        }
        let (parameters, integers) = settled(parameters, columns, &self.rules_in_training());
        let both = [parameters, integers].concat();
        let both = Tensor::from_vec(both, (2, units, columns), self.state.device())?;
        self.state = Tensor::cat(&[both, self.memory()?], 0)?;
        Ok(())
    }

    /// The sums of each sample, from `B x (inputs + 1)` to `B x units`.
    pub(crate) fn sums(&self, inputs: &Tensor) -> Result<Tensor> {
        inputs.matmul(&self.integers()?.t()?)
    }

    /// What the next layer takes, from `B x units` to `B x (units + 1)`; the sums themselves behind
    /// the head.
    pub(crate) fn activate(&self, sums: &Tensor) -> Result<Tensor> {
        match self.shift {
            Some(shift) if self.is_real => ops::activate_real(sums, shift),
            Some(shift) => ops::activate(sums, shift),
            None => Ok(sums.clone()),
        }
    }

    /// The gradient by the sums, from that by what [`activate`](Self::activate) gave.
    pub(crate) fn activate_back(&self, gradient: &Tensor, sums: &Tensor) -> Result<Tensor> {
        match self.shift {
            Some(shift) => ops::activate_back(gradient, sums, shift),
            None => Ok(gradient.clone()),
        }
    }

    /// The gradient by the inputs of the layer, `B x (inputs + 1)`, from that by its sums.
    pub(crate) fn sums_back(&self, gradient: &Tensor) -> Result<Tensor> {
        gradient.matmul(&self.integers()?)
    }

    /// Moves the parameters by a rule that remembers as much as the layer has room for.
    pub(crate) fn update(&mut self, gradient: &Tensor, update: Update) -> Result<()> {
        let (found, needed) = (self.state.dim(0)?.saturating_sub(2), update.rule.memory());
        if found != needed {
            bail!("a layer with {found} slots of memory cannot take a rule that needs {needed}");
        }
        let rules = self.rules_in_training();
        ops::update(&mut self.state, gradient, &rules, update)
    }

    fn rules_in_training(&self) -> Rules {
        if self.is_real {
            self.rules.real()
        } else {
            self.rules
        }
    }

    /// The integers of the layer; of a real one those that are nearest and safe.
    pub(crate) fn weights(&self) -> Result<LayerWeights> {
        if self.is_real {
            self.nearest_weights(&self.parameters()?)
        } else {
            layer_weights(&self.integers()?)
        }
    }

    /// The integers that are nearest to the running mean and safe; without one, the integers of the
    /// layer.
    pub(crate) fn averaged_weights(&self) -> Result<LayerWeights> {
        match &self.average {
            Some(average) => self.nearest_weights(average),
            None => self.weights(),
        }
    }

    fn nearest_weights(&self, parameters: &Tensor) -> Result<LayerWeights> {
        let (units, columns) = self.dims();
        let parameters = parameters.flatten_all()?.to_vec1::<f32>()?;
        let (_, integers) = settled(&parameters, columns, &self.rules);
        layer_weights(&Tensor::from_vec(integers, (units, columns), &Device::Cpu)?)
    }

    #[cfg(test)]
    pub(crate) fn rules(&self) -> &Rules {
        &self.rules
    }
}

/// Integers, `units x (inputs + 1)`, as weights and biases.
fn layer_weights(integers: &Tensor) -> Result<LayerWeights> {
    let (mut weights, mut biases) = (Vec::new(), Vec::new());
    for unit in integers.to_vec2::<f32>()? {
        let mut integers = unit.into_iter().map(|value| value as i32);
        biases.extend(integers.next_back());
        weights.extend(integers);
    }
    Ok(LayerWeights { weights, biases })
}

/// Even weights, unit by unit, each unit with its bias behind them.
fn first_parameters(layer: &Layer, scale: &LayerScale, seed: u64, purpose: Purpose) -> Vec<f32> {
    let mut rng = stream(seed, purpose);
    let weight = scale.weight;
    let mut parameters = Vec::with_capacity(layer.units * (layer.inputs + 1));
    for _ in 0..layer.units {
        let drawn = (0..layer.inputs).map(|_| symmetric(&mut rng) * scale.spread);
        parameters.extend(drawn.map(|value| value.clamp(weight.low, weight.high)));
        parameters.push(scale.start);
    }
    parameters
}

/// Parameters in their ranges, with their integers, of safe units.
fn settled(parameters: &[f32], columns: usize, rules: &Rules) -> (Vec<f32>, Vec<f32>) {
    let mut parameters = within_range(parameters, columns, &rules.scale);
    let mut integers = rounded(&parameters, columns, &rules.scale);
    if let Some(bounds) = &rules.bounds {
        bounds.project(&mut parameters, &mut integers, columns, &rules.scale);
    }
    (parameters, integers)
}

/// The integers of parameters in their ranges.
fn rounded(parameters: &[f32], columns: usize, scale: &LayerScale) -> Vec<f32> {
    each(parameters, columns, |value, is_bias| {
        let scale = if is_bias { &scale.bias } else { &scale.weight };
        scale.round(value)
    })
}

/// The nearest parameters in their ranges.
fn within_range(parameters: &[f32], columns: usize, scale: &LayerScale) -> Vec<f32> {
    each(parameters, columns, |value, is_bias| {
        let scale = if is_bias { &scale.bias } else { &scale.weight };
        value.clamp(scale.low, scale.high)
    })
}

/// Maps the parameters of units, knowing which of them are biases.
fn each(parameters: &[f32], columns: usize, map: impl Fn(f32, bool) -> f32) -> Vec<f32> {
    let place = (1..=columns).cycle();
    parameters.iter().zip(place).map(|(value, place)| map(*value, place == columns)).collect()
}
