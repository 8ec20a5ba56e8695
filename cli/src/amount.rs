//! Amounts of tokens as people write them: decimal numbers of NNK.

use nocknock_client::{Balance, NNK};
use serde::{Serialize, Serializer};
use std::{fmt, str::FromStr};

/// Digits behind the point.
const DIGITS: usize = 12;

/// An amount. It is read and printed as an exact decimal number of NNK.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Amount(pub(crate) Balance);

/// Why a text is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AmountError {
    /// Other characters than digits and one point.
    #[error("expected a number of NNK such as 5 or 0.25")]
    Syntax,
    /// Smaller than the smallest unit.
    #[error("an amount has at most {DIGITS} digits behind the point")]
    TooFine,
    /// More than can exist.
    #[error("the amount is too large")]
    TooLarge,
}

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        if whole.is_empty() || (text.contains('.') && fraction.is_empty()) {
            return Err(AmountError::Syntax);
        }
        if fraction.len() > DIGITS {
            return Err(AmountError::TooFine);
        }
        let whole = digits(whole)?.checked_mul(NNK);
        let fraction = digits(&format!("{fraction:0<DIGITS$}"))?;
        whole.and_then(|whole| whole.checked_add(fraction)).map(Self).ok_or(AmountError::TooLarge)
    }
}

fn digits(text: &str) -> Result<u128, AmountError> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(AmountError::Syntax);
    }
    text.parse().map_err(|_| AmountError::TooLarge)
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:012}", self.0 / NNK, self.0 % NNK);
        let text = text.trim_end_matches('0').trim_end_matches('.');
        f.pad(text)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_in_both_directions() {
        for (text, units) in [
            ("0", 0),
            ("1", NNK),
            ("0.25", NNK / 4),
            ("0.000000000001", 1),
            ("21000000", 21_000_000 * NNK),
        ] {
            assert_eq!(text.parse(), Ok(Amount(units)));
            assert_eq!(Amount(units).to_string(), text);
        }
        assert_eq!(Amount(10 * NNK).to_string(), "10");
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", "x", "1.2.3"] {
            assert_eq!(text.parse::<Amount>(), Err(AmountError::Syntax), "{text}");
        }
        let fine = "0.0000000000001".parse::<Amount>();
        assert_eq!(fine, Err(AmountError::TooFine));
        let large = u128::MAX.to_string().parse::<Amount>();
        assert_eq!(large, Err(AmountError::TooLarge));
    }
}
