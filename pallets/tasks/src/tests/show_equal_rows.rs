//! Rows of test blocks that were known before. The inputs of a row here are its number plus that of
//! its block, so that every block has rows that are equal to some of every other one.

use super::builders::*;
use crate::{mock::*, Call, EqualRowsShown, Error, Event, PastRoots, Roots};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{
    ids::{BlockIndex, ContentHash},
    limits::List,
    task::{EqualRows, Outcome, PastBlocks},
};
use sp_runtime::{traits::BadOrigin, DispatchResult};

/// How columns and classes were written before.
const OLD_ENCODING: ContentHash = ContentHash([12; 32]);

/// A curriculum task in which Bob may deliver.
fn judged() -> u64 {
    judged_of(curriculum_spec())
}

/// The same for a task of other terms.
fn judged_of(spec: Spec) -> u64 {
    let id = create_curriculum_of(spec);
    open(id);
    bring_to_claims(id, &[bob()]);
    claim(id, &bob(), CLAIM);
    submit(id, &bob(), CLAIM);
    settle(id);
    id
}

/// A task of the curriculum from the time before its encoding changed.
fn old_spec() -> Spec {
    Spec { encoding: OLD_ENCODING, ..curriculum_spec() }
}

/// A block of the task that is no test block.
fn training_block(id: u64) -> BlockIndex {
    let tests = tests_of(id);
    (0..BLOCKS).find(|block| !tests.contains(block)).unwrap()
}

/// So many rows of the first test block that are equal to rows of the training data.
fn equal_to_training(id: u64, rows: u16) -> EqualRows {
    equal_rows(id, tests_of(id)[0], id, training_block(id), rows)
}

fn show(id: u64, who: &AccountId, shown: &EqualRows) -> DispatchResult {
    let origin = RuntimeOrigin::signed(who.clone());
    Tasks::show_equal_rows(origin, id, Box::new(shown.clone()))
}

fn refused(id: u64, shown: &EqualRows, error: Error<Test>) {
    assert_noop!(show(id, &eve(), shown), error);
}

#[test]
fn equal_rows_are_shown_and_counted() {
    build_and_execute(|| {
        let id = judged();
        let shown = equal_to_training(id, 5);
        assert_ok!(show(id, &eve(), &shown));
        System::assert_last_event(
            Event::EqualRowsShown { task: id, block: shown.block, rows: 5 }.into(),
        );
        assert_eq!(Tasks::equal_rows(id), 5);
        assert_eq!(EqualRowsShown::<Test>::get(id, shown.block).into_inner(), [0b1_1111]);
        assert_eq!(book(|book| book.equal_rows.clone()), [(id, 5, 2 * SAMPLES, eve())]);
    });
}

/// Under the old rule the custodian got its part for rows that its accomplices knew by heart. What
/// exactly it loses is the curriculum's business.
#[test]
fn rows_shown_before_cost_the_provider_its_part() {
    build_and_execute(|| {
        let earlier = judged();
        deliver(earlier, &bob());
        let id = judged_later();
        let block = tests_of(id)[0];
        let shown = |rows| equal_rows(id, block, earlier, 0, rows);
        assert_ok!(show(id, &dave(), &shown(2)));
        assert_ok!(show(id, &eve(), &shown(3)));
        let told = book(|book| book.equal_rows.clone());
        let (few, enough) = ((id, 2, 2 * SAMPLES, dave()), (id, LIABLE_FROM, 2 * SAMPLES, eve()));
        assert_eq!(told, [few, enough], "Eve has shown the one that matters");
    });
}

/// A later task in which Dave is better than Bob was.
fn judged_later() -> u64 {
    let id = proving_curriculum_with(&[(dave(), 30)]);
    prove_champion(id, CLAIM);
    submit(id, &dave(), 30);
    settle(id);
    id
}

