//! What all cheats start from, and what they end with.

use crate::{
    fold::{
        forgeries::{context, Choices, Claim, Sent},
        known, sample,
    },
    support::rng,
};
use ark_bn254::Fr;
use ark_ff::Field;
use ark_std::rand::{rngs::StdRng, Rng};
use nocknock_circuits::{
    fold::{Circuit, Digests, Private, Public},
    reference::{gains, outputs, score_block},
    PublicInputs,
};
use nocknock_poseidon::{Parameters, SPONGE_WIDTH};
use nocknock_primitives::model::{
    architecture::{Architecture, Head},
    samples::{Block, Label, Sample},
    sealed,
    weights::Weights,
    Claimed,
};
use std::cmp::Ordering;

/// Samples that are missing in the blocks of all cases.
pub(super) const PADDING: usize = 4;

/// The sections in which a head has what it commits to, and what else does not follow.
pub(super) const HEAD: &[&str] = &[
    "distance bits",
    "exception bits",
    "unused exception bits",
    "selector bits",
    "tops",
    "output bits",
    "sign bits",
    "magnitude bits",
    "claim bits",
];

/// A proof of a score that is not the true one.
pub(super) struct Forgery {
    pub(super) public: Public,
    pub(super) assignment: Vec<Fr>,
    /// What `C_W` commits to.
    pub(super) goods: Goods,
    /// The block that the chain knows.
    pub(super) known: Block,
}

/// What the owner of a commitment sells: a ciphertext, and the key whose hash it names.
pub(super) struct Goods {
    pub(super) key: Fr,
    pub(super) bind: Fr,
    pub(super) ciphertext: Vec<Fr>,
}

/// A model and two blocks with the same labels.
///
/// The model does not look at the first input.
pub(super) struct Case<'a> {
    pub(super) circuit: &'a Circuit,
    /// The model, and the block that the chain knows: of every two answers the second is wrong.
    pub(super) honest: Private,
    /// The same model, and samples about which it is right.
    pub(super) wanted: Private,
    /// The score on the known block.
    pub(super) truth: u32,
    /// The score on the other block.
    pub(super) goal: u32,
    /// An honest assignment about the known block. What does not depend on `ρ` is the same in all.
    pub(super) honest_wires: Vec<Fr>,
    /// An honest assignment about the other block.
    pub(super) wanted_wires: Vec<Fr>,
}

impl Forgery {
    /// Demands that the chain would accept what it is sent, if only the proof held; and that the
    /// score that is stated is on this side of that of the model which is sold, if it can be opened
    /// at all.
    pub(super) fn assert_gains(&self, circuit: &Circuit, side: Ordering) {
        let architecture = circuit.shape();
        let Public { commitment, sums, inputs, score, .. } = self.public;
        let claimed = Claimed { sums, inputs, score };
        let derived = known(architecture, &self.known).inputs(context(), commitment, &claimed);
        assert_eq!(self.public, derived);
        let inputs: Vec<Fr> = std::iter::once(Fr::ONE).chain(derived.to_fields()).collect();
        assert_eq!(self.assignment[..inputs.len()], inputs);
        assert_eq!(commitment, self.goods.commitment(architecture));
        assert!(u64::from(score) <= architecture.max_score(self.known.len() as u32));
        let truth = self.goods.score(architecture, &self.known);
        assert_eq!(score.cmp(&truth), side, "{truth} is the true score and {score} is stated");
    }
}

impl Goods {
    /// What an honest owner sells.
    pub(super) fn of(architecture: &Architecture, private: &Private) -> Self {
        let sealed = sealed::seal(architecture, private.key, &private.weights).unwrap();
        Self { key: private.key, bind: private.bind, ciphertext: sealed.ciphertext.clone() }
    }

    /// `C_W`.
    pub(super) fn commitment(&self, architecture: &Architecture) -> Fr {
        let hash = sealed::ciphertext_hash(architecture, &self.ciphertext);
        sealed::commitment(architecture, self.bind, sealed::key_hash(self.key), hash)
    }

    /// The score of the model that a buyer gets: 0 if it is none.
    pub(super) fn score(&self, architecture: &Architecture, block: &Block) -> u32 {
        let hash = sealed::key_hash(self.key);
        let opened = sealed::open(architecture, self.key, hash, &self.ciphertext);
        opened.map_or(0, |weights| score_block(architecture, &weights, block).unwrap().score)
    }
}

