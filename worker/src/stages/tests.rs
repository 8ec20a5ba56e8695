//! Whole tasks on the fake chain, step by step, and with a kill at every moment.

mod checks;

use super::{test_services::*, *};
use crate::{
    chain::{
        fake::{record, tiny, FakeChain, Fuse, TASK, WORKER},
        ChainError,
    },
    machine::Shortage,
    plan::Concession,
    policy::{judge, Offer, Outstanding, Situation},
    state::{ClaimStage, StateDir, StateError, Whose},
};
use nocknock_circuits::Stage;
use nocknock_client::NNK;
use nocknock_primitives::{
    circuit::{CircuitInfo, CircuitStatus},
    claim::{ClaimKey, ClaimState},
    model::Weights,
    task::{Funding, Outcome},
};
use std::path::Path;

/// One process: opens the state directory and works until the task is over or it is killed.
async fn work(chain: &FakeChain, folder: &Path, fuse: &Fuse) -> Result<Ending, StepError> {
    let services = services_on(chain, fuse);
    let state = StateDir::open_on(folder, Arc::new(FuseDisk(fuse.clone())))?;
    work_in(&services, &state).await
}

async fn work_in(services: &Services, state: &StateDir) -> Result<Ending, StepError> {
    let journal = match state.journal(TASK) {
        Some(journal) => journal,
        None => begin(services, state).await?,
    };
    let stop = CancellationToken::new();
    let step = step(services, &journal, &stop);
    for _ in 0..200 {
        match services.plan(TASK, &journal).await?.0 {
            Action::Nothing => {
                let ending = journal.progress()?.ending;
                return Ok(ending.expect("a closed journal has an ending").ending);
            }
            Action::Wait(_) => {
                let now = services.chain.clock().await?.best;
                services.chain.wait_for(now + 1).await?;
            }
            action => step.take(&action).await?,
        }
    }
    panic!("the task does not end");
}

async fn begin(services: &Services, state: &StateDir) -> Result<Journal, StepError> {
    let task = services.chain.tasks(TASK).await?[0].1.clone();
    let circuit = services.chain.circuit(&task.terms.score_circuit).await?;
    let situation = Situation {
        worker: services.chain.worker(),
        clock: services.chain.clock().await?,
        account: services.chain.account_status().await?,
        validators: services.chain.validators_part().await?,
        free_memory_mib: None,
        outstanding: &Outstanding::default(),
    };
    let budget = services.chain.budget(TASK).await?;
    let offer = Offer { id: TASK, task: &task, circuit: circuit.as_ref(), budget };
    let chosen = judge(&services.config, &situation, offer);
    Ok(state.begin(&chosen.expect("the task is acceptable"))?)
}

fn step<'a>(
    services: &'a Services,
    journal: &'a Journal,
    stop: &'a CancellationToken,
) -> StepContext<'a> {
    StepContext { services, task: TASK, journal, stop }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[tokio::test]
async fn a_task_ends_with_the_payment() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    let ending = work(&chain, folder.path(), &Fuse::endless()).await.unwrap();
    assert_eq!(ending, Ending::Paid);
    let world = chain.world();
    assert_eq!(world.accepted, ["commit", "claim", "submit scores", "deliver"]);
    assert_eq!(world.free, 2000 * NNK);
    assert_eq!(world.tip, 10 * NNK, "a hundredth of the reward");
    let attestation = world.deliveries[&WORKER].sealed.unwrap().attestation;
    assert_eq!(attestation.model_blob.map(|id| id.0), Some([3; 32]));
    assert_eq!(attestation.hyperparameters.map(|hash| hash.0), Some([8; 32]));
    drop(world);
    assert!(chain.opened() == Some(perfect_model()), "the recipient does not get the model");
}

/// A tip would make the delivery cost a fee, and wait behind others that are free.
#[tokio::test]
async fn a_delivery_of_the_curriculum_has_no_tip() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    chain.world().task.funding = Funding::Curriculum;
    chain.world().tip = NNK;
    let ending = work(&chain, folder.path(), &Fuse::endless()).await.unwrap();
    assert_eq!((ending, chain.world().tip), (Ending::Paid, 0));
}

/// A kill before and after each write and each message.
#[tokio::test]
async fn a_kill_at_any_moment_loses_nothing_and_repeats_nothing() {
    for moments in 0.. {
        let (chain, folder) = (FakeChain::new(circuits()), folder());
        let fuse = Fuse::of(moments);
        let first = work(&chain, folder.path(), &fuse).await;
        if !fuse.is_burnt() {
            assert!(matches!(first, Ok(Ending::Paid)), "{first:?}");
            assert!(moments > 40, "only {moments} moments were tried");
            return;
        }
        let second = work(&chain, folder.path(), &Fuse::endless()).await;
        assert!(matches!(second, Ok(Ending::Paid)), "{moments}: {second:?}");
        let world = chain.world();
        assert_eq!(world.models.len(), 1, "{moments}: a second model was committed");
        assert_eq!(world.payments, 1, "{moments}");
        assert_eq!(world.free, 2000 * NNK, "{moments}");
    }
}

#[tokio::test]
async fn data_that_is_not_the_tasks_is_refused_before_anything_is_at_stake() {
    let chain = FakeChain::new(circuits());
    let other = FakeChain::new(circuits());
    let mut truncated = chain.blob();
    truncated.pop();
    for wrong in [other.blob(), truncated, b"no data at all".to_vec()] {
        let folder = folder();
        let mut services = services_on(&chain, &Fuse::endless());
        services.blobs =
            Arc::new(FakeStore { blob: Some(wrong), stores: true, fuse: Fuse::endless() });
        let state = StateDir::open(folder.path()).unwrap();
        let error = work_in(&services, &state).await.unwrap_err();
        assert!(matches!(error, StepError::Refusal(Refusal::Data(_))), "{error}");
        assert_eq!(error.remedy(), Remedy::GiveUp);
        assert!(chain.world().accepted.is_empty());
    }
}

#[tokio::test]
async fn data_with_another_encoding_than_the_tasks_is_refused() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    chain.world().task.encoding.0[0] ^= 1;
    let services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open(folder.path()).unwrap();
    let error = work_in(&services, &state).await.unwrap_err();
    assert!(matches!(error, StepError::Refusal(Refusal::Data(_))), "{error}");
    assert!(chain.world().accepted.is_empty());
}

