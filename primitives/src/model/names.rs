//! The architectures that have a name.
//!
//! A name is a convenience for people. What binds is the [digest](Architecture::digest) of the
//! description, which does not hold the name.
//!
//! A proof costs as much as its domain, a power of two of rows. So most of the offered
//! architectures have as many samples as leave little of it empty.

use super::architecture::{Architecture, Dense, Description, Goal, Head};
use alloc::vec::Vec;

/// A named description in a form that a table can hold.
struct Entry {
    name: &'static str,
    inputs: u16,
    input_bits: u8,
    hidden: &'static [Dense],
    head: Head,
    samples: u16,
}

/// What a chain offers.
static OFFERED: [Entry; 14] = [
    // Images of 8 x 8 pixels with 16 grey levels, such as the UCI handwritten digits. Every
    // model is safe.
    Entry {
        name: "digits-64x32x10",
        inputs: 64,
        input_bits: 4,
        hidden: &[Dense { units: 32, weight_bits: 6, bias_bits: 12, sum_bits: 16, shift: 6 }],
        head: classes(10, 6, 14, 20),
        samples: 195,
    },
    table("table-128x64x2", FLAT_TABLE, classes(2, 6, 18, 19), 270),
    table("table-128x64x10", FLAT_TABLE, classes(10, 6, 18, 19), 240),
    table("table-128x64x32", FLAT_TABLE, classes(32, 6, 18, 19), 175),
    // Each sample takes a distance and a mark for each of its classes.
    table("table-128x64x256", FLAT_TABLE, classes(256, 6, 18, 19), 98),
    table("table-128x64x32x2", DEEP_TABLE, classes(2, 6, 18, 22), 175),
    table("table-128x64x32x10", DEEP_TABLE, classes(10, 6, 18, 22), 160),
    table("table-128x64x32x32", DEEP_TABLE, classes(32, 6, 18, 22), 128),
    // Features of a model that is public and stays as it is, scaled to one byte each.
    Entry {
        name: "embed-384x64x10",
        inputs: 384,
        input_bits: 8,
        hidden: &[Dense { units: 64, weight_bits: 6, bias_bits: 19, sum_bits: 20, shift: 10 }],
        head: classes(10, 6, 18, 19),
        samples: 400,
    },
    // Logistic regression on such features. More samples would not fit the bytes of a block.
    Entry {
        name: "embed-512x10",
        inputs: 512,
        input_bits: 8,
        hidden: &[],
        head: classes(10, 8, 22, 23),
        samples: 510,
    },
    // Images of 28 x 28 pixels with 16 grey levels.
    Entry {
        name: "mnist-784x128x10",
        inputs: 784,
        input_bits: 4,
        hidden: &[Dense { units: 128, weight_bits: 3, bias_bits: 12, sum_bits: 14, shift: 6 }],
        head: classes(10, 6, 16, 18),
        samples: 150,
    },
    // A number from a table of 64 columns scaled to one byte each. An error of half of the range
    // of targets counts nothing.
    Entry {
        name: "price-64x32",
        inputs: 64,
        input_bits: 8,
        hidden: &[Dense { units: 32, weight_bits: 8, bias_bits: 19, sum_bits: 20, shift: 9 }],
        head: Head::Number {
            weight_bits: 8,
            bias_bits: 18,
            distance_bits: 21,
            goal: Goal::AbsoluteError { cap: 32_768 },
        },
        samples: 255,
    },
    // A number from a table of 128 columns. What counts is how many rows the answer is near enough
    // for: a 64th of the range of targets.
    value("value-128x64-within", Goal::Within { tolerance: 1_024 }),
    // The same, where all of an error counts. One of the whole range of targets counts nothing.
    value("value-128x64", Goal::AbsoluteError { cap: 65_535 }),
];

