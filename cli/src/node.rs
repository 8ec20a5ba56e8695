//! The connection to the chain, and what is sent over it.

use crate::{
    account::{self, Signer},
    arguments::Global,
    config::Config,
    failure::{usage, Failure},
    output::Output,
};
use nocknock_client::{
    AccountId, Call, Client, ConnectOptions, Estimate, Included, Keys, QueryError, Snapshot, Wait,
};
use nocknock_primitives::circuit::KeyOrigin;
use std::time::Duration;

/// How long a command goes on trying when no node answers.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a command that follows a task goes on trying: a node may restart meanwhile.
const LONG_PATIENCE: Duration = Duration::from_secs(600);

/// What a command that speaks to the chain needs.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) client: Client,
    pub(crate) config: Config,
    pub(crate) output: Output,
    signer: Signer,
}

impl Node {
    /// Connects to the configured node.
    pub(crate) async fn connect(global: &Global, output: Output) -> Result<Self, Failure> {
        Self::connect_for(global, output, PATIENCE).await
    }

    /// Connects for a command that outlives restarts of the node.
    pub(crate) async fn connect_patiently(
        global: &Global,
        output: Output,
    ) -> Result<Self, Failure> {
        Self::connect_for(global, output, LONG_PATIENCE).await
    }

    async fn connect_for(
        global: &Global,
        output: Output,
        patience: Duration,
    ) -> Result<Self, Failure> {
        let config = Config::load(global)?;
        let signer = account::load(&global.account, &config)?;
        // The first connection fails soon even if the command is patient later on: a wrong URL is
        // the most frequent mistake.
        Client::connect_with(options(&config, PATIENCE)).await?;
        let client = Client::connect_with(options(&config, patience)).await?;
        if global.account.dev_account.is_some() && !is_development(&client.best().await?).await? {
            return Err(usage(
                "--dev-account works on development chains only, because everybody has the keys of \
                 these accounts, and this is not a development chain",
            ));
        }
        Ok(Self { client, config, output, signer })
    }

    /// The keys that sign.
    pub(crate) fn keys(&self) -> Result<&Keys, Failure> {
        match &self.signer {
            Signer::Ready(keys) => Ok(keys),
            Signer::Locked(error) => Err(Failure::Keys(error.to_string())),
            Signer::Nobody => Err(Failure::Keys(
                "this needs keys: make some with `nocknock keys generate`, or give --seed-file, \
                 --keystore or --key-variable, or on a development chain --dev-account alice"
                    .to_owned(),
            )),
        }
    }

    /// The account that signs, if keys are named.
    pub(crate) fn account(&self) -> Option<AccountId> {
        match &self.signer {
            Signer::Ready(keys) => Some(keys.account()),
            Signer::Locked(_) | Signer::Nobody => None,
        }
    }

    /// Why there is no account that signs, although there are keys.
    pub(crate) fn locked(&self) -> Option<Failure> {
        match &self.signer {
            Signer::Locked(error) => Some(Failure::Keys(error.to_string())),
            Signer::Ready(_) | Signer::Nobody => None,
        }
    }

    /// The state after the newest block.
    pub(crate) async fn best(&self) -> Result<Snapshot, Failure> {
        Ok(self.client.best().await?)
    }

    /// Signs a call, submits it and waits until it is in a block, or in a finalised one.
    pub(crate) async fn send(&self, call: &Call, wait: Wait) -> Result<Included, Failure> {
        Ok(self.client.submit(self.keys()?, call, wait).await?)
    }

    /// Says what a call would cost and do, without submitting it. A refusal is a failure.
    pub(crate) async fn rehearse(&self, call: &Call) -> Result<serde_json::Value, Failure> {
        let rehearsed = self.client.dry_run(self.keys()?, call).await?;
        if let Err(rejection) = rehearsed.outcome {
            return Err(Failure::Refused(rejection.to_string()));
        }
        let estimate = rehearsed.estimate;
        Ok(serde_json::json!({
            "call": call.to_string(),
            "fee": crate::amount::Amount(estimate.fee),
            "free_within_quota": is_free_within_quota(call, &estimate),
            "deposit": crate::amount::Amount(estimate.deposit),
            "available": crate::amount::Amount(estimate.available),
        }))
    }
}

/// A call that the chain takes is free within the quota of the account if that cannot pay for it,
/// or if it creates a task that nobody pays for, which only the custodian of a curriculum can.
fn is_free_within_quota(call: &Call, estimate: &Estimate) -> bool {
    let is_task = (call.pallet(), call.name()) == ("Tasks", "create_task");
    (is_task && estimate.deposit == 0) || !estimate.is_affordable()
}

fn options(config: &Config, patience: Duration) -> ConnectOptions {
    ConnectOptions { patience, ..ConnectOptions::new(&config.chain.urls) }
}

/// Nothing of value is at stake here: only such chains register circuits under development keys,
/// under which anybody can forge proofs.
pub(crate) async fn is_development(snapshot: &Snapshot) -> Result<bool, QueryError> {
    let circuits = snapshot.circuits().await?;
    Ok(circuits.iter().any(|(_, circuit)| circuit.origin == KeyOrigin::Development))
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_client::calls;

    #[test]
    fn a_call_that_is_taken_from_an_account_without_tokens_is_free() {
        let estimate = |available| Estimate { fee: 5, deposit: 10, available };
        let call = calls::Tasks::settle { task: 1 }.into();
        assert!(is_free_within_quota(&call, &estimate(14)));
        assert!(!is_free_within_quota(&call, &estimate(15)));
    }
}
