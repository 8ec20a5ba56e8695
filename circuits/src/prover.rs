//! From inputs to a verified proof.

use crate::{
    groth16,
    keys::{KeyFault, KeyStore, KeyStoreError, ProvingKey},
    proof::Proof,
    statement::{Circuit, OnChain, Statement},
};
use ark_relations::gr1cs::SynthesisError;
use ark_std::rand::{rngs::OsRng, CryptoRng, RngCore, SeedableRng};
use nocknock_groth16::{KeyError, PreparedVerifyingKey, ProofDecodeError, VerifyError};
use nocknock_primitives::{circuit::CircuitInfo, ids::CircuitId};
use rand_chacha::ChaCha20Rng;
use std::fmt;
use zeroize::Zeroizing;

/// What a prover is doing, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Evaluates the statement with plain integers.
    Check,
    /// Computes the values of all wires.
    Assign,
    /// Computes the proof; nearly all the time goes here.
    Prove,
    /// Verifies the proof.
    Verify,
}

/// Why a prover could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum ProverError {
    /// There is no proving key to use.
    #[error(transparent)]
    Store(#[from] KeyStoreError),
    /// The proving key belongs to another circuit.
    #[error("the proving key is for circuit {found}, this program's circuit is {expected}")]
    OtherCircuit {
        /// The circuit as this program writes it, under the key's verifying key.
        expected: CircuitId,
        /// The circuit that the key says it is for.
        found: CircuitId,
    },
    /// The proving key does not have the points that the circuit needs.
    #[error(transparent)]
    Points(#[from] KeyFault),
    /// The verifying key inside the proving key is not safe to use.
    #[error("the verifying key of this proving key must not be used: {0}")]
    Key(#[from] KeyError),
}

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub enum ProveError<R: std::error::Error + 'static> {
    /// The inputs do not satisfy the statement.
    #[error("there is nothing to prove: {0}")]
    Refused(#[source] R),
    /// The operating system gave no randomness, without which a proof would not hide the inputs.
    #[error("the operating system gave no randomness: {0}")]
    Randomness(String),
    /// The evaluation domain does not fit the key.
    #[error("the proof could not be computed: {0}")]
    Synthesis(#[from] SynthesisError),
    /// The proof that came out does not hold: the key does not belong to the circuit.
    #[error(
        "the proof that came out does not hold, so it is withheld: \
         fetch or make the key anew ({0})"
    )]
    Withheld(#[from] VerifyError),
    /// The proof that came out has a point that no verifier takes: the key has been tampered with.
    #[error(
        "the proof that came out has a wrong point, so it is withheld: \
         fetch or make the key anew ({0})"
    )]
    Malformed(#[from] ProofDecodeError),
}

/// A circuit with its proving key.
pub struct Prover<S: Statement> {
    circuit: Circuit<S>,
    info: CircuitInfo,
    key: ProvingKey,
    verifying_key: PreparedVerifyingKey,
}

impl<S: OnChain> Prover<S> {
    /// Puts a circuit and a key together, if the key was made for this very circuit.
    pub fn new(circuit: Circuit<S>, key: ProvingKey) -> Result<Self, ProverError> {
        let info = circuit.info(key.id());
        let (expected, found) = (info.id(), key.info().id());
        if expected != found {
            return Err(ProverError::OtherCircuit { expected, found });
        }
        key.check_counts(circuit.matrices())?;
        let verifying_key = key.verifying_key().prepare(circuit.matrices().public())?;
        Ok(Self { circuit, info, key, verifying_key })
    }

    /// A prover under the development key of a shape, made and stored if it is not there.
    ///
    /// **Anyone can forge proofs under this key.**
    pub fn development(shape: &S::Shape, store: &KeyStore) -> Result<Self, ProverError> {
        let (circuit, stored) =
            rayon::join(|| Circuit::<S>::compile(shape), || store.stored_development::<S>(shape));
        let key = match stored? {
            Some(key) => key,
            None => store.make_development(&circuit)?,
        };
        Self::new(circuit, key)
    }

    /// A prover under the stored key of a circuit that a chain has registered.
    pub fn load(
        shape: &S::Shape,
        store: &KeyStore,
        circuit: &CircuitId,
    ) -> Result<Self, ProverError> {
        let load = || store.load::<S>(shape, circuit);
        let (key, circuit) = rayon::join(load, || Circuit::<S>::compile(shape));
        Self::new(circuit, key?)
    }

    /// Compares the key's points with each other and with the circuit, as far as a key alone can
    /// show that they belong together. Takes seconds for a large shape, so loading does the first
    /// part alone; a trial proof shows more.
    pub fn check_points(&self) -> Result<(), KeyFault> {
        self.key.check()?;
        self.key.check_derived(self.circuit.matrices())
    }

    /// Proves with randomness of the operating system and verifies what comes out.
    pub fn prove(
        &self,
        public: &S::Public,
        private: &S::Private,
        progress: impl FnMut(Stage),
    ) -> Result<Proof<S>, ProveError<S::Refusal>> {
        let mut seed = Zeroizing::new([0; 32]);
        let filled = OsRng.try_fill_bytes(&mut seed[..]);
        filled.map_err(|error| ProveError::Randomness(error.to_string()))?;
        self.prove_with(public, private, &mut ChaCha20Rng::from_seed(*seed), progress)
    }

    /// Proves with the given randomness, which must be secret: whoever knows it can learn about the
    /// private inputs from the proof.
    pub fn prove_with(
        &self,
        public: &S::Public,
        private: &S::Private,
        rng: &mut (impl RngCore + CryptoRng),
        mut progress: impl FnMut(Stage),
    ) -> Result<Proof<S>, ProveError<S::Refusal>> {
        progress(Stage::Check);
        S::check(self.circuit.shape(), public, private).map_err(ProveError::Refused)?;
        progress(Stage::Assign);
        let assignment = self.circuit.assign(public, private);
        progress(Stage::Prove);
        let (key, matrices) = (&self.key, self.circuit.matrices());
        let points = groth16::prove(key.points(), key.reduction(), matrices, &assignment, rng)?;
        drop(assignment);
        progress(Stage::Verify);
        // A point outside its group, which a tampered key leads to, may say something about the
        // inputs. The form of the chain leaves none through.
        let proof = Proof::from_bytes(&points.to_evm_bytes())?;
        proof.verify(&self.verifying_key, public)?;
        Ok(proof)
    }

    /// The circuit.
    pub fn circuit(&self) -> &Circuit<S> {
        &self.circuit
    }

    /// What the circuit's id binds; its `id()` is what a chain knows the circuit by.
    pub fn info(&self) -> &CircuitInfo {
        &self.info
    }

    /// The proving key.
    pub fn key(&self) -> &ProvingKey {
        &self.key
    }

    /// The verifying key, ready to verify.
    pub fn verifying_key(&self) -> &PreparedVerifyingKey {
        &self.verifying_key
    }
}

impl<S: Statement> fmt::Debug for Prover<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prover").field("info", &self.info).finish_non_exhaustive()
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Check => "checking the statement",
            Self::Assign => "computing the witness",
            Self::Prove => "proving",
            Self::Verify => "verifying the proof",
        })
    }
}
