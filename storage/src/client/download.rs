//! Fetching: from a request to bytes whose id was recomputed.

use std::{collections::HashSet, future::Future, time::Duration};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use tokio::time::{sleep, timeout, Instant};

use super::{
    incoming::Incoming,
    pool::{Operation, Stop},
    Action, Backend, ClientError, Download, Fault, Inner, Progress, Stage, Step, Target,
};
use crate::{
    blob_id::BlobId,
    cache::{Admission, CacheError, CacheKey, CachedBlob, Partial},
};

/// How a blob is fetched.
#[derive(Clone, Debug, Default)]
pub struct FetchOptions {
    /// Bytes of the blob, if known: another size is refused at once.
    pub size: Option<u64>,
    /// Bytes that the blob may have at most, if fewer than the client allows.
    pub largest: Option<u64>,
    /// That the blob was certified a moment ago, by somebody else: for the retry policy's stale
    /// window from now on, aggregators that do not know it are asked again. The client knows by
    /// itself what it has stored.
    pub just_certified: bool,
    /// Receives the progress of the download.
    pub progress: Progress,
}

/// Bytes of progress that show that trying on makes sense.
const ADVANCE: u64 = 1 << 20;

/// How often a download held by somebody else is looked at.
const POLL: Duration = Duration::from_millis(100);

/// Fetches one blob into the cache.
pub(super) struct Fetch<'a> {
    client: &'a Inner,
    key: CacheKey,
    limit: u64,
    options: &'a FetchOptions,
    fresh_until: Option<Instant>,
    /// The most bytes that there ever were, and how many there were at the last count.
    furthest: u64,
    counted: u64,
    /// Endpoints that answered a request for the rest of the blob with something else: they are
    /// asked for the whole.
    whole_only: HashSet<String>,
}

/// What a try finds when it begins.
enum Found {
    Blob(CachedBlob),
    Beginning(Partial),
}

impl<'a> Fetch<'a> {
    pub(super) fn new(client: &'a Inner, id: &BlobId, options: &'a FetchOptions) -> Self {
        let configured = client.config.largest_download;
        Self {
            client,
            key: CacheKey::new(*id, client.config.shards),
            limit: options.largest.unwrap_or(u64::MAX).min(configured),
            options,
            fresh_until: client.fresh_until(id, options.just_certified),
            furthest: 0,
            counted: 0,
            whole_only: HashSet::new(),
        }
    }

    fn tell(&self, stage: Stage, done: u64, total: Option<u64>) {
        self.options.progress.tell(|| Step {
            target: Some(self.target()),
            stage,
            done,
            total: total.or(self.options.size),
        });
    }

    /// Takes the download over, or finds that another task or process has just done it.
    async fn begin(&self) -> Result<Found, ClientError> {
        loop {
            let (cache, key) = (self.client.cache.clone(), self.key);
            let found = blocking(move || {
                if let Some(blob) = cache.lookup(&key)? {
                    return Ok(Some(Found::Blob(blob)));
                }
                Ok(cache.resume(&key)?.map(Found::Beginning))
            });
            match found.await? {
                Some(found) => return Ok(found),
                None => sleep(POLL).await,
            }
        }
    }

    /// Appends what is missing. Says whether some bytes had been there before, so that it is open
    /// who sent them.
    async fn pull(&mut self, backend: &dyn Backend, partial: &mut Partial) -> Result<bool, Stop> {
        if partial.len() > self.options.size.unwrap_or(self.limit) {
            self.restart(partial)?;
        }
        if Some(partial.len()) == self.options.size && !partial.is_empty() {
            return Ok(true);
        }
        let goes_on = !self.whole_only.contains(backend.name());
        let offset = if goes_on { partial.len() } else { 0 };
        let pulled = self.pull_from(backend, partial, offset).await;
        if let Err(Stop::Endpoint(Fault::WrongRange { .. })) = pulled {
            self.whole_only.insert(backend.name().to_owned());
        }
        pulled
    }

    async fn pull_from(
        &mut self,
        backend: &dyn Backend,
        partial: &mut Partial,
        offset: u64,
    ) -> Result<bool, Stop> {
        let download = match self.open(backend, offset).await {
            Err(Fault::Range(_)) => {
                self.restart(partial)?;
                self.open(backend, 0).await?
            }
            opened => opened?,
        };
        self.check_announced(download.total).await?;
        if download.start == 0 {
            self.restart(partial)?;
        } else if download.start != partial.len() {
            return Err(Fault::WrongRange { offset, reason: "another range" }.into());
        }
        let resumed = download.start > 0;
        self.receive(download, partial).await?;
        Ok(resumed)
    }

