//! The iden3 `.r1cs` format, version 1, as circom writes it and snarkjs reads it.
//!
//! Wire 0 is the constant one, then come the public inputs in their order, then the private
//! values. No wire is an output, and every wire is its own label.

use std::io::{Read, Seek, Write};

use ark_bn254::Fr;
use ark_ff::Zero;
use nocknock_circuits::r1cs::Matrices;
use thiserror::Error;

use crate::binfile::{self, BinFile, BinFileError, FIELD_BYTES};

const KIND: &str = "r1cs";
const KIND_BYTES: &[u8; 4] = b"r1cs";
const VERSION: u32 = 1;
const HEADER: u32 = 1;
const CONSTRAINTS: u32 = 2;
const LABELS: u32 = 3;
/// Field size and modulus, four counts, the number of labels, the number of constraints.
const HEADER_BYTES: u64 = 64;
/// A wire's number and its coefficient.
const TERM_BYTES: u64 = 4 + FIELD_BYTES as u64;
/// The three counts of terms of an empty constraint.
const EMPTY_CONSTRAINT_BYTES: u64 = 12;

/// A linear combination: pairs of a coefficient and the wire that it multiplies.
pub type LinearCombination = Vec<(Fr, usize)>;

/// Why a constraint system could not be written or read.
#[derive(Debug, Error)]
pub enum R1csError {
    /// The container is damaged.
    #[error(transparent)]
    File(#[from] BinFileError),
    /// The three matrices have different numbers of rows.
    #[error("the matrices have {a}, {b} and {c} rows, all three must have the same number")]
    UnevenRows {
        /// Rows of A.
        a: usize,
        /// Rows of B.
        b: usize,
        /// Rows of C.
        c: usize,
    },
    /// There are fewer wires than public values.
    #[error("{wires} wires cannot hold the constant one and {public} public values")]
    TooFewWires {
        /// Wires of the system.
        wires: usize,
        /// Public values, the constant one not counted.
        public: usize,
    },
    /// A constraint names a wire that does not exist.
    #[error("constraint {row} names wire {wire}, there are only {wires} wires")]
    UnknownWire {
        /// Number of the constraint.
        row: usize,
        /// Number of the wire.
        wire: usize,
        /// Wires of the system.
        wires: usize,
    },
    /// A constraint names a wire twice or with the coefficient zero. snarkjs would add the
    /// coefficients up in the set-up and take the last one in `wtns check`.
    #[error("constraint {row} names a wire twice, out of order or with the coefficient zero")]
    UntidyRow {
        /// Number of the constraint.
        row: usize,
    },
}

/// A constraint system to export: `(A·z)∘(B·z) = C·z` with `z = (1, public, private)`.
///
/// Every row names its wires in ascending order, each once, without zero coefficients.
#[derive(Clone, Copy, Debug)]
pub struct R1csView<'a> {
    /// Length of `z`.
    pub wires: usize,
    /// Public values, the constant one not counted.
    pub public: usize,
    /// Rows of A.
    pub a: &'a [LinearCombination],
    /// Rows of B.
    pub b: &'a [LinearCombination],
    /// Rows of C.
    pub c: &'a [LinearCombination],
}

/// A constraint system read from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct R1cs {
    /// Length of `z`.
    pub wires: usize,
    /// Outputs and public inputs, the constant one not counted.
    pub public: usize,
    /// Rows of A.
    pub a: Vec<LinearCombination>,
    /// Rows of B.
    pub b: Vec<LinearCombination>,
    /// Rows of C.
    pub c: Vec<LinearCombination>,
}

impl<'a> From<&'a Matrices> for R1csView<'a> {
    fn from(matrices: &'a Matrices) -> Self {
        let [a, b, c] = matrices.abc();
        Self { wires: matrices.wires(), public: matrices.public(), a, b, c }
    }
}

impl R1cs {
    /// Borrows the system for export.
    pub fn view(&self) -> R1csView<'_> {
        R1csView { wires: self.wires, public: self.public, a: &self.a, b: &self.b, c: &self.c }
    }
}

impl R1csView<'_> {
    fn check(&self) -> Result<(), R1csError> {
        let (a, b, c) = (self.a.len(), self.b.len(), self.c.len());
        if a != b || b != c {
            return Err(R1csError::UnevenRows { a, b, c });
        }
        if self.wires <= self.public {
            return Err(R1csError::TooFewWires { wires: self.wires, public: self.public });
        }
        for matrix in [self.a, self.b, self.c] {
            for (row, terms) in matrix.iter().enumerate() {
                check_row(row, terms, self.wires)?;
            }
        }
        Ok(())
    }

    /// Bytes of the section of constraints.
    fn constraint_bytes(&self) -> u64 {
        let rows = [self.a, self.b, self.c].into_iter().flatten();
        let all: u64 = rows.map(|row| row.len() as u64).sum();
        EMPTY_CONSTRAINT_BYTES * self.a.len() as u64 + TERM_BYTES * all
    }
}

