use super::*;
use crate::model::{
    architecture::{Description, Goal},
    names::{for_tests, named, offered},
};
use alloc::format;

fn zero(name: &str) -> (Architecture, Weights) {
    let architecture = named(name).unwrap();
    let weights = Weights::zero(&architecture);
    (architecture, weights)
}

/// All values at an end of their range, one end after the other.
fn extreme(architecture: &Architecture) -> Weights {
    let mut weights = Weights::zero(architecture);
    for (layer, values) in architecture.layers().zip(&mut weights.layers) {
        for (list, bits) in
            [(&mut values.weights, layer.weight_bits), (&mut values.biases, layer.bias_bits)]
        {
            let range = signed(bits);
            let ends = [*range.start(), *range.end()].map(|end| end as i32);
            list.iter_mut().zip(ends.into_iter().cycle()).for_each(|(value, end)| *value = end);
        }
    }
    weights
}

fn power(exponent: u32) -> Fr {
    (0..exponent).fold(Fr::from(1u8), |power, _| power + power)
}

#[test]
fn weights_come_back_and_their_number_of_elements_is_known() {
    for (name, architecture) in offered().into_iter().chain(for_tests()) {
        let packed = extreme(&architecture).pack(&architecture).unwrap();
        assert_eq!(packed.len(), architecture.weight_elements(), "{name}");
        assert_eq!(Weights::unpack(&architecture, &packed), Ok(extreme(&architecture)), "{name}");
    }
}

#[test]
fn values_stand_layer_by_layer_and_weights_before_biases() {
    let (architecture, weights) = zero("tiny-5x4x3x3");
    let base = weights.pack(&architecture).unwrap();
    let place = |change: fn(&mut Weights)| {
        let mut changed = weights.clone();
        change(&mut changed);
        let packed = changed.pack(&architecture).unwrap();
        assert_eq!((packed.len(), base.len()), (1, 1));
        packed[0] - base[0]
    };
    assert_eq!(place(|w| w.layers[0].weights[0] = 1), power(0));
    assert_eq!(place(|w| w.layers[0].weights[5] = 1), power(15));
    assert_eq!(place(|w| w.layers[0].biases[0] = 1), power(60));
    assert_eq!(place(|w| w.layers[1].weights[0] = 1), power(76));
    assert_eq!(place(|w| w.layers[1].biases[2] = 1), power(120));
    assert_eq!(place(|w| w.layers[2].weights[8] = 1), power(148));
    assert_eq!(place(|w| w.layers[2].biases[2] = 1), power(161));
}

#[test]
fn the_smallest_value_is_packed_as_zero() {
    let (architecture, mut weights) = zero("tiny-6x3");
    weights.layers[0].weights.fill(-4);
    weights.layers[0].biases.fill(-16);
    assert_eq!(weights.pack(&architecture), Ok(vec![Fr::from(0u8)]));
    weights.layers[0].weights[0] = 3;
    assert_eq!(weights.pack(&architecture), Ok(vec![Fr::from(7u8)]));
}

#[test]
fn elements_that_were_not_packed_by_these_rules_are_refused() {
    let (architecture, weights) = zero("tiny-5x4x3x3");
    let mut elements = weights.pack(&architecture).unwrap();
    let missing = PackingError::Missing { index: 0, elements: 0 };
    assert_eq!(Weights::unpack(&architecture, &[]), Err(missing));
    elements.push(Fr::from(0u8));
    let unused = PackingError::LeftoverElements { unused: 1 };
    assert_eq!(Weights::unpack(&architecture, &elements), Err(unused));
    elements.pop();
    elements[0] += power(166);
    let leftover = PackingError::LeftoverBits { element: 0 };
    assert_eq!(Weights::unpack(&architecture, &elements), Err(leftover));
}

