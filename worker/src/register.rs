//! Registration: the first transaction of a newcomer is a proof of useful work.
//!
//! A model is trained on the public practice block, its score is proved for this account and the
//! newest seed of the draw, a puzzle about the proof is solved, and all is sent without a signature
//! and without a fee.
//!
//! The proof is kept until it is accepted. After a kill the worker goes on with it, and if the
//! puzzle has become harder meanwhile, another solution is enough. If the seed has become too old,
//! or the account's round or the practice block is another one by now, everything begins anew.

mod job;
mod node;
mod search;

pub use job::{RegistrationJob, RegistrationProof};
pub use node::NodeRegistry;

use crate::{
    chain::ChainError,
    config::Training,
    notice::{Notice, Notices},
    secret::RandomnessError,
    stages::{Provers, StepError},
    state::{RegistrationFact, RegistrationFile, StateError},
};
use async_trait::async_trait;
use nocknock_primitives::{
    model::WeightError,
    puzzle::{Puzzle, RegistrationTerms},
    score::Score,
};
use nocknock_training::TrainError;
use std::{fmt, future::Future, sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// How many proofs are made for one registration. A machine that needs more is too slow for the
/// chain.
const MOST_PROOFS: u32 = 3;

/// How often a registration that the node refuses is sent again: another one of the account may be
/// in its way for some blocks.
const MOST_TRIES: u32 = 3;

/// Nobody solves a puzzle of more bits before the seed is too old, so no chain asks for them.
const MOST_BITS: u32 = 48;

/// How often is looked whether seed and puzzle are still the right ones.
const LOOK: Duration = Duration::from_secs(2);

/// Why the account was not registered.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// The chain did not answer or did not accept.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The proof cannot be kept.
    #[error(transparent)]
    State(#[from] StateError),
    /// There is nothing to prove.
    #[error("this chain has no practice block: workers cannot register on it")]
    NoPractice,
    /// The practice block's circuit cannot be used.
    #[error("the circuit of the practice block is not registered or was disabled")]
    NoCircuit,
    /// There is no seed to prove for.
    #[error("this chain draws no seeds: workers cannot register on it")]
    NoSeeds,
    /// What the node gives is not a practice block.
    #[error("the node gave a wrong practice block ({0}): ask another node")]
    WrongBlock(String),
    /// The training failed.
    #[error("training on the practice block failed: {0}")]
    Train(#[from] TrainError),
    /// The trained integers do not belong to the shape: a defect of the trainer.
    #[error("the trained weights do not fit their shape ({0}): please report this")]
    Weights(#[from] WeightError),
    /// The model is not good enough.
    #[error("the trained model reaches {found}, but {needed} is required: please report this")]
    TooWeak {
        /// What it reaches.
        found: Score,
        /// What is asked for.
        needed: Score,
    },
    /// The proof failed, or it was asked to stop.
    #[error(transparent)]
    Prove(#[from] StepError),
    /// No key.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// No machine solves the puzzle in time.
    #[error(
        "the node asks for a puzzle of {bits} bits, and nobody solves one of more than {} in time: \
         ask another node",
        MOST_BITS
    )]
    Unsolvable {
        /// How many zero bits it asks for.
        bits: u32,
    },
    /// Every proof was for a seed that was too old when it was ready.
    #[error(
        "{} proofs became too old before they could be used: the chain accepts one for the newest \
         seeds of the draw only. End other programs, or register from a faster machine",
        MOST_PROOFS
    )]
    TooSlow,
    /// No node takes the registration.
    #[error(
        "the node refused the registration ({0}). Others may have taken all places of this \
         session: run `nocknock-worker register` again in the next one"
    )]
    Refused(String),
    /// The chain does not accept the proof.
    #[error(
        "the chain does not accept the proof, although it is about what the node says: the proof \
         was removed. Ask another node; if that does not help, please report this"
    )]
    BadProof,
    /// The chain takes another proof or another solution by now.
    #[error("the registration was overtaken by a new seed or a harder puzzle")]
    Overtaken,
    /// A part of the step panicked.
    #[error("this is a bug in the program, please report it (tokio's {0})")]
    Thread(#[from] tokio::task::JoinError),
}

/// How a registration went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registered {
    /// The account was registered before.
    Before,
    /// It is registered now, with this score.
    Now(Score),
}