    async fn open(&self, backend: &dyn Backend, offset: u64) -> Result<Download, Fault> {
        let patience = self.client.config.timeouts.answer;
        timeout(patience, backend.open(&self.target(), offset))
            .await
            .map_err(|_| Fault::Silent(patience))?
    }

    /// Refuses a blob of the wrong size before any byte is read, and makes room for a right one.
    async fn check_announced(&self, total: Option<u64>) -> Result<(), Stop> {
        let Some(size) = total else { return Ok(()) };
        self.check_size(size)?;
        let cache = self.client.cache.clone();
        Ok(blocking(move || cache.make_room(size)).await?)
    }

    fn check_size(&self, size: u64) -> Result<(), Fault> {
        let limit = self.limit;
        match self.options.size {
            Some(expected) if expected != size => Err(Fault::WrongSize { size, expected }),
            _ if size > limit => Err(Fault::TooLarge { size, limit }),
            _ => Ok(()),
        }
    }

    async fn receive(&mut self, download: Download, partial: &mut Partial) -> Result<(), Stop> {
        let Download { start, total, body } = download;
        let mut incoming = Incoming::new(body, &self.client.config.timeouts);
        let expected = self.options.size.or(total);
        while let Some(piece) = incoming.next().await? {
            let size = partial.len() + piece.len() as u64;
            if size > expected.unwrap_or(self.limit) {
                return Err(self.too_many(partial, start, size, expected).into());
            }
            partial.append(&piece).map_err(|reason| self.file_error("write", reason))?;
            self.furthest = self.furthest.max(partial.len());
            self.tell(Stage::Downloading, partial.len(), total);
        }
        if expected.is_some_and(|expected| expected != partial.len()) {
            return Err(too_few(partial, start).into());
        }
        Ok(())
    }

    /// More bytes than the blob has, or than may come.
    fn too_many(
        &self,
        partial: &mut Partial,
        start: u64,
        size: u64,
        expected: Option<u64>,
    ) -> Fault {
        match expected {
            Some(_) if start > 0 => wrong_range(partial, start, "too many bytes"),
            // What is there came from a liar. Should the file keep its bytes, the check of the id
            // refuses them later.
            _ => {
                let _ = partial.restart();
                match expected {
                    Some(expected) => Fault::WrongSize { size, expected },
                    None => Fault::TooLarge { size, limit: self.limit },
                }
            }
        }
    }

    fn restart(&self, partial: &mut Partial) -> Result<(), ClientError> {
        partial.restart().map_err(|reason| self.file_error("truncate", reason))
    }

    fn file_error(&self, doing: &'static str, reason: std::io::Error) -> ClientError {
        let path = self.client.cache.root().join("partial");
        let path = path.join(self.key.to_string());
        CacheError::Io { doing, path, reason }.into()
    }

    /// Recomputes the id of what is there.
    async fn check(&self, partial: Partial) -> Result<Admission, ClientError> {
        self.tell(Stage::Checking, 0, Some(partial.len()));
        let cache = self.client.cache.clone();
        let _turn = self.client.checks.acquire().await;
        blocking(move || cache.admit(partial)).await
    }
}

/// A body that ended although nothing broke.
fn too_few(partial: &mut Partial, start: u64) -> Fault {
    if start > 0 {
        wrong_range(partial, start, "too few bytes")
    } else {
        Fault::broken(partial.len(), "the body ended early")
    }
}

/// Drops what came as the rest of a blob and is not: a range that is too short or too long may lie
/// anywhere in the blob. What others sent before stays.
fn wrong_range(partial: &mut Partial, offset: u64, reason: &'static str) -> Fault {
    // Should the file keep its bytes, the check of the id refuses them later.
    let _ = partial.truncate(offset);
    Fault::WrongRange { offset, reason }
}

