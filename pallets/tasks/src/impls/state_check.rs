//! The invariants of this pallet's state.

use crate::{
    types::{BalanceOf, CommitmentOf, RankedOf, RankingOf, TaskOf},
    Asked, Chunks, Claims, Commitments, ComparedWith, Config, Deliveries, EqualRowCount,
    EqualRowsShown, HoldReason, NextSeed, NextTask, Pallet, PastRoots, Rankings, RevealedBlocks,
    Roots, Seeds, Tasks,
};
use alloc::{collections::BTreeMap, vec::Vec};
use frame_support::ensure;
use nocknock_primitives::{
    claim::{ClaimKey, ClaimState},
    ids::TaskId,
    limits::{MAX_RANKED, SEED_HISTORY},
    task::{Funding, Outcome},
    traits::TaskExperiments,
};
use sp_runtime::{
    traits::{Saturating, Zero},
    TryRuntimeError,
};

type Amounts<T> = BTreeMap<<T as frame_system::Config>::AccountId, BalanceOf<T>>;

/// The commitments to a task, by worker.
type Committed<T> = BTreeMap<<T as frame_system::Config>::AccountId, CommitmentOf<T>>;

impl<T: Config> Pallet<T> {
    /// Checks the invariants, numbered as in the README:
    ///
    /// 1. A task's number is below `NextTask`; roots, rankings, revealed blocks, commitments,
    ///    claims, asked workers, deliveries and equal rows belong to stored tasks, and past roots
    ///    to removed ones.
    /// 2. What is held from each account for `Escrow`, `Bond` and `Record` is the sum of what the
    ///    tasks that it requested say is left of them.
    /// 3. What is held from each account for `Stake` is the sum of the stakes of its commitments.
    /// 4. `open_commitments` is the number of stored commitments. Before settlement it is
    ///    `committed` until the last reveal, and no more afterwards.
    /// 5. Before settlement `proved` is the number of commitments whose claim is proved, which are
    ///    those with all test blocks proved, and `claimed` the number of those that are not silent.
    /// 6. A ranking is in strict order and names each worker once. Before settlement it has the
    ///    best proved claims without amounts, and `last_paid` is the one that the last share goes
    ///    to. Afterwards each rank gets something, no less than it asked for, and as many have
    ///    delivered as were paid.
    /// 7. Revealed blocks exist before settlement only, for exactly the test blocks that are
    ///    marked as revealed.
    /// 8. Curriculum tasks hold no money. A finished task holds no escrow, and a settled one holds
    ///    a bond only if its reveal failed. A task that was settled without a ranking is finished.
    /// 9. Seeds are stored for the newest `SEED_HISTORY` numbers only.
    /// 10. Each delivery says how many of its chunks are stored, at least one. No chunk is stored
    ///     without a delivery, and no key is sealed while a chunk is missing. As many keys are
    ///     sealed as ranks were paid.
    /// 11. A claim is stored for each commitment that waits to be asked, and for no other. Before
    ///     settlement `waiting` is their number and `next_claim` the best of them.
    /// 12. Before settlement those who are asked are committed and have not failed; whoever is
    ///     obliged to prove is among them, and the round counts them. Afterwards nobody is asked.
    /// 13. As many test rows are known to be equal to others as are marked.
    /// 14. For each model that others are compared with, the tasks that are not settled are
    ///     counted.
    /// 15. A task has the encoding that its experiment names, if it names one.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::check_keys()?;
        Self::check_requesters_holds()?;
        Self::check_stakes()?;
        for (id, task) in Tasks::<T>::iter() {
            let committed: Committed<T> = Commitments::<T>::iter_prefix(id).collect();
            Self::check_counts(&task, &committed)?;
            Self::check_ranking(id, &task, &committed)?;
            Self::check_revealed(id, &task)?;
            Self::check_settled(&task)?;
            Self::check_deliveries(id, &task)?;
            Self::check_waiting(id, &task, &committed)?;
            Self::check_asked(id, &task, &committed)?;
            Self::check_equal_rows(id)?;
            Self::check_encoding(&task)?;
        }
        Self::check_compared()?;
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
        ensure!(Claims::<T>::iter_keys().all(|(id, ..)| known(id)), "1: a claim without a task");
        ensure!(Asked::<T>::iter_keys().all(known), "1: asked workers without a task");
        let equal_rows = EqualRowsShown::<T>::iter_keys().map(|(id, _)| id);
        let mut equal_rows = equal_rows.chain(EqualRowCount::<T>::iter_keys());
        ensure!(equal_rows.all(known), "1: equal rows without a task");
        ensure!(
            PastRoots::<T>::iter_keys().all(|id| id < next && !known(id)),
            "1: past roots of a task that is stored or has a future number"
        );
        Ok(())
    }

    fn check_requesters_holds() -> Result<(), TryRuntimeError> {
        let mut escrows = Amounts::<T>::new();
        let (mut bonds, mut records) = (escrows.clone(), escrows.clone());
        for task in Tasks::<T>::iter_values() {
            add::<T>(&mut escrows, task.requester.clone(), task.held.escrow);
            add::<T>(&mut bonds, task.requester.clone(), task.held.bond);
            add::<T>(&mut records, task.requester, task.held.record);
        }
        ensure!(Self::are_held(HoldReason::Escrow, &escrows), "2: escrows differ from holds");
        ensure!(Self::are_held(HoldReason::Bond, &bonds), "2: bonds differ from holds");
        ensure!(Self::are_held(HoldReason::Record, &records), "2: records differ from holds");
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

    fn check_counts(task: &TaskOf<T>, committed: &Committed<T>) -> Result<(), TryRuntimeError> {
        let stored = number_of(committed.len());
        ensure!(stored == task.open_commitments, "4: open_commitments is not their number");
        if task.settlement.is_some() {
            return Ok(());
        }
        let are_hidden = task.revealed_at.is_none();
        ensure!(stored == task.committed || !are_hidden, "4: committed is not their number");
        ensure!(stored <= task.committed, "4: there are more commitments than were counted");
        let are_proved = committed.values().all(|known| {
            let proved_blocks = known.proved_blocks();
            let is_complete = proved_blocks > 0 && proved_blocks == u32::from(task.test_blocks);
            is_complete == (known.claim == ClaimState::Proved)
        });
        ensure!(are_proved, "5: a claim is proved without its blocks, or not with them");
        let proved = count::<T>(committed, |claim| claim == ClaimState::Proved);
        ensure!(proved == task.proved, "5: proved is not the number of proved claims");
        let claimed = count::<T>(committed, |claim| claim != ClaimState::Silent);
        ensure!(claimed == task.claimed, "5: claimed is not the number of claims");
        Ok(())
    }

    fn check_ranking(
        id: TaskId,
        task: &TaskOf<T>,
        committed: &Committed<T>,
    ) -> Result<(), TryRuntimeError> {
        let ranking = Rankings::<T>::get(id);
        let in_order = ranking.windows(2).all(|pair| matches!(pair, [a, b] if a.precedes(b)));
        ensure!(in_order, "6: a ranking is out of order");
        let workers: BTreeMap<_, _> =
            ranking.iter().map(|entry| (entry.worker.clone(), ())).collect();
        ensure!(workers.len() == ranking.len(), "6: a ranking names a worker twice");
        match &task.settlement {
            None => Self::check_open_ranking(task, &ranking, committed),
            Some(end) => Self::check_final_ranking(end.ranked, end.paid, &ranking),
        }
    }

    fn check_open_ranking(
        task: &TaskOf<T>,
        ranking: &RankingOf<T>,
        committed: &Committed<T>,
    ) -> Result<(), TryRuntimeError> {
        let is_best = number_of(ranking.len()) == task.proved.min(MAX_RANKED);
        ensure!(is_best, "6: a proved claim is not ranked");
        let is_proved = |entry: &RankedOf<T>| {
            committed.get(&entry.worker).is_some_and(|known| {
                let key = ClaimKey::new(known.correct, known.sequence);
                known.claim == ClaimState::Proved && key == entry.key()
            })
        };
        ensure!(ranking.iter().all(is_proved), "6: a rank differs from its proved claim");
        let is_open =
            |entry: &RankedOf<T>| entry.amount.is_zero() && entry.bits == 0 && !entry.delivered;
        ensure!(ranking.iter().all(is_open), "6: a rank has an amount before settlement");
        let last_share = task.terms.shares.len().checked_sub(1);
        let last_paid = last_share.and_then(|place| ranking.get(place)).map(RankedOf::<T>::key);
        ensure!(last_paid == task.last_paid, "6: last_paid is not the last one to be paid");
        Ok(())
    }

    fn check_final_ranking(
        ranked: u32,
        paid: u32,
        ranking: &RankingOf<T>,
    ) -> Result<(), TryRuntimeError> {
        ensure!(number_of(ranking.len()) == ranked, "6: ranked is not the number of ranks");
        let are_paid =
            ranking.iter().all(|entry| !entry.amount.is_zero() && entry.amount >= entry.least);
        ensure!(are_paid, "6: a rank gets nothing, or less than it asked for");
        let delivered = ranking.iter().filter(|entry| entry.delivered).count();
        ensure!(number_of(delivered) == paid, "6: not as many delivered as were paid");
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

    fn check_encoding(task: &TaskOf<T>) -> Result<(), TryRuntimeError> {
        let allowed = T::Experiments::ensure_encoding(task.experiment, &task.encoding);
        ensure!(allowed.is_ok(), "15: a task has another encoding than its experiment");
        Ok(())
    }

    fn check_settled(task: &TaskOf<T>) -> Result<(), TryRuntimeError> {
        if task.funding == Funding::Curriculum {
            let held = [task.held.escrow, task.held.bond, task.held.record];
            let holds_nothing = held.iter().all(Zero::is_zero);
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

    fn check_compared() -> Result<(), TryRuntimeError> {
        let mut counted = BTreeMap::<TaskId, u32>::new();
        for task in Tasks::<T>::iter_values().filter(|task| task.settlement.is_none()) {
            if let Some(reference) = task.reference {
                let tasks = counted.entry(reference.task).or_default();
                *tasks = tasks.saturating_add(1);
            }
        }
        let stored: BTreeMap<_, _> = ComparedWith::<T>::iter().collect();
        ensure!(stored == counted, "14: tasks that others are compared with are not those stored");
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

    fn check_waiting(
        id: TaskId,
        task: &TaskOf<T>,
        committed: &Committed<T>,
    ) -> Result<(), TryRuntimeError> {
        let claims: Vec<_> = Claims::<T>::iter_prefix((id,))
            .map(|((_, key), worker)| (ClaimKey::from_bytes(key), worker))
            .collect();
        let is_right = |(key, worker): &(ClaimKey, T::AccountId)| {
            committed.get(worker).is_some_and(|known| {
                let same_place = known.sequence == key.sequence;
                same_place && known.claim == ClaimState::Claimed(key.points)
            })
        };
        ensure!(claims.iter().all(is_right), "11: a claim differs from its commitment");
        let waiting = count::<T>(committed, |claim| matches!(claim, ClaimState::Claimed(_)));
        ensure!(number_of(claims.len()) == waiting, "11: a claim that waits is not stored once");
        if task.settlement.is_some() {
            return Ok(());
        }
        ensure!(task.waiting == waiting, "11: waiting is not the number of claims that wait");
        let best = claims.iter().map(|(key, _)| key.to_bytes()).min();
        let next = task.next_claim.map(ClaimKey::to_bytes);
        ensure!(next == best, "11: next_claim is not the best claim that waits");
        Ok(())
    }

    fn check_asked(
        id: TaskId,
        task: &TaskOf<T>,
        committed: &Committed<T>,
    ) -> Result<(), TryRuntimeError> {
        let asked = Asked::<T>::get(id);
        if task.settlement.is_some() {
            ensure!(asked.is_empty(), "12: somebody is asked in a settled task");
            return Ok(());
        }
        let is_obliged = |claim: ClaimState| matches!(claim, ClaimState::Asked(_));
        let may_be_asked = |worker: &T::AccountId| {
            committed.get(worker).is_some_and(|known| known.claim.is_at_work())
        };
        ensure!(asked.iter().all(may_be_asked), "12: somebody is asked who made no claim");
        let are_listed = committed
            .iter()
            .all(|(worker, known)| !is_obliged(known.claim) || asked.contains(worker));
        ensure!(are_listed, "12: somebody is obliged and not asked");
        let open = task.round.as_ref().map_or(0, |round| round.open);
        ensure!(open == count::<T>(committed, is_obliged), "12: a round counts other claims");
        Ok(())
    }

    fn check_equal_rows(id: TaskId) -> Result<(), TryRuntimeError> {
        let marked = EqualRowsShown::<T>::iter_prefix_values(id)
            .flat_map(|marks| marks.into_inner())
            .map(u8::count_ones)
            .fold(0, u32::saturating_add);
        ensure!(marked == EqualRowCount::<T>::get(id), "13: not as many equal rows as are marked");
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

fn count<T: Config>(committed: &Committed<T>, counts: impl Fn(ClaimState) -> bool) -> u32 {
    number_of(committed.values().filter(|known| counts(known.claim)).count())
}

fn number_of(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
