//! The keys that sign transactions, and where they come from.
//!
//! Keys are read from a file or from the environment, never from the command line, where every
//! process of the machine could see them. A file with keys must be readable by its owner alone.

mod keystore;
mod password;
mod polkadot_js;
mod secret;

pub use password::Password;
pub use secret::SecretFault;

use crate::types::AccountId;
use serde_json::Value;
use sp_core::{crypto::DeriveJunction, sr25519, Pair};
use std::{
    env::VarError,
    fmt, fs,
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
};
use subxt_signer::sr25519::Keypair;
use zeroize::Zeroizing;

/// The longest file that can hold keys.
const MAX_SECRET_BYTES: u64 = 4096;
/// What the files with keys are called.
const KEYSTORE: &str = "a keystore";
const SEED_FILE: &str = "a seed file";
/// Names of variables are shorter than any secret.
const MAX_NAME_BYTES: usize = 63;

/// The development accounts that have a name. **Everybody has their keys.**
pub const DEVELOPMENT_ACCOUNTS: [&str; 6] = ["alice", "bob", "charlie", "dave", "eve", "ferdie"];

/// Why keys could not be loaded or stored. No text of it holds a part of a secret.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file could not be read or written.
    #[error("cannot {doing} {path}: {error}")]
    File {
        /// What was tried.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What went wrong.
        error: std::io::Error,
    },
    /// Others can read the file.
    #[error(
        "{path} can be read by others (mode {mode:03o}): run `chmod 600 {path}`, \
         and use new keys if somebody may have read it"
    )]
    OpenToOthers {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// What should be a secret is not one.
    #[error("{place} holds no keys: {fault}")]
    NoSecret {
        /// Where it was looked for.
        place: String,
        /// What is wrong with it.
        fault: SecretFault,
    },
    /// The variable is not set.
    #[error("the environment variable {0} is not set")]
    NoVariable(String),
    /// What should name a variable is no name, and may be the secret itself.
    #[error(
        "what is to name an environment variable is no such name, and is not shown, because it may \
         be a secret: put that into a variable, and give its name"
    )]
    NoVariableName,
    /// The variable does not hold text.
    #[error("the environment variable {0} does not hold text in UTF-8")]
    NoText(String),
    /// A file is longer than any with keys.
    #[error("{path} holds no keys: it is longer than {longest} bytes", longest = MAX_SECRET_BYTES)]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// The file is neither a keystore of this project nor an account exported by a wallet.
    #[error("{path} is not a keystore: {reason}")]
    NoKeystore {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// It is a keystore, or an exported account, of a kind that this program does not read.
    #[error("the keystore {path} cannot be used: {what}")]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// What is not supported, and what to do.
        what: String,
    },
    /// It is a keystore, or an exported account, but its content has changed.
    #[error("the keystore {path} is damaged: {reason}. Restore it from a backup")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Keys are where a keystore was looked for, or the other way round.
    #[error("{path} is not {expected} but {found}: name it as that")]
    OtherKind {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// There is no password where one was named.
    #[error("{place} holds no password")]
    EmptyPassword {
        /// Where it was looked for.
        place: String,
    },
    /// The secret of an exported account stays in its file.
    #[error(
        "keys of an account that a wallet has exported stay in its file: copy the file instead"
    )]
    StaysExported,
    /// An encrypted keystore was opened without a password.
    #[error("{path} is encrypted: give its password in a file or in the environment")]
    NoPassword {
        /// The file.
        path: PathBuf,
    },
    /// The password does not open the keystore.
    #[error("the password does not open {path}, or the file is damaged")]
    WrongPassword {
        /// The file.
        path: PathBuf,
    },
    /// Not the name of a development account. It is not shown: it may be a secret.
    #[error(
        "this is not a development account; alice, bob, charlie, dave, eve and ferdie are, and paths \
         such as //Alice//stash"
    )]
    NoDevelopmentAccount,
    /// The system gives no random numbers, or the keys cannot be encrypted.
    #[error("the keystore cannot be encrypted: {0}")]
    Encryption(String),
}

impl KeyError {
    fn file(doing: &'static str, path: &Path, error: std::io::Error) -> Self {
        Self::File { doing, path: path.to_owned(), error }
    }

    /// Whether keys were not stored because there is a file already where they were to go.
    pub fn is_there_already(&self) -> bool {
        matches!(self, Self::File { error, .. } if error.kind() == ErrorKind::AlreadyExists)
    }
}

