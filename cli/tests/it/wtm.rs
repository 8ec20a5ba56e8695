//! Facts of the World Truth Model, from their proposal to their end, and the money on them.
//!
//! Eve proposes, charlie attests, ferdie disputes, and bob votes: he has earned tokens, and so work
//! points. Nobody else has, so no dispute of this chain has a quorum.

use crate::people::{event, units, People, NNK};
use serde_json::{json, Value};
use std::thread;

/// Facts with a bond, by what becomes of them.
struct Facts {
    doubted: String,
    undisputed: String,
}

/// Facts are accepted, lapse, are superseded and retracted, and everybody gets what is theirs.
pub(crate) fn facts_are_decided_and_bonds_paid_out(people: &People) {
    let purses = ["eve", "charlie", "ferdie", "bob"].map(|who| people.purse(who));
    let [eve, charlie, ferdie, bob] = &purses;
    let facts = propose_and_dispute(people);
    a_mistake_is_retracted(people);
    eve.holds_more(people, 2 * NNK);
    charlie.holds_more(people, NNK / 2);
    ferdie.holds_more(people, 2 * NNK);
    vote(people, &facts.doubted);
    bob.holds_more(people, NNK / 10);
    let successor = accept_and_supersede(people, &facts.undisputed);
    one_vote_decides_nothing(people, &facts.doubted);
    accept_successor(people, &facts.undisputed, &successor);

    // Two records have cost 0.1 NNK each.
    eve.has_gained(people, -100_000_000_000);
    charlie.has_gained(people, 0);
    ferdie.has_gained(people, -100_000_000_000);
    bob.has_gained(people, 0);
}

/// Gives the number of a fact that is gone.
pub(crate) fn a_mistake_is_retracted(people: &People) -> String {
    let mistaken = fact(&people.act("eve", &proposal("mistaken")));
    people.are_refused("ferdie", &["wtm", "retract", &mistaken], "NotProposer");
    let report = people.act("eve", &["wtm", "retract", &mistaken]);
    assert_eq!(event(&report, "FactDecided")["status"], "retracted");
    assert_eq!(event(&report, "FactDecided")["fee"], "0");
    assert_eq!(event(&report, "Claimed")["returned"], "1");
    gone(people, &mistaken);
    mistaken
}

/// Bonds are taken for 20 blocks only, so people act side by side.
fn propose_and_dispute(people: &People) -> Facts {
    let doubted = fact(&people.act("eve", &proposal("doubted")));
    let blob = "A".repeat(43);
    let source = ["--uri", "https://example.org/value", "--blob", &blob];
    let imported = [proposal("undisputed").as_slice(), source.as_slice()].concat();
    let answers = people.act_at_once(&[
        ("ferdie", &["wtm", "dispute", &doubted]),
        ("charlie", &["wtm", "attest", &doubted]),
        ("eve", &imported),
    ]);
    assert!(event(&answers[0], "FactDisputed")["disputer"].is_string());
    assert!(event(&answers[1], "FactAttested")["attester"].is_string());
    Facts { doubted, undisputed: fact(&answers[2]) }
}

/// Votes are taken for 20 blocks only, so one is cast while somebody else is refused.
fn vote(people: &People, id: &str) {
    let case = &show(people, id)["case"];
    assert_eq!(case["support_bonds"], "1.5");
    assert_eq!(case["against_bonds"], "2");
    people.wait_for_block(case["window_end"].as_u64().unwrap());
    let by_eve = ["wtm", "vote", id, "for"];
    let report = thread::scope(|scope| {
        scope.spawn(|| people.are_refused("eve", &by_eve, "NoPoints"));
        people.act("bob", &["wtm", "vote", id, "for"])
    });
    assert_eq!(event(&report, "VoteCast")["support"], true);
    assert!(units(&event(&report, "VoteCast")["points"]) > 0);
    let too_late = ["wtm", "dispute", id];
    people.are_refused("bob", &too_late, "WindowClosed");
}

/// The bonds stay on hold, so the fact is believed by more than a half; and it can be disputed.
fn accept_and_supersede(people: &People, id: &str) -> String {
    let case = &show(people, id)["case"];
    people.wait_for_block(case["window_end"].as_u64().unwrap());
    let report = people.act("charlie", &["wtm", "resolve", id]);
    assert_eq!(event(&report, "FactDecided")["status"], "accepted");
    assert_eq!(event(&report, "FactDecided")["fee"], "0.1");
    let accepted = show(people, id);
    assert_eq!(accepted["evidence"]["kind"], "imported");
    assert!(accepted["confidence"].as_f64().unwrap() > 0.5, "{accepted}");
    assert_eq!(accepted["stakes"][0]["held"], "0.9");
    let eve = people.account("eve");
    people.are_refused("charlie", &["wtm", "claim", id, "--account", &eve], "NotOwner");
    people.are_refused("bob", &["wtm", "remove", id], "NotRemovable");
    let cost = people.ask("charlie", &["wtm", "dispute", id, "--dry-run"]);
    assert_eq!(cost["call"], "Wtm.dispute");
    let found = ["query-wtm", "physics", "undisputed", "--accepted"];
    let found = people.chain.run(&found).json();
    assert_eq!(found.as_array().map(Vec::len), Some(1));
    fact(&people.act("ferdie", &["wtm", "supersede", id, "--object", "2"]))
}

/// Bob has all points there are, but one vote counts for a third of the quorum at most.
fn one_vote_decides_nothing(people: &People, id: &str) {
    let case = &show(people, id)["case"];
    people.wait_for_block(case["vote_end"].as_u64().unwrap());
    let report = people.act("charlie", &["wtm", "resolve", id]);
    assert_eq!(event(&report, "FactDecided")["status"], "lapsed");
    assert_eq!(event(&report, "FactDecided")["fee"], "0");
    claimed(&report, ["1", "0", "0"]);
    assert_eq!(show(people, id)["confidence"], 0.0);
    let ferdie = people.account("ferdie");
    let disputer = people.act("eve", &["wtm", "claim", id, "--account", &ferdie]);
    claimed(&disputer, ["2", "0", "0"]);
    claimed(&people.act("charlie", &["wtm", "claim", id]), ["0.5", "0", "0"]);
    people.are_refused("charlie", &["wtm", "claim", id], "NothingToClaim");
    claimed(&people.act("bob", &["wtm", "claim", id]), ["0.1", "0", "0"]);
    gone(people, id);
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
    claimed(&people.act("ferdie", &["wtm", "claim", successor]), ["0.9", "0", "0"]);
    assert_eq!(show(people, successor)["confidence"], 0.5);
    people.are_refused("charlie", &["wtm", "dispute", successor], "NoBondsLeft");
    let eve = people.account("eve");
    let returned = people.act("charlie", &["wtm", "claim", old, "--account", &eve]);
    claimed(&returned, ["0.9", "0", "0"]);
    assert_eq!(show(people, old)["case"], Value::Null);
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
