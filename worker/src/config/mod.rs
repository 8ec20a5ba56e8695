//! The configuration file: what the worker may do with the owner's money and machine.

mod check;
mod tokens;

pub use check::{CheckError, Fault};
pub use tokens::{ParseTokensError, Tokens};

use backon::{BackoffBuilder, ExponentialBuilder};
use nocknock_primitives::ids::ExperimentId;
use nocknock_training::{DeviceChoice, TrainConfig};
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

/// Everything that can be configured. An empty file gives the defaults; `Default` is the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The nodes.
    pub chain: Chain,
    /// The account that signs.
    pub account: Account,
    /// Which tasks are taken.
    pub policy: Policy,
    /// How much of the machine may be used.
    pub limits: Limits,
    /// How proofs are made.
    pub proving: Proving,
    /// Where data is fetched from and stored.
    pub storage: Storage,
    /// How persistent the worker is.
    pub retry: Retry,
    /// What can be observed.
    pub monitor: Monitor,
    /// How models are trained.
    pub training: Training,
}

/// The nodes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Chain {
    /// WebSocket URLs, tried in turn.
    pub urls: Vec<String>,
    /// Seconds without a new block after which the node counts as not working.
    pub stale_seconds: u64,
}

/// The account that signs. At most one source; without any, the keystore `account.json` in the
/// state directory, as `nocknock-worker keys generate` writes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Account {
    /// File with a mnemonic or a hexadecimal seed, readable for its owner alone.
    pub seed_file: Option<PathBuf>,
    /// Keystore of this program, or an account that polkadot.js or another wallet has exported as
    /// JSON.
    pub keystore: Option<PathBuf>,
    /// File with the password of the keystore, also of the one in the state directory.
    pub password_file: Option<PathBuf>,
    /// Name of an environment variable with a mnemonic or a hexadecimal seed.
    pub environment: Option<String>,
}

/// Which tasks are taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Experiments whose tasks may be chosen: `"all"`, or a list of numbers.
    pub experiments: Experiments,
    /// Take tasks that mint. They need a registration, and no stake.
    pub curriculum: bool,
    /// Take tasks that somebody pays for. They need a stake.
    pub sponsored: bool,
    /// The least that a model is delivered for, in NNK, as it arrives in the account: after what
    /// the validators get. Tasks whose winner gets less are not chosen, and no score is claimed in
    /// a task of the curriculum that would earn less.
    pub least: Tokens,
    /// Largest stake in one task, in NNK.
    pub maximum_stake: Tokens,
    /// What always stays in the account, in NNK, so that proofs and deliveries can pay their fees.
    pub reserve: Tokens,
    /// Names of the shapes whose tasks may be chosen; empty allows all, also those without a name.
    pub shapes: Vec<String>,
}

/// Which experiments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenExperiments", into = "WrittenExperiments")]
pub enum Experiments {
    /// All of them.
    #[default]
    All,
    /// Those with these numbers.
    Only(Vec<ExperimentId>),
}

/// [`Experiments`] as they stand in the file.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum WrittenExperiments {
    Word(String),
    Numbers(Vec<ExperimentId>),
}

/// How much of the machine may be used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Tasks in which the worker may have a stake or a training at the same time.
    pub tasks: usize,
    /// Trainings at the same time.
    pub trainings: usize,
    /// Proofs of scores at the same time. One uses all cores.
    pub proofs: usize,
    /// Longest training in seconds. The deadline of the task may make it shorter.
    pub training_seconds: u64,
    /// Shortest time for a training in seconds: a task that leaves less is not begun.
    pub least_training_seconds: u64,
    /// MiB of memory that must be free before a training or the proof of a score begins. A task is
    /// chosen only if as much is free as its proofs are likely to take.
    pub free_memory_mib: u64,
    /// MiB of disk that must be free in the state directory before a task is begun.
    pub free_disk_mib: u64,
    /// MiB of the largest training data that is fetched.
    pub data_mib: u64,
}

/// How proofs are made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Proving {
    /// Folder of proving keys; without it `nocknock/keys` in the user's cache.
    pub keys: Option<PathBuf>,
    /// Proofs that are collected before they are sent, 1 to 32.
    pub batch: u32,
    /// Seconds that the proof of one block takes on this machine at most, beside the others if
    /// `limits.proofs` allows more than one, if its circuit has up to 262,144 rows. A larger one
    /// takes longer by its rows. A task whose rounds of proofs are too short for its test blocks
    /// and those of the other chosen tasks is not chosen. `nocknock-worker doctor` measures one
    /// proof alone.
    pub seconds_per_block: u64,
}

/// Where data is fetched from and stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Storage {
    /// URLs to fetch from, the preferred one first.
    pub aggregators: Vec<String>,
    /// URLs to store with. Without any, models are delivered on the chain alone.
    pub publishers: Vec<String>,
    /// Storage epochs that a copy of a delivered model is paid for.
    pub epochs: u32,
    /// Allow plain http to other machines than this one.
    pub allow_plain_http: bool,
    /// Shards of the Walrus network; blob ids depend on it. Both public ones have 1000.
    pub shards: u16,
}

/// How persistent the worker is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retry {
    /// Seconds before the first further try of a step that failed. It doubles with each.
    pub first_seconds: u64,
    /// Longest pause in seconds.
    pub longest_seconds: u64,
    /// Failures of one step in a row after which a task without a stake is given up. A task with a
    /// stake is never given up.
    pub attempts: u32,
}

