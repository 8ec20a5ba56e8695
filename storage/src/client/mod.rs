//! Fetching from and storing on Walrus, trusting nobody on the way.
//!
//! [`Client::get`] asks the configured aggregators in turn. What arrives goes into a file of the
//! [cache](crate::cache) that nobody else reads; only when all bytes are there and their id has
//! been recomputed does the file become a blob of the cache, and only from there are bytes handed
//! out. A download that is interrupted, by a fault or by `kill -9`, goes on where it stopped, with
//! whichever endpoint answers. [`Client::put`] computes the id first and compares it with what the
//! publisher reports.
//!
//! Which answers are asked about again:
//!
//! | answer | |
//! |---|---|
//! | no connection, silence, a transfer below the least speed, broken connection | again |
//! | 429, 502, 503, 504 | again, not before the `Retry-After` of the answer; an upload takes a new token |
//! | 404 | again while the blob is known to be fresh, else final |
//! | wrong bytes | dropped, again from the first byte |
//! | a range of the wrong place or length | dropped, again, there from the first byte |
//! | wrong or too large size | final |
//! | 451 and every other status | final |
//!
//! Final means: this endpoint is not asked again for this blob; the others still are. While another
//! endpoint is left to ask, no download takes more than half of the time that is left. Between
//! rounds through the endpoints the client pauses for a random time that doubles. An endpoint that
//! fails is asked after the others for a while.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use nocknock_storage::client::{Client, ClientConfig, FetchOptions, PutOptions};
//!
//! let client = Client::new(ClientConfig {
//!     aggregators: vec!["https://aggregator.example.org".into()],
//!     publishers: vec!["http://127.0.0.1:31416".into()],
//!     cache: Some("/var/cache/nocknock".into()),
//!     ..ClientConfig::default()
//! })?;
//! let stored = client
//!     .put(b"hello".to_vec(), &PutOptions::new(5.try_into()?))
//!     .await?;
//! let bytes = client.get(&stored.id, &FetchOptions::default()).await?;
//! assert_eq!(bytes, "hello");
//! # Ok(())
//! # }
//! ```

mod backend;
mod config;
mod download;
mod endpoint;
mod error;
mod fault;
mod http;
mod incoming;
mod payload;
mod pool;
mod progress;
mod retry;
mod token;
mod upload;
mod wire;

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use nocknock_durable::LockedFile;
use tokio::{sync::Semaphore, time::Instant};

pub use backend::{Backend, Download, Receipt, Target, Upload};
pub use config::{Backends, ClientConfig};
pub use download::{BlobInfo, FetchOptions};
pub use endpoint::{EndpointError, EndpointUrl, PlainHttp};
pub use error::{Action, ClientError, ConfigError, Failure, GaveUp, Role};
pub use fault::Fault;
pub use http::{tls_config, HttpBackend};
pub use payload::Payload;
pub use pool::Health;
pub use progress::{Progress, Stage, Step};
pub use retry::{RetryPolicy, Timeouts};
pub use token::{read_secret, SharedSecretTokens, Token, TokenError, TokenProvider, TokenRequest};
pub use upload::{PutOptions, Stored};

use crate::{
    blob_id::BlobId,
    cache::{Cache, CacheError, CacheKey, CachedBlob, ContentHash},
};
use download::{blocking, Fetch, FetchMember, Head};
use pool::Pool;
use upload::Put;

/// Fetches and stores blobs. Clones share connections, cache and what is known about endpoints.
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: ClientConfig,
    cache: Cache,
    aggregators: Pool,
    publishers: Pool,
    /// Limits how many ids are computed at the same time.
    checks: Semaphore,
    /// When this client stored what, for as long as aggregators may not know it.
    stored: Mutex<HashMap<BlobId, Instant>>,
}

impl Inner {
    /// Until when a 404 for this blob may be out of date.
    fn fresh_until(&self, id: &BlobId, just_certified: bool) -> Option<Instant> {
        let stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        let since = stored.get(id).copied().or_else(|| just_certified.then(Instant::now));
        since.map(|since| since + self.config.retry.stale_window)
    }

