use super::builders::*;
use crate::{mock::*, Call, Commitments, Error, Event, WeightInfo};
use frame_support::{
    assert_noop, assert_ok, dispatch::GetDispatchInfo, storage::with_storage_layer, weights::Weight,
};
use nocknock_primitives::{
    claim::ClaimState,
    limits::List,
    model::{Architecture, ContextDomain, FoldSize, Head},
    phase::Phase,
    task::{BlockScore, Fate, Outcome, Reference},
    traits::ProofVerifier,
};
use sp_runtime::{traits::BadOrigin, DispatchResult};

/// Points of the champion on each test block here.
const CHAMPIONS: u32 = 22;

/// A curriculum task with a champion to be judged by, in which these workers have claimed so many
/// points on each test block and the best of them are asked.
fn judged(scores: &[(AccountId, u32)]) -> u64 {
    set_champion(&eve(), SCORE);
    proving_curriculum_with(scores)
}

/// A curriculum task with a champion of this circuit in which Bob is asked.
fn judged_by(circuit: &Architecture) -> u64 {
    set_champion(&eve(), score_circuit(circuit));
    proving_curriculum(&[bob()])
}

fn refused(id: u64, scores: &[BlockScore], error: Error<Test>) {
    assert_noop!(try_prove_champion(id, &carol(), scores), error);
}

/// An architecture that reads the same blocks as the tiny one, and may have more rows.
fn other_reader(samples: u16) -> Architecture {
    let head =
        Head::Classes { classes: 2, best: 1, weight_bits: 3, bias_bits: 5, distance_bits: 7 };
    flat(4, 2, head, samples)
}

#[test]
fn the_last_reveal_chooses_the_champion_to_be_judged_by() {
    build_and_execute(|| {
        set_champion(&dave(), SCORE);
        let id = open_curriculum();
        commit(id, &[bob()]);
        end_commits(id);
        let [first, second]: [_; 2] = tests_of(id).try_into().unwrap();
        assert_ok!(Tasks::do_reveal_block(&carol(), id, first, revealed(first)));
        assert_eq!(task(id).reference, None);
        set_champion(&eve(), SCORE);
        let newest = book(|book| book.champions[1].1.clone());
        assert_ok!(Tasks::do_reveal_block(&carol(), id, second, revealed(second)));
        let expected = Reference {
            version: newest.version,
            task: newest.task,
            worker: eve(),
            model: newest.model,
            circuit: SCORE,
            blocks: 0,
            points: 0,
        };
        assert_eq!(reference(id), expected);
        set_champion(&dave(), SCORE);
        assert_eq!(reference(id), expected, "what happens later changes nothing");
    });
}

#[test]
fn anybody_proves_the_champion_block_by_block() {
    build_and_execute(|| {
        let id = judged(&[(bob(), 25)]);
        let [first, second]: [_; 2] = tests_of(id).try_into().unwrap();
        let score = champion_proved(id, second, 20);
        assert_ok!(try_prove_champion(id, &alice(), &[score]));
        System::assert_last_event(Event::ChampionProved { task: id, blocks: 1, points: 20 }.into());
        assert!(task(id).reference_is_open());
        assert_eq!((reference(id).blocks, reference(id).points), (0b10, 20));
        let score = champion_proved(id, first, 24);
        assert_ok!(try_prove_champion(id, &carol(), &[score]));
        System::assert_last_event(Event::ChampionProved { task: id, blocks: 2, points: 44 }.into());
        assert!(!task(id).reference_is_open());
    });
}

#[test]
fn the_champion_is_proved_once() {
    build_and_execute(|| {
        let id = judged(&[(bob(), 25)]);
        let scores = champion_all_proved(id, CHAMPIONS);
        assert_ok!(try_prove_champion(id, &carol(), &scores[..1]));
        refused(id, &scores[..1], Error::AlreadyProved);
        // What is proved already is left out, whatever comes for it.
        let mut broken = scores.clone();
        broken[0].score.points = 3;
        assert_ok!(try_prove_champion(id, &carol(), &broken));
        assert_eq!(reference(id).points, 2 * CHAMPIONS);
        refused(id, &scores, Error::AlreadyProved);
        refused(id, &[], Error::NothingSubmitted);
        let twice = [scores[0], scores[0]];
        refused(id, &twice, Error::AlreadyProved);
    });
}

