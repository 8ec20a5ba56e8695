//! What takes long or much memory: `scripts/test --marathon`.

use crate::fold::named;
use nocknock_circuits::fold::Circuit;
use nocknock_primitives::model::layered::names;

#[test]
fn images_of_28_by_28_pixels_fit_2_to_the_20_with_150_samples() {
    let circuit = Circuit::compile(&named("mnist-784x128x10"));
    assert_eq!(circuit.matrices().constraints(), 925_416);
    assert_eq!(circuit.shape().samples, 150);
    assert_eq!(circuit.matrices().domain_size(), 1 << 20);
}

#[test]
fn every_offered_architecture_fits_2_to_the_20() {
    for (name, architecture) in names::offered() {
        let circuit = Circuit::compile(&architecture);
        assert!(circuit.matrices().domain_size() <= 1 << 20, "{name}");
    }
}
