//! Teams in memory: whole runs, kills at every moment, and members that lie or compute wrongly.

use super::{member::Held, replay::Claim, testing::*, *};
use crate::{
    exchange::Exchange,
    object::{open, seal, ObjectId},
    order::{Author, Body, Broken, Entry, Hash, HomeNamed, Offer, Phase},
    signed::Said,
    update::decode,
};
use std::{collections::BTreeSet, fs};

/// A member makes nine calls in a round. That is odd, so within two rounds each kind has its turn.
const CALLS_BETWEEN_KILLS: usize = 2;

/// The digest with which a run ends if nothing happens to anybody.
fn undisturbed(rounds: u32) -> Hash {
    let team = Team::new(spec_of(3, rounds), 3);
    let digests = finish(&mut team.members());
    assert_eq!(digests, [digests[0]; 3]);
    digests[0]
}

/// Everybody made one offer at most in each round.
fn assert_one_offer_a_round(offers: &[(u8, Offer)]) {
    let places: BTreeSet<(u8, u32)> =
        offers.iter().map(|(slot, offer)| (*slot, offer.round)).collect();
    assert_eq!(places.len(), offers.len());
}

/// A team of three whose first round is open.
fn opened() -> Team {
    let team = Team::new(spec(), 3);
    team.members().iter_mut().for_each(|member| step_until(member, Step::Joined));
    assert_eq!(team.hall.state().phase(), Phase::Offering);
    team
}

/// Everybody has merged the rounds before this one, and nobody has trained in it.
fn merged<'a>(team: &'a Team, members: &mut [TestMember<'a>], round: u32) {
    play(&team.hall, members, round);
    members.iter_mut().for_each(|member| step_until(member, Step::Merged));
    assert!(members.iter().all(|member| member.finished().rounds == round));
}

/// Kills the second member, and starts it again from its folder.
fn restart<'a>(team: &'a Team, members: &mut Vec<TestMember<'a>>) {
    drop(members.remove(1));
    members.insert(1, team.member(1));
}

/// A bit of the member's memory flips.
fn flip(member: &mut TestMember<'_>) {
    let number = &mut member.global.state.parameters[3];
    *number = f32::from_bits(number.to_bits() ^ 1);
    member.digest = member.global.state.digest(&layout());
}

#[test]
fn three_members_run_six_rounds_and_have_one_state() {
    let team = Team::new(spec(), 3);
    let mut members = team.members();
    let digests = finish(&mut members);
    assert_eq!(digests, [digests[0]; 3]);
    let finished = members[0].finished();
    assert_eq!((finished.rounds, team.hall.state().round()), (6, 6));
    assert_eq!(Some(finished.transcript), team.hall.state().transcript_after(6));
    assert_ne!(finished.state.parameters, first_numbers());
    assert!((0..3).all(|slot| team.hall.state().share(slot) == 6 * 3 * 2));
    assert_one_offer_a_round(&team.hall.offers());
}

#[test]
fn a_team_of_one_runs_alone() {
    let team = Team::new(spec_of(1, 2), 1);
    let finished = team.member(0).run().unwrap();
    assert_eq!(finished.rounds, 2);
    let again = team.member(0).run().unwrap();
    assert_eq!(again, finished);
}

/// Runs a team whose second member is killed after so many steps, and starts again from its folder.
/// Says if it made so many steps.
fn killed_after(steps: u32, expected: Hash) -> bool {
    let team = Team::new(spec_of(3, 3), 3);
    let mut members = team.members();
    for done in 0..steps {
        for member in &mut members {
            step(member).unwrap();
        }
        if members.iter().all(|member| member.finished().rounds == 3) {
            return done + 1 == steps;
        }
    }
    restart(&team, &mut members);
    assert_eq!(finish(&mut members), [expected; 3], "killed after {steps} steps");
    assert_one_offer_a_round(&team.hall.offers());
    true
}

