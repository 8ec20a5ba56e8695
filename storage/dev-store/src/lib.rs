#![doc = include_str!("../README.md")]

mod api;
mod auth;
mod check;
mod clock;
mod config;
mod faults;
mod folder;
mod inject;
mod quilt;
mod range;
mod record;
mod reply;
mod service;
mod staging;
mod stored;
#[cfg(feature = "test-utils")]
pub mod testing;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

pub use auth::JwtSecret;
pub use check::{check_folder, CheckError, Finding};
pub use clock::{Clock, Epoch, ManualClock, SystemClock};
pub use config::Config;
pub use faults::{Fault, FaultPlan, FaultPlanError, Faults, Requests, ScriptedFault};
pub use folder::OpenError;

use clock::unix_millis;
use folder::{Folder, Settings};
use service::Service;

/// What the store is, for people who meet it.
pub const NOTICE: &str = "a single-machine store for development, without Walrus's availability \
                          guarantees: what this machine loses is lost";

/// Why a store did not start, or how it ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address can be reached from other machines.
    #[error("{0} can be reached from other machines, and everybody there could store and read: listen at 127.0.0.1, or allow remote access explicitly")]
    NotLoopback(SocketAddr),
    /// The address is not free or not this machine's.
    #[error("the store cannot listen at {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// An epoch must last a millisecond at least.
    #[error("an epoch of less than a millisecond is too short")]
    EpochLength,
    /// The folder.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The faults to begin with.
    #[error(transparent)]
    Faults(#[from] FaultPlanError),
    /// Expired blobs could not be removed.
    #[error("expired blobs could not be removed: {0}")]
    Sweep(io::Error),
    /// The server failed while it ran.
    #[error("the store stopped: {0}")]
    Stopped(io::Error),
}

/// A running store. Dropping it ends it, without waiting for requests under way.
pub struct DevStore {
    address: SocketAddr,
    service: Arc<Service>,
    stop: Option<oneshot::Sender<()>>,
    /// None once it has ended.
    server: Option<JoinHandle<io::Result<()>>>,
}

impl std::fmt::Debug for DevStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DevStore")
            .field("address", &self.address)
            .field("config", &self.service.config)
            .finish_non_exhaustive()
    }
}

impl DevStore {
    /// Opens the folder and starts to answer.
    pub async fn serve(config: Config) -> Result<Self, ServeError> {
        let wanted = config.listen;
        if !wanted.ip().is_loopback() && !config.allow_remote {
            return Err(ServeError::NotLoopback(wanted));
        }
        let service = Arc::new(open(config)?);
        let listen_error = |source| ServeError::Listen { address: wanted, source };
        let listener = TcpListener::bind(wanted).await.map_err(listen_error)?;
        let address = listener.local_addr().map_err(listen_error)?;
        let router = api::router(Arc::clone(&service), wanted.ip().is_loopback());
        let (stop, stopped) = oneshot::channel();
        let server = axum::serve(listener, router).with_graceful_shutdown(async {
            // A sender that is gone means the same as a message.
            stopped.await.unwrap_or_default();
        });
        Ok(Self {
            address,
            service,
            stop: Some(stop),
            server: Some(tokio::spawn(async { server.await })),
        })
    }

    /// Where the store listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of publisher and aggregator, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The faults that requests meet.
    pub fn faults(&self) -> &Faults {
        &self.service.faults
    }

    /// The epoch now.
    pub fn epoch(&self) -> Epoch {
        self.service.epoch()
    }

    /// Removes blobs that have expired. They are not given out anyway; this frees their space, as
    /// opening the folder does.
    pub fn remove_expired(&self) -> Result<(), ServeError> {
        self.service.sweep().map_err(ServeError::Sweep)
    }

    /// Waits until the server ends by itself, which only an error makes it do.
    pub async fn stopped(&mut self) -> Result<(), ServeError> {
        let Some(server) = &mut self.server else {
            return Ok(());
        };
        let ended = server.await;
        self.server = None;
        ended.unwrap_or_else(|error| Err(io::Error::other(error))).map_err(ServeError::Stopped)
    }

    /// Takes no more connections, lets requests under way finish for up to ten seconds, and ends.
    pub async fn shutdown(mut self) -> Result<(), ServeError> {
        const PATIENCE: Duration = Duration::from_secs(10);
        self.stop.take();
        match tokio::time::timeout(PATIENCE, self.stopped()).await {
            Ok(result) => result,
            Err(_) => Ok(()),
        }
    }
}

impl Drop for DevStore {
    fn drop(&mut self) {
        if let Some(server) = &self.server {
            server.abort();
        }
    }
}

fn open(config: Config) -> Result<Service, ServeError> {
    let epoch_millis = u64::try_from(config.epoch_length.as_millis()).unwrap_or(u64::MAX);
    if epoch_millis == 0 {
        return Err(ServeError::EpochLength);
    }
    let wanted = Settings {
        shards: config.shards.get() as u16,
        epoch_millis,
        genesis_millis: unix_millis(config.clock.now()),
    };
    let faults = Faults::new(config.faults.clone())?;
    let folder = Folder::open(&config.folder, wanted)?;
    let service = Service::new(config, folder, faults);
    service.sweep().map_err(ServeError::Sweep)?;
    Ok(service)
}
