//! Plans near the best one.
//!
//! Halving finds a place in a coarse grid. From there one or two settings are moved by a little at
//! a time, and a plan that is better becomes the one around which the next are drawn.

use super::{
    halving::{Ranked, Rung},
    is_taught, judges,
    plans::{batches, class_weights, TEACHING},
    Kept, Plan, Search, SearchError, Tally,
};
use crate::{
    config::{ClassWeights, TrainConfig},
    data::Labels,
    rng::{below, stream, Purpose},
};
use rand_chacha::ChaCha20Rng;
use std::{iter::repeat_n, ops::Range};

/// Ends the search if so many plans in a row were no better. Among many plans that few samples
/// judge, the best is one that had luck, and with each further one that becomes more likely.
const MOST_IN_VAIN: u32 = 12;

/// A plan is given up if it would have to be better by more than this on the folds that are left.
const MOST_GAIN: f64 = 0.03;

/// Draws of a plan, until it is one that was not tried.
const MOST_DRAWS: u32 = 50;

// About twice as fine as the grid of the first plans, and a place wider.
const RATES: [f64; 13] =
    [0.002, 0.003, 0.004, 0.006, 0.008, 0.01, 0.015, 0.02, 0.025, 0.03, 0.04, 0.05, 0.07];
const DECAYS: [f64; 13] = [0.0, 0.01, 0.03, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0, 1.4, 2.0, 3.0];
const HIDDEN: [f64; 8] = [0.0, 0.05, 0.1, 0.18, 0.25, 0.32, 0.4, 0.5];
const INPUTS: [f64; 6] = [0.0, 0.02, 0.05, 0.1, 0.15, 0.2];
const SMOOTHINGS: [f64; 8] = [0.0, 0.02, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3];
const RANGES: [f64; 7] = [2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0];
const TEMPERATURES: [f64; 4] = [1.0, 1.25, 1.5, 2.0];

/// 0 is no mean.
const AVERAGES: [f64; 4] = [0.0, 0.98, 0.99, 0.995];

/// What can be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Setting {
    Rate,
    Decay,
    Hidden,
    Inputs,
    Smoothing,
    Batch,
    Average,
    Range,
    Weights,
    Teaching,
    Temperature,
}

const SETTINGS: [Setting; 11] = [
    Setting::Rate,
    Setting::Decay,
    Setting::Hidden,
    Setting::Inputs,
    Setting::Smoothing,
    Setting::Batch,
    Setting::Average,
    Setting::Range,
    Setting::Weights,
    Setting::Teaching,
    Setting::Temperature,
];

/// What became of a plan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Outcome {
    /// Its result over all folds.
    Judged(f64),
    /// It was so far behind that the other folds were not tried.
    GivenUp,
    NoTime,
}

/// Where plans are drawn.
#[derive(Clone, Debug)]
struct Surroundings {
    seed: u64,
    batches: Vec<usize>,
    /// What a move does to a plan here; without the settings that change nothing.
    settings: Vec<Setting>,
}

/// Tries plans near the best of a rung, which is complete, as long as there is time, and gives the
/// best of all. Each has one of the numbers, and is judged as the plans of the rung were. Time is
/// kept for a last training with all epochs.
pub(super) fn improve(
    search: &mut Search<'_>,
    ranked: Vec<Ranked>,
    rung: Rung,
    numbers: Range<u32>,
) -> Result<Option<Ranked>, SearchError> {
    let mut tried: Vec<_> = ranked.iter().map(|(plan, _)| plan.settings.clone()).collect();
    let Some(mut centre) = ranked.into_iter().next() else {
        return Ok(None);
    };
    search.keep_time_for(Kept::AllEpochs);
    let surroundings = Surroundings::of(search);
    let mut in_vain = 0;
    for number in numbers.clone() {
        search.foresee(expected(&centre.0, rung, (number..numbers.end).len(), in_vain));
        if in_vain >= MOST_IN_VAIN {
            break;
        }
        let Some(plan) = surroundings.draw(&centre.0.settings, number, &tried) else {
            break;
        };
        tried.push(plan.settings.clone());
        match judge(search, &plan, &centre.0, rung, None)? {
            Outcome::NoTime => break,
            Outcome::Judged(score) if score > centre.1 => {
                search.forget(&centre.0)?;
                centre = (plan, score);
                in_vain = 0;
            }
            Outcome::Judged(_) | Outcome::GivenUp => {
                search.forget(&plan)?;
                in_vain += 1;
            }
        }
    }
    Ok(Some(centre))
}

impl Search<'_> {
    /// A plan that another one has beaten is never trained in the end, so its models judge nothing.
    fn forget(&self, beaten: &Plan) -> Result<(), SearchError> {
        Ok(judges::forget(self.job.folder, &self.log, beaten.number)?)
    }
}

/// The trials that follow if none of the plans is better, of which there are so many at most.
pub(super) fn expected(
    centre: &Plan,
    rung: Rung,
    most: usize,
    in_vain: u32,
) -> impl Iterator<Item = (Plan, u32)> {
    let plans = most.min(MOST_IN_VAIN.saturating_sub(in_vain) as usize);
    repeat_n((centre.clone(), rung.epochs), plans * usize::from(rung.folds))
}

