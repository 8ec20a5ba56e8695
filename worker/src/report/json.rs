//! The report for programs.

use super::{
    findings::{Findings, JudgedOn, Run},
    names::{shown, Names},
};
use nocknock_dataset::Encoding;
use nocknock_training::{ClassCounts, Errors};
use serde_json::{json, Value};

/// The report of the training, in which the rows of the training data have the name that the
/// command line gives to those of a table, and what was found out beside it.
pub(super) fn json(run: &Run<'_>, findings: &Findings) -> Result<Value, serde_json::Error> {
    let report = run.report();
    let mut value = serde_json::to_value(report)?;
    if let Some(training) = value.get_mut("training").and_then(Value::as_object_mut) {
        training.insert("rows".to_owned(), report.training.samples.into());
    }
    if let Some(fields) = value.as_object_mut() {
        fields.insert("judged_by".to_owned(), findings.judged_on.rows().into());
        fields.insert("judged_on".to_owned(), serde_json::to_value(findings.judged_on)?);
        fields.insert("judges".to_owned(), run.judges.len().into());
        fields.insert("left_out".to_owned(), left_out(findings)?);
        fields.insert("metric".to_owned(), serde_json::to_value(run.metric())?);
        fields.insert("constant_score".to_owned(), findings.constant.into());
        fields.insert("interval".to_owned(), serde_json::to_value(findings.interval)?);
        fields.insert("expected".to_owned(), serde_json::to_value(run.expected)?);
        fields.insert("unproved".to_owned(), unproved(run, findings)?);
    }
    Ok(value)
}

/// The result on the rows that other models have left out, if there is one.
fn left_out(findings: &Findings) -> Result<Value, serde_json::Error> {
    match findings.judged_on {
        JudgedOn::LeftOutFolds => serde_json::to_value(&findings.judged),
        JudgedOn::Validation | JudgedOn::Training => Ok(Value::Null),
    }
}

/// What no proof covers.
fn unproved(run: &Run<'_>, findings: &Findings) -> Result<Value, serde_json::Error> {
    let measures = &findings.measures;
    let names = Names::of(run.encoding);
    let counts: Vec<ClassCounts> = match &findings.judged.errors {
        Errors::Classes(confusion) => confusion.classes(),
        Errors::Labels(labels) => labels.iter().map(|label| label.counts()).collect(),
        Errors::Number(_) => Vec::new(),
    };
    let class = |(class, counts): (usize, ClassCounts)| {
        json!({
            "name": names.class(class),
            "rows": counts.samples,
            "named": counts.named,
            "right": counts.right,
            "recall": counts.recall(),
            "precision": counts.precision(),
            "f1": counts.f1(),
            "auc": measures.auc.get(class).copied().flatten(),
        })
    };
    let columns = run.encoding.map_or(&[][..], Encoding::columns);
    let lost = columns.iter().zip(&findings.importance.lost);
    let column = lost.map(|(column, lost)| json!({ "name": shown(&column.name), "lost": lost }));
    Ok(json!({
        "classes": counts.into_iter().enumerate().map(class).collect::<Vec<_>>(),
        "measured_rows": measures.samples,
        "calibration": serde_json::to_value(&measures.calibration)?,
        "calibration_error": measures.calibration_error(),
        "exchanged_rows": findings.importance.samples,
        "columns": column.collect::<Vec<_>>(),
    }))
}
