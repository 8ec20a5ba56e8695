//! `nocknock verify`.

use crate::{
    commands::fetch_model::{known_task, reopen},
    failure::{usage, Failure},
    model_file::ModelFile,
    node::Node,
    output::{table, text},
    store::Store,
    views::{self, provenance, short, words},
};
use blake2::{digest::consts::U32, Blake2b, Digest};
use clap::Args;
use codec::Encode;
use nocknock_client::{Recorded, Snapshot};
use nocknock_primitives::{
    circuit::KeyOrigin,
    fact::{Evidence, ScoreFact},
    ids::{ContentHash, RecordId, TaskId},
    provenance::ProvenanceField,
};
use serde::Serialize;
use serde_json::{json, Value};
use std::path::Path;

/// Recompute everything that is said about a delivered model.
///
/// From a model file, the commitment is recomputed from its weights; from a task, the ciphertext
/// and key on the chain are opened anew. Then each link is compared: registry, proven fact,
/// provenance record, roots of the data, and the Merkle proof of the record against its anchor. For
/// every statement it is said whether it is proved, checked by the chain, or only attested by the
/// worker.
///
/// The answers are those of the node that is asked. Ask your own.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Number of a task, a model file, or `circuits` for the list of circuits and their keys.
    #[arg(value_name = "TASK|MODEL-FILE|circuits")]
    target: String,

    /// Fetch the training data as well, and compare it with the roots on the chain.
    #[arg(long)]
    with_data: bool,
}

/// Whether a link holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Verdict {
    /// It was recomputed here and holds.
    Holds,
    /// It does not hold.
    Broken,
    /// It cannot be recomputed now.
    Unknown,
}

/// A link that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Link {
    what: &'static str,
    verdict: Verdict,
    note: String,
}

impl Link {
    fn new(what: &'static str, holds: bool, note: impl Into<String>) -> Self {
        let verdict = if holds { Verdict::Holds } else { Verdict::Broken };
        let note = note.into();
        Self { what, verdict, note }
    }

    fn unknown(what: &'static str, note: impl Into<String>) -> Self {
        Self { what, verdict: Verdict::Unknown, note: note.into() }
    }
}

/// What was found out about one model.
#[derive(Debug)]
struct Finding {
    id: RecordId,
    record: Recorded,
    links: Vec<Link>,
}

impl Verify {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let best = node.best().await?;
        if self.target == "circuits" {
            return circuits(node, &best).await;
        }
        let findings = match self.target.parse::<TaskId>() {
            Ok(task) => self.verify_task(node, &best, task).await?,
            Err(_) => vec![self.verify_file(node, &best, Path::new(&self.target)).await?],
        };
        let value: Vec<Value> = findings.iter().map(Finding::json).collect();
        node.output.show(&value, || {
            let texts: Vec<String> = findings.iter().map(Finding::text).collect();
            texts.join("\n\n")
        })?;
        match findings.iter().any(Finding::is_broken) {
            true => Err(Failure::NotTrue("at least one link is broken".to_owned())),
            false => Ok(()),
        }
    }

    async fn verify_task(
        &self,
        node: &Node,
        best: &Snapshot,
        task: TaskId,
    ) -> Result<Vec<Finding>, Failure> {
        let records = best.records_of_task(task).await?;
        if records.is_empty() {
            return Err(Failure::NotFound(format!("task {task} has delivered no model")));
        }
        let mut findings = Vec::new();
        for (id, record) in records {
            findings.push(self.examine(node, best, id, record, Vec::new()).await?);
        }
        Ok(findings)
    }

    async fn verify_file(
        &self,
        node: &Node,
        best: &Snapshot,
        path: &Path,
    ) -> Result<Finding, Failure> {
        let model = read(path)?;
        let commitment = model.commitment().map_err(usage)?;
        let said = model.about.commitment;
        let origin = &model.about.origin;
        let records = best.records_of_model(commitment).await?;
        let found = records.into_iter().find(|(_, record)| record.provenance.task == origin.task);
        let Some((id, record)) = found else {
            return Err(Failure::NotTrue(format!(
                "the weights lead to the commitment {commitment}, of which this chain has no record in task {}: \
                 the file was changed, or it is of another chain",
                origin.task
            )));
        };
        let chain = node.client.genesis_hash();
        let links = vec![
            Link::new(
                "weights",
                commitment == said && commitment == record.provenance.model,
                format!("they lead to the commitment {}", short(commitment)),
            ),
            Link::new("chain", origin.genesis == chain, "the file names this chain"),
            Link::new(
                "score in the file",
                origin.score == record.provenance.score,
                origin.score.to_string(),
            ),
        ];
        self.examine(node, best, id, record, links).await
    }

    /// Everything that can be recomputed about a record.
    async fn examine(
        &self,
        node: &Node,
        best: &Snapshot,
        id: RecordId,
        record: Recorded,
        mut links: Vec<Link>,
    ) -> Result<Finding, Failure> {
        links.push(delivery(node, best, &record).await?);
        links.push(registry(best, &record).await?);
        links.push(proven_fact(best, &record).await?);
        links.push(data_roots(best, &record).await?);
        links.push(circuit(best, &record).await?);
        links.push(anchor(best, id, &record).await?);
        if self.with_data {
            links.push(training_data(node, best, &record).await?);
        }
        Ok(Finding { id, record, links })
    }
}

