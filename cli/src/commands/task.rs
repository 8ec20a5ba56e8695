//! `nocknock task`.

use crate::{
    amount::Amount,
    commands::{fetch_model::known_task, follow},
    failure::Failure,
    node::Node,
    output::{number, pairs, table, text},
    questions::ask_all,
    views::{self, halved, percent, who, with},
};
use clap::Args;
use nocknock_client::{
    AccountId, Balance, BlockNumber, Client, Commitment, CurriculumTask, Delivery, EventRecord,
    QueryError, Ranking, Snapshot, Task,
};
use nocknock_dataset::{shape_name, state::read_encoding, Metric};
use nocknock_primitives::{claim::ClaimKey, ids::TaskId, level::Bits, task::Funding};
use serde_json::Value;

/// Blocks between two lines of progress while the timeline is read.
const PROGRESS: BlockNumber = 500;

/// Show a task: its terms, its claims, its timeline and its money.
///
/// Workers claim their scores once the test data is revealed. The best claims are asked for their
/// proofs, in rounds; a rank says what its worker gets at most.
///
/// That scores are balanced accuracy is told where the private file of the task lies: the chain
/// stores the hash of the encoding alone.
///
/// The timeline is read from the blocks of the task. A node that discards old states has only the
/// most recent of them; one that was started with `--state-pruning archive`, as `nocknock start`
/// does, has them all.
#[derive(Debug, Args)]
pub(crate) struct ShowTask {
    /// The task.
    task: TaskId,

    /// Leave out the timeline, which takes a moment for a long task.
    #[arg(long)]
    no_timeline: bool,
}

/// Everything about a task.
#[derive(Debug)]
struct Everything {
    id: TaskId,
    task: Task,
    now: BlockNumber,
    commitments: Vec<(AccountId, Commitment)>,
    claims: Vec<(AccountId, ClaimKey)>,
    asked: Vec<AccountId>,
    minting: Option<CurriculumTask>,
    equal_rows: u32,
    ranking: Ranking,
    deliveries: Vec<(AccountId, Delivery)>,
    timeline: Timeline,
    /// What the points are, if it is known here.
    metric: Option<Metric>,
}

#[derive(Debug, Default)]
struct Timeline {
    events: Vec<EventRecord>,
    /// Blocks whose events the node no longer has.
    forgotten: u32,
}

impl ShowTask {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let best = node.best().await?;
        let task = known_task(&best, self.task).await?;
        let ranking = best.ranking(self.task).await?;
        let everything = Everything {
            id: self.task,
            now: best.block().number,
            commitments: best.commitments(self.task).await?,
            claims: best.claims(self.task).await?,
            asked: best.asked(self.task).await?,
            minting: best.curriculum_task(self.task).await?,
            equal_rows: best.equal_rows(self.task).await?,
            deliveries: deliveries(&best, self.task, &ranking).await?,
            timeline: if self.no_timeline {
                Timeline::default()
            } else {
                timeline(node, self.task, &task, best.block().number).await?
            },
            metric: metric(node, self.task, &task).await,
            ranking,
            task,
        };
        let value = everything.json();
        node.output.show(&value, || everything.text())
    }
}

/// What the points of a task are, if its private file is here.
async fn metric(node: &Node, id: TaskId, task: &Task) -> Option<Metric> {
    let path = follow::private_file(node, id).await.ok()?;
    let encoding = read_encoding(&path).ok()?;
    (encoding.hash() == task.encoding).then(|| encoding.metric())
}

async fn deliveries(
    best: &Snapshot,
    task: TaskId,
    ranking: &Ranking,
) -> Result<Vec<(AccountId, Delivery)>, Failure> {
    let workers = ranking.iter().map(|entry| entry.worker);
    let deliveries = ask_all(workers.map(|worker| delivery(best.clone(), task, worker))).await?;
    Ok(deliveries.into_iter().flatten().collect())
}

async fn delivery(
    best: Snapshot,
    task: TaskId,
    worker: AccountId,
) -> Result<Option<(AccountId, Delivery)>, QueryError> {
    let delivery = best.delivery(task, &worker).await?;
    Ok(delivery.map(|delivery| (worker, delivery)))
}