#[test]
fn a_member_that_is_killed_between_two_steps_goes_on_as_if_nothing_had_happened() {
    let expected = undisturbed(3);
    let kills = (0..1_000).take_while(|steps| killed_after(*steps, expected)).count();
    assert!(kills > 10, "only {kills} kills");
}

/// Runs a team whose second member is killed in one of its calls, before or after the call has had
/// its effect. Says if it made so many calls.
fn killed_in_call(call: u32, has_effect: bool, expected: Hash) -> bool {
    let team = Team::new(spec_of(3, 3), 3);
    let line = Line::new(&team.hall, call, has_effect);
    let killed = team.member_with(1, Targets::default(), &line, nobody());
    let mut members = vec![team.member(0), killed, team.member(2)];
    for _ in 0..1_000 {
        let mut done = 0;
        for slot in 0..members.len() {
            match step(&mut members[slot]) {
                Ok(Step::Done) => done += 1,
                Ok(_) => {}
                Err(error) => {
                    assert!(slot == 1 && error.may_pass(), "{error}");
                    restart(&team, &mut members);
                }
            }
        }
        if done == members.len() {
            break;
        }
    }
    let digests: Vec<Hash> = members.iter().map(|member| member.finished().digest).collect();
    assert_eq!(digests, [expected; 3], "killed in call {call}");
    assert_one_offer_a_round(&team.hall.offers());
    line.has_failed()
}

#[test]
fn a_member_that_is_killed_in_a_call_never_makes_two_different_offers() {
    let expected = undisturbed(3);
    for has_effect in [false, true] {
        let was_killed = |call: &u32| killed_in_call(*call, has_effect, expected);
        let calls = (0..1_000).step_by(CALLS_BETWEEN_KILLS);
        let kills = calls.take_while(was_killed).count();
        assert!(kills > 10, "only {kills} kills");
    }
}

#[test]
fn a_member_without_its_memory_makes_no_second_offer() {
    let team = opened();
    step_until(&mut team.member(1), Step::Offered);
    fs::remove_file(team.folder(1).join("local.bin")).unwrap();
    let mut member = team.member(1);
    assert_eq!(step(&mut member).unwrap(), Step::Waiting);
    assert_eq!(team.hall.offers().len(), 1);
    drop(member);
    let digests = finish(&mut team.members());
    assert_eq!(digests, [digests[0]; 3]);
}

#[test]
fn a_member_that_reads_an_old_copy_of_the_log_keeps_its_promise() {
    let team = opened();
    let entries = team.hall.state().length();
    let mut members = team.members();
    merged(&team, &mut members, 1);
    step_until(&mut members[0], Step::Trained);
    let promise = members[0].local.promise.clone();
    drop(members);
    let old = OldCopy { hall: &team.hall, entries };
    let mut member = team.member_with(0, Targets::default(), &old, nobody());
    assert_eq!(step(&mut member).unwrap(), Step::Waiting);
    assert_eq!(member.local.promise, promise);
}

#[test]
fn an_object_that_is_offered_again_with_more_work_is_refused() {
    let team = opened();
    let mut members = team.members();
    members.iter_mut().for_each(|member| step_until(member, Step::Offered));
    let offer = team.hall.state().offers()[&1].clone();
    let claim = Claim::of_offer(1, &offer);
    assert!(matches!(members[0].hold(&claim), Held::Valid));
    let more = Claim { work: claim.work + 1, ..claim };
    let refused = Invalid::Header { field: "work" };
    assert!(matches!(members[0].hold(&more), Held::Invalid(why) if why == refused));
    assert!(matches!(members[0].hold(&claim), Held::Valid));
}

