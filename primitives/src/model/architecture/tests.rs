use super::*;
use crate::model::{field::to_bytes, names, Weights};
use alloc::vec;

const DENSE: Dense = Dense { units: 3, weight_bits: 3, bias_bits: 4, sum_bits: 7, shift: 1 };

/// A head of classes with the widths of the smallest architecture.
fn classes(classes: u16, best: u8) -> Head {
    Head::Classes { classes, best, weight_bits: 3, bias_bits: 4, distance_bits: 9 }
}

fn labels(labels: u16) -> Head {
    Head::Labels { labels, weight_bits: 3, bias_bits: 4, sum_bits: 8 }
}

fn number(distance_bits: u8, goal: Goal) -> Head {
    Head::Number { weight_bits: 3, bias_bits: 4, distance_bits, goal }
}

fn base() -> Description {
    Description {
        inputs: 4,
        input_bits: 2,
        hidden: vec![DENSE].try_into().unwrap(),
        head: classes(2, 1),
        samples: 40,
    }
}

/// The base after a change.
fn changed(change: impl FnOnce(&mut Description)) -> Result<Architecture, ArchitectureError> {
    let mut description = base();
    change(&mut description);
    Architecture::new(description)
}

fn with_head(head: Head) -> Result<Architecture, ArchitectureError> {
    changed(|d| d.head = head)
}

/// A head on these inputs, without a hidden layer.
fn head_alone(inputs: u16, input_bits: u8, head: Head) -> Layer {
    let hidden = Default::default();
    let description = Description { inputs, input_bits, hidden, head, samples: 1 };
    Architecture::new(description).unwrap().layers().next().unwrap()
}

#[test]
fn each_layer_follows_from_the_one_before() {
    let architecture = names::named("tiny-5x4x3x3").unwrap();
    let activation = Some(Activation { sum_bits: 7, shift: 2 });
    let first = Layer {
        inputs: 5,
        units: 4,
        weight_bits: 3,
        bias_bits: 4,
        max_input: 3,
        activation,
        wide_bits: 8,
        pack: 31,
    };
    let second = Layer { inputs: 4, units: 3, max_input: 15, wide_bits: 9, pack: 28, ..first };
    let head =
        Layer { inputs: 3, bias_bits: 5, activation: None, wide_bits: 10, pack: 25, ..second };
    assert_eq!(architecture.layers().collect::<Vec<_>>(), [first, second, head]);
    assert_eq!([first.largest_sum(), second.largest_sum()], [68, 248]);
    assert_eq!(head.largest_distance(), 346);
    assert_eq!((architecture.outputs(), architecture.parameters()), (3, 51));
}

#[test]
fn a_ciphertext_has_a_last_chunk_for_what_is_left() {
    for (name, architecture) in names::offered().into_iter().chain(names::for_tests()) {
        let elements = architecture.weight_elements();
        let before_the_last = (architecture.chunks() as usize - 1) * CHUNK_ELEMENTS;
        assert!((1..=CHUNK_ELEMENTS).contains(&(elements - before_the_last)), "{name}");
    }
    assert_eq!(names::named("tiny-4x3x2").unwrap().chunks(), 1);
    assert_eq!(names::named("mnist-784x128x10").unwrap().chunks(), 3);
}

#[test]
fn labels_and_scores_depend_on_the_head() {
    let sizes = |head: Head| {
        let it = with_head(head).unwrap();
        (it.outputs(), it.label_bits(), it.label_bytes(), it.wire_bytes(3), it.max_score(7))
    };
    assert_eq!(sizes(classes(2, 1)), (2, 2, 1, 8, 7));
    assert_eq!(sizes(classes(9, 8)), (9, 9, 1, 8, 7));
    assert_eq!(sizes(labels(8)), (8, 9, 1, 8, 56));
    assert_eq!(sizes(labels(9)), (9, 10, 2, 11, 63));
    assert_eq!(sizes(number(18, Goal::AbsoluteError { cap: 200 })), (1, 17, 2, 11, 1400));
    assert_eq!(sizes(number(18, Goal::Within { tolerance: 200 })), (1, 17, 2, 11, 7));
    let largest = with_head(number(18, Goal::AbsoluteError { cap: 65535 })).unwrap();
    assert_eq!(largest.max_score(u32::MAX), u64::from(u32::MAX) * 65535);
}

