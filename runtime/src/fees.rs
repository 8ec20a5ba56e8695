//! What a transaction costs, who receives it, and which calls are free for whom.

use crate::{
    council::Privileged, weights, AccountId, Authorship, Balance, Balances, Rewards, Runtime,
    RuntimeCall, Session, Tasks, MICRO_NNK,
};
use frame_support::{
    traits::{
        fungible::{Balanced, Credit},
        Contains, Get, Imbalance, OnUnbalanced,
    },
    weights::{
        constants::ExtrinsicBaseWeight, Weight, WeightToFeeCoefficient, WeightToFeeCoefficients,
        WeightToFeePolynomial,
    },
};
use nocknock_primitives::{
    limits::{FREE_PROOFS_OF_A_NEWCOMER, MAX_CHUNKS, MAX_TEST_BLOCKS},
    traits::BurnLog,
};
use pallet_allowance::WaiverPolicy;
use pallet_tasks::WeightInfo as _;
use smallvec::smallvec;
use sp_runtime::{transaction_validity::TransactionPriority, Perbill};

/// The fee of a transaction that does nothing.
pub const BASE_FEE: Balance = 100 * MICRO_NNK;

/// The fee of one byte of a transaction.
pub const BYTE_FEE: Balance = MICRO_NNK;

/// How many transactions a validator may send without a fee in one session.
pub const VALIDATOR_ALLOWANCE: u32 = 32;

/// How many of them a motion of the council uses up: it may be hundreds of KiB long. Two motions
/// fit into a session, and votes besides.
pub const MOTION_PRICE: u32 = 12;

/// Converts weight into a fee: the weight of a transaction that does nothing costs [`BASE_FEE`].
#[derive(Debug)]
pub struct WeightToFee;

impl WeightToFeePolynomial for WeightToFee {
    type Balance = Balance;

    fn polynomial() -> WeightToFeeCoefficients<Balance> {
        let base_weight = Balance::from(ExtrinsicBaseWeight::get().ref_time()).max(1);
        let rest = BASE_FEE.checked_rem(base_weight).unwrap_or_default();
        smallvec![WeightToFeeCoefficient {
            degree: 1,
            negative: false,
            coeff_frac: Perbill::from_rational(rest, base_weight),
            coeff_integer: BASE_FEE.checked_div(base_weight).unwrap_or_default(),
        }]
    }
}

/// How many transactions about curriculum tasks an account may send without a fee in one session.
///
/// A task takes of a worker a commitment or two, a claim, the scores of its model and of the
/// champion in batches, a call that asks or settles, and the ciphertext in up to 16 chunks, of
/// which the last one comes with the delivery. Of its custodian it takes its creation, the training
/// data, the reveal of up to 32 blocks, and the scores of the champion on them.
pub const TASK_ALLOWANCE: u32 = 60;

// Enough for the most test blocks of two models, if the scores of two fit into one call, and the
// most chunks.
const _: () = assert!(5 + MAX_TEST_BLOCKS + MAX_CHUNKS < TASK_ALLOWANCE);
// Enough for a custodian, if the champion's scores of two blocks fit into one call.
const _: () = assert!(2 + MAX_TEST_BLOCKS + MAX_TEST_BLOCKS / 2 < TASK_ALLOWANCE);

/// The priority of free calls that only a few accounts can send, and only for a while: above paying
/// ones with any reasonable tip, below registrations.
pub const PRIORITY_OF_A_TURN: TransactionPriority = TransactionPriority::MAX / 4;

/// Gives fees and tips to the author of the block. What the author cannot hold, because its account
/// would stay below the existential deposit, is burnt.
#[derive(Debug)]
pub struct FeesToAuthor;

impl OnUnbalanced<Credit<AccountId, Balances>> for FeesToAuthor {
    fn on_nonzero_unbalanced(amount: Credit<AccountId, Balances>) {
        let rest = match Authorship::author() {
            Some(author) => Balances::resolve(&author, amount).err(),
            None => Some(amount),
        };
        if let Some(rest) = rest {
            <Rewards as BurnLog<Balance>>::burnt(rest.peek());
        }
    }
}

/// The calls that are free for those who keep the network running or do its useful work, in a
/// bounded number for each session: at the start nobody owns a token.
#[derive(Debug)]
pub struct FreeCalls;

impl WaiverPolicy<AccountId, RuntimeCall> for FreeCalls {
    fn quota(who: &AccountId, call: &RuntimeCall) -> u32 {
        match call {
            RuntimeCall::Tasks(call) if Tasks::is_free_call(who, call) => TASK_ALLOWANCE,
            call if keeps_it_running(call) && Session::validators().contains(who) => {
                VALIDATOR_ALLOWANCE
            }
            _ => 0,
        }
    }

