//! What people do in random sequences, and the calls by which they do it.

use super::WORKERS;
use crate::{chain::session_keys, world::list};
use nocknock_primitives::{
    fact::{Source, Statement},
    ids::{ExperimentId, FactId, TaskId},
};
use nocknock_runtime::{Runtime, RuntimeCall};
use proptest::{prelude::*, sample::select};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

/// Something that somebody does. Tasks, facts and experiments are counted from the newest one back.
#[derive(Clone, Copy, Debug)]
pub(super) enum Action {
    CreateCurriculum(u64),
    CreateSponsored(usize, u64),
    Publish(usize),
    Commit(usize, usize),
    Withdraw(usize, usize),
    Reveal(usize),
    /// The last number is what is claimed above the true score.
    Claim(usize, usize, u32),
    Prove(usize, usize),
    ProveChampion(usize, usize),
    Upload(usize, usize),
    Deliver(usize, usize),
    Cancel(usize),
    /// A step about a task that anybody may take, and the sweep takes if nobody does.
    Hasten(Due, usize, usize),
    OnFact(FactStep, usize, usize),
    OnExperiment(ExperimentStep, usize, usize),
    OnStanding(StandingStep, usize),
    Lend(usize, usize),
    Register(usize),
    Wait(u32),
}

/// What anybody may do about a task when it is due.
#[derive(Clone, Copy, Debug)]
pub(super) enum Due {
    Draw,
    Ask,
    Settle,
    Close,
    Finish,
}

/// What is done about a fact.
#[derive(Clone, Copy, Debug)]
pub(super) enum FactStep {
    Propose,
    Supersede,
    Attest,
    Dispute,
    Support,
    Oppose,
    Retract,
    Resolve,
    Claim,
    Remove,
}

/// What is done about an experiment or its first model.
#[derive(Clone, Copy, Debug)]
pub(super) enum ExperimentStep {
    Offer,
    Accept,
    CancelOffer,
    TransferModel,
    Archive,
}

/// What an account does about its registration and its candidacy.
#[derive(Clone, Copy, Debug)]
pub(super) enum StandingStep {
    SetKeys,
    Apply,
    Leave,
    Unregister,
}

const DUE: &[Due] = &[Due::Draw, Due::Ask, Due::Settle, Due::Close, Due::Finish];

/// Most claims are true.
const LIES: &[u32] = &[0, 0, 0, 0, 0, 1];

/// Facts are proposed more often than taken back, so that there is something to take part in.
const FACT_STEPS: &[FactStep] = &[
    FactStep::Propose,
    FactStep::Propose,
    FactStep::Propose,
    FactStep::Supersede,
    FactStep::Attest,
    FactStep::Attest,
    FactStep::Dispute,
    FactStep::Dispute,
    FactStep::Support,
    FactStep::Oppose,
    FactStep::Retract,
    FactStep::Resolve,
    FactStep::Claim,
    FactStep::Remove,
];

const EXPERIMENT_STEPS: &[ExperimentStep] = &[
    ExperimentStep::Offer,
    ExperimentStep::Offer,
    ExperimentStep::Accept,
    ExperimentStep::Accept,
    ExperimentStep::CancelOffer,
    ExperimentStep::TransferModel,
    ExperimentStep::Archive,
];

const STANDING_STEPS: &[StandingStep] = &[
    StandingStep::SetKeys,
    StandingStep::SetKeys,
    StandingStep::Apply,
    StandingStep::Apply,
    StandingStep::Leave,
    StandingStep::Unregister,
];

/// Any action.
pub(super) fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        31 => of_tasks(),
        36 => of_workers(),
        6 => (select(DUE), task(), worker())
            .prop_map(|(due, task, who)| Action::Hasten(due, task, who)),
        16 => (select(FACT_STEPS), 0..3usize, worker())
            .prop_map(|(step, fact, who)| Action::OnFact(step, fact, who)),
        5 => (select(EXPERIMENT_STEPS), 0..2usize, worker())
            .prop_map(|(step, experiment, who)| Action::OnExperiment(step, experiment, who)),
        5 => (select(STANDING_STEPS), worker())
            .prop_map(|(step, who)| Action::OnStanding(step, who)),
        14 => (1..12u32).prop_map(Action::Wait),
    ]
}

fn task() -> impl Strategy<Value = usize> {
    0..3usize
}

fn worker() -> impl Strategy<Value = usize> {
    0..WORKERS.len()
}

