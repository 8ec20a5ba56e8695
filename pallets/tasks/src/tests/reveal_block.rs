use super::builders::*;
use crate::{mock::*, Error, Event, RevealedBlocks, WeightInfo};
use frame_support::{assert_err_ignore_postinfo, assert_ok};
use nocknock_primitives::{
    limits::MAX_BLOCK_ELEMENTS,
    model::{packing::row_elements, shape::TINY_4X3X2},
    phase::Phase,
    task::Outcome,
};

fn revealing(spec: Spec) -> u64 {
    let id = create(spec);
    commit(id, &[bob()]);
    end_commits(id);
    id
}

fn assert_refused(id: u64, block: u16, change: impl FnOnce(&mut Vec<u8>), error: Error<Test>) {
    let mut shown = revealed(block);
    let mut rows = shown.rows.into_inner();
    change(&mut rows);
    shown.rows = rows.try_into().unwrap();
    assert_err_ignore_postinfo!(Tasks::do_reveal_block(&alice(), id, block, shown), error);
    assert!(!RevealedBlocks::<Test>::contains_key(id, block));
}

#[test]
fn the_last_reveal_begins_the_prove_phase() {
    build_and_execute(|| {
        let id = revealing(spec());
        let block = revealed(0);
        let origin = RuntimeOrigin::signed(alice());
        assert_ok!(Tasks::reveal_block(origin, id, 0, block.salt, block.rows.clone()));
        System::assert_last_event(
            Event::BlockRevealed { task: id, block: 0, rows: SAMPLES, hidden: 1 }.into(),
        );
        assert_eq!(phase(id), Phase::Reveal);
        go_to(15);
        assert_ok!(Tasks::do_reveal_block(&alice(), id, 1, revealed(1)));
        assert_eq!((phase(id), task(id).revealed_at), (Phase::Prove, Some(15)));
        assert_eq!(RevealedBlocks::<Test>::get(id, 0), Some(block));
        assert_eq!(task(id).test_rows(), 2 * SAMPLES);
        assert_eq!(task(id).label_counts.to_vec(), vec![40, 20]);
    });
}

#[test]
fn the_shape_decides_what_a_reveal_costs() {
    build_and_execute(|| {
        let id = revealing(spec());
        let paid = Tasks::do_reveal_block(&alice(), id, 0, revealed(0)).unwrap();
        let of_shape = u32::try_from(row_elements(&TINY_4X3X2)).unwrap();
        let expected = <() as WeightInfo>::reveal_block(of_shape);
        assert_eq!(paid.actual_weight, Some(expected));
        let largest = <() as WeightInfo>::reveal_block(MAX_BLOCK_ELEMENTS);
        assert!(expected.ref_time() < largest.ref_time());
    });
}

#[test]
fn changed_rows_do_not_hash_to_the_root() {
    build_and_execute(|| {
        let id = revealing(spec());
        assert_refused(id, 0, |rows| rows[3] ^= 1, Error::RootMismatch);
        assert_refused(id, 0, |rows| rows[2] ^= 1, Error::RootMismatch);
    });
}

#[test]
fn bytes_that_are_no_block_are_refused() {
    build_and_execute(|| {
        let id = revealing(spec());
        assert_refused(id, 0, |rows| rows.clear(), Error::MalformedRows);
        assert_refused(id, 0, |rows| rows.push(0), Error::MalformedRows);
        assert_refused(id, 0, |rows| rows[2] = 9, Error::MalformedRows);
        assert_refused(id, 0, |rows| rows[0] = 200, Error::MalformedRows);
    });
}

#[test]
fn another_salt_does_not_hash_to_the_root() {
    build_and_execute(|| {
        let id = revealing(spec());
        let mut shown = revealed(0);
        shown.salt = revealed(1).salt;
        assert_err_ignore_postinfo!(
            Tasks::do_reveal_block(&alice(), id, 0, shown.clone()),
            Error::<Test>::RootMismatch
        );
        shown.salt = [0xff; 32];
        assert_err_ignore_postinfo!(
            Tasks::do_reveal_block(&alice(), id, 0, shown),
            Error::<Test>::BadSalt
        );
    });
}

#[test]
fn a_block_of_another_index_does_not_hash_to_the_root() {
    build_and_execute(|| {
        let id = revealing(spec());
        assert_err_ignore_postinfo!(
            Tasks::do_reveal_block(&alice(), id, 1, revealed(0)),
            Error::<Test>::RootMismatch
        );
    });
}

#[test]
fn a_training_block_is_not_revealed() {
    build_and_execute(|| {
        let id = revealing(spec());
        assert_err_ignore_postinfo!(
            Tasks::do_reveal_block(&alice(), id, 2, revealed(2)),
            Error::<Test>::NotTestBlock
        );
    });
}

#[test]
fn a_block_is_revealed_once_and_by_the_requester() {
    build_and_execute(|| {
        let id = revealing(spec());
        assert_err_ignore_postinfo!(
            Tasks::do_reveal_block(&bob(), id, 0, revealed(0)),
            Error::<Test>::NotRequester
        );
        assert_ok!(Tasks::do_reveal_block(&alice(), id, 0, revealed(0)));
        assert_err_ignore_postinfo!(
            Tasks::do_reveal_block(&alice(), id, 0, revealed(0)),
            Error::<Test>::AlreadyRevealed
        );
    });
}

#[test]
fn a_block_is_revealed_neither_early_nor_late() {
    build_and_execute(|| {
        let id = create(spec());
        commit(id, &[bob()]);
        let reveal = || Tasks::do_reveal_block(&alice(), id, 0, revealed(0));
        assert_err_ignore_postinfo!(reveal(), Error::<Test>::WrongPhase);
        go_to(21);
        assert_err_ignore_postinfo!(reveal(), Error::<Test>::WrongPhase);
        assert_eq!(phase(id), Phase::Settle);
    });
}

#[test]
fn too_few_samples_count_as_a_failed_reveal() {
    build_and_execute(|| {
        let mut spec = spec();
        spec.terms.min_test_rows = 2 * SAMPLES + 1;
        let id = revealing(spec);
        reveal_all(id);
        assert_eq!(phase(id), Phase::Settle);
        settle(id);
        assert_eq!(end_of(id).outcome, Outcome::RevealFailed);
    });
}
