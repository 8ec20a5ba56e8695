//! Values that parse, but cannot be meant.

use super::{Account, Config, Limits, Monitor, Policy, Proving, Retry, Storage};
use nocknock_primitives::{
    limits::MAX_TEST_BLOCKS,
    model::names::{named, offered},
};
use nocknock_storage::{
    blob_id::ShardCount,
    client::{EndpointUrl, PlainHttp},
};
use nocknock_training::TrainConfig;
use std::path::Path;

/// A setting that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting}: {fault}")]
pub struct CheckError {
    /// The setting, as it stands in the file.
    pub setting: &'static str,
    /// What is wrong, and what it may be.
    pub fault: Fault,
}

/// What is wrong with a setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The list may not be empty.
    #[error("name at least one")]
    Empty,
    /// A number outside its range.
    #[error("must be {0}")]
    Range(&'static str),
    /// An address of a node.
    #[error("{0:?} is not the address of a node: write it like ws://127.0.0.1:9944")]
    Node(String),
    /// An address of a storage service.
    #[error("{0}")]
    Endpoint(String),
    /// An unknown shape.
    #[error("there is no shape {found:?}; this program knows {known}")]
    Shape {
        /// What was given.
        found: String,
        /// All shapes.
        known: String,
    },
    /// More than one source of the account's key.
    #[error("name one source of the account's key, not several")]
    TwoSources,
    /// A password beside a source that needs none.
    #[error("a password belongs to a keystore, and another source of the key is named")]
    PasswordAlone,
    /// Metrics for everybody.
    #[error("must be a loopback address: metrics tell what the worker earns and does")]
    NotLoopback,
    /// A setting of the trainer.
    #[error(transparent)]
    Trainer(#[from] nocknock_training::ConfigError),
}

type Checked = Result<(), CheckError>;

impl Config {
    /// Checks every setting.
    pub fn check(&self) -> Checked {
        check_nodes(&self.chain.urls)?;
        check_account(&self.account)?;
        check_policy(&self.policy)?;
        check_limits(&self.limits)?;
        check_proving(&self.proving)?;
        check_storage(&self.storage)?;
        check_retry(&self.retry)?;
        check_monitor(&self.monitor)?;
        check_program(&self.training.command)?;
        check_trainer(&self.training.settings)
    }
}

fn fail(setting: &'static str, fault: impl Into<Fault>) -> CheckError {
    CheckError { setting, fault: fault.into() }
}

fn require(setting: &'static str, range: &'static str, holds: bool) -> Checked {
    if holds {
        Ok(())
    } else {
        Err(fail(setting, Fault::Range(range)))
    }
}

fn check_nodes(urls: &[String]) -> Checked {
    if urls.is_empty() {
        return Err(fail("chain.urls", Fault::Empty));
    }
    let is_node = |url: &String| {
        let address = url.strip_prefix("ws://").or(url.strip_prefix("wss://"));
        address.is_some_and(|address| !address.is_empty())
    };
    match urls.iter().find(|url| !is_node(url)) {
        Some(url) => Err(fail("chain.urls", Fault::Node(url.clone()))),
        None => Ok(()),
    }
}

fn check_account(account: &Account) -> Checked {
    let sources =
        [account.seed_file.is_some(), account.keystore.is_some(), account.environment.is_some()];
    if sources.into_iter().filter(|named| *named).count() > 1 {
        return Err(fail("account", Fault::TwoSources));
    }
    // Without any source named it is the keystore of the state directory that signs.
    let no_keystore = account.seed_file.is_some() || account.environment.is_some();
    if account.password_file.is_some() && no_keystore {
        Err(fail("account.password_file", Fault::PasswordAlone))
    } else {
        Ok(())
    }
}

fn check_policy(policy: &Policy) -> Checked {
    let Some(found) = policy.shapes.iter().find(|name| named(name).is_none()) else {
        return Ok(());
    };
    let names: Vec<&str> = offered().into_iter().map(|(name, _)| name).collect();
    let fault = Fault::Shape { found: found.clone(), known: names.join(", ") };
    Err(fail("policy.shapes", fault))
}

fn check_limits(limits: &Limits) -> Checked {
    let some = "1 or more";
    require("limits.tasks", some, limits.tasks > 0)?;
    require("limits.trainings", some, limits.trainings > 0)?;
    require("limits.proofs", some, limits.proofs > 0)?;
    require("limits.training_seconds", some, limits.training_seconds > 0)?;
    let shorter = limits.least_training_seconds <= limits.training_seconds;
    let range = "at most limits.training_seconds";
    require("limits.least_training_seconds", range, shorter)?;
    require("limits.data_mib", some, limits.data_mib > 0)
}

fn check_proving(proving: &Proving) -> Checked {
    let batch = 1..=MAX_TEST_BLOCKS;
    require("proving.batch", "1 to 32", batch.contains(&proving.batch))?;
    let seconds = proving.seconds_per_block;
    require("proving.seconds_per_block", "1 or more", seconds > 0)
}

fn check_storage(storage: &Storage) -> Checked {
    if storage.aggregators.is_empty() {
        return Err(fail("storage.aggregators", Fault::Empty));
    }
    let plain = storage.plain_http();
    for (setting, urls) in
        [("storage.aggregators", &storage.aggregators), ("storage.publishers", &storage.publishers)]
    {
        let refused = urls.iter().find_map(|url| EndpointUrl::parse(url, plain).err());
        if let Some(error) = refused {
            return Err(fail(setting, Fault::Endpoint(error.to_string())));
        }
    }
    require("storage.epochs", "1 or more", storage.epochs > 0)?;
    let known = ShardCount::new(storage.shards).is_ok();
    require("storage.shards", "the shard count of a Walrus network", known)
}

fn check_retry(retry: &Retry) -> Checked {
    require("retry.first_seconds", "1 or more", retry.first_seconds > 0)?;
    let longer = retry.longest_seconds >= retry.first_seconds;
    require("retry.longest_seconds", "at least retry.first_seconds", longer)?;
    require("retry.attempts", "1 or more", retry.attempts > 0)
}

fn check_monitor(monitor: &Monitor) -> Checked {
    if monitor.listen.is_some_and(|listen| !listen.ip().is_loopback()) {
        Err(fail("monitor.listen", Fault::NotLoopback))
    } else {
        Ok(())
    }
}

/// A path within a folder would be one within the folder that the program runs in.
fn check_program(command: &[String]) -> Checked {
    let Some(program) = command.first() else {
        return Ok(());
    };
    let path = Path::new(program);
    let is_name = path.components().count() == 1 && path.file_name().is_some();
    let range = "a program by its full path, or by its name if it is in PATH, and its arguments";
    require("training.command", range, path.is_absolute() || is_name)
}

/// What depends on the shape, the size of images, is checked when a task is chosen.
fn check_trainer(settings: &TrainConfig) -> Checked {
    let nothing = "0: a search makes its teachers by itself";
    require("training.settings.teacher_share", nothing, settings.teacher_share == 0.0)?;
    require("training.settings.synthetic_share", nothing, settings.synthetic_share == 0.0)?;
    settings.check().map_err(|error| fail("training.settings", error))
}

impl Storage {
    /// Whether plain http is accepted for other machines.
    pub fn plain_http(&self) -> PlainHttp {
        if self.allow_plain_http {
            PlainHttp::Anywhere
        } else {
            PlainHttp::LoopbackOnly
        }
    }
}
