//! What calls put on hold of the sender's tokens.

use super::{Experiments, Rewards, Tasks, Utility, Wtm};
use crate::{
    calls::Call,
    errors::QueryError,
    generated::RuntimeCall,
    queries::Snapshot,
    runtime::Runtime,
    types::{Balance, TaskSpec},
};
use codec::Encode;
use nocknock_primitives::{
    circuit::CircuitKind,
    deposits::{record, Footprint},
    experiment::Description,
    ids::{CircuitId, ContentHash, ExperimentId},
};

/// An amount that a call puts on hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// What the arguments of the call say.
    Amount(Balance),
    /// A constant of a pallet.
    Constant(&'static str, &'static str),
    /// The deposit of a new experiment, whose description and encoding have so many bytes.
    NewExperiment(u32),
    /// What this experiment costs more with a description of so many bytes.
    Redescription(ExperimentId, u32),
    /// The deposit of this experiment.
    Experiment(ExperimentId),
    /// What stays on the chain of a task until it is removed.
    Record {
        /// The circuit that says what its models are like.
        circuit: CircuitId,
        /// Blocks of its data.
        roots: u32,
        /// Ranks that it pays.
        shares: u32,
    },
}

/// What a call puts on hold. No pallet and none of the project's calls is left out by a default, so
/// that a new one cannot be forgotten here.
pub(super) fn of(call: &RuntimeCall) -> Vec<Hold> {
    match call {
        RuntimeCall::Tasks(call) => of_tasks(call),
        RuntimeCall::Experiments(call) => of_experiments(call),
        RuntimeCall::Wtm(call) => of_facts(call),
        RuntimeCall::Rewards(call) => of_rewards(call),
        RuntimeCall::Utility(Utility::batch_all { calls }) => calls.iter().flat_map(of).collect(),
        RuntimeCall::Balances(_) | RuntimeCall::Session(_) | RuntimeCall::Verifier(_) => Vec::new(),
        // This crate makes no calls of these.
        RuntimeCall::System(_)
        | RuntimeCall::Network(_)
        | RuntimeCall::Utility(_)
        | RuntimeCall::Babe(_)
        | RuntimeCall::Timestamp(_)
        | RuntimeCall::Grandpa(_)
        | RuntimeCall::Council(_)
        | RuntimeCall::Proxy(_)
        | RuntimeCall::Multisig(_) => Vec::new(),
    }
}

fn of_tasks(call: &Tasks) -> Vec<Hold> {
    match call {
        Tasks::create_task { spec, .. } => of_spec(spec),
        // The first commitment of an account holds the stake, which the task names and the call
        // does not.
        Tasks::commit_model { .. }
        | Tasks::cancel_task { .. }
        | Tasks::draw_split { .. }
        | Tasks::publish_training_data { .. }
        | Tasks::withdraw_commitment { .. }
        | Tasks::reveal_block { .. }
        | Tasks::claim { .. }
        | Tasks::ask { .. }
        | Tasks::submit_scores { .. }
        | Tasks::prove_champion { .. }
        | Tasks::settle { .. }
        | Tasks::upload_chunk { .. }
        | Tasks::deliver { .. }
        | Tasks::close_commitment { .. }
        | Tasks::finish_task { .. }
        | Tasks::remove_task { .. }
        | Tasks::show_equal_rows { .. } => Vec::new(),
    }
}

/// Without a reward it is a task of the curriculum, for which nothing is held.
fn of_spec(spec: &TaskSpec) -> Vec<Hold> {
    let terms = &spec.terms;
    if terms.reward == 0 {
        return vec![Hold::Amount(terms.bond)];
    }
    let record = Hold::Record {
        circuit: terms.score_circuit,
        roots: count(spec.roots.len()),
        shares: count(terms.shares.len()),
    };
    vec![Hold::Amount(terms.reward), Hold::Amount(terms.bond), record]
}

fn count(entries: usize) -> u32 {
    u32::try_from(entries).unwrap_or(u32::MAX)
}

