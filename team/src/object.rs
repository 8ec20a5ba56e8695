//! What members hand each other: sealed with the team's key, and named by its hash.
//!
//! The key of each object follows from its content, so equal contents give equal objects, and
//! members agree on the name of a checkpoint without talking.

use crate::order::Hash;
use chacha20poly1305::{
    aead::{Aead, Payload},
    ChaCha20Poly1305, Key, KeyInit, Nonce,
};
use std::{fmt, str::FromStr};
use zeroize::Zeroizing;

/// How many bytes an object has more than its content.
pub const SEAL_BYTES: usize = MAGIC.len() + 32 + 16;

const MAGIC: [u8; 4] = *b"NNO1";

/// The key that all members of a team have. It is wiped from memory when it is dropped, and never
/// printed.
#[derive(Clone)]
pub struct TeamKey(Zeroizing<[u8; 32]>);

/// The name of an object: the hash of its sealed bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub [u8; 32]);

/// An object as posts keep it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Its name.
    pub id: ObjectId,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Why an object is not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// The bytes have another name.
    #[error("these are not the bytes of the object")]
    OtherBytes,
    /// The bytes are no object.
    #[error("this is no sealed object")]
    NoObject,
    /// It was sealed with another key or for another run, or it was changed.
    #[error("the key of this team and run does not open the object")]
    OtherKey,
    /// It was sealed in another way, so its content has two names.
    #[error("the object was not sealed with the key that follows from its content")]
    OtherSeal,
}

/// A text that is not 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name of an object has 64 hexadecimal digits")]
pub struct ParseObjectIdError;

impl TeamKey {
    /// The key of an invite.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A new key.
    pub fn random() -> Self {
        Self(Zeroizing::new(rand::random()))
    }

    /// The key of an open run, which everybody knows.
    pub fn of_open_run(run: &Hash) -> Self {
        Self(Zeroizing::new(blake3::derive_key("NockNock 2026 public key of an open run", run)))
    }

    /// The bytes, for an invite.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for TeamKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TeamKey(hidden)")
    }
}

