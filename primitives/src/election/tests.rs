use super::*;
use alloc::collections::BTreeSet;
use proptest::{collection::vec, prelude::*};

type Who = u16;
type Person = Contender<Who>;

const RULES: Rules = Rules { most: 100, enough: 16, least_points: 10 };

/// An able member that has authored.
fn person(who: Who, right: Right, points: u128) -> Person {
    let (able, proven, last_sign) = (true, true, Some(9));
    Contender { who, right, points, experiment: None, able, proven, last_sign }
}

fn authority(who: Who) -> Person {
    person(who, Right::Authority, 0)
}

fn member(who: Who, points: u128) -> Person {
    person(who, Right::Candidate, points)
}

/// An able candidate without a seat.
fn newcomer(who: Who, points: u128, experiment: ExperimentId) -> Person {
    Person { proven: false, experiment: Some(experiment), ..member(who, points) }
}

fn dead(person: Person, last_sign: Session) -> Person {
    Person { able: false, proven: false, last_sign: Some(last_sign), ..person }
}

fn members(numbers: core::ops::Range<Who>) -> Vec<Person> {
    numbers.map(|who| member(who, 100)).collect()
}

fn who(people: &[Person]) -> Vec<Who> {
    people.iter().map(|person| person.who).collect()
}

#[test]
fn a_quarter_of_the_dead_leave_the_longest_silent_first() {
    let mut seats = members(0..16);
    for (last_sign, place) in (0..).zip([3, 7, 1, 9, 4, 12]) {
        seats[place] = dead(seats[place].clone(), last_sign);
    }
    seats[15] = Person { last_sign: None, ..dead(seats[15].clone(), 0) };
    let next = next_set(&seats, &[], &RULES);
    let left: Vec<_> = who(&seats).into_iter().filter(|who| !next.contains(who)).collect();
    assert_eq!(left, [1, 3, 7, 15]);
}

#[test]
fn no_more_than_a_quarter_enters_even_if_all_are_proven() {
    let proven = |who| Person { proven: true, ..newcomer(who, 1_000, who.into()) };
    let others: Vec<_> = (20..28).map(proven).collect();
    assert_eq!(next_set(&members(0..8), &others, &RULES).len(), 10);
}

#[test]
fn if_nobody_is_able_all_stay_and_nobody_enters() {
    let seats: Vec<_> = members(0..8).into_iter().map(|seat| dead(seat, 1)).collect();
    let others = [newcomer(20, 1_000, 1), authority(30)];
    assert_eq!(next_set(&seats, &others, &RULES), who(&seats));
    assert!(next_set(&[], &others, &RULES).is_empty());
}

#[test]
fn who_has_no_right_any_more_leaves_after_the_dead_and_never_as_the_last() {
    let leaving = |who| person(who, Right::None, 100);
    let seats = [leaving(0), member(1, 100), dead(member(2, 100), 3), member(3, 100)];
    assert_eq!(next_set(&seats, &[], &RULES), [0, 1, 3]);
    assert_eq!(next_set(&[leaving(0), member(1, 100)], &[], &RULES), [1]);
    assert_eq!(next_set(&[leaving(0)], &[newcomer(1, 100, 1)], &RULES), [0, 1]);
}

#[test]
fn the_best_of_the_able_enter_and_the_lower_account_of_equals() {
    let seats = members(0..12);
    let others = [
        newcomer(20, 9, 1),
        newcomer(23, 50, 1),
        dead(newcomer(24, 99, 2), 9),
        newcomer(22, 50, 2),
        newcomer(21, 40, 3),
        newcomer(25, 60, 4),
    ];
    assert_eq!(next_set(&seats, &others, &RULES)[12..], [25, 22, 23]);
    let few = &others[..1];
    assert_eq!(next_set(&seats, few, &RULES), who(&seats), "too few points");
}

#[test]
fn nobody_enters_before_the_last_ones_have_authored() {
    let mut seats = members(0..16);
    let others: Vec<_> = (20..30).map(|who| newcomer(who, 50, who.into())).collect();
    assert_eq!(next_set(&seats, &others, &RULES).len(), 20);
    for place in 0..4 {
        seats[place].proven = false;
        let entered = next_set(&seats, &others, &RULES).len() - 16;
        assert_eq!(entered, 3 - place);
    }
}

