//! `nocknock-walrus-dev`: a development store, and blob ids on the command line.

use std::{
    fs::File,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{bail, Context, Result};
use clap::{Args, Parser, Subcommand};
use nocknock_dev_store::{check_folder, Config, DevStore, FaultPlan, Finding, JwtSecret, NOTICE};
use nocknock_primitives::text::printable;
use nocknock_storage::{
    blob_id::{blob_id_of_file, ShardCount},
    client::read_secret,
};
use tokio::signal::unix::{signal, SignalKind};

/// A Walrus publisher and aggregator for development.
///
/// It is a single-machine store without Walrus's availability guarantees: what this machine loses
/// is lost. Blob ids and HTTP are those of Walrus.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve a folder until SIGTERM or Ctrl-C.
    Serve(Serve),
    /// Print the blob ids of files, without any server.
    BlobId(BlobIds),
    /// Compute the id of everything in a folder again; fails if any blob is damaged.
    Check(Check),
}

#[derive(Args)]
struct Serve {
    /// Folder that holds the blobs; made if it does not exist.
    #[arg(long, env = "NOCKNOCK_WALRUS_DEV_DIR", value_name = "DIR")]
    dir: PathBuf,

    /// Address to listen at; port 0 takes a free port.
    #[arg(long, default_value = "127.0.0.1:31415", value_name = "HOST:PORT")]
    listen: SocketAddr,

    /// Write the address that the store listens at to this file, once it does.
    #[arg(long, value_name = "FILE")]
    addr_file: Option<PathBuf>,

    /// Accept an address that other machines can reach. Everybody there can store and read.
    #[arg(long)]
    allow_remote: bool,

    /// Shards that blob ids are computed for; a folder keeps its count.
    #[arg(long, default_value = "1000", value_parser = shards, value_name = "N")]
    shards: ShardCount,

    /// Seconds of an epoch; a folder keeps its length. The default is 14 days.
    #[arg(long, default_value = "1209600", value_name = "SECONDS")]
    epoch_seconds: u64,

    /// The most epochs that a blob can be stored for.
    #[arg(long, default_value = "53", value_name = "N")]
    max_epochs: u64,

    /// The largest blob accepted, in MiB. Public Walrus publishers take 10.
    #[arg(long, default_value = "1024", value_name = "MIB")]
    max_blob_mib: u64,

    /// File with the key that tokens must be signed with (HS256). Without it everybody may store.
    #[arg(long, env = "NOCKNOCK_WALRUS_DEV_JWT_SECRET_FILE", value_name = "FILE")]
    jwt_secret_file: Option<PathBuf>,

    /// JSON file with faults to begin with, as PUT /dev/faults takes them.
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
}

#[derive(Args)]
struct BlobIds {
    /// Files to name.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Shards of the network; both public ones have 1000.
    #[arg(long, default_value = "1000", value_parser = shards, value_name = "N")]
    shards: ShardCount,
}

#[derive(Args)]
struct Check {
    /// Folder of a store that is not running.
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
}

fn shards(text: &str) -> Result<ShardCount, String> {
    let count = text.parse::<u16>().map_err(|error| error.to_string())?;
    ShardCount::new(count).map_err(|error| error.to_string())
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", printable(&format!("{error:#}")));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Serve(args) => tokio::runtime::Runtime::new()?.block_on(serve(args)),
        Command::BlobId(args) => print_ids(&args),
        Command::Check(args) => check(&args.dir),
    }
}

async fn serve(args: Serve) -> Result<()> {
    let addr_file = args.addr_file.clone();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut store = DevStore::serve(config(args)?).await?;
    println!("nocknock-walrus-dev: {NOTICE}");
    println!("publisher and aggregator at {}", store.url());
    if let Some(path) = addr_file {
        nocknock_durable::put(&path, format!("{}\n", store.address()).as_bytes())
            .with_context(|| format!("cannot write the address to {}", path.display()))?;
    }
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        ended = store.stopped() => return Ok(ended?),
    }
    Ok(store.shutdown().await?)
}

fn config(args: Serve) -> Result<Config> {
    let mib = args.max_blob_mib;
    let max_blob_len = mib.checked_mul(1 << 20).context("--max-blob-mib is too large")?;
    Ok(Config {
        listen: args.listen,
        allow_remote: args.allow_remote,
        shards: args.shards,
        epoch_length: Duration::from_secs(args.epoch_seconds),
        max_epochs: args.max_epochs,
        max_blob_len,
        jwt_secret: args.jwt_secret_file.as_deref().map(secret).transpose()?,
        faults: args.faults.as_deref().map(faults).transpose()?.unwrap_or_default(),
        ..Config::new(args.dir)
    })
}

/// The key in a file, in the form a publisher takes it.
fn secret(path: &Path) -> Result<JwtSecret> {
    Ok(JwtSecret::new(read_secret(path)?.to_vec()))
}

fn faults(path: &Path) -> Result<FaultPlan> {
    let json = std::fs::read(path).with_context(|| path.display().to_string())?;
    serde_json::from_slice(&json).with_context(|| path.display().to_string())
}

fn print_ids(args: &BlobIds) -> Result<()> {
    for path in &args.files {
        let id = File::open(path)
            .map_err(Into::into)
            .and_then(|file| blob_id_of_file(&file, args.shards))
            .with_context(|| path.display().to_string())?;
        println!("{id}  {}", printable(&path.display().to_string()));
    }
    Ok(())
}

fn check(dir: &Path) -> Result<()> {
    let findings = check_folder(dir)?;
    let mut bad = 0;
    for (id, finding) in &findings {
        match finding {
            Finding::Intact => continue,
            Finding::Damaged(actual) => println!("{id}  DAMAGED: its bytes have the id {actual}"),
            Finding::Unreadable(error) => {
                println!("{id}  UNREADABLE: {}", printable(&error.to_string()));
            }
        }
        bad += 1;
    }
    if bad > 0 {
        bail!("{bad} of {} blobs are damaged: store them again", findings.len());
    }
    println!("blobs checked: {}, all intact", findings.len());
    Ok(())
}
