//! Accounts that polkadot.js, its extension or another wallet has exported.
//!
//! `subxt-signer` opens them. It says little about what it refuses, and takes the length of the
//! encrypted part on trust, so the file is looked at before.

use super::{KeyError, Password};
use serde::Deserialize;
use std::path::Path;
use subxt_signer::{
    polkadot_js_compat::{decrypt_json, Error},
    sr25519::Keypair,
};

/// The version of the form that is read. Wallets have written no other since 2020.
const VERSION: &str = "3";
/// Characters of the encrypted part in base64: 68 bytes of parameters, 16 of the seal, and 117 of
/// the secret and public key.
const ENCODED_LENGTH: usize = 268;

/// As much of an exported account as decides whether it can be opened.
#[derive(Deserialize)]
struct Export {
    encoded: String,
    encoding: Encoding,
}

#[derive(Deserialize)]
struct Encoding {
    content: OneOrMore,
    r#type: OneOrMore,
    version: String,
}

/// Old exports name one, newer ones a list.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn names(&self, wanted: &str) -> bool {
        match self {
            Self::One(name) => name == wanted,
            Self::More(names) => names.iter().any(|name| name == wanted),
        }
    }

    /// The last one, which is the type of a key.
    fn last(&self) -> &str {
        match self {
            Self::One(name) => name,
            Self::More(names) => names.last().map_or("unknown", String::as_str),
        }
    }
}

/// Whether JSON has the form of an exported account, or of a backup of several.
pub(super) fn is_export(json: &serde_json::Value) -> bool {
    json.get("encoded").is_some() && json.get("encoding").is_some()
}

/// Opens an exported account.
pub(super) fn open(
    path: &Path,
    json: &str,
    password: Option<&Password>,
) -> Result<Keypair, KeyError> {
    let unsupported = |what: String| KeyError::Unsupported { path: path.to_owned(), what };
    let damaged = |reason: &str| KeyError::Damaged { path: path.to_owned(), reason: reason.into() };
    // The reason of serde could quote the file.
    let export: Export = serde_json::from_str(json)
        .map_err(|_| damaged("an entry of the exported account is missing or has another form"))?;
    check(&export.encoding).map_err(unsupported)?;
    if export.encoded.trim().len() != ENCODED_LENGTH {
        return Err(damaged("its encrypted part was cut off or has become longer"));
    }
    let password = password.ok_or_else(|| KeyError::NoPassword { path: path.to_owned() })?;
    decrypt_json(json, password.as_str()).map_err(|error| match error {
        Error::Secretbox(_) => KeyError::WrongPassword { path: path.to_owned() },
        Error::UnsupportedEncoding => unsupported("its form is not known".to_owned()),
        Error::UnsupportedScryptParameters { n, p, r } => unsupported(format!(
            "its password is hashed with parameters that no wallet uses (N {n}, p {p}, r {r})"
        )),
        Error::Base64(_) => damaged("its encrypted part is not base64"),
        Error::Json(_) => damaged("its address is not that of an account"),
        Error::Sr25519(_) | Error::InvalidKeys => damaged("its secret is not that of its address"),
    })
}

/// What of the form is not supported, in words.
fn check(encoding: &Encoding) -> Result<(), String> {
    if encoding.content.names("batch-pkcs8") {
        return Err("it is a backup of several accounts: export the one account alone".to_owned());
    }
    if encoding.version != VERSION {
        return Err(format!(
            "it has version {} of the form: import it in a present wallet and export it again",
            encoding.version
        ));
    }
    if !encoding.content.names("sr25519") {
        return Err(format!(
            "it holds a key of type {}: accounts of this chain are of type sr25519",
            encoding.content.last()
        ));
    }
    if encoding.r#type.names("none") {
        return Err("it was exported without a password: export it with one".to_owned());
    }
    if !encoding.r#type.names("scrypt") || !encoding.r#type.names("xsalsa20-poly1305") {
        return Err(format!(
            "it is encrypted in a way that is not known ({})",
            encoding.r#type.last()
        ));
    }
    Ok(())
}
