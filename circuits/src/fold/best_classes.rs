//! The head of classes of which the best few count: a sample is right if the output of its class is
//! strictly above all others but at most `best − 1`.
//!
//! With distances `e_j` that the label's mark lowers, and which exceptions lower further,
//! [`enforce_tops`] shows that `z_j + e_j` is the same for all classes of a sample. A claim `c` is
//! a bit with `c·(1 − real + Σ_j L_j·e_j) = 0`. Labels have one mark at most, so the sum is 1 for
//! padding and `e_l` for a sample of class `l`. A claimed sample thus is none of the padding and
//! has `e_l = 0`: its output is strictly above all others without an exception, and there are no
//! more than `best − 1` of these. The score is the sum of all claims.
//!
//! Nobody has to claim a sample, nor to make no more exceptions than are needed. So of all heads
//! this is the one whose proofs say "at least" and not "exactly".
//!
//! Completeness: a right sample takes its own output as the common number, and an exception for
//! each class that is not below it. Any other takes the largest `z_j + 1 − L_j` and no exception.

use super::{
    head::{enforce_score, enforce_tops, Head, HeadLayer},
    labels::Label,
    witness::Ranking,
};
use crate::{
    gadgets::{scaled, Bits, Distances, Exceptions, Wire},
    r1cs::{one, wire, Synthesizer, Term},
};
use ark_bn254::Fr;
use ark_ff::Field;

/// The distances of all samples, the tops of all groups, and which samples are claimed.
pub(super) struct BestClasses {
    distances: Vec<Distances>,
    tops: Vec<Wire>,
    claims: Vec<bool>,
}

impl BestClasses {
    pub(super) fn allocate(
        cs: &mut Synthesizer,
        distance_bits: u32,
        exceptions: u32,
        rankings: &[Ranking],
        tops: &[Fr],
        claims: &[bool],
    ) -> Self {
        cs.section("distance bits");
        let distances = rankings.iter();
        let distances =
            distances.map(|ranking| Distances::allocate(cs, &ranking.gaps, distance_bits));
        let distances: Vec<Distances> = distances.collect();
        let allowed = allocate_exceptions(cs, exceptions, rankings);
        let pairs = distances.into_iter().zip(allowed);
        let distances = pairs.map(|(distances, allowed)| distances.except(allowed)).collect();
        cs.section("tops");
        let tops = tops.iter().map(|top| Wire::allocate(cs, *top)).collect();
        Self { distances, tops, claims: claims.to_vec() }
    }

    /// `Σ_j L_j·e_j`, a row for each product.
    fn own_distance(cs: &mut Synthesizer, distances: &Distances, label: &Label) -> Vec<Term> {
        cs.section("own distances");
        let products = label.bits.iter().enumerate().map(|(class, mark)| {
            let value = cs.value(*mark) * cs.evaluate(distances.terms(class, wire(*mark)));
            let product = Wire::allocate(cs, value);
            cs.enforce(distances.terms(class, wire(*mark)), wire(*mark), product.terms());
            (Fr::ONE, product.index)
        });
        products.collect()
    }

    /// The claims.
    fn claim(&self, cs: &mut Synthesizer) -> Vec<usize> {
        cs.section("claim bits");
        let claims = self.claims.iter();
        claims.map(|claim| Bits::allocate(cs, i64::from(*claim), 1).top()).collect()
    }
}

/// Allocates the exceptions of all samples, of which each has at most `most`.
fn allocate_exceptions(cs: &mut Synthesizer, most: u32, rankings: &[Ranking]) -> Vec<Exceptions> {
    let exceptions = rankings.iter();
    let exceptions = exceptions.map(|ranking| Exceptions::allocate(cs, &ranking.exceptions, most));
    let exceptions: Vec<Exceptions> = exceptions.collect();
    cs.section("exceptions");
    exceptions.iter().for_each(|exceptions| exceptions.enforce_most(cs, most));
    exceptions
}

impl Head for BestClasses {
    /// The distances of all samples, then the exceptions of all samples.
    fn bits(&self) -> Vec<usize> {
        let gaps = self.distances.iter().flat_map(Distances::gap_wires);
        gaps.chain(self.distances.iter().flat_map(Distances::exception_wires)).collect()
    }

    fn elements(&self) -> &[Wire] {
        &self.tops
    }

    fn enforce(&self, cs: &mut Synthesizer, layer: &HeadLayer<'_>, labels: &[Label]) {
        enforce_tops(cs, layer, &self.tops, |class| {
            self.distances
                .iter()
                .zip(labels)
                .map(move |(distances, label)| distances.terms(class, wire(label.bits[class])))
        });
    }

    fn score(&self, cs: &mut Synthesizer, labels: &[Label]) {
        let claims = self.claim(cs);
        for ((distances, label), claim) in self.distances.iter().zip(labels).zip(&claims) {
            let own = Self::own_distance(cs, distances, label);
            cs.section("claims");
            let padding = one().into_iter().chain(scaled(label.marks(), -Fr::ONE));
            cs.enforce(own.into_iter().chain(padding), wire(*claim), []);
        }
        enforce_score(cs, claims.iter().map(|claim| (Fr::ONE, *claim)), 1);
    }
}
