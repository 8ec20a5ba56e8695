//! Rows and models as far as they matter for a competition: which rows a model gets wrong.
//!
//! A row is 32 bits, its two inputs. Its label, and which models get it wrong, follow from hashes
//! of them. Nothing is learnt, so a model is known by how often it errs, by a seed, and by what
//! part of its errors comes from rows that are hard for everybody.

use crate::random::{mix, mixed, unit};
use nocknock_primitives::{
    limits::List,
    model::{Architecture, Description, Head},
};
use std::sync::OnceLock;

/// The most rows of a block.
const SAMPLES: u16 = 1_500;

/// Test blocks of a task.
pub(crate) const TEST_BLOCKS: u16 = 2;

/// The most test rows of a task.
pub(crate) const MOST_ROWS: u32 = SAMPLES as u32 * TEST_BLOCKS as u32;

/// Says of a row whether its errors are common to all models.
const IS_COMMON: u64 = 0x5eed_0001;
/// Says how hard such a row is.
const HARDNESS: u64 = 0x5eed_0002;
/// Says which class a row has.
const LABEL: u64 = 0x5eed_0003;

/// The smallest architecture whose rows hardly ever repeat by chance: two inputs of 16 bits, two
/// classes, no hidden layer.
pub(crate) fn architecture() -> &'static Architecture {
    static ARCHITECTURE: OnceLock<Architecture> = OnceLock::new();
    ARCHITECTURE.get_or_init(|| {
        let head =
            Head::Classes { classes: 2, best: 1, weight_bits: 4, bias_bits: 20, distance_bits: 24 };
        let hidden = List::default();
        let description = Description { inputs: 2, input_bits: 16, hidden, head, samples: SAMPLES };
        Architecture::new(description).expect("all bounds hold")
    })
}

/// The rows of a block.
pub(crate) fn rows(source: u64, count: u32) -> Vec<u32> {
    (0..u64::from(count)).map(|number| mixed(&[source, number]) as u32).collect()
}

/// The byte form of these rows on the chain.
pub(crate) fn wire(rows: &[u32]) -> Vec<u8> {
    let count = u16::try_from(rows.len()).expect("a block has fewer rows");
    let mut bytes = Vec::with_capacity(2 + 5 * rows.len());
    bytes.extend(count.to_le_bytes());
    for row in rows {
        bytes.push(label(*row));
        bytes.extend(row.to_le_bytes());
    }
    bytes
}

fn label(row: u32) -> u8 {
    u8::from(mixed(&[LABEL, row.into()]).is_multiple_of(2))
}

/// A model.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Model {
    /// The part of all rows that it gets wrong.
    pub(crate) error: f64,
    /// The part of the rows on which models err alike: of two models the worse one gets everything
    /// wrong there that the better one does.
    common: f64,
    /// What else decides.
    seed: u64,
    /// It knows the rows that everybody could see before this block, if any.
    pub(crate) memory: Option<u64>,
}

impl Model {
    /// A model that does not remember rows.
    pub(crate) const fn new(seed: u64, error: f64, common: f64) -> Self {
        Self { error, common, seed, memory: None }
    }

    /// The same with more or fewer errors.
    pub(crate) fn with_error(&self, error: f64) -> Self {
        Self { error, ..self.clone() }
    }

    /// The same with all rows in memory that could be seen before a block.
    pub(crate) fn remembering(&self, until: u64) -> Self {
        Self { memory: Some(until), ..self.clone() }
    }

    /// Another model that is as good, and shares no error with it but by chance.
    pub(crate) fn variant(&self, number: u64) -> Self {
        Self { seed: mixed(&[self.seed, number]), common: 0.0, ..self.clone() }
    }

    /// A number that no other model has.
    pub(crate) fn id(&self) -> u64 {
        let memory = self.memory.map_or(0, |until| mix(until) | 1);
        mixed(&[self.seed, self.error.to_bits(), self.common.to_bits(), memory])
    }

    /// How many rows it gets right, given when a row could be seen first.
    pub(crate) fn points(&self, rows: &[u32], seen: impl Fn(u32) -> Option<u64>) -> u32 {
        let remembers = |row: u32| {
            self.memory.is_some_and(|until| seen(row).is_some_and(|since| since < until))
        };
        let right = rows.iter().filter(|row| !self.errs(**row) || remembers(**row)).count();
        u32::try_from(right).expect("a block has fewer rows")
    }