#[test]
fn a_row_counts_once_however_often_it_is_shown() {
    build_and_execute(|| {
        let id = judged();
        let three = equal_to_training(id, 3);
        assert_ok!(show(id, &eve(), &three));
        assert_ok!(show(id, &dave(), &three));
        System::assert_last_event(
            Event::EqualRowsShown { task: id, block: three.block, rows: 0 }.into(),
        );
        let mut twice = equal_to_training(id, 4);
        let pair = twice.pairs[3];
        twice.pairs = List::truncate_from(vec![pair, pair, (pair.0, pair.1 + 4)]);
        assert_ok!(show(id, &dave(), &twice));
        assert_eq!(Tasks::equal_rows(id), 4);
        let told = book(|book| book.equal_rows.clone()).into_iter().map(|(_, rows, ..)| rows);
        let told: Vec<_> = told.collect();
        assert_eq!(told, [3, 4], "what was known already is nothing new");
    });
}

#[test]
fn rows_of_each_test_block_count() {
    build_and_execute(|| {
        let id = judged();
        let training = training_block(id);
        for block in tests_of(id) {
            assert_ok!(show(id, &eve(), &equal_rows(id, block, id, training, SAMPLES as u16)));
        }
        assert_eq!(Tasks::equal_rows(id), 2 * SAMPLES);
    });
}

/// The labels of these pairs differ in part: every third row is of another class.
#[test]
fn labels_do_not_matter() {
    build_and_execute(|| {
        let id = judged();
        let shown = equal_to_training(id, 4);
        let samples = |index| block_of(&tiny(), index);
        let (one, other) = (samples(shown.block), samples(shown.other.block));
        let labels_differ = shown.pairs.iter().any(|(place, other_place)| {
            let [one, other] = [(&one, place), (&other, other_place)]
                .map(|(block, place)| block.samples()[usize::from(*place)].label.clone());
            one != other
        });
        assert!(labels_differ);
        assert_ok!(show(id, &eve(), &shown));
    });
}

#[test]
fn rows_that_differ_or_do_not_exist_are_refused() {
    build_and_execute(|| {
        let id = judged();
        let with_pair = |pair: (u16, u16)| {
            let mut shown = equal_to_training(id, 2);
            shown.pairs.try_push(pair).unwrap();
            shown
        };
        let (place, equal) = equal_to_training(id, 3).pairs[2];
        let last = SAMPLES as u16;
        let beyond = last + (equal + 4 - last % 4) % 4;
        for pair in [(place, equal + 1), (place + 1, equal), (place, beyond), (last, equal)] {
            refused(id, &with_pair(pair), Error::RowsDiffer);
        }
        assert_eq!(Tasks::equal_rows(id), 0);
        assert_ok!(show(id, &eve(), &with_pair((place, equal + 4))));
    });
}

#[test]
fn other_bytes_than_those_of_the_roots_are_refused() {
    build_and_execute(|| {
        let id = judged();
        let changed = |change: fn(&mut EqualRows)| {
            let mut shown = equal_to_training(id, 2);
            change(&mut shown);
            refused(id, &shown, Error::RootMismatch);
        };
        changed(|shown| shown.revealed.rows[2] ^= 1);
        changed(|shown| shown.revealed.salt = [1; 32]);
        changed(|shown| shown.revealed.rows.clear());
        changed(|shown| shown.other.revealed.rows[3] ^= 1);
        changed(|shown| shown.other.revealed.salt = [1; 32]);
        changed(|shown| shown.revealed = shown.other.revealed.clone());
        changed(|shown| shown.other.block = BLOCKS);
    });
}

#[test]
fn only_rows_of_test_blocks_are_shown() {
    build_and_execute(|| {
        let id = judged();
        let training = training_block(id);
        let other = (training + 1..BLOCKS).find(|block| !tests_of(id).contains(block)).unwrap();
        let shown = equal_rows(id, training, id, other, 2);
        refused(id, &shown, Error::NotTestBlock);
        refused(id, &equal_rows(id, BLOCKS, id, other, 2), Error::NotTestBlock);
    });
}

/// Nobody knew a test block before the reveal, so it is nothing to learn from.
#[test]
fn rows_are_not_compared_with_test_blocks_of_the_same_task() {
    build_and_execute(|| {
        let id = judged();
        let [first, second]: [_; 2] = tests_of(id).try_into().unwrap();
        for other in [first, second] {
            refused(id, &equal_rows(id, first, id, other, 2), Error::RowsDiffer);
        }
    });
}

