//! What a teacher knows of samples, and the lesson that a student is given.

use super::{
    config::TrainConfig,
    data::{Labels, TrainingSet},
};
use std::ops::Range;

/// How far the shares of a sample may be from adding up to one.
const TOLERANCE: f32 = 1e-3;

/// What a teacher thinks of samples: for each the share of each class, adding up to one.
#[derive(Clone, Debug, PartialEq)]
pub struct SoftLabels {
    /// Classes of each sample.
    pub classes: usize,
    /// `samples x classes`, sample by sample.
    pub shares: Vec<f32>,
}

/// Rows without a true label, which a teacher alone has labelled.
#[derive(Clone, Debug, PartialEq)]
pub struct Synthetic {
    /// `rows x D` unsigned values of `input_bits`, row by row.
    pub inputs: Vec<u16>,
    /// What the teacher thinks of them.
    pub soft: SoftLabels,
}

/// The training set of a student: real rows, and rows that a teacher alone has labelled.
#[derive(Clone, Copy, Debug)]
pub struct Lesson<'a> {
    /// The samples with their labels.
    pub data: &'a TrainingSet,
    /// What a teacher thinks of these samples, of each of them; see `teacher_share`.
    pub soft: Option<&'a SoftLabels>,
    /// Rows to learn from beside them; see `synthetic_share`.
    pub more: Option<&'a Synthetic>,
    /// The inputs of each column of a table, in rising order. They are dropped together; an input
    /// that is in none of them stands alone.
    pub columns: &'a [Range<usize>],
}

/// What is wrong with a lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LessonError {
    /// The model knows no classes.
    #[error("a teacher knows classes, and this model has none")]
    NoClasses,
    /// A setting asks for what is not there.
    #[error("{setting} needs a teacher, and there is none: set it to 0")]
    NoTeacher {
        /// The setting.
        setting: &'static str,
    },
    /// The teacher knows other classes.
    #[error("the teacher knows {found} classes, and the model has {expected}")]
    Classes {
        /// Classes of the model.
        expected: usize,
        /// Classes of the teacher.
        found: usize,
    },
    /// The teacher speaks of more or fewer samples.
    #[error("{expected} samples need {expected} x classes shares of a teacher, not {found}")]
    Shares {
        /// Number of samples.
        expected: usize,
        /// Shares that are there.
        found: usize,
    },
    /// The shares of a sample do not add up to one.
    #[error("the teacher's shares of row {row} are no shares: they must add up to 1")]
    NoShares {
        /// Number of the row, from 0.
        row: usize,
    },
    /// Synthetic rows have other inputs than the model.
    #[error("row {row} of the synthetic rows does not have the inputs of the model")]
    Inputs {
        /// Number of the row, from 0.
        row: usize,
    },
    /// Columns overlap, or end outside of the inputs.
    #[error("column {column} overlaps the one before or ends outside of the inputs")]
    Columns {
        /// Number of the column, from 0.
        column: usize,
    },
}

impl SoftLabels {
    /// Number of samples.
    pub fn samples(&self) -> usize {
        self.shares.len() / self.classes.max(1)
    }

    /// The shares of a sample, if there is such a sample.
    pub fn sample(&self, sample: usize) -> Option<&[f32]> {
        let start = sample.checked_mul(self.classes)?;
        self.shares.get(start..start.checked_add(self.classes)?)
    }

    /// Shares that are nearer to each other, or further apart where the temperature is below 1.
    pub(crate) fn softened(&self, temperature: f64) -> Self {
        let power = (1.0 / temperature) as f32;
        let mut shares: Vec<f32> = self.shares.iter().map(|share| share.powf(power)).collect();
        for sample in shares.chunks_exact_mut(self.classes.max(1)) {
            let total: f32 = sample.iter().sum();
            sample.iter_mut().for_each(|share| *share /= total);
        }
        Self { classes: self.classes, shares }
    }

    fn check(&self, samples: usize, classes: usize) -> Result<(), LessonError> {
        if self.classes != classes {
            return Err(LessonError::Classes { expected: classes, found: self.classes });
        }
        let found = self.shares.len();
        if samples.checked_mul(classes) != Some(found) {
            return Err(LessonError::Shares { expected: samples, found });
        }
        let rows = self.shares.chunks_exact(classes.max(1));
        match (0..).zip(rows).find(|(_, shares)| !are_shares(shares)) {
            Some((row, _)) => Err(LessonError::NoShares { row }),
            None => Ok(()),
        }
    }

    fn hash_into(&self, hasher: &mut blake3::Hasher) {
        hasher.update(&(self.classes as u64).to_le_bytes());
        hasher.update(&(self.shares.len() as u64).to_le_bytes());
        for part in self.shares.chunks(4096) {
            let bytes: Vec<u8> = part.iter().flat_map(|share| share.to_le_bytes()).collect();
            hasher.update(&bytes);
        }
    }
}

