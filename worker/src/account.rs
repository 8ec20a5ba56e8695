//! The worker's keys: from files or the environment, never from the command line.

use crate::config::Account;
use nocknock_client::{KeyError, KeySource, Keys, Password};
use std::path::{Path, PathBuf};

/// Environment variable with the keystore's password.
pub const PASSWORD_VARIABLE: &str = "NOCKNOCK_KEYSTORE_PASSWORD";

/// Name of the keystore in the state directory.
const KEYSTORE: &str = "account.json";

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The keys cannot be loaded or stored.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// Nothing was configured, and there is no keystore.
    #[error(
        "there are no keys: generate some with `nocknock-worker keys generate`, or name their \
         file in the configuration ([account])"
    )]
    None,
}

/// Where the keystore lies if nothing else is configured.
pub fn keystore_path(state: &Path) -> PathBuf {
    state.join(KEYSTORE)
}

/// Where the keys come from: the named development account, what is configured, or the keystore in
/// the state directory.
pub fn source(
    account: &Account,
    state: &Path,
    development: Option<&str>,
) -> Result<KeySource, AccountError> {
    if let Some(name) = development {
        return Ok(KeySource::Development(name.to_owned()));
    }
    if let Some(path) = &account.seed_file {
        return Ok(KeySource::SeedFile(path.clone()));
    }
    if let Some(variable) = &account.environment {
        return Ok(KeySource::Environment(variable.clone()));
    }
    let path = match &account.keystore {
        Some(path) => path.clone(),
        None => keystore_path(state),
    };
    if account.keystore.is_some() || path.exists() {
        Ok(KeySource::Keystore { password: password(account)?, path })
    } else {
        Err(AccountError::None)
    }
}

/// The keystore's password, from its file or the environment.
pub fn password(account: &Account) -> Result<Option<Password>, AccountError> {
    match &account.password_file {
        Some(path) => Ok(Some(Password::from_file(path)?)),
        None if std::env::var_os(PASSWORD_VARIABLE).is_some() => {
            Ok(Some(Password::from_env(PASSWORD_VARIABLE)?))
        }
        None => Ok(None),
    }
}

/// Loads the keys.
pub fn load(
    account: &Account,
    state: &Path,
    development: Option<&str>,
) -> Result<Keys, AccountError> {
    Ok(Keys::from_source(&source(account, state, development)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_any_keys_it_is_said_how_to_make_some() {
        let folder = tempfile::tempdir().unwrap();
        let missing = load(&Account::default(), folder.path(), None).unwrap_err();
        assert!(matches!(missing, AccountError::None));
        assert!(missing.to_string().contains("keys generate"));
    }

    #[test]
    fn the_keystore_of_the_state_directory_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::generate();
        keys.write_keystore(&keystore_path(folder.path()), None).unwrap();
        let loaded = load(&Account::default(), folder.path(), None).unwrap();
        assert_eq!(loaded.account(), keys.account());
    }

    #[test]
    fn a_named_file_goes_before_the_keystore() {
        let folder = tempfile::tempdir().unwrap();
        Keys::generate().write_keystore(&keystore_path(folder.path()), None).unwrap();
        let account = Account { seed_file: Some("seed".into()), ..Account::default() };
        let found = source(&account, folder.path(), None).unwrap();
        assert!(matches!(found, KeySource::SeedFile(path) if path == Path::new("seed")));
    }
}
