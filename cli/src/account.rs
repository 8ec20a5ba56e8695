//! The keys that sign: from a file or the environment, never from an argument.

use crate::{
    arguments::AccountArgs,
    config::Account,
    failure::{usage, Failure},
};
use nocknock_client::{KeySource, Keys, Password};

/// Environment variable with the password of the keystore.
const PASSWORD_VARIABLE: &str = "NOCKNOCK_KEYSTORE_PASSWORD";

const TWO_SOURCES: &str = "--dev-account and --seed-file, --keystore or --key-variable name two accounts: give one of them. \
    NOCKNOCK_SEED_FILE and NOCKNOCK_KEYSTORE count too; `env -u` takes a variable away";

/// Where keys come from: the arguments, or the configuration. None if neither says so.
pub(crate) fn source(
    arguments: &AccountArgs,
    configured: &Account,
) -> Result<Option<KeySource>, Failure> {
    let named = Account {
        seed_file: arguments.seed_file.clone(),
        keystore: arguments.keystore.clone(),
        environment: arguments.key_variable.clone(),
        password_file: configured.password_file.clone(),
    };
    if let Some(name) = &arguments.dev_account {
        return match named.sources() {
            0 => Ok(Some(KeySource::Development(name.clone()))),
            _ => Err(usage(TWO_SOURCES)),
        };
    }
    match of_account(&named)? {
        Some(source) => Ok(Some(source)),
        None => of_account(configured),
    }
}

fn of_account(account: &Account) -> Result<Option<KeySource>, Failure> {
    if let Some(path) = &account.seed_file {
        return Ok(Some(KeySource::SeedFile(path.clone())));
    }
    if let Some(path) = &account.keystore {
        let password = password(account)?;
        let path = path.clone();
        return Ok(Some(KeySource::Keystore { path, password }));
    }
    let variable = account.environment.clone();
    Ok(variable.map(KeySource::Environment))
}

fn password(account: &Account) -> Result<Option<Password>, Failure> {
    match &account.password_file {
        Some(path) => Ok(Some(Password::from_file(path)?)),
        None if std::env::var_os(PASSWORD_VARIABLE).is_some() => {
            Ok(Some(Password::from_env(PASSWORD_VARIABLE)?))
        }
        None => Ok(None),
    }
}

/// The keys, if a source is named.
pub(crate) fn load(arguments: &AccountArgs, configured: &Account) -> Result<Option<Keys>, Failure> {
    let source = source(arguments, configured)?;
    Ok(source.as_ref().map(Keys::from_source).transpose()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_development_account_beside_other_keys_is_refused() {
        let alone = AccountArgs { dev_account: Some("alice".to_owned()), ..AccountArgs::default() };
        let chosen = source(&alone, &Account::default()).unwrap();
        assert!(matches!(chosen, Some(KeySource::Development(_))));
        let two = AccountArgs { seed_file: Some("seed".into()), ..alone };
        let failure = source(&two, &Account::default()).unwrap_err();
        assert_eq!(failure.code(), 2, "{failure}");
    }

    #[test]
    fn an_argument_goes_before_the_configuration() {
        let configured = Account { seed_file: Some("configured".into()), ..Account::default() };
        let arguments = AccountArgs { keystore: Some("argument".into()), ..AccountArgs::default() };
        let chosen = source(&arguments, &configured).unwrap();
        assert!(matches!(chosen, Some(KeySource::Keystore { .. })));
        let chosen = source(&AccountArgs::default(), &configured).unwrap();
        assert!(matches!(chosen, Some(KeySource::SeedFile(_))));
        let none = source(&AccountArgs::default(), &Account::default()).unwrap();
        assert!(none.is_none());
    }
}
