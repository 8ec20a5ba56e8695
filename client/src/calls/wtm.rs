//! Calls about facts of the World Truth Model.

use super::{Call, Hold};
use crate::types::AccountId;
use nocknock_primitives::{
    fact::{Source, Statement},
    ids::{BlobId, FactId},
    limits::{Text, MAX_OBJECT, MAX_URI},
};

const PALLET: &str = "Wtm";

const PROPOSAL_BOND: Hold = Hold::Constant(PALLET, "ProposalBond");

/// Proposes a fact. Holds a bond.
pub fn propose(statement: &Statement, source: &Source) -> Call {
    Call::new(PALLET, "propose")
        .with("statement", statement)
        .with("source", source)
        .holding(PROPOSAL_BOND)
}

/// Proposes a fact from a source outside the chain. Holds a bond.
pub fn import(statement: &Statement, uri: Text<MAX_URI>, blob: BlobId) -> Call {
    propose(statement, &Source::Imported { uri, blob })
}

/// Puts a bond of the sender on a proposed fact.
pub fn attest(fact: FactId) -> Call {
    about("attest", fact).holding(Hold::Constant(PALLET, "AttestBond"))
}

/// Disputes a proposed fact. Holds a bond.
pub fn dispute(fact: FactId) -> Call {
    about("dispute", fact).holding(Hold::Constant(PALLET, "DisputeBond"))
}

/// Votes for or against a disputed fact with the sender's work points. Holds a small deposit.
pub fn vote(fact: FactId, support: bool) -> Call {
    about("vote", fact).with("support", support).holding(Hold::Constant(PALLET, "VoteDeposit"))
}

/// Decides about a fact whose dispute window or vote period is over.
pub fn resolve(fact: FactId) -> Call {
    about("resolve", fact)
}

/// Settles what an account has on hold for a decided fact.
pub fn claim(fact: FactId, who: &AccountId) -> Call {
    about("claim", fact).with("who", who)
}

/// Proposes another object for an accepted fact. Holds a bond.
pub fn supersede(old: FactId, object: &Text<MAX_OBJECT>, source: &Source) -> Call {
    Call::new(PALLET, "supersede")
        .with("old", old)
        .with("object", object)
        .with("source", source)
        .holding(PROPOSAL_BOND)
}

/// Takes back a fact of the sender that nobody disputed.
pub fn retract(fact: FactId) -> Call {
    about("retract", fact)
}

/// Removes a fact that was voted down.
pub fn remove(fact: FactId) -> Call {
    about("remove", fact)
}

fn about(call: &'static str, fact: FactId) -> Call {
    Call::new(PALLET, call).with("fact", fact)
}
