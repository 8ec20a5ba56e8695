//! Private files and folders that survive a power cut.
//!
//! What money depends on, a salt above all, has to be on the disk before the chain hears of it, and
//! nobody but its owner may read it. [`put`] and [`make_folder`] see to that.
//!
//! What takes long to write, such as a download, is a [`LockedFile`]: one process at a time goes on
//! with it, and it gets its name when it is complete.
//!
//! The bytes of a file with secrets come together in [`secret_bytes`], which leaves no copy of them
//! in memory.

#[cfg(unix)]
mod locked;

#[cfg(unix)]
pub use locked::LockedFile;

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

/// Puts a file of mode 0600 in its place. When this returns, the file survives a power cut; until
/// then, whoever reads it finds the old content or none.
///
/// The bytes are written beside it first, to `.NAME.part`. A kill leaves that file, and the next
/// writer of the same file replaces it. A file therefore has one writer at a time: several
/// processes agree by a lock.
pub fn put(file: &Path, bytes: &[u8]) -> io::Result<()> {
    write_unfinished(file, bytes)?.persist(file)?;
    sync_folder_of(file)
}

/// Bytes in one piece of memory, which is wiped when it is dropped.
///
/// A buffer that grows leaves copies of what it held behind. So `write` is called twice: its bytes
/// are counted, and then written into a buffer that has room for all of them. An error if they are
/// more the second time.
pub fn secret_bytes(
    write: impl Fn(&mut dyn Write) -> io::Result<()>,
) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut counted = Counted(0);
    write(&mut counted)?;
    let mut filled = Filled(Zeroizing::new(Vec::with_capacity(counted.0)));
    write(&mut filled)?;
    Ok(filled.0)
}

/// Counts what is written, and keeps nothing of it.
struct Counted(usize);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A buffer that takes as much as it has room for, and never grows.
struct Filled(Zeroizing<Vec<u8>>);

impl Write for Filled {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.0.capacity().saturating_sub(self.0.len());
        if bytes.len() > room {
            return Err(io::Error::other("more was written than had been counted"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Removes what a killed [`put`] of this file may have left. It is no error if there is nothing.
pub fn remove_unfinished(file: &Path) -> io::Result<()> {
    match fs::remove_file(unfinished(file)?) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Makes a folder of mode 0700 if it is not there, with the folders above it. When this returns,
/// all that were made survive a power cut.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    // A folder that was there already may be one that a killed process had no time to synchronise.
    let changed = missing(folder).into_iter().chain([folder]);
    let parents: BTreeSet<&Path> = changed.filter_map(Path::parent).collect();
    make_private_folder(folder)?;
    parents.into_iter().try_for_each(sync_folder)
}

/// Brings the names in a file's folder to the disk, so that a file that was made, renamed or
/// removed there stays so after a power cut.
pub fn sync_folder_of(file: &Path) -> io::Result<()> {
    sync_folder(folder_of(file))
}

/// Locks a file against every other process, and makes it if it is not there. `None` if somebody
/// else holds it. The lock ends when the file is closed, also when the process is killed.
pub fn try_lock(file: &Path) -> io::Result<Option<File>> {
    let file = open_or_create(file)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Locks a file as [`try_lock`] does, and waits until nobody else holds it.
pub fn lock(file: &Path) -> io::Result<File> {
    let file = open_or_create(file)?;
    file.lock()?;
    Ok(file)
}

fn open_or_create(file: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(file)
}

/// Says more than the system does where a user can act.
pub fn explain(reason: &io::Error) -> String {
    match reason.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "the disk is full; free some space, nothing that was saved is lost".to_owned()
        }
        io::ErrorKind::FileTooLarge => "the system allows no file of this size here; raise the \
             limit (`ulimit -f`, or that of the file system), nothing that was saved is lost"
            .to_owned(),
        io::ErrorKind::PermissionDenied => {
            format!("{reason}; the folder must belong to the user who runs the program")
        }
        _ => reason.to_string(),
    }
}

/// The whole content on the disk, under the name that it has until it takes its place.
fn write_unfinished(file: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    remove_unfinished(file)?;
    let name = unfinished_name(file)?;
    // Temporary files are made anew with mode 0600, and keep it.
    let mut temporary =
        tempfile::Builder::new().prefix(&name).rand_bytes(0).tempfile_in(folder_of(file))?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    Ok(temporary)
}

fn unfinished(file: &Path) -> io::Result<PathBuf> {
    Ok(folder_of(file).join(unfinished_name(file)?))
}

fn unfinished_name(file: &Path) -> io::Result<OsString> {
    let name = file.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut unfinished = OsString::from(".");
    unfinished.push(name);
    unfinished.push(".part");
    Ok(unfinished)
}

/// The folder of a file. A bare name has an empty one, which stands for the present folder.
fn folder_of(file: &Path) -> &Path {
    named(file.parent().unwrap_or(Path::new("")))
}

fn named(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
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
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Brings the names in a folder to the disk.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(named(folder))?.sync_all()
}

/// Other systems do not let folders be synchronised.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_in(folder: &Path) -> Vec<String> {
        let entries = folder.read_dir().unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_whole_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("fact.json");
        for content in ["one", "two"] {
            put(&file, content.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&file).unwrap(), content);
        }
        assert_eq!(names_in(folder.path()), ["fact.json"]);
    }

