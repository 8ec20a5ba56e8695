use super::{
    generate::{small, Numbers, CLASSES, LABELS, NUMBER},
    *,
};
use crate::model::architecture::Description;

fn sample(label: Label) -> Sample {
    Sample { inputs: vec![0, 31, 5], label }
}

fn class(class: u8) -> Sample {
    sample(Label::Class(class))
}

/// The error of a block whose second sample is this one.
fn fault(head: Head, good: Label, bad: Sample) -> Result<Block, SampleError> {
    Block::new(&small(head), vec![sample(good), bad])
}

fn refused(fault: SampleFault) -> Result<Block, SampleError> {
    Err(SampleError::Sample { sample: 1, fault })
}

#[test]
fn a_block_holds_none_to_all_of_its_samples() {
    let architecture = small(CLASSES);
    for count in [0, 1, 8] {
        let block = Block::new(&architecture, vec![class(2); count]).unwrap();
        assert_eq!((block.len(), block.is_empty()), (count, count == 0));
        assert_eq!(block.samples(), vec![class(2); count]);
    }
    let too_many = SampleError::TooMany { capacity: 8, found: 9 };
    assert_eq!(Block::new(&architecture, vec![class(2); 9]), Err(too_many));
}

#[test]
fn each_rule_of_the_inputs_refuses_what_breaks_it() {
    let with = |inputs| {
        let bad = Sample { inputs, label: Label::Class(0) };
        fault(CLASSES, Label::Class(0), bad)
    };
    assert!(with(vec![31; 3]).is_ok());
    assert_eq!(with(vec![31, 32, 31]), refused(SampleFault::InputRange));
    for found in [0, 2, 4] {
        let count = SampleFault::InputCount { expected: 3, found };
        assert_eq!(with(vec![0; found]), refused(count));
    }
}

#[test]
fn each_head_takes_its_own_labels_only() {
    let labels = [Label::Class(2), Label::Labels(vec![true; 10]), Label::Number(65535)];
    for (own, head) in [CLASSES, LABELS, NUMBER].into_iter().enumerate() {
        let architecture = small(head);
        for (other, label) in labels.iter().enumerate() {
            let error = Block::new(&architecture, vec![sample(label.clone())]).err();
            let refused = SampleError::Sample { sample: 0, fault: SampleFault::LabelKind };
            assert_eq!(error, (own != other).then_some(refused), "head {own}, {label:?}");
        }
    }
}

#[test]
fn a_label_outside_the_head_is_refused() {
    assert_eq!(fault(CLASSES, Label::Class(2), class(3)), refused(SampleFault::Class));
    for found in [0, 9, 11] {
        let bad = sample(Label::Labels(vec![false; found]));
        let count = SampleFault::LabelCount { expected: 10, found };
        assert_eq!(fault(LABELS, Label::Labels(vec![true; 10]), bad), refused(count));
    }
}

#[test]
fn classes_stand_one_hot_and_padding_is_zero() {
    let architecture = small(CLASSES);
    let block = Block::new(&architecture, vec![class(1), class(0), class(2)]).unwrap();
    let bits = 0b100_001_010u32;
    assert_eq!(block.label_elements(&architecture), [Fr::from(bits)]);
}

#[test]
fn labels_stand_behind_the_bit_of_a_sample() {
    let architecture = small(LABELS);
    let mut labels = vec![false; 10];
    let none = sample(Label::Labels(labels.clone()));
    labels[0] = true;
    labels[9] = true;
    let two = sample(Label::Labels(labels));
    let block = Block::new(&architecture, vec![none, two]).unwrap();
    let bits = 0b100_0000_0011u32 << 11 | 1;
    assert_eq!(block.label_elements(&architecture), [Fr::from(bits)]);
}

#[test]
fn numbers_stand_behind_the_bit_of_a_sample() {
    let architecture = small(NUMBER);
    let numbers = [0, 0x8001].map(|number| sample(Label::Number(number)));
    let block = Block::new(&architecture, numbers.to_vec()).unwrap();
    let bits = (0x8001u64 << 1 | 1) << 17 | 1;
    assert_eq!(block.label_elements(&architecture), [Fr::from(bits)]);
}

/// The values of a sample as the table of [`Block::label_elements`] has them, with their widths.
fn values(head: &Head, label: Option<&Label>) -> Vec<(u64, u32)> {
    let real = u64::from(label.is_some());
    match (head, label) {
        (Head::Classes { classes, .. }, label) => (0..*classes)
            .map(|class| (u64::from(label == Some(&Label::Class(class as u8))), 1))
            .collect(),
        (Head::Labels { .. }, Some(Label::Labels(labels))) => {
            let labels = labels.iter().map(|label| (u64::from(*label), 1));
            core::iter::once((real, 1)).chain(labels).collect()
        }
        (Head::Labels { labels, .. }, _) => vec![(real, 1); usize::from(*labels) + 1],
        (Head::Number { .. }, Some(Label::Number(number))) => {
            vec![(real, 1), (u64::from(*number), 16)]
        }
        (Head::Number { .. }, _) => vec![(real, 1), (0, 16)],
    }
}

#[test]
fn label_elements_are_the_greedy_stream_of_all_samples_and_the_padding() {
    let mut numbers = Numbers(1);
    let mut longest = 0;
    for _ in 0..200 {
        let architecture = numbers.architecture();
        let Description { head, samples: capacity, .. } = &*architecture;
        let samples = numbers.within(0, u64::from(*capacity));
        let block = numbers.block(&architecture, samples);
        let mut packer = Packer::new();
        for place in 0..usize::from(*capacity) {
            let label = block.samples().get(place).map(|sample| &sample.label);
            for (value, bits) in values(head, label) {
                packer.push(value, bits).unwrap();
            }
        }
        let expected = packer.finish();
        longest = longest.max(expected.len());
        assert_eq!(block.label_elements(&architecture), expected, "{head:?} {samples}");
    }
    assert!(longest > 2, "the borders between elements were tried");
}
