use super::builders::*;
use crate::{mock::*, Error, Event, HoldReason, Roots};
use frame_support::{assert_noop, assert_ok, BoundedVec};
use nocknock_primitives::{
    ids::{BlockRoot, CircuitId, ContentHash, PointBytes},
    limits::{CHUNK_ELEMENTS, MAX_CHUNKS, MAX_FOLDED_VALUES, MAX_TEST_BLOCKS, MAX_TEST_BYTES},
    model::{field, Architecture, Fr, Goal, Head, RecipientSecret},
    phase::Phase,
    score::Score,
    task::{Funding, Held, Split},
};
use sp_runtime::{traits::BadOrigin, DispatchError};

/// Creates Alice's task from a changed specification and returns the error.
fn refused(change: impl FnOnce(&mut Spec)) -> DispatchError {
    let mut spec = spec();
    change(&mut spec);
    let before = Balances::free_balance(alice());
    let create = || Tasks::do_create_task(alice(), OWN, spec);
    let error = frame_support::storage::with_storage_layer(create).unwrap_err();
    assert_eq!(Balances::free_balance(alice()), before);
    error
}

fn assert_refused(change: impl FnOnce(&mut Spec), error: Error<Test>) {
    assert_eq!(refused(change), error.into());
}

#[test]
fn a_sponsored_task_holds_reward_and_bond() {
    build_and_execute(|| {
        assert_ok!(Tasks::create_task(RuntimeOrigin::signed(alice()), OWN, Box::new(spec())));
        assert_eq!(Tasks::held(HoldReason::Escrow, &alice()), 10_000);
        assert_eq!(Tasks::held(HoldReason::Bond, &alice()), 300);
        let task = task(0);
        assert_eq!(task.funding, Funding::Sponsored);
        assert_eq!(task.held, Held { escrow: 10_000, bond: 300, record: 0 });
        assert_eq!(Roots::<Test>::get(0), spec().roots);
        System::assert_has_event(
            Event::TaskCreated {
                task: 0,
                experiment: OWN,
                requester: alice(),
                funding: Funding::Sponsored,
                budget: 10_000,
            }
            .into(),
        );
    });
}

#[test]
fn a_task_with_a_fixed_split_is_open_at_once() {
    build_and_execute(|| {
        let id = create(spec());
        assert_eq!(phase(id), Phase::Open);
        System::assert_last_event(
            Event::TaskOpened { task: id, train_data: TRAIN_DATA, commit_end: 11 }.into(),
        );
    });
}

#[test]
fn a_task_with_a_drawn_split_waits_for_the_draw() {
    build_and_execute(|| {
        let id = create(drawn_spec());
        assert_eq!(phase(id), Phase::Created);
        assert!(task(id).tests.is_empty() && task(id).train_data.is_none());
    });
}

#[test]
fn numbers_of_tasks_rise() {
    build_and_execute(|| {
        assert_eq!([create(spec()), create(drawn_spec()), create(spec())], [0, 1, 2]);
    });
}

#[test]
fn a_curriculum_task_needs_no_money() {
    build_and_execute(|| {
        assert_eq!(free(&carol()), 0);
        let id = create_curriculum();
        assert_eq!(task(id).funding, Funding::Curriculum);
        assert_eq!(book(|book| book.open.clone()), vec![(id, 0)]);
    });
}

#[test]
fn only_the_custodian_creates_curriculum_tasks() {
    build_and_execute(|| {
        assert_noop!(
            Tasks::do_create_task(alice(), CURRICULUM, curriculum_spec()),
            DispatchError::Other("not the custodian")
        );
    });
}

#[test]
fn only_the_owner_sponsors_tasks() {
    build_and_execute(|| {
        assert_noop!(
            Tasks::do_create_task(bob(), OWN, spec()),
            DispatchError::Other("not the owner")
        );
    });
}

#[test]
fn an_archived_experiment_takes_no_tasks() {
    build_and_execute(|| {
        book(|book| book.archived.push(OWN));
        assert_noop!(
            Tasks::do_create_task(alice(), OWN, spec()),
            DispatchError::Other("not active")
        );
    });
}

