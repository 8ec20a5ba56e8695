//! The report that people read.

use nocknock_training::{
    ClassWeights, EpochMetrics, Errors, Evaluation, ImageShift, Keep, Optimiser, Schedule,
    StopReason, TrainReport,
};
use std::fmt::Write;

/// The report of a run as Markdown.
pub(super) fn markdown(report: &TrainReport) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write_all(&mut out, report);
    out
}

fn write_all(out: &mut String, report: &TrainReport) -> std::fmt::Result {
    writeln!(out, "# Training report\n")?;
    write_result(out, report)?;
    writeln!(out, "\n## Settings\n")?;
    write_settings(out, report)?;
    writeln!(out, "\n## Curves\n")?;
    writeln!(out, "![Loss](loss.svg)\n\n![Strict accuracy](accuracy.svg)")?;
    write_errors(out, report)?;
    writeln!(out, "\n## Epochs\n")?;
    write_epochs(out, &report.history)
}

fn write_result(out: &mut String, report: &TrainReport) -> std::fmt::Result {
    writeln!(out, "{}, computed with the integers that are proved.\n", rule(&report.training))?;
    writeln!(out, "| Rows | Correct | Of | Share |\n| --- | --- | --- | --- |")?;
    write_evaluation(out, "training", &report.training)?;
    if let Some(validation) = &report.validation {
        write_evaluation(out, "validation", validation)?;
    } else {
        writeln!(out, "\nNo rows were kept for validation: the result is that of the rows that")?;
        writeln!(out, "the model has learned from, and says nothing about others.")?;
    }
    let reason = match report.stopped {
        StopReason::AllEpochs => "all epochs were done",
        StopReason::NoProgress => "the validation result no longer grew",
        StopReason::TimeUp => "the time allowed was over",
    };
    writeln!(
        out,
        "\nStopped after {} steps in {} epochs because {reason}. The weights are those of epoch \
         {}. It took {:.2} s on {}, at {:.0} rows a second while learning.",
        report.steps,
        report.history.len(),
        report.best_epoch + 1,
        report.seconds,
        report.device,
        report.samples_per_second,
    )
}

fn write_evaluation(out: &mut String, rows: &str, found: &Evaluation) -> std::fmt::Result {
    let share = found.accuracy() * 100.0;
    writeln!(out, "| {rows} | {} | {} | {share:.2} % |", found.score, found.perfect)
}

/// What is counted.
fn rule(found: &Evaluation) -> &'static str {
    match found.errors {
        Errors::Classes(_) => {
            "A row counts as correct if the output of its class is strictly above all\nothers"
        }
        Errors::Labels(_) => "Each right answer about a label counts, yes and no alike",
        Errors::Number(_) => "A row counts the more, the nearer the output is to its number",
    }
}

fn write_errors(out: &mut String, report: &TrainReport) -> std::fmt::Result {
    let (rows, judged) = report.judged();
    match &judged.errors {
        Errors::Classes(_) => {
            writeln!(out, "\n## Confusion of the {rows} rows\n")?;
            writeln!(out, "![Confusion matrix](confusion.svg)")
        }
        Errors::Labels(labels) => {
            writeln!(out, "\n## Answers on the {rows} rows\n")?;
            writeln!(out, "| Label | Right yes | Wrong no | Right no | Wrong yes |")?;
            writeln!(out, "| --- | --- | --- | --- | --- |")?;
            for (label, counts) in labels.iter().enumerate() {
                let yes = format!("{} | {}", counts.right_yes, counts.wrong_no);
                writeln!(out, "| {label} | {yes} | {} | {} |", counts.right_no, counts.wrong_yes)?;
            }
            Ok(())
        }
        Errors::Number(distances) => {
            let mean = distances.sum as f64 / judged.samples.max(1) as f64;
            writeln!(out, "\n## Distances of the {rows} rows\n")?;
            writeln!(out, "{mean:.1} in the mean, {} at most.", distances.largest)
        }
    }
}

fn write_settings(out: &mut String, report: &TrainReport) -> std::fmt::Result {
    let config = &report.config;
    let optimiser = match config.optimiser {
        Optimiser::SgdMomentum { momentum } => format!("SGD with momentum {momentum}"),
        Optimiser::AdamW { beta1, beta2, epsilon } => {
            format!("AdamW with betas {beta1} and {beta2}, epsilon {epsilon}")
        }
    };
    let lines = [
        ("shape", report.shape.clone()),
        ("seed", config.seed.to_string()),
        ("epochs at most", config.epochs.to_string()),
        ("batch size", config.batch_size.to_string()),
        ("optimiser", optimiser),
        ("learning rate", config.learning_rate.to_string()),
        ("schedule", schedule(config.schedule)),
        ("weight decay", config.weight_decay.to_string()),
        ("label smoothing", config.label_smoothing.to_string()),
        ("validation share", config.validation_share.to_string()),
        ("weight range", config.weight_range.to_string()),
        ("image shift", image_shift(config.image_shift)),
        ("dropout of inputs", config.dropout.inputs.to_string()),
        ("dropout of hidden units", config.dropout.hidden.to_string()),
        ("average of parameters", config.average.map_or("none".to_owned(), |a| a.to_string())),
        ("class weights", class_weights(config.class_weights).to_owned()),
        ("share of a teacher", config.teacher_share.to_string()),
        ("temperature", config.temperature.to_string()),
        ("share of synthetic rows", config.synthetic_share.to_string()),
        ("epoch that is kept", kept(config.keep).to_owned()),
    ];
    writeln!(out, "| Setting | Value |\n| --- | --- |")?;
    for (setting, value) in lines {
        writeln!(out, "| {setting} | {value} |")?;
    }
    Ok(())
}

fn class_weights(weights: ClassWeights) -> &'static str {
    match weights {
        ClassWeights::Equal => "each row alike",
        ClassWeights::Balanced => "each class alike",
    }
}

fn kept(keep: Keep) -> &'static str {
    match keep {
        Keep::Best => "the best",
        Keep::Last => "the last",
    }
}

fn schedule(schedule: Schedule) -> String {
    match schedule {
        Schedule::Constant => "constant".to_owned(),
        Schedule::Cosine { warm_up } => format!("cosine after a warm-up of {warm_up} of the steps"),
        Schedule::Step { every_epochs, factor } => {
            format!("times {factor} every {every_epochs} epochs")
        }
    }
}

fn image_shift(image: Option<ImageShift>) -> String {
    match image {
        None => "none".to_owned(),
        Some(ImageShift { width, height, chance }) => {
            format!("{width} x {height} pixels, chance {chance} for each axis")
        }
    }
}

fn write_epochs(out: &mut String, history: &[EpochMetrics]) -> std::fmt::Result {
    writeln!(out, "| Epoch | Loss | Training | Validation | Learning rate | Seconds |")?;
    writeln!(out, "| --- | --- | --- | --- | --- | --- |")?;
    for epoch in history {
        let percent = |share: f64| format!("{:.2} %", share * 100.0);
        writeln!(
            out,
            "| {} | {:.4} | {} | {} | {:.3e} | {:.3} |",
            epoch.epoch + 1,
            epoch.loss,
            percent(epoch.training_accuracy),
            epoch.validation_accuracy.map_or("-".to_owned(), percent),
            epoch.learning_rate,
            epoch.seconds,
        )?;
    }
    Ok(())
}
