//! Single passes over the numbers, on the CPU.

use super::{
    update::{flushed, Slots, Update},
    Loss,
};
use crate::train::scale::LayerScale;
use candle_core::{
    bail, CpuStorage, CustomOp1, CustomOp2, InplaceOp2, Layout, Result, Shape, WithDType,
};

/// See [`super::activate`].
pub(super) struct Activate {
    pub(super) shift: u8,
}

/// See [`super::activate_back`].
pub(super) struct ActivateBack {
    pub(super) shift: u8,
}

/// See [`super::loss`]: gradients, then the loss of the row as a last column.
pub(super) struct LossGradient(pub(super) Loss);

/// See [`super::update`].
pub(super) struct UpdateLayer {
    pub(super) scale: LayerScale,
    pub(super) update: Update,
}

impl CustomOp1 for Activate {
    fn name(&self) -> &'static str {
        "activate"
    }

    fn cpu_fwd(&self, sums: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (rows, hidden) = layout.shape().dims2()?;
        let sums = values::<f32>(sums, layout)?;
        let mut out = Vec::with_capacity(rows * (hidden + 1));
        for row in sums.chunks_exact(hidden) {
            // Exact sums are below 2^24, so the conversion to an integer loses nothing.
            let integers = row.iter().map(|sum| sum.max(0.0) as i32);
            out.extend(integers.map(|sum| (sum >> self.shift) as f32));
            out.push(1.0);
        }
        Ok((CpuStorage::F32(out), (rows, hidden + 1).into()))
    }
}

impl CustomOp2 for ActivateBack {
    fn name(&self) -> &'static str {
        "activate_back"
    }

    fn cpu_fwd(
        &self,
        gradient: &CpuStorage,
        gradient_layout: &Layout,
        sums: &CpuStorage,
        sums_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (rows, hidden) = sums_layout.shape().dims2()?;
        let gradient = values::<f32>(gradient, gradient_layout)?;
        let sums = values::<f32>(sums, sums_layout)?;
        let slope = super::composed::slope(self.shift) as f32;
        let mut out = Vec::with_capacity(rows * hidden);
        for (gradient, sums) in gradient.chunks_exact(hidden + 1).zip(sums.chunks_exact(hidden)) {
            let passed = gradient.iter().zip(sums);
            out.extend(passed.map(|(g, sum)| if *sum > 0.0 { g * slope } else { 0.0 }));
        }
        Ok((CpuStorage::F32(out), (rows, hidden).into()))
    }
}

impl CustomOp2 for LossGradient {
    fn name(&self) -> &'static str {
        "loss_gradient"
    }

    fn cpu_fwd(
        &self,
        outputs: &CpuStorage,
        outputs_layout: &Layout,
        labels: &CpuStorage,
        labels_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (rows, classes) = outputs_layout.shape().dims2()?;
        let outputs = values::<f32>(outputs, outputs_layout)?;
        let labels = values::<u32>(labels, labels_layout)?;
        let mut out = Vec::with_capacity(rows * (classes + 1));
        for (row, label) in outputs.chunks_exact(classes).zip(labels) {
            self.0.extend(&mut out, row, *label as usize, rows as f32);
        }
        Ok((CpuStorage::F32(out), (rows, classes + 1).into()))
    }
}

impl Loss {
    /// Appends the gradient of a row and its loss.
    fn extend(&self, out: &mut Vec<f32>, outputs: &[f32], label: usize, rows: f32) {
        let start = out.len();
        let highest = outputs.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        out.extend(outputs.iter().map(|z| ((z - highest) * self.logit).exp()));
        let Some(exponentials) = out.get_mut(start..) else {
            return;
        };
        let total: f32 = exponentials.iter().sum();
        let spread = self.smoothing / outputs.len() as f32;
        let factor = self.logit / rows;
        let mut loss = 0.0;
        for ((class, value), z) in exponentials.iter_mut().enumerate().zip(outputs) {
            let own = if class == label { 1.0 - self.smoothing } else { 0.0 };
            let target = own + spread;
            // A class without a target adds nothing, also where its logarithm is infinite.
            if target > 0.0 {
                loss += target * (total.ln() - (z - highest) * self.logit);
            }
            *value = flushed((*value / total - target) * factor);
        }
        out.push(loss);
    }
}

impl InplaceOp2 for UpdateLayer {
    fn name(&self) -> &'static str {
        "update_layer"
    }

    fn cpu_fwd(
        &self,
        state: &mut CpuStorage,
        state_layout: &Layout,
        gradient: &CpuStorage,
        gradient_layout: &Layout,
    ) -> Result<()> {
        let (slots, rows, columns) = state_layout.shape().dims3()?;
        let gradient = values::<f32>(gradient, gradient_layout)?;
        let state = values_mut(state, state_layout)?;
        let size = rows * columns;
        if slots < 3 || gradient.len() != size || columns < 2 {
            bail!(
                "a layer of {slots} x {rows} x {columns} cannot take {} gradients",
                gradient.len()
            );
        }
        let (parameters, rest) = state.split_at_mut(size);
        let (integers, rest) = rest.split_at_mut(size);
        let (first, second) = rest.split_at_mut(size);
        let slots = Slots { parameters, integers, first, second };
        self.rows(slots, gradient, columns);
        Ok(())
    }
}

impl UpdateLayer {
    /// Row by row, weights and bias apart because they have scales of their own.
    fn rows(&self, mut slots: Slots<'_>, mut gradient: &[f32], columns: usize) {
        while !gradient.is_empty() {
            for (count, scale) in [(columns - 1, &self.scale.weight), (1, &self.scale.bias)] {
                let (now, later) = gradient.split_at(count);
                self.update.apply(slots.take(count), now, scale);
                gradient = later;
            }
        }
    }
}

impl<'a> Slots<'a> {
    /// Splits the first values off each slot.
    fn take(&mut self, count: usize) -> Slots<'a> {
        Slots {
            parameters: take(&mut self.parameters, count),
            integers: take(&mut self.integers, count),
            first: take(&mut self.first, count),
            second: take(&mut self.second, count),
        }
    }
}

fn take<'a>(slice: &mut &'a mut [f32], count: usize) -> &'a mut [f32] {
    let whole = std::mem::take(slice);
    let count = count.min(whole.len());
    let (now, later) = whole.split_at_mut(count);
    *slice = later;
    now
}

/// The numbers of a contiguous tensor.
fn values<'a, T: WithDType>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [T]> {
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&storage.as_slice::<T>()?[start..end]),
        None => bail!("a fused operation needs contiguous tensors"),
    }
}

fn values_mut<'a>(storage: &'a mut CpuStorage, layout: &Layout) -> Result<&'a mut [f32]> {
    match (storage, layout.contiguous_offsets()) {
        (CpuStorage::F32(values), Some((start, end))) => Ok(&mut values[start..end]),
        _ => bail!("a layer must be contiguous and of type f32"),
    }
}