#[test]
fn a_home_that_lacks_rounds_takes_them_back_and_the_run_goes_on() {
    let team = Team::new(spec(), 3);
    let mut members = team.members();
    merged(&team, &mut members, 1);
    let entries = team.hall.entries().len();
    merged(&team, &mut members, 3);
    let named = team.hall.move_home(entries);
    members.iter_mut().for_each(|member| member.name_home(named));
    let digests = finish(&mut members);
    assert_eq!(digests, [digests[0]; 3]);
    let state = team.hall.state();
    assert_eq!((state.epoch(), state.round()), (1, 6));
    assert_eq!(state.transcript_after(6), Some(members[0].finished().transcript));
}

#[test]
fn a_log_that_another_home_has_opened_is_refused() {
    let team = opened();
    let mut member = team.member(0);
    let named = HomeNamed { epoch: 0, home: [9; 32], rounds: 0, transcript: RUN };
    member.name_home(named);
    let refused = step(&mut member).unwrap_err();
    let expected = LogError::Rule { index: 0, rule: Broken::OtherHome };
    assert!(matches!(refused, PeerError::Log(why) if why == expected));
}

#[test]
fn a_member_that_comes_late_catches_up_from_log_and_objects_alone() {
    let team = Team::new(spec(), 2);
    let mut recorder = Recorder::default();
    {
        let mut members = vec![team.member(0), team.member(1)];
        play(&team.hall, &mut members, 3);
        let mut late = team.member_with(2, Targets::default(), &team.hall, &mut recorder);
        assert_eq!(step(&mut late).unwrap(), Step::Merged);
        assert_eq!(late.finished().rounds, 3);
        assert_eq!(step(&mut late).unwrap(), Step::Joined);
        step_until(&mut members[0], Step::Merged);
        assert_eq!(late.finished(), members[0].finished());
        members.push(late);
        let digests = finish(&mut members);
        assert_eq!(digests, [digests[0]; 3]);
    }
    assert!(team.hall.state().share(2) > 0);
    let caught_up = |event: &Event| matches!(event, Event::CaughtUp { rounds: 3, .. });
    assert_eq!(recorder.count(caught_up), 1);
}

#[test]
fn bytes_that_are_not_the_object_are_not_vouched_for() {
    let team = opened();
    let mut members = team.members();
    members.iter_mut().for_each(|member| step_until(member, Step::Offered));
    let object = team.hall.state().offers()[&2].object;
    team.hall.spoil(&ObjectId(object));
    members.iter_mut().for_each(|member| step_until(member, Step::Vouched));
    assert!([0, 1].iter().all(|slot| !team.hall.state().vouches()[slot].have.contains(2)));
    assert_eq!(step(&mut members[0]).unwrap(), Step::Missing);
    assert_eq!(team.hall.state().round(), 0);
    team.hall.advance(1_000);
    assert_eq!(team.hall.state().round(), 1);
    let digests = finish(&mut members);
    assert_eq!(digests, [digests[0]; 3]);
    assert_eq!(team.hall.state().share(2), 5 * 3 * 2);
}

#[test]
fn an_object_that_is_no_update_is_not_vouched_for() {
    let team = opened();
    let mut recorder = Recorder::default();
    let object = seal(&team_key(), &RUN, b"no update");
    {
        let observed = team.member_with(0, Targets::default(), &team.hall, &mut recorder);
        let mut members = [observed, team.member(1)];
        members.iter_mut().for_each(|member| step_until(member, Step::Offered));
        let parent = members[0].digest;
        let begun = team.hall.state().begun();
        let offer = Offer { round: 0, object: object.id.0, bytes: 1, work: 6, parent, begun };
        team.hall.put(&object).unwrap();
        let author = Author::Member(2);
        team.hall.append(&Said::sign(team.key(2), &RUN, 0, author, Body::Offer(offer))).unwrap();
        members.iter_mut().for_each(|member| step_until(member, Step::Vouched));
        team.hall.advance(1_000);
        members.iter_mut().for_each(|member| step_until(member, Step::Merged));
        assert_eq!(members[0].finished(), members[1].finished());
    }
    assert_eq!(team.hall.state().round(), 1);
    assert_eq!(team.hall.state().share(2), 0);
    let is_refused = |event: &Event| matches!(event, Event::Invalid { slot: 2, round: 0, .. });
    assert_eq!(recorder.count(is_refused), 1);
}

