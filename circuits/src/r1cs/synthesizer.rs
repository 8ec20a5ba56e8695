//! Allocation of wires and rows.

use super::{Matrices, Term};
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field, Zero};
use std::{collections::BTreeMap, fmt, mem};
use zeroize::Zeroizing;

/// The wire that is always 1.
pub const ONE: usize = 0;

/// Receives the wires of a circuit, their values, and its rows `a · b = c`.
///
/// The assignment holds secrets: it is wiped on drop and `Debug` does not show it.
pub struct Synthesizer {
    assignment: Zeroizing<Vec<Fr>>,
    matrices: Option<Matrices>,
    overrides: BTreeMap<usize, Fr>,
}

impl Synthesizer {
    /// For a proof: values alone, rows are ignored. `capacity` is the number of wires, if known.
    pub fn assigning(public: &[Fr], capacity: usize) -> Self {
        let mut assignment = Vec::with_capacity(capacity.max(1 + public.len()));
        assignment.push(Fr::ONE);
        assignment.extend_from_slice(public);
        let assignment = Zeroizing::new(assignment);
        Self { assignment, matrices: None, overrides: BTreeMap::new() }
    }

    /// For a circuit: rows are recorded, whatever the values are.
    pub fn recording(public: &[Fr]) -> Self {
        let matrices = Some(Matrices::new(public.len()));
        Self { matrices, ..Self::assigning(public, 0) }
    }

    /// For audits: values alone, as a cheat would choose them. A private wire that is named here
    /// gets its value from here, whatever the circuit computes for it. The wires behind it follow,
    /// so that no row breaks but those that state what was overridden.
    pub fn overriding(public: &[Fr], overrides: BTreeMap<usize, Fr>) -> Self {
        Self { overrides, ..Self::assigning(public, 0) }
    }

    /// Allocates a private wire.
    pub fn witness(&mut self, value: Fr) -> usize {
        let wire = self.assignment.len();
        self.assignment.push(self.overrides.get(&wire).copied().unwrap_or(value));
        wire
    }

    /// Number of wires so far, the constant one and the public inputs included.
    pub fn wires(&self) -> usize {
        self.assignment.len()
    }

    /// The value of a wire; zero for one that was never allocated.
    pub fn value(&self, wire: usize) -> Fr {
        self.assignment.get(wire).copied().unwrap_or_default()
    }

    /// The value of a linear combination.
    pub fn evaluate(&self, terms: impl IntoIterator<Item = Term>) -> Fr {
        terms.into_iter().map(|(coefficient, wire)| coefficient * self.value(wire)).sum()
    }

    /// Demands `a · b = c`.
    pub fn enforce(
        &mut self,
        a: impl IntoIterator<Item = Term>,
        b: impl IntoIterator<Item = Term>,
        c: impl IntoIterator<Item = Term>,
    ) {
        if let Some(matrices) = &mut self.matrices {
            matrices.push([tidy(a), tidy(b), tidy(c)]);
        }
    }

    /// Demands `a = b`.
    pub fn enforce_equal(
        &mut self,
        a: impl IntoIterator<Item = Term>,
        b: impl IntoIterator<Item = Term>,
    ) {
        self.enforce(a, one(), b);
    }

    /// Demands that a combination is 0 or 1.
    pub fn enforce_boolean<T: IntoIterator<Item = Term>>(&mut self, value: impl Fn() -> T) {
        let less_one = value().into_iter().chain([(-Fr::ONE, ONE)]);
        self.enforce(value(), less_one, []);
    }

    /// Names the rows and wires that follow, for messages, statistics and audits. Rows that state
    /// different rules have different names.
    pub fn section(&mut self, name: &'static str) {
        let wires = self.wires();
        if let Some(matrices) = &mut self.matrices {
            matrices.begin_section(name, wires);
        }
    }

    /// The values of all wires: one, the public inputs, the private wires.
    pub fn into_assignment(mut self) -> Zeroizing<Vec<Fr>> {
        Zeroizing::new(mem::take(&mut *self.assignment))
    }

    /// The recorded rows; nothing if they were not recorded.
    pub fn into_matrices(self) -> Option<Matrices> {
        let wires = self.assignment.len();
        self.matrices.map(|matrices| matrices.finished(wires))
    }
}

impl fmt::Debug for Synthesizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Synthesizer").field("wires", &self.assignment.len()).finish_non_exhaustive()
    }
}

/// The wire of the public input at a place counted from 0: the inputs follow the constant one.
pub(crate) const fn input(place: usize) -> usize {
    ONE + 1 + place
}

/// The combination that is 1.
pub(crate) fn one() -> [Term; 1] {
    [(Fr::ONE, ONE)]
}

/// The combination that is one wire.
pub(crate) fn wire(wire: usize) -> [Term; 1] {
    [(Fr::ONE, wire)]
}

/// A row with wires in ascending order, each once, without zero coefficients, in exact capacity.
fn tidy(terms: impl IntoIterator<Item = Term>) -> Vec<Term> {
    let mut row: Vec<Term> = terms.into_iter().collect();
    if !row.is_sorted_by(|(_, a), (_, b)| a < b) {
        row.sort_by_key(|(_, wire)| *wire);
        row.dedup_by(|(later, wire), (sum, kept)| {
            let same = wire == kept;
            if same {
                *sum += mem::replace(later, Fr::ZERO);
            }
            same
        });
    }
    row.retain(|(coefficient, _)| !coefficient.is_zero());
    row.shrink_to_fit();
    row
}
