//! A learner computes the integers exactly, and nothing that is done to it makes a model unsafe.

use super::*;
use crate::{
    config::Optimiser,
    data::Known,
    evaluate::outputs as integer_outputs,
    rng::{below, stream, symmetric},
    testing::{
        classes_head, digits, labels_head, narrow, narrow_heads, number_head, random_set, tiny,
    },
};
use nocknock_primitives::model::{
    architecture::{Goal, Head, Layer},
    names,
};
use rand_chacha::ChaCha20Rng;

fn learner(data: &TrainingSet, config: &TrainConfig) -> Learner {
    Learner::new(data, config, &Device::Cpu).unwrap()
}

/// Parameters that reach both ends of their ranges and beyond.
fn wild(learner: &Learner, rng: &mut ChaCha20Rng) -> Vec<f32> {
    let mut parameters = Vec::new();
    for layer in learner.layers() {
        let (units, columns) = layer.dims();
        let scale = layer.rules().scale;
        for place in 0..units * columns {
            let is_bias = place % columns == columns - 1;
            let scale = if is_bias { scale.bias } else { scale.weight };
            parameters.push(match below(rng, 4) {
                0 => 2.0 * scale.low,
                1 => 2.0 * scale.high,
                _ => symmetric(rng) * scale.high,
            });
        }
    }
    parameters
}

fn known_architectures() -> Vec<Architecture> {
    let known = names::offered().into_iter().chain(names::for_tests());
    let known = known.map(|(_, architecture)| architecture);
    known.chain(narrow_heads().map(narrow)).collect()
}

fn whole_batch(data: &TrainingSet) -> Batch {
    let samples: Vec<u32> = (0..).take(data.samples()).collect();
    Batch::new(data, &samples, &Device::Cpu).unwrap()
}

#[test]
fn outputs_of_wild_models_equal_the_integers_and_the_models_are_safe() {
    let mut rng = stream(11, Purpose::Split);
    let mut compared = 0;
    for architecture in known_architectures() {
        let data = random_set(&architecture, 12, &mut rng);
        let mut learner = learner(&data, &TrainConfig::default());
        for _ in 0..4 {
            learner.set_parameters(&wild(&learner, &mut rng)).unwrap();
            let weights = learner.weights().unwrap();
            let outputs = learner.outputs(&whole_batch(&data)).unwrap();
            for (sample, outputs) in outputs.to_vec2::<f32>().unwrap().iter().enumerate() {
                let (inputs, _) = data.sample(sample).unwrap();
                let found: Vec<i64> = outputs.iter().map(|value| *value as i64).collect();
                assert_eq!(found, integer_outputs(&architecture, &weights, inputs));
                compared += 1;
            }
        }
    }
    assert_eq!(compared, known_architectures().len() * 48);
}

#[test]
fn the_largest_and_the_smallest_inputs_are_computed_exactly_too() {
    let mut rng = stream(12, Purpose::Split);
    for architecture in known_architectures() {
        let mut data = random_set(&architecture, 12, &mut rng);
        let largest = architecture.max_input() as u16;
        data.inputs.iter_mut().for_each(|value| *value = largest * (below(&mut rng, 2) as u16));
        let mut learner = learner(&data, &TrainConfig::default());
        learner.set_parameters(&wild(&learner, &mut rng)).unwrap();
        let weights = learner.weights().unwrap();
        let outputs = learner.outputs(&whole_batch(&data)).unwrap().to_vec2::<f32>().unwrap();
        for (sample, outputs) in outputs.iter().enumerate() {
            let (inputs, _) = data.sample(sample).unwrap();
            let found: Vec<i64> = outputs.iter().map(|value| *value as i64).collect();
            assert_eq!(found, integer_outputs(&architecture, &weights, inputs));
        }
    }
}

#[test]
fn first_weights_follow_from_the_seed_and_are_safe() {
    for architecture in known_architectures() {
        let data = random_set(&architecture, 10, &mut stream(1, Purpose::Split));
        let weights = |seed| {
            let config = TrainConfig { seed, ..TrainConfig::default() };
            learner(&data, &config).weights().unwrap()
        };
        assert!(weights(1) == weights(1));
        assert!(weights(1) != weights(2));
    }
}

