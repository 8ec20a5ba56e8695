//! Inner products.

use crate::r1cs::{Synthesizer, Term};
use ark_bn254::Fr;
use ark_ff::Field;

/// A running sum of products, one wire and one row for each product but the last.
///
/// Row `i` is `a_i · b_i = S_i − S_(i−1)`. The last product has no sum of its own: its row demands
/// that all products together are a given combination, so an inner product costs no extra row.
#[derive(Debug, Default)]
pub(crate) struct Accumulator {
    sum: Option<usize>,
    value: Fr,
}

impl Accumulator {
    /// Adds the product of two combinations with these values.
    pub(crate) fn add(
        &mut self,
        cs: &mut Synthesizer,
        a: (impl IntoIterator<Item = Term>, Fr),
        b: (impl IntoIterator<Item = Term>, Fr),
    ) {
        let next = cs.witness(self.value + a.1 * b.1);
        self.value = cs.value(next);
        let difference = [(Fr::ONE, next)].into_iter().chain(self.less());
        cs.enforce(a.0, b.0, difference);
        self.sum = Some(next);
    }

    /// Adds the last product and demands that the sum of all equals `total`.
    pub(crate) fn finish(
        self,
        cs: &mut Synthesizer,
        a: impl IntoIterator<Item = Term>,
        b: impl IntoIterator<Item = Term>,
        total: impl IntoIterator<Item = Term>,
    ) {
        let rest = total.into_iter().chain(self.less());
        cs.enforce(a, b, rest);
    }

    fn less(&self) -> Option<Term> {
        self.sum.map(|sum| (-Fr::ONE, sum))
    }
}
