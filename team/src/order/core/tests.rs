use super::{
    super::{testing::*, Included},
    *,
};
use crate::random;
use proptest::prelude::*;
use rand_chacha::{rand_core::RngCore, ChaCha20Rng};

/// How many random runs each property is tried on.
const SCHEDULES: u32 = 1_000;

/// Every rule.
const RULES: [Broken; 42] = [
    Broken::Index,
    Broken::Previous,
    Broken::Epoch,
    Broken::Clock,
    Broken::Author,
    Broken::NotOpened,
    Broken::OpenedTwice,
    Broken::Slot,
    Broken::SlotTaken,
    Broken::MachineTwice,
    Broken::NotAMember,
    Broken::Gone,
    Broken::Ended,
    Broken::NotOffering,
    Broken::NotVouching,
    Broken::OtherRound,
    Broken::OtherBeginning,
    Broken::NoWork,
    Broken::OfferedTwice,
    Broken::NotLive,
    Broken::OtherHead,
    Broken::NotOffered,
    Broken::HarmUnseen,
    Broken::HaveShrank,
    Broken::VouchedTwice,
    Broken::OffersExpected,
    Broken::TooFewOffers,
    Broken::VouchesExpected,
    Broken::NoMajority,
    Broken::OtherOutcome,
    Broken::StatesAgree,
    Broken::NotRunning,
    Broken::NotPaused,
    Broken::TooFewMembers,
    Broken::RoundNotClosed,
    Broken::SaidBefore,
    Broken::TooLong,
    Broken::HomeNotNamed,
    Broken::OtherHome,
    Broken::EpochNotLater,
    Broken::TakenBack,
    Broken::Forked,
];

/// A log whose last entry breaks this rule and no other.
fn break_rule(rule: Broken) -> Result<(), Broken> {
    match rule {
        Broken::Index
        | Broken::Previous
        | Broken::Epoch
        | Broken::Clock
        | Broken::Author
        | Broken::NotOpened
        | Broken::OpenedTwice
        | Broken::Forked => break_rule_of_place(rule),
        Broken::Slot
        | Broken::SlotTaken
        | Broken::MachineTwice
        | Broken::NotAMember
        | Broken::Gone
        | Broken::Ended
        | Broken::TooLong
        | Broken::TooFewMembers => break_rule_of_members(rule),
        Broken::NotOffering
        | Broken::OtherRound
        | Broken::OtherBeginning
        | Broken::NoWork
        | Broken::OfferedTwice
        | Broken::OffersExpected
        | Broken::TooFewOffers => break_rule_of_offers(rule),
        Broken::NotVouching
        | Broken::NotLive
        | Broken::OtherHead
        | Broken::NotOffered
        | Broken::HarmUnseen
        | Broken::HaveShrank
        | Broken::VouchedTwice
        | Broken::VouchesExpected => break_rule_of_vouches(rule),
        Broken::NoMajority
        | Broken::OtherOutcome
        | Broken::StatesAgree
        | Broken::NotRunning
        | Broken::NotPaused
        | Broken::RoundNotClosed
        | Broken::SaidBefore => break_rule_of_rounds(rule),
        Broken::HomeNotNamed | Broken::OtherHome | Broken::EpochNotLater | Broken::TakenBack => {
            break_rule_of_homes(rule)
        }
    }
}

fn break_rule_of_place(rule: Broken) -> Result<(), Broken> {
    let mut desk = Desk::with_team(2);
    desk.now = 100;
    desk.offer(0).unwrap();
    let next = desk.log.draft(100, Author::Member(1), Body::Offer(desk.offer_of(1)), Vec::new());
    match rule {
        Broken::Index => desk.append(Entry { index: next.index + 1, ..next }),
        Broken::Previous => desk.append(Entry { previous: [9; 32], ..next }),
        Broken::Epoch => desk.append(Entry { epoch: 1, ..next }),
        Broken::Clock => desk.append(Entry { at_ms: 99, ..next }),
        Broken::Author => desk.append(Entry { author: Author::Home, ..next }),
        Broken::NotOpened => Desk::new(terms(2)).member(0, joined(0)),
        Broken::OpenedTwice => desk.home(Body::Open { spec: [1; 32], home: [0; 32] }),
        _ => {
            let mut other = Desk::with_team(2);
            other.offer(1).unwrap();
            desk.log.follow(other.log.since(0))
        }
    }
}

