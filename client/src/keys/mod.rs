//! The keys that sign transactions, and where they come from.
//!
//! Keys are read from a file or from the environment, never from the command line, where every
//! process of the machine could see them. A file with keys must be readable by its owner alone.

mod keystore;
mod password;

pub use password::Password;

use crate::types::AccountId;
use sp_core::{
    crypto::{DeriveJunction, SecretStringError},
    sr25519, Pair,
};
use std::{
    fmt, fs,
    io::Read,
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// The longest file or variable that can hold a seed.
const MAX_SECRET_BYTES: u64 = 4096;

/// Why keys could not be loaded or stored. No text of it holds a part of a secret.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file could not be read or written.
    #[error("{path}: {error}")]
    File {
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
    #[error(
        "{place} holds no keys: expected a mnemonic of 12 to 24 English words, or 0x and 64 \
         hexadecimal digits, with an optional path such as //worker"
    )]
    NoSecret {
        /// Where it was looked for.
        place: String,
    },
    /// The variable is not set.
    #[error("the environment variable {0} is not set")]
    NoVariable(String),
    /// The file is not a keystore of this project.
    #[error("{path} is not a keystore: {reason}")]
    NoKeystore {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
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
    /// Not the name of a development account.
    #[error("{0} is not a development account; alice, bob, charlie, dave, eve and ferdie are")]
    NoDevelopmentAccount(String),
    /// The system gives no random numbers, or the keys cannot be encrypted.
    #[error("the keystore cannot be encrypted: {0}")]
    Encryption(String),
}

impl KeyError {
    fn file(path: &Path, error: std::io::Error) -> Self {
        Self::File { path: path.to_owned(), error }
    }
}

/// Where keys come from.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// A file with a mnemonic or a seed in hexadecimal digits.
    SeedFile(PathBuf),
    /// A keystore of this project.
    Keystore {
        /// The file.
        path: PathBuf,
        /// Its password, if it is encrypted.
        password: Option<Password>,
    },
    /// An environment variable with a mnemonic or a seed in hexadecimal digits.
    Environment(String),
    /// A development account. **Everybody has its keys**: for development chains only.
    Development(String),
}

/// An sr25519 key pair.
///
/// Its `Debug` form shows the account only; the secret is wiped from memory when it is dropped.
#[derive(Clone)]
pub struct Keys {
    pair: sr25519::Pair,
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

    /// Reads a mnemonic, or `0x` and 64 hexadecimal digits, with an optional derivation path.
    pub fn from_seed_file(path: &Path) -> Result<Self, KeyError> {
        let text = read_secret_file(path)?;
        Self::from_text(&text, || path.display().to_string())
    }

    /// Reads a keystore that [`Self::write_keystore`] wrote.
    pub fn from_keystore(path: &Path, password: Option<&Password>) -> Result<Self, KeyError> {
        let secret = keystore::read(path, password)?;
        let pair = sr25519::Pair::from_seed_slice(&secret);
        pair.map(|pair| Self { pair }).map_err(|_| KeyError::NoKeystore {
            path: path.to_owned(),
            reason: "it does not hold an sr25519 key".to_owned(),
        })
    }

    /// Reads a mnemonic or a seed from an environment variable.
    pub fn from_env(variable: &str) -> Result<Self, KeyError> {
        let text = std::env::var(variable);
        let text = text.map_err(|_| KeyError::NoVariable(variable.to_owned()))?;
        let text = Zeroizing::new(text);
        Self::from_text(&text, || format!("the environment variable {variable}"))
    }

    /// The keys of a development account: a name such as `alice`, or a path such as
    /// `//Alice//stash`.
    pub fn development(name: &str) -> Result<Self, KeyError> {
        const NAMES: [&str; 6] = ["alice", "bob", "charlie", "dave", "eve", "ferdie"];
        let unknown = || KeyError::NoDevelopmentAccount(name.to_owned());
        let path = match NAMES.iter().find(|known| name.eq_ignore_ascii_case(known)) {
            Some(known) => format!("//{}", capitalised(known)),
            None if name.starts_with("//") => name.to_owned(),
            None => return Err(unknown()),
        };
        let pair = sr25519::Pair::from_string(&path, None).map_err(|_| unknown())?;
        Ok(Self { pair })
    }

    /// New random keys.
    pub fn generate() -> Self {
        let (pair, seed) = sr25519::Pair::generate();
        drop(Zeroizing::new(seed));
        Self { pair }
    }

    /// Keys of the same owner for another purpose, such as one account for each worker.
    pub fn derive(&self, purpose: &str) -> Result<Self, KeyError> {
        let junction = DeriveJunction::hard(purpose);
        let derived = self.pair.derive(std::iter::once(junction), None);
        let (pair, _) =
            derived.map_err(|_| KeyError::NoSecret { place: "the derivation path".to_owned() })?;
        Ok(Self { pair })
    }

    /// Writes the keys to a new file that only its owner can read, encrypted if a password is
    /// given. A file that exists is never overwritten.
    pub fn write_keystore(&self, path: &Path, password: Option<&Password>) -> Result<(), KeyError> {
        let secret = Zeroizing::new(self.pair.to_raw_vec());
        keystore::write(path, &self.account(), &secret, password)
    }

    /// The account that these keys control.
    pub fn account(&self) -> AccountId {
        AccountId::from(self.public())
    }

    /// The public key.
    pub fn public(&self) -> [u8; 32] {
        self.pair.public().0
    }

    /// Signs a message.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.pair.sign(message).0
    }

    fn from_text(text: &str, place: impl Fn() -> String) -> Result<Self, KeyError> {
        let no_secret = |_: SecretStringError| KeyError::NoSecret { place: place() };
        let text = text.trim();
        // A bare path would silently mean the published development phrase.
        if text.is_empty() || text.starts_with('/') {
            return Err(KeyError::NoSecret { place: place() });
        }
        let pair = sr25519::Pair::from_string(text, None).map_err(no_secret)?;
        Ok(Self { pair })
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
    let file = fs::File::open(path).map_err(|error| KeyError::file(path, error))?;
    ensure_private(path, &file)?;
    let mut text = Zeroizing::new(String::new());
    file.take(MAX_SECRET_BYTES)
        .read_to_string(&mut text)
        .map_err(|error| KeyError::file(path, error))?;
    Ok(text)
}

#[cfg(unix)]
fn ensure_private(path: &Path, file: &fs::File) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = file.metadata().map_err(|error| KeyError::file(path, error))?;
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
