//! `nocknock keys`.

use crate::{
    account::{names_keys, own_keystore, password, source, source_of_arguments},
    arguments::{AccountArgs, Global},
    config::Config,
    failure::{usage, Failure},
    output::Output,
    views::{shown, with},
};
use clap::{Args, Subcommand};
use nocknock_client::{AccountId, KeyError, KeySource, Keys};
use nocknock_durable as durable;
use serde_json::{json, Value};
use std::{
    io::{stdin, IsTerminal},
    path::{Path, PathBuf},
};

/// What is done with keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    Generate(Generate),
    Import(Import),
    /// Print the account of the keys that sign, and where they come from
    ///
    /// These are the keys that every other command signs with, given the same options. Nothing
    /// secret is printed.
    Show,
}

/// Make new keys and store them in a file.
///
/// Only its owner can read the file. It is encrypted if --password-file or the variable
/// NOCKNOCK_KEYSTORE_PASSWORD gives a password. Keys that are there already stay as they are.
/// Nothing secret is printed unless you ask for it.
#[derive(Debug, Args)]
pub(crate) struct Generate {
    #[command(flatten)]
    destination: Destination,

    /// Print the seed phrase, now and never again. The keys can be made of these 12 words, here and
    /// in wallets: whoever sees them has the keys.
    #[arg(long)]
    print_phrase: bool,
}

/// Store keys that you have as a seed phrase or as a seed.
///
/// The secret is read from where --seed-file or --key-variable says, or else from the standard
/// input. It is a phrase of 12 to 24 English words, or a seed of 64 hexadecimal digits with or
/// without 0x; a path such as //worker may stand behind it. The file is made as `keys generate`
/// makes it.
#[derive(Debug, Args)]
pub(crate) struct Import {
    #[command(flatten)]
    destination: Destination,
}

// No documentation comment: it would take the place of what each command says about itself.
#[derive(Debug, Args)]
struct Destination {
    /// File for the keys [default: keys.json in the data folder, where every command finds it].
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Keys that were stored.
#[derive(Debug)]
struct Stored {
    account: AccountId,
    path: PathBuf,
    is_encrypted: bool,
    /// Every command finds them.
    is_own: bool,
}

impl KeysCommand {
    pub(crate) fn run(self, global: &Global, output: Output) -> Result<(), Failure> {
        let config = Config::load(global)?;
        match self {
            Self::Generate(command) => command.run(&global.account, &config, output),
            Self::Import(command) => command.run(&global.account, &config, output),
            Self::Show => show(&global.account, &config, output),
        }
    }
}

impl Generate {
    fn run(self, arguments: &AccountArgs, config: &Config, output: Output) -> Result<(), Failure> {
        refuse_others(arguments)?;
        let (keys, phrase) = Keys::generate_with_phrase();
        let stored = self.destination.store(&keys, arguments, config)?;
        if !self.print_phrase {
            return output.show(&stored.json(), || stored.text());
        }
        let value = with(stored.json(), "phrase", phrase.as_str());
        output.show(&value, || {
            let phrase = phrase.as_str();
            format!("{}\nThe seed phrase, which nobody else may see: {phrase}", stored.text())
        })
    }
}

impl Import {
    fn run(self, arguments: &AccountArgs, config: &Config, output: Output) -> Result<(), Failure> {
        let keys = match source_of_arguments(arguments)? {
            Some(source) => importable(&source)?,
            None => from_standard_input()?,
        };
        let stored = self.destination.store(&keys, arguments, config)?;
        output.show(&stored.json(), || stored.text())
    }
}

/// Whoever names keys does not want new ones, or takes the name for that of the new file.
fn refuse_others(arguments: &AccountArgs) -> Result<(), Failure> {
    match source_of_arguments(arguments)? {
        None => Ok(()),
        Some(_) => Err(usage(
            "`keys generate` makes new keys, but others are named, by an argument or an environment \
             variable: `keys generate FILE` says where the new ones go, and `keys import` stores \
             those of a phrase or seed; `env -u NAME` takes an environment variable away",
        )),
    }
}

/// The keys of a secret that is not stored as keys yet.
fn importable(source: &KeySource) -> Result<Keys, Failure> {
    match source {
        KeySource::SeedFile(_) | KeySource::Environment(_) => Ok(Keys::from_source(source)?),
        KeySource::Keystore { path, .. } => Err(usage(format!(
            "{} is a keystore already: copy the file, or name it with --keystore where something is \
             to be signed",
            path.display()
        ))),
        KeySource::Development(name) => Err(usage(format!(
            "everybody has the keys of {name}: they need no file, --dev-account names them"
        ))),
    }
}

fn from_standard_input() -> Result<Keys, Failure> {
    let input = stdin();
    if input.is_terminal() {
        return Err(usage(
            "a terminal would show the secret while you type it: write it to a file (chmod 600) and \
             give --seed-file, or pipe it into this command",
        ));
    }
    Ok(Keys::from_reader(input.lock(), "the standard input")?)
}

impl Destination {
    fn store(
        &self,
        keys: &Keys,
        arguments: &AccountArgs,
        config: &Config,
    ) -> Result<Stored, Failure> {
        let password = password(arguments, &config.account)?;
        let own = own_keystore(config);
        let path = match &self.file {
            Some(path) => path.clone(),
            None => {
                let path = own?;
                make_folder_of(&path)?;
                path
            }
        };
        let written = keys.write_keystore(&path, password.as_ref());
        written.map_err(|error| not_stored(&path, error))?;
        Ok(Stored {
            account: keys.account(),
            path,
            is_encrypted: password.is_some(),
            is_own: self.file.is_none() && !names_keys(&AccountArgs::default(), config),
        })
    }
}

fn make_folder_of(file: &Path) -> Result<(), Failure> {
    let folder = file.parent().unwrap_or(file);
    durable::make_folder(folder).map_err(|error| Failure::file(folder, error))
}

/// A disk that is full is not the keys' fault, nor are keys that were made before.
fn not_stored(path: &Path, error: KeyError) -> Failure {
    if error.is_there_already() {
        let path = path.display();
        return Failure::File(format!(
            "{path}: there is a file already, and it stays as it is: `nocknock keys show --keystore \
             {path}` tells whose keys it holds; name another FILE for these"
        ));
    }
    match error {
        KeyError::File { .. } => Failure::File(error.to_string()),
        other => other.into(),
    }
}

impl Stored {
    fn json(&self) -> Value {
        json!({
            "account": shown(self.account),
            "file": self.path.display().to_string(),
            "encrypted": self.is_encrypted,
        })
    }

