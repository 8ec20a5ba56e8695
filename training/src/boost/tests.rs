//! What boosted trees learn, and what they keep to.

use super::*;
use crate::{
    rng::{below, stream, Purpose},
    testing::{architecture, classes_head, number_head, tiny_with},
};
use std::cell::Cell;

/// Rows of four inputs with 16 values each.
fn table(classes: u16, rows: usize, seed: u64, class: impl Fn(&[u16]) -> u8) -> TrainingSet {
    let mut rng = stream(seed, Purpose::Split);
    let inputs: Vec<u16> = (0..rows * 4).map(|_| below(&mut rng, 16) as u16).collect();
    let labels = Labels::Classes(inputs.chunks(4).map(class).collect());
    TrainingSet {
        architecture: architecture((4, 4), &[], classes_head(classes, 24)),
        inputs,
        labels,
    }
}

/// The class is 1 where just one of two inputs is large, which no input shows alone.
fn either(row: &[u16]) -> u8 {
    u8::from((row[0] > 7) != (row[2] > 7))
}

/// As good as thrown dice, but equal rows have the same class.
fn dice(row: &[u16]) -> u8 {
    blake3::hash(&[row[0], row[1], row[2], row[3]].map(|value| value as u8)).as_bytes()[0] % 2
}

fn all(data: &TrainingSet) -> Vec<u32> {
    (0..).take(data.samples()).collect()
}

fn classes(data: &TrainingSet) -> &[u8] {
    classes_of(data).unwrap()
}

fn fit(data: &TrainingSet, validation: &[u32], config: &BoostConfig) -> Boosted {
    let samples: Vec<u32> =
        all(data).into_iter().filter(|sample| !validation.contains(sample)).collect();
    Boosted::fit(data, &samples, validation, config, &|| false).unwrap()
}

/// The share of rows whose class has the highest share.
fn accuracy(model: &Boosted, data: &TrainingSet) -> f64 {
    let shares = model.shares(&data.inputs);
    let rows = shares.chunks(data.architecture.outputs()).zip(classes(data));
    let is_right = |(shares, class): &(&[f32], &u8)| {
        shares.iter().all(|share| *share <= shares[usize::from(**class)])
    };
    rows.filter(is_right).count() as f64 / data.samples() as f64
}

#[test]
fn a_round_is_a_step_of_newton() {
    let data = TrainingSet {
        architecture: architecture((1, 8), &[], classes_head(2, 20)),
        inputs: [vec![3; 10], vec![200; 10]].concat(),
        labels: Labels::Classes([vec![0; 10], vec![1; 10]].concat()),
    };
    let config = BoostConfig { rounds: 1, least_samples: 10, ..BoostConfig::default() };
    // A tenth of 5 / 2.5, the sums of the derivatives of each side.
    let share = 1.0 / (1.0 + (-0.2f32).exp());
    let model = fit(&data, &[], &config);
    let expected = [share, 1.0 - share, share, 1.0 - share, 1.0 - share, share];
    let found = model.shares(&[0, 101, 102]);
    assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-6));
    let cautious = fit(&data, &[], &BoostConfig { least_samples: 11, ..config });
    assert_eq!(cautious.shares(&[0, 255]), [0.5; 4]);
}

#[test]
fn what_no_input_shows_alone_is_learned() {
    let model = fit(&table(2, 1_000, 1, either), &[], &BoostConfig::default());
    let fresh = table(2, 500, 2, either);
    assert!(accuracy(&model, &fresh) > 0.97, "{}", accuracy(&model, &fresh));
}

#[test]
fn several_classes_are_learned_and_shares_add_up() {
    let class = |row: &[u16]| ((row[0] + row[1]) / 8) as u8;
    let config = BoostConfig { rounds: 60, ..BoostConfig::default() };
    let model = fit(&table(4, 1_000, 1, class), &[], &config);
    let fresh = table(4, 500, 2, class);
    assert!(accuracy(&model, &fresh) > 0.9, "{}", accuracy(&model, &fresh));
    let shares = model.shares(&fresh.inputs);
    assert_eq!(shares.len(), 500 * 4);
    assert!(shares.chunks(4).all(|row| (row.iter().sum::<f32>() - 1.0).abs() < 1e-5));
}