fn of_experiments(call: &Experiments) -> Vec<Hold> {
    match call {
        Experiments::create_experiment { description, encoding } => {
            vec![Hold::NewExperiment(size(description, encoding.as_ref()))]
        }
        Experiments::describe_experiment { experiment, description } => {
            vec![Hold::Redescription(*experiment, size(description, None))]
        }
        Experiments::accept_transfer { experiment } => vec![Hold::Experiment(*experiment)],
        Experiments::offer_transfer { .. }
        | Experiments::cancel_transfer { .. }
        | Experiments::archive_experiment { .. }
        | Experiments::set_stage { .. }
        | Experiments::retire_champion { .. }
        | Experiments::transfer_model { .. } => Vec::new(),
    }
}

fn of_facts(call: &Wtm) -> Vec<Hold> {
    let constant = |name| vec![Hold::Constant("Wtm", name)];
    match call {
        Wtm::propose { .. } | Wtm::supersede { .. } => constant("ProposalBond"),
        Wtm::attest { .. } => constant("AttestBond"),
        Wtm::dispute { .. } => constant("DisputeBond"),
        Wtm::vote { .. } => constant("VoteDeposit"),
        Wtm::resolve { .. } | Wtm::claim { .. } | Wtm::retract { .. } | Wtm::remove { .. } => {
            Vec::new()
        }
    }
}

fn of_rewards(call: &Rewards) -> Vec<Hold> {
    match call {
        // Less what is still on hold from an earlier candidacy.
        Rewards::apply_as_candidate => vec![Hold::Constant("Rewards", "SeatBond")],
        Rewards::register_worker { .. }
        | Rewards::unregister
        | Rewards::remove_worker { .. }
        | Rewards::leave_candidates
        | Rewards::set_curriculum { .. }
        | Rewards::remove_curriculum { .. }
        | Rewards::set_practice { .. }
        | Rewards::sign_of_life { .. }
        | Rewards::note_finality { .. } => Vec::new(),
    }
}

impl Snapshot {
    /// What a call puts on hold of the sender's tokens if it takes effect after this block, beside
    /// its fee. The stake of a commitment is not in it: only the first commitment of an account to
    /// a task holds it. A candidate holds less than that if an earlier bond has not been returned.
    ///
    /// # Errors
    ///
    /// See [`QueryError`].
    pub async fn deposit_of(&self, call: &Call) -> Result<Balance, QueryError> {
        let mut deposit: Balance = 0;
        for hold in call.holds() {
            deposit = deposit.saturating_add(self.amount_of(hold).await?);
        }
        Ok(deposit)
    }

    /// What the chain holds for entries and bytes that it stores for somebody.
    ///
    /// # Errors
    ///
    /// See [`QueryError`].
    pub fn storage_price(&self, footprint: Footprint) -> Result<Balance, QueryError> {
        let constant = |name| self.runtime().constant::<Balance>("Tasks", name);
        Ok(footprint.price(constant("DepositPerItem")?, constant("DepositPerByte")?))
    }

    async fn amount_of(&self, hold: Hold) -> Result<Balance, QueryError> {
        let runtime = self.runtime();
        match hold {
            Hold::Amount(amount) => Ok(amount),
            Hold::Constant(pallet, name) => runtime.constant(pallet, name),
            Hold::NewExperiment(bytes) => for_experiment(runtime, bytes),
            Hold::Redescription(experiment, bytes) => {
                let held = self.experiment_deposit(experiment).await?;
                let found = self.experiment(experiment).await?;
                let named = size_of_encoding(found.and_then(|found| found.encoding).as_ref());
                let wanted = for_experiment(runtime, bytes.saturating_add(named))?;
                Ok(wanted.saturating_sub(held.unwrap_or_default()))
            }
            Hold::Experiment(experiment) => match self.experiment(experiment).await? {
                Some(found) => {
                    let bytes = size(&found.description, found.encoding.as_ref());
                    for_experiment(runtime, bytes)
                }
                None => Ok(0),
            },
            Hold::Record { circuit, roots, shares } => {
                let found = self.circuit(&circuit).await?;
                match found.map(|found| found.info.kind) {
                    Some(CircuitKind::Score(architecture)) => {
                        self.storage_price(record(&architecture, roots, shares))
                    }
                    _ => Ok(0),
                }
            }
        }
    }
}

/// The deposit of an experiment whose description and encoding have so many bytes.
fn for_experiment(runtime: &Runtime, bytes: u32) -> Result<Balance, QueryError> {
    let constant = |name| runtime.constant::<Balance>("Experiments", name);
    let for_bytes = constant("ByteDeposit")?.saturating_mul(bytes.into());
    Ok(constant("BaseDeposit")?.saturating_add(for_bytes))
}

