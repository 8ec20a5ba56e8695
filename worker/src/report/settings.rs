//! The settings of a training in words.

use nocknock_training::{ClassWeights, ImageShift, Keep, Optimiser, Schedule, TrainReport};

/// Each setting and its value.
pub(super) fn settings(report: &TrainReport) -> Vec<(&'static str, String)> {
    let config = &report.config;
    vec![
        ("shape", report.shape.clone()),
        ("seed", config.seed.to_string()),
        ("epochs at most", config.epochs.to_string()),
        ("batch size", config.batch_size.to_string()),
        ("optimiser", optimiser(config.optimiser)),
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
    ]
}

fn optimiser(optimiser: Optimiser) -> String {
    match optimiser {
        Optimiser::SgdMomentum { momentum } => format!("SGD with momentum {momentum}"),
        Optimiser::AdamW { beta1, beta2, epsilon } => {
            format!("AdamW with betas {beta1} and {beta2}, epsilon {epsilon}")
        }
    }
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
