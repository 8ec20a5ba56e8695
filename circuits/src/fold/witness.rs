//! What a prover chooses freely, computed with plain integers: everything else in the circuit
//! follows from these values, the weights, salt and key, and the public inputs.

use super::Private;
use crate::reference::{gains, is_among, trace, Trace};
use ark_bn254::Fr;
use nocknock_poseidon::{packing::pack, sponge_hash, DomainTag};
use nocknock_primitives::model::{
    architecture::{Architecture, Goal, Head, Layer, TARGET_BITS},
    samples::{Block, Label, Sample},
};
use zeroize::{Zeroize, Zeroizing};

/// Tag of `C_Y`.
pub(super) const SUMS: DomainTag = DomainTag::new(b"nn/fold/sums/v2_");

/// Where values of a head are cut off, in both directions, so that forged inputs cannot overflow.
/// Nothing in range is so large.
const LIMIT: i128 = 1 << 60;

/// The free values of a proof. Whoever has them has the model, so they are wiped on drop.
pub(super) struct Witness {
    /// Sums of the hidden layers: layer by layer, unit by unit, sample by sample.
    pub(super) sums: Vec<Vec<Vec<i64>>>,
    /// What the head adds.
    pub(super) outputs: Outputs,
    /// Bits of the labels, sample by sample.
    pub(super) labels: Vec<Vec<bool>>,
}

/// What a head adds to the free values.
#[derive(Zeroize)]
pub(super) enum Outputs {
    /// Of a head of classes of which the best alone counts.
    Classes {
        /// Bits of a distance.
        distance_bits: u32,
        /// What is said of each sample.
        answers: Vec<Answer>,
    },
    /// Of a head of classes of which several of the best count.
    BestClasses {
        /// Bits of a distance.
        distance_bits: u32,
        /// How many classes of a right sample may be above its own.
        exceptions: u32,
        /// The distances of each sample.
        rankings: Vec<Ranking>,
        /// Which samples are claimed.
        claims: Vec<bool>,
    },
    /// Of a head of labels.
    Labels {
        /// Bits of an output.
        sum_bits: u32,
        /// The outputs: label by label, sample by sample.
        outputs: Vec<Vec<i64>>,
    },
    /// Of a head that is a number.
    Number {
        /// Bits of a distance.
        distance_bits: u32,
        /// What counts.
        #[zeroize(skip)]
        goal: Goal,
        /// The error of each sample.
        errors: Vec<OutputError>,
    },
}

/// What is said of one sample where the best class alone counts.
#[derive(Zeroize)]
pub(super) struct Answer {
    /// The number that all outputs are compared with.
    pub(super) top: i128,
    /// `g`, class by class.
    pub(super) gaps: Vec<i64>,
    /// The class that is selected: it has no gap.
    pub(super) selected: usize,
    /// `c`, whether that is the sample's own.
    pub(super) is_right: bool,
}

/// The distances of one sample where several of the best classes count.
#[derive(Zeroize)]
pub(super) struct Ranking {
    /// The number that all outputs are compared with.
    pub(super) top: i128,
    /// `g`, class by class.
    pub(super) gaps: Vec<i64>,
    /// `f`, class by class.
    pub(super) exceptions: Vec<bool>,
}

/// The error of one sample: the output less the target, and its absolute value `e`.
#[derive(Zeroize)]
pub(super) struct OutputError {
    /// `e` less the error.
    pub(super) minus: i64,
    /// `e` plus the error.
    pub(super) plus: i64,
    /// `c`, whether `e` is no more than the cap or the tolerance.
    pub(super) counts: bool,
    /// `v`: twice the distance of `e` from the cap; or, from the tolerance, that distance, less 1
    /// if `e` is above it.
    pub(super) magnitude: i64,
}

impl Witness {
    /// The values with which a prover states a score. They depend on the score where less than the
    /// truth can be claimed, and nowhere else.
    pub(super) fn new(architecture: &Architecture, private: &Private, score: u32) -> Self {
        let block = &private.block;
        let samples = usize::from(architecture.samples);
        let padding = vec![0; architecture.inputs.into()];
        let inputs = block.samples().iter().map(|sample| &sample.inputs);
        let inputs = inputs.chain(std::iter::repeat(&padding)).take(samples);
        let traces: Vec<Trace> =
            inputs.map(|inputs| trace(architecture, &private.weights, inputs)).collect();
        Self {
            sums: hidden_sums(architecture, &traces),
            outputs: Outputs::new(&architecture.head, block, &traces, score),
            labels: labels(architecture, block),
        }
    }

