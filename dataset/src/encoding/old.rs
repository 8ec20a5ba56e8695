//! Encodings of model files of earlier releases, which had a linear range for each column.

use super::{
    evaluate::level,
    form::{EncodedColumn, Form, How, MissingLevel, Target, VERSION},
    largest,
    levels::Linear,
    small, EncodingError,
};
use crate::{metric::Metric, names::shown};

/// Most thresholds of all columns together: as many as the largest architecture has with inputs of
/// 8 bits.
const MAX_THRESHOLDS: usize = 1 << 20;

/// What the column of the classes is called, which such files do not say.
const LABEL: &str = "class";

pub(super) fn form(
    inputs: u16,
    input_bits: u8,
    named: bool,
    ranges: &[(String, f64, f64)],
    classes: Vec<String>,
) -> Result<Form, EncodingError> {
    let max = largest(input_bits);
    let count = ranges.len();
    if count > usize::from(inputs) {
        return Err(EncodingError::TooManyInputs { needed: count, inputs });
    }
    if count.saturating_mul(max.into()) > MAX_THRESHOLDS {
        let reason = format!("{count} columns with inputs of {input_bits} bits are too many");
        return Err(EncodingError::Form(reason));
    }
    let columns = ranges.iter().enumerate().map(|(place, range)| column(small(place), range, max));
    let place = small(count);
    Ok(Form {
        version: VERSION,
        inputs,
        input_bits,
        named,
        width: u32::from(place) + 1,
        missing: Vec::new(),
        columns: columns.collect::<Result<_, _>>()?,
        target: Target::Classes { column: label(ranges), place, names: classes },
        metric: Metric::default(),
    })
}

fn column(
    place: u16,
    range: &(String, f64, f64),
    max: u16,
) -> Result<EncodedColumn, EncodingError> {
    let (name, low, high) = range;
    let linear = Linear { low: *low, high: *high };
    if !linear.is_usable() {
        return Err(EncodingError::Range { column: shown(name) });
    }
    let at = linear.thresholds(max);
    // Such files know no missing values. The middle is as near to each number as it can be.
    let middle = level(at.len().div_ceil(2), at.len(), max);
    let missing = MissingLevel { level: middle, flag: false };
    Ok(EncodedColumn { name: name.clone(), place, how: How::Steps { at, missing } })
}

/// A name that no column has.
fn label(ranges: &[(String, f64, f64)]) -> String {
    let is_free = |label: &String| ranges.iter().all(|(name, ..)| name != label);
    let others = (2u32..).map(|number| format!("{LABEL}_{number}"));
    let mut labels = std::iter::once(LABEL.to_owned()).chain(others);
    labels.find(is_free).unwrap_or_default()
}