/// All blocks of an earlier task are public.
#[test]
fn rows_of_earlier_tasks_of_the_experiment_were_known() {
    build_and_execute(|| {
        let earlier = judged();
        deliver(earlier, &bob());
        let id = judged_later();
        let block = tests_of(id)[0];
        for other in 0..BLOCKS {
            assert_ok!(show(id, &eve(), &equal_rows(id, block, earlier, other, 2)));
        }
        let first = tests_of(earlier)[0];
        refused(earlier, &equal_rows(earlier, first, id, 0, 2), Error::RowsDiffer);
        assert_eq!(Tasks::equal_rows(earlier), 0, "the later task was not there yet");
    });
}

/// A custodian that has to begin again, with the same blocks, is not accused by its own reveal.
#[test]
fn rows_that_nobody_could_read_were_not_known() {
    build_and_execute(|| {
        let cancelled = create_curriculum();
        assert_ok!(Tasks::do_cancel_task(&carol(), cancelled));
        let id = judged();
        let block = tests_of(id)[0];
        refused(id, &equal_rows(id, block, cancelled, block, 2), Error::RowsDiffer);
        go_to(System::block_number() + 30);
        assert_ok!(Tasks::do_remove_task(cancelled));
        assert!(!PastRoots::<Test>::contains_key(cancelled));
    });
}

#[test]
fn a_test_block_that_was_never_revealed_was_not_known() {
    build_and_execute(|| {
        let failed = open_curriculum();
        commit(failed, &[bob()]);
        end_commits(failed);
        let [public, hidden]: [_; 2] = tests_of(failed).try_into().unwrap();
        assert_ok!(Tasks::do_reveal_block(&carol(), failed, public, revealed(public)));
        go_to(System::block_number() + PERIOD);
        settle(failed);
        assert_eq!(end_of(failed).outcome, Outcome::RevealFailed);
        let id = judged();
        let shown = |other| equal_rows(id, tests_of(id)[0], failed, other, 2);
        refused(id, &shown(hidden), Error::RowsDiffer);
        for other in [public, training_block(failed)] {
            assert_ok!(show(id, &eve(), &shown(other)));
        }
    });
}

/// The same numbers stand for something else.
#[test]
fn rows_of_another_encoding_do_not_count() {
    build_and_execute(|| {
        let earlier = judged_of(old_spec());
        deliver(earlier, &bob());
        let id = judged_later();
        refused(id, &equal_rows(id, tests_of(id)[0], earlier, 0, 2), Error::RowsDiffer);
    });
}

#[test]
fn rows_of_another_experiment_do_not_count() {
    build_and_execute(|| {
        let sponsored = create(spec());
        let id = judged();
        let shown = equal_rows(id, tests_of(id)[0], sponsored, 3, 2);
        refused(id, &shown, Error::RowsDiffer);
    });
}

#[test]
fn a_task_that_never_was_has_no_rows() {
    build_and_execute(|| {
        assert_ok!(Tasks::do_cancel_task(&alice(), create(drawn_spec())));
        go_to(25);
        assert_ok!(Tasks::do_remove_task(0));
        let id = judged();
        let shown = equal_rows(id, tests_of(id)[0], 0, 3, 2);
        refused(id, &shown, Error::UnknownTask);
    });
}

/// An earlier task of the curriculum that was removed, and what the chain had stored of its blocks.
fn removed(spec: Spec) -> (u64, PastBlocks) {
    let id = judged_of(spec);
    deliver(id, &bob());
    let stored = task(id);
    let (architecture, encoding) = (stored.architecture, stored.encoding);
    let past = PastBlocks { architecture, encoding, roots: Roots::<Test>::get(id) };
    assert_ok!(Tasks::do_finish_task(id));
    book(|book| book.champions.clear());
    go_to(System::block_number() + 30);
    assert_ok!(Tasks::do_remove_task(id));
    assert!(PastRoots::<Test>::contains_key(id));
    (id, past)
}

/// A task after that, without a champion, in which Dave is better than Bob was.
fn judged_after_removal() -> u64 {
    let id = proving_curriculum_with(&[(dave(), 30)]);
    submit(id, &dave(), 30);
    settle(id);
    id
}

