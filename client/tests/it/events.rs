//! Events across restarts of the node.

use crate::support::{
    custodian::{spec, Custodian},
    node::Node,
};
use nocknock_client::{
    Client, DomainEvent, EventCursor, EventRecord, EventStream, Follow, TasksEvent, Wait,
};

/// The next events of a stream, up to a block.
async fn streamed(stream: &mut EventStream, end: u32) -> Vec<EventRecord> {
    let mut records = Vec::new();
    loop {
        let record = stream.next().await.expect("an event");
        if record.block.number > end {
            return records;
        }
        records.push(record);
    }
}

/// The events of all blocks up to one, each of which is asked for by its number.
async fn one_by_one(client: &Client, end: u32) -> Vec<EventRecord> {
    let mut records = Vec::new();
    for number in 0..=end {
        let block = client.at_number(number).await.expect("an answer");
        records.extend(block.events().await.expect("the events of a block"));
    }
    records
}

/// A task was created.
fn tells_of_a_task(record: &EventRecord) -> bool {
    matches!(record.event, DomainEvent::Tasks(TasksEvent::TaskCreated { .. }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_has_no_gap_and_no_repeat_across_restarts() {
    let mut node = Node::start();
    let client = node.client().await;
    client.wait_for_block(2, Follow::Finalised).await.expect("a growing chain");
    let custodian = Custodian::of(&client).await;
    let spec = spec(&client.best().await.expect("an answer"), &custodian.rules).await;
    let create = custodian.creation(&spec);

    let mut stream = client.events(EventCursor::from_block(0), Follow::Finalised);
    let mut seen = Vec::new();
    let mut created_in = 0;
    for _ in 0..2 {
        seen.push(stream.next().await.expect("an event"));
        node.kill();
        node.run();
        let created = client.submit(&custodian.keys, &create, Wait::Finalised).await;
        created_in = created.expect("a task").block.expect("a block").number;
    }
    // Events come with each epoch, so there is one after any block.
    seen.extend(streamed(&mut stream, created_in).await);
    assert_eq!(seen, one_by_one(&client, created_in).await);
    let created = seen.iter().filter(|record| tells_of_a_task(record));
    assert_eq!(created.count(), 2, "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn finalised_blocks_are_followed_one_by_one_across_a_restart() {
    let mut node = Node::start();
    let client = node.client().await;
    client.wait_for_block(1, Follow::Finalised).await.expect("a growing chain");
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
