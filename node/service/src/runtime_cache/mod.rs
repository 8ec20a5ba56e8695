//! A folder for compiled runtimes, so that a node need not compile its runtime at each start.
//!
//! The executor finds a compiled runtime in the folder by the hash of its code, of its settings and
//! of the compiler's version, and stores there what it had to compile. Whoever can write to the
//! folder can therefore run code in the node, so it is used only if nobody but this user can
//! ([`permissions`]). The executor believes what it finds, so a file that is not what a node has
//! once vouched for is removed before the executor sees it, and so is what exceeds the bound of the
//! folder's size ([`entries`]).
//!
//! Any number of nodes may use one folder: they look after it one at a time, by a lock that ends
//! with its process. The executor writes outside of that lock, each file under another name first.

mod entries;
mod permissions;

use entries::Entries;
use std::{
    ffi::OsString,
    fs::File,
    io,
    path::{Path, PathBuf},
    str::FromStr,
    sync::OnceLock,
};

/// What `--runtime-cache` takes for no folder at all.
const OFF: &str = "off";

/// How many bytes the compiled runtimes may have together.
///
/// A runtime of this chain compiles to some 6 MB. A validator needs those of its chain before and
/// after an upgrade; a developer builds one after another.
const MAX_BYTES: u64 = 128 * 1024 * 1024;

/// What the operator wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Compile the runtime at each start.
    Off,
    /// Keep compiled runtimes in this folder.
    Folder(PathBuf),
}

impl FromStr for Choice {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "" => Err("an empty path is no folder; `off` stands for none"),
            OFF => Ok(Self::Off),
            path => Ok(Self::Folder(path.into())),
        }
    }
}

impl Choice {
    /// The folder of this user, if the environment names one.
    fn by_default() -> Option<Self> {
        default_folder(std::env::var_os("XDG_CACHE_HOME"), std::env::var_os("HOME"))
            .map(Self::Folder)
    }
}

/// A relative path in these variables means nothing, says the specification of the former.
fn default_folder(cache: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    let absolute = |path: Option<OsString>| path.map(PathBuf::from).filter(|p| p.is_absolute());
    let cache = absolute(cache).or_else(|| Some(absolute(home)?.join(".cache")))?;
    Some(cache.join("nocknock/runtime"))
}

