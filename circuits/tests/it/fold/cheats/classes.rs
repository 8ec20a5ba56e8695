//! The heads of classes say that a wrong answer is right, or that a right one is wrong.

use super::{
    case::{worth, Case, Forgery},
    transcript::{class, heights},
};
use crate::{
    fold::{
        forgeries::{write, Choices},
        sample,
    },
    support::rng,
};
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use nocknock_circuits::{fold::Circuit, reference::outputs};
use nocknock_primitives::model::{
    architecture::Head,
    samples::{Block, Label, Sample},
    weights::Weights,
};

/// A sample of the known block, or its padding, under a head of classes.
struct Judged<'a, 'b> {
    case: &'a Case<'b>,
    /// Its number.
    number: usize,
    /// Its class; none of padding.
    own: Option<usize>,
    outputs: Vec<i128>,
    /// Whether the model is right about it.
    is_right: bool,
    /// Bits of a distance.
    width: usize,
}

impl<'a, 'b> Judged<'a, 'b> {
    fn new(case: &'a Case<'b>, number: usize) -> Option<Self> {
        let Head::Classes { distance_bits, .. } = case.architecture().head else { return None };
        let (weights, block) = (&case.honest.weights, &case.honest.block);
        let sample = block.samples().get(number);
        let padding = vec![0; case.architecture().inputs.into()];
        let inputs = sample.map_or(&padding, |sample| &sample.inputs);
        let outputs = outputs(case.architecture(), weights, inputs);
        let own = class(block, number);
        let is_right = sample.is_some_and(|sample| worth(case.architecture(), weights, sample) > 0);
        Some(Self { case, number, own, outputs, is_right, width: distance_bits.into() })
    }

    /// All samples about which the model is right, or all about which it is wrong.
    fn all(case: &'a Case<'b>, right: bool) -> Vec<Self> {
        let samples = 0..case.honest.block.len();
        let samples = samples.filter_map(|number| Self::new(case, number));
        samples.filter(|sample| sample.is_right == right).collect()
    }

    /// The class of a sample that is no padding.
    fn own(&self) -> usize {
        self.own.unwrap()
    }

    fn own_output(&self) -> i128 {
        self.outputs[self.own()]
    }

    /// The number that an honest prover compares all outputs with: of a right sample its own
    /// output, else the largest height.
    fn honest_top(&self) -> i128 {
        if self.is_right {
            self.own_output()
        } else {
            heights(&self.outputs, self.own).into_iter().max().unwrap()
        }
    }

    /// The class that an honest prover selects.
    fn honest_class(&self) -> usize {
        let others = self.selectors();
        let set = others.iter().position(|wire| self.case.honest_wires[*wire] == Fr::ONE);
        set.unwrap_or(others.len())
    }

    /// Distances `g` of the classes below a top, if one class, or none, has a mark that says that
    /// it is the right one.
    fn gaps(&self, top: i128, marked: Option<usize>) -> Vec<i128> {
        heights(&self.outputs, marked).into_iter().map(|height| top - height).collect()
    }

    /// This top and these distances `g`.
    fn ranked(&self, top: i128, gaps: &[i128]) -> Choices {
        let mut choices = self.case.claims();
        for (class, gap) in gaps.iter().enumerate() {
            let number = self.number * self.outputs.len() + class;
            let bits = self.case.number("distance bits", self.width, number);
            write(&mut choices, &bits, *gap as i64);
        }
        let layer = self.case.architecture().layers().next_back().unwrap();
        let wire = self.case.wires("tops")[self.number / layer.pack];
        let place = (self.number % layer.pack) as u64 * u64::from(layer.wide_bits);
        let rise = Fr::from(top - self.honest_top()) * Fr::from(2u8).pow([place]);
        choices.insert(wire, self.case.honest_wires[wire] + rise);
        choices
    }

    /// Wires of the selectors, of all classes but the last.
    fn selectors(&self) -> Vec<usize> {
        self.case.number("selector bits", self.outputs.len() - 1, self.number)
    }

    /// This class is selected.
    fn selected(&self, class: usize) -> Choices {
        let wires = self.selectors().into_iter().enumerate();
        wires.map(|(place, wire)| (wire, Fr::from(place == class))).collect()
    }

