//! Rows that look like those of the data, for a teacher to label.

use super::random::{stream, Purpose};
use crate::{data::TrainingSet, rng::below};
use rand_chacha::{rand_core::RngCore, ChaCha20Rng};
use std::ops::Range;

/// New rows of inputs, `count x D`: each is one of the samples, in which each column is with the
/// chance `share` that of another.
///
/// A column is a range of inputs that belong together, such as the answers of a question; without
/// any range each input is a column by itself. What is in no range stays. The result has no rows if
/// none of the samples exists.
pub fn mixed_rows(
    data: &TrainingSet,
    samples: &[u32],
    columns: &[Range<usize>],
    count: usize,
    share: f64,
    seed: u64,
) -> Vec<u16> {
    let found = samples.iter().filter_map(|sample| data.sample(*sample as usize));
    let rows: Vec<&[u16]> = found.map(|(inputs, _)| inputs).collect();
    let Ok(bound @ 1..) = u32::try_from(rows.len()) else {
        return Vec::new();
    };
    let width = usize::from(data.architecture.inputs);
    let columns = if columns.is_empty() { each_input(width) } else { columns.to_vec() };
    let mut rng = stream(seed, Purpose::Mixed);
    let mut mixed = Vec::with_capacity(count * width);
    for _ in 0..count {
        let [row, other] = [(); 2].map(|()| rows[below(&mut rng, bound) as usize]);
        let start = mixed.len();
        mixed.extend_from_slice(row);
        for column in columns.iter().filter(|_| happens(&mut rng, share)) {
            take_over(&mut mixed[start..], other, column);
        }
    }
    mixed
}

fn each_input(width: usize) -> Vec<Range<usize>> {
    (0..width).map(|input| input..input + 1).collect()
}

fn happens(rng: &mut ChaCha20Rng, chance: f64) -> bool {
    f64::from(rng.next_u32()) < chance * 2f64.powi(32)
}

fn take_over(row: &mut [u16], other: &[u16], column: &Range<usize>) {
    if let (Some(here), Some(there)) = (row.get_mut(column.clone()), other.get(column.clone())) {
        here.copy_from_slice(there);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        data::Labels,
        testing::{architecture, classes_head},
    };

    const WIDTH: usize = 6;

    /// 40 rows, each with its own number in all inputs.
    fn data() -> TrainingSet {
        TrainingSet {
            architecture: architecture((WIDTH as u16, 8), &[], classes_head(2, 20)),
            inputs: (0..40).flat_map(|row| [row; WIDTH]).collect(),
            labels: Labels::Classes(vec![0; 40]),
        }
    }

    fn all() -> Vec<u32> {
        (0..40).collect()
    }

    #[test]
    fn a_column_is_taken_over_as_a_whole_and_the_rest_stays() {
        let mixed = mixed_rows(&data(), &all(), &[1..3, 3..5], 200, 0.5, 1);
        assert_eq!(mixed.len(), 200 * WIDTH);
        let rows = || mixed.chunks(WIDTH);
        assert!(rows().all(|row| row[1] == row[2] && row[3] == row[4] && row[0] == row[5]));
        // Either column alone, and at most one other row.
        assert!(rows().any(|row| row[0] == row[1] && row[1] != row[3]));
        assert!(rows().any(|row| row[0] != row[1] && row[0] == row[3]));
        assert!(rows().all(|row| row[0] == row[1] || row[0] == row[3] || row[1] == row[3]));
    }

    #[test]
    fn without_ranges_each_input_is_a_column() {
        let mixed = mixed_rows(&data(), &all(), &[], 200, 0.5, 1);
        for input in 1..WIDTH {
            assert!(mixed.chunks(WIDTH).any(|row| row[input] != row[input - 1]));
        }
    }

    #[test]
    fn the_share_is_the_chance_of_a_column() {
        let data = data();
        let taken = |share: f64| -> usize {
            let mixed = mixed_rows(&data, &all(), &[0..1, 1..2, 2..3], 2_000, share, 1);
            let taken = |row: &[u16]| row[..3].iter().filter(|value| **value != row[5]).count();
            mixed.chunks(WIDTH).map(taken).sum()
        };
        assert_eq!(taken(0.0), 0);
        // One row in 40 is mixed with itself.
        assert!((1_600..1_910).contains(&taken(0.3)), "{}", taken(0.3));
        assert!((5_700..6_000).contains(&taken(1.0)), "{}", taken(1.0));
    }

    #[test]
    fn only_the_samples_are_mixed_and_only_those_that_exist() {
        let mixed = mixed_rows(&data(), &[7, 9, 40], &[], 50, 0.5, 1);
        assert_eq!(mixed.len(), 50 * WIDTH);
        assert!([7, 9].iter().all(|value| mixed.contains(value)));
        assert!(mixed.iter().all(|value| [7, 9].contains(value)));
        assert!(mixed_rows(&data(), &[40], &[], 50, 0.5, 1).is_empty());
    }

    #[test]
    fn the_seed_decides_and_ranges_outside_are_passed_over() {
        let mixed =
            |columns: &[Range<usize>], seed| mixed_rows(&data(), &all(), columns, 50, 0.5, seed);
        assert_eq!(mixed(&[], 1), mixed(&[], 1));
        assert_ne!(mixed(&[], 1), mixed(&[], 2));
        let outside = mixed(&[4..7, 5..9], 1);
        assert!(outside.chunks(WIDTH).all(|row| row.iter().all(|value| *value == row[0])));
    }
}