fn read(path: &Path) -> Result<ModelFile, Failure> {
    if !path.exists() {
        return Err(Failure::NotFound(format!(
            "{}: no such file, and not the number of a task",
            path.display()
        )));
    }
    ModelFile::read(path).map_err(|error| usage(format!("{}: {error}", path.display())))
}

/// The key on the chain opens the ciphertext on the chain to the model of the record.
async fn delivery(node: &Node, best: &Snapshot, record: &Recorded) -> Result<Link, Failure> {
    const WHAT: &str = "delivery";
    match reopen(node, best, record).await {
        Ok(()) => Ok(Link::new(WHAT, true, "the key opens the ciphertext to this model")),
        Err(Failure::NotFound(reason)) => Ok(Link::unknown(WHAT, reason)),
        Err(Failure::NotTrue(reason)) => Ok(Link::new(WHAT, false, reason)),
        Err(other) => Err(other),
    }
}

async fn registry(best: &Snapshot, record: &Recorded) -> Result<Link, Failure> {
    let from = &record.provenance;
    let model = best.model(from.experiment, from.version).await?;
    let same = model.is_some_and(|version| {
        let delivered = &version.delivered;
        delivered.model == from.model
            && delivered.task == from.task
            && delivered.worker == from.submitter
            && delivered.score == from.score
            && delivered.circuit == from.circuit
    });
    let note = format!("version {} of experiment {}", from.version, from.experiment);
    Ok(Link::new("registry", same, note))
}

async fn proven_fact(best: &Snapshot, record: &Recorded) -> Result<Link, Failure> {
    const WHAT: &str = "proven fact";
    let from = &record.provenance;
    let score = ScoreFact {
        experiment: from.experiment,
        task: from.task,
        version: from.version,
        worker: from.submitter,
        model: from.model,
        score: from.score,
        circuit: from.circuit,
    };
    let Some(statement) = score.statement() else {
        return Ok(Link::unknown(WHAT, "the score does not fit a statement"));
    };
    let evidence = Evidence::Proven { task: from.task, circuit: from.circuit, model: from.model };
    let facts = best.facts_by_subject(&statement.domain, &statement.subject).await?;
    let found =
        facts.iter().find(|(_, fact)| fact.statement == statement && fact.evidence == evidence);
    Ok(match found {
        Some((id, fact)) => {
            let note = format!("fact {id}: {}", words(&fact.statement.object));
            Link::new(WHAT, fact.is_proven(), note)
        }
        None => Link::new(WHAT, false, "the chain has not written this score as a fact"),
    })
}

async fn data_roots(best: &Snapshot, record: &Recorded) -> Result<Link, Failure> {
    const WHAT: &str = "roots of the data";
    let roots = best.roots(record.provenance.task).await?;
    if roots.is_empty() {
        return Ok(Link::unknown(WHAT, "the chain has removed the task"));
    }
    let hash = ContentHash(Blake2b::<U32>::digest(roots.encode()).into());
    let same = hash == record.provenance.data_roots;
    Ok(Link::new(WHAT, same, format!("{} blocks hash to {}", roots.len(), short(hash))))
}

async fn circuit(best: &Snapshot, record: &Recorded) -> Result<Link, Failure> {
    let id = record.provenance.circuit;
    Ok(match best.circuit(&id).await? {
        Some(circuit) => {
            let note = format!("{}, {}", circuit.info.shape.name(), origin(&circuit.origin));
            Link::new("circuit", circuit.is_usable() && circuit.info.id() == id, note)
        }
        None => Link::new("circuit", false, "the chain does not know it"),
    })
}

