//! A chain whose accounts own tokens, a store, and a requester whose tasks open at once.
//!
//! The chain is the node's preset for load tests. The test blocks of the tasks are fixed, so that
//! nothing waits for a draw; nobody reveals them, because the faults of these tests come before
//! that.

use crate::{
    chain::{Services, DIGITS},
    processes::{free_port, program, until, Running, PATIENCE},
    support::Finished,
    workers::SHAPE,
};
use nocknock_client::{
    calls, Balance, BlockNumber, Call, Client, ConnectOptions, Follow, Keys, Snapshot, TaskSpec,
    Wait, NNK,
};
use nocknock_dataset::{
    prepare as prepare_table, PreparedTask, Range, ReadOptions, SplitOptions, SplitSeed, Table,
    Wanted,
};
use nocknock_dev_store::{self as dev_store, DevStore};
use nocknock_primitives::{
    circuit::CircuitKind,
    experiment::Description,
    ids::{BlobId, CircuitId, ExperimentId, PointBytes},
    limits::List,
    model::{names::named, Architecture, RecipientSecret},
    score::Score,
    task::{Periods, Split, Terms},
};
use nocknock_storage::client::{self as storage, ClientConfig, PutOptions};
use serde_json::Value;
use std::{
    net::{Ipv4Addr, SocketAddr, TcpStream},
    num::NonZeroU32,
    path::Path,
    process::Command,
    sync::{Arc, Mutex, PoisonError, Weak},
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Blocks of the data, and the one that tasks are tested on.
const BLOCKS: u16 = 10;
const TEST_BLOCK: u16 = 1;

/// What runs. The node is killed when this is dropped.
pub(crate) struct World {
    client: Client,
    store: DevStore,
    node: Mutex<Option<Running>>,
    runtime: Runtime,
    rpc_port: u16,
    requester: Keys,
    experiment: ExperimentId,
    home: TempDir,
}

/// A task that a test asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer {
    /// Blocks in which commitments are taken.
    pub(crate) commit: BlockNumber,
    /// What a worker risks.
    pub(crate) stake: Balance,
    /// The published data is that of the roots on the chain.
    pub(crate) honest: bool,
}

/// An open task.
#[derive(Debug)]
pub(crate) struct Offered {
    pub(crate) task: u64,
    /// The number as an argument.
    pub(crate) id: String,
    /// The published training data.
    pub(crate) data: Vec<u8>,
}

impl Default for Offer {
    fn default() -> Self {
        Self { commit: 900, stake: NNK, honest: true }
    }
}

/// The chain that tests share which do not harm it. It ends with the last of them.
pub(crate) fn shared() -> Arc<World> {
    static WORLD: Mutex<Weak<World>> = Mutex::new(Weak::new());
    let mut world = WORLD.lock().unwrap_or_else(PoisonError::into_inner);
    world.upgrade().unwrap_or_else(|| {
        let started = Arc::new(World::start());
        *world = Arc::downgrade(&started);
        started
    })
}

impl World {
    /// Starts a chain and creates the experiment that its tasks belong to.
    pub(crate) fn start() -> Self {
        let home = tempfile::tempdir().expect("there is a folder for tests");
        let rpc_port = free_port();
        let node = start_node(home.path(), rpc_port);
        let runtime = Runtime::new().expect("there are threads");
        let requester = Keys::development("alice").expect("alice is a development account");
        let client = runtime.block_on(connect(rpc_port));
        let experiment = runtime.block_on(create_experiment(&client, &requester));
        let store = dev_store::Config::new(home.path().join("store"));
        let store = runtime.block_on(DevStore::serve(store));
        Self {
            client,
            store: store.expect("a store can be started"),
            node: Mutex::new(Some(node)),
            runtime,
            rpc_port,
            requester,
            experiment,
            home,
        }
    }

    /// Where node and store answer.
    pub(crate) fn services(&self) -> Services {
        Services { node: format!("ws://127.0.0.1:{}", self.rpc_port), store: self.store.url() }
    }

    /// The port of the node's JSON-RPC server.
    pub(crate) fn rpc_port(&self) -> u16 {
        self.rpc_port
    }

    /// Kills the node with the signal that no program can catch.
    pub(crate) fn kill_node(&self) {
        let node = self.node().take();
        assert!(node.expect("the node runs").kill(), "the node had ended");
    }

    /// Starts the node again, with the data and the port that it had.
    pub(crate) fn restart_node(&self) {
        let node = start_node(self.home.path(), self.rpc_port);
        *self.node() = Some(node);
    }

    fn node(&self) -> std::sync::MutexGuard<'_, Option<Running>> {
        self.node.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs the command line program to its end.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Finished {
        let mut command = self.services().command(self.home.path(), arguments);
        command.output().expect("the program can be started").into()
    }

    /// What the chain says about a task, with its timeline.
    #[track_caller]
    pub(crate) fn task(&self, id: &str) -> Value {
        self.ask(&["task", id]).json()
    }

