use crate::mock::*;
use codec::Encode;
use frame_support::assert_ok;

#[test]
fn motions_come_in_pages() {
    build_and_execute(|| {
        for member in SIX {
            assert_ok!(Council::propose(by(member), Box::new(write(1))));
        }
        let first = Council::motions(None, 4);
        let last = first.last().map(|(id, _)| *id);
        let rest = Council::motions(last, 64);
        let mut ids: Vec<_> = first.iter().chain(&rest).map(|(id, _)| *id).collect();
        assert_eq!((first.len(), rest.len()), (4, 2));
        ids.sort_unstable();
        assert_eq!(ids, [0, 1, 2, 3, 4, 5]);
        assert!(Council::motions(None, 0).is_empty());
        assert!(first.iter().all(|(id, motion)| Council::motion(*id).as_ref() == Some(motion)));
    });
}

#[test]
fn members_come_in_order_and_what_is_not_there_is_not_shown() {
    build_and_execute(|| {
        Seats::set(vec![CAROL, ALICE, BOB]);
        assert_eq!(Council::members(), [ALICE, BOB, CAROL]);
        assert_eq!(Council::motion(0), None);
        assert_eq!(Council::encoded_call(0), None);
        assert_eq!(Council::motion_of(BOB), None);
        let id = proposed(write(7));
        assert_eq!(Council::encoded_call(id), Some(write(7).encode()));
        assert_eq!(Council::motion_of(BOB), Some(id));
    });
}
