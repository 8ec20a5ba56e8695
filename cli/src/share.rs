//! Shares of the test rows as people write them.

use nocknock_primitives::score::Score;
use std::str::FromStr;

/// A share of the test rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share(pub(crate) Score);

/// A text that is no share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a share from 0 to 1, such as 90%, 0.9 or 9/10")]
pub(crate) struct ShareError;

impl FromStr for Share {
    type Err = ShareError;

    fn from_str(text: &str) -> Result<Self, ShareError> {
        let score = match (text.split_once('/'), text.strip_suffix('%')) {
            (Some((part, whole)), _) => Some(Score::new(
                part.parse().map_err(|_| ShareError)?,
                whole.parse().map_err(|_| ShareError)?,
            )),
            (None, Some(percent)) => decimal(percent, 100),
            (None, None) => decimal(text, 1),
        };
        score.filter(Score::is_valid).map(Self).ok_or(ShareError)
    }
}

/// A decimal number divided by `unit`, exactly.
fn decimal(text: &str, unit: u32) -> Option<Score> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{fraction}");
    if whole.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let scale = 10u32.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    Some(Score::new(digits.parse().ok()?, unit.checked_mul(scale)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_rows_are_exact() {
        let parsed = |text: &str| text.parse::<Share>().map(|share| share.0);
        assert_eq!(parsed("90%"), Ok(Score::new(90, 100)));
        assert_eq!(parsed("97.5%"), Ok(Score::new(975, 1000)));
        assert_eq!(parsed("0.9"), Ok(Score::new(9, 10)));
        assert_eq!(parsed("9/10"), Ok(Score::new(9, 10)));
        for text in ["", "%", "1.1", "101%", "-1", "3/2", "1/0", "a"] {
            assert_eq!(parsed(text), Err(ShareError), "{text}");
        }
    }
}
