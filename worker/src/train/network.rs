//! The integer model as tensors, and its gradient.

use super::{
    batch::Batch,
    config::{Optimiser, TrainConfig},
    ops::{self, Loss, Update},
    rng::{stream, symmetric, Purpose},
    scale::{LayerScale, ModelScale},
};
use candle_core::{DType, Device, Result, Tensor};
use nocknock_primitives::model::{MlpShape, Weights};

/// One layer: its parameters, their integers and the optimiser's memory.
#[derive(Debug)]
pub(super) struct Layer {
    /// `slots x rows x (columns + 1)`, `f32`; see [`ops::update`]. The last column are the biases.
    state: Tensor,
    scale: LayerScale,
}

/// The model in training.
#[derive(Debug)]
pub(super) struct Network {
    pub(super) hidden: Layer,
    pub(super) output: Layer,
    /// Sum of the losses of the rows seen in this epoch, one `f32`.
    pub(super) loss_sum: Tensor,
    shift: u8,
    loss: Loss,
}

/// What a forward pass leaves for the backward pass.
struct Forward {
    sums: Tensor,
    activations: Tensor,
    outputs: Tensor,
}

impl Layer {
    /// A layer with first weights drawn from the seed and biases of zero.
    fn new(
        (rows, columns): (u16, u16),
        scale: LayerScale,
        seed: u64,
        purpose: Purpose,
        optimiser: &Optimiser,
        device: &Device,
    ) -> Result<Self> {
        let (rows, columns) = (usize::from(rows), usize::from(columns));
        let mut rng = stream(seed, purpose);
        let mut parameters = Vec::with_capacity(rows * (columns + 1));
        for _ in 0..rows {
            let weight = scale.weight;
            let drawn = (0..columns).map(|_| symmetric(&mut rng) * scale.spread);
            parameters.extend(drawn.map(|value| value.clamp(weight.low, weight.high)));
            parameters.push(0.0);
        }
        let integers = parameters.iter().map(|value| scale.weight.round(*value));
        let mut state: Vec<f32> = parameters.iter().copied().chain(integers).collect();
        let slots = 2 + optimiser.memory();
        state.resize(slots * parameters.len(), 0.0);
        let state = Tensor::from_vec(state, (slots, rows, columns + 1), device)?;
        Ok(Self { state, scale })
    }

    /// The integers, `rows x (columns + 1)`.
    fn integers(&self) -> Result<Tensor> {
        self.state.get(1)
    }

    fn update(&mut self, gradient: &Tensor, update: Update) -> Result<()> {
        ops::update(&mut self.state, gradient, &self.scale, update)
    }

    /// Parameters, integers and memory.
    pub(super) fn state(&self) -> &Tensor {
        &self.state
    }

    /// Goes on from a state of the same dimensions.
    pub(super) fn restore(&mut self, state: Tensor) -> Result<()> {
        if state.dims() != self.state.dims() || state.dtype() != DType::F32 {
            let [found, expected] = [state.shape(), self.state.shape()];
            candle_core::bail!("a layer of {found:?} was saved, {expected:?} is needed");
        }
        self.state = state;
        Ok(())
    }

    /// Weights row by row, and biases.
    fn parts(&self) -> Result<(Vec<i32>, Vec<i32>)> {
        let rows = self.integers()?.to_vec2::<f32>()?;
        let (mut weights, mut biases) = (Vec::new(), Vec::new());
        for row in rows {
            let mut integers = row.into_iter().map(|value| value as i32);
            biases.extend(integers.next_back());
            weights.extend(integers);
        }
        Ok((weights, biases))
    }
}

impl Network {
    /// The model before its first step.
    pub(super) fn new(
        shape: &MlpShape,
        scale: &ModelScale,
        config: &TrainConfig,
        device: &Device,
    ) -> Result<Self> {
        let layer = |dimensions, scale, number| {
            let purpose = Purpose::Weights { layer: number };
            let optimiser = &config.optimiser;
            Layer::new(dimensions, scale, config.seed, purpose, optimiser, device)
        };
        Ok(Self {
            hidden: layer((shape.hidden, shape.inputs), scale.hidden, 0)?,
            output: layer((shape.classes, shape.hidden), scale.output, 1)?,
            loss_sum: no_loss(device)?,
            shift: shape.shift,
            loss: Loss { logit: scale.logit, smoothing: config.label_smoothing as f32 },
        })
    }

    fn forward(&self, inputs: &Tensor) -> Result<Forward> {
        let sums = inputs.matmul(&self.hidden.integers()?.t()?)?;
        let activations = ops::activate(&sums, self.shift)?;
        let outputs = activations.matmul(&self.output.integers()?.t()?)?;
        Ok(Forward { sums, activations, outputs })
    }

    /// The outputs `z` of a batch, `rows x C`: whole numbers, exactly those of the integer model.
    #[cfg(test)]
    pub(super) fn outputs(&self, batch: &Batch) -> Result<Tensor> {
        Ok(self.forward(&batch.inputs)?.outputs)
    }