#[test]
fn a_champions_proof_under_another_context_is_refused() {
    build_and_execute(|| {
        set_champion(&eve(), SCORE);
        let other = open_curriculum();
        bring_to_claims(other, &[bob()]);
        let id = judged(&[(bob(), 25)]);
        let block = tests_of(id)[0];
        let changed = |change: &dyn Fn(&mut Statement)| {
            let mut statement = Statement::of_champion(id, block, CHAMPIONS);
            change(&mut statement);
            let score = statement.proved_under(&SCORE);
            refused(id, &[BlockScore { block, ..score }], Error::ProofRefused);
        };
        let context = Tasks::context;
        // As a score of its own, a delivery, or a registration.
        let domain = |domain| {
            changed(&|statement| statement.context = context(domain, SCORE, id, &eve(), block));
        };
        domain(ContextDomain::Score);
        domain(ContextDomain::Delivery);
        domain(ContextDomain::Registration { seed: [0; 32] });
        let champion = ContextDomain::Champion;
        changed(&|it| it.context = context(champion, SCORE, other, &eve(), block));
        changed(&|it| it.context = context(champion, SCORE, id, &bob(), block));
        changed(&|it| it.context = context(champion, SCORE, id, &carol(), block));
        changed(&|it| it.context = context(champion, DELIVERY, id, &eve(), block));
        changed(&|it| it.context = context(champion, SCORE, id, &eve(), block + 1));
        changed(&|it| it.commitment = element(&model_of(id, &bob()).0));
        changed(&|it| it.block.salt = [1; 32]);
        changed(&|it| (it.index, it.block) = (block + 1, revealed(block + 1)));
        assert_ok!(try_prove_champion(id, &bob(), &[champion_proved(id, block, CHAMPIONS)]));
    });
}

#[test]
fn a_champions_proof_of_other_points_or_by_a_worker_is_refused() {
    build_and_execute(|| {
        let id = judged(&[(bob(), 25)]);
        let mut fewer = champion_all_proved(id, CHAMPIONS);
        fewer[0].score.points -= 1;
        refused(id, &fewer, Error::ProofRefused);
        refused(id, &all_proved(id, &bob(), 25), Error::ProofRefused);
        refused(id, &champion_all_proved(id, SAMPLES + 1), Error::ScoreTooHigh);
        let mut elsewhere = champion_all_proved(id, CHAMPIONS);
        elsewhere[1].block = BLOCKS;
        refused(id, &elsewhere, Error::NotTestBlock);
        // Nor is a proof of the champion one of a worker, not even of the champion's own.
        let copied = champion_all_proved(id, 25);
        assert_noop!(try_submit(id, &bob(), &copied), Error::<Test>::ProofRefused);
    });
}

#[test]
fn the_champion_is_proved_from_the_last_reveal_to_the_end_of_the_last_round() {
    build_and_execute(|| {
        set_champion(&eve(), SCORE);
        let id = open_curriculum();
        commit(id, &[bob(), dave()]);
        let early = |id| {
            let nothing = all_proved(id, &eve(), CHAMPIONS);
            refused(id, &nothing, Error::WrongPhase);
        };
        early(id);
        end_commits(id);
        early(id);
        reveal_all(id);
        let scores = champion_all_proved(id, CHAMPIONS);
        let in_phase = |expected: Phase| {
            assert_eq!(phase(id), expected);
            let call = || -> DispatchResult {
                try_prove_champion(id, &carol(), &scores)?;
                Err("undone".into())
            };
            assert_eq!(with_storage_layer(call), Err("undone".into()));
        };
        in_phase(Phase::Claim);
        claim(id, &bob(), 25);
        end_claims(id);
        in_phase(Phase::Ask);
        ask(id);
        in_phase(Phase::Prove);
        submit(id, &bob(), 25);
        in_phase(Phase::Prove);
        end_round(id);
        assert_eq!(phase(id), Phase::Settle);
        refused(id, &scores, Error::WrongPhase);
    });
}