#[test]
fn the_bounds_of_each_part_are_its_own() {
    let (architecture, mut weights) = zero("tiny-5x4x3x3");
    weights.layers[0].weights[19] = -4;
    weights.layers[0].biases[3] = 7;
    weights.layers[2].biases[0] = -16;
    assert_eq!(weights.check(&architecture), Ok(()));
    for (layer, part, index, bits, value) in [
        (0, "weights", 19, 3, 4),
        (1, "weights", 11, 3, -5),
        (1, "biases", 2, 4, 8),
        (2, "weights", 0, 3, 4),
        (2, "biases", 2, 5, 16),
        (2, "biases", 2, 5, i32::MIN),
    ] {
        let mut broken = weights.clone();
        let values = &mut broken.layers[layer];
        let list = if part == "weights" { &mut values.weights } else { &mut values.biases };
        list[index] = value;
        let refused = WeightError::Range { layer, part, index, bits };
        assert_eq!(broken.check(&architecture), Err(refused));
        assert_eq!(broken.pack(&architecture), Err(refused));
        assert_eq!(broken.is_safe(&architecture), Err(refused.into()));
    }
}

#[test]
fn missing_values_and_layers_are_refused() {
    let (architecture, weights) = zero("tiny-5x4x3x3");
    let mut broken = weights.clone();
    broken.layers[1].weights.pop();
    let refused = WeightError::Length { layer: 1, part: "weights", expected: 12, found: 11 };
    assert_eq!(broken.check(&architecture), Err(refused));
    let mut broken = weights.clone();
    broken.layers[2].biases.push(0);
    let refused = WeightError::Length { layer: 2, part: "biases", expected: 3, found: 4 };
    assert_eq!(broken.check(&architecture), Err(refused));
    let mut broken = weights.clone();
    broken.layers.pop();
    let refused = WeightError::Layers { expected: 3, found: 2 };
    assert_eq!(broken.check(&architecture), Err(refused));
}

#[test]
fn neither_debug_output_nor_errors_show_values() {
    let (architecture, mut weights) = zero("tiny-5x4x3x3");
    weights.layers[0].weights[0] = 4242;
    let layer = &weights.layers[0];
    let (error, safety) = (weights.check(&architecture), weights.is_safe(&architecture));
    let (text, cause) = (error.unwrap_err(), safety.unwrap_err());
    let shown = format!("{weights:?} {layer:?} {error:?} {text} {safety:?} {cause}");
    assert!(!shown.contains("4242"), "{shown}");
}

/// All samples of six inputs of two bits.
fn samples() -> impl Iterator<Item = [i128; 6]> {
    (0..4096).map(|number: i128| core::array::from_fn(|place| (number >> (2 * place)) & 3))
}

/// The sums of three units without a hidden layer on one sample.
fn outputs(weights: &LayerWeights, sample: &[i128; 6]) -> [i128; 3] {
    core::array::from_fn(|unit| {
        let own = &weights.weights[6 * unit..6 * (unit + 1)];
        let products = own.iter().zip(sample).map(|(weight, input)| i128::from(*weight) * input);
        products.sum::<i128>() + i128::from(weights.biases[unit])
    })
}

/// Weights of three units on six inputs, with nothing in common.
fn mixed() -> LayerWeights {
    let weights = vec![3, -4, 0, 1, 2, -1, -3, -2, 3, 3, -4, 0, 2, 2, -1, -1, 0, 3];
    LayerWeights { weights, biases: vec![-7, 11, 2] }
}

#[test]
fn sums_and_distances_are_those_of_the_worst_samples() {
    let layer = named("tiny-6x3").unwrap().layers().next().unwrap();
    let weights = mixed();
    let all: Vec<_> = samples().map(|sample| outputs(&weights, &sample)).collect();
    for (unit, sums) in weights.sums(&layer).iter().enumerate() {
        let reached = || all.iter().map(|outputs| outputs[unit]);
        assert_eq!(Some(*sums.start()), reached().min());
        assert_eq!(Some(*sums.end()), reached().max());
    }
    let pairs = [(0, 1), (0, 2), (1, 2)];
    let apart = pairs.map(|(first, second)| {
        let distances = all.iter().map(|outputs| (outputs[first] - outputs[second]).abs());
        (first, second, distances.max().unwrap())
    });
    assert_eq!(weights.distances(&layer).collect::<Vec<_>>(), apart);
    let farthest = apart.iter().map(|(_, _, distance)| *distance).max();
    assert_eq!(Some(weights.largest_distance(&layer)), farthest);
}

