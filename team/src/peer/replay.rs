//! What follows from a log and its objects: the same for members and for whoever checks them.

use crate::{
    object::{open, ObjectError, ObjectId, TeamKey, SEAL_BYTES},
    order::{Hash, Included, Offer, Outcome},
    outer::{self, Outer, OuterError, State},
    update::{decode, largest_size, Header, Update, UpdateError, UpdateKind},
    Layout,
};
use std::collections::BTreeMap;

/// What an update has to be, by the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Claim {
    pub(super) round: u32,
    pub(super) slot: u8,
    pub(super) object: Hash,
    pub(super) parent: Hash,
    pub(super) work: u32,
}

/// Updates by what the log says of them. Another claim about the same object is checked anew.
pub(super) type Updates = BTreeMap<Claim, Update>;

/// What is wrong with an object that is offered as an update.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// It is longer than any update of the run.
    #[error("it is longer than any update of the run")]
    TooLong,
    /// It is no object, or none of this team and run.
    #[error("{0}")]
    Object(ObjectError),
    /// What is in it is no update.
    #[error("{0}")]
    Update(UpdateError),
    /// Its header disagrees with the log.
    #[error("the {field} in its header is another one than in the log")]
    Header {
        /// Which field.
        field: &'static str,
    },
}

/// What the replay of a run depends on, beside log and objects.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) run: Hash,
    pub(super) key: TeamKey,
    pub(super) layout: Layout,
    pub(super) kind: UpdateKind,
    pub(super) outer: Outer,
}

impl Claim {
    /// What was offered.
    pub(super) fn of_offer(slot: u8, offer: &Offer) -> Self {
        let Offer { round, object, work, parent, bytes: _, begun: _ } = *offer;
        Self { round, slot, object, parent, work }
    }

    /// What was included.
    pub(super) fn of_included(outcome: &Outcome, included: &Included) -> Self {
        let Outcome { round, parent, included: _ } = *outcome;
        let Included { slot, object, work } = *included;
        Self { round, slot, object, parent, work }
    }

    fn check(&self, rules: &Rules, header: &Header) -> Result<(), Invalid> {
        let fields = [
            ("run", header.run == rules.run),
            ("kind", header.kind == rules.kind),
            ("round", header.round == self.round),
            ("slot", header.slot == self.slot),
            ("parent", header.parent == self.parent),
            ("work", header.work == self.work),
        ];
        let other = fields.into_iter().find(|(_, agrees)| !agrees);
        other.map_or(Ok(()), |(field, _)| Err(Invalid::Header { field }))
    }
}

impl Rules {
    /// The most bytes of an object that is an update.
    pub(super) fn most_bytes(&self) -> usize {
        largest_size(&self.layout, self.kind).saturating_add(SEAL_BYTES)
    }

    /// Reads the update that `claim` names.
    pub(super) fn read(&self, claim: &Claim, bytes: &[u8]) -> Result<Update, Invalid> {
        if bytes.len() > self.most_bytes() {
            return Err(Invalid::TooLong);
        }
        let id = ObjectId(claim.object);
        let content = open(&self.key, &self.run, &id, bytes).map_err(Invalid::Object)?;
        let update = decode(&self.layout, &content).map_err(Invalid::Update)?;
        claim.check(self, update.header())?;
        Ok(update)
    }

    /// Closes a round whose updates are all held. A copy of an update of a lower slot does not
    /// count, and a round without updates moves nothing.
    pub(super) fn close(
        &self,
        state: &mut State,
        outcome: &Outcome,
        updates: &Updates,
    ) -> Result<(), OuterError> {
        let mut counted: Vec<outer::Included<'_>> = Vec::new();
        for included in &outcome.included {
            let claim = Claim::of_included(outcome, included);
            let Some(update) = updates.get(&claim) else { continue };
            let is_copy = |other: &outer::Included<'_>| other.update.numbers().eq(update.numbers());
            if !counted.iter().any(is_copy) {
                counted.push(outer::Included { slot: included.slot, work: included.work, update });
            }
        }
        if counted.is_empty() {
            return Ok(());
        }
        state.close(&self.outer, &counted)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{layout, team_key, RUN},
        *,
    };
    use crate::{
        object::{seal, Sealed},
        update::encode,
    };

