//! The node, the account, and the keys of the chain's circuits.

use super::{clock::clock, tasks::tasks, DoctorInput, Finding, Level};
use crate::{
    chain::{asking, connect, may_work, ChainError},
    config::{Config, Proving, Tokens},
    machine::free_memory_mib,
    policy::{is_wanted, memory_to_prove, time_of_proof},
    recognise::{recognise, RecogniseError},
    secret::Secret,
    stages::{prove_block, BlockTask, Provers, StepError},
    state::{Owner, StateDir, StateError},
};
use nocknock_circuits::keys::file_name;
use nocknock_client::{CircuitRecord, Client, Follow, Keys, QueryError, Snapshot};
use nocknock_primitives::{
    circuit::{CircuitKind, KeyOrigin},
    ids::CircuitId,
    model::{
        block_root, Architecture, Block, Context, ContextDomain, Fr, Head, Label, Sample,
        SampleError, Weights,
    },
};
use std::{
    collections::BTreeSet,
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

/// There is a proving key for each circuit that is needed.
async fn circuits(
    input: &DoctorInput<'_>,
    snapshot: &Snapshot,
    provers: Arc<Provers>,
) -> Vec<Finding> {
    let circuits = match needed_circuits(input, snapshot).await.map_err(asking) {
        Ok(circuits) => circuits,
        Err(error) => return vec![Finding::bad("circuits", error)],
    };
    if circuits.is_empty() {
        let text = "the chain has no active circuit of a shape in policy.shapes";
        return vec![Finding::warning("circuits", text)];
    }
    let mut findings = Vec::new();
    for record in circuits {
        let (provers, quick) = (provers.clone(), input.quick);
        let proving = input.config.proving.clone();
        let look = move || circuit(&provers, &record, quick, &proving);
        findings.push(match tokio::task::spawn_blocking(look).await {
            Ok(finding) => finding,
            Err(error) => Finding::bad("circuits", error),
        });
    }
    findings
}

/// Circuits whose proofs somebody waits for, retired ones among them.
#[derive(Debug, Default)]
pub(super) struct InUse {
    /// Those of the practice block and of tasks that are not settled.
    pub(super) tasks: BTreeSet<CircuitId>,
    /// Those of the champions of the curriculum, which winners prove.
    pub(super) champions: BTreeSet<CircuitId>,
}

/// The circuits that the worker needs. A chain may have many more, with keys of some 100 MB each.
async fn needed_circuits(
    input: &DoctorInput<'_>,
    snapshot: &Snapshot,
) -> Result<Vec<CircuitRecord>, QueryError> {
    let in_use = InUse {
        tasks: circuits_in_use(snapshot).await?,
        champions: circuits_of_champions(input, snapshot).await?,
    };
    let circuits = snapshot.circuits().await?.into_iter();
    let needed = circuits.filter(|(id, record)| is_needed(input.config, &in_use, id, record));
    Ok(needed.map(|(_, record)| record).collect())
}

/// Whether the worker needs a circuit: one of the shapes in the policy, or, if that allows all, of
/// those in use; one of deliveries; or one of a champion. A retired one is needed while it is in
/// use, and a disabled one never: the chain takes none of its proofs.
pub(super) fn is_needed(
    config: &Config,
    in_use: &InUse,
    id: &CircuitId,
    record: &CircuitRecord,
) -> bool {
    let is_in_use = in_use.tasks.contains(id);
    let may_be_used = is_in_use || record.is_active();
    let is_for_tasks = match &record.info.kind {
        CircuitKind::Score(_) if config.policy.shapes.is_empty() => is_in_use,
        CircuitKind::Score(architecture) => may_be_used && is_wanted(config, architecture),
        CircuitKind::Delivery => may_be_used,
    };
    record.is_usable() && (is_for_tasks || in_use.champions.contains(id))
}

async fn circuits_in_use(snapshot: &Snapshot) -> Result<BTreeSet<CircuitId>, QueryError> {
    let practice = snapshot.practice().await?.map(|practice| practice.terms.circuit);
    let tasks = snapshot.all_tasks().await?.into_iter();
    let open = tasks.filter(|(_, task)| task.settlement.is_none());
    let of_tasks =
        open.flat_map(|(_, task)| [task.terms.score_circuit, task.terms.delivery_circuit]);
    Ok(of_tasks.chain(practice).collect())
}

/// Whoever wins in the curriculum may have to prove what the champion scores on the same rows.
async fn circuits_of_champions(
    input: &DoctorInput<'_>,
    snapshot: &Snapshot,
) -> Result<BTreeSet<CircuitId>, QueryError> {
    let mut circuits = BTreeSet::new();
    if !input.config.policy.curriculum {
        return Ok(circuits);
    }
    for (experiment, _) in snapshot.curriculum().await? {
        if let Some(champion) = snapshot.champion(experiment).await? {
            let model = snapshot.model(experiment, champion.version).await?;
            circuits.extend(model.map(|model| model.delivered.circuit));
        }
    }
    Ok(circuits)
}

pub(super) fn circuit(
    provers: &Provers,
    record: &CircuitRecord,
    quick: bool,
    proving: &Proving,
) -> Finding {
    const CHECK: &str = "proving key";
    let name = file_name(&record.info.kind);
    let rows = record.info.constraints;
    let needed = memory_to_prove(rows);
    if let Some(free) = free_memory_mib().filter(|free| *free < needed) {
        let text = format!(
            "{name}: a proof takes about {needed} MiB of memory, and {free} are free: tasks of \
             this shape are left alone"
        );
        return Finding::warning(CHECK, text);
    }
    let made = match &record.info.kind {
        CircuitKind::Delivery => provers.delivery(record).map(|_| None),
        CircuitKind::Score(_) if quick => provers.score(record).map(|_| None),
        CircuitKind::Score(_) => trial(provers, record).map(Some),
    };
    match made {
        Ok(None) => Finding::good(CHECK, format!("{name}: fits the chain")),
        Ok(Some(taken)) => {
            let slow = taken > time_of_proof(proving, rows);
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

/// Proves the score of some model on some block, which takes as long as that of any other.
fn trial(provers: &Provers, record: &CircuitRecord) -> Result<Duration, StepError> {
    let prover = provers.score(record)?;
    let began = Instant::now();
    let architecture = prover.circuit().shape();
    let (block, weights) = samples(architecture)?;
    let task = BlockTask {
        prover: prover.clone(),
        context: Context {
            domain: ContextDomain::Score,
            genesis_hash: [0; 32],
            circuit: record.info.id(),
            task: 0,
            worker: [0; 32],
            block: 0,
        },
        weights,
        key: Secret::draw().map_err(StateError::from)?,
        bind: Fr::from(0u8),
        root: block_root(architecture, &[0; 32], 0, &block.to_wire(architecture)),
        block,
    };
    prove_block(&task, |_| ())?;
    Ok(began.elapsed())
}

/// A block and a model for a trial.
pub(super) fn samples(architecture: &Architecture) -> Result<(Block, Weights), StepError> {
    let block = sample_block(architecture);
    let block = block.map_err(|error| StepError::Prove(error.to_string()))?;
    Ok((block, sample_model(architecture)))
}

/// A full block, whose inputs take all values in turn: zeros alone would be proved faster.
fn sample_block(architecture: &Architecture) -> Result<Block, SampleError> {
    let largest = u16::try_from(architecture.max_input()).unwrap_or(u16::MAX);
    let inputs = (0..=largest).cycle().take(architecture.inputs.into()).collect();
    let label = match architecture.head {
        Head::Classes { .. } => Label::Class(0),
        Head::Labels { labels, .. } => Label::Labels(vec![false; labels.into()]),
        Head::Number { .. } => Label::Number(0),
    };
    Block::new(architecture, vec![Sample { inputs, label }; architecture.samples.into()])
}

/// A model whose weights are 1 and -1 in turn, or one of zeros where that is not safe.
fn sample_model(architecture: &Architecture) -> Weights {
    let mut model = Weights::zero(architecture);
    for layer in &mut model.layers {
        let signs = [1, -1].into_iter().cycle();
        layer.weights.iter_mut().zip(signs).for_each(|(weight, sign)| *weight = sign);
    }
    match model.is_safe(architecture) {
        Ok(()) => model,
        Err(_) => Weights::zero(architecture),
    }
}
