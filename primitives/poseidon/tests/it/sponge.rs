//! The sponge and the keystream against their definition.

use ark_ff::AdditiveGroup;
use nocknock_poseidon::{
    permute_fixed, sponge_hash, DomainTag, Fr, Keystream, Parameters, Sponge, SpongeError,
    SPONGE_RATE, SPONGE_WIDTH,
};

const TAG: DomainTag = DomainTag::new(b"nocknock/test");

fn numbers(count: u64) -> Vec<Fr> {
    (1..=count).map(Fr::from).collect()
}

/// The mode as the README words it, on the plain permutation.
fn defined(tag: DomainTag, inputs: &[Fr]) -> Fr {
    let parameters = Parameters::derive(SPONGE_WIDTH).unwrap();
    let mut state = vec![Fr::ZERO; SPONGE_WIDTH];
    state[0] = Fr::from(tag.value()) * Fr::from(1u128 << 64) + Fr::from(inputs.len() as u64);
    let mut padded = inputs.to_vec();
    padded.resize(inputs.len().max(1).next_multiple_of(SPONGE_RATE), Fr::ZERO);
    for block in padded.chunks(SPONGE_RATE) {
        (0..SPONGE_RATE).for_each(|i| state[1 + i] += block[i]);
        parameters.permute(&mut state).unwrap();
    }
    state[1]
}

#[test]
fn the_sponge_follows_its_definition() {
    for count in [0, 1, 11, 12, 13, 24, 25, 100] {
        let inputs = numbers(count);
        assert_eq!(sponge_hash(TAG, &inputs), defined(TAG, &inputs), "{count} elements");
    }
}

#[test]
fn the_streaming_sponge_gives_the_same_digest() {
    for count in [0, 1, 12, 13, 24, 25] {
        let inputs = numbers(count);
        let mut sponge = Sponge::new(TAG, count);
        sponge.absorb_all(inputs.iter().copied()).unwrap();
        assert_eq!(sponge.finish(), Ok(sponge_hash(TAG, &inputs)), "{count} elements");
    }
}

#[test]
fn a_wrong_count_is_an_error() {
    let mut sponge = Sponge::new(TAG, 1);
    assert_eq!(sponge.clone().finish(), Err(SpongeError::TooFew { declared: 1, absorbed: 0 }));
    sponge.absorb(Fr::from(1u32)).unwrap();
    assert_eq!(sponge.absorb(Fr::from(2u32)), Err(SpongeError::TooMany { declared: 1 }));
    assert_eq!(sponge.finish(), Ok(sponge_hash(TAG, &numbers(1))));
}

#[test]
fn tag_length_and_order_change_the_digest() {
    let digest = sponge_hash(TAG, &numbers(3));
    let mut padded = numbers(3);
    padded.push(Fr::ZERO);
    assert_ne!(digest, sponge_hash(TAG, &padded));
    assert_ne!(digest, sponge_hash(DomainTag::new(b"nocknock/tesu"), &numbers(3)));
    assert_ne!(digest, sponge_hash(TAG, &[3u32, 2, 1].map(Fr::from)));
    assert_ne!(sponge_hash(TAG, &[]), sponge_hash(TAG, &[Fr::ZERO]));
}

#[test]
fn the_keystream_squeezes_twelve_elements_a_permutation() {
    let key = numbers(2);
    let stream: Vec<Fr> = Keystream::new(TAG, &key).take(30).collect();
    let mut state = [Fr::ZERO; SPONGE_WIDTH];
    state[0] = Fr::from(TAG.value()) * Fr::from(1u128 << 64) + Fr::from(2u32);
    (state[1], state[2]) = (key[0], key[1]);
    for group in stream.chunks(SPONGE_RATE) {
        permute_fixed(&mut state);
        assert_eq!(group, &state[1..=group.len()]);
    }
}

#[test]
fn debug_output_does_not_show_the_state() {
    let mut sponge = Sponge::new(TAG, 1);
    sponge.absorb(Fr::from(424_242u32)).unwrap();
    assert_eq!(format!("{sponge:?}"), "Sponge { declared: 1, absorbed: 1, .. }");
    assert_eq!(format!("{:?}", Keystream::new(TAG, &numbers(2))), "Keystream { .. }");
}
