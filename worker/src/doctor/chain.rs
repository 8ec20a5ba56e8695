//! The node, the account, and the keys of the chain's circuits.

use super::{clock::clock, tasks::tasks, DoctorInput, Finding, Level};
use crate::{
    chain::{asking, connect, may_work, ChainError},
    config::Tokens,
    recognise::{recognise, RecogniseError},
    secret::Secret,
    stages::{prove_block, BlockTask, Provers, StepError},
    state::{Owner, StateDir},
};
use nocknock_client::{CircuitRecord, Client, Follow, Keys, QueryError, Snapshot};
use nocknock_primitives::{
    circuit::{CircuitKind, KeyOrigin},
    model::{rows::fill_block, Context, ContextDomain, Fr, MlpShape, Row, Weights},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// How long a node may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The same for a quick look.
const QUICK: Duration = Duration::from_secs(1);
/// Slots in which a new block has to come.
const SLOTS_FOR_BLOCK: u32 = 5;
/// The least time for it: a busy machine misses some of a development chain's slots of a second.
const LEAST_FOR_BLOCK: Duration = Duration::from_secs(20);

/// Everything that needs the node.
pub(super) async fn examine(
    input: &DoctorInput<'_>,
    keys: Option<Keys>,
    provers: Arc<Provers>,
) -> Vec<Finding> {
    let patience = if input.quick { QUICK } else { PATIENCE };
    let client = match connect(&input.config.chain.urls, patience).await {
        Ok(client) => client,
        Err(error) => return vec![Finding::bad("node", error)],
    };
    let mut findings = vec![good_or_bad("node", node(&client).await)];
    findings.push(good_or_bad("blocks", blocks(&client).await));
    match client.best().await.map_err(asking) {
        Ok(snapshot) => {
            findings.push(clock(&client).await);
            findings.extend(circuits(input, &snapshot, provers).await);
            if let Some(keys) = keys {
                findings.push(ownership(input, &client, &keys).await);
                findings.push(account(input, &snapshot, &keys).await);
                findings.extend(tasks(input, &client, &snapshot, &keys.account()).await);
                findings.extend(development(input, &snapshot).await);
            }
        }
        Err(error) => findings.push(Finding::bad("node", error)),
    }
    findings
}

fn good_or_bad(check: &'static str, result: Result<String, ChainError>) -> Finding {
    match result {
        Ok(text) => Finding::good(check, text),
        Err(error) => Finding::bad(check, error),
    }
}

async fn node(client: &Client) -> Result<String, ChainError> {
    let info = client.chain().await.map_err(asking)?;
    if info.syncing {
        let text = "the node is still catching up with the chain: wait until it is not";
        return Err(ChainError::Unreachable(text.into()));
    }
    Ok(format!(
        "{}, genesis {:?}, block {}, {} peers",
        info.name, info.genesis, info.best.number, info.peers
    ))
}

/// A new block comes.
async fn blocks(client: &Client) -> Result<String, ChainError> {
    let info = client.chain().await.map_err(asking)?;
    let slot = Duration::from_millis(info.slot_millis);
    let longest = slot.saturating_mul(SLOTS_FOR_BLOCK).max(LEAST_FOR_BLOCK);
    let next = client.wait_for_block(info.best.number.saturating_add(1), Follow::Best);
    match tokio::time::timeout(longest, next).await {
        Ok(reached) => {
            let number = reached.map_err(asking)?.number;
            Ok(format!("block {number} came, one is due every {slot:?}"))
        }
        Err(_) => Err(ChainError::Unreachable(format!(
            "no block came in {} seconds after block {}",
            longest.as_secs(),
            info.best.number
        ))),
    }
}

/// The state directory is that of this account on this chain.
async fn ownership(input: &DoctorInput<'_>, client: &Client, keys: &Keys) -> Finding {
    const CHECK: &str = "owner of the state";
    let owner = Owner { account: keys.account(), genesis: client.genesis_hash() };
    if let Err(error) = StateDir::check_owner(input.state, &owner) {
        return Finding::bad(CHECK, error);
    }
    match recognise(client, input.state).await {
        Ok(()) => Finding::good(CHECK, "this account on this chain"),
        Err(error @ RecogniseError::Behind { .. }) => Finding::warning(CHECK, error),
        Err(error) => Finding::bad(CHECK, error),
    }
}

async fn account(input: &DoctorInput<'_>, snapshot: &Snapshot, keys: &Keys) -> Finding {
    const CHECK: &str = "account";
    let account = keys.account();
    let read = async {
        let balance = snapshot.balance(&account).await?;
        Ok::<_, QueryError>((balance.free, may_work(snapshot, &account).await?))
    };
    let (free, registered) = match read.await.map_err(asking) {
        Ok(read) => read,
        Err(error) => return Finding::bad(CHECK, error),
    };
    let policy = &input.config.policy;
    let text = format!("{} NNK free", Tokens(free));
    match (registered, free < policy.reserve.0) {
        (true, false) => Finding::good(CHECK, format!("{text}, registered")),
        (true, true) => Finding::warning(
            CHECK,
            format!("{text}, registered: sponsored tasks need a stake and policy.reserve"),
        ),
        (false, _) => Finding::warning(
            CHECK,
            format!("{text}, not registered: `nocknock-worker register` opens the curriculum"),
        ),
    }
}

/// Development accounts are for development chains.
async fn development(input: &DoctorInput<'_>, snapshot: &Snapshot) -> Option<Finding> {
    input.development?;
    Some(match is_development(snapshot).await {
        Ok(true) => Finding::good("development account", "this is a development chain"),
        Ok(false) => Finding::bad(
            "development account",
            "this is not a development chain, and everybody has the keys of this account",
        ),
        Err(error) => Finding::bad("development account", error),
    })
}

/// Whether anybody's proofs can be forged here: no other chain registers circuits with development
/// keys.
pub async fn is_development(snapshot: &Snapshot) -> Result<bool, ChainError> {
    let circuits = snapshot.circuits().await.map_err(asking)?;
    let mut origins = circuits.iter().map(|(_, record)| record.origin);
    Ok(origins.any(|origin| origin == KeyOrigin::Development))
}

/// There is a proving key for each active circuit whose shape the policy allows.
async fn circuits(
    input: &DoctorInput<'_>,
    snapshot: &Snapshot,
    provers: Arc<Provers>,
) -> Vec<Finding> {
    let circuits = match snapshot.circuits().await.map_err(asking) {
        Ok(circuits) => circuits,
        Err(error) => return vec![Finding::bad("circuits", error)],
    };
    let shapes = &input.config.policy.shapes;
    let wanted = |record: &CircuitRecord| {
        let name = record.info.shape.name();
        record.is_active() && (shapes.is_empty() || shapes.iter().any(|shape| shape == name))
    };
    let mut findings = Vec::new();
    for (_, record) in circuits.into_iter().filter(|(_, record)| wanted(record)) {
        let (provers, quick) = (provers.clone(), input.quick);
        let seconds = input.config.proving.seconds_per_block;
        let look = move || circuit(&provers, &record, quick, seconds);
        findings.push(match tokio::task::spawn_blocking(look).await {
            Ok(finding) => finding,
            Err(error) => Finding::bad("circuits", error),
        });
    }
    if findings.is_empty() {
        let text = "the chain has no active circuit of a shape in policy.shapes";
        findings.push(Finding::warning("circuits", text));
    }
    findings
}

pub(super) fn circuit(
    provers: &Provers,
    record: &CircuitRecord,
    quick: bool,
    seconds: u64,
) -> Finding {
    const CHECK: &str = "proving key";
    let name = format!("{} ({:?})", record.info.shape, record.info.kind);
    let made = match record.info.kind {
        CircuitKind::Delivery => provers.delivery(record).map(|_| None),
        CircuitKind::Score if quick => provers.score(record).map(|_| None),
        CircuitKind::Score => trial(provers, record).map(Some),
    };
    match made {
        Ok(None) => Finding::good(CHECK, format!("{name}: fits the chain")),
        Ok(Some(taken)) => {
            let slow = taken > Duration::from_secs(seconds);
            let level = if slow { Level::Warning } else { Level::Good };
            let advice = if slow { ": raise proving.seconds_per_block" } else { "" };
            let taken = taken.as_secs_f64();
            Finding::of(
                level,
                CHECK,
                format!("{name}: fits the chain, a proof takes {taken:.1} s{advice}"),
            )
        }
        Err(error) => Finding::bad(CHECK, format!("{name}: {error}")),
    }
}

/// Proves something about a model of zeros, which takes as long as about any other.
fn trial(provers: &Provers, record: &CircuitRecord) -> Result<Duration, StepError> {
    let shape = record.info.shape;
    let prover = provers.score(record)?;
    let began = Instant::now();
    let task = BlockTask {
        prover,
        context: Context {
            domain: ContextDomain::Score,
            genesis_hash: [0; 32],
            circuit: record.info.id(),
            task: 0,
            worker: [0; 32],
            block: 0,
        },
        weights: Weights::zero(&shape),
        salt: Secret::draw().map_err(crate::state::StateError::from)?,
        block_salt: Fr::from(0u8),
        rows: sample_block(&shape)?,
    };
    prove_block(&task, |_| ())?;
    Ok(began.elapsed())
}

fn sample_block(shape: &MlpShape) -> Result<Vec<Row>, StepError> {
    let row = Row::sample(shape, vec![0; usize::from(shape.inputs)], 0);
    let rows = fill_block(shape, vec![row; usize::from(shape.block_rows)]);
    rows.map_err(|error| StepError::Prove(error.to_string()))
}
