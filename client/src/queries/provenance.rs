//! Provenance records and their anchors.

use super::Snapshot;
use crate::{
    errors::QueryError,
    types::{AccountId, Anchor, Recorded},
};
use nocknock_primitives::{
    ids::{ModelCommitment, RecordId, TaskId},
    limits::MAX_PAGE,
    provenance::{keccak_256, siblings, AnchorNumber, InclusionProof, Node, Provenance},
};

const PALLET: &str = "Provenance";

/// Each of these fails as [`QueryError`] says.
impl Snapshot {
    /// A provenance record.
    pub async fn record(&self, record: RecordId) -> Result<Option<Recorded>, QueryError> {
        self.view(PALLET, "record", record).await
    }

    /// Up to `limit`, but at most 64, records from number `start` upwards.
    pub async fn records(
        &self,
        start: RecordId,
        limit: u32,
    ) -> Result<Vec<(RecordId, Recorded)>, QueryError> {
        self.view(PALLET, "records", (start, limit)).await
    }

    /// The records of a task, one for each paid rank, in the order of payment.
    pub async fn records_of_task(
        &self,
        task: TaskId,
    ) -> Result<Vec<(RecordId, Recorded)>, QueryError> {
        self.view(PALLET, "records_of_task", task).await
    }

    /// All records of a model, newest first.
    pub async fn records_of_model(
        &self,
        model: ModelCommitment,
    ) -> Result<Vec<(RecordId, Recorded)>, QueryError> {
        let page = |before: Option<RecordId>| {
            self.view(PALLET, "records_of_model", (model, before, MAX_PAGE))
        };
        self.pages(page).await
    }

    /// All earlier records with the commitment, the ciphertext or the key of this one, newest
    /// first.
    pub async fn earlier_records(
        &self,
        record: RecordId,
    ) -> Result<Vec<(RecordId, Recorded)>, QueryError> {
        let page = |before: Option<RecordId>| {
            self.view(PALLET, "earlier_records", (record, before, MAX_PAGE))
        };
        self.pages(page).await
    }

    /// A closed anchor.
    pub async fn anchor(&self, number: AnchorNumber) -> Result<Option<Anchor>, QueryError> {
        self.view(PALLET, "anchor", number).await
    }

    /// Up to `limit`, but at most 64, closed anchors from number `start` upwards.
    pub async fn anchors(
        &self,
        start: AnchorNumber,
        limit: u32,
    ) -> Result<Vec<Anchor>, QueryError> {
        self.view(PALLET, "anchors", (start, limit)).await
    }

    /// Number of records that are in no anchor yet.
    pub async fn pending_records(&self) -> Result<u32, QueryError> {
        self.view(PALLET, "pending_count", ()).await
    }

    /// A record, its anchor, and the proof that the one is in the other, made from the records of
    /// the anchor; none until the anchor is closed. The proof was compared with the anchor's root.
    pub async fn inclusion_proof(
        &self,
        record: RecordId,
    ) -> Result<Option<(Recorded, Anchor, InclusionProof)>, QueryError> {
        let Some(recorded) = self.record(record).await? else {
            return Ok(None);
        };
        let Some(anchor) = self.anchor(recorded.anchor).await? else {
            return Ok(None);
        };
        let leaves = self.leaves(&anchor).await?;
        let broken = |reason: &str| QueryError::undecodable("the anchor of the record", reason);
        let position = record
            .checked_sub(anchor.first)
            .and_then(|position| usize::try_from(position).ok())
            .ok_or_else(|| broken("it begins after the record"))?;
        let siblings = siblings(&leaves, position, keccak_256)
            .ok_or_else(|| broken("it ends before the record"))?;
        let proof = InclusionProof { record, anchor: anchor.number, siblings };
        let genesis = self.chain.genesis().0;
        proof
            .verify(genesis, &plain(&recorded.provenance), &anchor)
            .map_err(|error| broken(&error.to_string()))?;
        Ok(Some((recorded, anchor, proof)))
    }

    async fn leaves(&self, anchor: &Anchor) -> Result<Vec<Node>, QueryError> {
        let end = anchor.first.saturating_add(anchor.count.into());
        let genesis = self.chain.genesis().0;
        let mut leaves = Vec::new();
        let mut next = anchor.first;
        while next < end {
            let left = u32::try_from(end.saturating_sub(next)).unwrap_or(u32::MAX);
            let page = self.records(next, left.min(MAX_PAGE)).await?;
            let Some((last, _)) = page.last() else {
                break;
            };
            next = last.saturating_add(1);
            leaves.extend(page.iter().map(|(id, recorded)| {
                plain(&recorded.provenance).leaf(genesis, *id).hash(keccak_256)
            }));
        }
        Ok(leaves)
    }
}

/// The record with the account as bytes, as its leaf holds it.
fn plain(provenance: &Provenance<AccountId>) -> Provenance<[u8; 32]> {
    Provenance {
        experiment: provenance.experiment,
        task: provenance.task,
        version: provenance.version,
        submitter: provenance.submitter.0,
        model: provenance.model,
        circuit: provenance.circuit,
        score: provenance.score,
        data_roots: provenance.data_roots,
        train_data: provenance.train_data,
        attestation: provenance.attestation,
    }
}
