//! What is in the folder: the executor's files, and a checksum beside each.
//!
//! The executor keeps a compiled runtime in `code/modules/ENGINE/HASH`, with `HASH.stats` beside it
//! that says when it was used last. `sums/ENGINE.HASH` holds the checksum of the former, and is
//! written after it, so a compiled runtime without a checksum, or with another one, is a file that
//! a power cut has damaged or that no node knows.

use sp_crypto_hashing::blake2_256;
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

/// A node that is killed while it writes a file leaves it under this kind of name, and no node can
/// store that file any more as long as it is there.
const UNFINISHED: &str = "wip-";

/// How long writing one file may take.
const WRITING: Duration = Duration::from_secs(60);

/// The files and folders below the folder for compiled runtimes.
#[derive(Debug)]
pub(super) struct Entries {
    code: PathBuf,
    modules: PathBuf,
    sums: PathBuf,
}

/// A compiled runtime.
#[derive(Debug)]
struct Compiled {
    path: PathBuf,
    sum: PathBuf,
    bytes: u64,
    used: SystemTime,
}

impl Entries {
    pub(super) fn new(folder: &Path) -> Self {
        let code = folder.join("code");
        let modules = code.join("modules");
        Self { code, modules, sums: folder.join("sums") }
    }

    /// The folder that the executor uses.
    pub(super) fn code(&self) -> &Path {
        &self.code
    }

    pub(super) fn folders(&self) -> [&Path; 3] {
        [&self.code, &self.modules, &self.sums]
    }

    pub(super) fn make_folders(&self) -> io::Result<()> {
        self.folders().into_iter().try_for_each(nocknock_durable::make_folder)
    }

    /// Removes what is damaged, unfinished, unknown or too much.
    pub(super) fn tidy(&self, max_bytes: u64) -> io::Result<()> {
        self.remove_unfinished()?;
        let mut sound = Vec::new();
        for compiled in self.compiled()? {
            if compiled.is_vouched_for() {
                compiled.forget_its_uses()?;
                sound.push(compiled);
            } else {
                log::debug!("{} is not what a node has stored", compiled.path.display());
                compiled.remove()?;
            }
        }
        keep_the_latest(sound, max_bytes)?;
        self.remove_lone_sums()
    }

    /// Stores a checksum for each compiled runtime that has none, after bringing it to the disk.
    pub(super) fn seal(&self, max_bytes: u64) -> io::Result<()> {
        let compiled = self.compiled()?;
        for new in compiled.iter().filter(|compiled| !compiled.sum.exists()) {
            File::open(&new.path)?.sync_all()?;
            nocknock_durable::put(&new.sum, sum_of(&new.path)?.as_bytes())?;
        }
        keep_the_latest(compiled, max_bytes)
    }

    fn compiled(&self) -> io::Result<Vec<Compiled>> {
        let mut all = Vec::new();
        for engine in entries_of(&self.modules)? {
            for file in entries_of(&engine)?.into_iter().filter(|file| file.extension().is_none()) {
                let used = modified(&file.with_extension("stats")).or_else(|_| modified(&file));
                // The executor of another node may have removed it in the meantime.
                let (Ok(found), Ok(used)) = (file.symlink_metadata(), used) else {
                    continue;
                };
                let sum = self.sums.join(format!("{}.{}", name_of(&engine), name_of(&file)));
                all.push(Compiled { path: file, sum, bytes: found.len(), used });
            }
        }
        Ok(all)
    }

    fn remove_unfinished(&self) -> io::Result<()> {
        for engine in entries_of(&self.modules)? {
            for file in entries_of(&engine)?.into_iter().filter(|file| is_unfinished(file)) {
                // A time in the future is that of a clock that was wrong once.
                let age = modified(&file).map(|time| time.elapsed().unwrap_or(Duration::MAX));
                if age.is_ok_and(|age| age > WRITING) {
                    remove(&file)?;
                }
            }
        }
        Ok(())
    }

    fn remove_lone_sums(&self) -> io::Result<()> {
        let compiled = self.compiled()?;
        for sum in entries_of(&self.sums)? {
            if compiled.iter().all(|compiled| compiled.sum != sum) {
                remove(&sum)?;
            }
        }
        Ok(())
    }
}

impl Compiled {
    fn is_vouched_for(&self) -> bool {
        let vouched = fs::read_to_string(&self.sum);
        let real = self.path.symlink_metadata().is_ok_and(|found| found.is_file());
        real && vouched.is_ok_and(|vouched| sum_of(&self.path).is_ok_and(|sum| sum == vouched))
    }

    /// Keeps the time of the last use with the file itself, and removes the executor's count of
    /// uses: from some number on the executor would write the file anew, compressed for minutes.
    fn forget_its_uses(&self) -> io::Result<()> {
        File::options().write(true).open(&self.path)?.set_modified(self.used)?;
        remove(&self.path.with_extension("stats"))
    }

    fn remove(&self) -> io::Result<()> {
        remove(&self.path)?;
        remove(&self.path.with_extension("stats"))?;
        remove(&self.sum)
    }
}

/// Removes what was used longest ago, until the others have at most `max_bytes`.
fn keep_the_latest(mut compiled: Vec<Compiled>, max_bytes: u64) -> io::Result<()> {
    compiled.sort_by_key(|compiled| std::cmp::Reverse(compiled.used));
    let mut sum = 0u64;
    for one in compiled {
        sum = sum.saturating_add(one.bytes);
        if sum > max_bytes {
            one.remove()?;
        }
    }
    Ok(())
}

fn sum_of(path: &Path) -> io::Result<String> {
    fs::read(path).map(|bytes| hex::encode(blake2_256(&bytes)))
}

fn modified(path: &Path) -> io::Result<SystemTime> {
    path.symlink_metadata()?.modified()
}

