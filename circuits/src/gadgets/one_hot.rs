//! A choice of one among several.

use super::Bits;
use crate::r1cs::{one, wire, Synthesizer, Term};
use ark_bn254::Fr;
use ark_ff::Field;

/// Selectors, of which exactly one is 1 and all others are 0.
///
/// The last one has no wire: it is one less the others. That it is a bit, like these, says that no
/// two of them are set.
pub(crate) struct OneHot {
    others: Vec<usize>,
}

impl OneHot {
    /// Allocates `count` selectors, at least two, and sets one of them.
    pub(crate) fn allocate(cs: &mut Synthesizer, chosen: usize, count: usize) -> Self {
        cs.section("selector bits");
        let others = 0..count.saturating_sub(1);
        let others = others.map(|place| Bits::allocate(cs, i64::from(place == chosen), 1).top());
        let selectors = Self { others: others.collect() };
        cs.section("one selector");
        cs.enforce_boolean(|| selectors.last());
        selectors
    }

    /// The selector at a place.
    pub(crate) fn terms(&self, place: usize) -> Vec<Term> {
        match self.others.get(place) {
            Some(other) => wire(*other).to_vec(),
            None => self.last().collect(),
        }
    }

    fn last(&self) -> impl Iterator<Item = Term> + '_ {
        one().into_iter().chain(self.others.iter().map(|other| (-Fr::ONE, *other)))
    }
}
