//! The store of training data.

use nocknock_dataset::{train_blob::MAX_TRAIN_BLOB_BYTES, TrainBlob, TrainBlobError};
use nocknock_primitives::ids::BlobId;
use nocknock_storage::{
    blob_id::ShardCount,
    client::{
        Client, ClientConfig, ClientError, ConfigError, FetchOptions, PlainHttp, PutOptions,
        Timeouts,
    },
};
use std::{num::NonZeroU32, time::Duration};

/// Which services store data and give it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreConfig {
    /// URLs to fetch from, the preferred one first.
    pub aggregators: Vec<String>,
    /// URLs to store with, the preferred one first.
    pub publishers: Vec<String>,
    /// Storage epochs that training data is paid for.
    pub epochs: u32,
    /// Shards of the Walrus network; blob ids depend on it.
    pub shards: u16,
    /// Allow plain http to other machines than this one.
    pub allow_plain_http: bool,
}

/// Why data was not stored or fetched.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The configuration cannot be used.
    #[error("{0}")]
    Config(String),
    /// Data cannot be stored for no time.
    #[error("data must be stored for at least 1 epoch")]
    Epochs,
    /// The client cannot be set up anew.
    #[error(transparent)]
    Setup(#[from] ConfigError),
    /// No service did it.
    #[error(transparent)]
    Unavailable(#[from] ClientError),
    /// What was fetched is not training data.
    #[error(transparent)]
    Unreadable(#[from] TrainBlobError),
}

/// The configured services.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    epochs: NonZeroU32,
}

impl Store {
    /// Sets up a client of the services. None of them is asked anything yet.
    ///
    /// # Errors
    ///
    /// The configuration cannot be used.
    pub fn new(config: &StoreConfig) -> Result<Self, StoreError> {
        let epochs = NonZeroU32::new(config.epochs).ok_or(StoreError::Epochs)?;
        let shards = ShardCount::new(config.shards);
        let plain_http =
            if config.allow_plain_http { PlainHttp::Anywhere } else { PlainHttp::LoopbackOnly };
        let client = Client::new(ClientConfig {
            shards: shards.map_err(|error| StoreError::Config(error.to_string()))?,
            aggregators: config.aggregators.clone(),
            publishers: config.publishers.clone(),
            plain_http,
            ..ClientConfig::default()
        });
        let client = client.map_err(|error| StoreError::Config(error.to_string()))?;
        Ok(Self { client, epochs })
    }

    /// Stores bytes, within this time if one is given. Doing so twice stores them once.
    ///
    /// # Errors
    ///
    /// No service took the bytes.
    pub async fn put(
        &self,
        bytes: Vec<u8>,
        longest: Option<Duration>,
    ) -> Result<BlobId, StoreError> {
        let client = self.client_for(longest)?;
        let stored = client.put(bytes, &PutOptions::new(self.epochs)).await?;
        Ok(stored.id)
    }

    fn client_for(&self, longest: Option<Duration>) -> Result<Client, StoreError> {
        let Some(longest) = longest else {
            return Ok(self.client.clone());
        };
        let config = self.client.config().clone();
        let timeouts = timeouts(longest, config.publishers.len());
        // The addresses were good before, so that only the folder of the cache can be missing.
        Ok(Client::new(ClientConfig { timeouts, ..config })?)
    }

    /// Fetches the training data of a task. The bytes belong to the id.
    ///
    /// # Errors
    ///
    /// No service gave the bytes, or they are not training data.
    pub async fn train_blob(&self, id: &BlobId) -> Result<TrainBlob, StoreError> {
        let options = FetchOptions {
            largest: u64::try_from(MAX_TRAIN_BLOB_BYTES).ok(),
            ..FetchOptions::default()
        };
        let bytes = self.client.get(id, &options).await?;
        Ok(TrainBlob::decode(&bytes)?)
    }
}

/// The usual times, cut so that all publishers are asked before this time is over.
fn timeouts(longest: Duration, publishers: usize) -> Timeouts {
    let usual = Timeouts::default();
    let publishers = u32::try_from(publishers).unwrap_or(u32::MAX);
    Timeouts {
        answer: usual.answer.min(longest / publishers.max(1)),
        total: usual.total.min(longest),
        ..usual
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    fn config(publisher: &str) -> StoreConfig {
        StoreConfig {
            aggregators: Vec::new(),
            publishers: vec![publisher.to_owned()],
            epochs: 1,
            shards: 1000,
            allow_plain_http: false,
        }
    }

    #[test]
    fn a_configuration_that_cannot_be_used_is_refused_before_anything_is_sent() {
        let no_epoch = StoreConfig { epochs: 0, ..config("http://127.0.0.1:1") };
        assert!(matches!(Store::new(&no_epoch), Err(StoreError::Epochs)));
        let plain = Store::new(&config("http://192.0.2.1"));
        assert!(matches!(plain, Err(StoreError::Config(_))), "{plain:?}");
    }

    #[test]
    fn a_short_phase_is_shared_among_the_publishers_and_a_long_one_changes_nothing() {
        let times = |seconds, publishers| {
            let timeouts = timeouts(Duration::from_secs(seconds), publishers);
            (timeouts.answer.as_secs(), timeouts.total.as_secs())
        };
        assert_eq!(times(60, 1), (60, 60));
        assert_eq!(times(60, 3), (20, 60));
        assert_eq!(times(60, 0), (60, 60));
        let usual = Timeouts::default();
        assert_eq!(timeouts(usual.total, 2), usual);
    }

    /// Such a publisher would otherwise keep the requester waiting for two minutes, six times.
    #[tokio::test]
    async fn a_publisher_that_does_not_answer_takes_no_more_than_the_given_time() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", silent.local_addr().unwrap());
        let store = Store::new(&config(&url)).unwrap();
        let error = store.put(vec![1, 2, 3], Some(Duration::from_millis(100))).await.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        assert!(error.to_string().contains(&url), "{error}");
    }
}
