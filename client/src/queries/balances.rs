//! Tokens.

use super::Snapshot;
use crate::{
    errors::QueryError,
    runtime::decode_all,
    types::{AccountId, Balance},
};
use codec::{Decode, Encode};

/// What an account has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountBalance {
    /// What it may spend, except what is frozen of it.
    pub free: Balance,
    /// What is held for deposits, escrows, bonds and stakes.
    pub held: Balance,
    /// What must not be spent of the free and held tokens together.
    pub frozen: Balance,
    /// Transactions that it has sent.
    pub nonce: u32,
}

/// `frame_system::AccountInfo` with the data of pallet-balances.
#[derive(Decode, Default)]
struct AccountInfo {
    nonce: u32,
    _consumers: u32,
    _providers: u32,
    _sufficients: u32,
    free: Balance,
    reserved: Balance,
    frozen: Balance,
    _flags: u128,
}

/// Each of these fails as [`QueryError`] says.
impl Snapshot {
    /// What an account has; zeros if the chain does not know it.
    pub async fn balance(&self, account: &AccountId) -> Result<AccountBalance, QueryError> {
        let encoded = account.encode();
        let key = [sp_crypto_hashing::blake2_128(&encoded).as_slice(), &encoded].concat();
        let value = self.storage("System", "Account", &key).await?;
        let info: AccountInfo = value.map_or_else(
            || Ok(AccountInfo::default()),
            |bytes| decode_all("System.Account", &bytes),
        )?;
        Ok(AccountBalance {
            free: info.free,
            held: info.reserved,
            frozen: info.frozen,
            nonce: info.nonce,
        })
    }

    /// All tokens that exist.
    pub async fn total_issuance(&self) -> Result<Balance, QueryError> {
        let value = self.storage("Balances", "TotalIssuance", &[]).await?;
        value.map_or(Ok(0), |bytes| decode_all("Balances.TotalIssuance", &bytes))
    }

    /// The time in the block, in milliseconds since 1970.
    pub async fn timestamp(&self) -> Result<u64, QueryError> {
        let value = self.storage("Timestamp", "Now", &[]).await?;
        value.map_or(Ok(0), |bytes| decode_all("Timestamp.Now", &bytes))
    }

    /// Transactions without a fee that the account has used up in the present period.
    pub async fn allowance_used(&self, account: &AccountId) -> Result<u32, QueryError> {
        self.view("Allowance", "used", account).await
    }

    /// The account has no free call left in the present period, because one of them failed.
    pub async fn allowance_ended(&self, account: &AccountId) -> Result<bool, QueryError> {
        self.view("Allowance", "has_ended", account).await
    }

    /// A free call of the account with proofs was accepted since it registered, so that one may
    /// carry more than a few of them.
    pub async fn allowance_known(&self, account: &AccountId) -> Result<bool, QueryError> {
        self.view("Allowance", "is_known", account).await
    }

    /// The validators of the present session.
    pub async fn validators(&self) -> Result<Vec<AccountId>, QueryError> {
        let value = self.storage("Session", "Validators", &[]).await?;
        value.map_or(Ok(Vec::new()), |bytes| decode_all("Session.Validators", &bytes))
    }
}
