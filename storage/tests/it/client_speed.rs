//! Aggregators and publishers that are slow on purpose, and ranges that are not what was asked for.
//! Where time matters it is the test's own, so that no result depends on the machine's speed.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use futures::{stream, StreamExt};
use nocknock_dev_store::testing::{answer, id_of, pattern, served, Answer, Scripted, TestStore};
use nocknock_storage::{
    blob_id::ShardCount,
    client::{
        Backend, Backends, Client, ClientConfig, ClientError, Download, Fault, FetchOptions,
        GaveUp, Receipt, Target, Timeouts, Upload,
    },
    speed::LeastSpeed,
    BlobId,
};
use tokio::{
    io::AsyncReadExt,
    net::TcpListener,
    time::{sleep, Instant},
};

use crate::support::{client, config, failures, keep};

const SECOND: Duration = Duration::from_secs(1);

/// Where an answer to a request for the rest of a blob begins and ends, beside where it should.
#[derive(Clone, Copy, Debug, Default)]
struct Displaced {
    announced: u64,
    begin: usize,
    end: isize,
}

/// An aggregator that sends a number of bytes after each pause.
#[derive(Debug)]
struct Paced {
    name: &'static str,
    content: Bytes,
    piece: usize,
    pause: Duration,
    /// Breaks the first answer off after so many bytes.
    breaks_after: Option<usize>,
    ranges: Displaced,
    /// Where each download began.
    asked: Mutex<Vec<u64>>,
}

impl Paced {
    fn new(name: &'static str, content: &[u8], piece: usize, pause: Duration) -> Self {
        Self {
            name,
            content: content.to_vec().into(),
            piece,
            pause,
            breaks_after: None,
            ranges: Displaced::default(),
            asked: Mutex::default(),
        }
    }

    fn at_once(name: &'static str, content: &[u8]) -> Self {
        Self::new(name, content, content.len(), Duration::ZERO)
    }

    fn asked(&self) -> Vec<u64> {
        self.asked.lock().unwrap().clone()
    }

    fn bytes_from(&self, offset: usize) -> Bytes {
        if offset == 0 {
            return self.content.clone();
        }
        let (begin, end) = (offset + self.ranges.begin, self.content.len());
        let padded = [&self.content[..], &[0; 8]].concat();
        let end = end.saturating_add_signed(self.ranges.end);
        Bytes::from(padded).slice(begin.min(end)..end)
    }
}

#[async_trait]
impl Backend for Paced {
    fn name(&self) -> &str {
        self.name
    }

    async fn put(&self, _: &Upload) -> Result<Receipt, Fault> {
        Err(Fault::Protocol("nothing is stored here".into()))
    }

    async fn open(&self, _: &Target, offset: u64) -> Result<Download, Fault> {
        let first = {
            let mut asked = self.asked.lock().unwrap();
            asked.push(offset);
            asked.len() == 1
        };
        let mut rest = self.bytes_from(offset as usize);
        let breaks = self.breaks_after.filter(|_| first);
        if let Some(len) = breaks {
            rest.truncate(len);
        }
        let (piece, pause) = (self.piece, self.pause);
        let body = stream::unfold(rest, move |mut rest| async move {
            if rest.is_empty() {
                return None;
            }
            sleep(pause).await;
            let piece = rest.split_to(piece.min(rest.len()));
            Some((Ok(piece), rest))
        });
        let broken = stream::iter(breaks.map(|_| {
            Err(Fault::Broken { received: 0, reason: "the connection was reset".into() })
        }));
        let start = if offset == 0 { 0 } else { offset + self.ranges.announced };
        let total = Some(self.content.len() as u64);
        Ok(Download { start, total, body: body.chain(broken).boxed() })
    }

    async fn head(&self, _: &BlobId) -> Result<Option<u64>, Fault> {
        Ok(Some(self.content.len() as u64))
    }
}

/// A client of these aggregators with the usual patience.
fn client_of(aggregators: &[&Arc<Paced>]) -> Client {
    let aggregators = aggregators.iter().map(|backend| (*backend).clone() as Arc<dyn Backend>);
    let backends = Backends { aggregators: aggregators.collect(), publishers: Vec::new() };
    let config = ClientConfig { timeouts: Timeouts::default(), ..config(&["http://127.0.0.1:1"]) };
    Client::with_backends(config, backends).unwrap()
}