/// The events of a task, from the block of its creation to that of its end.
async fn timeline(
    node: &Node,
    id: TaskId,
    task: &Task,
    now: BlockNumber,
) -> Result<Timeline, Failure> {
    let finished = task.settlement.as_ref().and_then(|settled| settled.finished_at);
    let blocks = task.created_at..=finished.unwrap_or(now).min(now);
    let questions = blocks.map(|number| {
        let passed = number.saturating_sub(task.created_at);
        if passed > 0 && passed.is_multiple_of(PROGRESS) {
            node.output.say(format!("reading block {number}"));
        }
        events_of(node.client.clone(), number, id)
    });
    let mut timeline = Timeline::default();
    for events in ask_all(questions).await? {
        match events {
            Some(events) => timeline.events.extend(events),
            None => timeline.forgotten += 1,
        }
    }
    Ok(timeline)
}

/// What a block tells of a task, unless the node has forgotten its state.
async fn events_of(
    client: Client,
    number: BlockNumber,
    task: TaskId,
) -> Result<Option<Vec<EventRecord>>, QueryError> {
    match read_events(&client, number).await {
        Ok(events) => Ok(Some(about(events, task).collect())),
        Err(QueryError::Pruned { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn read_events(client: &Client, number: BlockNumber) -> Result<Vec<EventRecord>, QueryError> {
    client.at_number(number).await?.events().await
}

fn about(events: Vec<EventRecord>, task: TaskId) -> impl Iterator<Item = EventRecord> {
    events.into_iter().filter(move |record| record.event.task() == Some(task))
}

impl Everything {
    fn json(&self) -> Value {
        let list = |values: Vec<Value>| Value::Array(values);
        let commitments = self.commitments.iter();
        let commitments = commitments.map(|(who, entry)| views::task::commitment(who, entry));
        let deliveries = self.deliveries.iter();
        let deliveries = deliveries.map(|(who, delivery)| views::task::delivery(who, delivery));
        let events = self.timeline.events.iter().map(views::event::event);
        let value = views::task::task(self.id, &self.task, self.now);
        let value = with(value, "commitments", list(commitments.collect()));
        let claims = self.claims.iter().map(views::task::claim);
        let value = with(value, "claims", list(claims.collect()));
        let asked = self.asked.iter().map(views::shown);
        let value = with(value, "asked", list(asked.collect()));
        let value = with(value, "minting", self.minting.as_ref().map(views::task::minting));
        let value = with(value, "equal_rows", self.equal_rows);
        let value = with(value, "metric", self.metric);
        let value = with(value, "ranking", list(views::task::ranking(&self.ranking)));
        let value = with(value, "deliveries", list(deliveries.collect()));
        let value = with(value, "timeline", list(events.collect()));
        with(value, "forgotten_blocks", self.timeline.forgotten)
    }

    fn text(&self) -> String {
        let mut parts = vec![pairs(self.facts())];
        if self.task.settlement.is_some() && !self.ranking.is_empty() {
            parts.push(self.ranking_table());
        } else if !self.commitments.is_empty() {
            parts.push(self.commitment_table());
        }
        if !self.timeline.events.is_empty() {
            parts.push(self.timeline_table());
        }
        if self.timeline.forgotten > 0 {
            parts.push(format!(
                "The node has discarded the states of {} blocks of the task, so their events are missing.",
                self.timeline.forgotten
            ));
        }
        parts.join("\n\n")
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let task = &self.task;
        let mut facts = vec![
            ("task", self.id.to_string()),
            ("experiment", task.experiment.to_string()),
            ("requester", task.requester.to_string()),
            ("phase", self.phase()),
        ];
        facts.extend(self.money());
        facts.extend(self.data());
        facts.extend(self.balance());
        let counts = format!("{}, {}, {}", task.committed, task.claimed, task.proved);
        facts.push(("committed, claimed, proved", counts));
        facts.extend(self.round());
        facts.extend(self.champion());
        if self.equal_rows > 0 {
            let shown = format!("{} of {}", self.equal_rows, task.test_rows());
            facts.push(("test rows public before", shown));
        }
        facts
    }

    /// What a score is, where it is no share of different rows.
    fn balance(&self) -> Option<(&'static str, String)> {
        let balanced = self.metric.filter(Metric::is_balanced)?;
        Some(("score", format!("{balanced}: each class counts the same, by copies of rows")))
    }

    /// The round of proofs, and which claims are its turn.
    fn round(&self) -> Option<(&'static str, String)> {
        let round = self.task.round.as_ref().filter(|_| self.task.settlement.is_none())?;
        let names: Vec<String> = self.asked.iter().map(who).collect();
        let asked = format!(
            "{} since block {}: asked are {}; {} not proved yet, {} claims wait",
            round.number,
            round.began,
            names.join(", "),
            round.open,
            self.task.waiting
        );
        Some(("round of proofs", asked))
    }

    /// The champion of the experiment, which has to be proved on the same rows.
    fn champion(&self) -> Option<(&'static str, String)> {
        let reference = self.task.reference.as_ref()?;
        let proved = format!(
            "version {}, {} points proved on {} of {} test blocks",
            reference.version,
            reference.points,
            reference.proved_blocks(),
            self.task.test_blocks
        );
        Some(("champion", proved))
    }

    fn phase(&self) -> String {
        let deadline = self.task.deadline(self.now);
        let until = deadline.map_or_else(String::new, |block| format!(", until block {block}"));
        let phase = views::task::phase(self.task.phase(self.now));
        format!("{phase}{until}")
    }

    fn money(&self) -> [(&'static str, String); 3] {
        let (terms, held) = (&self.task.terms, &self.task.held);
        let risked = format!("{}, {} NNK", Amount(terms.bond), Amount(terms.stake));
        let held = format!(
            "{} NNK for the reward, {} for the bond, {} for storage",
            Amount(held.escrow),
            Amount(held.bond),
            Amount(held.record)
        );
        [("reward", self.reward()), ("bond, stake", risked), ("held now", held)]
    }

    fn data(&self) -> [(&'static str, String); 4] {
        let task = &self.task;
        let blocks = format!("{} blocks, {} of them tests", task.blocks, task.test_blocks);
        let published = task.train_data.as_ref().map(ToString::to_string);
        let least = &task.terms.min_score;
        [
            ("shape", shape_name(&task.architecture)),
            ("data", blocks),
            ("training data", published.unwrap_or_else(|| "not published yet".to_owned())),
            ("least score", format!("{least} ({})", percent(least))),
        ]
    }

    fn reward(&self) -> String {
        match (self.task.funding, &self.minting) {
            (Funding::Sponsored, _) => format!("{} NNK", Amount(self.task.terms.reward)),
            (Funding::Curriculum, None) => "minted".to_owned(),
            (Funding::Curriculum, Some(minting)) => format!(
                "minted, {} NNK for each halving of the error; the winner gets {} NNK at most",
                Amount(minting.unit),
                Amount(minting.prize())
            ),
        }
    }

    fn ranking_table(&self) -> String {
        let chunks = self.task.architecture.chunks();
        let rows = (0..).zip(self.ranking.iter()).map(|(rank, entry): (u32, _)| {
            let delivery = self.deliveries.iter().find(|(who, _)| *who == entry.worker);
            let state = match delivery {
                Some((_, delivery)) if delivery.sealed.is_some() => "delivered and paid".to_owned(),
                Some((_, delivery)) => format!("{} of {chunks} chunks delivered", delivery.chunks),
                None => String::new(),
            };
            let score = self.task.score(entry.correct);
            vec![
                number(rank),
                text(who(&entry.worker)),
                number(percent(&score)),
                number(score),
                number(self.price(entry.amount, entry.bits)),
                text(state),
            ]
        });
        table(&["rank", "worker", "score", "points", "gets at most", ""], rows)
    }

    /// What a rank gets at most, and for what where the chain mints it.
    fn price(&self, amount: Balance, bits: Bits) -> String {
        match self.task.funding {
            Funding::Sponsored => format!("{} NNK", Amount(amount)),
            Funding::Curriculum => format!("{} NNK for {} halvings", Amount(amount), halved(bits)),
        }
    }

    fn commitment_table(&self) -> String {
        let rows = self.commitments.iter().map(|(worker, entry)| {
            vec![
                text(who(worker)),
                number(entry.at),
                text(views::task::claim_words(&entry.claim)),
                number(format!("{}/{}", entry.proved_blocks(), self.task.test_blocks)),
            ]
        });
        table(&["worker", "committed in block", "claim", "blocks proved"], rows)
    }

    fn timeline_table(&self) -> String {
        let rows = self.timeline.events.iter().map(|record| {
            vec![number(record.block.number), text(views::event::sentence(&record.event))]
        });
        table(&["block", "what happened"], rows)
    }
}
