//! The memory that an id takes, measured as the kernel's high-water mark of a process of its own.

use std::{env, fs, io::Write, process::Command};

use nocknock_storage::blob_id::{blob_id, blob_id_of_file, ShardCount};

const MIB: usize = 1 << 20;
const BLOB: usize = 256 * MIB;
const CHILD: &str = "NOCKNOCK_MEMORY_TEST_CHILD";

/// The process runs itself again with this test alone, so that no other test's memory counts.
#[test]
fn an_id_of_256_mib_takes_less_than_the_blob_and_half_of_it() {
    if env::var_os(CHILD).is_some() {
        return measure();
    }
    let name = "blob_id_memory::an_id_of_256_mib_takes_less_than_the_blob_and_half_of_it";
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{printed}{failed}");
    assert!(printed.contains("1 passed"), "{printed}");
}

fn measure() {
    let mut file = tempfile::tempfile().unwrap();
    let chunk: Vec<u8> = (0..MIB).map(|i| (i % 249) as u8).collect();
    for _ in 0..BLOB / MIB {
        file.write_all(&chunk).unwrap();
    }
    let before = peak_bytes();
    let of_file = blob_id_of_file(&file, ShardCount::WALRUS).unwrap();
    let file_peak = peak_bytes();
    println!("peak {} MiB for a file", file_peak / MIB);
    assert!(file_peak < before + BLOB / 2, "{file_peak}");

    let bytes = chunk.repeat(BLOB / MIB);
    let of_bytes = blob_id(&bytes, ShardCount::WALRUS).unwrap();
    println!("peak {} MiB for bytes", peak_bytes() / MIB);
    assert!(peak_bytes() < BLOB + BLOB / 2);
    assert_eq!(of_file, of_bytes);
}

/// The most memory that this process has held so far.
fn peak_bytes() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
    let kib = line.split_whitespace().nth(1).unwrap();
    kib.parse::<usize>().unwrap() * 1024
}
