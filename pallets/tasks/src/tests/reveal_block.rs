use super::builders::*;
use crate::{mock::*, Call, Error, Event, RevealedBlocks, WeightInfo};
use frame_support::{
    assert_err_ignore_postinfo, assert_ok, dispatch::GetDispatchInfo, weights::Weight,
};
use nocknock_primitives::{model::FoldSize, phase::Phase, task::Outcome, traits::ProofVerifier};

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
fn the_last_reveal_begins_the_claim_phase() {
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
        assert_eq!((phase(id), task(id).revealed_at), (Phase::Claim, Some(15)));
        assert_eq!(RevealedBlocks::<Test>::get(id, 0), Some(block));
        assert_eq!(task(id).test_rows(), 2 * SAMPLES);
        assert_eq!(task(id).label_counts.to_vec(), vec![40, 20]);
    });
}

/// The weights of the mock.
type Weights = ();

/// What the reveal of the first block of a task costs.
fn paid_for_reveal(id: u64) -> Weight {
    let shown = revealed_of(&task(id).architecture, 0);
    let paid = Tasks::do_reveal_block(&alice(), id, 0, shown).unwrap();
    paid.actual_weight.expect("the weight is refunded in part")
}

#[test]
fn the_block_decides_what_a_reveal_costs() {
    build_and_execute(|| {
        let tiny = paid_for_reveal(revealing(spec()));
        let wide = paid_for_reveal(revealing(spec_of(&wide())));
        let size = FoldSize::with_rows(&crate::mock::tiny(), SAMPLES);
        let contents = HashVerifier::fold_weight(&FoldSize { bytes: 0, inputs: 0, ..size });
        assert_eq!(tiny, Weights::reveal_block(1).saturating_add(contents));
        let shown = revealed(0);
        let call =
            Call::<Test>::reveal_block { task: 0, block: 0, salt: shown.salt, rows: shown.rows };
        let charged = call.get_dispatch_info().call_weight;
        assert!(tiny.ref_time() < wide.ref_time() && wide.ref_time() < charged.ref_time());
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
            Tasks::do_reveal_block(&alice(), id, 0, shown),
            Error::<Test>::RootMismatch
        );
    });
}

#[test]
fn any_32_bytes_are_a_salt() {
    build_and_execute(|| {
        let mut shown = revealed(0);
        shown.salt = [0xff; 32];
        let mut spec = spec();
        spec.roots[0] = root_of(&tiny(), 0, &shown);
        let id = revealing(spec);
        assert_ok!(Tasks::do_reveal_block(&alice(), id, 0, shown));
    });
}

#[test]
fn a_block_without_rows_is_refused_though_its_root_was_committed_to() {
    build_and_execute(|| {
        let mut empty = revealed(0);
        empty.rows = vec![0, 0].try_into().unwrap();
        let mut spec = spec();
        spec.roots[0] = root_of(&tiny(), 0, &empty);
        let id = revealing(spec);
        assert_err_ignore_postinfo!(
            Tasks::do_reveal_block(&alice(), id, 0, empty),
            Error::<Test>::MalformedRows
        );
        assert_eq!(task(id).tests[0].rows, None);
    });
}

#[test]
fn the_smallest_and_the_fullest_block_are_revealed() {
    build_and_execute(|| {
        let mut spec = spec();
        let blocks = [1u8, 40].map(|rows| {
            let mut block = revealed(0);
            block.rows = vec![1; 2 + 2 * usize::from(rows)].try_into().unwrap();
            (block.rows[0], block.rows[1]) = (rows, 0);
            block
        });
        for (index, block) in (0u16..).zip(&blocks) {
            spec.roots[usize::from(index)] = root_of(&tiny(), index, block);
        }
        spec.terms.min_test_rows = 41;
        let id = revealing(spec);
        for (index, block) in (0u16..).zip(blocks) {
            assert_ok!(Tasks::do_reveal_block(&alice(), id, index, block));
        }
        assert_eq!((phase(id), task(id).test_rows()), (Phase::Claim, 41));
        assert_eq!(task(id).label_counts.to_vec(), vec![0, 41]);
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

/// A block of the curriculum must be one that every champion can be judged on.
#[test]
fn a_block_of_the_curriculum_has_no_more_rows_than_the_council_allows() {
    build_and_execute(|| {
        let id = open_curriculum();
        commit(id, &[bob()]);
        end_commits(id);
        let block = tests_of(id)[0];
        book(|book| book.most_rows = SAMPLES - 1);
        assert_err_ignore_postinfo!(
            Tasks::do_reveal_block(&carol(), id, block, revealed(block)),
            Error::<Test>::TooManyRows
        );
        book(|book| book.most_rows = SAMPLES);
        assert_ok!(Tasks::do_reveal_block(&carol(), id, block, revealed(block)));
    });
}
