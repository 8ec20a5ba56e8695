//! Names of columns and classes. They are published, and printed by people who did not choose them,
//! so they must be short and must not deceive a reader or steer a terminal.

use nocknock_primitives::text::is_deceptive;

/// Longest name in bytes.
pub const MAX_NAME_BYTES: usize = 64;

/// A name that cannot be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a name of a column or class must have 1 to {MAX_NAME_BYTES} bytes, in one line without control \
     characters, invisible characters or marks that change the direction of text"
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
