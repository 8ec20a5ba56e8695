//! What a node's refusal of a transaction means.

use crate::{
    errors::{QueryError, SubmitError},
    rpc::RpcError,
};

/// What became of a transaction that was handed in and not simply taken.
#[derive(Debug)]
pub(super) enum Answer {
    /// The node has it already.
    Known,
    /// Another transaction of the account has this nonce.
    NonceTaken,
    /// The node was lost; it may have the transaction or not.
    Lost(RpcError),
    /// It is of no use to hand it in again.
    Refused(SubmitError),
}

// The codes of the pool's errors in the JSON-RPC interface of polkadot-sdk (sc-rpc-api, author).
const INVALID: i32 = 1010;
const BANNED: i32 = 1012;
const ALREADY_IMPORTED: i32 = 1013;
const PRIORITY_TOO_LOW: i32 = 1014;

/// Reads the answer of a node.
pub(super) fn read(error: RpcError) -> Answer {
    let RpcError::Refused { code, message, .. } = &error else {
        return match error {
            RpcError::Unreachable { .. } => Answer::Lost(error),
            other => Answer::Refused(SubmitError::Query(QueryError::Rpc(other))),
        };
    };
    match *code {
        // A transaction is banned for a while after it was included or dropped.
        ALREADY_IMPORTED | BANNED => Answer::Known,
        PRIORITY_TOO_LOW => Answer::NonceTaken,
        INVALID if message.contains("outdated") => Answer::NonceTaken,
        INVALID if message.contains("Inability to pay") => Answer::Refused(SubmitError::CannotPay),
        _ => Answer::Refused(SubmitError::Invalid { reason: message.clone() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: i32, message: &str) -> Answer {
        read(RpcError::Refused {
            method: "author_submitExtrinsic".into(),
            code,
            message: message.into(),
        })
    }

    #[test]
    fn a_transaction_that_the_node_has_is_not_an_error() {
        assert!(matches!(refused(1013, "Transaction Already Imported"), Answer::Known));
        assert!(matches!(refused(1012, "Transaction is temporarily banned"), Answer::Known));
    }

    #[test]
    fn a_used_nonce_is_recognised_in_both_forms() {
        let stale = refused(1010, "Invalid Transaction: Transaction is outdated");
        assert!(matches!(stale, Answer::NonceTaken));
        assert!(matches!(refused(1014, "Priority is too low"), Answer::NonceTaken));
    }

    #[test]
    fn an_account_without_tokens_is_told_so() {
        let text = "Invalid Transaction: Inability to pay some fees (e.g. account balance too low)";
        assert!(matches!(refused(1010, text), Answer::Refused(SubmitError::CannotPay)));
    }

    #[test]
    fn any_other_refusal_keeps_the_words_of_the_node() {
        let Answer::Refused(error) = refused(1010, "Invalid Transaction: bad proof") else {
            panic!("a bad proof is final");
        };
        assert!(error.to_string().contains("bad proof"), "{error}");
    }
}
