//! A member that asks posts over HTTP.

use super::PAGE_BYTES;
use crate::{
    exchange::{Exchange, ExchangeError},
    object::{ObjectId, Sealed},
    order::{Body, Entry, Hash},
    signed::{MachineKey, Put, Said},
};
use backon::{ExponentialBuilder, Retryable};
use codec::{DecodeAll, Encode};
use nocknock_primitives::text::printable;
use nocknock_storage::client::{tls_config, ConfigError, EndpointUrl};
use reqwest::{
    header::{AUTHORIZATION, CONTENT_TYPE},
    redirect, Client, RequestBuilder, StatusCode,
};
use serde_json::Value;
use std::{
    error::Error,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    time::Duration,
};
use tokio::runtime::Handle;

/// How many posts an object is put to, if there are as many: one may be lost with its machine.
const COPIES: usize = 2;

/// Most bytes of an answer that is neither an object nor the log.
const SHORT: usize = 1 << 12;

/// Most characters of what a post says about an error.
const LONGEST_MESSAGE: usize = 200;

/// Whom a member asks, and how persistently.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// Id of the run.
    pub run: Hash,
    /// Slot of the member.
    pub slot: u8,
    /// The home.
    pub home: EndpointUrl,
    /// Other posts, in the order in which they are asked.
    pub others: Vec<EndpointUrl>,
    /// For a connection.
    pub connect: Duration,
    /// For a request, beside the time that the home is asked to wait.
    pub request: Duration,
    /// How often all posts are asked again if none could be reached.
    pub retries: usize,
    /// Pause before they are asked again; it doubles each time.
    pub first_pause: Duration,
}

/// A member's way to the posts of its run.
///
/// Its calls block, so they are made from threads outside of the runtime that they use.
#[derive(Debug)]
pub struct HttpExchange {
    runtime: Handle,
    key: MachineKey,
    run: Hash,
    slot: u8,
    /// The home first.
    posts: Vec<Endpoint>,
    request: Duration,
    pauses: ExponentialBuilder,
    /// The round in which objects are put. Posts correct it.
    round: AtomicU32,
}

#[derive(Debug)]
struct Endpoint {
    /// Of the run, without a slash at the end.
    url: String,
    client: Client,
    /// It gave other bytes than those of an object. It is asked for none any more.
    has_lied: AtomicBool,
}

/// A status and a body that was read to its end.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug)]
enum Trouble {
    Network(String),
    TooLong,
}

/// What a post does with an object.
#[derive(Debug)]
enum Received {
    Kept,
    /// It is in this round.
    OtherRound(u32),
}

impl HttpSettings {
    /// Settings for posts that are far away.
    pub fn new(run: Hash, slot: u8, home: EndpointUrl) -> Self {
        Self {
            run,
            slot,
            home,
            others: Vec::new(),
            connect: Duration::from_secs(10),
            request: Duration::from_secs(120),
            retries: 4,
            first_pause: Duration::from_millis(500),
        }
    }
}

impl HttpExchange {
    /// Asks nobody yet.
    ///
    /// # Errors
    ///
    /// If the HTTP client cannot be set up.
    pub fn new(
        runtime: Handle,
        key: MachineKey,
        settings: HttpSettings,
    ) -> Result<Self, ConfigError> {
        let HttpSettings { run, slot, home, others, connect, request, retries, first_pause } =
            settings;
        let urls = std::iter::once(home).chain(others);
        let posts = urls.map(|url| Endpoint::new(&url, &run, connect)).collect::<Result<_, _>>()?;
        let pauses = ExponentialBuilder::new()
            .with_min_delay(first_pause)
            .with_jitter()
            .with_max_times(retries);
        let round = AtomicU32::new(0);
        Ok(Self { runtime, key, run, slot, posts, request, pauses, round })
    }

    async fn put_once(&self, object: &Sealed) -> Result<(), ExchangeError> {
        let (mut copies, mut refusal) = (0, None);
        for post in self.honest() {
            match self.put_to(post, object).await {
                Ok(()) => copies += 1,
                Err(error) => refusal = hopeful(refusal, error),
            }
            if copies == COPIES {
                break;
            }
        }
        match refusal {
            _ if copies > 0 => Ok(()),
            Some(error) => Err(error),
            None => Err(ExchangeError::Unreachable("all posts have sent wrong bytes".to_owned())),
        }
    }

