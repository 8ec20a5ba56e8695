//! Amounts as people write them.

use nocknock_client::{Balance, NNK};
use serde::{de::Error as _, Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// Decimals of an NNK.
const DECIMALS: usize = 12;

/// An amount in NNK, written as a decimal number such as `10` or `0.25`, without rounding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tokens(pub Balance);

/// A text that is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an amount of NNK such as 10 or 0.25, with at most 12 decimals")]
pub struct ParseTokensError;

impl Tokens {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many NNK.
    pub const fn whole(nnk: u32) -> Self {
        Self(nnk as Balance * NNK)
    }
}

impl fmt::Display for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / NNK, self.0 % NNK);
        if rest == 0 {
            return write!(f, "{whole}");
        }
        let decimals = format!("{rest:0width$}", width = DECIMALS);
        write!(f, "{whole}.{}", decimals.trim_end_matches('0'))
    }
}

impl FromStr for Tokens {
    type Err = ParseTokensError;

    fn from_str(text: &str) -> Result<Self, ParseTokensError> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || decimals.len() > DECIMALS {
            return Err(ParseTokensError);
        }
        let whole: Balance = whole.parse().map_err(|_| ParseTokensError)?;
        let rest: Balance = format!("{decimals:0<width$}", width = DECIMALS)
            .parse()
            .map_err(|_| ParseTokensError)?;
        let amount = whole
            .checked_mul(NNK)
            .and_then(|units| units.checked_add(rest));
        amount.map(Self).ok_or(ParseTokensError)
    }
}

impl Serialize for Tokens {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Tokens {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_they_are_written() {
        for (text, units) in [
            ("0", 0),
            ("10", 10 * NNK),
            ("0.25", NNK / 4),
            ("1.000000000001", NNK + 1),
        ] {
            assert_eq!(text.parse(), Ok(Tokens(units)));
            assert_eq!(Tokens(units).to_string(), text);
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        let huge = u128::MAX.to_string();
        for text in ["", ".", "1.", ".5", "-1", "1e3", "0.0000000000001", &huge] {
            assert_eq!(text.parse::<Tokens>(), Err(ParseTokensError), "{text}");
        }
    }
}