    /// Ends a `put` between the write and the rename, as a kill does.
    fn kill_before_the_rename(file: &Path, bytes: &[u8]) {
        write_unfinished(file, bytes).unwrap().keep().unwrap();
    }

    #[test]
    fn a_kill_before_the_rename_keeps_the_old_file_and_the_next_write_replaces_what_it_left() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("fact.json");
        put(&file, b"old").unwrap();
        for _ in 0..2 {
            kill_before_the_rename(&file, b"longer than the next");
            assert_eq!(names_in(folder.path()), [".fact.json.part", "fact.json"]);
            assert_eq!(fs::read(&file).unwrap(), b"old");
        }
        put(&file, b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(names_in(folder.path()), ["fact.json"]);
    }

    #[test]
    fn what_a_kill_left_is_removed_for_the_named_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (own, other) = (folder.path().join("own"), folder.path().join("other"));
        kill_before_the_rename(&own, b"1");
        kill_before_the_rename(&other, b"2");
        remove_unfinished(&own).unwrap();
        remove_unfinished(&own).unwrap();
        assert_eq!(names_in(folder.path()), [".other.part"]);
    }

    #[test]
    fn secret_bytes_come_together_in_the_order_in_which_they_are_written() {
        let bytes = secret_bytes(|out| {
            out.write_all(b"a ")?;
            write!(out, "{}", "secret ".repeat(1000))?;
            out.write_all(b".")
        });
        let expected = format!("a {}.", "secret ".repeat(1000));
        assert_eq!(bytes.unwrap().as_slice(), expected.as_bytes());
    }

    #[test]
    fn a_buffer_for_secrets_never_moves() {
        let mut filled = Filled(Zeroizing::new(Vec::with_capacity(64)));
        let (place, room) = (filled.0.as_ptr(), filled.0.capacity());
        for _ in 0..room {
            filled.write_all(b"x").unwrap();
        }
        assert_eq!((filled.0.as_ptr(), filled.0.len()), (place, room));
        assert!(filled.write_all(b"x").is_err());
        assert_eq!((filled.0.as_ptr(), filled.0.len()), (place, room));
    }

    #[test]
    fn what_cannot_be_written_is_an_error() {
        let failed = secret_bytes(|_| Err(io::Error::other("it is broken")));
        assert_eq!(failed.unwrap_err().to_string(), "it is broken");
    }

    #[test]
    fn a_path_without_a_name_is_an_error() {
        for path in ["/", "..", ""] {
            let error = put(Path::new(path), b"1").unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{path:?}");
        }
    }

    #[test]
    fn what_a_user_can_do_is_said() {
        let of = |kind: io::ErrorKind| explain(&io::Error::from(kind));
        assert!(of(io::ErrorKind::StorageFull).contains("free some space"));
        assert!(of(io::ErrorKind::FileTooLarge).contains("ulimit -f"));
        assert!(of(io::ErrorKind::PermissionDenied).contains("must belong to the user"));
        let other = io::Error::other("it is broken");
        assert_eq!(explain(&other), "it is broken");
    }

    #[test]
    fn every_folder_that_is_made_on_the_way_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let (outer, inner) = (folder.path().join("a"), folder.path().join("a").join("b"));
        assert_eq!(missing(&inner), [inner.as_path(), outer.as_path()]);
        make_folder(&outer).unwrap();
        assert_eq!(missing(&inner), [inner.as_path()]);
        make_folder(&inner).unwrap();
        assert!(missing(&inner).is_empty());
    }

    #[test]
    fn a_lock_is_held_by_one_at_a_time_and_keeps_the_content() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lock");
        fs::write(&file, "1").unwrap();
        let held = try_lock(&file).unwrap();
        assert!(held.is_some());
        assert!(try_lock(&file).unwrap().is_none());
        drop(held);
        let held = lock(&file).unwrap();
        assert!(try_lock(&file).unwrap().is_none());
        drop(held);
        assert!(try_lock(&file).unwrap().is_some());
        assert_eq!(fs::read(&file).unwrap(), b"1");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_files_or_folders() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a").join("b");
        make_folder(&inner).unwrap();
        let file = inner.join("secret");
        // What lies there from before does not lend its mode.
        let left = inner.join(".secret.part");
        fs::write(&left, "1").unwrap();
        fs::set_permissions(&left, fs::Permissions::from_mode(0o644)).unwrap();
        put(&file, b"1").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&inner), 0o700);
        assert_eq!(mode(&file), 0o600);
    }
}
