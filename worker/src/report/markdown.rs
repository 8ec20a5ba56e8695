//! The report that people read.

use crate::train::{
    EpochMetrics, Evaluation, ImageShift, Optimiser, Schedule, StopReason, TrainReport,
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
    let (rows, _) = report.judged();
    writeln!(out, "\n## Confusion of the {rows} rows\n\n![Confusion matrix](confusion.svg)")?;
    writeln!(out, "\n## Epochs\n")?;
    write_epochs(out, &report.history)
}

fn write_result(out: &mut String, report: &TrainReport) -> std::fmt::Result {
    writeln!(out, "A row counts as correct if the output of its class is strictly above all")?;
    writeln!(out, "others, computed with the integers that are proved.\n")?;
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
    writeln!(out, "| {rows} | {} | {} | {share:.2} % |", found.correct, found.rows)
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
    ];
    writeln!(out, "| Setting | Value |\n| --- | --- |")?;
    for (setting, value) in lines {
        writeln!(out, "| {setting} | {value} |")?;
    }
    Ok(())
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
