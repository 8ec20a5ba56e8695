//! What a model is paid, after the validators' part.

use nocknock_client::Balance;
use nocknock_primitives::{
    level::{self, Bits, Lost},
    limits::ALL_SHARES,
    reward::{fraction, MintSplit},
};

/// Parts of the whole, where validators get a share in parts per million.
const MILLION: u64 = 1_000_000;

/// What of each payment of a sponsor goes to the validators.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ValidatorsPart {
    /// The share of a payment, in parts per million.
    pub per_million: u32,
    /// The least of a payment, for what stays on the chain of a model.
    pub least: Balance,
}

impl ValidatorsPart {
    /// What a worker gets of a share of a sponsor's reward, in basis points.
    pub fn net_share(&self, reward: Balance, share: u16) -> Balance {
        self.net(fraction(reward, share.into(), ALL_SHARES.into()))
    }

    fn net(&self, amount: Balance) -> Balance {
        let fee = fraction(amount, self.per_million.into(), MILLION).max(self.least);
        amount.saturating_sub(fee)
    }
}

/// What a task of the curriculum mints for its winner's model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mint {
    /// For each halving of the error, all parts together.
    pub unit: Balance,
    /// The halvings of the error that were paid for in the experiment, or are taken by other tasks.
    pub level: Bits,
}

impl Mint {
    /// What the owner of a model gets that loses so much, where the champion loses so much and the
    /// constant answer is the base.
    pub fn winners_part(&self, base: Lost, champion: Option<Lost>, model: Lost) -> Balance {
        let bits = level::bits(base, champion, model, self.level);
        MintSplit::of(level::mint_of(self.unit, bits)).winner
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_client::NNK;
    use nocknock_primitives::level::ONE_BIT;

    #[test]
    fn a_share_is_paid_after_the_validators_part_but_the_least_of_it() {
        let part = ValidatorsPart { per_million: 50_000, least: 2 * NNK };
        assert_eq!(part.net_share(1000 * NNK, 10_000), 950 * NNK);
        assert_eq!(part.net_share(1000 * NNK, 3_000), 285 * NNK);
        assert_eq!(part.net_share(10 * NNK, 10_000), 8 * NNK, "a twentieth would be less");
        assert_eq!(part.net_share(NNK, 10_000), 0);
        assert_eq!(ValidatorsPart::default().net_share(7, 5_000), 3);
    }

    /// A model without a mistake on 100 rows, of which the constant answer gets half wrong.
    #[test]
    fn a_model_is_paid_for_halvings_that_nobody_was_paid_for() {
        let rows = |lost: u32| Lost::rounded_down(100, 100 - lost, 1);
        let paid = |level| {
            let mint = Mint { unit: 100 * NNK, level };
            mint.winners_part(rows(50), None, rows(0))
        };
        let first = paid(0);
        assert!(first > 75 * NNK && first < 300 * NNK, "{first}");
        assert!(paid(ONE_BIT / 2) < first);
        assert_eq!(paid(ONE_BIT * 8), 0);
        let mint = Mint { unit: 100 * NNK, level: 0 };
        assert_eq!(mint.winners_part(rows(50), Some(rows(1)), rows(0)), 0, "that may be luck");
    }
}
