//! The replay of a whole run by somebody who took no part in it.

use super::{
    files::Global,
    journal::Journal,
    member::mark,
    replay::{Claim, Invalid, Rules, Updates},
    LogError, Spec, SpecError,
};
use crate::{
    object::{ObjectId, TeamKey},
    order::{Entry, Hash, HomeNamed, Outcome, Phase, Slots},
    outer::{OuterError, State},
    Layout,
};
use std::fmt;

/// All that a run left.
pub struct Archive<'a> {
    /// Id of the run.
    pub run: Hash,
    /// Key of the team.
    pub key: TeamKey,
    /// The specification.
    pub spec: Spec,
    /// Which numbers the model consists of.
    pub layout: Layout,
    /// The first numbers of the model, which follow from the seed.
    pub first: Vec<f32>,
    /// The homes that the chain named, verified there.
    pub homes: Vec<HomeNamed>,
    /// The log.
    pub entries: &'a [Entry],
    /// Finds the bytes of an object.
    pub object: &'a dyn Fn(&ObjectId) -> Option<Vec<u8>>,
}

/// What the log and the objects of a run come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    /// How many rounds were closed.
    pub rounds: u32,
    /// How many updates were merged.
    pub updates: u64,
    /// The model after the last of them.
    pub state: State,
    /// Digest of the state.
    pub digest: Hash,
    /// A hash of all outcomes.
    pub transcript: Hash,
    /// Whether the log reaches the end of the run.
    pub has_ended: bool,
    /// Members that said they have this state.
    pub marked: Slots,
}

/// The first place at which a run differs from what follows from its seed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// The specification cannot be used.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// The first numbers of the model cannot be used.
    #[error("the model before the first round cannot be used: {0}")]
    First(OuterError),
    /// An entry of the log is not believed.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The members trained from another state than follows from the rounds before.
    #[error(
        "before round {round} the members had the state {expected}, and {found} follows from the \
         rounds before"
    )]
    State {
        /// The round.
        round: u32,
        /// Digest of the state that the members agreed on.
        expected: blake3::Hash,
        /// Digest of the state that follows.
        found: blake3::Hash,
    },
    /// An update is not there.
    #[error("the update of slot {slot} in round {round} is missing: object {object}")]
    Missing {
        /// The round.
        round: u32,
        /// Slot of the member that made it.
        slot: u8,
        /// Its name.
        object: ObjectId,
    },
    /// An update is not what was merged.
    #[error("the update of slot {slot} in round {round} (object {object}) is wrong: {why}")]
    Object {
        /// The round.
        round: u32,
        /// Slot of the member that made it.
        slot: u8,
        /// Its name.
        object: ObjectId,
        /// What is wrong with it.
        why: Invalid,
    },
    /// A round cannot be merged.
    #[error("round {round} cannot be merged: {why}")]
    Merge {
        /// The round.
        round: u32,
        /// Why not.
        why: OuterError,
    },
}

impl fmt::Debug for Archive<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.entries.len();
        f.debug_struct("Archive").field("spec", &self.spec).field("entries", &entries).finish()
    }
}

/// Computes a run again, from its seed to its last state.
///
/// That each update came from honest training is not shown by this; that the model follows from
/// seed and updates is, to the bit.
///
/// # Errors
///
/// The place of the first difference. The whole log is read first, then round after round.
pub fn verify(archive: &Archive<'_>) -> Result<Verified, Flaw> {
    archive.spec.check()?;
    let rules = rules(archive);
    let journal = journal(archive)?;
    let first = State::new(archive.first.clone(), &rules.outer).map_err(Flaw::First)?;
    let mut global = Global { round: 0, transcript: archive.run, state: first };
    let mut updates = 0;
    while let Some(outcome) = journal.outcome(global.round) {
        updates += replay(archive, &rules, &mut global, outcome)?;
    }
    let transcript = journal.state().transcript_after(global.round);
    global.transcript = transcript.unwrap_or_default();
    Ok(verified(&rules, &journal, global, updates))
}

fn rules(archive: &Archive<'_>) -> Rules {
    Rules {
        run: archive.run,
        key: archive.key.clone(),
        layout: archive.layout.clone(),
        kind: archive.spec.kind(),
        outer: archive.spec.outer(),
    }
}

fn journal(archive: &Archive<'_>) -> Result<Journal, LogError> {
    let mut journal = Journal::new(archive.run, archive.spec.terms(), archive.spec.digest());
    archive.homes.iter().for_each(|named| journal.name_home(*named));
    journal.follow(archive.entries)?;
    Ok(journal)
}

/// Closes a round, and says how many updates it had.
fn replay(
    archive: &Archive<'_>,
    rules: &Rules,
    global: &mut Global,
    outcome: &Outcome,
) -> Result<u64, Flaw> {
    let round = outcome.round;
    let digest = global.state.digest(&rules.layout);
    if digest != outcome.parent {
        let [expected, found] = [outcome.parent, digest].map(blake3::Hash::from_bytes);
        return Err(Flaw::State { round, expected, found });
    }
    let updates = updates(archive, rules, outcome)?;
    let closed = rules.close(&mut global.state, outcome, &updates);
    closed.map_err(|why| Flaw::Merge { round, why })?;
    global.round = round.saturating_add(1);
    Ok(updates.len() as u64)
}

fn updates(archive: &Archive<'_>, rules: &Rules, outcome: &Outcome) -> Result<Updates, Flaw> {
    let mut updates = Updates::new();
    for included in &outcome.included {
        let claim = Claim::of_included(outcome, included);
        let (round, slot, object) = (claim.round, claim.slot, ObjectId(claim.object));
        let bytes = (archive.object)(&object).ok_or(Flaw::Missing { round, slot, object })?;
        let update = rules.read(&claim, &bytes);
        let update = update.map_err(|why| Flaw::Object { round, slot, object, why })?;
        updates.insert(claim, update);
    }
    Ok(updates)
}

fn verified(rules: &Rules, journal: &Journal, global: Global, updates: u64) -> Verified {
    let Global { round, transcript, state } = global;
    let digest = state.digest(&rules.layout);
    let last = round.saturating_sub(1);
    let own = mark(&rules.run, last, &digest, &transcript);
    let marked = (0..32).filter(|slot| journal.mark_of(*slot, last) == Some(own)).collect();
    let has_ended = journal.state().phase() == Phase::Ended;
    Verified { rounds: round, updates, state, digest, transcript, has_ended, marked }
}