fn break_rule_of_members(rule: Broken) -> Result<(), Broken> {
    let mut desk = Desk::with_team(2);
    desk.member(1, Body::Left { slot: 1, why: String::new() }).unwrap();
    match rule {
        Broken::Slot => desk.member(2, joined(2)),
        Broken::SlotTaken => desk.member(1, joined(1)),
        Broken::MachineTwice => {
            let mut desk = Desk::new(terms(2));
            desk.home(Body::Open { spec: [1; 32], home: [0; 32] }).unwrap();
            desk.member(0, joined(0)).unwrap();
            let mut request = joined(1);
            if let Body::Joined { machine, .. } = &mut request {
                *machine = [0; 32];
            }
            desk.member(1, request)
        }
        Broken::NotAMember => desk.member(2, Body::Offer(desk.offer_of(2))),
        Broken::Gone => desk.offer(1),
        Broken::TooLong => desk.member(0, Body::Left { slot: 0, why: "x".repeat(600) }),
        Broken::Ended => {
            let mut desk = Desk::new(terms(2));
            desk.home(Body::Open { spec: [1; 32], home: [0; 32] }).unwrap();
            desk.home(Body::Stopped { why: String::new() }).unwrap();
            desk.member(0, joined(0))
        }
        _ => {
            let mut desk = Desk::new(Terms { least_offers: 2, ..terms(2) });
            desk.home(Body::Open { spec: [1; 32], home: [0; 32] }).unwrap();
            desk.member(0, joined(0)).unwrap();
            desk.home(Body::Resumed)
        }
    }
}

fn break_rule_of_offers(rule: Broken) -> Result<(), Broken> {
    let mut desk = Desk::with_team(3);
    match rule {
        Broken::NotOffering => Desk::vouching(2).offer(0),
        Broken::OtherRound => desk.member(0, Body::Offer(Offer { round: 1, ..desk.offer_of(0) })),
        Broken::OtherBeginning => {
            let before = desk.offer_of(0);
            desk.home(Body::Paused { why: Pause::Asked }).unwrap();
            desk.home(Body::Resumed).unwrap();
            desk.member(0, Body::Offer(before))
        }
        Broken::NoWork => desk.member(0, Body::Offer(Offer { work: 0, ..desk.offer_of(0) })),
        Broken::OfferedTwice => {
            desk.offer(0).unwrap();
            desk.offer(0)
        }
        Broken::OffersExpected => {
            desk.offer(0).unwrap();
            desk.offer(1).unwrap();
            desk.now = 1_499;
            desk.close_offers()
        }
        _ => {
            desk.now = 1_500;
            desk.close_offers()
        }
    }
}

fn break_rule_of_vouches(rule: Broken) -> Result<(), Broken> {
    let mut desk = Desk::with_team(3);
    desk.offer(0).unwrap();
    desk.offer(1).unwrap();
    desk.now = 1_500;
    if rule == Broken::NotVouching {
        let [have, harmful] = [slots(&[0]), slots(&[])];
        let vouch = Vouch { round: 0, have, harmful, head: desk.log.head() };
        return desk.member(0, Body::Vouch(vouch));
    }
    desk.close_offers().unwrap();
    let vouch = desk.vouch_for(slots(&[0]));
    match rule {
        Broken::NotLive => desk.member(2, Body::Vouch(vouch)),
        Broken::OtherHead => desk.member(0, Body::Vouch(Vouch { head: [9; 32], ..vouch })),
        Broken::NotOffered => desk.member(0, Body::Vouch(Vouch { have: slots(&[0, 2]), ..vouch })),
        Broken::HarmUnseen => desk.member(0, Body::Vouch(Vouch { harmful: slots(&[1]), ..vouch })),
        Broken::HaveShrank => {
            desk.vouch(0).unwrap();
            desk.member(0, Body::Vouch(vouch))
        }
        Broken::VouchedTwice => {
            desk.vouch(0).unwrap();
            desk.vouch(0)
        }
        _ => {
            desk.vouch(0).unwrap();
            desk.now = 1_999;
            let included = vec![];
            desk.home(Body::RoundClosed(Outcome { round: 0, parent: [0; 32], included }))
        }
    }
}

