//! The file in which a program keeps its keys.
//!
//! JSON with the account, so that a person can see whose keys they are, and the secret: in
//! hexadecimal digits, or encrypted with XChaCha20-Poly1305 under a key that Argon2id makes of a
//! password. The account is authenticated with the secret.

use super::{KeyError, Password};
use crate::types::AccountId;
use argon2::{Algorithm, Argon2, Params, Version, MIN_SALT_LEN};
use chacha20poly1305::{
    aead::{Aead, Payload},
    Key, KeyInit, XChaCha20Poly1305, XNonce,
};
use serde::{Deserialize, Serialize};
use sp_core::{sr25519, Pair};
use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::Path,
};
use zeroize::Zeroizing;

/// Form of the file.
const VERSION: u32 = 1;
/// Memory that the password's key costs, in KiB: the second recommendation of RFC 9106.
const MEMORY_KIB: u32 = 64 * 1024;
/// The most memory that a file may demand, in KiB.
const MAX_MEMORY_KIB: u32 = 1024 * 1024;
/// Passes over that memory.
const PASSES: u32 = 3;
/// The most passes that a file may demand.
const MAX_PASSES: u32 = 64;

/// As much of a keystore as says how to read the rest.
#[derive(Deserialize)]
struct Form {
    version: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    account: AccountId,
    secret: Secret,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum Secret {
    Plain(Zeroizing<String>),
    Encrypted(Encrypted),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Encrypted {
    kdf: String,
    memory_kib: u32,
    passes: u32,
    salt: String,
    cipher: String,
    nonce: String,
    text: String,
}

const KDF: &str = "argon2id";
const CIPHER: &str = "xchacha20-poly1305";

/// Whether JSON has the form of a keystore of this project.
pub(super) fn is_keystore(json: &serde_json::Value) -> bool {
    json.get("version").is_some() && json.get("secret").is_some()
}

/// Opens a keystore of this project.
pub(super) fn open(
    path: &Path,
    json: &str,
    password: Option<&Password>,
) -> Result<sr25519::Pair, KeyError> {
    let unsupported = |what: String| KeyError::Unsupported { path: path.to_owned(), what };
    let damaged = |reason: &str| KeyError::Damaged { path: path.to_owned(), reason: reason.into() };
    // The version first: another one may have other entries. The reason of serde could quote the
    // file, and so the secret.
    let form: Form = serde_json::from_str(json).map_err(|_| damaged("it names no version"))?;
    if form.version != VERSION {
        return Err(unsupported(format!(
            "it has version {} of the form, and this program reads version {VERSION}",
            form.version
        )));
    }
    let document: Document = serde_json::from_str(json)
        .map_err(|_| damaged("an entry is missing, unknown or has another form"))?;
    let secret = match &document.secret {
        Secret::Plain(digits) => {
            decoded(digits).ok_or_else(|| damaged("its secret is not hexadecimal"))?
        }
        Secret::Encrypted(encrypted) => {
            check(encrypted).map_err(unsupported)?;
            let password =
                password.ok_or_else(|| KeyError::NoPassword { path: path.to_owned() })?;
            let sealed = Sealed::of(encrypted)
                .ok_or_else(|| damaged("what it encrypts with is not hexadecimal or too short"))?;
            decrypt(encrypted, &sealed, &document.account, password)
                .ok_or_else(|| KeyError::WrongPassword { path: path.to_owned() })?
        }
    };
    match sr25519::Pair::from_seed_slice(&secret) {
        Ok(pair) if pair.public().0 == document.account.0 => Ok(pair),
        _ => Err(damaged("its secret is not that of its account")),
    }
}

/// Writes a new keystore.
pub(super) fn write(
    path: &Path,
    account: &AccountId,
    secret: &[u8],
    password: Option<&Password>,
) -> Result<(), KeyError> {
    let secret = match password {
        Some(password) => Secret::Encrypted(seal(secret, account, password)?),
        None => Secret::Plain(Zeroizing::new(prefixed(secret))),
    };
    let document = Document { version: VERSION, account: *account, secret };
    let text = serde_json::to_string_pretty(&document).map(Zeroizing::new);
    let text = text.map_err(|error| KeyError::Encryption(error.to_string()))?;
    create_private(path, text.as_bytes()).map_err(|error| KeyError::file("write", path, error))
}

/// What of the encryption is not supported, in words.
fn check(encrypted: &Encrypted) -> Result<(), String> {
    let Encrypted { kdf, cipher, memory_kib, passes, .. } = encrypted;
    if kdf != KDF || cipher != CIPHER {
        return Err(format!(
            "it is encrypted with {cipher} under a key from {kdf}, and this program knows {CIPHER} \
             and {KDF}"
        ));
    }
    if *memory_kib > MAX_MEMORY_KIB || *passes > MAX_PASSES {
        return Err(format!(
            "its password is hashed with {memory_kib} KiB in {passes} passes, and this program \
             takes at most {MAX_MEMORY_KIB} KiB and {MAX_PASSES} passes"
        ));
    }
    Ok(())
}

/// The parts of an encrypted secret.
struct Sealed {
    salt: Vec<u8>,
    nonce: [u8; 24],
    text: Vec<u8>,
}

impl Sealed {
    fn of(encrypted: &Encrypted) -> Option<Self> {
        let bytes = |text: &str| hex::decode(text.trim_start_matches("0x")).ok();
        let salt = bytes(&encrypted.salt).filter(|salt| salt.len() >= MIN_SALT_LEN)?;
        let nonce = bytes(&encrypted.nonce)?.try_into().ok()?;
        Some(Self { salt, nonce, text: bytes(&encrypted.text)? })
    }
}

fn decrypt(
    encrypted: &Encrypted,
    sealed: &Sealed,
    account: &AccountId,
    password: &Password,
) -> Option<Zeroizing<Vec<u8>>> {
    let Encrypted { memory_kib, passes, .. } = encrypted;
    let cipher = cipher(password, &sealed.salt, *memory_kib, *passes).ok()?;
    let payload = Payload { msg: &sealed.text, aad: &account.0 };
    let secret = cipher.decrypt(XNonce::from_slice(&sealed.nonce), payload).ok()?;
    Some(Zeroizing::new(secret))
}

fn decoded(digits: &str) -> Option<Zeroizing<Vec<u8>>> {
    hex::decode(digits.trim_start_matches("0x")).ok().map(Zeroizing::new)
}

fn seal(secret: &[u8], account: &AccountId, password: &Password) -> Result<Encrypted, KeyError> {
    let salt: [u8; 16] = rand::random();
    let nonce: [u8; 24] = rand::random();
    let cipher = cipher(password, &salt, MEMORY_KIB, PASSES).map_err(KeyError::Encryption)?;
    let payload = Payload { msg: secret, aad: &account.0 };
    let text = cipher
        .encrypt(XNonce::from_slice(&nonce), payload)
        .map_err(|error| KeyError::Encryption(error.to_string()))?;
    Ok(Encrypted {
        kdf: KDF.to_owned(),
        memory_kib: MEMORY_KIB,
        passes: PASSES,
        salt: prefixed(&salt),
        cipher: CIPHER.to_owned(),
        nonce: prefixed(&nonce),
        text: prefixed(&text),
    })
}

fn cipher(
    password: &Password,
    salt: &[u8],
    memory_kib: u32,
    passes: u32,
) -> Result<XChaCha20Poly1305, String> {
    let mut key = Zeroizing::new([0; 32]);
    let params = Params::new(memory_kib, passes, 1, Some(key.len()));
    let params = params.map_err(|error| error.to_string())?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, &mut *key)
        .map_err(|error| error.to_string())?;
    Ok(XChaCha20Poly1305::new(Key::from_slice(&*key)))
}

/// Creates a file that only its owner can read, and has it on the disk before it returns.
fn create_private(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    if written.is_err() {
        // Half a keystore would only stand in the way of the next attempt.
        fs::remove_file(path)?;
        return written;
    }
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

fn prefixed(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}
