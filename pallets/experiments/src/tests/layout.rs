//! What stored records look like in bytes. A change here needs a migration and a new storage
//! version.

use crate::{mock::*, Pallet};
use codec::Encode;
use frame_support::traits::{GetStorageVersion, StorageVersion};
use nocknock_primitives::{
    experiment::{Champion, Experiment, ModelVersion, Stage},
    ids::ContentHash,
    score::Score,
};

#[test]
fn the_layouts_belong_to_storage_version_3() {
    assert_eq!(Pallet::<Test>::in_code_storage_version(), StorageVersion::new(3));
}

#[test]
fn an_experiment_keeps_its_layout() {
    let stored = Experiment {
        owner: 1u64,
        description: with_text("t"),
        encoding: Some(ContentHash([9; 32])),
        created_at: 2u64,
        archived: true,
        champion: Some(Champion { version: 3, score: Score::new(4, 5) }),
        versions: 6,
    };
    let description = format!("046e0474040c74616701{}", "07".repeat(32));
    let expected = [
        "0100000000000000",
        &description,
        &format!("01{}", "09".repeat(32)),
        "0200000000000000",
        "01",
        "01030000000400000005000000",
        "06000000",
    ];
    assert_eq!(hex::encode(stored.encode()), expected.concat());
}

#[test]
fn a_leaderboard_entry_keeps_its_layout() {
    new_test_ext().execute_with(|| {
        let expected = [
            "6400000000000000",
            "0900000000000000",
            &"08".repeat(32),
            "0a00000064000000",
            "0100000000000000",
        ];
        let stored = entry(WORKER, 8, 10);
        assert_eq!(hex::encode(stored.encode()), expected.concat());
    });
}

#[test]
fn a_model_version_keeps_its_layout() {
    let stored =
        ModelVersion { delivered: delivery(7, 10), stage: Stage::Archived, owner: 1u64, at: 2u64 };
    let expected = [
        "07000000",
        "0900000000000000",
        "6400000000000000",
        "0100000000000000",
        &"01".repeat(32),
        "0a00000064000000",
        &"02".repeat(32),
        &"03".repeat(32),
        &format!("01{}", "04".repeat(32)),
        "00",
        "02",
        "0100000000000000",
        "0200000000000000",
    ];
    assert_eq!(hex::encode(stored.encode()), expected.concat());
}
