//! The configuration file: what need not be typed again for each command.

use crate::{
    arguments::Global,
    failure::{usage, Failure},
};
use directories::ProjectDirs;
use nocknock_requester::{Store, StoreConfig};
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Everything that can be configured. An empty file gives the defaults.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Folder of private task files and fetched models; none for the user's data folder.
    pub(crate) data_dir: Option<PathBuf>,
    pub(crate) chain: Chain,
    pub(crate) account: Account,
    pub(crate) storage: Storage,
}

/// The nodes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Chain {
    /// WebSocket URLs, tried in turn.
    pub(crate) urls: Vec<String>,
}

impl Default for Chain {
    fn default() -> Self {
        Self { urls: vec!["ws://127.0.0.1:9944".to_owned()] }
    }
}

/// Who signs. At most one source.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Account {
    pub(crate) seed_file: Option<PathBuf>,
    pub(crate) keystore: Option<PathBuf>,
    pub(crate) password_file: Option<PathBuf>,
    pub(crate) environment: Option<String>,
}

/// Where data is stored and fetched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Storage {
    /// URLs to fetch from, the preferred one first.
    pub(crate) aggregators: Vec<String>,
    /// URLs to store with, the preferred one first.
    pub(crate) publishers: Vec<String>,
    /// Storage epochs that training data is paid for.
    pub(crate) epochs: u32,
    /// Shards of the Walrus network; blob ids depend on it.
    pub(crate) shards: u16,
    /// Allow plain http to other machines than this one.
    pub(crate) allow_plain_http: bool,
}

impl Default for Storage {
    fn default() -> Self {
        let store = || vec!["http://127.0.0.1:31415".to_owned()];
        Self {
            aggregators: store(),
            publishers: store(),
            epochs: 5,
            shards: 1000,
            allow_plain_http: false,
        }
    }
}

impl Storage {
    /// A client of the services.
    pub(crate) fn store(&self) -> Result<Store, Failure> {
        Ok(Store::new(&StoreConfig {
            aggregators: self.aggregators.clone(),
            publishers: self.publishers.clone(),
            epochs: self.epochs,
            shards: self.shards,
            allow_plain_http: self.allow_plain_http,
        })?)
    }
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The file cannot be read.
    #[error("{}: {error}", path.display())]
    Read { path: PathBuf, error: io::Error },
    /// The file is not what it should be.
    #[error("{}: {error}", path.display())]
    Syntax { path: PathBuf, error: Box<toml::de::Error> },
    /// Two sources of keys.
    #[error("{}: [account] names more than one source of keys", path.display())]
    Account { path: PathBuf },
    /// The system knows no folder for the user's files.
    #[error("there is no home folder: name files with --config and --data-dir")]
    NoHome,
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        usage(error)
    }
}

impl Config {
    /// The file, changed by the arguments.
    pub(crate) fn load(global: &Global) -> Result<Self, ConfigError> {
        let mut config = match &global.config {
            Some(path) => Self::read(path)?,
            None => Self::read_if_there(&path(global)?)?,
        };
        if !global.url.is_empty() {
            config.chain.urls.clone_from(&global.url);
        }
        if let Some(store) = &global.store {
            config.storage.aggregators = vec![store.clone()];
            config.storage.publishers = vec![store.clone()];
        }
        if global.data_dir.is_some() {
            config.data_dir.clone_from(&global.data_dir);
        }
        Ok(config)
    }

    fn read_if_there(path: &Path) -> Result<Self, ConfigError> {
        if path.exists() {
            Self::read(path)
        } else {
            Ok(Self::default())
        }
    }

    fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path)
            .map_err(|error| ConfigError::Read { path: path.to_owned(), error })?;
        let config: Self = toml::from_str(&text).map_err(|error| ConfigError::Syntax {
            path: path.to_owned(),
            error: Box::new(error),
        })?;
        match config.account.sources() {
            0 | 1 => Ok(config),
            _ => Err(ConfigError::Account { path: path.to_owned() }),
        }
    }

    /// Folder of private task files and fetched models.
    pub(crate) fn data_dir(&self) -> Result<PathBuf, ConfigError> {
        match &self.data_dir {
            Some(folder) => Ok(folder.clone()),
            None => Ok(project()?.data_dir().to_owned()),
        }
    }
}

impl Account {
    /// How many sources of keys it names.
    pub(crate) fn sources(&self) -> usize {
        [self.seed_file.is_some(), self.keystore.is_some(), self.environment.is_some()]
            .into_iter()
            .filter(|named| *named)
            .count()
    }
}

/// The configuration file that is read.
pub(crate) fn path(global: &Global) -> Result<PathBuf, ConfigError> {
    match &global.config {
        Some(path) => Ok(path.clone()),
        None => Ok(project()?.config_dir().join("cli.toml")),
    }
}

fn project() -> Result<ProjectDirs, ConfigError> {
    ProjectDirs::from("", "", "nocknock").ok_or(ConfigError::NoHome)
}

/// The file that `nocknock config init` writes.
pub(crate) const TEMPLATE: &str = r#"# Configuration of the command line `nocknock`. Arguments and environment variables go before it.

# Folder of the private files of tasks and of fetched models.
# data_dir = "/home/me/nocknock"

[chain]
# Nodes, tried in turn.
urls = ["ws://127.0.0.1:9944"]

[account]
# Who signs: one of the three. Files must be readable for their owner alone (chmod 600).
# seed_file = "/home/me/.config/nocknock/seed"
# keystore = "/home/me/.config/nocknock/account.json"
# environment = "MY_SEED_PHRASE"
# Password of the keystore, unless --password-file or NOCKNOCK_KEYSTORE_PASSWORD gives it.
# password_file = "/home/me/.config/nocknock/password"

[storage]
# Where training data is fetched and stored: the development store, or services of Walrus.
aggregators = ["http://127.0.0.1:31415"]
publishers = ["http://127.0.0.1:31415"]
# Storage epochs that training data is paid for.
epochs = 5
# Shards of the network. Both public Walrus networks have 1000.
shards = 1000
# Allow plain http to other machines than this one.
allow_plain_http = false
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_says_the_defaults() {
        let config: Config = toml::from_str(TEMPLATE).unwrap();
        assert_eq!(config, Config::default());
        assert_eq!(toml::from_str::<Config>("").unwrap(), Config::default());
    }

    #[test]
    fn unknown_names_and_two_sources_of_keys_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cli.toml");
        fs::write(&path, "[chain]\nurl = \"x\"\n").unwrap();
        let error = Config::read(&path).unwrap_err().to_string();
        assert!(error.contains("url"), "{error}");
        fs::write(&path, "[account]\nseed_file = \"a\"\nkeystore = \"b\"\n").unwrap();
        let error = Config::read(&path).unwrap_err();
        assert!(matches!(error, ConfigError::Account { .. }));
    }
}
