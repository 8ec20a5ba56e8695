use crate::{
    mock::*, types::MotionId, Calls, EnsureEnacted, EnsureEnactedAtOnce, Error, Event, Origin,
    WeightInfo,
};
use codec::Encode;
use frame_support::{
    assert_err, assert_ok,
    dispatch::{DispatchResultWithPostInfo, GetDispatchInfo},
    traits::EnsureOrigin,
    weights::Weight,
    BoundedVec,
};
use sp_runtime::{traits::BadOrigin, DispatchError, StateVersion};

/// What comes of enacting a motion, without its weight. A call that fails changes nothing.
fn enact(id: MotionId) -> Result<(), DispatchError> {
    let before = sp_io::storage::root(StateVersion::V1);
    let enacted = Council::enact(by(STRANGER), id);
    let unchanged = sp_io::storage::root(StateVersion::V1) == before;
    assert_eq!(enacted.is_err(), unchanged);
    enacted.map(|_| ()).map_err(|failed| failed.error)
}

#[test]
fn a_carried_motion_takes_effect_after_its_delay() {
    build_and_execute(|| {
        let id = carried(write(1));
        assert_eq!(enact(id), Err(Error::<Test>::StillWaiting.into()));
        wait(DELAY - 1);
        assert_eq!(enact(id), Err(Error::<Test>::StillWaiting.into()));
        wait(1);
        assert_ok!(enact(id));
        assert_last(Event::MotionEnacted { motion: id });
        assert_eq!(written(), [1]);
        assert_gone(id);
        assert_eq!(Balances::free_balance(BOB), ENDOWMENT);
        assert_eq!(enact(id), Err(Error::<Test>::UnknownMotion.into()));
    });
}

#[test]
fn nothing_takes_effect_that_was_not_carried() {
    build_and_execute(|| {
        let id = proposed(write(1));
        all_vote(id, &SIX, true);
        wait(VOTING + DELAY);
        assert_eq!(enact(id), Err(Error::<Test>::NotCarried.into()));
        assert!(written().is_empty());
    });
}

#[test]
fn the_last_block_to_enact_a_motion() {
    build_and_execute(|| {
        let id = carried(write(1));
        wait(DELAY + ENACTMENT);
        assert_eq!(enact(id), Err(Error::<Test>::Lapsed.into()));
        System::set_block_number(System::block_number() - 1);
        assert_ok!(enact(id));
    });
}

#[test]
fn what_only_stops_something_does_not_wait() {
    build_and_execute(|| {
        ledger::Written::<Test>::put(vec![1, 2]);
        let id = carried(strike(1));
        assert!(motion(id).at_once);
        let objection = Council::object(by(EVE), id);
        assert_err!(objection, Error::<Test>::TooLate);
        assert_ok!(enact(id));
        assert_eq!(written(), [2]);
        assert_gone(id);
    });
}

#[test]
fn a_call_that_fails_can_be_enacted_later() {
    build_and_execute(|| {
        let id = carried(write(1));
        wait(DELAY);
        Locked::set(true);
        assert_eq!(enact(id), Err(ledger::Error::<Test>::Locked.into()));
        assert_eq!(Council::held(&BOB), DEPOSIT);
        Locked::set(false);
        assert_ok!(enact(id));
        assert_eq!(written(), [1]);
    });
}

/// A motion carries something else now, as if a new runtime understood the stored bytes in its own
/// way.
fn becomes(id: MotionId, bytes: Vec<u8>) {
    Calls::<Test>::insert(id, BoundedVec::truncate_from(bytes));
}

/// A motion whose call cannot be made goes when its time is over.
fn lapses(id: MotionId) {
    wait(ENACTMENT);
    assert_ok!(Council::close(by(STRANGER), id));
    assert_gone(id);
    assert!(written().is_empty());
}

#[test]
fn a_call_that_is_not_understood_any_more_is_not_made() {
    build_and_execute(|| {
        let id = carried(write(1));
        wait(DELAY);
        becomes(id, vec![255; 6]);
        assert_eq!(enact(id), Err(Error::<Test>::Undecodable.into()));
        lapses(id);
    });
}

#[test]
fn a_call_that_no_motion_may_carry_any_more_is_not_made() {
    build_and_execute(|| {
        let id = carried(write(1));
        wait(DELAY);
        let remark: RuntimeCall = frame_system::Call::remark { remark: vec![] }.into();
        becomes(id, remark.encode());
        assert_eq!(enact(id), Err(Error::<Test>::NotPrivileged.into()));
        becomes(id, work(MOST_WORK + 1).encode());
        assert_eq!(enact(id), Err(Error::<Test>::TooHeavy.into()));
        lapses(id);
    });
}

/// Its origin is that of motions that did not wait, whatever it carries by now.
#[test]
fn a_motion_that_did_not_wait_does_not_become_one_that_had_to() {
    build_and_execute(|| {
        let id = carried(strike(1));
        becomes(id, write(2).encode());
        assert_eq!(enact(id), Err(BadOrigin.into()));
        lapses(id);
    });
}

/// The weight that was used.
fn used(result: DispatchResultWithPostInfo) -> Weight {
    let info = match result {
        Ok(info) => info,
        Err(failed) => failed.post_info,
    };
    info.actual_weight.expect("the weight is corrected")
}

#[test]
fn enacting_costs_what_the_call_costs_and_failing_nothing_of_it() {
    build_and_execute(|| {
        let own = <() as WeightInfo>::enact();
        let charged = crate::Call::<Test>::enact { motion: 0 }.get_dispatch_info().call_weight;
        assert_eq!(charged, own + MaxWeight::get());
        let id = carried(work(5_000_000));
        assert_eq!(used(Council::enact(by(STRANGER), id)), own);
        assert_eq!(used(Council::enact(by(STRANGER), id + 1)), own);
        wait(DELAY);
        let with_the_call = own + Weight::from_parts(5_000_000, 0);
        assert_eq!(used(Council::enact(by(STRANGER), id)), with_the_call);
    });
}

/// Otherwise a motion whose call fails would be a cheap way to fill a block.
#[test]
fn a_call_that_fails_is_paid_for_as_well() {
    build_and_execute(|| {
        let id = carried(write(1));
        wait(DELAY);
        Locked::set(true);
        let with_the_call = <() as WeightInfo>::enact() + Weight::from_parts(1_000, 0);
        assert_eq!(used(Council::enact(by(STRANGER), id)), with_the_call);
    });
}

#[test]
fn nobody_enacts_without_a_signature() {
    build_and_execute(|| {
        let id = carried(write(1));
        wait(DELAY);
        for origin in [RuntimeOrigin::none(), RuntimeOrigin::root(), Origin::Enacted.into()] {
            assert_err!(Council::enact(origin, id).map_err(|failed| failed.error), BadOrigin);
        }
        assert_ok!(enact(id));
    });
}

#[test]
fn a_call_that_did_not_wait_does_nothing_that_has_to_wait() {
    let accepts = |origin: RuntimeOrigin| {
        let (waited, at_once) = (origin.clone(), origin);
        (
            EnsureEnacted::try_origin(waited).is_ok(),
            EnsureEnactedAtOnce::try_origin(at_once).is_ok(),
        )
    };
    assert_eq!(accepts(Origin::Enacted.into()), (true, true));
    assert_eq!(accepts(Origin::EnactedAtOnce.into()), (false, true));
    for origin in [RuntimeOrigin::root(), RuntimeOrigin::none(), by(ALICE)] {
        assert_eq!(accepts(origin), (false, false));
    }
}
