//! The registration of an account through a node.

use super::{RegisterError, RegistrationJob, Registry, SolvedRegistration, LOOK};
use crate::chain::{asking, may_work, sending};
use async_trait::async_trait;
use nocknock_client::{
    calls, AccountId, Call, Client, Follow, QueryError, Snapshot, SubmitError, Wait,
};
use nocknock_primitives::puzzle::RegistrationTerms;

/// A node, and the account that registers.
#[derive(Debug)]
pub struct NodeRegistry<'a> {
    /// The connection.
    pub client: &'a Client,
    /// The account.
    pub account: AccountId,
}

impl NodeRegistry<'_> {
    async fn best(&self) -> Result<Snapshot, RegisterError> {
        Ok(self.client.best().await.map_err(asking)?)
    }

    /// Returns when no later block can hold a registration. Whoever cannot be asked is asked again.
    async fn until_overtaken(&self, registration: &SolvedRegistration) {
        while self.is_good(registration).await.unwrap_or(true) {
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Whether the next block would take a registration, as far as seed and puzzle go.
    async fn is_good(&self, registration: &SolvedRegistration) -> Result<bool, RegisterError> {
        Ok(registration.is_good(&self.terms().await?))
    }
}

#[async_trait]
impl Registry for NodeRegistry<'_> {
    async fn is_registered(&self) -> Result<bool, RegisterError> {
        let snapshot = self.best().await?;
        Ok(may_work(&snapshot, &self.account).await.map_err(asking)?)
    }

    async fn terms(&self) -> Result<RegistrationTerms, RegisterError> {
        let terms = self.best().await?.registration_terms().await.map_err(asking)?;
        terms.ok_or(RegisterError::NoSeeds)
    }

    async fn job(&self) -> Result<RegistrationJob, RegisterError> {
        // The first block brings the hash of the genesis, which is the first seed.
        self.client.wait_for_block(1, Follow::Best).await.map_err(asking)?;
        let snapshot = self.best().await?;
        let read = async {
            let practice = snapshot.practice().await?;
            let circuit = match &practice {
                Some(practice) => snapshot.circuit(&practice.terms.circuit).await?,
                None => None,
            };
            let round = snapshot.registration_round(&self.account).await?;
            Ok::<_, QueryError>((practice, circuit, round, snapshot.registration_terms().await?))
        };
        let (practice, circuit, round, terms) = read.await.map_err(asking)?;
        Ok(RegistrationJob {
            account: self.account,
            genesis: self.client.genesis_hash(),
            round,
            terms: terms.ok_or(RegisterError::NoSeeds)?,
            practice: practice.ok_or(RegisterError::NoPractice)?,
            circuit: circuit
                .filter(|circuit| circuit.is_usable())
                .ok_or(RegisterError::NoCircuit)?,
        })
    }

    async fn send(&self, registration: &SolvedRegistration) -> Result<(), RegisterError> {
        let call = Call::from(calls::Rewards::from(registration));
        let sent = tokio::select! {
            sent = self.client.submit_unsigned(&call, Wait::InBlock) => sent,
            () = self.until_overtaken(registration) => return Err(RegisterError::Overtaken),
        };
        let Err(error) = sent else {
            return Ok(());
        };
        if error.is_bad_proof() {
            return Err(RegisterError::BadProof);
        }
        if !self.is_good(registration).await? {
            tracing::debug!("the registration was overtaken: {error}");
            return Err(RegisterError::Overtaken);
        }
        Err(match error {
            SubmitError::Invalid { reason } => RegisterError::Refused(reason),
            other => sending(other).into(),
        })
    }
}

impl From<&SolvedRegistration> for calls::Rewards {
    fn from(registration: &SolvedRegistration) -> Self {
        let SolvedRegistration { proof, nonce } = registration;
        Self::register_worker {
            worker: proof.account,
            model: proof.model,
            score: Box::new(proof.score),
            seed: proof.seed_number,
            nonce: *nonce,
        }
    }
}
