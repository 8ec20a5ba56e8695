//! The matrices A, B and C of a circuit.

use super::Term;
use ark_bn254::Fr;
use ark_ff::{BigInteger, One, PrimeField, Zero};
use ark_relations::{
    gr1cs::{ConstraintSynthesizer, ConstraintSystemRef, LinearCombination, SynthesisError},
    utils::matrix::Matrix,
    utils::variable::Variable,
};
use blake2::{digest::consts::U32, Blake2b, Digest};

/// A named run of rows, and of the wires that were allocated for them.
///
/// One name is one rule, so that an audit can ask of each what a prover would gain without it. A
/// section may have wires and no rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// What the rows are for.
    pub name: &'static str,
    /// Number of the first row.
    pub start: usize,
    /// Number of rows.
    pub rows: usize,
    /// Number of the first wire.
    pub first_wire: usize,
    /// Number of wires.
    pub wires: usize,
}

/// `(A·z) ∘ (B·z) = C·z` for `z = (1, public inputs, private wires)`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matrices {
    abc: [Matrix<Fr>; 3],
    public: usize,
    wires: usize,
    sections: Vec<Section>,
}

impl Matrices {
    pub(super) fn new(public: usize) -> Self {
        Self { public, ..Self::default() }
    }

    pub(super) fn push(&mut self, row: [Vec<Term>; 3]) {
        for (matrix, terms) in self.abc.iter_mut().zip(row) {
            matrix.push(terms);
        }
        if let Some(section) = self.sections.last_mut() {
            section.rows += 1;
        }
    }

    /// Begins a section behind this many wires. One that has just been left is taken up again.
    pub(super) fn begin_section(&mut self, name: &'static str, wires: usize) {
        if self.sections.last().is_some_and(|section| section.name == name) {
            return;
        }
        self.end_section(wires);
        let (start, first_wire) = (self.constraints(), wires);
        self.sections.push(Section { name, start, rows: 0, first_wire, wires: 0 });
    }

    fn end_section(&mut self, wires: usize) {
        if let Some(section) = self.sections.last_mut() {
            section.wires = wires - section.first_wire;
        }
    }

    pub(super) fn finished(mut self, wires: usize) -> Self {
        self.end_section(wires);
        self.wires = wires;
        self.abc.iter_mut().for_each(Vec::shrink_to_fit);
        self
    }

    /// The matrices A, B and C, each row with ascending wires and without zero coefficients.
    pub fn abc(&self) -> &[Matrix<Fr>; 3] {
        &self.abc
    }

    /// Number of constraints.
    pub fn constraints(&self) -> usize {
        let [a, ..] = &self.abc;
        a.len()
    }

    /// Number of public inputs; the constant one is not counted.
    pub fn public(&self) -> usize {
        self.public
    }

    /// Number of wires, the constant one and the public inputs included.
    pub fn wires(&self) -> usize {
        self.wires
    }

    /// Entries of the three matrices that are not zero.
    pub fn entries(&self) -> usize {
        self.abc.iter().flatten().map(Vec::len).sum()
    }

    /// Rows of the evaluation domain: the next power of two that holds the constraints, the public
    /// inputs and the constant one.
    pub fn domain_size(&self) -> usize {
        (self.constraints() + self.public + 1).next_power_of_two()
    }

    /// What the rows are for.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// The wires that were allocated in the sections of a name, in their order.
    pub fn wires_of(&self, name: &str) -> Vec<usize> {
        let sections = self.sections.iter().filter(|section| section.name == name);
        let wires =
            sections.flat_map(|section| section.first_wire..section.first_wire + section.wires);
        wires.collect()
    }

