//! The nonces of the accounts that this process uses.
//!
//! The node counts the transactions that wait in its pool, but loses them when it restarts. So the
//! next nonce is the node's, or the one after the highest that this process still follows.

use crate::types::AccountId;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex as SyncMutex, MutexGuard, PoisonError},
};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// The nonces in use, of all accounts.
#[derive(Debug, Default)]
pub(crate) struct Nonces {
    accounts: SyncMutex<BTreeMap<AccountId, Account>>,
}

#[derive(Debug, Default)]
struct Account {
    gate: Arc<Mutex<()>>,
    followed: BTreeSet<u64>,
}

/// The right to take the next nonce of an account; nobody else has it meanwhile.
#[derive(Debug)]
pub(crate) struct Lane<'a> {
    nonces: &'a Nonces,
    account: AccountId,
    _gate: OwnedMutexGuard<()>,
}

/// A nonce in use. It is free again for others to follow when the ticket is dropped.
#[derive(Debug)]
pub(crate) struct Ticket<'a> {
    nonces: &'a Nonces,
    account: AccountId,
    nonce: u64,
}

impl Nonces {
    /// Waits until this account's next nonce may be taken.
    pub(crate) async fn lane(&self, account: &AccountId) -> Lane<'_> {
        let gate = self.accounts().entry(*account).or_default().gate.clone();
        Lane {
            nonces: self,
            account: *account,
            _gate: gate.lock_owned().await,
        }
    }

    fn accounts(&self) -> MutexGuard<'_, BTreeMap<AccountId, Account>> {
        // No code panics while it holds the lock, and the map is whole between its changes.
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> Lane<'a> {
    /// Takes the next nonce. `of_node` is the one that the node would take next.
    pub(crate) fn take(&mut self, of_node: u64) -> Ticket<'a> {
        let mut accounts = self.nonces.accounts();
        let followed = &mut accounts.entry(self.account).or_default().followed;
        let after_own = followed.last().map_or(0, |nonce| nonce.saturating_add(1));
        let nonce = of_node.max(after_own);
        followed.insert(nonce);
        Ticket {
            nonces: self.nonces,
            account: self.account,
            nonce,
        }
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
            account.followed.remove(&self.nonce);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: AccountId = subxt::utils::AccountId32([1; 32]);
    const BOB: AccountId = subxt::utils::AccountId32([2; 32]);

    #[tokio::test]
    async fn nonces_that_are_followed_are_not_given_twice() {
        let nonces = Nonces::default();
        let first = nonces.lane(&ALICE).await.take(7);
        let second = nonces.lane(&ALICE).await.take(7);
        assert_eq!((first.nonce(), second.nonce()), (7, 8));
    }

    #[tokio::test]
    async fn accounts_do_not_share_nonces() {
        let nonces = Nonces::default();
        let _first = nonces.lane(&ALICE).await.take(7);
        assert_eq!(nonces.lane(&BOB).await.take(0).nonce(), 0);
    }

    #[tokio::test]
    async fn a_nonce_that_was_never_used_is_given_again() {
        let nonces = Nonces::default();
        drop(nonces.lane(&ALICE).await.take(7));
        assert_eq!(nonces.lane(&ALICE).await.take(7).nonce(), 7);
    }

    #[tokio::test]
    async fn the_node_is_believed_when_it_is_ahead() {
        let nonces = Nonces::default();
        let _first = nonces.lane(&ALICE).await.take(7);
        assert_eq!(nonces.lane(&ALICE).await.take(11).nonce(), 11);
    }
}