/// Two outputs can be 3 * 7 * 31 apart, and an architecture with 9 bits for that allows 510.
#[tokio::test]
async fn a_model_that_some_data_could_make_unprovable_is_not_committed_to() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    let mut services = services_on(&chain, &Fuse::endless());
    let mut unsafe_model = perfect_model();
    unsafe_model.layers[1].weights = vec![3, 3, 3, -4, -4, -4];
    assert!(unsafe_model.check(&tiny()).is_ok() && unsafe_model.is_safe(&tiny()).is_err());
    services.trainer = Arc::new(ReadyTrainer(unsafe_model));
    let state = StateDir::open(folder.path()).unwrap();
    let error = work_in(&services, &state).await.unwrap_err();
    assert!(matches!(error, StepError::Refusal(Refusal::Model(_))), "{error}");
    assert_eq!(error.remedy(), Remedy::GiveUp);
    assert_eq!(state.journal(TASK).unwrap().progress().unwrap().commitment, None);
    assert!(chain.world().accepted.is_empty());
}

#[tokio::test]
async fn an_unreachable_store_is_asked_again() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    let mut services = services_on(&chain, &Fuse::endless());
    services.blobs = Arc::new(FakeStore { blob: None, stores: false, fuse: Fuse::endless() });
    let state = StateDir::open(folder.path()).unwrap();
    let error = work_in(&services, &state).await.unwrap_err();
    assert!(matches!(error, StepError::Store(_)));
    assert_eq!(error.remedy(), Remedy::Again);
}

#[tokio::test]
async fn a_model_is_delivered_without_a_copy_if_none_can_be_stored() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    let mut services = services_on(&chain, &Fuse::endless());
    services.blobs =
        Arc::new(FakeStore { blob: Some(chain.blob()), stores: false, fuse: Fuse::endless() });
    let state = StateDir::open(folder.path()).unwrap();
    assert_eq!(work_in(&services, &state).await.unwrap(), Ending::Paid);
    let attestation = chain.world().deliveries[&WORKER].sealed.unwrap().attestation;
    assert_eq!(attestation.model_blob, None);
}

#[tokio::test]
async fn a_full_disk_stops_before_the_chain_hears_anything() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    let services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open_on(folder.path(), Arc::new(FullDisk)).unwrap();
    let error = work_in(&services, &state).await.unwrap_err();
    assert!(matches!(error, StepError::State(StateError::Io { .. })));
    assert!(error.to_string().contains("the disk is full"), "{error}");
    assert_eq!(error.remedy(), Remedy::Again);
    assert!(chain.world().accepted.is_empty());
}

#[tokio::test]
async fn too_little_money_is_said_and_tried_again() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    let services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open(folder.path()).unwrap();
    begin(&services, &state).await.unwrap();
    chain.world().free = 1;
    let error = work_in(&services, &state).await.unwrap_err();
    assert!(matches!(error, StepError::Chain(ChainError::CannotPay)));
    assert_eq!(error.remedy(), Remedy::Again);
}

#[tokio::test]
async fn a_reveal_that_fails_gives_the_stake_back() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    chain.world().honest = false;
    let ending = work(&chain, folder.path(), &Fuse::endless()).await.unwrap();
    let (outcome, claim) = (Outcome::RevealFailed, ClaimStage::Silent);
    assert_eq!(ending, Ending::Over { outcome, claim });
    assert!(!ending.costs_the_stake());
}

#[tokio::test]
async fn a_useless_model_is_conceded_and_loses_nothing() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    let mut services = services_on(&chain, &Fuse::endless());
    services.trainer = Arc::new(ReadyTrainer(Weights::zero(&tiny())));
    let state = StateDir::open(folder.path()).unwrap();
    let ending = work_in(&services, &state).await.unwrap();
    assert_eq!(ending, Ending::Conceded);
    assert_eq!(chain.world().accepted, ["commit", "withdraw"]);
    assert_eq!(chain.world().free, 1000 * NNK);
}

/// A kill before and after each write and each message.
#[tokio::test]
async fn a_kill_while_a_useless_model_is_conceded_loses_nothing() {
    for moments in 0.. {
        let (chain, folder) = (FakeChain::new(circuits()), folder());
        let fuse = Fuse::of(moments);
        let work_killed = |fuse: Fuse| {
            let (chain, folder) = (chain.clone(), folder.path().to_owned());
            async move {
                let mut services = services_on(&chain, &fuse);
                services.trainer = Arc::new(ReadyTrainer(Weights::zero(&tiny())));
                let state = StateDir::open_on(&folder, Arc::new(FuseDisk(fuse.clone())))?;
                work_in(&services, &state).await
            }
        };
        let first = work_killed(fuse.clone()).await;
        if !fuse.is_burnt() {
            assert!(matches!(first, Ok(Ending::Conceded)), "{first:?}");
            assert!(moments > 20, "only {moments} moments were tried");
            return;
        }
        let second = work_killed(Fuse::endless()).await;
        assert!(matches!(second, Ok(Ending::Conceded)), "{moments}: {second:?}");
        assert_eq!(chain.world().free, 1000 * NNK, "{moments}");
    }
}

/// In the curriculum it frees no stake, but the claim phase need not wait for this worker.
#[tokio::test]
async fn a_useless_model_is_conceded_in_the_curriculum_too() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    chain.world().task.funding = Funding::Curriculum;
    let mut services = services_on(&chain, &Fuse::endless());
    services.trainer = Arc::new(ReadyTrainer(Weights::zero(&tiny())));
    let state = StateDir::open(folder.path()).unwrap();
    assert_eq!(work_in(&services, &state).await.unwrap(), Ending::Conceded);
    assert_eq!(chain.world().accepted, ["commit", "withdraw"]);
}