/// For the tests of this project only: a circuit has a few thousand rows. In each layer the samples
/// fill more than one field element, the last of them in part.
static TEST: [Entry; 7] = [
    tiny("tiny-4x3x2", TINY_LAYER, classes(2, 3, 4, 9), 40),
    Entry {
        name: "tiny-5x4x3x3",
        inputs: 5,
        input_bits: 2,
        hidden: &[Dense { units: 4, shift: 2, ..TINY }, Dense { shift: 2, ..TINY }],
        head: classes(3, 3, 5, 8),
        samples: 33,
    },
    Entry {
        name: "tiny-6x3",
        inputs: 6,
        input_bits: 2,
        hidden: &[],
        head: classes(3, 3, 5, 7),
        samples: 34,
    },
    tiny(
        "tiny-4x3x4-best2",
        SHORT_LAYER,
        Head::Classes { classes: 4, best: 2, weight_bits: 3, bias_bits: 4, distance_bits: 8 },
        40,
    ),
    tiny(
        "tiny-4x3x3-labels",
        SHORT_LAYER,
        Head::Labels { labels: 3, weight_bits: 3, bias_bits: 4, sum_bits: 8 },
        40,
    ),
    tiny("tiny-4x3-error", TINY_LAYER, number(Goal::AbsoluteError { cap: 200 }), 39),
    tiny("tiny-4x3-within", TINY_LAYER, number(Goal::Within { tolerance: 50 }), 39),
];

/// 64 units on 128 columns scaled to one byte each.
const FLAT_TABLE: &[Dense] = &[TABLE];

/// 32 units more, on those. What comes out of the first layer is small, so the second one drops
/// fewer bits.
const DEEP_TABLE: &[Dense] = &[TABLE, Dense { units: 32, shift: 6, ..TABLE }];

const TABLE: Dense = Dense { units: 64, weight_bits: 6, bias_bits: 18, sum_bits: 19, shift: 9 };

const TINY_LAYER: &[Dense] = &[TINY];

/// With fewer bits left for the head.
const SHORT_LAYER: &[Dense] = &[Dense { shift: 2, ..TINY }];

const TINY: Dense = Dense { units: 3, weight_bits: 3, bias_bits: 4, sum_bits: 7, shift: 1 };

const fn table(name: &'static str, hidden: &'static [Dense], head: Head, samples: u16) -> Entry {
    Entry { name, inputs: 128, input_bits: 8, hidden, head, samples }
}

/// A number from a table.
const fn value(name: &'static str, goal: Goal) -> Entry {
    let head = Head::Number { weight_bits: 8, bias_bits: 18, distance_bits: 21, goal };
    table(name, FLAT_TABLE, head, 275)
}

const fn tiny(name: &'static str, hidden: &'static [Dense], head: Head, samples: u16) -> Entry {
    Entry { name, inputs: 4, input_bits: 2, hidden, head, samples }
}

/// The largest output names the class.
const fn classes(classes: u16, weight_bits: u8, bias_bits: u8, distance_bits: u8) -> Head {
    Head::Classes { classes, best: 1, weight_bits, bias_bits, distance_bits }
}

const fn number(goal: Goal) -> Head {
    Head::Number { weight_bits: 4, bias_bits: 8, distance_bits: 18, goal }
}

/// The architecture with this name, those for tests included.
pub fn named(name: &str) -> Option<Architecture> {
    all().find(|entry| entry.name == name)?.architecture()
}

/// The name of an architecture, if it has one.
pub fn name_of(architecture: &Architecture) -> Option<&'static str> {
    all().find(|entry| entry.describes(architecture)).map(|entry| entry.name)
}

/// Whether this is one of the architectures [for tests](for_tests).
pub fn is_for_tests(architecture: &Architecture) -> bool {
    TEST.iter().any(|entry| entry.describes(architecture))
}

/// The architectures that a chain offers, with their names.
pub fn offered() -> Vec<(&'static str, Architecture)> {
    built(&OFFERED)
}

/// Architectures for the tests of this project only, with their names: their blocks are too small
/// to mean anything.
pub fn for_tests() -> Vec<(&'static str, Architecture)> {
    built(&TEST)
}

fn all() -> impl Iterator<Item = &'static Entry> {
    OFFERED.iter().chain(&TEST)
}

fn built(entries: &[Entry]) -> Vec<(&'static str, Architecture)> {
    entries.iter().filter_map(|entry| Some((entry.name, entry.architecture()?))).collect()
}