#[test]
fn a_round_waits_for_the_champion_until_it_is_over() {
    build_and_execute(|| {
        let id = judged(&[(bob(), 25)]);
        submit(id, &bob(), 25);
        assert_eq!(phase(id), Phase::Prove);
        assert_noop!(try_settle(id), Error::<Test>::WrongPhase);
        prove_champion(id, CHAMPIONS);
        assert_eq!(phase(id), Phase::Settle);
        settle(id);
        assert_eq!(end_of(id).outcome, Outcome::Ranked);
    });
}

#[test]
fn whoever_is_asked_proves_the_champion_in_the_same_call() {
    build_and_execute(|| {
        let id = judged(&[(bob(), 25)]);
        let (own, champion) = (all_proved(id, &bob(), 25), champion_all_proved(id, CHAMPIONS));
        assert_ok!(try_submit_with(id, &bob(), &own, &champion));
        System::assert_last_event(
            Event::ChampionProved { task: id, blocks: 2, points: 2 * CHAMPIONS }.into(),
        );
        assert_eq!(claim_of(id, &bob()), ClaimState::Proved);
        settle(id);
        assert_eq!(end_of(id).outcome, Outcome::Ranked);
    });
}

/// The custodian may have been faster.
#[test]
fn what_is_proved_already_does_not_hinder_a_workers_own_scores() {
    build_and_execute(|| {
        let id = judged(&[(bob(), 25), (dave(), 24)]);
        let champion = champion_all_proved(id, CHAMPIONS);
        assert_ok!(try_prove_champion(id, &carol(), &champion[..1]));
        assert_ok!(try_submit_with(id, &bob(), &all_proved(id, &bob(), 25), &champion));
        assert_eq!(reference(id).proved_blocks(), 2);
        assert_ok!(try_submit_with(id, &dave(), &all_proved(id, &dave(), 24), &champion));
        assert_eq!((task(id).proved, reference(id).points), (2, 2 * CHAMPIONS));
    });
}

#[test]
fn whoever_has_proved_its_claim_proves_the_champion_alone() {
    build_and_execute(|| {
        let id = judged(&[(bob(), 25), (dave(), 24), (waiting_worker(), 23)]);
        let champion = champion_all_proved(id, CHAMPIONS);
        let alone = |who: AccountId| try_submit_with(id, &who, &[], &champion[..1]);
        assert_noop!(alone(bob()), Error::<Test>::NothingSubmitted);
        assert_noop!(alone(waiting_worker()), Error::<Test>::NothingSubmitted);
        assert_noop!(alone(alice()), Error::<Test>::NotCommitted);
        submit(id, &bob(), 25);
        assert_noop!(try_submit_with(id, &bob(), &[], &[]), Error::<Test>::NothingSubmitted);
        assert_ok!(alone(bob()));
        assert_noop!(alone(bob()), Error::<Test>::AlreadyProved);
    });
}

/// A registered worker whose claim waits.
fn waiting_worker() -> AccountId {
    let worker = crowd(1).remove(0);
    book(|book| book.workers.push(worker.clone()));
    worker
}

/// Whatever is refused leaves nothing behind, as on a chain.
#[test]
fn a_bad_proof_of_the_champion_refuses_the_workers_own_scores() {
    build_and_execute(|| {
        let id = judged(&[(bob(), 25)]);
        let mut champion = champion_all_proved(id, CHAMPIONS);
        champion[1].score.proof = champion[0].score.proof;
        let own = all_proved(id, &bob(), 25);
        let call = || plain(try_submit_with(id, &bob(), &own, &champion));
        assert_eq!(with_storage_layer(call), Err(Error::<Test>::ProofRefused.into()));
        assert_eq!(claim_of(id, &bob()), ClaimState::Asked(50));
        assert_eq!(reference(id).blocks, 0);
    });
}