    /// Creates a task that is open.
    pub(crate) fn offer(&self, offer: Offer) -> Offered {
        let prepared = prepare();
        let published = if offer.honest { prepared.clone() } else { prepare() };
        let data = published.train_blob(&[TEST_BLOCK]).encode();
        let data = data.expect("training data can be written");
        let create = async {
            let blob = put(&self.store.url(), data.clone()).await;
            let best = self.client.best().await.expect("the node answers");
            let spec = spec(&best, offer, &prepared, blob).await;
            let call = Call::from(calls::Tasks::create_task {
                experiment: self.experiment,
                spec: Box::new(spec.clone()),
            });
            let sent = self.client.submit(&self.requester, &call, Wait::InBlock);
            sent.await.expect("the chain takes the task").task()
        };
        let task = self.runtime.block_on(create);
        let task = task.expect("the chain says which task it created");
        Offered { task, id: task.to_string(), data }
    }

    /// A store of its own with some training data, at a port.
    pub(crate) fn other_store(&self, folder: &Path, port: u16, data: &[u8]) -> DevStore {
        let config = dev_store::Config {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            ..dev_store::Config::new(folder)
        };
        self.runtime.block_on(async {
            let store = DevStore::serve(config).await;
            let store = store.expect("a store can be started");
            put(&store.url(), data.to_vec()).await;
            store
        })
    }
}

fn start_node(home: &Path, rpc_port: u16) -> Running {
    let mut command = Command::new(program("nocknock-node"));
    command
        .args(["--chain", "bench", "--alice", "--force-authoring"])
        .args(["--unsafe-force-node-key-generation", "--no-mdns"])
        .args(["--no-prometheus", "--listen-addr", "/ip4/127.0.0.1/tcp/0"])
        .args(["--state-pruning", "archive", "--rpc-port"])
        .arg(rpc_port.to_string())
        .arg("--base-path")
        .arg(home.join("node"));
    let mut node = Running::spawn(&mut command, &home.join("node-output"));
    until("the node answers", || {
        assert!(node.ended().is_none(), "the node ended: {:?}", node.stderr());
        TcpStream::connect((Ipv4Addr::LOCALHOST, rpc_port)).ok()
    });
    node
}

async fn connect(rpc_port: u16) -> Client {
    let options = ConnectOptions {
        patience: PATIENCE,
        ..ConnectOptions::new(&[format!("ws://127.0.0.1:{rpc_port}")])
    };
    let client = Client::connect_with(options).await;
    let client = client.expect("the node answers");
    let first = client.wait_for_block(1, Follow::Best).await;
    first.expect("the chain begins");
    client
}

async fn create_experiment(client: &Client, owner: &Keys) -> ExperimentId {
    let description = Description::new("Digits for tests", "", &["digits"], None);
    let description = description.expect("a short description");
    let call = calls::Experiments::create_experiment { description, encoding: None }.into();
    let sent = client.submit(owner, &call, Wait::InBlock).await;
    let sent = sent.expect("the chain takes the experiment");
    sent.experiment().expect("the chain says which it created")
}

/// The digits under fresh salts, in a fresh order.
fn prepare() -> PreparedTask {
    let table = Table::read(Path::new(DIGITS), &ReadOptions::default());
    let table = table.expect("the example can be read");
    let range = Range::Fixed { low: 0.0, high: 15.0 };
    let options = SplitOptions {
        blocks: Some(BLOCKS),
        seed: SplitSeed::random().expect("there is randomness"),
    };
    let prepared = prepare_table(&table, &Wanted::default(), &digits(), range, &options);
    prepared.expect("the digits fit into the blocks")
}

fn digits() -> Architecture {
    named(SHAPE).expect("the shape of the digits has a name")
}

async fn put(store: &str, data: Vec<u8>) -> BlobId {
    let client = storage::Client::new(ClientConfig {
        aggregators: vec![store.to_owned()],
        publishers: vec![store.to_owned()],
        ..ClientConfig::default()
    });
    let client = client.expect("the store has an address");
    let stored = client.put(data, &PutOptions::new(NonZeroU32::MIN)).await;
    stored.expect("the store takes the data").id
}

async fn spec(best: &Snapshot, offer: Offer, prepared: &PreparedTask, blob: BlobId) -> TaskSpec {
    TaskSpec {
        terms: Terms {
            score_circuit: circuit(best, &CircuitKind::Score(digits())).await,
            delivery_circuit: circuit(best, &CircuitKind::Delivery).await,
            min_score: Score::new(1, 2),
            min_test_rows: 10,
            reward: 10 * NNK,
            shares: List::truncate_from(vec![10_000]),
            bond: 10 * NNK,
            stake: offer.stake,
            periods: Periods {
                publish: 10,
                commit: offer.commit,
                reveal: 10,
                claim: 10,
                prove: 60,
                deliver: 60,
            },
        },
        roots: List::truncate_from(prepared.roots().to_vec()),
        split: Split::Fixed {
            test_blocks: List::truncate_from(vec![TEST_BLOCK]),
            train_data: blob,
        },
        recipient: PointBytes(RecipientSecret::from_bytes([7; 32]).key().to_bytes()),
        encoding: prepared.encoding_hash(),
    }
}

async fn circuit(best: &Snapshot, kind: &CircuitKind) -> CircuitId {
    let circuits = best.circuits().await.expect("the node answers");
    let mut fitting =
        circuits.into_iter().filter(|(_, record)| record.is_active() && record.info.kind == *kind);
    let (id, _) = fitting.next().expect("the chain has circuits for digits");
    id
}