    /// Whether each value has the bits that the architecture gives it.
    pub(super) fn is_in_range(&self, architecture: &Architecture) -> bool {
        let values = self.values(architecture);
        values.iter().all(|(value, bits)| (0..1 << *bits).contains(value))
    }

    /// `C_Y`, if all values are in range. The bits of all values, the lowest of each first, fill
    /// elements of 252 bits; the tops follow as they are.
    pub(super) fn commitment(&self, architecture: &Architecture, salt: Fr) -> Fr {
        let values = self.values(architecture);
        let bits =
            values.iter().flat_map(|(value, bits)| (0..*bits).map(move |bit| *value >> bit & 1));
        let bits: Zeroizing<Vec<u64>> =
            Zeroizing::new(bits.map(|bit| u64::from(bit == 1)).collect());
        // Every value is 0 or 1, so none is refused.
        let packed = Zeroizing::new(pack(&bits, 1).unwrap_or_default());
        let tops = Zeroizing::new(self.tops(architecture));
        let head = [architecture.digest(), salt];
        let inputs = head.iter().chain(packed.iter()).chain(tops.iter());
        let inputs: Zeroizing<Vec<Fr>> = Zeroizing::new(inputs.copied().collect());
        sponge_hash(SUMS, &inputs)
    }

    /// For each group of samples the tops in one element; none for heads other than of classes.
    pub(super) fn tops(&self, architecture: &Architecture) -> Vec<Fr> {
        let tops: Zeroizing<Vec<i128>> = Zeroizing::new(match &self.outputs {
            Outputs::Classes { answers, .. } => answers.iter().map(|answer| answer.top).collect(),
            Outputs::BestClasses { rankings, .. } => {
                rankings.iter().map(|ranking| ranking.top).collect()
            }
            Outputs::Labels { .. } | Outputs::Number { .. } => Vec::new(),
        });
        let element = |layer: Layer, tops: &[i128]| -> Fr {
            let places = crate::gadgets::powers(layer.wide_bits);
            tops.iter().zip(places).map(|(top, place)| Fr::from(*top) * place).sum()
        };
        let head = architecture.layers().next_back();
        let groups = head
            .into_iter()
            .flat_map(|head| tops.chunks(head.pack).map(move |tops| element(head, tops)));
        groups.collect()
    }

    /// The values that `C_Y` commits to in their order, each raised so that it is not negative, and
    /// their bits.
    fn values(&self, architecture: &Architecture) -> Zeroizing<Vec<(i64, u32)>> {
        let mut values = Zeroizing::new(Vec::<(i64, u32)>::new());
        let layers = architecture.layers().filter_map(|layer| layer.activation);
        for (layer, activation) in self.sums.iter().zip(layers) {
            let sums = layer.iter().flatten();
            values.extend(sums.map(|sum| raised(*sum, activation.sum_bits)));
        }
        self.outputs.append(&mut values);
        values.extend(self.labels.iter().flatten().map(|bit| (i64::from(*bit), 1)));
        values
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.sums.zeroize();
        self.outputs.zeroize();
    }
}

