//! Values that no row of the training data was like, as far as the encoding tells.

use super::{moment_of, Encoder, Source};
use crate::{encoding::How, value::Value};

/// What about a value is unlike the training data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strange {
    /// A number further below or above all thresholds than these are apart.
    Far,
    /// A category that has no input.
    Unknown,
    /// A text where a number is expected, or no date where one is.
    NotNumber,
    /// No value, where the model has no input that says so.
    Missing,
}

impl Strange {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::Far, Self::Unknown, Self::NotNumber, Self::Missing];
}

/// A value of a row that is unlike the training data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The column's place among those of the encoding.
    pub column: usize,
    /// What about it.
    pub what: Strange,
}

impl Encoder<'_> {
    /// What is strange about the values of a row, counted from 0.
    pub fn strange(&self, row: usize) -> Vec<Finding> {
        let found = self.sources.iter().enumerate().filter_map(|(column, source)| {
            let what = source.strange(&self.value(source.column, row))?;
            Some(Finding { column, what })
        });
        found.collect()
    }
}

impl Source<'_> {
    fn strange(&self, value: &Value<'_>) -> Option<Strange> {
        if value.is_missing() {
            return (!self.how.tells_missing_apart()).then_some(Strange::Missing);
        }
        match self.how {
            How::Steps { at, .. } => match value.number() {
                Some(number) => is_far(at, number).then_some(Strange::Far),
                None => Some(Strange::NotNumber),
            },
            // Whatever is rare has an input of its own, so nothing is unknown.
            How::Choices { other: true, .. } | How::Buckets { .. } => None,
            How::Choices { other: false, .. } | How::Ranks { .. } => {
                let is_known = self.place(value).flatten().is_some();
                (!is_known).then_some(Strange::Unknown)
            }
            How::Date { form, .. } => {
                moment_of(value, *form).is_none().then_some(Strange::NotNumber)
            }
        }
    }
}

