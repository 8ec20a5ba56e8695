//! Whether a process has the database open: nobody opens it a second time, and the node waits until
//! it is closed before it ends.
//!
//! The threads of a node that stops let go of the database one after the other, and the last of
//! them closes it: ParityDB writes what its log still holds into its files. A process that ends
//! before is a crash to the database. It recovers from one, but whoever stops a node and copies its
//! folder wants a closed database.

use std::{
    fs::File,
    path::{Path, PathBuf},
    thread::sleep,
    time::{Duration, Instant},
};

/// How long a database may take to close; the SDK gives the tasks of a node as long.
const PATIENCE: Duration = Duration::from_secs(60);

const PAUSE: Duration = Duration::from_millis(20);

/// Another process has opened the database.
#[derive(Debug, thiserror::Error)]
#[error("the database {path} is in use: another node or command has opened it; end that first")]
pub(crate) struct InUse {
    path: PathBuf,
}

/// Checks that nobody has opened the database in `folder`.
pub(crate) fn check(folder: &Path) -> Result<(), InUse> {
    if is_locked(folder) {
        return Err(InUse { path: folder.into() });
    }
    Ok(())
}

/// Waits until nobody holds the lock of the database in `folder`.
pub(crate) fn wait_until_closed(folder: &Path) {
    let start = Instant::now();
    while is_locked(folder) {
        if start.elapsed() > PATIENCE {
            log::warn!("The database {} is still open.", folder.display());
            return;
        }
        sleep(PAUSE);
    }
}

/// ParityDB holds a lock on this file from opening to the end of closing.
fn is_locked(folder: &Path) -> bool {
    File::open(folder.join("lock")).is_ok_and(|file| file.try_lock().is_err())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn a_folder_without_a_database_is_closed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(!is_locked(folder.path()));
        assert!(!is_locked(&folder.path().join("full")));
    }

    #[test]
    fn the_wait_ends_when_the_lock_does() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let lock = File::create(folder.path().join("lock")).expect("a writable folder");
        lock.lock().expect("nobody else has it");
        assert!(is_locked(folder.path()));
        let error = check(folder.path()).expect_err("it is locked").to_string();
        assert!(error.contains("is in use"), "{error}");
        thread::scope(|scope| {
            let waiting = scope.spawn(|| wait_until_closed(folder.path()));
            drop(lock);
            waiting.join().expect("the wait ends");
        });
        assert!(!is_locked(folder.path()));
        assert!(check(folder.path()).is_ok());
    }
}