    fn remember_stored(&self, id: BlobId) {
        let window = self.config.retry.stale_window;
        let mut stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        stored.retain(|_, since| since.elapsed() < window);
        stored.insert(id, Instant::now());
    }
}

/// Bytes that an aggregator gave for a quilt member.
///
/// Only a whole blob can be checked against its id, and a member is a part of one: whether these
/// bytes are the member is the aggregator's word, until they are compared with a hash from a
/// source that is trusted.
#[derive(Clone, Debug)]
pub struct UncheckedMember(Bytes);

/// The bytes of a quilt member are not those expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the quilt member's SHA-256 is {found} and not {expected}: fetch it from another aggregator"
)]
pub struct WrongMember {
    /// The hash that was expected.
    pub expected: ContentHash,
    /// The hash of what came.
    pub found: ContentHash,
}

impl UncheckedMember {
    /// The bytes, if this is their SHA-256.
    pub fn check(self, expected: &ContentHash) -> Result<Bytes, WrongMember> {
        match ContentHash::of(&self.0) {
            found if found == *expected => Ok(self.0),
            found => Err(WrongMember { expected: *expected, found }),
        }
    }

    /// The bytes, on the aggregator's word.
    pub fn trust_aggregator(self) -> Bytes {
        self.0
    }
}

impl Client {
    /// A client of the HTTP endpoints in `config`.
    pub fn new(config: ClientConfig) -> Result<Self, ConfigError> {
        let backends = Backends::http(&config)?;
        Self::with_backends(config, backends)
    }

    /// A client of other backends; the URLs in `config` are not used.
    pub fn with_backends(config: ClientConfig, backends: Backends) -> Result<Self, ConfigError> {
        let cache = match &config.cache {
            Some(folder) => Cache::open(folder, config.cache_limit)?,
            None => Cache::temporary(config.cache_limit)?,
        };
        Ok(Self(Arc::new(Inner {
            cache,
            aggregators: Pool::new(Role::Aggregator, backends.aggregators),
            publishers: Pool::new(Role::Publisher, backends.publishers),
            checks: Semaphore::new(config.parallel_checks.max(1)),
            stored: Mutex::default(),
            config,
        })))
    }

    /// The settings.
    pub fn config(&self) -> &ClientConfig {
        &self.0.config
    }

    /// The cache.
    pub fn cache(&self) -> &Cache {
        &self.0.cache
    }

    /// What is known about each endpoint, aggregators first, in the order of the configuration.
    pub fn health(&self) -> Vec<(Role, Health)> {
        let pools =
            [(Role::Aggregator, &self.0.aggregators), (Role::Publisher, &self.0.publishers)];
        let healths = |(role, pool): (Role, &Pool)| {
            let healths = pool.health().into_iter();
            healths.map(move |health| (role, health))
        };
        pools.into_iter().flat_map(healths).collect()
    }

    /// Fetches a blob into memory.
    pub async fn get(&self, id: &BlobId, options: &FetchOptions) -> Result<Bytes, ClientError> {
        self.with_blob(id, options, CachedBlob::read).await
    }

    /// Fetches a blob into the file `path`, which appears complete and checked, or not at all.
    /// Until then the bytes are beside it, under the name `.NAME.nocknock-part`.
    pub async fn get_to_file(
        &self,
        id: &BlobId,
        path: &Path,
        options: &FetchOptions,
    ) -> Result<(), ClientError> {
        let path = path.to_owned();
        self.with_blob(id, options, move |blob| deliver(blob, &path)).await
    }