#[test]
fn no_learning_rate_and_no_optimiser_makes_a_model_unsafe() {
    let mut rng = stream(13, Purpose::Split);
    let optimisers = [Optimiser::SgdMomentum { momentum: 0.99 }, Optimiser::default()];
    for architecture in narrow_heads().map(narrow) {
        for (optimiser, learning_rate) in
            optimisers.into_iter().flat_map(|kind| [(kind, 0.02), (kind, 3.0), (kind, 1000.0)])
        {
            let config = TrainConfig { optimiser, learning_rate, ..TrainConfig::default() };
            let data = random_set(&architecture, 32, &mut rng);
            let mut learner = learner(&data, &config);
            for step in 0..30 {
                let gradients = learner.gradients(&whole_batch(&data)).unwrap();
                learner.apply(&gradients, Update::of_step(&config, step, 1.0)).unwrap();
                learner.weights().unwrap();
            }
        }
    }
}

#[test]
fn a_real_model_begins_alike_is_not_rounded_and_always_has_safe_integers() {
    let mut rng = stream(15, Purpose::Split);
    let config = TrainConfig::default();
    let offered = names::offered().into_iter().map(|(_, architecture)| architecture);
    for architecture in offered.chain(narrow_heads().map(narrow)) {
        let data = random_set(&architecture, 12, &mut rng);
        let rounded = learner(&data, &config);
        let mut real = learner(&data, &config).real().unwrap();
        assert_eq!(real.parameters().unwrap(), rounded.parameters().unwrap());
        assert!(real.weights().unwrap() == rounded.weights().unwrap());
        let batch = whole_batch(&data);
        let outputs = real.outputs(&batch).unwrap().to_vec2::<f32>().unwrap();
        assert!(outputs.concat().iter().any(|output| output.fract() != 0.0), "{architecture:?}");
        // Where a rounded model is brought back into its ranges, a real one stays.
        let parameters = wild(&real, &mut rng);
        real.set_parameters(&parameters).unwrap();
        assert_eq!(real.parameters().unwrap(), parameters);
        let gradients = real.gradients(&batch).unwrap();
        real.apply(&gradients, Update::of_step(&config, 0, 1.0)).unwrap();
        assert_ne!(real.parameters().unwrap(), parameters);
        real.weights().unwrap();
    }
}

fn mean_loss(learner: &Learner, batch: &Batch) -> f32 {
    learner.gradients(batch).unwrap().mean_loss().unwrap()
}

#[test]
fn every_layer_gets_a_gradient_and_a_step_moves_it() {
    let mut rng = stream(14, Purpose::Split);
    let offered = names::offered().into_iter().map(|(_, architecture)| architecture);
    for architecture in offered.chain(narrow_heads().map(narrow)) {
        let data = random_set(&architecture, 64, &mut rng);
        let config = TrainConfig::default();
        let mut learner = learner(&data, &config);
        let before: Vec<Vec<f32>> = layers_of(&learner);
        let gradients = learner.gradients(&whole_batch(&data)).unwrap();
        for gradient in gradients.layers() {
            let size = gradient.abs().unwrap().sum_all().unwrap().to_scalar::<f32>().unwrap();
            assert!(size > 0.0 && size.is_finite(), "{architecture:?}");
        }
        learner.apply(&gradients, Update::of_step(&config, 0, 1.0)).unwrap();
        for (before, after) in before.iter().zip(layers_of(&learner)) {
            assert!(*before != after, "a layer of {architecture:?} did not move");
        }
    }
}

fn layers_of(learner: &Learner) -> Vec<Vec<f32>> {
    let flat = |layer: &DenseLayer| {
        layer.parameters().unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap()
    };
    learner.layers().iter().map(flat).collect()
}

