//! A chain whose node can be killed: the node, a store that lives in the test, and questions to the
//! chain.

use crate::{
    chain::Services,
    processes::{free_port, program, until, Running, PATIENCE},
};
use nocknock_client::{
    AccountBalance, AccountId, BlockNumber, Client, ConnectOptions, EmissionState, EventRecord,
    QueryError, Snapshot, Task,
};
use nocknock_dev_store::{self as dev_store, DevStore};
use nocknock_primitives::{ids::TaskId, phase::Phase};
use std::{
    fs,
    future::Future,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        atomic::{AtomicU32, Ordering},
        Mutex,
    },
};
use tokio::runtime::Runtime;

/// A chain for development on a persistent folder, with its store.
#[derive(Debug)]
pub(super) struct Site {
    home: PathBuf,
    port: u16,
    client: Client,
    store: DevStore,
    node: Mutex<Option<Running>>,
    starts: AtomicU32,
    /// The last, because client and store live in it.
    runtime: Runtime,
}

impl Site {
    /// Starts node and store.
    #[track_caller]
    pub(super) fn start(home: &Path) -> Self {
        let runtime = Runtime::new().expect("the test has a runtime");
        let store = DevStore::serve(dev_store::Config::new(home.join("store")));
        let store = runtime.block_on(store).expect("the store can be started");
        // The node has the same after each kill.
        let port = free_port();
        let node = start_node(home, port, 0);
        let options = ConnectOptions { patience: PATIENCE, ..ConnectOptions::new(&[url(port)]) };
        let client = runtime.block_on(Client::connect_with(options));
        Self {
            home: home.to_owned(),
            port,
            client: client.expect("the node answers"),
            store,
            node: Mutex::new(Some(node)),
            starts: AtomicU32::new(1),
            runtime,
        }
    }

    /// Where all files of the test lie.
    pub(super) fn home(&self) -> &Path {
        &self.home
    }

    /// Where node and store answer.
    pub(super) fn services(&self) -> Services {
        Services { node: url(self.port), store: self.store.url() }
    }

    /// Kills the node, which has to be alive.
    #[track_caller]
    pub(super) fn kill_node(&self) {
        let node = self.node.lock().expect("no thread has failed").take();
        let node = node.expect("the node was started");
        assert!(node.kill(), "the node had ended before it was killed");
    }

    /// Starts the node again on what the kill has left. Gives the newest block of that, and returns
    /// when there is another one.
    #[track_caller]
    pub(super) fn start_node(&self) -> BlockNumber {
        let start = self.starts.fetch_add(1, Ordering::Relaxed);
        let node = start_node(&self.home, self.port, start);
        let left = newest_block(&node);
        *self.node.lock().expect("no thread has failed") = Some(node);
        until("the chain goes on", || {
            let best = self.ask(|best| async move { Ok(best.block().number) });
            best.filter(|number| *number > left)
        });
        left
    }

    /// Asks about the state after the newest block. Nothing if there is no answer now, as while the
    /// node starts.
    pub(super) fn ask<T, A>(&self, question: impl FnOnce(Snapshot) -> A) -> Option<T>
    where
        A: Future<Output = Result<T, QueryError>>,
    {
        let asked = async { question(self.client.best().await?).await };
        self.runtime.block_on(asked).ok()
    }

    /// The phase of a task now.
    pub(super) fn phase(&self, task: TaskId) -> Option<Phase> {
        let answer = self.ask(|best| async move { best.phase(task).await });
        answer.flatten().map(|answer| answer.phase)
    }

    /// The phase of a task in a block.
    #[track_caller]
    pub(super) fn phase_in(&self, block: BlockNumber, task: TaskId) -> Option<Phase> {
        until("the phase in a block is known", || {
            let asked = async { self.client.at_number(block).await?.phase(task).await };
            self.runtime.block_on(asked).ok()
        })
        .map(|answer| answer.phase)
    }

    /// All tasks.
    #[track_caller]
    pub(super) fn tasks(&self) -> Vec<(TaskId, Task)> {
        until("the tasks are known", || self.ask(|best| async move { best.all_tasks().await }))
    }

    /// What an account has.
    #[track_caller]
    pub(super) fn balance(&self, account: AccountId) -> AccountBalance {
        until("a balance is known", || self.ask(|best| async move { best.balance(&account).await }))
    }

    /// The books of the emission, and all tokens that exist.
    #[track_caller]
    pub(super) fn emission(&self) -> (EmissionState, u128) {
        until("the emission is known", || {
            self.ask(|best| async move {
                let issuance = best.total_issuance().await?;
                Ok::<_, QueryError>((best.emission().await?, issuance))
            })
        })
    }

    /// All events that users have a use for, from the first block to the newest one.
    #[track_caller]
    pub(super) fn events(&self) -> Vec<EventRecord> {
        let all = async {
            let mut events = Vec::new();
            let best = self.client.best().await?.block().number;
            for number in 1..=best {
                events.extend(self.client.at_number(number).await?.events().await?);
            }
            Ok::<_, QueryError>(events)
        };
        self.runtime.block_on(all).expect("the events can be read")
    }
}

fn url(port: u16) -> String {
    format!("ws://127.0.0.1:{port}")
}

/// Starts a node as `nocknock start` does, but on a port and a folder that stay.
#[track_caller]
fn start_node(home: &Path, port: u16, start: u32) -> Running {
    let mut command = Command::new(program("nocknock-node"));
    command
        .args(["--dev", "--no-mdns", "--no-prometheus"])
        .args(["--listen-addr", "/ip4/127.0.0.1/tcp/0"])
        .args(["--state-pruning", "archive"])
        .args(["--rpc-port", &port.to_string()])
        .arg("--base-path")
        .arg(home.join("chain"))
        .current_dir(home);
    let stem = home.join("node").join(format!("{start:03}-node"));
    let mut node = Running::spawn(&mut command, &stem);
    let address = until("the node answers", || {
        let log = fs::read_to_string(node.stderr()).unwrap_or_default();
        assert!(node.ended().is_none(), "the node has ended: {log}");
        let (_, rest) = log.split_once("Running JSON-RPC server: addr=")?;
        rest.split_once('\n').map(|(line, _)| line.to_owned())
    });
    let wanted = format!("127.0.0.1:{port}");
    assert!(address.contains(&wanted), "the node answers at {address}");
    node
}

/// The newest block that a node has found in its folder.
#[track_caller]
fn newest_block(node: &Running) -> BlockNumber {
    let log = fs::read(node.stderr()).expect("the log can be read");
    let log = String::from_utf8_lossy(&log);
    let rest = log.split_once("Highest known block at #").map(|(_, rest)| rest);
    let rest = rest.expect("the node says which block is its newest");
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().expect("a block has a number")
}
