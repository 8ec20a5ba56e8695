//! Finding a node and staying with its chain.

use crate::support::node::{free_port, Node};
use nocknock_client::{Client, ConnectError, ConnectOptions, Follow, Hash};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_client_tells_how_the_chain_stands() {
    let node = Node::start();
    let client = node.client().await;
    client.wait_for_block(3, Follow::Best).await.expect("a growing chain");
    let chain = client.chain().await.expect("an answer");
    assert_eq!(chain.genesis, client.genesis_hash());
    assert_eq!(chain.spec_name, "nocknock");
    assert!(chain.best.number >= 3 && chain.best.number >= chain.finalised.number);
    assert!(chain.slot_millis > 0 && chain.epoch_slots > 0);
    assert!(!chain.syncing);
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_are_tried_in_turn() {
    let node = Node::start();
    let nobody = format!("ws://127.0.0.1:{}", free_port());
    let client = Client::connect(&[nobody, node.url()]).await.expect("the second one");
    client.best().await.expect("an answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_restarts_is_found_again() {
    let mut node = Node::start();
    let client = node.client().await;
    let reached = client.wait_for_block(3, Follow::Best).await.expect("a growing chain");
    node.kill();
    node.run();
    let later = client.wait_for_block(reached.number + 3, Follow::Best).await;
    assert!(later.expect("a growing chain").number > reached.number);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_of_another_chain_is_refused() {
    let node = Node::start();
    let mut options = ConnectOptions::new(&[node.url()]);
    options.genesis = Some(Hash::repeat_byte(7));
    let error = Client::connect_with(options).await.expect_err("another genesis");
    assert!(error.to_string().contains("another chain"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_at_the_address_is_said_clearly() {
    let url = format!("ws://127.0.0.1:{}", free_port());
    let mut options = ConnectOptions::new(&[&url]);
    options.patience = Duration::from_millis(300);
    let error = Client::connect_with(options).await.expect_err("nobody there");
    assert!(error.to_string().contains(&url), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_none_is_refused_at_once() {
    let error = Client::connect(&["http://127.0.0.1:1"]).await.expect_err("no ws address");
    assert!(matches!(error, ConnectError::BadAddress(_)), "{error}");
    let error = Client::connect::<&str>(&[]).await.expect_err("no address");
    assert!(matches!(error, ConnectError::NoAddress), "{error}");
}