#[test]
fn an_experiment_that_names_an_encoding_takes_no_task_with_another() {
    build_and_execute(|| {
        book(|book| book.encoding = Some(ContentHash([99; 32])));
        assert_noop!(
            Tasks::do_create_task(alice(), OWN, spec()),
            DispatchError::Other("another encoding")
        );
        book(|book| book.encoding = Some(ENCODING));
        assert_eq!(create(spec()), 0);
    });
}

#[test]
fn a_signature_is_needed() {
    build_and_execute(|| {
        let call = Tasks::create_task(RuntimeOrigin::none(), OWN, Box::new(spec()));
        assert_noop!(call, BadOrigin);
    });
}

#[test]
fn circuits_must_be_active_and_of_the_right_kind() {
    build_and_execute(|| {
        let unknown = CircuitId([77; 32]);
        assert_refused(|spec| spec.terms.score_circuit = unknown, Error::CircuitNotActive);
        assert_refused(|spec| spec.terms.delivery_circuit = unknown, Error::CircuitNotActive);
        assert_refused(|spec| spec.terms.score_circuit = DELIVERY, Error::CircuitNotActive);
        assert_refused(|spec| spec.terms.delivery_circuit = SCORE, Error::CircuitNotActive);
        for circuit in [SCORE, DELIVERY] {
            book(|book| book.retired = vec![circuit]);
            assert_refused(|_| (), Error::CircuitNotActive);
        }
        book(|book| (book.retired, book.disabled) = (vec![], vec![DELIVERY]));
        assert_refused(|_| (), Error::CircuitNotActive);
    });
}

#[test]
fn a_task_has_the_architecture_of_its_score_circuit() {
    build_and_execute(|| {
        let task = task(create(spec_of(&wide())));
        assert_eq!(task.architecture, wide());
        assert_eq!((task.recipient, task.encoding), (spec().recipient, ENCODING));
    });
}

/// Whether the chain takes a task for models of this architecture with so many test blocks, which
/// is right in everything else.
fn is_taken(architecture: &Architecture, test_blocks: u32) -> bool {
    let mut spec = spec();
    spec.terms.score_circuit = score_circuit(architecture);
    spec.split = Split::Drawn { test_blocks: u16::try_from(test_blocks).unwrap() };
    spec.roots = BoundedVec::truncate_from(vec![BlockRoot([0; 32]); 33]);
    let create = || Tasks::do_create_task(alice(), OWN, spec);
    match frame_support::storage::with_storage_layer(create) {
        Ok(()) => true,
        Err(error) => {
            assert_eq!(error, Error::<Test>::ArchitectureTooLarge.into());
            false
        }
    }
}

/// A model may have as many elements as the chunks of a ciphertext can hold.
#[test]
fn a_model_of_too_many_chunks_is_refused() {
    build_and_execute(|| {
        let (largest, larger) = (flat(1889, 1, wide_head(64), 1), flat(1890, 1, wide_head(64), 1));
        assert_eq!(largest.weight_elements(), (MAX_CHUNKS * CHUNK_ELEMENTS) as usize);
        assert!(is_taken(&largest, 1));
        assert!(!is_taken(&larger, 1));
    });
}

#[test]
fn a_block_with_too_many_values_to_fold_is_refused() {
    build_and_execute(|| {
        assert_eq!(128 * 4096, MAX_FOLDED_VALUES);
        assert!(is_taken(&flat(128, 1, wide_head(2), 4096), 1));
        assert!(!is_taken(&flat(129, 1, wide_head(2), 4096), 1));
    });
}

#[test]
fn test_blocks_of_too_many_bytes_are_refused() {
    build_and_execute(|| {
        let embedding = architecture("embed-512x10");
        let bytes = embedding.wire_bytes(embedding.samples.into());
        let limit = MAX_TEST_BYTES as usize;
        assert!(8 * bytes <= limit && 9 * bytes > limit);
        assert!(is_taken(&embedding, 8));
        assert!(!is_taken(&embedding, 9));
    });
}

