//! Records of the chain as JSON, and the words in which tables name them.

pub(crate) mod event;
mod event_fields;
pub(crate) mod experiment;
pub(crate) mod fact;
pub(crate) mod provenance;
pub(crate) mod task;

use nocknock_client::AccountId;
use nocknock_primitives::{
    level::{Bits, ONE_BIT},
    score::Score,
};
use serde::Serialize;
use serde_json::{json, Value};

/// A text of the chain. Its pallets check that it is UTF-8.
pub(crate) fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A hash or id, shortened for a table.
pub(crate) fn short(value: impl ToString) -> String {
    let text = value.to_string();
    match (text.get(..10), text.len()) {
        (Some(start), 20..) => format!("{start}…"),
        _ => text,
    }
}

/// An account for a table.
pub(crate) fn who(account: &AccountId) -> String {
    short(account)
}

/// A score with its percentage.
pub(crate) fn percent(score: &Score) -> String {
    let share = 100.0 * f64::from(score.correct) / f64::from(score.total.max(1));
    format!("{share:.2} %")
}

/// A score for programs.
pub(crate) fn score(score: &Score) -> Value {
    json!({
        "correct": score.correct,
        "total": score.total,
        "ratio": f64::from(score.correct) / f64::from(score.total.max(1)),
    })
}

/// How often an error was halved, for programs.
pub(crate) fn halvings(bits: Bits) -> Value {
    json!(f64::from(bits) / f64::from(ONE_BIT))
}

/// How often an error was halved, for a table.
pub(crate) fn halved(bits: Bits) -> String {
    format!("{:.2}", f64::from(bits) / f64::from(ONE_BIT))
}

/// Anything that prints as text, for programs.
pub(crate) fn shown(value: impl ToString) -> Value {
    Value::String(value.to_string())
}

/// Something that may be missing, as text for programs.
pub(crate) fn perhaps(value: Option<impl ToString>) -> Value {
    value.map_or(Value::Null, shown)
}

/// Adds a field to an object.
pub(crate) fn with(mut object: Value, name: &str, value: impl Serialize) -> Value {
    if let (Value::Object(fields), Ok(value)) = (&mut object, serde_json::to_value(value)) {
        fields.insert(name.to_owned(), value);
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_ids_are_shortened_and_short_ones_are_not() {
        assert_eq!(short("0x0123456789abcdef0123"), "0x01234567…");
        assert_eq!(short("alice"), "alice");
    }

    #[test]
    fn a_score_without_rows_has_a_percentage_nevertheless() {
        assert_eq!(percent(&Score::new(0, 0)), "0.00 %");
        assert_eq!(percent(&Score::new(1, 8)), "12.50 %");
    }

    #[test]
    fn halvings_have_two_places_in_a_table_and_all_for_programs() {
        assert_eq!(halved(ONE_BIT * 3 / 2), "1.50");
        assert_eq!(halved(0), "0.00");
        assert_eq!(halvings(ONE_BIT / 4), json!(0.25));
    }

    #[test]
    fn fields_are_added_to_objects() {
        let value = with(json!({"a": 1}), "b", 2);
        assert_eq!(value, json!({"a": 1, "b": 2}));
    }
}
