//! The head of classes says that a wrong answer is right.

use super::{
    case::{worth, Case, Forgery},
    transcript::{class, heights},
};
use crate::fold::forgeries::{write, Choices};
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use nocknock_circuits::{fold::Circuit, reference::outputs};
use nocknock_primitives::model::architecture::Head;

/// A sample of the known block about which the model is wrong, under a head of classes.
pub(super) struct Wrong<'a, 'b> {
    case: &'a Case<'b>,
    /// Its number.
    number: usize,
    /// Its class.
    own: usize,
    outputs: Vec<i128>,
    /// Bits of a distance.
    width: usize,
}

impl<'a, 'b> Wrong<'a, 'b> {
    /// All such samples of a case.
    pub(super) fn all(case: &'a Case<'b>) -> Vec<Self> {
        let samples = 0..case.honest.block.len();
        samples.filter_map(|number| Self::new(case, number)).collect()
    }

    fn new(case: &'a Case<'b>, number: usize) -> Option<Self> {
        let Head::Classes { distance_bits, .. } = case.architecture().head else { return None };
        let (weights, block) = (&case.honest.weights, &case.honest.block);
        let sample = block.samples().get(number)?;
        let outputs = outputs(case.architecture(), weights, &sample.inputs);
        let own = class(block, number)?;
        let wrong = worth(case.architecture(), weights, sample) == 0;
        let width = distance_bits.into();
        wrong.then_some(Self { case, number, own, outputs, width })
    }

    /// The true claims, and one for this sample.
    fn claims(&self) -> Choices {
        let mut choices = self.case.claims();
        choices.insert(self.case.wires("claim bits")[self.number], Fr::ONE);
        choices
    }

    /// Distances `g` of the classes below a top. A claim is about the sample if the top is its own
    /// output, and its distance zero.
    fn ranked(&self, top: i128, distances: &[i128]) -> Choices {
        let mut choices = self.claims();
        for (class, distance) in distances.iter().enumerate() {
            let number = self.number * self.outputs.len() + class;
            let bits = self.case.number("distance bits", self.width, number);
            write(&mut choices, &bits, *distance as i64);
        }
        let layer = self.case.architecture().layers().next_back().unwrap();
        let wire = self.case.wires("tops")[self.number / layer.pack];
        let place = (self.number % layer.pack) as u64 * u64::from(layer.wide_bits);
        // Of a wrong sample an honest prover takes the largest height.
        let honest = heights(&self.outputs, Some(self.own)).into_iter().max().unwrap();
        let rise = Fr::from(top - honest) * Fr::from(2u8).pow([place]);
        choices.insert(wire, self.case.honest_wires[wire] + rise);
        choices
    }

    /// The distances below the sample's own output. Those of classes above it are negative.
    fn distances(&self) -> Vec<i128> {
        let own = self.outputs[self.own];
        let heights = heights(&self.outputs, Some(self.own)).into_iter();
        heights.map(|height| own - height).collect()
    }

    /// The classes whose output is not below the sample's own.
    fn above(&self) -> Vec<usize> {
        let distances = self.distances().into_iter().enumerate();
        distances.filter(|(_, distance)| *distance < 0).map(|(class, _)| class).collect()
    }

    /// Marks that are no bits but have sum and packed number of the true ones, `1` and `2^own`:
    /// what is added, `2, −3, 1` times a number, has neither. The top is the mean of the outputs
    /// with these weights.
    pub(super) fn with_weights(&self) -> Option<Choices> {
        let (marks, top, distances) = (-30..=30).find_map(|times| {
            let added = [2i128, -3, 1].map(|mark| mark * times);
            let mut marks: Vec<i128> =
                (0..self.outputs.len()).map(|class| i128::from(class == self.own)).collect();
            marks.iter_mut().zip(added).for_each(|(mark, added)| *mark += added);
            let products = marks.iter().zip(&self.outputs).map(|(mark, output)| mark * output);
            let top: i128 = products.sum();
            let terms = self.outputs.iter().zip(&marks);
            let distances: Vec<i128> =
                terms.map(|(output, mark)| top - output - 1 + mark).collect();
            let range = 0..1i128 << self.width;
            let fits = distances.iter().all(|distance| range.contains(distance));
            (times != 0 && fits).then_some((marks, top, distances))
        })?;
        let mut choices = self.ranked(top, &distances);
        let wires = self.case.wires("label bits");
        let wires = wires.chunks(marks.len()).nth(self.number)?;
        choices.extend(wires.iter().copied().zip(marks.into_iter().map(Fr::from)));
        Some(choices)
    }

