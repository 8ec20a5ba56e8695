//! Single passes over the numbers, on the CPU.

use candle_core::{bail, CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor};

/// See [`super::causal_softmax`].
pub(super) struct CausalSoftmax;

/// The gradient by the scores, from the shares and the gradient by them.
struct CausalSoftmaxBack;

/// See [`super::cross_entropy`].
pub(super) struct CrossEntropy {
    /// The right class of each row.
    pub(super) classes: Vec<u32>,
}

/// The gradient by the logits, from them and the gradient by the cross-entropies.
struct CrossEntropyBack<'a>(&'a [u32]);

impl CustomOp1 for CausalSoftmax {
    fn name(&self) -> &'static str {
        "causal_softmax"
    }

    fn cpu_fwd(&self, scores: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let length = row_length(layout)?;
        let mut shares = values(scores, layout)?.to_vec();
        for (row, shares) in shares.chunks_exact_mut(length).enumerate() {
            let (seen, hidden) = shares.split_at_mut(row % length + 1);
            exponentiate(seen);
            let total: f32 = seen.iter().sum();
            seen.iter_mut().for_each(|share| *share /= total);
            hidden.fill(0.0);
        }
        Ok((CpuStorage::F32(shares), layout.shape().clone()))
    }

    fn bwd(&self, _scores: &Tensor, shares: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let gradient = gradient.contiguous()?;
        shares.apply_op2_no_bwd(&gradient, &CausalSoftmaxBack).map(Some)
    }
}

impl CustomOp2 for CausalSoftmaxBack {
    fn name(&self) -> &'static str {
        "causal_softmax_back"
    }

    fn cpu_fwd(
        &self,
        shares: &CpuStorage,
        layout: &Layout,
        gradient: &CpuStorage,
        gradient_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let length = row_length(layout)?;
        let shares = values(shares, layout)?.chunks_exact(length);
        let gradient = values(gradient, gradient_layout)?.chunks_exact(length);
        let mut out = Vec::with_capacity(layout.shape().elem_count());
        for (shares, gradient) in shares.zip(gradient) {
            let mean: f32 = shares.iter().zip(gradient).map(|(share, slope)| share * slope).sum();
            out.extend(shares.iter().zip(gradient).map(|(share, slope)| share * (slope - mean)));
        }
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }
}

impl CustomOp1 for CrossEntropy {
    fn name(&self) -> &'static str {
        "cross_entropy"
    }

    fn cpu_fwd(&self, logits: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (rows, count) = layout.shape().dims2()?;
        if self.classes.len() != rows {
            bail!("{rows} rows need a class each, and there are {}", self.classes.len());
        }
        let mut losses = Vec::with_capacity(rows);
        let mut row = Vec::with_capacity(count);
        for (logits, class) in values(logits, layout)?.chunks_exact(count).zip(&self.classes) {
            let Some(right) = logits.get(*class as usize) else {
                bail!("there are {count} classes, and class {class} is none of them");
            };
            row.clear();
            row.extend_from_slice(logits);
            let highest = exponentiate(&mut row);
            losses.push(row.iter().sum::<f32>().ln() + highest - right);
        }
        Ok((CpuStorage::F32(losses), (rows, 1).into()))
    }

    fn bwd(&self, logits: &Tensor, _losses: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let gradient = gradient.contiguous()?;
        logits.apply_op2_no_bwd(&gradient, &CrossEntropyBack(&self.classes)).map(Some)
    }
}

impl CustomOp2 for CrossEntropyBack<'_> {
    fn name(&self) -> &'static str {
        "cross_entropy_back"
    }

    fn cpu_fwd(
        &self,
        logits: &CpuStorage,
        layout: &Layout,
        gradient: &CpuStorage,
        gradient_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (_, count) = layout.shape().dims2()?;
        let mut out = values(logits, layout)?.to_vec();
        let weights = values(gradient, gradient_layout)?;
        for ((row, class), weight) in out.chunks_exact_mut(count).zip(self.0).zip(weights) {
            exponentiate(row);
            let factor = weight / row.iter().sum::<f32>();
            row.iter_mut().for_each(|slope| *slope *= factor);
            if let Some(right) = row.get_mut(*class as usize) {
                *right -= weight;
            }
        }
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }
}

/// Exponentials of the distances to the highest number, which is returned: none exceeds 1.
fn exponentiate(row: &mut [f32]) -> f32 {
    let highest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    row.iter_mut().for_each(|number| *number = (*number - highest).exp());
    highest
}

/// Length of the rows of square matrices.
fn row_length(layout: &Layout) -> Result<usize> {
    match *layout.dims() {
        [.., rows, columns] if rows == columns && rows > 0 => Ok(rows),
        _ => bail!("attention needs square matrices, and these are {:?}", layout.dims()),
    }
}

/// The numbers of a contiguous tensor.
fn values<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let numbers = storage.as_slice::<f32>()?;
    let own = layout.contiguous_offsets().and_then(|(start, end)| numbers.get(start..end));
    own.ok_or_else(|| candle_core::Error::msg("a fused operation needs contiguous tensors"))
}
