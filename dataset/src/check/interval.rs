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
    // Rounding must not put the share outside.
    (((centre - spread) / scale).clamp(0.0, share), ((centre + spread) / scale).clamp(share, 1.0))
}

/// The interval around what a model scores on so many rows that is right about this share of all.
pub fn around(share: f64, rows: u32) -> (f64, f64) {
    // Out of range becomes the nearest number.
    let right = (share * f64::from(rows)).round() as u64;
    wilson(right, rows.into())
}

/// The interval around the mean of what a model scores on the rows of each class, if so many of
/// them are tested that is right about these shares: those of the classes put together, as for
/// shares that do not depend on each other.
///
/// Give it different rows: copies of a row make nothing more exact.
pub fn of_mean(classes: &[(f64, u32)]) -> (f64, f64) {
    let count = classes.len().max(1) as f64;
    let (mut sum, mut below, mut above) = (0.0f64, 0.0f64, 0.0f64);
    for (share, rows) in classes {
        let (low, high) = around(*share, *rows);
        sum += share;
        below += (share - low).max(0.0).powi(2);
        above += (high - share).max(0.0).powi(2);
    }
    let mean = sum / count;
    ((mean - below.sqrt() / count).max(0.0), (mean + above.sqrt() / count).min(1.0))
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
    fn the_interval_of_a_mean_follows_from_those_of_its_classes() {
        is_about(of_mean(&[(0.9, 10)]), wilson(9, 10));
        // The half widths 0.096 and 0.304 below, 0.096 and 0.082 above, as two sides of a triangle.
        is_about(of_mean(&[(0.5, 100), (0.9, 10)]), (0.540_5, 0.763_2));
    }

    /// A rare class decides how exactly a mean is measured.
    #[test]
    fn many_rows_of_one_class_do_not_make_up_for_few_of_another() {
        let width = |rows| {
            let (low, high) = of_mean(&[(0.9, rows), (0.9, 10)]);
            high - low
        };
        assert!(width(10) > width(100) && width(1_000_000) > 0.18, "{}", width(1_000_000));
    }

    #[test]
    fn a_share_stands_for_the_nearest_number_of_rows() {
        assert_eq!(around(0.905, 10), wilson(9, 10));
        assert_eq!(around(7.0, 10), wilson(10, 10));
        assert_eq!(around(-1.0, 10), wilson(0, 10));
    }
}