/// Nobody is paid for a model whose gain is not known, and nobody is to blame.
#[test]
fn the_champion_that_is_not_proved_in_time_ends_the_task_without_loss_to_anybody() {
    build_and_execute(|| {
        let id = judged(&[(bob(), 30), (dave(), 29)]);
        submit(id, &bob(), 30);
        submit(id, &dave(), 29);
        let champion = champion_all_proved(id, CHAMPIONS);
        assert_ok!(try_prove_champion(id, &carol(), &champion[..1]));
        end_round(id);
        settle(id);
        assert_eq!(end_of(id).outcome, Outcome::NoWinner);
        for worker in [bob(), dave()] {
            close(id, &worker);
            System::assert_last_event(
                Event::CommitmentClosed { task: id, worker: worker.clone(), fate: Fate::Returned }
                    .into(),
            );
            assert_eq!((free(&worker), held(&worker)), (ENDOWMENT, 0));
        }
        assert!(book(|book| book.abandoned.is_empty() && book.minted.is_empty()));
        assert!(book(|book| book.open.is_empty() && book.level == 0));
        assert_eq!(Commitments::<Test>::iter_prefix(id).count(), 0);
    });
}

#[test]
fn a_task_without_a_champion_is_judged_by_the_constant_answer() {
    build_and_execute(|| {
        let id = proving_curriculum(&[bob()]);
        assert_eq!(task(id).reference, None);
        assert!(!task(id).reference_is_open());
        let own = all_proved(id, &bob(), 25);
        refused(id, &own, Error::NoReference);
        let with_champion = || plain(try_submit_with(id, &bob(), &own, &own));
        assert_eq!(with_storage_layer(with_champion), Err(Error::<Test>::NoReference.into()));
        submit(id, &bob(), 25);
        settle(id);
        deliver(id, &bob());
        assert_eq!(free(&bob()), ENDOWMENT + worth_of_rows(10));
    });
}

#[test]
fn a_sponsored_task_has_no_champion() {
    build_and_execute(|| {
        set_champion(&eve(), SCORE);
        deliver(settled(spec(), &[(bob(), 25)]), &bob());
        let id = proving(spec(), &[bob()]);
        assert_eq!(task(id).reference, None);
        refused(id, &all_proved(id, &bob(), 25), Error::NoReference);
    });
}

/// The blocks are well formed for each architecture that reads the same format.
#[test]
fn a_champion_of_another_architecture_is_proved_on_the_same_bytes() {
    build_and_execute(|| {
        let architecture = other_reader(41);
        let id = judged_by(&architecture);
        let circuit = score_circuit(&architecture);
        assert_eq!(reference(id).circuit, circuit);
        let block = tests_of(id)[0];
        let under_the_tasks = Statement::of_champion(id, block, CHAMPIONS).proved(id);
        refused(id, &[under_the_tasks], Error::ProofRefused);
        prove_champion(id, CHAMPIONS);
        submit(id, &bob(), CLAIM);
        settle(id);
        assert_eq!(end_of(id).outcome, Outcome::Ranked);
    });
}

/// The weights of the mock.
type Weights = ();

/// What proofs of so many scores of a worker's own model and of the champion weigh without their
/// folds.
fn without_folds(own: u32, champion: u32) -> Weight {
    let batches = [own, champion].into_iter().filter(|proofs| *proofs > 0);
    batches
        .map(HashVerifier::verify_weight)
        .fold(Weights::submit_scores(own + champion), Weight::saturating_add)
}

/// What is charged in advance for these scores of Bob's model and of the champion.
fn charged(task: u64, own: &[BlockScore], champion: &[BlockScore]) -> Weight {
    let [scores, champion] = [own, champion].map(|list| List::truncate_from(list.to_vec()));
    let call = Call::<Test>::submit_scores { task, scores, champion };
    call.get_dispatch_info().call_weight
}