async fn anchor(best: &Snapshot, id: RecordId, record: &Recorded) -> Result<Link, Failure> {
    const WHAT: &str = "anchor";
    Ok(match best.inclusion_proof(id).await? {
        Some((proved, anchor, proof)) => Link::new(
            WHAT,
            proved == *record,
            format!(
                "record {id} leads over {} siblings to the root of anchor {}, closed in block {}",
                proof.siblings.len(),
                anchor.number,
                anchor.block
            ),
        ),
        None => Link::unknown(WHAT, format!("anchor {} is not closed yet", record.anchor)),
    })
}

async fn training_data(node: &Node, best: &Snapshot, record: &Recorded) -> Result<Link, Failure> {
    const WHAT: &str = "training data";
    let Some(blob) = record.provenance.train_data else {
        return Ok(Link::unknown(WHAT, "the record names none"));
    };
    let task = known_task(best, record.provenance.task).await?;
    let drawn: Vec<_> = task.tests.iter().map(|test| test.index).collect();
    let data = Store::new(&node.config.storage)?.train_blob(&blob).await?;
    let roots = best.roots(record.provenance.task).await?;
    let checked =
        data.check_against_roots(&roots).and_then(|()| data.check_complete(task.blocks, &drawn));
    Ok(match checked {
        Ok(()) => {
            Link::new(WHAT, true, format!("{} blocks lead to their roots", data.blocks().len()))
        }
        Err(error) => Link::new(WHAT, false, error.to_string()),
    })
}

impl Finding {
    fn is_broken(&self) -> bool {
        self.links.iter().any(|link| link.verdict == Verdict::Broken)
    }

    fn json(&self) -> Value {
        let fields = ProvenanceField::ALL.map(|field| {
            let (name, value) = provenance::field(&self.record.provenance, field);
            let by = provenance::assurance(field.assurance());
            json!({ "field": name, "value": value, "by": by })
        });
        json!({
            "record": provenance::record(self.id, &self.record),
            "links": self.links,
            "statements": fields,
            "holds": !self.is_broken(),
        })
    }

    fn text(&self) -> String {
        let from = &self.record.provenance;
        let title = format!(
            "Model {} of experiment {}: {} ({})",
            from.version,
            from.experiment,
            from.score,
            views::percent(&from.score)
        );
        let links = self.links.iter().map(|link| {
            let verdict = match link.verdict {
                Verdict::Holds => "holds",
                Verdict::Broken => "BROKEN",
                Verdict::Unknown => "unknown",
            };
            vec![text(link.what), text(verdict), text(&link.note)]
        });
        let statements = ProvenanceField::ALL.into_iter().filter_map(|field| {
            let (name, value) = provenance::field(from, field);
            let by = provenance::assurance(field.assurance());
            Some(vec![text(name), text(by), text(value?)])
        });
        [
            title,
            table(&["link", "verdict", "what was found"], links),
            table(&["statement", "by", "value"], statements),
        ]
        .join("\n\n")
    }
}

fn origin(origin: &KeyOrigin) -> String {
    match origin {
        KeyOrigin::Development => "development key: anybody can forge proofs".to_owned(),
        KeyOrigin::Ceremony(transcript) => format!("key of the ceremony {}", short(transcript)),
    }
}

async fn circuits(node: &Node, best: &Snapshot) -> Result<(), Failure> {
    let circuits = best.circuits().await?;
    let value: Vec<Value> = circuits
        .iter()
        .map(|(id, circuit)| {
            json!({
                "circuit": views::shown(id),
                "kind": format!("{:?}", circuit.info.kind).to_lowercase(),
                "shape": circuit.info.shape.name(),
                "constraints": circuit.info.constraints,
                "matrix_hash": views::shown(circuit.info.matrix_hash),
                "key": views::shown(circuit.info.key),
                "key_origin": origin(&circuit.origin),
                "active": circuit.is_active(),
                "usable": circuit.is_usable(),
            })
        })
        .collect();
    node.output.show(&value, || {
        let rows = circuits.iter().map(|(id, circuit)| {
            vec![
                text(id),
                text(format!("{:?}", circuit.info.kind).to_lowercase()),
                text(circuit.info.shape.name()),
                text(if circuit.is_active() { "active" } else { "not active" }),
                text(origin(&circuit.origin)),
            ]
        });
        table(&["circuit", "kind", "shape", "status", "key"], rows)
    })
}
