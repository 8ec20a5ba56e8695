//! How much each update of a round counts, and their sum.

use super::{Included, Outer, OuterError};
use crate::update::Update;

/// The updates of a round by ascending slot, each with its factor. The factors of updates that are
/// not clipped add up to 1.
#[derive(Debug)]
pub(super) struct Merge<'a> {
    updates: Vec<(f32, &'a Update)>,
}

impl<'a> Merge<'a> {
    /// Weighs by work, up to a multiple of the median; clips to a multiple of the median length.
    pub(super) fn of(outer: &Outer, included: &[Included<'a>]) -> Result<Self, OuterError> {
        let included = by_slot(included)?;
        let weights = weights(outer, &included)?;
        let norms: Vec<f64> = included.iter().map(|one| one.update.norm()).collect();
        let longest = outer.clip * median(&norms);
        let clips = norms.iter().map(|norm| if *norm > longest { longest / norm } else { 1.0 });
        let factors = weights.iter().zip(clips).map(|(weight, clip)| (weight * clip) as f32);
        let updates = factors.zip(included.iter().map(|one| one.update));
        Ok(Self { updates: updates.collect() })
    }

    /// The sum for so many numbers from the position `start` on.
    pub(super) fn part(&self, start: usize, length: usize) -> Vec<f32> {
        let mut sum = vec![0.0; length];
        for (factor, update) in &self.updates {
            update.add_part(*factor, start, &mut sum);
        }
        sum
    }
}

fn by_slot<'a>(included: &[Included<'a>]) -> Result<Vec<Included<'a>>, OuterError> {
    let mut included = included.to_vec();
    included.sort_by_key(|one| one.slot);
    let neighbours = included.iter().zip(included.iter().skip(1));
    let twice = neighbours.map(|(one, next)| (one.slot, next.slot)).find(|(one, next)| one == next);
    match twice {
        Some((slot, _)) => Err(OuterError::TwoOfASlot { slot }),
        None if included.is_empty() => Err(OuterError::Empty),
        None => Ok(included),
    }
}

/// Shares of the work, which add up to 1.
fn weights(outer: &Outer, included: &[Included<'_>]) -> Result<Vec<f64>, OuterError> {
    let work: Vec<f64> = included.iter().map(|one| f64::from(one.work)).collect();
    let most = outer.work_ratio * median(&work);
    let counted: Vec<f64> = work.into_iter().map(|work| work.min(most)).collect();
    let sum: f64 = counted.iter().sum();
    if sum > 0.0 {
        Ok(counted.into_iter().map(|work| work / sum).collect())
    } else {
        Err(OuterError::NoWork)
    }
}

/// The middle number, or the mean of the two in the middle; of none, zero.
fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1);
    let middle = [last / 2, sorted.len() / 2].map(|place| sorted.get(place).copied());
    let [low, high] = middle.map(Option::unwrap_or_default);
    (low + high) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_the_mean_of_the_two_in_the_middle() {
        assert_eq!(median(&[5.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[5.0, 1.0, 2.0, 4.0]), 3.0);
        assert_eq!(median(&[7.0]), 7.0);
        assert_eq!(median(&[]), 0.0);
    }
}
