use crate::{mock::*, Event, LatestOfModel, NextRecord, Records, RecordsOfTask};
use nocknock_primitives::{
    ids::ModelCommitment, limits::MAX_SHARES, provenance::Recorded, traits::ProvenanceRecorder,
};

const MODEL: ModelCommitment = ModelCommitment([7; 32]);

#[test]
fn a_delivery_is_recorded_with_its_place_and_an_event() {
    build_and_execute(|| {
        let provenance = delivery(4, 7);
        let id = <Provenances as ProvenanceRecorder<_>>::record(provenance.clone());
        assert_eq!(id, Some(0));
        let expected = Recorded { provenance: provenance.clone(), anchor: 0, previous: None };
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
fn records_of_one_model_are_linked_from_the_newest_back() {
    build_and_execute(|| {
        for (task, model) in [(1, 7), (2, 8), (3, 7), (4, 7)] {
            assert!(Provenances::do_record(delivery(task, model)).is_some());
        }
        assert_eq!(LatestOfModel::<Test>::get(MODEL), Some(3));
        let previous = [0, 1, 2, 3].map(|id| Records::<Test>::get(id).unwrap().previous);
        assert_eq!(previous, [None, None, Some(0), Some(2)]);
    });
}

#[test]
fn a_task_lists_one_record_for_each_paid_rank() {
    build_and_execute(|| {
        for rank in 0..MAX_SHARES {
            let model = u8::try_from(rank).unwrap();
            assert!(Provenances::do_record(delivery(9, model)).is_some());
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
        assert_eq!(Provenances::do_record(delivery(1, 1)), None);
        assert_eq!(sp_io::storage::root(sp_runtime::StateVersion::V1), before);
    });
}
