use super::builders::*;
use crate::mock::*;
use frame_support::assert_ok;
use nocknock_primitives::{
    fact::{Source, Statement},
    ids::FactId,
};
use sp_runtime::Permill;

/// Alice proposes a fact about this subject of this domain.
fn about(domain: &str, subject: &str) -> FactId {
    let statement = Statement { domain: text(domain), subject: text(subject), ..capital("x") };
    assert_ok!(try_propose(ALICE, statement));
    newest()
}

fn ids<T>(page: Vec<(FactId, T)>) -> Vec<FactId> {
    page.into_iter().map(|(id, _)| id).collect()
}

#[test]
fn pages_of_a_domain_come_in_the_order_of_numbers_and_cover_each_fact_once() {
    build_and_execute(|| {
        let mut own = Vec::new();
        for _ in 0..40 {
            own.push(about("physics", "light"));
            about("physic", "light");
        }
        let domain = || text("physics");
        let first = ids(Wtm::facts_by_domain(domain(), None, 30));
        let second = ids(Wtm::facts_by_domain(domain(), first.last().copied(), 30));
        assert_eq!([first.clone(), second].concat(), own);
        assert_eq!(first.len(), 30);
        assert!(Wtm::facts_by_domain(domain(), own.last().copied(), 30).is_empty());
        assert!(Wtm::facts_by_domain(text("chemistry"), None, 30).is_empty());
    });
}

#[test]
fn numbers_beyond_a_byte_keep_their_order() {
    build_and_execute(|| {
        crate::NextFact::<Test>::put(254);
        let own: Vec<_> = (0..4).map(|_| about("physics", "light")).collect();
        assert_eq!(own, [254, 255, 256, 257]);
        assert_eq!(ids(Wtm::facts_by_domain(text("physics"), None, 9)), own);
        let rest = Wtm::facts_by_subject(text("physics"), text("light"), Some(255), 9);
        assert_eq!(ids(rest), [256, 257]);
    });
}

#[test]
fn pages_of_a_subject_keep_to_its_domain() {
    build_and_execute(|| {
        let light = about("physics", "light");
        about("physics", "lighter");
        about("art", "light");
        let page = Wtm::facts_by_subject(text("physics"), text("light"), None, 9);
        assert_eq!(ids(page), [light]);
    });
}

#[test]
fn no_page_is_longer_than_the_chain_allows() {
    build_and_execute(|| {
        for _ in 0..70 {
            about("physics", "light");
        }
        let (page, next) = Wtm::facts(0, u32::MAX);
        assert_eq!((page.len(), next), (64, Some(64)));
        assert_eq!(Wtm::facts_by_domain(text("physics"), None, u32::MAX).len(), 64);
        let (page, next) = Wtm::facts(67, 2);
        assert_eq!((ids(page), next), (vec![67, 68], Some(69)));
        let (page, next) = Wtm::facts(67, 3);
        assert_eq!((page.len(), next), (3, None));
        assert_eq!(Wtm::facts(70, 9), (vec![], None));
        assert_eq!(Wtm::facts(0, 0), (vec![], Some(0)));
    });
}

#[test]
fn a_long_gap_takes_several_pages_of_bounded_work() {
    build_and_execute(|| {
        let first = about("physics", "light");
        crate::NextFact::<Test>::put(2_000);
        let last = about("physics", "light");
        let (page, next) = Wtm::facts(0, 64);
        assert_eq!((ids(page), next), (vec![first], Some(1_024)));
        let (page, next) = Wtm::facts(1_024, 64);
        assert_eq!((ids(page), next), (vec![last], None));
    });
}

#[test]
fn removed_facts_are_left_out_of_pages() {
    build_and_execute(|| {
        let ids_of: Vec<_> = (0..3).map(|_| about("physics", "light")).collect();
        assert_ok!(Wtm::do_retract(&ALICE, 1));
        let (page, next) = Wtm::facts(0, 2);
        assert_eq!((ids(page), next), (vec![ids_of[0], ids_of[2]], None));
        assert_eq!(ids(Wtm::facts_by_domain(text("physics"), Some(1), 3)), [2]);
    });
}

#[test]
fn history_leads_from_the_newest_fact_to_the_oldest() {
    build_and_execute(|| {
        let mut newest_first = vec![accepted()];
        for object in ["Bonn", "Potsdam"] {
            let origin = RuntimeOrigin::signed(BOB);
            let old = newest_first[0];
            assert_ok!(Wtm::supersede(origin, old, text(object), Source::Attested));
            wait(WINDOW);
            assert_ok!(Wtm::do_resolve(newest()));
            newest_first.insert(0, newest());
        }
        let history = Wtm::history(newest_first[0]);
        assert_eq!(history[2].1.statement, capital("Berlin"));
        assert_eq!(ids(history), newest_first);
        assert_eq!(ids(Wtm::history(newest_first[1])), newest_first[1..]);
        assert!(Wtm::history(99).is_empty());
    });
}

#[test]
fn confidence_follows_the_evidence() {
    build_and_execute(|| {
        let id = proposed();
        assert_eq!(Wtm::confidence(id), Some(Permill::zero()));
        wait(WINDOW);
        assert_ok!(Wtm::do_resolve(id));
        // Alice's 900 count like three bonds of attesters, and have a third of the full age.
        assert_eq!(Wtm::confidence(id), Some(Permill::from_parts(666_666)));
        wait(MATURITY - WINDOW);
        assert_eq!(Wtm::confidence(id), Some(Permill::from_percent(80)));
        wait(1_000);
        assert_eq!(Wtm::confidence(id), Some(Permill::from_percent(80)));
        claim_all(id, &[ALICE]);
        assert_eq!(Wtm::confidence(id), Some(Permill::from_percent(50)));
        let upheld = voted(true, false);
        assert_eq!(Wtm::confidence(upheld), Some(Permill::from_percent(60)));
        assert_eq!(Wtm::confidence(99), None);
    });
}

#[test]
fn attesters_add_to_the_confidence_and_disputers_do_not() {
    build_and_execute(|| {
        let id = proposed();
        assert_ok!(Wtm::do_attest(BOB, id));
        assert_ok!(Wtm::do_attest(CAROL, id));
        wait(WINDOW);
        assert_ok!(Wtm::do_resolve(id));
        wait(MATURITY - WINDOW);
        // Five bonds of attesters: 6/7.
        assert_eq!(Wtm::confidence(id), Some(Permill::from_parts(857_142)));
        assert_ok!(Wtm::do_dispute(DAVE, id));
        assert_eq!(Wtm::confidence(id), Some(Permill::zero()));
        wait(WINDOW + VOTING);
        assert_ok!(Wtm::do_resolve(id));
        assert_eq!(Wtm::confidence(id), Some(Permill::from_parts(857_142)));
    });
}

#[test]
fn stakes_of_a_fact_come_in_pages() {
    build_and_execute(|| {
        let id = proposed();
        for who in [BOB, CAROL, DAVE] {
            assert_ok!(Wtm::do_attest(who, id));
        }
        let first = Wtm::stakes(id, None, 3);
        let second = Wtm::stakes(id, first.last().map(|(who, _)| *who), 3);
        let mut all: Vec<_> = [first, second].concat().iter().map(|(who, _)| *who).collect();
        all.sort_unstable();
        assert_eq!(all, [ALICE, BOB, CAROL, DAVE]);
    });
}
