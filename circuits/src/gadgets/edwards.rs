//! Points of Baby Jubjub in constraints.
//!
//! The curve is `x² + y² = 1 + d·x²·y²` over the field of the circuit, `d = 168696/168700`: the
//! form with `a = 1` of the crate ark-ed-on-bn254. In that of ERC-2494, `a` is 168700, `d` is
//! 168696, and `x` is divided by a square root of 168700. On it
//!
//! ```text
//! (x1, y1) + (x2, y2) = ( (x1·y2 + y1·x2) / (1 + d·τ),  (y1·y2 − x1·x2) / (1 − d·τ) )
//! τ = x1·x2·y1·y2
//! ```
//!
//! This law is *complete*: for any two points of the curve both denominators differ from zero, so
//! doubling, the identity `(0, 1)` and a point's own negative are no exceptions, and a quotient has
//! one value only.
//!
//! *Proof* (Bernstein and Lange, "Faster addition and doubling on elliptic curves", 2007). `d` is
//! not a square: `d^((r−1)/2) = −1`, which a test computes. Suppose `d·τ = ε` with `ε = ±1`. Then
//! `d·x1²·y1²·(x2² + y2²) = d·x1²·y1² + (d·τ)² = d·x1²·y1² + 1 = x1² + y1²`, and with that
//!
//! ```text
//! (x1 + ε·y1)² = x1² + y1² + 2·ε·x1·y1 = d·x1²·y1²·(x2 + y2)²
//! (x1 − ε·y1)² = x1² + y1² − 2·ε·x1·y1 = d·x1²·y1²·(x2 − y2)²
//! ```
//!
//! `x1·y1` is not zero, and `x2 + y2` and `x2 − y2` are not both zero. So `d` is the square of a
//! quotient, which it is not. ∎
//!
//! Off the curve denominators can be zero. Whoever brings a point from outside enforces its
//! [equation](Point::enforce_on_curve) first.

use super::scaled;
use crate::r1cs::{one, wire, Synthesizer, Term, ONE};
use ark_bn254::Fr;
use ark_ec::twisted_edwards::TECurveConfig;
use ark_ed_on_bn254::{EdwardsAffine, EdwardsConfig, EdwardsProjective};
use ark_ff::{AdditiveGroup, Field};

/// A point whose coordinates are combinations of wires. All values are computed from those wires.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    pub(crate) x: Vec<Term>,
    pub(crate) y: Vec<Term>,
}

impl Point {
    /// The point whose coordinates are two wires.
    pub(crate) fn from_wires(x: usize, y: usize) -> Self {
        Self { x: wire(x).into(), y: wire(y).into() }
    }

    /// The neutral element, `(0, 1)`.
    pub(crate) fn identity() -> Self {
        Self { x: Vec::new(), y: one().into() }
    }

    /// Demands the equation of the curve. Three rows.
    pub(crate) fn enforce_on_curve(&self, cs: &mut Synthesizer) {
        let x2 = product(cs, &self.x, &self.x);
        let y2 = product(cs, &self.y, &self.y);
        let right = [(Fr::ONE, x2), (Fr::ONE, y2), (-Fr::ONE, ONE)];
        cs.enforce([(EdwardsConfig::COEFF_D, x2)], wire(y2), right);
    }

    /// The sum of any two points, equal ones among them. Six rows.
    ///
    /// With `β = x1·y2`, `γ = y1·x2` and `δ = (y1 − x1)·(x2 + y2)` the second numerator is
    /// `δ + β − γ`, and `τ = β·γ`.
    pub(crate) fn plus(&self, cs: &mut Synthesizer, other: &Self) -> Self {
        let beta = product(cs, &self.x, &other.y);
        let gamma = product(cs, &self.y, &other.x);
        let delta = product(cs, &sum(&self.y, &negated(&self.x)), &sum(&other.x, &other.y));
        let tau = product(cs, &wire(beta), &wire(gamma));
        let d = EdwardsConfig::COEFF_D;
        let numerators = [
            vec![(Fr::ONE, beta), (Fr::ONE, gamma)],
            vec![(Fr::ONE, delta), (Fr::ONE, beta), (-Fr::ONE, gamma)],
        ];
        let denominators = [[(Fr::ONE, ONE), (d, tau)], [(Fr::ONE, ONE), (-d, tau)]];
        Self::from_quotients(cs, numerators, denominators)
    }

    /// The point added to itself. Five rows.
    ///
    /// On the curve `1 + d·x²·y²` is `x² + y²`, so the denominators need no product of their own.
    pub(crate) fn doubled(&self, cs: &mut Synthesizer) -> Self {
        let x2 = product(cs, &self.x, &self.x);
        let y2 = product(cs, &self.y, &self.y);
        let xy = product(cs, &self.x, &self.y);
        let numerators = [vec![(Fr::ONE.double(), xy)], vec![(Fr::ONE, y2), (-Fr::ONE, x2)]];
        let denominators = [
            vec![(Fr::ONE, x2), (Fr::ONE, y2)],
            vec![(Fr::ONE.double(), ONE), (-Fr::ONE, x2), (-Fr::ONE, y2)],
        ];
        Self::from_quotients(cs, numerators, denominators)
    }

