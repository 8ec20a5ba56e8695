//! The command line.

use std::{
    convert::Infallible,
    num::{NonZeroU32, NonZeroU64},
    path::PathBuf,
    str::FromStr,
    sync::Arc,
};

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand, ValueEnum};
use nocknock_storage::{
    blob_id::ShardCount,
    client::{Client, ClientConfig, PlainHttp, SharedSecretTokens, Timeouts, TokenProvider},
    manifest,
    speed::LeastSpeed,
    BlobId,
};

/// Store files and folders on Walrus, and fetch and check them.
///
/// Every byte that is fetched is checked against its blob id before it gets its name. Without
/// further options the development store of nocknock-walrus-dev on this machine is used.
#[derive(Parser)]
#[command(version)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) network: Network,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Store files, each as one blob, and print their ids.
    Put(Put),
    /// Fetch one blob into a file.
    Get(Get),
    /// Ask an aggregator for the size of a blob. The answer is not checked.
    Head(Head),
    /// Store a folder as shards and a manifest, and print the manifest's id.
    Pack(Pack),
    /// Fetch the files of a manifest into a folder.
    Fetch(Fetch),
    /// Print what a manifest lists.
    Show(Show),
    /// Compare a folder with a manifest; fails if a file is missing or changed.
    Verify(Verify),
}

#[derive(Args)]
pub(crate) struct Network {
    /// Aggregator to fetch from; may be given several times, the preferred one first.
    #[arg(
        long = "aggregator",
        env = "NOCKNOCK_AGGREGATORS",
        value_delimiter = ',',
        default_value = "http://127.0.0.1:31415",
        value_name = "URL",
        global = true
    )]
    aggregators: Vec<String>,

    /// Publisher to store with; may be given several times, the preferred one first.
    #[arg(
        long = "publisher",
        env = "NOCKNOCK_PUBLISHERS",
        value_delimiter = ',',
        default_value = "http://127.0.0.1:31415",
        value_name = "URL",
        global = true
    )]
    publishers: Vec<String>,

    /// Shards of the network; both public ones have 1000.
    #[arg(
        long,
        env = "NOCKNOCK_SHARDS",
        default_value = "1000",
        value_parser = shards,
        value_name = "N",
        global = true
    )]
    shards: ShardCount,

    /// Folder for checked blobs and interrupted downloads; one folder serves any number of
    /// processes. [default: nocknock/blobs in the user's cache folder]
    #[arg(long, env = "NOCKNOCK_STORAGE_CACHE", value_name = "DIR", global = true)]
    cache: Option<PathBuf>,

    /// What the cache may hold, in MiB.
    #[arg(long, default_value = "16384", value_name = "MIB", global = true)]
    cache_mib: u64,

    /// The largest blob that is fetched, in MiB.
    #[arg(long, default_value = "4096", value_name = "MIB", global = true)]
    largest_mib: u64,

    /// Bytes a second that a service must move at least, on average over 30 seconds. A slower one
    /// is left for the next; lower this if your own link is slower.
    #[arg(long, default_value = "512", value_name = "BYTES", global = true)]
    least_speed: u32,

    /// File with the secret of your own publisher, to make a token for each upload (HS256).
    #[arg(long, env = "NOCKNOCK_JWT_SECRET_FILE", value_name = "FILE", global = true)]
    jwt_secret_file: Option<PathBuf>,

    /// PEM file with certificate authorities to trust besides the system's.
    #[arg(long, value_name = "FILE", global = true)]
    certificates: Option<PathBuf>,

    /// Accept plain http to other machines. What is fetched is checked all the same; tokens are
    /// not sent.
    #[arg(long, global = true)]
    plain_http: bool,
}

#[derive(Args)]
pub(crate) struct Keep {
    /// Epochs to store for, the current one included: two weeks each on Walrus's main network, one
    /// day on its test network.
    #[arg(long, value_name = "N")]
    pub(crate) epochs: NonZeroU32,

    /// Let the publisher's owner delete the blobs early. By default nobody can.
    #[arg(long)]
    pub(crate) deletable: bool,
}

#[derive(Args)]
pub(crate) struct Put {
    /// Files to store.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) keep: Keep,
}

#[derive(Args)]
pub(crate) struct Get {
    /// The blob.
    #[arg(value_name = "BLOB_ID")]
    pub(crate) id: BlobId,

    /// Where to put it. The file appears complete and checked, or not at all.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,

    #[command(flatten)]
    pub(crate) fresh: Fresh,
}

#[derive(Args)]
pub(crate) struct Fresh {
    /// The data was stored a moment ago: ask again for a minute if an aggregator does not know it.
    #[arg(long)]
    pub(crate) just_stored: bool,
}

#[derive(Args)]
pub(crate) struct Head {
    /// The blob.
    #[arg(value_name = "BLOB_ID")]
    pub(crate) id: BlobId,
}

