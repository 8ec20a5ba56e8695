//! How far the outputs of one sample are below a number that they share.

use super::{powers, scaled, Bits};
use crate::r1cs::{one, Synthesizer, Term};
use ark_bn254::Fr;
use ark_ff::Field;

/// The distances `e_j = g_j + (1 − m_j) − f_j·2^w` of a sample's classes.
///
/// Each `g_j` has `w` bits, and `m_j` marks one class at most; which one is the head's business. So
/// `e_j` is at least 1 for every class without a mark, unless `f_j` is set, the mark of an
/// exception: then it is at most 0. A circuit that shows `z_j + e_j` to be the same for all `j`,
/// and `e_l = 0` for the marked class `l`, has shown that the output `z_l` is strictly above that
/// of every other class without an exception.
///
/// An exception for the marked class does not help: `e_l` would be negative, because `g_l` is below
/// `2^w`.
pub(crate) struct Distances {
    gaps: Vec<Bits>,
    exceptions: Option<Exceptions>,
}

/// The marks `f` of a sample, one for each class, and how many more it might have.
pub(crate) struct Exceptions {
    marks: Vec<usize>,
    unused: Bits,
}

impl Distances {
    /// Allocates `g` in `width` bits for each class. There are no exceptions yet.
    pub(crate) fn allocate(cs: &mut Synthesizer, gaps: &[i64], width: u32) -> Self {
        let gaps = gaps.iter().map(|gap| Bits::allocate(cs, *gap, width)).collect();
        Self { gaps, exceptions: None }
    }

    /// The same distances with exceptions.
    pub(crate) fn except(self, exceptions: Exceptions) -> Self {
        Self { exceptions: Some(exceptions), ..self }
    }

    /// `g_j` for a class.
    pub(crate) fn gap(&self, class: usize) -> impl Iterator<Item = Term> + '_ {
        self.gaps.get(class).copied().into_iter().flat_map(Bits::terms)
    }

    /// `e_j` for a class and its `m_j`.
    pub(crate) fn terms<'a>(
        &'a self,
        class: usize,
        mark: impl IntoIterator<Item = Term> + 'a,
    ) -> impl Iterator<Item = Term> + 'a {
        let width = self.gaps.get(class).map(|gap| gap.len());
        let exception = self.exceptions.as_ref().and_then(|list| list.marks.get(class));
        let lowered = exception.zip(width.and_then(|width| powers(width).nth(1)));
        let lowered = lowered.map(|(exception, place)| (-place, *exception));
        self.gap(class).chain(one()).chain(scaled(mark, -Fr::ONE)).chain(lowered)
    }

    /// The wires of `g`, class by class.
    pub(crate) fn gap_wires(&self) -> impl Iterator<Item = usize> + '_ {
        self.gaps.iter().copied().flat_map(Bits::wires)
    }

    /// The wires of the exceptions, if there may be any.
    pub(crate) fn exception_wires(&self) -> impl Iterator<Item = usize> + '_ {
        let lists = self.exceptions.iter();
        lists.flat_map(|list| list.marks.iter().copied().chain(list.unused.wires()))
    }
}

impl Exceptions {
    /// Allocates marks and, in bits, the number `unused` of those that are missing to `most`, which
    /// is at least 1.
    pub(crate) fn allocate(cs: &mut Synthesizer, marks: &[bool], most: u32) -> Self {
        cs.section("exception bits");
        let marked = marks.iter().map(|mark| i64::from(*mark));
        let unused = i64::from(most) - marked.clone().sum::<i64>();
        let marks = marked.map(|mark| Bits::allocate(cs, mark, 1).top()).collect();
        cs.section("unused exception bits");
        let width = u32::BITS - most.leading_zeros();
        Self { marks, unused: Bits::allocate(cs, unused, width) }
    }

    /// Demands that at most `most` marks are set: their number and `unused`, which is not negative,
    /// add up to it.
    pub(crate) fn enforce_most(&self, cs: &mut Synthesizer, most: u32) {
        let marks = self.marks.iter().map(|mark| (Fr::ONE, *mark));
        cs.enforce_equal(marks.chain(self.unused.terms()), scaled(one(), Fr::from(most)));
    }
}
