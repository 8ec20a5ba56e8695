//! What stored records look like in bytes. A change here needs a migration and a new storage
//! version.

use crate::{
    mock::*,
    types::{CurriculumEntry, SessionCount},
    Pallet,
};
use codec::Encode;
use frame_support::traits::{GetStorageVersion, StorageVersion};
use nocknock_primitives::{
    ids::{BlockRoot, CircuitId},
    reward::{Books, CurriculumTask, Points, Practice, Registration, Standing},
    score::Score,
};
use sp_core::hexdisplay::HexDisplay;
use sp_runtime::Permill;

fn hex(stored: impl Encode) -> String {
    HexDisplay::from(&stored.encode()).to_string()
}

/// A number of 16 bytes, little endian, as hexadecimal digits.
fn wide(low: u8) -> String {
    format!("{low:02x}{}", "00".repeat(15))
}

#[test]
fn the_layouts_belong_to_storage_version_1() {
    assert_eq!(Pallet::<Test>::in_code_storage_version(), StorageVersion::new(1));
}

#[test]
fn the_books_keep_their_layout() {
    let stored = Books { released: 1, reserved: 2, minted: 3, burnt: 4 };
    assert_eq!(hex(stored), [wide(1), wide(2), wide(3), wide(4)].concat());
}

#[test]
fn the_curriculum_keeps_its_layout() {
    let entry = CurriculumEntry {
        custodian: Some(1u64),
        task_share: Permill::from_parts(2),
        max_open: 3,
        open: 4,
        removed: true,
    };
    let expected = "01010000000000000002000000030000000400000001";
    assert_eq!(hex(entry), expected);
    let task = CurriculumTask { experiment: 1, custodian: 2u64, budget: 3, paid: true };
    let expected = ["01000000", "0200000000000000", &wide(3), "01"];
    assert_eq!(hex(task), expected.concat());
}

#[test]
fn points_keep_their_layout() {
    let stored = Points { amount: 1, generation: 2 };
    assert_eq!(hex(stored), [wide(1).as_str(), "02000000"].concat());
}

#[test]
fn registrations_keep_their_layout() {
    let with = |standing| Registration { standing, next_round: 2, expires: 3 };
    let rest = "020000000000000003000000";
    assert_eq!(hex(with(Standing::Active)), ["00", rest].concat());
    let suspended = ["010700000000000000", rest].concat();
    assert_eq!(hex(with(Standing::Suspended(7))), suspended);
    assert_eq!(hex(with(Standing::Left)), ["02", rest].concat());
    let count = SessionCount { session: 1, count: 2 };
    assert_eq!(hex(count), "0100000002000000");
}

#[test]
fn the_practice_block_keeps_its_layout() {
    let stored = Practice {
        circuit: CircuitId([1; 32]),
        root: BlockRoot([2; 32]),
        rows: 3,
        min_score: Score::new(4, 5),
    };
    let (circuit, root) = ("01".repeat(32), "02".repeat(32));
    let expected = [circuit.as_str(), &root, "03000000", "0400000005000000"];
    assert_eq!(hex(stored), expected.concat());
}
