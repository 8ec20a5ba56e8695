//! The keys that sign: from a file or the environment, never from an argument.

use crate::{
    arguments::AccountArgs,
    config::{Account, Config, ConfigError},
    failure::{usage, Failure},
};
use nocknock_client::{KeyError, KeySource, Keys, Password};
use std::path::{Path, PathBuf};

/// Environment variable with the password of the keystore.
const PASSWORD_VARIABLE: &str = "NOCKNOCK_KEYSTORE_PASSWORD";

/// Name of the keystore in the data folder.
const OWN_KEYSTORE: &str = "keys.json";

/// The arguments, and the environment variables that count as if they were given, by what they
/// name.
const SEED_FILE: &str = "--seed-file (or NOCKNOCK_SEED_FILE)";
const KEYSTORE: &str = "--keystore (or NOCKNOCK_KEYSTORE)";
const KEY_VARIABLE: &str = "--key-variable";
const DEV_ACCOUNT: &str = "--dev-account";
const PASSWORD_FILE: &str = "--password-file (or NOCKNOCK_KEYSTORE_PASSWORD_FILE)";

/// Where `nocknock keys` puts keys if no other file is named, and where all commands look for them.
pub(crate) fn own_keystore(config: &Config) -> Result<PathBuf, ConfigError> {
    Ok(config.data_dir()?.join(OWN_KEYSTORE))
}

/// Whether the arguments or the configuration name keys. Those go before the keystore in the data
/// folder.
pub(crate) fn names_keys(arguments: &AccountArgs, config: &Config) -> bool {
    named(arguments).or_else(|| of_configuration(&config.account)).is_some()
}

/// Where keys come from: the arguments, or the configuration, or the keystore in the data folder.
/// None if neither names any and that file is not there.
pub(crate) fn source(
    arguments: &AccountArgs,
    config: &Config,
) -> Result<Option<KeySource>, Failure> {
    let own = own_keystore(config).ok();
    choose(arguments, &config.account, own.as_deref().filter(|path| path.exists()))
}

/// What the arguments alone name.
pub(crate) fn source_of_arguments(arguments: &AccountArgs) -> Result<Option<KeySource>, Failure> {
    refuse_two(arguments)?;
    Ok(named(arguments))
}

fn choose(
    arguments: &AccountArgs,
    configured: &Account,
    own: Option<&Path>,
) -> Result<Option<KeySource>, Failure> {
    let own = || {
        let path = own?.to_owned();
        Some(KeySource::Keystore { path, password: None })
    };
    let source = source_of_arguments(arguments)?;
    let source = source.or_else(|| of_configuration(configured)).or_else(own);
    let source = source.map(|source| with_password(source, arguments, configured)).transpose()?;
    let is_keystore = matches!(source, Some(KeySource::Keystore { .. }));
    if arguments.password_file.is_some() && !is_keystore {
        return Err(usage(format!(
            "{PASSWORD_FILE} names the password of a keystore, but no keystore signs: name it with \
             --keystore, or leave the password out"
        )));
    }
    Ok(source)
}

/// To guess which of two accounts was meant could spend the wrong one's money.
fn refuse_two(arguments: &AccountArgs) -> Result<(), Failure> {
    let given = [
        (DEV_ACCOUNT, arguments.dev_account.is_some()),
        (SEED_FILE, arguments.seed_file.is_some()),
        (KEYSTORE, arguments.keystore.is_some()),
        (KEY_VARIABLE, arguments.key_variable.is_some()),
    ];
    let names: Vec<&str> =
        given.into_iter().filter_map(|(name, given)| given.then_some(name)).collect();
    match names.as_slice() {
        [first, second, ..] => Err(usage(format!(
            "{first} and {second} name two accounts: give one of them; `env -u NAME` takes an \
             environment variable away"
        ))),
        _ => Ok(()),
    }
}

fn named(arguments: &AccountArgs) -> Option<KeySource> {
    let AccountArgs { seed_file, keystore, key_variable, dev_account, .. } = arguments;
    let development = dev_account.clone().map(KeySource::Development);
    development.or_else(|| of_files(seed_file, keystore, key_variable))
}

fn of_configuration(configured: &Account) -> Option<KeySource> {
    let Account { seed_file, keystore, environment, .. } = configured;
    of_files(seed_file, keystore, environment)
}

fn of_files(
    seed_file: &Option<PathBuf>,
    keystore: &Option<PathBuf>,
    variable: &Option<String>,
) -> Option<KeySource> {
    let seed_file = seed_file.clone().map(KeySource::SeedFile);
    let keystore = || keystore.clone().map(|path| KeySource::Keystore { path, password: None });
    let variable = || variable.clone().map(KeySource::Environment);
    seed_file.or_else(keystore).or_else(variable)
}

fn with_password(
    source: KeySource,
    arguments: &AccountArgs,
    configured: &Account,
) -> Result<KeySource, Failure> {
    match source {
        KeySource::Keystore { path, .. } => {
            Ok(KeySource::Keystore { path, password: password(arguments, configured)? })
        }
        other => Ok(other),
    }
}

/// The password of a keystore, if there is one. An argument goes before the environment, and that
/// before the configuration.
pub(crate) fn password(
    arguments: &AccountArgs,
    configured: &Account,
) -> Result<Option<Password>, Failure> {
    if let Some(path) = &arguments.password_file {
        return Ok(Some(Password::from_file(path)?));
    }
    if std::env::var_os(PASSWORD_VARIABLE).is_some() {
        return Ok(Some(Password::from_env(PASSWORD_VARIABLE)?));
    }
    let file = configured.password_file.as_deref();
    Ok(file.map(Password::from_file).transpose()?)
}

