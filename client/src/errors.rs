//! What can go wrong, and what to do about it.

use crate::{
    rpc::RpcError,
    types::{Balance, BlockNumber, Hash, NNK},
};
use nocknock_primitives::text::printable;
use sp_runtime::transaction_validity::InvalidTransaction;
use std::fmt;

/// The node's runtime is not the one that this client was written for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the node's runtime does not agree with this program about {0}. Use programs of the same \
     release as the node"
)]
pub struct Incompatible(String);

impl Incompatible {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self(printable(&what.into()).into_owned())
    }
}

/// Why the connection was not made.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ConnectError {
    /// No address was given.
    #[error("no node address is given; that of a node on this machine is ws://127.0.0.1:9944")]
    NoAddress,
    /// An address is not one of a WebSocket server.
    #[error("{0} is not the address of a node: it must begin with ws:// or wss://")]
    BadAddress(String),
    /// A first question to the node failed.
    #[error(transparent)]
    Query(#[from] QueryError),
}

impl From<RpcError> for ConnectError {
    fn from(error: RpcError) -> Self {
        Self::Query(error.into())
    }
}

/// Why something could not be read from the chain.
#[derive(Clone, Debug, thiserror::Error)]
pub enum QueryError {
    /// The node did not answer, or answered with an error.
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// The node's runtime is another one.
    #[error(transparent)]
    Incompatible(#[from] Incompatible),
    /// What the node answered is not what its runtime promises.
    #[error("{what} cannot be decoded: {reason}")]
    Undecodable {
        /// What was read.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// There is no such block on the node's best chain.
    #[error("the node has no block {0}")]
    NoSuchBlock(String),
    /// A finalised block does not follow the one that was read before.
    #[error(
        "the finalised block {block} is not a child of the one that was read before it: the nodes that answer \
         do not agree on one chain. Use a single node that you trust"
    )]
    OtherBranch {
        /// The block.
        block: String,
    },
    /// The node has thrown away the state of that block.
    #[error(
        "the node no longer has the state of block {block}. \
         Ask one that was started with --state-pruning archive"
    )]
    Pruned {
        /// The block.
        block: String,
    },
    /// A view function could not be executed.
    #[error("the runtime could not answer {function}: {reason}")]
    View {
        /// The function.
        function: String,
        /// Why not.
        reason: String,
    },
}

impl QueryError {
    pub(crate) fn undecodable(what: &str, reason: impl fmt::Display) -> Self {
        let reason = reason.to_string();
        Self::Undecodable {
            what: printable(what).into_owned(),
            reason: printable(&reason).into_owned(),
        }
    }

    /// The same question may be answered later.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Rpc(error) if error.is_transient())
    }
}

/// Why a stream has paused. It goes on where it stopped when it is asked again.
pub type StreamError = QueryError;

/// The chain took the transaction and refused the call: nothing but the fee has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The pallet that refused it, or `System` for errors outside pallets.
    pub pallet: String,
    /// Name of the error in that pallet.
    pub error: String,
    /// What the runtime says about the error.
    pub docs: String,
    /// What to do about it, where there is more to say.
    pub hint: Option<&'static str>,
}

/// Errors for which a user of the project's programs needs to know more than the chain can say.
const HINTS: [(&str, &str, &str); 12] = [
    (
        "Tasks",
        "NotRegistered",
        "`nocknock-worker register` proves a score on the practice block and registers the account.",
    ),
    (
        "Tasks",
        "WrongPhase",
        "`nocknock task <number>` shows the phase and its deadline.",
    ),
    (
        "Tasks",
        "CircuitNotActive",
        "`nocknock verify circuits` lists the circuits of the chain.",
    ),
    (
        "Tasks",
        "NotEligible",
        "`nocknock task <number>` shows the least score of the task.",
    ),
    (
        "Tasks",
        "NotAsked",
        "`nocknock task <number>` shows whose claims are asked for their proofs.",
    ),
    (
        "Tasks",
        "SharesNotFalling",
        "For instance 80,20 is taken, and 90,10 is not.",
    ),
    (
        "Experiments",
        "OtherEncoding",
        "`nocknock experiments --output json` shows the encoding of each experiment that names one.",
    ),
    (
        "Rewards",
        "FormatMismatch",
        "`nocknock rewards` shows the form of the data of each experiment of the curriculum.",
    ),
    (
        "Rewards",
        "EncodingMismatch",
        "`nocknock rewards` shows the encoding of each experiment of the curriculum. It is that of \
         the same classes and columns in the same order, with the same fixed range.",
    ),
    (
        "Rewards",
        "TermsBelowRules",
        "`nocknock rewards` shows the least test rows and periods of each experiment of the \
         curriculum.",
    ),
    (
        "Rewards",
        "PotTooSmall",
        "`nocknock rewards` shows what is in the pot and when it grows. What open tasks do not use \
         comes back to it.",
    ),
    (
        "System",
        "FundsUnavailable",
        "The account has too few free tokens for what the call spends or puts on hold, and must keep some to exist; \
         `nocknock status` shows them.",
    ),
];

