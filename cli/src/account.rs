//! The keys that sign: from a file or the environment, never from an argument.

use crate::{arguments::AccountArgs, config::Account, failure::Failure};
use nocknock_client::{KeySource, Keys, Password};

/// Environment variable with the password of the keystore.
const PASSWORD_VARIABLE: &str = "NOCKNOCK_KEYSTORE_PASSWORD";

/// Where keys come from: the arguments, or the configuration. None if neither says so.
pub(crate) fn source(
    arguments: &AccountArgs,
    configured: &Account,
) -> Result<Option<KeySource>, Failure> {
    if let Some(name) = &arguments.dev_account {
        return Ok(Some(KeySource::Development(name.clone())));
    }
    let named = Account {
        seed_file: arguments.seed_file.clone(),
        keystore: arguments.keystore.clone(),
        environment: arguments.key_variable.clone(),
        password_file: configured.password_file.clone(),
    };
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
    fn an_argument_goes_before_the_configuration() {
        let configured = Account {
            seed_file: Some("configured".into()),
            ..Account::default()
        };
        let arguments = AccountArgs {
            keystore: Some("argument".into()),
            ..AccountArgs::default()
        };
        let chosen = source(&arguments, &configured).unwrap();
        assert!(matches!(chosen, Some(KeySource::Keystore { .. })));
        let chosen = source(&AccountArgs::default(), &configured).unwrap();
        assert!(matches!(chosen, Some(KeySource::SeedFile(_))));
        let none = source(&AccountArgs::default(), &Account::default()).unwrap();
        assert!(none.is_none());
    }
}