async fn get(client: &Client, content: &[u8]) -> Result<Bytes, ClientError> {
    client.get(&id_of(content), &FetchOptions::default()).await
}

#[tokio::test(start_paused = true)]
async fn an_aggregator_that_drips_is_left_for_the_next_one() {
    let content = pattern(300_000);
    let drips = Arc::new(Paced::new("drips", &content, 1, 2 * SECOND));
    let honest = Arc::new(Paced::at_once("honest", &content));
    let (client, begun) = (client_of(&[&drips, &honest]), Instant::now());
    assert!(get(&client, &content).await.unwrap() == content);
    assert_eq!(begun.elapsed().as_secs(), 30);
    assert_eq!(drips.asked(), [0]);
    let [resumed] = honest.asked()[..] else { panic!("{:?}", honest.asked()) };
    assert!((14..=15).contains(&resumed), "{resumed}");
    let health = &client.health()[0].1;
    let told = health.last_fault.as_deref().unwrap();
    assert!(told.contains("bytes in 30 s"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn an_aggregator_that_only_drips_fails_with_what_to_do() {
    let content = pattern(300_000);
    let drips = Arc::new(Paced::new("drips", &content, 1, 2 * SECOND));
    let (client, begun) = (client_of(&[&drips]), Instant::now());
    let error = get(&client, &content).await.unwrap_err();
    let failure = &failures(&error, &id_of(&content))[0];
    assert!(matches!(failure.fault, Fault::Slow { within, .. } if within == 30 * SECOND));
    assert!(error.to_string().contains("least speed"), "{error}");
    assert_eq!((failure.tries, begun.elapsed().as_secs()), (3, 90));
}

#[tokio::test(start_paused = true)]
async fn a_slow_link_with_pauses_is_put_up_with() {
    let content = pattern(600_000);
    for (piece, pause) in [(520, SECOND), (20_000, 29 * SECOND)] {
        let slow = Arc::new(Paced::new("slow", &content, piece, pause));
        let got = get(&client_of(&[&slow]), &content).await.unwrap();
        assert!(got == content);
        assert_eq!(slow.asked(), [0], "one try is enough");
    }
}

/// 4 MiB, about the longest blob at few shards, at 1 KiB a second take more than an hour.
#[tokio::test(start_paused = true)]
async fn one_aggregator_does_not_use_up_the_time_of_all() {
    let content = pattern(4 << 20);
    let slow = Arc::new(Paced::new("slow", &content, 1024, SECOND));
    let honest = Arc::new(Paced::at_once("honest", &content));
    let begun = Instant::now();
    assert!(get(&client_of(&[&slow, &honest]), &content).await.unwrap() == content);
    assert_eq!(begun.elapsed().as_secs(), 1800, "half of the hour");
    let [resumed] = honest.asked()[..] else { panic!("{:?}", honest.asked()) };
    assert!((1799 * 1024..=1800 * 1024).contains(&resumed), "{resumed}");

    let begun = Instant::now();
    let error = get(&client_of(&[&slow]), &content).await.unwrap_err();
    assert!(matches!(error, ClientError::Endpoints { gave_up: GaveUp::Deadline(_), .. }));
    assert_eq!(begun.elapsed().as_secs(), 3600, "alone it has all the time");
}

#[tokio::test(start_paused = true)]
async fn a_quilt_member_is_not_dripped_either() {
    let content = pattern(1000);
    let drips = Arc::new(Paced::new("drips", &content, 1, 2 * SECOND));
    let honest = Arc::new(Paced::at_once("honest", &content));
    let client = client_of(&[&drips, &honest]);
    let quilt = id_of(b"a quilt");
    let member = client.quilt_member(&quilt, "a", &FetchOptions::default()).await.unwrap();
    assert!(member.trust_aggregator() == content);
    assert_eq!(honest.asked(), [0]);
}

const WRONG_RANGES: [Displaced; 5] = [
    Displaced { begin: 1, announced: 0, end: 0 },
    Displaced { begin: 0, announced: 0, end: -1 },
    Displaced { begin: 0, announced: 0, end: 1 },
    Displaced { begin: 1, announced: 1, end: 0 },
    Displaced { begin: usize::MAX / 2, announced: 0, end: 0 },
];

#[tokio::test(start_paused = true)]
async fn wrong_ranges_lead_to_a_fetch_from_the_start() {
    let content = pattern(10_000);
    for ranges in WRONG_RANGES {
        let mut odd = Paced::at_once("odd", &content);
        (odd.breaks_after, odd.ranges) = (Some(6000), ranges);
        let odd = Arc::new(odd);
        assert!(get(&client_of(&[&odd]), &content).await.unwrap() == content, "{ranges:?}");
        assert_eq!(odd.asked(), [0, 6000, 0], "{ranges:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn wrong_ranges_of_one_aggregator_do_not_cost_what_another_has_sent() {
    let content = pattern(10_000);
    for ranges in WRONG_RANGES {
        let mut breaks = Paced::at_once("breaks", &content);
        breaks.breaks_after = Some(6000);
        let mut odd = Paced::at_once("odd", &content);
        odd.ranges = ranges;
        let (breaks, odd) = (Arc::new(breaks), Arc::new(odd));
        let honest = Arc::new(Paced::at_once("honest", &content));
        let client = client_of(&[&breaks, &odd, &honest]);
        assert!(get(&client, &content).await.unwrap() == content, "{ranges:?}");
        assert_eq!((odd.asked(), honest.asked()), (vec![6000], vec![6000]), "{ranges:?}");
    }
}

/// The same over HTTP: every range is short by one byte.
#[tokio::test]
async fn short_ranges_over_http_lead_to_a_fetch_from_the_start() {
    let content = pattern(10_000);
    let blob = content.clone();
    let service = Scripted::serve(move |request, before| match request.range_start() {
        None if before == 0 => {
            let mut bytes = served(request, &blob);
            bytes.truncate(bytes.len() - 4000);
            bytes
        }
        None => served(request, &blob),
        Some(start) => {
            let (last, len) = (blob.len() - 1, blob.len());
            let range = ("content-range", format!("bytes {start}-{last}/{len}"));
            let rest = &blob[start + 1..];
            let size = ("content-length", rest.len().to_string());
            answer("206 Partial Content", &[range, size], rest)
        }
    })
    .await;
    assert!(get(&client(&[&service.url]), &content).await.unwrap() == content);
    let starts: Vec<_> = service.seen().iter().map(|seen| seen.range_start()).collect();
    assert_eq!(starts, [None, Some(6000), None]);
}

/// The same over HTTP. The drip never ends, so that only the bound can end it.
#[tokio::test]
async fn a_drip_over_http_is_left_for_the_next_one() {
    let store = TestStore::start().await;
    let content = pattern(200_000);
    let id = store.keep(&content).await;
    let size = [("content-length", content.len().to_string())];
    let first = answer("200 OK", &size, &content[..10]);
    let rest = content[10..].to_vec();
    let drips = Scripted::serve(move |_, _| Answer::Drip {
        first: first.clone(),
        rest: rest.clone(),
        pause: Duration::from_millis(50),
    })
    .await;
    let mut config = config(&[&drips.url, &store.store.url()]);
    config.retry.rounds = 20;
    config.timeouts.least_speed = LeastSpeed { bytes: 1000, within: SECOND };
    let client = Client::new(config).unwrap();
    assert!(client.get(&id, &FetchOptions::default()).await.unwrap() == content);
    assert_eq!(drips.seen().len(), 1);
}

/// More bytes than the buffers on the way hold: only a publisher that reads gets all of them.
#[tokio::test]
async fn a_publisher_that_takes_no_bytes_is_left_for_the_next_one() {
    let shards = ShardCount::new(50).unwrap();
    let store = TestStore::with(|config| config.shards = shards).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stuck = format!("http://{}", listener.local_addr().unwrap());
    let holds = tokio::spawn(async move {
        let mut held = Vec::new();
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.read_exact(&mut [0; 100]).await.unwrap();
            held.push(stream);
        }
    });
    let mut config = ClientConfig { shards, ..config(&[&stuck, &store.store.url()]) };
    config.retry.rounds = 20;
    config.timeouts.least_speed = LeastSpeed { bytes: 1, within: 2 * SECOND };
    let client = Client::new(config).unwrap();
    let stored = client.put(vec![7; 32 << 20], &keep()).await.unwrap();
    assert_eq!(stored.endpoint, store.store.url());
    let health: Vec<_> = client.health().into_iter().map(|(_, health)| health).collect();
    let told = health[2].last_fault.as_deref().unwrap();
    assert!(told.contains("kept silent for 2 s"), "{told}");
    holds.abort();
}