/// One of each kind of head, wide enough for every linear model of ten inputs of 6 bits.
fn wide_heads() -> [Head; 5] {
    let goal = Goal::Within { tolerance: 300 };
    [
        classes_head(5, 17),
        Head::Classes { classes: 5, best: 2, weight_bits: 6, bias_bits: 14, distance_bits: 17 },
        Head::Labels { labels: 4, weight_bits: 6, bias_bits: 9, sum_bits: 16 },
        number_head(20),
        Head::Number { weight_bits: 8, bias_bits: 17, distance_bits: 20, goal },
    ]
}

#[test]
fn steps_make_the_loss_smaller_for_every_head() {
    for (place, head) in wide_heads().into_iter().enumerate() {
        let architecture = crate::testing::architecture((10, 6), &[], head);
        let mut rng = stream(20 + place as u64, Purpose::Split);
        let data = random_set(&architecture, 12, &mut rng);
        let config = TrainConfig { learning_rate: 0.05, ..TrainConfig::default() };
        let mut learner = learner(&data, &config);
        let batch = whole_batch(&data);
        let before = mean_loss(&learner, &batch);
        for step in 0..300 {
            let gradients = learner.gradients(&batch).unwrap();
            learner.apply(&gradients, Update::of_step(&config, step, 1.0)).unwrap();
        }
        let after = mean_loss(&learner, &batch);
        assert!(after < before, "{head:?}: {before} became {after}");
    }
}

#[test]
fn computing_gradients_changes_nothing_and_applying_them_is_the_whole_step() {
    let data = random_set(&tiny(), 16, &mut stream(3, Purpose::Split));
    let config = TrainConfig::default();
    let [mut one, mut other] = [(); 2].map(|()| learner(&data, &config));
    let batch = whole_batch(&data);
    let before = one.parameters().unwrap();
    let gradients = one.gradients(&batch).unwrap();
    one.gradients(&batch).unwrap();
    assert_eq!(one.parameters().unwrap(), before);
    // The numbers travel, and mean the same elsewhere.
    let travelled = gradients.replaced(&gradients.to_vec().unwrap()).unwrap();
    let update = Update::of_step(&config, 0, 1.0);
    one.apply(&gradients, update).unwrap();
    other.apply(&travelled, update).unwrap();
    assert_ne!(one.parameters().unwrap(), before);
    assert_eq!(one.parameters().unwrap(), other.parameters().unwrap());
    assert_eq!(one.take_loss().unwrap(), other.take_loss().unwrap());
}

#[test]
fn parameters_that_are_read_and_taken_over_stay_as_they_are() {
    for architecture in [tiny(), narrow(classes_head(5, 9))] {
        let data = random_set(&architecture, 16, &mut stream(4, Purpose::Split));
        let config = TrainConfig::default();
        let mut learner = learner(&data, &config);
        let gradients = learner.gradients(&whole_batch(&data)).unwrap();
        learner.apply(&gradients, Update::of_step(&config, 0, 1.0)).unwrap();
        let (parameters, weights) = (learner.parameters().unwrap(), learner.weights().unwrap());
        let memory = |learner: &Learner| {
            let memory = learner.layers()[0].memory().unwrap();
            memory.flatten_all().unwrap().to_vec1::<f32>().unwrap()
        };
        let remembered = memory(&learner);
        learner.set_parameters(&parameters).unwrap();
        assert!(learner.weights().unwrap() == weights);
        assert_eq!(memory(&learner), remembered);
        assert!(remembered.iter().any(|value| *value != 0.0));
    }
}

#[test]
fn numbers_of_another_model_are_refused() {
    let data = random_set(&tiny(), 8, &mut stream(5, Purpose::Split));
    let mut learner = learner(&data, &TrainConfig::default());
    let refused = learner.set_parameters(&[0.0; 3]).unwrap_err();
    let expected = "these are parameters of another model: this one has 23";
    assert_eq!(refused.to_string(), expected);
    let gradients = learner.gradients(&whole_batch(&data)).unwrap();
    assert!(gradients.replaced(&[0.0; 22]).is_err());
    // As many layers, but of other sizes.
    let others = random_set(&digits(), 8, &mut stream(5, Purpose::Split));
    let config = TrainConfig::default();
    let other = Learner::new(&others, &config, &Device::Cpu).unwrap();
    let gradients = other.gradients(&whole_batch(&others)).unwrap();
    let refused = learner.apply(&gradients, Update::of_step(&config, 0, 1.0)).unwrap_err();
    let expected = "these are gradients of another model: this one has 23";
    assert_eq!(refused.to_string(), expected);
}