fn break_rule_of_rounds(rule: Broken) -> Result<(), Broken> {
    let mut desk = Desk::vouching(2);
    let no_updates = Outcome { round: 0, parent: [0; 32], included: vec![] };
    match rule {
        Broken::NoMajority => {
            let mut desk = torn();
            desk.now += 500;
            desk.home(Body::RoundClosed(no_updates))
        }
        Broken::OtherOutcome => {
            desk.vouch(0).unwrap();
            desk.vouch(1).unwrap();
            desk.home(Body::RoundClosed(no_updates))
        }
        Broken::StatesAgree => desk.home(Body::Paused { why: Pause::StatesDiffer }),
        Broken::NotRunning => Desk::gathering(2).home(Body::Paused { why: Pause::Asked }),
        Broken::NotPaused => desk.home(Body::Resumed),
        Broken::SaidBefore => {
            let evaluated = |round| Body::Evaluated { round, loss_micro: 1, count: 1 };
            let mut desk = Desk::with_team(2);
            (0..2).for_each(|_| desk.close_round());
            desk.member(0, evaluated(1)).unwrap();
            desk.member(0, evaluated(0))
        }
        _ => desk.member(0, Body::Evaluated { round: 0, loss_micro: 1, count: 1 }),
    }
}

fn break_rule_of_homes(rule: Broken) -> Result<(), Broken> {
    let mut desk = Desk::with_team(2);
    let named = |epoch, rounds| HomeNamed { epoch, home: [9; 32], rounds, transcript: RUN };
    match rule {
        Broken::HomeNotNamed => desk.move_home(1, [9; 32]),
        Broken::OtherHome => {
            desk.log.name_home(named(1, 0));
            desk.move_home(1, [8; 32])
        }
        Broken::EpochNotLater => {
            desk.log.name_home(named(1, 0));
            desk.move_home(1, [9; 32]).unwrap();
            desk.move_home(1, [9; 32])
        }
        _ => {
            desk.log.name_home(named(1, 1));
            desk.move_home(1, [9; 32])
        }
    }
}

/// Two members that were trained on two states.
fn torn() -> Desk {
    let mut desk = Desk::with_team(2);
    desk.offer(0).unwrap();
    let other = Offer { parent: [1; 32], ..desk.offer_of(1) };
    desk.member(1, Body::Offer(other)).unwrap();
    desk.close_offers().unwrap();
    desk
}

#[test]
fn each_rule_has_a_log_that_breaks_it_and_is_refused_by_name() {
    for rule in RULES {
        assert_eq!(break_rule(rule), Err(rule));
    }
    let sentences: std::collections::BTreeSet<_> = RULES.iter().map(Broken::to_string).collect();
    assert_eq!(sentences.len(), RULES.len());
}

#[test]
fn only_the_author_that_it_concerns_may_say_something() {
    let mut desk = Desk::vouching(2);
    let vouch = Body::Vouch(desk.vouch_for(slots(&[0])));
    assert_eq!(desk.home(vouch), Err(Broken::Author));
    assert_eq!(desk.member(0, joined(1)), Err(Broken::Author));
    let left = |slot| Body::Left { slot, why: String::new() };
    assert_eq!(desk.member(0, left(1)), Err(Broken::Author));
    for body in [Body::Resumed, Body::OffersClosed { round: 0 }, Body::Certified { block: 1 }] {
        assert_eq!(desk.member(0, body), Err(Broken::Author));
    }
    assert_eq!(desk.home(left(0)), Ok(()));
}

#[test]
fn offers_close_when_everybody_made_one_or_the_grace_is_over() {
    let mut desk = Desk::with_team(3);
    desk.offer(0).unwrap();
    desk.offer(1).unwrap();
    desk.now = 1_499;
    assert_eq!(desk.log.state().due(desk.now), None);
    desk.now = 1_500;
    assert_eq!(desk.log.state().due(desk.now), Some(Body::OffersClosed { round: 0 }));
    desk.now = 0;
    desk.offer(2).unwrap();
    assert_eq!(desk.log.state().due(desk.now), Some(Body::OffersClosed { round: 0 }));
}

