//! D1: the delivery of a model.
//!
//! "This ciphertext is the model behind `C_W`, encrypted under the key behind `h_k`." The public
//! inputs are [`DeliveryInputs`].
//!
//! The ranges of the weights are not checked again: whoever pays has seen S1 proofs for the same
//! `C_W`, and a commitment opens in one way only.

mod circuit;

use crate::{
    r1cs::Synthesizer,
    statement::{OnChain, PublicInputs, Statement},
};
use ark_bn254::Fr;
use nocknock_primitives::{
    circuit::CircuitKind,
    model::{
        ciphertext_hash,
        commit::commit_packed_weights,
        delivery::keystream,
        key_hash,
        packing::{pack_weights, weight_elements},
        DeliveryInputs, MlpShape, WeightError, Weights,
    },
};
use std::fmt;
use zeroize::Zeroize;

/// The statement D1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliverModel;

/// The circuit of D1 for one shape.
pub type Circuit = crate::statement::Circuit<DeliverModel>;

/// A proof of D1.
pub type Proof = crate::proof::Proof<DeliverModel>;

/// Makes proofs of D1.
pub type Prover = crate::prover::Prover<DeliverModel>;

/// What everybody sees of D1.
pub type Public = DeliveryInputs;

/// What a proof of D1 hides. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct Private {
    /// The key, fresh for every delivery.
    pub key: Fr,
    /// Salt of `C_W`.
    pub salt: Fr,
    /// The model in packed form.
    pub packed: Vec<Fr>,
}

/// Why inputs do not satisfy D1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The packed model has the wrong number of elements.
    #[error("a packed model of this shape has {expected} elements, not {found}")]
    Length {
        /// Elements of the shape.
        expected: usize,
        /// Elements that were given.
        found: usize,
    },
    /// Weights and salt do not give the commitment.
    #[error("weights and salt do not open the commitment C_W: use those it was made from")]
    Commitment,
    /// The ciphertext is another one.
    #[error("weights, salt, key and context give another ciphertext than the one that was hashed")]
    Ciphertext,
    /// The key is another one.
    #[error("the key does not have the hash h_k")]
    Key,
}

impl PublicInputs for Public {
    fn to_fields(&self) -> Vec<Fr> {
        self.in_order().into()
    }
}

impl Private {
    /// Packs a model for delivery.
    pub fn new(
        shape: &MlpShape,
        key: Fr,
        salt: Fr,
        weights: &Weights,
    ) -> Result<Self, WeightError> {
        Ok(Self { key, salt, packed: pack_weights(shape, weights)? })
    }

    /// The public inputs of the delivery.
    pub fn public_inputs(&self, shape: &MlpShape, context: Fr) -> Public {
        Public {
            context,
            commitment: commit_packed_weights(shape, self.salt, &self.packed),
            ciphertext_hash: ciphertext_hash(shape, &self.ciphertext(shape, context)),
            key_hash: key_hash(shape, self.key),
        }
    }

    /// What is published: salt and packed weights plus the keystream.
    pub fn ciphertext(&self, shape: &MlpShape, context: Fr) -> Vec<Fr> {
        let plaintext = std::iter::once(&self.salt).chain(&self.packed);
        let stream = keystream(shape, self.key, context);
        plaintext.zip(stream).map(|(plain, key)| *plain + key).collect()
    }
}

impl OnChain for DeliverModel {
    const KIND: CircuitKind = CircuitKind::Delivery;
}

impl Statement for DeliverModel {
    type Shape = MlpShape;
    type Public = Public;
    type Private = Private;
    type Refusal = Refusal;
    const NAME: &'static str = "d1";

    fn check(shape: &MlpShape, public: &Public, private: &Private) -> Result<(), Refusal> {
        let expected = weight_elements(shape);
        if private.packed.len() != expected {
            return Err(Refusal::Length { expected, found: private.packed.len() });
        }
        let truth = private.public_inputs(shape, public.context);
        if truth.commitment != public.commitment {
            return Err(Refusal::Commitment);
        }
        if truth.ciphertext_hash != public.ciphertext_hash {
            return Err(Refusal::Ciphertext);
        }
        if truth.key_hash != public.key_hash {
            return Err(Refusal::Key);
        }
        Ok(())
    }

    fn synthesize(cs: &mut Synthesizer, shape: &MlpShape, _: &Public, private: &Private) {
        circuit::synthesize(cs, shape, private);
    }

    fn blank(shape: &MlpShape) -> (Public, Private) {
        let zero = Fr::from(0u8);
        let public =
            Public { context: zero, commitment: zero, ciphertext_hash: zero, key_hash: zero };
        let private = Private { key: zero, salt: zero, packed: vec![zero; weight_elements(shape)] };
        (public, private)
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        self.key.zeroize();
        self.salt.zeroize();
        self.packed.zeroize();
    }
}

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Private(hidden)")
    }
}