    async fn put_to(&self, post: &Endpoint, object: &Sealed) -> Result<(), ExchangeError> {
        let round = self.round.load(Ordering::Relaxed);
        let Received::OtherRound(round) = self.put_in_round(post, object, round).await? else {
            return Ok(());
        };
        self.round.store(round, Ordering::Relaxed);
        match self.put_in_round(post, object, round).await? {
            Received::Kept => Ok(()),
            Received::OtherRound(_) => {
                let reason = "the post does not stay in its round".to_owned();
                Err(ExchangeError::Refused(reason))
            }
        }
    }

    async fn put_in_round(
        &self,
        post: &Endpoint,
        object: &Sealed,
        round: u32,
    ) -> Result<Received, ExchangeError> {
        let put = Put { id: object.id, length: object.bytes.len() as u64, round };
        let signature = hex::encode(put.sign(&self.key, &self.run));
        let url = format!("{}/objects/{}?round={round}", post.url, object.id);
        let request = post
            .client
            .put(url)
            .header(AUTHORIZATION, format!("NockNock {}:{signature}", self.slot))
            .header(CONTENT_TYPE, "application/octet-stream")
            .timeout(self.request)
            .body(object.bytes.clone());
        let answer = ask(request, SHORT).await?;
        match answer.status {
            StatusCode::OK | StatusCode::CREATED => Ok(Received::Kept),
            StatusCode::CONFLICT => {
                let round = answer.number("round").and_then(|round| u32::try_from(round).ok());
                round.map(Received::OtherRound).ok_or_else(|| answer.failure())
            }
            StatusCode::INSUFFICIENT_STORAGE => Err(ExchangeError::Full),
            _ => Err(answer.failure()),
        }
    }

    async fn get_once(&self, id: &ObjectId, most: usize) -> Result<Vec<u8>, ExchangeError> {
        let mut failure = None;
        for post in self.honest() {
            match self.get_from(post, id, most).await {
                Ok(Some(bytes)) => return Ok(bytes),
                Ok(None) => {}
                Err(error) => failure = hopeful(failure, error),
            }
        }
        Err(failure.unwrap_or(ExchangeError::Unknown(*id)))
    }

    /// The object; nothing if the post does not have it, or gives something else out for it.
    async fn get_from(
        &self,
        post: &Endpoint,
        id: &ObjectId,
        most: usize,
    ) -> Result<Option<Vec<u8>>, ExchangeError> {
        let request = post.client.get(format!("{}/objects/{id}", post.url)).timeout(self.request);
        let answer = match ask(request, most).await {
            Err(Trouble::TooLong) => return Err(ExchangeError::TooLong { id: *id, most }),
            answered => answered?,
        };
        match answer.status {
            StatusCode::OK if ObjectId::of(&answer.body) == *id => Ok(Some(answer.body)),
            StatusCode::OK => {
                post.has_lied.store(true, Ordering::Relaxed);
                Ok(None)
            }
            StatusCode::NOT_FOUND => Ok(None),
            _ => Err(answer.failure()),
        }
    }

    async fn append_once(&self, said: &Said) -> Result<u64, ExchangeError> {
        let home = self.posts.first().ok_or_else(no_post)?;
        let request = home.client.post(format!("{}/log", home.url)).timeout(self.request);
        let answer = ask(request.body(said.encode()), SHORT).await?;
        let number = |name| answer.number(name).ok_or_else(|| answer.failure());
        match answer.status {
            StatusCode::OK => number("index"),
            StatusCode::CONFLICT => Err(ExchangeError::Stale { head: number("head")? }),
            StatusCode::INSUFFICIENT_STORAGE => Err(ExchangeError::Full),
            _ => Err(answer.failure()),
        }
    }

    /// The first post that answers has the log; the home is asked first.
    async fn follow_once(&self, from: u64, wait: Duration) -> Result<Vec<Entry>, ExchangeError> {
        let mut failure = None;
        for post in &self.posts {
            match self.follow_at(post, from, wait).await {
                Ok(entries) => return Ok(entries),
                Err(error) => failure = hopeful(failure, error),
            }
        }
        Err(failure.unwrap_or_else(no_post))
    }

    async fn follow_at(
        &self,
        post: &Endpoint,
        from: u64,
        wait: Duration,
    ) -> Result<Vec<Entry>, ExchangeError> {
        let seconds = wait.as_secs_f64();
        let url = format!("{}/log?from={from}&wait={seconds}", post.url);
        let request = post.client.get(url).timeout(self.request.saturating_add(wait));
        // The last entry of an answer may be beyond the page.
        let answer = ask(request, PAGE_BYTES * 2).await?;
        let entries = match answer.status {
            StatusCode::OK => Vec::<Entry>::decode_all(&mut answer.body.as_slice()),
            _ => return Err(answer.failure()),
        };
        entries.map_err(|_| ExchangeError::Unreachable("no log, but other bytes".to_owned()))
    }

