//! The samples that a model is trained on.

use nocknock_primitives::model::{
    architecture::{Architecture, Head},
    samples::{Label, Sample, SampleFault},
};

/// Samples in the integers of an architecture, with what is known of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrainingSet {
    /// The architecture that the samples are made for.
    pub architecture: Architecture,
    /// `samples x D` unsigned values of `input_bits`, sample by sample.
    pub inputs: Vec<u16>,
    /// What is known of each sample, in the kind of the architecture's head.
    pub labels: Labels,
}

/// What is known of samples, one kind for each head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Labels {
    /// The class of each sample, counted from 0.
    Classes(Vec<u8>),
    /// `samples x L`: which labels each sample has, sample by sample.
    Sets(Vec<bool>),
    /// The number that each output is compared with.
    Numbers(Vec<u16>),
}

/// What is known of one sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known<'a> {
    /// Its class.
    Class(u8),
    /// Which labels it has.
    Set(&'a [bool]),
    /// Its number.
    Number(u16),
}

/// What is wrong with a training set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DataError {
    /// The labels belong to another head.
    #[error("the labels are of another kind than the head of the model takes")]
    Kind,
    /// The labels end in the middle of a sample.
    #[error("{found} labels cannot be shared out to samples with {labels} each")]
    Uneven {
        /// Labels of a sample.
        labels: u16,
        /// Labels that are there.
        found: usize,
    },
    /// There are fewer than two samples.
    #[error("a training needs at least 2 samples, not {0}")]
    TooFew(usize),
    /// There are more samples than a `u32` can number.
    #[error("a training takes at most 4,294,967,295 samples, not {0}")]
    TooMany(usize),
    /// The number of inputs is not the number of samples times `D`.
    #[error("{samples} samples of this model need {expected} inputs, not {found}")]
    Length {
        /// Number of samples.
        samples: usize,
        /// Inputs that they need.
        expected: usize,
        /// Inputs that are there.
        found: usize,
    },
    /// An input needs more than the architecture's bits.
    #[error(
        "input {column} of sample {sample} is {value}, but the largest of this model is {largest}"
    )]
    Input {
        /// Number of the sample, from 0.
        sample: usize,
        /// Number of the input, from 0.
        column: usize,
        /// The value.
        value: u16,
        /// The largest value of the architecture.
        largest: i64,
    },
    /// A label names no class of the architecture.
    #[error("sample {sample} is of class {label}, but the model has the classes 0 to {last}")]
    Label {
        /// Number of the sample, from 0.
        sample: usize,
        /// The label.
        label: u8,
        /// The last class.
        last: u16,
    },
    /// A sample of a block breaks a rule.
    #[error("sample {sample} {fault}")]
    Sample {
        /// Number of the sample, from 0.
        sample: usize,
        /// The rule that it breaks.
        fault: SampleFault,
    },
}

impl Labels {
    /// No labels, of the kind that a head takes.
    pub fn none_for(head: &Head) -> Self {
        match head {
            Head::Classes { .. } => Self::Classes(Vec::new()),
            Head::Labels { .. } => Self::Sets(Vec::new()),
            Head::Number { .. } => Self::Numbers(Vec::new()),
        }
    }

    /// Adds what is known of a sample, or says that it is of another kind.
    fn push(&mut self, label: &Label) -> Result<(), SampleFault> {
        match (self, label) {
            (Self::Classes(classes), Label::Class(class)) => classes.push(*class),
            (Self::Sets(sets), Label::Labels(set)) => sets.extend(set),
            (Self::Numbers(numbers), Label::Number(number)) => numbers.push(*number),
            _ => return Err(SampleFault::LabelKind),
        }
        Ok(())
    }

    /// Everything as bytes, for a digest. What is of another kind is told apart by the head.
    fn hash_into(&self, hasher: &mut blake3::Hasher) {
        match self {
            Self::Classes(classes) => {
                hasher.update(classes);
            }
            Self::Sets(sets) => {
                let bytes: Vec<u8> = sets.iter().map(|holds| u8::from(*holds)).collect();
                hasher.update(&bytes);
            }
            Self::Numbers(numbers) => update_all(hasher, numbers),
        }
    }
}

