//! Notices as progress bars on a terminal.

use super::{Notice, NoticeSink, PlainLines};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use nocknock_primitives::{ids::TaskId, text::printable};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// A bar for each task that is being worked on, lines of text above them.
#[derive(Debug, Default)]
pub struct Bars {
    all: MultiProgress,
    puzzle: Mutex<Option<ProgressBar>>,
    tasks: Mutex<BTreeMap<TaskId, ProgressBar>>,
}

/// How often a bar without news moves.
const TICK: Duration = Duration::from_millis(200);

impl NoticeSink for Bars {
    fn receive(&self, notice: &Notice) {
        match notice {
            Notice::Began { task, step } => self.begin(*task, step),
            Notice::Solving { tried, expected } => self.solve(*tried, *expected),
            Notice::Registering { .. } => {
                self.end_solving();
                self.print(notice);
            }
            Notice::Downloading { task, done, total } => self.advance(*task, *done, *total),
            Notice::Training { task, step, steps } => self.advance(*task, *step, Some(*steps)),
            Notice::Epoch { task, .. }
            | Notice::Trial { task, .. }
            | Notice::Proving { task, .. } => {
                self.describe(*task, &notice.to_string());
            }
            Notice::Done { task, .. }
            | Notice::Failed { task, .. }
            | Notice::Ended { task, .. } => {
                self.end(*task);
                self.print(notice);
            }
            other => self.print(other),
        }
    }
}

impl Bars {
    fn begin(&self, task: TaskId, step: &str) {
        self.end(task);
        let bar = self.all.add(ProgressBar::no_length());
        bar.set_style(style("{spinner} {msg}"));
        bar.set_message(format!("task {task}: {step}"));
        bar.enable_steady_tick(TICK);
        self.bars(|bars| bars.insert(task, bar));
    }

    /// Moves the bar of a puzzle. Luck decides how long one takes, so it is no measure of the rest.
    fn solve(&self, tried: u64, expected: u64) {
        let mut puzzle = self.puzzle.lock().unwrap_or_else(PoisonError::into_inner);
        let bar = puzzle.get_or_insert_with(|| {
            let bar = self.all.add(ProgressBar::new(expected));
            bar.set_style(style("{spinner} puzzle: {pos} numbers tried, {len} on average"));
            bar
        });
        bar.set_position(tried);
    }

    fn end_solving(&self) {
        let bar = self.puzzle.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
    }

    fn advance(&self, task: TaskId, done: u64, total: Option<u64>) {
        self.with(task, |bar| {
            if let Some(total) = total.filter(|total| bar.length() != Some(*total)) {
                bar.set_length(total);
                bar.set_style(style("{spinner} {msg} [{bar:30}] {pos}/{len} {eta}"));
            }
            bar.set_position(done);
        });
    }

    fn describe(&self, task: TaskId, text: &str) {
        self.with(task, |bar| bar.set_message(printable(text).into_owned()));
    }

    fn end(&self, task: TaskId) {
        if let Some(bar) = self.bars(|bars| bars.remove(&task)) {
            bar.finish_and_clear();
        }
    }

    fn print(&self, notice: &Notice) {
        self.all.suspend(|| PlainLines.receive(notice));
    }

    fn with(&self, task: TaskId, act: impl FnOnce(&ProgressBar)) {
        self.bars(|bars| bars.get(&task).map(act));
    }

    fn bars<T>(&self, act: impl FnOnce(&mut BTreeMap<TaskId, ProgressBar>) -> T) -> T {
        act(&mut self.tasks.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A style; a template that this version of the library does not know gives its own.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