/// Why there is no folder for compiled runtimes.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CacheError {
    #[error("neither XDG_CACHE_HOME nor HOME names a folder")]
    NoFolder,
    #[error("{path} cannot be used: {source}")]
    Unusable { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Unsafe(#[from] permissions::Unsafe),
}

/// The folder for compiled runtimes; it is opened when it is needed first.
#[derive(Debug, Default)]
pub(crate) struct RuntimeCache {
    choice: Option<Choice>,
    opened: OnceLock<Option<Folder>>,
}

impl RuntimeCache {
    /// What the operator chose, or the folder of this user.
    pub(crate) fn new(choice: Option<Choice>) -> Self {
        Self { choice, opened: OnceLock::new() }
    }

    /// The folder for the executor. Without one the node works as well, and starts slower.
    pub(crate) fn folder(&self) -> Option<&Path> {
        let opened = self.opened.get_or_init(|| match self.open() {
            Ok(folder) => folder,
            Err(error) => {
                log::warn!(
                    "The runtime is compiled at each start of this node, which takes some seconds: \
                     {error}. Name another folder with --runtime-cache, or `off`.",
                );
                None
            }
        });
        opened.as_ref().map(|folder| folder.entries.code())
    }

    fn open(&self) -> Result<Option<Folder>, CacheError> {
        let choice = self.choice.clone().or_else(Choice::by_default);
        match choice.ok_or(CacheError::NoFolder)? {
            Choice::Off => Ok(None),
            Choice::Folder(path) => Folder::open(&path).map(Some),
        }
    }

    /// Vouches for what the executor has compiled, so that the next node believes it.
    pub(crate) fn seal(&self) {
        let Some(folder) = self.opened.get().and_then(Option::as_ref) else {
            return;
        };
        if let Err(error) = folder.locked(|entries| entries.seal(MAX_BYTES)) {
            log::debug!("the next start compiles the runtime again: {error}");
        }
    }
}

/// A folder that nobody but this user can change.
#[derive(Debug)]
struct Folder {
    path: PathBuf,
    entries: Entries,
}

impl Folder {
    /// Makes the folder if it is not there, and removes from it what nobody vouches for.
    fn open(path: &Path) -> Result<Self, CacheError> {
        let unusable = |source| CacheError::Unusable { path: path.into(), source };
        nocknock_durable::make_folder(path).map_err(unusable)?;
        let path = permissions::check(path)?;
        let entries = Entries::new(&path);
        entries.make_folders().map_err(unusable)?;
        for folder in entries.folders() {
            permissions::check(folder)?;
        }
        let folder = Self { path: path.clone(), entries };
        folder.locked(|entries| entries.tidy(MAX_BYTES)).map_err(unusable)?;
        Ok(folder)
    }

    /// Works on the folder while no other node does.
    fn locked<T>(&self, work: impl FnOnce(&Entries) -> io::Result<T>) -> io::Result<T> {
        let mut options = File::options();
        let options = options.read(true).write(true).create(true).truncate(false);
        let lock = options.open(self.path.join("lock"))?;
        lock.lock()?;
        work(&self.entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(path: &str) -> Option<OsString> {
        Some(path.into())
    }

    #[test]
    fn the_folder_of_a_user_is_in_the_cache_of_the_user() {
        let path = |cache, home| default_folder(cache, home);
        assert_eq!(path(text("/c"), text("/h")), Some("/c/nocknock/runtime".into()));
        assert_eq!(path(None, text("/h")), Some("/h/.cache/nocknock/runtime".into()));
        for relative in ["c", ""] {
            let found = path(text(relative), text("/h"));
            assert_eq!(found, Some("/h/.cache/nocknock/runtime".into()));
            assert_eq!(path(text(relative), None), None);
        }
        assert_eq!(path(None, None), None);
    }

    #[test]
    fn off_stands_for_no_folder() {
        assert_eq!("off".parse(), Ok(Choice::Off));
        assert_eq!("./off".parse(), Ok(Choice::Folder("./off".into())));
        assert!("".parse::<Choice>().is_err());
        assert_eq!(RuntimeCache::new(Some(Choice::Off)).folder(), None);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_no_reason_to_stop() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        let cache = RuntimeCache::new(Some(Choice::Folder(file.path().join("below"))));
        assert_eq!(cache.folder(), None);
        cache.seal();
    }

    #[cfg(unix)]
    #[test]
    fn a_made_folder_is_closed_to_others() {
        use std::os::unix::fs::PermissionsExt;
        let parent = tempfile::tempdir().expect("a temporary folder");
        let folder = parent.path().join("a/b");
        let cache = RuntimeCache::new(Some(Choice::Folder(folder.clone())));
        let code = cache.folder().expect("the folder can be used");
        for path in [&folder, code] {
            let mode = path.metadata().expect("a folder").permissions().mode();
            assert_eq!(mode & 0o777, 0o700, "{}", path.display());
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_others_can_change_is_not_used() {
        use std::os::unix::fs::PermissionsExt;
        let parent = tempfile::tempdir().expect("a temporary folder");
        let folder = parent.path().join("open");
        std::fs::create_dir(&folder).expect("a writable folder");
        for (mode, used) in [(0o777, false), (0o770, false), (0o702, false), (0o755, true)] {
            let permissions = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(&folder, permissions).expect("the own folder");
            let cache = RuntimeCache::new(Some(Choice::Folder(folder.clone())));
            assert_eq!(cache.folder().is_some(), used, "{mode:o}");
        }
    }

    #[test]
    fn what_was_vouched_for_stays_and_what_was_not_goes() {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let open = || RuntimeCache::new(Some(Choice::Folder(parent.path().join("cache"))));
        let first = open();
        let compiled = first.folder().expect("a usable folder").join("modules/engine/compiled");
        std::fs::create_dir_all(compiled.parent().expect("a folder")).expect("writable");
        std::fs::write(&compiled, "code").expect("writable");
        assert!(open().folder().is_some());
        assert!(!compiled.exists(), "nobody vouched for it");

        std::fs::write(&compiled, "code").expect("writable");
        first.seal();
        assert!(open().folder().is_some());
        assert!(compiled.exists());
    }
}
