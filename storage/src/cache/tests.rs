use std::{fs, time::Duration};

use super::*;
use crate::blob_id::{blob_id, ShardCount};

fn shards() -> ShardCount {
    ShardCount::new(7).unwrap()
}

fn key_of(content: &[u8]) -> CacheKey {
    CacheKey::new(blob_id(content, shards()).unwrap(), shards())
}

fn store(cache: &Cache, content: &[u8]) -> CacheKey {
    let key = key_of(content);
    // Another handle may hold the file for a moment to see whether it can be evicted.
    let mut partial = loop {
        if let Some(partial) = cache.resume(&key).unwrap() {
            break partial;
        }
    };
    partial.restart().unwrap();
    partial.append(content).unwrap();
    match cache.admit(partial).unwrap() {
        Admission::Admitted(_) => key,
        Admission::Refused { found, .. } => panic!("refused as {found}"),
    }
}

fn used_ago(cache: &Cache, key: &CacheKey, seconds: u64) {
    let file = File::open(cache.blob_path(key)).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(seconds)).unwrap();
}

fn holds(cache: &Cache, key: &CacheKey) -> bool {
    cache.blob_path(key).exists()
}

#[test]
fn a_blob_comes_back_as_it_went_in() {
    let cache = Cache::temporary(1000).unwrap();
    let key = store(&cache, b"hello");
    let blob = cache.lookup(&key).unwrap().unwrap();
    assert_eq!(blob.read().unwrap(), "hello");
    assert_eq!(*blob.sha256(), ContentHash::of(b"hello"));
    assert_eq!(cache.usage().unwrap().partials, 0);
}

#[test]
fn bytes_with_another_id_are_refused_and_dropped() {
    let cache = Cache::temporary(1000).unwrap();
    let key = key_of(b"hello");
    let mut partial = cache.resume(&key).unwrap().unwrap();
    partial.append(b"hellO").unwrap();
    match cache.admit(partial).unwrap() {
        Admission::Refused { found, partial } => {
            assert_eq!(found, *key_of(b"hellO").id());
            assert!(partial.is_empty());
        }
        Admission::Admitted(_) => panic!("wrong bytes were admitted"),
    }
    assert!(cache.lookup(&key).unwrap().is_none());
}

#[test]
fn an_interrupted_download_goes_on_where_it_stopped() {
    let cache = Cache::temporary(1000).unwrap();
    let key = key_of(b"hello");
    let mut partial = cache.resume(&key).unwrap().unwrap();
    partial.append(b"hel").unwrap();
    assert!(cache.resume(&key).unwrap().is_none(), "it is locked");
    drop(partial);
    let mut partial = cache.resume(&key).unwrap().unwrap();
    assert_eq!(partial.len(), 3);
    partial.append(b"lo").unwrap();
    assert!(matches!(cache.admit(partial).unwrap(), Admission::Admitted(_)));
}

#[test]
fn a_change_on_disk_is_noticed() {
    let cache = Cache::temporary(1000).unwrap();
    for changed in [&b"hellO"[..], b"hell", b"hello!", b""] {
        let key = store(&cache, b"hello");
        fs::write(cache.blob_path(&key), changed).unwrap();
        let blob = cache.lookup(&key).unwrap().unwrap();
        assert!(matches!(blob.read(), Err(CacheError::Damaged(k)) if k == key));
        assert!(blob.copy_to(std::io::sink()).is_err());
        cache.remove(&key).unwrap();
    }
}

#[test]
fn a_blob_whose_sum_is_lost_is_checked_again() {
    let cache = Cache::temporary(1000).unwrap();
    let key = store(&cache, b"hello");
    let sum = sum_path(&cache.blob_path(&key));
    for torn in ["", "2cf24dba", "no sum\n"] {
        fs::write(&sum, torn).unwrap();
        let blob = cache.lookup(&key).unwrap().unwrap();
        assert_eq!(blob.read().unwrap(), "hello");
        assert!(Sum::read(&sum).is_some(), "the sum is kept again");
    }
    fs::remove_file(&sum).unwrap();
    fs::write(cache.blob_path(&key), "hellO").unwrap();
    assert!(cache.lookup(&key).unwrap().is_none());
    assert!(!holds(&cache, &key));
}

#[test]
fn the_longest_unused_blobs_leave_first() {
    let cache = Cache::temporary(100).unwrap();
    let keys: Vec<_> = (0..3u8).map(|i| store(&cache, &[i; 30])).collect();
    for (key, ago) in keys.iter().zip([30, 20, 10]) {
        used_ago(&cache, key, ago);
    }
    cache.lookup(&keys[0]).unwrap().unwrap();
    let new = store(&cache, &[9; 30]);
    let held: Vec<_> = keys.iter().map(|key| holds(&cache, key)).collect();
    assert_eq!(held, [true, false, true]);
    assert!(holds(&cache, &new));
    assert!(cache.usage().unwrap().blob_bytes <= 100);
}

#[test]
fn a_reader_keeps_a_blob_that_was_removed() {
    let cache = Cache::temporary(50).unwrap();
    let key = store(&cache, &[1; 30]);
    let blob = cache.lookup(&key).unwrap().unwrap();
    used_ago(&cache, &key, 10);
    store(&cache, &[2; 40]);
    assert!(!holds(&cache, &key));
    assert_eq!(blob.read().unwrap(), vec![1; 30]);
}

#[test]
fn a_blob_larger_than_the_cache_is_refused_with_both_figures() {
    let cache = Cache::temporary(50).unwrap();
    let error = cache.make_room(51).unwrap_err();
    assert!(matches!(error, CacheError::TooSmall { size: 51, limit: 50 }));
}

#[test]
fn room_is_made_by_abandoned_downloads_too_but_not_by_those_under_way() {
    let cache = Cache::temporary(100).unwrap();
    let (abandoned, held) = (key_of(&[1; 60]), key_of(&[2; 60]));
    let mut partial = cache.resume(&abandoned).unwrap().unwrap();
    partial.append(&[1; 40]).unwrap();
    drop(partial);
    let mut under_way = cache.resume(&held).unwrap().unwrap();
    under_way.append(&[2; 40]).unwrap();
    fs::remove_file(cache.root().join("usage")).ok();
    cache.make_room(80).unwrap();
    let usage = cache.usage().unwrap();
    assert_eq!((usage.partials, usage.partial_bytes), (1, 40));
    assert_eq!(under_way.len(), 40);
}

#[test]
fn files_of_others_are_never_removed() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path(), 10).unwrap();
    let theirs = folder.path().join("blobs").join("thesis.pdf");
    fs::write(&theirs, [0; 100]).unwrap();
    store(&cache, &[1; 10]);
    store(&cache, &[2; 10]);
    assert!(theirs.exists());
}

#[test]
fn writers_and_readers_on_several_handles_stay_within_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for writer in 0..4u8 {
            let cache = Cache::open(folder.path(), 1000).unwrap();
            scope.spawn(move || {
                for round in 0..20u8 {
                    let content = [writer, round].repeat(50);
                    let key = store(&cache, &content);
                    if let Some(blob) = cache.lookup(&key).unwrap() {
                        assert_eq!(blob.read().unwrap(), content);
                    }
                }
            });
        }
    });
    let cache = Cache::open(folder.path(), 1000).unwrap();
    let usage = cache.usage().unwrap();
    assert!(usage.blob_bytes <= 1000, "{usage:?}");
    assert!(usage.blobs > 0);
}