#[async_trait]
impl Operation for Fetch<'_> {
    type Output = CachedBlob;

    fn action(&self) -> Action {
        Action::Fetch
    }

    fn target(&self) -> Target {
        Target::Blob(*self.key.id())
    }

    async fn attempt(&mut self, backend: &dyn Backend) -> Result<CachedBlob, Stop> {
        let mut partial = match self.begin().await? {
            Found::Blob(blob) => return Ok(blob),
            Found::Beginning(partial) => partial,
        };
        let mut resumed = self.pull(backend, &mut partial).await?;
        loop {
            match self.check(partial).await? {
                Admission::Admitted(blob) => return Ok(blob),
                Admission::Refused { found, .. } if !resumed => {
                    return Err(Fault::WrongBytes { found }.into());
                }
                // Some of the bytes came from an earlier try: this endpoint gets the chance to
                // send all of them before it is blamed.
                Admission::Refused { partial: empty, .. } => partial = empty,
            }
            resumed = self.pull(backend, &mut partial).await?;
        }
    }

    fn is_fresh(&self) -> bool {
        self.fresh_until.is_some_and(|until| Instant::now() < until)
    }

    /// Only bytes beyond the furthest point count, so an endpoint that keeps sending the same wrong
    /// bytes does not keep the client busy for ever.
    fn has_advanced(&mut self) -> bool {
        let advanced = self.furthest >= self.counted.saturating_add(ADVANCE);
        if advanced {
            self.counted = self.furthest;
        }
        advanced
    }
}

/// Fetches one quilt member into memory.
pub(super) struct FetchMember<'a> {
    pub(super) client: &'a Inner,
    pub(super) quilt: BlobId,
    pub(super) identifier: &'a str,
    pub(super) limit: u64,
    pub(super) fresh_until: Option<Instant>,
}

#[async_trait]
impl Operation for FetchMember<'_> {
    type Output = Bytes;

    fn action(&self) -> Action {
        Action::Fetch
    }

    fn target(&self) -> Target {
        Target::QuiltMember { quilt: self.quilt, identifier: self.identifier.to_owned() }
    }

    async fn attempt(&mut self, backend: &dyn Backend) -> Result<Bytes, Stop> {
        let timeouts = &self.client.config.timeouts;
        let Download { total, body, .. } =
            timeout(timeouts.answer, backend.open(&self.target(), 0))
                .await
                .map_err(|_| Fault::Silent(timeouts.answer))??;
        self.check_size(total.unwrap_or(0))?;
        let (mut bytes, mut incoming) = (BytesMut::new(), Incoming::new(body, timeouts));
        while let Some(piece) = incoming.next().await? {
            bytes.extend_from_slice(&piece);
            self.check_size(bytes.len() as u64)?;
        }
        match total {
            Some(total) if total != bytes.len() as u64 => {
                Err(Fault::broken(bytes.len() as u64, "the body ended early").into())
            }
            _ => Ok(bytes.freeze()),
        }
    }

    fn is_fresh(&self) -> bool {
        self.fresh_until.is_some_and(|until| Instant::now() < until)
    }
}

impl FetchMember<'_> {
    fn check_size(&self, size: u64) -> Result<(), Fault> {
        if size > self.limit {
            return Err(Fault::TooLarge { size, limit: self.limit });
        }
        Ok(())
    }
}

/// Asks for the size of a blob.
pub(super) struct Head<'a> {
    pub(super) client: &'a Inner,
    pub(super) id: BlobId,
}

/// What an aggregator says about a blob. It is not checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobInfo {
    /// Bytes of the blob, if told.
    pub size: Option<u64>,
    /// Who said so.
    pub endpoint: String,
}

#[async_trait]
impl Operation for Head<'_> {
    type Output = BlobInfo;

    fn action(&self) -> Action {
        Action::Head
    }

    fn target(&self) -> Target {
        Target::Blob(self.id)
    }

    async fn attempt(&mut self, backend: &dyn Backend) -> Result<BlobInfo, Stop> {
        let patience = self.client.config.timeouts.answer;
        let size = timeout(patience, backend.head(&self.id))
            .await
            .map_err(|_| Fault::Silent(patience))??;
        let endpoint = backend.name().to_owned();
        Ok(BlobInfo { size, endpoint })
    }

    fn is_fresh(&self) -> bool {
        let until = self.client.fresh_until(&self.id, false);
        until.is_some_and(|until| Instant::now() < until)
    }
}

/// Runs what blocks on the disk or computes for long, away from the asynchronous threads.
pub(super) fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CacheError> + Send + 'static,
) -> impl Future<Output = Result<T, ClientError>> + Send {
    let task = tokio::task::spawn_blocking(work);
    async move { Ok(task.await??) }
}
