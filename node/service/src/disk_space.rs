//! Ends the node before the disk is full.
//!
//! ParityDB maps files into memory that have no blocks on the disk yet. When the disk has none
//! left, the next write ends the process by a signal, wherever it stands. So a node that finds too
//! little space does not open its database, and one that runs ends in order. There is nothing to
//! repair afterwards: the node goes on when there is space.

use clap::Args;
use sc_service::{error::Error as ServiceError, Configuration, TaskManager};
use sc_storage_monitor::{StorageMonitorParams, StorageMonitorService};
use std::{
    io,
    path::{Path, PathBuf},
};

const BYTES_PER_MIB: u64 = 1024 * 1024;

/// How much of the disk is left free. The names and defaults are those of the SDK.
#[derive(Args, Clone, Debug)]
pub(crate) struct DiskSpace {
    /// Space that stays free on the disk of the database, in MiB.
    ///
    /// With less the node ends, or does not start, so that a full disk cannot damage the database.
    /// It goes on when there is space again. 0 turns this off.
    #[arg(
        id = "db_storage_threshold",
        long = "db-storage-threshold",
        value_name = "MIB",
        default_value_t = 1024,
        global = true
    )]
    threshold: u64,

    /// How often a running node looks at the space, in seconds.
    #[arg(
        id = "db_storage_polling_period",
        long = "db-storage-polling-period",
        value_name = "SECONDS",
        default_value_t = 5,
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    period: u32,
}

/// Why the database must not be written to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DiskError {
    #[error(
        "the disk of {path} is nearly full: {free} MiB are free, and the node leaves {wanted} MiB \
         free so that its database takes no harm. Make space and start the node again; it goes on \
         where it was. --db-storage-threshold sets another limit."
    )]
    Full { path: PathBuf, free: u64, wanted: u64 },
    #[error("the free space of {path} cannot be read: {source}")]
    Unreadable { path: PathBuf, source: io::Error },
}

impl DiskSpace {
    /// Checks that there is space for the database in `folder`, which need not exist yet.
    pub(crate) fn check(&self, folder: &Path) -> Result<(), DiskError> {
        if self.threshold == 0 {
            return Ok(());
        }
        let existing = folder.ancestors().find(|path| path.exists()).unwrap_or(Path::new("."));
        let free = free_mib(existing)
            .map_err(|source| DiskError::Unreadable { path: folder.into(), source })?;
        if free < self.threshold {
            return Err(DiskError::Full { path: folder.into(), free, wanted: self.threshold });
        }
        Ok(())
    }

    /// Ends the node when there is too little space.
    pub(crate) fn watch(
        &self,
        config: &Configuration,
        task_manager: &TaskManager,
    ) -> Result<(), ServiceError> {
        let Some(folder) = config.database.path().filter(|_| self.threshold != 0) else {
            return Ok(());
        };
        let params =
            StorageMonitorParams { threshold: self.threshold, polling_period: self.period };
        let tasks = task_manager.spawn_essential_handle();
        StorageMonitorService::try_spawn(params, folder.into(), &tasks)
            .map_err(|error| ServiceError::Application(error.into()))
    }
}

fn free_mib(path: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(path)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize) / BYTES_PER_MIB)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaving(threshold: u64) -> DiskSpace {
        DiskSpace { threshold, period: 5 }
    }

    #[test]
    fn a_disk_with_space_will_do_for_a_database_that_is_still_to_be_made() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(leaving(1).check(folder.path()).is_ok());
        assert!(leaving(1).check(&folder.path().join("not/there/yet")).is_ok());
    }

    #[test]
    fn a_full_disk_is_named_with_what_to_do() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let wanted = u64::MAX;
        let error = leaving(wanted).check(folder.path()).expect_err("no disk is as large");
        let text = error.to_string();
        for part in [&folder.path().display().to_string(), "Make space", "--db-storage-threshold"] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn zero_is_no_limit() {
        assert!(leaving(0).check(Path::new("/proc/self/no/such/disk")).is_ok());
    }
}
