//! `nocknock transfer`.

use crate::{amount::Amount, commands::parse_account, failure::Failure, node::Node, views::shown};
use clap::Args;
use nocknock_client::{calls, AccountId, Wait};
use serde_json::json;

/// Send tokens to another account.
#[derive(Debug, Args)]
pub(crate) struct Transfer {
    /// Who receives them.
    #[arg(value_parser = parse_account)]
    to: AccountId,

    /// How many, in NNK.
    amount: Amount,

    /// Only say what it costs and whether the chain would take it.
    #[arg(long)]
    dry_run: bool,
}

impl Transfer {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let call = calls::balances::transfer(&self.to, self.amount.0);
        if self.dry_run {
            let cost = node.rehearse(&call).await?;
            return node.output.show(&cost, || format!("{cost:#}"));
        }
        let included = node.send(&call, Wait::Finalised).await?;
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
