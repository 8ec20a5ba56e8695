//! A node that is killed goes on from its database.

use std::{
    fs::{self, File},
    path::Path,
    process::{Command, Stdio},
    thread::sleep,
    time::Duration,
};

use crate::support::{
    chain::{self, Block},
    command::{assert_no_panic, PROGRAM},
    gate,
    node::{Launch, TEST_CHAIN},
};

const KILLS: u32 = 10;

/// Each third kill falls while the node starts and opens its database.
const EARLY: u32 = 3;

/// The moment of each kill is drawn from a seed that the test prints; to repeat a run, set
/// `NOCKNOCK_TEST_SEED` to it.
#[test]
fn a_development_chain_goes_on_after_each_of_ten_kills() {
    let _gate = gate::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut random = fastrand::Rng::with_seed(seed());
    let mut last = None;
    for kill in 1..=KILLS {
        if kill.is_multiple_of(EARLY) {
            let life = Duration::from_millis(random.u64(0..1_000));
            println!("kill {kill} {life:?} after the start");
            start_and_be_killed(folder.path(), life);
            continue;
        }
        let life = Duration::from_millis(random.u64(0..2_500));
        let seen = live_and_be_killed(folder.path(), last, life);
        println!("kill {kill} after {life:?}: finalised {}", seen.number);
        last = Some(seen);
    }
    let node = Launch::dev(folder.path()).start();
    let last = last.expect("ten kills");
    assert_goes_on_from(&node, &last);
    chain::wait_for_finality(&node, last.number + 2);
}

/// Lets the node finalise at least two more blocks, then kills it after `life`.
///
/// Returns the first of them: the database writes in the background, so a block that was finalised
/// in the very last moment may be finalised again.
fn live_and_be_killed(folder: &Path, before: Option<Block>, life: Duration) -> Block {
    let node = Launch::dev(folder).start();
    let start = match &before {
        Some(last) => {
            assert_goes_on_from(&node, last);
            last.number
        }
        None => 0,
    };
    let seen = chain::wait_for_finality(&node, start + 1);
    // The database takes one block after the other, so by later ones it has written this one down.
    // Four are made in a second.
    chain::wait_for_finality(&node, seen.number + 4);
    sleep(life);
    node.kill();
    seen
}

/// Starts the node, and kills it after `life` whether or not it answers by then.
fn start_and_be_killed(folder: &Path, life: Duration) {
    let log = folder.join("start.log");
    // The same node as that of `Launch::dev`, which waits until it answers.
    let mut node = Command::new(PROGRAM)
        .args(TEST_CHAIN)
        .args(["--name", "dev", "--no-mdns", "--no-prometheus"])
        .args(["--rpc-port", "0", "--listen-addr", "/ip4/127.0.0.1/tcp/0"])
        .arg("--base-path")
        .arg(folder.join("dev"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(&log).expect("a writable folder"))
        .spawn()
        .expect("the node can be started");
    sleep(life);
    let ended = node.try_wait().expect("a child process");
    node.kill().expect("our own child can be killed");
    node.wait().expect("a killed child ends");
    let log = fs::read(&log).expect("the log of a started node");
    let log = String::from_utf8_lossy(&log);
    assert_eq!(ended, None, "the node ended by itself:\n{log}");
    assert_no_panic(&log);
}

fn assert_goes_on_from(node: &crate::support::node::Node, last: &Block) {
    assert!(chain::finalised(node).number >= last.number, "finality went back");
    assert!(chain::best(node).number >= last.number, "the chain went back");
    assert_eq!(chain::hash_at(node, last.number), last.hash, "another block was finalised");
}

fn seed() -> u64 {
    let given = std::env::var("NOCKNOCK_TEST_SEED").ok();
    let seed = given.map(|seed| seed.parse().expect("NOCKNOCK_TEST_SEED is a number"));
    let seed = seed.unwrap_or_else(|| fastrand::u64(..));
    println!("NOCKNOCK_TEST_SEED={seed}");
    seed
}