    /// The product of the selector and the mark of a class is a number, whatever they are.
    fn product(&self, class: usize, number: u8) -> Choices {
        let wires = self.case.number("right answers", self.outputs.len(), self.number);
        Choices::from([(wires[class], Fr::from(number))])
    }

    /// What says that a sample is right: a claim, or the selection of its own class.
    fn said_to_be_right(&self) -> Choices {
        match self.case.wires("claim bits").get(self.number) {
            Some(claim) => Choices::from([(*claim, Fr::ONE)]),
            None => self.selected(self.own()),
        }
    }

    /// A claim with the distances below the sample's own output. Those of classes above it are
    /// negative.
    fn distances(&self) -> Vec<i128> {
        self.gaps(self.own_output(), self.own)
    }

    /// The classes whose output is not below the sample's own.
    fn above(&self) -> Vec<usize> {
        let distances = self.distances().into_iter().enumerate();
        distances.filter(|(_, distance)| *distance < 0).map(|(class, _)| class).collect()
    }

    /// Marks that are no bits but have sum and packed number of the true ones, `1` and `2^own`:
    /// what is added, `2, −3, 1` times a number, has neither. The top is the mean of the outputs
    /// with these weights.
    fn with_weights(&self) -> Option<Choices> {
        let (marks, top, distances) = (-30..=30).find_map(|times| {
            let added = [2i128, -3, 1].map(|mark| mark * times);
            let mut marks: Vec<i128> =
                (0..self.outputs.len()).map(|class| i128::from(class == self.own())).collect();
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
        choices.extend(self.said_to_be_right());
        choices.extend(self.marked(&marks));
        Some(choices)
    }

    /// The marks of the label.
    fn marked(&self, marks: &[i128]) -> Choices {
        let wires = self.case.number("label bits", marks.len(), self.number);
        wires.into_iter().zip(marks.iter().map(|mark| Fr::from(*mark))).collect()
    }

    /// All classes above are exceptions, of which so many are said to be left.
    fn excused(&self, left: i64) -> Choices {
        let mut distances = self.distances();
        let above = self.above();
        above.iter().for_each(|class| distances[*class] += 1 << self.width);
        let mut choices = self.ranked(self.own_output(), &distances);
        choices.extend(self.said_to_be_right());
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
        let mut choices = self.ranked(self.own_output(), &distances);
        choices.extend(self.said_to_be_right());
        choices.extend(parts);
        write(&mut choices, &self.case.number("unused exception bits", 1, self.number), 0);
        fits.then_some(choices)
    }
}

/// Whether the best class alone counts.
fn is_exact(circuit: &Circuit) -> bool {
    matches!(circuit.shape().head, Head::Classes { best: 1, .. })
}

/// A forgery by one wrong sample that is said to be right.
fn raise(
    circuit: &Circuit,
    choose: impl Fn(&Judged<'_, '_>) -> Option<Choices>,
) -> Option<Forgery> {
    let Head::Classes { .. } = circuit.shape().head else { return None };
    Some(Case::find(circuit, |case| {
        let choices = Judged::all(&case, false).iter().find_map(&choose)?;
        Some(case.forgery(case.truth + 1, choices))
    }))
}

/// A forgery by one right sample that is said to be wrong.
fn lower(circuit: &Circuit, choose: impl Fn(&Judged<'_, '_>) -> Choices) -> Option<Forgery> {
    is_exact(circuit).then(|| {
        Case::find(circuit, |case| {
            let choices = Judged::all(&case, true).first().map(&choose)?;
            Some(case.forgery(case.truth - 1, choices))
        })
    })
}

/// A case of a model of three classes that gives these outputs, a larger one for the first class
/// where the first input is not zero. Samples are first inputs and classes.
fn made<'a>(circuit: &'a Circuit, outputs: [i32; 3], samples: &[(u16, u8)]) -> Option<Case<'a>> {
    let Head::Classes { best: 1, classes: 3, .. } = circuit.shape().head else { return None };
    let architecture = circuit.shape();
    let mut honest = sample::private(architecture, 0, &mut rng(1));
    honest.weights = Weights::zero(architecture);
    honest.weights.layers.iter_mut().for_each(|layer| layer.weights[0] = 3);
    honest.weights.layers.last_mut().unwrap().biases.copy_from_slice(&outputs);
    let samples = samples.iter().map(|(first, class)| {
        let mut inputs = vec![0; architecture.inputs.into()];
        inputs[0] = *first;
        Sample { inputs, label: Label::Class(*class) }
    });
    honest.block = Block::new(architecture, samples.collect()).unwrap();
    let block = honest.block.clone();
    Some(Case::new(circuit, honest, block))
}

