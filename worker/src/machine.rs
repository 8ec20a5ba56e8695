//! What the machine has left.

use std::{fs, path::Path};

/// Too little of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Shortage {
    /// Memory.
    #[error(
        "{free} MiB of memory are free, and {needed} are needed (limits.free_memory_mib): end other \
         programs or run fewer trainings and proofs at a time"
    )]
    Memory {
        /// What is free.
        free: u64,
        /// What is needed.
        needed: u64,
    },
    /// Disk space.
    #[error(
        "{free} MiB of disk are free for the state directory, and {needed} are needed \
         (limits.free_disk_mib): free some space"
    )]
    Disk {
        /// What is free.
        free: u64,
        /// What is needed.
        needed: u64,
    },
}

/// MiB of memory that programs can have without swapping; nothing on systems that do not tell.
pub fn free_memory_mib() -> Option<u64> {
    memory_of(&fs::read_to_string("/proc/meminfo").ok()?)
}

/// MiB that can be written to the file system of a folder; nothing on systems that do not tell.
#[cfg(unix)]
pub fn free_disk_mib(folder: &Path) -> Option<u64> {
    let space = rustix::fs::statvfs(folder).ok()?;
    Some(space.f_bavail.saturating_mul(space.f_frsize) >> 20)
}

/// MiB that can be written to the file system of a folder; nothing on systems that do not tell.
#[cfg(not(unix))]
pub fn free_disk_mib(_: &Path) -> Option<u64> {
    None
}

/// Checks that so much memory is free.
pub fn need_memory(needed: u64) -> Result<(), Shortage> {
    match free_memory_mib() {
        Some(free) if free < needed => Err(Shortage::Memory { free, needed }),
        _ => Ok(()),
    }
}

/// Checks that so much can be written to a folder.
pub fn need_disk(folder: &Path, needed: u64) -> Result<(), Shortage> {
    match free_disk_mib(folder) {
        Some(free) if free < needed => Err(Shortage::Disk { free, needed }),
        _ => Ok(()),
    }
}

fn memory_of(meminfo: &str) -> Option<u64> {
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib >> 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn available_memory_is_read_from_the_systems_table() {
        let table = "MemTotal:  8192 kB\nMemFree:  1 kB\nMemAvailable:    5120 kB\n";
        assert_eq!(memory_of(table), Some(5));
        assert_eq!(memory_of("MemTotal: 8192 kB\n"), None);
        assert_eq!(memory_of("MemAvailable: lots\n"), None);
    }

    #[cfg(unix)]
    #[test]
    fn more_disk_than_any_machine_has_is_missing() {
        let refused = need_disk(&std::env::temp_dir(), u64::MAX);
        assert!(matches!(refused, Err(Shortage::Disk { .. })));
        assert_eq!(need_disk(&std::env::temp_dir(), 0), Ok(()));
    }
}