#[test]
fn inputs_fill_whole_bytes() {
    let bytes = |inputs, input_bits| {
        let architecture = changed(|d| (d.inputs, d.input_bits) = (inputs, input_bits));
        architecture.unwrap().input_bytes()
    };
    assert_eq!([bytes(1, 1), bytes(8, 1), bytes(9, 1), bytes(3, 16)], [1, 1, 2, 6]);
}

/// Sums that reach `2^5 − 2` take 5 bits and those that reach `2^5` take 6. They are even, so
/// `2^5 − 1` is not reached.
#[test]
fn the_wide_bits_of_a_hidden_layer_are_tight() {
    let wide_bits = |inputs, input_bits, reach: i128| {
        let dense = Dense { units: 1, weight_bits: 2, bias_bits: 2, sum_bits: 3, shift: 1 };
        let architecture = changed(|d| {
            d.hidden = vec![dense].try_into().unwrap();
            (d.inputs, d.input_bits) = (inputs, input_bits);
        });
        let layer = architecture.unwrap().layers().next().unwrap();
        assert_eq!(layer.largest_sum() + 4, reach);
        (layer.wide_bits, layer.pack)
    };
    assert_eq!(wide_bits(4, 2, 30), (5, 50));
    assert_eq!(wide_bits(13, 1, 32), (6, 42));
}

#[test]
fn the_wide_bits_of_classes_are_tight() {
    let wide_bits = |inputs, best, distance_bits, reach: i128| {
        let head = Head::Classes { classes: 3, best, weight_bits: 2, bias_bits: 2, distance_bits };
        let layer = head_alone(inputs, 1, head);
        let exceptions = u32::from(best > 1);
        let height = 1 << (u32::from(distance_bits) + exceptions);
        assert_eq!(layer.largest_distance() + height, reach);
        layer.wide_bits
    };
    assert_eq!(wide_bits(4, 1, 4, 31), 5);
    assert_eq!(wide_bits(7, 1, 3, 32), 6);
    assert_eq!(wide_bits(4, 2, 3, 31), 5);
    assert_eq!(wide_bits(7, 2, 2, 32), 6);
}

#[test]
fn the_wide_bits_of_labels_are_tight() {
    let head = Head::Labels { labels: 1, weight_bits: 2, bias_bits: 2, sum_bits: 3 };
    assert_eq!(head_alone(4, 2, head).largest_sum() + 4, 30);
    assert_eq!(head_alone(4, 2, head).wide_bits, 5);
    assert_eq!(head_alone(13, 1, head).largest_sum() + 4, 32);
    assert_eq!(head_alone(13, 1, head).wide_bits, 6);
}

#[test]
fn the_wide_bits_of_a_number_are_tight() {
    let wide_bits = |inputs, input_bits, weight_bits, reach: i128| {
        let goal = Goal::Within { tolerance: 0 };
        let head = Head::Number { weight_bits, bias_bits: 2, distance_bits: 17, goal };
        let layer = head_alone(inputs, input_bits, head);
        assert_eq!(2 * (layer.largest_sum() + 65535 + (1 << 17)), reach);
        layer.wide_bits
    };
    assert_eq!(wide_bits(1, 15, 2, (1 << 19) - 2), 19);
    assert_eq!(wide_bits(2, 1, 16, (1 << 19) + 2), 20);
}

