//! What the machine has left.

use std::{
    fs,
    path::{Path, PathBuf},
};
#[cfg(unix)]
use sysinfo::ProcessRefreshKind;
use sysinfo::System;

/// Too little of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Shortage {
    /// Memory.
    #[error(
        "{free} MiB of memory are free, and {needed} are needed (limits.free_memory_mib): end \
         other programs, run fewer trainings and proofs at a time, or raise the limit of the \
         container or of `ulimit -v`"
    )]
    Memory {
        /// What is free.
        free: u64,
        /// What is needed.
        needed: u64,
    },
    /// Memory for a proof.
    #[error(
        "{free} MiB of memory are free, and a proof of this shape is likely to take {needed}: end \
         other programs, run fewer trainings and proofs at a time, or raise the limit of the \
         container or of `ulimit -v`"
    )]
    Proof {
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

/// MiB of memory that this process can still have: what programs can have without swapping, or less
/// if its control group or `ulimit -v` allows it less. Nothing on systems that do not tell.
pub fn free_memory_mib() -> Option<u64> {
    let mut system = System::new();
    system.refresh_memory();
    let whole = (system.total_memory() > 0).then(|| system.available_memory() >> 20)?;
    let limits = [group_room(), address_room(&mut system)];
    Some(limits.into_iter().flatten().fold(whole, u64::min))
}

/// MiB that can be written to the file system of a folder; nothing on systems that do not tell.
///
/// The folder itself is asked about: a list of disks lacks those of containers.
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

/// Checks that as much memory is free as a proof is likely to take.
pub fn need_memory_to_prove(needed: u64) -> Result<(), Shortage> {
    need_memory(needed).map_err(|shortage| match shortage {
        Shortage::Memory { free, needed } => Shortage::Proof { free, needed },
        other => other,
    })
}

/// Checks that so much can be written to a folder.
pub fn need_disk(folder: &Path, needed: u64) -> Result<(), Shortage> {
    match free_disk_mib(folder) {
        Some(free) if free < needed => Err(Shortage::Disk { free, needed }),
        _ => Ok(()),
    }
}

/// MiB that are left within `ulimit -v`, if it is set.
#[cfg(unix)]
fn address_room(system: &mut System) -> Option<u64> {
    let limit = rustix::process::getrlimit(rustix::process::Resource::As).current?;
    Some(limit.saturating_sub(address_space(system)?) >> 20)
}

#[cfg(not(unix))]
fn address_room(_: &mut System) -> Option<u64> {
    None
}

/// Bytes of address space that the process has.
#[cfg(unix)]
fn address_space(system: &mut System) -> Option<u64> {
    let own = sysinfo::get_current_pid().ok()?;
    system.refresh_process_specifics(own, ProcessRefreshKind::new().with_memory());
    Some(system.process(own)?.virtual_memory())
}

/// MiB that are left within the control group and all those above it, where one has a limit.
fn group_room() -> Option<u64> {
    let own = group_folder(&fs::read_to_string("/proc/self/cgroup").ok()?)?;
    let root = Path::new("/sys/fs/cgroup");
    let folders = own.ancestors().take_while(|folder| folder.starts_with(root));
    folders.filter_map(room_of_group).min()
}

/// The folder of the control group that a process belongs to, in version 2 of the interface.
fn group_folder(groups: &str) -> Option<PathBuf> {
    let path = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    Some(Path::new("/sys/fs/cgroup").join(path))
}

fn room_of_group(folder: &Path) -> Option<u64> {
    let read = |name: &str| fs::read_to_string(folder.join(name)).ok();
    let limit = read("memory.max")?.trim().parse().ok()?;
    let used = read("memory.current")?.trim().parse().ok()?;
    Some(room(limit, used, &read("memory.stat").unwrap_or_default()))
}

/// MiB that a group can still have. Cached files that nobody uses make room when it is needed.
fn room(limit: u64, used: u64, statistics: &str) -> u64 {
    let idle = statistics.lines().find_map(|line| line.strip_prefix("inactive_file "));
    let idle: u64 = idle.and_then(|text| text.parse().ok()).unwrap_or(0);
    limit.saturating_sub(used.saturating_sub(idle)) >> 20
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_memory_is_free_than_the_machine_has() {
        let mut system = System::new();
        system.refresh_memory();
        let free = free_memory_mib().unwrap();
        assert!(free > 0 && free <= system.total_memory() >> 20, "{free}");
        assert!(matches!(need_memory(u64::MAX), Err(Shortage::Memory { .. })));
        assert_eq!(need_memory(0), Ok(()));
        assert!(matches!(need_memory_to_prove(u64::MAX), Err(Shortage::Proof { .. })));
        assert_eq!(need_memory_to_prove(0), Ok(()));
    }

    #[cfg(unix)]
    #[test]
    fn the_address_space_of_the_process_counts_towards_its_limit() {
        let mut system = System::new();
        let before = address_space(&mut system).unwrap();
        // Unseen, an allocation that nobody uses is left out.
        let large = std::hint::black_box(Vec::<u8>::with_capacity(256 << 20));
        let after = address_space(&mut system).unwrap();
        assert!(after >= before + (200 << 20), "{before} {after}");
        drop(large);
    }

    #[test]
    fn the_control_group_of_a_container_is_found_and_its_limit_counts() {
        let folder = |groups| group_folder(groups).map(|path| path.display().to_string());
        let expected = Some("/sys/fs/cgroup/user.slice/x".to_owned());
        assert_eq!(folder("1:cpu:/y\n0::/user.slice/x\n"), expected);
        assert_eq!(folder("4:memory:/docker/y\n"), None);
        let statistics = "anon 5\ninactive_file 1048576\n";
        assert_eq!(room(10 << 20, 4 << 20, statistics), 7);
        assert_eq!(room(1 << 20, 4 << 20, ""), 0);
    }

    #[cfg(unix)]
    #[test]
    fn more_disk_than_any_machine_has_is_missing() {
        let refused = need_disk(&std::env::temp_dir(), u64::MAX);
        assert!(matches!(refused, Err(Shortage::Disk { .. })));
        assert_eq!(need_disk(&std::env::temp_dir(), 0), Ok(()));
    }
}