/// Full blocks are charged in advance, of the champion's architecture for its proofs. What was not
/// folded is given back.
#[test]
fn the_folds_of_the_champions_proofs_are_charged_for() {
    build_and_execute(|| {
        let architecture = other_reader(41);
        let id = judged_by(&architecture);
        let (own, champion) = (all_proved(id, &bob(), CLAIM), champion_all_proved(id, CHAMPIONS));
        let full =
            |of: &Architecture| HashVerifier::fold_weight(&FoldSize::full(of)).saturating_mul(2);
        let (own_folds, champions_folds) = (full(&tiny()), full(&architecture));
        assert_eq!(charged(id, &own, &[]), without_folds(2, 0) + own_folds);
        let both = without_folds(2, 2) + own_folds + champions_folds;
        assert_eq!(charged(id, &own, &champion), both);
        let scores = List::truncate_from(champion.clone());
        let alone = Call::<Test>::prove_champion { task: id, scores };
        let expected = without_folds(0, 2) + champions_folds;
        assert_eq!(alone.get_dispatch_info().call_weight, expected);

        // One of the champion's scores is proved already.
        assert_ok!(try_prove_champion(id, &carol(), &champion[..1]));
        let paid = try_submit_with(id, &bob(), &own, &champion).unwrap().actual_weight;
        let rows = |of: &Architecture| HashVerifier::fold_weight(&FoldSize::with_rows(of, SAMPLES));
        let folds = rows(&tiny()).saturating_mul(2) + rows(&architecture);
        let expected = without_folds(2, 1) + folds;
        assert_eq!(paid, Some(expected));
    });
}

#[test]
fn a_champion_that_cannot_read_the_blocks_counts_as_none() {
    build_and_execute(|| {
        let unfit = [
            architecture("tiny-6x3"),
            architecture("tiny-4x3x3-labels"),
            architecture("tiny-4x3x4-best2"),
            other_reader(29),
        ];
        for architecture in unfit {
            let id = judged_by(&architecture);
            assert_eq!(task(id).reference, None);
            submit(id, &bob(), CLAIM);
            assert_eq!(phase(id), Phase::Settle, "nobody waits for it");
        }
        let id = judged_by(&other_reader(30));
        assert!(task(id).reference.is_some(), "it has as many samples as the blocks have rows");
    });
}

#[test]
fn a_champion_whose_circuit_was_disabled_counts_as_none() {
    build_and_execute(|| {
        let architecture = other_reader(40);
        let circuit = score_circuit(&architecture);
        book(|book| book.disabled.push(circuit));
        let id = judged_by(&architecture);
        assert_eq!(task(id).reference, None);
        book(|book| book.disabled.clear());
        let id = judged_by(&architecture);
        let scores = champion_all_proved(id, CHAMPIONS);
        assert_ok!(try_prove_champion(id, &carol(), &scores[..1]));
        book(|book| book.disabled.push(circuit));
        refused(id, &scores[1..], Error::CircuitDisabled);
        submit(id, &bob(), CLAIM);
        end_round(id);
        settle(id);
        // It is judged by the constant answer, which loses 20 rows.
        assert_eq!(end_of(id).outcome, Outcome::Ranked);
        deliver(id, &bob());
        assert_eq!(free(&bob()), ENDOWMENT + worth_of_rows(10));
    });
}

/// Its proofs are accepted as before.
#[test]
fn a_champion_whose_circuit_was_replaced_is_proved() {
    build_and_execute(|| {
        let architecture = other_reader(40);
        let circuit = score_circuit(&architecture);
        book(|book| book.retired.push(circuit));
        let id = judged_by(&architecture);
        prove_champion(id, CHAMPIONS);
        assert!(!task(id).reference_is_open());
    });
}

#[test]
fn a_signature_and_a_task_are_needed() {
    build_and_execute(|| {
        let id = judged(&[(bob(), 25)]);
        let scores = champion_all_proved(id, CHAMPIONS);
        let nobody =
            Tasks::prove_champion(RuntimeOrigin::none(), id, scores.clone().try_into().unwrap());
        assert_eq!(plain(nobody), Err(BadOrigin.into()));
        refused(id + 1, &scores, Error::UnknownTask);
    });
}
