//! The commands that the pages show are commands that the programs understand.
//!
//! Those of README.md, the first page for newcomers, the tutorial and the validators' page are run
//! as they stand by `scripts/check-docs`. The others speak of tasks and files of the reader; here
//! their arguments are read by the programs, which then print their help.

use crate::processes::program;
use std::{env, fs, path::Path, process::Command};

const PAGES: [&str; 9] = [
    "circuits/cli/README.md",
    "cli/README.md",
    "docs/first-contact.md",
    "docs/requester.md",
    "docs/tutorial.md",
    "docs/worker.md",
    "examples/data/README.md",
    "examples/embeddings/README.md",
    "examples/images/README.md",
];

const PROGRAMS: [&str; 3] = ["nocknock", "nocknock-circuits", "nocknock-worker"];

#[test]
fn the_programs_understand_every_command_of_the_pages() {
    for page in PAGES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(page);
        let commands = commands(&fs::read_to_string(path).unwrap());
        assert!(!commands.is_empty(), "{page} shows no command");
        for command in commands {
            explain(page, &command);
        }
    }
}

#[test]
#[should_panic(expected = "--no-such-option")]
fn a_command_with_an_unknown_option_is_noticed() {
    explain("a page", "nocknock tasks --no-such-option");
}

/// The arguments before `--help` are read first, and an unknown one ends the program with an error.
fn explain(page: &str, command: &str) {
    let programs = program("nocknock-worker");
    let folder = programs.parent().unwrap().to_owned();
    let path = env::join_paths([folder, "/usr/bin".into(), "/bin".into()]).unwrap();
    let output = Command::new("sh")
        .args(["-c", &format!("{command} --help")])
        .env("PATH", path)
        .env("DATA", "/data")
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{page}: {command}\n{error}");
    let help = String::from_utf8_lossy(&output.stdout);
    assert!(help.contains("Usage: "), "{page}: {command}\n{help}");
}

/// The lines of a page's shell blocks that begin with a program, without remarks and what their
/// output is piped to.
fn commands(page: &str) -> Vec<String> {
    let blocks = page.split("```").skip(1).step_by(2);
    let shell = blocks.filter_map(|block| block.strip_prefix("sh\n"));
    let lines: Vec<String> = shell
        .flat_map(|block| {
            let joined = block.replace("\\\n", " ");
            joined.lines().map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    lines
        .iter()
        .filter_map(|line| {
            let line = line.strip_prefix("bin/").unwrap_or(line);
            let line = [" #", " |"]
                .iter()
                .fold(line, |line, end| line.split_once(end).map_or(line, |(command, _)| command));
            let name = line.split(' ').next()?;
            PROGRAMS.contains(&name).then(|| line.trim_end().to_owned())
        })
        .collect()
}
