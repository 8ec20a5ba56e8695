//! `nocknock verify`.

use crate::{
    commands::fetch_model::known_task,
    failure::{usage, Failure},
    node::Node,
    output::{number, table, text},
    views::{self, provenance, short, words},
};
use blake2::{digest::consts::U32, Blake2b, Digest};
use clap::Args;
use codec::Encode;
use nocknock_client::{CircuitRecord, Hash, Recorded, Snapshot};
use nocknock_dataset::{shape_name, Metric, TrainBlob};
use nocknock_primitives::{
    circuit::{CircuitKind, KeyOrigin},
    fact::{Evidence, ScoreFact},
    ids::{BlockIndex, BlockRoot, CircuitId, ContentHash, RecordId, TaskId},
    provenance::{Mark, ProvenanceField},
};
use nocknock_requester::{check_delivery, ModelFile, StoreError};
use serde::Serialize;
use serde_json::{json, Value};
use std::path::Path;

/// Recompute everything that is said about a delivered model.
///
/// From a model file, the commitment is recomputed from its weights and key, its class names and
/// encoding, and the worker and task that it names. From a task, the commitment is recomputed from
/// the ciphertext on the chain. Then each link is compared: registry, proven fact, provenance
/// record, roots of the data, and the Merkle proof of the record against its anchor. For every
/// statement it is said whether it is proved, checked by the chain, or only attested by the worker.
///
/// With --with-data the published training data is fetched and compared with roots and encoding as
/// well. If it cannot be fetched, the command says so, and ends with exit code 3.
///
/// Every earlier record with the same commitment, ciphertext or key is listed. If one of them is of
/// another account, that account sold the model before, and the command ends with exit code 7. A
/// model that was encrypted again under another key is not recognised.
///
/// The answers are those of the node that is asked. Ask your own.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Number of a task, a model file, or `circuits` for the list of circuits and their keys.
    #[arg(value_name = "TASK|MODEL-FILE|circuits")]
    target: String,

    /// Compare each block of the published training data with its root on the chain as well.
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

/// The training data as it was published.
#[derive(Debug)]
enum Published {
    Fetched(Box<TrainBlob>),
    /// It cannot be had, for this reason.
    Missing(String),
}

impl Published {
    /// Fetches what the record names. The id is the chain's, and the bytes belong to it.
    async fn fetch(node: &Node, record: &Recorded) -> Result<Self, Failure> {
        let Some(blob) = record.provenance.train_data else {
            return Ok(Self::Missing("the record names no training data".to_owned()));
        };
        Ok(match node.config.storage.store()?.train_blob(&blob).await {
            Ok(data) => Self::Fetched(Box::new(data)),
            Err(error @ StoreError::Unreadable(_)) => {
                Self::Missing(format!("what was published is not training data: {error}"))
            }
            Err(error @ (StoreError::Unavailable(_) | StoreError::Setup(_))) => {
                Self::Missing(format!("the published data cannot be fetched: {error}"))
            }
            Err(error) => return Err(error.into()),
        })
    }
}

/// What was found out about one model.
#[derive(Debug)]
struct Finding {
    id: RecordId,
    record: Recorded,
    links: Vec<Link>,
    /// All earlier records with the same commitment, ciphertext or key, newest first.
    earlier: Vec<(RecordId, Recorded)>,
    /// The published data was to be checked, and could not be had.
    lacks_data: bool,
}

/// What the link of the published data is called.
const DATA: &str = "training data";

/// What whoever sees only the end of the output has to know.
const NOT_CONFIRMED: &str = "not everything is verified: the published training data cannot be \
    had; try again, give the URL of another store with --store, or leave out --with-data";

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
        if findings.iter().any(Finding::is_broken) {
            return Err(Failure::NotTrue("at least one link is broken".to_owned()));
        }
        if findings.iter().any(|finding| finding.lacks_data) {
            return Err(Failure::Unreachable(NOT_CONFIRMED.to_owned()));
        }
        Ok(())
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
                "weights, key, names and origin lead to the commitment {commitment}, of which this chain has no record in task \
                 {}: the file was changed, or it is of another chain",
                origin.task
            )));
        };
        let chain = node.client.genesis_hash();
        let mut links = file_links(&model, said == commitment, chain, &record);
        links.push(encoding_link(&model));
        self.examine(node, best, id, record, links).await
    }

    /// Everything that can be recomputed about a record, after what was found of a file that claims
    /// to be its model.
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
        let earlier = best.earlier_records(id).await?;
        links.push(first_sale(&record, &earlier));
        let mut lacks_data = false;
        if self.with_data {
            let published = Published::fetch(node, &record).await?;
            lacks_data = matches!(published, Published::Missing(_));
            links.push(training_data(best, &record, &published).await?);
        }
        Ok(Finding { id, record, links, earlier, lacks_data })
    }
}

