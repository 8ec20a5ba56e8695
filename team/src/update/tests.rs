//! Whole updates: every kind, there and back.

use super::{
    testing::{bell, header, layout, EVERY_KIND},
    *,
};
use crate::Layout;
use proptest::{collection::vec, prelude::*};

/// All numbers that an update says.
fn spread(update: &Update) -> Vec<f32> {
    let mut numbers = vec![0.0; update.parameters()];
    update.add_to(1.0, &mut numbers);
    numbers
}

/// The bytes that say what an update says.
fn encoded_again(layout: &Layout, update: &Update) -> Vec<u8> {
    encode(layout, update.header(), &spread(update)).unwrap()
}

/// Numbers of every size that a tensor may have, many of them small.
fn number() -> impl Strategy<Value = f32> {
    prop_oneof![
        4 => -1.0f32..1.0,
        2 => -1e-6f32..1e-6,
        1 => Just(0.0f32),
        1 => Just(-0.0f32),
        1 => -1e-37f32..1e-37,
        1 => -1e9f32..1e9,
    ]
}

fn kind() -> impl Strategy<Value = UpdateKind> {
    let value_bits = prop_oneof![Just(ValueBits::One), Just(ValueBits::Two)];
    let sparse = (1u16..300, value_bits);
    prop_oneof![
        3 => sparse.prop_map(|(one_in, value_bits)| UpdateKind::Sparse { one_in, value_bits }),
        1 => Just(UpdateKind::Int8),
        1 => Just(UpdateKind::Int4),
        1 => Just(UpdateKind::F32),
    ]
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..400)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_an_update_says_is_the_same_bytes_again(kind in kind(), numbers in vec(number(), 855)) {
        let layout = layout(&[&[20, 27], &[3, 5], &[300]]);
        let header = header(&layout, kind);
        let bytes = encode(&layout, &header, &numbers).unwrap();
        prop_assert!(bytes.len() <= largest_size(&layout, kind));
        let update = decode(&layout, &bytes).unwrap();
        prop_assert_eq!(update.header(), &header);
        prop_assert_eq!(encoded_again(&layout, &update), bytes);
    }

    #[test]
    fn bytes_of_any_content_are_refused_or_canonical(kind in kind(), body in bytes()) {
        let layout = layout(&[&[2, 256], &[5]]);
        let bytes = [header(&layout, kind).bytes(), body].concat();
        if let Ok(update) = decode(&layout, &bytes) {
            prop_assert_eq!(encoded_again(&layout, &update), bytes);
        }
    }
}

/// Small models, with a matrix that is sparse where the kind is.
fn small(kind: UpdateKind) -> Layout {
    match kind {
        UpdateKind::Sparse { .. } => layout(&[&[16, 40], &[5]]),
        UpdateKind::Int8 | UpdateKind::Int4 | UpdateKind::F32 => layout(&[&[3, 5], &[6]]),
    }
}

/// A small update of a kind.
fn example(kind: UpdateKind) -> (Layout, Vec<u8>) {
    let layout = small(kind);
    let numbers = bell(5, layout.parameters());
    let bytes = encode(&layout, &header(&layout, kind), &numbers).unwrap();
    (layout, bytes)
}

#[test]
fn every_truncation_is_refused() {
    for kind in EVERY_KIND {
        let (layout, bytes) = example(kind);
        for length in 0..bytes.len() {
            assert!(decode(&layout, &bytes[..length]).is_err(), "{kind:?}, {length} bytes");
        }
        let longer = [bytes.as_slice(), &[0]].concat();
        assert!(decode(&layout, &longer).is_err(), "{kind:?} and a zero");
    }
}

#[test]
fn every_flipped_bit_is_refused_or_says_something_else_in_its_only_form() {
    for kind in EVERY_KIND {
        let (layout, bytes) = example(kind);
        let before = decode(&layout, &bytes).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            if let Ok(update) = decode(&layout, &flipped) {
                assert_eq!(encoded_again(&layout, &update), flipped, "{kind:?}, bit {bit}");
                assert_ne!(update, before, "{kind:?}, bit {bit}");
            }
        }
    }
}

#[test]
fn plain_numbers_arrive_as_they_are_and_others_near_by() {
    let layout = layout(&[&[16, 64], &[300]]);
    let numbers = bell(6, layout.parameters());
    let error_of = |kind| {
        let bytes = encode(&layout, &header(&layout, kind), &numbers).unwrap();
        let found = spread(&decode(&layout, &bytes).unwrap());
        let errors = numbers.iter().zip(found).map(|(one, other)| (one - other).abs());
        errors.fold(0.0f32, f32::max)
    };
    assert_eq!(error_of(UpdateKind::F32), 0.0);
    assert!(error_of(UpdateKind::Int8) < 5e-4);
    assert!(error_of(UpdateKind::Int4) < 1e-2);
}

#[test]
fn the_norm_is_that_of_all_numbers() {
    let layout = layout(&[&[3]]);
    let bytes = encode(&layout, &header(&layout, UpdateKind::F32), &[3.0, 0.0, -4.0]).unwrap();
    let update = decode(&layout, &bytes).unwrap();
    assert_eq!(update.norm(), 5.0);
    assert_eq!(update.numbers().collect::<Vec<_>>(), [(0, 3.0), (2, -4.0)]);
}

