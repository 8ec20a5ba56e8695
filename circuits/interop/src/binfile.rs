//! The container that `.r1cs`, `.wtns` and `.zkey` files share: four letters that name the kind,
//! a version, and a list of numbered sections, all integers little endian.
//!
//! [`BinFile::open`] reads the list of sections first and checks it against the length of the
//! file, so that a later reader allocates nothing on the word of a damaged or hostile file.

use std::io::{self, Read, Seek, SeekFrom, Take, Write};

use ark_bn254::Fr;
use ark_ff::{BigInt, BigInteger, PrimeField};
use thiserror::Error;

/// Bytes of one field element in all three formats.
pub(super) const FIELD_BYTES: usize = 32;
/// More sections than any of the formats has.
const MAX_SECTIONS: u32 = 32;
/// Bytes of a section's number and length.
const SECTION_HEADER_BYTES: u64 = 12;
/// Bytes before the first section.
const FILE_HEADER_BYTES: u64 = 12;

/// Why a file is not a well-formed container of the expected kind.
#[derive(Debug, Error)]
pub enum BinFileError {
    /// The file could not be read or written, or ended early.
    #[error("cannot read or write the file: {0}")]
    Io(#[from] io::Error),
    /// The first four bytes name another kind of file.
    #[error("this is not a .{expected} file: it begins with the bytes {found:?}")]
    WrongKind {
        /// Kind that the caller wants.
        expected: &'static str,
        /// First four bytes of the file.
        found: [u8; 4],
    },
    /// The format's version is one that this reader does not know.
    #[error("version {found} of the format is not supported, only version {expected} is")]
    WrongVersion {
        /// Version that this reader knows.
        expected: u32,
        /// Version that the file states.
        found: u32,
    },
    /// The file states an absurd number of sections.
    #[error("the file states {0} sections, at most {MAX_SECTIONS} are possible")]
    TooManySections(u32),
    /// A section occurs twice.
    #[error("section {0} occurs twice")]
    DuplicateSection(u32),
    /// A section that the format needs is not there.
    #[error("section {0} is missing")]
    MissingSection(u32),
    /// A section ends behind the end of the file.
    #[error("section {0} is longer than the rest of the file: the file is truncated")]
    Truncated(u32),
    /// Bytes follow the last section.
    #[error("{0} bytes follow the last section")]
    TrailingBytes(u64),
    /// A section has another length than its contents need.
    #[error("section {id} has {found} bytes where its contents need {expected}")]
    SectionLength {
        /// Number of the section.
        id: u32,
        /// Bytes that the counts in the header imply.
        expected: u64,
        /// Bytes that the file states.
        found: u64,
    },
    /// The file is for another field.
    #[error("the file is for another prime field than BN254's")]
    WrongField,
    /// A number is not smaller than the field's modulus.
    #[error("a number in the file is not below the field's modulus")]
    NotCanonical,
    /// More items than the format can count.
    #[error("{0} items are more than the format can count")]
    TooMany(usize),
}

#[derive(Clone, Copy, Debug)]
struct Section {
    id: u32,
    offset: u64,
    length: u64,
}

/// An opened container with a checked list of sections.
#[derive(Debug)]
pub(super) struct BinFile<R> {
    reader: R,
    sections: Vec<Section>,
}

impl<R: Read + Seek> BinFile<R> {
    /// Opens a container of the given kind (four letters) and version.
    pub(super) fn open(
        mut reader: R,
        kind: &'static str,
        version: u32,
    ) -> Result<Self, BinFileError> {
        let length = reader.seek(SeekFrom::End(0))?;
        reader.rewind()?;
        let found = read_array::<4>(&mut reader)?;
        if found != kind.as_bytes() {
            return Err(BinFileError::WrongKind { expected: kind, found });
        }
        let stated = read_u32(&mut reader)?;
        if stated != version {
            return Err(BinFileError::WrongVersion { expected: version, found: stated });
        }
        let sections = read_sections(&mut reader, length)?;
        Ok(Self { reader, sections })
    }

    /// Length of a section in bytes.
    pub(super) fn length(&self, id: u32) -> Result<u64, BinFileError> {
        Ok(self.find(id)?.length)
    }

    /// A reader limited to one section.
    pub(super) fn section(&mut self, id: u32) -> Result<Take<&mut R>, BinFileError> {
        let section = self.find(id)?;
        self.reader.seek(SeekFrom::Start(section.offset))?;
        Ok((&mut self.reader).take(section.length))
    }

    /// A reader limited to one section, which must have the given length.
    pub(super) fn sized_section(
        &mut self,
        id: u32,
        expected: u64,
    ) -> Result<Take<&mut R>, BinFileError> {
        let found = self.length(id)?;
        if found != expected {
            return Err(BinFileError::SectionLength { id, expected, found });
        }
        self.section(id)
    }

