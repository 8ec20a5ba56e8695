//! What a transaction costs, who receives it, and which calls are free for whom.

use crate::{
    AccountId, Authorship, Balance, Balances, Rewards, Runtime, RuntimeCall, Session, Tasks,
    MICRO_NNK,
};
use frame_support::{
    traits::{
        fungible::{Balanced, Credit},
        Get, Imbalance, OnUnbalanced,
    },
    weights::{
        constants::ExtrinsicBaseWeight, WeightToFeeCoefficient, WeightToFeeCoefficients,
        WeightToFeePolynomial,
    },
};
use nocknock_primitives::traits::BurnLog;
use pallet_allowance::WaiverPolicy;
use smallvec::smallvec;
use sp_runtime::Perbill;

/// The fee of a transaction that does nothing.
pub const BASE_FEE: Balance = 100 * MICRO_NNK;

/// The fee of one byte of a transaction.
pub const BYTE_FEE: Balance = MICRO_NNK;

/// How many transactions a validator may send without a fee in one session.
pub const VALIDATOR_ALLOWANCE: u32 = 24;

/// Turns weight into a fee: the weight of a transaction that does nothing costs [`BASE_FEE`].
#[derive(Debug)]
pub struct WeightToFee;

impl WeightToFeePolynomial for WeightToFee {
    type Balance = Balance;

    fn polynomial() -> WeightToFeeCoefficients<Balance> {
        let base_weight = Balance::from(ExtrinsicBaseWeight::get().ref_time()).max(1);
        smallvec![WeightToFeeCoefficient {
            degree: 1,
            negative: false,
            coeff_frac: Perbill::from_rational(BASE_FEE % base_weight, base_weight),
            coeff_integer: BASE_FEE / base_weight,
        }]
    }
}

/// How many transactions about curriculum tasks a registered worker or a custodian may send without a fee in one session.
pub const CURRICULUM_ALLOWANCE: u32 = 64;

/// Gives fees and tips to the author of the block. What the author cannot hold, because the account would stay below
/// the existential deposit, is burnt.
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

/// The calls that are free for those who keep the network running or do its useful work, in a bounded number per
/// session: at the start nobody owns a token.
#[derive(Debug)]
pub struct FreeCalls;

impl WaiverPolicy<AccountId, RuntimeCall> for FreeCalls {
    fn quota(who: &AccountId, call: &RuntimeCall) -> u32 {
        match call {
            RuntimeCall::Tasks(call) if Tasks::is_free_call(who, call) => CURRICULUM_ALLOWANCE,
            call if keeps_it_running(call) && Session::validators().contains(who) => {
                VALIDATOR_ALLOWANCE
            }
            _ => 0,
        }
    }
}

/// A validator must be able to rotate its keys, to vote, and to apply what was voted for.
fn keeps_it_running(call: &RuntimeCall) -> bool {
    matches!(
        call,
        RuntimeCall::Session(pallet_session::Call::set_keys { .. })
            | RuntimeCall::Council(
                pallet_collective::Call::propose { .. }
                    | pallet_collective::Call::vote { .. }
                    | pallet_collective::Call::close { .. }
            )
            | RuntimeCall::System(frame_system::Call::apply_authorized_upgrade { .. })
    )
}

/// The session is the period of an allowance.
#[derive(Debug)]
pub struct CurrentSession;

impl Get<u32> for CurrentSession {
    fn get() -> u32 {
        pallet_session::CurrentIndex::<Runtime>::get()
    }
}