/// Nobody else asks for further proofs or settles, and the better claims are lies. A round lasts
/// ten blocks, and the sweep has eight more.
#[tokio::test]
async fn a_worker_gets_past_liars_and_settles_by_itself() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    chain.world().sweeps = false;
    let services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open(folder.path()).unwrap();
    let journal = begin(&services, &state).await.unwrap();
    work_until(&services, &journal, "claim").await;
    // They claim what a perfect model has, and have committed before.
    let sequence = chain.world().commitments[&WORKER].sequence;
    chain.world().commitments.get_mut(&WORKER).unwrap().sequence = sequence + 9;
    chain.world().add_rivals((0..2).map(|place| ClaimKey::new(64, place)));
    let claimed_at = chain.world().now;
    assert_eq!(work_in(&services, &state).await.unwrap(), Ending::Paid);
    let accepted = ["commit", "claim", "ask", "submit scores", "settle", "deliver"];
    let world = chain.world();
    assert_eq!(world.accepted, accepted);
    let round = world.task.round.unwrap();
    assert_eq!((round.number, round.began), (2, claimed_at + 18));
    assert_eq!(world.task.settlement.unwrap().at, round.began + 18);
}

#[tokio::test]
async fn many_better_claims_make_a_worker_concede() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    let services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open(folder.path()).unwrap();
    let journal = begin(&services, &state).await.unwrap();
    let claim = work_until(&services, &journal, "claim").await;
    assert_eq!(claim, Action::Claim(64));
    chain.world().commitments.get_mut(&WORKER).unwrap().sequence = 999;
    chain.world().add_rivals((0..253).map(|place| ClaimKey::new(64, place)));
    assert_eq!(services.plan(TASK, &journal).await.unwrap().0, claim, "all of them may be lies");
    chain.world().add_rivals([ClaimKey::new(64, 253)]);
    let concede = services.plan(TASK, &journal).await.unwrap().0;
    assert_eq!(concede, Action::Concede(Concession::Beaten));
    assert_eq!(work_in(&services, &state).await.unwrap(), Ending::Conceded);
    assert_eq!(chain.world().free, 1000 * NNK);
}

/// The worker is asked, and then it does not run until the round is over.
#[tokio::test]
async fn a_claim_that_is_not_proved_costs_the_stake() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    let services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open(folder.path()).unwrap();
    let journal = begin(&services, &state).await.unwrap();
    work_until(&services, &journal, "prove").await;
    let end = chain.world().task.round.unwrap().began + 10;
    while chain.world().now < end {
        chain.world().pass();
    }
    assert!(chain.world().task.settlement.is_some());
    let ending = work_in(&services, &state).await.unwrap();
    let (outcome, claim) = (Outcome::NoWinner, ClaimStage::Asked);
    assert_eq!(ending, Ending::Over { outcome, claim });
    assert!(ending.costs_the_stake());
}

/// The task ends without a winner, and nobody loses anything.
#[tokio::test]
async fn nothing_is_claimed_once_a_circuit_is_disabled() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    let services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open(folder.path()).unwrap();
    let journal = begin(&services, &state).await.unwrap();
    work_until(&services, &journal, "claim").await;
    let circuit = circuits().delivery.info().id();
    chain.world().circuits.get_mut(&circuit).unwrap().status = CircuitStatus::Disabled;
    let waits = services.plan(TASK, &journal).await.unwrap().0;
    assert_eq!(waits, Action::Wait(Waiting::Disabled));
    let ending = work_in(&services, &state).await.unwrap();
    let (outcome, claim) = (Outcome::Voided, ClaimStage::Silent);
    assert_eq!(ending, Ending::Over { outcome, claim });
    assert_eq!(chain.world().accepted, ["commit"]);
}

/// A task of the curriculum whose champion is wrong about everything.
fn crowned() -> FakeChain {
    let chain = FakeChain::new(circuits());
    chain.world().task.funding = Funding::Curriculum;
    chain.crown(&Weights::zero(&tiny()));
    chain
}

#[tokio::test]
async fn the_champion_is_read_from_the_chain_scored_and_proved_in_the_same_call() {
    let (chain, folder) = (crowned(), folder());
    let services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open(folder.path()).unwrap();
    let journal = begin(&services, &state).await.unwrap();
    work_until(&services, &journal, "claim").await;
    let score = journal.score().unwrap();
    assert_eq!((score.points(), score.champion.unwrap().points), (64, 0));
    let submit = work_until(&services, &journal, "submit-scores").await;
    let (own, champion) = (vec![1, 4], vec![1, 4]);
    assert_eq!(submit, Action::SubmitScores { own, champion });
    assert_eq!(work_in(&services, &state).await.unwrap(), Ending::Paid);
    assert_eq!(chain.world().accepted, ["commit", "claim", "submit scores", "deliver"]);
    let reference = chain.world().task.reference.clone().unwrap();
    assert_eq!((reference.proved_blocks(), reference.points), (2, 0));
}

/// A kill before and after each write and each message.
#[tokio::test]
async fn a_kill_at_any_moment_of_a_task_with_a_champion_loses_nothing() {
    for moments in 0.. {
        let (chain, folder) = (crowned(), folder());
        let fuse = Fuse::of(moments);
        let first = work(&chain, folder.path(), &fuse).await;
        if !fuse.is_burnt() {
            assert!(matches!(first, Ok(Ending::Paid)), "{first:?}");
            assert!(moments > 45, "only {moments} moments were tried");
            return;
        }
        let second = work(&chain, folder.path(), &Fuse::endless()).await;
        assert!(matches!(second, Ok(Ending::Paid)), "{moments}: {second:?}");
        let world = chain.world();
        assert_eq!((world.models.len(), world.payments), (1, 1), "{moments}");
        assert!(!world.task.reference_is_open(), "{moments}");
    }
}

/// The chain has no room for more than the own proofs.
#[tokio::test]
async fn what_of_the_champion_fits_into_no_call_is_sent_afterwards() {
    let (chain, folder) = (crowned(), folder());
    chain.world().most_scores = 2;
    assert_eq!(work(&chain, folder.path(), &Fuse::endless()).await.unwrap(), Ending::Paid);
    let accepted = ["commit", "claim", "submit scores", "prove champion", "deliver"];
    assert_eq!(chain.world().accepted, accepted);
}

#[tokio::test]
async fn blocks_of_the_champion_that_others_have_proved_are_left_out() {
    let (chain, folder) = (crowned(), folder());
    let services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open(folder.path()).unwrap();
    let journal = begin(&services, &state).await.unwrap();
    work_until(&services, &journal, "prove-champion").await;
    if let Some(reference) = &mut chain.world().task.reference {
        reference.note(0, 0);
    }
    let rest = services.plan(TASK, &journal).await.unwrap().0;
    assert_eq!(rest, Action::ProveChampion(vec![4]));
    let submit = work_until(&services, &journal, "submit-scores").await;
    let (own, champion) = (vec![1, 4], vec![4]);
    assert_eq!(submit, Action::SubmitScores { own, champion });
    assert_eq!(work_in(&services, &state).await.unwrap(), Ending::Paid);
}

