//! Who said what: the keys of machines, and the signatures in a log.
//!
//! Every signature covers the run and the epoch, so nothing that was said in one of them counts in
//! another. The order checks everything else.

use crate::{
    object::ObjectId,
    order::{Author, Body, Entry, Hash, Key},
};
use codec::{Decode, Encode};
use sp_core::{sr25519, Pair};
use std::{
    collections::BTreeMap,
    fmt,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

const SAID: &str = "NockNock 2026 said by a member of a run";
const APPENDED: &str = "NockNock 2026 appended by the home of a run";
const PUT: &str = "NockNock 2026 object put by a member of a run";

/// Digits of a key in its file, without the line's end.
const DIGITS: usize = 128;

/// The sr25519 key of a machine. Its `Debug` form shows the public key alone.
#[derive(Clone)]
pub struct MachineKey(sr25519::Pair);

/// What a member sends to the home, so that it is appended to the log.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Said {
    /// The epoch in which it is said.
    pub epoch: u16,
    /// Who says it.
    pub author: Author,
    /// What is said.
    pub body: Body,
    /// The author's signature of run, epoch, author and body.
    pub signature: Vec<u8>,
}

/// Why nobody is believed to have said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The home did not append it.
    #[error("the home has not signed this entry")]
    Home,
    /// The author did not say it in this run and epoch.
    #[error("its author has not signed this in the run and the epoch")]
    Author,
    /// There is no such member.
    #[error("nobody joined with slot {0}")]
    Unknown(u8),
}

/// Why the key of a machine cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MachineKeyError {
    /// The file could not be read or written.
    #[error("cannot use the machine's key in {path}: {}", nocknock_durable::explain(.error))]
    File {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        error: io::Error,
    },
    /// Others can read it.
    #[error(
        "{path} can be read by others: run `chmod 600 {path}`, and use a new key if somebody may \
         have read it"
    )]
    OpenToOthers {
        /// The file.
        path: PathBuf,
    },
    /// It is something else.
    #[error("{path} holds no key of a machine")]
    NoKey {
        /// The file.
        path: PathBuf,
    },
}

/// What a member signs to put an object on a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Put {
    /// The object.
    pub(crate) id: ObjectId,
    /// Its bytes.
    pub(crate) length: u64,
    /// The round in which it is put.
    pub(crate) round: u32,
}

impl MachineKey {
    /// A new key.
    pub fn generate() -> Self {
        let (pair, seed) = sr25519::Pair::generate();
        drop(Zeroizing::new(seed));
        Self(pair)
    }

    /// Reads a key that [`Self::save`] wrote.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, if others than its owner can read it, or if it holds no key.
    pub fn load(path: &Path) -> Result<Self, MachineKeyError> {
        let digits = read_private(path)?;
        let no_key = || MachineKeyError::NoKey { path: path.to_owned() };
        let mut secret = Zeroizing::new([0_u8; DIGITS / 2]);
        let digits = digits.trim_ascii_end();
        hex::decode_to_slice(digits, secret.as_mut_slice()).map_err(|_| no_key())?;
        sr25519::Pair::from_seed_slice(&*secret).map(Self).map_err(|_| no_key())
    }

    /// Writes the key to a file of mode 0600. When this returns, it survives a power cut.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), MachineKeyError> {
        let secret = Zeroizing::new(self.0.to_raw_vec());
        let text = Zeroizing::new(format!("{}\n", *Zeroizing::new(hex::encode(&*secret))));
        let saved = nocknock_durable::put(path, text.as_bytes());
        saved.map_err(|error| MachineKeyError::File { path: path.to_owned(), error })
    }

    /// Reads the key in a file, or makes one and saves it there.
    ///
    /// # Errors
    ///
    /// Those of [`Self::load`], except that there is no file, and of [`Self::save`].
    pub fn load_or_make(path: &Path) -> Result<Self, MachineKeyError> {
        match Self::load(path) {
            Err(MachineKeyError::File { error, .. }) if is_missing(&error) => {
                let key = Self::generate();
                key.save(path)?;
                Ok(key)
            }
            loaded => loaded,
        }
    }

    /// The public key.
    pub fn public(&self) -> Key {
        self.0.public().0
    }

    /// Signs a message.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).0
    }
}

