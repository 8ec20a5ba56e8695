//! The nonces of the accounts that this process uses.
//!
//! The node counts the transactions that wait in its pool, but loses them when it restarts. So the
//! next nonce is the first from the node's on that none of the transactions has which this process
//! still follows.

use crate::types::AccountId;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex as SyncMutex, MutexGuard, PoisonError},
};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// The nonces in use, of all accounts.
#[derive(Default)]
pub(crate) struct Nonces {
    accounts: SyncMutex<BTreeMap<AccountId, Account>>,
}

/// Has no `Debug` form, because transactions hold what may be secret until they are in a block.
#[derive(Default)]
struct Account {
    gate: Arc<Mutex<()>>,
    /// The transactions that are followed, by their nonces and the numbers of their tickets.
    followed: BTreeMap<(u64, u64), Arc<[u8]>>,
    tickets: u64,
}

/// The right to take the next nonce of an account; nobody else has it meanwhile.
pub(crate) struct Lane<'a> {
    nonces: &'a Nonces,
    account: AccountId,
    _gate: OwnedMutexGuard<()>,
}

/// A nonce in use. It is free again for others to follow when the ticket is dropped.
pub(crate) struct Ticket<'a> {
    nonces: &'a Nonces,
    account: AccountId,
    nonce: u64,
    number: u64,
}

impl Nonces {
    /// Waits until this account's next nonce may be taken.
    pub(crate) async fn lane(&self, account: &AccountId) -> Lane<'_> {
        let gate = self.accounts().entry(*account).or_default().gate.clone();
        Lane { nonces: self, account: *account, _gate: gate.lock_owned().await }
    }

    fn accounts(&self) -> MutexGuard<'_, BTreeMap<AccountId, Account>> {
        // No code panics while it holds the lock, and the map is whole between its changes.
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> Lane<'a> {
    /// The transactions with this nonce that are followed.
    pub(crate) fn followed(&self, nonce: u64) -> Vec<Arc<[u8]>> {
        let accounts = self.nonces.accounts();
        let account = accounts.get(&self.account);
        let range = (nonce, 0)..=(nonce, u64::MAX);
        account.map_or_else(Vec::new, |account| {
            account.followed.range(range).map(|(_, bytes)| bytes.clone()).collect()
        })
    }

    /// The first nonce from this one on that no followed transaction has.
    pub(crate) fn first_free(&self, from: u64) -> u64 {
        let accounts = self.nonces.accounts();
        let followed = accounts.get(&self.account).map(|account| &account.followed);
        let nonces = followed.into_iter().flat_map(|followed| followed.keys());
        nonces.fold(
            from,
            |free, (nonce, _)| {
                if *nonce == free {
                    free.saturating_add(1)
                } else {
                    free
                }
            },
        )
    }

    /// Follows a transaction with this nonce.
    pub(crate) fn follow(&mut self, nonce: u64, bytes: Arc<[u8]>) -> Ticket<'a> {
        let mut accounts = self.nonces.accounts();
        let account = accounts.entry(self.account).or_default();
        let number = account.tickets;
        account.tickets = number.wrapping_add(1);
        account.followed.insert((nonce, number), bytes);
        Ticket { nonces: self.nonces, account: self.account, nonce, number }
    }
}

impl Ticket<'_> {
    pub(crate) fn nonce(&self) -> u64 {
        self.nonce
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if let Some(account) = self.nonces.accounts().get_mut(&self.account) {
            account.followed.remove(&(self.nonce, self.number));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: AccountId = subxt::utils::AccountId32([1; 32]);
    const BOB: AccountId = subxt::utils::AccountId32([2; 32]);

    async fn take<'a>(nonces: &'a Nonces, account: &AccountId, of_node: u64) -> Ticket<'a> {
        let mut lane = nonces.lane(account).await;
        let nonce = lane.first_free(of_node);
        lane.follow(nonce, Arc::from([0_u8]))
    }

    #[tokio::test]
    async fn nonces_that_are_followed_are_not_given_twice() {
        let nonces = Nonces::default();
        let first = take(&nonces, &ALICE, 7).await;
        let second = take(&nonces, &ALICE, 7).await;
        assert_eq!((first.nonce(), second.nonce()), (7, 8));
    }

    #[tokio::test]
    async fn accounts_do_not_share_nonces() {
        let nonces = Nonces::default();
        let _first = take(&nonces, &ALICE, 0).await;
        assert_eq!(take(&nonces, &BOB, 0).await.nonce(), 0);
    }

    #[tokio::test]
    async fn a_nonce_that_was_never_used_is_given_again() {
        let nonces = Nonces::default();
        let first = take(&nonces, &ALICE, 7).await;
        let second = take(&nonces, &ALICE, 7).await;
        drop(first);
        assert_eq!(take(&nonces, &ALICE, 7).await.nonce(), 7);
        assert_eq!(second.nonce(), 8);
    }

    #[tokio::test]
    async fn the_node_is_believed_when_it_is_ahead() {
        let nonces = Nonces::default();
        let _first = take(&nonces, &ALICE, 7).await;
        assert_eq!(take(&nonces, &ALICE, 11).await.nonce(), 11);
    }

    #[tokio::test]
    async fn of_two_transactions_with_a_nonce_each_is_followed_until_its_own_end() {
        let nonces = Nonces::default();
        let first = take(&nonces, &ALICE, 7).await;
        let mut lane = nonces.lane(&ALICE).await;
        let second = lane.follow(7, Arc::from([1_u8]));
        assert_eq!(lane.followed(7).len(), 2);
        drop(first);
        let left: Vec<Vec<u8>> = lane.followed(7).iter().map(|one| one.to_vec()).collect();
        assert_eq!(left, [[1]]);
        drop(second);
        assert!(lane.followed(7).is_empty());
    }
}
