use super::*;
use crate::model::{
    rows::fill_block,
    shape::{DIGITS_64X32X10, SHAPES, TEST_SHAPES, TINY_4X3X2},
};

fn extreme(shape: &MlpShape) -> Weights {
    let mut weights = Weights::zero(shape);
    let ends =
        |bits| [Dimensions::min_signed(bits), Dimensions::max_signed(bits)].map(|v| v as i32);
    let fill = |values: &mut Vec<i32>, bits| {
        values.iter_mut().zip(ends(bits).into_iter().cycle()).for_each(|(value, end)| *value = end);
    };
    fill(&mut weights.hidden, shape.weight_bits);
    fill(&mut weights.hidden_bias, shape.hidden_bias_bits);
    fill(&mut weights.output, shape.weight_bits);
    fill(&mut weights.output_bias, shape.output_bias_bits);
    weights
}

#[test]
fn weights_come_back_and_their_number_of_elements_is_known() {
    for shape in SHAPES.iter().chain(&TEST_SHAPES) {
        let packed = pack_weights(shape, &extreme(shape)).unwrap();
        assert_eq!(packed.len(), weight_elements(shape), "{shape}");
        assert_eq!(unpack_weights(shape, &packed), Ok(extreme(shape)));
    }
}

#[test]
fn the_number_of_elements_of_a_block_is_known() {
    for shape in SHAPES.iter().chain(&TEST_SHAPES) {
        let inputs = vec![shape.max_input() as u16; shape.inputs.into()];
        let sample = Row::sample(shape, inputs, 1);
        let rows = vec![sample; shape.block_rows.into()];
        assert_eq!(pack_rows(shape, &rows).unwrap().len(), row_elements(shape), "{shape}");
    }
}

#[test]
fn weights_stand_in_the_order_of_the_layers() {
    let shape = &TINY_4X3X2;
    let mut weights = Weights::zero(shape);
    weights.hidden[0] = -4;
    weights.hidden_bias[0] = -8;
    let base = pack_weights(shape, &weights).unwrap();
    weights.hidden_bias[0] = -7;
    let first_bias = pack_weights(shape, &weights).unwrap();
    assert_eq!(first_bias[0] - base[0], Fr::from(1u128 << (12 * 3)));
}

#[test]
fn rows_stand_one_after_the_other() {
    let shape = &TINY_4X3X2;
    let sample = Row::sample(shape, vec![1, 0, 0, 0], 0);
    let rows = fill_block(shape, vec![sample; 2]).unwrap();
    let row = 1u64 | 1 << 8 | 1 << 10;
    assert_eq!(pack_rows(shape, &rows).unwrap()[0], Fr::from(row | row << 11));
}

#[test]
fn a_digits_block_takes_18_permutations_and_a_model_5() {
    assert_eq!(row_elements(&DIGITS_64X32X10), 208);
    assert_eq!(weight_elements(&DIGITS_64X32X10), 59);
}
