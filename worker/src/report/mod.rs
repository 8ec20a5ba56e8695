//! What a training leaves for people: curves, TensorBoard events, a confusion matrix, a report.
//!
//! A [`RunFolder`] grows while the training runs and is completed at its end. Nothing in it shows a
//! weight.
//!
//! | File | Holds |
//! | --- | --- |
//! | `metrics.jsonl` | one line of JSON for each epoch |
//! | `events.out.tfevents.…` | the same for TensorBoard |
//! | `loss.svg`, `accuracy.svg` | curves |
//! | `confusion.csv`, `confusion.svg` | which classes are taken for which, if there are classes |
//! | `report.json`, `report.md` | the whole run |

mod confusion;
mod curves;
mod folder;
mod markdown;
mod tensorboard;

pub use folder::{ReportError, RunFolder};

#[cfg(test)]
mod tests;