/// Whether a number is further from the thresholds than these are apart.
fn is_far(at: &[f64], number: f64) -> bool {
    let [low, .., high] = at else {
        return false;
    };
    let width = high - low;
    width > 0.0 && (number < low - width || number > high + width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        encoding::Encoding,
        table::{ReadOptions, Table},
    };
    use serde_json::{json, Value as Json};
    use std::path::Path;

    fn table(text: &str) -> Table {
        let options = ReadOptions { separator: Some(b','), ..ReadOptions::default() };
        Table::read_csv(text.as_bytes(), Path::new("t.csv"), &options).unwrap()
    }

    /// An encoding of columns `x0`, `x1`, … and a class behind them.
    fn encoding(columns: &[Json]) -> Json {
        let columns: Vec<Json> = (0..)
            .zip(columns)
            .map(|(place, how): (usize, _)| {
                json!({ "name": format!("x{place}"), "place": place, "how": how })
            })
            .collect();
        let place = columns.len();
        json!({
            "version": 1, "inputs": 64, "inputBits": 8, "named": true, "width": place + 1,
            "columns": columns,
            "target": { "kind": "classes", "column": "y", "place": place, "names": ["a", "b"] },
        })
    }

    fn read(form: Json) -> Encoding {
        serde_json::from_value(form).unwrap()
    }

    fn steps(flag: bool) -> Json {
        json!({ "kind": "steps", "at": ["10", "20"], "missing": { "level": 0, "flag": flag } })
    }

    fn row(encoding: &Encoding, table: &Table, row: usize) -> Vec<Finding> {
        encoding.for_table(table).unwrap().strange(row)
    }

    /// What is strange about the values of one column.
    fn found(how: &Json, values: &[&str]) -> Vec<Option<Strange>> {
        let encoding = read(encoding(std::slice::from_ref(how)));
        let lines: String = values.iter().map(|value| format!("{value},a\n")).collect();
        let table = table(&format!("x0,y\n{lines}"));
        let first = |place| row(&encoding, &table, place).first().map(|found| found.what);
        (0..values.len()).map(first).collect()
    }

    #[test]
    fn numbers_are_far_beyond_the_width_of_the_thresholds() {
        let told = found(&steps(false), &["0", "30", "-0.1", "30.1", "x"]);
        let (far, text) = (Some(Strange::Far), Some(Strange::NotNumber));
        assert_eq!(told, [None, None, far, far, text]);
    }

    #[test]
    fn one_threshold_has_no_width() {
        let how = json!({ "kind": "steps", "at": ["1"], "missing": { "level": 0, "flag": true } });
        assert_eq!(found(&how, &["-1000", "1000"]), [None, None]);
    }

    #[test]
    fn missing_values_are_strange_where_no_input_tells_them() {
        let missing = Some(Strange::Missing);
        assert_eq!(found(&steps(true), &["", "15"]), [None, None]);
        assert_eq!(found(&steps(false), &["", "15"]), [missing, None]);
        for (told, expected) in [(true, None), (false, missing)] {
            for how in [
                json!({ "kind": "choices", "values": [["p"]], "other": true, "missing": told }),
                json!({ "kind": "buckets", "inputs": 4, "missing": told }),
                json!({
                    "kind": "date", "form": "iso", "missing": told,
                    "parts": [{ "part": "year", "levels": { "steps": ["2001"] } }],
                }),
            ] {
                assert_eq!(found(&how, &["", "x"])[0], expected, "{how}");
            }
        }
    }

    #[test]
    fn words_for_missing_values_are_no_numbers_far_away() {
        let mut form = encoding(&[steps(true), steps(false)]);
        form["missing"] = json!(["-999"]);
        let found = row(&read(form), &table("x0,x1\n-999,-999.0\n"), 0);
        assert_eq!(found, [Finding { column: 1, what: Strange::Missing }]);
    }

    #[test]
    fn categories_are_unknown_unless_others_have_an_input() {
        let unknown = Some(Strange::Unknown);
        let values = json!([["p"], ["q"]]);
        for (other, expected) in [(false, unknown), (true, None)] {
            let how =
                json!({ "kind": "choices", "values": values, "other": other, "missing": false });
            assert_eq!(found(&how, &["p", "r"]), [None, expected]);
        }
        let ranks = json!({ "kind": "ranks", "values": values, "other": 0, "missing": 0 });
        assert_eq!(found(&ranks, &["q", "r"]), [None, unknown]);
        let buckets = json!({ "kind": "buckets", "inputs": 4, "missing": false });
        assert_eq!(found(&buckets, &["q", "r"]), [None, None]);
    }

    #[test]
    fn dates_are_dates_in_the_form_of_the_training_data() {
        let how = json!({
            "kind": "date", "form": "day-first", "missing": true,
            "parts": [{ "part": "year", "levels": { "steps": ["2001"] } }],
        });
        let text = Some(Strange::NotNumber);
        let told = found(&how, &["31.1.2024", "2024-01-31", "13.13.2024", "7"]);
        assert_eq!(told, [None, None, text, text]);
    }

    #[test]
    fn columns_are_found_by_name_or_by_place() {
        let encoding = read(encoding(&[steps(false), steps(false)]));
        let far = |column| vec![Finding { column, what: Strange::Far }];
        let named = table("y,x1,more,x0\na,15,0,99\na,99,0,15\n");
        assert_eq!([0, 1].map(|place| row(&encoding, &named, place)), [far(0), far(1)]);
        let nameless = table("15,99\n99,15\n");
        assert_eq!([0, 1].map(|place| row(&encoding, &nameless, place)), [far(1), far(0)]);
    }

    #[test]
    fn a_label_that_is_left_out_moves_the_columns_behind_it() {
        let mut form = encoding(&[steps(false)]);
        form["named"] = json!(false);
        form["columns"][0]["place"] = json!(1);
        form["target"]["place"] = json!(0);
        let encoding = read(form);
        let far = [Finding { column: 0, what: Strange::Far }];
        assert_eq!(row(&encoding, &table("99\n15\n"), 0), far);
        assert_eq!(row(&encoding, &table("7,99\n7,15\n"), 0), far);
    }
}
