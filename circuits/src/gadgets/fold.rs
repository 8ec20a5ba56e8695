//! Sums over samples, folded with a challenge.
//!
//! A number of each sample is folded to `Σ_n κ(n)·x_n` with `κ(n) = ρ^⌊n/p⌋·2^(B·(n mod p))`: `p`
//! samples share an *element* of base `2^B`, and the elements are weighed with powers of `ρ`.
//!
//! **Lemma.** Let `t_n` be integers that are fixed before `ρ`, `|t_n| <= 2^B − 1` and `B·p <= 253`.
//! If they are not all zero, then `Σ_n κ(n)·t_n` is zero for at most `⌈N/p⌉ − 1` values of `ρ`: it
//! is a polynomial in `ρ` whose coefficients are elements `Σ_i t_i·2^(B·i)`, and by the packing
//! lemma of the book an element is zero modulo the order only if its `t_i` are.
//!
//! So one equation between folds states the equations of all samples. The first element has the
//! power 1 and costs no row.

use super::{powers, scaled, Accumulator, Integer, Wire};
use crate::r1cs::{Synthesizer, Term, ONE};
use ark_bn254::Fr;
use ark_ff::Field;

/// The powers `1, ρ, ρ², …` of a challenge.
pub(crate) struct Powers {
    wires: Vec<Wire>,
}

/// How samples are folded.
pub(crate) struct Fold<'a> {
    powers: &'a [Wire],
    places: Vec<Fr>,
    /// `Σ_n κ(n)` over all samples.
    ones: Vec<Term>,
}

/// The parameters of one unit.
#[derive(Clone, Copy)]
pub(crate) struct Unit<'a> {
    pub(crate) weights: &'a [Integer],
    pub(crate) bias: Integer,
}

impl Powers {
    /// The first `count` powers of a wire, at least two; one row for each from the third on.
    pub(crate) fn allocate(cs: &mut Synthesizer, base: usize, count: usize) -> Self {
        let base = Wire::at(cs, base);
        let mut wires = vec![Wire::at(cs, ONE), base];
        let mut last = base;
        for _ in wires.len()..count {
            let next = Wire::allocate(cs, last.value * base.value);
            cs.enforce(last.terms(), base.terms(), next.terms());
            wires.push(next);
            last = next;
        }
        Self { wires }
    }
}

impl<'a> Fold<'a> {
    /// Folds `samples` samples with `pack` of them in an element of base `2^bits`.
    pub(crate) fn new(powers: &'a Powers, bits: u32, pack: usize, samples: usize) -> Self {
        let groups = samples.div_ceil(pack);
        // With fewer powers than elements the samples of the last ones would be free.
        assert!(groups <= powers.wires.len(), "a power of the challenge for each element");
        let powers = &powers.wires[..groups];
        let places: Vec<Fr> = self::powers(bits).take(pack).collect();
        let ones = powers.iter().enumerate().map(|(group, power)| {
            let sum: Fr = places.iter().take(samples - group * pack).sum();
            (sum, power.index)
        });
        let ones = ones.collect();
        Self { powers, places, ones }
    }

    /// The elements of a number of each sample: no row is needed.
    pub(crate) fn pack<T: IntoIterator<Item = Term>>(
        &self,
        numbers: impl IntoIterator<Item = T>,
    ) -> Vec<Vec<Term>> {
        let mut elements: Vec<Vec<Term>> = Vec::with_capacity(self.powers.len());
        let places = self.places.iter().enumerate().cycle();
        for ((place, scale), number) in places.zip(numbers) {
            if place == 0 {
                elements.push(Vec::new());
            }
            if let Some(element) = elements.last_mut() {
                element.extend(scaled(number, *scale));
            }
        }
        elements
    }

    /// The fold of elements as a wire: one row for each but the first, and at least one.
    pub(crate) fn sum(&self, cs: &mut Synthesizer, elements: &[Vec<Term>]) -> Wire {
        assert_eq!(elements.len(), self.powers.len(), "an element for each group of samples");
        let products = elements.iter().zip(self.powers);
        let product = |(element, power): (&Vec<Term>, &Wire)| value(cs, element) * power.value;
        let total: Fr = products.map(product).sum();
        let total = Wire::allocate(cs, total);
        match (elements, self.powers) {
            ([first, between @ .., last], [_, powers @ .., highest]) => {
                let mut sum = Accumulator::default();
                for (element, power) in between.iter().zip(powers) {
                    add(cs, &mut sum, element.clone(), power);
                }
                let rest = scaled(first.iter().copied(), -Fr::ONE);
                sum.finish(
                    cs,
                    last.iter().copied(),
                    highest.terms(),
                    total.terms().into_iter().chain(rest),
                );
            }
            _ => cs.enforce_equal(elements.iter().flatten().copied(), total.terms()),
        }
        total
    }

    /// Demands `Σ_d w_d·u_d + b·Σ_n κ(n) = fold of the elements + rest`, where `u` are the folded
    /// inputs of a unit: by the lemma the unit's sums on all samples at once. One row for each
    /// input and each element.
    ///
    /// The inputs stand on the left of their rows and the weights on the right: a wire of large
    /// values is dear on the right, where the prover has to multiply in G2.
    pub(crate) fn enforce_unit(
        &self,
        cs: &mut Synthesizer,
        inputs: &[Wire],
        unit: Unit<'_>,
        elements: &[Vec<Term>],
        rest: impl IntoIterator<Item = Term>,
    ) {
        assert_eq!(inputs.len(), unit.weights.len(), "a weight for each input");
        assert_eq!(elements.len(), self.powers.len(), "an element for each group of samples");
        let mut sum = Accumulator::default();
        for (input, weight) in inputs.iter().zip(unit.weights) {
            sum.add(cs, (input.terms(), input.value), weight.factor());
        }
        for (element, power) in elements.iter().zip(self.powers).skip(1) {
            add(cs, &mut sum, scaled(element.iter().copied(), -Fr::ONE).collect(), power);
        }
        let first = elements.first().into_iter().flatten().copied();
        sum.finish(cs, self.ones.iter().copied(), unit.bias.terms(), first.chain(rest));
    }
}

/// Adds the product of an element and a power.
fn add(cs: &mut Synthesizer, sum: &mut Accumulator, element: Vec<Term>, power: &Wire) {
    let factor = value(cs, &element);
    sum.add(cs, (element, factor), (power.terms(), power.value));
}

fn value(cs: &Synthesizer, element: &[Term]) -> Fr {
    cs.evaluate(element.iter().copied())
}
