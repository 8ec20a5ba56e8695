//! Events across restarts of the node.

use crate::support::{
    custodian::{spec, Custodian},
    node::Node,
};
use nocknock_client::{calls, EventCursor, EventStream, Follow, Wait};

/// Places of the events up to a block.
async fn places(stream: &mut EventStream, end: u32) -> Vec<(u32, u32)> {
    let mut places = Vec::new();
    loop {
        let record = stream.next().await.expect("an event");
        if record.block.number > end {
            return places;
        }
        places.push((record.block.number, record.index));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_has_no_gap_and_no_repeat_across_restarts() {
    let mut node = Node::start();
    let client = node.client().await;
    client
        .wait_for_block(2, Follow::Finalised)
        .await
        .expect("a growing chain");
    let custodian = Custodian::of(&client).await;
    let spec = spec(&client.best().await.expect("an answer")).await;
    let create = calls::tasks::create(custodian.experiment, &spec);

    let mut stream = client.events(EventCursor::from_block(0), Follow::Finalised);
    let mut seen = Vec::new();
    let mut created_in = 0;
    for _ in 0..2 {
        let first = stream.next().await.expect("an event");
        seen.push((first.block.number, first.index));
        node.kill();
        node.run();
        let created = client
            .submit(&custodian.keys, &create, Wait::Finalised)
            .await;
        created_in = created.expect("a task").block.expect("a block").number;
    }
    // Events come with each epoch, so there is one after any block.
    seen.extend(places(&mut stream, created_in).await);
    let mut again = client.events(EventCursor::from_block(0), Follow::Finalised);
    assert_eq!(seen, places(&mut again, created_in).await);
    assert!(seen.len() >= 4, "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn finalised_blocks_are_followed_one_by_one_across_a_restart() {
    let mut node = Node::start();
    let client = node.client().await;
    client
        .wait_for_block(1, Follow::Finalised)
        .await
        .expect("a growing chain");
    let mut blocks = client.blocks(Follow::Finalised);
    let first = blocks.next().await.expect("a block").number;
    for expected in first + 1..first + 3 {
        assert_eq!(blocks.next().await.expect("a block").number, expected);
    }
    node.kill();
    node.run();
    for expected in first + 3..first + 6 {
        let block = blocks.next().await.expect("a block");
        assert_eq!(block.number, expected);
        let at = client.at_number(expected).await.expect("an answer");
        assert_eq!(at.block(), block);
    }
}