    /// All classes above are exceptions, of which so many are said to be left.
    fn excused(&self, left: i64) -> Choices {
        let mut distances = self.distances();
        let above = self.above();
        above.iter().for_each(|class| distances[*class] += 1 << self.width);
        let mut choices = self.ranked(self.outputs[self.own], &distances);
        let marks = self.case.number("exception bits", distances.len(), self.number);
        choices.extend(above.iter().map(|class| (marks[*class], Fr::ONE)));
        write(&mut choices, &self.case.number("unused exception bits", 1, self.number), left);
        choices
    }

    /// Parts of one exception for all classes above, each as large as it has to be.
    fn partly_excused(&self) -> Option<Choices> {
        let whole = 1i128 << self.width;
        let (mut distances, above) = (self.distances(), self.above());
        let missing: i128 = above.iter().map(|class| distances[*class]).sum();
        let mut parts = Choices::new();
        let marks = self.case.number("exception bits", distances.len(), self.number);
        for (place, class) in above.iter().enumerate() {
            // The parts have to be one exception together, so one class is further below.
            let distance = if place == 0 { whole + missing } else { 0 };
            let part = Fr::from(distance - distances[*class]) / Fr::from(whole);
            parts.insert(marks[*class], part);
            distances[*class] = distance;
        }
        let fits = distances.iter().all(|distance| (0..whole).contains(distance));
        let mut choices = self.ranked(self.outputs[self.own], &distances);
        choices.extend(parts);
        write(&mut choices, &self.case.number("unused exception bits", 1, self.number), 0);
        fits.then_some(choices)
    }
}

/// A forgery by one wrong sample that is claimed.
fn forge(circuit: &Circuit, choose: impl Fn(&Wrong<'_, '_>) -> Option<Choices>) -> Option<Forgery> {
    let Head::Classes { .. } = circuit.shape().head else { return None };
    Some(Case::find(circuit, |case| {
        let choices = Wrong::all(&case).iter().find_map(&choose)?;
        Some(case.forgery(case.truth + 1, choices))
    }))
}

pub(super) fn a_class_is_above_the_right_one_by_a_negative_distance(
    circuit: &Circuit,
) -> Option<Forgery> {
    forge(circuit, |sample| Some(sample.ranked(sample.outputs[sample.own], &sample.distances())))
}

pub(super) fn parts_of_one_exception_excuse_two_classes(circuit: &Circuit) -> Option<Forgery> {
    forge(circuit, |sample| sample.partly_excused())
}

/// The exceptions that are left are fewer than none.
pub(super) fn exceptions_are_made_on_credit(circuit: &Circuit) -> Option<Forgery> {
    forge(circuit, |sample| Some(sample.excused(1 - sample.above().len() as i64)))
}

pub(super) fn more_exceptions_are_made_than_allowed(circuit: &Circuit) -> Option<Forgery> {
    forge(circuit, |sample| Some(sample.excused(0)))
}

/// The product of mark and distance is zero for the own class, too.
pub(super) fn a_wrong_answer_has_no_distance_from_the_right_one(
    circuit: &Circuit,
) -> Option<Forgery> {
    forge(circuit, |sample| {
        let mut choices = sample.claims();
        let number = sample.number * sample.outputs.len() + sample.own;
        choices.insert(sample.case.wires("own distances")[number], Fr::ZERO);
        Some(choices)
    })
}