#[test]
fn a_round_waits_for_the_least_number_of_offers() {
    let mut desk = Desk::with_team(3);
    desk.now = u64::MAX;
    assert_eq!(desk.log.state().due(desk.now), None);
    for slot in 0..3 {
        desk.home(Body::Left { slot, why: String::new() }).unwrap();
    }
    assert_eq!(desk.close_offers(), Err(Broken::TooFewOffers));
}

#[test]
fn a_round_does_not_close_empty_because_nobody_is_expected_to_vouch() {
    let mut desk = Desk::with_team(2);
    for _ in 0..2 {
        desk.offer(0).unwrap();
        desk.offer(1).unwrap();
        desk.say_what_is_due().unwrap();
        desk.now += 500;
        let Some(Body::RoundClosed(outcome)) = desk.say_what_is_due() else { panic!() };
        assert!(outcome.included.is_empty());
    }
    desk.offer(0).unwrap();
    desk.offer(1).unwrap();
    desk.say_what_is_due().unwrap();
    assert_eq!(desk.log.state().due(desk.now), None);
    desk.vouch(0).unwrap();
    desk.vouch(1).unwrap();
    let Some(Body::RoundClosed(outcome)) = desk.say_what_is_due() else { panic!() };
    assert_eq!(outcome.included.len(), 2);
}

#[test]
fn a_member_that_offers_again_is_expected_again() {
    let mut desk = Desk::with_team(2);
    for _ in 0..2 {
        desk.offer(0).unwrap();
        desk.now += 1_500;
        desk.say_what_is_due().unwrap();
        desk.vouch(0).unwrap();
        desk.say_what_is_due().unwrap();
    }
    assert_eq!(desk.log.state().expected(), slots(&[0]));
    desk.offer(0).unwrap();
    desk.offer(1).unwrap();
    desk.say_what_is_due().unwrap();
    desk.vouch(0).unwrap();
    desk.vouch(1).unwrap();
    desk.say_what_is_due().unwrap();
    assert_eq!(desk.log.state().expected(), slots(&[0, 1]));
}

#[test]
fn a_joiner_is_expected_from_the_next_round_on() {
    let mut desk = Desk::new(terms(3));
    desk.home(Body::Open { spec: [1; 32], home: [0; 32] }).unwrap();
    desk.member(0, joined(0)).unwrap();
    desk.home(Body::Resumed).unwrap();
    desk.member(1, joined(1)).unwrap();
    assert_eq!(desk.log.state().expected(), slots(&[0]));
    desk.close_round();
    assert_eq!(desk.log.state().expected(), slots(&[0, 1]));
}

#[test]
fn who_makes_two_offers_in_a_round_is_excluded_for_good() {
    let mut desk = Desk::with_team(3);
    desk.offer(0).unwrap();
    desk.offer(1).unwrap();
    let other = Offer { object: [9; 32], ..desk.offer_of(1) };
    desk.member(1, Body::Offer(other)).unwrap();
    assert_eq!(desk.log.state().members(), slots(&[0, 2]));
    assert_eq!(desk.offer(1), Err(Broken::Gone));
    assert_eq!(desk.member(1, joined(1)), Err(Broken::SlotTaken));
    desk.offer(2).unwrap();
    desk.close_offers().unwrap();
    let live: Vec<u8> = desk.log.state().offers().keys().copied().collect();
    assert_eq!(live, [0, 2]);
}

#[test]
fn an_offer_from_before_a_pause_is_brought_again_by_nobody() {
    let mut desk = Desk::with_team(2);
    let before = desk.offer_of(0);
    desk.offer(0).unwrap();
    desk.home(Body::Paused { why: Pause::Asked }).unwrap();
    desk.home(Body::Resumed).unwrap();
    let anew = Offer { object: [9; 32], ..desk.offer_of(0) };
    desk.member(0, Body::Offer(anew)).unwrap();
    assert_eq!(desk.member(0, Body::Offer(before)), Err(Broken::OtherBeginning));
    assert!(desk.log.state().members().contains(0));
}

