//! A model in training.
//!
//! A step has two halves, which are separate on purpose: [`Learner::gradients`] says how a batch
//! would change the model, and [`Learner::apply`] changes it. Whoever trains with others puts what
//! they agree on in between, or merges parameters every few steps: see
//! [`Strategy`](super::Strategy).

use super::{
    batch::Batch,
    config::TrainConfig,
    data::TrainingSet,
    error::TrainError,
    layers::DenseLayer,
    loss::Loss,
    ops::{self, Rules},
    optim::Update,
    rng::Purpose,
    safe::bounds_of,
    scale::ModelScale,
};
use candle_core::{DType, Device, Tensor};
use nocknock_primitives::model::{
    architecture::Architecture,
    weights::{LayerWeights, Weights},
};

/// Beyond this, gradients by integers are nonsense. Squares of real gradients, which are larger by
/// the unit of a parameter, still fit into `f32`.
const LARGEST_GRADIENT: f32 = 1e9;

/// A model in training: its layers, with what the optimiser remembers of them.
#[derive(Debug)]
pub struct Learner {
    architecture: Architecture,
    layers: Vec<DenseLayer>,
    loss: Loss,
    /// Sum of the losses of the samples seen in this epoch, one `f32`.
    loss_sum: Tensor,
}

/// How the mean loss of a batch changes with each integer of the model.
#[derive(Clone, Debug)]
pub struct Gradients {
    /// For each layer `units x (inputs + 1)`, `f32`; the last column are the biases.
    layers: Vec<Tensor>,
    /// Sum of the losses, one `f32`.
    loss: Tensor,
    samples: usize,
}

/// What a forward pass leaves of a layer for the backward pass.
struct Passed {
    inputs: Tensor,
    sums: Tensor,
}

impl Learner {
    /// The model before its first step. Scales come from the data, first weights from the seed.
    ///
    /// # Errors
    ///
    /// Refuses bad data and settings, and architectures that cannot be trained exactly.
    pub fn new(
        data: &TrainingSet,
        config: &TrainConfig,
        device: &Device,
    ) -> Result<Self, TrainError> {
        config.check_for(data.architecture.inputs.into())?;
        data.check()?;
        let bounds = bounds_of(&data.architecture)?;
        let ModelScale { layers: scales, loss } = ModelScale::calibrate(data, config);
        let places = data.architecture.layers().zip(scales).zip(bounds);
        let layers = (0u64..).zip(places).map(|(number, place)| -> candle_core::Result<_> {
            let ((layer, scale), bounds) = place;
            let source = (config.seed, Purpose::Weights { layer: number });
            let rules = Rules { scale, bounds };
            let mut layer = DenseLayer::new(&layer, rules, source, &config.optimiser, device)?;
            if config.average.is_some() {
                layer.start_average()?;
            }
            Ok(layer)
        });
        Ok(Self {
            architecture: data.architecture.clone(),
            layers: layers.collect::<candle_core::Result<_>>()?,
            loss,
            loss_sum: no_loss(device)?,
        })
    }

    /// The same model, from now on in real numbers: neither weights nor activations are rounded,
    /// and no bounds hold back a unit. Scales and first weights stay.
    ///
    /// For measuring what integers cost, and for nothing else: [`weights`](Self::weights) are then
    /// the nearest integers, for which nothing was trained.
    pub fn real(self) -> Result<Self, TrainError> {
        let layers = self.layers.into_iter().map(DenseLayer::real);
        Ok(Self { layers: layers.collect::<candle_core::Result<_>>()?, ..self })
    }

    /// What is trained.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// The hidden layers and then the head.
    pub fn layers(&self) -> &[DenseLayer] {
        &self.layers
    }

    /// How the mean loss of a batch would change. Changes nothing.
    pub fn gradients(&self, batch: &Batch) -> Result<Gradients, TrainError> {
        let (passed, outputs) = self.forward(batch)?;
        let (mut by_sums, losses) = ops::loss(&outputs, &batch.targets, self.loss)?;
        let mut gradients = Vec::with_capacity(passed.len());
        let places = self.layers.iter().zip(&passed).enumerate();
        let mut layers = places.rev().peekable();
        while let Some((_, (layer, own))) = layers.next() {
            gradients.push(by_sums.t()?.matmul(&own.inputs)?);
            if let Some((place, (before, other))) = layers.peek() {
                let by_values = masked(layer.sums_back(&by_sums)?, batch.masks.get(*place))?;
                by_sums = before.activate_back(&by_values, &other.sums)?;
            }
        }
        gradients.reverse();
        let loss = losses.sum_all()?;
        Ok(Gradients { layers: gradients, loss, samples: batch.samples() })
    }

