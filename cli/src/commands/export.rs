//! `nocknock export`.

use crate::{
    commands::{
        fetch_model::write_file,
        models::all_models,
        wtm::query::{all_facts, all_shown},
    },
    failure::{other, usage, Failure},
    node::Node,
    output::escaped,
    questions::ask_all,
    views,
};
use clap::{Args, ValueEnum};
use nocknock_client::{Anchor, BlockNumber, Client, Leaderboard, QueryError, Snapshot};
use nocknock_primitives::{ids::ExperimentId, limits::MAX_PAGE, provenance::AnchorNumber};
use serde_json::{json, Value};
use std::{fs, path::PathBuf};

/// Blocks that are written unless others are asked for.
const LAST_BLOCKS: BlockNumber = 100;

/// Write blocks, experiments, tasks, models and facts to files.
///
/// One file is written for each kind, such as tasks.jsonl. All of them show the state after the
/// same finalised block. Blocks carry their number, hash, time and events; the node must still have
/// their states.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Folder for the files; it is created if it does not exist.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// What to write [default: everything].
    #[arg(long, value_enum, value_delimiter = ',')]
    what: Vec<Kind>,

    /// Form of the files: a JSON value in each line, or one JSON list.
    #[arg(long, value_enum, default_value_t)]
    form: Form,

    /// First block [default: the 100th before the last].
    #[arg(long, value_name = "BLOCK")]
    from: Option<BlockNumber>,

    /// Last block [default: the newest finalised one].
    #[arg(long, value_name = "BLOCK")]
    to: Option<BlockNumber>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    Blocks,
    Experiments,
    Tasks,
    Models,
    Facts,
    Provenance,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Experiments => "experiments",
            Self::Tasks => "tasks",
            Self::Models => "models",
            Self::Facts => "facts",
            Self::Provenance => "provenance",
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A JSON value in each line.
    #[default]
    Jsonl,
    /// One JSON list.
    Json,
}

impl Form {
    fn extension(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Json => "json",
        }
    }

    fn encode(self, values: &[Value]) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Json => {
                let list = serde_json::to_string_pretty(values).map_err(other)?;
                Ok(escaped(list).into_bytes())
            }
            Self::Jsonl => {
                let lines: String = values.iter().map(|value| format!("{value}\n")).collect();
                Ok(escaped(lines).into_bytes())
            }
        }
    }
}

impl Export {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let snapshot = node.client.finalised().await?;
        fs::create_dir_all(&self.out).map_err(|error| Failure::file(&self.out, error))?;
        let kinds = if self.what.is_empty() { Kind::value_variants() } else { &self.what };
        let mut written = Vec::new();
        for kind in kinds {
            let values = self.read(node, &snapshot, *kind).await?;
            let name = format!("{}.{}", kind.name(), self.form.extension());
            let path = self.out.join(name);
            write_file(&path, &self.form.encode(&values)?)?;
            written.push((path, values.len()));
        }
        let files = written
            .iter()
            .map(|(path, count)| json!({ "file": path.display().to_string(), "records": count }));
        let value = json!({
            "block": snapshot.block().number,
            "files": files.collect::<Vec<_>>(),
        });
        node.output.show(&value, || {
            let lines = written.iter().map(|(path, count)| format!("{}: {count}", path.display()));
            lines.collect::<Vec<_>>().join("\n")
        })
    }

    async fn read(
        &self,
        node: &Node,
        snapshot: &Snapshot,
        kind: Kind,
    ) -> Result<Vec<Value>, Failure> {
        match kind {
            Kind::Blocks => self.blocks(node, snapshot.block().number).await,
            Kind::Experiments => experiments(snapshot).await,
            Kind::Tasks => tasks(snapshot).await,
            Kind::Models => models(snapshot).await,
            Kind::Facts => facts(snapshot).await,
            Kind::Provenance => records(snapshot).await,
        }
    }

    async fn blocks(&self, node: &Node, newest: BlockNumber) -> Result<Vec<Value>, Failure> {
        let to = self.to.unwrap_or(newest);
        let from = self.from.unwrap_or(to.saturating_sub(LAST_BLOCKS - 1));
        if to > newest || from > to {
            return Err(usage(format!(
                "blocks {from} to {to} cannot be written: the newest finalised block is {newest}"
            )));
        }
        ask_all((from..=to).map(|number| block(node.client.clone(), number))).await
    }
}