/// Whatever a node says, no other model is taken for the champion.
#[tokio::test]
async fn a_champion_that_is_not_the_one_of_its_commitment_is_refused() {
    let faults: [fn(&mut crate::chain::DeliveredModel); 6] = [
        |delivered| delivered.chunks[0][0][31] ^= 1,
        |delivered| delivered.chunks.clear(),
        |delivered| delivered.delivery.key.0[31] ^= 1,
        |delivered| delivered.task.encoding.0[0] ^= 1,
        |delivered| delivered.delivery.sealed.as_mut().unwrap().key.masked_key[31] ^= 1,
        |delivered| delivered.delivery.sealed = None,
    ];
    for spoil in faults {
        let (chain, folder) = (crowned(), folder());
        let services = services_on(&chain, &Fuse::endless());
        let state = StateDir::open(folder.path()).unwrap();
        let journal = begin(&services, &state).await.unwrap();
        let score = work_until(&services, &journal, "score").await;
        let (_, right) = chain.world().champion.clone().unwrap();
        if let Some((_, delivered)) = &mut chain.world().champion {
            spoil(delivered);
        }
        let error = take(&services, &journal, &score).await.unwrap_err();
        assert!(matches!(error, StepError::Champion(_)), "{error}");
        assert_eq!(error.remedy(), Remedy::Again);
        assert!(error.to_string().contains("chain.urls"), "{error}");
        if let Some((_, delivered)) = &mut chain.world().champion {
            *delivered = right;
        }
        assert_eq!(work_in(&services, &state).await.unwrap(), Ending::Paid);
    }
}

#[test]
fn a_proof_that_goes_on_tells_of_the_champion_whose_score_it_proves() {
    let told = [Whose::Own, Whose::Champion].map(|whose| prove::stage_of(whose, Stage::Prove));
    assert_eq!(told, ["proving", "the champion's score: proving"]);
}

#[tokio::test]
async fn a_proof_of_the_champion_that_does_not_hold_is_made_again() {
    let (chain, folder) = (crowned(), folder());
    let services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open(folder.path()).unwrap();
    let journal = begin(&services, &state).await.unwrap();
    let submit = work_until(&services, &journal, "submit-scores").await;
    let mut fact = journal.proof(Whose::Champion, 4).unwrap();
    fact.score.proof.0[255] ^= 1;
    journal.save_proof(Whose::Champion, &fact).unwrap();
    let error = take(&services, &journal, &submit).await.unwrap_err();
    assert!(matches!(error, StepError::PutAside { .. }), "{error}");
    let next = services.plan(TASK, &journal).await.unwrap().0;
    assert_eq!(next, Action::ProveChampion(vec![4]));
    assert_eq!(work_in(&services, &state).await.unwrap(), Ending::Paid);
}

#[tokio::test]
async fn work_that_is_asked_to_end_ends_with_everything_kept() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    let services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open(folder.path()).unwrap();
    let journal = begin(&services, &state).await.unwrap();
    let stop = CancellationToken::new();
    stop.cancel();
    let step = step(&services, &journal, &stop);
    let stopped = step.take(&Action::Prove(vec![1, 4])).await;
    assert!(matches!(stopped, Err(StepError::Stopped)));
    assert_eq!(journal.progress().unwrap(), Default::default());
}

/// Takes steps until the commitment waits for the test blocks.
async fn commit_in(services: &Services, journal: &Journal) {
    let stop = CancellationToken::new();
    let step = step(services, journal, &stop);
    loop {
        match services.plan(TASK, journal).await.unwrap().0 {
            Action::Wait(waiting) => {
                assert_eq!(waiting, Waiting::Reveal);
                return;
            }
            action => step.take(&action).await.unwrap(),
        }
    }
}

fn ending(journal: &Journal) -> Option<Ending> {
    let closed = journal.progress().unwrap().ending;
    closed.map(|fact| fact.ending)
}

#[tokio::test]
async fn a_commitment_is_taken_back_and_then_the_journal_closed() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    let services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open(folder.path()).unwrap();
    let journal = begin(&services, &state).await.unwrap();
    commit_in(&services, &journal).await;
    withdraw(&services, TASK, Some(&journal)).await.unwrap();
    assert_eq!(ending(&journal), Some(Ending::Withdrawn));
    let world = chain.world();
    assert_eq!(world.accepted, ["commit", "withdraw"]);
    assert_eq!(world.free, 1000 * NNK);
}

#[tokio::test]
async fn a_commitment_of_another_state_directory_is_taken_back_too() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    let services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open(folder.path()).unwrap();
    let journal = begin(&services, &state).await.unwrap();
    commit_in(&services, &journal).await;
    withdraw(&services, TASK, None).await.unwrap();
    assert_eq!(chain.world().free, 1000 * NNK);
}

#[tokio::test]
async fn a_withdrawal_that_comes_too_late_leaves_the_journal_open() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    let services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open(folder.path()).unwrap();
    let journal = begin(&services, &state).await.unwrap();
    commit_in(&services, &journal).await;
    chain.world().now = 115;
    let refused = withdraw(&services, TASK, Some(&journal)).await;
    assert!(matches!(refused, Err(WithdrawError::TooLate(TASK))));
    assert_eq!(ending(&journal), None);
    assert_eq!(chain.world().accepted, ["commit"]);
}

#[tokio::test]
async fn a_commitment_is_taken_back_after_the_reveal_until_a_score_is_claimed() {
    for (step, is_claimed) in [("claim", false), ("prove", true)] {
        let (chain, folder) = (FakeChain::new(circuits()), folder());
        let services = services_on(&chain, &Fuse::endless());
        let state = StateDir::open(folder.path()).unwrap();
        let journal = begin(&services, &state).await.unwrap();
        work_until(&services, &journal, step).await;
        let withdrawn = withdraw(&services, TASK, Some(&journal)).await;
        if is_claimed {
            assert!(matches!(withdrawn, Err(WithdrawError::TooLate(TASK))));
            assert_eq!(ending(&journal), None);
        } else {
            withdrawn.unwrap();
            assert_eq!(ending(&journal), Some(Ending::Withdrawn));
        }
    }
}

