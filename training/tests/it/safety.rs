//! What is trained is safe, whatever it is trained with.

use super::samples::{architecture, some_narrow_digits};
use nocknock_primitives::model::{
    architecture::{Architecture, Dense, Goal, Head},
    names,
};
use nocknock_training::{
    rng::{below, stream, Purpose},
    train, DeviceChoice, Labels, Optimiser, TrainConfig, TrainError, TrainingSet, Untrainable,
};

/// Samples of which many have all inputs at their largest, and labels by chance.
fn poisoned(architecture: &Architecture, samples: usize, seed: u64) -> TrainingSet {
    let mut rng = stream(seed, Purpose::Split);
    let largest = architecture.max_input() as u32;
    let mut inputs = Vec::new();
    for _ in 0..samples {
        let is_poison = below(&mut rng, 2) == 1;
        let draw = |_| if is_poison { largest } else { below(&mut rng, largest + 1) };
        inputs.extend((0..architecture.inputs).map(draw).map(|value| value as u16));
    }
    let mut draw = |count: usize, bound: u32| -> Vec<u32> {
        (0..count).map(|_| below(&mut rng, bound)).collect()
    };
    let labels = match architecture.head {
        Head::Classes { classes, .. } => {
            let drawn = draw(samples, classes.into());
            Labels::Classes(drawn.into_iter().map(|class| class as u8).collect())
        }
        Head::Labels { labels, .. } => {
            let drawn = draw(samples * usize::from(labels), 2);
            Labels::Sets(drawn.into_iter().map(|label| label == 1).collect())
        }
        Head::Number { .. } => {
            let drawn = draw(samples, 1 << 16);
            Labels::Numbers(drawn.into_iter().map(|number| number as u16).collect())
        }
    };
    TrainingSet { architecture: architecture.clone(), inputs, labels }
}

/// Hidden layers too narrow for most models, with each kind of head, hardly any wider.
fn narrow() -> Vec<Architecture> {
    let hidden = [
        Dense { units: 12, weight_bits: 6, bias_bits: 12, sum_bits: 10, shift: 2 },
        Dense { units: 9, weight_bits: 4, bias_bits: 16, sum_bits: 11, shift: 3 },
    ];
    let number =
        |distance_bits, goal| Head::Number { weight_bits: 8, bias_bits: 17, distance_bits, goal };
    let heads = [
        Head::Classes { classes: 6, best: 1, weight_bits: 6, bias_bits: 14, distance_bits: 8 },
        Head::Classes { classes: 6, best: 3, weight_bits: 6, bias_bits: 14, distance_bits: 10 },
        Head::Labels { labels: 5, weight_bits: 6, bias_bits: 12, sum_bits: 9 },
        number(17, Goal::AbsoluteError { cap: 9_000 }),
        number(18, Goal::Within { tolerance: 500 }),
    ];
    heads.into_iter().map(|head| architecture((16, 6), &hidden, head)).collect()
}

fn is_safe_after(data: &TrainingSet, config: &TrainConfig) {
    let model = train(data, config, DeviceChoice::Cpu, None, &mut ()).unwrap();
    let safe = model.weights.is_safe(&data.architecture);
    assert_eq!(safe, Ok(()), "{config:?}");
}

#[test]
fn every_model_is_safe_at_every_learning_rate() {
    let optimisers = [Optimiser::default(), Optimiser::SgdMomentum { momentum: 0.99 }];
    for (seed, architecture) in (0..).zip(narrow()) {
        for learning_rate in [1e-3, 0.02, 1.0, 1000.0] {
            for optimiser in optimisers {
                let data = poisoned(&architecture, 60, seed);
                let epochs = 3;
                let config = TrainConfig {
                    seed,
                    epochs,
                    learning_rate,
                    optimiser,
                    ..TrainConfig::default()
                };
                is_safe_after(&data, &config);
            }
        }
    }
}

#[test]
fn every_known_architecture_can_be_trained_and_the_models_are_safe() {
    let known = names::offered().into_iter().chain(names::for_tests());
    for (seed, (_, architecture)) in (0..).zip(known) {
        let data = poisoned(&architecture, 24, seed);
        let config = TrainConfig { seed, epochs: 2, learning_rate: 0.5, ..TrainConfig::default() };
        is_safe_after(&data, &config);
    }
}

#[test]
fn the_widths_are_not_left_unused() {
    let data = some_narrow_digits(600);
    let config = TrainConfig { epochs: 30, ..TrainConfig::default() };
    let model = train(&data, &config, DeviceChoice::Cpu, None, &mut ()).unwrap();
    let largest = |place: usize| {
        let layer = data.architecture.layers().nth(place).unwrap();
        let sums = model.weights.layers[place].sums(&layer);
        sums.into_iter().map(|sums| (*sums.end()).max(-*sums.start())).max().unwrap()
    };
    assert!((4_096..=8_192).contains(&largest(0)), "{}", largest(0));
    assert!((16_384..=32_768).contains(&largest(1)), "{}", largest(1));
}

#[test]
fn sums_that_f32_does_not_hold_are_refused() {
    let wide = Dense { units: 32, weight_bits: 6, bias_bits: 12, sum_bits: 32, shift: 6 };
    let head =
        Head::Classes { classes: 10, best: 1, weight_bits: 6, bias_bits: 14, distance_bits: 20 };
    let data = poisoned(&architecture((64, 16), &[wide], head), 10, 1);
    let refused = train(&data, &TrainConfig::default(), DeviceChoice::Cpu, None, &mut ());
    let expected = Untrainable::TooWide { layer: 0, bits: 32 };
    assert!(matches!(refused, Err(TrainError::Untrainable(found)) if found == expected));
}