#[test]
fn one_output_alone_has_no_distance() {
    let (architecture, weights) = zero("tiny-4x3-error");
    let head = architecture.layers().next_back().unwrap();
    assert_eq!(weights.layers[1].largest_distance(&head), 0);
}

#[test]
fn a_hidden_sum_at_either_end_of_its_width_is_safe_and_one_more_is_not() {
    let (architecture, mut weights) = zero("tiny-5x4x3x3");
    weights.layers[0].weights[10..15].fill(-4);
    weights.layers[0].biases[2] = -4;
    weights.layers[1].weights[4..8].fill(1);
    weights.layers[1].biases[1] = 3;
    assert_eq!(weights.is_safe(&architecture), Ok(()));
    let mut below = weights.clone();
    below.layers[0].biases[2] = -5;
    let refused = UnsafeModel::Sum { layer: 0, unit: 2, bits: 7 };
    assert_eq!(below.is_safe(&architecture), Err(refused));
    let mut above = weights.clone();
    above.layers[1].biases[1] = 4;
    let refused = UnsafeModel::Sum { layer: 1, unit: 1, bits: 7 };
    assert_eq!(above.is_safe(&architecture), Err(refused));
}

/// The largest distance that the circuit of a head of classes would range over: how far an output,
/// one more if it is not the label's, lies below the largest of these.
fn largest_ranged(weights: &LayerWeights) -> i128 {
    let raised = samples().flat_map(|sample| {
        let outputs = outputs(weights, &sample);
        (0..3).map(move |label| -> [i128; 3] {
            core::array::from_fn(|class| outputs[class] + i128::from(class != label))
        })
    });
    let spread = |raised: [i128; 3]| raised.iter().max().unwrap() - raised.iter().min().unwrap();
    raised.map(spread).max().unwrap()
}

#[test]
fn classes_exactly_as_far_apart_as_can_be_ranged_over_are_safe_and_one_more_are_not() {
    let (architecture, mut weights) = zero("tiny-6x3");
    weights.layers[0].weights[..6].fill(3);
    weights.layers[0].weights[6..12].fill(-3);
    (weights.layers[0].biases[0], weights.layers[0].biases[1]) = (9, -9);
    assert_eq!(weights.is_safe(&architecture), Ok(()));
    assert_eq!(largest_ranged(&weights.layers[0]), (1 << 7) - 1);
    weights.layers[0].biases[1] = -10;
    let refused = UnsafeModel::Distance { first: 0, second: 1, bits: 7 };
    assert_eq!(weights.is_safe(&architecture), Err(refused));
    assert_eq!(largest_ranged(&weights.layers[0]), 1 << 7);
}

#[test]
fn a_later_output_may_be_the_larger_one() {
    let (architecture, mut weights) = zero("tiny-6x3");
    weights.layers[0].weights[6..12].fill(-3);
    weights.layers[0].weights[12..].fill(3);
    (weights.layers[0].biases[1], weights.layers[0].biases[2]) = (-9, 10);
    let refused = UnsafeModel::Distance { first: 1, second: 2, bits: 7 };
    assert_eq!(weights.is_safe(&architecture), Err(refused));
    weights.layers[0].biases[2] = 9;
    assert_eq!(weights.is_safe(&architecture), Ok(()));
}

#[test]
fn the_best_classes_have_the_same_bound() {
    let (architecture, mut weights) = zero("tiny-4x3x4-best2");
    weights.layers[1].weights[3..6].copy_from_slice(&[3, 3, 3]);
    weights.layers[1].weights[9..].copy_from_slice(&[-2, -2, -3]);
    (weights.layers[1].biases[1], weights.layers[1].biases[3]) = (7, -7);
    assert_eq!(weights.is_safe(&architecture), Ok(()));
    weights.layers[1].biases[3] = -8;
    let refused = UnsafeModel::Distance { first: 1, second: 3, bits: 8 };
    assert_eq!(weights.is_safe(&architecture), Err(refused));
}