/// The bounds of the widths keep wide bits so low that three samples always share an element.
#[test]
fn the_widest_layers_have_84_wide_bits() {
    let dense = Dense { units: 4096, weight_bits: 16, bias_bits: 32, sum_bits: 56, shift: 0 };
    let (weight_bits, bias_bits) = (16, 32);
    let heads = [
        Head::Classes { classes: 250, best: 249, weight_bits, bias_bits, distance_bits: 56 },
        Head::Labels { labels: 250, weight_bits, bias_bits, sum_bits: 56 },
        Head::Number {
            weight_bits,
            bias_bits,
            distance_bits: 56,
            goal: Goal::Within { tolerance: 65535 },
        },
    ];
    let widest = heads.map(|head| {
        let architecture = changed(|d| {
            (d.inputs, d.input_bits, d.samples, d.head) = (1, 16, 4096, head);
            d.hidden = vec![dense].try_into().unwrap();
        });
        let layer = architecture.unwrap().layers().next_back().unwrap();
        (layer.wide_bits, layer.pack)
    });
    assert_eq!(widest, [(83, 3), (83, 3), (84, 3)]);
}

#[test]
fn sizes_have_bounds() {
    for size in [0, 4097, u16::MAX] {
        assert_eq!(changed(|d| d.inputs = size), Err(ArchitectureError::Size));
        assert_eq!(changed(|d| d.samples = size), Err(ArchitectureError::Size));
        assert_eq!(changed(|d| d.hidden[0].units = size), Err(ArchitectureError::Size));
    }
    for size in [1, 4096] {
        assert!(changed(|d| d.inputs = size).is_ok());
        assert!(changed(|d| d.samples = size).is_ok());
        assert!(changed(|d| d.hidden[0].units = size).is_ok());
    }
}

#[test]
fn one_of_the_best_few_classes_alone_is_not_scored_exactly() {
    let goals = [Goal::AbsoluteError { cap: 1 }, Goal::Within { tolerance: 0 }];
    let numbers = goals.map(|goal| number(17, goal));
    for head in [classes(3, 1), labels(3)].into_iter().chain(numbers) {
        assert!(head.is_scored_exactly(), "{head:?}");
    }
    assert!(!classes(3, 2).is_scored_exactly());
    for (name, architecture) in names::offered() {
        assert!(architecture.head.is_scored_exactly(), "{name}");
    }
}

#[test]
fn outputs_have_bounds() {
    for (count, best) in [(1, 1), (257, 1), (u16::MAX, 255), (2, 0), (2, 2), (10, 10), (3, 255)] {
        let refused = with_head(classes(count, best));
        assert_eq!(refused, Err(ArchitectureError::Outputs), "{best} of {count}");
    }
    for (count, best) in [(2, 1), (3, 2), (256, 1), (256, 255)] {
        assert!(with_head(classes(count, best)).is_ok(), "{best} of {count}");
    }
    for count in [0, 257, u16::MAX] {
        assert_eq!(with_head(labels(count)), Err(ArchitectureError::Outputs));
    }
    assert!(with_head(labels(1)).is_ok() && with_head(labels(256)).is_ok());
}

/// Tries the first and the last width of a range, and those beside them.
fn check_widths(range: RangeInclusive<u8>, set: impl Fn(&mut Description, u8)) {
    for bits in [*range.start(), *range.end()] {
        assert!(changed(|d| set(d, bits)).is_ok(), "{bits} of {range:?}");
    }
    for bits in [range.start() - 1, range.end() + 1, u8::MAX] {
        let refused = changed(|d| set(d, bits));
        assert_eq!(refused, Err(ArchitectureError::Width), "{bits} of {range:?}");
    }
}

#[test]
fn widths_have_bounds() {
    check_widths(1..=16, |d, bits| d.input_bits = bits);
    check_widths(2..=16, |d, bits| d.hidden[0].weight_bits = bits);
    check_widths(2..=32, |d, bits| d.hidden[0].bias_bits = bits);
    check_widths(2..=56, |d, bits| d.hidden[0] = Dense { sum_bits: bits, shift: 0, ..DENSE });
}

