//! Why the chain did not answer or did not accept.

/// Why the chain did not answer or did not accept. Texts say what to do; none holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// No node answers.
    #[error("{0} (chain.urls names the nodes that are asked)")]
    Unreachable(String),
    /// The runtime refused the call, for a reason of its own.
    #[error("the chain refused: {text}")]
    Rejected {
        /// The pallet.
        pallet: String,
        /// The pallet's name for the reason.
        error: String,
        /// The reason in words.
        text: String,
    },
    /// The account cannot pay.
    #[error(
        "the account cannot pay the fee or the stake: send it tokens, or lower \
         policy.maximum_stake; calls about tasks of the curriculum are free again in the next \
         session"
    )]
    CannotPay,
    /// No block has room for the call.
    #[error("no block of the chain has room for so much in one call")]
    TooLarge,
    /// The last block that might have included the call has come. Nothing was sent.
    #[error("{0}")]
    TooLate(String),
    /// It is not known whether the call was included. The next look at the chain tells.
    #[error("the call was sent, but it is not known whether it was included: {0}")]
    Unsure(String),
    /// The node's runtime is not the one this program was built for, or another lasting reason.
    #[error("{0}")]
    Lasting(String),
}

impl ChainError {
    /// Another try may succeed without anybody doing anything.
    pub fn may_pass(&self) -> bool {
        !matches!(self, Self::Lasting(_))
    }

    /// The runtime refused a proof, or what the proof is about.
    pub fn is_about_a_proof(&self) -> bool {
        let reasons = ["ProofRefused", "ScoreTooHigh", "NotAsClaimed", "BadSealedKey"];
        matches!(self, Self::Rejected { error, .. } if reasons.contains(&error.as_str()))
    }

    /// No node answered: the failure says nothing about the task.
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable(_))
    }
}
