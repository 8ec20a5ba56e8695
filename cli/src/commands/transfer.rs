//! `nocknock transfer`.

use crate::{
    amount::Amount,
    commands::{parse_account, send::Sending},
    failure::Failure,
    node::Node,
    views::shown,
};
use clap::Args;
use nocknock_client::{calls, AccountId};
use serde_json::json;

/// Send tokens to another account.
#[derive(Debug, Args)]
pub(crate) struct Transfer {
    /// Who receives them.
    #[arg(value_parser = parse_account)]
    to: AccountId,

    /// How many, in NNK.
    amount: Amount,

    #[command(flatten)]
    sending: Sending,
}

impl Transfer {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let call = calls::balances::transfer(&self.to, self.amount.0);
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
            format!(
                "Sent {} NNK to {}; the fee was {fee} NNK.",
                self.amount, self.to
            )
        })
    }
}
