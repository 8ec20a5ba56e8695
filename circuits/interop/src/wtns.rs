//! The iden3 `.wtns` format, version 2: the whole assignment of a constraint system.
//!
//! A witness holds everything that a proof hides, weights and salts included. Whoever writes one
//! to a file must guard and delete that file.

use std::io::{Read, Seek, Write};

use ark_bn254::Fr;
use thiserror::Error;

use crate::binfile::{self, BinFile, BinFileError, FIELD_BYTES};

const KIND: &str = "wtns";
const KIND_BYTES: &[u8; 4] = b"wtns";
const VERSION: u32 = 2;
const HEADER: u32 = 1;
const VALUES: u32 = 2;
/// Field size and modulus, number of values.
const HEADER_BYTES: u64 = 40;

/// Why a witness could not be written or read.
#[derive(Debug, Error)]
pub enum WtnsError {
    /// The container is damaged.
    #[error(transparent)]
    File(#[from] BinFileError),
    /// The first value is not the constant one.
    #[error("the first value of a witness must be 1")]
    NoLeadingOne,
}

/// Writes an assignment `(1, public, private)`; `out` should be buffered.
pub fn write_wtns(mut out: impl Write, assignment: &[Fr]) -> Result<(), WtnsError> {
    check_leading_one(assignment)?;
    let values = binfile::count(assignment.len())?;
    binfile::write_file_header(&mut out, KIND_BYTES, VERSION, 2)?;
    binfile::write_section_header(&mut out, HEADER, HEADER_BYTES)?;
    binfile::write_scalar_field(&mut out)?;
    binfile::write_u32(&mut out, values)?;
    binfile::write_section_header(&mut out, VALUES, section_bytes(values))?;
    for value in assignment {
        binfile::write_scalar(&mut out, value)?;
    }
    out.flush().map_err(BinFileError::from)?;
    Ok(())
}

/// Reads an assignment; `reader` should be buffered.
pub fn read_wtns(reader: impl Read + Seek) -> Result<Vec<Fr>, WtnsError> {
    let mut file = BinFile::open(reader, KIND, VERSION)?;
    let mut header = file.sized_section(HEADER, HEADER_BYTES)?;
    binfile::expect_field::<Fr>(&mut header)?;
    let count = binfile::read_u32(&mut header)?;
    let mut values = file.sized_section(VALUES, section_bytes(count))?;
    let assignment =
        (0..count).map(|_| binfile::read_scalar(&mut values)).collect::<Result<Vec<_>, _>>()?;
    check_leading_one(&assignment)?;
    Ok(assignment)
}

fn section_bytes(values: u32) -> u64 {
    u64::from(values) * FIELD_BYTES as u64
}

fn check_leading_one(assignment: &[Fr]) -> Result<(), WtnsError> {
    match assignment.first() {
        Some(one) if *one == Fr::from(1u8) => Ok(()),
        _ => Err(WtnsError::NoLeadingOne),
    }
}