impl<'a> Case<'a> {
    /// Some case.
    pub(super) fn any(circuit: &'a Circuit) -> Self {
        Self::find(circuit, Some)
    }

    /// The other way round: the model is right about the known block, and wrong about every second
    /// sample of the other one. Nothing can be gained with it where a score is stated as "at
    /// least".
    pub(super) fn turned(circuit: &'a Circuit) -> Option<Self> {
        let case = Self::any(circuit);
        let turned = Self {
            circuit,
            honest: case.wanted,
            wanted: case.honest,
            truth: case.goal,
            goal: case.truth,
            honest_wires: case.wanted_wires,
            wanted_wires: case.honest_wires,
        };
        circuit.shape().head.is_scored_exactly().then_some(turned)
    }

    /// The first case of which something can be made.
    pub(super) fn find<T>(circuit: &'a Circuit, make: impl Fn(Self) -> Option<T>) -> T {
        search(|seed| make(Self::drawn(circuit, &mut rng(seed))?))
    }

    fn drawn(circuit: &'a Circuit, rng: &mut StdRng) -> Option<Self> {
        let architecture = circuit.shape();
        let mut honest = sample::private(architecture, 0, rng);
        let inputs = usize::from(architecture.inputs);
        honest.weights.layers[0].weights.chunks_mut(inputs).for_each(|unit| unit[0] = 0);
        let weights = &honest.weights;
        let pairs = real_samples(architecture)
            .map(|number| pair(architecture, weights, number % 2 == 1, rng));
        let pairs: Option<Vec<(Sample, Sample)>> = pairs.collect();
        let (known, wanted): (Vec<Sample>, Vec<Sample>) = pairs?.into_iter().unzip();
        honest.block = Block::new(architecture, known).unwrap();
        Some(Self::new(circuit, honest, Block::new(architecture, wanted).unwrap()))
    }

    /// A model with a known and another block.
    pub(super) fn new(circuit: &'a Circuit, honest: Private, other: Block) -> Self {
        let wanted = with_block(&honest, other);
        let (truth, honest_wires) = prove(circuit, &honest);
        let (goal, wanted_wires) = prove(circuit, &wanted);
        Self { circuit, honest, wanted, truth, goal, honest_wires, wanted_wires }
    }

    pub(super) fn architecture(&self) -> &'a Architecture {
        self.circuit.shape()
    }

    /// The claim of a score on the known block, made with the model on that block or another.
    pub(super) fn claim<'b>(&'b self, private: &'b Private, score: u32) -> Claim<'b> {
        Claim { architecture: self.architecture(), private, known: &self.honest.block, score }
    }

    /// A forgery that is made from an honest proof about the known block by choosing some wires.
    pub(super) fn forgery(&self, score: u32, choices: Choices) -> Forgery {
        let claim = self.claim(&self.honest, score);
        self.finish(claim.forge(Sent::default(), |_| choices.clone()))
    }

    /// The forgery of the model's honest owner.
    pub(super) fn finish(&self, (public, assignment): (Public, Vec<Fr>)) -> Forgery {
        let goods = Goods::of(self.architecture(), &self.honest);
        Forgery { public, assignment, goods, known: self.honest.block.clone() }
    }

    /// Wires of a section.
    pub(super) fn wires(&self, section: &str) -> Vec<usize> {
        self.circuit.matrices().wires_of(section)
    }

    /// Wires of the last of the sections with a name.
    pub(super) fn last_wires(&self, section: &str) -> Vec<usize> {
        let sections = self.circuit.matrices().sections();
        let last = sections.iter().rfind(|found| found.name == section).unwrap();
        (last.first_wire..last.first_wire + last.wires).collect()
    }

    /// One of the numbers of `bits` bits each whose bits are in a section.
    pub(super) fn number(&self, section: &str, bits: usize, number: usize) -> Vec<usize> {
        self.wires(section)[number * bits..][..bits].to_vec()
    }

    /// The head as it is in an assignment.
    pub(super) fn head(&self, from: &[Fr]) -> Choices {
        let wires = HEAD.iter().flat_map(|section| self.wires(section));
        copied(wires, from)
    }

    /// The true claims; none unless the head is one of the best few classes.
    pub(super) fn claims(&self) -> Choices {
        copied(self.wires("claim bits"), &self.honest_wires)
    }
}