#[tokio::test]
async fn a_kill_during_a_withdrawal_leaves_a_task_that_goes_on_or_is_withdrawn_again() {
    for (moments, next) in [(0, Action::Wait(Waiting::Reveal)), (1, Action::Commit)] {
        let (chain, folder) = (FakeChain::new(circuits()), folder());
        let services = services_on(&chain, &Fuse::endless());
        let state = StateDir::open(folder.path()).unwrap();
        let journal = begin(&services, &state).await.unwrap();
        commit_in(&services, &journal).await;
        let killed = services_on(&chain, &Fuse::of(moments));
        assert!(withdraw(&killed, TASK, Some(&journal)).await.is_err());
        assert_eq!(ending(&journal), None, "{moments}");
        assert_eq!(services.plan(TASK, &journal).await.unwrap().0, next);
        withdraw(&services, TASK, Some(&journal)).await.unwrap();
        assert_eq!(ending(&journal), Some(Ending::Withdrawn), "{moments}");
        assert_eq!(chain.world().free, 1000 * NNK, "{moments}");
    }
}

#[tokio::test]
async fn nothing_is_sent_if_there_is_nothing_to_take_back() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    let services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open(folder.path()).unwrap();
    let journal = begin(&services, &state).await.unwrap();
    for journal in [None, Some(&journal)] {
        let refused = withdraw(&services, TASK, journal).await;
        assert!(matches!(refused, Err(WithdrawError::NoCommitment(TASK))));
    }
    let unknown = withdraw(&services, TASK + 1, None).await;
    assert!(matches!(unknown, Err(WithdrawError::NoTask(_))));
    assert_eq!(ending(&journal), None);
    assert!(chain.world().accepted.is_empty());
}

#[tokio::test]
async fn a_node_that_has_not_come_to_the_task_yet_does_not_end_it() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    let services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open(folder.path()).unwrap();
    let journal = begin(&services, &state).await.unwrap();
    let stop = CancellationToken::new();
    let step = step(&services, &journal, &stop);
    let (gone, chosen_at) = (Action::End(Ending::Gone), journal.chosen().unwrap().at);
    chain.world().syncing_at = Some(chosen_at - 1);
    let waiting = Action::Wait(Waiting::Finality { paid: false });
    assert_eq!(services.plan(TASK, &journal).await.unwrap().0, waiting);
    let early = step.take(&gone).await;
    assert!(matches!(early, Err(StepError::MovedOn(_))));
    assert_eq!(ending(&journal), None);
    chain.world().syncing_at = Some(chosen_at);
    assert_eq!(services.plan(TASK, &journal).await.unwrap().0, gone);
    chain.world().syncing_at = None;
    assert_eq!(services.plan(TASK, &journal).await.unwrap().0, Action::FetchData);
}

#[tokio::test]
async fn an_ending_that_is_not_final_is_not_believed() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    let services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open(folder.path()).unwrap();
    let journal = begin(&services, &state).await.unwrap();
    let stop = CancellationToken::new();
    let step = step(&services, &journal, &stop);
    let early = step.take(&Action::End(Ending::Paid)).await;
    assert!(matches!(early, Err(StepError::MovedOn(_))));
    assert_eq!(journal.progress().unwrap().ending, None);
    assert_eq!(services.plan(TASK, &journal).await.unwrap().0, Action::FetchData);
}

/// What `submit` reports after its own payment, and what closes the journal later.
#[tokio::test]
async fn a_payment_that_is_not_final_is_waited_for_and_then_ends_the_task() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    chain.world().final_lag = 3;
    let services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open(folder.path()).unwrap();
    assert_eq!(work_in(&services, &state).await.unwrap(), Ending::Paid);
    let journal = state.journal(TASK).unwrap();
    let closed = journal.progress().unwrap().ending.unwrap();
    let world = chain.world();
    assert_eq!(world.payments, 1);
    assert_eq!(closed.at + 3, world.now);
}

/// Takes steps until this one is next, and gives it.
async fn work_until(services: &Services, journal: &Journal, step: &str) -> Action {
    loop {
        let (action, view) = services.plan(TASK, journal).await.unwrap();
        match action {
            action if action.name() == step => return action,
            Action::Wait(_) => {
                services.chain.wait_for(view.now + 1).await.unwrap();
            }
            action => take(services, journal, &action).await.unwrap(),
        }
    }
}

async fn take(services: &Services, journal: &Journal, action: &Action) -> Result<(), StepError> {
    let stop = CancellationToken::new();
    let step = step(services, journal, &stop);
    step.take(action).await
}

#[tokio::test]
async fn the_key_is_sent_with_the_last_chunk_when_the_turn_is_final() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    chain.world().final_lag = 4;
    let services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open(folder.path()).unwrap();
    let journal = begin(&services, &state).await.unwrap();
    work_until(&services, &journal, "deliver").await;
    let world = chain.world();
    assert_eq!(world.now, world.task.settlement.unwrap().turn_began + 4);
    assert_eq!(world.accepted.last(), Some(&"submit scores"));
}

/// A third of a turn of 30 blocks is kept for the key.
#[tokio::test]
async fn the_key_is_sent_with_a_warning_if_finality_takes_too_long() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    chain.world().final_lag = 1000;
    let (mut services, told) = (services_on(&chain, &Fuse::endless()), Arc::<Warnings>::default());
    services.notices = Notices::to(vec![told.clone()]);
    let state = StateDir::open(folder.path()).unwrap();
    let journal = begin(&services, &state).await.unwrap();
    let deliver = work_until(&services, &journal, "deliver").await;
    let began = chain.world().task.settlement.unwrap().turn_began;
    assert_eq!(chain.world().now, began + 19);
    assert_eq!(told.take(), [""; 0]);
    take(&services, &journal, &deliver).await.unwrap();
    assert_eq!(chain.world().payments, 1);
    let warnings = told.take();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("is not final yet"), "{warnings:?}");
}