/// Not-a-number passes neither comparison.
fn are_shares(shares: &[f32]) -> bool {
    let total: f32 = shares.iter().sum();
    shares.iter().all(|share| *share >= 0.0) && (total - 1.0).abs() <= TOLERANCE
}

impl Synthetic {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.soft.samples()
    }

    /// The inputs of a row of `width` inputs, if there is such a row.
    pub(crate) fn row(&self, row: usize, width: usize) -> Option<&[u16]> {
        let start = row.checked_mul(width)?;
        self.inputs.get(start..start.checked_add(width)?)
    }

    fn check(&self, data: &TrainingSet) -> Result<(), LessonError> {
        let width = usize::from(data.architecture.inputs).max(1);
        let rows = self.inputs.len() / width;
        self.soft.check(rows, data.architecture.outputs())?;
        let largest = data.architecture.max_input();
        let fits = |row: &[u16]| {
            row.len() == width && row.iter().all(|value| i64::from(*value) <= largest)
        };
        match (0..).zip(self.inputs.chunks(width)).find(|(_, row)| !fits(row)) {
            Some((row, _)) => Err(LessonError::Inputs { row }),
            None => Ok(()),
        }
    }

    fn hash_into(&self, hasher: &mut blake3::Hasher) {
        for part in self.inputs.chunks(4096) {
            let bytes: Vec<u8> = part.iter().flat_map(|value| value.to_le_bytes()).collect();
            hasher.update(&bytes);
        }
        self.soft.hash_into(hasher);
    }
}

impl<'a> Lesson<'a> {
    /// The samples alone, without a teacher.
    pub fn of(data: &'a TrainingSet) -> Self {
        Self { data, soft: None, more: None, columns: &[] }
    }

    /// Checks what belongs to the teacher, and that the settings ask for nothing else. The samples
    /// themselves are checked by [`TrainingSet::check`].
    pub fn check(&self, config: &TrainConfig) -> Result<(), LessonError> {
        self.check_asked(config)?;
        self.check_columns()?;
        let has_classes = matches!(self.data.labels, Labels::Classes(_));
        if !has_classes && (self.soft.is_some() || self.more.is_some()) {
            return Err(LessonError::NoClasses);
        }
        if let Some(soft) = self.soft {
            soft.check(self.data.samples(), self.data.architecture.outputs())?;
        }
        match self.more {
            Some(more) => more.check(self.data),
            None => Ok(()),
        }
    }

    fn check_asked(&self, config: &TrainConfig) -> Result<(), LessonError> {
        let has_rows = self.more.is_some_and(|more| more.rows() > 0);
        let asked = [
            ("teacher_share", config.teacher_share > 0.0, self.soft.is_some()),
            ("synthetic_share", config.synthetic_share > 0.0, has_rows),
        ];
        match asked.into_iter().find(|(_, asked, there)| *asked && !there) {
            Some((setting, ..)) => Err(LessonError::NoTeacher { setting }),
            None => Ok(()),
        }
    }

    fn check_columns(&self) -> Result<(), LessonError> {
        let inputs = usize::from(self.data.architecture.inputs);
        let mut end = 0;
        for (column, range) in self.columns.iter().enumerate() {
            if range.start < end || range.end < range.start || range.end > inputs {
                return Err(LessonError::Columns { column });
            }
            end = range.end;
        }
        Ok(())
    }

    /// Everything but the samples, for a digest.
    pub(crate) fn hash_into(&self, hasher: &mut blake3::Hasher) {
        hasher.update(&[u8::from(self.soft.is_some()), u8::from(self.more.is_some())]);
        if let Some(soft) = self.soft {
            soft.hash_into(hasher);
        }
        if let Some(more) = self.more {
            more.hash_into(hasher);
        }
        hash_columns(self.columns, hasher);
    }
}