    /// The point if the bit is 1, the identity if it is 0. Two rows.
    pub(crate) fn if_set(&self, cs: &mut Synthesizer, bit: usize) -> Self {
        let x = product(cs, &wire(bit), &self.x);
        let above_identity = product(cs, &wire(bit), &sum(&self.y, &negated(&one())));
        Self { x: wire(x).into(), y: sum(&one(), &wire(above_identity)) }
    }

    /// The multiple by a number, given as bits with the lowest first. Thirteen rows a bit, eleven
    /// less for the highest.
    pub(crate) fn times(&self, cs: &mut Synthesizer, bits: &[usize]) -> Self {
        let mut bits = bits.iter().rev();
        let Some(highest) = bits.next() else {
            return Self::identity();
        };
        let mut multiple = self.if_set(cs, *highest);
        for bit in bits {
            let doubled = multiple.doubled(cs);
            let summand = self.if_set(cs, *bit);
            multiple = doubled.plus(cs, &summand);
        }
        multiple
    }

    /// The multiple of a constant by a number, given as bits with the lowest first. Two bits at a
    /// time choose among four constants: seven rows for two bits, six less for the lowest.
    pub(crate) fn constant_times(
        cs: &mut Synthesizer,
        base: EdwardsAffine,
        bits: &[usize],
    ) -> Self {
        let mut base = EdwardsProjective::from(base);
        let mut multiple: Option<Self> = None;
        for pair in bits.chunks(2) {
            let summand = Self::among_multiples(cs, &base, pair);
            multiple = Some(match multiple {
                Some(multiple) => multiple.plus(cs, &summand),
                None => summand,
            });
            base.double_in_place().double_in_place();
        }
        multiple.unwrap_or_else(Self::identity)
    }

    /// `0`, `1`, `2` or `3` times a constant, as two bits say, the lower one first. One row: a
    /// coordinate is a combination of the bits and their product.
    fn among_multiples(cs: &mut Synthesizer, base: &EdwardsProjective, bits: &[usize]) -> Self {
        let bit = |place: usize| bits.get(place).map(|bit| wire(*bit)).into_iter().flatten();
        let [low, high] = [bit(0), bit(1)].map(Vec::from_iter);
        let both = wire(product(cs, &low, &high));
        let multiples = multiples(base);
        let coordinate = |of: fn(&EdwardsAffine) -> Fr| {
            let [zero, one_time, twice, thrice] = multiples.each_ref().map(of);
            let constant = scaled(one(), zero);
            let low = scaled(low.clone(), one_time - zero);
            let high = scaled(high.clone(), twice - zero);
            let both = scaled(both, thrice - twice - one_time + zero);
            constant.chain(low).chain(high).chain(both).collect()
        };
        Self { x: coordinate(|point| point.x), y: coordinate(|point| point.y) }
    }

    /// The point whose coordinates are two quotients. Two rows.
    fn from_quotients<N: AsRef<[Term]>, D: AsRef<[Term]>>(
        cs: &mut Synthesizer,
        [x, y]: [N; 2],
        [below_x, below_y]: [D; 2],
    ) -> Self {
        let x = quotient(cs, x.as_ref(), below_x.as_ref());
        let y = quotient(cs, y.as_ref(), below_y.as_ref());
        Self::from_wires(x, y)
    }
}

/// The multiples of a constant by 0 to 3.
fn multiples(base: &EdwardsProjective) -> [EdwardsAffine; 4] {
    let twice = base.double();
    [EdwardsProjective::ZERO, *base, twice, twice + *base].map(EdwardsAffine::from)
}

/// A wire that is the product of two combinations. One row.
fn product(cs: &mut Synthesizer, a: &[Term], b: &[Term]) -> usize {
    let [a, b] = [a, b].map(|terms| terms.iter().copied());
    let value = cs.evaluate(a.clone()) * cs.evaluate(b.clone());
    let product = cs.witness(value);
    cs.enforce(a, b, wire(product));
    product
}

/// A wire that is the quotient of two combinations, which the row alone says if the denominator is
/// not zero. One row.
fn quotient(cs: &mut Synthesizer, numerator: &[Term], denominator: &[Term]) -> usize {
    let [above, below] = [numerator, denominator].map(|terms| terms.iter().copied());
    let inverse = cs.evaluate(below.clone()).inverse().unwrap_or_default();
    let quotient = cs.witness(cs.evaluate(above.clone()) * inverse);
    cs.enforce(wire(quotient), below, above);
    quotient
}

fn sum(a: &[Term], b: &[Term]) -> Vec<Term> {
    [a, b].concat()
}

fn negated(terms: &[Term]) -> Vec<Term> {
    scaled(terms.iter().copied(), -Fr::ONE).collect()
}

#[cfg(test)]
mod tests;
