//! What the worker says about how its models come to be. The chain cannot check it, and marks it as
//! attested.

use blake2::{digest::consts::U32, Blake2b, Digest};
use nocknock_primitives::ids::ContentHash;
use serde::Serialize;
use std::{env, fs::File, io};

/// Environment variable with the hash of the machine's image, 64 hexadecimal digits.
pub const IMAGE_VARIABLE: &str = "NOCKNOCK_IMAGE_HASH";

/// Where this program runs, and what it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Image of the machine.
    pub image: Option<ContentHash>,
    /// This program.
    pub code: Option<ContentHash>,
}

/// What the environment names as the image hash is not a hash.
#[derive(Debug, thiserror::Error)]
#[error("{IMAGE_VARIABLE} must be 64 hexadecimal digits, with or without 0x")]
pub struct ImageHashError;

impl Origin {
    /// The image that the environment names, and the blake2b-256 of this program's file.
    pub fn of_this_process() -> Result<Self, ImageHashError> {
        let image = match env::var(IMAGE_VARIABLE) {
            Ok(text) => Some(text.parse().map_err(|_| ImageHashError)?),
            Err(env::VarError::NotPresent) => None,
            Err(env::VarError::NotUnicode(_)) => return Err(ImageHashError),
        };
        Ok(Self { image, code: code_hash().ok() })
    }
}

/// blake2b-256 of the settings of a training as compact JSON.
pub fn hash_of_settings(settings: &impl Serialize) -> Result<ContentHash, serde_json::Error> {
    let json = serde_json::to_vec(settings)?;
    Ok(ContentHash(Blake2b::<U32>::digest(json).into()))
}

fn code_hash() -> io::Result<ContentHash> {
    let mut file = File::open(env::current_exe()?)?;
    let mut hash = Hashing(Blake2b::new());
    io::copy(&mut file, &mut hash)?;
    Ok(ContentHash(hash.0.finalize().into()))
}

/// Hashes what is written to it.
struct Hashing(Blake2b<U32>);

impl io::Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_training::TrainConfig;

    #[test]
    fn every_setting_changes_the_hash() {
        let settings = TrainConfig::default();
        let other = TrainConfig { seed: 1, ..TrainConfig::default() };
        let hash = |settings: &TrainConfig| hash_of_settings(settings).unwrap();
        assert_eq!(hash(&settings), hash(&settings.clone()));
        assert_ne!(hash(&settings), hash(&other));
    }

    #[test]
    fn the_program_hashes_itself() {
        let bytes = std::fs::read(env::current_exe().unwrap()).unwrap();
        let expected: [u8; 32] = Blake2b::<U32>::digest(bytes).into();
        assert_eq!(code_hash().unwrap(), ContentHash(expected));
    }
}
