//! The store of training data.

use crate::{
    config::Storage,
    failure::{other, usage, Failure},
};
use nocknock_dataset::{train_blob::MAX_TRAIN_BLOB_BYTES, TrainBlob};
use nocknock_primitives::ids::BlobId;
use nocknock_storage::{
    blob_id::ShardCount,
    client::{Client, ClientConfig, FetchOptions, PlainHttp, PutOptions, Timeouts},
};
use std::{num::NonZeroU32, time::Duration};

/// The configured services.
#[derive(Debug)]
pub(crate) struct Store {
    client: Client,
    epochs: NonZeroU32,
}

impl Store {
    pub(crate) fn new(storage: &Storage) -> Result<Self, Failure> {
        let epochs = NonZeroU32::new(storage.epochs);
        let epochs = epochs.ok_or_else(|| usage("[storage] epochs must be at least 1"))?;
        let client = Client::new(ClientConfig {
            shards: ShardCount::new(storage.shards).map_err(usage)?,
            aggregators: storage.aggregators.clone(),
            publishers: storage.publishers.clone(),
            plain_http: match storage.allow_plain_http {
                true => PlainHttp::Anywhere,
                false => PlainHttp::LoopbackOnly,
            },
            ..ClientConfig::default()
        });
        Ok(Self { client: client.map_err(usage)?, epochs })
    }

    /// Stores bytes, within this time if one is given. Doing so twice stores them once.
    pub(crate) async fn put(
        &self,
        bytes: Vec<u8>,
        longest: Option<Duration>,
    ) -> Result<BlobId, Failure> {
        let client = self.client_for(longest)?;
        let stored = client.put(bytes, &PutOptions::new(self.epochs)).await;
        let stored = stored.map_err(|error| Failure::Unreachable(error.to_string()))?;
        Ok(BlobId(stored.id.into_bytes()))
    }

    fn client_for(&self, longest: Option<Duration>) -> Result<Client, Failure> {
        let Some(longest) = longest else {
            return Ok(self.client.clone());
        };
        let config = self.client.config().clone();
        let timeouts = timeouts(longest, config.publishers.len());
        // The addresses were good before, so that only the folder of the cache can be missing.
        let client = Client::new(ClientConfig { timeouts, ..config });
        client.map_err(|error| Failure::File(error.to_string()))
    }

    /// Fetches the training data of a task. The bytes belong to the id.
    pub(crate) async fn train_blob(&self, id: &BlobId) -> Result<TrainBlob, Failure> {
        let options = FetchOptions {
            largest: u64::try_from(MAX_TRAIN_BLOB_BYTES).ok(),
            ..FetchOptions::default()
        };
        let id = nocknock_storage::BlobId::from_bytes(id.0);
        let bytes = self.client.get(&id, &options).await;
        let bytes = bytes.map_err(|error| Failure::Unreachable(error.to_string()))?;
        TrainBlob::decode(&bytes).map_err(other)
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

/// The id as Walrus writes it.
pub(crate) fn shown(id: &BlobId) -> String {
    nocknock_storage::BlobId::from_bytes(id.0).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

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

    /// Such a publisher would be waited for for two minutes, six times.
    #[tokio::test]
    async fn a_publisher_that_does_not_answer_takes_no_more_than_the_given_time() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", silent.local_addr().unwrap());
        let store = Store::new(&Storage { publishers: vec![url.clone()], ..Storage::default() });
        let longest = Some(Duration::from_millis(100));
        let failure = store.unwrap().put(vec![1, 2, 3], longest).await;
        let failure = failure.unwrap_err();
        assert!(matches!(failure, Failure::Unreachable(_)), "{failure:?}");
        assert!(failure.to_string().contains(&url), "{failure}");
    }
}
