//! All stages in which a program can be killed, taken from the sources: a stage that is added there
//! and not killed in makes the test fail.

use nocknock_primitives::phase::Phase;
use serde_json::Value;
use std::collections::BTreeSet;

/// Where the worker's steps and what it waits for have their names.
const PLAN: &str = include_str!("../../../../worker/src/plan.rs");

/// Where the requester's steps are listed.
const STEPS: &str = include_str!("../../../../requester/src/steps.rs");

/// How the requester's program begins to tell of each step.
const MESSAGES: [(&str, &str); 12] = [
    ("AwaitCreation", "a creation was sent before"),
    ("Create", "creating the task"),
    ("Adopt", "the task is number"),
    ("Draw", "waiting for the randomness"),
    ("AwaitFinalDraw", "waiting until the draw"),
    ("Publish", "storing and publishing"),
    ("AwaitCommitments", "workers train and commit"),
    ("Reveal", "revealing test block"),
    ("AwaitClaims", "workers claim their scores"),
    ("AwaitProofs", "workers prove until"),
    ("AwaitDelivery", "rank "),
    ("Over", "the task has ended"),
];

/// Stages that no program is ever seen in here, and why.
const NOT_SEEN: [(Actor, &str, &str); 18] = [
    (Actor::Worker, "wait", "it is told apart by what is waited for"),
    (Actor::Worker, "nothing", "the task is over and the program ends"),
    (
        Actor::Worker,
        "waiting for the training data",
        "a task is chosen once its data is published; only a reorganisation leads back",
    ),
    (
        Actor::Worker,
        "waiting for the stake to come back",
        "the chain returns it in the block in which the task ends",
    ),
    (Actor::Worker, "concede", "there are no more workers than claims that are asked"),
    (
        Actor::Worker,
        "claimed, waiting to be asked for the proofs",
        "the last claim asks, often in the block in which the other one is seen",
    ),
    (Actor::Worker, "ask", "the last claim asks"),
    (Actor::Worker, "prove-champion", "the first task of an experiment has no champion"),
    (Actor::Worker, "submit-champion", "the first task of an experiment has no champion"),
    (Actor::Worker, "settle", "the chain settles in the block in which it can"),
    (Actor::Worker, "upload-chunk", "a model of the digits is one chunk, which goes with the key"),
    (
        Actor::Requester,
        "AwaitTask",
        "the number is known once the task is final, and the node keeps what is final",
    ),
    (Actor::Requester, "Ask", "the last claim asks"),
    (Actor::Requester, "Settle", "the chain settles in the block in which it can"),
    (Actor::Requester, "Finish", "the chain finishes in the block in which it can"),
    (Actor::Requester, "Gone", "the chain keeps a task for a day, and the program ends"),
    (Actor::Node, "ask", "the last claim asks"),
    (Actor::Node, "settle", "the chain settles in the block in which it can"),
];

/// The phases of a task in their order.
pub(super) const PHASES: [&str; 10] =
    ["created", "drawn", "open", "reveal", "claim", "ask", "prove", "settle", "deliver", "done"];

/// A program that is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Actor {
    /// `nocknock-worker run`, whose stages are those of its journal.
    Worker,
    /// `nocknock propose-task` and `nocknock follow`.
    Requester,
    /// `nocknock-node`, whose stages are the phases of the task.
    Node,
}

impl Actor {
    /// Every stage in which this program has to be killed.
    pub(super) fn stages(self) -> BTreeSet<String> {
        let mut stages = match self {
            Self::Worker => {
                let mut steps = words(PLAN, "pub fn name(&self)");
                steps.extend(words(PLAN, "impl fmt::Display for Waiting"));
                steps
            }
            Self::Requester => variants(STEPS, "pub enum Step {"),
            Self::Node => PHASES.map(str::to_owned).into(),
        };
        for (_, stage, _) in NOT_SEEN.iter().filter(|(actor, ..)| *actor == self) {
            assert!(stages.remove(*stage), "there is no stage {stage} any more");
        }
        stages
    }

    /// The stage that a program is in after a line of its output, if it was in `before`.
    pub(super) fn stage_after(self, line: &Value, before: Option<String>) -> Option<String> {
        let text = |key: &str| line[key].as_str();
        match self {
            Self::Worker => match text("event") {
                Some("began") => text("step").map(str::to_owned),
                Some("waiting") => text("what").map(str::to_owned),
                Some("done" | "failed" | "summary") => None,
                _ => before,
            },
            Self::Requester => text("message").and_then(step_of).or(before),
            Self::Node => before,
        }
    }
}

fn step_of(message: &str) -> Option<String> {
    let told = |(_, start): &&(&str, &str)| message.starts_with(start);
    let step = MESSAGES.iter().find(told);
    step.map(|(step, _)| (*step).to_owned())
}

/// A phase in a word. It does not compile if there is a phase that [`PHASES`] may lack.
pub(super) fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Created => "created",
        Phase::Drawn => "drawn",
        Phase::Open => "open",
        Phase::Reveal => "reveal",
        Phase::Claim => "claim",
        Phase::Ask => "ask",
        Phase::Prove => "prove",
        Phase::Settle => "settle",
        Phase::Deliver { .. } => "deliver",
        Phase::Done => "done",
    }
}

/// The texts to which a function of a source maps its cases.
fn words(source: &str, start: &str) -> BTreeSet<String> {
    let word = |line: &str| {
        let (_, rest) = line.split_once("=> \"")?;
        rest.split_once('"').map(|(word, _)| word.to_owned())
    };
    body(source, start, "\n    }\n").lines().filter_map(word).collect()
}

/// The cases of an enum of a source.
fn variants(source: &str, start: &str) -> BTreeSet<String> {
    let variant = |line: &str| {
        let name = line.strip_prefix("    ")?;
        let name = name.split(|c: char| !c.is_ascii_alphanumeric()).next()?;
        name.starts_with(|c: char| c.is_ascii_uppercase()).then(|| name.to_owned())
    };
    body(source, start, "\n}\n").lines().filter_map(variant).collect()
}

#[track_caller]
fn body<'a>(source: &'a str, start: &str, end: &str) -> &'a str {
    let rest = source.split_once(start).map(|(_, rest)| rest);
    let body = rest.and_then(|rest| rest.split_once(end));
    body.unwrap_or_else(|| panic!("the source has no {start:?}")).0
}

#[test]
fn the_stages_are_found_in_the_sources() {
    let worker = Actor::Worker.stages();
    for stage in ["fetch", "train", "claim", "deliver", "waiting for settlement"] {
        assert!(worker.contains(stage), "{stage} is not in {worker:?}");
    }
    let requester = Actor::Requester.stages();
    let told: BTreeSet<String> = MESSAGES.iter().map(|(step, _)| (*step).to_owned()).collect();
    assert_eq!(requester, told);
    assert_eq!(Actor::Node.stages().len(), 8);
}
