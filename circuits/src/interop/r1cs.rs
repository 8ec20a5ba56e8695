//! The iden3 `.r1cs` format, version 1, as circom writes it and snarkjs reads it.
//!
//! Wire 0 is the constant one, then come the public inputs in their order, then the private
//! values. No wire is an output, and every wire is its own label.

use std::borrow::Cow;
use std::io::{Read, Seek, Write};

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Zero};
use thiserror::Error;

use super::binfile::{self, BinFile, BinFileError, FIELD_BYTES};

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
    /// A constraint names a wire twice or with the coefficient zero: readers disagree about that.
    #[error("constraint {row} names a wire twice or with the coefficient zero")]
    RepeatedWire {
        /// Number of the constraint.
        row: usize,
    },
}

/// A constraint system to export: `(A·z)∘(B·z) = C·z` with `z = (1, public, private)`.
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

impl R1cs {
    /// Borrows the system for export.
    pub fn view(&self) -> R1csView<'_> {
        R1csView {
            wires: self.wires,
            public: self.public,
            a: &self.a,
            b: &self.b,
            c: &self.c,
        }
    }
}

impl R1csView<'_> {
    fn check(&self) -> Result<(), R1csError> {
        let (a, b, c) = (self.a.len(), self.b.len(), self.c.len());
        if a != b || b != c {
            return Err(R1csError::UnevenRows { a, b, c });
        }
        if self.wires <= self.public {
            return Err(R1csError::TooFewWires {
                wires: self.wires,
                public: self.public,
            });
        }
        for matrix in [self.a, self.b, self.c] {
            check_wires(matrix, self.wires)?;
        }
        Ok(())
    }

    /// Bytes of the section of constraints.
    fn constraint_bytes(&self) -> u64 {
        let terms = |matrix: &[LinearCombination]| -> u64 {
            matrix.iter().map(|row| tidy(row).len() as u64).sum()
        };
        let all = terms(self.a) + terms(self.b) + terms(self.c);
        EMPTY_CONSTRAINT_BYTES * self.a.len() as u64 + TERM_BYTES * all
    }
}

fn check_wires(matrix: &[LinearCombination], wires: usize) -> Result<(), R1csError> {
    for (row, terms) in matrix.iter().enumerate() {
        if let Some((_, wire)) = terms.iter().find(|(_, wire)| *wire >= wires) {
            return Err(R1csError::UnknownWire {
                row,
                wire: *wire,
                wires,
            });
        }
    }
    Ok(())
}

/// A row with wires in ascending order, each once, and no zero coefficient.
///
/// Readers disagree about a wire that occurs twice: snarkjs adds the coefficients up in the
/// set-up and takes the last one in `wtns check`.
pub(super) fn tidy(row: &LinearCombination) -> Cow<'_, [(Fr, usize)]> {
    let ascending = row
        .windows(2)
        .all(|pair| matches!(pair, [(_, x), (_, y)] if x < y));
    if ascending && row.iter().all(|(coefficient, _)| !coefficient.is_zero()) {
        return Cow::Borrowed(row);
    }
    let mut sorted = row.clone();
    sorted.sort_by_key(|(_, wire)| *wire);
    let mut merged: LinearCombination = Vec::with_capacity(sorted.len());
    for (coefficient, wire) in sorted {
        match merged.last_mut() {
            Some((sum, last)) if *last == wire => *sum += coefficient,
            _ => merged.push((coefficient, wire)),
        }
    }
    merged.retain(|(coefficient, _)| *coefficient != Fr::ZERO);
    Cow::Owned(merged)
}

/// Writes a constraint system; `out` should be buffered.
pub fn write_r1cs(mut out: impl Write, system: &R1csView<'_>) -> Result<(), R1csError> {
    system.check()?;
    binfile::write_file_header(&mut out, KIND_BYTES, VERSION, 3)?;
    write_header(&mut out, system)?;
    binfile::write_section_header(&mut out, CONSTRAINTS, system.constraint_bytes())?;
    for ((a, b), c) in system.a.iter().zip(system.b).zip(system.c) {
        for row in [a, b, c] {
            write_row(&mut out, &tidy(row))?;
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
/// Labels are checked for their number only: they name wires for debuggers.
pub fn read_r1cs(reader: impl Read + Seek) -> Result<R1cs, R1csError> {
    let mut file = BinFile::open(reader, KIND, VERSION)?;
    let header = read_header(&mut file)?;
    let length = file.length(CONSTRAINTS)?;
    let mut section = file.section(CONSTRAINTS)?;
    let wires = header.wires as usize;
    let mut system = R1cs {
        wires,
        public: header.public as usize,
        a: vec![],
        b: vec![],
        c: vec![],
    };
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
        return Err(R1csError::TooFewWires {
            wires: wires as usize,
            public: public as usize,
        });
    }
    file.sized_section(LABELS, 8 * u64::from(wires))?;
    Ok(Header {
        wires,
        public,
        constraints,
    })
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
        if wire >= wires {
            return Err(R1csError::UnknownWire { row, wire, wires });
        }
        combination.push((binfile::read_scalar(section)?, wire));
    }
    if tidy(&combination).len() != combination.len() {
        return Err(R1csError::RepeatedWire { row });
    }
    Ok(combination)
}
