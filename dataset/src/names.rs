//! Names of columns and classes. They are published, and printed by people who did not choose them,
//! so they must be short and must not deceive a reader or steer a terminal.

use nocknock_primitives::text::{is_deceptive, printable};

/// Longest name in bytes.
pub const MAX_NAME_BYTES: usize = 64;

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
