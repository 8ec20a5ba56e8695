use super::builders::*;
use crate::{mock::*, Commitments, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{
    claim::ClaimState,
    ids::{CiphertextHash, ContentHash, KeyCommitment, ModelCommitment},
    model::{field, sealed, Architecture, ModelOwner},
    phase::Phase,
    task::Commitment,
};
use sp_runtime::{testing::H256, TokenError};

#[test]
fn committing_holds_the_stake() {
    build_and_execute(|| {
        let id = create(spec());
        go_to(3);
        let Parcel { key, ciphertext, .. } = parcel(id, &bob());
        assert_ok!(Tasks::commit_model(RuntimeOrigin::signed(bob()), id, key, ciphertext, 7));
        assert_eq!((free(&bob()), held(&bob())), (ENDOWMENT - 100, 100));
        assert_eq!(task(id).committed, 1);
        let model = model_of(id, &bob());
        let stored = Commitment {
            model,
            key,
            ciphertext,
            at: 3,
            sequence: 0,
            least: 7,
            claim: ClaimState::Silent,
            proved: 0,
            correct: 0,
        };
        assert_eq!(Commitments::<Test>::get(id, bob()), Some(stored));
        System::assert_last_event(
            Event::ModelCommitted { task: id, worker: bob(), model, sequence: 0 }.into(),
        );
    });
}

/// What the chain computes is what a worker, or a requester who opens the model, computes from the
/// whole ciphertext.
#[test]
fn the_commitment_is_that_of_the_sealed_model_and_its_owner() {
    for architecture in [tiny(), wide()] {
        build_and_execute(|| {
            let id = create(spec_of(&architecture));
            commit(id, &[bob()]);
            let weights = weights_of(&architecture, &bob());
            let model = sealed::seal(&architecture, key_of(&bob()), &weights).unwrap();
            let owner = ModelOwner {
                genesis_hash: System::block_hash(0u64).0,
                task: id,
                worker: [2; 32],
                encoding: ENCODING.0,
            };
            let key_hash = sealed::key_hash(model.key);
            let ciphertext_hash = sealed::ciphertext_hash(&architecture, &model.ciphertext);
            let expected =
                sealed::commitment(&architecture, owner.to_field(), key_hash, ciphertext_hash);
            let stored = Commitments::<Test>::get(id, bob()).unwrap();
            assert_eq!(stored.key.0, field::to_bytes(&key_hash));
            assert_eq!(stored.ciphertext.0, field::to_bytes(&ciphertext_hash));
            assert_eq!(stored.model.0, field::to_bytes(&expected));
        });
    }
}

/// Everything that a commitment depends on.
struct Parts {
    genesis: [u8; 32],
    earlier_tasks: u32,
    architecture: Architecture,
    encoding: ContentHash,
    worker: AccountId,
    key: KeyCommitment,
    ciphertext: CiphertextHash,
}

/// What the chain computes after a change of one of the parts.
fn model_after(change: impl FnOnce(&mut Parts)) -> ModelCommitment {
    let Parcel { key, ciphertext, .. } = parcel_of(&tiny(), &bob());
    let mut parts = Parts {
        genesis: [1; 32],
        earlier_tasks: 0,
        architecture: tiny(),
        encoding: ENCODING,
        worker: bob(),
        key,
        ciphertext,
    };
    change(&mut parts);
    new_test_ext().execute_with(|| {
        frame_system::BlockHash::<Test>::insert(0u64, H256(parts.genesis));
        for _ in 0..parts.earlier_tasks {
            create(spec());
        }
        let id = create(Spec { encoding: parts.encoding, ..spec_of(&parts.architecture) });
        let Parts { worker, key, ciphertext, .. } = parts;
        assert_ok!(Tasks::do_commit_model(worker.clone(), id, key, ciphertext, 0));
        Commitments::<Test>::get(id, worker).unwrap().model
    })
}

#[test]
fn every_part_changes_the_commitment() {
    let other = parcel_of(&tiny(), &dave());
    let models = [
        model_after(|_| ()),
        model_after(|parts| parts.genesis = [2; 32]),
        model_after(|parts| parts.earlier_tasks = 1),
        model_after(|parts| parts.architecture = architecture("tiny-6x3")),
        model_after(|parts| parts.encoding = ContentHash([12; 32])),
        model_after(|parts| parts.worker = dave()),
        model_after(|parts| parts.key = other.key),
        model_after(|parts| parts.ciphertext = other.ciphertext),
    ];
    for (place, model) in models.iter().enumerate() {
        assert!(!models[..place].contains(model), "part {place}");
    }
    assert_eq!(model_after(|_| ()), models[0]);
}

#[test]
fn a_replacement_holds_no_second_stake_and_takes_a_new_place() {
    build_and_execute(|| {
        let id = create(spec());
        commit(id, &[bob(), dave()]);
        let Parcel { key, ciphertext, .. } = parcel(id, &eve());
        assert_ok!(Tasks::do_commit_model(bob(), id, key, ciphertext, 0));
        let commitment = Commitments::<Test>::get(id, bob()).unwrap();
        assert_eq!(commitment.model, model_from(id, &bob(), key, ciphertext));
        assert_eq!((commitment.key, commitment.ciphertext), (key, ciphertext));
        assert_eq!((commitment.sequence, held(&bob())), (2, 100));
        assert_eq!((task(id).committed, task(id).open_commitments), (2, 2));
    });
}

#[test]
fn commitments_are_taken_until_the_deadline() {
    build_and_execute(|| {
        let id = create(spec());
        go_to(10);
        commit(id, &[bob()]);
        go_to(11);
        assert_eq!(phase(id), Phase::Reveal);
        let late = parcel(id, &dave());
        assert_noop!(try_commit(id, &dave(), &late), Error::<Test>::WrongPhase);
    });
}

#[test]
fn hashes_beyond_the_field_are_refused() {
    build_and_execute(|| {
        let id = create(spec());
        let refused = |change: fn(&mut Parcel)| {
            let mut beyond = parcel(id, &bob());
            change(&mut beyond);
            assert_noop!(try_commit(id, &bob(), &beyond), Error::<Test>::BadCommitment);
        };
        refused(|model| model.key = KeyCommitment([0xff; 32]));
        refused(|model| model.ciphertext = CiphertextHash([0xff; 32]));
    });
}

#[test]
fn a_worker_needs_the_stake() {
    build_and_execute(|| {
        let id = create(spec());
        let of_carol = parcel(id, &carol());
        assert_noop!(try_commit(id, &carol(), &of_carol), TokenError::FundsUnavailable);
    });
}

#[test]
fn the_curriculum_takes_registered_workers_without_a_stake() {
    build_and_execute(|| {
        let id = open_curriculum();
        commit(id, &[bob()]);
        assert_eq!(held(&bob()), 0);
        let of_alice = parcel(id, &alice());
        assert_noop!(try_commit(id, &alice(), &of_alice), Error::<Test>::NotRegistered);
    });
}

#[test]
fn a_sponsored_task_takes_anybody() {
    build_and_execute(|| {
        book(|book| book.workers.clear());
        let id = create(spec());
        commit(id, &[bob(), dave()]);
    });
}

#[test]
fn there_is_no_task_to_commit_to() {
    build_and_execute(|| {
        let of_bob = parcel_of(&tiny(), &bob());
        assert_noop!(try_commit(3, &bob(), &of_bob), Error::<Test>::UnknownTask);
    });
}

#[test]
fn the_least_price_is_at_most_what_the_first_rank_gets() {
    build_and_execute(|| {
        let spec = spec_with_shares(vec![8_000, 2_000]);
        let id = create(spec);
        let (first, model) = (8_000 - 400, parcel(id, &bob()));
        let too_much = || try_commit_for(id, &bob(), &model, first + 1);
        assert_noop!(too_much(), Error::<Test>::LeastTooHigh);
        assert_ok!(try_commit_for(id, &bob(), &model, first));
        assert_eq!(commitment(id, &bob()).least, first);
        assert_ok!(try_commit_for(id, &bob(), &model, 5));
        assert_eq!(commitment(id, &bob()).least, 5, "a replacement names a new one");
    });
}

/// Before a worker of the curriculum claims anything, it knows what it would get.
#[test]
fn there_is_no_least_price_in_the_curriculum() {
    build_and_execute(|| {
        let id = open_curriculum();
        let model = parcel(id, &bob());
        assert_noop!(try_commit_for(id, &bob(), &model, 1), Error::<Test>::LeastTooHigh);
        assert_ok!(try_commit_for(id, &bob(), &model, 0));
    });
}
