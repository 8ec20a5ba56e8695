use crate::mock::*;

#[test]
fn a_lost_record_breaks_the_invariants() {
    new_test_ext().execute_with(|| {
        record_many(3);
        end_period();
        crate::Records::<Test>::remove(1);
        assert!(Provenances::do_try_state().is_err());
    });
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
