use super::*;
use crate::{
    events::{DomainEvent, TasksEvent},
    rpc::{fake::hash_at, fake::FakeChain, RpcError},
};
use std::{
    sync::{Mutex, MutexGuard},
    time::Duration,
};

/// Every second block has two events, at the places 1 and 3.
struct Source {
    chain: Arc<FakeChain>,
    faults: Mutex<Faults>,
}

#[derive(Default)]
struct Faults {
    /// This number of reads fail.
    failures: u32,
    /// The node that answers has its best block on another branch.
    on_branch: bool,
    /// The block of this height follows one of another branch.
    orphan: Option<BlockNumber>,
}

impl Source {
    fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().expect("no panic")
    }
}

const OF_BRANCH: Hash = Hash::repeat_byte(9);

#[async_trait]
impl EventSource for Source {
    async fn hash_of(&self, number: BlockNumber) -> Result<Option<Hash>, QueryError> {
        let hash = crate::rpc::Node::hash_of(&*self.chain, number).await?;
        let on_branch = self.faults().on_branch;
        Ok(hash.map(|hash| if on_branch { OF_BRANCH } else { hash }))
    }

    async fn parent_of(&self, block: Hash) -> Result<Option<Hash>, QueryError> {
        let parent = crate::rpc::Node::parent_of(&*self.chain, block).await?;
        let orphan = self.faults().orphan.map(|number| hash_at(number as usize));
        Ok(parent.map(|parent| if orphan == Some(block) { OF_BRANCH } else { parent }))
    }

    async fn events_of(&self, block: BlockRef) -> Result<Vec<EventRecord>, QueryError> {
        let mut faults = self.faults();
        if faults.failures > 0 {
            faults.failures -= 1;
            return Err(QueryError::Rpc(RpcError::Unreachable {
                urls: "a test".into(),
                reason: "planned".into(),
            }));
        }
        assert_eq!(block.hash, hash_at(block.number as usize));
        let places: &[u32] = match block.number % 2 {
            0 => &[1, 3],
            _ => &[],
        };
        let record = |index: &u32| EventRecord {
            block,
            index: *index,
            extrinsic: Some(0),
            event: DomainEvent::Tasks(TasksEvent::TaskRemoved {
                task: u64::from(block.number) * 10 + u64::from(*index),
            }),
        };
        Ok(places.iter().map(record).collect())
    }
}

struct Setup {
    source: Arc<Source>,
    watch: EndsWatch,
}

async fn setup(blocks: u32, failures: u32) -> Setup {
    let chain = FakeChain::growing();
    (0..blocks).for_each(|_| chain.grow());
    let watch = chain.watch().await;
    let faults = Mutex::new(Faults { failures, ..Faults::default() });
    Setup { source: Arc::new(Source { chain, faults }), watch }
}

impl Setup {
    fn events(&self, from: EventCursor, follow: Follow) -> EventStream {
        EventStream::new(self.source.clone(), self.watch.clone(), follow, from)
    }

    fn blocks(&self, follow: Follow) -> BlockStream {
        BlockStream::new(self.source.clone(), self.watch.clone(), follow)
    }
}

fn task(record: &EventRecord) -> u64 {
    record.event.task().expect("an event about a task")
}

async fn next(stream: &mut EventStream) -> u64 {
    task(&stream.next().await.expect("an event"))
}