    /// Number of rows by name of section, in the order in which the names first occur. Sections
    /// without rows are left out.
    pub fn rows_by_section(&self) -> Vec<(&'static str, usize)> {
        let mut totals: Vec<(&'static str, usize)> = Vec::new();
        for section in self.sections.iter().filter(|section| section.rows > 0) {
            match totals.iter_mut().find(|(name, _)| *name == section.name) {
                Some((_, rows)) => *rows += section.rows,
                None => totals.push((section.name, section.rows)),
            }
        }
        totals
    }

    /// blake2b-256 over all counts and entries: what this system is, whatever wrote it.
    pub fn hash(&self) -> [u8; 32] {
        let mut hash = Blake2b::<U32>::new_with_prefix(b"nocknock/matrices/v1");
        for count in [self.public, self.wires, self.constraints()] {
            hash.update((count as u64).to_le_bytes());
        }
        let mut bytes = Vec::new();
        for row in self.rows() {
            row.iter().for_each(|terms| append_terms(&mut bytes, terms));
            hash.update(&bytes);
            bytes.clear();
        }
        hash.finalize().into()
    }

    /// Numbers of the rows that an assignment violates, computed from the matrices themselves.
    pub fn violated_rows<'a>(&'a self, assignment: &'a [Fr]) -> impl Iterator<Item = usize> + 'a {
        let value = |terms: &[Term]| evaluate(terms, assignment);
        let rows = self.rows().enumerate();
        rows.filter(move |(_, [a, b, c])| value(a) * value(b) != value(c)).map(|(row, _)| row)
    }

    /// Whether an assignment has the right length, starts with 1 and violates no row.
    pub fn is_satisfied_by(&self, assignment: &[Fr]) -> bool {
        assignment.len() == self.wires
            && assignment.first().is_some_and(Fr::is_one)
            && self.violated_rows(assignment).next().is_none()
    }

    /// Names of the sections with rows that an assignment violates, each once.
    pub fn violated_sections(&self, assignment: &[Fr]) -> Vec<&'static str> {
        let mut names = Vec::new();
        for name in self.violated_rows(assignment).filter_map(|row| self.section_of(row)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    fn section_of(&self, row: usize) -> Option<&'static str> {
        let begun = self.sections.iter().rfind(|section| section.start <= row && section.rows > 0);
        begun.map(|section| section.name)
    }

    fn rows(&self) -> impl Iterator<Item = [&[Term]; 3]> {
        let [a, b, c] = &self.abc;
        let rows = a.iter().zip(b).zip(c);
        rows.map(|((a, b), c)| [a, b, c].map(Vec::as_slice))
    }

    fn variable(&self, wire: usize) -> Variable {
        match wire {
            0 => Variable::One,
            wire if wire <= self.public => Variable::instance(wire),
            wire => Variable::witness(wire - self.public - 1),
        }
    }

    fn combination(&self, terms: &[Term]) -> LinearCombination<Fr> {
        let terms = terms.iter().map(|(coefficient, wire)| (*coefficient, self.variable(*wire)));
        LinearCombination(terms.collect())
    }
}

/// Replays the rows for arkworks' key generator. The values of the wires play no part in it.
impl ConstraintSynthesizer<Fr> for &Matrices {
    fn generate_constraints(self, cs: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        for _ in 0..self.public {
            let _ = cs.new_input_variable(|| Ok(Fr::zero()))?;
        }
        for _ in self.public + 1..self.wires {
            let _ = cs.new_witness_variable(|| Ok(Fr::zero()))?;
        }
        for [a, b, c] in self.rows() {
            let lc = |terms| move || self.combination(terms);
            cs.enforce_r1cs_constraint(lc(a), lc(b), lc(c))?;
        }
        Ok(())
    }
}

fn evaluate(terms: &[Term], assignment: &[Fr]) -> Fr {
    let value = |wire: &usize| assignment.get(*wire).copied().unwrap_or_default();
    terms.iter().map(|(coefficient, wire)| *coefficient * value(wire)).sum()
}

fn append_terms(bytes: &mut Vec<u8>, terms: &[Term]) {
    bytes.extend((terms.len() as u32).to_le_bytes());
    for (coefficient, wire) in terms {
        bytes.extend((*wire as u32).to_le_bytes());
        bytes.extend(coefficient.into_bigint().to_bytes_be());
    }
}