#[test]
fn classes_that_never_occur_have_no_share() {
    let config = BoostConfig { rounds: 30, ..BoostConfig::default() };
    let data = table(10, 300, 1, |row| if row[0] > 7 { 7 } else { 3 });
    let shares = fit(&data, &[], &config).shares(&[0, 5, 5, 5, 15, 5, 5, 5]);
    assert!(shares[3] > 0.9 && shares[17] > 0.9);
    let others = (0..20).filter(|place| ![3, 7].contains(&(place % 10)));
    assert!(others.map(|place| shares[place]).all(|share| share == 0.0));
    // Nothing is left to learn of a single class.
    let model = fit(&table(10, 30, 1, |_| 3), &[], &config);
    assert_eq!((model.rounds(), model.shares(&[1, 2, 3, 4])[3]), (0, 1.0));
}

#[test]
fn many_rows_get_the_shares_of_each_alone() {
    let config = BoostConfig { rounds: 10, ..BoostConfig::default() };
    let model = fit(&table(4, 300, 1, |row| (row[0] / 4) as u8), &[], &config);
    let fresh = table(4, 2 * BLOCK + 5, 2, either);
    let alone: Vec<f32> = fresh.inputs.chunks(4).flat_map(|row| model.shares(row)).collect();
    assert_eq!(model.shares(&fresh.inputs), alone);
    // A row that ends early is left out.
    assert_eq!(model.shares(&fresh.inputs[..BLOCK * 4 + 3]), alone[..BLOCK * 4]);
}

#[test]
fn threads_change_nothing_and_the_seed_draws_columns() {
    let mut rng = stream(3, Purpose::Split);
    let data = TrainingSet {
        architecture: architecture((20, 8), &[], classes_head(4, 24)),
        inputs: (0..3_000 * 20).map(|_| below(&mut rng, 256) as u16).collect(),
        labels: Labels::Classes((0..3_000).map(|_| below(&mut rng, 4) as u8).collect()),
    };
    let fit_with = |threads: usize, seed: u64| {
        let config = BoostConfig { rounds: 3, columns_share: 0.8, seed, ..BoostConfig::default() };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| fit(&data, &[], &config))
    };
    assert_eq!(fit_with(1, 0), fit_with(4, 0));
    assert_ne!(fit_with(1, 0), fit_with(1, 1));
}

#[test]
fn validation_keeps_the_best_round_and_the_patience_ends() {
    let data = table(2, 500, 1, dice);
    let validation: Vec<u32> = (400..500).collect();
    let samples: Vec<u32> = (0..400).collect();
    let rounds_asked_for = |patience: Option<u32>| {
        let config = BoostConfig { rounds: 40, patience, ..BoostConfig::default() };
        let asked = Cell::new(0usize);
        let stop = || {
            asked.set(asked.get() + 1);
            false
        };
        let model = Boosted::fit(&data, &samples, &validation, &config, &stop).unwrap();
        (model, asked.get())
    };
    let (patient, asked) = rounds_asked_for(None);
    assert_eq!(asked, 40);
    // Of dice nothing can be learned.
    assert!(patient.rounds() < 20, "{}", patient.rounds());
    let (model, asked) = rounds_asked_for(Some(3));
    assert_eq!(asked, model.rounds() + 3);
    // Without validation every round is kept.
    let unjudged = BoostConfig { rounds: 40, ..BoostConfig::default() };
    let unjudged = Boosted::fit(&data, &samples, &[], &unjudged, &|| false).unwrap();
    assert_eq!((unjudged.rounds(), unjudged.validation_loss()), (40, None));
}

#[test]
fn the_validation_loss_is_that_of_the_shares() {
    let data = table(2, 600, 1, either);
    let validation: Vec<u32> = (500..600).collect();
    let model = fit(&data, &validation, &BoostConfig { rounds: 30, ..BoostConfig::default() });
    let shares = model.shares(&inputs_of(&data, &validation));
    let rows = shares.chunks(2).zip(&classes(&data)[500..]);
    let loss = rows.map(|(row, class)| -f64::from(row[usize::from(*class)]).ln()).sum::<f64>();
    assert!((model.validation_loss().unwrap() - loss / 100.0).abs() < 1e-9);
    assert!(model.rounds() > 10);
}

#[test]
fn who_asks_to_stop_gets_the_complete_rounds() {
    let data = table(4, 200, 1, |row| (row[0] / 4) as u8);
    let stopped_after = |trees: u32| {
        let left = Cell::new(trees);
        let stop = || match left.get() {
            0 => true,
            some => {
                left.set(some - 1);
                false
            }
        };
        Boosted::fit(&data, &all(&data), &[], &BoostConfig::default(), &stop)
    };
    // Four trees a round.
    let model = stopped_after(11).unwrap();
    assert_eq!((model.rounds(), model.was_stopped()), (2, true));
    let two = BoostConfig { rounds: 2, ..BoostConfig::default() };
    assert_eq!(model.shares(&data.inputs), fit(&data, &[], &two).shares(&data.inputs));
    assert_eq!(stopped_after(3), Err(BoostError::Stopped));
    assert!(!stopped_after(u32::MAX).unwrap().was_stopped());
    let refused = cross_fit(&data, &all(&data), 3, &two, &|| true).unwrap_err();
    assert_eq!(refused, BoostError::Stopped);
}