/// What two outputs have in common does not count, however much it is.
#[test]
fn outputs_that_go_far_together_are_safe() {
    let mut description = Description::clone(&named("tiny-6x3").unwrap());
    description.head =
        Head::Classes { classes: 3, best: 1, weight_bits: 3, bias_bits: 5, distance_bits: 2 };
    let architecture = Architecture::new(description).unwrap();
    let mut weights = Weights::zero(&architecture);
    weights.layers[0].weights.fill(3);
    weights.layers[0].biases[2] = 2;
    assert_eq!(weights.is_safe(&architecture), Ok(()));
    weights.layers[0].biases[2] = 3;
    let refused = UnsafeModel::Distance { first: 0, second: 2, bits: 2 };
    assert_eq!(weights.is_safe(&architecture), Err(refused));
}

#[test]
fn a_label_at_either_end_of_its_width_is_safe_and_one_more_is_not() {
    let (architecture, mut weights) = zero("tiny-4x3x3-labels");
    weights.layers[1].weights[3..6].copy_from_slice(&[3, 3, 3]);
    weights.layers[1].weights[6..].copy_from_slice(&[-3, -3, -3]);
    (weights.layers[1].biases[1], weights.layers[1].biases[2]) = (-8, 7);
    assert_eq!(weights.is_safe(&architecture), Ok(()));
    let mut above = weights.clone();
    above.layers[1].biases[1] = -7;
    let refused = UnsafeModel::Sum { layer: 1, unit: 1, bits: 8 };
    assert_eq!(above.is_safe(&architecture), Err(refused));
    weights.layers[1].biases[2] = 6;
    let refused = UnsafeModel::Sum { layer: 1, unit: 2, bits: 8 };
    assert_eq!(weights.is_safe(&architecture), Err(refused));
}

/// With 17 bits the output must stay among the targets.
#[test]
fn a_number_as_far_from_a_target_as_can_be_ranged_over_is_safe_and_one_more_is_not() {
    let mut description = Description::clone(&named("tiny-4x3-error").unwrap());
    let goal = Goal::Within { tolerance: 50 };
    description.head = Head::Number { weight_bits: 4, bias_bits: 18, distance_bits: 17, goal };
    let architecture = Architecture::new(description).unwrap();
    let is_safe = |weight, bias| {
        let mut weights = Weights::zero(&architecture);
        weights.layers[1].weights[1] = weight;
        weights.layers[1].biases[0] = bias;
        weights.is_safe(&architecture)
    };
    for (weight, bias) in [(0, 0), (0, 65535), (1, 65535 - 31), (-1, 31), (1, 0), (-1, 65535)] {
        assert_eq!(is_safe(weight, bias), Ok(()), "{weight} {bias}");
    }
    let refused = Err(UnsafeModel::TargetDistance { bits: 17 });
    for (weight, bias) in [(0, -1), (0, 65536), (1, 65535 - 30), (-1, 30)] {
        assert_eq!(is_safe(weight, bias), refused, "{weight} {bias}");
    }
}

#[test]
fn every_model_of_the_digits_is_safe() {
    let (architecture, mut weights) = zero("digits-64x32x10");
    weights.layers[0].weights[..64].fill(-32);
    weights.layers[0].weights[64..128].fill(31);
    (weights.layers[0].biases[0], weights.layers[0].biases[1]) = (-2048, 2047);
    weights.layers[1].weights[..32].fill(-32);
    weights.layers[1].weights[32..64].fill(31);
    (weights.layers[1].biases[0], weights.layers[1].biases[1]) = (-8192, 8191);
    assert_eq!(weights.is_safe(&architecture), Ok(()));
    let head = architecture.layers().next_back().unwrap();
    assert_eq!(weights.layers[1].largest_distance(&head), head.largest_distance());
}