#[test]
fn a_rule_that_remembers_less_than_the_optimiser_is_refused_and_so_is_one_that_remembers_more() {
    let data = random_set(&tiny(), 8, &mut stream(7, Purpose::Split));
    let kinds = [Optimiser::default(), Optimiser::SgdMomentum { momentum: 0.9 }];
    for (optimiser, other) in kinds.into_iter().zip(kinds.into_iter().rev()) {
        let config = TrainConfig { optimiser, ..TrainConfig::default() };
        let mut learner = learner(&data, &config);
        let gradients = learner.gradients(&whole_batch(&data)).unwrap();
        let before = learner.parameters().unwrap();
        assert!(learner.apply(&gradients, Update { rate: 0.1, rule: other.rule(0) }).is_err());
        assert_eq!(learner.parameters().unwrap(), before);
    }
}

#[test]
fn a_batch_with_other_targets_than_the_head_takes_is_refused() {
    let set = |head| random_set(&narrow(head), 8, &mut stream(8, Purpose::Split));
    let [classes, four, two] = [classes_head(5, 9), labels_head(4), labels_head(2)].map(set);
    for (own, other) in [(&classes, &four), (&four, &classes), (&four, &two)] {
        let learner = learner(own, &TrainConfig::default());
        assert!(learner.gradients(&whole_batch(own)).is_ok());
        assert!(learner.gradients(&whole_batch(other)).is_err());
    }
}

#[test]
fn numbers_that_are_not_finite_are_refused_and_enormous_ones_do_no_harm() {
    let data = random_set(&narrow(classes_head(5, 9)), 8, &mut stream(6, Purpose::Split));
    let mut learner = learner(&data, &TrainConfig::default());
    let gradients = learner.gradients(&whole_batch(&data)).unwrap();
    let before = learner.parameters().unwrap();
    for strange in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut parameters = before.clone();
        parameters[3] = strange;
        let refused = learner.set_parameters(&parameters);
        assert!(matches!(refused, Err(TrainError::NotFinite { .. })));
        assert!(matches!(gradients.replaced(&parameters), Err(TrainError::NotFinite { .. })));
    }
    assert_eq!(learner.parameters().unwrap(), before);
    let enormous: Vec<f32> =
        [f32::MAX, f32::MIN, 1e-40].into_iter().cycle().take(before.len()).collect();
    learner.set_parameters(&enormous).unwrap();
    learner.weights().unwrap();
    let enormous = gradients.replaced(&enormous).unwrap();
    for step in 0..20 {
        learner.apply(&enormous, Update::of_step(&TrainConfig::default(), step, 1.0)).unwrap();
    }
    assert!(learner.parameters().unwrap().iter().all(|parameter| parameter.is_finite()));
    learner.weights().unwrap();
}

/// What comes into each layer, and its sums.
fn values_by_hand(
    layers: &[Layer],
    weights: &Weights,
    inputs: &[u16],
) -> (Vec<Vec<i64>>, Vec<Vec<i64>>) {
    let mut values: Vec<i64> = inputs.iter().map(|value| i64::from(*value)).collect();
    let (mut all_values, mut all_sums) = (Vec::new(), Vec::new());
    for (layer, own) in layers.iter().zip(&weights.layers) {
        let units = own.weights.chunks_exact(layer.inputs).zip(&own.biases);
        let sums: Vec<i64> = units
            .map(|(unit, bias)| {
                let products = unit.iter().zip(&values).map(|(w, value)| i64::from(*w) * value);
                products.sum::<i64>() + i64::from(*bias)
            })
            .collect();
        let shift = layer.activation.map_or(0, |activation| activation.shift);
        let next = sums.iter().map(|sum| (*sum).max(0) >> shift).collect();
        all_values.push(std::mem::replace(&mut values, next));
        all_sums.push(sums);
    }
    (all_values, all_sums)
}