/// What can be observed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Monitor {
    /// Loopback address at which `/metrics` and `/health` answer, such as `127.0.0.1:9616`.
    pub listen: Option<SocketAddr>,
}

/// How models are trained.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Training {
    /// `auto`, `cpu`, `cuda`, `cuda:1` or `metal`.
    pub device: DeviceChoice,
    /// Whether better settings than those below are looked for, and how.
    pub search: Search,
    /// How long a training may take.
    pub time: TrainingTime,
    /// A program that trains instead, with its arguments: its full path, or its name if it is in
    /// `PATH`. Empty for the trainer of this program.
    pub command: Vec<String>,
    /// The trainer's own settings. A search begins with them.
    pub settings: TrainConfig,
}

/// Whether better settings are looked for, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Search {
    /// One training with `training.settings`.
    Off,
    /// Many short trainings, the better of which are given more time.
    #[default]
    Halving,
}

/// How long a training may take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrainingTime {
    /// As long as `limits.training_seconds` says, if the commit phase of the task lasts so long.
    #[default]
    Limits,
    /// Until the commit phase of the task ends.
    CommitPeriod,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {}: {reason}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: io::Error,
    },
    /// The file is not what it should be.
    #[error("the configuration {} cannot be used: {reason}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where and why.
        reason: Box<toml::de::Error>,
    },
    /// A value cannot be used.
    #[error("the configuration {} cannot be used: {reason}", path.display())]
    Value {
        /// The file.
        path: PathBuf,
        /// Which and why.
        reason: CheckError,
    },
    /// The configuration cannot be written as TOML.
    #[error("the configuration cannot be printed: {0}")]
    Print(#[from] toml::ser::Error),
}

impl Config {
    /// Reads and checks a file.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let read = fs::read_to_string(path);
        let text = read.map_err(|reason| ConfigError::Read { path: path.to_owned(), reason })?;
        let config: Self = toml::from_str(&text).map_err(|reason| ConfigError::Syntax {
            path: path.to_owned(),
            reason: Box::new(reason),
        })?;
        match config.check() {
            Ok(()) => Ok(config),
            Err(reason) => Err(ConfigError::Value { path: path.to_owned(), reason }),
        }
    }

    /// The configuration as TOML.
    pub fn to_toml(&self) -> Result<String, ConfigError> {
        Ok(toml::to_string_pretty(self)?)
    }
}

impl Retry {
    /// Pauses that double until they are the longest, for ever.
    pub fn pauses(&self) -> ExponentialBuilder {
        ExponentialBuilder::new()
            .with_factor(2.0)
            .with_min_delay(Duration::from_secs(self.first_seconds))
            .with_max_delay(Duration::from_secs(self.longest_seconds))
            .without_max_times()
    }

    /// The pause after this many failures in a row.
    pub fn pause(&self, failures: u32) -> Duration {
        // No pause grows any more after so many doublings.
        let doublings = failures.saturating_sub(1).min(u64::BITS);
        let mut pauses = self.pauses().build().skip(usize::try_from(doublings).unwrap_or(0));
        pauses.next().unwrap_or(Duration::from_secs(self.longest_seconds))
    }
}

impl Default for Chain {
    fn default() -> Self {
        Self { urls: vec!["ws://127.0.0.1:9944".into()], stale_seconds: 60 }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            experiments: Experiments::All,
            curriculum: true,
            sponsored: true,
            least: Tokens::ZERO,
            maximum_stake: Tokens::whole(100),
            reserve: Tokens::whole(1),
            shapes: Vec::new(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            tasks: 4,
            trainings: 1,
            proofs: 1,
            training_seconds: 3600,
            least_training_seconds: 10,
            free_memory_mib: 768,
            free_disk_mib: 256,
            data_mib: 256,
        }
    }
}

impl Default for Proving {
    fn default() -> Self {
        Self { keys: None, batch: 32, seconds_per_block: 10 }
    }
}

impl Default for Storage {
    fn default() -> Self {
        let store = || vec!["http://127.0.0.1:31415".to_owned()];
        Self {
            aggregators: store(),
            publishers: store(),
            epochs: 5,
            allow_plain_http: false,
            shards: 1000,
        }
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self { first_seconds: 2, longest_seconds: 120, attempts: 20 }
    }
}

impl Experiments {
    /// Tasks of this experiment may be chosen.
    pub fn allow(&self, experiment: ExperimentId) -> bool {
        match self {
            Self::All => true,
            Self::Only(numbers) => numbers.contains(&experiment),
        }
    }
}

impl TryFrom<WrittenExperiments> for Experiments {
    type Error = &'static str;

    fn try_from(written: WrittenExperiments) -> Result<Self, Self::Error> {
        match written {
            WrittenExperiments::Numbers(numbers) => Ok(Self::Only(numbers)),
            WrittenExperiments::Word(word) if word == "all" => Ok(Self::All),
            WrittenExperiments::Word(_) => Err("expected \"all\" or a list of numbers"),
        }
    }
}

impl From<Experiments> for WrittenExperiments {
    fn from(experiments: Experiments) -> Self {
        match experiments {
            Experiments::All => Self::Word("all".into()),
            Experiments::Only(numbers) => Self::Numbers(numbers),
        }
    }
}

#[cfg(test)]
mod tests;