/// Where keys come from.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// A file with a seed phrase, or with a seed in hexadecimal digits.
    SeedFile(PathBuf),
    /// A keystore of this project, or an account that polkadot.js has exported as JSON.
    Keystore {
        /// The file.
        path: PathBuf,
        /// Its password, if it is encrypted.
        password: Option<Password>,
    },
    /// An environment variable with a seed phrase, or with a seed in hexadecimal digits.
    Environment(String),
    /// A development account. **Everybody has its keys**: for development chains only.
    Development(String),
}

/// An sr25519 key pair.
///
/// Its `Debug` form shows the account only; the secret is wiped from memory when it is dropped.
#[derive(Clone)]
pub struct Keys {
    signer: Signer,
}

/// What signs. The pair of an exported account does not give its secret away.
#[derive(Clone)]
enum Signer {
    Own(sr25519::Pair),
    Exported(Keypair),
}

impl Keys {
    /// Loads keys from where they are.
    pub fn from_source(source: &KeySource) -> Result<Self, KeyError> {
        match source {
            KeySource::SeedFile(path) => Self::from_seed_file(path),
            KeySource::Keystore { path, password } => Self::from_keystore(path, password.as_ref()),
            KeySource::Environment(variable) => Self::from_env(variable),
            KeySource::Development(name) => Self::development(name),
        }
    }

    /// Reads a seed phrase, or a seed of 64 hexadecimal digits with or without `0x`, from a file. A
    /// derivation path and a password may stand behind it.
    pub fn from_seed_file(path: &Path) -> Result<Self, KeyError> {
        let text = read_secret_file(path)?;
        if text.trim_start().starts_with('{') {
            let (expected, found) = (SEED_FILE, KEYSTORE);
            return Err(KeyError::OtherKind { path: path.to_owned(), expected, found });
        }
        Self::from_text(&text, || path.display().to_string())
    }

    /// Reads a keystore that [`Self::write_keystore`] wrote, or an account that polkadot.js, its
    /// extension or another wallet has exported as JSON.
    pub fn from_keystore(path: &Path, password: Option<&Password>) -> Result<Self, KeyError> {
        let text = read_secret_file(path)?;
        let no_keystore = |reason: &str| KeyError::NoKeystore {
            path: path.to_owned(),
            reason: reason.to_owned(),
        };
        if Self::from_text(&text, String::new).is_ok() {
            let (expected, found) = (KEYSTORE, SEED_FILE);
            return Err(KeyError::OtherKind { path: path.to_owned(), expected, found });
        }
        // The reason of serde could quote the file.
        let json: Value = serde_json::from_str(&text).map_err(|_| no_keystore("it is not JSON"))?;
        if keystore::is_keystore(&json) {
            return keystore::open(path, &text, password).map(Self::of);
        }
        if polkadot_js::is_export(&json) {
            let pair = polkadot_js::open(path, &text, password)?;
            return Ok(Self { signer: Signer::Exported(pair) });
        }
        Err(no_keystore(
            "it is JSON, but neither a keystore of this project nor an account that polkadot.js \
             has exported",
        ))
    }

    fn of(pair: sr25519::Pair) -> Self {
        Self { signer: Signer::Own(pair) }
    }

    /// Reads a seed phrase or a seed, as from a file, from a stream such as the standard input.
    /// Errors call it by the name of the place.
    pub fn from_reader(reader: impl Read, place: &str) -> Result<Self, KeyError> {
        let bytes = read_bounded(reader, Path::new(place))?;
        let place = || place.to_owned();
        let text = std::str::from_utf8(&bytes);
        let fault = SecretFault::Characters;
        let text = text.map_err(|_| KeyError::NoSecret { place: place(), fault })?;
        Self::from_text(text, place)
    }

    /// Reads a seed phrase or a seed, as from a file, from an environment variable.
    pub fn from_env(variable: &str) -> Result<Self, KeyError> {
        let text = read_variable(variable)?;
        Self::from_text(&text, || format!("the environment variable {variable}"))
    }

    /// The keys of a development account: a name such as `alice`, or a path such as
    /// `//Alice//stash`.
    pub fn development(name: &str) -> Result<Self, KeyError> {
        let mut names = DEVELOPMENT_ACCOUNTS.iter();
        let path = match names.find(|known| name.eq_ignore_ascii_case(known)) {
            Some(known) => format!("//{}", capitalised(known)),
            None if name.starts_with("//") => name.to_owned(),
            None => return Err(KeyError::NoDevelopmentAccount),
        };
        let pair = sr25519::Pair::from_string(&path, None);
        pair.map(Self::of).map_err(|_| KeyError::NoDevelopmentAccount)
    }

    /// New random keys.
    pub fn generate() -> Self {
        let (pair, seed) = sr25519::Pair::generate();
        drop(Zeroizing::new(seed));
        Self::of(pair)
    }