#[test]
fn a_vouch_takes_back_neither_what_is_held_nor_what_is_harmful() {
    let mut desk = Desk::vouching(3);
    let vouch = |desk: &Desk, have: &[u8], harmful: &[u8]| {
        let harmful = slots(harmful);
        Body::Vouch(Vouch { harmful, ..desk.vouch_for(slots(have)) })
    };
    let said = [vouch(&desk, &[0, 1], &[]), vouch(&desk, &[0, 1], &[1])];
    said.iter().for_each(|body| desk.member(0, body.clone()).unwrap());
    assert_eq!(desk.member(0, said[0].clone()), Err(Broken::HaveShrank));
    let less = vouch(&desk, &[0, 1, 2], &[]);
    assert_eq!(desk.member(0, less), Err(Broken::HaveShrank));
    let more = vouch(&desk, &[0, 1, 2], &[1]);
    assert_eq!(desk.member(0, more), Ok(()));
}

#[test]
fn a_member_speaks_of_each_closed_round_once() {
    let mut desk = Desk::with_team(2);
    (0..3).for_each(|_| desk.close_round());
    let mark = |round| Body::Marked { round, mark: [1; 32], signature: vec![0; 64] };
    let evaluated = |round| Body::Evaluated { round, loss_micro: 1, count: 1 };
    for said in [mark(0), evaluated(0), mark(2), evaluated(2)] {
        desk.member(0, said.clone()).unwrap();
        assert_eq!(desk.member(0, said), Err(Broken::SaidBefore));
    }
    assert_eq!(desk.member(0, mark(1)), Err(Broken::SaidBefore));
    assert_eq!(desk.member(1, mark(1)), Ok(()), "another one has not");
}

#[test]
fn who_joins_may_say_more_than_others() {
    let mut desk = Desk::new(terms(2));
    desk.home(Body::Open { spec: [1; 32], home: [0; 32] }).unwrap();
    let joined = |slot, bytes: usize| {
        let [consent, attestation] = [Vec::new(), vec![7; bytes]];
        let [machine, payee] = [[slot; 32]; 2];
        Body::Joined { slot, machine, payee, consent, attestation, post: None }
    };
    assert_eq!(desk.member(0, joined(0, 1 << 15)), Ok(()));
    assert_eq!(desk.member(1, joined(1, 1 << 16)), Err(Broken::TooLong));
}

#[test]
fn what_a_member_offered_before_it_left_is_merged() {
    let mut desk = Desk::vouching(3);
    desk.home(Body::Left { slot: 2, why: String::new() }).unwrap();
    desk.vouch(0).unwrap();
    desk.vouch(1).unwrap();
    desk.say_what_is_due().unwrap();
    assert_eq!(desk.log.state().share(2), 3);
    assert_eq!(desk.log.state().expected(), slots(&[0, 1]));
}

#[test]
fn a_run_whose_states_differ_pauses_and_begins_the_round_again() {
    let mut desk = torn();
    desk.now += 500;
    assert_eq!(desk.say_what_is_due(), Some(Body::Paused { why: Pause::StatesDiffer }));
    assert_eq!(desk.offer(0), Err(Broken::NotOffering));
    desk.home(Body::Resumed).unwrap();
    assert_eq!((desk.log.state().phase(), desk.log.state().round()), (Phase::Offering, 0));
    desk.close_round();
    assert_eq!(desk.log.state().round(), 1);
}

#[test]
fn a_new_home_goes_on_in_the_middle_of_a_round_with_its_own_clock() {
    let mut desk = Desk::with_team(2);
    desk.now = 10_000;
    desk.offer(0).unwrap();
    desk.log.name_home(HomeNamed { epoch: 3, home: [9; 32], rounds: 0, transcript: RUN });
    desk.now = 5;
    desk.move_home(3, [9; 32]).unwrap();
    assert_eq!((desk.log.state().epoch(), desk.log.state().home()), (3, Some([9; 32])));
    assert_eq!(desk.log.state().due(1_504), None);
    assert_eq!(desk.log.state().due(1_505), Some(Body::OffersClosed { round: 0 }));
}

