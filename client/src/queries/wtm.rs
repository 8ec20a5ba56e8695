//! Facts of the World Truth Model.

use super::Snapshot;
use crate::{
    errors::QueryError,
    types::{AccountId, Case, Fact, Stake},
};
use nocknock_primitives::{
    ids::FactId,
    limits::{Text, MAX_DOMAIN, MAX_PAGE, MAX_SUBJECT},
};
use sp_runtime::Permill;

const PALLET: &str = "Wtm";

/// Each of these fails as [`QueryError`] says.
impl Snapshot {
    /// A fact.
    pub async fn fact(&self, fact: FactId) -> Result<Option<Fact>, QueryError> {
        self.view(PALLET, "fact", fact).await
    }

    /// How far the chain believes a fact now. It depends on how long bonds have been on hold.
    pub async fn confidence(&self, fact: FactId) -> Result<Option<Permill>, QueryError> {
        self.view(PALLET, "confidence", fact).await
    }

    /// Up to `limit`, but at most 64, facts from number `start` upwards. Numbers of removed facts
    /// are passed over: a page with fewer is the last one.
    pub async fn facts(
        &self,
        start: FactId,
        limit: u32,
    ) -> Result<Vec<(FactId, Fact)>, QueryError> {
        self.numbered(PALLET, "facts", start, limit).await
    }

    /// All facts of a domain in the order of their numbers.
    pub async fn facts_by_domain(
        &self,
        domain: &Text<MAX_DOMAIN>,
    ) -> Result<Vec<(FactId, Fact)>, QueryError> {
        let page =
            |after: Option<FactId>| self.view(PALLET, "facts_by_domain", (domain, after, MAX_PAGE));
        self.pages(page).await
    }

    /// All facts about a subject of a domain in the order of their numbers.
    pub async fn facts_by_subject(
        &self,
        domain: &Text<MAX_DOMAIN>,
        subject: &Text<MAX_SUBJECT>,
    ) -> Result<Vec<(FactId, Fact)>, QueryError> {
        let page = |after: Option<FactId>| {
            self.view(PALLET, "facts_by_subject", (domain, subject, after, MAX_PAGE))
        };
        self.pages(page).await
    }

    /// A fact and what it superseded, newest first, at most 64. Ask again with the last to go on.
    pub async fn history(&self, fact: FactId) -> Result<Vec<(FactId, Fact)>, QueryError> {
        self.view(PALLET, "history", fact).await
    }

    /// Bonds, votes and deadlines of a fact, until all is claimed.
    pub async fn case(&self, fact: FactId) -> Result<Option<Case>, QueryError> {
        self.view(PALLET, "case", fact).await
    }

    /// What an account has on hold for a fact.
    pub async fn stake(&self, fact: FactId, who: &AccountId) -> Result<Option<Stake>, QueryError> {
        self.view(PALLET, "stake", (fact, who)).await
    }

    /// All that is on hold for a fact, by account.
    pub async fn stakes(&self, fact: FactId) -> Result<Vec<(AccountId, Stake)>, QueryError> {
        let page = |after: Option<AccountId>| self.view(PALLET, "stakes", (fact, after, MAX_PAGE));
        self.pages(page).await
    }
}
