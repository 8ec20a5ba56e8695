use super::*;
use crate::model::samples::generate::{seven, small, Numbers, CLASSES, LABELS, NUMBER};
use alloc::vec;

fn sample(label: Label) -> Sample {
    Sample { inputs: vec![1, 2, 31], label }
}

/// The bytes of the inputs of [`sample`]: 15 bits, one of the last byte is loose.
const INPUTS: [u8; 2] = (1u16 | 2 << 5 | 31 << 10).to_le_bytes();

/// A block of two samples and its bytes up to the inputs of each.
fn check(head: Head, samples: [(Label, &[u8]); 2]) {
    let architecture = small(head);
    let mut bytes = vec![2, 0];
    for (_, label) in &samples {
        bytes.extend([*label, &INPUTS].concat());
    }
    let samples = samples.map(|(label, _)| sample(label)).to_vec();
    let block = Block::new(&architecture, samples).unwrap();
    assert_eq!(block.to_wire(&architecture), bytes);
    assert_eq!(Block::from_wire(&architecture, &bytes), Ok(block));
}

#[test]
fn the_bytes_are_those_of_the_format() {
    check(CLASSES, [(Label::Class(2), &[2]), (Label::Class(0), &[0])]);
    check(NUMBER, [(Label::Number(0x0102), &[2, 1]), (Label::Number(65535), &[255, 255])]);
    let mut labels = vec![false; 10];
    let none = Label::Labels(labels.clone());
    labels[1] = true;
    labels[9] = true;
    check(LABELS, [(Label::Labels(labels), &[2, 2]), (none, &[0, 0])]);
}

/// The bytes come from a separate program.
#[test]
fn the_bytes_of_seven_samples_are_fixed() {
    let expected = "070000c36501aa0202911f007838015f55022672000d0f";
    assert_eq!(hex::encode(seven().to_wire(&small(CLASSES))), expected);
}

#[test]
fn blocks_of_every_architecture_come_back() {
    let mut numbers = Numbers(2);
    for _ in 0..200 {
        let architecture = numbers.architecture();
        let capacity = usize::from(architecture.samples);
        for samples in [0, 1, numbers.within(0, capacity as u64), capacity] {
            let block = numbers.block(&architecture, samples);
            let bytes = block.to_wire(&architecture);
            assert_eq!(bytes.len(), architecture.wire_bytes(samples));
            assert_eq!(Block::from_wire(&architecture, &bytes), Ok(block));
        }
    }
}

/// A bit changed anywhere gives other samples, which have the changed bytes, or no block.
#[test]
fn a_block_has_one_byte_form() {
    let mut numbers = Numbers(3);
    let (mut blocks, mut refused) = (0, 0);
    for head in [CLASSES, LABELS, NUMBER] {
        let architecture = small(head);
        let block = numbers.block(&architecture, 8);
        let bytes = block.to_wire(&architecture);
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            match Block::from_wire(&architecture, &changed) {
                Ok(other) => {
                    assert_ne!(other, block);
                    assert_eq!(other.to_wire(&architecture), changed);
                    blocks += 1;
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(blocks > 0 && refused > 0, "{blocks} {refused}");
}

#[test]
fn every_other_length_is_refused() {
    let architecture = small(CLASSES);
    let mut bytes = seven().to_wire(&architecture);
    let expected = bytes.len();
    bytes.push(0);
    for found in (0..expected).chain([expected + 1]) {
        let announced = if found < 2 { 2 } else { expected };
        let refused = WireError::Length { expected: announced, found };
        assert_eq!(Block::from_wire(&architecture, &bytes[..found]), Err(refused));
    }
}

#[test]
fn more_samples_than_a_block_holds_are_refused() {
    let architecture = small(CLASSES);
    for found in [9, 65535] {
        let mut bytes = vec![0; 2 + found * 3];
        bytes[..2].copy_from_slice(&(found as u16).to_le_bytes());
        let refused = WireError::TooMany { capacity: 8, found };
        assert_eq!(Block::from_wire(&architecture, &bytes), Err(refused));
    }
}

/// The error of a block whose second sample has these bytes as its label.
fn with_label(head: Head, label: &[u8]) -> Result<Block, WireError> {
    let architecture = small(head);
    let sample = |label: &[u8]| [label, &INPUTS].concat();
    let bytes = [vec![2, 0], sample(&vec![0; label.len()]), sample(label)].concat();
    Block::from_wire(&architecture, &bytes)
}

#[test]
fn a_class_outside_the_architecture_is_refused() {
    assert!(with_label(CLASSES, &[2]).is_ok());
    for class in [3, 255] {
        assert_eq!(with_label(CLASSES, &[class]), Err(WireError::Class { sample: 1 }));
    }
}

#[test]
fn bits_behind_the_last_label_are_refused() {
    assert!(with_label(LABELS, &[255, 3]).is_ok());
    for loose in 2..8 {
        let refused = Err(WireError::LooseLabelBits { sample: 1 });
        assert_eq!(with_label(LABELS, &[0, 1 << loose]), refused);
    }
}

#[test]
fn bits_behind_the_last_input_are_refused() {
    let architecture = small(CLASSES);
    assert!(Block::from_wire(&architecture, &[1, 0, 0, 0xff, 0x7f]).is_ok());
    let refused = Err(WireError::LooseInputBits { sample: 0 });
    assert_eq!(Block::from_wire(&architecture, &[1, 0, 0, 0, 0x80]), refused);
}
