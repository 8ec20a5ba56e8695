//! Events about facts.

use super::domain::events;
use crate::types::{AccountId, Balance};
use nocknock_primitives::{
    fact::FactStatus,
    ids::{ExperimentId, FactId, ModelVersionNumber, TaskId},
};

events! {
    /// What the pallet `Wtm` reports.
    WtmEvent in "Wtm" {
        /// A fact was proposed.
        FactProposed {
            /// The fact.
            fact: FactId,
            /// Who proposed it.
            proposer: AccountId,
            /// The fact whose place it is to take.
            supersedes: Option<FactId>,
        },
        /// A proven score was written by the chain itself.
        ScoreProven {
            /// The fact.
            fact: FactId,
            /// The experiment.
            experiment: ExperimentId,
            /// The task in which it was proved.
            task: TaskId,
            /// Version of the model in the experiment's registry.
            version: ModelVersionNumber,
        },
        /// An account put a bond on a fact.
        FactAttested {
            /// The fact.
            fact: FactId,
            /// The account.
            attester: AccountId,
        },
        /// An account put a bond against a fact.
        FactDisputed {
            /// The fact.
            fact: FactId,
            /// The account.
            disputer: AccountId,
        },
        /// An account voted about a disputed fact.
        VoteCast {
            /// The fact.
            fact: FactId,
            /// The account.
            voter: AccountId,
            /// For the fact, or against it.
            support: bool,
            /// The work points with which the vote counts.
            points: u128,
        },
        /// A fact was decided, or taken back by its proposer.
        FactDecided {
            /// The fact.
            fact: FactId,
            /// Where it stands now.
            status: FactStatus,
            /// What of its proposer's bond was burnt for the record.
            fee: Balance,
        },
        /// A newer fact took the place of an accepted one.
        FactSuperseded {
            /// The fact that was accepted before.
            fact: FactId,
            /// The fact that is accepted in its place.
            by: FactId,
        },
        /// What an account had on hold for a fact was settled.
        Claimed {
            /// The fact.
            fact: FactId,
            /// The account.
            who: AccountId,
            /// What of its own came back.
            returned: Balance,
            /// What it lost to the other side.
            lost: Balance,
            /// What it got of the other side's bonds.
            won: Balance,
        },
        /// A fact that is not believed was removed.
        FactRemoved {
            /// The fact.
            fact: FactId,
        },
    }
}