impl Outputs {
    fn new(head: &Head, block: &Block, traces: &[Trace], score: u32) -> Self {
        let labels = block.samples().iter().map(|sample| Some(&sample.label));
        let samples = traces.iter().zip(labels.chain(std::iter::repeat(None)));
        let samples = samples.map(|(trace, label)| (&trace.outputs[..], label));
        match *head {
            Head::Classes { best: 1, distance_bits, .. } => Self::Classes {
                distance_bits: distance_bits.into(),
                answers: samples.map(|(outputs, label)| Answer::new(outputs, label)).collect(),
            },
            Head::Classes { best, distance_bits, .. } => {
                let distance_bits = u32::from(distance_bits);
                let exceptions = u32::from(best) - 1;
                let best = usize::from(best);
                let rank = |(outputs, label)| Ranking::new(best, distance_bits, outputs, label);
                let rankings = samples.map(rank).collect();
                let claims = claims(head, block, traces, score);
                Self::BestClasses { distance_bits, exceptions, rankings, claims }
            }
            Head::Labels { labels, sum_bits, .. } => {
                let of_label = |label: usize| -> Vec<i64> {
                    traces.iter().map(|trace| cut(trace.outputs[label])).collect()
                };
                Self::Labels {
                    sum_bits: sum_bits.into(),
                    outputs: (0..usize::from(labels)).map(of_label).collect(),
                }
            }
            Head::Number { distance_bits, goal, .. } => Self::Number {
                distance_bits: distance_bits.into(),
                goal,
                errors: samples.map(|(z, label)| OutputError::new(&goal, z, label)).collect(),
            },
        }
    }

    /// Appends values and their bits, in the order in which they are hashed.
    fn append(&self, values: &mut Vec<(i64, u32)>) {
        match self {
            Self::Classes { distance_bits, answers } => {
                let gaps = answers.iter().flat_map(|answer| &answer.gaps);
                values.extend(gaps.map(|gap| (*gap, *distance_bits)));
                values.extend(answers.iter().map(|answer| (i64::from(answer.is_right), 1)));
            }
            Self::BestClasses { distance_bits, exceptions, rankings, .. } => {
                let gaps = rankings.iter().flat_map(|ranking| &ranking.gaps);
                values.extend(gaps.map(|gap| (*gap, *distance_bits)));
                for ranking in rankings {
                    let marks = ranking.exceptions.iter().map(|mark| i64::from(*mark));
                    let unused = i64::from(*exceptions) - marks.clone().sum::<i64>();
                    values.extend(marks.map(|mark| (mark, 1)));
                    values.push((unused, u32::BITS - exceptions.leading_zeros()));
                }
            }
            Self::Labels { sum_bits, outputs } => {
                values.extend(outputs.iter().flatten().map(|output| raised(*output, *sum_bits)));
            }
            Self::Number { distance_bits, errors, .. } => {
                let distances = errors.iter().flat_map(|error| [error.minus, error.plus]);
                values.extend(distances.map(|distance| (distance, *distance_bits)));
            }
        }
    }
}

impl Answer {
    /// Of a sample that is right the own class is selected, and its output is the top. Of any
    /// other, including padding, a class is selected whose output is the largest among all but the
    /// own, and the top is one more.
    fn new(outputs: &[i128], label: Option<&Label>) -> Self {
        let own = own_class(label);
        let others = (0..outputs.len()).filter(|class| own != Some(*class));
        let largest = others.max_by_key(|class| outputs[*class]).unwrap_or_default();
        let right = own.filter(|own| is_among(1, outputs, *own));
        let (selected, is_right) = (right.unwrap_or(largest), right.is_some());
        let top = outputs.get(selected).copied().unwrap_or_default() + i128::from(!is_right);
        let gap = |(class, output): (usize, &i128)| {
            let is_marked = is_right && class == selected;
            cut(top - output - i128::from(!is_marked))
        };
        let gaps = outputs.iter().enumerate().map(gap).collect();
        Self { top, gaps, selected, is_right }
    }
}

impl Ranking {
    /// For a sample that is right, the output of its own class as the top, and an exception for
    /// each class that is not below it. For any other, including padding, the least top that leaves
    /// each other class a distance of 1 and the own class one of 0.
    fn new(best: usize, distance_bits: u32, outputs: &[i128], label: Option<&Label>) -> Self {
        let own = own_class(label);
        let heights = outputs.iter().enumerate().map(|(class, output)| {
            let height = output + i128::from(own != Some(class));
            (class, height)
        });
        let right = own.filter(|own| is_among(best, outputs, *own));
        let top = match right.and_then(|own| outputs.get(own)) {
            Some(output) => *output,
            None => heights.clone().map(|(_, height)| height).max().unwrap_or_default(),
        };
        let is_exception = |(_, height): (usize, i128)| height > top;
        let gap = |(_, height): (usize, i128)| {
            let lowered = if height > top { 1 << distance_bits } else { 0 };
            cut(top - height + lowered)
        };
        Self {
            top,
            gaps: heights.clone().map(gap).collect(),
            exceptions: heights.map(is_exception).collect(),
        }
    }
}

