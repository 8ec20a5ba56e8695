//! What a client needs to know.

use std::{path::PathBuf, sync::Arc};

use super::{
    http::tls_config, Backend, ConfigError, EndpointUrl, HttpBackend, PlainHttp, RetryPolicy,
    Timeouts, TokenProvider,
};
use crate::{blob_id::ShardCount, cache};

/// The settings of a [`Client`](super::Client). `Default` has no endpoints and suits Walrus's
/// public networks.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// Shards of the network. Blob ids depend on it.
    pub shards: ShardCount,
    /// URLs to fetch from, the preferred one first.
    pub aggregators: Vec<String>,
    /// URLs to store with, the preferred one first.
    pub publishers: Vec<String>,
    /// Whether plain http may be used with other machines.
    pub plain_http: PlainHttp,
    /// A PEM file of certificate authorities to trust besides the system's.
    pub certificates: Option<PathBuf>,
    /// Gives tokens for uploads.
    pub tokens: Option<Arc<dyn TokenProvider>>,
    /// Where checked blobs and interrupted downloads are kept; `None` keeps them for as long as the
    /// client lives.
    pub cache: Option<PathBuf>,
    /// Bytes that the cache may hold.
    pub cache_limit: u64,
    /// Bytes of the largest blob that is fetched.
    pub largest_download: u64,
    /// Bytes of the largest blob that is stored.
    pub largest_upload: u64,
    /// Downloads whose ids are recomputed at the same time; each takes memory of up to a third of
    /// its size.
    pub parallel_checks: usize,
    /// How persistent the client is.
    pub retry: RetryPolicy,
    /// How long it waits.
    pub timeouts: Timeouts,
}

impl Default for ClientConfig {
    fn default() -> Self {
        let shards = ShardCount::WALRUS;
        Self {
            shards,
            aggregators: Vec::new(),
            publishers: Vec::new(),
            plain_http: PlainHttp::LoopbackOnly,
            certificates: None,
            tokens: None,
            cache: None,
            cache_limit: cache::DEFAULT_LIMIT,
            largest_download: 4 << 30,
            largest_upload: shards.max_blob_len(),
            parallel_checks: 2,
            retry: RetryPolicy::default(),
            timeouts: Timeouts::default(),
        }
    }
}

/// The backends of a client.
#[derive(Clone, Debug, Default)]
pub struct Backends {
    /// Who serves blobs, the preferred one first.
    pub aggregators: Vec<Arc<dyn Backend>>,
    /// Who stores blobs, the preferred one first.
    pub publishers: Vec<Arc<dyn Backend>>,
}

impl Backends {
    /// The HTTP backends that a configuration names.
    pub fn http(config: &ClientConfig) -> Result<Self, ConfigError> {
        let tls = tls_config(config.certificates.as_deref())?;
        let backend = |url: &String| {
            let url = EndpointUrl::parse(url, config.plain_http)?;
            HttpBackend::new(url, &config.timeouts, &tls)
        };
        let reader = |url| backend(url).map(|backend| Arc::new(backend) as Arc<dyn Backend>);
        let writer = |url| {
            let backend = backend(url)?;
            let backend = match &config.tokens {
                Some(tokens) => backend.with_tokens(tokens.clone()),
                None => backend,
            };
            Ok(Arc::new(backend) as Arc<dyn Backend>)
        };
        Ok(Self {
            aggregators: config.aggregators.iter().map(reader).collect::<Result<_, _>>()?,
            publishers: config.publishers.iter().map(writer).collect::<Result<_, ConfigError>>()?,
        })
    }
}