#[test]
fn one_experiment_has_fewer_than_a_third_of_the_seats() {
    let mut seats = members(0..13);
    for seat in &mut seats[..3] {
        seat.experiment = Some(1);
    }
    let others: Vec<_> = (20..30).map(|who| newcomer(who, 50, 1)).collect();
    let next = next_set(&seats, &others, &RULES);
    assert_eq!(next.len(), 14, "four of fourteen, but not five of fifteen");
    let elsewhere = [others, [newcomer(40, 20, 2)].to_vec()].concat();
    let next = next_set(&seats, &elsewhere, &RULES);
    assert_eq!(next[13..], [20, 40, 21], "with another one between them five of sixteen");
}

#[test]
fn candidates_cannot_outvote_the_authorities_before_there_are_enough_of_them() {
    let seats: Vec<_> = (0..4).map(authority).collect();
    let few: Vec<_> = (20..35).map(|who| newcomer(who, 50, who.into())).collect();
    let next = next_set(&seats, &few, &RULES);
    assert_eq!(next, [0, 1, 2, 3, 20]);
    let with_one = [seats.clone(), [member(20, 50)].to_vec()].concat();
    assert_eq!(next_set(&with_one, &few[1..], &RULES), next, "two of six would be a third");
    let enough: Vec<_> = (20..36).map(|who| newcomer(who, 50, who.into())).collect();
    assert_eq!(next_set(&with_one, &enough[1..], &RULES), [0, 1, 2, 3, 20, 21]);
}

#[test]
fn authorities_come_back_before_any_candidate_while_those_are_too_few() {
    let seats = [authority(0), authority(1), member(2, 50), member(3, 50)];
    let others =
        [newcomer(20, 900, 1), Person { proven: false, ..authority(4) }, dead(authority(5), 1)];
    assert_eq!(next_set(&seats, &others, &RULES), [0, 1, 2, 3, 4]);
    let enough = Rules { enough: 2, ..RULES };
    assert_eq!(next_set(&seats, &others, &enough), [0, 2, 3, 20]);
}

#[test]
fn authorities_retire_the_last_one_first_while_the_balance_is_kept() {
    let seats = [members(0..16), (50..55).map(authority).collect()].concat();
    let next = next_set(&seats, &[], &RULES);
    assert_eq!(next, (0..16).collect::<Vec<_>>());

    let mut unproven = seats.clone();
    unproven[..5].iter_mut().for_each(|seat| seat.proven = false);
    assert_eq!(next_set(&unproven, &[], &RULES).len(), 20, "five of nineteen are above a quarter");

    let mut of_one = seats;
    of_one[..6].iter_mut().for_each(|seat| seat.experiment = Some(1));
    assert_eq!(next_set(&of_one, &[], &RULES).len(), 19, "six of eighteen are a third");
}

#[test]
fn in_a_full_set_the_member_with_fewest_points_gives_way() {
    let rules = Rules { most: 4, enough: 2, least_points: 10 };
    let seats = [member(0, 40), member(1, 30), member(2, 20), member(3, 20)];
    let next = |points| next_set(&seats, &[newcomer(9, points, 1)], &rules);
    assert_eq!(next(20), [0, 1, 2, 3]);
    assert_eq!(next(21), [0, 1, 2, 9]);
    let dying = [member(0, 40), dead(member(1, 30), 2), member(2, 20), member(3, 20)];
    assert_eq!(next_set(&dying, &[newcomer(9, 21, 1)], &rules), [0, 2, 3, 9], "one leaves");
}

#[test]
fn in_a_full_set_an_authority_gives_way_only_if_it_can_be_replaced() {
    let rules = Rules { most: 4, enough: 2, least_points: 10 };
    let seats: Vec<_> = (0..4).map(authority).collect();
    let others = [newcomer(9, 50, 1), newcomer(10, 40, 2)];
    assert_eq!(next_set(&seats, &others[..1], &rules), who(&seats));
    assert_eq!(next_set(&seats, &others, &rules), [0, 1, 2, 9]);
}

