//! D2: the sealing of a model's key for its recipient.
//!
//! "The key behind `h_k` is sealed for the holder of `PK` under `ctx`: whoever knows the secret of
//! `PK` gets it from `R` and `c`." The public inputs are [`SealInputs`], the definitions are those
//! of [`nocknock_primitives::model::recipient`]:
//!
//! ```text
//! h_k = Poseidon("nn/model/key/v1_", k)
//! R = r·B        S = r·PK        c = k + Poseidon("nn/seal/mask/v1_", S.x, S.y, ctx)
//! ```
//!
//! with `k` and `r` hidden, `1 <= r < 2^250`.
//!
//! **The chain has to check `PK` before it accepts a proof**: on the curve, in the subgroup of
//! prime order, not the identity, as [`RecipientKey::new`] does. The circuit demands only the
//! equation of the curve, without which its own arithmetic would mean nothing. To seal for a point
//! of small order, or for the identity, is to publish the key.
//!
//! The order of the subgroup is above `2^250`, so every `r` has its own `R`, and neither `R` nor
//! `S` is the identity. That `r` was drawn at random is not proved: whoever seals knows `k` and can
//! give it away without this.

mod circuit;

use crate::{
    r1cs::Synthesizer,
    statement::{OnChain, PublicInputs, Statement},
};
use ark_bn254::Fr;
use nocknock_primitives::{
    circuit::CircuitKind,
    model::{
        recipient::{seal_key, Point, PointError, RecipientKey, Scalar, ScalarError, SealInputs},
        sealed::key_hash,
    },
};
use std::fmt;
use zeroize::Zeroize;

/// The statement D2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealKey;

/// The circuit of D2. There is one for all models.
pub type Circuit = crate::statement::Circuit<SealKey>;

/// A proof of D2.
pub type Proof = crate::proof::Proof<SealKey>;

/// Makes proofs of D2.
pub type Prover = crate::prover::Prover<SealKey>;

/// What everybody sees of D2.
pub type Public = SealInputs;

/// What a proof of D2 hides. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct Private {
    /// `k`, the key of a model.
    pub key: Fr,
    /// `r`, fresh for every sealing.
    pub ephemeral: Fr,
}

/// Why inputs do not satisfy D2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The recipient's key is no key.
    #[error("the recipient's key must not be used: {0}")]
    Recipient(#[source] PointError),
    /// `r` is out of range.
    #[error("the number drawn for the sealing is out of range: {0}")]
    Ephemeral(#[from] ScalarError),
    /// The key is another one.
    #[error("the key does not have the hash h_k")]
    Key,
    /// `R` is another point.
    #[error("the number drawn for the sealing does not give the point R that was published")]
    EphemeralPoint,
    /// `c` is another element.
    #[error("key, recipient and context give another sealed key than the one that was published")]
    MaskedKey,
}

impl PublicInputs for Public {
    fn to_fields(&self) -> Vec<Fr> {
        self.in_order().into()
    }
}

impl Private {
    /// A key, and the number that was drawn for its sealing.
    pub fn new(key: Fr, ephemeral: &Scalar) -> Self {
        Self { key, ephemeral: ephemeral.element() }
    }

    /// The public inputs of the sealing.
    pub fn public_inputs(
        &self,
        recipient: &RecipientKey,
        context: Fr,
    ) -> Result<Public, ScalarError> {
        let ephemeral = Scalar::new(self.ephemeral)?;
        let sealed = seal_key(recipient, context, self.key, &ephemeral);
        Ok(Public::new(recipient, context, key_hash(self.key), &sealed))
    }
}

impl OnChain for SealKey {
    fn kind(_: &()) -> CircuitKind {
        CircuitKind::Delivery
    }
}

impl Statement for SealKey {
    type Shape = ();
    type Public = Public;
    type Private = Private;
    type Refusal = Refusal;
    const NAME: &'static str = "d2";

    fn check(_: &(), public: &Public, private: &Private) -> Result<(), Refusal> {
        let recipient = RecipientKey::new(public.recipient_x, public.recipient_y);
        let recipient = recipient.map_err(Refusal::Recipient)?;
        let truth = private.public_inputs(&recipient, public.context)?;
        if truth.key_hash != public.key_hash {
            return Err(Refusal::Key);
        }
        if (truth.ephemeral_x, truth.ephemeral_y) != (public.ephemeral_x, public.ephemeral_y) {
            return Err(Refusal::EphemeralPoint);
        }
        if truth.masked_key != public.masked_key {
            return Err(Refusal::MaskedKey);
        }
        Ok(())
    }

    fn synthesize(cs: &mut Synthesizer, _: &(), _: &Public, private: &Private) {
        circuit::synthesize(cs, private);
    }

    fn blank(_: &()) -> (Public, Private) {
        let zero = Fr::from(0u8);
        let (recipient_x, recipient_y) = Point::generator().coordinates();
        let public = Public {
            context: zero,
            key_hash: zero,
            recipient_x,
            recipient_y,
            ephemeral_x: zero,
            ephemeral_y: zero,
            masked_key: zero,
        };
        (public, Private { key: zero, ephemeral: zero })
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        self.key.zeroize();
        self.ephemeral.zeroize();
    }
}

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Private(hidden)")
    }
}
