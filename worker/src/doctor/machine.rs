//! The machine and the store.

use super::{DoctorInput, Finding};
use crate::{
    blobs::{Blobs, Walrus},
    machine::{free_disk_mib, free_memory_mib, Shortage},
    secret::Secret,
};
use nocknock_storage::client::RetryPolicy;
use std::{path::Path, sync::Arc};
use tokio::net::TcpListener;

/// Enough disk for the journal and checkpoints.
pub(super) fn disk(input: &DoctorInput<'_>) -> Finding {
    const CHECK: &str = "disk";
    let needed = input.config.limits.free_disk_mib;
    match free_disk_mib(nearest_folder(input.state)) {
        Some(free) if free < needed => Finding::bad(CHECK, Shortage::Disk { free, needed }),
        Some(free) => Finding::good(CHECK, format!("{free} MiB are free")),
        None => Finding::warning(CHECK, "this system does not tell how much is free"),
    }
}

/// The folder, or the first one above it that is there.
fn nearest_folder(path: &Path) -> &Path {
    let mut folders = path.ancestors();
    let found = folders.find(|folder| folder.is_dir());
    found.unwrap_or(Path::new("."))
}

/// Enough memory for a proof and a training.
pub(super) fn memory(input: &DoctorInput<'_>) -> Finding {
    const CHECK: &str = "memory";
    let needed = input.config.limits.free_memory_mib;
    match free_memory_mib() {
        Some(free) if free < needed => Finding::bad(CHECK, Shortage::Memory { free, needed }),
        Some(free) => Finding::good(CHECK, format!("{free} MiB are free")),
        None => Finding::warning(CHECK, "this system does not tell how much is free"),
    }
}

/// The device for training opens.
pub(super) fn device(input: &DoctorInput<'_>) -> Finding {
    const CHECK: &str = "device";
    match input.config.training.device.probe() {
        Ok(device) => Finding::good(CHECK, format!("models are trained on {device}")),
        Err(error) => Finding::bad(CHECK, format!("{error} (training.device)")),
    }
}

/// The port for metrics is free.
pub(super) async fn port(input: &DoctorInput<'_>) -> Finding {
    const CHECK: &str = "metrics";
    let Some(address) = input.config.monitor.listen else {
        return Finding::good(CHECK, "not configured (monitor.listen)");
    };
    match TcpListener::bind(address).await {
        Ok(_) => Finding::good(CHECK, format!("{address} is free")),
        Err(error) => Finding::warning(
            CHECK,
            format!(
                "{address} cannot be used ({error}); a worker may be running, or choose another"
            ),
        ),
    }
}

/// What is stored comes back with its id.
pub(super) async fn store(input: &DoctorInput<'_>) -> Finding {
    match try_store(input).await {
        Ok(text) => Finding::good(STORE, text),
        Err(text) => Finding::bad(STORE, text),
    }
}

const STORE: &str = "storage";

/// The doctor is waited for: it asks twice, where the worker goes on for longer.
fn impatient() -> RetryPolicy {
    RetryPolicy { rounds: 2, ..RetryPolicy::default() }
}

async fn try_store(input: &DoctorInput<'_>) -> Result<String, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let client = |name: &str| {
        let cache = folder.path().join(name);
        let made = Walrus::with_retry(&input.config.storage, cache, impatient());
        made.map_err(|error| error.to_string())
    };
    let writer = client("w")?;
    // Random bytes: nothing that a cache on the way could have.
    let drawn = Secret::draw().map_err(|error| error.to_string())?;
    let bytes = drawn.expose_bytes();
    let stored = writer.put(bytes.to_vec()).await;
    let Some(id) = stored.map_err(|error| error.to_string())? else {
        let asked = writer.ask_about_nothing(bytes.into()).await;
        asked.map_err(|error| error.to_string())?;
        return Ok("an aggregator answers; no publisher is configured: models are delivered on \
                   the chain alone"
            .into());
    };
    // A second client, whose cache is empty, has to ask an aggregator.
    let reader = client("r")?;
    let back = reader.get(&id, 1 << 20, Arc::new(|_, _| ())).await;
    if back.map_err(|error| error.to_string())? == bytes[..] {
        Ok("a blob was stored and fetched".into())
    } else {
        Err("the store gave other bytes than were stored".into())
    }
}
