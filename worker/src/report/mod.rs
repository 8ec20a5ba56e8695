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
//! | `trials.md` | what a search for settings has tried, beside its own `trials.jsonl` |

mod confusion;
mod curves;
mod folder;
mod markdown;
mod tensorboard;
mod trials;

pub use folder::{ReportError, RunFolder};
pub use trials::write_trials;

#[cfg(test)]
mod tests;
