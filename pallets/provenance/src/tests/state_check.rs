use crate::{mock::*, types::newest_first, ByMark};
use nocknock_primitives::provenance::Mark;
use sp_runtime::TryRuntimeError;

#[test]
fn a_lost_record_breaks_the_invariants() {
    new_test_ext().execute_with(|| {
        record_many(3);
        end_period();
        crate::Records::<Test>::remove(1);
        assert!(Provenances::do_try_state().is_err());
    });
}

/// What is said of three records after this damage.
fn broken(damage: impl FnOnce()) -> TryRuntimeError {
    new_test_ext().execute_with(|| {
        record_many(3);
        damage();
        Provenances::do_try_state().unwrap_err()
    })
}

#[test]
fn a_lost_or_foreign_entry_of_the_index_breaks_the_invariants() {
    let [own, other] = [0x33, 9].map(|number| Mark::Key(seal(number, number).key));
    let lost = broken(|| ByMark::<Test>::remove(own, newest_first(1)));
    assert_eq!(lost, "5: a record is not in the index".into());
    let foreign = broken(|| ByMark::<Test>::insert(other, newest_first(1), ()));
    assert_eq!(foreign, "5: the index has an entry without its record".into());
}

#[test]
fn a_changed_record_breaks_the_invariants() {
    new_test_ext().execute_with(|| {
        record_many(3);
        end_period();
        crate::Records::<Test>::mutate(1, |record| {
            record.as_mut().unwrap().provenance.score.correct += 1;
        });
        let error = Provenances::do_try_state().unwrap_err();
        assert_eq!(error, "4: a root is not that of the records".into());
    });
}
