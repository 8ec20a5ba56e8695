//! The permutation and the fixed-length hash.

use ark_ff::{AdditiveGroup, Field};
use light_poseidon::{parameters::bn254_x5::get_poseidon_parameters, Poseidon, PoseidonHasher};
use nocknock_poseidon::{
    hash, partial_rounds, permute, permute_fixed, Fr, Parameters, PoseidonError, FULL_ROUNDS,
    MAX_WIDTH, MIN_WIDTH,
};

/// Elements that look random and are the same in every run.
fn elements(count: usize, seed: u64) -> Vec<Fr> {
    let start = Fr::from(seed) + Fr::from(3u32);
    (1..=count as u64).map(|i| start.pow([0x1234_5678_9abc_def1, i])).collect()
}

fn widths() -> impl Iterator<Item = usize> {
    MIN_WIDTH..=MAX_WIDTH
}

#[test]
fn derived_parameters_equal_those_of_circom_for_every_width() {
    for width in widths() {
        let ours = Parameters::derive(width).unwrap();
        let theirs = get_poseidon_parameters::<Fr>(width as u8).unwrap();
        assert_eq!(ours.partial_rounds(), theirs.partial_rounds);
        assert_eq!(ours.full_rounds(), theirs.full_rounds);
        assert_eq!(
            ours.round_constants().flatten().copied().collect::<Vec<_>>(),
            theirs.ark,
            "width {width}"
        );
        assert!(ours.mds().eq(theirs.mds.iter().map(Vec::as_slice)), "width {width}");
    }
}

#[test]
fn the_fast_permutation_equals_the_definition_for_every_width() {
    for width in widths() {
        let parameters = Parameters::derive(width).unwrap();
        let edges = [vec![Fr::ZERO; width], vec![-Fr::ONE; width]];
        for state in edges.into_iter().chain((0..20).map(|seed| elements(width, seed))) {
            let (mut fast, mut plain) = (state.clone(), state);
            permute(&mut fast).unwrap();
            parameters.permute(&mut plain).unwrap();
            assert_eq!(fast, plain, "width {width}");
        }
    }
}

#[test]
fn the_fixed_permutation_equals_the_one_by_length() {
    let mut fixed: [Fr; 13] = elements(13, 1).try_into().unwrap();
    let mut by_length = fixed.to_vec();
    permute_fixed(&mut fixed);
    permute(&mut by_length).unwrap();
    assert_eq!(fixed.as_slice(), by_length);
}

#[test]
fn the_hash_equals_light_poseidon_for_every_length() {
    for count in 1..=12 {
        for seed in 0..10 {
            let inputs = elements(count, seed);
            let theirs = Poseidon::<Fr>::new_circom(count).unwrap().hash(&inputs).unwrap();
            assert_eq!(hash(&inputs), Ok(theirs), "{count} inputs");
        }
    }
}

#[test]
fn published_circomlib_values() {
    let published = [
        (1, "18586133768512220936620570745912940619677854269274689475585506675881198879027"),
        (2, "7853200120776062878684798364095072458815029376092732009249414926327459813530"),
        (4, "18821383157269793795438455681495246036402687001665670618754263018637548127333"),
    ];
    for (count, expected) in published {
        let inputs: Vec<Fr> = (1..=count).map(Fr::from).collect();
        assert_eq!(hash(&inputs).unwrap().to_string(), expected);
    }
}

#[test]
fn the_round_counts_are_those_of_circom() {
    let counts: Vec<usize> = widths().map(|width| partial_rounds(width).unwrap()).collect();
    assert_eq!(counts, [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65]);
    assert_eq!(FULL_ROUNDS, 8);
    assert_eq!((partial_rounds(0), partial_rounds(1), partial_rounds(14)), (None, None, None));
}

#[test]
fn full_rounds_are_the_first_and_the_last_four() {
    let parameters = Parameters::derive(3).unwrap();
    let full: Vec<usize> = (0..65).filter(|round| parameters.is_full_round(*round)).collect();
    assert_eq!(full, [0, 1, 2, 3, 61, 62, 63, 64]);
}

#[test]
fn unsupported_sizes_are_refused() {
    for width in [0, 1, 14] {
        assert_eq!(permute(&mut vec![Fr::ZERO; width]), Err(PoseidonError::Width { width }));
        assert_eq!(Parameters::derive(width), Err(PoseidonError::Width { width }));
    }
    for count in [0, 13] {
        assert_eq!(hash(&vec![Fr::ZERO; count]), Err(PoseidonError::InputCount { count }));
    }
    let parameters = Parameters::derive(3).unwrap();
    assert_eq!(parameters.permute(&mut [Fr::ZERO; 4]), Err(PoseidonError::Width { width: 4 }));
}