fn is_unfinished(path: &Path) -> bool {
    path.extension().is_some_and(|kind| kind.to_string_lossy().starts_with(UNFINISHED))
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The paths in a folder. Something else in the place of a folder has none.
fn entries_of(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(Vec::new()),
        entries => entries?.map(|entry| entry.map(|entry| entry.path())).collect(),
    }
}

/// Another node, or the executor of one, may have removed the file in the meantime.
fn remove(path: &Path) -> io::Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANY: u64 = 1_000;

    struct Cache {
        _folder: tempfile::TempDir,
        entries: Entries,
        engine: PathBuf,
    }

    impl Cache {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let entries = Entries::new(folder.path());
            entries.make_folders().expect("writable");
            let engine = entries.modules.join("engine-1.2.3");
            fs::create_dir(&engine).expect("writable");
            Self { _folder: folder, entries, engine }
        }

        /// Stores a file as the executor does, used so many seconds ago.
        fn store(&self, name: &str, content: &str, age: u64) -> PathBuf {
            let path = self.engine.join(name);
            for file in [&path, &path.with_extension("stats")] {
                fs::write(file, content).expect("writable");
                let time = SystemTime::now() - Duration::from_secs(age);
                let file = File::options().write(true).open(file).expect("a file");
                file.set_modified(time).expect("the own file");
            }
            path
        }

        fn names(&self) -> Vec<String> {
            let mut names: Vec<_> =
                entries_of(&self.engine).expect("readable").iter().map(|p| name_of(p)).collect();
            names.sort();
            names
        }

        fn sums(&self) -> usize {
            entries_of(&self.entries.sums).expect("readable").len()
        }

        fn tidy(&self, max_bytes: u64) {
            self.entries.tidy(max_bytes).expect("readable and writable");
        }

        fn seal(&self, max_bytes: u64) {
            self.entries.seal(max_bytes).expect("readable and writable");
        }
    }

    #[test]
    fn an_empty_folder_is_tidy() {
        let cache = Cache::new();
        cache.tidy(MANY);
        cache.seal(MANY);
        assert_eq!(cache.names(), Vec::<String>::new());
    }

    #[test]
    fn a_damaged_file_is_removed_and_the_others_stay() {
        for damage in ["", "cod", "codE", "code and more"] {
            let cache = Cache::new();
            let damaged = cache.store("damaged", "code", 5);
            cache.store("sound", "code", 5);
            cache.seal(MANY);
            fs::write(damaged, damage).expect("writable");
            cache.tidy(MANY);
            assert_eq!(cache.names(), ["sound"], "{damage:?}");
            assert_eq!(cache.sums(), 1);
        }
    }

    #[test]
    fn a_file_under_the_name_of_another_is_removed() {
        let cache = Cache::new();
        let (first, second) = (cache.store("first", "1", 5), cache.store("second", "2", 5));
        cache.seal(MANY);
        fs::copy(first, second).expect("writable");
        cache.tidy(MANY);
        assert_eq!(cache.names(), ["first"]);
    }

    #[test]
    fn a_file_that_no_node_knows_is_removed() {
        let cache = Cache::new();
        cache.store("unknown", "code", 5);
        cache.tidy(MANY);
        assert_eq!(cache.names(), Vec::<String>::new());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_removed_and_what_it_leads_to_stays() {
        let cache = Cache::new();
        let outside = tempfile::NamedTempFile::new().expect("a temporary file");
        fs::write(outside.path(), "code").expect("writable");
        std::os::unix::fs::symlink(outside.path(), cache.engine.join("link")).expect("writable");
        cache.seal(MANY);
        cache.tidy(MANY);
        assert_eq!(cache.names(), Vec::<String>::new());
        assert!(outside.path().exists());
    }

    #[test]
    fn what_was_used_longest_ago_goes_first() {
        let cache = Cache::new();
        for (name, age) in [("old", 30), ("new", 10), ("middle", 20)] {
            cache.store(name, "1234", age);
        }
        cache.seal(MANY);
        cache.tidy(8);
        assert_eq!(cache.names(), ["middle", "new"]);
        assert_eq!(cache.sums(), 2);
        cache.tidy(8);
        assert_eq!(cache.names(), ["middle", "new"]);
        cache.store("newest", "1234", 0);
        cache.seal(8);
        assert_eq!(cache.sums(), 2);
        cache.tidy(3);
        assert_eq!(cache.names(), Vec::<String>::new());
    }

    /// The executor would compress the file anew after some uses.
    #[test]
    fn uses_are_forgotten_and_the_time_of_the_last_one_is_kept() {
        let cache = Cache::new();
        let path = cache.store("compiled", "code", 100);
        cache.seal(MANY);
        let used = modified(&path.with_extension("stats")).expect("readable");
        cache.tidy(MANY);
        assert_eq!(cache.names(), ["compiled"]);
        assert_eq!(modified(&path).expect("readable"), used);
    }

    #[test]
    fn what_a_killed_node_left_goes_and_what_a_living_one_writes_stays() {
        let cache = Cache::new();
        cache.store("a.wip-atomic-write-mod", "", 3_600);
        cache.store("b.wip-atomic-write-mod", "", 0);
        cache.tidy(MANY);
        assert!(!cache.engine.join("a.wip-atomic-write-mod").exists());
        assert!(cache.engine.join("b.wip-atomic-write-mod").exists());
    }

    #[test]
    fn something_else_in_the_place_of_a_folder_is_no_obstacle() {
        let cache = Cache::new();
        fs::write(cache.entries.modules.join("file"), "").expect("writable");
        fs::create_dir(cache.engine.join("folder")).expect("writable");
        cache.tidy(MANY);
        assert_eq!(cache.names(), Vec::<String>::new());
    }
}
