//! Rows and matrices of the named architectures: a circuit does not change silently.

use super::named;
use nocknock_circuits::fold::Circuit;
use nocknock_primitives::{ids::ContentHash, model::names};

/// Rows and matrix hash of some circuits.
const PINNED: [(&str, usize, &str); 8] = [
    ("tiny-4x3x2", 5625, "0x2298c4a91ab4addb8228e21693539ddc062148c005591f499b1e7904e5e80d92"),
    ("tiny-5x4x3x3", 7239, "0x2d703d63391edb72b02cfac748c23fd2d7bf39c398d1483319b525253cb74334"),
    ("tiny-6x3", 4675, "0xf72e92a3e5e9251077b856d8b796a8dd8053625f91c74141adbeb01fa870f25f"),
    (
        "tiny-4x3x4-best2",
        7128,
        "0x8f5df7ac750ae25dd3ffb94c069e1bb9710a8e21467a8dff4b5f6a39de3c97f0",
    ),
    (
        "tiny-4x3x3-labels",
        6002,
        "0xd687461f8ca4041b500e119d0bee1cd7944dd93aa794a8a085e3b93955e06c5c",
    ),
    ("tiny-4x3-error", 7291, "0xdc3cebd728bdd35a46207f7eb1983b8c61f8cd38b371339ab156d58fa98c30c2"),
    ("tiny-4x3-within", 7993, "0x180acd3948d48e6e8b246083d534a51a8acb4876bd84ac1b17f0557e7894ae32"),
    (
        "digits-64x32x10",
        202_885,
        "0x822fbbc2e874a4e43044983c59bf75efc2bfe65044b60307fa2093dde872fb13",
    ),
];

#[test]
fn no_circuit_has_changed_its_row_count_or_matrix_hash() {
    let found = PINNED.map(|(name, ..)| {
        let circuit = Circuit::compile(&named(name));
        let hash = ContentHash(circuit.matrices().hash());
        (name, circuit.matrices().constraints(), hash.to_string())
    });
    let pinned = PINNED.map(|(name, rows, hash)| (name, rows, hash.to_string()));
    assert_eq!(found, pinned);
}

#[test]
fn every_architecture_for_tests_is_pinned() {
    for (name, _) in names::for_tests() {
        assert!(PINNED.iter().any(|(pinned, ..)| *pinned == name), "{name}");
    }
}

#[test]
fn rows_of_the_digits_by_section() {
    let circuit = Circuit::compile(&named("digits-64x32x10"));
    let expected = [
        ("context", 1),
        ("weight bits", 14_732),
        ("keystream", 2535),
        ("chunk hash", 3042),
        ("ciphertext hash", 507),
        ("key hash", 507),
        ("commitment hash", 507),
        ("model commitment", 1),
        ("sum bits", 99_840),
        ("activation", 6240),
        ("label bits", 1950),
        ("one-hot labels", 195),
        ("distance bits", 39_000),
        ("sums hash", 24_843),
        ("sums commitment", 1),
        ("inputs hash", 3042),
        ("inputs commitment", 1),
        ("evaluation", 71),
        ("powers", 15),
        ("layer", 2496),
        ("folded activations", 512),
        ("head", 506),
        ("claim bits", 195),
        ("own distances", 1950),
        ("claims", 195),
        ("score", 1),
    ];
    assert_eq!(circuit.matrices().rows_by_section(), expected);
    assert_eq!(circuit.shape().samples, 195);
    assert_eq!(circuit.matrices().domain_size(), 1 << 18);
}

/// Sums, folded inputs and tops are large numbers, so they are dear on the right side of a row.
/// They stand there in the hashes alone.
#[test]
fn no_large_number_is_multiplied_in_g2_outside_of_a_hash() {
    let circuit = Circuit::compile(&named("tiny-5x4x3x3"));
    let matrices = circuit.matrices();
    let [_, b, _] = matrices.abc();
    let sections = ["evaluation", "layer", "folded activations", "head"];
    let rows = matrices.sections().iter().filter(|section| sections.contains(&section.name));
    let rows: Vec<usize> =
        rows.flat_map(|section| section.start..section.start + section.rows).collect();
    assert!(rows.len() > 50, "{}", rows.len());
    let bits: Vec<usize> = bits(&circuit);
    let public = matrices.public();
    // Every layer has two groups of samples, so of the powers ρ alone stands here, which is
    // public.
    let others: Vec<usize> = rows
        .into_iter()
        .flat_map(|row| b[row].iter().map(|(_, wire)| *wire))
        .filter(|wire| *wire > public && !bits.contains(wire))
        .collect();
    assert_eq!(others, Vec::<usize>::new());
}

/// Wires that a row demands to be 0 or 1.
fn bits(circuit: &Circuit) -> Vec<usize> {
    let [a, _, c] = circuit.matrices().abc();
    let rows = a.iter().zip(c).filter(|(a, c)| a.len() == 1 && c.is_empty());
    rows.map(|(a, _)| a[0].1).collect()
}
