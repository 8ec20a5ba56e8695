//! What calls put on hold of the sender's tokens.

use crate::{calls::Call, errors::QueryError, queries::Snapshot, runtime::Runtime, types::Balance};
use codec::Encode;
use nocknock_primitives::{experiment::Description, ids::ExperimentId};

/// An amount that a call puts on hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// What the arguments of the call say.
    Amount(Balance),
    /// A constant of a pallet.
    Constant(&'static str, &'static str),
    /// The deposit of a new experiment, whose description has so many bytes.
    Description(u32),
    /// What this experiment costs more with a description of so many bytes.
    Redescription(ExperimentId, u32),
    /// The deposit of this experiment.
    Experiment(ExperimentId),
}

impl Hold {
    pub(super) fn of_new(description: &Description) -> Self {
        Self::Description(size(description))
    }

    pub(super) fn of_change(experiment: ExperimentId, description: &Description) -> Self {
        Self::Redescription(experiment, size(description))
    }
}

impl Snapshot {
    /// What a call puts on hold of the sender's tokens if it takes effect after this block, beside
    /// its fee. The stake of a commitment is not in it: only the first commitment of an account to
    /// a task holds it.
    ///
    /// # Errors
    ///
    /// See [`QueryError`].
    pub async fn deposit_of(&self, call: &Call) -> Result<Balance, QueryError> {
        let mut deposit: Balance = 0;
        for hold in call.holds() {
            deposit = deposit.saturating_add(self.amount_of(*hold).await?);
        }
        Ok(deposit)
    }

    async fn amount_of(&self, hold: Hold) -> Result<Balance, QueryError> {
        let runtime = self.runtime();
        match hold {
            Hold::Amount(amount) => Ok(amount),
            Hold::Constant(pallet, name) => runtime.constant(pallet, name),
            Hold::Description(bytes) => for_description(runtime, bytes),
            Hold::Redescription(experiment, bytes) => {
                let held = self.experiment_deposit(experiment).await?;
                let wanted = for_description(runtime, bytes)?;
                Ok(wanted.saturating_sub(held.unwrap_or_default()))
            }
            Hold::Experiment(experiment) => match self.experiment(experiment).await? {
                Some(found) => for_description(runtime, size(&found.description)),
                None => Ok(0),
            },
        }
    }
}

/// The deposit of an experiment whose encoded description has so many bytes.
fn for_description(runtime: &Runtime, bytes: u32) -> Result<Balance, QueryError> {
    let constant = |name| runtime.constant::<Balance>("Experiments", name);
    let for_bytes = constant("ByteDeposit")?.saturating_mul(bytes.into());
    Ok(constant("BaseDeposit")?.saturating_add(for_bytes))
}

fn size(description: &Description) -> u32 {
    u32::try_from(description.encoded_size()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        calls::{experiments, utility, wtm},
        rpc::Version,
        types::Hash,
    };
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
        let deposit = |name| for_description(&runtime, size(&description(name)));
        let (short, long) = (deposit("wine"), deposit("wines"));
        let (short, long) = (short.expect("a deposit"), long.expect("a deposit"));
        let byte: Balance = runtime.constant("Experiments", "ByteDeposit").expect("a constant");
        assert!(short > 0);
        assert_eq!(long - short, byte);
    }

    #[test]
    fn calls_about_experiments_hold_what_their_descriptions_cost() {
        let named = description("wine");
        let bytes = size(&named);
        let holds = |call: Call| call.holds().to_vec();
        let created = holds(experiments::create(&named));
        assert_eq!(created, [Hold::Description(bytes)]);
        let changed = holds(experiments::describe(7, &named));
        assert_eq!(changed, [Hold::Redescription(7, bytes)]);
        let accepted = holds(experiments::accept_transfer(7));
        assert_eq!(accepted, [Hold::Experiment(7)]);
    }

    #[test]
    fn calls_about_facts_hold_bonds_that_the_runtime_declares() {
        let runtime = runtime();
        let new = wtm::supersede(1, &Default::default(), &Source::Attested);
        for call in [new, wtm::attest(1), wtm::dispute(1), wtm::vote(1, true)] {
            let [Hold::Constant(pallet, name)] = call.holds() else {
                panic!("{call} holds {:?}", call.holds());
            };
            let bond: Balance = runtime.constant(pallet, name).expect("a constant");
            assert!(bond > 0, "{call}");
        }
        assert!(wtm::retract(1).holds().is_empty());
    }

    #[test]
    fn a_batch_holds_what_its_calls_hold() {
        let batch = utility::batch_all(&[wtm::attest(1), wtm::retract(2), wtm::dispute(3)]);
        let expected = ["AttestBond", "DisputeBond"].map(|name| Hold::Constant("Wtm", name));
        assert_eq!(batch.expect("a short batch").holds(), expected);
    }
}