/// What the requester or custodian of a task does.
fn of_tasks() -> impl Strategy<Value = Action> {
    prop_oneof![
        2 => (0..50u64).prop_map(Action::CreateCurriculum),
        3 => (worker(), 50..99u64).prop_map(|(who, seed)| Action::CreateSponsored(who, seed)),
        4 => task().prop_map(Action::Publish),
        6 => task().prop_map(Action::Reveal),
        1 => task().prop_map(Action::Cancel),
    ]
}

/// What workers do.
fn of_workers() -> impl Strategy<Value = Action> {
    prop_oneof![
        8 => (task(), worker()).prop_map(|(task, who)| Action::Commit(task, who)),
        1 => (task(), worker()).prop_map(|(task, who)| Action::Withdraw(task, who)),
        8 => (task(), worker(), select(LIES))
            .prop_map(|(task, who, lie)| Action::Claim(task, who, lie)),
        8 => (task(), worker()).prop_map(|(task, who)| Action::Prove(task, who)),
        2 => (task(), worker()).prop_map(|(task, who)| Action::ProveChampion(task, who)),
        6 => (task(), worker()).prop_map(|(task, who)| Action::Upload(task, who)),
        6 => (task(), worker()).prop_map(|(task, who)| Action::Deliver(task, who)),
        2 => (worker(), worker()).prop_map(|(from, to)| Action::Lend(from, to)),
        3 => worker().prop_map(Action::Register),
    ]
}

/// The call of a step about a task.
pub(super) fn due_call(due: Due, task: TaskId, worker: Sr25519Keyring) -> RuntimeCall {
    type Call = pallet_tasks::Call<Runtime>;
    let worker = worker.to_account_id();
    match due {
        Due::Draw => Call::draw_split { task },
        Due::Ask => Call::ask { task },
        Due::Settle => Call::settle { task },
        Due::Close => Call::close_commitment { task, worker },
        Due::Finish => Call::finish_task { task },
    }
    .into()
}

/// The call of a step about a fact.
pub(super) fn fact_call(step: FactStep, fact: FactId, who: Sr25519Keyring) -> RuntimeCall {
    type Call = pallet_wtm::Call<Runtime>;
    let vote = |support| Call::vote { fact, support };
    match step {
        FactStep::Propose => {
            Call::propose { statement: Box::new(statement()), source: Source::Attested }
        }
        FactStep::Supersede => Call::supersede {
            old: fact,
            object: list(format!("more than {fact}").into_bytes()),
            source: Source::Attested,
        },
        FactStep::Attest => Call::attest { fact },
        FactStep::Dispute => Call::dispute { fact },
        FactStep::Support => vote(true),
        FactStep::Oppose => vote(false),
        FactStep::Retract => Call::retract { fact },
        FactStep::Resolve => Call::resolve { fact },
        FactStep::Claim => Call::claim { fact, who: who.to_account_id() },
        FactStep::Remove => Call::remove { fact },
    }
    .into()
}

fn statement() -> Statement {
    Statement {
        domain: list("numbers".bytes()),
        subject: list("digits".bytes()),
        predicate: list("count".bytes()),
        object: list("ten".bytes()),
    }
}

/// The call of a step about an experiment. What `who` gives away goes to the next worker.
pub(super) fn experiment_call(
    step: ExperimentStep,
    experiment: ExperimentId,
    who: usize,
) -> RuntimeCall {
    type Call = pallet_experiments::Call<Runtime>;
    let to = WORKERS[(who + 1) % WORKERS.len()].to_account_id();
    match step {
        ExperimentStep::Offer => Call::offer_transfer { experiment, to },
        ExperimentStep::Accept => Call::accept_transfer { experiment },
        ExperimentStep::CancelOffer => Call::cancel_transfer { experiment },
        ExperimentStep::TransferModel => Call::transfer_model { experiment, version: 1, to },
        ExperimentStep::Archive => Call::archive_experiment { experiment },
    }
    .into()
}

/// The call of a step about the standing of a worker.
pub(super) fn standing_call(step: StandingStep, who: usize) -> RuntimeCall {
    type Call = pallet_rewards::Call<Runtime>;
    match step {
        StandingStep::SetKeys => return set_keys(who),
        StandingStep::Apply => Call::apply_as_candidate {},
        StandingStep::Leave => Call::leave_candidates {},
        StandingStep::Unregister => Call::unregister {},
    }
    .into()
}

fn set_keys(who: usize) -> RuntimeCall {
    const GRANDPA: [Ed25519Keyring; 3] =
        [Ed25519Keyring::Bob, Ed25519Keyring::Charlie, Ed25519Keyring::Dave];
    let babe = WORKERS[who];
    let (keys, proof) = session_keys(babe, GRANDPA[who], &babe.to_account_id());
    pallet_session::Call::<Runtime>::set_keys { keys, proof }.into()
}
