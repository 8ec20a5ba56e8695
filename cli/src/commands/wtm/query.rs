//! Reading facts.

use crate::{
    failure::{usage, Failure},
    node::Node,
    output::{number, pairs, table, text},
    questions::ask_all,
    views::{fact, who, with, words},
};
use clap::Args;
use nocknock_client::{Fact, QueryError, Snapshot};
use nocknock_primitives::{
    fact::FactStatus,
    ids::FactId,
    limits::{Text, MAX_PAGE},
};
use serde_json::Value;

/// Find facts by domain and subject.
///
/// Proven scores stand in the domain nocknock/score under subjects such as experiment/0.
#[derive(Debug, Args)]
pub(crate) struct Query {
    /// Domain, such as nocknock/score.
    domain: String,

    /// Subject inside the domain.
    subject: Option<String>,

    /// Only facts that are believed now.
    #[arg(long)]
    accepted: bool,
}

/// List facts.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only facts of this domain.
    #[arg(long)]
    domain: Option<String>,

    /// Begin with this number.
    #[arg(long, default_value_t = 0, value_name = "NUMBER")]
    from: FactId,

    /// Number of facts to show, at most.
    #[arg(long, default_value_t = 64, value_name = "N")]
    limit: usize,
}

/// Show a fact with its history, bonds and votes.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The fact.
    fact: FactId,
}

type Facts = Vec<(FactId, Fact)>;

impl Query {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let best = node.best().await?;
        let domain = bounded(&self.domain, "domain")?;
        let mut facts = match &self.subject {
            Some(subject) => best.facts_by_subject(&domain, &bounded(subject, "subject")?).await?,
            None => best.facts_by_domain(&domain).await?,
        };
        if self.accepted {
            facts.retain(|(_, found)| found.status == FactStatus::Accepted);
        }
        show_list(node, &best, &facts).await
    }
}

impl List {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let best = node.best().await?;
        let mut facts = match &self.domain {
            Some(domain) => best.facts_by_domain(&bounded(domain, "domain")?).await?,
            None => all_facts(&best, self.from, self.limit).await?,
        };
        facts.retain(|(id, _)| *id >= self.from);
        facts.truncate(self.limit);
        show_list(node, &best, &facts).await
    }
}

impl Show {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let best = node.best().await?;
        let found = best.fact(self.fact).await?.ok_or_else(|| {
            Failure::NotFound(format!("there is no fact {}, or it was removed", self.fact))
        })?;
        let history = best.history(self.fact).await?;
        let case = best.case(self.fact).await?;
        let stakes = best.stakes(self.fact).await?;
        let older: Vec<FactId> =
            history.iter().map(|(id, _)| *id).filter(|id| *id != self.fact).collect();
        let staked = stakes.iter().map(|(who, stake)| fact::stake(who, stake));
        let believed = belief(best.clone(), self.fact).await?;
        let value = fact::fact(self.fact, &found, believed);
        let value = with(value, "history", &older);
        let value = with(value, "case", case.as_ref().map(fact::case));
        let value = with(value, "stakes", staked.collect::<Vec<_>>());
        node.output.show(&value, || pairs(lines(&value)))
    }
}

/// The fields of an object below each other; lists and objects in JSON.
fn lines(value: &Value) -> Vec<(String, String)> {
    let fields = value.as_object().into_iter().flatten();
    let shown = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    fields
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.clone(), shown(value)))
        .collect()
}

/// Facts from a number on.
pub(crate) async fn all_facts(
    snapshot: &Snapshot,
    from: FactId,
    limit: usize,
) -> Result<Facts, Failure> {
    let mut facts = Facts::new();
    let mut start = from;
    while facts.len() < limit {
        let page = snapshot.facts(start, MAX_PAGE).await?;
        let Some((last, _)) = page.last() else {
            break;
        };
        start = last.saturating_add(1);
        facts.extend(page);
    }
    Ok(facts)
}

/// These facts with what the chain believes of them.
pub(crate) async fn all_shown(snapshot: &Snapshot, facts: &Facts) -> Result<Vec<Value>, Failure> {
    let beliefs = beliefs(snapshot, facts).await?;
    let believed = facts.iter().zip(beliefs);
    Ok(believed.map(|((id, found), belief)| fact::fact(*id, found, belief)).collect())
}

/// How far the chain believes each of these facts, from 0 to 1.
async fn beliefs(snapshot: &Snapshot, facts: &Facts) -> Result<Vec<f64>, Failure> {
    ask_all(facts.iter().map(|(id, _)| belief(snapshot.clone(), *id))).await
}

async fn belief(snapshot: Snapshot, id: FactId) -> Result<f64, QueryError> {
    let confidence = snapshot.confidence(id).await?;
    Ok(confidence.map_or(0.0, |confidence| fact::belief(confidence.deconstruct())))
}

async fn show_list(node: &Node, best: &Snapshot, facts: &Facts) -> Result<(), Failure> {
    let beliefs = beliefs(best, facts).await?;
    let believed = || facts.iter().zip(&beliefs);
    let value: Vec<Value> =
        believed().map(|((id, found), belief)| fact::fact(*id, found, *belief)).collect();
    node.output.show(&value, || {
        let rows = believed().map(|((id, found), belief)| {
            let statement = &found.statement;
            vec![
                number(id),
                text(words(&statement.domain)),
                text(words(&statement.subject)),
                text(words(&statement.predicate)),
                text(words(&statement.object)),
                text(fact::kind(&found.evidence)),
                text(fact::status(&found.status)),
                number(format!("{:.1} %", 100.0 * belief)),
                text(who(&found.author)),
            ]
        });
        let titles = [
            "fact",
            "domain",
            "subject",
            "predicate",
            "object",
            "evidence",
            "status",
            "belief",
            "author",
        ];
        table(&titles, rows)
    })
}

/// A text within the bounds of the chain.
pub(super) fn bounded<const N: u32>(given: &str, what: &str) -> Result<Text<N>, Failure> {
    let bytes = given.as_bytes().to_vec();
    bytes.try_into().map_err(|_| usage(format!("the {what} must have at most {N} bytes")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn texts_are_bounded_like_on_the_chain() {
        assert!(bounded::<4>("abcd", "domain").is_ok());
        let error = bounded::<4>("abcde", "domain").unwrap_err();
        assert_eq!(error.code(), 2);
    }

    #[test]
    fn what_is_missing_is_not_shown() {
        let shown = lines(&json!({ "a": null, "b": "text", "c": [1] }));
        let expected = [("b", "text"), ("c", "[1]")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(shown, expected);
    }
}
