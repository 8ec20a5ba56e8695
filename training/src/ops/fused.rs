//! Single passes over the numbers, on the CPU.

use super::Rules;
use crate::{
    loss::Loss,
    optim::{Slots, Update},
};
use candle_core::{
    bail, CpuStorage, CustomOp1, CustomOp2, InplaceOp2, Layout, Result, Shape, WithDType,
};

/// See [`super::activate`].
pub(super) struct Activate {
    pub(super) shift: u32,
}

/// See [`super::activate_back`].
pub(super) struct ActivateBack {
    pub(super) shift: u32,
}

/// See [`super::loss`]: gradients, then the loss of the sample as a last column.
pub(super) struct LossGradient(pub(super) Loss);

/// See [`super::update`].
pub(super) struct UpdateLayer {
    pub(super) rules: Rules,
    pub(super) update: Update,
}

impl CustomOp1 for Activate {
    fn name(&self) -> &'static str {
        "activate"
    }

    fn cpu_fwd(&self, sums: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (samples, units) = layout.shape().dims2()?;
        let sums = values::<f32>(sums, layout)?;
        let mut out = Vec::with_capacity(samples * (units + 1));
        for sample in sums.chunks_exact(units) {
            // Exact sums are at most 2^24, so the conversion to an integer loses nothing.
            let integers = sample.iter().map(|sum| sum.max(0.0) as i32);
            out.extend(integers.map(|sum| (sum >> self.shift) as f32));
            out.push(1.0);
        }
        Ok((CpuStorage::F32(out), (samples, units + 1).into()))
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
        let (samples, units) = sums_layout.shape().dims2()?;
        let gradient = values::<f32>(gradient, gradient_layout)?;
        let sums = values::<f32>(sums, sums_layout)?;
        let slope = super::composed::slope(self.shift) as f32;
        let mut out = Vec::with_capacity(samples * units);
        for (gradient, sums) in gradient.chunks_exact(units + 1).zip(sums.chunks_exact(units)) {
            let passed = gradient.iter().zip(sums);
            out.extend(passed.map(|(g, sum)| if *sum > 0.0 { g * slope } else { 0.0 }));
        }
        Ok((CpuStorage::F32(out), (samples, units).into()))
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
        targets: &CpuStorage,
        targets_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (samples, count) = outputs_layout.shape().dims2()?;
        let is_class = matches!((self.0, targets), (Loss::Classes { .. }, CpuStorage::U32(_)));
        let each = if is_class { 1 } else { count };
        let found = targets_layout.shape().elem_count();
        if found != samples * each {
            bail!("{samples} samples need {each} targets each, and there are {found} in all");
        }
        let outputs = values::<f32>(outputs, outputs_layout)?.chunks_exact(count);
        let mut out = Vec::with_capacity(samples * (count + 1));
        let share = samples as f32;
        if is_class {
            let classes = values::<u32>(targets, targets_layout)?;
            for (outputs, class) in outputs.zip(classes) {
                self.0.extend_class(&mut out, outputs, *class, share);
            }
        } else {
            let targets = values::<f32>(targets, targets_layout)?.chunks_exact(count);
            for (outputs, targets) in outputs.zip(targets) {
                match self.0 {
                    Loss::Classes { .. } => {
                        self.0.extend_shares(&mut out, outputs, targets, share);
                    }
                    Loss::Labels { .. } | Loss::Number { .. } => {
                        self.0.extend(&mut out, outputs, targets, share);
                    }
                }
            }
        }
        Ok((CpuStorage::F32(out), (samples, count + 1).into()))
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
        let (slots, units, columns) = state_layout.shape().dims3()?;
        let gradient = values::<f32>(gradient, gradient_layout)?;
        let state = values_mut(state, state_layout)?;
        let size = units * columns;
        if slots < 3 || gradient.len() != size || columns < 2 {
            bail!(
                "a layer of {slots} x {units} x {columns} cannot take {} gradients",
                gradient.len()
            );
        }
        let (parameters, rest) = state.split_at_mut(size);
        let (integers, rest) = rest.split_at_mut(size);
        let (first, second) = rest.split_at_mut(size);
        let slots = Slots { parameters: &mut *parameters, integers: &mut *integers, first, second };
        self.units(slots, gradient, columns);
        if let Some(bounds) = &self.rules.bounds {
            bounds.project(parameters, integers, columns, &self.rules.scale);
        }
        Ok(())
    }
}

impl UpdateLayer {
    /// Unit by unit, weights and bias apart because they have scales of their own.
    fn units(&self, mut slots: Slots<'_>, mut gradient: &[f32], columns: usize) {
        let scale = &self.rules.scale;
        while !gradient.is_empty() {
            for (count, scale) in [(columns - 1, &scale.weight), (1, &scale.bias)] {
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