/// The bytes of a description, and of the hash of the encoding that an experiment may name.
fn size(description: &Description, encoding: Option<&ContentHash>) -> u32 {
    let bytes = u32::try_from(description.encoded_size()).unwrap_or(u32::MAX);
    bytes.saturating_add(size_of_encoding(encoding))
}

fn size_of_encoding(encoding: Option<&ContentHash>) -> u32 {
    u32::try_from(encoding.map_or(0, Encode::encoded_size)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{rpc::Version, types::Hash};
    use nocknock_primitives::fact::Source;

    fn runtime() -> Runtime {
        let version =
            Version { spec_name: "nocknock".into(), spec_version: 1, transaction_version: 1 };
        let metadata = include_bytes!("../../metadata/nocknock.scale");
        Runtime::new(Hash::zero(), version, metadata).expect("metadata")
    }

    fn description(name: &str) -> Description {
        Description::new::<&str>(name, "", &[], None).expect("a description")
    }

    #[test]
    fn the_deposit_of_an_experiment_grows_with_the_bytes_of_its_description() {
        let runtime = runtime();
        let deposit = |name| for_experiment(&runtime, size(&description(name), None));
        let (short, long) = (deposit("wine"), deposit("wines"));
        let (short, long) = (short.expect("a deposit"), long.expect("a deposit"));
        let byte: Balance = runtime.constant("Experiments", "ByteDeposit").expect("a constant");
        assert!(short > 0);
        assert_eq!(long - short, byte);
    }

    #[test]
    fn calls_about_experiments_hold_what_their_descriptions_cost() {
        let named = description("wine");
        let bytes = size(&named, None);
        let holds = |call: Experiments| Call::from(call).holds();
        let created = |encoding| {
            holds(Experiments::create_experiment { description: named.clone(), encoding })
        };
        assert_eq!(created(None), [Hold::NewExperiment(bytes)]);
        assert_eq!(created(Some(ContentHash([1; 32]))), [Hold::NewExperiment(bytes + 32)]);
        let changed = holds(Experiments::describe_experiment { experiment: 7, description: named });
        assert_eq!(changed, [Hold::Redescription(7, bytes)]);
        let accepted = holds(Experiments::accept_transfer { experiment: 7 });
        assert_eq!(accepted, [Hold::Experiment(7)]);
    }

    #[test]
    fn calls_about_facts_hold_bonds_that_the_runtime_declares() {
        let runtime = runtime();
        let new = Wtm::supersede { old: 1, object: Vec::new(), source: Source::Attested };
        let vote = Wtm::vote { fact: 1, support: true };
        for call in [new, Wtm::attest { fact: 1 }, Wtm::dispute { fact: 1 }, vote] {
            let call = Call::from(call);
            let [Hold::Constant(pallet, name)] = call.holds()[..] else {
                panic!("{call} holds {:?}", call.holds());
            };
            let bond: Balance = runtime.constant(pallet, name).expect("a constant");
            assert!(bond > 0, "{call}");
        }
        assert!(Call::from(Wtm::retract { fact: 1 }).holds().is_empty());
    }

    #[test]
    fn storage_has_prices_that_the_runtime_declares() {
        for name in ["DepositPerItem", "DepositPerByte"] {
            let price: Balance = runtime().constant("Tasks", name).expect("a constant");
            assert!(price > 0, "{name}");
        }
    }

    #[test]
    fn a_candidate_holds_a_bond_that_the_runtime_declares() {
        let holds = |call: Rewards| Call::from(call).holds();
        assert_eq!(holds(Rewards::apply_as_candidate), [Hold::Constant("Rewards", "SeatBond")]);
        assert!(holds(Rewards::leave_candidates).is_empty());
        let bond: Balance = runtime().constant("Rewards", "SeatBond").expect("a constant");
        assert!(bond > 0);
    }

    #[test]
    fn a_batch_holds_what_its_calls_hold() {
        let calls = [Wtm::attest { fact: 1 }, Wtm::retract { fact: 2 }, Wtm::dispute { fact: 3 }];
        let batch = Call::batch_all(calls.map(Call::from)).expect("a short batch");
        let expected = ["AttestBond", "DisputeBond"].map(|name| Hold::Constant("Wtm", name));
        assert_eq!(batch.holds(), expected);
    }
}
