//! What the subcommands do. Results go to standard output, everything else to standard error.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};
use nocknock_primitives::text::printable;
use nocknock_storage::{
    client::{FetchOptions, PutOptions},
    manifest::{
        fetch_folder, fetch_manifest, pack_folder, plan_folder, verify_folder, ContentHash,
        FetchFolderOptions, Manifest, PackOptions, PackReport, Packed,
    },
};

use crate::{
    args::{Fetch, Get, Head, Keep, Network, Pack, Put, Show, Source, Verify},
    progress,
};

pub(crate) async fn put(network: &Network, args: &Put) -> Result<()> {
    let client = network.client()?;
    for file in &args.files {
        let options = put_options(&args.keep);
        let stored = client.put_file(file, &options).await?;
        progress::clear();
        println!("{}  {}", stored.id, shown(file));
        if let Some(epoch) = stored.receipt.end_epoch {
            eprintln!("stored by {} until epoch {epoch}", stored.endpoint);
        }
    }
    Ok(())
}

pub(crate) async fn get(network: &Network, args: &Get) -> Result<()> {
    let client = network.client()?;
    let options = FetchOptions {
        just_certified: args.fresh.just_stored,
        progress: progress::listener(),
        ..FetchOptions::default()
    };
    client.get_to_file(&args.id, &args.output, &options).await?;
    progress::clear();
    eprintln!("checked and written to {}", shown(&args.output));
    Ok(())
}

pub(crate) async fn head(network: &Network, args: &Head) -> Result<()> {
    let info = network.client()?.head(&args.id).await?;
    match info.size {
        Some(size) => println!("{size}"),
        None => eprintln!("the blob is there, but its size is not told"),
    }
    eprintln!("according to {}, unchecked", info.endpoint);
    Ok(())
}

pub(crate) async fn pack(network: &Network, args: &Pack) -> Result<()> {
    let packed = if args.dry_run {
        plan_folder(network.shards(), &args.folder, &pack_options(args)).await?
    } else {
        pack_and_store(network, args).await?
    };
    progress::clear();
    if let Some(path) = &args.manifest {
        fs::write(path, packed.manifest.to_bytes())
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    println!("{}", packed.id);
    describe(&packed);
    Ok(())
}

async fn pack_and_store(network: &Network, args: &Pack) -> Result<Packed> {
    let client = network.client()?;
    let journal = match &args.journal {
        Some(path) => path.clone(),
        None => default_journal(network, &args.folder)?,
    };
    let options = PackOptions { journal: Some(journal.clone()), ..pack_options(args) };
    let packed = pack_folder(&client, &args.folder, &put_options(&args.keep), &options).await?;
    // Everything is stored, so there is nothing left to take up.
    let _ = fs::remove_file(journal);
    Ok(packed)
}

fn pack_options(args: &Pack) -> PackOptions {
    PackOptions {
        shard_size: args.shard_kib.saturating_mul(KIB),
        role: args.role.map(Into::into),
        parallel: args.parallel,
        journal: None,
    }
}

const KIB: std::num::NonZeroU64 = std::num::NonZeroU64::MIN.saturating_add(1023);

/// One journal for each folder, whatever path leads to it.
fn default_journal(network: &Network, folder: &Path) -> Result<PathBuf> {
    let folder = fs::canonicalize(folder).with_context(|| folder.display().to_string())?;
    let name = ContentHash::of(folder.as_os_str().as_encoded_bytes());
    Ok(network.cache()?.join(format!("upload-{name}.journal")))
}

fn describe(packed: &Packed) {
    let manifest = &packed.manifest;
    eprintln!(
        "{} files, {} shards, {} bytes",
        manifest.entries().len(),
        manifest.shards().count(),
        manifest.size()
    );
    let PackReport { stored, stored_bytes, reused, cost, end_epoch, left_out } = &packed.report;
    eprintln!("stored now: {stored} blobs, {stored_bytes} bytes, price {cost} FROST");
    eprintln!("not stored again: {reused} shards");
    if let Some(epoch) = end_epoch {
        eprintln!("stored until epoch {epoch}");
    }
    for path in left_out {
        eprintln!("left out as hidden: {}", shown(path));
    }
}

pub(crate) async fn fetch(network: &Network, args: &Fetch) -> Result<()> {
    let client = network.client()?;
    let just_certified = args.fresh.just_stored;
    let options = FetchOptions { just_certified, ..FetchOptions::default() };
    let manifest = fetch_manifest(&client, &args.id, &options).await?;
    let options = FetchFolderOptions {
        roles: args.roles.iter().copied().map(Into::into).collect(),
        parallel: args.parallel,
        overwrite: args.overwrite,
        just_certified,
        progress: progress::listener(),
    };
    let report = fetch_folder(&client, &manifest, &args.folder, &options).await?;
    progress::clear();
    for file in &report.files {
        println!("{}  {}", file.sha256, file.name);
    }
    eprintln!(
        "{} files with {} bytes are there and checked, {} shards with {} bytes were fetched now",
        report.files.len(),
        report.bytes(),
        report.shards_fetched(),
        report.bytes_fetched()
    );
    Ok(())
}

pub(crate) async fn show(network: &Network, args: &Show) -> Result<()> {
    let manifest = load(network, &args.manifest).await?;
    for entry in manifest.entries() {
        let (role, format, shards) = (entry.role, entry.format, entry.shards.len());
        let (sha256, size, name) = (entry.sha256, entry.size, &entry.name);
        println!("{sha256}  {role:<5}  {format:<11}  {shards:>5}  {size:>13}  {name}");
    }
    eprintln!("SHA-256, role, format, shards, bytes, name");
    Ok(())
}

pub(crate) async fn verify(network: &Network, args: &Verify) -> Result<ExitCode> {
    let manifest = load(network, &args.manifest).await?;
    let folder = args.folder.clone();
    let report = tokio::task::spawn_blocking(move || verify_folder(&manifest, &folder)).await?;
    for name in &report.missing {
        println!("missing     {name}");
    }
    for name in &report.changed {
        println!("changed     {name}");
    }
    for (name, reason) in &report.unreadable {
        println!("unreadable  {name}: {}", printable(reason));
    }
    for path in &report.unlisted {
        println!("not listed  {}", shown(path));
    }
    eprintln!("{} files are as listed", report.intact.len());
    let complete = report.is_complete();
    Ok(if complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A path as it may be printed: names of files may come from anywhere.
fn shown(path: &Path) -> String {
    printable(&path.display().to_string()).into_owned()
}

async fn load(network: &Network, source: &Source) -> Result<Manifest> {
    match source {
        Source::Blob(id) => {
            let options = FetchOptions::default();
            Ok(fetch_manifest(&network.client()?, id, &options).await?)
        }
        Source::File(path) => {
            let text = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            Manifest::parse(&text).with_context(|| path.display().to_string())
        }
    }
}

fn put_options(keep: &Keep) -> PutOptions {
    PutOptions {
        permanent: !keep.deletable,
        progress: progress::listener(),
        ..PutOptions::new(keep.epochs)
    }
}
