//! Which numbers of a chunk are kept.

use crate::TensorShape;

/// Numbers of a chunk; the last of a tensor may have fewer.
pub(super) const CHUNK: usize = 4_096;
/// Numbers of the smallest tensor of which some are left out.
const SMALLEST: usize = 512;

/// Whether numbers of a tensor may be left out: biases and factors of norms are few and all matter.
pub(super) fn is_large(tensor: &TensorShape) -> bool {
    let count = tensor.parameters().unwrap_or_default();
    tensor.extents.len() >= 2 && count >= SMALLEST
}

/// How many numbers of a chunk are kept: one in so many, rounded, and at least one.
pub(super) fn kept(length: usize, one_in: u16) -> usize {
    let one_in = usize::from(one_in).max(1);
    ((2 * length + one_in) / (2 * one_in)).max(1)
}

/// The places of the largest magnitudes, ascending. Of equals the first are taken.
pub(super) fn largest(values: &[f32], count: usize) -> Vec<u32> {
    let places = (0u32..).zip(values);
    let mut keys: Vec<u64> = places.map(|(place, value)| key(place, *value)).collect();
    if count < keys.len() {
        keys.select_nth_unstable(count);
        keys.truncate(count);
    }
    let places = keys.into_iter().map(|key| (key & u64::from(u32::MAX)) as u32);
    let mut places: Vec<u32> = places.collect();
    places.sort_unstable();
    places
}

/// Sorts by falling magnitude, then by place: the bits of a number without sign rise with it.
fn key(place: u32, value: f32) -> u64 {
    (u64::from(!value.abs().to_bits()) << 32) | u64::from(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};

    #[test]
    fn one_in_so_many_is_rounded_and_at_least_one() {
        assert_eq!(kept(4_096, 64), 64);
        assert_eq!(kept(95, 64), 1);
        assert_eq!(kept(96, 64), 2);
        assert_eq!(kept(1, 64), 1);
        assert_eq!(kept(7, 1), 7);
    }

    #[test]
    fn of_equal_magnitudes_the_first_are_kept() {
        assert_eq!(largest(&[1.0, -2.0, 0.0, 2.0, 1.0, -1.0], 3), [0, 1, 3]);
        assert_eq!(largest(&[0.0, -0.0, 0.0], 2), [0, 1]);
        assert_eq!(largest(&[3.0], 1), [0]);
    }

    #[test]
    fn only_matrices_of_enough_numbers_are_large() {
        let large = |extents: &[usize]| {
            is_large(&TensorShape { name: String::new(), extents: extents.to_vec() })
        };
        assert!(large(&[512, 1]) && large(&[8, 8, 8]));
        assert!(!large(&[4_096]) && !large(&[7, 73]) && !large(&[]));
    }

    proptest! {
        #[test]
        fn what_is_left_out_is_no_larger(values in vec(-9.0f32..9.0, 1..60), count in 1usize..60) {
            let count = count.min(values.len());
            let places = largest(&values, count);
            prop_assert_eq!(places.len(), count);
            prop_assert!(places.is_sorted());
            let is_kept = |place: usize| places.contains(&(place as u32));
            let all = 0..values.len();
            let (kept, left): (Vec<_>, Vec<_>) = all.partition(|place| is_kept(*place));
            let least = kept.iter().map(|place| values[*place].abs()).fold(f32::MAX, f32::min);
            prop_assert!(left.iter().all(|place| values[*place].abs() <= least));
        }
    }
}
