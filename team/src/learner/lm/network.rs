//! What the model computes. Every operation passes gradients on.

use super::{ops, parts::block_name, settings::LmSettings};
use candle_core::{Result, Tensor, D};

/// Keeps the root mean square of what is nearly zero from becoming a divisor of zero.
const NORM_EPSILON: f64 = 1e-5;

/// The tensors of a model at their places.
pub(super) struct Network {
    heads: usize,
    bytes: Tensor,
    positions: Tensor,
    blocks: Vec<Block>,
    norm: Tensor,
    output: Tensor,
}

struct Block {
    attention_norm: Tensor,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_output: Tensor,
    mlp_norm: Tensor,
    up: Tensor,
    down: Tensor,
}

/// How many texts there are, and how many bytes each of them has.
#[derive(Clone, Copy)]
pub(super) struct Texts {
    pub(super) rows: usize,
    pub(super) length: usize,
}

impl Network {
    /// Puts the tensors at their places, which `find` knows by name.
    pub(super) fn new(
        settings: &LmSettings,
        find: impl Fn(&str) -> Result<Tensor>,
    ) -> Result<Self> {
        let blocks = (0..settings.layers).map(|layer| Block::new(layer, &find));
        Ok(Self {
            heads: settings.heads,
            bytes: find("bytes")?,
            positions: find("positions")?,
            blocks: blocks.collect::<Result<_>>()?,
            norm: find("norm")?,
            output: find("output")?,
        })
    }

    /// What the model expects behind each byte, `N x 256` logits, where `bytes` are `N` numbers,
    /// text by text.
    pub(super) fn logits(&self, bytes: &Tensor, texts: Texts) -> Result<Tensor> {
        let Texts { rows, length } = texts;
        let stream = self.bytes.index_select(bytes, 0)?;
        let (count, width) = stream.dims2()?;
        let stream = stream.reshape((rows, length, width))?;
        let stream = stream.broadcast_add(&self.positions.narrow(0, 0, length)?)?;
        let mut stream = stream.reshape((count, width))?;
        for block in &self.blocks {
            stream = block.forward(&stream, texts, self.heads)?;
        }
        normed(&stream, &self.norm)?.matmul(&self.output)
    }
}

impl Block {
    fn new(layer: usize, find: impl Fn(&str) -> Result<Tensor>) -> Result<Self> {
        let find = |name: &str| find(&block_name(layer, name));
        Ok(Self {
            attention_norm: find("attention.norm")?,
            query: find("attention.query")?,
            key: find("attention.key")?,
            value: find("attention.value")?,
            attention_output: find("attention.output")?,
            mlp_norm: find("mlp.norm")?,
            up: find("mlp.up")?,
            down: find("mlp.down")?,
        })
    }

    /// From `N x width` to the same.
    fn forward(&self, stream: &Tensor, texts: Texts, heads: usize) -> Result<Tensor> {
        let seen = self.attend(&normed(stream, &self.attention_norm)?, texts, heads)?;
        let stream = (stream + seen)?;
        let inner = normed(&stream, &self.mlp_norm)?.matmul(&self.up)?.silu()?;
        &stream + inner.matmul(&self.down)?
    }

    fn attend(&self, inputs: &Tensor, texts: Texts, heads: usize) -> Result<Tensor> {
        let (count, width) = inputs.dims2()?;
        let by_head = |weights: &Tensor| {
            let all = inputs.matmul(weights)?;
            let all = all.reshape((texts.rows, texts.length, heads, width / heads))?;
            // Products of four dimensions need them in order.
            all.transpose(1, 2)?.contiguous()
        };
        let scale = 1.0 / ((width / heads) as f64).sqrt();
        let query = by_head(&self.query)?.affine(scale, 0.0)?;
        let scores = query.matmul(&by_head(&self.key)?.t()?)?;
        let mixed = ops::causal_softmax(&scores)?.matmul(&by_head(&self.value)?)?;
        mixed.transpose(1, 2)?.reshape((count, width))?.matmul(&self.attention_output)
    }
}

/// Each row divided by its root mean square, then each column multiplied by its weight.
fn normed(rows: &Tensor, weights: &Tensor) -> Result<Tensor> {
    let square = rows.sqr()?.mean_keepdim(D::Minus1)?;
    let factor = square.affine(1.0, NORM_EPSILON)?.sqrt()?.recip()?;
    rows.broadcast_mul(&factor)?.broadcast_mul(weights)
}
