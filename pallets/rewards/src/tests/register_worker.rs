use super::builders::*;
use crate::{mock::*, Call, Error, Event};
use frame_support::{
    assert_noop, assert_ok,
    dispatch::{DispatchClass, GetDispatchInfo},
    traits::UnfilteredDispatchable,
};
use nocknock_primitives::{
    circuit::ProofBytes,
    ids::{CircuitId, FieldBytes, ModelCommitment},
    limits::List,
    model::{field, names::named, FoldSize, Fr, Label, Sample},
    reward::{PracticeSpec, Registration, Standing},
    score::Score,
    task::{ProvedScore, RevealedBlock},
    traits::ProofVerifier,
};
use sp_runtime::{
    traits::BadOrigin,
    transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidity},
};

fn validity(call: &Call<Test>) -> TransactionValidity {
    #[allow(deprecated)]
    use frame_support::unsigned::ValidateUnsigned;
    #[allow(deprecated)]
    Rewards::validate_unsigned(TransactionSource::External, call)
}

fn code(error: Error<Test>) -> TransactionValidity {
    let index = codec::Encode::encode(&error)[0];
    InvalidTransaction::Custom(index).into()
}

#[test]
fn a_proof_registers_an_account_that_owns_nothing() {
    build_and_execute(|| {
        assert!(!exists(&bob()));
        assert_ok!(apply_bare(registration(&bob())));
        assert!(exists(&bob()) && may_work(&bob()));
        System::assert_last_event(
            Event::WorkerRegistered {
                worker: bob(),
                model: model_of(&bob()),
                score: ROWS,
                round: 0,
                expires: 6,
            }
            .into(),
        );
        let expected =
            Registration { standing: Standing::Active, next_round: 1, expires: 6, known: false };
        assert_eq!(Rewards::worker(bob()), Some(expected));
    });
}

#[test]
fn the_pool_takes_a_registration_once_for_each_account() {
    build_and_execute(|| {
        let valid = validity(&registration(&bob())).unwrap();
        assert_eq!(valid.provides.len(), 1);
        assert!(valid.requires.is_empty() && valid.propagate);
        assert!(valid.longevity <= 64);
        let other = validity(&registration(&dave())).unwrap();
        assert_ne!(valid.provides, other.provides);
        let again = registration_with(&bob(), practice_proof(&bob(), 0, 4));
        assert_eq!(validity(&again).unwrap().provides, valid.provides);
    });
}

#[test]
fn a_registered_account_is_refused_until_its_registration_has_expired() {
    build_and_execute(|| {
        register(&[bob()]);
        let again = registration(&bob());
        assert_eq!(validity(&again), InvalidTransaction::Stale.into());
        assert_noop!(dispatch_bare(again.clone()), Error::<Test>::AlreadyRegistered);
        go_to_session(5);
        assert_noop!(dispatch_bare(again.clone()), Error::<Test>::AlreadyRegistered);
        go_to_session(6);
        assert!(!may_work(&bob()));
        assert_ok!(apply_bare(again));
        assert!(may_work(&bob()));
        assert_eq!(System::sufficients(&bob()), 1);
    });
}

#[test]
fn the_least_score_is_enough_and_one_below_is_not() {
    build_and_execute(|| {
        let with = |points| registration_with(&bob(), practice_proof(&bob(), 0, points));
        assert_eq!(validity(&with(3)), code(Error::ScoreTooLow));
        assert_noop!(dispatch_bare(with(3)), Error::<Test>::ScoreTooLow);
        assert_ok!(apply_bare(with(4)));
    });
}

#[test]
fn a_commitment_that_is_no_field_element_is_refused() {
    build_and_execute(|| {
        let (model, score) = (ModelCommitment([0xff; 32]), practice_proof(&bob(), 0, ROWS));
        let call = registration_of(&bob(), model, score);
        assert_eq!(validity(&call), code(Error::BadCommitment));
        assert_noop!(dispatch_bare(call), Error::<Test>::BadCommitment);
    });
}

/// A perfect score without a proof.
const UNPROVED: ProvedScore =
    ProvedScore { points: ROWS, sums: [0; 32], inputs: [0; 32], proof: ProofBytes([0; 256]) };

#[test]
fn a_wrong_proof_is_a_bad_proof_to_the_pool() {
    build_and_execute(|| {
        let call = registration_with(&bob(), UNPROVED);
        assert_eq!(validity(&call), InvalidTransaction::BadProof.into());
        assert_noop!(dispatch_bare(call), Error::<Test>::ProofRefused);
        assert!(!exists(&bob()));
    });
}

