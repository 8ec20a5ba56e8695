//! Facts of the World Truth Model, from their proposal to their end, and the money on them.
//!
//! Eve proposes, charlie attests, ferdie disputes, and bob votes: he has earned tokens, and so work
//! points.

use crate::people::{event, units, People, NNK};
use serde_json::{json, Value};
use std::thread;

/// How long a fact that was voted down stays readable on a development chain, in blocks.
const RETENTION: u64 = 100;

/// Facts with a bond, by what becomes of them.
struct Facts {
    upheld: String,
    rejected: String,
    undisputed: String,
}

/// Facts are accepted, upheld, voted down, superseded and retracted, and everybody gets what is
/// theirs. Gives the fact that was voted down.
pub(crate) fn facts_are_decided_and_bonds_paid_out(people: &People) -> String {
    let purses = ["eve", "charlie", "ferdie", "bob"].map(|who| people.purse(who));
    let [eve, charlie, ferdie, bob] = &purses;
    let facts = propose_and_dispute(people);
    retract(people);
    eve.holds_more(people, 3 * NNK);
    charlie.holds_more(people, NNK);
    ferdie.holds_more(people, 4 * NNK);
    vote(people, &facts);
    bob.holds_more(people, NNK / 5);
    let successor = accept_and_supersede(people, &facts.undisputed);
    uphold(people, &facts.upheld);
    vote_down(people, &facts.rejected);
    accept_successor(people, &facts.undisputed, &successor);

    // Four records have cost 0.1 NNK each; everything else went from one to another.
    eve.has_gained(people, 85_714_285_715);
    charlie.has_gained(people, 214_285_714_285);
    ferdie.has_gained(people, -700_000_000_000);
    bob.has_gained(people, 0);
    facts.rejected
}

/// What was voted down is removed when it has been readable for long enough.
pub(crate) fn what_was_voted_down_is_removed(people: &People, fact: &str) {
    let decided = show(people, fact)["decided_at"].as_u64().unwrap();
    people.wait_for_block(decided + RETENTION);
    let report = people.act("bob", &["wtm", "remove", fact]);
    assert_eq!(event(&report, "FactRemoved")["fact"].to_string(), fact);
    gone(people, fact);
}

/// Bonds are taken for 20 blocks only, so people act side by side.
fn propose_and_dispute(people: &People) -> Facts {
    let upheld = fact(&people.act("eve", &proposal("upheld")));
    let answers = people.act_at_once(&[
        ("ferdie", &["wtm", "dispute", &upheld]),
        ("charlie", &["wtm", "attest", &upheld]),
        ("eve", &proposal("rejected")),
    ]);
    let rejected = fact(&answers[2]);
    let blob = "A".repeat(43);
    let source = ["--uri", "https://example.org/value", "--blob", &blob];
    let imported = [proposal("undisputed").as_slice(), source.as_slice()].concat();
    let answers = people.act_at_once(&[
        ("ferdie", &["wtm", "dispute", &rejected]),
        ("charlie", &["wtm", "attest", &rejected]),
        ("eve", &imported),
    ]);
    assert!(event(&answers[0], "FactDisputed")["disputer"].is_string());
    assert!(event(&answers[1], "FactAttested")["attester"].is_string());
    Facts { upheld, rejected, undisputed: fact(&answers[2]) }
}

fn retract(people: &People) {
    let mistaken = fact(&people.act("eve", &proposal("mistaken")));
    people.are_refused("ferdie", &["wtm", "retract", &mistaken], "NotProposer");
    let report = people.act("eve", &["wtm", "retract", &mistaken]);
    assert_eq!(event(&report, "FactDecided")["status"], "retracted");
    assert_eq!(event(&report, "FactDecided")["fee"], "0");
    assert_eq!(event(&report, "Claimed")["returned"], "1");
    gone(people, &mistaken);
}

/// Votes are taken for 20 blocks only, so the second one is cast while somebody else is refused.
fn vote(people: &People, facts: &Facts) {
    let case = &show(people, &facts.rejected)["case"];
    assert_eq!(case["support_bonds"], "1.5");
    assert_eq!(case["against_bonds"], "2");
    people.wait_for_block(case["window_end"].as_u64().unwrap());
    let report = people.act("bob", &["wtm", "vote", &facts.upheld, "for"]);
    assert_eq!(event(&report, "VoteCast")["support"], true);
    let by_eve = ["wtm", "vote", &facts.rejected, "for"];
    let report = thread::scope(|scope| {
        scope.spawn(|| people.are_refused("eve", &by_eve, "NoPoints"));
        people.act("bob", &["wtm", "vote", &facts.rejected, "against"])
    });
    assert!(units(&event(&report, "VoteCast")["points"]) > 0);
    let too_late = ["wtm", "dispute", &facts.rejected];
    people.are_refused("bob", &too_late, "WindowClosed");
}

