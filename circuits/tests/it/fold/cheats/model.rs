//! The model that is scored is another one than the one that is sold.

use super::case::{
    copied, real_samples, right_sample, search, with_block, worth, Case, Forgery, Goods,
};
use crate::{
    fold::{
        forgeries::{Choices, Claim, Sent},
        sample,
    },
    support::rng,
};
use ark_bn254::Fr;
use ark_ff::Field;
use ark_std::rand::Rng;
use nocknock_circuits::fold::{Circuit, Digests, Private};
use nocknock_primitives::model::{
    architecture::Architecture,
    samples::{Block, Sample},
    sealed,
    weights::Weights,
};

/// A good model and a bad one, under the same key and of the same owner.
struct Exchange<'a> {
    circuit: &'a Circuit,
    good: Private,
    bad: Goods,
    /// The score of the good model, more than that of the bad one.
    score: u32,
}

impl<'a> Exchange<'a> {
    /// A model about which samples were made, and the model of zeros.
    fn find(circuit: &'a Circuit) -> Self {
        Case::find(circuit, |case| {
            let architecture = circuit.shape();
            let mut zeros = case.wanted.clone();
            zeros.weights = Weights::zero(architecture);
            let bad = Goods::of(architecture, &zeros);
            let (good, score) = (case.wanted.clone(), case.goal);
            let gains = bad.score(architecture, &good.block) < score;
            gains.then_some(Self { circuit, good, bad, score })
        })
    }

    /// A forgery by a section that hashes, if its digest is the bad model's.
    fn forgery(
        self,
        section: &str,
        sent: Sent,
        difference: impl Fn(&Goods, &Goods, Digests) -> Fr,
    ) -> Option<Forgery> {
        let Self { circuit, good, bad, score } = self;
        let own = Goods::of(circuit.shape(), &good);
        let claim = claim(circuit, &good, score);
        let (public, assignment) = claim.forge(sent, |public| {
            let difference = |digests| difference(&own, &bad, digests);
            claim.bend(circuit, section, public, Choices::new(), difference)
        });
        Some(Forgery { public, assignment, goods: bad, known: good.block.clone() })
    }

    fn bad_commitment(&self) -> Fr {
        self.bad.commitment(self.circuit.shape())
    }
}

/// A claim about the block that the chain knows.
fn claim<'a>(circuit: &'a Circuit, private: &'a Private, score: u32) -> Claim<'a> {
    Claim { architecture: circuit.shape(), private, known: &private.block, score }
}

/// The packed model is the same number, read in another way: a weight takes `2^bits` more, and the
/// next one makes up for it by 1.
pub(super) fn one_commitment_opens_to_a_second_model_with_a_weight_out_of_range(
    circuit: &Circuit,
) -> Option<Forgery> {
    Some(search(|seed| second_reading(circuit, seed)))
}

/// A forgery with a second reading of a random model, if that scores more, and its sums are in
/// range.
fn second_reading(circuit: &Circuit, seed: u64) -> Option<Forgery> {
    let (architecture, rng) = (circuit.shape(), &mut rng(seed));
    let sold = sample::private(architecture, 0, rng);
    let goods = Goods::of(architecture, &sold);
    let mut read = sold.clone();
    let layer = architecture.layers().next()?;
    let place = rng.gen_range(0..layer.weight_count() - 1);
    let weights = &mut read.weights.layers[0].weights;
    if weights[place] > 0 {
        // The circuit cuts off what is above `2^bits`.
        return None;
    }
    weights[place] += 1 << layer.weight_bits;
    weights[place + 1] -= 1;
    let samples = real_samples(architecture)
        .map(|_| (0..1000).find_map(|_| right_sample(architecture, &read.weights, rng)));
    let samples: Option<Vec<Sample>> = samples.collect();
    let known = Block::new(architecture, samples?).unwrap();
    let score = score(architecture, &read.weights, &known);
    if goods.score(architecture, &known) >= score {
        return None;
    }
    let read = with_block(&read, known);
    let forged = claim(circuit, &read, score).forge(Sent::default(), |_| Choices::new());
    let (public, assignment) = forged;
    // Now and then the second reading takes a sum out of its bits.
    let allowed = circuit.matrices().violated_sections(&assignment) == ["weight bits"];
    let known = read.block.clone();
    allowed.then_some(Forgery { public, assignment, goods, known })
}