    /// Moves the parameters against gradients, rounds them and makes each unit safe.
    ///
    /// # Errors
    ///
    /// Refuses gradients of another model, and rules that remember more or less than the optimiser
    /// of the settings.
    pub fn apply(&mut self, gradients: &Gradients, update: Update) -> Result<(), TrainError> {
        if gradients.layers.len() != self.layers.len() {
            return Err(TrainError::Foreign { expected: self.layers.len(), what: "layers" });
        }
        let fits = |(layer, gradient): (&DenseLayer, &Tensor)| {
            let (units, columns) = layer.dims();
            gradient.dims() == [units, columns]
        };
        if !self.layers.iter().zip(&gradients.layers).all(fits) {
            let expected = self.architecture.parameters();
            return Err(TrainError::Foreign { expected, what: "gradients" });
        }
        self.loss_sum = (&self.loss_sum + &gradients.loss)?;
        for (layer, gradient) in self.layers.iter_mut().zip(&gradients.layers) {
            layer.update(gradient, update)?;
        }
        Ok(())
    }

    /// All real parameters: layer by layer, unit by unit, the weights of a unit before its bias.
    pub fn parameters(&self) -> Result<Vec<f32>, TrainError> {
        let layers = self.layers.iter().map(DenseLayer::parameters);
        flat(layers.collect::<candle_core::Result<Vec<_>>>()?.iter())
    }

    /// Takes other parameters in the order of [`parameters`](Self::parameters), such as the mean of
    /// several learners. They are brought into their ranges and rounded, and each unit is made
    /// safe; so what is read back may differ. What the optimiser remembers stays.
    ///
    /// # Errors
    ///
    /// Refuses another number of parameters, and such as are not finite.
    pub fn set_parameters(&mut self, parameters: &[f32]) -> Result<(), TrainError> {
        check_foreign(parameters, self.architecture.parameters(), "parameters")?;
        let mut rest = parameters;
        for layer in &mut self.layers {
            let (units, columns) = layer.dims();
            let (own, later) = rest.split_at(units * columns);
            layer.set_parameters(own)?;
            rest = later;
        }
        Ok(())
    }

    /// The integers of the model, which is safe.
    pub fn weights(&self) -> Result<Weights, TrainError> {
        let layers = self.layers.iter().map(DenseLayer::weights);
        let weights =
            Weights { layers: layers.collect::<candle_core::Result<Vec<LayerWeights>>>()? };
        weights.is_safe(&self.architecture)?;
        Ok(weights)
    }

    /// The integers of the running mean of the parameters, which are safe; without one those of the
    /// model.
    pub(crate) fn averaged_weights(&self) -> Result<Weights, TrainError> {
        let layers = self.layers.iter().map(DenseLayer::averaged_weights);
        let weights =
            Weights { layers: layers.collect::<candle_core::Result<Vec<LayerWeights>>>()? };
        weights.is_safe(&self.architecture)?;
        Ok(weights)
    }

    /// Adds the parameters after a step, counted from 0, to their running mean, if one is kept. It
    /// remembers little at first, so that it soon forgets the first parameters.
    pub(crate) fn add_to_average(&mut self, step: u64, memory: f64) -> Result<(), TrainError> {
        let done = step as f64;
        let kept = memory.min((1.0 + done) / (10.0 + done));
        for layer in &mut self.layers {
            layer.add_to_average(kept)?;
        }
        Ok(())
    }

    /// The outputs of a batch, `samples x outputs`: whole numbers, exactly those of the integers,
    /// unless the model is [real](Self::real).
    pub fn outputs(&self, batch: &Batch) -> Result<Tensor, TrainError> {
        Ok(self.forward(batch)?.1)
    }

