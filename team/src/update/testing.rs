//! Models and numbers for tests.

use super::{Header, UpdateKind, ValueBits};
use crate::{
    random::{stream, uniform},
    Layout, TensorShape,
};

/// One of each kind.
pub(crate) const EVERY_KIND: [UpdateKind; 5] = [
    UpdateKind::Sparse { one_in: 64, value_bits: ValueBits::One },
    UpdateKind::Sparse { one_in: 16, value_bits: ValueBits::Two },
    UpdateKind::Int8,
    UpdateKind::Int4,
    UpdateKind::F32,
];

/// A model with tensors of these extents.
pub(crate) fn layout(extents: &[&[usize]]) -> Layout {
    let tensors = extents.iter().enumerate().map(|(place, extents)| {
        let name = format!("tensor.{place:03}");
        TensorShape { name, extents: extents.to_vec() }
    });
    Layout::new(tensors.collect()).unwrap()
}

/// A header that fits.
pub(crate) fn header(layout: &Layout, kind: UpdateKind) -> Header {
    Header {
        run: [7; 32],
        round: 3,
        slot: 1,
        kind,
        parent: [9; 32],
        layout: layout.digest(),
        work: 320,
        steps: 5,
        loss_first: 2.5,
        loss_last: 2.25,
    }
}

/// Numbers about zero that are nearly normal: sums of uniform ones.
pub(crate) fn bell(seed: u64, count: usize) -> Vec<f32> {
    let mut random = stream(seed, "tests of updates", &[]);
    (0..count).map(|_| (0..6).map(|_| uniform(&mut random)).sum::<f32>() / 64.0).collect()
}