    fn errs(&self, row: u32) -> bool {
        let row = mix(row.into());
        let is_common = unit(mix(row ^ IS_COMMON)) < self.common;
        let seed = if is_common { HARDNESS } else { self.seed };
        unit(mix(row ^ mix(seed))) < self.error
    }
}

/// How the models of a lab get better. Nothing that a lab does changes that.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    /// Decides which rows its models get wrong.
    pub(crate) seed: u64,
    /// Errors of the first model.
    pub(crate) first: f64,
    /// Errors of the last one.
    pub(crate) last: f64,
    /// Models between them.
    pub(crate) steps: u32,
    /// Tasks until it has the last one.
    pub(crate) tasks: u32,
    /// The part of the rows on which its models err like those of others.
    pub(crate) common: f64,
}

impl Progress {
    /// The best model that the lab has when the task of this number opens, counted from 0.
    pub(crate) fn model(&self, task: u32) -> Model {
        let steps = self.steps.max(1);
        let step = (task * steps).checked_div(self.tasks).unwrap_or(steps).min(steps);
        let part = f64::from(step) / f64::from(steps);
        let error = if self.last > 0.0 {
            self.first * (self.last / self.first).powf(part)
        } else {
            self.first * (1.0 - part)
        };
        Model::new(mixed(&[self.seed, step.into()]), error, self.common)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_primitives::model::Block;

    fn errors(model: &Model, rows: &[u32]) -> u32 {
        rows.len() as u32 - model.points(rows, |_| None)
    }

    #[test]
    fn rows_are_a_block_of_the_architecture() {
        let rows = rows(3, u32::from(SAMPLES));
        let block = Block::from_wire(architecture(), &wire(&rows)).unwrap();
        let inputs = |row: u32| vec![row as u16, (row >> 16) as u16];
        let read: Vec<_> = block.samples().iter().map(|sample| sample.inputs.clone()).collect();
        assert_eq!(read, rows.iter().map(|row| inputs(*row)).collect::<Vec<_>>());
        assert_eq!(architecture().chunks(), 1);
    }

    #[test]
    fn a_model_errs_as_often_as_it_says() {
        let rows = rows(1, 40_000);
        for common in [0.0, 0.5, 1.0] {
            let found = errors(&Model::new(5, 0.1, common), &rows);
            assert!((3_700..4_300).contains(&found), "{common}: {found}");
        }
        assert_eq!(errors(&Model::new(5, 0.0, 0.5), &rows), 0);
    }

    #[test]
    fn where_errors_are_common_the_worse_model_has_all_of_the_better_one() {
        let rows = rows(1, 20_000);
        let (better, worse) = (Model::new(5, 0.1, 1.0), Model::new(6, 0.2, 1.0));
        assert!(rows.iter().all(|row| !better.errs(*row) || worse.errs(*row)));
        let variant = better.variant(1);
        let both = rows.iter().filter(|row| better.errs(**row) && variant.errs(**row)).count();
        assert!((120..280).contains(&both), "{both}");
    }

    #[test]
    fn a_model_remembers_what_could_be_seen_before() {
        let rows = rows(1, 1_000);
        let model = Model::new(5, 0.5, 0.0).remembering(10);
        assert_eq!(model.points(&rows, |_| Some(9)), 1_000);
        assert!(model.points(&rows, |_| Some(10)) < 600);
        assert!(model.points(&rows, |_| None) < 600);
    }

    #[test]
    fn progress_goes_from_the_first_model_to_the_last() {
        let progress =
            Progress { seed: 1, first: 0.1, last: 0.01, steps: 4, tasks: 8, common: 0.5 };
        let errors: Vec<_> = (0..10).map(|task| progress.model(task).error).collect();
        assert!((errors[0] - 0.1).abs() < 1e-9 && (errors[9] - 0.01).abs() < 1e-9);
        assert!(errors.windows(2).all(|pair| pair[1] <= pair[0]));
        assert_eq!(progress.model(0), progress.model(1));
        assert_ne!(progress.model(1).id(), progress.model(2).id());
    }
}