    /// New random keys, and the seed phrase of 12 words from which they can be made again. Whoever
    /// sees the phrase has the keys.
    pub fn generate_with_phrase() -> (Self, Zeroizing<String>) {
        let (pair, phrase, seed) = sr25519::Pair::generate_with_phrase(None);
        drop(Zeroizing::new(seed));
        (Self::of(pair), Zeroizing::new(phrase))
    }

    /// Keys of the same owner for another purpose, such as one account for each worker.
    pub fn derive(&self, purpose: &str) -> Result<Self, KeyError> {
        match &self.signer {
            Signer::Own(pair) => {
                let junction = DeriveJunction::hard(purpose);
                let derived = pair.derive(std::iter::once(junction), None);
                let (place, fault) = ("the derivation path".to_owned(), SecretFault::Path);
                let (pair, _) = derived.map_err(|_| KeyError::NoSecret { place, fault })?;
                Ok(Self::of(pair))
            }
            Signer::Exported(pair) => {
                let junction = subxt_signer::DeriveJunction::hard(purpose);
                Ok(Self { signer: Signer::Exported(pair.derive([junction])) })
            }
        }
    }

    /// Writes the keys to a new file that only its owner can read, encrypted if a password is
    /// given. A file that exists is never overwritten.
    pub fn write_keystore(&self, path: &Path, password: Option<&Password>) -> Result<(), KeyError> {
        match &self.signer {
            Signer::Own(pair) => {
                let secret = Zeroizing::new(pair.to_raw_vec());
                keystore::write(path, &self.account(), &secret, password)
            }
            Signer::Exported(_) => Err(KeyError::StaysExported),
        }
    }

    /// The account that these keys control.
    pub fn account(&self) -> AccountId {
        AccountId::from(self.public())
    }

    /// The public key.
    pub fn public(&self) -> [u8; 32] {
        match &self.signer {
            Signer::Own(pair) => pair.public().0,
            Signer::Exported(pair) => pair.public_key().0,
        }
    }

    /// Signs a message.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        match &self.signer {
            Signer::Own(pair) => pair.sign(message).0,
            Signer::Exported(pair) => pair.sign(message).0,
        }
    }

    fn from_text(text: &str, place: impl Fn() -> String) -> Result<Self, KeyError> {
        let no_secret = |fault| KeyError::NoSecret { place: place(), fault };
        secret::parse(text).map(Self::of).map_err(no_secret)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.account())
    }
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// Reads a short file that only its owner can read.
fn read_secret_file(path: &Path) -> Result<Zeroizing<String>, KeyError> {
    let unreadable = |error| KeyError::file("read", path, error);
    let file = fs::File::open(path).map_err(unreadable)?;
    ensure_private(path, &file)?;
    let bytes = read_bounded(file, path)?;
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(KeyError::NoKeystore {
            path: path.to_owned(),
            reason: "it is not a text file".to_owned(),
        }),
    }
}

/// Reads as much as any secret has.
fn read_bounded(reader: impl Read, path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let mut bytes = Zeroizing::new(Vec::new());
    let read = reader.take(MAX_SECRET_BYTES.saturating_add(1)).read_to_end(&mut bytes);
    let length = read.map_err(|error| KeyError::file("read", path, error))?;
    if u64::try_from(length).is_ok_and(|length| length > MAX_SECRET_BYTES) {
        return Err(KeyError::TooLong { path: path.to_owned() });
    }
    Ok(bytes)
}

/// Reads an environment variable.
fn read_variable(variable: &str) -> Result<Zeroizing<String>, KeyError> {
    if !is_variable_name(variable) {
        return Err(KeyError::NoVariableName);
    }
    match std::env::var(variable) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(VarError::NotPresent) => Err(KeyError::NoVariable(variable.to_owned())),
        Err(VarError::NotUnicode(_)) => Err(KeyError::NoText(variable.to_owned())),
    }
}

/// Whether this may name a variable: a secret in its place begins with a digit, has spaces, or is
/// longer.
fn is_variable_name(text: &str) -> bool {
    let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let begins_well = !text.starts_with(|first: char| first.is_ascii_digit());
    (1..=MAX_NAME_BYTES).contains(&text.len()) && begins_well && text.bytes().all(is_usual)
}

#[cfg(unix)]
fn ensure_private(path: &Path, file: &fs::File) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = file.metadata().map_err(|error| KeyError::file("read", path, error))?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(KeyError::OpenToOthers { path: path.to_owned(), mode })
}

#[cfg(not(unix))]
fn ensure_private(_: &Path, _: &fs::File) -> Result<(), KeyError> {
    Ok(())
}

#[cfg(test)]
mod tests;
