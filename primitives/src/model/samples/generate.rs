//! Architectures and blocks for tests.

use super::{Block, Label, Sample};
use crate::{
    ids::ContentHash,
    model::{
        architecture::{Architecture, Dense, Description, Goal, Head},
        field,
    },
};
use alloc::{
    string::{String, ToString},
    vec,
    vec::Vec,
};
use nocknock_poseidon::Fr;

/// Numbers without a pattern that are the same in every run: SplitMix64.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn within<T: TryFrom<u64>>(&mut self, low: u64, high: u64) -> T {
        let number = low + self.draw() % (high - low + 1);
        T::try_from(number).ok().expect("the type holds all numbers up to the highest")
    }

    /// An element of up to 253 bits.
    pub(crate) fn element(&mut self) -> Fr {
        let mut bytes = [0u8; 32];
        bytes.as_chunks_mut::<8>().0.iter_mut().for_each(|word| *word = self.draw().to_le_bytes());
        field::from_digest(bytes)
    }

    /// An architecture with up to two hidden layers and any head.
    pub(crate) fn architecture(&mut self) -> Architecture {
        let found = (0..1000).find_map(|_| Architecture::new(self.description()).ok());
        found.expect("most of these descriptions are within the bounds")
    }

    fn description(&mut self) -> Description {
        let layers: usize = self.within(0, 2);
        let hidden: Vec<Dense> = (0..layers).map(|_| self.dense()).collect();
        Description {
            inputs: self.within(1, 40),
            input_bits: self.within(1, 16),
            hidden: hidden.try_into().expect("two hidden layers are allowed"),
            head: self.head(),
            samples: self.within(1, 60),
        }
    }

    fn dense(&mut self) -> Dense {
        let sum_bits: u8 = self.within(10, 40);
        Dense {
            units: self.within(1, 5),
            weight_bits: self.within(2, 8),
            bias_bits: self.within(2, 16),
            sum_bits,
            shift: self.within(0, u64::from(sum_bits) - 2),
        }
    }

    fn head(&mut self) -> Head {
        let (weight_bits, bias_bits) = (self.within(2, 8), self.within(2, 16));
        let distance_bits: u8 = self.within(17, 30);
        let goal = |goal| Head::Number { weight_bits, bias_bits, distance_bits, goal };
        match self.within(0, 3) {
            0u8 => {
                let classes: u16 = self.within(2, 9);
                let best = self.within(1, u64::from(classes) - 1);
                let distance_bits = self.within(10, 30);
                Head::Classes { classes, best, weight_bits, bias_bits, distance_bits }
            }
            1 => {
                let (labels, sum_bits) = (self.within(1, 70), self.within(10, 40));
                Head::Labels { labels, weight_bits, bias_bits, sum_bits }
            }
            2 => goal(Goal::AbsoluteError { cap: self.within(1, 500) }),
            _ => goal(Goal::Within { tolerance: self.within(0, 500) }),
        }
    }

    /// A block with this number of samples.
    pub(crate) fn block(&mut self, architecture: &Architecture, samples: usize) -> Block {
        let samples = (0..samples).map(|_| self.sample(architecture)).collect();
        Block::new(architecture, samples).expect("the samples are well formed")
    }

    fn sample(&mut self, architecture: &Architecture) -> Sample {
        let largest = (1u64 << architecture.input_bits) - 1;
        let inputs = (0..architecture.inputs).map(|_| self.within(0, largest)).collect();
        let label = match architecture.head {
            Head::Classes { classes, .. } => Label::Class(self.within(0, u64::from(classes) - 1)),
            Head::Labels { labels, .. } => {
                Label::Labels((0..labels).map(|_| self.draw() % 2 == 1).collect())
            }
            Head::Number { .. } => Label::Number(self.within(0, 65535)),
        };
        Sample { inputs, label }
    }
}

/// Three inputs of 5 bits, one hidden layer, blocks of 8 samples. Its wide bits are 50, so five
/// samples share a power of the challenge.
pub(crate) fn small(head: Head) -> Architecture {
    let hidden = Dense { units: 2, weight_bits: 4, bias_bits: 6, sum_bits: 50, shift: 2 };
    let description = Description {
        inputs: 3,
        input_bits: 5,
        hidden: vec![hidden].try_into().expect("one hidden layer is allowed"),
        head,
        samples: 8,
    };
    Architecture::new(description).expect("the description is within the bounds")
}

/// One of three classes.
pub(crate) const CLASSES: Head =
    Head::Classes { classes: 3, best: 1, weight_bits: 4, bias_bits: 6, distance_bits: 20 };

/// Any of ten labels.
pub(crate) const LABELS: Head =
    Head::Labels { labels: 10, weight_bits: 4, bias_bits: 6, sum_bits: 20 };

/// A number.
pub(crate) const NUMBER: Head = Head::Number {
    weight_bits: 4,
    bias_bits: 6,
    distance_bits: 20,
    goal: Goal::AbsoluteError { cap: 100 },
};

/// Seven samples of [`small`] with [`CLASSES`]: the block of the fixed vectors, which a separate
/// program computed.
pub(crate) fn seven() -> Block {
    let sample = |n: u16| Sample {
        inputs: (0..3).map(|d| (7 * n + 11 * d + 3) % 32).collect(),
        label: Label::Class((n % 3) as u8),
    };
    Block::new(&small(CLASSES), (0..7).map(sample).collect()).expect("the samples are well formed")
}

/// The text of an element: `0x` and 64 digits.
pub(crate) fn text(element: Fr) -> String {
    ContentHash(field::to_bytes(&element)).to_string()
}