    /// What each layer leaves, and the outputs.
    fn forward(&self, batch: &Batch) -> candle_core::Result<(Vec<Passed>, Tensor)> {
        let mut passed = Vec::with_capacity(self.layers.len());
        let mut values = batch.inputs.clone();
        for (place, layer) in self.layers.iter().enumerate() {
            let sums = layer.sums(&values)?;
            let next = masked(layer.activate(&sums)?, batch.masks.get(place))?;
            passed.push(Passed { inputs: values, sums });
            values = next;
        }
        Ok((passed, values))
    }

    /// The sum of losses since the last call.
    pub(crate) fn take_loss(&mut self) -> candle_core::Result<f32> {
        let sum = self.loss_sum.to_scalar()?;
        self.loss_sum = no_loss(self.loss_sum.device())?;
        Ok(sum)
    }

    pub(crate) fn loss_sum(&self) -> &Tensor {
        &self.loss_sum
    }

    /// Goes on from the states of all layers, the means of those that keep one, and the running
    /// loss.
    pub(crate) fn restore(
        &mut self,
        states: Vec<Tensor>,
        averages: Vec<Tensor>,
        loss_sum: Tensor,
    ) -> candle_core::Result<()> {
        for (layer, state) in self.layers.iter_mut().zip(states) {
            layer.restore(state)?;
        }
        let averaged = self.layers.iter_mut().filter(|layer| layer.average().is_some());
        for (layer, average) in averaged.zip(averages) {
            layer.restore_average(average)?;
        }
        self.loss_sum = loss_sum.reshape(())?;
        Ok(())
    }
}

impl Gradients {
    /// The gradients by the integers of each layer, `units x (inputs + 1)`; the last column are the
    /// biases.
    pub fn layers(&self) -> &[Tensor] {
        &self.layers
    }

    /// Samples of the batch.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// The mean loss of the batch.
    pub fn mean_loss(&self) -> Result<f32, TrainError> {
        Ok(self.loss.to_scalar::<f32>()? / self.samples.max(1) as f32)
    }

    /// All gradients, in the order of [`Learner::parameters`].
    pub fn to_vec(&self) -> Result<Vec<f32>, TrainError> {
        flat(self.layers.iter())
    }

    /// Other numbers in the place of these, such as the mean of several learners. What is larger
    /// than any gradient of a model is cut off, so that no update leaves `f32`. The loss stays that
    /// of the own batch.
    ///
    /// # Errors
    ///
    /// Refuses another number of gradients, and such as are not finite.
    pub fn replaced(&self, values: &[f32]) -> Result<Self, TrainError> {
        check_foreign(values, self.layers.iter().map(Tensor::elem_count).sum(), "gradients")?;
        let mut rest = values;
        let mut layers = Vec::with_capacity(self.layers.len());
        for layer in &self.layers {
            let (own, later) = rest.split_at(layer.elem_count());
            let own = own.iter().map(|value| value.clamp(-LARGEST_GRADIENT, LARGEST_GRADIENT));
            let own: Vec<f32> = own.collect();
            layers.push(Tensor::from_vec(own, layer.shape(), layer.device())?);
            rest = later;
        }
        Ok(Self { layers, ..self.clone() })
    }
}

/// The numbers with some of them left out, if there is a mask.
fn masked(values: Tensor, mask: Option<&Tensor>) -> candle_core::Result<Tensor> {
    match mask {
        Some(mask) => values * mask,
        None => Ok(values),
    }
}

/// Checks numbers that come from elsewhere.
fn check_foreign(values: &[f32], expected: usize, what: &'static str) -> Result<(), TrainError> {
    if values.len() != expected {
        return Err(TrainError::Foreign { expected, what });
    }
    if values.iter().any(|value| !value.is_finite()) {
        return Err(TrainError::NotFinite { what });
    }
    Ok(())
}

fn flat<'a>(tensors: impl Iterator<Item = &'a Tensor>) -> Result<Vec<f32>, TrainError> {
    let mut values = Vec::new();
    for tensor in tensors {
        values.extend(tensor.flatten_all()?.to_vec1::<f32>()?);
    }
    Ok(values)
}

fn no_loss(device: &Device) -> candle_core::Result<Tensor> {
    Tensor::zeros((), DType::F32, device)
}

#[cfg(test)]
mod tests;