#[tokio::test]
async fn no_key_is_shown_when_no_block_of_the_turn_can_take_it() {
    for (blocks_later, is_over) in [(29, false), (30, true)] {
        let (chain, folder) = (FakeChain::new(circuits()), folder());
        let services = services_on(&chain, &Fuse::endless());
        let state = StateDir::open(folder.path()).unwrap();
        let journal = begin(&services, &state).await.unwrap();
        let deliver = work_until(&services, &journal, "deliver").await;
        let began = chain.world().task.settlement.unwrap().turn_began;
        chain.world().now = began + blocks_later;
        let error = take(&services, &journal, &deliver).await.unwrap_err();
        let is_late = matches!(error, StepError::Chain(ChainError::TooLate(_)));
        let has_moved_on = matches!(error, StepError::MovedOn(_));
        assert_eq!((is_late, has_moved_on), (!is_over, is_over), "{error}");
        assert_eq!(error.remedy(), Remedy::Look);
        assert_eq!(chain.world().accepted.last(), Some(&"submit scores"));
    }
}

/// As it may be after a restart with a version of the program that uploads all chunks first.
#[tokio::test]
async fn a_last_chunk_that_is_on_the_chain_is_not_sent_again() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    let services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open(folder.path()).unwrap();
    let journal = begin(&services, &state).await.unwrap();
    let deliver = work_until(&services, &journal, "deliver").await;
    take(&services, &journal, &Action::UploadChunk(0)).await.unwrap();
    assert_eq!(services.plan(TASK, &journal).await.unwrap().0, deliver);
    assert_eq!(work_in(&services, &state).await.unwrap(), Ending::Paid);
    assert!(chain.opened() == Some(perfect_model()));
}

#[tokio::test]
async fn a_disk_that_becomes_full_in_the_turn_does_not_keep_the_model_from_being_paid() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    let (mut services, told) = (services_on(&chain, &Fuse::endless()), Arc::<Warnings>::default());
    services.notices = Notices::to(vec![told.clone()]);
    let disk = FillingDisk::default();
    let state = StateDir::open_on(folder.path(), Arc::new(disk.clone())).unwrap();
    let journal = begin(&services, &state).await.unwrap();
    work_until(&services, &journal, "seal-key").await;
    disk.set_full(true);
    let end = work_until(&services, &journal, "end").await;
    assert_eq!(chain.world().payments, 1);
    let attestation = chain.world().deliveries[&WORKER].sealed.unwrap().attestation;
    assert!(attestation.model_blob.is_some());
    let warnings = told.take();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings.iter().all(|text| text.contains("the disk is full")), "{warnings:?}");
    assert!(take(&services, &journal, &end).await.is_err());
    disk.set_full(false);
    take(&services, &journal, &end).await.unwrap();
    assert_eq!(ending(&journal), Some(Ending::Paid));
}

/// Two proofs of a circuit with so many rows take 32,768 seconds.
#[tokio::test]
async fn memory_for_a_proof_is_waited_for_until_there_is_no_more_time() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    chain.world().task.terms.periods.prove = 100_000;
    let (mut services, told) = (services_on(&chain, &Fuse::endless()), Arc::<Warnings>::default());
    services.notices = Notices::to(vec![told.clone()]);
    let state = StateDir::open(folder.path()).unwrap();
    let journal = begin(&services, &state).await.unwrap();
    work_until(&services, &journal, "prove").await;
    let info = CircuitInfo { constraints: u32::MAX, ..circuits().score.info().clone() };
    let (huge, stop) = (record(&info), CancellationToken::new());
    let step = step(&services, &journal, &stop);
    let error = prove::need_memory(&step, Whose::Own, &huge, 2).await.unwrap_err();
    assert!(matches!(error, StepError::Shortage(Shortage::Proof { .. })), "{error}");
    assert_eq!(error.remedy(), Remedy::Again);
    chain.world().now += 40_000;
    let one = prove::need_memory(&step, Whose::Own, &huge, 1).await;
    assert!(one.is_err(), "there is time for one");
    let champion = prove::need_memory(&step, Whose::Champion, &huge, 2).await.unwrap_err();
    assert!(matches!(champion, StepError::Shortage(Shortage::Proof { .. })), "{champion}");
    assert_eq!(told.take(), [""; 0]);
    prove::need_memory(&step, Whose::Own, &huge, 2).await.unwrap();
    let warnings = told.take();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("tried all the same"), "{warnings:?}");
}

/// The round has ten blocks of a second.
#[tokio::test]
async fn a_champion_that_takes_too_long_is_proved_after_the_own_proofs_are_sent() {
    let (chain, folder) = (crowned(), folder());
    let mut services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open(folder.path()).unwrap();
    let journal = begin(&services, &state).await.unwrap();
    let prove = work_until(&services, &journal, "prove-champion").await;
    services.config.proving.seconds_per_block = 5;
    let error = take(&services, &journal, &prove).await.unwrap_err();
    assert!(matches!(error, StepError::OwnFirst), "{error}");
    assert_eq!(error.remedy(), Remedy::Look);
    assert!(journal.progress().unwrap().champion_proofs.is_empty());
    chain.world().now += 3;
    let submit = services.plan(TASK, &journal).await.unwrap().0;
    let (own, champion) = (vec![1, 4], Vec::new());
    assert_eq!(submit, Action::SubmitScores { own, champion });
    take(&services, &journal, &submit).await.unwrap();
    assert_eq!(services.plan(TASK, &journal).await.unwrap().0, prove);
    assert_eq!(work_in(&services, &state).await.unwrap(), Ending::Paid);
    let accepted = ["commit", "claim", "submit scores", "prove champion", "deliver"];
    assert_eq!(chain.world().accepted, accepted);
}

/// The chain works through each block again, so a call has room for so many.
#[tokio::test]
async fn proofs_that_do_not_fit_into_one_call_are_sent_in_several() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    chain.world().most_scores = 1;
    let ending = work(&chain, folder.path(), &Fuse::endless()).await.unwrap();
    assert_eq!(ending, Ending::Paid);
    let accepted = ["commit", "claim", "submit scores", "submit scores", "deliver"];
    assert_eq!(chain.world().accepted, accepted);
}