/// The score of a model whose weights may be out of range.
fn score(architecture: &Architecture, weights: &Weights, block: &Block) -> u32 {
    block.samples().iter().map(|sample| worth(architecture, weights, sample)).sum()
}

pub(super) fn the_ciphertext_of_a_bad_model_decrypts_to_a_good_one(
    circuit: &Circuit,
) -> Option<Forgery> {
    let exchange = Exchange::find(circuit);
    assert_eq!(exchange.bad.ciphertext.len(), 1);
    let difference = |good: &Goods, bad: &Goods, _| bad.ciphertext[0] - good.ciphertext[0];
    exchange.forgery("keystream", Sent::default(), difference)
}

pub(super) fn the_hash_of_one_chunk_stands_for_another_ciphertext(
    circuit: &Circuit,
) -> Option<Forgery> {
    let hash = |goods: &Goods| sealed::chunk_hash(circuit.shape(), 0, &goods.ciphertext);
    let difference = |good: &Goods, bad: &Goods, _| hash(bad) - hash(good);
    Exchange::find(circuit).forgery("chunk hash", Sent::default(), difference)
}

pub(super) fn the_hash_of_one_ciphertext_stands_for_another(circuit: &Circuit) -> Option<Forgery> {
    let hash = |goods: &Goods| sealed::ciphertext_hash(circuit.shape(), &goods.ciphertext);
    let difference = |good: &Goods, bad: &Goods, _| hash(bad) - hash(good);
    Exchange::find(circuit).forgery("ciphertext hash", Sent::default(), difference)
}

/// The buyer gets a key whose hash is the one in `C_W`, and with it no model at all.
pub(super) fn a_good_model_is_scored_and_a_key_is_sold_that_does_not_open_it(
    circuit: &Circuit,
) -> Option<Forgery> {
    let mut exchange = Exchange::find(circuit);
    exchange.bad = Goods::of(circuit.shape(), &exchange.good);
    exchange.bad.key += Fr::ONE;
    let hash = |goods: &Goods| sealed::key_hash(goods.key);
    let difference = |good: &Goods, bad: &Goods, _| hash(bad) - hash(good);
    exchange.forgery("key hash", Sent::default(), difference)
}

pub(super) fn the_commitment_to_a_bad_model_stands_for_a_good_one(
    circuit: &Circuit,
) -> Option<Forgery> {
    let exchange = Exchange::find(circuit);
    let commitment = exchange.bad_commitment();
    let difference = |_: &Goods, _: &Goods, digests: Digests| commitment - digests.commitment;
    exchange.forgery("commitment hash", Sent::default(), difference)
}

pub(super) fn a_good_model_is_scored_in_the_place_of_the_committed_one(
    circuit: &Circuit,
) -> Option<Forgery> {
    let exchange = Exchange::find(circuit);
    let sent = Sent { commitment: Some(exchange.bad_commitment()), ..Sent::default() };
    let Exchange { good, bad, score, .. } = exchange;
    let (public, assignment) = claim(circuit, &good, score).forge(sent, |_| Choices::new());
    Some(Forgery { public, assignment, goods: bad, known: good.block.clone() })
}

/// An honest owner's claim is none of these: the same steps with nothing chosen give a proof that
/// holds, and no gain.
#[test]
fn without_an_exchange_there_is_no_forgery() {
    let circuit = Circuit::compile(&crate::fold::named("tiny-4x3x2"));
    let case = Case::any(&circuit);
    let goods = Goods::of(circuit.shape(), &case.wanted);
    assert_eq!(goods.score(circuit.shape(), &case.wanted.block), case.goal);
    let wires = copied(case.wires("key and owner"), &case.wanted_wires);
    assert_eq!(wires.into_values().collect::<Vec<Fr>>(), [case.wanted.key, case.wanted.bind]);
    let honest = case.forgery(case.truth, Choices::new());
    assert!(circuit.matrices().is_satisfied_by(&honest.assignment));
    assert_eq!(honest.public.commitment, goods.commitment(circuit.shape()));
    assert!(case.truth < case.goal);
}