    fn rules() -> Rules {
        let outer = Outer { rate: 1.0, momentum: 0.0, clip: 10.0, work_ratio: 10.0 };
        Rules { run: RUN, key: team_key(), layout: layout(), kind: UpdateKind::F32, outer }
    }

    /// An update of a member, of which all numbers are the same.
    fn sealed(slot: u8, number: f32) -> (Claim, Sealed) {
        let header = Header {
            run: RUN,
            round: 3,
            slot,
            kind: UpdateKind::F32,
            parent: [9; 32],
            layout: layout().digest(),
            work: 8,
            steps: 4,
            loss_first: 2.0,
            loss_last: 1.0,
        };
        let content = encode(&layout(), &header, &vec![number; layout().parameters()]).unwrap();
        let sealed = seal(&team_key(), &RUN, &content);
        let claim = Claim { round: 3, slot, object: sealed.id.0, parent: [9; 32], work: 8 };
        (claim, sealed)
    }

    #[test]
    fn each_field_of_a_header_has_to_be_that_of_the_log() {
        let (claim, sealed) = sealed(1, 0.5);
        rules().read(&claim, &sealed.bytes).unwrap();
        let others = [
            ("round", Claim { round: 4, ..claim }),
            ("slot", Claim { slot: 2, ..claim }),
            ("parent", Claim { parent: [8; 32], ..claim }),
            ("work", Claim { work: 9, ..claim }),
        ];
        for (field, other) in others {
            let refused = rules().read(&other, &sealed.bytes);
            assert_eq!(refused, Err(Invalid::Header { field }));
        }
        let other_kind = Rules { kind: UpdateKind::Int8, ..rules() };
        assert_eq!(other_kind.read(&claim, &sealed.bytes), Err(Invalid::TooLong));
    }

    #[test]
    fn what_is_too_long_or_not_of_the_team_is_refused() {
        let (claim, sealed) = sealed(1, 0.5);
        let long = vec![0; rules().most_bytes() + 1];
        assert_eq!(rules().read(&claim, &long), Err(Invalid::TooLong));
        let mut changed = sealed.bytes.clone();
        changed[50] ^= 1;
        let other_bytes = Err(Invalid::Object(ObjectError::OtherBytes));
        assert_eq!(rules().read(&claim, &changed), other_bytes);
        let stranger = Rules { key: TeamKey::new([4; 32]), ..rules() };
        let other_key = Err(Invalid::Object(ObjectError::OtherKey));
        assert_eq!(stranger.read(&claim, &sealed.bytes), other_key);
    }

    /// Where zeros come to by updates whose numbers are these, by slot.
    fn closed(numbers: &[f32]) -> f32 {
        let mut updates = Updates::new();
        let mut outcome = Outcome { round: 3, parent: [9; 32], included: Vec::new() };
        for (slot, number) in (0u8..).zip(numbers) {
            let (claim, sealed) = sealed(slot, *number);
            updates.insert(claim, rules().read(&claim, &sealed.bytes).unwrap());
            outcome.included.push(Included { slot, object: claim.object, work: claim.work });
        }
        let zeros = vec![0.0; layout().parameters()];
        let mut state = State { parameters: zeros, momentum: Vec::new() };
        rules().close(&mut state, &outcome, &updates).unwrap();
        state.parameters[0]
    }

    #[test]
    fn a_copy_of_a_lower_slot_does_not_count_and_an_empty_round_moves_nothing() {
        assert_eq!(closed(&[1.0, 2.0]), -1.5);
        assert_eq!(closed(&[1.0, 2.0, 1.0, 2.0, 1.0]), -1.5);
        assert_eq!(closed(&[]), 0.0);
    }
}