#[test]
fn only_differences_of_the_time_count() {
    let run = |start: u64| {
        let mut desk = Desk::gathering(3);
        desk.now = start;
        desk.home(Body::Resumed).unwrap();
        desk.offer(0).unwrap();
        desk.now += 1_499;
        assert_eq!(desk.log.state().due(desk.now), None);
        desk.now += 1;
        desk.say_what_is_due().unwrap();
        desk.vouch(0).unwrap();
        desk.say_what_is_due().unwrap();
        desk.outcomes()
    };
    assert_eq!(run(0), run(1 << 60));
}

#[test]
fn a_run_ends_with_its_last_round_and_can_still_be_marked() {
    let mut desk = Desk::with_team(2);
    (0..10).for_each(|_| desk.close_round());
    assert_eq!((desk.log.state().phase(), desk.log.state().round()), (Phase::Ended, 10));
    assert_eq!(desk.offer(0), Err(Broken::NotOffering));
    assert_eq!(desk.home(Body::Stopped { why: String::new() }), Err(Broken::Ended));
    let mark = |round| Body::Marked { round, mark: [1; 32], signature: Vec::new() };
    assert_eq!(desk.member(0, mark(9)), Ok(()));
    assert_eq!(desk.member(0, mark(10)), Err(Broken::RoundNotClosed));
    assert_eq!(desk.home(Body::Certified { block: 1 }), Ok(()));
}

/// A run of which everybody says whatever comes to mind, right or wrong.
struct Schedule {
    desk: Desk,
    random: ChaCha20Rng,
}

impl Schedule {
    fn run(seed: u64) -> Desk {
        let mut random = random::stream(seed, "schedule", &[]);
        let mut desk = Desk::new(terms(5));
        desk.home(Body::Open { spec: [1; 32], home: [0; 32] }).unwrap();
        let members = 1 + below(&mut random, 5);
        (0..members).for_each(|slot| desk.member(slot, joined(slot)).unwrap());
        let mut schedule = Self { desk, random };
        (0..150).for_each(|_| schedule.step());
        schedule.desk
    }

    fn below(&mut self, limit: u8) -> u8 {
        below(&mut self.random, limit)
    }

    fn some(&mut self) -> Slots {
        Slots::from_iter((0..5).filter(|_| below(&mut self.random, 4) > 0))
    }

    /// What is refused leaves no trace, which the desk asserts.
    fn step(&mut self) {
        self.desk.now += u64::from(self.below(200));
        let slot = self.below(5);
        let _ = match self.below(16) {
            0..=5 => self.offer(slot),
            6..=9 => self.vouch(slot),
            10..=12 => self.say_what_is_due(),
            13 => self.close_somehow(),
            _ => self.disturb(slot),
        };
    }

    fn offer(&mut self, slot: u8) -> Result<(), Broken> {
        let mut offer = self.desk.offer_of(slot);
        match self.below(100) {
            0 => offer.parent = [1; 32],
            1 => offer.object = [1; 32],
            2 => offer.round += 1,
            _ => {}
        }
        self.desk.member(slot, Body::Offer(offer))
    }

    fn vouch(&mut self, slot: u8) -> Result<(), Broken> {
        let Phase::Vouching { .. } = self.desk.log.state().phase() else { return Ok(()) };
        let all: Slots = self.desk.log.state().offers().keys().copied().collect();
        let have = if self.below(3) > 0 { all } else { self.some() };
        let mut vouch = self.desk.vouch_for(have);
        if self.below(4) == 0 {
            vouch.harmful = self.some();
        }
        self.desk.member(slot, Body::Vouch(vouch))
    }

    fn say_what_is_due(&mut self) -> Result<(), Broken> {
        self.desk.say_what_is_due();
        Ok(())
    }

    /// A home that closes what it likes.
    fn close_somehow(&mut self) -> Result<(), Broken> {
        let round = self.desk.log.state().round();
        let offers = self.desk.log.state().offers().clone();
        let included = |(slot, offer): (&u8, &Offer)| Included {
            slot: *slot,
            object: offer.object,
            work: offer.work,
        };
        let included = offers.iter().map(included).collect();
        let outcome = Outcome { round, parent: [0; 32], included };
        self.desk.home(Body::OffersClosed { round })?;
        self.desk.home(Body::RoundClosed(outcome))
    }