/// What stands for this small number if it is reduced: the order of the field plus the number.
fn not_reduced(number: u8) -> FieldBytes {
    let mut bytes = field::to_bytes(&-Fr::from(1u32));
    bytes[31] += 1 + number;
    bytes
}

#[test]
fn what_a_proof_is_about_has_to_be_field_elements() {
    build_and_execute(|| {
        let proved = practice_proof(&bob(), 0, ROWS);
        let [sums, inputs] = [21u8, 22].map(|number| field::to_bytes(&Fr::from(number)));
        assert_eq!((proved.sums, proved.inputs), (sums, inputs));
        for broken in [
            ProvedScore { sums: not_reduced(21), ..proved },
            ProvedScore { inputs: not_reduced(22), ..proved },
        ] {
            let call = registration_with(&bob(), broken);
            assert_eq!(validity(&call), InvalidTransaction::BadProof.into());
            assert_noop!(dispatch_bare(call), Error::<Test>::ProofRefused);
        }
    });
}

#[test]
fn nobody_registers_while_the_circuit_is_disabled() {
    build_and_execute(|| {
        neighbours(|neighbours| neighbours.disabled.push(SCORE));
        assert_eq!(validity(&registration(&bob())), code(Error::CircuitDisabled));
        assert_noop!(dispatch_bare(registration(&bob())), Error::<Test>::CircuitDisabled);
    });
}

#[test]
fn a_circuit_that_was_replaced_still_registers_workers() {
    build_and_execute(|| {
        neighbours(|neighbours| neighbours.retired.push(SCORE));
        assert_ok!(apply_bare(registration(&bob())));
    });
}

#[test]
fn nobody_registers_without_a_practice_block() {
    let mut genesis = genesis();
    genesis.practice = None;
    ext_with(genesis).execute_with(|| {
        let call = registration_with(&bob(), UNPROVED);
        assert_eq!(validity(&call), code(Error::NoPractice));
        assert_noop!(dispatch_bare(call), Error::<Test>::NoPractice);
        check_state();
    });
}

#[test]
fn the_registrations_of_a_session_are_bounded() {
    build_and_execute(|| {
        let newcomers: Vec<_> = (10..18).map(account).collect();
        register(&newcomers);
        let late = registration(&bob());
        assert_eq!(validity(&late), code(Error::RegistrationsExhausted));
        assert_noop!(dispatch_bare(late.clone()), Error::<Test>::RegistrationsExhausted);
        go_to_session(1);
        assert_ok!(apply_bare(late));
    });
}

#[test]
fn no_other_call_is_taken_without_a_signature() {
    build_and_execute(|| {
        let call = Call::unregister {};
        assert_eq!(validity(&call), InvalidTransaction::Call.into());
        assert_noop!(dispatch_bare(call), BadOrigin);
    });
}

#[test]
fn a_signed_registration_is_refused() {
    build_and_execute(|| {
        let call = registration(&bob());
        let result = call.dispatch_bypass_filter(RuntimeOrigin::signed(bob()));
        assert_eq!(result.unwrap_err().error, BadOrigin.into());
    });
}

#[test]
fn verifying_and_folding_the_largest_block_in_the_pool_and_in_the_block_is_charged() {
    build_and_execute(|| {
        let info = registration(&bob()).get_dispatch_info();
        let folded = HashVerifier::fold_weight(&FoldSize::largest()).saturating_mul(2);
        assert!(info.call_weight.all_gte(folded.saturating_add(HashVerifier::verify_weight(2))));
        assert_eq!(info.class, DispatchClass::Normal);
    });
}

#[test]
fn what_is_not_folded_is_given_back() {
    build_and_execute(|| {
        let call = registration(&bob());
        let charged = call.get_dispatch_info().call_weight;
        let done = call.dispatch_bypass_filter(RuntimeOrigin::none()).expect("the proof is right");
        let used = done.actual_weight.expect("the weight is known");
        assert!(used.ref_time() < charged.ref_time() / 10, "{used:?} of {charged:?}");
        assert!(used.all_gte(HashVerifier::verify_weight(2)));
    });
}

/// A practice block about numbers, on which each row counts up to 200 points.
fn practice_with_numbers() -> PracticeSpec {
    let architecture = named("tiny-4x3-error").expect("the architecture has this name");
    let sample = Sample { inputs: vec![1, 2, 3, 0], label: Label::Number(7) };
    let rows = wire(&architecture, vec![sample; 3]);
    let circuit = CircuitId([8; 32]);
    neighbours(|neighbours| neighbours.circuits.push((circuit, architecture)));
    let block = RevealedBlock { salt: SALT, rows: List::truncate_from(rows) };
    PracticeSpec { circuit, block, min_score: Score::new(1, 2) }
}

