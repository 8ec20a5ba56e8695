//! Files that are there whole or not at all.

use std::{
    collections::BTreeSet,
    fmt,
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

/// Writes the files of the journal.
///
/// The journal goes through this trait so that a test can end a run between any two writes.
pub trait Disk: Send + Sync + fmt::Debug {
    /// Puts a file in its place. When this returns, the file survives a power cut; until then,
    /// whoever reads it finds the old content or none.
    fn put(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Makes a folder that only its owner can read, if it is not there, with the folders above it. When this
    /// returns, all that were made survive a power cut.
    fn make_folder(&self, path: &Path) -> io::Result<()>;
}

/// The real disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct DurableDisk;

impl Disk for DurableDisk {
    fn put(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let folder = path
            .parent()
            .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        // Temporary files are made with mode 0600, and keep it.
        let mut file = tempfile::Builder::new()
            .prefix(".part-")
            .tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        sync_folder(folder)
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        // A folder that was there already may be one that a killed process had no time to synchronise.
        let parents = missing(path).into_iter().chain([path]);
        let parents: BTreeSet<&Path> = parents.filter_map(Path::parent).collect();
        make_private_folder(path)?;
        parents.into_iter().try_for_each(sync_folder)
    }
}

/// The folders on a path that are not there.
fn missing(path: &Path) -> Vec<&Path> {
    let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    path.ancestors().take_while(is_missing).collect()
}

#[cfg(unix)]
fn make_private_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

#[cfg(not(unix))]
fn make_private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Brings the names in a folder to the disk.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    let folder = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    File::open(folder)?.sync_all()
}

/// Other systems do not let folders be synchronised.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fact.json");
        for content in ["one", "two"] {
            DurableDisk.put(&path, content.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn every_folder_that_is_made_on_the_way_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let (outer, inner) = (folder.path().join("a"), folder.path().join("a").join("b"));
        assert_eq!(missing(&inner), [inner.as_path(), outer.as_path()]);
        DurableDisk.make_folder(&outer).unwrap();
        assert_eq!(missing(&inner), [inner.as_path()]);
        DurableDisk.make_folder(&inner).unwrap();
        assert!(missing(&inner).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_files_or_folders() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a").join("b");
        DurableDisk.make_folder(&inner).unwrap();
        DurableDisk.put(&inner.join("secret"), b"1").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&inner), 0o700);
        assert_eq!(mode(&inner.join("secret")), 0o600);
    }
}