#[test]
fn widths_of_each_head_have_bounds() {
    let classes = |weight_bits, bias_bits, distance_bits| Head::Classes {
        classes: 2,
        best: 1,
        weight_bits,
        bias_bits,
        distance_bits,
    };
    check_widths(2..=16, |d, bits| d.head = classes(bits, 4, 9));
    check_widths(2..=32, |d, bits| d.head = classes(3, bits, 9));
    check_widths(2..=56, |d, bits| d.head = classes(3, 4, bits));
    let labels = |weight_bits, bias_bits, sum_bits| Head::Labels {
        labels: 2,
        weight_bits,
        bias_bits,
        sum_bits,
    };
    check_widths(2..=16, |d, bits| d.head = labels(bits, 4, 9));
    check_widths(2..=32, |d, bits| d.head = labels(3, bits, 9));
    check_widths(2..=56, |d, bits| d.head = labels(3, 4, bits));
    let goal = Goal::Within { tolerance: 0 };
    let number = |weight_bits, bias_bits, distance_bits| Head::Number {
        weight_bits,
        bias_bits,
        distance_bits,
        goal,
    };
    check_widths(2..=16, |d, bits| d.head = number(bits, 4, 18));
    check_widths(2..=32, |d, bits| d.head = number(3, bits, 18));
    check_widths(17..=56, |d, bits| d.head = number(3, 4, bits));
}

/// The narrowest heads that are allowed have a model that can be committed to, and one bit less
/// would leave none that a sample counts for.
#[test]
fn distances_have_as_few_bits_as_a_safe_model_needs() {
    let largest = |bits: u32| (1i128 << bits) - 1;
    // Two outputs that differ by one, and one more for the label.
    assert!(2 <= largest(2) && 2 > largest(1));
    // An output in the middle of the targets 0 to 65535.
    let farthest = (0..=65_535i128).map(|output| output.max(65_535 - output)).min().unwrap();
    assert!(2 * farthest <= largest(17) && 2 * farthest > largest(16));
    let classes =
        Head::Classes { classes: 2, best: 1, weight_bits: 3, bias_bits: 4, distance_bits: 2 };
    for head in [classes, number(17, Goal::Within { tolerance: 0 })] {
        let architecture = with_head(head).unwrap();
        let mut weights = Weights::zero(&architecture);
        weights.layers[1].biases[0] = 1;
        assert_eq!(weights.is_safe(&architecture), Ok(()), "{head:?}");
    }
}

#[test]
fn the_shift_leaves_a_bit() {
    assert!(changed(|d| d.hidden[0].shift = 5).is_ok());
    for shift in [6, 7, u8::MAX] {
        assert_eq!(changed(|d| d.hidden[0].shift = shift), Err(ArchitectureError::Shift));
    }
    let architecture = changed(|d| d.hidden[0].shift = 5).unwrap();
    assert_eq!(architecture.hidden[0].max_activation(), 1);
}

#[test]
fn caps_and_tolerances_have_bounds() {
    let goal = |goal| with_head(number(17, goal)).map(|_| ());
    let refused = Err(ArchitectureError::Goal);
    for (cap, expected) in [(0, refused), (1, Ok(())), (65535, Ok(())), (65536, refused)] {
        assert_eq!(goal(Goal::AbsoluteError { cap }), expected, "{cap}");
    }
    for (tolerance, expected) in [(0, Ok(())), (65535, Ok(())), (65536, refused)] {
        assert_eq!(goal(Goal::Within { tolerance }), expected, "{tolerance}");
    }
}