    /// Fetches a blob into the cache and hands it to `consume` on a thread for blocking work. A
    /// blob that `consume` finds damaged in the cache is fetched once more.
    pub async fn with_blob<T: Send + 'static>(
        &self,
        id: &BlobId,
        options: &FetchOptions,
        consume: impl Fn(&CachedBlob) -> Result<T, CacheError> + Clone + Send + 'static,
    ) -> Result<T, ClientError> {
        let (blob, first) = (self.fetch(id, options).await?, consume.clone());
        match blocking(move || first(&blob)).await {
            Err(ClientError::Cache(CacheError::Damaged(key))) => {
                let cache = self.0.cache.clone();
                blocking(move || cache.remove(&key)).await?;
                let blob = self.fetch(id, options).await?;
                blocking(move || consume(&blob)).await
            }
            result => result,
        }
    }

    /// Asks for a blob's size without fetching it. The answer is the aggregator's word.
    pub async fn head(&self, id: &BlobId) -> Result<BlobInfo, ClientError> {
        let (client, id) = (self.0.as_ref(), *id);
        self.run(&client.aggregators, Head { client, id }).await
    }

    /// Fetches one member of a quilt into memory. See [`UncheckedMember`] for what that is worth.
    pub async fn quilt_member(
        &self,
        quilt: &BlobId,
        identifier: &str,
        options: &FetchOptions,
    ) -> Result<UncheckedMember, ClientError> {
        if matches!(identifier, "" | "." | "..") {
            return Err(ClientError::Identifier(identifier.to_owned()));
        }
        let client = self.0.as_ref();
        let configured = client.config.largest_download;
        let member = FetchMember {
            client,
            quilt: *quilt,
            identifier,
            limit: options.largest.unwrap_or(u64::MAX).min(configured),
            fresh_until: client.fresh_until(quilt, options.just_certified),
        };
        let bytes = self.run(&client.aggregators, member).await?;
        Ok(UncheckedMember(bytes))
    }

    /// Stores bytes and confirms that the publisher stored them under the id that they have.
    ///
    /// A retry after a connection that broke may store, and pay for, the same blob twice if the
    /// publisher had not noticed.
    pub async fn put(
        &self,
        payload: impl Into<Payload>,
        options: &PutOptions,
    ) -> Result<Stored, ClientError> {
        let client = self.0.as_ref();
        let upload = client.prepare(payload.into(), options).await?;
        let stored = self.run(&client.publishers, Put { client, upload }).await?;
        client.remember_stored(stored.id);
        Ok(stored)
    }

    /// Stores a file. See [`Client::put`].
    pub async fn put_file(&self, path: &Path, options: &PutOptions) -> Result<Stored, ClientError> {
        let payload = Payload::from_file(path)
            .map_err(|reason| ClientError::File { path: path.to_owned(), reason })?;
        self.put(payload, options).await
    }

    async fn fetch(&self, id: &BlobId, options: &FetchOptions) -> Result<CachedBlob, ClientError> {
        let (cache, key) = (self.0.cache.clone(), CacheKey::new(*id, self.0.config.shards));
        if let Some(blob) = blocking(move || cache.lookup(&key)).await? {
            return Ok(blob);
        }
        let fetch = Fetch::new(self.0.as_ref(), id, options);
        self.run(&self.0.aggregators, fetch).await
    }

    async fn run<O: pool::Operation>(
        &self,
        pool: &Pool,
        operation: O,
    ) -> Result<O::Output, ClientError> {
        let config = &self.0.config;
        pool.run(operation, &config.retry, config.timeouts.total).await
    }
}

/// Copies a blob out of the cache. The final name is given to complete files only.
fn deliver(blob: &CachedBlob, path: &Path) -> Result<(), CacheError> {
    let part = part_path(path);
    let io = |doing| {
        let path = path.to_owned();
        move |reason| CacheError::Io { doing, path, reason }
    };
    let locked = LockedFile::open(&part).map_err(io("create the file"))?;
    locked.file().set_len(0).map_err(io("write"))?;
    if let Err(error) = blob.copy_to(locked.file()) {
        // What is left under the temporary name is overwritten by the next try.
        let _ = locked.discard();
        return Err(error);
    }
    locked.publish(path).map_err(io("write"))?;
    Ok(())
}

/// Where the file `path` is before it is complete.
fn part_path(path: &Path) -> std::path::PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.nocknock-part"))
}
