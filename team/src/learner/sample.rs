//! Text that a language model goes on with.

use super::{
    lm::{Lm, LmSettings},
    require, LearnError,
};
use crate::random::{stream, uniform};

/// How a text goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    /// How many bytes are written.
    pub length: usize,
    /// How freely bytes are chosen: 0 takes the likeliest, 1 as the model expects them.
    pub temperature: f64,
    /// From what the choices follow.
    pub seed: u64,
}

/// What a model writes behind a prompt, without the prompt. On one machine it follows from model,
/// prompt and seed.
///
/// # Errors
///
/// If the prompt is empty, the temperature is no number of 0 or more, or the tensor library fails.
pub fn sample(model: &Lm, prompt: &[u8], how: &Sampling) -> Result<Vec<u8>, LearnError> {
    let is_temperature = how.temperature >= 0.0 && how.temperature.is_finite();
    require("temperature", "0 or more and finite", is_temperature)?;
    if prompt.is_empty() {
        return Err(LearnError::EmptyPrompt);
    }
    let LmSettings { context, .. } = *model.settings();
    let mut random = stream(how.seed, "sample", &[]);
    let mut text = prompt.to_vec();
    for _ in 0..how.length {
        let seen = text.get(text.len().saturating_sub(context)..).unwrap_or_default();
        let logits = model.logits_behind(seen)?;
        // From 0 up to but not including 1.
        let share = (f64::from(uniform(&mut random)) + 1.0) / 2.0;
        text.push(choose(&logits, how.temperature, share));
    }
    Ok(text.split_off(prompt.len()))
}

/// The byte at which the likelier and less likely ones below it have a share of the whole.
fn choose(logits: &[f32], temperature: f64, share: f64) -> u8 {
    let bytes = || (0..=u8::MAX).zip(logits.iter().copied().map(f64::from));
    let first = (0u8, f64::NEG_INFINITY);
    let (likeliest, highest) =
        bytes().fold(first, |best, next| if next.1 > best.1 { next } else { best });
    if temperature == 0.0 {
        return likeliest;
    }
    let weight = |logit: f64| ((logit - highest) / temperature).exp();
    let mut left = share * bytes().map(|(_, logit)| weight(logit)).sum::<f64>();
    for (byte, logit) in bytes() {
        left -= weight(logit);
        if left < 0.0 {
            return byte;
        }
    }
    // What is left over by rounding.
    likeliest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learner::AdamWSettings;
    use candle_core::Device;

    fn model() -> Lm {
        let settings = LmSettings { layers: 1, width: 8, heads: 2, context: 4 };
        Lm::new(settings, AdamWSettings::default(), 1, &Device::Cpu).unwrap()
    }

    #[test]
    fn a_text_follows_from_its_seed_and_may_be_longer_than_the_context() {
        let model = model();
        let how = Sampling { length: 20, temperature: 1.0, seed: 1 };
        let text = sample(&model, b"to be or not", &how).unwrap();
        assert_eq!(text.len(), 20);
        assert_eq!(sample(&model, b"to be or not", &how).unwrap(), text);
        let other = Sampling { seed: 2, ..how };
        assert_ne!(sample(&model, b"to be or not", &other).unwrap(), text);
    }

    #[test]
    fn without_temperature_the_likeliest_byte_is_written() {
        let mut logits = vec![0.0; 256];
        logits[65] = 1.0;
        assert_eq!(choose(&logits, 0.0, 0.999), 65);
    }

    #[test]
    fn bytes_are_chosen_as_often_as_they_are_expected() {
        let mut logits = vec![f32::NEG_INFINITY; 256];
        (logits[3], logits[7]) = (0.0, 3.0f32.ln());
        let chosen = [0.0, 0.249, 0.251, 0.999].map(|share| choose(&logits, 1.0, share));
        assert_eq!(chosen, [3, 3, 7, 7]);
        assert_eq!(choose(&logits, 1e-9, 0.0), 7, "a low temperature takes the likeliest");
    }

    #[test]
    fn what_no_text_can_follow_from_is_refused() {
        let model = model();
        let how = Sampling { length: 1, temperature: 1.0, seed: 1 };
        assert!(matches!(sample(&model, b"", &how), Err(LearnError::EmptyPrompt)));
        for temperature in [-1.0, f64::NAN, f64::INFINITY] {
            let refused = sample(&model, b"a", &Sampling { temperature, ..how }).unwrap_err();
            assert!(matches!(refused, LearnError::Setting { name: "temperature", .. }));
        }
    }
}
