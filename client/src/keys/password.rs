//! Passwords of keystores.

use super::{read_secret_file, KeyError};
use std::{fmt, path::Path};
use zeroize::Zeroizing;

/// A password. It is never printed, and wiped from memory when it is dropped.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// A password that a person has typed.
    pub fn new(password: String) -> Self {
        Self(Zeroizing::new(password))
    }

    /// Reads a password from a file that only its owner can read. A line break at its end does not
    /// belong to it.
    pub fn from_file(path: &Path) -> Result<Self, KeyError> {
        let text = read_secret_file(path)?;
        Ok(Self::new(text.trim_end_matches(['\r', '\n']).to_owned()))
    }

    /// Reads a password from an environment variable.
    pub fn from_env(variable: &str) -> Result<Self, KeyError> {
        std::env::var(variable)
            .map(Self::new)
            .map_err(|_| KeyError::NoVariable(variable.to_owned()))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}
