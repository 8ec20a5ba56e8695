//! `nocknock status`.

use crate::{
    amount::Amount,
    commands::{account_or_own, parse_account},
    failure::Failure,
    node::Node,
    output::pairs,
    views::shown,
};
use clap::Args;
use nocknock_client::{AccountBalance, AccountId, ChainInfo, EmissionState, Snapshot};
use serde_json::{json, Value};

/// Show the state of the chain and of an account.
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// The account [default: the one that signs, if keys are named].
    #[arg(long, value_parser = parse_account, value_name = "ACCOUNT")]
    account: Option<AccountId>,
}

/// How an account stands.
#[derive(Debug)]
struct Standing {
    account: AccountId,
    balance: AccountBalance,
    registered: bool,
    points: u128,
}

impl Status {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let chain = node.client.chain().await?;
        let best = node.best().await?;
        let emission = best.emission().await?;
        let issuance = best.total_issuance().await?;
        let validators = best.validators().await?.len();
        let standing = match account_or_own(self.account, node) {
            Some(account) => Some(standing(&best, account, &emission).await?),
            None => None,
        };
        let value = json!({
            "chain": chain_json(&chain, validators),
            "emission": emission_json(&emission, issuance),
            "account": standing.as_ref().map(Standing::json),
        });
        node.output.show(&value, || {
            let mut lines = chain_lines(&chain, validators);
            lines.extend(emission_lines(&emission, issuance));
            lines.extend(standing.iter().flat_map(Standing::lines));
            pairs(lines)
        })
    }
}

async fn standing(
    best: &Snapshot,
    account: AccountId,
    emission: &EmissionState,
) -> Result<Standing, Failure> {
    let registration = best.worker(&account).await?;
    Ok(Standing {
        account,
        balance: best.balance(&account).await?,
        registered: registration.is_some_and(|found| found.is_active(emission.session)),
        points: best.work_points(&account).await?,
    })
}

impl Standing {
    fn json(&self) -> Value {
        json!({
            "account": shown(self.account),
            "free": Amount(self.balance.free),
            "held": Amount(self.balance.held),
            "transactions": self.balance.nonce,
            "registered": self.registered,
            "work_points": Amount(self.points),
        })
    }

    fn lines(&self) -> Vec<(&'static str, String)> {
        let registered = if self.registered { "yes" } else { "no" };
        vec![
            ("account", self.account.to_string()),
            ("  free", format!("{} NNK", Amount(self.balance.free))),
            ("  held", format!("{} NNK", Amount(self.balance.held))),
            ("  registered worker", registered.to_owned()),
            ("  work points", Amount(self.points).to_string()),
        ]
    }
}

fn chain_json(chain: &ChainInfo, validators: usize) -> Value {
    json!({
        "name": chain.name,
        "genesis": format!("{:?}", chain.genesis),
        "runtime": format!("{} {}", chain.spec_name, chain.spec_version),
        "best": chain.best.number,
        "finalised": chain.finalised.number,
        "slot_millis": chain.slot_millis,
        "epoch": chain.epoch,
        "epoch_slots": chain.epoch_slots,
        "peers": chain.peers,
        "syncing": chain.syncing,
        "validators": validators,
    })
}

fn chain_lines(chain: &ChainInfo, validators: usize) -> Vec<(&'static str, String)> {
    let finalised = chain.finalised.number;
    let behind = chain.best.number.saturating_sub(finalised);
    let syncing = if chain.syncing { ", catching up" } else { "" };
    vec![
        ("chain", chain.name.clone()),
        ("  genesis", format!("{:?}", chain.genesis)),
        ("  runtime", format!("{} {}", chain.spec_name, chain.spec_version)),
        ("  best block", chain.best.number.to_string()),
        ("  finalised", format!("{finalised} ({behind} behind)")),
        ("  slot", format!("{} ms", chain.slot_millis)),
        ("  epoch", format!("{}, {} slots each", chain.epoch, chain.epoch_slots)),
        ("  validators", validators.to_string()),
        ("  peers", format!("{}{syncing}", chain.peers)),
    ]
}

pub(crate) fn emission_json(emission: &EmissionState, issuance: u128) -> Value {
    json!({
        "session": emission.session,
        "issuance": Amount(issuance),
        "minted": Amount(emission.minted),
        "burnt": Amount(emission.burnt),
        "free_pot": Amount(emission.free_pot),
        "reserved": Amount(emission.reserved),
        "released": Amount(emission.released),
        "next_release": Amount(emission.next_release),
        "max_supply": Amount(emission.max_supply),
    })
}

pub(crate) fn emission_lines(
    emission: &EmissionState,
    issuance: u128,
) -> Vec<(&'static str, String)> {
    let nnk = |amount| format!("{} NNK", Amount(amount));
    vec![
        ("session", emission.session.to_string()),
        ("issuance", nnk(issuance)),
        ("  minted", nnk(emission.minted)),
        ("  burnt", nnk(emission.burnt)),
        ("  at most", nnk(emission.max_supply)),
        ("pot", nnk(emission.free_pot)),
        ("  set aside", nnk(emission.reserved)),
        ("  next session adds", nnk(emission.next_release)),
    ]
}