impl OutputError {
    fn new(goal: &Goal, outputs: &[i128], label: Option<&Label>) -> Self {
        let target = match label {
            Some(Label::Number(target)) => *target,
            _ => 0,
        };
        let output = outputs.first().copied().unwrap_or_default();
        let error = output - i128::from(target);
        let (Goal::AbsoluteError { cap: most } | Goal::Within { tolerance: most }) = goal;
        let left = i128::from(*most) - error.abs();
        let counts = left >= 0;
        let magnitude = match goal {
            Goal::AbsoluteError { .. } => 2 * left.abs(),
            Goal::Within { .. } => left.abs() - i128::from(!counts),
        };
        Self {
            minus: cut(error.abs() - error),
            plus: cut(error.abs() + error),
            counts,
            magnitude: cut(magnitude),
        }
    }
}

/// Layer by layer, unit by unit, sample by sample.
fn hidden_sums(architecture: &Architecture, traces: &[Trace]) -> Vec<Vec<Vec<i64>>> {
    let hidden = architecture.layers().filter(|layer| layer.activation.is_some());
    let layer = |(number, layer): (usize, Layer)| -> Vec<Vec<i64>> {
        let unit = |unit: usize| traces.iter().map(|trace| trace.sums[number][unit]).collect();
        (0..layer.units).map(unit).collect()
    };
    hidden.enumerate().map(layer).collect()
}

/// Bits of the labels of all samples, padding included, as `Block::label_elements` packs them.
fn labels(architecture: &Architecture, block: &Block) -> Vec<Vec<bool>> {
    let bits = architecture.label_bits();
    let real = block.samples().iter().map(Some).chain(std::iter::repeat(None));
    let label = |sample: Option<&Sample>| -> Vec<bool> {
        let known = sample.map(|sample| label_bits(&sample.label)).unwrap_or_default();
        known.into_iter().chain(std::iter::repeat(false)).take(bits).collect()
    };
    real.take(architecture.samples.into()).map(label).collect()
}

/// The bits of a label, those behind the last that is set left out.
fn label_bits(label: &Label) -> Vec<bool> {
    match label {
        Label::Class(class) => (0..=*class).map(|other| other == *class).collect(),
        Label::Labels(labels) => std::iter::once(true).chain(labels.iter().copied()).collect(),
        Label::Number(target) => {
            let target = (0..TARGET_BITS).map(|bit| *target >> bit & 1 == 1);
            std::iter::once(true).chain(target).collect()
        }
    }
}

/// Which samples are claimed: the right ones first, then others, until the score is reached.
fn claims(head: &Head, block: &Block, traces: &[Trace], score: u32) -> Vec<bool> {
    let real = block.samples().iter().zip(traces);
    let is_right = real.map(|(sample, trace)| {
        gains(head, &trace.outputs, &sample.label).into_iter().any(|gain| gain > 0)
    });
    let is_right = is_right.chain(std::iter::repeat(false));
    let is_right: Vec<bool> = is_right.take(traces.len()).collect();
    choose(&is_right, usize::try_from(score).unwrap_or(usize::MAX))
}

fn choose(right: &[bool], mut left: usize) -> Vec<bool> {
    let mut claims = vec![false; right.len()];
    for wanted in [true, false] {
        let matching = claims.iter_mut().zip(right).filter(|(_, right)| **right == wanted);
        for (claim, _) in matching.take(left) {
            *claim = true;
            left -= 1;
        }
    }
    claims
}

/// The class of a sample; none of padding.
fn own_class(label: Option<&Label>) -> Option<usize> {
    match label {
        Some(Label::Class(class)) => Some(usize::from(*class)),
        _ => None,
    }
}

/// A signed value of some bits as an unsigned one. Out of range it stays out of range.
fn raised(value: i64, bits: u32) -> (i64, u32) {
    (value + (1 << (bits - 1)), bits)
}

fn cut(value: i128) -> i64 {
    i64::try_from(value.clamp(-LIMIT, LIMIT)).unwrap_or_default()
}