#[derive(Args)]
pub(crate) struct Pack {
    /// The folder. Hidden files in it are left out.
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,

    #[command(flatten)]
    pub(crate) keep: Keep,

    /// Write the manifest to this file too.
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,

    /// Size of a shard, in KiB. Public publishers take up to 10 MiB.
    #[arg(long, default_value = "8192", value_name = "KIB")]
    pub(crate) shard_kib: NonZeroU64,

    /// What all files are for. By default a file's first folder says it.
    #[arg(long)]
    pub(crate) role: Option<Role>,

    /// Shards that are stored at the same time.
    #[arg(long, default_value = "4", value_name = "N")]
    pub(crate) parallel: usize,

    /// Where to note what is stored, so that an interrupted upload goes on where it stopped.
    /// [default: a file in the cache folder]
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,

    /// Compute the manifest and store nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Args)]
pub(crate) struct Fetch {
    /// The manifest's blob.
    #[arg(value_name = "BLOB_ID")]
    pub(crate) id: BlobId,

    /// The folder; made if it does not exist.
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,

    /// Fetch files with this role only; may be given several times.
    #[arg(long = "role")]
    pub(crate) roles: Vec<Role>,

    /// Replace files with other content.
    #[arg(long)]
    pub(crate) overwrite: bool,

    /// Shards that are fetched at the same time.
    #[arg(long, default_value = "8", value_name = "N")]
    pub(crate) parallel: usize,

    #[command(flatten)]
    pub(crate) fresh: Fresh,
}

#[derive(Args)]
pub(crate) struct Show {
    /// A manifest: its blob id, or a file.
    #[arg(value_name = "MANIFEST")]
    pub(crate) manifest: Source,
}

#[derive(Args)]
pub(crate) struct Verify {
    /// A manifest: its blob id, or a file.
    #[arg(value_name = "MANIFEST")]
    pub(crate) manifest: Source,

    /// The folder.
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
}

/// Where a manifest is.
#[derive(Clone)]
pub(crate) enum Source {
    Blob(BlobId),
    File(PathBuf),
}

impl FromStr for Source {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text.parse() {
            Ok(id) => Self::Blob(id),
            Err(_) => Self::File(text.into()),
        })
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Role {
    Train,
    Test,
    Model,
    Image,
    Other,
}

impl From<Role> for manifest::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Train => Self::Train,
            Role::Test => Self::Test,
            Role::Model => Self::Model,
            Role::Image => Self::Image,
            Role::Other => Self::Other,
        }
    }
}

fn shards(text: &str) -> Result<ShardCount, String> {
    let count = text.parse::<u16>().map_err(|error| error.to_string())?;
    ShardCount::new(count).map_err(|error| error.to_string())
}

impl Network {
    /// A client with these settings.
    pub(crate) fn client(&self) -> Result<Client> {
        Ok(Client::new(self.config()?)?)
    }

    pub(crate) const fn shards(&self) -> ShardCount {
        self.shards
    }

    /// The cache folder.
    pub(crate) fn cache(&self) -> Result<PathBuf> {
        if let Some(folder) = &self.cache {
            return Ok(folder.clone());
        }
        let base = match std::env::var_os("XDG_CACHE_HOME") {
            Some(base) if !base.is_empty() => PathBuf::from(base),
            _ => std::env::home_dir()
                .context("no home folder is known: give --cache")?
                .join(".cache"),
        };
        Ok(base.join("nocknock").join("blobs"))
    }

    fn config(&self) -> Result<ClientConfig> {
        let tokens = self.jwt_secret_file.as_deref();
        let tokens = tokens.map(SharedSecretTokens::from_file).transpose()?;
        Ok(ClientConfig {
            shards: self.shards,
            aggregators: self.aggregators.clone(),
            publishers: self.publishers.clone(),
            plain_http: if self.plain_http { PlainHttp::Anywhere } else { PlainHttp::LoopbackOnly },
            certificates: self.certificates.clone(),
            tokens: tokens.map(|tokens| Arc::new(tokens) as Arc<dyn TokenProvider>),
            cache: Some(self.cache()?),
            cache_limit: mebibytes(self.cache_mib),
            largest_download: mebibytes(self.largest_mib),
            timeouts: Timeouts {
                least_speed: LeastSpeed::per_second(self.least_speed),
                ..Timeouts::default()
            },
            ..ClientConfig::default()
        })
    }
}

fn mebibytes(number: u64) -> u64 {
    number.saturating_mul(1 << 20)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_manifest_is_a_blob_id_or_else_a_file() {
        let id = "MLmg-XjRbksCtNo63_AoaVrlezO27Rb9Zns8EUOn3E8";
        assert!(matches!(id.parse(), Ok(Source::Blob(_))));
        assert!(matches!("./manifest.json".parse(), Ok(Source::File(_))));
    }
}