/// The ranges of columns, for a digest.
pub(crate) fn hash_columns(columns: &[Range<usize>], hasher: &mut blake3::Hasher) {
    hasher.update(&(columns.len() as u64).to_le_bytes());
    for range in columns {
        hasher.update(&(range.start as u64).to_le_bytes());
        hasher.update(&(range.end as u64).to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{number_head, tiny, tiny_with};

    fn data() -> TrainingSet {
        TrainingSet {
            architecture: tiny(),
            inputs: vec![0, 1, 2, 3, 3, 2, 1, 0],
            labels: Labels::Classes(vec![0, 1]),
        }
    }

    fn soft() -> SoftLabels {
        SoftLabels { classes: 2, shares: vec![0.75, 0.25, 0.5, 0.5] }
    }

    fn refusal(soft: Option<SoftLabels>, more: Option<Synthetic>) -> Result<(), LessonError> {
        let data = data();
        let lesson = Lesson { soft: soft.as_ref(), more: more.as_ref(), ..Lesson::of(&data) };
        lesson.check(&TrainConfig::default())
    }

    #[test]
    fn each_fault_of_a_lesson_is_named() {
        assert_eq!(refusal(Some(soft()), None), Ok(()));
        let classes = SoftLabels { classes: 4, ..soft() };
        let expected = LessonError::Classes { expected: 2, found: 4 };
        assert_eq!(refusal(Some(classes), None), Err(expected));
        let short = SoftLabels { shares: vec![0.5, 0.5], ..soft() };
        let expected = LessonError::Shares { expected: 2, found: 2 };
        assert_eq!(refusal(Some(short), None), Err(expected));
        for shares in [[0.75, 0.25, 0.5, 0.6], [0.5, 0.5, 1.5, -0.5], [0.5, 0.5, f32::NAN, 0.5]] {
            let wrong = SoftLabels { shares: shares.to_vec(), ..soft() };
            assert_eq!(refusal(Some(wrong), None), Err(LessonError::NoShares { row: 1 }));
        }
        let rows = |inputs: Vec<u16>| Some(Synthetic { inputs, soft: soft() });
        assert_eq!(refusal(None, rows(vec![3; 8])), Ok(()));
        let large = rows(vec![0, 0, 0, 0, 0, 4, 0, 0]);
        assert_eq!(refusal(None, large), Err(LessonError::Inputs { row: 1 }));
        assert_eq!(refusal(None, rows(vec![3; 9])), Err(LessonError::Inputs { row: 2 }));
    }

    #[test]
    fn a_teacher_needs_classes_and_columns_must_rise_within_the_inputs() {
        let labels = Labels::Numbers(vec![1, 2]);
        let numbers = TrainingSet { architecture: tiny_with(number_head(18)), labels, ..data() };
        let own = soft();
        let lesson = Lesson { soft: Some(&own), ..Lesson::of(&numbers) };
        assert_eq!(lesson.check(&TrainConfig::default()), Err(LessonError::NoClasses));
        let data = data();
        let columns = |columns: &[Range<usize>]| {
            Lesson { columns, ..Lesson::of(&data) }.check(&TrainConfig::default())
        };
        assert_eq!(columns(&[0..1, 2..4]), Ok(()));
        for wrong in [[0..2, 1..4], [0..2, 0..1], [0..1, 2..5]] {
            assert_eq!(columns(&wrong), Err(LessonError::Columns { column: 1 }));
        }
    }

    #[test]
    fn settings_that_ask_for_a_teacher_need_one() {
        let data = data();
        let share = TrainConfig { teacher_share: 0.5, ..TrainConfig::default() };
        let expected = LessonError::NoTeacher { setting: "teacher_share" };
        assert_eq!(Lesson::of(&data).check(&share), Err(expected));
        let rows = TrainConfig { synthetic_share: 0.5, ..TrainConfig::default() };
        let expected = LessonError::NoTeacher { setting: "synthetic_share" };
        assert_eq!(Lesson::of(&data).check(&rows), Err(expected));
    }

    #[test]
    fn a_temperature_draws_shares_together_and_keeps_their_sum() {
        let softened = soft().softened(2.0);
        assert!(softened.shares[0] < 0.75 && softened.shares[0] > 0.5);
        assert!(softened.shares.chunks(2).all(are_shares));
        assert!(soft().softened(0.5).shares[0] > 0.75);
        assert_eq!(soft().softened(1.0), soft());
    }

    #[test]
    fn each_part_of_a_lesson_changes_its_digest() {
        let data = data();
        let (own, columns) = (soft(), [0..2, 2..4]);
        let mut changed = soft();
        changed.shares.swap(0, 1);
        let more = Synthetic { inputs: vec![1; 8], soft: soft() };
        let other = Synthetic { inputs: vec![2; 8], soft: soft() };
        let plain = Lesson::of(&data);
        let lessons = [
            plain,
            Lesson { soft: Some(&own), ..plain },
            Lesson { soft: Some(&changed), ..plain },
            Lesson { more: Some(&more), ..plain },
            Lesson { more: Some(&other), ..plain },
            Lesson { columns: &columns, ..plain },
        ];
        let digests = lessons.map(|lesson| {
            let mut hasher = blake3::Hasher::new();
            lesson.hash_into(&mut hasher);
            hasher.finalize().to_hex().to_string()
        });
        let different: std::collections::BTreeSet<_> = digests.iter().collect();
        assert_eq!(different.len(), lessons.len());
    }
}
