//! A team for tests: its keys, and what its members say.

use super::{Home, HomeSettings};
use crate::{
    order::{Author, Body, Entry, Hash, Key, Log, Offer, Phase, Slots, Terms, Vouch},
    signed::{verify_entry, MachineKey, Said},
};
use tempfile::TempDir;

/// Id of the run.
pub(super) const RUN: Hash = [7; 32];
/// How long a round is to take.
pub(super) const TARGET_MS: u64 = 1_000_000;
/// How long a late member is waited for.
pub(super) const GRACE_MS: u64 = 500_000;

/// Keys of a home and of members, and a folder that is removed at the end.
#[derive(Debug)]
pub(super) struct Team {
    pub(super) home: MachineKey,
    pub(super) members: Vec<MachineKey>,
    pub(super) folder: TempDir,
}

/// Ten long rounds.
pub(super) fn terms(members: u8) -> Terms {
    Terms { members, rounds: 10, least_offers: 1, target_ms: TARGET_MS, grace_ms: GRACE_MS }
}

/// Takes entries as a member does, which believes nobody.
pub(super) fn take(log: &mut Log, home: &Key, entries: &[Entry]) -> Result<(), String> {
    entries.iter().try_for_each(|entry| {
        let members = log.state().machines();
        verify_entry(&RUN, home, &members, entry).map_err(|error| error.to_string())?;
        log.follow(std::slice::from_ref(entry)).map_err(|broken| broken.to_string())
    })
}

impl Team {
    pub(super) fn new(members: u8) -> Self {
        let members = (0..members).map(|_| MachineKey::generate()).collect();
        Self { home: MachineKey::generate(), members, folder: tempfile::tempdir().unwrap() }
    }

    pub(super) fn settings(&self) -> HomeSettings {
        HomeSettings {
            run: RUN,
            terms: terms(u8::try_from(self.members.len()).unwrap()),
            key: self.home.clone(),
            folder: self.folder.path().join("home"),
            machines: None,
        }
    }

    /// A home in whose log everybody has joined, and the first round has begun.
    pub(super) fn running(&self) -> Home {
        let mut home = Home::open(self.settings()).unwrap();
        home.say(Body::Open { spec: [1; 32], home: self.home.public() }, 0).unwrap();
        for slot in (0..).take(self.members.len()) {
            home.hear(self.joined(slot), 0).unwrap();
        }
        home.say(Body::Resumed, 0).unwrap();
        home
    }

    fn say(&self, slot: u8, body: Body) -> Said {
        Said::sign(&self.members[usize::from(slot)], &RUN, 0, Author::Member(slot), body)
    }

    pub(super) fn joined(&self, slot: u8) -> Said {
        let machine = self.members[usize::from(slot)].public();
        let [consent, attestation] = [Vec::new(), Vec::new()];
        let payee = [slot; 32];
        self.say(slot, Body::Joined { slot, machine, payee, consent, attestation, post: None })
    }

    pub(super) fn offer(&self, slot: u8, log: &Log) -> Said {
        let (state, parent) = (log.state(), [0; 32]);
        let (round, begun) = (state.round(), state.begun());
        let offer = Offer { round, object: [slot; 32], bytes: 1, work: 1, parent, begun };
        self.say(slot, Body::Offer(offer))
    }

    /// Vouches for all offers.
    pub(super) fn vouch(&self, slot: u8, log: &Log) -> Said {
        let state = log.state();
        let Phase::Vouching { head } = state.phase() else { panic!("nobody vouches") };
        let have = state.offers().keys().copied().collect();
        let vouch = Vouch { round: state.round(), have, harmful: Slots::default(), head };
        self.say(slot, Body::Vouch(vouch))
    }
}