    fn honest(&self) -> impl Iterator<Item = &Endpoint> {
        self.posts.iter().filter(|post| !post.has_lied.load(Ordering::Relaxed))
    }

    /// Takes over the round that the log is in.
    fn note_round(&self, entries: &[Entry]) {
        let closed = entries.iter().rev().find_map(|entry| match &entry.body {
            Body::RoundClosed(outcome) => Some(outcome.round),
            _ => None,
        });
        if let Some(round) = closed {
            self.round.store(round.saturating_add(1), Ordering::Relaxed);
        }
    }
}

impl Exchange for HttpExchange {
    fn put(&self, object: &Sealed) -> Result<(), ExchangeError> {
        let put = || self.put_once(object);
        self.runtime.block_on(async { put.retry(self.pauses).when(is_passing).await })
    }

    fn get(&self, id: &ObjectId, most: usize) -> Result<Vec<u8>, ExchangeError> {
        let get = || self.get_once(id, most);
        self.runtime.block_on(async { get.retry(self.pauses).when(is_passing).await })
    }

    fn append(&self, said: &Said) -> Result<u64, ExchangeError> {
        let append = || self.append_once(said);
        self.runtime.block_on(async { append.retry(self.pauses).when(is_passing).await })
    }

    fn follow(&self, from: u64, wait: Duration) -> Result<Vec<Entry>, ExchangeError> {
        let follow = || self.follow_once(from, wait);
        let followed =
            self.runtime.block_on(async { follow.retry(self.pauses).when(is_passing).await });
        followed.inspect(|entries| self.note_round(entries))
    }
}

impl Endpoint {
    fn new(url: &EndpointUrl, run: &Hash, connect: Duration) -> Result<Self, ConfigError> {
        let mut builder = Client::builder()
            .user_agent(concat!("nocknock-team/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(connect)
            .redirect(redirect::Policy::none())
            // Who is asked again is decided here.
            .retry(reqwest::retry::never())
            .tls_backend_preconfigured(tls_config(None)?);
        if url.is_loopback() {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| ConfigError::Http(deepest(&error)))?;
        let url = format!("{url}/team/1/{}", hex::encode(run));
        Ok(Self { url, client, has_lied: AtomicBool::new(false) })
    }
}

impl Answer {
    /// A number in a body of JSON.
    fn number(&self, name: &str) -> Option<u64> {
        self.json()?.get(name)?.as_u64()
    }

    /// What the post says went wrong. Its own trouble passes, a refusal does not.
    fn failure(&self) -> ExchangeError {
        let message = self.json().and_then(|json| {
            let text: String = json.get("error")?.as_str()?.chars().take(LONGEST_MESSAGE).collect();
            Some(printable(&text).into_owned())
        });
        let message = message.unwrap_or_else(|| self.status.to_string());
        let is_busy =
            matches!(self.status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
        if is_busy || self.status.is_server_error() {
            ExchangeError::Unreachable(message)
        } else {
            ExchangeError::Refused(message)
        }
    }

    fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

impl From<Trouble> for ExchangeError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Network(reason) => Self::Unreachable(reason),
            Trouble::TooLong => {
                Self::Unreachable("the answer is longer than that of a post".to_owned())
            }
        }
    }
}

/// Sends a request and reads at most so many bytes of the answer.
async fn ask(request: RequestBuilder, most: usize) -> Result<Answer, Trouble> {
    let network = |error: reqwest::Error| Trouble::Network(deepest(&error));
    let mut response = request.send().await.map_err(network)?;
    let status = response.status();
    let most = if status.is_success() { most } else { SHORT };
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(network)? {
        if body.len().saturating_add(piece.len()) <= most {
            body.extend_from_slice(&piece);
        } else if status.is_success() {
            return Err(Trouble::TooLong);
        } else {
            // The status says enough.
            break;
        }
    }
    Ok(Answer { status, body })
}

/// The innermost cause, which says what happened; the outer ones repeat the URL.
fn deepest(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    match error.source() {
        Some(_) => printable(&cause.to_string()).into_owned(),
        None if error.is_timeout() => "timed out".to_owned(),
        None => "the request failed".to_owned(),
    }
}

/// Of two failures the one that may pass: then all are asked again.
fn hopeful(before: Option<ExchangeError>, error: ExchangeError) -> Option<ExchangeError> {
    match before {
        Some(before) if is_passing(&before) => Some(before),
        _ => Some(error),
    }
}

fn is_passing(error: &ExchangeError) -> bool {
    matches!(error, ExchangeError::Unreachable(_))
}

fn no_post() -> ExchangeError {
    ExchangeError::Unreachable("no post is known".to_owned())
}