/// Leaves the third member behind in the first round: the update that it promised comes too late.
fn left_behind(team: &Team) {
    let mut members = [team.member(0), team.member(1)];
    step_until(&mut team.member(2), Step::Trained);
    members.iter_mut().for_each(|member| step_until(member, Step::Offered));
    team.hall.advance(11_000);
    members.iter_mut().for_each(|member| step_until(member, Step::Vouched));
    assert_eq!(team.hall.state().round(), 1);
}

#[test]
fn late_work_returns_into_the_feedback() {
    let team = opened();
    left_behind(&team);
    let mut recorder = Recorder::default();
    {
        let mut late = team.member_with(2, Targets::default(), &team.hall, &mut recorder);
        let mut expected = late.local.error.clone();
        let promise = late.local.promise.clone().unwrap();
        let id = ObjectId(promise.offer.object);
        let content = open(&team_key(), &RUN, &id, &promise.sealed).unwrap();
        decode(&layout(), &content).unwrap().add_to(1.0, &mut expected);
        assert_ne!(late.local.error, expected);
        assert_eq!(step(&mut late).unwrap(), Step::Merged);
        assert_eq!(late.local.error, expected);
        assert_eq!(late.local.promise, None);
    }
    assert_eq!(recorder.count(|event| *event == Event::TakenBack { round: 0 }), 1);
    let digests = finish(&mut team.members());
    assert_eq!(digests, [digests[0]; 3]);
    assert_eq!(team.hall.state().share(2), 5 * 3 * 2);
}

#[test]
fn whoever_missed_a_round_begins_without_feedback() {
    let team = opened();
    left_behind(&team);
    let mut members = [team.member(0), team.member(1)];
    members.iter_mut().for_each(|member| step_until(member, Step::Offered));
    team.hall.advance(11_000);
    members.iter_mut().for_each(|member| step_until(member, Step::Vouched));
    assert_eq!(team.hall.state().round(), 2);
    let mut late = team.member(2);
    step_until(&mut late, Step::Merged);
    assert!(late.local.error.iter().all(|number| *number == 0.0));
    assert!(late.local.inner.steps > 0, "the optimiser remembers");
}

#[test]
fn a_member_that_falls_silent_is_told_to_be_lost() {
    let team = opened();
    let mut recorder = Recorder::default();
    {
        let observed = team.member_with(0, Targets::default(), &team.hall, &mut recorder);
        let mut members = [observed, team.member(1)];
        for _ in 0..2 {
            members.iter_mut().for_each(|member| step_until(member, Step::Offered));
            team.hall.advance(11_000);
            members.iter_mut().for_each(|member| step_until(member, Step::Vouched));
        }
        finish(&mut members);
    }
    let is_lost = |event: &Event| *event == Event::MemberLost { round: 2, slot: 2 };
    assert_eq!(recorder.count(is_lost), 1);
}

#[test]
fn a_round_whose_numbers_are_not_finite_is_trained_again_and_the_third_time_is_the_last() {
    let team = opened();
    let mut recorder = Recorder::default();
    let mut member = team.member_with(0, Targets { spoiled: 2 }, &team.hall, &mut recorder);
    assert_eq!(step(&mut member).unwrap(), Step::Trained);
    drop(member);
    assert_eq!(recorder.count(|event| *event == Event::NotFinite { round: 0 }), 2);

    let mut member = team.member_with(1, Targets { spoiled: 3 }, &team.hall, nobody());
    let refused = step(&mut member).unwrap_err();
    assert!(matches!(refused, PeerError::NotFinite { round: 0 }), "{refused}");
    assert_eq!(member.local.promise, None);
    assert!(team.hall.offers().is_empty());
}

