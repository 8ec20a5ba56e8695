//! The challenges of a folded score.
//!
//! They are Keccak-256 of what has to be fixed before them, so that a contract of the EVM can
//! derive them too. Whoever verifies derives them, and never takes them from a prover.

use crate::model::field::{from_digest, to_bytes};
use nocknock_poseidon::Fr;
use sha3::{Digest, Keccak256};

const RHO: &[u8; 16] = b"nn/fold/rho/v1\0\0";
const THETA: &[u8; 16] = b"nn/fold/theta/v1";

/// `ρ`, which folds the samples of a block.
///
/// It comes from `ctx`, the commitment `C_W` to the model, the root `R_block` of the block and the
/// commitment `C_Y` to the sums of the model on that block.
pub fn rho(context: Fr, commitment: Fr, block_root: Fr, sums: Fr) -> Fr {
    challenge(RHO, &[context, commitment, block_root, sums])
}

/// `θ`, at which the folded block is evaluated.
///
/// It comes from `ρ` and the hash `C_u` of the folded inputs.
pub fn theta(rho: Fr, inputs: Fr) -> Fr {
    challenge(THETA, &[rho, inputs])
}

/// Keccak-256 over a tag and elements of 32 bytes each, big endian; the top three bits cleared, as
/// a big-endian number.
fn challenge(tag: &[u8; 16], elements: &[Fr]) -> Fr {
    let mut hash = Keccak256::new_with_prefix(tag);
    elements.iter().for_each(|element| hash.update(to_bytes(element)));
    from_digest(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples::generate::text;

    fn numbers<const N: usize>() -> [Fr; N] {
        core::array::from_fn(|place| Fr::from(place as u64 + 1))
    }

    /// All ways to add one to one of the elements.
    fn changed<const N: usize>(elements: [Fr; N]) -> [[Fr; N]; N] {
        core::array::from_fn(|place| {
            let mut changed = elements;
            changed[place] += Fr::from(1u8);
            changed
        })
    }

    /// The figures come from a separate program.
    #[test]
    fn the_challenges_of_small_numbers_are_fixed() {
        let [context, commitment, block_root, sums, inputs] = numbers();
        let rho = rho(context, commitment, block_root, sums);
        let expected = "0x011f402a54a6fdb90be88ac068da1094d1479f3f8142cd85089e8a5189b45efa";
        assert_eq!(text(rho), expected);
        let expected = "0x0c315592b56933f6f6bf1c7c8acd71fa9317c8f794099409047a7d10c2bea842";
        assert_eq!(text(theta(rho, inputs)), expected);
    }

    #[test]
    fn every_part_and_their_order_change_rho() {
        let of = |[a, b, c, d]: [Fr; 4]| rho(a, b, c, d);
        let [a, b, c, d] = numbers();
        let moved = [[b, a, c, d], [a, c, b, d], [a, b, d, c]];
        for other in changed([a, b, c, d]).into_iter().chain(moved) {
            assert_ne!(of(other), of([a, b, c, d]), "{other:?}");
        }
    }

    #[test]
    fn every_part_and_their_order_change_theta() {
        let of = |[a, b]: [Fr; 2]| theta(a, b);
        let [a, b] = numbers();
        for other in changed([a, b]).into_iter().chain([[b, a]]) {
            assert_ne!(of(other), of([a, b]), "{other:?}");
        }
    }

    #[test]
    fn the_challenges_never_meet() {
        let elements: [Fr; 2] = numbers();
        assert_ne!(challenge(RHO, &elements), challenge(THETA, &elements));
    }
}
