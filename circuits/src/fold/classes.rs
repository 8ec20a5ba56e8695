//! The head of classes of which the largest output alone counts: a sample is right if the output of
//! its class is strictly above all others.
//!
//! For each sample the prover selects one class with bits `s_j`, and states with `c` whether the
//! sample is right. With the marks `L_j` of its label, and distances `g_j` of `w` bits,
//!
//! ```text
//! s_j·g_j = 0        p_j = s_j·L_j        c = Σ_j p_j        e_j = g_j + 1 − p_j
//! ```
//!
//! `C_Y` commits to `g` and `c`. Labels have one mark at most, so `p_l = c` for the own class `l`,
//! all other `p_j` are zero, and `c` is a bit: with the labels, `C_Y` fixes all `e_j` before `ρ`.
//! [`enforce_tops`] shows that `z_j + e_j` is the same for all classes of a sample.
//!
//! * `c = 1`: the own class is selected, so `g_l = 0` and `e_l = 0`, and `e_j >= 1` for all others.
//!   Its output is strictly above theirs: the sample is right.
//! * `c = 0`, and the sample is no padding: another class `j` is selected, so `g_j = 0` and
//!   `e_j = 1`, while `e_l >= 1`. So `z_j >= z_l`: the sample is wrong.
//!
//! So `c` says of each sample what is true. Padding has no mark, which makes `c` zero. The score is
//! the sum of all `c`. Selectors are not committed to, because they stand in no row with a
//! challenge: where several outputs are the largest, it does not matter which of them is selected.
//!
//! Completeness: whoever proves selects the own class of a sample that is right, and of any other,
//! padding too, a class with the largest output among all but the own. The common number is the
//! selected output, plus 1 unless the sample is right.

use super::{
    head::{enforce_score, enforce_tops, Head, HeadLayer},
    labels::Label,
    witness::Answer,
};
use crate::{
    gadgets::{scaled, Distances, OneHot, Wire},
    r1cs::{wire, Synthesizer, Term},
};
use ark_bn254::Fr;
use ark_ff::Field;

/// What is said of all samples, and the tops of all groups.
pub(super) struct Classes {
    samples: Vec<Sample>,
    tops: Vec<Wire>,
}

/// What is said of one sample.
struct Sample {
    distances: Distances,
    /// `p`, class by class.
    products: Vec<Vec<Term>>,
    /// `c`.
    is_right: usize,
}

impl Classes {
    pub(super) fn allocate(
        cs: &mut Synthesizer,
        distance_bits: u32,
        answers: &[Answer],
        labels: &[Label],
        tops: &[Fr],
    ) -> Self {
        cs.section("distance bits");
        let distances = answers.iter();
        let distances =
            distances.map(|answer| Distances::allocate(cs, &answer.gaps, distance_bits));
        let distances: Vec<Distances> = distances.collect();
        let samples = distances.into_iter().zip(answers).zip(labels);
        let samples = samples.map(|((distances, answer), label)| {
            Sample::allocate(cs, distances, answer.selected, label)
        });
        let samples = samples.collect();
        cs.section("tops");
        Self { samples, tops: tops.iter().map(|top| Wire::allocate(cs, *top)).collect() }
    }
}

impl Sample {
    fn allocate(
        cs: &mut Synthesizer,
        distances: Distances,
        selected: usize,
        label: &Label,
    ) -> Self {
        let selectors = OneHot::allocate(cs, selected, label.bits.len());
        let selectors: Vec<Vec<Term>> =
            (0..label.bits.len()).map(|class| selectors.terms(class)).collect();
        cs.section("selected distances");
        for (class, selector) in selectors.iter().enumerate() {
            cs.enforce(distances.gap(class), selector.iter().copied(), []);
        }
        let (products, is_right) = right_answer(cs, &selectors, label);
        Self { distances, products, is_right }
    }
}

/// The products `p` of selectors and marks, a row for each, and their sum `c`. The last product has
/// no wire: it is `c` less the others.
fn right_answer(
    cs: &mut Synthesizer,
    selectors: &[Vec<Term>],
    label: &Label,
) -> (Vec<Vec<Term>>, usize) {
    cs.section("right answers");
    let mut products = Vec::with_capacity(selectors.len());
    let mut others = Vec::with_capacity(selectors.len());
    let mut sum = Fr::default();
    let mut factors = selectors.iter().zip(&label.bits);
    let last = factors.next_back();
    for (selector, mark) in factors {
        let value = multiply(cs, selector, *mark);
        let product = Wire::allocate(cs, value);
        cs.enforce(selector.iter().copied(), wire(*mark), product.terms());
        sum += product.value;
        others.extend(scaled(product.terms(), -Fr::ONE));
        products.push(product.terms().to_vec());
    }
    let rest = last.map(|(selector, mark)| multiply(cs, selector, *mark));
    let is_right = Wire::allocate(cs, sum + rest.unwrap_or_default());
    if let Some((selector, mark)) = last {
        let product = [&is_right.terms()[..], &others[..]].concat();
        cs.enforce(selector.iter().copied(), wire(*mark), product.iter().copied());
        products.push(product);
    }
    (products, is_right.index)
}

/// The value of a selector times a mark.
fn multiply(cs: &Synthesizer, selector: &[Term], mark: usize) -> Fr {
    cs.evaluate(selector.iter().copied()) * cs.value(mark)
}

impl Head for Classes {
    /// The distances of all samples, then of each whether it is right.
    fn bits(&self) -> Vec<usize> {
        let gaps = self.samples.iter().flat_map(|sample| sample.distances.gap_wires());
        gaps.chain(self.samples.iter().map(|sample| sample.is_right)).collect()
    }

    fn elements(&self) -> &[Wire] {
        &self.tops
    }

    fn enforce(&self, cs: &mut Synthesizer, layer: &HeadLayer<'_>, _: &[Label]) {
        enforce_tops(cs, layer, &self.tops, |class| {
            self.samples.iter().map(move |sample| {
                sample.distances.terms(class, sample.products[class].iter().copied())
            })
        });
    }

    fn score(&self, cs: &mut Synthesizer, _: &[Label]) {
        enforce_score(cs, self.samples.iter().map(|sample| (Fr::ONE, sample.is_right)), 1);
    }
}