#[test]
fn parameters_have_a_bound() {
    let wide = |inputs| {
        changed(|d| {
            (d.inputs, d.input_bits, d.head) = (inputs, 1, classes(256, 1));
            d.hidden = Default::default();
        })
    };
    assert_eq!(wide(4095).unwrap().parameters(), MAX_PARAMETERS);
    assert_eq!(wide(4096), Err(ArchitectureError::Parameters));
}

#[test]
fn the_bytes_of_a_block_have_a_bound() {
    let long = |samples| {
        changed(|d| (d.inputs, d.input_bits, d.head, d.samples) = (511, 8, classes(2, 1), samples))
    };
    assert_eq!(long(511).unwrap().wire_bytes(511), MAX_BLOCK_BYTES - 510);
    assert_eq!(long(512), Err(ArchitectureError::BlockTooLong));
}

#[test]
fn the_largest_descriptions_are_checked_without_overflow() {
    use ArchitectureError as Refused;
    let (weight_bits, bias_bits, distance_bits) = (u8::MAX, u8::MAX, u8::MAX);
    let dense =
        Dense { units: u16::MAX, weight_bits, bias_bits, sum_bits: u8::MAX, shift: u8::MAX };
    let mut it = Description {
        inputs: u16::MAX,
        input_bits: u8::MAX,
        hidden: vec![dense; 4].try_into().unwrap(),
        head: Head::Classes { classes: u16::MAX, best: 255, weight_bits, bias_bits, distance_bits },
        samples: u16::MAX,
    };
    let check = |description: &Description| Architecture::new(description.clone()).map(|_| ());
    assert_eq!(check(&it), Err(Refused::Size));
    let goal = Goal::AbsoluteError { cap: u32::MAX };
    (it.inputs, it.samples) = (4096, 4096);
    it.hidden = vec![Dense { units: 4096, ..dense }; 4].try_into().unwrap();
    assert_eq!(check(&it), Err(Refused::Outputs));
    it.head = Head::Number { weight_bits, bias_bits, distance_bits, goal };
    assert_eq!(check(&it), Err(Refused::Width));
    it.input_bits = 16;
    it.head = Head::Number { weight_bits: 16, bias_bits: 32, distance_bits: 56, goal };
    let dense = Dense { units: 4096, weight_bits: 16, bias_bits: 32, sum_bits: 56, shift: 255 };
    it.hidden = vec![dense; 4].try_into().unwrap();
    assert_eq!(check(&it), Err(Refused::Shift));
    it.hidden = vec![Dense { shift: 54, ..dense }; 4].try_into().unwrap();
    assert_eq!(check(&it), Err(Refused::Goal));
    it.head = classes(2, 1);
    assert_eq!(check(&it), Err(Refused::Parameters));
    it.hidden = vec![Dense { units: 1, shift: 54, ..dense }; 4].try_into().unwrap();
    assert_eq!(check(&it), Err(Refused::BlockTooLong));
    it.samples = 31;
    assert_eq!(check(&it), Ok(()));
}

#[test]
fn the_byte_form_and_the_digest_are_fixed() {
    let architecture = Architecture::new(base()).unwrap();
    let bytes = [1, 4, 0, 2, 4, 3, 0, 3, 4, 7, 1, 0, 2, 0, 1, 3, 4, 9, 40, 0];
    assert_eq!(architecture.encode(), bytes);
    assert_eq!(
        hex::encode(to_bytes(&architecture.digest())),
        "1b6570252cd13dcaa858740e0e9fae79f763401feeecf5b9291a56d06a1b5c77"
    );
}

#[test]
fn an_architecture_comes_back_from_its_bytes() {
    for (name, architecture) in names::offered().into_iter().chain(names::for_tests()) {
        let bytes = architecture.encode();
        assert_eq!(Architecture::decode(&mut &bytes[..]), Ok(architecture), "{name}");
    }
}

#[test]
fn the_longest_byte_form_is_known() {
    let longest = changed(|d| {
        d.hidden = vec![DENSE; 4].try_into().unwrap();
        d.head = number(18, Goal::Within { tolerance: 1 });
    });
    assert_eq!(longest.unwrap().encode().len(), Architecture::max_encoded_len());
}