#[test]
fn test_blocks_with_more_points_than_can_be_counted_are_refused() {
    build_and_execute(|| {
        let goal = Goal::AbsoluteError { cap: 65_535 };
        let head = Head::Number { weight_bits: 4, bias_bits: 8, distance_bits: 18, goal };
        let (largest, larger) = (flat(1, 8, head, 2048), flat(1, 8, head, 2049));
        assert!(largest.max_score(MAX_TEST_BLOCKS * 2048) <= u64::from(u32::MAX));
        assert!(larger.max_score(MAX_TEST_BLOCKS * 2049) > u64::from(u32::MAX));
        assert!(is_taken(&largest, MAX_TEST_BLOCKS));
        assert!(!is_taken(&larger, MAX_TEST_BLOCKS));
        assert!(is_taken(&larger, MAX_TEST_BLOCKS - 1));
    });
}

/// The bytes of two coordinates.
fn point(x: Fr, y: Fr) -> PointBytes {
    let halves = [field::to_bytes(&x), field::to_bytes(&y)];
    PointBytes(halves.concat().try_into().unwrap())
}

#[test]
fn the_recipient_must_be_a_point_that_keys_may_be_sealed_for() {
    build_and_execute(|| {
        let [zero, one] = [0u32, 1].map(Fr::from);
        let (x, y) = alices_key().0.coordinates();
        let mut not_reduced = alices_key().to_bytes();
        not_reduced[32..].fill(0xff);
        let (off_the_curve, identity) = (point(one, one), point(zero, one));
        let of_small_order = [point(zero, -one), point(one, zero)];
        // The sum of Alice's key and a point of order 2.
        let outside_the_subgroup = point(-x, -y);
        let bad = [off_the_curve, identity, outside_the_subgroup, PointBytes(not_reduced)];
        for recipient in bad.into_iter().chain(of_small_order) {
            assert_refused(|spec| spec.recipient = recipient, Error::BadRecipient);
        }
    });
}

#[test]
fn models_of_the_curriculum_are_for_everybody() {
    build_and_execute(|| {
        let mut spec = curriculum_spec();
        let everybodys = PointBytes(RecipientSecret::curriculum().key().to_bytes());
        assert_eq!(spec.recipient, everybodys);
        spec.recipient = PointBytes(alices_key().to_bytes());
        assert_noop!(Tasks::do_create_task(carol(), CURRICULUM, spec), Error::<Test>::BadRecipient);
        let given_away = create(Spec { recipient: everybodys, ..self::spec() });
        assert_eq!(task(given_away).recipient, everybodys);
    });
}

#[test]
fn the_split_must_leave_something_to_train_on() {
    build_and_execute(|| {
        for test_blocks in [0, BLOCKS, BLOCKS + 1, 33] {
            assert_refused(|spec| spec.split = Split::Drawn { test_blocks }, Error::BadSplit);
        }
        for blocks in [vec![], vec![1, 0], vec![1, 1], vec![0, BLOCKS], vec![0, 1, 2, 3, 4]] {
            let test_blocks = BoundedVec::truncate_from(blocks);
            let split = Split::Fixed { test_blocks, train_data: TRAIN_DATA };
            assert_refused(|spec| spec.split = split, Error::BadSplit);
        }
        assert_refused(|spec| spec.roots = BoundedVec::default(), Error::BadSplit);
    });
}

#[test]
fn a_root_beyond_the_field_is_refused() {
    build_and_execute(|| {
        assert_refused(|spec| spec.roots[4] = BlockRoot([0xff; 32]), Error::BadRoot);
    });
}

#[test]
fn shares_must_add_up_to_the_whole() {
    build_and_execute(|| {
        for shares in [vec![], vec![9_999], vec![10_001], vec![10_000, 0], vec![u16::MAX; 16]] {
            let shares = BoundedVec::truncate_from(shares);
            assert_refused(|spec| spec.terms.shares = shares, Error::BadShares);
        }
    });
}

#[test]
fn minimums_must_make_sense() {
    build_and_execute(|| {
        let too_much = Score::new(3, 2);
        assert_refused(|spec| spec.terms.min_score = too_much, Error::BadMinimum);
        assert_refused(|spec| spec.terms.min_score = Score::new(0, 0), Error::BadMinimum);
        assert_refused(|spec| spec.terms.min_test_rows = 0, Error::BadMinimum);
    });
}

