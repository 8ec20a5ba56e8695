//! What a training leaves for people: curves, TensorBoard events, a confusion matrix, a report.
//!
//! A [`RunFolder`] grows while the training runs and is completed at its end. Nothing in it shows a
//! weight.
//!
//! | File | Holds |
//! | --- | --- |
//! | `metrics.jsonl` | one line of JSON for each epoch |
//! | `events.out.tfevents.…` | the same for TensorBoard |
//! | `report.html` | the whole run in one file, which needs no other |
//! | `report.json`, `report.md` | the same for programs and as text |
//! | `loss.svg`, `accuracy.svg` | curves |
//! | `confusion.csv` | which classes are taken for which, if there are classes |
//! | `confusion.svg` | the same for up to 20 classes |
//! | `calibration.svg` | how often answers are right, by how sure the model is of them |
//! | `importance.svg` | what columns are worth to the model |
//! | `trials.md` | what a search for settings has tried, beside its own `trials.jsonl` |
//!
//! What is measured beside the score is called unproved. Names of classes and columns come from
//! whoever made the data: they are shortened, nothing in them is hidden, and each form escapes
//! them.

mod bars;
mod confusion;
mod content;
mod curves;
mod document;
mod findings;
mod folder;
mod json;
mod names;
mod plot;
mod settings;
mod tensorboard;
mod trials;

pub use findings::Run;
pub use folder::{ReportError, RunFolder};
pub use trials::write_trials;

#[cfg(test)]
mod tests;