    fn text(&self) -> String {
        let file = self.path.display();
        let state = if self.is_encrypted {
            "encrypted under your password, which every command that signs needs"
        } else {
            "not encrypted: only the rights of the file protect them"
        };
        let usage = if self.is_own {
            "All commands sign with them now, unless you name others.".to_owned()
        } else {
            format!("Sign with them by --keystore {file}.")
        };
        format!(
            "{}\nIts keys are in {file}, {state}. Keep a copy: without them nobody can get at the \
             account.\n{usage}",
            self.account
        )
    }
}

fn show(arguments: &AccountArgs, config: &Config, output: Output) -> Result<(), Failure> {
    let found = source(arguments, config)?.ok_or_else(|| {
        Failure::Keys(
            "there are no keys: `nocknock keys generate` makes some, and --seed-file, --keystore, \
             --key-variable or --dev-account names others"
                .to_owned(),
        )
    })?;
    let keys = Keys::from_source(&found)?;
    let place = place(&found);
    let value = json!({
        "account": shown(keys.account()),
        "public_key": format!("0x{}", hex::encode(keys.public())),
        "place": place,
    });
    output.show(&value, || format!("{}\nIts keys are {place}.", keys.account()))
}

/// Where keys come from, as a sentence goes on that has begun with them.
fn place(source: &KeySource) -> String {
    match source {
        KeySource::SeedFile(path) => format!("in the seed file {}", path.display()),
        KeySource::Keystore { path, .. } => format!("in the keystore {}", path.display()),
        KeySource::Environment(name) => format!("in the environment variable {name}"),
        KeySource::Development(name) => {
            format!("those of the development account {name}, which everybody has")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_client::Password;
    use std::fs;

    const PHRASE: &str = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

    fn config(folder: &Path) -> Config {
        Config { data_dir: Some(folder.join("data")), ..Config::default() }
    }

    fn to(file: Option<PathBuf>) -> Destination {
        Destination { file }
    }

    #[test]
    fn keys_go_where_every_command_finds_them_and_are_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let (config, arguments) = (config(folder.path()), AccountArgs::default());
        let keys = Keys::generate();
        let stored = to(None).store(&keys, &arguments, &config).unwrap();
        assert_eq!(stored.path, own_keystore(&config).unwrap());
        assert!(stored.text().contains("All commands sign with them now"), "{}", stored.text());
        assert!(stored.text().contains("not encrypted"), "{}", stored.text());
        let found = source(&arguments, &config).unwrap().unwrap();
        assert_eq!(Keys::from_source(&found).unwrap().account(), keys.account());
        assert!(place(&found).contains("keys.json"), "{}", place(&found));

        let before = fs::read(&stored.path).unwrap();
        let refused = to(None).store(&Keys::generate(), &arguments, &config).unwrap_err();
        assert_eq!(refused.code(), 1);
        assert!(refused.to_string().contains("stays as it is"), "{refused}");
        assert_eq!(fs::read(&stored.path).unwrap(), before);
    }

    #[test]
    fn a_file_that_is_named_is_encrypted_under_the_password_that_is_named() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let password_file = folder.path().join("password");
        fs::write(&password_file, "right\n").unwrap();
        fs::set_permissions(&password_file, fs::Permissions::from_mode(0o600)).unwrap();
        let arguments =
            AccountArgs { password_file: Some(password_file), ..AccountArgs::default() };
        let (keys, file) = (Keys::generate(), folder.path().join("mine"));
        let destination = to(Some(file.clone()));
        let stored = destination.store(&keys, &arguments, &config(folder.path())).unwrap();
        assert!(stored.text().contains("encrypted under your password"), "{}", stored.text());
        assert!(stored.text().contains("--keystore"), "{}", stored.text());
        assert!(matches!(Keys::from_keystore(&file, None), Err(KeyError::NoPassword { .. })));
        let right = Password::new("right".to_owned());
        let opened = Keys::from_keystore(&file, Some(&right)).unwrap();
        assert_eq!(opened.account(), keys.account());
    }

    #[test]
    fn keys_that_the_configuration_goes_before_are_not_said_to_sign() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(folder.path());
        config.account.seed_file = Some("seed".into());
        let stored = to(None).store(&Keys::generate(), &AccountArgs::default(), &config).unwrap();
        assert!(stored.text().contains("Sign with them by --keystore"), "{}", stored.text());
        assert!(!stored.text().contains("All commands"), "{}", stored.text());
    }

