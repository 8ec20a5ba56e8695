//! Whether the processor computes as those of all other members do.

use std::hint::black_box;

/// Whether numbers below the smallest normal one are kept, as they are unless a library has told
/// the processor otherwise for this thread.
pub(super) fn keeps_subnormals() -> bool {
    are_exact(products())
}

/// A product that is subnormal, and one of a factor that is.
fn products() -> [f32; 2] {
    let below = black_box(f32::MIN_POSITIVE) * black_box(0.5);
    let above = black_box(f32::from_bits(1)) * black_box(16_777_216.0);
    [black_box(below), black_box(above)]
}

/// Compares bits: where subnormal numbers are taken for zero, comparisons take them so as well.
fn are_exact(products: [f32; 2]) -> bool {
    // 2 to the power of −127 and of −125.
    products.map(f32::to_bits) == [0x0040_0000, 0x0100_0000]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_keeps_subnormal_numbers_unless_it_is_told_otherwise() {
        assert!(keeps_subnormals());
    }

    #[test]
    fn products_that_are_rounded_to_zero_are_noticed() {
        let [below, above] = products();
        assert!(!are_exact([0.0, above]));
        assert!(!are_exact([below, 0.0]));
    }
}
