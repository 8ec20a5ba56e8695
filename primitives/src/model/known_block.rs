//! A data block that a verifier has, and the public inputs of claims about it.

use super::{
    architecture::Architecture,
    fold::{evaluate, fold_inputs},
    inputs::FoldInputs,
    root::block_root,
    samples::{Block, WireError},
    transcript,
};
use crate::ids::BlockIndex;
use alloc::vec::Vec;
use nocknock_poseidon::Fr;

/// A well-formed block with its root. Both come from the same bytes, so no claim can be checked
/// against the root of one block and the samples of another.
#[derive(Clone, Debug)]
pub struct KnownBlock<'a> {
    architecture: &'a Architecture,
    root: Fr,
    block: Block,
    labels: Vec<Fr>,
}

/// What a prover claims, and sends along with the proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// `C_Y`: commitment to the sums of the model on the block.
    pub sums: Fr,
    /// `C_u`: hash of the folded inputs.
    pub inputs: Fr,
    /// Score that is claimed.
    pub score: u32,
}

impl<'a> KnownBlock<'a> {
    /// The block number `index` of a task, from its salt and its byte form.
    pub fn new(
        architecture: &'a Architecture,
        salt: &[u8; 32],
        index: BlockIndex,
        wire: &[u8],
    ) -> Result<Self, WireError> {
        let block = Block::from_wire(architecture, wire)?;
        let root = block_root(architecture, salt, index, wire);
        let labels = block.label_elements(architecture);
        Ok(Self { architecture, root, block, labels })
    }

    /// `R_block`.
    pub fn root(&self) -> Fr {
        self.root
    }

    /// The samples.
    pub fn block(&self) -> &Block {
        &self.block
    }

    /// The public inputs of a claim under `ctx` about the model behind `C_W`.
    ///
    /// What does not come from the prover is computed here.
    pub fn inputs(&self, context: Fr, commitment: Fr, claimed: &Claimed) -> FoldInputs {
        let Claimed { sums, inputs, score } = *claimed;
        let rho = transcript::rho(context, commitment, self.root, sums);
        let theta = transcript::theta(rho, inputs);
        let folded = fold_inputs(self.architecture, &self.block, rho);
        let evaluation = evaluate(theta, &folded, &self.labels);
        FoldInputs { context, commitment, sums, inputs, rho, theta, evaluation, score }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples::{
        generate::{seven, small, text, CLASSES},
        Label,
    };

    const SALT: [u8; 32] = [7; 32];

    fn fields<const N: usize>() -> [Fr; N] {
        core::array::from_fn(|place| Fr::from(100 + place as u32))
    }

    fn claim(block: &Block, [context, commitment, sums, inputs]: [Fr; 4]) -> FoldInputs {
        let architecture = small(CLASSES);
        let wire = block.to_wire(&architecture);
        let known = KnownBlock::new(&architecture, &SALT, 0x0102, &wire).unwrap();
        known.inputs(context, commitment, &Claimed { sums, inputs, score: 3 })
    }

    /// The figures come from a separate program.
    #[test]
    fn the_inputs_of_seven_samples_are_fixed() {
        let [context, commitment, sums, inputs] = [1u8, 2, 4, 5].map(Fr::from);
        let claim = claim(&seven(), [context, commitment, sums, inputs]);
        let given = [claim.context, claim.commitment, claim.sums, claim.inputs];
        assert_eq!((given, claim.score), ([context, commitment, sums, inputs], 3));
        let expected = [
            "0x08b5122c1f4cdc85690c9391120c420cb82c9420d9940af300851c5c3c2c1352",
            "0x12e7846ff5c4373216db8dc910d5de1c724ac484764ae1ff5cbd49c154339710",
            "0x0dc9b9e24ff576a4ca227a9f030860b16e381bb73a40d86f13eb4d0e0e6cc91c",
        ];
        assert_eq!([claim.rho, claim.theta, claim.evaluation].map(text), expected);
    }

    #[test]
    fn root_and_samples_are_those_of_the_bytes() {
        let architecture = small(CLASSES);
        let wire = seven().to_wire(&architecture);
        let known = KnownBlock::new(&architecture, &SALT, 3, &wire).unwrap();
        assert_eq!(known.root(), block_root(&architecture, &SALT, 3, &wire));
        assert_eq!(*known.block(), seven());
        let broken = KnownBlock::new(&architecture, &SALT, 3, &wire[1..]);
        assert!(broken.is_err());
    }

    #[test]
    fn all_that_is_fixed_before_a_challenge_changes_it() {
        let parts: [Fr; 4] = fields();
        let before = claim(&seven(), parts);
        for place in 0..4 {
            let mut parts = parts;
            parts[place] += Fr::from(1u8);
            let after = claim(&seven(), parts);
            // C_u comes after ρ.
            assert_eq!(before.rho != after.rho, place < 3, "{place}");
            assert_ne!(before.theta, after.theta, "{place}");
            assert_ne!(before.evaluation, after.evaluation, "{place}");
        }
    }

    #[test]
    fn challenges_and_evaluation_see_every_input_and_label() {
        let architecture = small(CLASSES);
        let block = seven();
        let before = claim(&block, fields());
        for (sample, place) in (0..28usize).map(|number| (number / 4, number % 4)) {
            let mut samples = block.samples().to_vec();
            match samples[sample].inputs.get_mut(place) {
                Some(input) => *input ^= 1,
                None => samples[sample].label = Label::Class((sample as u8 + 1) % 3),
            }
            let after = claim(&Block::new(&architecture, samples).unwrap(), fields());
            assert_ne!(after.rho, before.rho, "{sample} {place}");
            assert_ne!(after.evaluation, before.evaluation, "{sample} {place}");
        }
    }

    #[test]
    fn the_evaluation_alone_tells_blocks_apart() {
        let architecture = small(CLASSES);
        let (block, [rho, theta]) = (seven(), fields());
        let evaluation = |block: &Block| {
            let folded = fold_inputs(&architecture, block, rho);
            evaluate(theta, &folded, &block.label_elements(&architecture))
        };
        for (sample, place) in (0..28usize).map(|number| (number / 4, number % 4)) {
            let mut samples = block.samples().to_vec();
            match samples[sample].inputs.get_mut(place) {
                Some(input) => *input ^= 1,
                None => samples[sample].label = Label::Class((sample as u8 + 1) % 3),
            }
            let other = Block::new(&architecture, samples).unwrap();
            assert_ne!(evaluation(&other), evaluation(&block), "{sample} {place}");
        }
    }
}
