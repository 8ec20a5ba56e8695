//! What a transaction costs, who receives it, and which calls are free for whom.

use crate::{AccountId, Authorship, Balance, Balances, Runtime, RuntimeCall, Session, MICRO_NNK};
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

/// Gives fees and tips to the author of the block. What the author cannot hold, because the account would stay below
/// the existential deposit, is burnt.
#[derive(Debug)]
pub struct FeesToAuthor;

impl OnUnbalanced<Credit<AccountId, Balances>> for FeesToAuthor {
    fn on_nonzero_unbalanced(amount: Credit<AccountId, Balances>) {
        if let Some(author) = Authorship::author() {
            let burnt = Balances::resolve(&author, amount)
                .err()
                .map_or(0, |rest| rest.peek());
            log::debug!(target: "runtime::fees", "burnt {burnt} that the author could not hold");
        }
    }
}

/// The calls that keep a network running are free for its validators, up to [`VALIDATOR_ALLOWANCE`] per session.
///
/// At the start nobody owns a token, and a validator must be able to rotate its keys and to vote.
#[derive(Debug)]
pub struct ValidatorsKeepItRunning;

impl WaiverPolicy<AccountId, RuntimeCall> for ValidatorsKeepItRunning {
    fn quota(who: &AccountId, call: &RuntimeCall) -> u32 {
        let covered = matches!(
            call,
            RuntimeCall::Session(pallet_session::Call::set_keys { .. })
                | RuntimeCall::Council(
                    pallet_collective::Call::propose { .. }
                        | pallet_collective::Call::vote { .. }
                        | pallet_collective::Call::close { .. }
                )
                | RuntimeCall::System(frame_system::Call::apply_authorized_upgrade { .. })
        );
        if covered && Session::validators().contains(who) {
            VALIDATOR_ALLOWANCE
        } else {
            0
        }
    }
}

/// The session is the period of an allowance.
#[derive(Debug)]
pub struct CurrentSession;

impl Get<u32> for CurrentSession {
    fn get() -> u32 {
        pallet_session::CurrentIndex::<Runtime>::get()
    }
}