/// What is sent to register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SolvedRegistration {
    /// The proof.
    pub proof: RegistrationFact,
    /// What solves the puzzle.
    pub nonce: u64,
}

impl SolvedRegistration {
    /// Whether these terms allow it.
    fn is_good(&self, terms: &RegistrationTerms) -> bool {
        self.proof.is_recent(terms) && self.proof.puzzle().is_solved(self.nonce, terms.bits)
    }
}

/// The chain, as far as the registration of one account goes.
#[async_trait]
pub trait Registry: Send + Sync + fmt::Debug {
    /// The account may work.
    async fn is_registered(&self) -> Result<bool, RegisterError>;

    /// Which seed has to be proved for now, and how hard the puzzle is.
    async fn terms(&self) -> Result<RegistrationTerms, RegisterError>;

    /// What has to be proved now.
    async fn job(&self) -> Result<RegistrationJob, RegisterError>;

    /// Sends a registration, and returns when it is in a block.
    ///
    /// # Errors
    ///
    /// [`RegisterError::Overtaken`] if it is in none, and the terms do not allow it any more.
    async fn send(&self, registration: &SolvedRegistration) -> Result<(), RegisterError>;
}

/// Registers an account.
#[derive(Debug)]
pub struct Registrar<'a> {
    /// The chain.
    pub registry: &'a dyn Registry,
    /// Makes proofs.
    pub provers: Arc<Provers>,
    /// How models are trained.
    pub training: &'a Training,
    /// Where the proof is kept.
    pub file: &'a RegistrationFile,
    /// Tells whoever watches.
    pub notices: Notices,
    /// When to end early.
    pub stop: &'a CancellationToken,
}

