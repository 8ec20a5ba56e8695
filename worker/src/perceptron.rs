//! Perceptrons with one hidden layer, the models of S1, in the words of the trainer.
//!
//! The trainer knows layered models, and a perceptron is one of two layers: the same integers in
//! other lists. Sums of a perceptron never leave the widths of its shape, whatever its weights are.
//! So the trainer is given distances of outputs that are wide enough for all of them, and never
//! keeps a unit small.

use nocknock_primitives::{
    limits::List,
    model::{
        layered::{
            self,
            architecture::{
                Architecture, ArchitectureError, Dense, Description, Head, MAX_SAMPLES,
            },
            weights::LayerWeights,
        },
        MlpShape, Weights,
    },
};
use nocknock_training::{
    DeviceChoice, Evaluation, Labels, TrainConfig, TrainError, TrainObserver, TrainReport,
    TrainingSet,
};
use std::path::Path;

/// Samples in the integers of a shape, with their classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Samples {
    shape: MlpShape,
    set: TrainingSet,
}

/// A perceptron and how it came about.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The integers, within the ranges of the shape.
    pub weights: Weights,
    /// How they came about.
    pub report: TrainReport,
}

impl Samples {
    /// Samples of a shape: the values of one after the other, and the class of each. The trainer
    /// checks numbers and ranges.
    ///
    /// # Errors
    ///
    /// Refuses shapes that are larger than a layered model may be.
    pub fn new(
        shape: MlpShape,
        inputs: Vec<u16>,
        classes: Vec<u8>,
    ) -> Result<Self, ArchitectureError> {
        let architecture = architecture(&shape)?;
        let labels = Labels::Classes(classes);
        Ok(Self { shape, set: TrainingSet { architecture, inputs, labels } })
    }

    /// The shape that the samples are made for.
    pub fn shape(&self) -> &MlpShape {
        &self.shape
    }

    /// The samples as the trainer takes them.
    pub fn training_set(&self) -> &TrainingSet {
        &self.set
    }
}

/// Trains a perceptron, or goes on with the checkpoint in the folder, as
/// [`nocknock_training::train`] does.
pub fn train(
    samples: &Samples,
    config: &TrainConfig,
    device: DeviceChoice,
    checkpoints: Option<&Path>,
    observer: &mut dyn TrainObserver,
) -> Result<Trained, TrainError> {
    let trained = nocknock_training::train(&samples.set, config, device, checkpoints, observer)?;
    let weights = from_layered(&trained.weights);
    let weights = weights.ok_or(TrainError::Foreign { expected: 2, what: "layers" })?;
    let shape = samples.shape.name().to_owned();
    Ok(Trained { weights, report: TrainReport { shape, ..trained.report } })
}

/// Judges a perceptron on some of the samples. Those that do not exist are passed over.
pub fn evaluate(weights: &Weights, samples: &Samples, numbers: &[u32]) -> Evaluation {
    nocknock_training::evaluate(&to_layered(weights), &samples.set, numbers)
}

/// The layered architecture whose models are the perceptrons of a shape.
pub fn architecture(shape: &MlpShape) -> Result<Architecture, ArchitectureError> {
    let declared = Architecture::new(description(shape, shape.gap_bits))?;
    let distance = declared.layers().next_back().map_or(0, |head| head.largest_distance());
    // A distance may have 2 less than that power of two, see `Weights::is_safe`.
    let bits = i128::BITS.saturating_sub(distance.saturating_add(1).leading_zeros());
    let bits = u8::try_from(bits).unwrap_or(u8::MAX);
    Architecture::new(description(shape, shape.gap_bits.max(bits)))
}

fn description(shape: &MlpShape, distance_bits: u8) -> Description {
    let hidden = Dense {
        units: shape.hidden,
        weight_bits: shape.weight_bits,
        bias_bits: shape.hidden_bias_bits,
        sum_bits: shape.preactivation_bits,
        shift: shape.shift,
    };
    let head = Head::Classes {
        classes: shape.classes,
        best: 1,
        weight_bits: shape.weight_bits,
        bias_bits: shape.output_bias_bits,
        distance_bits,
    };
    Description {
        inputs: shape.inputs,
        input_bits: shape.input_bits,
        hidden: List::truncate_from(vec![hidden]),
        head,
        // A training knows no blocks.
        samples: shape.block_rows.min(MAX_SAMPLES),
    }
}

