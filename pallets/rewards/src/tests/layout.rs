//! What stored records look like in bytes. A change here needs a migration and a new storage
//! version.

use crate::{
    mock::*,
    types::{
        CurriculumEntry, Life, NotedFinality, PastEntry, SeatBondState, SessionCount, VestingEntry,
    },
    Pallet,
};
use codec::Encode;
use frame_support::traits::{GetStorageVersion, StorageVersion};
use nocknock_primitives::{
    format::{DataFormat, LabelFormat},
    ids::{BlockRoot, CircuitId, ContentHash},
    reward::{
        AccountPoints, Books, CurriculumRules, CurriculumTask, Origin, Points, Practice,
        Registration, Standing, VestingPart,
    },
    score::Score,
    task::Periods,
};
use sp_core::hexdisplay::HexDisplay;

fn hex(stored: impl Encode) -> String {
    HexDisplay::from(&stored.encode()).to_string()
}

/// A number of 16 bytes, little endian, as hexadecimal digits.
fn wide(low: u8) -> String {
    format!("{low:02x}{}", "00".repeat(15))
}

#[test]
fn the_layouts_belong_to_storage_version_2() {
    assert_eq!(Pallet::<Test>::in_code_storage_version(), StorageVersion::new(3));
}

#[test]
fn the_books_keep_their_layout() {
    let stored = Books { released: 1, reserved: 2, minted: 3, burnt: 4 };
    assert_eq!(hex(stored), [wide(1), wide(2), wide(3), wide(4)].concat());
}

fn rules_to_store() -> CurriculumRules<u32> {
    CurriculumRules {
        format: DataFormat { inputs: 6, input_bits: 7, labels: LabelFormat::Classes(8), rows: 9 },
        encoding: ContentHash([10; 32]),
        min_test_rows: 11,
        min_periods: Periods {
            publish: 12,
            commit: 13,
            reveal: 14,
            claim: 15,
            prove: 16,
            deliver: 17,
        },
    }
}

#[test]
fn the_curriculum_keeps_its_layout() {
    let entry = CurriculumEntry {
        custodian: Some(1u64),
        weight: 2,
        rules: rules_to_store(),
        level: 3,
        max_open: 4,
        open: 5,
        removed: true,
    };
    let expected = [
        "010100000000000000",
        "0200",
        "0600070008000900",
        &"0a".repeat(32),
        "0b000000",
        "0c0000000d0000000e0000000f0000001000000011000000",
        "03000000",
        "0400000005000000",
        "01",
    ];
    assert_eq!(hex(entry), expected.concat());
    assert_eq!(hex(PastEntry { weight: 1, level: 2 }), "010002000000");
    let task =
        CurriculumTask { experiment: 1, custodian: 2u64, unit: 3, budget: 4, taken: 5, paid: true };
    let expected = ["01000000", "0200000000000000", &wide(3), &wide(4), "05000000", "01"];
    assert_eq!(hex(task), expected.concat());
}

#[test]
fn points_keep_their_layout() {
    let stored = Points { amount: 1, session: 2 };
    assert_eq!(hex(stored), [wide(1).as_str(), "02000000"].concat());
    let origins = vec![Origin { experiment: 3, amount: 4 }].try_into().expect("one of four");
    let stored = AccountPoints { amount: 1, session: 2, origins };
    let expected = [wide(1).as_str(), "02000000", "04", "03000000", &wide(4)].concat();
    assert_eq!(hex(stored), expected);
}

#[test]
fn seats_keep_their_layout() {
    let life = Life { last_sign: Some(1), entered: None, proven: true, silent: 2 };
    assert_eq!(hex(life), "0101000000000102000000");
    let bond = SeatBondState { amount: 1u128, due: Some(2) };
    assert_eq!(hex(bond), [wide(1).as_str(), "0102000000"].concat());
}

#[test]
fn what_vests_keeps_its_layout() {
    let part = VestingPart { provider: 1u64, amount: 2, due: 3 };
    let expected = ["0100000000000000", &wide(2), "03000000"].concat();
    assert_eq!(hex(part.clone()), expected);
    assert_eq!(hex(VestingEntry { experiment: 4, part }), format!("04000000{expected}"));
}

#[test]
fn registrations_keep_their_layout() {
    let with = |standing| Registration { standing, next_round: 2, expires: 3, known: true };
    let rest = "02000000000000000300000001";
    assert_eq!(hex(with(Standing::Active)), ["00", rest].concat());
    let suspended = ["010700000000000000", rest].concat();
    assert_eq!(hex(with(Standing::Suspended(7))), suspended);
    assert_eq!(hex(with(Standing::Left)), ["02", rest].concat());
    let count = SessionCount { session: 1, count: 2 };
    assert_eq!(hex(count), "0100000002000000");
}

#[test]
fn noted_finality_keeps_its_layout() {
    assert_eq!(hex(NotedFinality { block: 1u32, noted_at: 2 }), "0100000002000000");
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