impl Rejection {
    pub(crate) fn new(pallet: &str, error: &str, docs: &[String]) -> Self {
        let hint = |(of_pallet, of_error, hint): &(&str, &str, &'static str)| {
            (*of_pallet == pallet && *of_error == error).then_some(*hint)
        };
        let docs: Vec<&str> = docs.iter().map(|line| line.trim()).collect();
        Self {
            pallet: printable(pallet).into_owned(),
            error: printable(error).into_owned(),
            docs: printable(&docs.join(" ")).into_owned(),
            hint: HINTS.iter().find_map(hint),
        }
    }

    /// Adds the minimum that an amount is below. `constant` reads an amount among the constants of
    /// the error's pallet.
    pub(crate) fn with_minimum(mut self, constant: impl Fn(&str) -> Option<Balance>) -> Self {
        if let Some(minimum) = self.minimum(constant) {
            self.docs.push_str(&minimum);
        }
        self
    }

    fn minimum(&self, constant: impl Fn(&str) -> Option<Balance>) -> Option<String> {
        if self.pallet != "Tasks" {
            return None;
        }
        let amount = |name| Some(in_nnk(constant(name)?));
        Some(match self.error.as_str() {
            "RewardTooLow" => format!(" The minimum is {} NNK.", amount("MinReward")?),
            "StakeTooLow" => format!(
                " The minimum is {} NNK, and for the ciphertext of a model {} NNK more for each \
                 entry that it takes on the chain and {} NNK for each byte.",
                amount("MinStake")?,
                amount("DepositPerItem")?,
                amount("DepositPerByte")?
            ),
            "BondTooLow" => format!(
                " The minimum is {} NNK, {} NNK more for each block, and {} NNK for each test block \
                 and {} NNK for each of its bytes.",
                amount("MinBond")?,
                amount("BondPerBlock")?,
                amount("DepositPerItem")?,
                amount("DepositPerByte")?
            ),
            _ => return None,
        })
    }

    /// An error that no pallet declares, such as missing tokens or rights.
    pub(crate) fn outside_pallets(error: &sp_runtime::DispatchError) -> Self {
        let text: &'static str = (*error).into();
        let name = match error {
            sp_runtime::DispatchError::Token(error) => format!("{error:?}"),
            other => format!("{other:?}"),
        };
        Self::new("System", &name, &[format!("{text}.")])
    }

    pub(crate) fn unknown(pallet: u8, error: u8) -> Self {
        let docs = "The runtime does not describe this error.".to_owned();
        Self::new(&format!("Pallet{pallet}"), &format!("Error{error}"), &[docs])
    }

    /// It is this error of this pallet.
    pub fn is(&self, pallet: &str, error: &str) -> bool {
        self.pallet == pallet && self.error == error
    }
}

/// An amount as a decimal number of NNK.
fn in_nnk(amount: Balance) -> String {
    let text = format!("{}.{:012}", amount / NNK, amount % NNK);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}: {}", self.pallet, self.error, self.docs)?;
        self.hint.map_or(Ok(()), |hint| write!(f, " {hint}"))
    }
}

/// Why a submission did not take effect.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// It is in a block, and the call was refused.
    #[error("{0}")]
    Rejected(Rejection),
    /// No node took it: it would be refused in any block.
    #[error("the transaction is not valid: {reason}")]
    Invalid {
        /// What the node says.
        reason: String,
    },
    /// The account cannot pay the fee, and the call is not free for it.
    #[error(
        "the account cannot pay the fee. Calls about curriculum tasks are free for registered \
         workers within a quota, and until one of them fails in a session; everything else needs \
         tokens"
    )]
    CannotPay,
    /// It was not included within its life and can no longer be: it may be submitted again.
    #[error(
        "the transaction {transaction:?} was not included up to block {until} and has expired"
    )]
    Expired {
        /// Its hash.
        transaction: Hash,
        /// Last block in which it could have been included.
        until: BlockNumber,
    },
    /// Its last block has come before it was handed in.
    #[error("it is too late to submit the call: no block after {last} may include it")]
    TooLate {
        /// The last block that might have included it.
        last: BlockNumber,
    },
    /// Whoever submits could not note the transaction before it was signed.
    #[error(
        "the transaction was not signed, because a note of it could not be saved first: {reason}"
    )]
    Unannounced {
        /// Why not.
        reason: String,
    },
    /// Another program uses the same account at the same time, again and again.
    #[error(
        "another program sends transactions of the same account. \
         Stop it, or use an account for each program"
    )]
    Contested,
    /// The node's runtime is another one.
    #[error(transparent)]
    Incompatible(#[from] Incompatible),
    /// The chain could not be read.
    #[error(transparent)]
    Query(QueryError),
}

impl SubmitError {
    /// The call was refused with this error.
    pub fn is_rejection(&self, pallet: &str, error: &str) -> bool {
        matches!(self, Self::Rejected(rejection) if rejection.is(pallet, error))
    }

    /// No block has room for the call. With fewer entries in its lists it may fit.
    pub fn is_too_large(&self) -> bool {
        let words: &'static str = InvalidTransaction::ExhaustsResources.into();
        matches!(self, Self::Invalid { reason } if reason.ends_with(words))
    }

