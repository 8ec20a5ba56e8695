//! How commands change the chain: a call is rehearsed, or sent and reported.

use crate::{
    amount::Amount,
    failure::Failure,
    node::Node,
    output::pairs,
    views::{self, with},
};
use clap::Args;
use nocknock_client::{Call, DomainEvent, Included, Wait};
use nocknock_primitives::text::printable;
use serde_json::Value;

// No documentation comment: it would take the place of what each command says about itself.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct Sending {
    /// Only say what it costs and whether the chain would accept it.
    #[arg(long)]
    dry_run: bool,
}

impl Sending {
    /// Whether nothing is to be sent.
    pub(crate) const fn is_rehearsal(self) -> bool {
        self.dry_run
    }

    /// Sends a call and waits until it is in a finalised block. With `--dry-run` says what the call
    /// would cost instead, and there is nothing to report.
    pub(crate) async fn send(self, node: &Node, call: &Call) -> Result<Option<Included>, Failure> {
        if self.dry_run {
            let cost = node.rehearse(call).await?;
            node.output.show(&cost, || costs(&cost))?;
            return Ok(None);
        }
        node.send(call, Wait::Finalised).await.map(Some)
    }

    /// Sends a call and reports what it did. The subject is an object that names what the call is
    /// about.
    pub(crate) async fn carry_out(
        self,
        node: &Node,
        subject: Value,
        call: &Call,
    ) -> Result<(), Failure> {
        let Some(included) = self.send(node, call).await? else {
            return Ok(());
        };
        let value = with(report(subject, &included), "call", call.to_string());
        node.output.show(&value, || told(&included))
    }
}

/// What a rehearsed call costs, for people.
pub(crate) fn costs(cost: &Value) -> String {
    let text = |name: &str| cost[name].as_str().unwrap_or_default().to_owned();
    let amount = |name: &str| format!("{} NNK", text(name));
    let fee = match cost["free_within_quota"].as_bool() {
        Some(true) => format!("free within the quota, else {}", amount("fee")),
        _ => amount("fee"),
    };
    pairs([
        ("call", text("call")),
        ("fee", fee),
        ("deposit", amount("deposit")),
        ("available", amount("available")),
    ])
}

/// What a transaction did, for programs: where it is, its fee and its events, beside what it is
/// about.
pub(crate) fn report(subject: Value, included: &Included) -> Value {
    let block = included.block.map(|block| block.number);
    let events: Vec<Value> = events(included).map(views::event::summary).collect();
    let value = with(subject, "block", block);
    let value = with(value, "fee", Amount(included.fee));
    with(value, "events", events)
}

/// The same for people.
fn told(included: &Included) -> String {
    let block = included.block.map(|block| block.number);
    let first = format!(
        "Done in block {}, for a fee of {} NNK",
        block.unwrap_or_default(),
        Amount(included.fee)
    );
    let events: Vec<String> =
        events(included).map(|event| format!("\n  {}", in_one_line(event))).collect();
    let end = if events.is_empty() { "." } else { ":" };
    format!("{first}{end}{}", events.concat())
}

/// A text on the chain may hold line breaks, which would look like further events.
fn in_one_line(event: &DomainEvent) -> String {
    printable(&views::event::sentence(event)).into_owned()
}

/// What happened, without the movements of tokens by which it happened.
fn events(included: &Included) -> impl Iterator<Item = &DomainEvent> {
    included.events.iter().filter(|event| !matches!(event, DomainEvent::Balances(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_client::{AccountId, BalancesEvent, BlockRef, Hash, WtmEvent, NNK};
    use serde_json::json;

    fn claimed() -> Included {
        let who = AccountId::from([1; 32]);
        let amount = NNK;
        let claimed = WtmEvent::Claimed { fact: 7, who, returned: NNK / 2, lost: 0, won: NNK };
        let block = BlockRef { number: 9, hash: Hash::zero() };
        Included {
            transaction: Hash::zero(),
            block: Some(block),
            index: Some(1),
            finalised: true,
            fee: NNK / 1_000,
            events: vec![
                DomainEvent::Balances(BalancesEvent::Transfer { from: who, to: who, amount }),
                DomainEvent::Wtm(claimed),
            ],
        }
    }

    #[test]
    fn people_read_what_a_call_costs_in_a_table() {
        let cost = |free| {
            json!({
                "call": "Tasks.create_task",
                "fee": "0.0019",
                "free_within_quota": free,
                "deposit": "0",
                "available": "3",
            })
        };
        let told = costs(&cost(false));
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines.len(), 4, "{told}");
        assert!(lines[1].ends_with("  0.0019 NNK"), "{told}");
        let free = costs(&cost(true));
        assert!(free.contains("free within the quota"), "{free}");
    }

    #[test]
    fn programs_read_amounts_from_the_events_of_a_report() {
        let report = report(json!({ "fact": 7 }), &claimed());
        assert_eq!(report["fact"], 7);
        assert_eq!(report["block"], 9);
        assert_eq!(report["fee"], "0.001");
        assert_eq!(report["events"].as_array().map(Vec::len), Some(1));
        assert_eq!(report["events"][0]["event"], "Claimed");
        assert_eq!(report["events"][0]["fields"]["won"], "1");
    }

    #[test]
    fn nothing_is_announced_where_nothing_else_happened() {
        let silent = Included { events: Vec::new(), ..claimed() };
        assert_eq!(told(&silent), "Done in block 9, for a fee of 0.001 NNK.");
    }

    #[test]
    fn people_read_what_happened_below_block_and_fee() {
        let told = told(&claimed());
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines[0], "Done in block 9, for a fee of 0.001 NNK:");
        assert_eq!(lines.len(), 2, "{told}");
        assert!(lines[1].contains("0.5 NNK back"), "{told}");
    }
}
