use super::*;
use crate::model::shape::{DIGITS_64X32X10, SHAPES, TINY_4X3X2};
use alloc::{vec, vec::Vec};

const SHAPE: &MlpShape = &TINY_4X3X2;

fn block() -> Vec<Row> {
    let samples =
        vec![Row::sample(SHAPE, vec![0, 1, 2, 3], 1), Row::sample(SHAPE, vec![3, 0, 0, 1], 0)];
    fill_block(SHAPE, samples).unwrap()
}

#[test]
fn the_bytes_are_those_of_the_format() {
    let expected = [2, 0, 1, 0b1110_0100, 0, 0b0100_0011];
    assert_eq!(encode_rows(SHAPE, &block()), Ok(expected.to_vec()));
}

#[test]
fn blocks_of_every_shape_come_back() {
    for shape in SHAPES {
        let inputs =
            |row: u16| (0..shape.inputs).map(move |i| (i * 31 + row) & shape.max_input() as u16);
        let sample = |row| Row::sample(&shape, inputs(row).collect(), (row % 2) as u8);
        for samples in [0, 1, shape.block_rows] {
            let rows = fill_block(&shape, (0..samples).map(sample).collect()).unwrap();
            let bytes = encode_rows(&shape, &rows).unwrap();
            assert_eq!(decode_rows(&shape, &bytes), Ok(rows));
        }
    }
}

#[test]
fn a_full_digits_block_fits_an_extrinsic() {
    let shape = DIGITS_64X32X10;
    let sample = Row::sample(&shape, vec![15; 64], 9);
    let bytes = encode_rows(&shape, &vec![sample; usize::from(shape.block_rows)]).unwrap();
    assert_eq!(bytes.len(), shape.max_wire_bytes());
    assert!(bytes.len() <= 64 * 1024);
}

#[test]
fn a_malformed_block_has_no_bytes() {
    let mut rows = block();
    rows[0].inputs[0] = 4;
    assert!(encode_rows(SHAPE, &rows).is_err());
}

#[test]
fn every_other_length_is_refused() {
    let mut bytes = encode_rows(SHAPE, &block()).unwrap();
    bytes.push(0);
    for len in [0, 1, 2, 5, 7] {
        let refused = decode_rows(SHAPE, &bytes[..len]);
        assert!(matches!(refused, Err(WireError::Length { found, .. }) if found == len), "{len}");
    }
}

#[test]
fn a_class_outside_the_shape_is_refused() {
    let mut bytes = encode_rows(SHAPE, &block()).unwrap();
    bytes[4] = 2;
    assert_eq!(decode_rows(SHAPE, &bytes), Err(WireError::Class { row: 1 }));
}

#[test]
fn bits_behind_the_last_input_are_refused() {
    let mut dimensions = *SHAPE.dimensions();
    dimensions.inputs = 3;
    let name = crate::model::shape::ShapeName::new("tiny-3x3x2").unwrap();
    let shape = MlpShape::new(name, dimensions).unwrap();
    assert!(decode_rows(&shape, &[1, 0, 0, 0b0011_1111]).is_ok());
    assert_eq!(decode_rows(&shape, &[1, 0, 0, 0b0100_0000]), Err(WireError::LooseBits { row: 0 }));
}

#[test]
fn more_samples_than_a_block_holds_are_refused() {
    let mut bytes = vec![41, 0];
    bytes.resize(2 + 41 * 2, 0);
    let refused = WireError::Rows(RowError::TooMany { capacity: 40, found: 41 });
    assert_eq!(decode_rows(SHAPE, &bytes), Err(refused));
}
