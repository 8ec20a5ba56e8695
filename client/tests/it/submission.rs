//! Submitting to a development chain on which nobody owns anything.

use crate::support::{
    custodian::{spec, Custodian},
    node::Node,
};
use nocknock_client::{
    calls,
    primitives::{
        circuit::ProofBytes,
        ids::ModelCommitment,
        limits::MAX_HALVINGS,
        phase::Phase,
        puzzle::Puzzle,
        task::{Funding, ProvedScore},
    },
    Client, Follow, Keys, SubmitError, Wait,
};
use std::time::Duration;
use tokio::time::sleep;

async fn ready(node: &Node) -> (Client, Custodian) {
    let client = node.client().await;
    client.wait_for_block(2, Follow::Finalised).await.expect("a growing chain");
    let custodian = Custodian::of(&client).await;
    (client, custodian)
}

/// Waits until the pot has enough for the most that so many tasks can mint.
async fn wait_for_budgets(client: &Client, custodian: &Custodian, tasks: u32) {
    loop {
        let best = client.best().await.expect("an answer");
        let curriculum = best.curriculum().await.expect("an answer");
        let entry = curriculum.iter().find(|(experiment, _)| *experiment == custodian.experiment);
        let weight = entry.expect("the experiment of the custodian").1.weight;
        let emission = best.emission().await.expect("an answer");
        let budgets = emission.unit(weight) * u128::from(MAX_HALVINGS * tasks);
        if emission.free_pot >= budgets {
            return;
        }
        sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_custodian_without_tokens_creates_a_task() {
    let node = Node::start();
    let (client, custodian) = ready(&node).await;
    let spec = spec(&client.best().await.expect("an answer"), &custodian.rules).await;
    let create = custodian.creation(&spec);
    let created = client.submit(&custodian.keys, &create, Wait::Finalised).await;
    let created = created.expect("a task");
    assert!(created.finalised && created.is_free());
    let task = created.task().expect("a new task");
    assert!(created.events.iter().any(|event| event.task() == Some(task)));

    let finalised = client.finalised().await.expect("an answer");
    let stored = finalised.task(task).await.expect("an answer").expect("the task");
    assert_eq!(stored.requester, custodian.keys.account());
    assert_eq!(stored.funding, Funding::Curriculum);
    assert_eq!(finalised.roots(task).await.expect("an answer"), spec.roots.to_vec());
    let phase = finalised.phase(task).await.expect("an answer").expect("a phase");
    assert_eq!(phase.phase, Phase::Created);
    assert!(phase.deadline.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_account_submits_from_several_tasks_at_a_time() {
    let node = Node::start();
    let (client, custodian) = ready(&node).await;
    let spec = spec(&client.best().await.expect("an answer"), &custodian.rules).await;
    let create = custodian.creation(&spec);
    let at_a_time = custodian.max_open.min(3);
    wait_for_budgets(&client, &custodian, at_a_time).await;
    let sending: Vec<_> = (0..at_a_time)
        .map(|_| {
            let (client, keys, create) = (client.clone(), custodian.keys.clone(), create.clone());
            tokio::spawn(async move { client.submit(&keys, &create, Wait::InBlock).await })
        })
        .collect();
    let mut tasks = Vec::new();
    for submission in sending {
        let included = submission.await.expect("no panic").expect("a task");
        tasks.push(included.task().expect("a new task"));
    }
    tasks.sort_unstable();
    let expected: Vec<u64> = (0..tasks.len() as u64).collect();
    assert_eq!(tasks, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submission_survives_the_death_of_the_node_and_takes_effect_once() {
    let mut node = Node::start();
    let (client, custodian) = ready(&node).await;
    let spec = spec(&client.best().await.expect("an answer"), &custodian.rules).await;
    let create = custodian.creation(&spec);
    let submission = {
        let (client, keys) = (client.clone(), custodian.keys.clone());
        tokio::spawn(async move { client.submit(&keys, &create, Wait::Finalised).await })
    };
    sleep(Duration::from_millis(400)).await;
    node.kill();
    node.run();
    let included = submission.await.expect("no panic").expect("a task");
    assert!(included.finalised);
    let tasks = client.finalised().await.expect("an answer").all_tasks().await;
    assert_eq!(tasks.expect("an answer").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn costs_are_known_before_anything_is_submitted() {
    let node = Node::start();
    let (client, custodian) = ready(&node).await;
    let spec = spec(&client.best().await.expect("an answer"), &custodian.rules).await;
    let create = custodian.creation(&spec);
    let account = custodian.keys.account();
    let estimate = client.estimate(&account, &create).await.expect("an estimate");
    assert!(estimate.fee > 0);
    assert_eq!((estimate.deposit, estimate.available), (0, 0));
    assert!(!estimate.is_affordable());

    let run = client.dry_run(&custodian.keys, &create).await.expect("a dry run");
    assert_eq!(run.outcome, Ok(()));
    assert_eq!(client.best().await.expect("an answer").task(0).await.expect("an answer"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_without_tokens_cannot_pay_for_other_calls() {
    let node = Node::start();
    let (client, _) = ready(&node).await;
    let stranger = Keys::generate();
    let call = calls::Balances::transfer(&Keys::generate().account(), 1).into();
    let error = client.submit(&stranger, &call, Wait::InBlock).await;
    let error = error.expect_err("no tokens");
    assert!(matches!(error, SubmitError::CannotPay), "{error}");
    let error = client.dry_run(&stranger, &call).await.expect_err("no tokens");
    assert!(matches!(error, SubmitError::CannotPay), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_with_a_forged_proof_is_not_taken() {
    let node = Node::start();
    let (client, _) = ready(&node).await;
    let worker = Keys::generate().account();
    let model = ModelCommitment([0; 32]);
    let proof = ProofBytes([0; 256]);
    let score = ProvedScore { points: 1, sums: [0; 32], inputs: [0; 32], proof };
    let terms = client.best().await.expect("an answer").registration_terms().await;
    let terms = terms.expect("an answer").expect("the chain draws seeds");
    let puzzle = Puzzle::of_registration(&terms.seed, &worker.0, &model, &score);
    let nonce = puzzle.solve(terms.bits, 0..).expect("there are enough numbers");
    let (seed, score) = (terms.newest, Box::new(score));
    let call = calls::Rewards::register_worker { worker, model, score, seed, nonce }.into();
    let error = client.submit_unsigned(&call, Wait::InBlock).await;
    let error = error.expect_err("a forged proof");
    assert!(matches!(error, SubmitError::Invalid { .. }), "{error}");
}