fn check_row(row: usize, terms: &[(Fr, usize)], wires: usize) -> Result<(), R1csError> {
    if let Some((_, wire)) = terms.iter().find(|(_, wire)| *wire >= wires) {
        return Err(R1csError::UnknownWire { row, wire: *wire, wires });
    }
    let ascending = terms.is_sorted_by(|(_, left), (_, right)| left < right);
    let non_zero = terms.iter().all(|(coefficient, _)| !coefficient.is_zero());
    if ascending && non_zero {
        Ok(())
    } else {
        Err(R1csError::UntidyRow { row })
    }
}

/// Writes a constraint system; `out` should be buffered.
pub fn write_r1cs(mut out: impl Write, system: &R1csView<'_>) -> Result<(), R1csError> {
    system.check()?;
    binfile::write_file_header(&mut out, KIND_BYTES, VERSION, 3)?;
    write_header(&mut out, system)?;
    binfile::write_section_header(&mut out, CONSTRAINTS, system.constraint_bytes())?;
    for ((a, b), c) in system.a.iter().zip(system.b).zip(system.c) {
        for row in [a, b, c] {
            write_row(&mut out, row)?;
        }
    }
    write_labels(&mut out, system.wires)?;
    out.flush().map_err(BinFileError::from)?;
    Ok(())
}

fn write_header(out: &mut impl Write, system: &R1csView<'_>) -> Result<(), BinFileError> {
    let wires = binfile::count(system.wires)?;
    let public = binfile::count(system.public)?;
    binfile::write_section_header(out, HEADER, HEADER_BYTES)?;
    binfile::write_scalar_field(out)?;
    binfile::write_u32(out, wires)?;
    binfile::write_u32(out, 0)?; // outputs
    binfile::write_u32(out, public)?;
    binfile::write_u32(out, wires.saturating_sub(public).saturating_sub(1))?;
    out.write_all(&u64::from(wires).to_le_bytes())?;
    binfile::write_u32(out, binfile::count(system.a.len())?)
}

fn write_row(out: &mut impl Write, row: &[(Fr, usize)]) -> Result<(), BinFileError> {
    binfile::write_u32(out, binfile::count(row.len())?)?;
    for (coefficient, wire) in row {
        binfile::write_u32(out, binfile::count(*wire)?)?;
        binfile::write_scalar(out, coefficient)?;
    }
    Ok(())
}

fn write_labels(out: &mut impl Write, wires: usize) -> Result<(), BinFileError> {
    binfile::write_section_header(out, LABELS, 8 * wires as u64)?;
    for wire in 0..wires as u64 {
        out.write_all(&wire.to_le_bytes())?;
    }
    Ok(())
}

struct Header {
    wires: u32,
    public: u32,
    constraints: u32,
}

/// Reads a constraint system; `reader` should be buffered.
///
/// Rows may name their wires in any order. Labels are checked for their number only: they name
/// wires for debuggers.
pub fn read_r1cs(reader: impl Read + Seek) -> Result<R1cs, R1csError> {
    let mut file = BinFile::open(reader, KIND, VERSION)?;
    let header = read_header(&mut file)?;
    let length = file.length(CONSTRAINTS)?;
    let mut section = file.section(CONSTRAINTS)?;
    let wires = header.wires as usize;
    let mut system =
        R1cs { wires, public: header.public as usize, a: vec![], b: vec![], c: vec![] };
    for row in 0..header.constraints as usize {
        for matrix in [&mut system.a, &mut system.b, &mut system.c] {
            matrix.push(read_row(&mut section, row, wires)?);
        }
    }
    binfile::finish(&section, CONSTRAINTS, length)?;
    Ok(system)
}

fn read_header<R: Read + Seek>(file: &mut BinFile<R>) -> Result<Header, R1csError> {
    let mut section = file.sized_section(HEADER, HEADER_BYTES)?;
    binfile::expect_field::<Fr>(&mut section)?;
    let wires = binfile::read_u32(&mut section)?;
    let outputs = binfile::read_u32(&mut section)?;
    let inputs = binfile::read_u32(&mut section)?;
    let _private_inputs = binfile::read_u32(&mut section)?;
    let labels = binfile::read_u64(&mut section)?;
    let constraints = binfile::read_u32(&mut section)?;
    let public = outputs.saturating_add(inputs);
    if wires <= public || labels < u64::from(wires) {
        return Err(R1csError::TooFewWires { wires: wires as usize, public: public as usize });
    }
    file.sized_section(LABELS, 8 * u64::from(wires))?;
    Ok(Header { wires, public, constraints })
}

fn read_row(
    section: &mut impl Read,
    row: usize,
    wires: usize,
) -> Result<LinearCombination, R1csError> {
    let terms = binfile::read_u32(section)?;
    let mut combination = LinearCombination::new();
    for _ in 0..terms {
        let wire = binfile::read_u32(section)? as usize;
        combination.push((binfile::read_scalar(section)?, wire));
    }
    combination.sort_by_key(|(_, wire)| *wire);
    check_row(row, &combination, wires)?;
    Ok(combination)
}