/// Who signs.
#[derive(Debug)]
pub(crate) enum Signer {
    /// These keys.
    Ready(Box<Keys>),
    /// The keystore in the data folder, whose password is not known.
    Locked(KeyError),
    /// Nobody.
    Nobody,
}

/// Whoever signs. Nobody has named the keystore in the data folder, so whoever only reads is not
/// asked for its password.
pub(crate) fn load(arguments: &AccountArgs, config: &Config) -> Result<Signer, Failure> {
    let Some(source) = source(arguments, config)? else {
        return Ok(Signer::Nobody);
    };
    match Keys::from_source(&source) {
        Ok(keys) => Ok(Signer::Ready(Box::new(keys))),
        Err(error @ KeyError::NoPassword { .. }) if !names_keys(arguments, config) => {
            Ok(Signer::Locked(error))
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_development_account_beside_other_keys_is_refused() {
        let alone = AccountArgs { dev_account: Some("alice".to_owned()), ..AccountArgs::default() };
        let chosen = choose(&alone, &Account::default(), None).unwrap();
        assert!(matches!(chosen, Some(KeySource::Development(_))));
        let two = AccountArgs { seed_file: Some("seed".into()), ..alone };
        let failure = choose(&two, &Account::default(), None).unwrap_err();
        assert_eq!(failure.code(), 2, "{failure}");
    }

    #[test]
    fn two_accounts_are_refused_with_the_names_of_both() {
        let none = AccountArgs::default();
        let seed_file = AccountArgs { seed_file: Some("seed".into()), ..none.clone() };
        let pairs = [
            (AccountArgs { keystore: Some("keys".into()), ..seed_file.clone() }, "--keystore"),
            (AccountArgs { key_variable: Some("KEY".into()), ..seed_file }, "--key-variable"),
        ];
        for (two, name) in pairs {
            let failure = choose(&two, &Account::default(), None).unwrap_err();
            assert_eq!(failure.code(), 2);
            let text = failure.to_string();
            assert!(text.contains("--seed-file") && text.contains(name), "{text}");
        }
    }

    #[test]
    fn a_password_without_a_keystore_is_refused() {
        let password = AccountArgs { password_file: Some("p".into()), ..AccountArgs::default() };
        let with_seed = AccountArgs { seed_file: Some("seed".into()), ..password.clone() };
        for arguments in [password, with_seed] {
            let failure = choose(&arguments, &Account::default(), None).unwrap_err();
            assert_eq!(failure.code(), 2, "{failure}");
            assert!(failure.to_string().contains("--password-file"), "{failure}");
        }
    }

    #[test]
    fn a_password_file_that_is_named_goes_before_the_configured_one() {
        let configured = Account {
            keystore: Some("configured".into()),
            password_file: Some("/nowhere/configured".into()),
            ..Account::default()
        };
        let given = Some(PathBuf::from("/nowhere/given"));
        let arguments = AccountArgs { password_file: given, ..AccountArgs::default() };
        let failure = choose(&arguments, &configured, None).unwrap_err();
        assert_eq!(failure.code(), 6, "{failure}");
        assert!(failure.to_string().contains("/nowhere/given"), "{failure}");
    }

    #[test]
    fn an_argument_goes_before_the_configuration() {
        let configured = Account { seed_file: Some("configured".into()), ..Account::default() };
        let arguments = AccountArgs { keystore: Some("argument".into()), ..AccountArgs::default() };
        let chosen = choose(&arguments, &configured, None).unwrap();
        assert!(matches!(chosen, Some(KeySource::Keystore { .. })));
        let chosen = choose(&AccountArgs::default(), &configured, None).unwrap();
        assert!(matches!(chosen, Some(KeySource::SeedFile(_))));
        let none = choose(&AccountArgs::default(), &Account::default(), None).unwrap();
        assert!(none.is_none());
    }

    #[test]
    fn the_keystore_of_the_data_folder_signs_if_nothing_else_is_named_and_it_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = Some(folder.path().to_owned());
        let config = Config { data_dir, ..Config::default() };
        assert!(source(&AccountArgs::default(), &config).unwrap().is_none());
        let own = own_keystore(&config).unwrap();
        let keys = Keys::generate();
        keys.write_keystore(&own, None).unwrap();
        let loaded = load(&AccountArgs::default(), &config).unwrap();
        assert!(matches!(loaded, Signer::Ready(own) if own.account() == keys.account()));
        let named = Account { seed_file: Some("seed".into()), ..Account::default() };
        let configured = Config { account: named, ..config.clone() };
        let chosen = source(&AccountArgs::default(), &configured).unwrap();
        assert!(matches!(chosen, Some(KeySource::SeedFile(_))));
        let alice = AccountArgs { dev_account: Some("alice".into()), ..AccountArgs::default() };
        let chosen = source(&alice, &config).unwrap();
        assert!(matches!(chosen, Some(KeySource::Development(_))));
    }

    #[test]
    fn the_password_of_a_keystore_that_nobody_has_named_is_missed_only_by_whoever_signs() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { data_dir: Some(folder.path().to_owned()), ..Config::default() };
        let own = own_keystore(&config).unwrap();
        let password = Password::new("right".to_owned());
        Keys::generate().write_keystore(&own, Some(&password)).unwrap();
        let loaded = load(&AccountArgs::default(), &config).unwrap();
        assert!(matches!(loaded, Signer::Locked(KeyError::NoPassword { .. })), "{loaded:?}");
        let named = AccountArgs { keystore: Some(own), ..AccountArgs::default() };
        assert_eq!(load(&named, &config).unwrap_err().code(), 6);
    }
}
