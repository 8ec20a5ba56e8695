//! A small file about what runs, for scripts.

use crate::{
    commands::fetch_model::write_file,
    failure::{other, Failure},
};
use serde::Serialize;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What runs, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Session {
    /// The process of `nocknock start`. A SIGTERM to it ends everything in order.
    pid: u32,
    /// Folder of the chain and the store.
    folder: PathBuf,
    node: NodeEntry,
    store: StoreEntry,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct NodeEntry {
    pid: u32,
    /// WebSocket URL of the JSON-RPC server.
    url: String,
    log: PathBuf,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct StoreEntry {
    /// Publisher and aggregator.
    url: String,
}

impl Session {
    pub(crate) fn new(
        folder: &Path,
        node_url: &str,
        node_pid: u32,
        store_url: &str,
        log: &Path,
    ) -> Self {
        Self {
            pid: std::process::id(),
            folder: folder.to_owned(),
            node: NodeEntry { pid: node_pid, url: node_url.to_owned(), log: log.to_owned() },
            store: StoreEntry { url: store_url.to_owned() },
        }
    }

    pub(crate) fn text(&self) -> String {
        format!(
            "A development chain runs. Nothing on it has value, and its keys are public.\n\
             node:   {}\nstore:  {}\nfolder: {}\nlog:    {}\n\
             Ctrl-C ends both.",
            self.node.url,
            self.store.url,
            self.folder.display(),
            self.node.log.display()
        )
    }
}

/// The file. It goes when the session ends.
#[derive(Debug)]
pub(crate) struct SessionFile(PathBuf);

impl SessionFile {
    pub(crate) fn write(path: PathBuf, session: &Session) -> Result<Self, Failure> {
        let bytes = serde_json::to_vec_pretty(session).map_err(other)?;
        write_file(&path, &bytes)?;
        Ok(Self(path))
    }
}

impl Drop for SessionFile {
    fn drop(&mut self) {
        // Nothing depends on it any more, and a folder that is gone has no file either.
        fs::remove_file(&self.0).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_lives_as_long_as_the_session() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("session.json");
        let session = Session::new(folder.path(), "ws://a", 7, "http://b", Path::new("log"));
        let file = SessionFile::write(path.clone(), &session).unwrap();
        let read: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        assert_eq!(read["node"]["url"], "ws://a");
        assert_eq!(read["node"]["pid"], 7);
        assert_eq!(read["store"]["url"], "http://b");
        drop(file);
        assert!(!path.exists());
    }
}
