//! `nocknock start`.

use crate::{
    arguments::Global,
    config::Config,
    dev::{
        node::{ensure_at, ensure_free, DevNode, NodeOptions, Tokens},
        session::{Session, SessionFile},
    },
    failure::{other, Failure},
    output::Output,
    stop::Stop,
};
use clap::Args;
use nocknock_client::{Client, ConnectOptions, Follow};
use nocknock_dev_store::{self as dev_store, DevStore, ServeError};
use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

/// How long the first block may take.
const FIRST_BLOCK: Duration = Duration::from_secs(120);

/// Run a development chain and a store on this machine, until Ctrl-C.
///
/// The chain has one validator, blocks of one second, and no tokens until somebody has proved
/// useful work. The program `nocknock-node` is looked for beside this one, then in PATH. The store
/// keeps what is put into it in a folder of this machine and has none of the guarantees of Walrus.
#[derive(Debug, Args)]
pub(crate) struct Start {
    /// Use a fresh folder, and remove it at the end.
    #[arg(long)]
    tmp: bool,

    /// Begin with tokens that nobody has earned, in the accounts from alice to ferdie: for trying
    /// out at once what costs tokens, with `nocknock faucet`. It is a chain of its own.
    #[arg(long)]
    endowed: bool,

    /// Port of the node's JSON-RPC server; 0 takes a free one.
    #[arg(long, default_value_t = 9944, value_name = "PORT")]
    rpc_port: u16,

    /// Port of the store; 0 takes a free one.
    #[arg(long, default_value_t = 31415, value_name = "PORT")]
    store_port: u16,

    /// The node's program.
    #[arg(long, env = "NOCKNOCK_NODE", value_name = "FILE")]
    node: Option<PathBuf>,

    /// File for the URLs and process ids, written once all is ready [default: session.json in the
    /// data folder].
    #[arg(long, value_name = "FILE")]
    session_file: Option<PathBuf>,
}

/// The folder of the chain and the store.
#[derive(Debug)]
struct Place {
    folder: PathBuf,
    /// Removes the folder at the end.
    temporary: Option<tempfile::TempDir>,
}

impl Start {
    pub(crate) async fn run(self, global: &Global, output: Output) -> Result<(), Failure> {
        let mut stop = Stop::listen()?;
        ensure_free(self.rpc_port)?;
        let mut place = self.place(global)?;
        let store = self.store(&place.folder).await?;
        let options = NodeOptions {
            program: self.node.clone(),
            folder: place.folder.join("node"),
            rpc_port: self.rpc_port,
            tokens: if self.endowed { Tokens::Endowed } else { Tokens::Earned },
        };
        let mut node = match DevNode::spawn(&options) {
            Ok(node) => node,
            Err(failure) => {
                store.shutdown().await.map_err(other)?;
                return Err(failure);
            }
        };
        let ran = tokio::select! {
            ran = self.serve(&mut node, &store, &place.folder, output) => ran,
            () = stop.wait() => Ok(()),
        };
        if ran.is_err() {
            place.keep();
        }
        output.say("stopping");
        let stopped = node.stop().await;
        store.shutdown().await.map_err(other)?;
        ran.and(stopped)
    }

    fn place(&self, global: &Global) -> Result<Place, Failure> {
        if self.tmp {
            let temporary = tempfile::Builder::new().prefix("nocknock-").tempdir();
            let temporary = temporary.map_err(other)?;
            return Ok(Place { folder: temporary.path().to_owned(), temporary: Some(temporary) });
        }
        let folder = Config::load(global)?.data_dir()?.join("dev");
        fs::create_dir_all(&folder).map_err(|error| Failure::file(&folder, error))?;
        Ok(Place { folder, temporary: None })
    }

    async fn store(&self, folder: &Path) -> Result<DevStore, Failure> {
        let config = dev_store::Config {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, self.store_port)),
            ..dev_store::Config::new(folder.join("store"))
        };
        DevStore::serve(config).await.map_err(store_failure)
    }

    /// Runs until the node ends by itself, which is a failure.
    async fn serve(
        &self,
        node: &mut DevNode,
        store: &DevStore,
        folder: &Path,
        output: Output,
    ) -> Result<(), Failure> {
        let url = node.url().await?;
        ensure_at(&url, self.rpc_port)?;
        first_block(&url).await?;
        let session = Session::new(folder, &url, node.pid(), &store.url(), node.log());
        let path = self.session_file.clone();
        let path = path.unwrap_or_else(|| folder.join("session.json"));
        let _file = SessionFile::write(path, &session)?;
        if self.endowed {
            output.say("the development accounts have tokens on this chain that nobody has earned");
        }
        output.show(&session, || session.text())?;
        node.ended().await
    }
}

impl Place {
    /// Keeps the folder, whose log tells why the node has failed.
    fn keep(&mut self) {
        if let Some(temporary) = &mut self.temporary {
            temporary.disable_cleanup(true);
        }
    }
}

fn store_failure(error: ServeError) -> Failure {
    match error {
        ServeError::Listen { .. } => other(format!(
            "{error}. Is another one running? End it, or give --store-port 0, which takes a free port, and give commands its URL \
             with --store"
        )),
        error => other(error),
    }
}

/// Waits until the chain has begun.
async fn first_block(url: &str) -> Result<(), Failure> {
    let options = ConnectOptions { patience: FIRST_BLOCK, ..ConnectOptions::new(&[url]) };
    let client = Client::connect_with(options).await?;
    let first = client.wait_for_block(1, Follow::Best);
    match tokio::time::timeout(FIRST_BLOCK, first).await {
        Ok(reached) => Ok(reached.map(|_| ())?),
        Err(_) => Err(Failure::Other(format!(
            "the chain has made no block within {} seconds; look into its log",
            FIRST_BLOCK.as_secs()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_folder_stays_only_where_its_log_is_needed() {
        let place = || {
            let temporary = tempfile::tempdir().unwrap();
            Place { folder: temporary.path().to_owned(), temporary: Some(temporary) }
        };
        let removed = place();
        let folder = removed.folder.clone();
        drop(removed);
        assert!(!folder.exists());
        let mut kept = place();
        kept.keep();
        let folder = kept.folder.clone();
        drop(kept);
        assert!(folder.exists());
        fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn a_store_port_that_is_taken_is_reported_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let taken = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let config = dev_store::Config {
            listen: taken.local_addr().unwrap(),
            ..dev_store::Config::new(folder.path().join("store"))
        };
        let failure = store_failure(DevStore::serve(config).await.unwrap_err());
        assert!(failure.to_string().contains("--store-port 0"), "{failure}");
    }
}
