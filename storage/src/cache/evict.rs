//! Which blobs leave when the cache is full.

use std::{
    cmp::Reverse,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use nocknock_durable::LockedFile;

use super::{sum_path, CacheError, CacheKey, Usage};

/// Holds the cache's lock: blobs come and go only under it.
#[derive(Debug)]
pub(super) struct Guard<'a> {
    root: &'a Path,
    _lock: File,
}

impl<'a> Guard<'a> {
    pub(super) fn lock(root: &'a Path) -> Result<Self, CacheError> {
        let path = root.join("lock");
        let lock = nocknock_durable::lock(&path).map_err(CacheError::io("lock", &path))?;
        Ok(Self { root, _lock: lock })
    }

    /// Counts `size` bytes that are about to become a blob. They are counted first, so that after a
    /// kill in between the recorded usage is too high, which costs a scan, rather than too low.
    pub(super) fn add(&self, size: u64) -> Result<(), CacheError> {
        match self.recorded() {
            Some(usage) => self.record(usage.saturating_add(size)),
            None => Ok(()),
        }
    }

    /// Removes what was unused for longest, except `keep`, if more than `limit` bytes are there.
    pub(super) fn shrink(&self, limit: u64, keep: Option<&Path>) -> Result<(), CacheError> {
        if self.recorded().is_some_and(|usage| usage <= limit) {
            return Ok(());
        }
        let mut items = scan(self.root)?;
        let mut usage: u64 = items.iter().map(|item| item.size).sum();
        if usage > limit {
            items.retain(|item| Some(item.path.as_path()) != keep);
            usage -= remove_oldest(items, usage - limit / 10 * 9)?;
        }
        self.record(usage)
    }

    fn usage_path(&self) -> PathBuf {
        self.root.join("usage")
    }

    /// `None` if it is not known and a scan has to tell.
    fn recorded(&self) -> Option<u64> {
        let text = fs::read_to_string(self.usage_path()).ok()?;
        text.strip_suffix('\n')?.parse().ok()
    }

    fn record(&self, usage: u64) -> Result<(), CacheError> {
        let path = self.usage_path();
        fs::write(&path, format!("{usage}\n")).map_err(CacheError::io("write", &path))
    }
}

/// A file that may be removed.
#[derive(Debug)]
struct Item {
    path: PathBuf,
    size: u64,
    used: SystemTime,
    checked: bool,
}

/// Counts blobs and downloads.
pub(super) fn usage(root: &Path) -> Result<Usage, CacheError> {
    let mut usage = Usage::default();
    for item in scan(root)? {
        let (count, bytes) = if item.checked {
            (&mut usage.blobs, &mut usage.blob_bytes)
        } else {
            (&mut usage.partials, &mut usage.partial_bytes)
        };
        *count += 1;
        *bytes += item.size;
    }
    Ok(usage)
}

/// Removes a blob and its sum.
pub(super) fn remove_blob(path: &Path) -> io::Result<()> {
    remove_if_there(&sum_path(path))?;
    remove_if_there(path)
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// All blobs and downloads. Files whose names are not keys belong to somebody else.
fn scan(root: &Path) -> Result<Vec<Item>, CacheError> {
    let mut items = Vec::new();
    for (folder, checked) in [("blobs", true), ("partial", false)] {
        let folder = root.join(folder);
        let entries = fs::read_dir(&folder).map_err(CacheError::io("list", &folder))?;
        for entry in entries {
            let entry = entry.map_err(CacheError::io("list", &folder))?;
            items.extend(item(&entry, checked));
        }
    }
    Ok(items)
}

/// `None` for what is not a blob's file or has gone meanwhile.
fn item(entry: &fs::DirEntry, checked: bool) -> Option<Item> {
    CacheKey::from_file_name(entry.file_name().to_str()?)?;
    let metadata = entry.metadata().ok()?;
    Some(Item {
        path: entry.path(),
        size: metadata.len(),
        used: metadata.modified().ok()?,
        checked,
    })
}

/// Removes items, the longest unused first, until `excess` bytes are gone; returns how many went.
fn remove_oldest(mut items: Vec<Item>, excess: u64) -> Result<u64, CacheError> {
    items.sort_by_key(|item| Reverse(item.used));
    let mut removed = 0;
    while removed < excess {
        let Some(item) = items.pop() else { break };
        if remove(&item).map_err(CacheError::io("remove", &item.path))? {
            removed += item.size;
        }
    }
    Ok(removed)
}

/// `false` for a download that somebody is at.
fn remove(item: &Item) -> io::Result<bool> {
    if item.checked {
        return remove_blob(&item.path).map(|()| true);
    }
    match LockedFile::try_open(&item.path)? {
        Some(partial) => partial.discard().map(|()| true),
        None => Ok(false),
    }
}