/// Three rows of a task that are equal to those of a block of a removed one.
fn equal_to_removed(id: u64, earlier: u64, past: Option<PastBlocks>) -> EqualRows {
    let mut shown = equal_rows(id, tests_of(id)[0], earlier, 4, 3);
    shown.other.past = past;
    shown
}

#[test]
fn rows_of_removed_tasks_were_known_as_well() {
    build_and_execute(|| {
        let (earlier, past) = removed(curriculum_spec());
        let id = judged_after_removal();
        let changed = |change: fn(&mut PastBlocks)| {
            let mut past = past.clone();
            change(&mut past);
            refused(id, &equal_to_removed(id, earlier, Some(past)), Error::RootMismatch);
        };
        changed(|past| past.roots[0] = past.roots[1]);
        changed(|past| past.roots.truncate(4));
        changed(|past| past.architecture = wide());
        changed(|past| past.encoding = OLD_ENCODING);
        refused(id, &equal_to_removed(id, earlier, None), Error::RootMismatch);
        assert_ok!(show(id, &eve(), &equal_to_removed(id, earlier, Some(past))));
        assert_eq!(Tasks::equal_rows(id), 3);
    });
}

/// What the chain keeps of a removed task says under which encoding its rows were written.
#[test]
fn rows_of_a_removed_task_of_another_encoding_do_not_count() {
    build_and_execute(|| {
        let (earlier, past) = removed(old_spec());
        assert_eq!(past.encoding, OLD_ENCODING);
        let id = judged_after_removal();
        let pretended = PastBlocks { encoding: ENCODING, ..past.clone() };
        let shown = equal_to_removed(id, earlier, Some(pretended));
        refused(id, &shown, Error::RootMismatch);
        refused(id, &equal_to_removed(id, earlier, Some(past)), Error::RowsDiffer);
    });
}

/// There is one experiment of the curriculum here, so the entry is changed by hand.
#[test]
fn rows_of_a_removed_task_of_another_experiment_do_not_count() {
    build_and_execute(|| {
        let (earlier, past) = removed(curriculum_spec());
        let id = judged_after_removal();
        let shown = equal_to_removed(id, earlier, Some(past));
        let (experiment, hash) = PastRoots::<Test>::get(earlier).unwrap();
        PastRoots::<Test>::insert(earlier, (experiment + 1, hash));
        refused(id, &shown, Error::RowsDiffer);
        PastRoots::<Test>::insert(earlier, (experiment, hash));
        assert_ok!(show(id, &eve(), &shown));
    });
}

#[test]
fn rows_are_shown_once_a_task_of_the_curriculum_has_a_winner() {
    build_and_execute(|| {
        let sponsored = settled(spec(), &[(bob(), 25)]);
        refused(sponsored, &equal_rows(sponsored, 0, sponsored, 3, 2), Error::WrongPhase);
        let id = proving_curriculum(&[bob()]);
        refused(id, &equal_to_training(id, 2), Error::WrongPhase);
        end_round(id);
        settle(id);
        assert_eq!(end_of(id).outcome, Outcome::NoWinner);
        refused(id, &equal_to_training(id, 2), Error::WrongPhase);
        refused(id + 1, &equal_to_training(id, 2), Error::UnknownTask);
        let id = judged();
        deliver(id, &bob());
        assert_ok!(Tasks::do_finish_task(id));
        assert_ok!(show(id, &alice(), &equal_to_training(id, 2)));
        let shown = Box::new(equal_to_training(id, 2));
        assert_noop!(Tasks::show_equal_rows(RuntimeOrigin::none(), id, shown.clone()), BadOrigin);
        let call = Call::<Test>::show_equal_rows { task: id, shown };
        assert!(!Tasks::is_free_call(&bob(), &call));
    });
}

#[test]
fn what_was_shown_leaves_with_the_task() {
    build_and_execute(|| {
        let id = judged();
        assert_ok!(show(id, &eve(), &equal_to_training(id, 9)));
        deliver(id, &bob());
        assert_ok!(Tasks::do_finish_task(id));
        book(|book| book.champions.clear());
        go_to(System::block_number() + 30);
        assert_ok!(Tasks::do_remove_task(id));
        assert_eq!(Tasks::equal_rows(id), 0);
        assert_eq!(EqualRowsShown::<Test>::iter_prefix(id).count(), 0);
    });
}