#[tokio::test]
async fn a_proof_that_fits_into_no_call_is_kept() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    chain.world().most_scores = 0;
    let services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open(folder.path()).unwrap();
    let journal = begin(&services, &state).await.unwrap();
    let submit = work_until(&services, &journal, "submit-scores").await;
    let error = take(&services, &journal, &submit).await.unwrap_err();
    assert!(matches!(error, StepError::Chain(ChainError::TooLarge)), "{error}");
    assert_eq!(error.remedy(), Remedy::Again);
    assert_eq!(services.plan(TASK, &journal).await.unwrap().0, submit);
}

/// Whoever does not deliver in its turn loses the stake, and this proof is a small one.
#[tokio::test]
async fn a_key_is_sealed_while_other_proofs_have_all_places_and_memory_is_short() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    let mut services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open(folder.path()).unwrap();
    let journal = begin(&services, &state).await.unwrap();
    let seal = work_until(&services, &journal, "seal-key").await;
    services.config.limits.free_memory_mib = u64::MAX;
    let _others = services.permits.proofs.try_acquire().unwrap();
    assert_eq!(services.permits.proofs.available_permits(), 0);
    let sealing = take(&services, &journal, &seal);
    let sealed = tokio::time::timeout(std::time::Duration::from_secs(60), sealing).await;
    sealed.expect("it waits for another proof").unwrap();
    assert!(journal.progress().unwrap().sealed);
}

fn spoil_score(journal: &Journal) {
    let mut fact = journal.proof(Whose::Own, 4).unwrap();
    fact.score.points -= 1;
    journal.save_proof(Whose::Own, &fact).unwrap();
}

fn spoil_sums(journal: &Journal) {
    let mut fact = journal.proof(Whose::Own, 4).unwrap();
    fact.score.sums[31] ^= 1;
    journal.save_proof(Whose::Own, &fact).unwrap();
}

fn take_inputs_that_are_no_element(journal: &Journal) {
    let mut fact = journal.proof(Whose::Own, 4).unwrap();
    fact.score.inputs = [0xff; 32];
    journal.save_proof(Whose::Own, &fact).unwrap();
}

fn spoil_proof(journal: &Journal) {
    let mut fact = journal.proof(Whose::Own, 4).unwrap();
    fact.score.proof.0[255] ^= 1;
    journal.save_proof(Whose::Own, &fact).unwrap();
}

fn take_the_proof_of_another_block(journal: &Journal) {
    let [right, wrong] = [1, 4].map(|block| journal.proof_file(Whose::Own, block));
    std::fs::copy(right, wrong).unwrap();
}

fn cut_proof(journal: &Journal) {
    std::fs::write(journal.proof_file(Whose::Own, 4), "{").unwrap();
}

#[tokio::test]
async fn a_proof_that_is_damaged_or_does_not_hold_is_made_again() {
    let faults: [fn(&Journal); 6] = [
        spoil_score,
        spoil_sums,
        take_inputs_that_are_no_element,
        spoil_proof,
        take_the_proof_of_another_block,
        cut_proof,
    ];
    for spoil in faults {
        let (chain, folder) = (FakeChain::new(circuits()), folder());
        let services = services_on(&chain, &Fuse::endless());
        let state = StateDir::open(folder.path()).unwrap();
        let journal = begin(&services, &state).await.unwrap();
        let submit = work_until(&services, &journal, "submit-scores").await;
        spoil(&journal);
        let error = take(&services, &journal, &submit).await.unwrap_err();
        assert!(matches!(error, StepError::PutAside { .. }), "{error}");
        assert_eq!(error.remedy(), Remedy::Look);
        let next = services.plan(TASK, &journal).await.unwrap().0;
        assert_eq!(next, Action::Prove(vec![4]));
        assert_eq!(work_in(&services, &state).await.unwrap(), Ending::Paid);
    }
}

/// In the curriculum the chain takes nothing more for free then.
#[tokio::test]
async fn whoever_owns_nothing_waits_for_the_next_session_after_a_proof_that_was_refused() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    chain.world().task.funding = Funding::Curriculum;
    let services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open(folder.path()).unwrap();
    let journal = begin(&services, &state).await.unwrap();
    let submit = work_until(&services, &journal, "submit-scores").await;
    chain.world().free = 0;
    spoil_proof(&journal);
    assert!(take(&services, &journal, &submit).await.is_err());
    assert!(chain.world().free_calls_ended);
    let next = services.plan(TASK, &journal).await.unwrap().0;
    assert_eq!(next, Action::Prove(vec![4]), "what is not sent goes on");
    take(&services, &journal, &next).await.unwrap();
    let waits = services.plan(TASK, &journal).await.unwrap().0;
    assert_eq!(waits, Action::Wait(Waiting::FreeCalls));
    let refused = take(&services, &journal, &submit).await.unwrap_err();
    assert!(matches!(refused, StepError::Chain(ChainError::CannotPay)), "{refused}");
    chain.world().free_calls_ended = false;
    assert_eq!(services.plan(TASK, &journal).await.unwrap().0, submit);
    take(&services, &journal, &submit).await.unwrap();
    assert!(chain.world().known);
}

#[tokio::test]
async fn whoever_owns_tokens_pays_after_a_proof_that_was_refused() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    chain.world().task.funding = Funding::Curriculum;
    let services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open(folder.path()).unwrap();
    let journal = begin(&services, &state).await.unwrap();
    let submit = work_until(&services, &journal, "submit-scores").await;
    chain.world().free_calls_ended = true;
    assert_eq!(services.plan(TASK, &journal).await.unwrap().0, submit);
    take(&services, &journal, &submit).await.unwrap();
    assert_eq!(chain.world().accepted, ["commit", "claim", "submit scores"]);
    assert!(!chain.world().known, "what is paid for makes nobody known");
}

#[tokio::test]
async fn a_proof_that_is_damaged_again_and_again_is_told_of_as_a_fault_of_the_machine() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    let services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open(folder.path()).unwrap();
    let journal = begin(&services, &state).await.unwrap();
    for _ in 0..3 {
        let submit = work_until(&services, &journal, "submit-scores").await;
        cut_proof(&journal);
        let error = take(&services, &journal, &submit).await.unwrap_err();
        assert!(matches!(error, StepError::PutAside { .. }), "{error}");
    }
    let submit = work_until(&services, &journal, "submit-scores").await;
    cut_proof(&journal);
    let error = take(&services, &journal, &submit).await.unwrap_err();
    assert!(matches!(error, StepError::State(StateError::AlwaysDamaged { .. })), "{error}");
    assert!(error.to_string().contains("another machine"), "{error}");
    assert_eq!(chain.world().accepted, ["commit", "claim"]);
}