impl TrainingSet {
    /// The samples of blocks, in their order.
    pub fn from_samples<'a>(
        architecture: &Architecture,
        samples: impl IntoIterator<Item = &'a Sample>,
    ) -> Result<Self, DataError> {
        let mut set = Self {
            architecture: architecture.clone(),
            inputs: Vec::new(),
            labels: Labels::none_for(&architecture.head),
        };
        for (number, sample) in samples.into_iter().enumerate() {
            let fault = |fault| DataError::Sample { sample: number, fault };
            sample.check(architecture).map_err(fault)?;
            set.inputs.extend(&sample.inputs);
            set.labels.push(&sample.label).map_err(fault)?;
        }
        Ok(set)
    }

    /// Number of samples.
    pub fn samples(&self) -> usize {
        match &self.labels {
            Labels::Classes(classes) => classes.len(),
            Labels::Sets(sets) => sets.len() / self.architecture.outputs().max(1),
            Labels::Numbers(numbers) => numbers.len(),
        }
    }

    /// The inputs of a sample and what is known of it, if there is such a sample.
    pub fn sample(&self, sample: usize) -> Option<(&[u16], Known<'_>)> {
        let inputs = part(&self.inputs, sample, usize::from(self.architecture.inputs))?;
        let known = match &self.labels {
            Labels::Classes(classes) => Known::Class(*classes.get(sample)?),
            Labels::Sets(sets) => Known::Set(part(sets, sample, self.architecture.outputs())?),
            Labels::Numbers(numbers) => Known::Number(*numbers.get(sample)?),
        };
        Some((inputs, known))
    }

    /// Checks kinds, lengths and ranges.
    pub fn check(&self) -> Result<(), DataError> {
        self.check_kind()?;
        self.check_lengths()?;
        self.check_inputs()?;
        self.check_classes()
    }

    fn check_kind(&self) -> Result<(), DataError> {
        match (&self.architecture.head, &self.labels) {
            (Head::Classes { .. }, Labels::Classes(_))
            | (Head::Number { .. }, Labels::Numbers(_)) => Ok(()),
            (Head::Labels { labels, .. }, Labels::Sets(sets)) => {
                if sets.len().is_multiple_of(usize::from(*labels)) {
                    Ok(())
                } else {
                    Err(DataError::Uneven { labels: *labels, found: sets.len() })
                }
            }
            _ => Err(DataError::Kind),
        }
    }

    fn check_lengths(&self) -> Result<(), DataError> {
        let samples = self.samples();
        if samples < 2 {
            return Err(DataError::TooFew(samples));
        }
        if u32::try_from(samples).is_err() {
            return Err(DataError::TooMany(samples));
        }
        let expected = samples.saturating_mul(usize::from(self.architecture.inputs));
        let found = self.inputs.len();
        if found != expected {
            return Err(DataError::Length { samples, expected, found });
        }
        Ok(())
    }

    fn check_inputs(&self) -> Result<(), DataError> {
        let largest = self.architecture.max_input();
        let width = usize::from(self.architecture.inputs);
        let wrong = (0..).zip(&self.inputs).find(|(_, v)| i64::from(**v) > largest);
        match wrong {
            Some((place, value)) => Err(DataError::Input {
                sample: place / width,
                column: place % width,
                value: *value,
                largest,
            }),
            None => Ok(()),
        }
    }

    fn check_classes(&self) -> Result<(), DataError> {
        let (Head::Classes { classes, .. }, Labels::Classes(labels)) =
            (&self.architecture.head, &self.labels)
        else {
            return Ok(());
        };
        let wrong = (0..).zip(labels).find(|(_, label)| u16::from(**label) >= *classes);
        match wrong {
            Some((sample, label)) => {
                Err(DataError::Label { sample, label: *label, last: classes - 1 })
            }
            None => Ok(()),
        }
    }

    /// Root of the mean square of the inputs, for the scale of the first layer.
    pub(crate) fn root_mean_square(&self) -> f64 {
        let square = |value: &u16| f64::from(*value).powi(2);
        let mean = self.inputs.iter().map(square).sum::<f64>() / self.inputs.len().max(1) as f64;
        mean.sqrt()
    }

    /// A digest of architecture, inputs and labels: the same run cannot go on with other samples.
    pub(crate) fn digest(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&nocknock_primitives::model::field::to_bytes(&self.architecture.digest()));
        hasher.update(&(self.samples() as u64).to_le_bytes());
        update_all(&mut hasher, &self.inputs);
        self.labels.hash_into(&mut hasher);
        hasher.finalize()
    }
}

