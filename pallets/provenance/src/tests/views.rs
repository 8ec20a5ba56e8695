use crate::mock::*;
use nocknock_primitives::{
    ids::ModelCommitment,
    limits::MAX_PAGE,
    provenance::{Assurance, ProvenanceField},
};
use proptest::{collection::vec, prelude::*};

const MODEL: ModelCommitment = ModelCommitment([7; 32]);

fn ids<R>(page: Vec<(u64, R)>) -> Vec<u64> {
    page.into_iter().map(|(id, _)| id).collect()
}

#[test]
fn pages_of_records_are_bounded_and_end_with_the_last_record() {
    build_and_execute(|| {
        record_many(70);
        assert_eq!(Provenances::records(0, u32::MAX).len(), MAX_PAGE as usize);
        assert_eq!(ids(Provenances::records(68, 10)), [68, 69]);
        assert!(Provenances::records(70, 10).is_empty());
        assert!(Provenances::records(u64::MAX, 10).is_empty());
        assert!(Provenances::records(0, 0).is_empty());
        assert_eq!(Provenances::record(3).map(|record| record.provenance), Some(recorded(3)));
        assert_eq!(Provenances::record(70), None);
    });
}

#[test]
fn records_of_a_model_are_paged_from_the_newest_back() {
    build_and_execute(|| {
        for (task, model) in [(1, 7), (2, 8), (3, 7), (4, 7)] {
            assert!(record(task, model).is_some());
        }
        assert_eq!(ids(Provenances::records_of_model(MODEL, None, 2)), [3, 2]);
        assert_eq!(ids(Provenances::records_of_model(MODEL, Some(2), 2)), [0]);
        assert!(Provenances::records_of_model(MODEL, Some(0), 2).is_empty());
        assert!(Provenances::records_of_model(MODEL, None, 0).is_empty());
        let unknown = ModelCommitment([9; 32]);
        assert!(Provenances::records_of_model(unknown, None, 2).is_empty());
    });
}

#[test]
fn a_page_of_one_model_goes_on_below_any_number_and_keeps_to_its_model() {
    build_and_execute(|| {
        for (task, model) in [(1, 8), (2, 7), (3, 8)] {
            assert!(record(task, model).is_some());
        }
        assert_eq!(ids(Provenances::records_of_model(MODEL, Some(2), 9)), [1]);
        assert_eq!(ids(Provenances::records_of_model(MODEL, Some(u64::MAX), 9)), [1]);
        assert!(Provenances::records_of_model(MODEL, Some(1), 9).is_empty());
    });
}

/// Bob sells Alice's model under his own name: another commitment over the same ciphertext and key.
/// Before, only records of the same commitment could be found.
#[test]
fn a_model_that_was_sold_before_is_found_by_its_ciphertext_or_key() {
    build_and_execute(|| {
        let sold = [
            (1, seal(5, 6)), // Alice
            (2, seal(5, 6)), // Bob: the same ciphertext
            (3, seal(5, 7)), // other weights under the same key
            (4, seal(8, 9)), // the same weights under another key
            (5, seal(5, 6)), // the first again
        ];
        for (task, (model, seal)) in (1..).zip(sold) {
            assert!(Provenances::do_record(delivery(task, model), seal).is_some());
        }
        assert!(Provenances::earlier_records(0, None, 9).is_empty());
        assert_eq!(ids(Provenances::earlier_records(1, None, 9)), [0]);
        assert_eq!(ids(Provenances::earlier_records(2, None, 9)), [1, 0]);
        assert!(Provenances::earlier_records(3, None, 9).is_empty());
        assert_eq!(ids(Provenances::earlier_records(4, None, 9)), [2, 1, 0]);
        assert!(Provenances::earlier_records(5, None, 9).is_empty(), "there is no such record");
    });
}

#[test]
fn pages_of_earlier_records_are_bounded_and_go_on() {
    build_and_execute(|| {
        for task in 0..70u8 {
            // Records share the key with all others, and the ciphertext with every second one.
            let seal = seal(5, task % 2);
            assert!(Provenances::do_record(delivery(task.into(), task), seal).is_some());
        }
        let first = ids(Provenances::earlier_records(69, None, u32::MAX));
        assert_eq!(first, (5..69).rev().collect::<Vec<_>>());
        let second = ids(Provenances::earlier_records(69, first.last().copied(), u32::MAX));
        assert_eq!(second, [4, 3, 2, 1, 0]);
        assert_eq!(ids(Provenances::earlier_records(9, Some(30), 2)), [8, 7]);
        assert!(Provenances::earlier_records(69, Some(0), 9).is_empty());
        assert!(Provenances::earlier_records(69, None, 0).is_empty());
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_earlier_records_are_those_that_share_a_mark(
        sold in vec((0u8..6, 0u8..4, 0u8..4), 1..40),
        limit in 1u32..5,
    ) {
        build_and_execute(|| {
            for (task, (model, key, ciphertext)) in (0..).zip(&sold) {
                let seal = seal(*key, *ciphertext);
                assert!(Provenances::do_record(delivery(task, *model), seal).is_some());
            }
            for (id, of) in (0u64..).zip(&sold) {
                let shares = |other: &(u8, u8, u8)| {
                    other.0 == of.0 || other.1 == of.1 || other.2 == of.2
                };
                let expected: Vec<u64> = (0u64..)
                    .zip(&sold)
                    .filter(|(other, sale)| *other < id && shares(sale))
                    .map(|(other, _)| other)
                    .collect();
                let mut found: Vec<u64> = Vec::new();
                loop {
                    let last = found.last().copied();
                    let page = ids(Provenances::earlier_records(id, last, limit));
                    if page.is_empty() {
                        break;
                    }
                    found.extend(page);
                }
                found.reverse();
                assert_eq!(found, expected, "record {id}");
            }
        });
    }
}

#[test]
fn records_of_a_task_come_in_the_order_of_payment() {
    build_and_execute(|| {
        for (task, model) in [(5, 1), (6, 2), (5, 3)] {
            assert!(record(task, model).is_some());
        }
        assert_eq!(ids(Provenances::records_of_task(5)), [0, 2]);
        assert!(Provenances::records_of_task(7).is_empty());
    });
}

#[test]
fn anchors_are_read_one_by_one_or_in_pages() {
    build_and_execute(|| {
        MaxRecordsPerAnchor::set(1);
        record_many(70);
        let page = Provenances::anchors(65, u32::MAX);
        let numbers: Vec<_> = page.iter().map(|anchor| anchor.number).collect();
        assert_eq!(numbers, [65, 66, 67, 68, 69]);
        assert_eq!(Provenances::anchors(0, u32::MAX).len(), MAX_PAGE as usize);
        assert_eq!(Provenances::anchor(65), page.first().copied());
        assert_eq!(Provenances::anchor(70), None);
    });
}

#[test]
fn the_pending_records_are_counted() {
    build_and_execute(|| {
        record_many(3);
        assert_eq!(Provenances::pending_count(), 3);
        end_period();
        assert_eq!(Provenances::pending_count(), 0);
    });
}

#[test]
fn each_field_is_told_with_its_level() {
    let levels = Provenances::assurances();
    assert_eq!(levels.len(), ProvenanceField::ALL.len());
    assert!(levels.contains(&(ProvenanceField::Score, Assurance::Proved)));
    assert!(levels.contains(&(ProvenanceField::Submitter, Assurance::Checked)));
    assert!(levels.contains(&(ProvenanceField::Image, Assurance::Attested)));
}
