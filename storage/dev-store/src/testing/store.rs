//! A store in a temporary folder and a plain HTTP client for it.

use std::sync::Once;

use nocknock_storage::BlobId;
use reqwest::{header::HeaderMap, Client, Method, StatusCode};
use serde_json::Value;
use tempfile::TempDir;

use super::{few_shards, id_of};
use crate::{Config, DevStore};

/// An HTTP client that knows nothing of Walrus.
pub fn http() -> Client {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // Another test may have installed it already.
        let _installed = rustls::crypto::ring::default_provider().install_default();
    });
    Client::builder().no_proxy().build().unwrap()
}

/// The settings of a store in `folder` with few shards.
pub fn settings(folder: &TempDir) -> Config {
    Config { shards: few_shards(), ..Config::new(folder.path()) }
}

/// A response read to its end.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// A header that is there.
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// The reason in an error's details, after a check that status and body agree.
    pub fn reason(&self) -> String {
        let json = self.json();
        let error = &json["error"];
        assert_eq!(error["code"], self.status.as_u16(), "{json}");
        assert!(error["status"].is_string() && error["message"].is_string());
        assert!(error["details"][0]["domain"].is_string(), "{json}");
        error["details"][0]["reason"].as_str().unwrap().to_owned()
    }
}

/// A running store, its folder and a client.
#[derive(Debug)]
pub struct TestStore {
    /// The store.
    pub store: DevStore,
    /// Where it keeps its blobs. It is removed at the end.
    pub folder: TempDir,
    http: Client,
}

impl TestStore {
    /// A store with few shards.
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// A store whose settings are changed first.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = settings(&folder);
        change(&mut config);
        let store = DevStore::serve(config).await.unwrap();
        Self { store, folder, http: http() }
    }

    /// Stops the store and serves its folder anew.
    pub async fn restart(self, change: impl FnOnce(&mut Config)) -> Self {
        self.store.shutdown().await.unwrap();
        let mut config = settings(&self.folder);
        change(&mut config);
        Self { store: DevStore::serve(config).await.unwrap(), folder: self.folder, http: http() }
    }

    /// Sends a request and reads the answer, which may break off.
    pub async fn try_send(
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

    /// Sends a request that is answered to the end.
    pub async fn send(&self, method: Method, path: &str, body: &[u8]) -> Reply {
        self.try_send(method, path, &[], body).await.unwrap()
    }

    /// Asks to store a blob.
    pub async fn put(&self, query: &str, body: &[u8]) -> Reply {
        self.send(Method::PUT, &format!("/v1/blobs{query}"), body).await
    }

    /// Asks for a blob.
    pub async fn get(&self, id: &BlobId) -> Reply {
        self.send(Method::GET, &format!("/v1/blobs/{id}"), b"").await
    }

    /// Asks for a part of a blob.
    pub async fn get_range(&self, id: &BlobId, range: &str) -> Reply {
        let path = format!("/v1/blobs/{id}");
        let headers = [("range", range)];
        self.try_send(Method::GET, &path, &headers, b"").await.unwrap()
    }

    /// Stores bytes and gives their id.
    pub async fn keep(&self, bytes: &[u8]) -> BlobId {
        let reply = self.put("?epochs=1&permanent=true", bytes).await;
        assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
        id_of(bytes)
    }
}
