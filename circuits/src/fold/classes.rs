//! The head of classes: the output of a right sample's class is strictly above all others, or all
//! but `best − 1`.
//!
//! For each class `j`, with the distances `e_j` of `gadgets::distances`,
//!
//! ```text
//! Σ_k w_jk·u_k + b_j·Σ_n κ(n)  =  Σ_g ρ^g·M_g  −  Σ_n κ(n)·e_(n,j)
//! ```
//!
//! `M_g` is a free element of a group of samples, which `C_Y` commits to as it is. All classes
//! share it, so the difference of the equations of two is `Σ_n κ(n)·t_n = 0` with
//! `t = (z_i + e_i) − (z_j + e_j)`. The wide bits of the head make room for the largest distance of
//! two outputs of any model and for that of two `e`: `2^w` without exceptions, else `2^(w+1)`. By
//! the lemma `z_j + e_j` is the same for all classes of a sample.
//!
//! A claim `c` is a bit with `c·(1 − real + Σ_j L_j·e_j) = 0`. Labels have one mark at most, so the
//! sum is 1 for padding and `e_l` for a sample of class `l`. A claimed sample thus is none of the
//! padding and has `e_l = 0`: its output is strictly above all others without an exception, and
//! there are no more than `best − 1` of these. The score is the sum of all claims.
//!
//! Completeness: a right sample takes its own output as the common number, and an exception for
//! each class that is not below it. Any other takes the largest `z_j + 1 − L_j` and no exception.

use super::{
    head::{allocate_claims, enforce_score, Head, HeadLayer},
    labels::Label,
    witness::Ranking,
};
use crate::{
    gadgets::{scaled, Distances, Exceptions, Wire},
    r1cs::{one, wire, Synthesizer, Term},
};
use ark_bn254::Fr;
use ark_ff::Field;

/// The distances of all samples and the tops of all groups.
pub(super) struct Classes {
    distances: Vec<Distances>,
    tops: Vec<Wire>,
}

impl Classes {
    pub(super) fn allocate(
        cs: &mut Synthesizer,
        distance_bits: u32,
        exceptions: u32,
        rankings: &[Ranking],
        tops: &[Fr],
    ) -> Self {
        cs.section("distance bits");
        let distances = rankings.iter();
        let distances =
            distances.map(|ranking| Distances::allocate(cs, &ranking.gaps, distance_bits));
        let mut distances: Vec<Distances> = distances.collect();
        if exceptions > 0 {
            let allowed = allocate_exceptions(cs, exceptions, rankings);
            let pairs = distances.into_iter().zip(allowed);
            distances = pairs.map(|(distances, allowed)| distances.except(allowed)).collect();
        }
        cs.section("tops");
        Self { distances, tops: tops.iter().map(|top| Wire::allocate(cs, *top)).collect() }
    }

    /// `Σ_j L_j·e_j`, a row for each product.
    fn own_distance(cs: &mut Synthesizer, distances: &Distances, label: &Label) -> Vec<Term> {
        cs.section("own distances");
        let products = label.bits.iter().enumerate().map(|(class, mark)| {
            let value = cs.value(*mark) * cs.evaluate(distances.terms(class, *mark));
            let product = Wire::allocate(cs, value);
            cs.enforce(distances.terms(class, *mark), wire(*mark), product.terms());
            (Fr::ONE, product.index)
        });
        products.collect()
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

impl Head for Classes {
    /// The distances of all samples, then the exceptions of all samples.
    fn bits(&self) -> Vec<usize> {
        let gaps = self.distances.iter().flat_map(Distances::gap_wires);
        gaps.chain(self.distances.iter().flat_map(Distances::exception_wires)).collect()
    }

    fn elements(&self) -> &[Wire] {
        &self.tops
    }

    fn enforce(&self, cs: &mut Synthesizer, layer: &HeadLayer<'_>, labels: &[Label]) {
        cs.section("head");
        let tops: Vec<Vec<Term>> = self.tops.iter().map(|top| top.terms().to_vec()).collect();
        let level = layer.fold.sum(cs, &tops);
        for (class, unit) in layer.units().enumerate() {
            let samples = self.distances.iter().zip(labels);
            let lowered = samples.map(|(distances, label)| {
                scaled(distances.terms(class, label.bits[class]), -Fr::ONE)
            });
            layer.enforce_unit(cs, unit, lowered, level.terms());
        }
    }

    fn claim(&self, cs: &mut Synthesizer, labels: &[Label], claims: &[bool]) {
        let claims = allocate_claims(cs, claims);
        for ((distances, label), claim) in self.distances.iter().zip(labels).zip(&claims) {
            let own = Self::own_distance(cs, distances, label);
            cs.section("claims");
            let padding = one().into_iter().chain(scaled(label.marks(), -Fr::ONE));
            cs.enforce(own.into_iter().chain(padding), wire(*claim), []);
        }
        enforce_score(cs, claims.iter().map(|claim| (Fr::ONE, *claim)), 1);
    }
}
