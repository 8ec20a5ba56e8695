//! [`Optimiser`] and [`Schedule`] as files hold them: a kind beside its numbers.
//!
//! A derived tagged enum would do the same, but buffers the numbers before it knows the kind, and
//! what `serde_json` buffers under its feature `arbitrary_precision`, which other crates of a build
//! may turn on, is no number any more.

use crate::{config::Optimiser, schedule::Schedule};
use serde::{Deserialize, Serialize};

/// Settings that do not belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Mismatch {
    #[error("`{setting}` is missing: kind `{kind}` needs it")]
    Missing { kind: &'static str, setting: &'static str },
    #[error("`{setting}` does not belong to kind `{kind}`: remove it")]
    Foreign { kind: &'static str, setting: &'static str },
}

/// A setting of one kind: its name and what was given for it.
type Given<T> = (&'static str, Option<T>);

fn need<T>(kind: &'static str, (setting, given): Given<T>) -> Result<T, Mismatch> {
    given.ok_or(Mismatch::Missing { kind, setting })
}

fn refuse(kind: &'static str, others: &[(&'static str, bool)]) -> Result<(), Mismatch> {
    match others.iter().find(|(_, given)| *given) {
        Some((setting, _)) => Err(Mismatch::Foreign { kind, setting }),
        None => Ok(()),
    }
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum OptimiserKind {
    SgdMomentum,
    #[serde(rename = "adamw")]
    AdamW,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenOptimiser {
    kind: OptimiserKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    momentum: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    beta1: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    beta2: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    epsilon: Option<f64>,
}

impl From<Optimiser> for WrittenOptimiser {
    fn from(optimiser: Optimiser) -> Self {
        let empty = Self {
            kind: OptimiserKind::AdamW,
            momentum: None,
            beta1: None,
            beta2: None,
            epsilon: None,
        };
        match optimiser {
            Optimiser::SgdMomentum { momentum } => {
                Self { kind: OptimiserKind::SgdMomentum, momentum: Some(momentum), ..empty }
            }
            Optimiser::AdamW { beta1, beta2, epsilon } => {
                Self { beta1: Some(beta1), beta2: Some(beta2), epsilon: Some(epsilon), ..empty }
            }
        }
    }
}

impl TryFrom<WrittenOptimiser> for Optimiser {
    type Error = Mismatch;

    fn try_from(written: WrittenOptimiser) -> Result<Self, Mismatch> {
        match written.kind {
            OptimiserKind::SgdMomentum => written.sgd(),
            OptimiserKind::AdamW => written.adamw(),
        }
    }
}

impl WrittenOptimiser {
    fn sgd(&self) -> Result<Optimiser, Mismatch> {
        const KIND: &str = "sgd_momentum";
        let others = [
            ("beta1", self.beta1.is_some()),
            ("beta2", self.beta2.is_some()),
            ("epsilon", self.epsilon.is_some()),
        ];
        refuse(KIND, &others)?;
        let momentum = need(KIND, ("momentum", self.momentum))?;
        Ok(Optimiser::SgdMomentum { momentum })
    }

    fn adamw(&self) -> Result<Optimiser, Mismatch> {
        const KIND: &str = "adamw";
        refuse(KIND, &[("momentum", self.momentum.is_some())])?;
        Ok(Optimiser::AdamW {
            beta1: need(KIND, ("beta1", self.beta1))?,
            beta2: need(KIND, ("beta2", self.beta2))?,
            epsilon: need(KIND, ("epsilon", self.epsilon))?,
        })
    }
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ScheduleKind {
    Constant,
    Cosine,
    Step,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenSchedule {
    kind: ScheduleKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    warm_up: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    every_epochs: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    factor: Option<f64>,
}

impl From<Schedule> for WrittenSchedule {
    fn from(schedule: Schedule) -> Self {
        let empty =
            Self { kind: ScheduleKind::Constant, warm_up: None, every_epochs: None, factor: None };
        match schedule {
            Schedule::Constant => empty,
            Schedule::Cosine { warm_up } => {
                Self { kind: ScheduleKind::Cosine, warm_up: Some(warm_up), ..empty }
            }
            Schedule::Step { every_epochs, factor } => Self {
                kind: ScheduleKind::Step,
                every_epochs: Some(every_epochs),
                factor: Some(factor),
                ..empty
            },
        }
    }
}

impl TryFrom<WrittenSchedule> for Schedule {
    type Error = Mismatch;

    fn try_from(written: WrittenSchedule) -> Result<Self, Mismatch> {
        let [warm_up, every_epochs, factor] = [
            ("warm_up", written.warm_up.is_some()),
            ("every_epochs", written.every_epochs.is_some()),
            ("factor", written.factor.is_some()),
        ];
        match written.kind {
            ScheduleKind::Constant => {
                refuse("constant", &[warm_up, every_epochs, factor]).map(|()| Self::Constant)
            }
            ScheduleKind::Cosine => {
                refuse("cosine", &[every_epochs, factor])?;
                let warm_up = need("cosine", ("warm_up", written.warm_up))?;
                Ok(Self::Cosine { warm_up })
            }
            ScheduleKind::Step => {
                refuse("step", &[warm_up])?;
                Ok(Self::Step {
                    every_epochs: need("step", ("every_epochs", written.every_epochs))?,
                    factor: need("step", ("factor", written.factor))?,
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn optimiser(json: &str) -> Result<Optimiser, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn a_setting_of_another_kind_is_refused_by_name() {
        let refused = optimiser(r#"{"kind": "sgd_momentum", "momentum": 0.9, "beta1": 0.9}"#);
        assert!(refused.is_err_and(|text| text.contains("`beta1` does not belong")));
    }

    #[test]
    fn a_missing_setting_is_named() {
        let refused = optimiser(r#"{"kind": "adamw", "beta1": 0.9, "beta2": 0.99}"#);
        assert!(refused.is_err_and(|text| text.contains("`epsilon` is missing")));
    }

    #[test]
    fn schedules_survive_json() {
        let schedules = [
            Schedule::Constant,
            Schedule::Cosine { warm_up: 0.125 },
            Schedule::Step { every_epochs: 3, factor: 0.5 },
        ];
        for schedule in schedules {
            let text = serde_json::to_string(&schedule).expect("a schedule can be written");
            let read: Schedule = serde_json::from_str(&text).expect("and read");
            assert_eq!(read, schedule);
        }
    }
}
