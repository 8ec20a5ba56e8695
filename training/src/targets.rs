//! What a student of classes is told: labels, a teacher's shares, and how much each row counts.

use super::{
    config::{ClassWeights, TrainConfig},
    data::{Labels, TrainingSet},
    teacher::{Lesson, SoftLabels},
};

/// The targets of a training whose rows are not told by their classes alone.
///
/// The target of a row are numbers for all classes. They add up to what the row counts, which is 1
/// in the mean of the training samples.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ClassTargets {
    /// Share of a label that is spread evenly over all classes.
    smoothing: f32,
    /// Share of the teacher in the target of a sample.
    taught: f32,
    /// What a row of each class counts.
    weights: Vec<f32>,
    /// The teacher's shares of the samples, at the temperature of the settings.
    soft: Option<SoftLabels>,
    /// The same of the synthetic rows.
    more: Option<SoftLabels>,
}

impl ClassTargets {
    /// The targets of a lesson, from whose samples these are trained on. Nothing if the plain
    /// classes say all.
    pub(crate) fn of_lesson(
        lesson: &Lesson<'_>,
        config: &TrainConfig,
        training: &[u32],
    ) -> Option<Self> {
        let Labels::Classes(_) = lesson.data.labels else {
            return None;
        };
        let is_taught = config.teacher_share > 0.0;
        let is_mixed = config.synthetic_share > 0.0;
        if !is_taught && !is_mixed && config.class_weights == ClassWeights::Equal {
            return None;
        }
        let softened = |soft: &SoftLabels| soft.softened(config.temperature);
        Some(Self {
            smoothing: config.label_smoothing as f32,
            taught: config.teacher_share as f32,
            weights: weights_of_classes(lesson.data, config.class_weights, training),
            soft: lesson.soft.filter(|_| is_taught).map(softened),
            more: lesson.more.filter(|_| is_mixed).map(|more| softened(&more.soft)),
        })
    }

    /// Appends the target of a sample.
    pub(crate) fn extend_sample(&self, out: &mut Vec<f32>, sample: u32, class: u8) {
        let place = usize::from(class);
        let counts = self.weights.get(place).copied().unwrap_or(0.0) * (1.0 - self.taught);
        let spread = self.smoothing / self.weights.len() as f32;
        let taught = self.soft.as_ref().and_then(|soft| soft.sample(sample as usize));
        for (other, weight) in self.weights.iter().enumerate() {
            let own = if other == place { 1.0 - self.smoothing } else { 0.0 };
            let share = taught.and_then(|shares| shares.get(other)).copied().unwrap_or(0.0);
            out.push(counts * (own + spread) + self.taught * weight * share);
        }
    }

    /// Appends the target of a synthetic row.
    pub(crate) fn extend_synthetic(&self, out: &mut Vec<f32>, row: usize) {
        let shares = self.more.as_ref().and_then(|soft| soft.sample(row)).unwrap_or_default();
        out.extend(self.weights.iter().zip(shares).map(|(weight, share)| weight * share));
    }
}

/// Balanced weights make all classes that occur count alike, and the mean sample 1.
fn weights_of_classes(data: &TrainingSet, weights: ClassWeights, training: &[u32]) -> Vec<f32> {
    let outputs = data.architecture.outputs();
    match (weights, &data.labels) {
        (ClassWeights::Balanced, Labels::Classes(classes)) => {
            let mut counts = vec![0usize; outputs];
            for class in training.iter().filter_map(|sample| classes.get(*sample as usize)) {
                if let Some(count) = counts.get_mut(usize::from(*class)) {
                    *count += 1;
                }
            }
            let present = counts.iter().filter(|count| **count > 0).count();
            let fair = training.len() as f64 / present.max(1) as f64;
            counts.into_iter().map(|count| (fair / count.max(1) as f64) as f32).collect()
        }
        (ClassWeights::Balanced, Labels::Sets(_) | Labels::Numbers(_))
        | (ClassWeights::Equal, _) => vec![1.0; outputs],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{teacher::Synthetic, testing::tiny};

    fn data() -> TrainingSet {
        TrainingSet {
            architecture: tiny(),
            inputs: (0..16).map(|value| value % 4).collect(),
            labels: Labels::Classes(vec![0, 0, 0, 1]),
        }
    }

    fn soft() -> SoftLabels {
        SoftLabels { classes: 2, shares: [0.75, 0.25].repeat(4) }
    }

    fn targets(config: &TrainConfig) -> Option<ClassTargets> {
        let (data, soft) = (data(), soft());
        let more = Synthetic { inputs: vec![1; 16], soft: soft.clone() };
        let lesson = Lesson { soft: Some(&soft), more: Some(&more), ..Lesson::of(&data) };
        ClassTargets::of_lesson(&lesson, config, &[0, 1, 2, 3])
    }

    fn sample(config: &TrainConfig, sample: u32, class: u8) -> Vec<f32> {
        let mut out = Vec::new();
        targets(config).unwrap().extend_sample(&mut out, sample, class);
        out
    }

    fn plain() -> TrainConfig {
        TrainConfig { label_smoothing: 0.0, ..TrainConfig::default() }
    }

    #[test]
    fn plain_classes_need_no_targets_of_their_own() {
        assert_eq!(targets(&plain()), None);
        assert!(targets(&TrainConfig { teacher_share: 0.1, ..plain() }).is_some());
        assert!(targets(&TrainConfig { synthetic_share: 0.1, ..plain() }).is_some());
    }

    #[test]
    fn balanced_classes_count_alike_and_the_mean_sample_counts_one() {
        let config = TrainConfig { class_weights: ClassWeights::Balanced, ..plain() };
        // Three of one class and one of the other.
        let [many, few] = [sample(&config, 0, 0), sample(&config, 3, 1)];
        assert_eq!((many[1], few[0]), (0.0, 0.0));
        assert!((3.0 * many[0] - few[1]).abs() < 1e-6);
        assert!((3.0 * many[0] + few[1] - 4.0).abs() < 1e-6);
    }

    #[test]
    fn a_teacher_takes_its_share_of_a_target() {
        let config = TrainConfig { teacher_share: 0.5, ..plain() };
        assert_eq!(sample(&config, 0, 1), [0.375, 0.625]);
        let smoothed = TrainConfig { label_smoothing: 0.5, ..config };
        // Three quarters and one quarter of the label, and the same the other way round.
        assert_eq!(sample(&smoothed, 0, 1), [0.5, 0.5]);
    }

    #[test]
    fn a_synthetic_row_is_told_by_the_teacher_alone_at_its_temperature() {
        let config = TrainConfig { synthetic_share: 0.5, temperature: 2.0, ..plain() };
        let mut out = Vec::new();
        targets(&config).unwrap().extend_synthetic(&mut out, 1);
        assert_eq!(out, soft().softened(2.0).shares[2..4]);
        assert!(out[0] < 0.75);
    }
}
