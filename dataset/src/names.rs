//! Names of columns and classes. They are published, and printed by people who did not choose them,
//! so they must be short and must not deceive a reader or steer a terminal.

use crate::value::trim;
use nocknock_primitives::text::{is_deceptive, printable};
use sha3::{Digest, Sha3_256};
use std::borrow::Cow;

/// Longest name in bytes.
pub const MAX_NAME_BYTES: usize = 64;

/// Bytes that are kept of a name that cannot be published.
const KEPT_BYTES: usize = 48;

/// What such a name is hashed with.
const TAG: &[u8] = b"nn/name/v1";

/// Longest piece of a text that a message shows, in characters.
const SHOWN: usize = 32;

/// A name that cannot be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a name of a column or class must have 1 to {MAX_NAME_BYTES} bytes, in one line without \
     control characters, invisible characters or marks that change the direction of text"
)]
pub struct NameError;

/// Checks one name.
pub fn check(name: &str) -> Result<(), NameError> {
    let fits = !name.is_empty() && name.len() <= MAX_NAME_BYTES;
    if fits && !name.chars().any(is_deceptive) {
        Ok(())
    } else {
        Err(NameError)
    }
}

/// The name by which a column of this name is known: itself without blanks at its ends, or what
/// stands for it if it cannot be published.
///
/// That is made of the name alone, so a column has it wherever it stands: its first characters that
/// can be published, 48 bytes at most, and behind `_` the first 4 bytes of SHA3-256 over
/// `nn/name/v1` and the name.
pub fn published(name: &str) -> Cow<'_, str> {
    let name = trim(name);
    if name.is_empty() || check(name).is_ok() {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(shortened(name))
    }
}

fn shortened(name: &str) -> String {
    let mut bytes = 0usize;
    let plain = name.chars().filter(|c| !is_deceptive(*c));
    let kept: String = plain
        .take_while(|c| {
            bytes = bytes.saturating_add(c.len_utf8());
            bytes <= KEPT_BYTES
        })
        .collect();
    let hash = Sha3_256::new_with_prefix(TAG).chain_update(name).finalize();
    format!("{kept}_{}", hex::encode(hash.get(..4).unwrap_or_default()))
}

/// A text of a file as a message shows it: shortened, in one line, and without what steers a
/// terminal.
pub fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", printable(text.get(..end).unwrap_or_default())),
        None => printable(text).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_of_any_language_pass() {
        for name in ["p0", "mean radius", "größe", "数字", "می\u{200c}خواهم", &"x".repeat(64)]
        {
            assert_eq!(check(name), Ok(()), "{name}");
        }
    }

    /// The hashes come from a separate program.
    #[test]
    fn names_that_cannot_be_published_are_known_by_their_beginning_and_a_hash() {
        let long = "How satisfied are you with the service that you received in our branch?";
        let short = "How satisfied are you with the service that you _eca9115a";
        let (fits, padded) = ("x".repeat(64), format!(" {long}\n"));
        let (accents, cut) = ("é".repeat(40), format!("{}_888ced25", "é".repeat(24)));
        for (name, expected) in [
            (" age\t", "age"),
            ("", ""),
            (fits.as_str(), fits.as_str()),
            (long, short),
            (padded.as_str(), short),
            (accents.as_str(), cut.as_str()),
            ("b\u{1b}[31m", "b[31m_0c7e982d"),
            ("\u{202e}", "_564fe911"),
        ] {
            assert_eq!(published(name), expected, "{name:?}");
            assert_eq!(published(expected), expected);
        }
    }

    #[test]
    fn shown_texts_are_short_and_steer_nothing() {
        assert_eq!(shown("größe"), "größe");
        assert_eq!(shown("a\u{1b}[31m\nb"), "a\u{fffd}[31m b");
        assert_eq!(shown(&"é".repeat(32)), "é".repeat(32));
        assert_eq!(shown(&"é".repeat(33)), format!("{}…", "é".repeat(32)));
    }

    #[test]
    fn names_that_are_empty_long_or_steer_a_terminal_are_refused() {
        let long = "x".repeat(65);
        let steering = [
            "a\nb",
            "a\tb",
            "\u{1b}[31m",
            "a\u{202e}b",
            "a\u{061c}b",
            "a\u{200b}b",
            "a\u{2066}b",
            "\u{feff}a",
            "a\u{e0041}b",
        ];
        for name in ["", &long].into_iter().chain(steering) {
            assert_eq!(check(name), Err(NameError), "{name:?}");
        }
    }
}
