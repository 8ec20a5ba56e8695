//! `nocknock transfer`.

use crate::{
    amount::Amount,
    commands::{parse_account, send::Sending},
    failure::{usage, Failure},
    node::Node,
    views::shown,
};
use clap::Args;
use nocknock_client::{calls, AccountBalance, AccountId, Balance, Call};
use serde_json::json;

/// Send tokens to another account.
#[derive(Debug, Args)]
pub(crate) struct Transfer {
    /// The account that receives them.
    #[arg(value_parser = parse_account)]
    to: AccountId,

    /// How many, in NNK.
    amount: Amount,

    #[command(flatten)]
    sending: Sending,
}

impl Transfer {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let call = self.call()?;
        self.ensure_enough(node, &call).await?;
        let Some(included) = self.sending.send(node, &call).await? else {
            return Ok(());
        };
        let value = json!({
            "to": shown(self.to),
            "amount": self.amount,
            "fee": Amount(included.fee),
            "block": included.block.map(|block| block.number),
        });
        node.output.show(&value, || {
            let fee = Amount(included.fee);
            format!("Sent {} NNK to {}; the fee was {fee} NNK.", self.amount, self.to)
        })
    }

    fn call(&self) -> Result<Call, Failure> {
        match self.amount.0 {
            0 => Err(usage("there is nothing to send: give more than 0 NNK")),
            amount => Ok(calls::Balances::transfer(&self.to, amount).into()),
        }
    }

    /// The chain would refuse a transfer of more than the account can spare with an error of
    /// arithmetic, and for a fee.
    async fn ensure_enough(&self, node: &Node, call: &Call) -> Result<(), Failure> {
        let account = node.keys()?.account();
        let best = node.best().await?;
        let balance = best.balance(&account).await?;
        let rest: Balance = best.constant("Balances", "ExistentialDeposit")?;
        let fee = node.client.estimate(&account, call).await?.fee;
        let most = spendable(&balance, rest).saturating_sub(fee);
        if self.amount.0 <= most {
            return Ok(());
        }
        Err(Failure::Refused(format!(
            "{account} has {} NNK free and can send at most {} NNK: the fee is {} NNK, and at least {} NNK must \
             stay for the account to exist",
            Amount(balance.free),
            Amount(most),
            Amount(fee),
            Amount(rest)
        )))
    }
}

/// What an account can give away and still have the least that it must.
pub(crate) fn spendable(balance: &AccountBalance, least: Balance) -> Balance {
    let frozen = balance.frozen.saturating_sub(balance.held);
    balance.free.saturating_sub(frozen.max(least))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_not_sent() {
        let transfer = |amount| Transfer {
            to: AccountId::from([1; 32]),
            amount: Amount(amount),
            sending: Sending::default(),
        };
        assert_eq!(transfer(0).call().unwrap_err().code(), 2);
        assert!(transfer(1).call().is_ok());
    }

    #[test]
    fn what_is_frozen_and_what_must_stay_cannot_be_sent() {
        let balance = AccountBalance { free: 100, held: 20, frozen: 50, nonce: 0 };
        assert_eq!(spendable(&balance, 10), 70);
        assert_eq!(spendable(&balance, 40), 60);
        assert_eq!(spendable(&AccountBalance::default(), 10), 0);
    }
}
