//! Claims about data blocks, whose public inputs the chain computes in wasm.

use codec::Encode;
use nocknock_poseidon::{to_be_bytes, Fr};
use nocknock_primitives::model::{
    Architecture, Block, Claimed, Head, KnownBlock, Label, Sample, WireError,
};
use rand_chacha::{
    rand_core::{RngCore, SeedableRng},
    ChaCha20Rng,
};

/// The number of the block in its task.
pub const INDEX: u16 = 7;

/// A claim about some model on a block.
#[derive(Clone, Debug)]
pub struct Claim {
    architecture: Architecture,
    /// `ctx`, `C_W`, `C_Y` and `C_u`.
    elements: [Fr; 4],
    salt: [u8; 32],
    wire: Vec<u8>,
}

impl Claim {
    /// A claim about a random block with this number of samples.
    ///
    /// # Errors
    ///
    /// There are more samples than a block holds.
    pub fn random(architecture: &Architecture, samples: u16, seed: u64) -> anyhow::Result<Self> {
        let mut random = ChaCha20Rng::seed_from_u64(seed);
        let drawn = (0..samples).map(|_| sample(architecture, &mut random)).collect();
        let mut salt = [0; 32];
        random.fill_bytes(&mut salt);
        Ok(Self {
            wire: Block::new(architecture, drawn)?.to_wire(architecture),
            architecture: architecture.clone(),
            elements: std::array::from_fn(|_| -Fr::from(random.next_u64())),
            salt,
        })
    }

    /// The same without the last byte of the block.
    #[must_use]
    pub fn cut_off(mut self) -> Self {
        self.wire.pop();
        self
    }

    /// As the wasm module takes it.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.architecture.encode();
        self.elements.iter().for_each(|element| bytes.extend(to_be_bytes(element)));
        bytes.extend(self.salt);
        bytes.extend(&self.wire);
        bytes
    }

    /// What the module leaves, computed by native code.
    ///
    /// # Errors
    ///
    /// The block is not well formed.
    pub fn fold(&self) -> Result<Vec<u8>, WireError> {
        let known = KnownBlock::new(&self.architecture, &self.salt, INDEX, &self.wire)?;
        let [context, commitment, sums, inputs] = self.elements;
        let inputs = known.inputs(context, commitment, &Claimed { sums, inputs, score: 0 });
        let folded = [inputs.rho, inputs.theta, inputs.evaluation];
        Ok(folded.iter().flat_map(to_be_bytes).collect())
    }
}

fn sample(architecture: &Architecture, random: &mut impl RngCore) -> Sample {
    let places = u32::from(architecture.inputs);
    let mask = (1 << architecture.input_bits) - 1;
    let mut word = || u16::try_from(random.next_u32() & 0xffff).unwrap_or_default();
    let label = match architecture.head {
        Head::Classes { classes, .. } => {
            Label::Class(u8::try_from(word() % classes).unwrap_or_default())
        }
        Head::Labels { labels, .. } => {
            Label::Labels((0..labels).map(|_| word().is_multiple_of(2)).collect())
        }
        Head::Number { .. } => Label::Number(word()),
    };
    let inputs = (0..places).map(|_| u16::try_from(u32::from(word()) & mask).unwrap_or_default());
    Sample { inputs: inputs.collect(), label }
}