#[tokio::test]
async fn proofs_that_hold_are_kept_when_the_chain_refuses_them() {
    let (chain, folder) = (FakeChain::new(circuits()), folder());
    let services = services_on(&chain, &Fuse::endless());
    let state = StateDir::open(folder.path()).unwrap();
    let journal = begin(&services, &state).await.unwrap();
    let stop = CancellationToken::new();
    let step = step(&services, &journal, &stop);
    let refusal = ChainError::Rejected {
        pallet: "Tasks".into(),
        error: "ProofRefused".into(),
        text: "no".into(),
    };
    let submit = work_until(&services, &journal, "submit-scores").await;
    let error = damaged::scores(&step, &[1, 4], &[], refusal.clone()).await;
    assert!(matches!(error, StepError::Chain(_)), "{error}");
    assert_eq!(services.plan(TASK, &journal).await.unwrap().0, submit);
    let deliver = work_until(&services, &journal, "deliver").await;
    let error = damaged::delivery(&step, refusal).await;
    assert!(matches!(error, StepError::Chain(_)), "{error}");
    assert_eq!(services.plan(TASK, &journal).await.unwrap().0, deliver);
}

fn spoil_masked_key(journal: &Journal) {
    let mut fact = journal.sealed().unwrap();
    fact.key.masked_key[31] ^= 1;
    journal.save_sealed(&fact).unwrap();
}

fn take_a_point_that_is_none(journal: &Journal) {
    let mut fact = journal.sealed().unwrap();
    fact.key.ephemeral.0[63] ^= 1;
    journal.save_sealed(&fact).unwrap();
}

fn spoil_delivery_proof(journal: &Journal) {
    let mut fact = journal.sealed().unwrap();
    fact.proof.0[255] ^= 1;
    journal.save_sealed(&fact).unwrap();
}

fn cut_delivery(journal: &Journal) {
    std::fs::write(journal.sealed_file(), "{").unwrap();
}

fn cut_copy(journal: &Journal) {
    std::fs::write(journal.folder().join("copy.json"), "{").unwrap();
}

#[tokio::test]
async fn a_delivery_that_is_damaged_or_does_not_hold_is_made_again() {
    let faults: [(fn(&Journal), Action); 5] = [
        (spoil_masked_key, Action::SealKey),
        (take_a_point_that_is_none, Action::SealKey),
        (spoil_delivery_proof, Action::SealKey),
        (cut_delivery, Action::SealKey),
        (cut_copy, Action::StoreCopy),
    ];
    for (spoil, next) in faults {
        let (chain, folder) = (FakeChain::new(circuits()), folder());
        let services = services_on(&chain, &Fuse::endless());
        let state = StateDir::open(folder.path()).unwrap();
        let journal = begin(&services, &state).await.unwrap();
        let deliver = work_until(&services, &journal, "deliver").await;
        let commitment = journal.progress().unwrap().commitment;
        spoil(&journal);
        let error = take(&services, &journal, &deliver).await.unwrap_err();
        assert!(matches!(error, StepError::PutAside { .. }), "{error}");
        assert_eq!(services.plan(TASK, &journal).await.unwrap().0, next);
        assert_eq!(work_in(&services, &state).await.unwrap(), Ending::Paid);
        assert_eq!(journal.progress().unwrap().commitment, commitment);
        assert!(chain.opened() == Some(perfect_model()));
    }
}

#[test]
fn places_are_as_many_as_configured() {
    let mut config = config();
    config.limits.proofs = 3;
    assert_eq!(Permits::of(&config).proofs.available_permits(), 3);
}

/// Changes one bit in the middle of a file.
fn flip_a_bit(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn what_was_damaged_before_a_commitment_is_fetched_or_trained_again() {
    for (step, file, next) in
        [("train", "train.blob", Action::FetchData), ("seal", "model.json", Action::Train)]
    {
        let (chain, folder) = (FakeChain::new(circuits()), folder());
        let services = services_on(&chain, &Fuse::endless());
        let state = StateDir::open(folder.path()).unwrap();
        let journal = begin(&services, &state).await.unwrap();
        let action = work_until(&services, &journal, step).await;
        flip_a_bit(&journal.folder().join(file));
        let error = take(&services, &journal, &action).await.unwrap_err();
        assert!(matches!(error, StepError::PutAside { .. }), "{error}");
        assert_eq!(services.plan(TASK, &journal).await.unwrap().0, next);
        assert_eq!(work_in(&services, &state).await.unwrap(), Ending::Paid);
    }
}

/// What a commitment asks for is what the owner has configured, but nothing in the curriculum.
#[tokio::test]
async fn a_commitment_carries_the_least_price() {
    for (funding, least) in [(Funding::Sponsored, 3 * NNK), (Funding::Curriculum, 0)] {
        let (chain, folder) = (FakeChain::new(circuits()), folder());
        chain.world().task.funding = funding;
        let mut services = services_on(&chain, &Fuse::endless());
        services.config.policy.least = crate::config::Tokens::whole(3);
        let state = StateDir::open(folder.path()).unwrap();
        let journal = begin(&services, &state).await.unwrap();
        commit_in(&services, &journal).await;
        let commitment = chain.world().commitments[&WORKER];
        assert_eq!((commitment.least, commitment.claim), (least, ClaimState::Silent));
    }
}

#[tokio::test]
async fn two_tasks_with_one_model_have_two_keys() {
    let mut commitments = Vec::new();
    for _ in 0..2 {
        let (chain, folder) = (FakeChain::new(circuits()), folder());
        let services = services_on(&chain, &Fuse::endless());
        let state = StateDir::open(folder.path()).unwrap();
        let journal = begin(&services, &state).await.unwrap();
        commit_in(&services, &journal).await;
        let commitment = chain.world().commitments[&WORKER];
        commitments.push((commitment.key, commitment.ciphertext, commitment.model));
    }
    let [first, second] = &commitments[..] else { panic!("two commitments") };
    assert!(first.0 != second.0 && first.1 != second.1 && first.2 != second.2);
}
