//! The fused form against the one made of tensor operations.

use super::*;
use crate::train::{
    config::Optimiser,
    rng::{stream, symmetric, Purpose},
    scale::Scale,
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
}

#[test]
fn losses_and_gradients_agree_in_both_forms() {
    let labels = Tensor::new(&[0u32, 3, 2, 1, 3], &Device::Cpu).unwrap();
    for seed in 0..20 {
        let constants = Loss { logit: 0.01, smoothing: [0.0, 0.1][seed as usize % 2] };
        let outputs = integers(seed, &[5, 4], 500.0);
        let (gradient, losses) = loss(&outputs, &labels, constants).unwrap();
        let composed = composed::loss(&outputs, &labels, constants).unwrap();
        assert_near(&gradient, &composed.0, 1e-7);
        assert_near(&losses, &composed.1, 1e-5);
    }
}

#[test]
fn the_gradient_is_the_slope_of_the_loss() {
    let labels = Tensor::new(&[2u32], &Device::Cpu).unwrap();
    let constants = Loss { logit: 0.5, smoothing: 0.2 };
    let mean = |values: [f32; 3]| {
        let outputs = Tensor::new(&[values], &Device::Cpu).unwrap();
        let (gradient, losses) = loss(&outputs, &labels, constants).unwrap();
        (numbers(&gradient), numbers(&losses)[0])
    };
    let at = [0.3, -1.2, 0.7];
    let (gradient, _) = mean(at);
    for class in 0..3 {
        let [mut below, mut above] = [at, at];
        below[class] -= 0.01;
        above[class] += 0.01;
        let slope = (mean(above).1 - mean(below).1) / 0.02;
        assert!((slope - gradient[class]).abs() < 1e-3);
    }
}

fn scale() -> LayerScale {
    let weight = Scale { unit: 20.0, low: -1.6, high: 1.55, decay: 0.02 };
    let bias = Scale { unit: 300.0, low: -6.8, high: 6.8, decay: 0.0 };
    LayerScale { weight, bias, spread: 0.5 }
}

fn updates_agree(optimiser: Optimiser) {
    let slots = 2 + optimiser.memory();
    let zeros = Tensor::zeros((slots, 3, 5), candle_core::DType::F32, &Device::Cpu).unwrap();
    let mut fused = zeros.copy().unwrap();
    let mut composed = zeros;
    for step in 0..50 {
        let gradient = random(step, &[3, 5], 0.1);
        let change = Update { rate: 0.05, rule: optimiser.rule(step) };
        update(&mut fused, &gradient, &scale(), change).unwrap();
        composed = composed::update(&composed, &gradient, &scale(), change).unwrap();
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
fn what_is_remembered_of_a_gradient_that_ended_becomes_zero() {
    for optimiser in [Optimiser::SgdMomentum { momentum: 0.5 }, Optimiser::default()] {
        let shape = (2 + optimiser.memory(), 2, 3);
        let mut state = Tensor::zeros(shape, candle_core::DType::F32, &Device::Cpu).unwrap();
        let scale = LayerScale { weight: scale().bias, ..scale() };
        let mut gradient = random(1, &[2, 3], 1.0);
        for step in 0..1000 {
            let rule = optimiser.rule(step);
            update(&mut state, &gradient, &scale, Update { rate: 0.01, rule }).unwrap();
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
    update(&mut state, &gradient, &scale(), Update { rate: 1.0, rule }).unwrap();
    let parameters = numbers(&state.get(0).unwrap());
    assert_eq!(parameters, [1.55, 1.55, 6.8, 1.55, 1.55, 6.8]);
    assert_eq!(numbers(&state.get(1).unwrap())[..3], [31.0, 31.0, 2040.0]);
}
