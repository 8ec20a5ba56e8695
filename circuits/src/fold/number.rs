//! The head that is a number, compared with a target `t`.
//!
//! For each sample the prover has two distances of `w` bits, `g⁺` and `g⁻`, that `C_Y` commits to,
//! with `g⁻ − g⁺ = 2·(z − t)`. It is shown as
//!
//! ```text
//! Σ_k w_k·u_k + b·Σ_n κ(n)  =  Σ_n κ(n)·(t_n + (g⁻_n − g⁺_n)/2)
//! ```
//!
//! Twice the difference of both sides is `Σ_n κ(n)·(2z − 2t − g⁻ + g⁺)`, a fold of integers that
//! the wide bits of the head have room for, so each of them is zero by the lemma. As neither
//! distance is negative, and `g⁺·g⁻ = 0` says that one of them is zero, the other one is
//! `g⁺ + g⁻ = 2·|z − t|`: the error is neither overstated nor understated.
//!
//! What is left of the cap or the tolerance is `y = 2·cap − g⁺ − g⁻`, an even number. Its sign is a
//! bit `c`, and its magnitude a number `v` that is not negative, having `w` bits:
//!
//! * for the absolute error `(2c − 1)·y = v`, so `v = |y|`, and `y + v` is `2·y` or zero. A sample
//!   counts a quarter of it, `cap − |z − t|` or nothing. Where `y` is zero, `c` does not matter;
//! * within a tolerance `(2c − 1)·(y + 1) = 2·v + 1`. For `c = 1` this is `y = 2·v`, and for
//!   `c = 0` it is `y = −2·v − 2`: so `c` is 1 exactly if `y` is not negative, and a sample
//!   counts `c`.
//!
//! Both times the bit that says that a sample is no padding. All of it follows from the distances
//! and the labels, and stands in rows without a challenge, so `C_Y` need not commit to `c` and `v`.
//! All summands are far below the order, so the score is a sum of integers.

use super::{
    head::{enforce_score, worth, Head, HeadLayer},
    labels::Label,
    witness::OutputError,
};
use crate::{
    gadgets::{scaled, Bits},
    r1cs::{one, wire, Synthesizer, Term},
};
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use nocknock_primitives::model::architecture::Goal;

/// What is said of all samples.
pub(super) struct Number {
    goal: Goal,
    errors: Vec<Distance>,
}

/// `g⁺` and `g⁻` of one sample, and what they leave of the cap or the tolerance.
struct Distance {
    minus: Bits,
    plus: Bits,
    /// `c`.
    sign: usize,
    /// `v`.
    magnitude: Bits,
}

impl Number {
    pub(super) fn allocate(
        cs: &mut Synthesizer,
        distance_bits: u32,
        goal: Goal,
        errors: &[OutputError],
    ) -> Self {
        let errors = errors.iter().map(|error| {
            let distance = Distance::allocate(cs, distance_bits, error);
            distance.enforce_one_side(cs);
            distance.enforce_sign(cs, goal);
            distance
        });
        Self { goal, errors: errors.collect() }
    }
}

impl Distance {
    fn allocate(cs: &mut Synthesizer, distance_bits: u32, error: &OutputError) -> Self {
        cs.section("distance bits");
        let minus = Bits::allocate(cs, error.minus, distance_bits);
        let plus = Bits::allocate(cs, error.plus, distance_bits);
        cs.section("sign bits");
        let sign = Bits::allocate(cs, i64::from(error.counts), 1).top();
        cs.section("magnitude bits");
        let magnitude = Bits::allocate(cs, error.magnitude, distance_bits);
        Self { minus, plus, sign, magnitude }
    }

    /// `g⁺·g⁻ = 0`.
    fn enforce_one_side(&self, cs: &mut Synthesizer) {
        cs.section("one-sided errors");
        cs.enforce(self.minus.terms(), self.plus.terms(), []);
    }

    /// `(2c − 1)·y = v`, or `(2c − 1)·(y + 1) = 2·v + 1`.
    fn enforce_sign(&self, cs: &mut Synthesizer, goal: Goal) {
        cs.section("signs");
        let (odd, scale) = match goal {
            Goal::AbsoluteError { .. } => (Fr::ZERO, Fr::ONE),
            Goal::Within { .. } => (Fr::ONE, Fr::ONE.double()),
        };
        let sign = scaled(wire(self.sign), Fr::ONE.double()).chain(scaled(one(), -Fr::ONE));
        let left = self.left(goal).chain(scaled(one(), odd));
        let magnitude = scaled(self.magnitude.terms(), scale).chain(scaled(one(), odd));
        cs.enforce(left, sign, magnitude);
    }

    /// `y`: twice the cap or the tolerance, less twice the error.
    fn left(&self, goal: Goal) -> impl Iterator<Item = Term> {
        let (Goal::AbsoluteError { cap: most } | Goal::Within { tolerance: most }) = goal;
        let distances = self.minus.terms().chain(self.plus.terms());
        scaled(one(), Fr::from(most).double()).chain(scaled(distances, -Fr::ONE))
    }

    /// What a sample counts if it is no padding: four times that for the absolute error.
    fn points(&self, goal: Goal) -> Vec<Term> {
        match goal {
            Goal::AbsoluteError { .. } => self.left(goal).chain(self.magnitude.terms()).collect(),
            Goal::Within { .. } => wire(self.sign).to_vec(),
        }
    }

    /// The error with its sign, `(g⁻ − g⁺)/2`.
    fn signed(&self) -> impl Iterator<Item = Term> {
        let half = Fr::from(2u8).inverse().unwrap_or_default();
        scaled(self.plus.terms(), half).chain(scaled(self.minus.terms(), -half))
    }
}

impl Head for Number {
    fn bits(&self) -> Vec<usize> {
        let numbers = self.errors.iter().flat_map(|error| [error.minus, error.plus]);
        numbers.flat_map(Bits::wires).collect()
    }

    fn enforce(&self, cs: &mut Synthesizer, layer: &HeadLayer<'_>, labels: &[Label]) {
        cs.section("head");
        for unit in layer.units() {
            let samples = self.errors.iter().zip(labels);
            let outputs = samples.map(|(error, label)| label.target().chain(error.signed()));
            layer.enforce_unit(cs, unit, outputs, []);
        }
    }

    fn score(&self, cs: &mut Synthesizer, labels: &[Label]) {
        let mut counted = Vec::with_capacity(labels.len());
        for (error, label) in self.errors.iter().zip(labels) {
            counted.push(worth(cs, label.real(), &error.points(self.goal)));
        }
        let times = match self.goal {
            Goal::AbsoluteError { .. } => 4,
            Goal::Within { .. } => 1,
        };
        enforce_score(cs, counted, times);
    }
}