impl Claim<'_> {
    /// Lets a section that hashes give another digest: the output of its last S-box, which then is
    /// no fifth power, makes up for the difference.
    pub(super) fn bend(
        &self,
        circuit: &Circuit,
        section: &str,
        public: &Public,
        mut choices: Choices,
        difference: impl Fn(Digests) -> Fr,
    ) -> Choices {
        let sbox = *circuit.matrices().wires_of(section).last().unwrap();
        let (digests, assignment) = self.run(public, &choices);
        let parameters = Parameters::derive(SPONGE_WIDTH).unwrap();
        let digest = parameters.mds().nth(1).unwrap();
        let weight = digest[SPONGE_WIDTH - 1].inverse().unwrap();
        choices.insert(sbox, assignment[sbox] + difference(digests) * weight);
        choices
    }
}

/// The first that is found with one of many seeds.
pub(super) fn search<T>(find: impl Fn(u64) -> Option<T>) -> T {
    (0..1000).find_map(find).expect("a thousand seeds are enough")
}

/// Wires with the values that they have in an assignment.
pub(super) fn copied(wires: impl IntoIterator<Item = usize>, from: &[Fr]) -> Choices {
    wires.into_iter().map(|wire| (wire, from[wire])).collect()
}

/// The same with another block.
pub(super) fn with_block(private: &Private, block: Block) -> Private {
    let mut private = private.clone();
    private.block = block;
    private
}

/// The true score and the assignment of an honest proof.
pub(super) fn prove(circuit: &Circuit, private: &Private) -> (u32, Vec<Fr>) {
    let root = known(circuit.shape(), &private.block).root();
    let public = private.public_inputs(circuit.shape(), context(), root).unwrap();
    (public.score, circuit.assign(&public, private).to_vec())
}

/// The numbers of all samples that are no padding.
pub(super) fn real_samples(architecture: &Architecture) -> std::ops::Range<usize> {
    0..usize::from(architecture.samples) - PADDING
}

/// A sample, known to the chain, and one about which the model is right. They have the same label,
/// and are the same unless the known one has to be worth less.
fn pair(
    architecture: &Architecture,
    weights: &Weights,
    less: bool,
    rng: &mut StdRng,
) -> Option<(Sample, Sample)> {
    (0..1000).find_map(|_| {
        let right = right_sample(architecture, weights, rng)?;
        let inputs = if less { inputs(architecture, rng) } else { right.inputs.clone() };
        let known = Sample { inputs, label: right.label.clone() };
        let [worth, wanted] = [&known, &right].map(|sample| worth(architecture, weights, sample));
        (!less || worth < wanted).then_some((known, right))
    })
}

/// A random sample with the label that suits a model best, if that is worth something.
pub(super) fn right_sample(
    architecture: &Architecture,
    weights: &Weights,
    rng: &mut StdRng,
) -> Option<Sample> {
    let inputs = inputs(architecture, rng);
    let label = best_label(&architecture.head, &outputs(architecture, weights, &inputs));
    let sample = Sample { inputs, label };
    (worth(architecture, weights, &sample) > 0).then_some(sample)
}

/// What a sample adds to the true score.
pub(super) fn worth(architecture: &Architecture, weights: &Weights, sample: &Sample) -> u32 {
    let outputs = outputs(architecture, weights, &sample.inputs);
    gains(&architecture.head, &outputs, &sample.label).into_iter().sum()
}

pub(super) fn inputs(architecture: &Architecture, rng: &mut StdRng) -> Vec<u16> {
    let largest = architecture.max_input() as u16;
    (0..architecture.inputs).map(|_| rng.gen_range(0..=largest)).collect()
}

/// The label that suits outputs best.
pub(super) fn best_label(head: &Head, outputs: &[i128]) -> Label {
    match head {
        Head::Classes { .. } => {
            let best = (0..outputs.len()).max_by_key(|class| outputs[*class]).unwrap();
            Label::Class(best as u8)
        }
        Head::Labels { .. } => Label::Labels(outputs.iter().map(|output| *output >= 0).collect()),
        Head::Number { .. } => Label::Number(outputs[0].clamp(0, 65_535) as u16),
    }
}

/// A label that contradicts outputs.
pub(super) fn worst_label(head: &Head, outputs: &[i128]) -> Label {
    match head {
        Head::Number { .. } => Label::Number(if outputs[0] < 32_768 { u16::MAX } else { 0 }),
        _ => {
            let opposite: Vec<i128> = outputs.iter().map(|output| -1 - output).collect();
            best_label(head, &opposite)
        }
    }
}