    fn find(&self, id: u32) -> Result<Section, BinFileError> {
        let found = self.sections.iter().find(|section| section.id == id);
        found.copied().ok_or(BinFileError::MissingSection(id))
    }
}

fn read_sections<R: Read + Seek>(
    reader: &mut R,
    length: u64,
) -> Result<Vec<Section>, BinFileError> {
    let count = read_u32(reader)?;
    if count > MAX_SECTIONS {
        return Err(BinFileError::TooManySections(count));
    }
    let mut sections: Vec<Section> = Vec::new();
    let mut position = FILE_HEADER_BYTES;
    for _ in 0..count {
        let section = read_section(reader, position, length)?;
        if sections.iter().any(|other| other.id == section.id) {
            return Err(BinFileError::DuplicateSection(section.id));
        }
        position = section.offset.saturating_add(section.length);
        reader.seek(SeekFrom::Start(position))?;
        sections.push(section);
    }
    match length.saturating_sub(position) {
        0 => Ok(sections),
        trailing => Err(BinFileError::TrailingBytes(trailing)),
    }
}

fn read_section(
    reader: &mut impl Read,
    position: u64,
    file_length: u64,
) -> Result<Section, BinFileError> {
    let id = read_u32(reader)?;
    let length = read_u64(reader)?;
    let offset = position.saturating_add(SECTION_HEADER_BYTES);
    if length > file_length.saturating_sub(offset) {
        return Err(BinFileError::Truncated(id));
    }
    Ok(Section { id, offset, length })
}

/// Refuses a section that was not read to its end.
pub(super) fn finish<R: Read>(section: &Take<R>, id: u32, length: u64) -> Result<(), BinFileError> {
    match section.limit() {
        0 => Ok(()),
        left => {
            let expected = length.saturating_sub(left);
            Err(BinFileError::SectionLength { id, expected, found: length })
        }
    }
}

/// Writes kind, version and the number of sections that follow.
pub(super) fn write_file_header(
    out: &mut impl Write,
    kind: &[u8; 4],
    version: u32,
    sections: u32,
) -> Result<(), BinFileError> {
    out.write_all(kind)?;
    write_u32(out, version)?;
    write_u32(out, sections)
}

/// Writes the number and the length of a section whose contents follow.
pub(super) fn write_section_header(
    out: &mut impl Write,
    id: u32,
    length: u64,
) -> Result<(), BinFileError> {
    write_u32(out, id)?;
    out.write_all(&length.to_le_bytes())?;
    Ok(())
}

/// Writes the size of a field element and the modulus of the scalar field.
pub(super) fn write_scalar_field(out: &mut impl Write) -> Result<(), BinFileError> {
    write_u32(out, FIELD_BYTES as u32)?;
    out.write_all(&Fr::MODULUS.to_bytes_le())?;
    Ok(())
}

/// Reads the size of a field element and the modulus, which must be those of `F`.
pub(super) fn expect_field<F: PrimeField<BigInt = BigInt<4>>>(
    reader: &mut impl Read,
) -> Result<(), BinFileError> {
    let bytes = read_u32(reader)?;
    if bytes as usize != FIELD_BYTES || read_bigint(reader)? != F::MODULUS {
        return Err(BinFileError::WrongField);
    }
    Ok(())
}

/// Writes a field element as an integer (not in Montgomery form).
pub(super) fn write_scalar(out: &mut impl Write, value: &Fr) -> Result<(), BinFileError> {
    for limb in value.into_bigint().as_ref() {
        out.write_all(&limb.to_le_bytes())?;
    }
    Ok(())
}

/// Reads a field element written as an integer below the modulus.
pub(super) fn read_scalar(reader: &mut impl Read) -> Result<Fr, BinFileError> {
    Fr::from_bigint(read_bigint(reader)?).ok_or(BinFileError::NotCanonical)
}

/// Reads a 256-bit integer.
pub(super) fn read_bigint(reader: &mut impl Read) -> Result<BigInt<4>, BinFileError> {
    let mut limbs = [0; 4];
    for limb in &mut limbs {
        *limb = read_u64(reader)?;
    }
    Ok(BigInt::new(limbs))
}

/// Reads a fixed number of bytes.
pub(super) fn read_array<const N: usize>(reader: &mut impl Read) -> Result<[u8; N], BinFileError> {
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Reads a 32-bit integer.
pub(super) fn read_u32(reader: &mut impl Read) -> Result<u32, BinFileError> {
    Ok(u32::from_le_bytes(read_array(reader)?))
}

/// Reads a 64-bit integer.
pub(super) fn read_u64(reader: &mut impl Read) -> Result<u64, BinFileError> {
    Ok(u64::from_le_bytes(read_array(reader)?))
}

/// Writes a 32-bit integer.
pub(super) fn write_u32(out: &mut impl Write, value: u32) -> Result<(), BinFileError> {
    out.write_all(&value.to_le_bytes())?;
    Ok(())
}

/// A count as the 32 bits that the formats give it.
pub(super) fn count(items: usize) -> Result<u32, BinFileError> {
    u32::try_from(items).map_err(|_| BinFileError::TooMany(items))
}