async fn block(client: Client, number: BlockNumber) -> Result<Value, QueryError> {
    let snapshot = client.at_number(number).await?;
    let (events, timestamp) = (snapshot.events().await?, snapshot.timestamp().await?);
    Ok(json!({
        "number": number,
        "hash": format!("{:?}", snapshot.block().hash),
        "timestamp_millis": timestamp,
        "events": events.iter().map(views::event::event).collect::<Vec<_>>(),
    }))
}

async fn experiments(snapshot: &Snapshot) -> Result<Vec<Value>, Failure> {
    let experiments = snapshot.all_experiments().await?;
    let ids = experiments.iter().map(|(id, _)| *id);
    let boards = ask_all(ids.map(|id| leaderboard(snapshot.clone(), id))).await?;
    let mut values = Vec::new();
    for ((id, experiment), board) in experiments.into_iter().zip(boards) {
        let entries = (1..).zip(board.iter());
        let entries = entries.map(|(place, entry)| views::experiment::entry(place, entry));
        let value = views::experiment::experiment(id, &experiment);
        values.push(views::with(value, "leaderboard", entries.collect::<Vec<_>>()));
    }
    Ok(values)
}

async fn leaderboard(snapshot: Snapshot, id: ExperimentId) -> Result<Leaderboard, QueryError> {
    snapshot.leaderboard(id).await
}

async fn tasks(snapshot: &Snapshot) -> Result<Vec<Value>, Failure> {
    let now = snapshot.block().number;
    let mut values = Vec::new();
    for (id, task) in snapshot.all_tasks().await? {
        let commitments = snapshot.commitments(id).await?;
        let entries = commitments.iter().map(|(who, entry)| views::task::commitment(who, entry));
        let ranking = views::task::ranking(&snapshot.ranking(id).await?);
        let value = views::task::task(id, &task, now);
        let value = views::with(value, "commitments", entries.collect::<Vec<_>>());
        values.push(views::with(value, "ranking", ranking));
    }
    Ok(values)
}

async fn models(snapshot: &Snapshot) -> Result<Vec<Value>, Failure> {
    let mut values = Vec::new();
    for (id, _) in snapshot.all_experiments().await? {
        let models = all_models(snapshot, id).await?;
        let shown = models.iter().map(|(version, model)| views::experiment::model(*version, model));
        values.extend(shown);
    }
    Ok(values)
}

async fn facts(snapshot: &Snapshot) -> Result<Vec<Value>, Failure> {
    let facts = all_facts(snapshot, 0, usize::MAX).await?;
    all_shown(snapshot, &facts).await
}

async fn records(snapshot: &Snapshot) -> Result<Vec<Value>, Failure> {
    let mut values = Vec::new();
    let mut start = 0;
    loop {
        let page = snapshot.records(start, MAX_PAGE).await?;
        let Some((last, _)) = page.last() else {
            return Ok(values);
        };
        start = last.saturating_add(1);
        let numbers = page.iter().map(|(_, record)| record.anchor);
        let anchors = ask_all(numbers.map(|number| anchor(snapshot.clone(), number))).await?;
        for ((id, record), anchor) in page.iter().zip(anchors) {
            let value = views::provenance::record(*id, record);
            let closed = anchor.as_ref().map(views::provenance::anchor);
            values.push(views::with(value, "closed_anchor", closed));
        }
    }
}

async fn anchor(snapshot: Snapshot, number: AnchorNumber) -> Result<Option<Anchor>, QueryError> {
    snapshot.anchor(number).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_lists_hold_the_same_values() {
        let values = [json!({ "a": 1 }), json!({ "a": 2 })];
        let lines = String::from_utf8(Form::Jsonl.encode(&values).unwrap()).unwrap();
        let read: Vec<Value> =
            lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let list: Vec<Value> =
            serde_json::from_slice(&Form::Json.encode(&values).unwrap()).unwrap();
        assert_eq!(read, values);
        assert_eq!(list, values);
    }
}
