//! A store in a temporary folder and a plain HTTP client for it.

use std::sync::Once;

use nocknock_storage::{
    blob_id::{blob_id, ShardCount},
    dev_store::{Config, DevStore},
    BlobId,
};
use reqwest::{header::HeaderMap, Client, Method, StatusCode};
use serde_json::Value;
use tempfile::TempDir;

/// Few shards, so that ids cost next to nothing.
pub(crate) fn few_shards() -> ShardCount {
    ShardCount::new(16).unwrap()
}

pub(crate) fn id_of(bytes: &[u8]) -> BlobId {
    blob_id(bytes, few_shards()).unwrap()
}

pub(crate) fn http() -> Client {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // Another test may have installed it already.
        let _installed = rustls::crypto::ring::default_provider().install_default();
    });
    Client::builder().no_proxy().build().unwrap()
}

pub(crate) fn config(folder: &TempDir) -> Config {
    Config { shards: few_shards(), ..Config::new(folder.path()) }
}

/// A response read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// The reason in an error's details, after a check that status and body agree.
    pub(crate) fn reason(&self) -> String {
        let json = self.json();
        let error = &json["error"];
        assert_eq!(error["code"], self.status.as_u16(), "{json}");
        assert!(error["status"].is_string() && error["message"].is_string());
        assert!(error["details"][0]["domain"].is_string(), "{json}");
        error["details"][0]["reason"].as_str().unwrap().to_owned()
    }
}

/// A running store, its folder and a client.
pub(crate) struct TestStore {
    pub(crate) store: DevStore,
    pub(crate) folder: TempDir,
    http: Client,
}

impl TestStore {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(&folder);
        change(&mut config);
        let store = DevStore::serve(config).await.unwrap();
        Self { store, folder, http: http() }
    }

    /// Stops the store and serves its folder anew.
    pub(crate) async fn restart(self, change: impl FnOnce(&mut Config)) -> Self {
        self.store.shutdown().await.unwrap();
        let mut config = config(&self.folder);
        change(&mut config);
        Self { store: DevStore::serve(config).await.unwrap(), folder: self.folder, http: http() }
    }

    pub(crate) async fn try_send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> reqwest::Result<Reply> {
        let url = format!("{}{path}", self.store.url());
        let mut request = self.http.request(method, url).body(body.to_vec());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await?;
        Ok(Reply {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.bytes().await?.to_vec(),
        })
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: &[u8]) -> Reply {
        self.try_send(method, path, &[], body).await.unwrap()
    }

    pub(crate) async fn put(&self, query: &str, body: &[u8]) -> Reply {
        self.send(Method::PUT, &format!("/v1/blobs{query}"), body).await
    }

    pub(crate) async fn get(&self, id: &BlobId) -> Reply {
        self.send(Method::GET, &format!("/v1/blobs/{id}"), b"").await
    }

    pub(crate) async fn get_range(&self, id: &BlobId, range: &str) -> Reply {
        let path = format!("/v1/blobs/{id}");
        let headers = [("range", range)];
        self.try_send(Method::GET, &path, &headers, b"").await.unwrap()
    }

    /// Stores bytes and gives their id.
    pub(crate) async fn keep(&self, bytes: &[u8]) -> BlobId {
        let reply = self.put("?epochs=1&permanent=true", bytes).await;
        assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
        id_of(bytes)
    }
}
