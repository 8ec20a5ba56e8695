use super::builders::*;
use crate::{mock::*, Call, Claims, Error, Event};
use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo};
use nocknock_primitives::{
    claim::{ClaimKey, ClaimState},
    phase::Phase,
    score::Score,
};
use sp_runtime::traits::BadOrigin;

#[test]
fn a_claim_waits_to_be_asked() {
    build_and_execute(|| {
        let id = claiming(spec(), &[bob(), dave(), eve()]);
        assert_ok!(Tasks::claim(RuntimeOrigin::signed(dave()), id, 51));
        System::assert_last_event(Event::Claimed { task: id, worker: dave(), points: 51 }.into());
        assert_eq!(claim_of(id, &dave()), ClaimState::Claimed(51));
        let key = ClaimKey::new(51, 1);
        assert_eq!(Claims::<Test>::get((id, 0u8, key.to_bytes())), Some(dave()));
        let task = task(id);
        assert_eq!((task.committed, task.claimed, task.waiting), (3, 1, 1));
        assert_eq!((task.next_claim, task.round, task.proved), (Some(key), None, 0));
        assert_eq!(phase(id), Phase::Claim);
    });
}

#[test]
fn the_best_claim_comes_next_whoever_claims_first() {
    build_and_execute(|| {
        let id = claiming(spec(), &[bob(), dave(), eve()]);
        for (worker, points, next) in
            [(eve(), 50, ClaimKey::new(50, 2)), (bob(), 49, ClaimKey::new(50, 2))]
        {
            assert_ok!(try_claim(id, &worker, points));
            assert_eq!(task(id).next_claim, Some(next));
        }
        let id = claiming(spec(), &[bob(), dave(), eve()]);
        for (worker, points, next) in
            [(eve(), 50, ClaimKey::new(50, 2)), (bob(), 50, ClaimKey::new(50, 0))]
        {
            assert_ok!(try_claim(id, &worker, points));
            assert_eq!(task(id).next_claim, Some(next), "the earlier commitment wins a tie");
        }
    });
}

#[test]
fn a_worker_claims_once() {
    build_and_execute(|| {
        let id = claiming(spec(), &[bob(), dave()]);
        claim(id, &bob(), 25);
        for points in [50, 60] {
            assert_noop!(try_claim(id, &bob(), points), Error::<Test>::AlreadyClaimed);
        }
    });
}

#[test]
fn only_committed_workers_claim() {
    build_and_execute(|| {
        let id = claiming(spec(), &[bob()]);
        assert_noop!(try_claim(id, &dave(), 50), Error::<Test>::NotCommitted);
        assert_noop!(try_claim(id, &alice(), 50), Error::<Test>::NotCommitted);
        assert_noop!(try_claim(id + 1, &bob(), 50), Error::<Test>::UnknownTask);
        assert_noop!(Tasks::claim(RuntimeOrigin::none(), id, 50), BadOrigin);
    });
}

#[test]
fn claims_are_made_after_the_last_reveal_and_in_time() {
    build_and_execute(|| {
        let id = create(spec());
        commit(id, &[bob(), dave()]);
        let refused = || {
            assert_noop!(try_claim(id, &bob(), 50), Error::<Test>::WrongPhase);
        };
        refused();
        end_commits(id);
        refused();
        assert_ok!(Tasks::do_reveal_block(&alice(), id, 0, revealed(0)));
        refused();
        assert_ok!(Tasks::do_reveal_block(&alice(), id, 1, revealed(1)));
        go_to(20);
        assert_ok!(try_claim(id, &dave(), 50));
        go_to(21);
        refused();
        ask(id);
        refused();
    });
}

/// Under the old rule whoever was committed had to prove a score, even one for which nothing was
/// paid.
#[test]
fn a_score_that_does_not_beat_the_most_frequent_class_is_not_claimed() {
    build_and_execute(|| {
        let id = claiming(spec(), &[bob(), dave()]);
        assert_eq!(task(id).baseline(), Score::new(40, 60));
        assert_noop!(try_claim(id, &bob(), 40), Error::<Test>::NotEligible);
        assert_noop!(try_claim(id, &bob(), 0), Error::<Test>::NotEligible);
        assert_ok!(try_claim(id, &bob(), 41));
    });
}

#[test]
fn a_score_below_the_minimum_is_not_claimed() {
    build_and_execute(|| {
        let mut spec = spec();
        spec.terms.min_score = Score::new(9, 10);
        let id = claiming(spec, &[bob(), dave()]);
        assert_noop!(try_claim(id, &bob(), 53), Error::<Test>::NotEligible);
        assert_ok!(try_claim(id, &bob(), 54));
    });
}

#[test]
fn nobody_claims_more_points_than_there_are() {
    build_and_execute(|| {
        let id = claiming(spec(), &[bob(), dave()]);
        for points in [61, u32::MAX] {
            assert_noop!(try_claim(id, &bob(), points), Error::<Test>::ScoreTooHigh);
        }
        assert_ok!(try_claim(id, &bob(), 60));
    });
}

/// Nobody has to wait for the end of the phase, and nobody needs another call.
#[test]
fn the_last_claim_asks_at_once() {
    build_and_execute(|| {
        let id = claiming(spec(), &[bob(), dave()]);
        let charged = Call::<Test>::claim { task: id, points: 50 }.get_dispatch_info().call_weight;
        let first = Tasks::claim(RuntimeOrigin::signed(bob()), id, 50).unwrap().actual_weight;
        assert_eq!(phase(id), Phase::Claim);
        let last = Tasks::claim(RuntimeOrigin::signed(dave()), id, 48).unwrap().actual_weight;
        assert_eq!(phase(id), Phase::Prove);
        let expected = Event::Asked { task: id, round: 1, workers: vec![bob(), dave()], until: 21 };
        System::assert_last_event(expected.into());
        assert!(first.unwrap().ref_time() < charged.ref_time(), "a part of it is returned");
        assert_eq!(last, Some(charged));
    });
}

#[test]
fn whoever_is_known_stands_in_a_class_of_its_own() {
    build_and_execute(|| {
        book(|book| book.known.push(bob()));
        let id = claiming_curriculum(&[bob(), dave(), eve()]);
        claim_all(id, &[(bob(), 25), (dave(), 26)]);
        let stored = |class: u8| -> Vec<_> {
            Claims::<Test>::iter_prefix((id, class)).map(|(_, worker)| worker).collect()
        };
        assert_eq!((stored(0), stored(1)), (vec![bob()], vec![dave()]));
        assert_eq!(task(id).next_claim, Some(ClaimKey::new(52, 1)));
        let id = claiming(spec(), &[bob(), dave(), eve()]);
        claim_all(id, &[(bob(), 25), (dave(), 26)]);
        let classes: Vec<_> = Claims::<Test>::iter_key_prefix((id,)).map(|(of, _)| of).collect();
        assert_eq!(classes, [0, 0], "a stake makes all of them alike");
    });
}

#[test]
fn a_claim_that_was_never_asked_leaves_with_its_commitment() {
    build_and_execute(|| {
        for id in [
            settled(spec(), &[(bob(), 27), (dave(), 26), (eve(), 25)]),
            settled_curriculum(&[(bob(), 27), (dave(), 26), (eve(), 25)]),
        ] {
            assert_eq!(Claims::<Test>::iter_prefix((id,)).count(), 1);
            close(id, &eve());
            assert_eq!(Claims::<Test>::iter_prefix((id,)).count(), 0);
        }
    });
}
