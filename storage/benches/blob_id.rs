//! How long a blob id takes, with all cores and with one: `cargo bench -p nocknock-storage`.
//!
//! Prints the median, the fastest and the slowest of several runs in one process, after a warm-up.

use std::time::{Duration, Instant};

use nocknock_storage::blob_id::{blob_id, ShardCount};

const MIB: usize = 1 << 20;

fn main() {
    println!("threads  bytes        median   fastest  slowest  (1000 shards)");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    for threads in [cores, 1] {
        for (len, runs) in [(13, 15), (445_556, 15), (10 * MIB, 9), (128 * MIB, 7)] {
            report(threads, len, runs);
        }
    }
}

fn report(threads: usize, len: usize, runs: usize) {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .expect("threads can be started");
    let bytes: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
    let mut times: Vec<Duration> = (0..=runs).map(|_| pool.install(|| time(&bytes))).collect();
    times.remove(0);
    times.sort();
    let seconds = |time: Duration| time.as_secs_f64();
    println!(
        "{threads:7}  {len:11}  {:6.3} s  {:6.3} s  {:6.3} s",
        seconds(times[runs / 2]),
        seconds(times[0]),
        seconds(times[runs - 1]),
    );
}

fn time(bytes: &[u8]) -> Duration {
    let start = Instant::now();
    let id = blob_id(bytes, ShardCount::WALRUS).expect("the blob is within the size limit");
    std::hint::black_box(id);
    start.elapsed()
}
