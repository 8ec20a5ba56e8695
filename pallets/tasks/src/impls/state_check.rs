//! The invariants of this pallet's state.

use crate::{
    types::{BalanceOf, TaskOf},
    Chunks, Commitments, Config, Deliveries, HoldReason, NextSeed, NextTask, Pallet, Rankings,
    RevealedBlocks, Roots, Seeds, Tasks,
};
use alloc::{collections::BTreeMap, vec::Vec};
use frame_support::ensure;
use nocknock_primitives::{
    ids::TaskId,
    limits::SEED_HISTORY,
    task::{Funding, Outcome},
};
use sp_runtime::{
    traits::{Saturating, Zero},
    TryRuntimeError,
};

type Amounts<T> = BTreeMap<<T as frame_system::Config>::AccountId, BalanceOf<T>>;

impl<T: Config> Pallet<T> {
    /// Checks the invariants, numbered as in the README:
    ///
    /// 1. A task's number is below `NextTask`; roots, rankings, revealed blocks, commitments and
    ///    deliveries belong to stored tasks.
    /// 2. What is held from each account for `Escrow` and `Bond` is the sum of what the tasks that
    ///    it requested say is left of them.
    /// 3. What is held from each account for `Stake` is the sum of the stakes of its commitments.
    /// 4. `open_commitments` is the number of stored commitments, and before settlement it is
    ///    `committed`.
    /// 5. Before settlement `proved` is the number of complete submissions among the commitments.
    /// 6. A ranking is in strict order and names each worker once.
    /// 7. Revealed blocks exist before settlement only, for exactly the test blocks that are
    ///    marked as revealed.
    /// 8. Curriculum tasks hold no money. A finished task holds no escrow, and a settled one holds
    ///    a bond only if its reveal failed. A task that was settled without a ranking is finished.
    /// 9. Seeds are stored for the newest `SEED_HISTORY` numbers only.
    /// 10. Each delivery says how many of its chunks are stored, at least one. No chunk is stored
    ///     without a delivery, and no key is sealed while a chunk is missing. As many keys are
    ///     sealed as ranks were paid.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::check_keys()?;
        Self::check_requesters_holds()?;
        Self::check_stakes()?;
        for (id, task) in Tasks::<T>::iter() {
            Self::check_counts(id, &task)?;
            Self::check_ranking(id)?;
            Self::check_revealed(id, &task)?;
            Self::check_settled(&task)?;
            Self::check_deliveries(id, &task)?;
        }
        Self::check_seeds()?;
        Self::check_chunks()
    }

    fn check_keys() -> Result<(), TryRuntimeError> {
        let next = NextTask::<T>::get();
        ensure!(Tasks::<T>::iter_keys().all(|id| id < next), "1: a task has a future number");
        let known = Tasks::<T>::contains_key::<TaskId>;
        ensure!(Roots::<T>::iter_keys().all(known), "1: roots without a task");
        ensure!(Rankings::<T>::iter_keys().all(known), "1: a ranking without a task");
        ensure!(
            RevealedBlocks::<T>::iter_keys().all(|(id, _)| known(id)),
            "1: a revealed block without a task"
        );
        ensure!(
            Commitments::<T>::iter_keys().all(|(id, _)| known(id)),
            "1: a commitment without a task"
        );
        ensure!(
            Deliveries::<T>::iter_keys().all(|(id, _)| known(id)),
            "1: a delivery without a task"
        );
        Ok(())
    }

    fn check_requesters_holds() -> Result<(), TryRuntimeError> {
        let (mut escrows, mut bonds) = (Amounts::<T>::new(), Amounts::<T>::new());
        for task in Tasks::<T>::iter_values() {
            add::<T>(&mut escrows, task.requester.clone(), task.held.escrow);
            add::<T>(&mut bonds, task.requester, task.held.bond);
        }
        ensure!(Self::are_held(HoldReason::Escrow, &escrows), "2: escrows differ from holds");
        ensure!(Self::are_held(HoldReason::Bond, &bonds), "2: bonds differ from holds");
        Ok(())
    }

    fn check_stakes() -> Result<(), TryRuntimeError> {
        let mut stakes = Amounts::<T>::new();
        for (id, worker, _) in Commitments::<T>::iter() {
            let stake = Tasks::<T>::get(id).map_or_else(Zero::zero, |task| task.terms.stake);
            add::<T>(&mut stakes, worker, stake);
        }
        ensure!(Self::are_held(HoldReason::Stake, &stakes), "3: stakes differ from holds");
        Ok(())
    }

    /// Checks that each of these amounts is held, and that nothing is held in any other account: a
    /// hold left behind by a removed task would lock money for ever.
    fn are_held(reason: HoldReason, amounts: &Amounts<T>) -> bool {
        let exact = amounts.iter().all(|(who, amount)| Self::held(reason, who) == *amount);
        let nothing_else = frame_system::Account::<T>::iter_keys()
            .all(|who| amounts.contains_key(&who) || Self::held(reason, &who).is_zero());
        exact && nothing_else
    }

    fn check_counts(id: TaskId, task: &TaskOf<T>) -> Result<(), TryRuntimeError> {
        let (mut stored, mut complete) = (0u32, 0u32);
        for commitment in Commitments::<T>::iter_prefix_values(id) {
            stored = stored.saturating_add(1);
            let is_complete = task.test_blocks > 0 && Self::is_complete(task, &commitment);
            complete = complete.saturating_add(u32::from(is_complete));
        }
        ensure!(stored == task.open_commitments, "4: open_commitments is not their number");
        if task.settlement.is_none() {
            ensure!(stored == task.committed, "4: committed is not the number of commitments");
            ensure!(complete == task.proved, "5: proved is not the number of submissions");
        }
        Ok(())
    }

    fn check_ranking(id: TaskId) -> Result<(), TryRuntimeError> {
        let ranking = Rankings::<T>::get(id);
        let in_order = ranking.windows(2).all(|pair| matches!(pair, [a, b] if a.precedes(b)));
        ensure!(in_order, "6: a ranking is out of order");
        let workers: BTreeMap<_, _> =
            ranking.iter().map(|entry| (entry.worker.clone(), ())).collect();
        ensure!(workers.len() == ranking.len(), "6: a ranking names a worker twice");
        Ok(())
    }

    fn check_revealed(id: TaskId, task: &TaskOf<T>) -> Result<(), TryRuntimeError> {
        let stored = RevealedBlocks::<T>::iter_key_prefix(id).count();
        let marked = task.tests.iter().filter(|test| test.rows.is_some());
        if task.settlement.is_some() {
            ensure!(stored == 0, "7: a settled task keeps revealed rows");
            return Ok(());
        }
        ensure!(stored == marked.clone().count(), "7: not every revealed block is stored");
        let all_stored =
            marked.clone().all(|test| RevealedBlocks::<T>::contains_key(id, test.index));
        ensure!(all_stored, "7: a block is marked as revealed but not stored");
        Ok(())
    }

    fn check_settled(task: &TaskOf<T>) -> Result<(), TryRuntimeError> {
        if task.funding == Funding::Curriculum {
            let holds_nothing = task.held.escrow.is_zero() && task.held.bond.is_zero();
            ensure!(holds_nothing, "8: a curriculum task holds money");
        }
        let Some(end) = &task.settlement else {
            return Ok(());
        };
        ensure!(
            end.finished_at.is_none() || task.held.escrow.is_zero(),
            "8: a finished task holds an escrow"
        );
        ensure!(
            end.outcome == Outcome::RevealFailed || task.held.bond.is_zero(),
            "8: a settled task holds a bond"
        );
        ensure!(
            end.outcome == Outcome::Ranked || end.finished_at.is_some(),
            "8: a task without a ranking is not finished"
        );
        Ok(())
    }

    fn check_seeds() -> Result<(), TryRuntimeError> {
        let next = NextSeed::<T>::get();
        let oldest = next.saturating_sub(SEED_HISTORY);
        ensure!(
            Seeds::<T>::iter_keys().all(|number| (oldest..next).contains(&number)),
            "9: a seed is stored that should be forgotten"
        );
        Ok(())
    }

    fn check_deliveries(id: TaskId, task: &TaskOf<T>) -> Result<(), TryRuntimeError> {
        let chunks = task.architecture.chunks();
        let sealed: Vec<_> = Deliveries::<T>::iter_prefix_values(id)
            .filter(|delivery| delivery.sealed.is_some())
            .collect();
        let are_complete = sealed.iter().all(|delivery| delivery.chunks == chunks);
        ensure!(are_complete, "10: a key is sealed and a chunk is missing");
        let paid = task.settlement.as_ref().map_or(0, |end| end.paid);
        ensure!(
            u32::try_from(sealed.len()) == Ok(paid),
            "10: not as many keys are sealed as ranks were paid"
        );
        Ok(())
    }

    fn check_chunks() -> Result<(), TryRuntimeError> {
        let mut stored = BTreeMap::<_, u32>::new();
        for (id, worker, _) in Chunks::<T>::iter_keys() {
            let count = stored.entry((id, worker)).or_default();
            *count = count.saturating_add(1);
        }
        let counted: BTreeMap<_, _> = Deliveries::<T>::iter()
            .map(|(id, worker, delivery)| ((id, worker), delivery.chunks))
            .collect();
        ensure!(stored == counted, "10: deliveries and their chunks differ");
        Ok(())
    }
}

fn add<T: Config>(amounts: &mut Amounts<T>, who: T::AccountId, amount: BalanceOf<T>) {
    let sum = amounts.entry(who).or_insert_with(Zero::zero);
    *sum = sum.saturating_add(amount);
}
