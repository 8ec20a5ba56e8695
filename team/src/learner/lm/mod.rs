//! A language model of bytes: a transformer that looks back only (Vaswani and others, 2017), with
//! norms before each part (RMSNorm, Zhang and Sennrich, 2019), several heads, learnt positions,
//! SiLU between two matrices of four times the width, and an output of its own over 256 bytes.

mod network;
mod ops;
mod parts;
mod settings;
#[cfg(test)]
mod tests;

pub use settings::LmSettings;

use super::{
    adamw::{AdamW, AdamWSettings},
    data::Batch,
    flat::{check_finite, check_length, join, split},
    require, Evaluated, InnerState, LearnError, Learner,
};
use crate::Layout;
use candle_core::{backprop::GradStore, Device, Tensor, Var, D};
use network::{Network, Texts};

/// How many different bytes there are.
const BYTES: usize = 256;

/// A language model of bytes with its optimiser.
#[derive(Debug)]
pub struct Lm {
    settings: LmSettings,
    layout: Layout,
    /// The tensors, in the order of the layout.
    variables: Vec<Var>,
    optimiser: AdamW,
    device: Device,
}

impl Lm {
    /// A model with the first numbers of a seed, which are the same on every machine.
    ///
    /// # Errors
    ///
    /// If a setting is out of its range, the model has too many numbers, or the device has no
    /// memory for it.
    pub fn new(
        settings: LmSettings,
        optimiser: AdamWSettings,
        seed: u64,
        device: &Device,
    ) -> Result<Self, LearnError> {
        optimiser.check()?;
        let layout = Self::layout_of(&settings)?;
        let numbers = parts::first_numbers(&parts::parts(&settings), seed);
        let tensors = split(&layout, &numbers, device)?;
        let variables = tensors.iter().map(Var::from_tensor);
        let variables = variables.collect::<candle_core::Result<Vec<_>>>()?;
        let optimiser = AdamW::new(optimiser, &variables)?;
        Ok(Self { settings, layout, variables, optimiser, device: device.clone() })
    }

    /// Which numbers a model of these settings consists of, without making one.
    ///
    /// # Errors
    ///
    /// If a setting is out of its range, or the model has too many numbers.
    pub fn layout_of(settings: &LmSettings) -> Result<Layout, LearnError> {
        settings.check()?;
        let shapes = parts::parts(settings).iter().map(parts::Part::shape).collect();
        Ok(Layout::new(shapes)?)
    }

    /// The size of the model.
    pub fn settings(&self) -> &LmSettings {
        &self.settings
    }

    /// What is expected behind a text that the model sees as a whole: a logit of each byte.
    pub(super) fn logits_behind(&self, text: &[u8]) -> Result<Vec<f32>, LearnError> {
        let texts = Texts { rows: 1, length: text.len() };
        let logits = self.logits(text, texts, Var::as_detached_tensor)?;
        let last = logits.narrow(0, text.len().saturating_sub(1), 1)?;
        Ok(last.flatten_all()?.to_vec1()?)
    }

    /// Logits of what follows each byte, `N x 256`, by the tensors that `of` makes of variables.
    fn logits(
        &self,
        bytes: &[u8],
        texts: Texts,
        of: impl Fn(&Var) -> Tensor,
    ) -> Result<Tensor, LearnError> {
        let (length, context) = (texts.length, self.settings.context);
        if length > context {
            return Err(LearnError::Context { length, context });
        }
        let network = Network::new(&self.settings, |name| self.find(name).map(&of))?;
        let bytes: Vec<u32> = bytes.iter().copied().map(u32::from).collect();
        let count = bytes.len();
        let bytes = Tensor::from_vec(bytes, count, &self.device)?;
        Ok(network.logits(&bytes, texts)?)
    }

    fn find(&self, name: &str) -> candle_core::Result<&Var> {
        let place = self.layout.tensors().binary_search_by(|tensor| tensor.name.as_str().cmp(name));
        let variable = place.ok().and_then(|place| self.variables.get(place));
        variable.ok_or_else(|| candle_core::Error::msg(format!("there is no tensor {name:?}")))
    }

