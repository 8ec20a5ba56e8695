//! Values that no row of the training data was like, as far as the encoding tells.

use nocknock_dataset::{
    encoding::How, value::moment::parse, Column, Encoding, Table, Value as Cell,
};
use std::collections::{HashMap, HashSet};

/// What about a value is unlike the training data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strange {
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
    pub(super) const ALL: [Self; 4] = [Self::Far, Self::Unknown, Self::NotNumber, Self::Missing];
}

/// A value of a row that is unlike the training data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// The column's place among those of the encoding.
    pub(super) column: usize,
    /// What about it.
    pub(super) what: Strange,
}

/// The columns of a table that an encoding is about.
#[derive(Debug)]
pub(super) struct Watch<'a> {
    columns: Vec<Watched<'a>>,
}

#[derive(Debug)]
struct Watched<'a> {
    column: Option<&'a Column>,
    how: &'a How,
    /// The texts of all categories.
    known: HashSet<&'a str>,
}

impl<'a> Watch<'a> {
    /// Watches a table that the encoding encodes, with or without the column of the classes.
    pub(super) fn new(encoding: &'a Encoding, table: &'a Table, has_label: bool) -> Self {
        let by_name = encoding.is_named() && table.has_names();
        let named: HashMap<&str, &Column> =
            table.columns().iter().map(|column| (column.name(), column)).collect();
        let columns = encoding.columns().iter().map(|column| {
            let place = usize::from(column.place);
            let is_shifted = !has_label && column.place > encoding.label_place();
            let found = if by_name {
                named.get(column.name.as_str()).copied()
            } else {
                table.columns().get(place.saturating_sub(usize::from(is_shifted)))
            };
            Watched::new(found, &column.how)
        });
        Self { columns: columns.collect() }
    }

    /// What is strange about a row, counted from 0.
    pub(super) fn row(&self, row: usize) -> Vec<Finding> {
        let values = self.columns.iter().enumerate().filter_map(|(column, watched)| {
            let value = watched.column?.get(row);
            Some(Finding { column, what: watched.strange(&value)? })
        });
        values.collect()
    }
}

impl<'a> Watched<'a> {
    fn new(column: Option<&'a Column>, how: &'a How) -> Self {
        let known = match how {
            How::Choices { values, .. } | How::Ranks { values, .. } => {
                values.iter().flatten().map(String::as_str).collect()
            }
            How::Steps { .. } | How::Buckets { .. } | How::Date { .. } => HashSet::new(),
        };
        Self { column, how, known }
    }

    fn strange(&self, value: &Cell<'_>) -> Option<Strange> {
        if value.is_missing() {
            return (!self.tells_missing_apart()).then_some(Strange::Missing);
        }
        match self.how {
            How::Steps { at, .. } => match value.number() {
                Some(number) => is_far(at, number).then_some(Strange::Far),
                None => Some(Strange::NotNumber),
            },
            // Whatever is rare has an input of its own, so nothing is unknown.
            How::Choices { other: true, .. } | How::Buckets { .. } => None,
            How::Choices { other: false, .. } | How::Ranks { .. } => {
                let is_known = value.key().is_some_and(|key| self.known.contains(&*key));
                (!is_known).then_some(Strange::Unknown)
            }
            How::Date { form, .. } => {
                let is_date = match value {
                    Cell::Moment(_) => true,
                    Cell::Text(text) => parse(text, *form).is_some(),
                    Cell::Missing
                    | Cell::Truth(_)
                    | Cell::Integer(_)
                    | Cell::Number(_)
                    | Cell::Decimal(_) => false,
                };
                (!is_date).then_some(Strange::NotNumber)
            }
        }
    }

    fn tells_missing_apart(&self) -> bool {
        match self.how {
            How::Steps { missing, .. } => missing.flag,
            How::Choices { missing, .. }
            | How::Buckets { missing, .. }
            | How::Date { missing, .. } => *missing,
            How::Ranks { .. } => false,
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
    use crate::model_card::tests::table;
    use serde_json::{json, Value};

    /// An encoding of columns `x0`, `x1`, … and a class behind them.
    fn encoding(columns: &[Value]) -> Encoding {
        let columns: Vec<Value> = (0..)
            .zip(columns)
            .map(|(place, how): (usize, _)| {
                json!({ "name": format!("x{place}"), "place": place, "how": how })
            })
            .collect();
        let place = columns.len();
        let form = json!({
            "version": 1, "inputs": 64, "inputBits": 8, "named": true, "width": place + 1,
            "columns": columns,
            "target": { "kind": "classes", "column": "y", "place": place, "names": ["a", "b"] },
        });
        serde_json::from_value(form).unwrap()
    }

    fn steps(flag: bool) -> Value {
        json!({ "kind": "steps", "at": ["10", "20"], "missing": { "level": 0, "flag": flag } })
    }

    /// What is strange about the values of one column.
    fn found(how: &Value, values: &[&str]) -> Vec<Option<Strange>> {
        let encoding = encoding(std::slice::from_ref(how));
        let lines: String = values.iter().map(|value| format!("{value},a\n")).collect();
        let table = table(&format!("x0,y\n{lines}"));
        let watch = Watch::new(&encoding, &table, true);
        (0..values.len()).map(|row| watch.row(row).first().map(|found| found.what)).collect()
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
        let encoding = encoding(&[steps(false), steps(false)]);
        let far = |column| vec![Finding { column, what: Strange::Far }];
        let named = table("y,x1,more,x0\na,15,0,99\na,99,0,15\n");
        let watch = Watch::new(&encoding, &named, true);
        assert_eq!((watch.row(0), watch.row(1)), (far(0), far(1)));
        let nameless = table("15,99\n99,15\n");
        let watch = Watch::new(&encoding, &nameless, false);
        assert_eq!((watch.row(0), watch.row(1)), (far(1), far(0)));
    }

    #[test]
    fn a_label_that_is_left_out_moves_the_columns_behind_it() {
        let mut form = serde_json::to_value(encoding(&[steps(false)])).unwrap();
        form["named"] = json!(false);
        form["columns"][0]["place"] = json!(1);
        form["target"]["place"] = json!(0);
        let encoding: Encoding = serde_json::from_value(form).unwrap();
        let far = [Finding { column: 0, what: Strange::Far }];
        assert_eq!(Watch::new(&encoding, &table("99\n15\n"), false).row(0), far);
        assert_eq!(Watch::new(&encoding, &table("7,99\n7,15\n"), true).row(0), far);
    }
}