pub(super) fn a_class_is_above_the_right_one_by_a_negative_distance(
    circuit: &Circuit,
) -> Option<Forgery> {
    raise(circuit, |sample| {
        let mut choices = sample.ranked(sample.own_output(), &sample.distances());
        choices.extend(sample.said_to_be_right());
        Some(choices)
    })
}

/// The best of the others is selected. It is below the own class, whose distance is negative.
pub(super) fn the_right_class_is_above_the_selected_one_by_a_negative_distance(
    circuit: &Circuit,
) -> Option<Forgery> {
    lower(circuit, |sample| {
        let others = (0..sample.outputs.len()).filter(|class| *class != sample.own());
        let rival = others.max_by_key(|class| sample.outputs[*class]).unwrap();
        let top = sample.outputs[rival] + 1;
        let mut choices = sample.ranked(top, &sample.gaps(top, None));
        choices.extend(sample.selected(rival));
        choices
    })
}

/// The first class is ahead by 2. Selected twice, with the second one less than never, it counts
/// twice: no output is above the top, which is 1 lower.
pub(super) fn a_right_answer_counts_as_often_as_it_is_ahead(circuit: &Circuit) -> Option<Forgery> {
    let case = made(circuit, [2, 0, -1], &[(0, 0), (0, 1)])?;
    assert_eq!(case.truth, 1);
    let sample = Judged::new(&case, 0)?;
    let mut choices = sample.ranked(1, &[0, 0, 1]);
    choices.extend(sample.selectors().into_iter().zip([2i64, -1].map(Fr::from)));
    Some(case.forgery(2, choices))
}

/// The own class stands 1 below the first one. Selected less than never, with the first one twice,
/// it counts −1.
pub(super) fn a_wrong_answer_counts_less_than_nothing(circuit: &Circuit) -> Option<Forgery> {
    let case = made(circuit, [1, 0, -1], &[(0, 0), (0, 1)])?;
    assert_eq!(case.truth, 1);
    let sample = Judged::new(&case, 1)?;
    let mut choices = sample.ranked(2, &[0, 0, 2]);
    choices.extend(sample.selectors().into_iter().zip([2i64, -1].map(Fr::from)));
    Some(case.forgery(0, choices))
}

/// The own class, which is the last, stands 1 below both others, and counts −1.
pub(super) fn two_classes_are_selected_and_the_last_one_less_than_never(
    circuit: &Circuit,
) -> Option<Forgery> {
    let case = made(circuit, [1, 1, 0], &[(3, 0), (0, 2)])?;
    assert_eq!(case.truth, 1);
    let sample = Judged::new(&case, 1)?;
    let mut choices = sample.ranked(2, &[0; 3]);
    choices.extend(sample.selectors().into_iter().map(|selector| (selector, Fr::ONE)));
    Some(case.forgery(0, choices))
}

pub(super) fn the_own_class_is_selected_though_it_is_below_another(
    circuit: &Circuit,
) -> Option<Forgery> {
    if !is_exact(circuit) {
        return None;
    }
    raise(circuit, |sample| {
        let top = sample.honest_top();
        let mut choices = sample.ranked(top, &sample.gaps(top, sample.own));
        choices.extend(sample.selected(sample.own()));
        Some(choices)
    })
}

pub(super) fn a_class_is_selected_that_is_below_the_right_one(
    circuit: &Circuit,
) -> Option<Forgery> {
    lower(circuit, |sample| {
        let top = sample.honest_top() + 1;
        let mut choices = sample.ranked(top, &sample.gaps(top, None));
        choices.extend(sample.selected((sample.own() + 1) % sample.outputs.len()));
        choices
    })
}

pub(super) fn a_wrong_answer_counts_as_right(circuit: &Circuit) -> Option<Forgery> {
    if !is_exact(circuit) {
        return None;
    }
    raise(circuit, |sample| {
        let top = sample.honest_top();
        let mut choices = sample.ranked(top, &sample.gaps(top, sample.own));
        choices.extend(sample.product(sample.own(), 1));
        Some(choices)
    })
}

