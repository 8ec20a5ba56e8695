//! How far a share of some rows may be from the share of all rows that there could be.

/// As many standard deviations as hold 95 % of all cases.
const DEVIATIONS: f64 = 1.959_964;

/// The interval that holds the share of all rows that there could be in 95 % of all cases, if so
/// many of these rows are right: that of Wilson, which is good for few rows and for shares near
/// 0 and 1, too.
pub fn wilson(right: u64, rows: u64) -> (f64, f64) {
    if rows == 0 {
        return (0.0, 1.0);
    }
    let count = rows as f64;
    let share = right.min(rows) as f64 / count;
    let square = DEVIATIONS * DEVIATIONS;
    let centre = share + square / (2.0 * count);
    let variance = share * (1.0 - share) / count + square / (4.0 * count * count);
    let spread = DEVIATIONS * variance.sqrt();
    let scale = 1.0 + square / count;
    (((centre - spread) / scale).max(0.0), ((centre + spread) / scale).min(1.0))
}

/// The interval around what a model scores on so many rows that is right about this share of all.
pub fn around(share: f64, rows: u32) -> (f64, f64) {
    // Out of range becomes the nearest number.
    let right = (share * f64::from(rows)).round() as u64;
    wilson(right, rows.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is_about(found: (f64, f64), expected: (f64, f64)) {
        let is_near = |a: f64, b: f64| (a - b).abs() < 0.000_5;
        assert!(is_near(found.0, expected.0) && is_near(found.1, expected.1), "{found:?}");
    }

    #[test]
    fn intervals_are_those_of_the_books() {
        is_about(wilson(9, 10), (0.596, 0.982));
        is_about(wilson(0, 10), (0.0, 0.277_5));
        is_about(wilson(50, 100), (0.404, 0.596));
    }

    #[test]
    fn without_rows_everything_is_possible() {
        assert_eq!(wilson(0, 0), (0.0, 1.0));
        assert_eq!(around(0.5, 0), (0.0, 1.0));
    }

    #[test]
    fn a_share_stands_for_the_nearest_number_of_rows() {
        assert_eq!(around(0.905, 10), wilson(9, 10));
        assert_eq!(around(7.0, 10), wilson(10, 10));
        assert_eq!(around(-1.0, 10), wilson(0, 10));
    }
}