/// How the mean loss of some samples changes with each output of one of them.
fn slopes_of_loss(loss: Loss, outputs: &[i64], known: Known<'_>, samples: f32) -> Vec<f64> {
    let outputs: Vec<f32> = outputs.iter().map(|output| *output as f32).collect();
    let mut slopes = Vec::new();
    match known {
        Known::Class(class) => {
            loss.extend_class(&mut slopes, &outputs, u32::from(class), samples);
        }
        Known::Set(set) => {
            let targets: Vec<f32> = set.iter().map(|holds| f32::from(*holds)).collect();
            loss.extend(&mut slopes, &outputs, &targets, samples);
        }
        Known::Number(number) => {
            loss.extend(&mut slopes, &outputs, &[f32::from(number)], samples);
        }
    }
    // The loss itself is the last.
    slopes.pop();
    slopes.into_iter().map(f64::from).collect()
}

/// The gradients of each layer, number by number: each rounding counts as if it were not there.
fn gradients_by_hand(learner: &Learner, data: &TrainingSet) -> Vec<Vec<f64>> {
    let weights = learner.weights().unwrap();
    let layers: Vec<Layer> = data.architecture.layers().collect();
    let zeros = layers.iter().map(|layer| vec![0.0; layer.units * (layer.inputs + 1)]);
    let mut gradients: Vec<Vec<f64>> = zeros.collect();
    for sample in 0..data.samples() {
        let (inputs, known) = data.sample(sample).unwrap();
        let (values, sums) = values_by_hand(&layers, &weights, inputs);
        let outputs = sums.last().unwrap();
        let mut by_sums = slopes_of_loss(learner.loss, outputs, known, data.samples() as f32);
        for (place, layer) in layers.iter().enumerate().rev() {
            let mut by_values = vec![0.0f64; layer.inputs];
            let units = gradients[place].chunks_exact_mut(layer.inputs + 1);
            let rows = weights.layers[place].weights.chunks_exact(layer.inputs);
            for ((unit, row), slope) in units.zip(rows).zip(&by_sums) {
                unit[layer.inputs] += *slope;
                let incoming = values[place].iter().zip(row).zip(&mut by_values);
                for (gradient, ((value, weight), by_value)) in unit.iter_mut().zip(incoming) {
                    *gradient += *slope * (*value as f64);
                    *by_value += *slope * f64::from(*weight);
                }
            }
            if let Some(before) = place.checked_sub(1) {
                let shift = layers[before].activation.map_or(0, |activation| activation.shift);
                let share = f64::from(1u32 << shift).recip();
                let passed = by_values.iter().zip(&sums[before]);
                let passed = passed.map(|(g, sum)| if *sum > 0 { *g * share } else { 0.0 });
                by_sums = passed.collect();
            }
        }
    }
    gradients
}

#[test]
fn gradients_are_those_of_the_formulas() {
    let mut rng = stream(15, Purpose::Split);
    for architecture in narrow_heads().map(narrow) {
        let data = random_set(&architecture, 64, &mut rng);
        let learner = learner(&data, &TrainConfig::default());
        let gradients = learner.gradients(&whole_batch(&data)).unwrap();
        let expected = gradients_by_hand(&learner, &data);
        assert_eq!(gradients.layers().len(), expected.len());
        for (place, (found, expected)) in gradients.layers().iter().zip(expected).enumerate() {
            let found: Vec<f32> = found.flatten_all().unwrap().to_vec1().unwrap();
            assert_eq!(found.len(), expected.len());
            let largest = expected.iter().map(|value| value.abs()).fold(0.0, f64::max);
            assert!(largest > 0.0, "nothing to compare in layer {place} of {architecture:?}");
            for (found, expected) in found.into_iter().zip(expected) {
                let error = (f64::from(found) - expected).abs();
                assert!(error <= 1e-4 * largest, "layer {place}: {found} is not {expected}");
            }
        }
    }
}