/// Part number `number` of a list that is cut into parts of `width`.
fn part<T>(values: &[T], number: usize, width: usize) -> Option<&[T]> {
    let start = number.checked_mul(width)?;
    values.get(start..start.checked_add(width)?)
}

fn update_all(hasher: &mut blake3::Hasher, values: &[u16]) {
    // Much faster than number by number.
    for part in values.chunks(4096) {
        let bytes: Vec<u8> = part.iter().flat_map(|value| value.to_le_bytes()).collect();
        hasher.update(&bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{labels_head, number_head, tiny, tiny_with};

    fn two_samples() -> TrainingSet {
        TrainingSet {
            architecture: tiny(),
            inputs: vec![0, 1, 2, 3, 3, 2, 1, 0],
            labels: Labels::Classes(vec![0, 1]),
        }
    }

    /// The same inputs with sets of three labels.
    fn two_sets() -> TrainingSet {
        TrainingSet {
            architecture: tiny_with(labels_head(3)),
            labels: Labels::Sets(vec![true, false, false, false, true, true]),
            ..two_samples()
        }
    }

    #[test]
    fn samples_within_the_architecture_pass() {
        assert_eq!(two_samples().check(), Ok(()));
        assert_eq!(two_samples().sample(1), Some((&[3, 2, 1, 0][..], Known::Class(1))));
        assert_eq!(two_samples().sample(2), None);
        assert_eq!(two_sets().check(), Ok(()));
        let known = Known::Set(&[false, true, true]);
        assert_eq!(two_sets().sample(1), Some((&[3, 2, 1, 0][..], known)));
        assert_eq!(two_sets().sample(2), None);
    }

    #[test]
    fn a_missing_input_is_refused() {
        let mut data = two_samples();
        data.inputs.pop();
        let refused = data.check().unwrap_err().to_string();
        assert_eq!(refused, "2 samples of this model need 8 inputs, not 7");
    }

    #[test]
    fn an_input_that_is_too_large_is_named_by_its_place() {
        let mut data = two_samples();
        data.inputs[6] = 4;
        let refused = DataError::Input { sample: 1, column: 2, value: 4, largest: 3 };
        assert_eq!(data.check(), Err(refused));
    }

    #[test]
    fn a_label_outside_the_classes_is_named() {
        let mut data = two_samples();
        data.labels = Labels::Classes(vec![0, 2]);
        let refused = data.check().unwrap_err().to_string();
        assert_eq!(refused, "sample 1 is of class 2, but the model has the classes 0 to 1");
    }

    #[test]
    fn labels_of_another_kind_or_in_an_odd_number_are_refused() {
        let mut data = two_samples();
        data.labels = Labels::Numbers(vec![1, 2]);
        assert_eq!(data.check(), Err(DataError::Kind));
        let mut data = two_sets();
        data.labels = Labels::Sets(vec![true; 5]);
        assert_eq!(data.check(), Err(DataError::Uneven { labels: 3, found: 5 }));
    }

    #[test]
    fn a_single_sample_is_too_few() {
        let mut data = two_samples();
        data.inputs.truncate(4);
        data.labels = Labels::Classes(vec![0]);
        assert_eq!(data.check(), Err(DataError::TooFew(1)));
    }

    #[test]
    fn any_change_changes_the_digest() {
        let before = two_samples().digest();
        let mut other = two_samples();
        other.inputs[0] = 1;
        assert_ne!(before, other.digest());
        let other = TrainingSet { labels: Labels::Classes(vec![1, 1]), ..two_samples() };
        assert_ne!(before, other.digest());
        let other = TrainingSet { architecture: tiny_with(number_head(18)), ..two_samples() };
        assert_ne!(before, other.digest());
    }

    #[test]
    fn samples_of_blocks_are_taken_over_and_checked() {
        let sample = |label| Sample { inputs: vec![3, 2, 1, 0], label };
        let architecture = tiny_with(number_head(18));
        let samples = [sample(Label::Number(7)), sample(Label::Number(65_535))];
        let data = TrainingSet::from_samples(&architecture, &samples).unwrap();
        assert_eq!(data.check(), Ok(()));
        assert_eq!(data.sample(1), Some((&[3, 2, 1, 0][..], Known::Number(65_535))));
        let refused = TrainingSet::from_samples(&architecture, &[sample(Label::Class(1))]);
        let fault = SampleFault::LabelKind;
        assert_eq!(refused, Err(DataError::Sample { sample: 0, fault }));
    }
}