impl Registrar<'_> {
    /// Registers the account, unless it is registered.
    ///
    /// # Errors
    ///
    /// [`StepError::Stopped`] if it was asked to stop. A proof that is being made is ended and kept
    /// first; a registration that was sent may still be included.
    pub async fn register(&self) -> Result<Registered, RegisterError> {
        if self.registry.is_registered().await? {
            self.file.forget()?;
            return Ok(Registered::Before);
        }
        for _ in 0..MOST_PROOFS {
            self.go_on()?;
            let proof = self.proof().await?;
            if let Some(reached) = self.use_proof(proof).await? {
                self.file.forget()?;
                return Ok(Registered::Now(reached));
            }
            self.tell("what was proved is out of date by now".into());
        }
        Err(RegisterError::TooSlow)
    }

    /// The proof that was kept, if it is still good, or a new one.
    async fn proof(&self) -> Result<RegistrationProof, RegisterError> {
        let job = self.unless_stopped(self.registry.job()).await?;
        if let Some(kept) = self.file.load()?.and_then(|fact| job.accept(fact)) {
            self.tell("going on with the proof that an earlier run has made".into());
            return Ok(kept);
        }
        let seed = job.terms.newest;
        self.tell(format!("proving a score on the practice block for seed {seed} of the draw"));
        let (provers, training) = (self.provers.clone(), self.training.clone());
        let prove = move || job.train_and_prove(&provers, &training);
        let proved = tokio::task::spawn_blocking(prove).await??;
        self.file.save(&proved.fact)?;
        Ok(proved)
    }

    /// Solves the puzzle of a proof and sends it, again if the puzzle became harder. Nothing if the
    /// proof is out of date.
    async fn use_proof(&self, proof: RegistrationProof) -> Result<Option<Score>, RegisterError> {
        let RegistrationProof { mut fact, reached } = proof;
        let mut tries = 0;
        loop {
            self.go_on()?;
            let terms = self.registry.terms().await?;
            if !fact.is_recent(&terms) {
                return Ok(None);
            }
            let Some(nonce) = self.solution(&mut fact, terms).await? else {
                continue;
            };
            self.tell("sending the registration".into());
            let registration = SolvedRegistration { proof: fact.clone(), nonce };
            let Err(error) = self.unless_stopped(self.registry.send(&registration)).await else {
                return Ok(Some(reached));
            };
            // It may have been included all the same.
            if self.registry.is_registered().await? {
                return Ok(Some(reached));
            }
            match error {
                RegisterError::Overtaken => {}
                RegisterError::BadProof => {
                    self.file.forget()?;
                    return self.after_bad_proof(fact).await;
                }
                RegisterError::Refused(_) if tries < MOST_TRIES => {
                    tries += 1;
                    tokio::time::sleep(LOOK).await;
                }
                error => return Err(error),
            }
        }
    }

    /// A proof that is not accepted is wrong, or it is out of date: the account's round or the
    /// practice block may have changed since it was begun.
    async fn after_bad_proof(
        &self,
        fact: RegistrationFact,
    ) -> Result<Option<Score>, RegisterError> {
        match self.unless_stopped(self.registry.job()).await?.accept(fact) {
            Some(_) => Err(RegisterError::BadProof),
            None => Ok(None),
        }
    }

    /// The solution that was kept, if it is good enough, or a new one, which is kept before it is
    /// sent: so whoever is killed then sends the same bytes again. Nothing if the terms changed
    /// before one was found.
    async fn solution(
        &self,
        fact: &mut RegistrationFact,
        terms: RegistrationTerms,
    ) -> Result<Option<u64>, RegisterError> {
        let puzzle = fact.puzzle();
        let kept = fact.nonce.filter(|nonce| puzzle.is_solved(*nonce, terms.bits));
        if kept.is_some() {
            return Ok(kept);
        }
        let found = self.solve(fact, terms).await?;
        if found.is_some() {
            fact.nonce = found;
            self.file.save(fact)?;
        }
        Ok(found)
    }

    /// What solves the puzzle of a proof. Nothing if the terms changed before it was found.
    async fn solve(
        &self,
        fact: &RegistrationFact,
        terms: RegistrationTerms,
    ) -> Result<Option<u64>, RegisterError> {
        let (puzzle, bits) = (fact.puzzle(), terms.bits);
        if bits > MOST_BITS {
            return Err(RegisterError::Unsolvable { bits });
        }
        self.tell(format!("solving a puzzle of {bits} bits"));
        let (over, notices) = (self.stop.child_token(), self.notices.clone());
        // However this function ends, the search does.
        let _guard = over.clone().drop_guard();
        let told = move |tried| notices.tell(Notice::Solving { tried, expected: expected(bits) });
        let search = move || search::search(&puzzle, bits, &over, told);
        let mut searching = tokio::task::spawn_blocking(search);
        loop {
            tokio::select! {
                found = &mut searching => {
                    let found = found?;
                    self.go_on()?;
                    return Ok(found);
                }
                () = tokio::time::sleep(LOOK) => {
                    if self.has_changed(fact, terms).await {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// Whether another puzzle has to be solved, or an easier one would do. Whoever cannot be asked
    /// says nothing: the node may be back when the puzzle is solved.
    async fn has_changed(&self, fact: &RegistrationFact, terms: RegistrationTerms) -> bool {
        match self.registry.terms().await {
            Ok(now) => now.bits != terms.bits || !fact.is_recent(&now),
            Err(_) => false,
        }
    }

    /// What the chain answers. A node may never do so, and nothing is lost by not waiting for it.
    async fn unless_stopped<T>(
        &self,
        answer: impl Future<Output = Result<T, RegisterError>>,
    ) -> Result<T, RegisterError> {
        tokio::select! {
            answer = answer => answer,
            () = self.stop.cancelled() => Err(StepError::Stopped.into()),
        }
    }

    fn go_on(&self) -> Result<(), RegisterError> {
        if self.stop.is_cancelled() {
            Err(StepError::Stopped.into())
        } else {
            Ok(())
        }
    }

    fn tell(&self, text: String) {
        self.notices.tell(Notice::Registering { text });
    }
}

/// How many numbers have to be tried on average.
fn expected(bits: u32) -> u64 {
    1u64.checked_shl(bits).unwrap_or(u64::MAX)
}

impl RegistrationFact {
    /// The puzzle that has to be solved before the proof is looked at.
    fn puzzle(&self) -> Puzzle {
        Puzzle::of_registration(&self.seed, &self.account.0, &self.model, &self.score)
    }

    /// Whether these terms take a proof for its seed. The newest seed is another one if the chain
    /// has abandoned the block that brought it.
    fn is_recent(&self, terms: &RegistrationTerms) -> bool {
        let is_other = self.seed_number == terms.newest && self.seed != terms.seed;
        terms.accepts(self.seed_number) && !is_other
    }
}

#[cfg(test)]
mod tests;