#[test]
fn a_part_of_an_update_is_added_where_it_belongs() {
    let layout = layout(&[&[6]]);
    let numbers = [1.0, 2.0, 0.0, 4.0, 5.0, 6.0];
    let bytes = encode(&layout, &header(&layout, UpdateKind::F32), &numbers).unwrap();
    let mut part = [10.0; 3];
    decode(&layout, &bytes).unwrap().add_part(2.0, 2, &mut part);
    assert_eq!(part, [10.0, 18.0, 20.0]);
}

#[test]
fn numbers_that_are_not_finite_are_refused_with_their_position() {
    let layout = layout(&[&[16, 40], &[5]]);
    for kind in EVERY_KIND {
        for number in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut numbers = vec![0.5; layout.parameters()];
            numbers[641] = number;
            let refused = encode(&layout, &header(&layout, kind), &numbers);
            assert_eq!(refused, Err(UpdateError::NotFinite { position: 641 }));
        }
    }
}

#[test]
fn minus_zero_and_tiny_numbers_are_the_same_bytes_as_zero() {
    for kind in EVERY_KIND {
        let layout = small(kind);
        let [zeros, tiny] = [[0.0, 0.0], [-0.0, f32::from_bits(1)]].map(|pair| {
            let numbers: Vec<f32> = pair.into_iter().cycle().take(layout.parameters()).collect();
            encode(&layout, &header(&layout, kind), &numbers).unwrap()
        });
        assert_eq!(zeros, tiny, "{kind:?}");
    }
}

/// What is said of a header after a change.
fn refusal(change: impl FnOnce(&mut Header)) -> UpdateError {
    let layout = layout(&[&[3]]);
    let mut header = header(&layout, UpdateKind::F32);
    change(&mut header);
    let written = encode(&layout, &header, &[0.0; 3]).unwrap_err();
    let bytes = [header.bytes(), vec![0; 12]].concat();
    assert_eq!(decode(&layout, &bytes), Err(written.clone()));
    written
}

#[test]
fn headers_that_say_the_impossible_are_refused_there_and_back() {
    assert_eq!(refusal(|header| header.work = 0), UpdateError::NoWork);
    assert_eq!(refusal(|header| header.loss_last = f32::NAN), UpdateError::Loss);
    assert_eq!(refusal(|header| header.layout = [0; 16]), UpdateError::OtherLayout);
    let none = UpdateKind::Sparse { one_in: 0, value_bits: ValueBits::One };
    assert_eq!(refusal(|header| header.kind = none), UpdateError::Density { one_in: 0 });
}

#[test]
fn bytes_of_another_kind_or_format_are_refused_by_name() {
    let (layout, bytes) = example(UpdateKind::F32);
    let changed = |place: usize, byte: u8| {
        let mut bytes = bytes.clone();
        bytes[place] = byte;
        decode(&layout, &bytes)
    };
    assert_eq!(changed(0, b'n'), Err(UpdateError::Magic));
    assert_eq!(changed(41, 5), Err(UpdateError::Kind { kind: 5 }));
    assert_eq!(changed(42, 1), Err(UpdateError::Density { one_in: 1 }));
    let ends = decode(&layout, &bytes[..bytes.len() - 1]);
    // The second tensor begins at number 15.
    assert_eq!(ends, Err(UpdateError::Broken { position: 15, rule: Rule::EndsEarly }));
    assert_eq!(decode(&layout, &bytes[..50]), Err(UpdateError::ShortHeader));
    let [length, most] = [bytes.len() + 1, bytes.len()];
    let longer = decode(&layout, &[bytes, vec![0]].concat());
    assert_eq!(longer, Err(UpdateError::TooLong { bytes: length, most }));
}

/// A transformer about bytes with as many layers of this width, as far as sizes matter.
fn transformer(layers: usize, width: usize) -> Layout {
    let mut extents = vec![vec![256, width], vec![256, width], vec![width]];
    for _ in 0..layers {
        extents.extend([vec![3 * width, width], vec![width, width]]);
        extents.extend([vec![4 * width, width], vec![width, 4 * width]]);
        extents.extend([vec![width], vec![width]]);
    }
    let extents: Vec<&[usize]> = extents.iter().map(Vec::as_slice).collect();
    layout(&extents)
}

#[test]
fn an_update_with_one_number_in_64_is_210_times_smaller_than_all_numbers() {
    let layout = transformer(5, 128);
    assert!(layout.parameters() >= 1_000_000);
    let kind = UpdateKind::Sparse { one_in: 64, value_bits: ValueBits::One };
    let numbers = bell(8, layout.parameters());
    let bytes = encode(&layout, &header(&layout, kind), &numbers).unwrap();
    let times = layout.parameters() * 4 / bytes.len();
    assert!(times >= 210, "{times} times, {} bytes", bytes.len());
    let update = decode(&layout, &bytes).unwrap();
    assert!(update.numbers().count() >= layout.parameters() / 64);
}
