//! The fixed-length hash of circom's library.

use crate::{permute_fixed, PoseidonError, State};
use ark_bn254::Fr;
use ark_ff::AdditiveGroup;

/// Hashes one to twelve elements as circomlib's `Poseidon(n)` does: the state is `(0, inputs..)`,
/// the digest the first element after the permutation.
///
/// The number of elements selects the width, so inputs of different lengths never collide by
/// padding. This links the tables of all widths; [`sponge_hash`](crate::sponge_hash) links one.
pub fn hash(inputs: &[Fr]) -> Result<Fr, PoseidonError> {
    match inputs.len() {
        1 => Ok(digest::<2>(inputs)),
        2 => Ok(digest::<3>(inputs)),
        3 => Ok(digest::<4>(inputs)),
        4 => Ok(digest::<5>(inputs)),
        5 => Ok(digest::<6>(inputs)),
        6 => Ok(digest::<7>(inputs)),
        7 => Ok(digest::<8>(inputs)),
        8 => Ok(digest::<9>(inputs)),
        9 => Ok(digest::<10>(inputs)),
        10 => Ok(digest::<11>(inputs)),
        11 => Ok(digest::<12>(inputs)),
        12 => Ok(digest::<13>(inputs)),
        count => Err(PoseidonError::InputCount { count }),
    }
}

fn digest<const T: usize>(inputs: &[Fr]) -> Fr
where
    [Fr; T]: State,
{
    let mut state = [Fr::ZERO; T];
    for (element, input) in state.iter_mut().skip(1).zip(inputs) {
        *element = *input;
    }
    permute_fixed(&mut state);
    let [first, ..] = state.as_slice() else {
        return Fr::ZERO;
    };
    *first
}
