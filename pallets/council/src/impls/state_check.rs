//! The invariants of this pallet's state.

use crate::{
    types::{BalanceOf, MotionId, MotionOf, Stage, Voices},
    Calls, Config, MotionOfProposer, Motions, NextMotion, Pallet,
};
use alloc::collections::{BTreeMap, BTreeSet};
use frame_support::ensure;
use sp_runtime::{traits::Hash, TryRuntimeError};

impl<T: Config> Pallet<T> {
    /// Checks the invariants, numbered as in the README:
    ///
    /// 1. A motion's number is below `NextMotion`, and its call is stored and has its hash. No
    ///    other call is stored.
    /// 2. `MotionOfProposer` names exactly the motions, each under its proposer.
    /// 3. What each account has on hold is the deposit of its motion.
    /// 4. Nobody speaks twice about a motion, neither on one side nor on both.
    /// 5. A carried motion can be enacted for some time.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let mut deposits = BTreeMap::<T::AccountId, BalanceOf<T>>::new();
        for (id, motion) in Motions::<T>::iter() {
            Self::check_call_of(id, &motion)?;
            ensure!(
                MotionOfProposer::<T>::get(&motion.proposer) == Some(id),
                "2: a proposer's motion is another one"
            );
            Self::check_stage(&motion)?;
            deposits.insert(motion.proposer, motion.deposit);
        }
        let motions = Motions::<T>::iter_keys().count();
        ensure!(Calls::<T>::iter_keys().count() == motions, "1: a call without a motion");
        ensure!(
            MotionOfProposer::<T>::iter_keys().count() == motions,
            "2: a proposer without a motion"
        );
        let all_held = frame_system::Account::<T>::iter_keys()
            .all(|who| Self::held(&who) == deposits.get(&who).copied().unwrap_or_default());
        ensure!(all_held, "3: deposits differ from holds");
        Ok(())
    }

    fn check_call_of(id: MotionId, motion: &MotionOf<T>) -> Result<(), TryRuntimeError> {
        ensure!(id < NextMotion::<T>::get(), "1: a motion has a future number");
        let call = Calls::<T>::get(id).ok_or("1: a motion without a call")?;
        ensure!(T::Hashing::hash(&call) == motion.hash, "1: a motion has another call");
        Ok(())
    }

    fn check_stage(motion: &MotionOf<T>) -> Result<(), TryRuntimeError> {
        match &motion.stage {
            Stage::Voting { ayes, nays, .. } => {
                ensure!(are_different(&[ayes, nays]), "4: somebody voted twice");
            }
            Stage::Carried { from, until, objections } => {
                ensure!(are_different(&[objections]), "4: somebody objected twice");
                ensure!(from < until, "5: a carried motion can never be enacted");
            }
        }
        Ok(())
    }
}

/// Whether no account is twice in these lists together.
fn are_different<AccountId: Ord>(lists: &[&Voices<AccountId>]) -> bool {
    let accounts: BTreeSet<_> = lists.iter().flat_map(|list| list.iter()).collect();
    accounts.len() == lists.iter().map(|list| list.len()).sum::<usize>()
}
