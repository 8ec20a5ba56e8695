use crate::{mock::*, types::newest_first, ByMark, Event, NextRecord, Records, RecordsOfTask};
use nocknock_primitives::{
    ids::ModelCommitment,
    limits::MAX_SHARES,
    provenance::{Mark, Recorded},
    traits::ProvenanceRecorder,
};

const MODEL: ModelCommitment = ModelCommitment([7; 32]);

#[test]
fn a_delivery_is_recorded_with_its_place_and_an_event() {
    build_and_execute(|| {
        let provenance = delivery(4, 7);
        let seal = seal(8, 9);
        let id = <Provenances as ProvenanceRecorder<_>>::record(provenance.clone(), seal);
        assert_eq!(id, Some(0));
        let expected = Recorded { provenance: provenance.clone(), seal, anchor: 0 };
        assert_eq!(Records::<Test>::get(0), Some(expected));
        System::assert_last_event(
            Event::ModelRecorded {
                record: 0,
                task: 4,
                model: MODEL,
                submitter: provenance.submitter,
            }
            .into(),
        );
    });
}

#[test]
fn a_record_is_in_the_index_under_commitment_ciphertext_and_key() {
    build_and_execute(|| {
        assert_eq!(record(1, 3), Some(0));
        assert!(Provenances::do_record(delivery(2, 7), seal(8, 9)).is_some());
        let seal = seal(8, 9);
        for mark in [Mark::Model(MODEL), Mark::Ciphertext(seal.ciphertext), Mark::Key(seal.key)] {
            let found: Vec<_> = ByMark::<Test>::iter_key_prefix(mark).collect();
            assert_eq!(found, [newest_first(1)], "{mark:?}");
        }
    });
}

#[test]
fn a_task_lists_one_record_for_each_paid_rank() {
    build_and_execute(|| {
        for rank in 0..MAX_SHARES {
            let model = u8::try_from(rank).unwrap();
            assert!(record(9, model).is_some());
        }
        let expected: Vec<u64> = (0..u64::from(MAX_SHARES)).collect();
        assert_eq!(RecordsOfTask::<Test>::get(9).into_inner(), expected);
    });
}

#[test]
fn nothing_is_recorded_when_the_numbers_have_run_out() {
    new_test_ext().execute_with(|| {
        NextRecord::<Test>::put(u64::MAX);
        let before = sp_io::storage::root(sp_runtime::StateVersion::V1);
        assert_eq!(record(1, 1), None);
        assert_eq!(sp_io::storage::root(sp_runtime::StateVersion::V1), before);
    });
}
