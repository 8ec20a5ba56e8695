//! What the program says about itself.

use crate::support::run;
use std::path::Path;

const COMMANDS: [&str; 33] = [
    "start",
    "status",
    "create-experiment",
    "describe-experiment",
    "archive-experiment",
    "offer-experiment",
    "accept-experiment",
    "cancel-offer",
    "check-data",
    "propose-task",
    "follow",
    "cancel-task",
    "experiments",
    "tasks",
    "task",
    "leaderboard",
    "models",
    "set-stage",
    "transfer-model",
    "fetch-model",
    "predict",
    "wtm",
    "query-wtm",
    "verify",
    "rewards",
    "show-equal-rows",
    "transfer",
    "faucet",
    "keys",
    "validator",
    "export",
    "config",
    "completions",
];

fn help(arguments: &[&str]) -> String {
    run(Path::new("/"), arguments).text()
}

/// A text without the line breaks that depend on the width of the terminal.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_command_is_listed_and_explains_itself() {
    let all = help(&["--help"]);
    for name in COMMANDS {
        assert!(all.contains(&format!("\n  {name} ")), "{name} is not in {all}");
        let own = help(&[name, "--help"]);
        assert!(own.contains("Usage: nocknock"), "{name}: {own}");
    }
}

#[test]
fn the_exit_codes_are_part_of_the_help() {
    let all = help(&["--help"]);
    for line in ["Exit codes:", "4  the chain refused the transaction", "7  something is not"] {
        assert!(all.contains(line), "{line}");
    }
}

#[test]
fn no_secret_is_an_argument() {
    let all = help(&["status", "--help"]);
    for option in ["--seed ", "--password ", "--mnemonic", "--suri"] {
        assert!(!all.contains(option), "{option}");
    }
    for option in ["--seed-file", "--keystore", "--key-variable", "--dev-account"] {
        assert!(all.contains(option), "{option}");
    }
}

#[test]
fn keys_are_made_imported_and_shown_without_a_secret_on_the_command_line() {
    let all = help(&["keys", "--help"]);
    for name in ["generate", "import", "show"] {
        assert!(all.contains(&format!("\n  {name} ")), "{name} is not in {all}");
    }
    let generate = unwrapped(&help(&["keys", "generate", "--help"]));
    for word in ["Nothing secret is printed", "--print-phrase", "keys.json", "stay as they are"] {
        assert!(generate.contains(word), "{word} is not in {generate}");
    }
    let import = unwrapped(&help(&["keys", "import", "--help"]));
    for word in ["standard input", "--seed-file", "--key-variable", "with or without 0x"] {
        assert!(import.contains(word), "{word} is not in {import}");
    }
}

#[test]
fn whoever_asks_the_faucet_learns_where_its_tokens_come_from() {
    let faucet = unwrapped(&help(&["faucet", "--help"]));
    for word in ["development chain", "creates no tokens", "start --endowed", "--amount"] {
        assert!(faucet.contains(word), "{word} is not in {faucet}");
    }
    let start = unwrapped(&help(&["start", "--help"]));
    assert!(start.contains("--endowed") && start.contains("nobody has earned"), "{start}");
}

#[test]
fn the_commands_of_the_world_truth_model_are_complete() {
    let all = help(&["wtm", "--help"]);
    for name in [
        "list",
        "show",
        "propose",
        "attest",
        "dispute",
        "vote",
        "resolve",
        "claim",
        "retract",
        "supersede",
        "remove",
    ] {
        assert!(all.contains(&format!("\n  {name} ")), "{name} is not in {all}");
    }
}

#[test]
fn the_terms_of_a_task_are_explained() {
    let all = unwrapped(&help(&["propose-task", "--help"]));
    for word in [
        "--reward",
        "--min-score",
        "--below-majority",
        "--commit-period",
        "--claim-period",
        "private file",
        "lose the bond",
        "less than a quarter of that",
        "comes back when the chain removes the task",
    ] {
        assert!(all.contains(word), "{word} is not in {all}");
    }
}

#[test]
fn whoever_shows_equal_rows_learns_what_it_is_for() {
    let all = unwrapped(&help(&["show-equal-rows", "--help"]));
    for word in ["one of a hundred", "at least three", "A fifth of the part", "--known-at"] {
        assert!(all.contains(word), "{word} is not in {all}");
    }
}

#[test]
fn what_sends_one_call_can_be_rehearsed() {
    let alone = [
        "create-experiment",
        "describe-experiment",
        "archive-experiment",
        "offer-experiment",
        "accept-experiment",
        "cancel-offer",
        "cancel-task",
        "set-stage",
        "transfer-model",
        "show-equal-rows",
        "transfer",
    ];
    let about_facts = [
        "propose",
        "attest",
        "dispute",
        "vote",
        "resolve",
        "claim",
        "retract",
        "supersede",
        "remove",
    ];
    let alone = alone.map(|name| vec![name, "--help"]);
    let about_facts = about_facts.map(|name| vec!["wtm", name, "--help"]);
    for arguments in alone.into_iter().chain(about_facts) {
        let own = help(&arguments);
        assert!(own.contains("--dry-run"), "{arguments:?}: {own}");
    }
}

#[test]
fn what_cannot_be_undone_says_so() {
    let archive = unwrapped(&help(&["archive-experiment", "--help"]));
    assert!(archive.contains("Nobody can undo it"), "{archive}");
    let transfer = unwrapped(&help(&["transfer-model", "--help"]));
    assert!(transfer.contains("is not asked"), "{transfer}");
    let cancel = unwrapped(&help(&["cancel-task", "--help"]));
    assert!(cancel.contains("Reward and bond come back at once"), "{cancel}");
}