/// Checks everything that the module promises of a single election.
fn check(seats: &[Person], others: &[Person], rules: &Rules) {
    let next = next_set(seats, others, rules);
    let all: Vec<_> = seats.iter().chain(others).collect();
    let chosen: Vec<&Person> = next
        .iter()
        .map(|who| *all.iter().find(|person| person.who == *who).expect("somebody known"))
        .collect();
    let has_seat = |person: &Person| next.contains(&person.who);
    let entered: Vec<&Person> =
        chosen.iter().copied().filter(|person| !seats.contains(person)).collect();
    let left: Vec<&Person> = seats.iter().filter(|seat| !has_seat(seat)).collect();
    let q = quarter(seats.len());

    assert_eq!(next.iter().collect::<BTreeSet<_>>().len(), next.len(), "nobody twice");
    assert!(next.len() <= rules.most.max(seats.len()));
    assert_eq!(next.is_empty(), seats.is_empty(), "a chain must not stop");
    assert!(entered.len() <= q && left.len() <= q, "at most a quarter changes");
    if !seats.iter().any(|seat| seat.able) {
        assert_eq!(next, who(seats));
        return;
    }
    assert!(chosen.iter().any(|person| person.able), "a live member, not only dead ones");
    assert!(left.len() == q || seats.iter().all(|seat| seat.able || !has_seat(seat)));

    for entrant in &entered {
        assert!(entrant.able, "nobody enters without a sign of life");
        match entrant.right {
            Right::Authority => {}
            Right::Candidate => assert!(entrant.points >= rules.least_points),
            Right::None => panic!("{entrant:?} has no right to a seat"),
        }
        if let Some(experiment) = entrant.experiment.filter(|_| entrant.right == Right::Candidate) {
            let of_it = chosen.iter().filter(|person| person.experiment == Some(experiment));
            assert!(below_a_third(of_it.count(), next.len()), "a third by experiment");
        }
    }
    if !entered.is_empty() {
        let unproven = chosen.iter().filter(|person| !person.proven).count();
        assert!(unproven <= quarter(next.len()) && unproven <= q, "a quarter unproven");
        assert!(next.len() < 4 || 3 * unproven < next.len(), "all of them may be dead");
    }
    for loser in left.iter().filter(|seat| seat.able && seat.right == Right::Candidate) {
        assert!(seats.len() + entered.len() > rules.most, "{loser:?} is alive");
        assert!(entered.iter().any(|entrant| entrant.points > loser.points));
    }
}

/// All that can matter about somebody with a seat, or without one.
fn kinds(who: Who, seated: bool) -> Vec<Person> {
    let mut kinds = Vec::new();
    let lives = [(false, false), (true, false), (true, true)];
    for (able, proven) in lives.into_iter().filter(|(_, proven)| seated || !proven) {
        let life = |person: Person| Person { able, proven, last_sign: able.then_some(9), ..person };
        kinds.extend([Right::Authority, Right::None].map(|right| life(person(who, right, 0))));
        for points in [0, 10, 20] {
            for experiment in [None, Some(1)] {
                kinds.push(life(Person { experiment, ..member(who, points) }));
            }
        }
    }
    kinds
}