#[test]
fn a_member_whose_state_is_in_the_minority_computes_it_again() {
    let team = Team::new(spec(), 3);
    let mut recorder = Recorder::default();
    {
        let observed = team.member_with(0, Targets::default(), &team.hall, &mut recorder);
        let mut members = vec![observed, team.member(1), team.member(2)];
        merged(&team, &mut members, 2);
        flip(&mut members[0]);
        let digests = finish(&mut members);
        assert_eq!(digests, [digests[1]; 3]);
    }
    assert_eq!(recorder.count(|event| *event == Event::Diverged { round: 2 }), 1);
    assert_eq!(team.hall.state().share(0), 5 * 3 * 2);
}

#[test]
fn a_machine_that_computes_wrongly_twice_stops() {
    let team = Team::new(spec(), 3);
    let mut members = team.members();
    members[1].rules.outer.rate *= 2.0;
    let mut stopped = None;
    for _ in 0..100 {
        for member in &mut members {
            stopped = step(member).err().or(stopped);
        }
        if stopped.is_some() {
            break;
        }
    }
    let stopped = stopped.unwrap();
    assert!(matches!(stopped, PeerError::ComputesWrongly { round: 1 }), "{stopped}");
    assert!(stopped.to_string().contains("this machine computes wrongly"));
    assert!(!stopped.may_pass());
}

#[test]
fn two_members_with_two_states_find_out_who_is_wrong() {
    let team = Team::new(spec_of(2, 3), 2);
    let mut members = team.members();
    merged(&team, &mut members, 1);
    flip(&mut members[1]);
    play(&team.hall, &mut members, 2);
    assert_eq!((team.hall.state().phase(), team.hall.state().round()), (Phase::Paused, 1));
    team.hall.say(Body::Resumed);
    let digests = finish(&mut members);
    assert_eq!(digests, [digests[0]; 2]);
    let offers = team.hall.offers();
    let of = |slot: u8| {
        let offers = offers.iter().filter(move |(of, offer)| (*of, offer.round) == (slot, 1));
        offers.map(|(_, offer)| offer.object).collect::<BTreeSet<Hash>>().len()
    };
    assert_eq!([of(0), of(1)], [1, 2], "only who was wrong trains again");
}

#[test]
fn a_slot_that_another_machine_has_is_refused() {
    let team = opened();
    let seat = Seat { machine: team.key(0).clone(), ..team.seat(1) };
    let folder = tempfile::tempdir().unwrap();
    let learner = Quadratic::new();
    let mut member =
        Member::start(seat, folder.path(), learner, Targets::default(), &team.hall, nobody())
            .unwrap();
    assert!(matches!(step(&mut member), Err(PeerError::SlotTaken { slot: 1 })));
}

#[test]
fn a_log_of_another_specification_is_refused() {
    let mut team = opened();
    team.spec.seed += 1;
    fs::remove_file(team.folder(0).join("run.json")).unwrap();
    let refused = step(&mut team.member(0));
    assert!(matches!(refused, Err(PeerError::Log(LogError::OtherSpec))));
}

/// What a run of a team left.
struct Left {
    team: Team,
    entries: Vec<Entry>,
}

impl Left {
    fn new() -> Self {
        let team = Team::new(spec_of(3, 3), 3);
        finish(&mut team.members());
        let entries = team.hall.entries();
        Self { team, entries }
    }

    /// Verifies the run with these entries, and with objects as `object` changes them.
    fn verify(
        &self,
        entries: &[Entry],
        object: impl Fn(&ObjectId, Vec<u8>) -> Option<Vec<u8>>,
    ) -> Result<Verified, Flaw> {
        let objects = self.team.hall.objects();
        let find = |id: &ObjectId| objects.get(id).and_then(|bytes| object(id, bytes.clone()));
        let archive = self.archive(first_numbers(), entries, &find);
        verify(&archive)
    }

