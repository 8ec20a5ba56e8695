//! `nocknock faucet`.

use crate::{
    amount::Amount,
    commands::{parse_account, transfer::spendable},
    failure::{usage, Failure},
    node::{is_development, Node},
    views::shown,
};
use clap::Args;
use nocknock_client::{
    calls, AccountId, Balance, Call, Keys, Snapshot, Wait, DEVELOPMENT_ACCOUNTS, NNK,
};
use serde_json::json;

/// What is sent if nobody says how much.
const AMOUNT: Amount = Amount(100 * NNK);

/// Get tokens on a development chain.
///
/// One of the accounts from alice to ferdie, whose keys everybody has, sends them: the first that
/// can spare as many. This creates no tokens. On a chain of `nocknock start` nobody has any until
/// useful work has been proved; on one of `nocknock start --endowed`, which is for trying things
/// out, these accounts have some from the beginning.
#[derive(Debug, Args)]
pub(crate) struct Faucet {
    /// The account that gets them [default: the one that signs, if keys are named].
    #[arg(value_parser = parse_account)]
    account: Option<AccountId>,

    /// How many, in NNK.
    #[arg(long, default_value_t = AMOUNT)]
    amount: Amount,
}

/// A development account, and the most that it can send.
#[derive(Debug)]
struct Giver {
    name: &'static str,
    keys: Keys,
    most: Balance,
}

impl Faucet {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let best = node.best().await?;
        ensure_development(is_development(&best).await?)?;
        let to = self.account.or_else(|| node.account());
        let to = to.ok_or_else(|| node.locked().unwrap_or_else(no_account))?;
        let call = self.call(&to)?;
        let giver = choose(givers(node, &best, &call, &to).await?, self.amount)?;
        let included = node.client.submit(&giver.keys, &call, Wait::Finalised).await?;
        let value = json!({
            "from": giver.name,
            "to": shown(to),
            "amount": self.amount,
            "fee": Amount(included.fee),
            "block": included.block.map(|block| block.number),
        });
        let (name, amount) = (giver.name, self.amount);
        node.output.show(&value, || {
            format!("{name}, a development account, sent {amount} NNK to {to} and paid the fee.")
        })
    }

    fn call(&self, to: &AccountId) -> Result<Call, Failure> {
        match self.amount.0 {
            0 => Err(usage("there is nothing to send: give more than 0 NNK")),
            amount => Ok(calls::Balances::transfer(to, amount).into()),
        }
    }
}

fn ensure_development(is_development: bool) -> Result<(), Failure> {
    if is_development {
        return Ok(());
    }
    Err(usage(
        "this is not a development chain, and only there does a faucet give tokens: elsewhere they \
         are earned by proved work, or somebody who has some sends them",
    ))
}

fn no_account() -> Failure {
    usage(
        "who gets the tokens? Name an account, or keys: `nocknock keys generate` makes some, and \
         prints their account",
    )
}

/// All development accounts but the one that gets the tokens.
async fn givers(
    node: &Node,
    best: &Snapshot,
    call: &Call,
    to: &AccountId,
) -> Result<Vec<Giver>, Failure> {
    let fee = node.client.estimate(to, call).await?.fee;
    let least: Balance = best.constant("Balances", "ExistentialDeposit")?;
    let mut givers = Vec::new();
    for name in DEVELOPMENT_ACCOUNTS {
        let keys = Keys::development(name)?;
        if keys.account() != *to {
            let balance = best.balance(&keys.account()).await?;
            let most = spendable(&balance, least).saturating_sub(fee);
            givers.push(Giver { name, keys, most });
        }
    }
    Ok(givers)
}

/// The first that can send so much.
fn choose(givers: Vec<Giver>, amount: Amount) -> Result<Giver, Failure> {
    let most = givers.iter().map(|giver| giver.most).max().unwrap_or_default();
    let found = givers.into_iter().find(|giver| giver.most >= amount.0);
    found.ok_or_else(|| Failure::Refused(refusal(amount, Amount(most))))
}

fn refusal(amount: Amount, most: Amount) -> String {
    if most > Amount::default() {
        return format!(
            "no development account can spare {amount} NNK; {most} NNK is the most that one of them \
             can send (--amount)"
        );
    }
    "no development account has tokens to spare: on this chain none exist until useful work has been \
     proved, and the faucet creates none. `nocknock start --endowed` starts a chain on which these \
     accounts have tokens from the beginning; docs/tutorial.md shows how the first ones are earned"
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn giver(name: &'static str, most: Balance) -> Giver {
        Giver { name, keys: Keys::development(name).unwrap(), most }
    }

    #[test]
    fn the_first_development_account_that_can_spare_as_much_sends_it() {
        let givers = || vec![giver("alice", 4), giver("bob", 5), giver("charlie", 9)];
        let chosen = |amount| choose(givers(), Amount(amount)).map(|giver| giver.name);
        assert_eq!(chosen(4).unwrap(), "alice");
        assert_eq!(chosen(5).unwrap(), "bob");
        assert_eq!(chosen(9).unwrap(), "charlie");
        let refused = chosen(10).unwrap_err();
        assert_eq!(refused.code(), 4);
        assert!(refused.to_string().contains(&Amount(9).to_string()), "{refused}");
        assert!(refused.to_string().contains("--amount"), "{refused}");
    }

    #[test]
    fn where_nobody_has_tokens_it_is_said_how_to_come_by_some() {
        for givers in [vec![giver("alice", 0), giver("bob", 0)], Vec::new()] {
            let refused = choose(givers, AMOUNT).unwrap_err().to_string();
            for words in ["creates none", "start --endowed", "docs/tutorial.md"] {
                assert!(refused.contains(words), "{refused} does not say {words}");
            }
        }
    }

    #[test]
    fn a_chain_with_value_has_no_faucet() {
        assert!(ensure_development(true).is_ok());
        let refused = ensure_development(false).unwrap_err();
        assert_eq!(refused.code(), 2);
        assert!(refused.to_string().contains("not a development chain"), "{refused}");
    }

    #[test]
    fn nothing_is_not_sent() {
        let faucet = |amount| Faucet { account: None, amount: Amount(amount) };
        let to = AccountId::from([1; 32]);
        assert_eq!(faucet(0).call(&to).unwrap_err().code(), 2);
        assert!(faucet(1).call(&to).is_ok());
    }
}