/// What a file says about its model, compared with the chain's record.
fn file_links(model: &ModelFile, names_own: bool, chain: Hash, record: &Recorded) -> Vec<Link> {
    let (origin, from) = (&model.about.origin, &record.provenance);
    let place = format!(
        "experiment {}, task {}, version {}, by {}",
        origin.experiment, origin.task, origin.version, origin.worker
    );
    let is_place = (origin.experiment, origin.task, origin.version, origin.worker)
        == (from.experiment, from.task, from.version, from.submitter);
    vec![
        Link::new(
            "model",
            names_own,
            format!("weights, key and origin lead to the commitment {}", short(from.model)),
        ),
        Link::new("chain", origin.genesis == chain, "the file names this chain"),
        Link::new("origin in the file", is_place, place),
        Link::new("score in the file", origin.score == from.score, origin.score.to_string()),
    ]
}

/// What a file says about the meaning of inputs and outputs. The commitment binds its hash, and so
/// do the task and the training data that the workers had.
fn encoding_link(model: &ModelFile) -> Link {
    const WHAT: &str = "class names and encoding";
    let Some(encoding) = &model.about.encoding else {
        return Link::unknown(WHAT, "the file has none");
    };
    let answers = match encoding.scale() {
        Some(_) => "numbers".to_owned(),
        None => format!("{} classes", encoding.classes().len()),
    };
    let columns = encoding.columns().len();
    let holds = encoding.hash() == model.about.encoding_hash;
    let points = match encoding.metric() {
        Metric::Accuracy => "",
        Metric::BalancedAccuracy => "; the score is a balanced accuracy, copies of rows counted",
    };
    let note = format!("{answers} and {columns} columns, to which the model is bound{points}");
    Link::new(WHAT, holds, note)
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

/// The ciphertext on the chain is that of the model of the record.
async fn delivery(node: &Node, best: &Snapshot, record: &Recorded) -> Result<Link, Failure> {
    const WHAT: &str = "delivery";
    match check_delivery(&node.client, best, record).await.map_err(Failure::from) {
        Ok(()) => Ok(Link::new(WHAT, true, "the ciphertext on the chain leads to this model")),
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
    Ok(circuit_link(&id, best.circuit(&id).await?.as_ref()))
}

/// The circuit under which the score was proved is the one that its id stands for, is about scores,
/// and was not found to be unsound.
fn circuit_link(id: &CircuitId, circuit: Option<&CircuitRecord>) -> Link {
    const WHAT: &str = "circuit";
    let Some(circuit) = circuit else {
        return Link::new(WHAT, false, "the chain does not know it");
    };
    let kind = &circuit.info.kind;
    let note = format!("{}, {}", shape(kind).unwrap_or_default(), origin(&circuit.origin));
    let holds = circuit.is_usable() && circuit.info.id() == *id && !kind.is_delivery();
    Link::new(WHAT, holds, note)
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

/// Nobody else has sold the model before. The same account may sell it again: it is its own.
fn first_sale(record: &Recorded, earlier: &[(RecordId, Recorded)]) -> Link {
    const WHAT: &str = "first sale";
    let own = record.provenance.submitter;
    let mut others = earlier.iter().filter(|(_, sold)| sold.provenance.submitter != own);
    // The oldest comes last.
    match (others.next_back(), earlier.len()) {
        (Some((id, sold)), _) => {
            let from = &sold.provenance;
            let note = format!(
                "{} sold it before, in task {}: record {id} has the same {}",
                from.submitter,
                from.task,
                in_common(record, sold).join(", ")
            );
            Link::new(WHAT, false, note)
        }
        (None, 0) => Link::new(
            WHAT,
            true,
            "no earlier record has its commitment, ciphertext or key; encrypted again under \
             another key, it would not be recognised",
        ),
        (None, count) => {
            let note = format!("earlier records: {count}, all of the same account");
            Link::new(WHAT, true, note)
        }
    }
}

/// What two records have in common.
fn in_common(one: &Recorded, other: &Recorded) -> Vec<&'static str> {
    let theirs = other.marks();
    let common = one.marks().into_iter().filter(|mark| theirs.contains(mark));
    common
        .map(|mark| match mark {
            Mark::Model(_) => "commitment",
            Mark::Ciphertext(_) => "ciphertext",
            Mark::Key(_) => "key",
        })
        .collect()
}

async fn training_data(
    best: &Snapshot,
    record: &Recorded,
    published: &Published,
) -> Result<Link, Failure> {
    let data = match published {
        Published::Fetched(data) => data,
        Published::Missing(reason) => return Ok(Link::unknown(DATA, reason)),
    };
    let task = known_task(best, record.provenance.task).await?;
    let drawn: Vec<_> = task.tests.iter().map(|test| test.index).collect();
    let roots = best.roots(record.provenance.task).await?;
    Ok(data_link(data, &roots, &drawn, task.encoding))
}

/// The published data are all blocks of the task but the drawn ones, with the class names and
/// ranges to which its models are bound.
fn data_link(
    data: &TrainBlob,
    roots: &[BlockRoot],
    drawn: &[BlockIndex],
    encoding: ContentHash,
) -> Link {
    let blocks = u16::try_from(roots.len()).unwrap_or(u16::MAX);
    let checked = data
        .check_against_roots(roots)
        .and_then(|()| data.check_complete(blocks, drawn))
        .and_then(|()| data.check_encoding(encoding));
    match checked {
        Ok(()) => {
            Link::new(DATA, true, format!("{} blocks lead to their roots", data.blocks().len()))
        }
        Err(error) => Link::new(DATA, false, error.to_string()),
    }
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
        let earlier = self.earlier.iter().map(|(id, sold)| {
            let value = provenance::record(*id, sold);
            views::with(value, "same", in_common(&self.record, sold))
        });
        json!({
            "record": provenance::record(self.id, &self.record),
            "links": self.links,
            "earlier": earlier.collect::<Vec<_>>(),
            "statements": fields,
            "holds": !self.is_broken() && !self.lacks_data,
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
        let mut parts = vec![
            title,
            table(&["link", "verdict", "what was found"], links),
            table(&["statement", "by", "value"], statements),
        ];
        if !self.earlier.is_empty() {
            parts.push(self.earlier_table());
        }
        parts.join("\n\n")
    }

    /// Who sold the model before.
    fn earlier_table(&self) -> String {
        let rows = self.earlier.iter().map(|(id, sold)| {
            let from = &sold.provenance;
            vec![
                number(id),
                number(from.task),
                text(from.submitter),
                text(in_common(&self.record, sold).join(", ")),
            ]
        });
        table(&["earlier record", "task", "submitter", "the same"], rows)
    }
}

fn origin(origin: &KeyOrigin) -> String {
    match origin {
        KeyOrigin::Development => "development key: anybody can forge proofs".to_owned(),
        KeyOrigin::Ceremony(transcript) => format!("key of the ceremony {}", short(transcript)),
    }
}

fn kind(kind: &CircuitKind) -> &'static str {
    match kind {
        CircuitKind::Score(_) => "score",
        CircuitKind::Delivery => "delivery",
    }
}

/// The models that a score circuit is about. That of deliveries serves all.
fn shape(kind: &CircuitKind) -> Option<String> {
    kind.architecture().map(shape_name)
}

async fn circuits(node: &Node, best: &Snapshot) -> Result<(), Failure> {
    let circuits = best.circuits().await?;
    let value: Vec<Value> = circuits
        .iter()
        .map(|(id, circuit)| {
            json!({
                "circuit": views::shown(id),
                "kind": kind(&circuit.info.kind),
                "shape": shape(&circuit.info.kind),
                "architecture": circuit.info.kind.architecture(),
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
                text(kind(&circuit.info.kind)),
                text(shape(&circuit.info.kind).unwrap_or_else(|| "all".to_owned())),
                text(if circuit.is_active() { "active" } else { "not active" }),
                text(origin(&circuit.origin)),
            ]
        });
        table(&["circuit", "kind", "shape", "status", "key"], rows)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model_card::tests::{
        delivered, encoded, encoding_of, rows, table as parse, with_encoding,
    };
    use nocknock_dataset::{prepare, Range, SplitOptions, Wanted};
    use nocknock_primitives::{
        circuit::{CircuitInfo, CircuitStatus},
        ids::KeyId,
        score::Score,
    };

    #[test]
    fn class_names_and_encoding_are_those_that_the_model_is_bound_to() {
        let model = encoded();
        assert_eq!(encoding_link(&model).verdict, Verdict::Holds);
        let changed = |change: fn(&mut ModelFile)| {
            let mut model = model.clone();
            change(&mut model);
            encoding_link(&model).verdict
        };
        assert_eq!(changed(|model| model.about.encoding_hash.0[0] ^= 1), Verdict::Broken);
        assert_eq!(changed(|model| model.about.encoding = None), Verdict::Unknown);
        let other = changed(|model| {
            let table = parse("a,b,class\n0,1,no\n1,0,perhaps\n2,2,no\n3,1,perhaps\n");
            model.about.encoding = Some(encoding_of(&table));
        });
        assert_eq!(other, Verdict::Broken);
    }

    #[test]
    fn balanced_accuracy_is_told() {
        let encoding = encoding_of(&rows()).measured_by(Metric::BalancedAccuracy).unwrap();
        let link = encoding_link(&with_encoding(encoding));
        assert_eq!(link.verdict, Verdict::Holds);
        assert!(link.note.contains("a balanced accuracy, copies"), "{}", link.note);
        assert!(!encoding_link(&encoded()).note.contains("balanced"));
    }

    #[test]
    fn published_data_are_the_blocks_that_were_not_drawn_with_the_encoding_of_the_task() {
        let options = SplitOptions { blocks: Some(3), ..SplitOptions::random().unwrap() };
        let (wanted, architecture) = (Wanted::default(), delivered().file.architecture);
        let task = prepare(&rows(), &wanted, &architecture, Range::MinMax, &options).unwrap();
        let (roots, encoding) = (task.roots(), task.encoding_hash());
        let data = task.train_blob(&[1]);
        let verdict =
            |roots: &[_], drawn: &[_], encoding| data_link(&data, roots, drawn, encoding).verdict;
        assert_eq!(verdict(roots, &[1], encoding), Verdict::Holds);
        assert_eq!(verdict(&[roots[1], roots[1], roots[2]], &[1], encoding), Verdict::Broken);
        assert_eq!(verdict(roots, &[2], encoding), Verdict::Broken);
        assert_eq!(verdict(roots, &[1], ContentHash([9; 32])), Verdict::Broken);
    }

    #[test]
    fn scores_are_proved_under_a_usable_score_circuit_of_the_recorded_id() {
        let record = |kind, status| CircuitRecord {
            info: CircuitInfo {
                kind,
                constraints: 1,
                matrix_hash: ContentHash([1; 32]),
                key: KeyId([2; 32]),
            },
            origin: KeyOrigin::Development,
            status,
            registered_at: 0,
        };
        let verdict =
            |id: &CircuitId, record: Option<&CircuitRecord>| circuit_link(id, record).verdict;
        let scores = || CircuitKind::Score(delivered().file.architecture);
        let usable = record(scores(), CircuitStatus::Active);
        let id = usable.info.id();
        assert_eq!(verdict(&id, Some(&usable)), Verdict::Holds);
        assert_eq!(verdict(&CircuitId([9; 32]), Some(&usable)), Verdict::Broken);
        assert_eq!(verdict(&id, None), Verdict::Broken);
        let disabled = record(scores(), CircuitStatus::Disabled);
        assert_eq!(verdict(&id, Some(&disabled)), Verdict::Broken);
        let delivery = record(CircuitKind::Delivery, CircuitStatus::Active);
        assert_eq!(verdict(&delivery.info.id(), Some(&delivery)), Verdict::Broken);
    }

    #[test]
    fn a_finding_that_lacks_its_data_does_not_hold() {
        let delivered = delivered();
        let finding = |lacks_data| Finding {
            id: delivered.record_id,
            record: delivered.record.clone(),
            links: Vec::new(),
            earlier: Vec::new(),
            lacks_data,
        };
        assert_eq!(finding(false).json()["holds"], true);
        assert_eq!(finding(true).json()["holds"], false);
        assert!(!finding(true).is_broken());
    }

    /// The record of the model card, sold in this task by this account.
    fn sold(task: TaskId, by: u8) -> Recorded {
        let mut record = delivered().record;
        record.provenance.task = task;
        record.provenance.submitter = [by; 32].into();
        record.provenance.model.0[0] = by;
        record
    }

    /// The buyer of a model offers it under its own name, in a task of its own. Before, `verify`
    /// looked for records of the very same commitment only, and passed this one.
    #[test]
    fn verify_shows_every_earlier_record() {
        let copy = sold(9, 6);
        let other_key = {
            let mut record = sold(5, 7);
            record.seal.ciphertext.0[0] ^= 1;
            record
        };
        let earlier = vec![(7, other_key), (4, sold(4, 6)), (3, sold(3, 5)), (1, sold(1, 5))];
        let link = first_sale(&copy, &earlier);
        assert_eq!(link.verdict, Verdict::Broken);
        for words in ["task 1:", "record 1 ", "ciphertext, key"] {
            assert!(link.note.contains(words), "{link:?}");
        }
        let finding =
            Finding { id: 8, record: copy, links: vec![link], earlier, lacks_data: false };
        assert!(finding.is_broken());
        let value = finding.json();
        assert_eq!(value["holds"], false);
        let told = value["earlier"].as_array().unwrap();
        let told: Vec<Value> =
            told.iter().map(|sold| json!([sold["record"], sold["task"], sold["same"]])).collect();
        let expected = [
            json!([7, 5, ["key"]]),
            json!([4, 4, ["commitment", "ciphertext", "key"]]),
            json!([3, 3, ["ciphertext", "key"]]),
            json!([1, 1, ["ciphertext", "key"]]),
        ];
        assert_eq!(told, expected);
        let text = finding.text();
        assert!(text.contains("earlier record"), "{text}");
        for (_, sold) in &finding.earlier {
            assert!(text.contains(&sold.provenance.submitter.to_string()), "{text}");
        }
    }

    #[test]
    fn who_sells_first_or_sells_its_own_model_again_is_not_told_of() {
        let first = first_sale(&sold(1, 5), &[]);
        assert_eq!(first.verdict, Verdict::Holds);
        assert!(first.note.contains("would not be recognised"), "{first:?}");
        let again = first_sale(&sold(3, 5), &[(1, sold(1, 5))]);
        assert_eq!(again.verdict, Verdict::Holds);
        assert!(again.note.contains("earlier records: 1"), "{again:?}");
    }

    #[test]
    fn a_file_that_claims_another_origin_is_found_out() {
        let delivered = delivered();
        let chain = delivered.file.about.origin.genesis;
        let broken = |change: fn(&mut ModelFile)| {
            let mut file = delivered.file.clone();
            change(&mut file);
            let links = file_links(&file, true, chain, &delivered.record);
            let broken = links.into_iter().filter(|link| link.verdict == Verdict::Broken);
            broken.map(|link| link.what).collect::<Vec<_>>()
        };
        assert!(broken(|_| {}).is_empty());
        assert_eq!(broken(|file| file.about.origin.genesis = Hash::zero()), ["chain"]);
        let better = |file: &mut ModelFile| file.about.origin.score = Score::new(10, 10);
        assert_eq!(broken(better), ["score in the file"]);
        for change in [
            (|file: &mut ModelFile| file.about.origin.experiment += 1) as fn(&mut ModelFile),
            |file: &mut ModelFile| file.about.origin.version += 1,
            |file: &mut ModelFile| file.about.origin.worker = [9; 32].into(),
        ] {
            assert_eq!(broken(change), ["origin in the file"]);
        }
    }
}
