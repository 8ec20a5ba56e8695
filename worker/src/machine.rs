//! What the machine has left.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Too little of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Shortage {
    /// Memory.
    #[error(
        "{free} MiB of memory are free, and {needed} are needed (limits.free_memory_mib): end other \
         programs, run fewer trainings and proofs at a time, or raise the limit of the container or \
         of `ulimit -v`"
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

/// MiB of memory that this process can still have: what programs can have without swapping, or less
/// if its control group or `ulimit -v` allows it less. Nothing on systems that do not tell.
pub fn free_memory_mib() -> Option<u64> {
    let whole = memory_of(&fs::read_to_string("/proc/meminfo").ok()?)?;
    let limits = [group_room(), address_room()];
    Some(limits.into_iter().flatten().fold(whole, u64::min))
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
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib >> 10)
}

/// MiB that are left within `ulimit -v`, if it is set.
fn address_room() -> Option<u64> {
    let limit = address_limit(&fs::read_to_string("/proc/self/limits").ok()?)?;
    let used = address_space(&fs::read_to_string("/proc/self/status").ok()?)?;
    Some(limit.saturating_sub(used) >> 20)
}

/// Bytes of address space that the process may have; nothing if that is not limited.
fn address_limit(limits: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max address space"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Bytes of address space that the process has.
fn address_space(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmSize:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib << 10)
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
    fn available_memory_is_read_from_the_systems_table() {
        let table = "MemTotal:  8192 kB\nMemFree:  1 kB\nMemAvailable:    5120 kB\n";
        assert_eq!(memory_of(table), Some(5));
        assert_eq!(memory_of("MemTotal: 8192 kB\n"), None);
        assert_eq!(memory_of("MemAvailable: lots\n"), None);
    }

    #[test]
    fn a_limit_of_the_address_space_is_read_if_there_is_one() {
        let table = |limit: &str| {
            format!(
                "Limit                     Soft Limit           Hard Limit           Units\n\
                 Max address space         {limit}           unlimited            bytes\n"
            )
        };
        assert_eq!(address_limit(&table("2147483648")), Some(2 << 30));
        assert_eq!(address_limit(&table("unlimited ")), None);
        let status = "Name:\tworker\nVmPeak:\t 9 kB\nVmSize:\t    2048 kB\n";
        assert_eq!(address_space(status), Some(2 << 20));
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