/// Every set of three: members, and others who wait.
#[test]
fn every_small_election_keeps_its_promises() {
    let rules = |most, enough| Rules { most, enough, least_points: 10 };
    let rules = [rules(1, 1), rules(2, 1), rules(3, 2), rules(4, 3)];
    for (seated, waiting) in [(0, 1), (1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (3, 0)] {
        let mut sets: Vec<Vec<Person>> = [Vec::new()].to_vec();
        for place in 0..seated + waiting {
            let kinds = kinds(place, place < seated);
            let with_each = |set: Vec<Person>| -> Vec<Vec<Person>> {
                let with = |kind: &Person| [set.as_slice(), core::slice::from_ref(kind)].concat();
                kinds.iter().map(with).collect()
            };
            sets = sets.into_iter().flat_map(with_each).collect();
        }
        for people in &sets {
            let (seats, others) = people.split_at(usize::from(seated));
            for rules in rules.iter().filter(|rules| rules.most >= seats.len()) {
                check(seats, others, rules);
            }
        }
    }
}

fn some_person() -> impl Strategy<Value = Person> {
    let right = prop_oneof![
        2 => Just(Right::Authority), 6 => Just(Right::Candidate), 1 => Just(Right::None)
    ];
    let experiment = prop::option::weighted(0.9, 0..4u32);
    let life = (prop::bool::weighted(0.8), prop::bool::weighted(0.8), prop::option::of(0..6u32));
    (right, 0..40u128, experiment, life).prop_map(
        |(right, points, experiment, (able, proven, last_sign))| {
            let proven = able && proven;
            Person { who: 0, right, points, experiment, able, proven, last_sign }
        },
    )
}

fn some_people(most: usize) -> impl Strategy<Value = Vec<Person>> {
    vec(some_person(), 0..most)
}

fn numbered(people: Vec<Person>, from: Who) -> Vec<Person> {
    (from..).zip(people).map(|(who, person)| Person { who, ..person }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_election_keeps_its_promises(
        seats in some_people(60),
        others in some_people(60),
        (more, enough, least_points) in (0..8usize, 1..20usize, 1..30u128),
    ) {
        // Whoever has no seat is not proven.
        let seats = numbered(seats, 0);
        let others: Vec<_> = numbered(others, 1_000)
            .into_iter()
            .map(|other| Person { proven: false, ..other })
            .collect();
        check(&seats, &others, &Rules { most: seats.len() + more, enough, least_points });
    }

    /// Under the old rule a candidate was passed over as soon as it had too few points.
    #[test]
    fn live_members_stay_when_all_points_are_0(
        seats in some_people(60), others in some_people(60),
    ) {
        let poor = |people: Vec<Person>, from| -> Vec<Person> {
            let people = numbered(people, from).into_iter();
            people.map(|person| Person { points: 0, ..person }).collect()
        };
        let (seats, others) = (poor(seats, 0), poor(others, 1_000));
        let rules = Rules { most: seats.len() + 3, ..RULES };
        let next = next_set(&seats, &others, &rules);
        for seat in seats.iter().filter(|seat| seat.able && seat.right == Right::Candidate) {
            prop_assert!(next.contains(&seat.who));
        }
    }
}

/// An account of a chain, and whether it has a node and sends signs of life.
#[derive(Clone, Copy, Debug)]
struct Account {
    right: Right,
    points: u128,
    experiment: Option<ExperimentId>,
    node: bool,
    sends_signs: bool,
    entered: Option<Session>,
    proven: bool,
    last_sign: Option<Session>,
}

/// A chain on which sessions pass. Each set is elected at the start of the session before its own.
struct Chain {
    accounts: Vec<Account>,
    session: Session,
    now: Vec<Who>,
    next: Vec<Who>,
    rules: Rules,
}

impl Chain {
    /// A chain with live genesis authorities and these others.
    fn new(authorities: Who, others: Vec<Account>, rules: Rules) -> Self {
        let genesis = Account { entered: Some(0), ..account(Right::Authority, 0, 0) };
        let seats: Vec<Who> = (0..authorities).collect();
        let mut accounts = [genesis].repeat(authorities.into());
        accounts.extend(others);
        Self { accounts, session: 0, now: seats.clone(), next: seats, rules }
    }

    /// The session ends, and the next one begins with an election.
    fn pass(&mut self) {
        let ended = self.session;
        for (who, account) in (0..).zip(&mut self.accounts) {
            let validates = self.now.contains(&who);
            let has_seat = account.entered.is_some_and(|entered| entered <= ended);
            if validates && account.node {
                account.last_sign = Some(ended);
                account.proven |= has_seat;
            } else if validates && has_seat && !account.proven {
                // Seen to be dead, as the pallet does it.
                account.last_sign = None;
                account.right = Right::None;
            } else if !validates && account.sends_signs {
                account.last_sign = Some(ended);
            }
        }
        self.session += 1;
        let people: Vec<Person> =
            (0..).zip(&self.accounts).map(|(who, account)| self.person(who, account)).collect();
        let seats: Vec<Person> =
            self.next.iter().map(|who| people[usize::from(*who)].clone()).collect();
        let others: Vec<Person> =
            people.into_iter().filter(|person| !self.next.contains(&person.who)).collect();
        let elected = next_set(&seats, &others, &self.rules);
        for (who, account) in (0..).zip(&mut self.accounts) {
            let before = account.entered;
            account.entered = elected.contains(&who).then(|| before.unwrap_or(self.session + 1));
            account.proven &= account.entered.is_some() && before.is_some();
        }
        self.now = core::mem::replace(&mut self.next, elected);
    }

    fn person(&self, who: Who, account: &Account) -> Person {
        let Account { right, points, experiment, .. } = *account;
        let able = account.last_sign.is_some_and(|sign| sign + 2 >= self.session);
        let proven = able && account.proven;
        Person { who, right, points, experiment, able, proven, last_sign: account.last_sign }
    }

    /// Whether those who validate now can finalise.
    fn has_finality(&self) -> bool {
        let dead = self.now.iter().filter(|who| !self.accounts[usize::from(**who)].node).count();
        dead == 0 || 3 * dead < self.now.len()
    }
}

/// A live candidate or authority.
fn account(right: Right, points: u128, experiment: ExperimentId) -> Account {
    Account {
        right,
        points,
        experiment: Some(experiment).filter(|_| right == Right::Candidate),
        node: true,
        sends_signs: true,
        entered: None,
        proven: false,
        last_sign: None,
    }
}

fn live(points: u128, experiment: ExperimentId) -> Account {
    account(Right::Candidate, points, experiment)
}

/// Keys, points and signs of life, but no node.
fn without_node(points: u128, experiment: ExperimentId) -> Account {
    Account { node: false, ..live(points, experiment) }
}

#[test]
fn live_candidates_of_several_experiments_replace_the_authorities() {
    let others = (0..60).map(|number| live(100 + u128::from(number), number % 5)).collect();
    let mut chain = Chain::new(4, others, Rules { most: 40, ..RULES });
    for _ in 0..200 {
        chain.pass();
        assert!(chain.has_finality());
    }
    assert_eq!(chain.now.len(), 40);
    assert!(chain.now.iter().all(|who| *who >= 4), "the authorities have retired");
}

/// Under the old rule points halved for all at once, until unpaid authorities were elected that
/// might have been dead for years.
#[test]
fn no_mint_for_100_000_sessions() {
    let mut others: Vec<_> = (0..16).map(|number| live(1_000, number % 6)).collect();
    others.extend((0..4).map(|number| without_node(1_000, number)));
    let mut chain = Chain::new(4, others, Rules { most: 12, enough: 8, least_points: 10 });
    (0..100).for_each(|_| chain.pass());
    let settled = chain.now.clone();
    assert_eq!(settled.len(), 12);
    assert!(settled.iter().all(|who| *who >= 4), "the authorities have retired");
    for account in &mut chain.accounts {
        account.points = 0;
        // Nobody pays the authorities, and they switch their nodes off.
        account.node &= account.right == Right::Candidate;
        account.sends_signs = account.node;
    }
    for _ in 0..100_000 {
        chain.pass();
        assert!(chain.has_finality());
    }
    assert_eq!(chain.now, settled);
}

/// Under the old rule the best were elected at once, dead or alive.
#[test]
fn half_of_the_candidates_dead() {
    for seats in [4, 7, 16] {
        let others = (0..80)
            .map(|number| match number % 2 {
                0 => without_node(2_000 - u128::from(number), number % 10),
                _ => live(1_000 - u128::from(number), number % 10),
            })
            .collect();
        let mut chain = Chain::new(seats, others, Rules { most: 30, ..RULES });
        for _ in 0..300 {
            chain.pass();
            assert!(chain.has_finality(), "{seats} at first, session {}", chain.session);
        }
        let dead = chain.now.iter().filter(|who| !chain.accounts[usize::from(**who)].node);
        assert_eq!(dead.count(), 0, "each had its session");
    }
}

/// Under the old rule they took all seats in one election.
#[test]
fn sixteen_accounts_without_nodes() {
    for authorities in [4, 6, 12] {
        let sybils = (0..16).map(|_| without_node(10_000, 7)).collect();
        let mut chain = Chain::new(authorities, sybils, RULES);
        for _ in 0..100 {
            chain.pass();
            let seated = chain.next.iter().filter(|who| **who >= authorities).count();
            assert!(3 * seated < chain.next.len(), "{seated} of {}", chain.next.len());
            assert!(chain.has_finality());
        }
        assert!((0..authorities).all(|who| chain.now.contains(&who)));
    }
}

/// With nodes they stay, and are still fewer than a third.
#[test]
fn sixteen_accounts_with_nodes() {
    let sybils = (0..16).map(|_| live(10_000, 7));
    let others = sybils.chain((0..30).map(|number| live(1_000, number % 6))).collect();
    let mut chain = Chain::new(4, others, Rules { most: 40, ..RULES });
    for _ in 0..200 {
        chain.pass();
        let seated = chain.next.iter().filter(|who| (4..20).contains(*who)).count();
        assert!(below_a_third(seated, chain.next.len()), "{seated} of {}", chain.next.len());
    }
}

fn some_account() -> impl Strategy<Value = Account> {
    (any::<bool>(), prop::bool::weighted(0.9), 0..3_000u128, 0..6u32).prop_map(
        |(node, sends_signs, points, experiment)| Account {
            node,
            sends_signs,
            ..live(points, experiment)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Whoever the candidates are: as long as those who have authored go on, the chain finalises.
    #[test]
    fn dead_candidates_never_hold_a_third(
        authorities in 4..20u16,
        others in vec(some_account(), 0..80),
        (more, enough) in (0..30usize, 4..20usize),
    ) {
        let most = usize::from(authorities) + more;
        let mut chain = Chain::new(authorities, others, Rules { most, enough, least_points: 100 });
        for _ in 0..40 {
            chain.pass();
            prop_assert!(chain.has_finality(), "session {}", chain.session);
        }
    }
}
