//! The encodings of what is stored. A change here needs a migration and a new storage version.

use crate::{
    mock::*,
    types::{Motion, MotionOf, Stage, Voices},
    Origin, Pallet,
};
use codec::{Encode, MaxEncodedLen};
use frame_support::traits::{GetStorageVersion, StorageVersion};

#[test]
fn the_storage_version_is_that_of_these_layouts() {
    assert_eq!(Pallet::<Test>::in_code_storage_version(), StorageVersion::new(1));
}

#[test]
fn a_motion_is_encoded_as_before() {
    let voices = |accounts: &[u64]| Voices::truncate_from(accounts.to_vec());
    let voting: Motion<u64, u64, [u8; 32], u64> = Motion {
        proposer: 1,
        deposit: 2,
        hash: [3; 32],
        at_once: true,
        stage: Stage::Voting { until: 4, ayes: voices(&[5]), nays: voices(&[6, 7]) },
    };
    let tuple = (1u64, 2u64, [3u8; 32], true, (0u8, 4u64, vec![5u64], vec![6u64, 7]));
    assert_eq!(voting.encode(), tuple.encode());
    let stage = Stage::Carried { from: 1u64, until: 2, objections: voices(&[3]) };
    assert_eq!(stage.encode(), (1u8, 1u64, 2u64, vec![3u64]).encode());
    assert_eq!([Origin::Enacted, Origin::EnactedAtOnce].map(|one| one.encode()), [[0], [1]]);
}

#[test]
fn a_stored_motion_is_bounded() {
    assert!(MotionOf::<Test>::max_encoded_len() < 2_000);
}