#[test]
fn every_period_stays_within_its_bounds() {
    build_and_execute(|| {
        for period in [0, 1, 1001] {
            assert_refused(|spec| spec.terms.periods.publish = period, Error::BadPeriod);
            assert_refused(|spec| spec.terms.periods.commit = period, Error::BadPeriod);
            assert_refused(|spec| spec.terms.periods.reveal = period, Error::BadPeriod);
            assert_refused(|spec| spec.terms.periods.claim = period, Error::BadPeriod);
            assert_refused(|spec| spec.terms.periods.prove = period, Error::BadPeriod);
            assert_refused(|spec| spec.terms.periods.deliver = period, Error::BadPeriod);
        }
    });
}

#[test]
fn deposits_must_reach_their_minimums() {
    build_and_execute(|| {
        assert_refused(|spec| spec.terms.reward = 99, Error::RewardTooLow);
        assert_refused(|spec| spec.terms.bond = 50 + 5 * 5 - 1, Error::BondTooLow);
        assert_refused(|spec| spec.terms.stake = 9, Error::StakeTooLow);
    });
}

#[test]
fn every_share_pays_for_its_records_and_reaches_its_worker() {
    build_and_execute(|| {
        let shares = |spec: &mut Spec, smallest| {
            let shares = vec![10_000 - smallest, smallest];
            spec.terms.shares = BoundedVec::truncate_from(shares);
            spec.terms.reward = 100;
        };
        assert_refused(|spec| shares(spec, 2_999), Error::ShareTooSmall);
        let mut spec = spec();
        shares(&mut spec, 3_000);
        create(spec);
    });
}

/// Under the old rule `[9_989, 11]` was accepted: who came second had proved its score for a tip,
/// and lost its stake if it did not deliver for it.
#[test]
fn shares_fall_in_a_bounded_ratio() {
    build_and_execute(|| {
        let with = |shares: &[u16]| {
            let shares = BoundedVec::truncate_from(shares.to_vec());
            move |spec: &mut Spec| spec.terms.shares = shares
        };
        let refused = [
            [9_989, 11].as_slice(),
            &[8_001, 1_999],
            &[4_999, 5_001],
            &[5_000, 1_249, 3_751],
            &[6_000, 3_200, 799, 1],
        ];
        for shares in refused {
            assert_refused(with(shares), Error::SharesNotFalling);
        }
        for shares in [[8_000, 2_000].as_slice(), &[5_000, 5_000], &[7_000, 2_400, 600]] {
            let mut spec = spec();
            with(shares)(&mut spec);
            create(spec);
        }
    });
}

/// Under the old rule the custodian could name test blocks that an accomplice already knew.
#[test]
fn a_fixed_split_is_refused_in_the_curriculum() {
    build_and_execute(|| {
        let mut spec = curriculum_spec();
        spec.split = self::spec().split;
        assert_noop!(
            Tasks::do_create_task(carol(), CURRICULUM, spec),
            Error::<Test>::CurriculumIsDrawn
        );
        create_curriculum();
    });
}

#[test]
fn the_curriculum_is_told_what_a_task_offers() {
    build_and_execute(|| {
        let mut spec = curriculum_spec();
        (spec.terms.min_test_rows, spec.terms.periods.claim) = (51, 12);
        let periods = spec.terms.periods;
        create_curriculum_of(spec);
        assert_eq!(book(|book| book.offers.clone()), vec![(ENCODING, 51, periods)]);
    });
}

#[test]
fn a_requester_needs_the_money() {
    build_and_execute(|| {
        refused(|spec| spec.terms.reward = ENDOWMENT + 1);
        refused(|spec| spec.terms.bond = ENDOWMENT - 5_000);
        assert_eq!(held(&alice()), 0);
    });
}

#[test]
fn a_curriculum_task_offers_nothing_of_its_own() {
    build_and_execute(|| {
        let refused = |change: fn(&mut Spec)| {
            let mut spec = curriculum_spec();
            change(&mut spec);
            assert_noop!(
                Tasks::do_create_task(carol(), CURRICULUM, spec),
                Error::<Test>::CurriculumHoldsNothing
            );
        };
        refused(|spec| spec.terms.reward = 1);
        refused(|spec| spec.terms.bond = 1);
        refused(|spec| spec.terms.stake = 1);
        refused(|spec| spec.terms.shares = BoundedVec::truncate_from(vec![5_000, 5_000]));
    });
}
