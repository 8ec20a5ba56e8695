use crate::mock::*;

#[test]
fn the_mock_is_a_usable_configuration() {
    new_test_ext().execute_with(Provenances::check_config);
}

#[test]
#[should_panic(expected = "MaxRecordsPerAnchor must be positive")]
fn anchors_must_have_room_for_a_record() {
    new_test_ext().execute_with(|| {
        MaxRecordsPerAnchor::set(0);
        Provenances::check_config();
    });
}
