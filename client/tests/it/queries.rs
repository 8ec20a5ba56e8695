//! Reading a fresh development chain.

use crate::support::node::Node;
use nocknock_client::{primitives::ids::ModelCommitment, Keys, QueryError, Snapshot};

fn text<const N: u32>(text: &str) -> nocknock_client::primitives::limits::Text<N> {
    text.as_bytes().to_vec().try_into().expect("a short text")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_has_an_answer_on_a_fresh_chain() {
    let node = Node::start();
    let client = node.client().await;
    let best = client.best().await.expect("an answer");
    tasks(&best).await.expect("answers about tasks");
    experiments(&best).await.expect("answers about experiments");
    rewards(&best).await.expect("answers about rewards");
    facts(&best).await.expect("answers about facts");
    provenance(&best).await.expect("answers about provenance");
    circuits(&best).await.expect("answers about circuits");
    tokens(&best).await.expect("answers about tokens");
    let none = client.at_number(1_000_000).await.expect_err("no such block");
    assert!(matches!(none, QueryError::NoSuchBlock(_)), "{none}");
}

fn alice() -> nocknock_client::AccountId {
    Keys::development("alice").expect("a development account").account()
}

async fn tasks(best: &Snapshot) -> Result<(), QueryError> {
    assert!(best.all_tasks().await?.is_empty());
    assert_eq!(best.task(0).await?, None);
    assert_eq!(best.phase(0).await?, None);
    assert!(best.roots(0).await?.is_empty());
    assert_eq!(best.commitment(0, &alice()).await?, None);
    assert!(best.commitments(0).await?.is_empty());
    assert_eq!(best.revealed_block(0, 0).await?, None);
    assert!(best.claims(0).await?.is_empty());
    assert!(best.asked(0).await?.is_empty());
    assert_eq!(best.equal_rows(0).await?, 0);
    assert!(best.ranking(0).await?.is_empty());
    assert_eq!(best.delivery(0, &alice()).await?, None);
    assert_eq!(best.chunk(0, &alice(), 0).await?, None);
    Ok(())
}

async fn experiments(best: &Snapshot) -> Result<(), QueryError> {
    let all = best.all_experiments().await?;
    let (number, experiment) = all.first().expect("an experiment of the curriculum");
    assert_eq!(best.experiment(*number).await?.as_ref(), Some(experiment));
    assert!(best.leaderboard(*number).await?.is_empty());
    assert_eq!(best.model(*number, 1).await?, None);
    assert!(best.models(*number, 1, 64).await?.is_empty());
    assert_eq!(best.champion(*number).await?, None);
    assert_eq!(best.pending_transfer(*number).await?, None);
    assert!(best.experiment_deposit(*number).await?.is_some());
    let owned = best.experiments_of(&experiment.owner, None, 64).await?;
    assert!(owned.contains(number));
    Ok(())
}

async fn rewards(best: &Snapshot) -> Result<(), QueryError> {
    let emission = best.emission().await?;
    assert_eq!((emission.minted, emission.burnt), (0, 0));
    let curriculum = best.curriculum().await?;
    let (_, entry) = curriculum.first().expect("an experiment of the curriculum");
    assert_eq!(entry.level, 0);
    assert!(entry.rules.min_test_rows > 0);
    assert!(emission.winners_part(entry.weight) < emission.unit(entry.weight));
    assert_eq!(best.curriculum_task(0).await?, None);
    assert_eq!(best.vesting(0).await?, None);
    assert!(best.practice().await?.is_some());
    assert_eq!(best.worker(&alice()).await?, None);
    best.registration_round(&alice()).await?;
    let terms = best.registration_terms().await?.expect("the chain draws seeds");
    assert!(terms.accepts(terms.newest) && terms.bits > 0);
    assert_eq!(best.work_points(&alice()).await?, 0);
    assert_eq!(best.total_work_points().await?, 0);
    assert!(!best.is_barred(&alice()).await?);
    assert!(best.candidates().await?.is_empty());
    assert!(best.seats().await?.contains(&alice()));
    assert!(best.elected().await?.contains(&alice()));
    assert_eq!(best.validators_pot().await?, 0);
    assert_eq!(best.seat_bond(&alice()).await?, None);
    Ok(())
}

async fn facts(best: &Snapshot) -> Result<(), QueryError> {
    assert_eq!(best.fact(0).await?, None);
    assert_eq!(best.confidence(0).await?, None);
    assert!(best.facts(0, 64).await?.is_empty());
    assert!(best.facts_by_domain(&text("physics")).await?.is_empty());
    assert_eq!(best.facts_by_subject(&text("physics"), &text("light")).await?, []);
    assert!(best.history(0).await?.is_empty());
    assert_eq!(best.case(0).await?, None);
    assert_eq!(best.stake(0, &alice()).await?, None);
    assert!(best.stakes(0).await?.is_empty());
    Ok(())
}

async fn provenance(best: &Snapshot) -> Result<(), QueryError> {
    assert_eq!(best.record(0).await?, None);
    assert!(best.records(0, 64).await?.is_empty());
    assert!(best.records_of_task(0).await?.is_empty());
    assert_eq!(best.records_of_model(ModelCommitment([1; 32])).await?, []);
    assert_eq!(best.earlier_records(0).await?, []);
    assert_eq!(best.anchor(0).await?, None);
    assert!(best.anchors(0, 64).await?.is_empty());
    assert_eq!(best.pending_records().await?, 0);
    assert!(best.inclusion_proof(0).await?.is_none());
    Ok(())
}

async fn circuits(best: &Snapshot) -> Result<(), QueryError> {
    let circuits = best.circuits().await?;
    let (id, record) = circuits.first().expect("a circuit");
    assert_eq!(record.info.id(), *id);
    assert_eq!(best.circuit(id).await?.as_ref(), Some(record));
    assert!(best.verifying_key(id).await?.is_some());
    let forged = nocknock_client::primitives::circuit::ProofBytes([0; 256]);
    let inputs = vec![[0; 32]; record.info.kind.public_inputs() as usize];
    assert!(!best.is_proved(id, &inputs, &forged).await?);
    Ok(())
}

async fn tokens(best: &Snapshot) -> Result<(), QueryError> {
    assert_eq!(best.total_issuance().await?, 0);
    let balance = best.balance(&alice()).await?;
    assert_eq!((balance.free, balance.held), (0, 0));
    assert_eq!(best.allowance_used(&alice()).await?, 0);
    assert!(!best.allowance_ended(&alice()).await?);
    assert!(!best.allowance_known(&alice()).await?);
    assert!(best.validators().await?.contains(&alice()));
    Ok(())
}