    fn disturb(&mut self, slot: u8) -> Result<(), Broken> {
        match self.below(30) {
            0 => self.desk.home(Body::Paused { why: Pause::Asked }),
            1 => self.desk.member(slot, Body::Left { slot, why: String::new() }),
            2 => self.desk.member(slot, joined(slot)),
            3 => self.move_home(slot),
            _ => self.desk.home(Body::Resumed),
        }
    }

    fn move_home(&mut self, slot: u8) -> Result<(), Broken> {
        let state = self.desk.log.state();
        let [epoch, rounds] = [u32::from(state.epoch()) + 1, state.round()];
        let transcript = state.transcript_after(rounds).unwrap();
        let epoch = u16::try_from(epoch).unwrap();
        self.desk.log.name_home(HomeNamed { epoch, home: [slot; 32], rounds, transcript });
        self.desk.now = u64::from(self.below(200));
        self.desk.move_home(epoch, [slot; 32])
    }
}

fn below(random: &mut ChaCha20Rng, limit: u8) -> u8 {
    u8::try_from(random.next_u32() % u32::from(limit)).unwrap()
}

fn shuffle<T>(random: &mut ChaCha20Rng, items: &mut [T]) {
    for last in (1..items.len()).rev() {
        let other = usize::from(below(random, u8::try_from(last).unwrap() + 1));
        items.swap(last, other);
    }
}

/// What members offered and vouched for since the round began, the last of each.
#[derive(Default)]
struct Heard {
    offers: BTreeMap<u8, Offer>,
    vouches: BTreeMap<u8, Vouch>,
}

impl Heard {
    fn hear(&mut self, entry: &Entry) {
        match (&entry.body, entry.author) {
            (Body::Offer(offer), Author::Member(slot)) => {
                self.offers.insert(slot, offer.clone());
            }
            (Body::Vouch(vouch), Author::Member(slot)) => {
                self.vouches.insert(slot, vouch.clone());
            }
            (Body::Resumed | Body::RoundClosed(_), _) => *self = Self::default(),
            _ => {}
        }
    }

    fn has(&self, included: &Included) -> bool {
        let holders = self.vouches.values().filter(|vouch| vouch.have.contains(included.slot));
        let offer = self.offers.get(&included.slot);
        let is_offered = offer
            .is_some_and(|offer| (offer.object, offer.work) == (included.object, included.work));
        is_offered && holders.count() > 0
    }
}

/// Offers and votes of one round in an order that `order` shuffles.
fn round_of(members: u8, votes: u64, order: u64) -> Outcome {
    let mut random = random::stream(votes, "votes", &[]);
    let mut shuffled = random::stream(order, "order", &[]);
    let mut desk = Desk::with_team(members);
    let mut speakers: Vec<u8> = (0..members).collect();
    let parents: Vec<u8> = speakers.iter().map(|_| below(&mut random, 4) / 3).collect();
    shuffle(&mut shuffled, &mut speakers);
    for slot in &speakers {
        let parent = [parents[usize::from(*slot)]; 32];
        let offer = Offer { parent, ..desk.offer_of(*slot) };
        desk.member(*slot, Body::Offer(offer)).unwrap();
    }
    desk.close_offers().unwrap();
    let mut vote = || Slots::from_iter((0..members).filter(|_| below(&mut random, 4) > 0));
    let votes: Vec<[Slots; 2]> = (0..members).map(|_| [vote(), vote()]).collect();
    shuffle(&mut shuffled, &mut speakers);
    for slot in &speakers {
        let [have, harmful] = votes[usize::from(*slot)];
        let harmful = Slots::from_iter(
            (0..members).filter(|slot| have.contains(*slot) && !harmful.contains(*slot)),
        );
        let vouch = Vouch { harmful, ..desk.vouch_for(have) };
        desk.member(*slot, Body::Vouch(vouch)).unwrap();
    }
    desk.now += 500;
    match desk.say_what_is_due() {
        Some(Body::RoundClosed(outcome)) => outcome,
        _ => Outcome { round: 0, parent: [9; 32], included: Vec::new() },
    }
}