pub(super) fn a_right_answer_does_not_count(circuit: &Circuit) -> Option<Forgery> {
    lower(circuit, |sample| {
        let top = sample.honest_top() + 1;
        let mut choices = sample.ranked(top, &sample.gaps(top, None));
        choices.extend(sample.product(sample.own(), 0));
        choices
    })
}

/// A class that is not selected has the only mark of the last sample.
pub(super) fn padding_counts_as_right(circuit: &Circuit) -> Option<Forgery> {
    is_exact(circuit).then(|| {
        let case = Case::any(circuit);
        let last = usize::from(circuit.shape().samples) - 1;
        let sample = Judged::new(&case, last).unwrap();
        let top = sample.honest_top();
        let counted = (sample.honest_class() + 1) % sample.outputs.len();
        let mut choices = sample.ranked(top, &sample.gaps(top, Some(counted)));
        choices.extend(sample.product(counted, 1));
        case.forgery(case.truth + 1, choices)
    })
}

/// The marks of a sample are weights that sum up to 1 and pack to the number of its true label. Its
/// own output, which is their weighted mean, lies above all others.
pub(super) fn a_label_that_is_no_mark_weighs_the_outputs_until_it_wins(
    circuit: &Circuit,
) -> Option<Forgery> {
    if is_exact(circuit) {
        return None;
    }
    raise(circuit, |sample| sample.with_weights())
}

/// Marks that sum up to 1, and pack to the number of the first class, are 1 for the class that is
/// selected.
pub(super) fn a_label_that_is_no_mark_names_the_largest_output(
    circuit: &Circuit,
) -> Option<Forgery> {
    let case = made(circuit, [0, 0, 5], &[(0, 0)])?;
    assert_eq!(case.truth, 0);
    let sample = Judged::new(&case, 0)?;
    let mut choices = sample.ranked(5, &[4, 4, 0]);
    choices.extend(sample.marked(&[3, -3, 1]));
    Some(case.forgery(1, choices))
}

/// Marks that sum up to 1, and pack to the number of the first class, are −1 for that class, which
/// is selected.
pub(super) fn a_label_that_is_no_mark_makes_a_right_answer_count_less_than_nothing(
    circuit: &Circuit,
) -> Option<Forgery> {
    let case = made(circuit, [5, 0, 0], &[(0, 0), (0, 0)])?;
    assert_eq!(case.truth, 2);
    let sample = Judged::new(&case, 0)?;
    let mut choices = sample.ranked(7, &[0, 6, 6]);
    choices.extend(sample.marked(&[-1, 3, -1]));
    Some(case.forgery(0, choices))
}

pub(super) fn parts_of_one_exception_excuse_two_classes(circuit: &Circuit) -> Option<Forgery> {
    raise(circuit, |sample| sample.partly_excused())
}

/// The exceptions that are left are fewer than none.
pub(super) fn exceptions_are_made_on_credit(circuit: &Circuit) -> Option<Forgery> {
    raise(circuit, |sample| Some(sample.excused(1 - sample.above().len() as i64)))
}

pub(super) fn more_exceptions_are_made_than_allowed(circuit: &Circuit) -> Option<Forgery> {
    raise(circuit, |sample| Some(sample.excused(0)))
}

/// The product of mark and distance is zero for the own class, too.
pub(super) fn a_wrong_answer_has_no_distance_from_the_right_one(
    circuit: &Circuit,
) -> Option<Forgery> {
    raise(circuit, |sample| {
        let mut choices = sample.case.claims();
        choices.extend(sample.said_to_be_right());
        let number = sample.number * sample.outputs.len() + sample.own();
        choices.insert(sample.case.wires("own distances")[number], Fr::ZERO);
        Some(choices)
    })
}

pub(super) fn a_right_answer_is_claimed_more_than_once(circuit: &Circuit) -> Option<Forgery> {
    let case = Case::any(circuit);
    let claims = case.wires("claim bits");
    let made = claims.iter().find(|claim| case.honest_wires[**claim] == Fr::ONE)?;
    let mut choices = case.claims();
    choices.insert(*made, Fr::from(2u8));
    Some(case.forgery(case.truth + 1, choices))
}

pub(super) fn a_wrong_answer_is_claimed(circuit: &Circuit) -> Option<Forgery> {
    raise(circuit, |sample| {
        let mut choices = sample.case.claims();
        choices.extend(sample.said_to_be_right());
        Some(choices)
    })
}
