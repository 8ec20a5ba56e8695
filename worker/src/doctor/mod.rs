//! Finds in advance what would go wrong. Each finding says what to do.

mod chain;
mod clock;
mod machine;
mod tasks;

pub use chain::is_development;
pub use clock::{clock_fault, compare_clocks, ClockFault};

use crate::{
    account,
    config::Config,
    stages::Provers,
    state::{StateDir, StateError},
};
use nocknock_circuits::keys::{KeyStore, KeyStoreError};
use serde::Serialize;
use std::{fmt, path::Path, sync::Arc};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// As it should be.
    Good,
    /// The worker runs, but something may be missed.
    Warning,
    /// The worker does not run, or a stake is in danger.
    Bad,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub check: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What was found, and what to do.
    pub text: String,
}

/// What is examined.
#[derive(Debug)]
pub struct DoctorInput<'a> {
    /// The configuration.
    pub config: &'a Config,
    /// The state directory.
    pub state: &'a Path,
    /// The development account, if one was named.
    pub development: Option<&'a str>,
    /// Leave out what takes more than a second.
    pub quick: bool,
}

impl Finding {
    fn good(check: &'static str, text: impl ToString) -> Self {
        Self::of(Level::Good, check, text)
    }

    fn warning(check: &'static str, text: impl ToString) -> Self {
        Self::of(Level::Warning, check, text)
    }

    fn bad(check: &'static str, text: impl ToString) -> Self {
        Self::of(Level::Bad, check, text)
    }

    fn of(level: Level, check: &'static str, text: impl ToString) -> Self {
        Self { check, level, text: text.to_string() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.level {
            Level::Good => "ok     ",
            Level::Warning => "warning",
            Level::Bad => "FAILED ",
        };
        write!(f, "{mark} {}: {}", self.check, self.text)
    }
}

/// Examines everything, what needs nothing else first.
pub async fn examine(input: &DoctorInput<'_>) -> Vec<Finding> {
    let mut findings = vec![
        machine::disk(input),
        machine::memory(input),
        machine::device(input),
        state(input),
        machine::port(input).await,
        machine::store(input).await,
    ];
    let keys = account::load(&input.config.account, input.state, input.development);
    findings.push(match &keys {
        Ok(keys) => Finding::good("keys", format!("the account is {}", keys.account())),
        Err(error) => Finding::bad("keys", error),
    });
    let provers = provers(input.config);
    match provers {
        Ok(provers) => findings.extend(chain::examine(input, keys.ok(), provers).await),
        Err(error) => findings.push(Finding::bad("proving keys", error)),
    }
    findings
}

/// The provers of a configuration.
pub fn provers(config: &Config) -> Result<Arc<Provers>, KeyStoreError> {
    let keys = match &config.proving.keys {
        Some(folder) => KeyStore::at(folder),
        None => KeyStore::in_cache()?,
    };
    Ok(Arc::new(Provers::new(keys)))
}

/// The state directory can be written and is not in use.
fn state(input: &DoctorInput<'_>) -> Finding {
    const CHECK: &str = "state directory";
    match StateDir::open(input.state) {
        Ok(state) => match state.try_write().and_then(|()| state.tasks()) {
            Ok(tasks) => {
                let place = input.state.display();
                Finding::good(CHECK, format!("{place}, with {} tasks", tasks.len()))
            }
            Err(error) => Finding::bad(CHECK, error),
        },
        Err(error @ StateError::Locked { .. }) => Finding::warning(CHECK, error),
        Err(error) => Finding::bad(CHECK, error),
    }
}

#[cfg(test)]
mod tests;
