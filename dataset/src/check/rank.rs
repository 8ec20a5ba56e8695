//! Whether the order of some numbers is that of others.

/// Spearman's rank correlation of pairs of numbers, from −1 to 1. Equal numbers share the mean of
/// their ranks. None if all numbers on one side are equal.
pub(super) fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let one = ranks(pairs.iter().map(|(one, _)| *one));
    let other = ranks(pairs.iter().map(|(_, other)| *other));
    // The mean rank. Ranks are counted twice, so it is the number of pairs and one.
    let mean = pairs.len() as f64 + 1.0;
    let sum = |one: &[f64], other: &[f64]| -> f64 {
        one.iter().zip(other).map(|(a, b)| (a - mean) * (b - mean)).sum()
    };
    let width = sum(&one, &one) * sum(&other, &other);
    (width > 0.0).then(|| sum(&one, &other) / width.sqrt())
}

/// Twice the rank of each number, from 1.
fn ranks(numbers: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<(usize, f64)> = numbers.enumerate().collect();
    sorted.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    let mut ranks = vec![0.0; sorted.len()];
    let mut before = 0usize;
    for equal in sorted.chunk_by(|(_, a), (_, b)| a == b) {
        let next = before + equal.len();
        for (place, _) in equal {
            if let Some(rank) = ranks.get_mut(*place) {
                *rank = (before + 1 + next) as f64;
            }
        }
        before = next;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(f64, f64)]) -> Option<f64> {
        correlation(pairs).map(|found| (found * 1e6).round() / 1e6)
    }

    #[test]
    fn only_the_order_counts() {
        assert_eq!(of(&[(1.0, 2.0), (3.0, 1e9), (2.0, 7.0)]), Some(1.0));
        assert_eq!(of(&[(1.0, -2.0), (3.0, -1e9), (2.0, -7.0)]), Some(-1.0));
        // Ranks 1, 2, 3 and 2, 1, 3.
        assert_eq!(of(&[(1.0, 5.0), (2.0, 4.0), (3.0, 6.0)]), Some(0.5));
    }

    #[test]
    fn equal_numbers_share_their_ranks() {
        // Ranks 1.5, 1.5, 3 and 1, 2, 3.
        assert_eq!(of(&[(0.0, 1.0), (-0.0, 2.0), (5.0, 3.0)]), Some(0.866_025));
        assert_eq!(of(&[(4.0, 1.0), (4.0, 2.0)]), None);
        assert_eq!(of(&[]), None);
    }
}
