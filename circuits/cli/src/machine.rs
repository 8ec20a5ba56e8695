//! What a measurement was made on.

use std::{fs, thread};

use serde::Serialize;

/// The machine.
#[derive(Serialize)]
pub(crate) struct Machine {
    /// Model of the processor.
    pub(crate) cpu: String,
    /// Threads that this process may run at once.
    pub(crate) cores: usize,
    /// Operating system and architecture.
    pub(crate) system: String,
}

impl Machine {
    /// This machine.
    pub(crate) fn this() -> Self {
        Self {
            cpu: field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".into()),
            cores: thread::available_parallelism().map_or(1, usize::from),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        }
    }
}

/// The most memory that this process has held so far, in bytes, where the system tells.
pub(crate) fn peak_memory() -> Option<u64> {
    let text = field("/proc/self/status", "VmHWM")?;
    let kibibytes: u64 = text.strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// The first value of a name in a file of lines `name: value`.
fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let mut lines = text.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim().into())
}