/// Judges a plan, with a committee if there is one, on the folds on which the best one was judged.
pub(super) fn judge(
    search: &mut Search<'_>,
    plan: &Plan,
    centre: &Plan,
    rung: Rung,
    members: Option<&Plan>,
) -> Result<Outcome, SearchError> {
    let metric = search.job().metric;
    let (mut own, mut best) = (Tally::default(), Tally::default());
    for fold in 0..rung.folds {
        let Some(trial) = search.trial_with(plan, members, fold, rung.epochs)? else {
            return Ok(Outcome::NoTime);
        };
        own.add(&trial.tally);
        if let Some(known) = search.log.trial(centre.number, fold, rung.epochs) {
            best.add(&known.tally);
        }
        let behind = best.score(metric) - own.score(metric);
        if is_hopeless(behind, fold + 1, rung.folds) {
            return Ok(Outcome::GivenUp);
        }
    }
    Ok(Outcome::Judged(own.score(metric)))
}

/// Whether a plan that is behind after some of the folds cannot be expected to catch up.
fn is_hopeless(behind: f64, done: u8, folds: u8) -> bool {
    behind * f64::from(done) > MOST_GAIN * f64::from(folds.saturating_sub(done))
}

impl Surroundings {
    fn of(search: &Search<'_>) -> Self {
        let job = search.job();
        let has_teacher = search.log.teacher().flatten().is_some();
        let has_hidden = !job.data.architecture.hidden.is_empty();
        let has_smoothing = !matches!(job.data.labels, Labels::Numbers(_));
        let has_weights = class_weights(job).len() > 1;
        let counts = |setting: &Setting| match setting {
            Setting::Rate
            | Setting::Decay
            | Setting::Inputs
            | Setting::Batch
            | Setting::Average
            | Setting::Range => true,
            Setting::Hidden => has_hidden,
            Setting::Smoothing => has_smoothing,
            Setting::Weights => has_weights,
            Setting::Teaching | Setting::Temperature => has_teacher,
        };
        Self {
            seed: job.seed,
            batches: batches(job.data.samples()),
            settings: SETTINGS.into_iter().filter(counts).collect(),
        }
    }

    /// The plan of a number near some settings. Nothing if what is near was tried.
    fn draw(&self, centre: &TrainConfig, number: u32, tried: &[TrainConfig]) -> Option<Plan> {
        let mut rng = stream(self.seed, Purpose::Neighbour { plan: number.into() });
        let mut drawn = (0..MOST_DRAWS).map(|_| self.moved(centre, &mut rng));
        let new = drawn.find(|settings| !tried.contains(settings));
        new.map(|settings| Plan { number, settings })
    }

    /// The settings with one or two of them moved.
    fn moved(&self, centre: &TrainConfig, rng: &mut ChaCha20Rng) -> TrainConfig {
        let mut settings = centre.clone();
        for _ in 0..=below(rng, 2) {
            let can_move =
                |setting: &&Setting| **setting != Setting::Temperature || is_taught(&settings);
            let choices: Vec<Setting> = self.settings.iter().filter(can_move).copied().collect();
            let place = below(rng, choices.len() as u32) as usize;
            if let Some(setting) = choices.get(place) {
                self.shift(&mut settings, *setting, rng);
            }
        }
        settings
    }

    fn shift(&self, settings: &mut TrainConfig, setting: Setting, rng: &mut ChaCha20Rng) {
        let TrainConfig { learning_rate, weight_decay, dropout, label_smoothing, .. } = settings;
        match setting {
            Setting::Rate => *learning_rate = shifted(&RATES, *learning_rate, rng),
            Setting::Decay => *weight_decay = shifted(&DECAYS, *weight_decay, rng),
            Setting::Hidden => dropout.hidden = shifted(&HIDDEN, dropout.hidden, rng),
            Setting::Inputs => dropout.inputs = shifted(&INPUTS, dropout.inputs, rng),
            Setting::Smoothing => *label_smoothing = shifted(&SMOOTHINGS, *label_smoothing, rng),
            Setting::Batch => {
                settings.batch_size = shifted(&self.batches, settings.batch_size, rng);
            }
            Setting::Average => {
                let average = shifted(&AVERAGES, settings.average.unwrap_or(0.0), rng);
                settings.average = (average > 0.0).then_some(average);
            }
            Setting::Range => {
                settings.weight_range = shifted(&RANGES, settings.weight_range, rng);
            }
            Setting::Weights => {
                settings.class_weights = match settings.class_weights {
                    ClassWeights::Equal => ClassWeights::Balanced,
                    ClassWeights::Balanced => ClassWeights::Equal,
                };
            }
            Setting::Teaching => shift_teaching(settings, rng),
            Setting::Temperature => {
                settings.temperature = shifted(&TEMPERATURES, settings.temperature, rng);
            }
        }
    }
}

