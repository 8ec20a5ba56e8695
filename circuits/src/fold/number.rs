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
//! distance is negative, `g⁺ + g⁻ >= |g⁻ − g⁺| = 2·|z − t|`: an error can be overstated, never
//! understated. An honest prover takes `g⁺ = e − (z − t)` and `g⁻ = e + (z − t)` with
//! `e = |z − t|`.
//!
//! A claim `c` is a bit with `c·(1 − real) = 0`, so that no padding is claimed, and
//!
//! * for the absolute error `2·score = Σ c·(2·cap − g⁺ − g⁻)`: a claim is worth at most
//!   `cap − |z − t|`. All summands are far below the order, so the equation holds of integers;
//! * within a tolerance `c·(g⁺ + g⁻ + 2s − 2·tolerance) = 0`, with a slack `s` of `w` bits, so
//!   `|z − t| <= tolerance`; the score is the sum of all claims. `C_Y` commits to the slack, though
//!   it stands in no row with a challenge: so a proof leaves nothing open but its claims.
//!
//! A sample that is not claimed demands nothing of `e` and `s`.

use super::{
    head::{allocate_claims, enforce_score, Head, HeadLayer},
    labels::Label,
    witness::OutputError,
};
use crate::{
    gadgets::{scaled, Bits, Wire},
    r1cs::{one, wire, Synthesizer, Term, ONE},
};
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use nocknock_primitives::model::architecture::Goal;

/// The distances of all samples.
pub(super) struct Number {
    goal: Goal,
    errors: Vec<Distance>,
}

/// `g⁺` and `g⁻` of one sample, and its slack where there is a tolerance.
struct Distance {
    minus: Bits,
    plus: Bits,
    slack: Option<Bits>,
}

impl Number {
    pub(super) fn allocate(
        cs: &mut Synthesizer,
        distance_bits: u32,
        goal: Goal,
        errors: &[OutputError],
    ) -> Self {
        let errors = errors.iter();
        let errors = errors.map(|error| Distance::allocate(cs, distance_bits, goal, error));
        Self { goal, errors: errors.collect() }
    }

    /// `Σ c·(2·cap − g⁺ − g⁻)`, a row for each product.
    fn worth(&self, cs: &mut Synthesizer, cap: u32, claims: &[usize]) -> Vec<Term> {
        cs.section("worth of claims");
        let products = self.errors.iter().zip(claims).map(|(error, claim)| {
            let worth = || {
                let distances = scaled(error.twice(), -Fr::ONE);
                scaled(one(), Fr::from(cap).double()).chain(distances)
            };
            let value = cs.evaluate(worth()) * cs.value(*claim);
            let product = Wire::allocate(cs, value);
            cs.enforce(worth(), wire(*claim), product.terms());
            (Fr::ONE, product.index)
        });
        products.collect()
    }

    /// `c·(g⁺ + g⁻ + 2s − 2·tolerance) = 0` for each sample.
    fn enforce_within(&self, cs: &mut Synthesizer, tolerance: u32, claims: &[usize]) {
        cs.section("claims");
        let twice = Fr::from(2u8);
        for (error, claim) in self.errors.iter().zip(claims) {
            let slack = error.slack.into_iter().flat_map(Bits::terms);
            let tolerance = scaled(one(), -Fr::from(tolerance).double());
            let fault = error.twice().chain(scaled(slack, twice)).chain(tolerance);
            cs.enforce(fault, wire(*claim), []);
        }
    }
}

impl Distance {
    fn allocate(cs: &mut Synthesizer, distance_bits: u32, goal: Goal, error: &OutputError) -> Self {
        cs.section("distance bits");
        let minus = Bits::allocate(cs, error.minus, distance_bits);
        let plus = Bits::allocate(cs, error.plus, distance_bits);
        let slack = match goal {
            Goal::Within { .. } => {
                cs.section("slack bits");
                Some(Bits::allocate(cs, error.slack, distance_bits))
            }
            Goal::AbsoluteError { .. } => None,
        };
        Self { minus, plus, slack }
    }

    /// Twice the error that is stated, `g⁺ + g⁻`.
    fn twice(&self) -> impl Iterator<Item = Term> {
        self.minus.terms().chain(self.plus.terms())
    }

    /// The error with its sign, `(g⁻ − g⁺)/2`.
    fn signed(&self) -> impl Iterator<Item = Term> {
        let half = Fr::from(2u8).inverse().unwrap_or_default();
        scaled(self.plus.terms(), half).chain(scaled(self.minus.terms(), -half))
    }
}

impl Head for Number {
    fn bits(&self) -> Vec<usize> {
        let numbers = self.errors.iter();
        let numbers =
            numbers.flat_map(|error| [error.minus, error.plus].into_iter().chain(error.slack));
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

    fn claim(&self, cs: &mut Synthesizer, labels: &[Label], claims: &[bool]) {
        let claims = allocate_claims(cs, claims);
        cs.section("claims of padding");
        for (label, claim) in labels.iter().zip(&claims) {
            cs.enforce([(Fr::ONE, ONE), (-Fr::ONE, label.real())], wire(*claim), []);
        }
        match self.goal {
            Goal::AbsoluteError { cap } => {
                let worth = self.worth(cs, cap, &claims);
                enforce_score(cs, worth, 2);
            }
            Goal::Within { tolerance } => {
                self.enforce_within(cs, tolerance, &claims);
                enforce_score(cs, claims.iter().map(|claim| (Fr::ONE, *claim)), 1);
            }
        }
    }
}
