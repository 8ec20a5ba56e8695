use crate::mock::*;
use nocknock_primitives::{
    ids::ModelCommitment,
    limits::MAX_PAGE,
    provenance::{Assurance, ProvenanceField},
};

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
            assert!(Provenances::do_record(delivery(task, model)).is_some());
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
fn a_page_of_one_model_does_not_go_on_from_a_record_of_another() {
    build_and_execute(|| {
        for (task, model) in [(1, 8), (2, 7), (3, 8)] {
            assert!(Provenances::do_record(delivery(task, model)).is_some());
        }
        assert!(Provenances::records_of_model(MODEL, Some(2), 9).is_empty());
        assert!(Provenances::records_of_model(MODEL, Some(99), 9).is_empty());
    });
}

#[test]
fn records_of_a_task_come_in_the_order_of_payment() {
    build_and_execute(|| {
        for (task, model) in [(5, 1), (6, 2), (5, 3)] {
            assert!(Provenances::do_record(delivery(task, model)).is_some());
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
