//! The same out of tensor operations, for every device.

use candle_core::{Result, Tensor, D};

/// See [`super::causal_softmax`].
pub(super) fn causal_softmax(scores: &Tensor) -> Result<Tensor> {
    let length = scores.dim(D::Minus1)?;
    let veil = |is_later: bool| if is_later { f32::NEG_INFINITY } else { 0.0 };
    let row = |at: usize| (0..length).map(move |seen| veil(seen > at));
    let hidden: Vec<f32> = (0..length).flat_map(row).collect();
    let hidden = Tensor::from_vec(hidden, (length, length), scores.device())?;
    let scores = scores.broadcast_add(&hidden)?;
    let exponentials = scores.broadcast_sub(&highest(&scores)?)?.exp()?;
    exponentials.broadcast_mul(&exponentials.sum_keepdim(D::Minus1)?.recip()?)
}

/// See [`super::cross_entropy`].
pub(super) fn cross_entropy(logits: &Tensor, classes: &[u32]) -> Result<Tensor> {
    let classes = Tensor::from_slice(classes, (classes.len(), 1), logits.device())?;
    let logits = logits.broadcast_sub(&highest(logits)?)?;
    let total = logits.exp()?.sum_keepdim(D::Minus1)?.log()?;
    total - logits.gather(&classes, D::Minus1)?
}

/// The highest number of each row. It takes no part in the gradient: whatever is subtracted from a
/// row leaves its softmax as it is.
fn highest(rows: &Tensor) -> Result<Tensor> {
    rows.detach().max_keepdim(D::Minus1)
}
