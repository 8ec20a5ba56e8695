//! Proving keys as files.
//!
//! ```text
//! magic     8 bytes, "nocknkey"
//! version   4 bytes, little endian
//! header    length (4 bytes), then SCALE: circuit, origin, reduction
//! key       length (4 bytes), then the verifying key in canonical form
//! points    beta and delta in G1; then A, B, H, L in G1 and B in G2, each a count (8 bytes)
//!           and points
//! checksum  32 bytes, blake3 of everything before it
//! ```
//!
//! The file is read as a stream, section by section, and decoded in parallel: 100 MB take well
//! below a second. Nothing is allocated for more than what the file really holds.

use super::{
    check::{check_blinding, check_twins, KeyFault},
    pinned::{is_development_key, is_pinned_file},
    points::KeyPoint,
    Header, ProvingKey,
};
use ark_bn254::{Bn254, G1Affine, G2Affine};
use codec::{DecodeAll, Encode};
use nocknock_groth16::{KeyDecodeError, VerifyingKey};
use nocknock_primitives::{circuit::KeyOrigin, ids::KeyId};
use rayon::prelude::*;
use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Read, Write},
    path::Path,
};
use tempfile::NamedTempFile;

const MAGIC: &[u8; 8] = b"nocknkey";
const VERSION: u32 = 2;
/// More than any header or verifying key takes.
const MAX_PART: u32 = 64 * 1024;
/// Points that are encoded at a time.
const CHUNK: usize = 1 << 13;
const BUFFER: usize = 1 << 20;

/// Why a key file was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file could not be read or written.
    #[error("the key file could not be read or written: {0}")]
    Io(#[from] io::Error),
    /// Not a key file.
    #[error("this is not a NockNock proving key")]
    Magic,
    /// Another version of the format.
    #[error("the key file has format {0}, this program reads format 2: make or convert it anew")]
    Version(u32),
    /// The header cannot be read.
    #[error("the header of the key file is damaged: fetch or make the key anew")]
    Header,
    /// The verifying key cannot be read.
    #[error("the verifying key in the file is damaged: {0}")]
    VerifyingKey(#[from] KeyDecodeError),
    /// The verifying key is not the one of the header.
    #[error("the file says it holds key {expected} but holds {found}: do not use it")]
    KeyId {
        /// The id in the header.
        expected: KeyId,
        /// The id of the key that is there.
        found: KeyId,
    },
    /// A development key that pretends to come from a ceremony.
    #[error(
        "the file says that its key comes from a ceremony, but it holds a development key: \
         anyone can forge proofs under it"
    )]
    Pretended,
    /// The points do not belong to the verifying key.
    #[error(transparent)]
    Fault(#[from] KeyFault),
    /// A point is not on its curve, or not reduced.
    #[error("point {index} of {section} in the key file is damaged: fetch or make the key anew")]
    Point {
        /// Name of the section.
        section: &'static str,
        /// Number of the point.
        index: usize,
    },
    /// The checksum does not fit.
    #[error("the checksum of the key file does not fit: fetch or make the key anew")]
    Checksum,
    /// Bytes follow the checksum.
    #[error("the key file goes on after its end: fetch or make the key anew")]
    Trailing,
}

/// Writes a key to a file: to a temporary file first, which then takes the file's name, so that
/// nobody ever sees half a key. Gives the digest by which the file can be recognised.
pub fn store(key: &ProvingKey, path: &Path) -> Result<[u8; 32], KeyFileError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = NamedTempFile::new_in(folder)?;
    let digest = write_key(key, BufWriter::with_capacity(BUFFER, &mut file))?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(digest)
}

/// Reads a key from a file.
pub fn load(path: &Path) -> Result<(ProvingKey, [u8; 32]), KeyFileError> {
    read_key(BufReader::with_capacity(BUFFER, File::open(path)?))
}

/// Writes a key and gives its digest: the checksum at the end of the file.
pub fn write_key(key: &ProvingKey, out: impl Write) -> Result<[u8; 32], KeyFileError> {
    let mut out = Hashing { inner: out, hash: blake3::Hasher::new() };
    out.write_all(MAGIC)?;
    out.write_all(&VERSION.to_le_bytes())?;
    write_part(&mut out, &key.header.encode())?;
    write_part(&mut out, &key.verifying_key.to_bytes())?;
    let points = &key.points;
    write_points(&mut out, &[points.beta_g1, points.delta_g1])?;
    for query in [&points.a_query, &points.b_g1_query, &points.h_query, &points.l_query] {
        write_points(&mut out, query)?;
    }
    write_points(&mut out, &points.b_g2_query)?;
    let digest = *out.hash.finalize().as_bytes();
    out.inner.write_all(&digest)?;
    out.inner.flush()?;
    Ok(digest)
}