impl fmt::Debug for MachineKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MachineKey({})", hex::encode(self.public()))
    }
}

impl Said {
    /// Says something in an epoch of a run.
    pub fn sign(key: &MachineKey, run: &Hash, epoch: u16, author: Author, body: Body) -> Self {
        let signature = key.sign(&message_of_author(run, epoch, author, &body)).to_vec();
        Self { epoch, author, body, signature }
    }

    /// Checks that the owner of `key` said this in the run.
    ///
    /// # Errors
    ///
    /// If the owner did not.
    pub fn verify(&self, run: &Hash, key: &Key) -> Result<(), SignatureError> {
        let Self { epoch, author, body, signature } = self;
        let message = message_of_author(run, *epoch, *author, body);
        is_signed(key, &message, signature).then_some(()).ok_or(SignatureError::Author)
    }
}

impl Put {
    /// The signature of a member that puts the object.
    pub(crate) fn sign(&self, key: &MachineKey, run: &Hash) -> [u8; 64] {
        key.sign(&self.message(run))
    }

    /// Whether the owner of `key` puts the object.
    pub(crate) fn is_by(&self, key: &Key, run: &Hash, signature: &[u8]) -> bool {
        is_signed(key, &self.message(run), signature)
    }

    fn message(&self, run: &Hash) -> Hash {
        message(PUT, &("PUT", run, self.id.0, self.length, self.round))
    }
}

/// The entry with the home's signature of its hash.
pub fn sign_entry(key: &MachineKey, run: &Hash, entry: Entry) -> Entry {
    let home_signature = key.sign(&message_of_home(run, &entry)).to_vec();
    Entry { home_signature, ..entry }
}

/// Checks both signatures of an entry. `home` is the key of the home that is to have appended it,
/// and `members` are the keys of those that joined before it, by slot. Who joins is checked with
/// the key that it names.
///
/// # Errors
///
/// Which signature is wrong, or that nobody joined with the author's slot.
pub fn verify_entry(
    run: &Hash,
    home: &Key,
    members: &BTreeMap<u8, Key>,
    entry: &Entry,
) -> Result<(), SignatureError> {
    if !is_signed(home, &message_of_home(run, entry), &entry.home_signature) {
        return Err(SignatureError::Home);
    }
    let key = key_of(entry.author, &entry.body, home, members)?;
    let message = message_of_author(run, entry.epoch, entry.author, &entry.body);
    is_signed(&key, &message, &entry.signature).then_some(()).ok_or(SignatureError::Author)
}

/// The key that an author signs with.
pub(crate) fn key_of(
    author: Author,
    body: &Body,
    home: &Key,
    members: &BTreeMap<u8, Key>,
) -> Result<Key, SignatureError> {
    match (author, body) {
        (Author::Home, _) => Ok(*home),
        (Author::Member(_), Body::Joined { machine, .. }) => Ok(*machine),
        (Author::Member(slot), _) => {
            members.get(&slot).copied().ok_or(SignatureError::Unknown(slot))
        }
    }
}

fn message_of_author(run: &Hash, epoch: u16, author: Author, body: &Body) -> Hash {
    message(SAID, &(run, epoch, author, body))
}

fn message_of_home(run: &Hash, entry: &Entry) -> Hash {
    message(APPENDED, &(run, entry.hash()))
}

fn message(purpose: &'static str, what: &impl Encode) -> Hash {
    what.using_encoded(|bytes| blake3::derive_key(purpose, bytes))
}

fn is_signed(key: &Key, message: &Hash, signature: &[u8]) -> bool {
    let Ok(signature) = <[u8; 64]>::try_from(signature) else { return false };
    let signature = sr25519::Signature::from(signature);
    sr25519::Pair::verify(&signature, message, &sr25519::Public::from(*key))
}