#[test]
fn bytes_of_an_unchecked_description_are_refused() {
    let mut broken = base();
    broken.samples = 0;
    let bytes = (1u8, broken).encode();
    assert!(Architecture::decode(&mut &bytes[..]).is_err());
    let deep = (1u8, 4u16, 2u8, vec![DENSE; 5], classes(2, 1), 40u16).encode();
    assert!(Architecture::decode(&mut &deep[..]).is_err());
    let deepest = (1u8, 4u16, 2u8, vec![DENSE; 4], classes(2, 1), 40u16).encode();
    assert!(Architecture::decode(&mut &deepest[..]).is_ok());
}

#[test]
fn bytes_of_other_versions_are_refused() {
    for version in [0u8, 2, 255] {
        let bytes = (version, base()).encode();
        assert!(Architecture::decode(&mut &bytes[..]).is_err(), "version {version}");
    }
}

#[test]
fn a_description_is_checked_on_conversion() {
    let architecture = Architecture::try_from(base()).unwrap();
    assert_eq!(Description::from(architecture), base());
    let broken = Description { inputs: 0, ..base() };
    assert_eq!(Architecture::try_from(broken), Err(ArchitectureError::Size));
}

/// Descriptions that differ from the base, and from each other, in one place.
fn variants() -> Vec<Description> {
    let dense = |dense| Description { hidden: vec![dense].try_into().unwrap(), ..base() };
    let head = |head| Description { head, ..base() };
    let (weight_bits, bias_bits) = (3, 4);
    let goal = Goal::AbsoluteError { cap: 200 };
    vec![
        base(),
        Description { inputs: 5, ..base() },
        Description { input_bits: 3, ..base() },
        Description { samples: 41, ..base() },
        Description { hidden: Default::default(), ..base() },
        Description { hidden: vec![DENSE; 2].try_into().unwrap(), ..base() },
        dense(Dense { units: 4, ..DENSE }),
        dense(Dense { weight_bits: 4, ..DENSE }),
        dense(Dense { bias_bits: 5, ..DENSE }),
        dense(Dense { sum_bits: 8, ..DENSE }),
        dense(Dense { shift: 2, ..DENSE }),
        head(classes(3, 1)),
        head(classes(3, 2)),
        head(Head::Classes { classes: 2, best: 1, weight_bits: 4, bias_bits, distance_bits: 9 }),
        head(Head::Classes { classes: 2, best: 1, weight_bits, bias_bits: 5, distance_bits: 9 }),
        head(Head::Classes { classes: 2, best: 1, weight_bits, bias_bits, distance_bits: 10 }),
        head(labels(2)),
        head(labels(3)),
        head(Head::Labels { labels: 2, weight_bits: 4, bias_bits, sum_bits: 8 }),
        head(Head::Labels { labels: 2, weight_bits, bias_bits: 5, sum_bits: 8 }),
        head(Head::Labels { labels: 2, weight_bits, bias_bits, sum_bits: 9 }),
        head(number(18, goal)),
        head(number(19, goal)),
        head(Head::Number { weight_bits: 4, bias_bits, distance_bits: 18, goal }),
        head(Head::Number { weight_bits, bias_bits: 5, distance_bits: 18, goal }),
        head(number(18, Goal::AbsoluteError { cap: 201 })),
        head(number(18, Goal::Within { tolerance: 200 })),
        head(number(18, Goal::Within { tolerance: 201 })),
    ]
}

#[test]
fn every_field_changes_the_digest() {
    let digests = variants().into_iter().map(|d| Architecture::new(d).unwrap().digest());
    let mut digests: Vec<Fr> = digests.collect();
    digests.sort();
    digests.dedup();
    assert_eq!(digests.len(), variants().len());
}