/// Reads a key and gives its digest.
///
/// Points must be on their curves, and the key id and the checksum must fit. The points that blind
/// proofs must be those of the verifying key. Unless the digest is one that this repository has
/// pinned, the points B must be the same in both groups. Whether the other points belong together
/// a trial proof shows.
pub fn read_key(input: impl Read) -> Result<(ProvingKey, [u8; 32]), KeyFileError> {
    let mut input = Hashing { inner: input, hash: blake3::Hasher::new() };
    read_start(&mut input)?;
    let header = Header::decode_all(&mut &read_part(&mut input)?[..]);
    let header = header.map_err(|_| KeyFileError::Header)?;
    let verifying_key = VerifyingKey::from_bytes(&read_part(&mut input)?)?;
    let found = KeyId(verifying_key.id().0);
    if found != header.info.key {
        return Err(KeyFileError::KeyId { expected: header.info.key, found });
    }
    if header.origin != KeyOrigin::Development && is_development_key(&found) {
        return Err(KeyFileError::Pretended);
    }
    let points = read_proving_key(&mut input, &verifying_key)?;
    let digest = *input.hash.finalize().as_bytes();
    read_end(&mut input.inner, &digest)?;
    check_blinding(&points)?;
    if !is_pinned_file(&digest) {
        check_twins(&points)?;
    }
    Ok((ProvingKey { header, verifying_key, points }, digest))
}

fn read_start(input: &mut impl Read) -> Result<(), KeyFileError> {
    let magic: [u8; 8] = read_array(input)?;
    if &magic != MAGIC {
        return Err(KeyFileError::Magic);
    }
    match u32::from_le_bytes(read_array(input)?) {
        VERSION => Ok(()),
        version => Err(KeyFileError::Version(version)),
    }
}

fn read_proving_key(
    input: &mut impl Read,
    verifying_key: &VerifyingKey,
) -> Result<ark_groth16::ProvingKey<Bn254>, KeyFileError> {
    let [beta_g1, delta_g1] = read_points::<G1Affine>(input, "beta and delta")?[..] else {
        return Err(KeyFileError::Header);
    };
    Ok(ark_groth16::ProvingKey {
        vk: super::ark_verifying_key(verifying_key),
        beta_g1,
        delta_g1,
        a_query: read_points(input, "A")?,
        b_g1_query: read_points(input, "B in G1")?,
        h_query: read_points(input, "H")?,
        l_query: read_points(input, "L")?,
        b_g2_query: read_points::<G2Affine>(input, "B in G2")?,
    })
}

fn read_end(input: &mut impl Read, digest: &[u8; 32]) -> Result<(), KeyFileError> {
    if &read_array::<32>(input)? != digest {
        return Err(KeyFileError::Checksum);
    }
    match input.read(&mut [0])? {
        0 => Ok(()),
        _ => Err(KeyFileError::Trailing),
    }
}

fn write_part(out: &mut impl Write, bytes: &[u8]) -> Result<(), KeyFileError> {
    let length = u32::try_from(bytes.len()).map_err(|_| KeyFileError::Header)?;
    out.write_all(&length.to_le_bytes())?;
    Ok(out.write_all(bytes)?)
}

fn read_part(input: &mut impl Read) -> Result<Vec<u8>, KeyFileError> {
    let length = u32::from_le_bytes(read_array(input)?);
    if length > MAX_PART {
        return Err(KeyFileError::Header);
    }
    read_bytes(input, length.into())
}

fn write_points<P: KeyPoint>(out: &mut impl Write, points: &[P]) -> Result<(), KeyFileError> {
    out.write_all(&(points.len() as u64).to_le_bytes())?;
    let mut bytes = Vec::with_capacity(CHUNK * P::BYTES);
    for chunk in points.chunks(CHUNK) {
        bytes.clear();
        chunk.iter().for_each(|point| point.write(&mut bytes));
        out.write_all(&bytes)?;
    }
    Ok(())
}

fn read_points<P: KeyPoint>(
    input: &mut impl Read,
    section: &'static str,
) -> Result<Vec<P>, KeyFileError> {
    let count = u64::from_le_bytes(read_array(input)?);
    let length = count.checked_mul(P::BYTES as u64).ok_or(KeyFileError::Header)?;
    let bytes = read_bytes(input, length)?;
    let points = bytes.par_chunks_exact(P::BYTES).enumerate();
    points
        .map(|(index, bytes)| P::read(bytes).ok_or(KeyFileError::Point { section, index }))
        .collect()
}

/// Exactly `length` bytes. The buffer grows with what arrives, not with what was announced.
fn read_bytes(input: &mut impl Read, length: u64) -> Result<Vec<u8>, KeyFileError> {
    let mut bytes = Vec::new();
    input.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length {
        Ok(bytes)
    } else {
        Err(io::Error::from(io::ErrorKind::UnexpectedEof).into())
    }
}

fn read_array<const N: usize>(input: &mut impl Read) -> Result<[u8; N], KeyFileError> {
    let mut bytes = [0; N];
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Hashes what passes through.
struct Hashing<T> {
    inner: T,
    hash: blake3::Hasher,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        self.hash.update(bytes.get(..read).unwrap_or_default());
        Ok(read)
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