    /// The loss of each byte of a batch in nats, `N x 1`, and the logits behind it.
    fn losses(
        &self,
        batch: &Batch,
        of: impl Fn(&Var) -> Tensor,
    ) -> Result<(Tensor, Tensor), LearnError> {
        let texts = Texts { rows: batch.rows(), length: batch.length() };
        let logits = self.logits(batch.inputs(), texts, of)?;
        let targets: Vec<u32> = batch.targets().iter().copied().map(u32::from).collect();
        Ok((ops::cross_entropy(&logits, &targets)?, logits))
    }

    /// The mean loss of a batch and the gradients by all tensors, in the order of the layout.
    fn gradients(&self, batch: &Batch) -> Result<(f32, Vec<Tensor>), LearnError> {
        let (losses, _) = self.losses(batch, |variable| variable.as_tensor().clone())?;
        let loss = losses.mean_all()?;
        let value = loss.to_scalar::<f32>()?;
        check_finite("losses", &[value])?;
        let mut found = loss.backward()?;
        let mut gradients = Vec::with_capacity(self.variables.len());
        for (variable, tensor) in self.variables.iter().zip(self.layout.tensors()) {
            gradients.push(gradient(&mut found, variable, &tensor.name)?);
        }
        Ok((value, gradients))
    }
}

impl Learner for Lm {
    type Batch = Batch;

    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn read(&self, into: &mut [f32]) -> Result<(), LearnError> {
        check_length(&self.layout, into.len())?;
        into.copy_from_slice(&join(self.variables.iter().map(Var::as_tensor))?);
        Ok(())
    }

    fn write(&mut self, from: &[f32]) -> Result<(), LearnError> {
        check_finite("parameters", from)?;
        let tensors = split(&self.layout, from, &self.device)?;
        for (variable, tensor) in self.variables.iter().zip(&tensors) {
            variable.set(tensor)?;
        }
        Ok(())
    }

    fn step(&mut self, batch: &Batch, rate: f64) -> Result<f32, LearnError> {
        require("rate", "0 or more and finite", rate >= 0.0 && rate.is_finite())?;
        let (loss, gradients) = self.gradients(batch)?;
        self.optimiser.step(&self.variables, &gradients, rate)?;
        Ok(loss)
    }

    fn evaluate(&self, batch: &Batch) -> Result<Evaluated, LearnError> {
        let (losses, logits) = self.losses(batch, Var::as_detached_tensor)?;
        let losses = losses.flatten_all()?.to_vec1::<f32>()?;
        let guesses = logits.argmax(D::Minus1)?.to_vec1::<u32>()?;
        let targets = batch.targets().iter().copied().map(u32::from);
        let correct = guesses.into_iter().zip(targets).filter(|(guess, target)| guess == target);
        Ok(Evaluated {
            loss: losses.iter().copied().map(f64::from).sum(),
            count: losses.len() as u64,
            correct: correct.count() as u64,
        })
    }

    fn inner_state(&self) -> Result<InnerState, LearnError> {
        self.optimiser.state()
    }

    fn restore_inner(&mut self, state: &InnerState) -> Result<(), LearnError> {
        self.optimiser.restore(state, &self.layout, &self.variables)
    }
}

/// Takes the gradient by a tensor out of those that were found.
///
/// An operation that passes no gradient on would go unnoticed: decay alone moves most tensors. One
/// that is not finite would stay in the memory of the optimiser.
fn gradient(found: &mut GradStore, variable: &Var, name: &str) -> Result<Tensor, LearnError> {
    let gradient = found.remove(variable.as_tensor());
    let gradient = gradient.ok_or_else(|| LearnError::NoGradient { name: name.to_owned() })?;
    // The graph of the step would live on with it.
    let gradient = gradient.detach();
    let size = gradient.sqr()?.sum_all()?.to_scalar::<f32>()?;
    check_finite("gradients", &[size])?;
    Ok(gradient)
}