/// The two shares of a teacher go together.
fn shift_teaching(settings: &mut TrainConfig, rng: &mut ChaCha20Rng) {
    let shares = (settings.teacher_share, settings.synthetic_share);
    let places: Vec<usize> = (0..TEACHING.len()).collect();
    let place = TEACHING.iter().position(|other| *other == shares).unwrap_or(0);
    if let Some(shares) = TEACHING.get(shifted(&places, place, rng)) {
        (settings.teacher_share, settings.synthetic_share) = *shares;
    }
}

/// The next value of a rising grid or the one behind it, up or down. At an end of the grid it goes
/// the other way.
fn shifted<T: Copy + PartialOrd>(grid: &[T], value: T, rng: &mut ChaCha20Rng) -> T {
    let (steps, is_up) = (1 + below(rng, 2) as usize, below(rng, 2) == 0);
    let higher = grid.iter().filter(|other| **other > value).take(steps).last();
    let lower = grid.iter().rev().filter(|other| **other < value).take(steps).last();
    let found = if is_up { higher.or(lower) } else { lower.or(higher) };
    found.copied().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, slice::from_ref};

    fn surroundings() -> Surroundings {
        Surroundings { seed: 3, batches: vec![16, 32], settings: SETTINGS.to_vec() }
    }

    #[test]
    fn a_neighbour_has_one_or_two_other_settings_and_can_be_trained_with() {
        let centre = TrainConfig { teacher_share: 0.5, ..TrainConfig::default() };
        let mut moved = BTreeSet::new();
        for number in 27..200 {
            let plan = surroundings().draw(&centre, number, from_ref(&centre)).unwrap();
            let own = plan.settings;
            assert_eq!((plan.number, own.check()), (number, Ok(())));
            let changes = [
                own.learning_rate != centre.learning_rate,
                own.weight_decay != centre.weight_decay,
                own.dropout.hidden != centre.dropout.hidden,
                own.dropout.inputs != centre.dropout.inputs,
                own.label_smoothing != centre.label_smoothing,
                own.batch_size != centre.batch_size,
                own.average != centre.average,
                own.weight_range != centre.weight_range,
                own.class_weights != centre.class_weights,
                (own.teacher_share, own.synthetic_share) != (0.5, 0.0),
                own.temperature != centre.temperature,
            ];
            let changed = (0..).zip(changes).filter(|(_, is_other)| *is_other);
            let changed: Vec<u32> = changed.map(|(place, _)| place).collect();
            assert!((1..=2).contains(&changed.len()), "{changed:?}");
            moved.extend(changed);
        }
        assert_eq!(moved.len(), SETTINGS.len());
    }

    #[test]
    fn a_neighbour_follows_from_seed_number_and_settings_and_is_tried_once() {
        let centre = TrainConfig::default();
        let draw = |seed, number, tried: &[TrainConfig]| {
            Surroundings { seed, ..surroundings() }.draw(&centre, number, tried).unwrap()
        };
        let some = |seed| -> Vec<TrainConfig> {
            (27..47).map(|number| draw(seed, number, &[]).settings).collect()
        };
        assert_eq!(some(3), some(3));
        assert_ne!(some(3), some(4));
        let first = draw(3, 27, &[]).settings;
        assert!(some(3).iter().any(|settings| *settings != first));
        assert_ne!(first, draw(3, 27, from_ref(&first)).settings);
    }

    #[test]
    fn where_all_was_tried_no_plan_is_drawn() {
        let one = Surroundings { settings: vec![Setting::Batch], ..surroundings() };
        let centre = TrainConfig { batch_size: 32, ..TrainConfig::default() };
        let other = TrainConfig { batch_size: 16, ..centre.clone() };
        let tried = [centre.clone(), other.clone()];
        assert_eq!(one.draw(&centre, 27, &tried[..1]), Some(Plan { number: 27, settings: other }));
        assert_eq!(one.draw(&centre, 27, &tried), None);
    }

    #[test]
    fn values_move_up_and_down_also_from_outside_of_the_grid() {
        let reached = |value: f64| -> BTreeSet<u64> {
            let mut rng = stream(1, Purpose::Neighbour { plan: 0 });
            let values = (0..100).map(|_| shifted(&[1.0, 2.0, 4.0, 8.0, 16.0], value, &mut rng));
            values.map(|value| value as u64).collect()
        };
        assert_eq!(reached(4.0), BTreeSet::from([1, 2, 8, 16]));
        assert_eq!(reached(1.0), BTreeSet::from([2, 4]));
        assert_eq!(reached(3.0), BTreeSet::from([1, 2, 4, 8]));
        assert_eq!(reached(99.0), BTreeSet::from([8, 16]));
    }

    #[test]
    fn a_plan_is_hopeless_the_sooner_the_further_it_is_behind() {
        let given_up = |behind: f64| (1..=5).find(|done| is_hopeless(behind, *done, 5));
        assert_eq!(given_up(0.5), Some(1));
        assert_eq!(given_up(0.05), Some(2));
        assert_eq!(given_up(0.01), Some(4));
        assert_eq!(given_up(0.001), Some(5));
        assert_eq!(given_up(0.0), None);
        assert_eq!(given_up(-0.1), None);
    }
}
