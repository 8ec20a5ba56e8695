//! Objects on the disk, and an index of them in memory.
//!
//! The name of a file says which object it holds, who put it and in which round. So the folder is
//! all that there is to keep, and what a kill cuts off leaves at most a file that nobody names.

use crate::object::ObjectId;
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

/// The objects of a post.
#[derive(Debug)]
pub(super) struct Store {
    folder: PathBuf,
    kept: BTreeMap<ObjectId, Kept>,
    /// Held while the store is open: a folder has one owner.
    _lock: File,
}

/// Where an object comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) slot: u8,
    pub(super) round: u32,
    pub(super) length: u64,
}

/// What became of an object that was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    New,
    ThereAlready,
    /// The member has put as much in this round as it may.
    NoRoom,
}

impl Store {
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        nocknock_durable::make_folder(folder)?;
        let lock = nocknock_durable::try_lock(&folder.join("lock"))?;
        let in_use = || io::Error::new(io::ErrorKind::ResourceBusy, "another post has the folder");
        let mut kept = BTreeMap::new();
        let lock = lock.ok_or_else(in_use)?;
        for file in fs::read_dir(folder)? {
            let file = file?;
            let Ok(name) = file.file_name().into_string() else { continue };
            if is_unfinished(&name) {
                fs::remove_file(file.path())?;
            } else if let Some((id, slot, round)) = parse_name(&name) {
                kept.insert(id, Kept { slot, round, length: file.metadata()?.len() });
            }
        }
        Ok(Self { folder: folder.to_owned(), kept, _lock: lock })
    }

    pub(super) fn has(&self, id: &ObjectId) -> bool {
        self.kept.contains_key(id)
    }

    /// How many objects there are, and their bytes.
    pub(super) fn size(&self) -> (usize, u64) {
        (self.kept.len(), self.kept.values().map(|kept| kept.length).sum())
    }

    /// Whether a member may put so many bytes more in a round, of at most `most`.
    pub(super) fn has_room(&self, more: Kept, most: u64) -> bool {
        let same = |kept: &&Kept| (kept.slot, kept.round) == (more.slot, more.round);
        let used: u64 = self.kept.values().filter(same).map(|kept| kept.length).sum();
        used.saturating_add(more.length) <= most
    }

    /// Keeps bytes of which the caller knows that they have this name.
    pub(super) fn keep(
        &mut self,
        id: ObjectId,
        from: Kept,
        bytes: &[u8],
        most: u64,
    ) -> io::Result<Taken> {
        if self.has(&id) {
            return Ok(Taken::ThereAlready);
        }
        if !self.has_room(from, most) {
            return Ok(Taken::NoRoom);
        }
        nocknock_durable::put(&self.path(&id, from), bytes)?;
        self.kept.insert(id, from);
        Ok(Taken::New)
    }

    /// Where the bytes of an object are.
    pub(super) fn find(&self, id: &ObjectId) -> Option<PathBuf> {
        self.kept.get(id).map(|kept| self.path(id, *kept))
    }

    /// Removes one object. It is no error if it is not there.
    pub(super) fn remove(&mut self, id: &ObjectId) -> io::Result<()> {
        let Some(path) = self.find(id) else { return Ok(()) };
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => {
                self.kept.remove(id);
                Ok(())
            }
        }
    }

    /// Removes what was put before a round.
    pub(super) fn forget_before(&mut self, round: u32) -> io::Result<()> {
        let is_old = |(_, kept): &(&ObjectId, &Kept)| kept.round < round;
        let old: Vec<ObjectId> = self.kept.iter().filter(is_old).map(|(id, _)| *id).collect();
        old.iter().try_for_each(|id| self.remove(id))
    }

    fn path(&self, id: &ObjectId, from: Kept) -> PathBuf {
        self.folder.join(format!("{}-{}-{id}", from.round, from.slot))
    }
}

/// Whether a killed [`nocknock_durable::put`] has left this.
fn is_unfinished(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(".part")
}

fn parse_name(name: &str) -> Option<(ObjectId, u8, u32)> {
    let (round, rest) = name.split_once('-')?;
    let (slot, id) = rest.split_once('-')?;
    Some((id.parse().ok()?, slot.parse().ok()?, round.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: u64 = 10;

    fn keep(store: &mut Store, slot: u8, round: u32, bytes: &[u8]) -> Taken {
        let from = Kept { slot, round, length: bytes.len() as u64 };
        store.keep(ObjectId::of(bytes), from, bytes, MOST).unwrap()
    }

    #[test]
    fn objects_are_found_again_when_the_folder_is_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        assert_eq!(keep(&mut store, 1, 2, b"one"), Taken::New);
        assert_eq!(keep(&mut store, 3, 2, b"one"), Taken::ThereAlready);
        assert!(Store::open(folder.path()).is_err(), "a folder has one owner");
        drop(store);
        fs::write(folder.path().join(".2-1-ab.part"), "half").unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        assert_eq!(store.size(), (1, 3));
        let path = store.find(&ObjectId::of(b"one")).unwrap();
        assert_eq!(fs::read(path).unwrap(), b"one");
        assert!(!folder.path().join(".2-1-ab.part").exists());
        assert_eq!(keep(&mut store, 1, 2, b"12345678"), Taken::NoRoom, "the quota is known again");
    }

    #[test]
    fn a_member_has_a_quota_in_each_round() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        assert_eq!(keep(&mut store, 1, 2, b"123456"), Taken::New);
        assert_eq!(keep(&mut store, 1, 2, b"12345"), Taken::NoRoom);
        assert_eq!(keep(&mut store, 1, 2, b"1234"), Taken::New);
        assert_eq!(keep(&mut store, 1, 3, b"12345"), Taken::New);
        assert_eq!(keep(&mut store, 2, 2, b"54321"), Taken::New);
    }

    #[test]
    fn old_objects_are_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        for round in 0..4 {
            keep(&mut store, 1, round, format!("{round}").as_bytes());
        }
        store.forget_before(2).unwrap();
        let left: Vec<bool> =
            ["0", "1", "2", "3"].map(|text| store.has(&ObjectId::of(text.as_bytes()))).into();
        assert_eq!(left, [false, false, true, true]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "two objects and the lock");
    }
}
