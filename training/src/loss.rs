//! What a training makes smaller, one rule for each head.
//!
//! Outputs are integers. They are judged as real numbers of the size that outputs have in a network
//! without integers, so that the constants of the loss mean what they mean there.

use super::optim::flushed;

/// The loss of a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Loss {
    /// Cross-entropy of the classes, also where several may stand above the right one.
    Classes {
        /// Real output per integer output.
        logit: f32,
        /// Share of the target that is spread over all classes.
        smoothing: f32,
    },
    /// Sum of the binary cross-entropies of the labels.
    Labels {
        /// Real output per integer output.
        logit: f32,
        /// Share of the target that is spread over yes and no.
        smoothing: f32,
    },
    /// The error in proportion, its square where it is small (Huber, 1964).
    Number {
        /// Real error per integer error.
        error: f32,
        /// Integer error from which on it counts in proportion, at least 1.
        bend: f32,
    },
}

impl Loss {
    /// Appends the gradients of the mean loss of `samples` by the outputs of one sample of class
    /// `class`, then the loss of the sample.
    pub(crate) fn extend_class(
        &self,
        out: &mut Vec<f32>,
        outputs: &[f32],
        class: u32,
        samples: f32,
    ) {
        let Self::Classes { logit, smoothing } = *self else {
            return;
        };
        let spread = smoothing / outputs.len() as f32;
        let own = |other: u32| if other == class { 1.0 - smoothing } else { 0.0 };
        let targets = (0..).take(outputs.len()).map(|other| own(other) + spread);
        extend_softmax(out, outputs, logit, (targets, 1.0), samples);
    }

    /// The same for a sample of which several classes have a share. The more the shares add up to,
    /// the more it counts.
    pub(crate) fn extend_shares(
        &self,
        out: &mut Vec<f32>,
        outputs: &[f32],
        shares: &[f32],
        samples: f32,
    ) {
        let Self::Classes { logit, .. } = *self else {
            return;
        };
        let targets = (shares.iter().copied(), shares.iter().sum());
        extend_softmax(out, outputs, logit, targets, samples);
    }

    /// The same for labels or a number, whose targets are numbers like the outputs.
    pub(crate) fn extend(
        &self,
        out: &mut Vec<f32>,
        outputs: &[f32],
        targets: &[f32],
        samples: f32,
    ) {
        let mut loss = 0.0;
        for (output, target) in outputs.iter().zip(targets) {
            let (slope, height) = self.of_output(*output, *target);
            out.push(flushed(slope / samples));
            loss += height;
        }
        out.push(loss);
    }

    /// Derivative by the output, and the loss itself.
    fn of_output(&self, output: f32, target: f32) -> (f32, f32) {
        match *self {
            Self::Classes { .. } => (0.0, 0.0),
            Self::Labels { logit, smoothing } => {
                let (logits, target) = (output * logit, softened(target, smoothing));
                // Neither exponential exceeds 1.
                let shrunk = (-logits.abs()).exp();
                let probability = if logits < 0.0 { shrunk } else { 1.0 } / (1.0 + shrunk);
                let height = logits.max(0.0) - logits * target + shrunk.ln_1p();
                ((probability - target) * logit, height)
            }
            Self::Number { error, bend } => {
                let distance = output - target;
                let size = distance.abs();
                let within = size.min(bend);
                let height = (size - within + within * within / (2.0 * bend)) * error;
                ((distance / bend).clamp(-1.0, 1.0) * error, height)
            }
        }
    }
}

/// Appends the gradients of a cross-entropy, whose targets add up to the number beside them, and
/// the loss itself.
fn extend_softmax(
    out: &mut Vec<f32>,
    outputs: &[f32],
    logit: f32,
    (targets, weight): (impl Iterator<Item = f32>, f32),
    samples: f32,
) {
    let start = out.len();
    let highest = outputs.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    out.extend(outputs.iter().map(|z| ((z - highest) * logit).exp()));
    let Some(exponentials) = out.get_mut(start..) else {
        return;
    };
    let total: f32 = exponentials.iter().sum();
    let factor = logit / samples;
    let mut loss = 0.0;
    for ((value, z), target) in exponentials.iter_mut().zip(outputs).zip(targets) {
        // A class without a target adds nothing, also where its logarithm is infinite.
        if target > 0.0 {
            loss += target * (total.ln() - (z - highest) * logit);
        }
        *value = flushed((*value / total * weight - target) * factor);
    }
    out.push(loss);
}

/// The target 0 or 1, drawn towards one half.
fn softened(target: f32, smoothing: f32) -> f32 {
    target * (1.0 - smoothing) + 0.5 * smoothing
}