#[test]
fn a_fold_that_was_stopped_is_no_result() {
    let data = table(2, 200, 1, either);
    let config = BoostConfig { rounds: 5, ..BoostConfig::default() };
    let asked = Cell::new(0);
    let stop = || {
        asked.set(asked.get() + 1);
        asked.get() > 8
    };
    // The first fold takes 5 trees; the second has 3 of them.
    let refused = cross_fit(&data, &all(&data), 2, &config, &stop).unwrap_err();
    assert_eq!((refused, asked.get()), (BoostError::Stopped, 9));
}

#[test]
fn samples_that_were_not_seen_are_judged_well() {
    let data = table(2, 600, 1, either);
    let found = cross_fit(&data, &all(&data), 5, &BoostConfig::default(), &|| false).unwrap();
    assert!(found.accuracy > 0.9, "{}", found.accuracy);
    assert!(found.rounds > 10 && found.loss < 0.5, "{found:?}");
    assert_eq!((found.shares.classes, found.shares.shares.len()), (2, 1_200));
}

#[test]
fn only_groups_keep_equal_rows_apart_from_what_is_learned() {
    let once = table(2, 150, 1, dice);
    let twice = TrainingSet {
        architecture: once.architecture.clone(),
        inputs: once.inputs.repeat(2),
        labels: Labels::Classes(classes(&once).repeat(2)),
    };
    let config = BoostConfig { least_samples: 1, rounds: 60, ..BoostConfig::default() };
    let accuracy =
        |groups: &[u32]| cross_fit(&twice, groups, 5, &config, &|| false).unwrap().accuracy;
    let seen = accuracy(&all(&twice));
    assert!(seen > 0.75, "{seen}");
    let unseen = accuracy(&all(&once).repeat(2));
    assert!(unseen < 0.65, "{unseen}");
}

#[test]
fn what_cannot_be_used_is_refused() {
    let data = table(2, 20, 1, either);
    let fit = |samples: &[u32], validation: &[u32], config: &BoostConfig| {
        Boosted::fit(&data, samples, validation, config, &|| false)
    };
    let good = BoostConfig::default();
    assert!(fit(&[0, 1], &[], &good).is_ok());
    assert_eq!(fit(&[], &[1], &good), Err(BoostError::NoSamples));
    assert_eq!(fit(&[0, 20], &[], &good), Err(BoostError::Sample(20)));
    assert_eq!(fit(&[0], &[21], &good), Err(BoostError::Sample(21)));
    let bad = [
        BoostConfig { rounds: 0, ..good },
        BoostConfig { rounds: 10_001, ..good },
        BoostConfig { learning_rate: 0.0, ..good },
        BoostConfig { learning_rate: f32::NAN, ..good },
        BoostConfig { leaves: 1, ..good },
        BoostConfig { leaves: 257, ..good },
        BoostConfig { least_samples: 0, ..good },
        BoostConfig { l2: -1.0, ..good },
        BoostConfig { l2: f32::INFINITY, ..good },
        BoostConfig { columns_share: 1.5, ..good },
        BoostConfig { patience: Some(0), ..good },
    ];
    for config in bad {
        let refused = fit(&[0, 1], &[], &config);
        assert!(matches!(refused, Err(BoostError::Setting(_))), "{config:?}");
    }
    let numbers = TrainingSet {
        architecture: tiny_with(number_head(18)),
        inputs: vec![0; 8],
        labels: Labels::Numbers(vec![1, 2]),
    };
    let refused = Boosted::fit(&numbers, &[0, 1], &[], &good, &|| false);
    assert_eq!(refused, Err(BoostError::NotClasses));
    let mut short = data.clone();
    short.inputs.pop();
    let refused = Boosted::fit(&short, &[0, 1], &[], &good, &|| false);
    assert!(matches!(refused, Err(BoostError::Data(_))));
}

#[test]
fn small_tables_get_settings_that_pass() {
    for samples in [0, 1, 150, 1_999, 2_000, 1_000_000] {
        assert_eq!(BoostConfig::for_samples(samples).check(), Ok(()));
    }
    assert_eq!(BoostConfig::for_samples(2_000), BoostConfig::default());
    assert!(BoostConfig::for_samples(150).leaves < BoostConfig::for_samples(1_500).leaves);
}
