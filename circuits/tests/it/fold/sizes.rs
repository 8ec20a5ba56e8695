//! What the rows are spent on. Their numbers and the matrices are pinned: see `snapshot`.

use super::named;
use nocknock_circuits::fold::Circuit;

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
        ("selector bits", 1755),
        ("one selector", 195),
        ("selected distances", 1950),
        ("right answers", 1950),
        ("sums hash", 24_843),
        ("sums commitment", 1),
        ("inputs hash", 3042),
        ("inputs commitment", 1),
        ("evaluation", 71),
        ("powers", 15),
        ("layer", 2496),
        ("folded activations", 512),
        ("head", 506),
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
