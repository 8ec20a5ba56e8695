//! The plans of a search, drawn from a grid.

use super::{untaught, Metric, Plan, SearchJob};
use crate::{
    config::{ClassWeights, Dropout, TrainConfig},
    data::Labels,
    rng::{shuffle, stream, Purpose},
};

const RATES: [f64; 6] = [0.003, 0.006, 0.01, 0.02, 0.03, 0.05];
const DECAYS: [f64; 6] = [0.01, 0.1, 0.3, 0.6, 1.0, 2.0];
const HIDDEN: [f64; 5] = [0.0, 0.0, 0.1, 0.25, 0.4];
const INPUTS: [f64; 4] = [0.0, 0.0, 0.05, 0.15];
const SMOOTHINGS: [f64; 4] = [0.0, 0.05, 0.1, 0.2];
const BATCHES: [usize; 4] = [16, 32, 64, 128];
const AVERAGES: [Option<f64>; 3] = [None, Some(0.98), Some(0.995)];
const RANGES: [f64; 4] = [3.0, 4.0, 4.0, 6.0];

/// Share of the teacher in the target of a sample, and share of synthetic rows in a step.
pub(super) const TEACHING: [(f64, f64); 6] =
    [(0.0, 0.0), (0.5, 0.0), (0.5, 0.5), (0.8, 0.5), (0.9, 0.75), (1.0, 0.75)];
const TEMPERATURES: [f64; 3] = [1.0, 1.0, 1.5];

/// A step has at most this part of the samples.
const LEAST_STEPS: usize = 8;

/// The first plan is that of the job's settings, the second the same with a teacher if there is
/// one. Each value of each setting comes about as often as any other; which go together is drawn.
pub(super) fn draw(job: &SearchJob<'_>, count: u32, is_taught: bool) -> Vec<Plan> {
    let grid = Grid { seed: job.seed, count: count as usize };
    let rates = grid.column(0, &RATES);
    let decays = grid.column(1, &DECAYS);
    let hidden = grid.column(2, &HIDDEN);
    let inputs = grid.column(3, &INPUTS);
    let smoothings = grid.column(4, &SMOOTHINGS);
    let batches = grid.column(5, &batches(job.data.samples()));
    let averages = grid.column(6, &AVERAGES);
    let ranges = grid.column(7, &RANGES);
    let weights = grid.column(8, &class_weights(job));
    let teaching = grid.column(9, &TEACHING);
    let temperatures = grid.column(10, &TEMPERATURES);
    let drawn = |place: usize| {
        let (teacher_share, synthetic_share) = teaching[place];
        TrainConfig {
            learning_rate: rates[place],
            weight_decay: decays[place],
            dropout: Dropout { inputs: inputs[place], hidden: hidden[place] },
            label_smoothing: smoothings[place],
            batch_size: batches[place],
            average: averages[place],
            weight_range: ranges[place],
            class_weights: weights[place],
            teacher_share,
            synthetic_share,
            temperature: temperatures[place],
            ..job.base.clone()
        }
    };
    (0..count)
        .map(|number| Plan {
            number,
            settings: match number {
                0 => base(job),
                1 if is_taught => with_teacher(job.base.clone()),
                _ if is_taught => drawn(number as usize),
                _ => untaught(drawn(number as usize)),
            },
        })
        .collect()
}

/// The job's settings, as a trial has them.
pub(super) fn base(job: &SearchJob<'_>) -> TrainConfig {
    untaught(job.base.clone())
}

fn with_teacher(base: TrainConfig) -> TrainConfig {
    TrainConfig { teacher_share: 0.5, synthetic_share: 0.5, average: Some(0.98), ..base }
}

pub(super) fn batches(samples: usize) -> Vec<usize> {
    let most = (samples / LEAST_STEPS).max(BATCHES[0]);
    BATCHES.into_iter().filter(|batch| *batch <= most).collect()
}

pub(super) fn class_weights(job: &SearchJob<'_>) -> Vec<ClassWeights> {
    match (job.metric, &job.data.labels) {
        (Metric::Balanced, Labels::Classes(_)) => {
            vec![ClassWeights::Balanced, ClassWeights::Equal]
        }
        (Metric::Accuracy | Metric::Balanced, _) => vec![job.base.class_weights],
    }
}

/// Columns of values, one for each plan.
struct Grid {
    seed: u64,
    count: usize,
}

impl Grid {
    /// Each value as often as any other, in an order of its own.
    fn column<T: Copy>(&self, setting: u64, values: &[T]) -> Vec<T> {
        let mut order: Vec<u32> = (0..).take(self.count).collect();
        shuffle(&mut stream(self.seed, Purpose::Plans { setting }), &mut order);
        let value = |place: u32| values.get(place as usize % values.len()).copied();
        order.into_iter().filter_map(value).collect()
    }
}
