//! What a development store is started with.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use super::{
    auth::JwtSecret,
    clock::{Clock, SystemClock},
    faults::FaultPlan,
};
use nocknock_storage::{blob_id::ShardCount, speed::LeastSpeed};

/// What a development store is started with. [`Config::new`] gives defaults.
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder that holds the blobs; it is made if it does not exist. One process at a time.
    pub folder: PathBuf,
    /// The address to listen at. Port 0 takes a free port.
    pub listen: SocketAddr,
    /// Whether an address that other machines can reach is accepted. Fault injection and deletion
    /// are not offered there.
    pub allow_remote: bool,
    /// The shard count that ids are computed for. A folder keeps the count it was made with.
    pub shards: ShardCount,
    /// How long an epoch lasts. A folder keeps the length it was made with.
    pub epoch_length: Duration,
    /// The most epochs that a blob can be stored for.
    pub max_epochs: u64,
    /// The longest blob or quilt accepted, in bytes.
    pub max_blob_len: u64,
    /// What a body that is sent here moves at least.
    pub least_speed: LeastSpeed,
    /// The key that tokens must be signed with; without one everybody may store.
    pub jwt_secret: Option<JwtSecret>,
    /// Faults to begin with.
    pub faults: FaultPlan,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
}

impl Config {
    /// A store in `folder` on a free port of the loopback interface, with 1000 shards as on
    /// Walrus's public networks, epochs of 14 days and at most 53 of them as on its main network,
    /// blobs up to 1 GiB, no tokens and no faults.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        Self {
            folder: folder.into(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            allow_remote: false,
            shards: ShardCount::WALRUS,
            epoch_length: 14 * DAY,
            max_epochs: 53,
            max_blob_len: 1 << 30,
            least_speed: LeastSpeed::default(),
            jwt_secret: None,
            faults: FaultPlan::default(),
            clock: Arc::new(SystemClock),
        }
    }
}
