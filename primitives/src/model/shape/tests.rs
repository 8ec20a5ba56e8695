use super::*;
use alloc::vec::Vec;

/// A shape's dimensions after a change.
fn changed(change: impl FnOnce(&mut Dimensions)) -> Result<(), ShapeError> {
    let mut dimensions = *TINY_4X3X2.dimensions();
    change(&mut dimensions);
    dimensions.check()
}

#[test]
fn the_bounds_of_the_digits_shape_are_those_of_the_book() {
    let shape = DIGITS_64X32X10;
    assert_eq!(shape.min_preactivation(), -32768);
    assert_eq!(shape.max_preactivation(), 31807);
    assert_eq!(shape.max_activation(), 496);
    assert_eq!(shape.max_gap(), 1_016_319);
    assert_eq!((shape.hidden_pack(), shape.output_pack()), (15, 12));
    assert_eq!(shape.max_wire_bytes(), 6437);
}

#[test]
fn the_bounds_of_the_tabular_shape_are_those_of_the_book() {
    let shape = TABULAR_32X16X2;
    assert_eq!(shape.min_preactivation(), -1_110_016);
    assert_eq!(shape.max_preactivation(), 1_101_855);
    assert_eq!(shape.max_activation(), 1076);
    assert_eq!(shape.max_gap(), 5_438_655);
    assert_eq!((shape.hidden_pack(), shape.output_pack()), (11, 10));
}

#[test]
fn packed_outputs_stay_below_2_to_the_253() {
    for shape in SHAPES.iter().chain(&TEST_SHAPES) {
        assert!(shape.hidden_pack() as u32 * u32::from(shape.preactivation_bits) <= 253);
        assert!(shape.output_pack() as u32 * shape.output_base_bits() <= 253);
    }
}

#[test]
fn names_are_unique_and_find_their_shape() {
    for shape in SHAPES.iter().chain(&TEST_SHAPES) {
        assert_eq!(MlpShape::named(shape.name()), Some(*shape));
    }
    assert_eq!(MlpShape::named("digits"), None);
    assert!(TINY_4X3X2.is_for_tests() && !DIGITS_64X32X10.is_for_tests());
}

#[test]
fn each_bound_has_its_own_error() {
    use ShapeError::*;
    assert_eq!(changed(|d| d.classes = 1), Err(Size));
    assert_eq!(changed(|d| d.classes = 257), Err(Size));
    assert_eq!(changed(|d| d.block_rows = 0), Err(Size));
    assert_eq!(changed(|d| d.input_bits = 17), Err(Width));
    assert_eq!(changed(|d| d.weight_bits = 1), Err(Width));
    assert_eq!(changed(|d| d.gap_bits = 57), Err(Width));
    assert_eq!(changed(|d| d.preactivation_bits = 6), Err(PreactivationOverflow));
    assert_eq!(changed(|d| d.inputs = 5), Err(PreactivationOverflow));
    assert_eq!(changed(|d| d.shift = 6), Err(Shift));
    assert_eq!(changed(|d| d.gap_bits = 8), Err(GapOverflow));
    assert_eq!(changed(|d| d.block_rows = u16::MAX), Err(BlockTooLong));
}

/// The byte form takes `2^32 + 1` bytes, which are 1 in the 32 bits that a runtime counts with.
#[test]
fn a_block_whose_length_needs_more_than_32_bits_is_refused() {
    let long = Dimensions {
        inputs: 32768,
        input_bits: 16,
        preactivation_bits: 40,
        gap_bits: 56,
        block_rows: u16::MAX,
        ..*TINY_4X3X2.dimensions()
    };
    assert_eq!(long.check(), Err(ShapeError::BlockTooLong));
    let short = Dimensions { inputs: 30000, block_rows: 1, ..long };
    assert_eq!(short.check(), Ok(()));
}

#[test]
fn the_widest_dimensions_are_checked_without_overflow() {
    let widest = Dimensions {
        inputs: u16::MAX,
        hidden: u16::MAX,
        classes: u16::MAX,
        input_bits: u8::MAX,
        weight_bits: u8::MAX,
        hidden_bias_bits: u8::MAX,
        output_bias_bits: u8::MAX,
        shift: u8::MAX,
        preactivation_bits: u8::MAX,
        gap_bits: u8::MAX,
        block_rows: u16::MAX,
    };
    assert_eq!(widest.check(), Err(ShapeError::Size));
    let classes = Dimensions { classes: 256, ..widest };
    assert_eq!(classes.check(), Err(ShapeError::Width));
    let widths = Dimensions {
        input_bits: 16,
        weight_bits: 16,
        hidden_bias_bits: 32,
        output_bias_bits: 32,
        preactivation_bits: 56,
        gap_bits: 56,
        ..classes
    };
    assert_eq!(widths.check(), Err(ShapeError::Shift));
    let shift = Dimensions { shift: 0, ..widths };
    assert_eq!(shift.check(), Err(ShapeError::GapOverflow));
}

#[test]
fn a_shape_comes_back_from_its_bytes() {
    for shape in SHAPES {
        let bytes = shape.encode();
        assert_eq!(bytes.len(), MlpShape::max_encoded_len());
        assert_eq!(MlpShape::decode(&mut &bytes[..]), Ok(shape));
    }
}

#[test]
fn bytes_of_an_overflowing_shape_are_refused() {
    let mut dimensions = *TINY_4X3X2.dimensions();
    dimensions.gap_bits = 8;
    let bytes: Vec<u8> = (TINY_4X3X2.name, dimensions).encode();
    assert!(MlpShape::decode(&mut &bytes[..]).is_err());
}

#[test]
fn names_outside_the_alphabet_are_refused() {
    for name in ["", "UPPER", "sixteen-letters-", "a b", "a_b"] {
        assert_eq!(ShapeName::new(name), Err(ShapeError::Name), "{name}");
    }
    let mut gap = TINY_4X3X2.encode();
    gap[3] = 0;
    assert!(MlpShape::decode(&mut &gap[..]).is_err());
}