    /// No block takes the call, because what it proves does not hold.
    pub fn is_bad_proof(&self) -> bool {
        let words: &'static str = InvalidTransaction::BadProof.into();
        matches!(self, Self::Invalid { reason } if reason.ends_with(words))
    }

    /// The same submission may succeed later, and repeating it cannot take effect twice.
    ///
    /// Losing the node *after* handing in is not transient in this sense: the transaction may still
    /// be included. Look at the chain before submitting again.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Expired { .. } | Self::Contested)
    }
}

impl From<QueryError> for SubmitError {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Incompatible(error) => Self::Incompatible(error),
            other => Self::Query(other),
        }
    }
}

impl From<RpcError> for SubmitError {
    fn from(error: RpcError) -> Self {
        Self::Query(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sp_runtime::{DispatchError, TokenError};

    #[test]
    fn a_rejection_says_what_happened_and_what_to_do() {
        let docs = [" Register as a worker".to_owned(), " first.".to_owned()];
        let rejection = Rejection::new("Tasks", "NotRegistered", &docs);
        let text = rejection.to_string();
        assert!(text.starts_with("Tasks.NotRegistered: Register as a worker first. "));
        assert!(text.contains("nocknock-worker register"), "{text}");
    }

    /// The names and the words of an error are the node's, which can say anything.
    #[test]
    fn a_rejection_steers_no_terminal() {
        let docs = ["Red:\u{1b}[31m".to_owned(), "turned:\u{202e}".to_owned()];
        let rejection = Rejection::new("Wtm\u{7}", "Odd\u{200b}", &docs);
        let expected = "Wtm\u{fffd}.Odd\u{fffd}: Red:\u{fffd}[31m turned:\u{fffd}";
        assert_eq!(rejection.to_string(), expected);
        let error = Incompatible::new("the event Tasks.\u{1b}[2J");
        assert!(!error.to_string().contains('\u{1b}'), "{error}");
        let error = QueryError::undecodable("a \u{1b}", "no \u{1b}");
        assert!(!error.to_string().contains('\u{1b}'), "{error}");
    }

    #[test]
    fn an_error_without_a_hint_ends_with_the_runtimes_own_words() {
        let rejection = Rejection::new("Wtm", "Odd", &["Too odd.".to_owned()]);
        assert_eq!(rejection.to_string(), "Wtm.Odd: Too odd.");
    }

    #[test]
    fn an_amount_that_is_too_low_is_refused_with_the_minimum() {
        let text = |error| {
            let docs = ["The amount is below the minimum.".to_owned()];
            let constant = |name: &str| (name != "BondPerBlock").then_some(10 * NNK + NNK / 4);
            let rejection = Rejection::new("Tasks", error, &docs);
            rejection.with_minimum(constant).docs
        };
        let expected = "The amount is below the minimum. The minimum is 10.25 NNK.";
        assert_eq!(text("RewardTooLow"), expected);
        let stake = text("StakeTooLow");
        assert!(stake.starts_with(expected.trim_end_matches('.')), "{stake}");
        assert!(stake.contains("10.25 NNK for each byte"), "{stake}");
        // A constant that the runtime does not have, and another error.
        assert_eq!(text("BondTooLow"), "The amount is below the minimum.");
        assert_eq!(text("BadMinimum"), "The amount is below the minimum.");
    }

    #[test]
    fn missing_tokens_are_named_although_no_pallet_declares_them() {
        let error = DispatchError::Token(TokenError::FundsUnavailable);
        let rejection = Rejection::outside_pallets(&error);
        assert!(rejection.is("System", "FundsUnavailable"));
        assert!(rejection.hint.is_some());
    }

    /// In the words of a node.
    #[test]
    fn a_call_that_no_block_has_room_for_is_told_from_other_invalid_ones() {
        let invalid = |reason: &str| SubmitError::Invalid { reason: reason.to_owned() };
        let full = "Invalid Transaction: Transaction would exhaust the block limits";
        assert!(invalid(full).is_too_large());
        assert!(!invalid("Invalid Transaction: bad proof").is_too_large());
        assert!(!SubmitError::CannotPay.is_too_large());
    }

    /// In the words of a node.
    #[test]
    fn a_bad_proof_is_told_from_other_refusals() {
        let invalid = |reason: &str| SubmitError::Invalid { reason: reason.to_owned() };
        assert!(invalid("Invalid Transaction: Transaction has a bad signature").is_bad_proof());
        assert!(!invalid("Invalid Transaction: Custom error: 7").is_bad_proof());
        assert!(!SubmitError::CannotPay.is_bad_proof());
    }

    #[test]
    fn only_what_cannot_take_effect_twice_counts_as_transient() {
        let lost = RpcError::Unreachable { urls: String::new(), reason: String::new() };
        assert!(!SubmitError::from(lost.clone()).is_transient());
        assert!(QueryError::from(lost).is_transient());
        assert!(SubmitError::Contested.is_transient());
    }
}