#[test]
fn points_count_as_a_part_of_what_a_model_can_reach() {
    build_and_execute(|| {
        assert_ok!(Rewards::do_set_practice(practice_with_numbers()));
        let with = |points| registration_with(&bob(), practice_proof(&bob(), 0, points));
        assert_noop!(dispatch_bare(with(601)), Error::<Test>::ScoreTooHigh);
        assert_noop!(dispatch_bare(with(299)), Error::<Test>::ScoreTooLow);
        assert_ok!(apply_bare(with(300)));
    });
}

/// A registration of the account with the same proof, and with a number that solves its puzzle for
/// exactly so many bits.
fn solved_for(who: &AccountId, bits: u32) -> Call<Test> {
    let score = practice_proof(who, 0, ROWS);
    let puzzle = puzzle(who, model_of(who), &score);
    let nonce = (0..).find(|nonce| puzzle.zero_bits(*nonce) == bits);
    let nonce = nonce.expect("there are enough numbers");
    let (worker, model, score) = (who.clone(), model_of(who), Box::new(score));
    Call::register_worker { worker, model, score, seed: NewestSeed::get(), nonce }
}

/// What the hash of a puzzle must begin with now.
fn bits() -> u32 {
    Rewards::registration_terms().unwrap().bits
}

#[test]
fn a_bit_less_than_what_is_asked_for_is_refused() {
    build_and_execute(|| {
        let short = solved_for(&bob(), PUZZLE_BITS - 1);
        assert_eq!(validity(&short), code(Error::PuzzleNotSolved));
        assert_noop!(dispatch_bare(short), Error::<Test>::PuzzleNotSolved);
        assert_ok!(apply_bare(solved_for(&bob(), PUZZLE_BITS)));
    });
}

/// There are eight places. From the sixth on, each costs two bits more.
#[test]
fn a_puzzle_is_harder_when_more_than_half_of_the_places_are_taken() {
    build_and_execute(|| {
        let mut asked = Vec::new();
        for newcomer in 10..18 {
            asked.push(bits() - PUZZLE_BITS);
            register(&[account(newcomer)]);
        }
        assert_eq!(asked, [0, 0, 0, 0, 0, 2, 4, 6]);
        go_to_session(1);
        assert_eq!(bits(), PUZZLE_BITS);
    });
}

#[test]
fn a_harder_puzzle_takes_another_number_and_not_another_proof() {
    build_and_execute(|| {
        register(&(10..14).map(account).collect::<Vec<_>>());
        let easy = solved_for(&bob(), PUZZLE_BITS);
        assert!(validity(&easy).is_ok(), "half of the places are taken");
        register(&[account(14)]);
        assert_eq!(validity(&easy), code(Error::PuzzleNotSolved));
        assert_noop!(dispatch_bare(easy.clone()), Error::<Test>::PuzzleNotSolved);
        let hard = solved_for(&bob(), PUZZLE_BITS + 2);
        let (Call::register_worker { score: before, .. }, Call::register_worker { score, .. }) =
            (easy, hard.clone())
        else {
            unreachable!("they are registrations");
        };
        assert_eq!(before, score);
        assert_ok!(apply_bare(hard));
    });
}

#[test]
fn a_proof_is_good_for_the_newest_two_seeds() {
    build_and_execute(|| {
        NewestSeed::set(6);
        let terms = Rewards::registration_terms().unwrap();
        assert_eq!((terms.newest, terms.oldest), (6, 5));
        let before = registration(&bob());
        NewestSeed::set(7);
        assert!(validity(&before).is_ok());
        NewestSeed::set(8);
        assert_eq!(validity(&before), code(Error::StaleSeed));
        assert_noop!(dispatch_bare(before), Error::<Test>::StaleSeed);
    });
}

#[test]
fn the_seed_of_the_genesis_is_one_of_the_first_two() {
    build_and_execute(|| {
        let at_genesis = registration(&bob());
        NewestSeed::set(1);
        assert_eq!(Rewards::registration_terms().unwrap().oldest, 0);
        assert_ok!(apply_bare(at_genesis));
    });
}

#[test]
fn a_seed_that_is_not_known_yet_is_refused() {
    build_and_execute(|| {
        for newest in [1, u64::MAX] {
            NewestSeed::set(newest);
            let early = registration(&bob());
            NewestSeed::set(0);
            assert_eq!(validity(&early), code(Error::StaleSeed));
            assert_noop!(dispatch_bare(early), Error::<Test>::StaleSeed);
        }
    });
}