impl Entry {
    /// Always there, as the tests see to.
    fn architecture(&self) -> Option<Architecture> {
        let description = Description {
            inputs: self.inputs,
            input_bits: self.input_bits,
            hidden: self.hidden.to_vec().try_into().ok()?,
            head: self.head,
            samples: self.samples,
        };
        Architecture::new(description).ok()
    }

    fn describes(&self, architecture: &Architecture) -> bool {
        self.architecture().as_ref() == Some(architecture)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::architecture::MAX_BLOCK_BYTES;

    #[test]
    fn every_entry_is_an_architecture() {
        assert_eq!(offered().len(), OFFERED.len());
        assert_eq!(for_tests().len(), TEST.len());
    }

    #[test]
    fn names_and_architectures_find_each_other() {
        let known: Vec<_> = offered().into_iter().chain(for_tests()).collect();
        for (name, architecture) in &known {
            assert_eq!(named(name).as_ref(), Some(architecture));
            assert_eq!(name_of(architecture), Some(*name));
            assert_eq!(is_for_tests(architecture), name.starts_with("tiny-"));
        }
        let mut names: Vec<_> = known.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), known.len());
        assert_eq!(named("digits"), None);
    }

    #[test]
    fn what_has_no_name_is_not_found() {
        let mut description = Description::clone(&named("tiny-4x3x2").unwrap());
        description.samples = 41;
        let unnamed = Architecture::new(description).unwrap();
        assert_eq!(name_of(&unnamed), None);
        assert!(!is_for_tests(&unnamed));
    }

    #[test]
    fn names_tell_the_sizes() {
        for (name, architecture) in offered().into_iter().chain(for_tests()) {
            let parts = name.split(['-', 'x']);
            let sizes: Vec<usize> = parts.filter_map(|size| size.parse().ok()).collect();
            let mut layers: Vec<_> = architecture.layers().map(|layer| layer.inputs).collect();
            if !matches!(architecture.head, Head::Number { .. }) {
                layers.push(architecture.outputs());
            }
            assert_eq!(sizes, layers, "{name}");
        }
    }

    #[test]
    fn full_blocks_fit_their_bytes() {
        for (name, architecture) in offered() {
            let bytes = architecture.wire_bytes(architecture.samples.into());
            assert!(bytes <= MAX_BLOCK_BYTES, "{name}: {bytes}");
        }
        let widest = named("embed-512x10").unwrap();
        assert_eq!(widest.wire_bytes(511), MAX_BLOCK_BYTES + 1);
    }

    #[test]
    fn test_architectures_have_a_partly_filled_element_in_each_layer() {
        for (name, architecture) in for_tests() {
            for layer in architecture.layers() {
                let samples = usize::from(architecture.samples);
                let partly = !samples.is_multiple_of(layer.pack);
                assert!(samples > layer.pack && partly, "{name} {layer:?}");
            }
        }
    }

    #[test]
    fn every_head_and_every_depth_can_be_tested() {
        let known = for_tests();
        let has = |wanted: fn(&Architecture) -> bool| known.iter().any(|(_, a)| wanted(a));
        assert!(has(|a| matches!(a.head, Head::Classes { best: 1, .. })));
        assert!(has(|a| matches!(a.head, Head::Classes { best: 2.., .. })));
        assert!(has(|a| matches!(a.head, Head::Labels { .. })));
        assert!(has(|a| matches!(a.head, Head::Number { goal: Goal::AbsoluteError { .. }, .. })));
        assert!(has(|a| matches!(a.head, Head::Number { goal: Goal::Within { .. }, .. })));
        assert!(has(|a| a.hidden.is_empty()) && has(|a| a.hidden.len() == 2));
    }

    #[test]
    fn the_widths_of_the_digits_are_fixed() {
        let architecture = named("digits-64x32x10").unwrap();
        let [hidden, head] = [0, 1].map(|place| architecture.layers().nth(place).unwrap());
        assert_eq!(architecture.max_input(), 15);
        assert_eq!(architecture.samples, 195);
        assert_eq!(architecture.wire_bytes(195), 2 + 195 * 33);
        assert_eq!((hidden.wide_bits, hidden.pack), (17, 14));
        assert_eq!((head.wide_bits, head.pack, head.max_input), (21, 12, 511));
    }
}
