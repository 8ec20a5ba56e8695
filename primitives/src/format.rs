//! The form of the data of an experiment, whatever models read it.

use crate::model::{Architecture, Goal, Head};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What is known of a row.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum LabelFormat {
    /// One of so many classes.
    Classes(
        /// The classes.
        u16,
    ),
    /// Any of so many labels at once.
    Labels(
        /// The labels.
        u16,
    ),
    /// A number.
    Number(
        /// How an answer is scored.
        Goal,
    ),
}

impl LabelFormat {
    /// The labels that a head is scored with.
    const fn of(head: &Head) -> Self {
        match *head {
            Head::Classes { classes, .. } => Self::Classes(classes),
            Head::Labels { labels, .. } => Self::Labels(labels),
            Head::Number { goal, .. } => Self::Number(goal),
        }
    }
}

/// What models of different architectures have to agree on to be judged on the same rows.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DataFormat {
    /// Values of a row.
    pub inputs: u16,
    /// Bits of a value, unsigned.
    pub input_bits: u8,
    /// What is known of a row, and how an answer is scored.
    pub labels: LabelFormat,
    /// The most rows of a block.
    pub rows: u16,
}

impl DataFormat {
    /// The format that an architecture reads, with as many rows as it has samples.
    pub fn of(architecture: &Architecture) -> Self {
        Self {
            inputs: architecture.inputs,
            input_bits: architecture.input_bits,
            labels: LabelFormat::of(&architecture.head),
            rows: architecture.samples,
        }
    }

    /// Whether models of this architecture can be judged on any block of this format: they read
    /// its bytes, hold all of its rows, and are scored exactly.
    pub fn fits(&self, architecture: &Architecture) -> bool {
        let own = Self::of(architecture);
        let same = Self { rows: self.rows, ..own } == *self;
        same && own.rows >= self.rows && architecture.head.is_scored_exactly()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        names::{for_tests, named, offered},
        Description,
    };

    /// The smallest architecture after a change.
    fn changed(change: impl FnOnce(&mut Description)) -> Architecture {
        let mut description = Description::clone(&named("tiny-4x3x2").unwrap());
        change(&mut description);
        Architecture::new(description).unwrap()
    }

    fn format() -> DataFormat {
        DataFormat::of(&changed(|_| ()))
    }

    #[test]
    fn a_format_is_what_an_architecture_reads() {
        let labels = LabelFormat::Classes(2);
        assert_eq!(format(), DataFormat { inputs: 4, input_bits: 2, labels, rows: 40 });
        let labels = |name| DataFormat::of(&named(name).unwrap()).labels;
        assert_eq!(labels("tiny-4x3x3-labels"), LabelFormat::Labels(3));
        let goal = Goal::AbsoluteError { cap: 200 };
        assert_eq!(labels("tiny-4x3-error"), LabelFormat::Number(goal));
    }

    #[test]
    fn each_architecture_that_is_scored_exactly_fits_its_own_format() {
        for (name, architecture) in offered().into_iter().chain(for_tests()) {
            let fits = DataFormat::of(&architecture).fits(&architecture);
            assert_eq!(fits, name != "tiny-4x3x4-best2", "{name}");
        }
    }

    #[test]
    fn another_form_of_rows_does_not_fit() {
        let others = [
            changed(|other| other.inputs = 5),
            changed(|other| other.input_bits = 3),
            changed(|other| other.samples = 39),
            named("tiny-4x3x3-labels").unwrap(),
            named("tiny-4x3-error").unwrap(),
        ];
        for other in others {
            assert!(!format().fits(&other), "{other:?}");
        }
        let [error, within] =
            ["tiny-4x3-error", "tiny-4x3-within"].map(|name| named(name).unwrap());
        assert!(!DataFormat::of(&error).fits(&within), "another goal");
    }

    #[test]
    fn another_model_for_as_many_rows_or_more_fits() {
        let others = [
            changed(|other| other.samples = 41),
            changed(|other| other.hidden.clear()),
            changed(|other| other.hidden[0].units = 2),
        ];
        for other in others {
            assert!(format().fits(&other), "{other:?}");
        }
    }
}