    fn price(call: &RuntimeCall) -> u32 {
        match call {
            RuntimeCall::Council(pallet_council::Call::propose { .. }) => MOTION_PRICE,
            _ => 1,
        }
    }

    /// A winner without tokens cannot tip. If its claim, its proofs or its delivery had to wait
    /// behind paying transactions, other workers could fill the blocks until its time is over, and
    /// anybody could fill the blocks in which a custodian has to reveal, or in which a validator
    /// can object.
    fn priority(call: &RuntimeCall) -> TransactionPriority {
        match call {
            RuntimeCall::Tasks(call) if is_of_a_turn(call) => PRIORITY_OF_A_TURN,
            RuntimeCall::Council(pallet_council::Call::propose { .. }) => 0,
            RuntimeCall::Council(_) => PRIORITY_OF_A_TURN,
            _ => 0,
        }
    }

    /// Bad proofs are found to be bad only when much of a block has been spent on them. So whoever
    /// has proved nothing of its own since it registered sends only a few at a time for nothing.
    fn is_for_the_known(call: &RuntimeCall) -> bool {
        proofs_of(call).is_some_and(|proofs| proofs > FREE_PROOFS_OF_A_NEWCOMER)
    }

    /// Proofs of its own scores only: anybody can copy those of the champion from another call.
    fn makes_known(call: &RuntimeCall) -> bool {
        matches!(
            call,
            RuntimeCall::Tasks(pallet_tasks::Call::submit_scores { scores, .. })
                if !scores.is_empty()
        )
    }

    /// The round of the account's next registration: another one after each.
    fn identity(who: &AccountId) -> u64 {
        Rewards::registration_round(who.clone())
    }

    fn weight(call: &RuntimeCall) -> Weight {
        match call {
            RuntimeCall::Tasks(call) => check_weight(call),
            call if keeps_it_running(call) => {
                <Runtime as frame_system::Config>::DbWeight::get().reads(1)
            }
            _ => Weight::zero(),
        }
    }
}

/// What it costs to see whether a call about a task is free. Committing to a model reads as many
/// entries as any of these checks, and does more besides. So many claims may come at once that
/// theirs has a bound of its own, made by hand: the task, the commitment, and the registration.
fn check_weight(call: &pallet_tasks::Call<Runtime>) -> Weight {
    match call {
        pallet_tasks::Call::claim { .. } => Weight::from_parts(60_000_000, 12_000)
            .saturating_add(<Runtime as frame_system::Config>::DbWeight::get().reads(5)),
        _ => weights::tasks::Measured::commit_model(),
    }
}

/// How many proofs of scores a call carries, if it is about them.
fn proofs_of(call: &RuntimeCall) -> Option<u32> {
    let proofs = match call {
        RuntimeCall::Tasks(pallet_tasks::Call::submit_scores { scores, champion, .. }) => {
            scores.len().saturating_add(champion.len())
        }
        RuntimeCall::Tasks(pallet_tasks::Call::prove_champion { scores, .. }) => scores.len(),
        _ => return None,
    };
    Some(u32::try_from(proofs).unwrap_or(u32::MAX))
}

/// Calls that, where they are free, can be sent only by the account whose turn it is or by the
/// task's custodian, once by each worker that is committed, or by workers that were asked for their
/// proofs, of which there are few. Asking and settling are free for all workers with a claim, but
/// succeed once.
const fn is_of_a_turn(call: &pallet_tasks::Call<Runtime>) -> bool {
    matches!(
        call,
        pallet_tasks::Call::publish_training_data { .. }
            | pallet_tasks::Call::reveal_block { .. }
            | pallet_tasks::Call::claim { .. }
            | pallet_tasks::Call::ask { .. }
            | pallet_tasks::Call::submit_scores { .. }
            | pallet_tasks::Call::prove_champion { .. }
            | pallet_tasks::Call::settle { .. }
            | pallet_tasks::Call::upload_chunk { .. }
            | pallet_tasks::Call::deliver { .. }
    )
}

/// A validator must be able to rotate its keys, and to do everything that a member of the council
/// does. (Code that was voted for can be applied by anybody, with an unsigned transaction.)
fn keeps_it_running(call: &RuntimeCall) -> bool {
    match call {
        // What no motion may carry fails, but has been transmitted all the same, whatever its
        // length. Calls that a motion may carry are never longer than a motion may be.
        RuntimeCall::Council(pallet_council::Call::propose { call }) => {
            <Privileged as Contains<RuntimeCall>>::contains(call)
        }
        RuntimeCall::Council(_) | RuntimeCall::Session(pallet_session::Call::set_keys { .. }) => {
            true
        }
        _ => false,
    }
}

/// The period of an allowance is the session.
#[derive(Debug)]
pub struct CurrentSession;

impl Get<u32> for CurrentSession {
    fn get() -> u32 {
        pallet_session::CurrentIndex::<Runtime>::get()
    }
}
