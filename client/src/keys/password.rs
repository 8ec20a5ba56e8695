//! Passwords of keystores.

use super::{read_secret_file, read_variable, KeyError};
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
        Self::not_empty(text.trim_end_matches(['\r', '\n']), || path.display().to_string())
    }

    /// Reads a password from an environment variable.
    pub fn from_env(variable: &str) -> Result<Self, KeyError> {
        let text = read_variable(variable)?;
        Self::not_empty(&text, || format!("the environment variable {variable}"))
    }

    /// An empty password is a file or variable that was forgotten to be filled.
    fn not_empty(text: &str, place: impl Fn() -> String) -> Result<Self, KeyError> {
        if text.is_empty() {
            return Err(KeyError::EmptyPassword { place: place() });
        }
        Ok(Self::new(text.to_owned()))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}