/// Reads a short file that only its owner can read.
fn read_private(path: &Path) -> Result<Zeroizing<Vec<u8>>, MachineKeyError> {
    let failed = |error| MachineKeyError::File { path: path.to_owned(), error };
    let file = File::open(path).map_err(failed)?;
    if !is_private(&file).map_err(failed)? {
        return Err(MachineKeyError::OpenToOthers { path: path.to_owned() });
    }
    let longest = DIGITS + 2;
    // It never grows, so it leaves no copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(longest * 2));
    file.take(longest as u64).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

#[cfg(unix)]
fn is_private(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(file.metadata()?.permissions().mode() & 0o077 == 0)
}

#[cfg(not(unix))]
fn is_private(_: &File) -> io::Result<bool> {
    Ok(true)
}

fn is_missing(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: Hash = [7; 32];
    const OTHER_RUN: Hash = [8; 32];

    fn body() -> Body {
        Body::Evaluated { round: 3, loss_micro: 4, count: 5 }
    }

    fn said(key: &MachineKey) -> Said {
        Said::sign(key, &RUN, 2, Author::Member(1), body())
    }

    /// An entry of the member with slot 1 and this key.
    fn entry(home: &MachineKey, member: &MachineKey) -> Entry {
        let Said { epoch, author, body, signature } = said(member);
        let entry = Entry {
            epoch,
            index: 9,
            previous: [1; 32],
            at_ms: 10,
            author,
            body,
            signature,
            home_signature: Vec::new(),
        };
        sign_entry(home, &RUN, entry)
    }

    #[test]
    fn what_was_said_counts_with_every_field_as_it_was() {
        let key = MachineKey::generate();
        let said = said(&key);
        assert_eq!(said.verify(&RUN, &key.public()), Ok(()));
        let changes: [fn(&mut Said); 5] = [
            |said| said.epoch = 3,
            |said| said.author = Author::Member(2),
            |said| said.body = Body::Evaluated { round: 3, loss_micro: 4, count: 6 },
            |said| said.signature[63] ^= 1,
            |said| said.signature.push(0),
        ];
        for (place, change) in changes.iter().enumerate() {
            let mut other = said.clone();
            change(&mut other);
            let refused = other.verify(&RUN, &key.public());
            assert_eq!(refused, Err(SignatureError::Author), "change {place}");
        }
    }

    #[test]
    fn nothing_is_said_again_in_another_run_or_by_another_machine() {
        let key = MachineKey::generate();
        let said = said(&key);
        assert_eq!(said.verify(&OTHER_RUN, &key.public()), Err(SignatureError::Author));
        let other = MachineKey::generate().public();
        assert_eq!(said.verify(&RUN, &other), Err(SignatureError::Author));
    }

    #[test]
    fn an_entry_counts_with_every_field_as_it_was() {
        let [home, member] = [MachineKey::generate(), MachineKey::generate()];
        let members = BTreeMap::from([(1, member.public()), (2, home.public())]);
        let check = |entry: &Entry| verify_entry(&RUN, &home.public(), &members, entry);
        assert_eq!(check(&entry(&home, &member)), Ok(()));
        let changes: [fn(&mut Entry); 8] = [
            |entry| entry.epoch = 3,
            |entry| entry.index = 8,
            |entry| entry.previous[0] = 2,
            |entry| entry.at_ms = 11,
            |entry| entry.author = Author::Member(2),
            |entry| entry.body = Body::Resumed,
            |entry| entry.signature[0] ^= 1,
            |entry| entry.home_signature[0] ^= 1,
        ];
        for (place, change) in changes.iter().enumerate() {
            let mut other = entry(&home, &member);
            change(&mut other);
            assert_eq!(check(&other), Err(SignatureError::Home), "change {place}");
        }
    }

    #[test]
    fn the_home_cannot_change_what_a_member_said() {
        let [home, member] = [MachineKey::generate(), MachineKey::generate()];
        let members = BTreeMap::from([(1, member.public()), (2, home.public())]);
        let changes: [fn(&mut Entry); 4] = [
            |entry| entry.epoch = 3,
            |entry| entry.author = Author::Member(2),
            |entry| entry.author = Author::Home,
            |entry| entry.body = Body::Resumed,
        ];
        for (place, change) in changes.iter().enumerate() {
            let mut other = entry(&home, &member);
            change(&mut other);
            let other = sign_entry(&home, &RUN, other);
            let refused = verify_entry(&RUN, &home.public(), &members, &other);
            assert_eq!(refused, Err(SignatureError::Author), "change {place}");
        }
    }

    #[test]
    fn an_entry_of_another_run_home_or_stranger_is_refused() {
        let [home, member] = [MachineKey::generate(), MachineKey::generate()];
        let members = BTreeMap::from([(1, member.public())]);
        let entry = entry(&home, &member);
        let in_run = |run: &Hash, home: &Key| verify_entry(run, home, &members, &entry);
        assert_eq!(in_run(&OTHER_RUN, &home.public()), Err(SignatureError::Home));
        assert_eq!(in_run(&RUN, &member.public()), Err(SignatureError::Home));
        let unknown = verify_entry(&RUN, &home.public(), &BTreeMap::new(), &entry);
        assert_eq!(unknown, Err(SignatureError::Unknown(1)));
    }

    #[test]
    fn who_joins_signs_with_the_key_that_it_names() {
        let [home, member] = [MachineKey::generate(), MachineKey::generate()];
        let joined = |machine: Key| Body::Joined {
            slot: 1,
            machine,
            payee: [0; 32],
            consent: Vec::new(),
            attestation: Vec::new(),
            post: None,
        };
        let check = |machine: Key| {
            let Said { body, signature, .. } =
                Said::sign(&member, &RUN, 2, Author::Member(1), joined(machine));
            let entry = Entry { body, signature, ..entry(&home, &member) };
            let entry = sign_entry(&home, &RUN, entry);
            verify_entry(&RUN, &home.public(), &BTreeMap::new(), &entry)
        };
        assert_eq!(check(member.public()), Ok(()));
        assert_eq!(check(home.public()), Err(SignatureError::Author));
    }

    #[test]
    fn an_object_is_put_with_every_field_as_it_was_signed() {
        let key = MachineKey::generate();
        let put = Put { id: ObjectId([1; 32]), length: 2, round: 3 };
        let signature = put.sign(&key, &RUN);
        assert!(put.is_by(&key.public(), &RUN, &signature));
        let others = [
            Put { id: ObjectId([2; 32]), ..put },
            Put { length: 3, ..put },
            Put { round: 4, ..put },
        ];
        assert!(others.iter().all(|other| !other.is_by(&key.public(), &RUN, &signature)));
        assert!(!put.is_by(&key.public(), &OTHER_RUN, &signature));
    }

    #[test]
    fn what_is_said_is_read_back() {
        let said = said(&MachineKey::generate());
        assert_eq!(Said::decode(&mut &said.encode()[..]), Ok(said));
    }

    #[test]
    fn the_key_of_a_machine_is_kept_and_not_printed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("machine.key");
        let made = MachineKey::load_or_make(&path).unwrap();
        let loaded = MachineKey::load_or_make(&path).unwrap();
        assert_eq!(made.public(), loaded.public());
        assert_eq!(said(&loaded).verify(&RUN, &made.public()), Ok(()));
        assert_eq!(format!("{made:?}"), format!("MachineKey({})", hex::encode(made.public())));
    }

    #[test]
    fn a_file_without_a_key_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("machine.key");
        for content in [String::new(), "7".repeat(DIGITS - 2), "7".repeat(DIGITS + 2)] {
            nocknock_durable::put(&path, content.as_bytes()).unwrap();
            let refused = MachineKey::load_or_make(&path).unwrap_err();
            assert!(matches!(refused, MachineKeyError::NoKey { .. }), "{refused}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_is_refused() {
        use std::{fs, os::unix::fs::PermissionsExt};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("machine.key");
        MachineKey::generate().save(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = MachineKey::load(&path).unwrap_err();
        assert!(matches!(refused, MachineKeyError::OpenToOthers { .. }), "{refused}");
    }
}
