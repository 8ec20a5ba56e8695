//! What takes long or much memory: `scripts/test --marathon`.

use crate::{
    fold::named,
    snapshot::{assert_circuit_is_pinned, assert_key_is_pinned, large},
};
use nocknock_circuits::fold::FoldedScore;

#[test]
fn images_of_28_by_28_pixels_fit_2_to_the_20_with_150_samples() {
    let circuit = assert_circuit_is_pinned::<FoldedScore>(&named("mnist-784x128x10"));
    assert_eq!(circuit.matrices().constraints(), 928_116);
    assert_eq!(circuit.shape().samples, 150);
    assert_eq!(circuit.matrices().domain_size(), 1 << 20);
}

#[test]
fn every_offered_architecture_fits_2_to_the_20() {
    for (name, architecture) in large() {
        let circuit = assert_circuit_is_pinned::<FoldedScore>(&architecture);
        assert!(circuit.matrices().domain_size() <= 1 << 20, "{name}");
    }
}

/// One key at a time: the largest need much memory.
#[test]
fn the_committed_development_keys_of_large_circuits_are_those_of_the_circuits() {
    for (name, architecture) in large() {
        println!("{name}");
        assert_key_is_pinned::<FoldedScore>(&architecture);
    }
}