    fn archive<'a>(
        &self,
        first: Vec<f32>,
        entries: &'a [Entry],
        object: &'a dyn Fn(&ObjectId) -> Option<Vec<u8>>,
    ) -> Archive<'a> {
        Archive {
            run: RUN,
            key: team_key(),
            spec: self.team.spec.clone(),
            layout: layout(),
            first,
            homes: Vec::new(),
            entries,
            object,
        }
    }

    fn verify_log(&self, change: impl Fn(&mut Vec<Entry>)) -> Result<Verified, Flaw> {
        let mut entries = self.entries.clone();
        change(&mut entries);
        self.verify(&entries, |_, bytes| Some(bytes))
    }
}

#[test]
fn whoever_has_log_and_objects_comes_to_the_same_model() {
    let left = Left::new();
    let verified = left.verify_log(|_| {}).unwrap();
    let finished = left.team.member(0).run().unwrap();
    assert_eq!(verified.digest, finished.digest);
    assert_eq!((verified.state, verified.transcript), (finished.state, finished.transcript));
    assert_eq!((verified.rounds, verified.updates), (3, 9));
    assert!(verified.has_ended);
    assert_eq!(verified.marked.count(), 3);
    let shorter = left.verify_log(|entries| entries.truncate(12)).unwrap();
    assert!(!shorter.has_ended && shorter.rounds < 3);
}

#[test]
fn a_changed_bit_in_an_object_is_found_and_its_place_is_named() {
    let left = Left::new();
    for (slot, offer) in left.team.hall.offers() {
        let id = ObjectId(offer.object);
        let size = left.team.hall.objects()[&id].len();
        for place in [0, 40, size / 2, size - 1] {
            let changed = left.verify(&left.entries, |of, mut bytes| {
                if *of == id {
                    bytes[place] ^= 1;
                }
                Some(bytes)
            });
            let expected = (offer.round, slot);
            let is_named = matches!(
                changed,
                Err(Flaw::Object { round, slot, object, .. })
                    if (round, slot) == expected && object == id
            );
            assert!(is_named, "{expected:?}");
        }
        let missing = left.verify(&left.entries, |of, bytes| (*of != id).then_some(bytes));
        assert_eq!(missing, Err(Flaw::Missing { round: offer.round, slot, object: id }));
    }
}

#[test]
fn a_changed_bit_in_the_log_is_found_and_its_place_is_named() {
    let left = Left::new();
    let changes: [fn(&mut Entry); 6] = [
        |entry| entry.epoch ^= 1,
        |entry| entry.previous[31] ^= 1,
        |entry| entry.at_ms ^= 1,
        |entry| entry.signature[0] ^= 1,
        |entry| entry.home_signature[0] ^= 1,
        |entry| {
            if let Body::Offer(offer) = &mut entry.body {
                offer.work ^= 1;
            } else {
                entry.body = Body::Certified { block: 1 };
            }
        },
    ];
    for place in 0..left.entries.len() {
        for change in changes {
            let changed = left.verify_log(|entries| change(&mut entries[place]));
            let Err(Flaw::Log(flaw)) = changed else { panic!("entry {place}: {changed:?}") };
            let index = match flaw {
                LogError::Rule { index, .. } | LogError::Signature { index, .. } => index,
                LogError::OtherSpec => panic!("entry {place}: {flaw}"),
            };
            assert_eq!(index, place as u64);
        }
    }
}

#[test]
fn another_beginning_is_found_and_another_specification_is_refused() {
    let left = Left::new();
    let objects = left.team.hall.objects();
    let find = |id: &ObjectId| objects.get(id).cloned();
    let mut first = first_numbers();
    first[0] = f32::from_bits(first[0].to_bits() ^ 1);
    let changed = verify(&left.archive(first, &left.entries, &find));
    assert!(matches!(changed, Err(Flaw::State { round: 0, .. })));
    let mut other = left.archive(first_numbers(), &left.entries, &find);
    other.spec.update.rate *= 2.0;
    assert!(matches!(verify(&other), Err(Flaw::Log(LogError::OtherSpec))));
}
