//! Writing facts.

use super::query::bounded;
use crate::{
    commands::{
        parse_account,
        send::{report, Sending},
    },
    failure::{usage, Failure},
    node::Node,
};
use clap::{Args, ValueEnum};
use nocknock_client::{calls::Wtm, AccountId, Call};
use nocknock_primitives::{
    fact::{Source, Statement},
    ids::{BlobId, FactId},
};
use serde_json::json;

// No documentation comment: it would take the place of what each command says about itself.
#[derive(Debug, Args)]
pub(crate) struct About {
    /// The fact.
    pub(super) fact: FactId,

    #[command(flatten)]
    sending: Sending,
}

/// Propose a fact with a bond.
///
/// Domain, subject and predicate are keys: a-z, 0-9 and -_/.: with a letter or digit at both ends.
#[derive(Debug, Args)]
pub(crate) struct Propose {
    /// Field of knowledge. `nocknock` is the chain's own.
    #[arg(long)]
    domain: String,

    /// What it is about.
    #[arg(long)]
    subject: String,

    /// Which property.
    #[arg(long)]
    predicate: String,

    /// The value of the property: any text.
    #[arg(long)]
    object: String,

    #[command(flatten)]
    source: SourceArgs,

    #[command(flatten)]
    sending: Sending,
}

/// Propose another object for an accepted fact.
#[derive(Debug, Args)]
pub(crate) struct Supersede {
    /// The fact that is to be replaced.
    fact: FactId,

    /// The new value.
    #[arg(long)]
    object: String,

    #[command(flatten)]
    source: SourceArgs,

    #[command(flatten)]
    sending: Sending,
}

// Where a fact comes from.
#[derive(Debug, Args)]
struct SourceArgs {
    /// Address of a source outside the chain, such as https://… or doi:…
    #[arg(long, requires = "blob")]
    uri: Option<String>,

    /// Blob id of a stored copy of the source.
    #[arg(long, requires = "uri", value_name = "BLOB")]
    blob: Option<BlobId>,
}

/// Vote on a disputed fact with your work points.
#[derive(Debug, Args)]
pub(crate) struct Vote {
    /// The fact.
    fact: FactId,

    /// Whether you believe it.
    #[arg(value_enum)]
    side: Side,

    #[command(flatten)]
    sending: Sending,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Side {
    /// It is true.
    For,
    /// It is false.
    Against,
}

/// Collect what a decided fact owes an account: its bond or deposit, and what it won.
///
/// A bond for an accepted fact that nobody disputes is returned to its owner alone. The longer it
/// stays on hold, the more the fact is believed.
#[derive(Debug, Args)]
pub(crate) struct Claim {
    /// The fact.
    fact: FactId,

    /// Whose bond or vote [default: yours].
    #[arg(long, value_parser = parse_account, value_name = "ACCOUNT")]
    account: Option<AccountId>,

    #[command(flatten)]
    sending: Sending,
}

impl About {
    pub(super) async fn send(&self, node: &Node, call: Wtm) -> Result<(), Failure> {
        send(node, self.fact, &call.into(), self.sending).await
    }
}

impl Propose {
    pub(super) async fn run(self, node: &Node) -> Result<(), Failure> {
        let statement = Statement {
            domain: bounded(&self.domain, "domain")?,
            subject: bounded(&self.subject, "subject")?,
            predicate: bounded(&self.predicate, "predicate")?,
            object: bounded(&self.object, "object")?,
        };
        statement.check().map_err(usage)?;
        let source = self.source.read()?;
        let call = Wtm::propose { statement: Box::new(statement), source }.into();
        send_new(node, &call, self.sending).await
    }
}

impl Supersede {
    pub(super) async fn run(self, node: &Node) -> Result<(), Failure> {
        let object = bounded(&self.object, "object")?;
        let source = self.source.read()?;
        let call = Wtm::replacement(self.fact, object, source).into();
        send_new(node, &call, self.sending).await
    }
}

impl Vote {
    pub(super) async fn run(self, node: &Node) -> Result<(), Failure> {
        let support = matches!(self.side, Side::For);
        let call = Wtm::vote { fact: self.fact, support }.into();
        send(node, self.fact, &call, self.sending).await
    }
}

impl Claim {
    pub(super) async fn run(self, node: &Node) -> Result<(), Failure> {
        let who = match self.account {
            Some(account) => account,
            None => node.keys()?.account(),
        };
        let call = Wtm::claim { fact: self.fact, who }.into();
        send(node, self.fact, &call, self.sending).await
    }
}

impl SourceArgs {
    fn read(self) -> Result<Source, Failure> {
        let source = match (self.uri, self.blob) {
            (Some(uri), Some(blob)) => Source::Imported { uri: bounded(&uri, "URI")?, blob },
            _ => Source::Attested,
        };
        source.check().map_err(usage)?;
        Ok(source)
    }
}

async fn send(node: &Node, fact: FactId, call: &Call, sending: Sending) -> Result<(), Failure> {
    sending.carry_out(node, json!({ "fact": fact }), call).await
}

async fn send_new(node: &Node, call: &Call, sending: Sending) -> Result<(), Failure> {
    let Some(included) = sending.send(node, call).await? else {
        return Ok(());
    };
    let fact = included.fact();
    let value = report(json!({ "fact": fact }), &included);
    node.output.show(&value, || match fact {
        Some(fact) => format!("Fact {fact} is proposed; `nocknock wtm show {fact}` tells until when it can be disputed."),
        None => "The fact is proposed.".to_owned(),
    })
}
