//! The fused form against the one made of tensor operations.

use super::*;
use crate::{
    config::Optimiser,
    rng::{stream, symmetric, Purpose},
    scale::{Scale, ROUNDING},
};
use candle_core::Device;

/// Even numbers in `[-size, size)`.
fn random(seed: u64, shape: &[usize], size: f32) -> Tensor {
    let mut rng = stream(seed, Purpose::Split);
    let count = shape.iter().product();
    let values: Vec<f32> = (0..count).map(|_| symmetric(&mut rng) * size).collect();
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
}

fn integers(seed: u64, shape: &[usize], size: f32) -> Tensor {
    random(seed, shape, size).floor().unwrap()
}

fn numbers(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

fn assert_near(left: &Tensor, right: &Tensor, tolerance: f32) {
    assert_eq!(left.dims(), right.dims());
    for (left, right) in numbers(left).into_iter().zip(numbers(right)) {
        let distance = (left - right).abs();
        assert!(distance <= tolerance * (1.0 + left.abs()), "{left} is not {right}");
    }
}

#[test]
fn activations_are_equal_in_both_forms() {
    for seed in 0..20 {
        let sums = integers(seed, &[7, 5], 1e6);
        let composed = composed::activate(&sums, 6).unwrap();
        assert_eq!(numbers(&activate(&sums, 6).unwrap()), numbers(&composed));
        let gradient = random(seed + 100, &[7, 6], 1.0);
        let composed = composed::activate_back(&gradient, &sums, 6).unwrap();
        let fused = activate_back(&gradient, &sums, 6).unwrap();
        assert_eq!(numbers(&fused), numbers(&composed));
    }
}

#[test]
fn an_activation_rounds_down_and_cuts_off() {
    let sums = Tensor::new(&[[-65.0f32, -1.0, 0.0, 63.0, 64.0, 191.0]], &Device::Cpu).unwrap();
    let activations = activate(&sums, 6).unwrap();
    assert_eq!(numbers(&activations), [0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 1.0]);
    let real = activate_real(&sums, 6).unwrap();
    assert_eq!(numbers(&real), [0.0, 0.0, 0.0, 0.984375, 1.0, 2.984375, 1.0]);
}

/// A loss for each kind of targets, of five samples with four outputs.
fn losses(seed: u64) -> [(Loss, Tensor); 4] {
    let smoothing = [0.0, 0.1][seed as usize % 2];
    let classes = Tensor::new(&[0u32, 3, 2, 1, 3], &Device::Cpu).unwrap();
    let labels = random(seed + 50, &[5, 4], 1.0).gt(0.0).unwrap();
    let labels = labels.to_dtype(candle_core::DType::F32).unwrap();
    [
        (Loss::Classes { logit: 0.01, smoothing }, classes),
        (Loss::Classes { logit: 0.01, smoothing }, random(seed + 90, &[5, 4], 1.0).abs().unwrap()),
        (Loss::Labels { logit: 0.01, smoothing }, labels),
        (Loss::Number { error: 0.002, bend: 50.0 }, integers(seed + 70, &[5, 4], 500.0)),
    ]
}

#[test]
fn losses_and_gradients_agree_in_both_forms() {
    for seed in 0..20 {
        let outputs = integers(seed, &[5, 4], 500.0);
        for (constants, targets) in losses(seed) {
            let (gradient, heights) = loss(&outputs, &targets, constants).unwrap();
            let composed = composed::loss(&outputs, &targets, constants).unwrap();
            assert_near(&gradient, &composed.0, 1e-7);
            assert_near(&heights, &composed.1, 1e-5);
        }
    }
}

/// Of the mean loss of one sample by each of three outputs.
fn the_gradient_is_the_slope(constants: Loss, targets: &Tensor, at: [f32; 3]) {
    let mean = |values: [f32; 3]| {
        let outputs = Tensor::new(&[values], &Device::Cpu).unwrap();
        let (gradient, losses) = loss(&outputs, targets, constants).unwrap();
        (numbers(&gradient), numbers(&losses)[0])
    };
    let (gradient, _) = mean(at);
    for output in 0..3 {
        let [mut below, mut above] = [at, at];
        below[output] -= 0.01;
        above[output] += 0.01;
        let slope = (mean(above).1 - mean(below).1) / 0.02;
        assert!((slope - gradient[output]).abs() < 1e-3, "{constants:?} {output}");
    }
}

#[test]
fn each_gradient_is_the_slope_of_its_loss() {
    let at = [0.3, -1.2, 0.7];
    let classes = Tensor::new(&[2u32], &Device::Cpu).unwrap();
    the_gradient_is_the_slope(Loss::Classes { logit: 0.5, smoothing: 0.2 }, &classes, at);
    let shares = Tensor::new(&[[0.25f32, 1.0, 0.5]], &Device::Cpu).unwrap();
    the_gradient_is_the_slope(Loss::Classes { logit: 0.5, smoothing: 0.2 }, &shares, at);
    let labels = Tensor::new(&[[1.0f32, 1.0, 0.0]], &Device::Cpu).unwrap();
    the_gradient_is_the_slope(Loss::Labels { logit: 0.5, smoothing: 0.2 }, &labels, at);
    // One error below the bend and one beyond it on each side.
    let numbers = Tensor::new(&[[0.0f32, 3.0, -4.0]], &Device::Cpu).unwrap();
    the_gradient_is_the_slope(Loss::Number { error: 0.25, bend: 1.0 }, &numbers, at);
}

#[test]
fn the_shares_of_one_class_are_that_class_and_twice_as_much_counts_twice() {
    let constants = Loss::Classes { logit: 0.01, smoothing: 0.2 };
    let outputs = integers(4, &[1, 4], 500.0);
    let of = |targets: Tensor| loss(&outputs, &targets, constants).unwrap();
    let (gradient, height) = of(Tensor::new(&[2u32], &Device::Cpu).unwrap());
    let shares = Tensor::new(&[[0.05f32, 0.05, 0.85, 0.05]], &Device::Cpu).unwrap();
    let (by_shares, of_shares) = of(shares.clone());
    assert_near(&gradient, &by_shares, 1e-7);
    assert_near(&height, &of_shares, 1e-5);
    let (twice, twice_height) = of(shares.affine(2.0, 0.0).unwrap());
    assert_near(&gradient.affine(2.0, 0.0).unwrap(), &twice, 1e-7);
    assert_near(&height.affine(2.0, 0.0).unwrap(), &twice_height, 1e-5);
}

#[test]
fn a_right_answer_has_the_smaller_loss() {
    let height = |constants, outputs: [f32; 2], targets: [f32; 2]| {
        let [outputs, targets] =
            [outputs, targets].map(|values| Tensor::new(&[values], &Device::Cpu).unwrap());
        numbers(&loss(&outputs, &targets, constants).unwrap().1)[0]
    };
    let labels = Loss::Labels { logit: 0.1, smoothing: 0.0 };
    assert!(height(labels, [9.0, -9.0], [1.0, 0.0]) < height(labels, [-9.0, 9.0], [1.0, 0.0]));
    let number = Loss::Number { error: 0.5, bend: 2.0 };
    assert_eq!(height(number, [10.0, 0.0], [10.0, 0.0]), 0.0);
    // 2² / (2·2) and 6 − 2/2, halved.
    assert_eq!(height(number, [12.0, 0.0], [10.0, 0.0]), 0.5);
    assert_eq!(height(number, [4.0, 0.0], [10.0, 0.0]), 2.5);
}

fn scale() -> LayerScale {
    let weight = Scale { unit: 20.0, low: -1.6, high: 1.55, decay: 0.02, rounding: ROUNDING };
    let bias = Scale { unit: 300.0, low: -6.8, high: 6.8, decay: 0.0, rounding: ROUNDING };
    LayerScale { weight, bias, spread: 0.5, start: 0.0 }
}

/// Of a layer that no model leaves.
fn rules() -> Rules {
    Rules { scale: scale(), bounds: None }
}

/// Sums of inputs up to 15 that stay within 9 bits: random weights do not.
fn tight() -> Bounds {
    Bounds { max_input: 15, centre: 10, above: 245, below: 266 }
}

fn updates_agree(optimiser: Optimiser) {
    let slots = 2 + optimiser.memory();
    let zeros = Tensor::zeros((slots, 3, 5), candle_core::DType::F32, &Device::Cpu).unwrap();
    let mut fused = zeros.copy().unwrap();
    let mut composed = zeros;
    for step in 0..50 {
        let gradient = random(step, &[3, 5], 0.1);
        let change = Update { rate: 0.05, rule: optimiser.rule(step) };
        update(&mut fused, &gradient, &rules(), change).unwrap();
        composed = composed::update(&composed, &gradient, &rules(), change).unwrap();
        let parameters = |state: &Tensor| state.get(0).unwrap();
        assert_near(&parameters(&fused), &parameters(&composed), 1e-4);
    }
    let rounded = numbers(&fused.get(1).unwrap());
    assert!(rounded.iter().all(|integer| integer.fract() == 0.0));
    assert!(rounded.iter().any(|integer| *integer != 0.0));
}

#[test]
fn updates_of_both_rules_agree_in_both_forms() {
    updates_agree(Optimiser::SgdMomentum { momentum: 0.9 });
    updates_agree(Optimiser::default());
}

#[test]
fn an_update_without_rounding_and_bounds_only_scales() {
    let rules = Rules { bounds: Some(tight()), ..rules() }.real();
    let mut fused = states(2);
    let composed = fused.copy().unwrap();
    let gradient = random(3, &[4, 8], 1e3);
    let change = Update { rate: 1.0, rule: Optimiser::SgdMomentum { momentum: 0.0 }.rule(0) };
    let composed = composed::update(&composed, &gradient, &rules, change).unwrap();
    update(&mut fused, &gradient, &rules, change).unwrap();
    assert_near(&fused, &composed, 1e-4);
    let [parameters, scaled] = [0, 1].map(|slot| numbers(&fused.get(slot).unwrap()));
    for (place, (parameter, scaled)) in parameters.iter().zip(scaled).enumerate() {
        let unit = if place % 8 == 7 { 300.0 } else { 20.0 };
        assert_eq!(parameter * unit, scaled);
    }
    assert!(parameters.iter().any(|parameter| parameter.abs() > 6.8));
}

/// States of four units with seven weights each, from harmless to as large as can be.
fn states(seed: u64) -> Tensor {
    let scale = scale();
    let size = [0.05, 0.3, 1.55, 1.55][seed as usize % 4];
    let weights = random(seed, &[4, 7], size);
    let biases = random(seed + 1000, &[4, 1], [0.1, 0.5, 0.5, 6.8][seed as usize % 4]);
    let rounded = |values: &Tensor, scale: &Scale| {
        let rounded = numbers(values).into_iter().map(|value| scale.round(value)).collect();
        Tensor::from_vec::<_, f32>(rounded, values.dims(), &Device::Cpu).unwrap()
    };
    let integers = [rounded(&weights, &scale.weight), rounded(&biases, &scale.bias)];
    let parameters = Tensor::cat(&[weights, biases], 1).unwrap();
    let integers = Tensor::cat(&integers, 1).unwrap();
    let memory = parameters.zeros_like().unwrap();
    Tensor::stack(&[parameters, integers, memory], 0).unwrap()
}

#[test]
fn units_become_safe_alike_in_both_forms() {
    let mut changed = 0;
    for seed in 0..200 {
        let state = states(seed);
        let composed = composed::project(&state, &tight(), &scale()).unwrap();
        let [mut parameters, mut whole] = [0, 1].map(|slot| numbers(&state.get(slot).unwrap()));
        tight().project(&mut parameters, &mut whole, 8, &scale());
        for unit in numbers(&composed.get(1).unwrap()).chunks_exact(8) {
            let reach = |sign: f32| {
                let weights = unit[..7].iter().map(|weight| (weight * sign).max(0.0));
                weights.sum::<f32>() * 15.0 + (unit[7] - 10.0) * sign
            };
            assert!(reach(1.0) <= 245.0 && reach(-1.0) <= 266.0, "{unit:?}");
        }
        let fused = Tensor::from_vec(parameters, (4, 8), &Device::Cpu).unwrap();
        assert_near(&fused, &composed.get(0).unwrap(), 1e-4);
        assert_eq!(composed.get(2).unwrap().dims(), [4, 8]);
        changed += usize::from(numbers(&state.get(1).unwrap()) != whole);
    }
    assert!(changed > 100 && changed < 200, "{changed}");
}

#[test]
fn an_update_makes_its_units_safe() {
    let bounded = Rules { bounds: Some(tight()), ..rules() };
    let mut fused = states(2);
    let composed = fused.copy().unwrap();
    let gradient = random(3, &[4, 8], 1e3);
    let change = Update { rate: 1.0, rule: Optimiser::SgdMomentum { momentum: 0.0 }.rule(0) };
    let composed = composed::update(&composed, &gradient, &bounded, change).unwrap();
    update(&mut fused, &gradient, &bounded, change).unwrap();
    for state in [fused, composed] {
        let [mut parameters, mut whole] = [0, 1].map(|slot| numbers(&state.get(slot).unwrap()));
        let before = whole.clone();
        tight().project(&mut parameters, &mut whole, 8, &scale());
        assert_eq!(before, whole);
    }
}

#[test]
fn what_is_remembered_of_a_gradient_that_ended_becomes_zero() {
    for optimiser in [Optimiser::SgdMomentum { momentum: 0.5 }, Optimiser::default()] {
        let shape = (2 + optimiser.memory(), 2, 3);
        let mut state = Tensor::zeros(shape, candle_core::DType::F32, &Device::Cpu).unwrap();
        let scale = LayerScale { weight: scale().bias, ..scale() };
        let rules = Rules { scale, bounds: None };
        let mut gradient = random(1, &[2, 3], 1.0);
        for step in 0..1000 {
            let rule = optimiser.rule(step);
            update(&mut state, &gradient, &rules, Update { rate: 0.01, rule }).unwrap();
            gradient = gradient.zeros_like().unwrap();
        }
        assert_eq!(numbers(&state.get(2).unwrap()), [0.0; 6]);
    }
}

#[test]
fn parameters_stay_within_their_bounds() {
    let mut state = Tensor::zeros((3, 2, 3), candle_core::DType::F32, &Device::Cpu).unwrap();
    let gradient = Tensor::full(-1e6f32, (2, 3), &Device::Cpu).unwrap();
    let rule = Optimiser::SgdMomentum { momentum: 0.0 }.rule(0);
    update(&mut state, &gradient, &rules(), Update { rate: 1.0, rule }).unwrap();
    let parameters = numbers(&state.get(0).unwrap());
    assert_eq!(parameters, [1.55, 1.55, 6.8, 1.55, 1.55, 6.8]);
    assert_eq!(numbers(&state.get(1).unwrap())[..3], [31.0, 31.0, 2040.0]);
}
