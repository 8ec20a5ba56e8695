//! What the store keeps about a blob beside its bytes.

use serde::{Deserialize, Serialize};

use super::clock::Epoch;

/// From which epoch on, and up to but not including which, a blob is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Term {
    pub(super) start_epoch: Epoch,
    pub(super) end_epoch: Epoch,
}

/// The file beside a blob's bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Record {
    pub(super) size: u64,
    /// blake2b-256 of each MiB of the blob, taken when its id was computed. They show a damaged
    /// part without the work that an id takes.
    pub(super) checksums: Vec<String>,
    pub(super) permanent: Option<Term>,
    pub(super) deletable: Option<Term>,
}

impl Record {
    /// The end of the longest term, the permanent one if `permanent` is asked for.
    pub(super) fn end_epoch(&self, permanent: bool) -> Epoch {
        let end = |term: Option<Term>| term.map_or(0, |term| term.end_epoch);
        if permanent {
            end(self.permanent)
        } else {
            end(self.permanent).max(end(self.deletable))
        }
    }

    pub(super) fn is_live(&self, now: Epoch) -> bool {
        now < self.end_epoch(false)
    }

    pub(super) fn is_permanent(&self, now: Epoch) -> bool {
        now < self.end_epoch(true)
    }

    pub(super) fn set_term(&mut self, permanent: bool, term: Term) {
        if permanent {
            self.permanent = Some(term)
        } else {
            self.deletable = Some(term)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(permanent: Option<Epoch>, deletable: Option<Epoch>) -> Record {
        let term = |end_epoch| Term { start_epoch: 1, end_epoch };
        Record {
            size: 0,
            checksums: Vec::new(),
            permanent: permanent.map(term),
            deletable: deletable.map(term),
        }
    }

    #[test]
    fn a_blob_lives_until_its_longest_term_ends() {
        let both = record(Some(3), Some(5));
        assert!(both.is_live(4) && !both.is_live(5));
        assert!(both.is_permanent(2) && !both.is_permanent(3));
    }

    #[test]
    fn a_deletable_blob_is_not_permanent() {
        let deletable = record(None, Some(5));
        assert_eq!(deletable.end_epoch(true), 0);
        assert_eq!(deletable.end_epoch(false), 5);
        assert!(!deletable.is_permanent(1));
    }
}
