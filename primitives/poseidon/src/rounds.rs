//! Widths and round counts of the circom instance.

/// Full rounds of every width, half of them before and half after the partial rounds.
pub const FULL_ROUNDS: usize = 8;

/// Narrowest state.
pub const MIN_WIDTH: usize = 2;

/// Widest state.
pub const MAX_WIDTH: usize = 13;

/// Partial rounds of widths 2 to 13.
const PARTIAL_ROUNDS: [usize; 12] = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65];

/// Number of partial rounds of a width, `None` for a width outside 2..=13.
pub fn partial_rounds(width: usize) -> Option<usize> {
    PARTIAL_ROUNDS.get(width.checked_sub(MIN_WIDTH)?).copied()
}
