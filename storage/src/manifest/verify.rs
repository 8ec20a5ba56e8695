//! Comparing a folder with a manifest, without any network.

use std::{
    collections::HashSet,
    fs::File,
    io,
    path::{Path, PathBuf},
};

use rayon::prelude::*;
use walkdir::WalkDir;

use super::{name::STATE_FOLDER, Entry, EntryName, Manifest};
use crate::cache::hash_range;

/// How a folder compares with a manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// Files that are exactly as listed.
    pub intact: Vec<EntryName>,
    /// Files that are listed and not there.
    pub missing: Vec<EntryName>,
    /// Files with other content than listed.
    pub changed: Vec<EntryName>,
    /// Files that could not be read, and why.
    pub unreadable: Vec<(EntryName, String)>,
    /// Files and links that are there and not listed.
    pub unlisted: Vec<PathBuf>,
}

impl VerifyReport {
    /// Whether every listed file is there and intact. Files that are not listed do not matter.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty() && self.changed.is_empty() && self.unreadable.is_empty()
    }
}

/// What one file is.
enum Finding {
    Intact,
    Missing,
    Changed,
    Unreadable(String),
}

/// Compares every file of a folder with the manifest by its SHA-256. Blocks, and uses every core.
pub fn verify_folder(manifest: &Manifest, folder: &Path) -> VerifyReport {
    let findings: Vec<Finding> =
        manifest.entries().par_iter().map(|entry| examine(entry, folder)).collect();
    let mut report =
        VerifyReport { unlisted: unlisted(manifest, folder), ..VerifyReport::default() };
    for (entry, finding) in manifest.entries().iter().zip(findings) {
        let name = entry.name.clone();
        match finding {
            Finding::Intact => report.intact.push(name),
            Finding::Missing => report.missing.push(name),
            Finding::Changed => report.changed.push(name),
            Finding::Unreadable(reason) => report.unreadable.push((name, reason)),
        }
    }
    report
}

fn examine(entry: &Entry, folder: &Path) -> Finding {
    match hash_matches(entry, &entry.name.below(folder)) {
        Ok(true) => Finding::Intact,
        Ok(false) => Finding::Changed,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Finding::Missing,
        Err(error) => Finding::Unreadable(error.to_string()),
    }
}

fn hash_matches(entry: &Entry, path: &Path) -> io::Result<bool> {
    let file = File::open(path)?;
    Ok(file.metadata()?.len() == entry.size && hash_range(&file, 0, entry.size)? == entry.sha256)
}

fn unlisted(manifest: &Manifest, folder: &Path) -> Vec<PathBuf> {
    let listed: HashSet<PathBuf> =
        manifest.entries().iter().map(|entry| entry.name.below(folder)).collect();
    WalkDir::new(folder)
        .min_depth(1)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.file_name() != STATE_FOLDER)
        .filter_map(Result::ok)
        .filter(|entry| !entry.file_type().is_dir())
        .map(|entry| entry.into_path())
        .filter(|path| !listed.contains(path))
        .collect()
}