impl ObjectId {
    /// The name of these sealed bytes.
    pub fn of(sealed: &[u8]) -> Self {
        Self(*blake3::hash(sealed).as_bytes())
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl FromStr for ObjectId {
    type Err = ParseObjectIdError;

    /// Lower case alone: each object has one address.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| ParseObjectIdError)?;
        let id = Self(bytes);
        (id.to_string() == text).then_some(id).ok_or(ParseObjectIdError)
    }
}

/// Seals what the members of a run may read.
pub fn seal(key: &TeamKey, run: &Hash, plaintext: &[u8]) -> Sealed {
    let inner = digest(key, plaintext);
    let payload = Payload { msg: plaintext, aad: run };
    // The cipher fails at 256 GiB alone, which no model of a team has. Nobody could open that.
    let text = cipher(key, &inner).encrypt(&Nonce::default(), payload).unwrap_or_default();
    let bytes = [&MAGIC[..], &inner, &text].concat();
    Sealed { id: ObjectId::of(&bytes), bytes }
}

/// The content of an object of a run.
///
/// # Errors
///
/// If the bytes are not those of the object, or not sealed as [`seal`] does it with this key and
/// for this run.
pub fn open(
    key: &TeamKey,
    run: &Hash,
    id: &ObjectId,
    bytes: &[u8],
) -> Result<Vec<u8>, ObjectError> {
    if ObjectId::of(bytes) != *id {
        return Err(ObjectError::OtherBytes);
    }
    let sealed = bytes.strip_prefix(&MAGIC).ok_or(ObjectError::NoObject)?;
    let (inner, text) = sealed.split_first_chunk::<32>().ok_or(ObjectError::NoObject)?;
    let payload = Payload { msg: text, aad: run };
    let opened = cipher(key, inner).decrypt(&Nonce::default(), payload);
    let plaintext = opened.map_err(|_| ObjectError::OtherKey)?;
    if digest(key, &plaintext) == *inner {
        Ok(plaintext)
    } else {
        Err(ObjectError::OtherSeal)
    }
}

/// A keyed hash, or whoever guesses a content could find out whether an object has it.
fn digest(key: &TeamKey, plaintext: &[u8]) -> [u8; 32] {
    *blake3::keyed_hash(&key.0, plaintext).as_bytes()
}

/// Each content has a key of its own, so all may have the same nonce.
fn cipher(key: &TeamKey, inner: &[u8; 32]) -> ChaCha20Poly1305 {
    let mut hasher = blake3::Hasher::new_derive_key("NockNock 2026 team object");
    hasher.update(key.expose()).update(inner);
    let derived = Zeroizing::new(*hasher.finalize().as_bytes());
    ChaCha20Poly1305::new(Key::from_slice(&*derived))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: Hash = [7; 32];

    fn key() -> TeamKey {
        TeamKey::new([1; 32])
    }

    fn renamed(bytes: &[u8]) -> Result<Vec<u8>, ObjectError> {
        open(&key(), &RUN, &ObjectId::of(bytes), bytes)
    }

    #[test]
    fn what_is_sealed_is_opened_and_has_a_fixed_overhead() {
        for content in [&b""[..], b"a", &[5; 1_000]] {
            let sealed = seal(&key(), &RUN, content);
            assert_eq!(sealed.bytes.len(), content.len() + SEAL_BYTES);
            assert_eq!(open(&key(), &RUN, &sealed.id, &sealed.bytes).unwrap(), content);
        }
    }

    #[test]
    fn equal_contents_give_equal_objects_and_others_share_nothing() {
        let sealed = seal(&key(), &RUN, b"content");
        assert_eq!(sealed, seal(&key(), &RUN, b"content"));
        let others = [
            seal(&key(), &RUN, b"Content"),
            seal(&key(), &[8; 32], b"content"),
            seal(&TeamKey::new([2; 32]), &RUN, b"content"),
        ];
        assert!(others.iter().all(|other| other.id != sealed.id));
    }

    #[test]
    fn a_changed_bit_is_refused_wherever_it_is() {
        let sealed = seal(&key(), &RUN, b"content");
        for place in 0..sealed.bytes.len() * 8 {
            let mut bytes = sealed.bytes.clone();
            bytes[place / 8] ^= 1 << (place % 8);
            let refused = open(&key(), &RUN, &sealed.id, &bytes);
            assert_eq!(refused, Err(ObjectError::OtherBytes), "bit {place}");
            assert!(renamed(&bytes).is_err(), "bit {place}");
        }
    }

    #[test]
    fn a_part_of_an_object_is_refused() {
        let sealed = seal(&key(), &RUN, b"content");
        for length in 0..sealed.bytes.len() {
            assert!(renamed(&sealed.bytes[..length]).is_err(), "{length} bytes");
        }
        assert!(renamed(&[&sealed.bytes[..], &[0]].concat()).is_err());
    }

    #[test]
    fn another_key_or_run_does_not_open_it() {
        let Sealed { id, bytes } = seal(&key(), &RUN, b"content");
        let other = open(&TeamKey::new([2; 32]), &RUN, &id, &bytes);
        assert_eq!(other, Err(ObjectError::OtherKey));
        assert_eq!(open(&key(), &[8; 32], &id, &bytes), Err(ObjectError::OtherKey));
    }

    #[test]
    fn a_member_cannot_give_a_content_a_second_name() {
        let inner = [9; 32];
        let payload = Payload { msg: b"content", aad: &RUN };
        let text = cipher(&key(), &inner).encrypt(&Nonce::default(), payload).unwrap();
        let bytes = [&MAGIC[..], &inner, &text].concat();
        assert_eq!(renamed(&bytes), Err(ObjectError::OtherSeal));
    }

    #[test]
    fn a_name_is_read_back_and_has_one_form() {
        let id = ObjectId([0xab; 32]);
        assert_eq!(id.to_string(), "ab".repeat(32));
        assert_eq!(id.to_string().parse::<ObjectId>(), Ok(id));
        for text in ["", "ab", &"AB".repeat(32), &"zz".repeat(32), &"ab".repeat(33)] {
            assert_eq!(text.parse::<ObjectId>(), Err(ParseObjectIdError), "{text}");
        }
    }

    #[test]
    fn the_key_of_a_team_is_not_printed() {
        assert_eq!(format!("{:?}", key()), "TeamKey(hidden)");
        assert_ne!(TeamKey::random().expose(), TeamKey::random().expose());
        let open_runs = [RUN, [8; 32]].map(|run| TeamKey::of_open_run(&run));
        assert_ne!(open_runs[0].expose(), open_runs[1].expose());
    }
}
