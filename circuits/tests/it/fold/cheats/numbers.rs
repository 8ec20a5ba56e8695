//! The head that is a number misstates an error, or what it leaves of the cap or the tolerance.

use super::{
    case::{Case, Forgery},
    transcript::with_worthless_sample,
};
use crate::fold::forgeries::{write, Choices};
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use nocknock_circuits::{fold::Circuit, reference::outputs};
use nocknock_primitives::model::{
    architecture::{Goal, Head},
    samples::Label,
};

/// A sample of the known block.
struct Guess<'a, 'b> {
    case: &'a Case<'b>,
    /// Its number.
    number: usize,
    goal: Goal,
    /// The distance of the output from the target.
    error: i64,
    /// What it leaves of the cap or the tolerance; negative if it is beyond.
    left: i64,
    /// Bits of a distance.
    width: usize,
}

impl<'a, 'b> Guess<'a, 'b> {
    /// All samples of a case, if its head is a number.
    fn all(case: &'a Case<'b>) -> Vec<Self> {
        let Head::Number { distance_bits, goal, .. } = case.architecture().head else {
            return Vec::new();
        };
        let (Goal::AbsoluteError { cap: most } | Goal::Within { tolerance: most }) = goal;
        let samples = case.honest.block.samples().iter().enumerate();
        let guesses = samples.map(|(number, sample)| {
            let output = outputs(case.architecture(), &case.honest.weights, &sample.inputs)[0];
            let Label::Number(target) = sample.label else { panic!("the head is a number") };
            let error = (output - i128::from(target)).abs() as i64;
            let (left, width) = (i64::from(most) - error, distance_bits.into());
            Self { case, number, goal, error, left, width }
        });
        guesses.collect()
    }

    fn has_cap(&self) -> bool {
        matches!(self.goal, Goal::AbsoluteError { .. })
    }

    /// What the sample is worth.
    fn worth(&self) -> i64 {
        if self.has_cap() {
            self.left.max(0)
        } else {
            i64::from(self.left >= 0)
        }
    }

    /// Bits of the two distances.
    fn distances(&self) -> [Vec<usize>; 2] {
        [0, 1].map(|side| self.case.number("distance bits", self.width, 2 * self.number + side))
    }

    /// The distances as an honest prover has them: one is zero, the other twice the error.
    fn honest_distances(&self) -> [i64; 2] {
        let is_set = |wire: &usize| self.case.honest_wires[*wire] == Fr::from(1u8);
        self.distances().map(|bits| {
            bits.iter().rev().fold(0, |number, bit| 2 * number + i64::from(is_set(bit)))
        })
    }

    /// These distances.
    fn stated(&self, distances: [i64; 2]) -> Choices {
        let mut choices = Choices::new();
        for (bits, distance) in self.distances().iter().zip(distances) {
            write(&mut choices, bits, distance);
        }
        choices
    }

    /// This sign, 1 if something is left or nothing is missing, and this magnitude of the rest.
    fn rest(&self, sign: Fr, magnitude: i64) -> Choices {
        let mut choices = Choices::from([(self.case.wires("sign bits")[self.number], sign)]);
        let bits = self.case.number("magnitude bits", self.width, self.number);
        write(&mut choices, &bits, magnitude);
        choices
    }

    /// Sign and magnitude of an error that leaves so much.
    fn rest_of(&self, left: i64) -> Choices {
        let sign = Fr::from(left >= 0);
        let magnitude =
            if self.has_cap() { 2 * left.abs() } else { left.abs() - i64::from(left < 0) };
        self.rest(sign, magnitude)
    }
}

/// A forgery by one sample: what is chosen, and by how much the sample then counts more. No more is
/// stated than a model that is always right has.
fn forge(
    circuit: &Circuit,
    choose: impl Fn(&Guess<'_, '_>) -> Option<(Choices, i64)>,
) -> Option<Forgery> {
    let Head::Number { .. } = circuit.shape().head else { return None };
    Some(Case::find(circuit, |case| forge_in(&case, &choose)))
}

