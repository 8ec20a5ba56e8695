//! What becomes of bonds and deposits when a fact is decided. Each claim settles one account; no
//! call iterates over all of them.

use crate::{
    types::{BalanceOf, CaseOf, FactOf, StakeOf},
    Cases, Config, Error, Event, Pallet, Stakes,
};
use frame_support::ensure;
use nocknock_primitives::{
    fact::{Case, Role, Side},
    ids::FactId,
};
use sp_arithmetic::{MultiplyRational, Rounding};
use sp_runtime::{
    traits::{Saturating, Zero},
    DispatchResult,
};

/// What a claim did with an account's money.
struct Payout<Balance> {
    returned: Balance,
    lost: Balance,
    won: Balance,
}

impl<T: Config> Pallet<T> {
    pub(crate) fn do_claim(id: FactId, who: &T::AccountId) -> DispatchResult {
        let fact = Self::known(id)?;
        ensure!(!fact.status.is_open(), Error::<T>::NotDecided);
        let mut case = Cases::<T>::get(id).ok_or(Error::<T>::NothingToClaim)?;
        Self::settle_stake(id, &fact, &mut case, who)?;
        Self::keep_case(id, &fact, case);
        Ok(())
    }

    /// Settles what one account has on hold for a decided fact.
    pub(crate) fn settle_stake(
        id: FactId,
        fact: &FactOf<T>,
        case: &mut CaseOf<T>,
        who: &T::AccountId,
    ) -> DispatchResult {
        let stake = Stakes::<T>::get(id, who).ok_or(Error::<T>::NothingToClaim)?;
        let (side, losers) = (stake.role.side(), fact.losers());
        let collected = losers.is_none_or(|losers| case.open(losers) == 0);
        let waits = side.is_some() && side != losers && !collected;
        ensure!(!waits, Error::<T>::LosersFirst);
        Stakes::<T>::remove(id, who);
        close_one(case, &stake.role);
        let payout = match (side, losers) {
            (Some(side), Some(losers)) if side == losers => Self::forfeit(fact, case, who, &stake),
            (Some(side), Some(_)) => Self::pay_winner(fact, case, who, &stake, side),
            _ => Self::give_back(who, &stake),
        };
        let Payout { returned, lost, won } = payout;
        let who = who.clone();
        Self::deposit_event(Event::Claimed { fact: id, who, returned, lost, won });
        Ok(())
    }

    fn give_back(who: &T::AccountId, stake: &StakeOf<T>) -> Payout<BalanceOf<T>> {
        Self::release(Self::reason(&stake.role), who, stake.bond);
        Payout { returned: stake.bond, lost: Zero::zero(), won: Zero::zero() }
    }

    /// Collects a loser's bond, which is held in the account of the first of the winners until all
    /// of them have claimed their shares.
    fn forfeit(
        fact: &FactOf<T>,
        case: &mut CaseOf<T>,
        who: &T::AccountId,
        stake: &StakeOf<T>,
    ) -> Payout<BalanceOf<T>> {
        let lost = Self::collect(who, first_winner::<T>(fact, case), stake.bond);
        case.pool = case.pool.saturating_add(lost);
        Payout { returned: stake.bond.saturating_sub(lost), lost, won: Zero::zero() }
    }

    /// Returns a winner's bond with its share of the losers' bonds. What is left over by rounding
    /// goes to the first of the winners with the last claim.
    fn pay_winner(
        fact: &FactOf<T>,
        case: &mut CaseOf<T>,
        who: &T::AccountId,
        stake: &StakeOf<T>,
        side: Side,
    ) -> Payout<BalanceOf<T>> {
        let first = first_winner::<T>(fact, case).clone();
        let mut payout = Self::give_back(who, stake);
        payout.won = Self::pay_from_pool(&first, who, share_of::<T>(case, stake, side));
        case.pool = case.pool.saturating_sub(payout.won);
        if case.open(side) == 0 {
            let rest = core::mem::take(&mut case.pool);
            Self::pay_from_pool(&first, &first, rest);
            if first == *who {
                payout.won = payout.won.saturating_add(rest);
            }
        }
        payout
    }
}

/// Who holds the pool: the proposer of a fact that was upheld, or the first who disputed one that
/// was voted down.
pub(crate) fn first_winner<'a, T: Config>(
    fact: &'a FactOf<T>,
    case: &'a CaseOf<T>,
) -> &'a T::AccountId {
    match (fact.losers(), &case.disputer) {
        (Some(Side::Support), Some(disputer)) => disputer,
        _ => &fact.author,
    }
}

fn share_of<T: Config>(case: &CaseOf<T>, stake: &StakeOf<T>, side: Side) -> BalanceOf<T> {
    let prize = case.bonds(side.other());
    let share = prize.multiply_rational(stake.bond, case.bonds(side), Rounding::Down);
    share.unwrap_or_default().min(case.pool)
}

fn close_one<AccountId, Balance, BlockNumber>(
    case: &mut Case<AccountId, Balance, BlockNumber>,
    role: &Role,
) {
    let open = match role.side() {
        Some(Side::Support) => &mut case.open_support,
        Some(Side::Against) => &mut case.open_against,
        None => &mut case.open_votes,
    };
    *open = open.saturating_sub(1);
}
