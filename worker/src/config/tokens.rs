//! Amounts as people write them.

use nocknock_client::{Balance, NNK};
use serde::{
    de::{Error, Visitor},
    Deserialize, Deserializer, Serialize, Serializer,
};
use std::{fmt, str::FromStr};

/// Decimals of an NNK.
const DECIMALS: usize = 12;

/// An amount in NNK, written as a decimal number such as `10` or `0.25`, without rounding.
///
/// In a file it is a text, or an integer for whole NNK.
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
        let amount = whole.checked_mul(NNK).and_then(|units| units.checked_add(rest));
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
        deserializer.deserialize_any(AmountVisitor)
    }
}

/// Takes texts and integers. A number with decimals is refused: it was rounded when it was read.
struct AmountVisitor;

impl Visitor<'_> for AmountVisitor {
    type Value = Tokens;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount of NNK such as 10, in quotes if it has decimals, such as \"0.25\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Tokens, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, whole: i64) -> Result<Tokens, E> {
        self.visit_str(&whole.to_string())
    }

    fn visit_u64<E: Error>(self, whole: u64) -> Result<Tokens, E> {
        self.visit_str(&whole.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn amounts_are_read_as_they_are_written() {
        for (text, units) in
            [("0", 0), ("10", 10 * NNK), ("0.25", NNK / 4), ("1.000000000001", NNK + 1)]
        {
            assert_eq!(text.parse(), Ok(Tokens(units)));
            assert_eq!(Tokens(units).to_string(), text);
        }
    }

    fn from_file(amount: &str) -> Result<Tokens, String> {
        let read = toml::from_str::<HashMap<String, Tokens>>(&format!("amount = {amount}"));
        let mut amounts = read.map_err(|error| error.to_string())?;
        Ok(amounts.remove("amount").unwrap())
    }

    #[test]
    fn a_file_holds_texts_or_whole_amounts() {
        assert_eq!(from_file("\"0.25\""), Ok(Tokens(NNK / 4)));
        assert_eq!(from_file("5"), Ok(Tokens::whole(5)));
        assert_eq!(from_file("0"), Ok(Tokens::ZERO));
        assert!(from_file("-5").unwrap_err().contains("an amount of NNK"));
        assert!(from_file("0.25").unwrap_err().contains("in quotes"));
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        let huge = u128::MAX.to_string();
        for text in ["", ".", "1.", ".5", "-1", "1e3", "0.0000000000001", &huge] {
            assert_eq!(text.parse::<Tokens>(), Err(ParseTokensError), "{text}");
        }
    }
}
