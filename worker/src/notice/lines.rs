//! Notices as lines of text or JSON.

use super::{Audience, Notice};
use std::io::{self, Write};

/// One line of JSON for each notice, on standard output. Progress within a step is left out, but
/// for the epochs of a training.
#[derive(Clone, Copy, Debug, Default)]
pub struct JsonLines;

/// One line of text for each notice, on standard error.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainLines;

impl Audience for JsonLines {
    fn hear(&self, notice: &Notice) {
        if notice.is_progress() && !matches!(notice, Notice::Epoch { .. }) {
            return;
        }
        if let Ok(line) = serde_json::to_string(notice) {
            // Nobody may be reading any more; the work goes on all the same.
            let _ = writeln!(io::stdout().lock(), "{line}");
        }
    }
}

impl Audience for PlainLines {
    fn hear(&self, notice: &Notice) {
        let quiet = notice.is_progress()
            || matches!(notice, Notice::Declined { actionable, .. } if !actionable);
        if quiet {
            return;
        }
        let prefix = if notice.is_warning() { "warning: " } else { "" };
        let _ = writeln!(io::stderr().lock(), "{prefix}{notice}");
    }
}
