use super::*;
use crate::model::shape::TINY_4X3X2;

const SHAPE: &MlpShape = &TINY_4X3X2;

fn sample() -> Row {
    Row::sample(SHAPE, vec![0, 1, 2, 3], 1)
}

fn block() -> Vec<Row> {
    fill_block(SHAPE, vec![sample(); 3]).unwrap()
}

/// The error of a block whose second row was changed.
fn fault(change: impl FnOnce(&mut Row)) -> Result<(), RowError> {
    let mut rows = block();
    change(&mut rows[1]);
    check_rows(SHAPE, &rows)
}

fn refused(fault: RowFault) -> Result<(), RowError> {
    Err(RowError::Row { row: 1, fault })
}

#[test]
fn samples_and_padding_make_a_block() {
    let rows = block();
    assert_eq!(rows.len(), 40);
    assert_eq!(count_real(&rows), 3);
    assert_eq!(rows[0].class(), Some(1));
    assert_eq!(rows[39].class(), None);
    assert_eq!(check_rows(SHAPE, &vec![sample(); 40]), Ok(()));
    assert_eq!(check_rows(SHAPE, &vec![Row::padding(SHAPE); 40]), Ok(()));
}

#[test]
fn each_rule_refuses_what_breaks_it() {
    assert_eq!(fault(|row| row.inputs[0] = 4), refused(RowFault::InputRange));
    assert_eq!(fault(|row| row.one_hot[0] = 2), refused(RowFault::LabelRange));
    assert_eq!(fault(|row| row.one_hot[0] = 1), refused(RowFault::NotOneHot));
    assert_eq!(fault(|row| row.one_hot[1] = 0), refused(RowFault::NotOneHot));
    assert_eq!(fault(|row| row.real = false), refused(RowFault::PaddingNotZero));
    assert_eq!(fault(|row| row.inputs.truncate(3)), refused(RowFault::Length));
    assert_eq!(fault(|row| row.one_hot.push(0)), refused(RowFault::Length));
}

#[test]
fn a_sample_behind_padding_is_refused() {
    let mut rows = block();
    rows[0] = Row::padding(SHAPE);
    assert_eq!(check_rows(SHAPE, &rows), refused(RowFault::RealAfterPadding));
}

#[test]
fn padding_with_an_input_is_refused() {
    let mut rows = block();
    rows[5].inputs[2] = 1;
    let refused = RowError::Row { row: 5, fault: RowFault::PaddingNotZero };
    assert_eq!(check_rows(SHAPE, &rows), Err(refused));
}

#[test]
fn a_block_has_the_rows_of_its_shape() {
    let refused = RowError::Count { expected: 40, found: 39 };
    assert_eq!(check_rows(SHAPE, &block()[..39]), Err(refused));
    let too_many = RowError::TooMany { capacity: 40, found: 41 };
    assert_eq!(fill_block(SHAPE, vec![sample(); 41]), Err(too_many));
}

#[test]
fn a_class_outside_the_shape_is_refused() {
    let rows = vec![Row::sample(SHAPE, vec![0; 4], 2)];
    let refused = RowError::Row { row: 0, fault: RowFault::NotOneHot };
    assert_eq!(fill_block(SHAPE, rows), Err(refused));
}
