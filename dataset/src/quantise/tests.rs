use super::*;
use crate::table::{LabelColumn, ReadOptions};
use nocknock_primitives::model::names::named;
use proptest::prelude::*;
use std::path::Path;

fn tiny() -> Architecture {
    named("tiny-4x3x2").unwrap()
}

/// Inputs of 8 bits.
fn wide() -> Architecture {
    named("table-128x64x2").unwrap()
}

fn table(text: &str) -> Table {
    let options = ReadOptions { label: LabelColumn::None, ..ReadOptions::default() };
    Table::read_csv(text.as_bytes(), Path::new("test.csv"), &options).unwrap()
}

#[test]
fn numbers_are_scaled_to_the_bits_of_the_shape() {
    let data = table("a,b\n0,-10\n3,10\n1,0\n1.6,-1\n");
    let quantiser = Quantiser::fit(&data, &tiny(), Range::MinMax).unwrap();
    assert_eq!(
        quantiser.table(&data).unwrap(),
        [[0, 0, 0, 0], [3, 3, 0, 0], [1, 2, 0, 0], [2, 1, 0, 0]]
    );
}

#[test]
fn the_fixed_range_of_digits_keeps_whole_numbers_and_clips_16() {
    let data = table("a,b,c\n0,8,16\n");
    let range = Range::Fixed { low: 0.0, high: 15.0 };
    let quantiser = Quantiser::fit(&data, &named("digits-64x32x10").unwrap(), range).unwrap();
    for value in 0..=15u16 {
        let row = quantiser.row(&[f64::from(value), 0.0, 16.0]).unwrap();
        assert_eq!(row[..3], [value, 0, 15]);
        assert_eq!(row.len(), 64);
    }
}

#[test]
fn quantiles_leave_outliers_out() {
    let rows: String = (0..100).map(|n| format!("{n},0\n")).collect();
    let data = table(&format!("a,b\n{rows}100000,1\n"));
    let quantiser = Quantiser::fit(&data, &wide(), Range::Quantiles { tail: 0.01 }).unwrap();
    let [a, b] = quantiser.columns() else {
        panic!("two columns");
    };
    assert_eq!((a.low, a.high), (1.0, 99.0));
    assert_eq!((b.low, b.high), (0.0, 1.0), "constant without its outlier");
}

#[test]
fn a_constant_column_becomes_zero() {
    let data = table("a,b\n5,0\n5,1\n");
    let quantiser = Quantiser::fit(&data, &tiny(), Range::MinMax).unwrap();
    assert_eq!(quantiser.row(&[5.0, 1.0]).unwrap(), [0, 3, 0, 0]);
    assert_eq!(quantiser.row(&[9.0, 1.0]).unwrap(), [0, 3, 0, 0]);
}

#[test]
fn a_column_whose_range_is_infinite_is_named_as_too_large() {
    let data = table("a,b\n1,-1e308\n2,1e308\n");
    for range in [Range::MinMax, Range::Quantiles { tail: 0.01 }] {
        let error = Quantiser::fit(&data, &tiny(), range).unwrap_err();
        assert_eq!(error, QuantiseError::TooLarge { column: "b".into() });
        assert!(error.to_string().starts_with("the values of column `b` are too large"));
    }
}

#[test]
fn data_that_does_not_fit_is_refused() {
    let wide = table("a,b,c,d,e\n1,2,3,4,5\n");
    assert_eq!(
        Quantiser::fit(&wide, &tiny(), Range::MinMax),
        Err(QuantiseError::TooManyColumns { found: 5, inputs: 4 })
    );
    let data = table("a,b\n1,2\n3,4\n");
    for tail in [-0.1, 0.5, f64::NAN] {
        let fitted = Quantiser::fit(&data, &tiny(), Range::Quantiles { tail });
        assert_eq!(fitted, Err(QuantiseError::Tail));
    }
    for (low, high) in [(1.0, 0.0), (f64::NAN, 1.0), (f64::MIN, f64::MAX)] {
        let fitted = Quantiser::fit(&data, &tiny(), Range::Fixed { low, high });
        assert!(matches!(fitted, Err(QuantiseError::Range { .. })));
    }
}

#[test]
fn other_columns_than_those_it_was_made_for_are_refused() {
    let quantiser = Quantiser::fit(&table("a,b\n1,2\n"), &tiny(), Range::MinMax).unwrap();
    assert_eq!(
        quantiser.table(&table("a\n1\n")),
        Err(QuantiseError::Columns { expected: 2, found: 1 })
    );
    assert_eq!(
        quantiser.table(&table("b,a\n1,2\n")),
        Err(QuantiseError::ColumnName { number: 1, expected: "a".into(), found: "b".into() })
    );
    assert!(quantiser.table(&table("1,2\n")).is_ok(), "no names to compare");
    assert_eq!(quantiser.check_architecture(&tiny()), Ok(()));
    assert!(quantiser.check_architecture(&wide()).is_err());
    assert!(matches!(quantiser.row(&[f64::INFINITY, 0.0]), Err(QuantiseError::NotFinite { .. })));
}

#[test]
fn json_of_an_impossible_quantiser_is_refused() {
    let json = |bits: u8, low: &str, name: &str| {
        format!(
            r#"{{"inputs":4,"inputBits":{bits},"named":true,"columns":[{{"name":"{name}","low":"{low}","high":"1"}}]}}"#
        )
    };
    let read = |text: String| serde_json::from_str::<Quantiser>(&text);
    assert!(read(json(2, "0", "a")).is_ok());
    for text in [
        json(0, "0", "a"),
        json(17, "0", "a"),
        json(2, "2", "a"),
        json(2, "NaN", "a"),
        json(2, "zero", "a"),
        json(2, "0", ""),
        json(2, "0", "a").replace("true", "true,\"more\":1"),
    ] {
        assert!(read(text.clone()).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn json_brings_every_bound_back_bit_for_bit(
        bounds in proptest::collection::vec((-1e300..1e300f64, 0.0..1e300f64), 1..4),
    ) {
        let columns = bounds.iter().enumerate().map(|(number, (low, width))| ColumnRange {
            name: format!("c{number}"),
            low: *low,
            high: low + width,
        });
        let form = Form { inputs: 4, input_bits: 8, named: false, columns: columns.collect() };
        let quantiser = Quantiser::try_from(form).unwrap();
        let text = serde_json::to_string(&quantiser).unwrap();
        prop_assert_eq!(serde_json::from_str::<Quantiser>(&text).unwrap(), quantiser);
    }

    #[test]
    fn every_number_becomes_an_input_and_order_is_kept(
        low in -1e9..1e9f64, width in 1e-9..1e9f64, a in any::<f64>(), b in any::<f64>(),
    ) {
        let column = ColumnRange { name: "a".into(), low, high: low + width };
        prop_assume!(a.is_finite() && b.is_finite());
        let (a, b) = (a.min(b), a.max(b));
        let (small, large) = (column.quantise(a, 255).unwrap(), column.quantise(b, 255).unwrap());
        prop_assert!(small <= large && large <= 255);
    }
}