/// The same in one case.
fn forge_in(
    case: &Case<'_>,
    choose: impl Fn(&Guess<'_, '_>) -> Option<(Choices, i64)>,
) -> Option<Forgery> {
    let full = case.architecture().max_score(case.honest.block.len() as u32);
    let stated = |gain: i64| (i64::from(case.truth) + gain) as u64;
    let guesses = Guess::all(case);
    let mut forged = guesses.iter().filter_map(choose);
    let (choices, gain) = forged.find(|(_, gain)| stated(*gain) <= full)?;
    Some(case.forgery(stated(gain) as u32, choices))
}

/// The distance that is not zero is negative and changes sides, so the difference of both is the
/// same.
pub(super) fn an_error_is_less_than_the_distance_from_the_target(
    circuit: &Circuit,
) -> Option<Forgery> {
    forge(circuit, |guess| {
        let [minus, plus] = guess.honest_distances();
        let left = guess.left + 2 * guess.error;
        let worth = if guess.has_cap() { left } else { 1 };
        let mut choices = guess.stated([-plus, -minus]);
        choices.extend(guess.rest_of(left));
        let gain = worth - guess.worth();
        (left >= 0 && gain > 0).then_some((choices, gain))
    })
}

/// Both distances are larger by the same number.
pub(super) fn an_error_is_more_than_the_distance_from_the_target(
    circuit: &Circuit,
) -> Option<Forgery> {
    forge(circuit, |guess| {
        let more = if guess.has_cap() { 1 } else { guess.left + 1 };
        let mut choices = guess.stated(guess.honest_distances().map(|distance| distance + more));
        choices.extend(guess.rest_of(guess.left - more));
        (guess.worth() > 0).then_some((choices, -1))
    })
}

/// The sign is 2, which stands for three times the rest.
pub(super) fn a_small_error_counts_more_than_once(circuit: &Circuit) -> Option<Forgery> {
    forge(circuit, |guess| {
        let magnitude = if guess.has_cap() { 6 * guess.left } else { 3 * guess.left + 1 };
        (guess.worth() > 0).then(|| (guess.rest(Fr::from(2u8), magnitude), guess.worth()))
    })
}

/// The sign is no bit, so that a sample beyond the cap or the tolerance counts −1.
pub(super) fn a_large_error_counts_less_than_nothing(circuit: &Circuit) -> Option<Forgery> {
    let Head::Number { .. } = circuit.shape().head else { return None };
    Some(Case::find(circuit, |case| {
        forge_in(&with_worthless_sample(case), |guess| {
            let left = guess.left;
            let (sign, magnitude) = if guess.has_cap() {
                (-Fr::from(left).inverse()?, -2 * left - 4)
            } else {
                (-Fr::ONE, -3 * left - 2)
            };
            let fits = left < 0 && (0..1 << guess.width).contains(&magnitude);
            fits.then(|| (guess.rest(sign, magnitude), -1))
        })
    }))
}

pub(super) fn an_error_beyond_the_tolerance_leaves_a_negative_rest(
    circuit: &Circuit,
) -> Option<Forgery> {
    let Head::Number { goal: Goal::Within { .. }, .. } = circuit.shape().head else { return None };
    forge(circuit, |guess| (guess.left < 0).then(|| (guess.rest(Fr::ONE, guess.left), 1)))
}

/// What is left is said to be missing, by a negative number.
pub(super) fn a_small_error_leaves_a_negative_rest(circuit: &Circuit) -> Option<Forgery> {
    forge(circuit, |guess| {
        let magnitude = if guess.has_cap() { -2 * guess.left } else { -guess.left - 1 };
        (guess.worth() > 0).then(|| (guess.rest(Fr::ZERO, magnitude), -guess.worth()))
    })
}

pub(super) fn an_error_leaves_more_than_there_is(circuit: &Circuit) -> Option<Forgery> {
    forge(circuit, |guess| {
        if guess.has_cap() {
            return (guess.left > 0).then(|| (guess.rest(Fr::ONE, 2 * guess.left + 4), 1));
        }
        (guess.left < 0).then(|| (guess.rest(Fr::ONE, -guess.left - 1), 1))
    })
}

pub(super) fn an_error_leaves_less_than_there_is(circuit: &Circuit) -> Option<Forgery> {
    forge(circuit, |guess| {
        if guess.has_cap() {
            return (guess.left > 1).then(|| (guess.rest(Fr::ONE, 2 * guess.left - 4), -1));
        }
        (guess.left >= 0).then(|| (guess.rest(Fr::ZERO, guess.left), -1))
    })
}