fn accept_and_supersede(people: &People, id: &str) -> String {
    let case = &show(people, id)["case"];
    people.wait_for_block(case["window_end"].as_u64().unwrap());
    let report = people.act("charlie", &["wtm", "resolve", id]);
    assert_eq!(event(&report, "FactDecided")["status"], "accepted");
    assert_eq!(event(&report, "FactDecided")["fee"], "0.1");
    assert_eq!(event(&report, "Claimed")["returned"], "0.9");
    let accepted = show(people, id);
    assert_eq!(accepted["evidence"]["kind"], "imported");
    assert_eq!(accepted["confidence"], 0.5);
    fact(&people.act("ferdie", &["wtm", "supersede", id, "--object", "2"]))
}

/// Ferdie's bond goes to those who stood by the fact, by what they had at stake.
fn uphold(people: &People, id: &str) {
    resolve_vote(people, id, "accepted");
    people.are_refused("eve", &["wtm", "claim", id], "LosersFirst");
    let ferdie = people.account("ferdie");
    let lost = people.act("eve", &["wtm", "claim", id, "--account", &ferdie]);
    claimed(&lost, ["0", "2", "0"]);
    let first = people.act("eve", &["wtm", "claim", id]);
    claimed(&first, ["0.9", "0", "1.285714285714"]);
    let second = people.act("charlie", &["wtm", "claim", id]);
    claimed(&second, ["0.5", "0", "0.714285714285"]);
    let voter = people.act("bob", &["wtm", "claim", id]);
    claimed(&voter, ["0.1", "0", "0"]);
    assert_eq!(show(people, id)["case"], Value::Null);
    assert_eq!(show(people, id)["confidence"], 1.0);
    let found = ["query-wtm", "physics", "upheld", "--accepted"];
    let found = people.chain.run(&found).json();
    assert_eq!(found.as_array().map(Vec::len), Some(1));
}

/// The bonds of eve and charlie go to ferdie, less what the record of the fact costs.
fn vote_down(people: &People, id: &str) {
    resolve_vote(people, id, "rejected");
    claimed(&people.act("eve", &["wtm", "claim", id]), ["0", "0.9", "0"]);
    let lost = people.act("charlie", &["wtm", "claim", id]);
    claimed(&lost, ["0", "0.5", "0"]);
    let won = people.act("ferdie", &["wtm", "claim", id]);
    claimed(&won, ["2", "0", "1.4"]);
    let voter = people.act("bob", &["wtm", "claim", id]);
    claimed(&voter, ["0.1", "0", "0"]);
    people.are_refused("bob", &["wtm", "claim", id], "NothingToClaim");
    people.are_refused("bob", &["wtm", "remove", id], "NotRemovable");
    assert_eq!(show(people, id)["confidence"], 0.0);
}

fn accept_successor(people: &People, old: &str, successor: &str) {
    let case = &show(people, successor)["case"];
    people.wait_for_block(case["window_end"].as_u64().unwrap());
    let report = people.act("ferdie", &["wtm", "resolve", successor]);
    assert_eq!(event(&report, "FactSuperseded")["by"].to_string(), successor);
    assert_eq!(show(people, old)["status"], "superseded");
    let newer = show(people, successor);
    assert_eq!(newer["object"], "2");
    assert_eq!(newer["history"][0].to_string(), old);
}

fn resolve_vote(people: &People, id: &str, verdict: &str) {
    let case = &show(people, id)["case"];
    people.wait_for_block(case["vote_end"].as_u64().unwrap());
    let report = people.act("charlie", &["wtm", "resolve", id]);
    assert_eq!(event(&report, "FactDecided")["status"], verdict);
    assert_eq!(event(&report, "FactDecided")["fee"], "0.1");
}

/// A claim has returned, lost and won so much.
#[track_caller]
fn claimed(report: &Value, [returned, lost, won]: [&str; 3]) {
    let fields = event(report, "Claimed");
    let found = json!([fields["returned"], fields["lost"], fields["won"]]);
    assert_eq!(found, json!([returned, lost, won]), "{report}");
}

fn proposal(subject: &str) -> Vec<&str> {
    vec![
        "wtm",
        "propose",
        "--domain",
        "physics",
        "--subject",
        subject,
        "--predicate",
        "value",
        "--object",
        "1",
    ]
}

/// The number of the fact that a report is about.
fn fact(report: &Value) -> String {
    report["fact"].to_string()
}

#[track_caller]
fn show(people: &People, fact: &str) -> Value {
    people.chain.run(&["wtm", "show", fact]).json()
}

#[track_caller]
fn gone(people: &People, fact: &str) {
    people.chain.run(&["wtm", "show", fact]).fails(5, &["no fact"]);
}
