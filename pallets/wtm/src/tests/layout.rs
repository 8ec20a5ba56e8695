//! The encodings of what is stored. A change here needs a migration and a new storage version.

use super::builders::*;
use crate::{mock::*, Pallet};
use codec::{Encode, MaxEncodedLen};
use frame_support::{
    assert_ok,
    traits::{GetStorageVersion, StorageVersion},
};
use nocknock_primitives::fact::{Case, Evidence, Fact, FactStatus, Role, Stake, Tally};

#[test]
fn the_storage_version_is_that_of_these_layouts() {
    assert_eq!(Pallet::<Test>::in_code_storage_version(), StorageVersion::new(2));
}

#[test]
fn a_fact_is_encoded_as_before() {
    let fact: Fact<u64, u64> = Fact {
        statement: capital("B"),
        evidence: Evidence::Attested,
        status: FactStatus::Superseded { by: 2 },
        author: 3,
        created_at: 4,
        decided_at: Some(5),
        supersedes: Some(6),
        tally: Tally { attesters: 7, disputers: 8, support: 9, against: 10 },
    };
    let tuple = (
        (&b"geography"[..], &b"country/de"[..], &b"capital"[..], &b"B"[..]),
        1u8,
        (5u8, 2u64),
        (3u64, 4u64, Some(5u64), Some(6u64)),
        (7u32, 8u32, 9u128, 10u128),
    );
    assert_eq!(fact.encode(), tuple.encode());
}

#[test]
fn a_case_is_encoded_as_before() {
    let case: Case<u64, u64, u64> = Case {
        window_end: 1,
        vote_end: 2,
        supporter: 11,
        disputer: Some(3),
        support_bonds: 4,
        against_bonds: 5,
        open_support: 6,
        open_against: 7,
        open_votes: 8,
        electorate: 9,
        largest: [12, 13],
        pool: 10,
        reopened: true,
    };
    let tuple = (
        (1u64, 2u64, 11u64, Some(3u64), 4u64, 5u64),
        (6u32, 7u32, 8u32),
        (9u128, 12u128, 13u128, 10u64, true),
    );
    assert_eq!(case.encode(), tuple.encode());
}

#[test]
fn roles_and_statuses_keep_their_numbers() {
    let voter = Role::Voter { support: true, points: 5 };
    let stake = Stake { role: voter, bond: 6u64, since: 7u64 };
    assert_eq!(stake.encode(), (3u8, true, 5u128, 6u64, 7u64).encode());
    let roles = [Role::Proposer, Role::Attester, Role::Disputer];
    assert_eq!(roles.map(|role| role.encode()), [[0], [1], [2]]);
    let statuses = [
        FactStatus::Proposed,
        FactStatus::Disputed,
        FactStatus::Accepted,
        FactStatus::Rejected,
        FactStatus::Retracted,
    ];
    assert_eq!(statuses.map(|status| status.encode()), [[0], [1], [2], [3], [4]]);
    assert_eq!(FactStatus::Lapsed.encode(), [6]);
}

#[test]
fn a_stored_fact_is_bounded() {
    assert!(Fact::<u64, u64>::max_encoded_len() < 1_300);
    build_and_execute(|| {
        assert_ok!(try_propose(ALICE, capital(&"x".repeat(512))));
    });
}
