//! What several models are worth, each by samples that it has not learned from.

use super::{
    importance, judge,
    measures::{drawn, measures},
    Evaluation, Importance, Judged, Measures, MEASURED_SAMPLES,
};
use crate::{config::TrainConfig, data::TrainingSet, scale::ModelScale};
use nocknock_primitives::model::weights::Weights;
use std::ops::Range;

/// A model, and the samples that were left out when it was trained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judge {
    /// The integers of the model.
    pub weights: Weights,
    /// Numbers of the samples, in rising order. No two judges share one.
    pub left_out: Vec<u32>,
}

/// Judges each model by the samples that it left out, and adds the results up.
pub fn evaluate_each(judges: &[Judge], data: &TrainingSet) -> Evaluation {
    let judged = judges.iter().flat_map(|own| judge(&own.weights, data, &own.left_out));
    Evaluation::of(&data.architecture, &judged.collect::<Vec<_>>())
}

/// Measures all models together, each by its own samples: by at most [`MEASURED_SAMPLES`] of all of
/// them, which the seed of the settings draws. The settings are those of the models.
pub fn measure_each(judges: &[Judge], data: &TrainingSet, config: &TrainConfig) -> Measures {
    let mut samples: Vec<u32> = judges.iter().flat_map(|own| own.left_out.clone()).collect();
    samples.sort_unstable();
    let drawn = drawn(&samples, MEASURED_SAMPLES, config.seed);
    let judged = judges.iter().flat_map(|own| {
        let is_drawn = |sample: &u32| drawn.binary_search(sample).is_ok();
        let samples: Vec<u32> = own.left_out.iter().copied().filter(is_drawn).collect();
        judge(&own.weights, data, &samples)
    });
    let judged: Vec<Judged<'_>> = judged.collect();
    measures(ModelScale::calibrate(data, config).loss, &judged)
}

/// What columns are worth to each model on its own samples, in the mean. A model counts by how many
/// samples it was measured.
pub fn importance_each(
    judges: &[Judge],
    data: &TrainingSet,
    columns: &[Range<usize>],
    seed: u64,
) -> Importance {
    let of_judge = |own: &Judge| importance(&own.weights, data, &own.left_out, columns, seed);
    let each: Vec<Importance> = judges.iter().map(of_judge).collect();
    mean(&each, columns.len())
}

fn mean(each: &[Importance], columns: usize) -> Importance {
    let samples: u64 = each.iter().map(|own| own.samples).sum();
    let lost = |column: usize| {
        let weighed = |own: &Importance| Some(own.samples as f64 * own.lost.get(column)?);
        each.iter().filter_map(weighed).sum::<f64>() / samples.max(1) as f64
    };
    Importance { samples, lost: (0..columns).map(lost).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        data::Labels,
        evaluate::{evaluate, measure},
        testing::{ends_count, tiny},
    };

    fn data() -> TrainingSet {
        TrainingSet {
            architecture: tiny(),
            inputs: [[3, 0, 0, 0], [0, 0, 0, 3], [3, 0, 0, 3], [2, 1, 0, 0]].concat(),
            labels: Labels::Classes(vec![0, 1, 1, 0]),
        }
    }

    fn judge_of(weights: Weights, left_out: &[u32]) -> Judge {
        Judge { weights, left_out: left_out.to_vec() }
    }

    #[test]
    fn each_model_is_judged_by_its_own_samples_alone() {
        let judges =
            [judge_of(ends_count(&tiny()), &[1, 3]), judge_of(Weights::zero(&tiny()), &[0])];
        let found = evaluate_each(&judges, &data());
        // The model of zeros says nothing of sample 0, and is not asked about the others.
        assert_eq!((found.samples, found.score, found.perfect), (3, 2, 3));
        assert_eq!(evaluate_each(&[], &data()).samples, 0);
    }

    #[test]
    fn one_model_that_was_divided_among_judges_is_worth_the_same() {
        let (data, config) = (data(), TrainConfig::default());
        let weights = ends_count(&tiny());
        let judges = [judge_of(weights.clone(), &[1, 2]), judge_of(weights.clone(), &[0, 3])];
        let all = [0, 1, 2, 3];
        assert_eq!(evaluate_each(&judges, &data), evaluate(&weights, &data, &all));
        let parts = measure_each(&judges, &data, &config);
        let whole = measure(&weights, &data, &config, &all);
        assert_eq!((parts.samples, &parts.auc), (whole.samples, &whole.auc));
        let answers = |measures: &Measures| -> Vec<u64> {
            measures.calibration.iter().map(|bin| bin.answers).collect()
        };
        assert_eq!(answers(&parts), answers(&whole));
    }

    #[test]
    fn a_column_is_worth_its_mean_over_the_samples() {
        let of = |samples, lost: &[f64]| Importance { samples, lost: lost.to_vec() };
        let found = mean(&[of(30, &[0.5, 0.0]), of(10, &[0.1, 0.4])], 2);
        assert_eq!(found.samples, 40);
        assert!((found.lost[0] - 0.4).abs() < 1e-9 && (found.lost[1] - 0.1).abs() < 1e-9);
        assert_eq!(mean(&[], 2), of(0, &[0.0, 0.0]));
        let judges = [judge_of(ends_count(&tiny()), &[0, 1]), judge_of(ends_count(&tiny()), &[2])];
        let found = importance_each(&judges, &data(), &[0..1, 1..4], 3);
        assert_eq!((found.samples, found.lost.len()), (3, 2));
    }
}