    #[test]
    fn whoever_names_keys_gets_no_new_ones() {
        assert!(refuse_others(&AccountArgs::default()).is_ok());
        let seed_file = AccountArgs { seed_file: Some("seed".into()), ..AccountArgs::default() };
        let keystore = AccountArgs { keystore: Some("mine".into()), ..AccountArgs::default() };
        for arguments in [seed_file, keystore] {
            let refused = refuse_others(&arguments).unwrap_err();
            assert_eq!(refused.code(), 2);
            assert!(refused.to_string().contains("keys import"), "{refused}");
        }
    }

    #[test]
    fn a_folder_that_is_missing_is_no_fault_of_the_keys() {
        let folder = tempfile::tempdir().unwrap();
        let destination = to(Some(folder.path().join("missing").join("mine")));
        let stored =
            destination.store(&Keys::generate(), &AccountArgs::default(), &config(folder.path()));
        let refused = stored.unwrap_err();
        assert_eq!((refused.kind(), refused.code()), ("failed", 1));
    }

    #[test]
    fn no_secret_is_in_what_is_told_of_stored_keys() {
        let keys = Keys::from_reader(PHRASE.as_bytes(), "the phrase").unwrap();
        let path = PathBuf::from("keys.json");
        let account = keys.account();
        let stored = Stored { account, path, is_encrypted: false, is_own: true };
        for told in [stored.text(), stored.json().to_string()] {
            assert!(told.contains(&account.to_string()), "{told}");
            // Shorter ones may stand in an account by chance.
            let mut words = PHRASE.split(' ').filter(|word| word.len() > 4);
            assert!(!words.any(|word| told.contains(word)), "{told}");
        }
    }

    #[test]
    fn only_a_secret_that_is_not_stored_yet_is_imported() {
        let keystore = KeySource::Keystore { path: "mine".into(), password: None };
        let refused = importable(&keystore).unwrap_err();
        assert_eq!(refused.code(), 2);
        assert!(refused.to_string().contains("mine is a keystore already"), "{refused}");
        let refused = importable(&KeySource::Development("alice".to_owned())).unwrap_err();
        assert_eq!(refused.code(), 2);
        assert!(refused.to_string().contains("everybody has the keys of alice"), "{refused}");
        let unset = KeySource::Environment("NOCKNOCK_NO_SUCH_VARIABLE".to_owned());
        assert_eq!(importable(&unset).unwrap_err().code(), 6);
    }
}
