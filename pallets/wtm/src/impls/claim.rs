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
    traits::{Get, Saturating, Zero},
    DispatchResult, SaturatedConversion,
};

/// What a claim did with an account's money.
struct Payout<Balance> {
    returned: Balance,
    lost: Balance,
    won: Balance,
}

impl<T: Config> Pallet<T> {
    pub(crate) fn do_claim(
        caller: &T::AccountId,
        id: FactId,
        who: &T::AccountId,
    ) -> DispatchResult {
        let fact = Self::known(id)?;
        ensure!(!fact.status.is_open(), Error::<T>::NotDecided);
        let mut case = Cases::<T>::get(id).ok_or(Error::<T>::NothingToClaim)?;
        let stake = Stakes::<T>::get(id, who).ok_or(Error::<T>::NothingToClaim)?;
        let backs = fact.is_standing() && stake.role.side() == Some(Side::Support);
        ensure!(caller == who || !backs, Error::<T>::NotOwner);
        Self::settle_stake(id, &fact, &mut case, who, &stake)?;
        Self::keep_case(id, &fact, case);
        Ok(())
    }

    /// Settles what one account has on hold for a decided fact.
    pub(crate) fn settle_stake(
        id: FactId,
        fact: &FactOf<T>,
        case: &mut CaseOf<T>,
        who: &T::AccountId,
        stake: &StakeOf<T>,
    ) -> DispatchResult {
        let losers = fact.losers();
        let wins = losers.is_some_and(|losers| stake.role.stands_for() != losers);
        let collected = losers.is_none_or(|losers| case.open(losers) == 0);
        ensure!(collected || !wins, Error::<T>::LosersFirst);
        Stakes::<T>::remove(id, who);
        close_one(case, &stake.role);
        let mut payout = match (stake.role.side(), losers) {
            (_, Some(losers)) if wins => Self::pay_winner(fact, case, who, stake, losers),
            (Some(_), Some(_)) => Self::forfeit(fact, case, who, stake),
            (Some(Side::Support), None) => {
                case.support_bonds = case.support_bonds.saturating_sub(stake.bond);
                Self::give_back(who, stake)
            }
            _ => Self::give_back(who, stake),
        };
        payout.won = payout.won.saturating_add(Self::pay_rest(fact, case, who));
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

    /// Returns a winner's bond or deposit with its share of the losers' bonds.
    fn pay_winner(
        fact: &FactOf<T>,
        case: &mut CaseOf<T>,
        who: &T::AccountId,
        stake: &StakeOf<T>,
        losers: Side,
    ) -> Payout<BalanceOf<T>> {
        let first = first_winner::<T>(fact, case).clone();
        let mut payout = Self::give_back(who, stake);
        payout.won = Self::pay_from_pool(&first, who, share_of::<T>(fact, case, stake, losers));
        case.pool = case.pool.saturating_sub(payout.won);
        payout
    }

    /// With the last claim of all, pays what is left over by rounding to the first of the winners.
    /// Returns how much of it went to this account.
    fn pay_rest(fact: &FactOf<T>, case: &mut CaseOf<T>, who: &T::AccountId) -> BalanceOf<T> {
        if !case.is_closed() {
            return Zero::zero();
        }
        let rest = core::mem::take(&mut case.pool);
        let first = first_winner::<T>(fact, case);
        let paid = Self::pay_from_pool(first, first, rest);
        if first == who {
            paid
        } else {
            Zero::zero()
        }
    }
}

/// Who holds the pool: somebody with a bond for a fact that was upheld, or the first who disputed
/// one that was voted down.
pub(crate) fn first_winner<'a, T: Config>(
    fact: &FactOf<T>,
    case: &'a CaseOf<T>,
) -> &'a T::AccountId {
    match (fact.losers(), &case.disputer) {
        (Some(Side::Support), Some(disputer)) => disputer,
        _ => &case.supporter,
    }
}

/// A winner's share of the losers' bonds: voters share their part by their points, the others the
/// rest by their bonds.
fn share_of<T: Config>(
    fact: &FactOf<T>,
    case: &CaseOf<T>,
    stake: &StakeOf<T>,
    losers: Side,
) -> BalanceOf<T> {
    let (winners, prize) = (losers.other(), case.bonds(losers));
    let of_voters = T::VoterShare::get().mul_floor(prize);
    let share = match stake.role {
        Role::Voter { points, .. } => {
            let part = of_voters.saturated_into::<u128>();
            let share = part.multiply_rational(points, fact.tally.points(winners), Rounding::Down);
            share.map(|share| share.saturated_into::<BalanceOf<T>>())
        }
        _ => {
            let part = prize.saturating_sub(of_voters);
            part.multiply_rational(stake.bond, case.bonds(winners), Rounding::Down)
        }
    };
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