#[tokio::test(start_paused = true)]
async fn every_event_comes_once_and_in_order() {
    let setup = setup(6, 0).await;
    let mut stream = setup.events(EventCursor::from_block(0), Follow::Finalised);
    for expected in [1, 3, 21, 23, 41, 43, 61, 63, 81] {
        assert_eq!(next(&mut stream).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stored_cursor_goes_on_without_gap_or_repeat() {
    let setup = setup(0, 0).await;
    let expected = [1, 3, 21, 23, 41, 43];
    for stop in 1..expected.len() {
        let mut first = setup.events(EventCursor::from_block(0), Follow::Finalised);
        for event in &expected[..stop] {
            assert_eq!(next(&mut first).await, *event);
        }
        let stored = serde_json::to_string(&first.cursor()).expect("a cursor");
        let cursor = serde_json::from_str(&stored).expect("a cursor");
        let mut second = setup.events(cursor, Follow::Finalised);
        assert_eq!(next(&mut second).await, expected[stop]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_cursor_after_a_record_points_behind_it() {
    let setup = setup(6, 0).await;
    let mut stream = setup.events(EventCursor::from_block(2), Follow::Finalised);
    let record = stream.next().await.expect("an event");
    let mut resumed = setup.events(EventCursor::after(&record), Follow::Finalised);
    assert_eq!(next(&mut resumed).await, 23);
}

#[tokio::test(start_paused = true)]
async fn failures_in_between_lose_nothing() {
    let setup = setup(6, 5).await;
    let mut stream = setup.events(EventCursor::from_block(0), Follow::Finalised);
    let mut failed = 0;
    let mut seen = Vec::new();
    while seen.len() < 6 {
        match stream.next().await {
            Ok(record) => seen.push(task(&record)),
            Err(error) => {
                assert!(error.is_transient(), "{error}");
                failed += 1;
            }
        }
    }
    assert_eq!(seen, [1, 3, 21, 23, 41, 43]);
    assert_eq!(failed, 5);
}

#[tokio::test(start_paused = true)]
async fn a_node_that_is_silent_for_a_while_is_waited_for() {
    let setup = setup(6, 0).await;
    let mut stream = setup.events(EventCursor::from_block(4), Follow::Finalised);
    assert_eq!(next(&mut stream).await, 41);
    assert_eq!(next(&mut stream).await, 43);
    setup.source.chain.state().silent = true;
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(stream.next().await.is_err());
    setup.source.chain.state().silent = false;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(next(&mut stream).await, 61);
}

#[tokio::test(start_paused = true)]
async fn a_stream_from_now_on_leaves_out_the_past() {
    let setup = setup(6, 0).await;
    let mut stream = setup.events(EventCursor::NOW, Follow::Best);
    assert_eq!(next(&mut stream).await, 81);
}

#[tokio::test(start_paused = true)]
async fn finalised_blocks_come_each_once_and_in_order() {
    let setup = setup(6, 0).await;
    let mut blocks = setup.blocks(Follow::Finalised);
    for expected in 4..12 {
        let block = blocks.next().await.expect("a block");
        assert_eq!(block.number, expected);
        assert_eq!(block.hash, hash_at(expected as usize));
    }
}

#[tokio::test(start_paused = true)]
async fn best_blocks_jump_to_the_newest() {
    let setup = setup(6, 0).await;
    let mut blocks = setup.blocks(Follow::Best);
    assert_eq!(blocks.next().await.expect("a block").number, 6);
    (0..5).for_each(|_| setup.source.chain.grow());
    let next = blocks.next().await.expect("a block").number;
    assert!((11..=12).contains(&next), "{next}");
}

#[tokio::test(start_paused = true)]
async fn a_node_on_another_branch_is_not_read() {
    let setup = setup(6, 0).await;
    let mut stream = setup.events(EventCursor::from_block(0), Follow::Finalised);
    assert_eq!(next(&mut stream).await, 1);
    assert_eq!(next(&mut stream).await, 3);
    setup.source.faults().on_branch = true;
    let waiting = tokio::time::timeout(Duration::from_secs(3), stream.next());
    assert!(waiting.await.is_err());
    setup.source.faults().on_branch = false;
    for expected in [21, 23, 41] {
        assert_eq!(next(&mut stream).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_finalised_block_that_does_not_follow_the_one_before_is_an_error() {
    let setup = setup(6, 0).await;
    let mut stream = setup.events(EventCursor::from_block(0), Follow::Finalised);
    assert_eq!(next(&mut stream).await, 1);
    assert_eq!(next(&mut stream).await, 3);
    setup.source.faults().orphan = Some(2);
    for _ in 0..2 {
        let error = stream.next().await.expect_err("an orphan");
        assert!(matches!(error, QueryError::OtherBranch { .. }), "{error}");
    }
    setup.source.faults().orphan = None;
    assert_eq!(next(&mut stream).await, 21);
}

#[tokio::test(start_paused = true)]
async fn a_stream_of_finalised_blocks_keeps_to_one_chain() {
    let setup = setup(6, 0).await;
    let mut blocks = setup.blocks(Follow::Finalised);
    assert_eq!(blocks.next().await.expect("a block").number, 4);
    setup.source.faults().orphan = Some(5);
    let error = blocks.next().await.expect_err("an orphan");
    assert!(matches!(error, QueryError::OtherBranch { .. }), "{error}");
}