    /// One step: forward, backward, update.
    pub(super) fn step(&mut self, batch: &Batch, update: Update) -> Result<()> {
        let forward = self.forward(&batch.inputs)?;
        let (by_outputs, losses) = ops::loss(&forward.outputs, &batch.labels, self.loss)?;
        let by_activations = by_outputs.matmul(&self.output.integers()?)?;
        let by_output_weights = by_outputs.t()?.matmul(&forward.activations)?;
        let by_sums = ops::activate_back(&by_activations, &forward.sums, self.shift)?;
        let by_hidden_weights = by_sums.t()?.matmul(&batch.inputs)?;
        self.loss_sum = (&self.loss_sum + losses.sum_all()?)?;
        self.output.update(&by_output_weights, update)?;
        self.hidden.update(&by_hidden_weights, update)
    }

    /// The sum of losses since the last call.
    pub(super) fn take_loss(&mut self) -> Result<f32> {
        let sum = self.loss_sum.to_scalar()?;
        self.loss_sum = no_loss(self.loss_sum.device())?;
        Ok(sum)
    }

    /// The integers of the model.
    pub(super) fn weights(&self) -> Result<Weights> {
        let (hidden, hidden_bias) = self.hidden.parts()?;
        let (output, output_bias) = self.output.parts()?;
        Ok(Weights { hidden, hidden_bias, output, output_bias })
    }
}

fn no_loss(device: &Device) -> Result<Tensor> {
    Tensor::zeros((), DType::F32, device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::{config::TrainConfig, data::TrainingSet, rng::below};
    use nocknock_circuits::reference;
    use nocknock_primitives::model::shape::{Dimensions, SHAPES, TEST_SHAPES};
    use rand_chacha::ChaCha20Rng;

    fn random_set(shape: MlpShape, rows: usize, rng: &mut ChaCha20Rng) -> TrainingSet {
        let bound = shape.max_input() as u32 + 1;
        let count = rows * usize::from(shape.inputs);
        TrainingSet {
            shape,
            inputs: (0..count).map(|_| below(rng, bound) as u16).collect(),
            labels: vec![0; rows],
        }
    }

    /// Parameters that reach both ends of their ranges.
    fn wild_state(layer: &Layer, rng: &mut ChaCha20Rng) -> Tensor {
        let (slots, rows, columns) = layer.state.dims3().unwrap();
        let mut values = vec![0.0f32; slots * rows * columns];
        for at in 0..rows * columns {
            let bias = at % columns == columns - 1;
            let scale = if bias { layer.scale.bias } else { layer.scale.weight };
            let parameter = match below(rng, 4) {
                0 => scale.low,
                1 => scale.high,
                _ => symmetric(rng) * scale.high,
            };
            values[at] = parameter;
            values[rows * columns + at] = scale.round(parameter);
        }
        Tensor::from_vec(values, (slots, rows, columns), &Device::Cpu).unwrap()
    }

    fn compare(shape: MlpShape, rng: &mut ChaCha20Rng) -> usize {
        let data = random_set(shape, 60, rng);
        let config = TrainConfig::default();
        let scale = ModelScale::calibrate(&data, &config);
        let mut network = Network::new(&shape, &scale, &config, &Device::Cpu).unwrap();
        for layer in [&mut network.hidden, &mut network.output] {
            layer.restore(wild_state(layer, rng)).unwrap();
        }
        let weights = network.weights().unwrap();
        assert_eq!(weights.check(&shape), Ok(()));
        let rows: Vec<u32> = (0..60).collect();
        let batch = Batch::gather(&data, &rows, None, &Device::Cpu).unwrap();
        let outputs: Vec<Vec<f32>> = network.outputs(&batch).unwrap().to_vec2().unwrap();
        for (row, outputs) in outputs.iter().enumerate() {
            let expected = reference::outputs(&shape, &weights, data.row(row).unwrap().0);
            let found: Vec<i64> = outputs.iter().map(|value| *value as i64).collect();
            assert_eq!(found, expected);
        }
        outputs.len()
    }

    #[test]
    fn outputs_of_thousands_of_rows_equal_the_integer_reference() {
        let mut rng = stream(11, Purpose::Split);
        let mut compared = 0;
        for shape in SHAPES.iter().chain(&TEST_SHAPES) {
            for _ in 0..40 {
                compared += compare(*shape, &mut rng);
            }
        }
        assert_eq!(compared, 7200);
    }

    #[test]
    fn first_weights_follow_from_the_seed_and_fit_the_shape() {
        for shape in SHAPES {
            let data = random_set(shape, 10, &mut stream(1, Purpose::Split));
            let weights = |seed| {
                let config = TrainConfig { seed, ..TrainConfig::default() };
                let scale = ModelScale::calibrate(&data, &config);
                let network = Network::new(&shape, &scale, &config, &Device::Cpu);
                network.unwrap().weights().unwrap()
            };
            assert!(weights(1) == weights(1));
            assert!(weights(1) != weights(2));
            assert_eq!(weights(1).check(&shape), Ok(()));
            let largest = Dimensions::max_signed(shape.weight_bits) as i32;
            let reach = weights(1).hidden.iter().map(|w| w.abs()).max();
            assert!(reach > Some(largest / 4));
        }
    }
}
