//! The worker in numbers.

use crate::{
    config::Tokens,
    notice::{Notice, NoticeSink},
};
use nocknock_client::NNK;
use prometheus::{
    Encoder, Gauge, GaugeVec, Histogram, HistogramOpts, IntCounterVec, IntGauge, Opts, Registry,
    TextEncoder,
};
use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Numbers for Prometheus, kept up to date by notices.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    best_block: IntGauge,
    node_up: IntGauge,
    steps: IntCounterVec,
    step_seconds: GaugeVec,
    endings: IntCounterVec,
    stakes_lost: prometheus::IntCounter,
    earned: prometheus::Counter,
    proof_seconds: Histogram,
    validation_accuracy: Gauge,
    trials: prometheus::IntCounter,
    best_trial: Gauge,
    /// When the best block last changed.
    last_block: Mutex<Option<(u32, Instant)>>,
}

/// The numbers cannot be registered or written.
#[derive(Debug, thiserror::Error)]
#[error("metrics: {0}")]
pub struct MetricsError(#[from] prometheus::Error);

/// Seconds of a proof.
const BUCKETS: [f64; 9] = [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];

impl Metrics {
    /// All numbers at zero.
    pub fn new() -> Result<Self, MetricsError> {
        let registry = Registry::new_custom(Some("nocknock_worker".into()), None)?;
        let steps = Opts::new("steps_total", "Steps of tasks, by step and result.");
        let seconds = Opts::new("step_seconds", "Seconds that the last step of a kind took.");
        let endings = Opts::new("tasks_ended_total", "Tasks that ended, by ending.");
        let proofs = HistogramOpts::new("proof_seconds", "Seconds of the proof of a test block.");
        let metrics = Self {
            best_block: IntGauge::new("best_block", "Number of the best block seen.")?,
            node_up: IntGauge::new("node_up", "1 while a node answers.")?,
            steps: IntCounterVec::new(steps, &["step", "result"])?,
            step_seconds: GaugeVec::new(seconds, &["step"])?,
            endings: IntCounterVec::new(endings, &["ending"])?,
            stakes_lost: prometheus::IntCounter::new(
                "stakes_lost_total",
                "Stakes that were lost.",
            )?,
            earned: prometheus::Counter::new("earned_nnk_total", "NNK that were earned.")?,
            proof_seconds: Histogram::with_opts(proofs.buckets(BUCKETS.to_vec()))?,
            validation_accuracy: Gauge::new(
                "validation_accuracy",
                "Strict accuracy of the last epoch on validation rows.",
            )?,
            trials: prometheus::IntCounter::new(
                "trials_total",
                "Trials of searches for better settings.",
            )?,
            best_trial: Gauge::new(
                "best_trial_accuracy",
                "Accuracy of the best trial of the last search on rows that it had not learned from.",
            )?,
            last_block: Mutex::new(None),
            registry,
        };
        metrics.register()?;
        Ok(metrics)
    }

    fn register(&self) -> Result<(), MetricsError> {
        let all: [Box<dyn prometheus::core::Collector>; 11] = [
            Box::new(self.best_block.clone()),
            Box::new(self.node_up.clone()),
            Box::new(self.steps.clone()),
            Box::new(self.step_seconds.clone()),
            Box::new(self.endings.clone()),
            Box::new(self.stakes_lost.clone()),
            Box::new(self.earned.clone()),
            Box::new(self.proof_seconds.clone()),
            Box::new(self.validation_accuracy.clone()),
            Box::new(self.trials.clone()),
            Box::new(self.best_trial.clone()),
        ];
        for collector in all {
            self.registry.register(collector)?;
        }
        Ok(())
    }

    /// The text that Prometheus reads.
    pub fn text(&self) -> Result<String, MetricsError> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// Time since the best block last changed; nothing before the first.
    pub fn age_of_block(&self) -> Option<Duration> {
        let last = self.last_block.lock().unwrap_or_else(PoisonError::into_inner);
        last.map(|(_, since)| since.elapsed())
    }

    /// Number of the best block seen.
    pub fn best_block(&self) -> i64 {
        self.best_block.get()
    }

    fn see_block(&self, number: u32) {
        self.node_up.set(1);
        self.best_block.set(i64::from(number));
        let mut last = self.last_block.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|(known, _)| known != number) {
            *last = Some((number, Instant::now()));
        }
    }
}

impl NoticeSink for Metrics {
    fn receive(&self, notice: &Notice) {
        match notice {
            Notice::Block { number } => self.see_block(*number),
            Notice::NodeLost { .. } => self.node_up.set(0),
            Notice::Done { step, seconds, .. } => {
                self.steps.with_label_values(&[*step, "done"]).inc();
                self.step_seconds.with_label_values(&[*step]).set(*seconds);
            }
            Notice::Failed { step, .. } => self.steps.with_label_values(&[*step, "failed"]).inc(),
            Notice::Proved { seconds, .. } => self.proof_seconds.observe(*seconds),
            Notice::Epoch { validation_accuracy: Some(accuracy), .. } => {
                self.validation_accuracy.set(*accuracy)
            }
            Notice::Trial { best, .. } => {
                self.trials.inc();
                self.best_trial.set(*best);
            }
            Notice::Ended { ending, stake_lost, earned, .. } => {
                self.endings.with_label_values(&[*ending]).inc();
                self.stakes_lost.inc_by(u64::from(*stake_lost));
                // Prometheus keeps floating-point numbers. The exact amounts are in the journal.
                self.earned.inc_by(earned.map_or(0.0, |Tokens(units)| units as f64 / NNK as f64));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_is_counted() {
        let metrics = Metrics::new().unwrap();
        assert_eq!(metrics.age_of_block(), None);
        let ended = Notice::Ended {
            task: 1,
            ending: "paid",
            text: String::new(),
            stake_lost: false,
            earned: Some(crate::config::Tokens::whole(3)),
        };
        let done = Notice::Done { task: 1, step: "prove", seconds: 3.5 };
        let trial = Notice::Trial { task: 1, trial: 2, score: 0.5, best: 0.75, seconds_left: 9 };
        for notice in [Notice::Block { number: 7 }, done, trial, ended] {
            metrics.receive(&notice);
        }
        let text = metrics.text().unwrap();
        for line in [
            "nocknock_worker_best_block 7",
            "nocknock_worker_node_up 1",
            "nocknock_worker_steps_total{result=\"done\",step=\"prove\"} 1",
            "nocknock_worker_tasks_ended_total{ending=\"paid\"} 1",
            "nocknock_worker_stakes_lost_total 0",
            "nocknock_worker_earned_nnk_total 3",
            "nocknock_worker_trials_total 1",
            "nocknock_worker_best_trial_accuracy 0.75",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in:\n{text}");
        }
        assert!(metrics.age_of_block().is_some());
    }
}