/// The integers of a perceptron as those of a layered model.
pub fn to_layered(weights: &Weights) -> layered::Weights {
    let layer = |weights: &[i32], biases: &[i32]| LayerWeights {
        weights: weights.to_vec(),
        biases: biases.to_vec(),
    };
    let hidden = layer(&weights.hidden, &weights.hidden_bias);
    let output = layer(&weights.output, &weights.output_bias);
    layered::Weights { layers: vec![hidden, output] }
}

/// The integers of a layered model as those of a perceptron; nothing unless it has two layers.
pub fn from_layered(weights: &layered::Weights) -> Option<Weights> {
    let [hidden, output] = weights.layers.as_slice() else {
        return None;
    };
    Some(Weights {
        hidden: hidden.weights.clone(),
        hidden_bias: hidden.biases.clone(),
        output: output.weights.clone(),
        output_bias: output.biases.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_circuits::reference;
    use nocknock_primitives::model::{
        rows::Row,
        shape::{Dimensions, ShapeName, DIGITS_64X32X10, SHAPES, TEST_SHAPES},
    };
    use nocknock_training::{
        rng::{below, stream, Purpose},
        Untrainable,
    };

    fn shapes() -> Vec<MlpShape> {
        [SHAPES.as_slice(), TEST_SHAPES.as_slice()].concat()
    }

    /// A number of this many signed bits, often at an end of its range.
    fn draw(bits: u8, random: &mut impl FnMut(u32) -> u32) -> i32 {
        let (least, most) = (Dimensions::min_signed(bits), Dimensions::max_signed(bits));
        let drawn = match random(4) {
            0 => least,
            1 => most,
            _ => least + i64::from(random(1 << bits)),
        };
        drawn as i32
    }

    fn random_weights(shape: &MlpShape, random: &mut impl FnMut(u32) -> u32) -> Weights {
        let mut weights = Weights::zero(shape);
        let parts = [
            (&mut weights.hidden, shape.weight_bits),
            (&mut weights.hidden_bias, shape.hidden_bias_bits),
            (&mut weights.output, shape.weight_bits),
            (&mut weights.output_bias, shape.output_bias_bits),
        ];
        for (values, bits) in parts {
            values.iter_mut().for_each(|value| *value = draw(bits, random));
        }
        weights
    }

    fn random_samples(
        shape: &MlpShape,
        count: usize,
        random: &mut impl FnMut(u32) -> u32,
    ) -> Samples {
        let bound = shape.max_input() as u32 + 1;
        let inputs = (0..count * usize::from(shape.inputs)).map(|_| random(bound) as u16).collect();
        let classes = (0..count).map(|_| random(shape.classes.into()) as u8).collect();
        Samples::new(*shape, inputs, classes).unwrap()
    }

    #[test]
    fn outputs_are_those_of_the_circuits_and_every_model_is_safe() {
        let mut rng = stream(1, Purpose::Split);
        let mut random = |bound| below(&mut rng, bound);
        for shape in &shapes() {
            let architecture = architecture(shape).unwrap();
            let samples = random_samples(shape, 20, &mut random);
            for _ in 0..20 {
                let weights = random_weights(shape, &mut random);
                let layered = to_layered(&weights);
                assert_eq!(layered.is_safe(&architecture), Ok(()));
                assert!(from_layered(&layered) == Some(weights.clone()));
                for sample in 0..20 {
                    let (inputs, _) = samples.training_set().sample(sample).unwrap();
                    let expected = reference::outputs(shape, &weights, inputs);
                    let found = nocknock_training::outputs(&architecture, &layered, inputs);
                    assert_eq!(found, expected);
                }
            }
        }
    }

    #[test]
    fn the_largest_models_are_safe_too() {
        for shape in &shapes() {
            let architecture = architecture(shape).unwrap();
            for bound in [Dimensions::min_signed, Dimensions::max_signed] {
                let largest = |bits: u8| bound(bits) as i32;
                let mut weights = Weights::zero(shape);
                weights.hidden.fill(largest(shape.weight_bits));
                weights.hidden_bias.fill(largest(shape.hidden_bias_bits));
                weights.output.fill(largest(shape.weight_bits));
                weights.output_bias.fill(largest(shape.output_bias_bits));
                assert_eq!(to_layered(&weights).is_safe(&architecture), Ok(()));
                // Two outputs as far apart as can be.
                let first = usize::from(shape.hidden);
                weights.output[..first].fill(Dimensions::min_signed(shape.weight_bits) as i32);
                weights.output[first..].fill(Dimensions::max_signed(shape.weight_bits) as i32);
                weights.output_bias.fill(Dimensions::max_signed(shape.output_bias_bits) as i32);
                weights.output_bias[0] = Dimensions::min_signed(shape.output_bias_bits) as i32;
                assert_eq!(to_layered(&weights).is_safe(&architecture), Ok(()));
            }
        }
    }

    #[test]
    fn the_digits_are_the_architecture_of_their_name() {
        let named = layered::names::named("digits-64x32x10");
        assert_eq!(architecture(&DIGITS_64X32X10).ok(), named);
    }

    #[test]
    fn a_score_is_the_one_that_is_proved() {
        let mut rng = stream(2, Purpose::Split);
        let mut random = |bound| below(&mut rng, bound);
        let shape = &DIGITS_64X32X10;
        let samples = random_samples(shape, usize::from(shape.block_rows), &mut random);
        let weights = random_weights(shape, &mut random);
        let Labels::Classes(classes) = &samples.training_set().labels else {
            panic!("samples of a perceptron have classes");
        };
        let block: Vec<Row> = (0..)
            .zip(classes)
            .filter_map(|(row, class)| Some((samples.training_set().sample(row)?.0, *class)))
            .map(|(inputs, class)| Row::sample(shape, inputs.to_vec(), class))
            .collect();
        let all: Vec<u32> = (0..195).collect();
        let proved = reference::score_block(shape, &weights, &block).unwrap();
        let found = evaluate(&weights, &samples, &all);
        assert_eq!(found.score, u64::from(proved.score));
        assert_eq!(found.samples, u64::from(proved.n_real));
        assert!(found.score > 0);
    }

    #[test]
    fn a_trained_perceptron_belongs_to_its_shape_and_is_called_by_its_name() {
        let mut rng = stream(3, Purpose::Split);
        let mut random = |bound| below(&mut rng, bound);
        for shape in &shapes() {
            let samples = random_samples(shape, 40, &mut random);
            let config = TrainConfig { epochs: 2, validation_share: 0.3, ..TrainConfig::default() };
            let trained = train(&samples, &config, DeviceChoice::Cpu, None, &mut ()).unwrap();
            assert_eq!(trained.weights.check(shape), Ok(()));
            assert_eq!(trained.report.shape, shape.name());
            let all: Vec<u32> = (0..40).collect();
            let found = evaluate(&trained.weights, &samples, &all);
            let report = &trained.report;
            let validation = report.validation.as_ref().unwrap();
            assert_eq!(found.score, report.training.score + validation.score);
        }
    }

    #[test]
    fn a_shape_that_f32_cannot_compute_exactly_is_refused() {
        let dimensions = Dimensions {
            input_bits: 16,
            preactivation_bits: 32,
            gap_bits: 40,
            block_rows: 8,
            ..*DIGITS_64X32X10.dimensions()
        };
        let shape = MlpShape::new(ShapeName::new("wide").unwrap(), dimensions).unwrap();
        let samples = Samples::new(shape, vec![0; 128], vec![0, 1]).unwrap();
        let config = TrainConfig::default();
        let refused = train(&samples, &config, DeviceChoice::Cpu, None, &mut ());
        let expected = Untrainable::TooWide { layer: 0, bits: 32 };
        assert!(matches!(refused, Err(TrainError::Untrainable(found)) if found == expected));
    }
}
