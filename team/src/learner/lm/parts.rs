//! Which tensors a model has, and how they start.

use super::{LmSettings, BYTES};
use crate::{
    random::{stream, uniform},
    TensorShape,
};

/// A tensor and how it starts.
pub(super) struct Part {
    name: String,
    extents: Vec<usize>,
    start: Start,
}

enum Start {
    /// All numbers are 1.
    Ones,
    /// Even between the bounds −1/√n and 1/√n of this n.
    Even(usize),
}

impl Part {
    fn new(name: impl Into<String>, extents: &[usize], start: Start) -> Self {
        Self { name: name.into(), extents: extents.to_vec(), start }
    }

    pub(super) fn shape(&self) -> TensorShape {
        TensorShape { name: self.name.clone(), extents: self.extents.clone() }
    }
}

/// The tensors of a model, sorted by name.
pub(super) fn parts(settings: &LmSettings) -> Vec<Part> {
    let LmSettings { layers, width, context, .. } = *settings;
    let mut parts = vec![
        Part::new("bytes", &[BYTES, width], Start::Even(width)),
        Part::new("norm", &[width], Start::Ones),
        Part::new("output", &[width, BYTES], Start::Even(width)),
        Part::new("positions", &[context, width], Start::Even(width)),
    ];
    parts.extend((0..layers).flat_map(|layer| block_parts(layer, settings)));
    parts.sort_by(|one, other| one.name.cmp(&other.name));
    parts
}

fn block_parts(layer: usize, settings: &LmSettings) -> Vec<Part> {
    let width = settings.width;
    let inner = settings.inner_width();
    // What is added to the stream of a token grows with the layers unless each adds less.
    let additions = 2 * settings.layers;
    let part = |name: &str, extents: &[usize], start: Start| {
        Part::new(block_name(layer, name), extents, start)
    };
    vec![
        part("attention.key", &[width, width], Start::Even(width)),
        part("attention.norm", &[width], Start::Ones),
        part("attention.output", &[width, width], Start::Even(width * additions)),
        part("attention.query", &[width, width], Start::Even(width)),
        part("attention.value", &[width, width], Start::Even(width)),
        part("mlp.down", &[inner, width], Start::Even(inner * additions)),
        part("mlp.norm", &[width], Start::Ones),
        part("mlp.up", &[width, inner], Start::Even(width)),
    ]
}

/// Name of a tensor of a block. Two digits keep the blocks in their order.
pub(super) fn block_name(layer: usize, name: &str) -> String {
    format!("blocks.{layer:02}.{name}")
}

/// All numbers that a model starts with, in the order of its layout.
///
/// Only exact operations of IEEE 754 make them, so their bits follow from the seed everywhere.
pub(super) fn first_numbers(parts: &[Part], seed: u64) -> Vec<f32> {
    let mut random = stream(seed, "first weights", &[]);
    let mut numbers = Vec::new();
    for part in parts {
        let count = part.extents.iter().product::<usize>();
        match part.start {
            Start::Ones => numbers.extend(std::iter::repeat_n(1.0, count)),
            Start::Even(inputs) => {
                let bound = (1.0 / (inputs as f64).sqrt()) as f32;
                numbers.extend((0..count).map(|_| uniform(&mut random) * bound));
            }
        }
    }
    numbers
}