/// In how many rounds the offers and the vouches waited for a member that falls silent.
fn delays(members: u8, silent: u8, last_round: u32, offers_once_more: bool) -> [u32; 2] {
    let mut desk = Desk::with_team(members);
    let mut delays = [0, 0];
    for round in 0..10 {
        let is_silent = |slot: u8| slot == silent && round >= last_round;
        let makes_offer = |slot: u8| !is_silent(slot) || (offers_once_more && round == last_round);
        (0..members).filter(|slot| makes_offer(*slot)).for_each(|slot| desk.offer(slot).unwrap());
        delays[0] += wait(&mut desk, 1_500);
        (0..members).filter(|slot| !is_silent(*slot)).for_each(|slot| desk.vouch(slot).unwrap());
        delays[1] += wait(&mut desk, 500);
    }
    assert_eq!(desk.log.state().phase(), Phase::Ended);
    delays
}

/// Lets the home speak; says if it had to wait for that.
fn wait(desk: &mut Desk, at_most_ms: u64) -> u32 {
    if desk.say_what_is_due().is_some() {
        return 0;
    }
    desk.now += at_most_ms;
    desk.say_what_is_due().unwrap();
    1
}

#[test]
fn random_runs_get_somewhere() {
    let rounds: usize = (0..100).map(|seed| Schedule::run(seed).outcomes().len()).sum();
    assert!(rounds > 100, "only {rounds} rounds were closed in 100 runs");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(SCHEDULES))]

    #[test]
    fn a_round_closes_once_and_in_its_turn(seed: u64) {
        let desk = Schedule::run(seed);
        let rounds: Vec<u32> = desk.outcomes().iter().map(|outcome| outcome.round).collect();
        let expected: Vec<u32> = (0..desk.log.state().round()).collect();
        prop_assert_eq!(rounds, expected);
    }

    #[test]
    fn what_is_included_was_offered_and_vouched_for(seed: u64) {
        let desk = Schedule::run(seed);
        let mut heard = Heard::default();
        for entry in desk.log.since(0) {
            if let Body::RoundClosed(outcome) = &entry.body {
                prop_assert!(outcome.included.iter().all(|included| heard.has(included)));
            }
            heard.hear(entry);
        }
    }

    #[test]
    fn work_is_conserved(seed: u64) {
        let desk = Schedule::run(seed);
        let outcomes = desk.outcomes();
        let included = outcomes.iter().flat_map(|outcome| &outcome.included);
        let work: u64 = included.map(|included| u64::from(included.work)).sum();
        let shares: u64 = (0..32).map(|slot| desk.log.state().share(slot)).sum();
        prop_assert_eq!(shares, work);
    }

    #[test]
    fn equal_entries_give_equal_states(seed: u64) {
        let desk = Schedule::run(seed);
        let mut copy = Desk::new(desk.terms);
        let state = desk.log.state();
        let transcript = |rounds| state.transcript_after(rounds).unwrap();
        for entry in desk.log.since(0) {
            if let Body::Epoch { home } = entry.body {
                let rounds = copy.log.state().round();
                let transcript = transcript(rounds);
                copy.log.name_home(HomeNamed { epoch: entry.epoch, home, rounds, transcript });
            }
            copy.append(entry.clone()).unwrap();
        }
        prop_assert_eq!(copy.log.state(), state);
    }

    #[test]
    fn transcripts_are_equal_where_the_outcomes_are(one: u64, other: u64) {
        let [one, other] = [Schedule::run(one), Schedule::run(other)];
        let [ours, theirs] = [one.outcomes(), other.outcomes()];
        for rounds in 0..=ours.len().min(theirs.len()) {
            let count = u32::try_from(rounds).unwrap();
            let transcript = |desk: &Desk| desk.log.state().transcript_after(count);
            let is_same = ours[..rounds] == theirs[..rounds];
            prop_assert_eq!(transcript(&one) == transcript(&other), is_same);
        }
    }

    #[test]
    fn the_order_of_concurrent_offers_and_vouches_does_not_matter(
        members in 1u8..=6, votes: u64, one: u64, other: u64,
    ) {
        prop_assert_eq!(round_of(members, votes, one), round_of(members, votes, other));
    }

    #[test]
    fn a_silent_member_never_delays_a_third_round(
        members in 3u8..=6, silent in 0u8..3, last_round in 0u32..7, offers_once_more: bool,
    ) {
        let expected = [2, u32::from(offers_once_more)];
        prop_assert_eq!(delays(members, silent, last_round, offers_once_more), expected);
    }
}
