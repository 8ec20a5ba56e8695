use super::*;
use crate::{
    blocks::{
        prepare,
        tests::{balanced, prepared},
        PreparedTask,
    },
    encoding::{EncodingError, Range},
    metric::Metric,
    profile::Wanted,
    salt::BlockSalt,
    split::SplitOptions,
    table::{ReadOptions, Table},
};
use nocknock_primitives::model::{names::named, ArchitectureError};
use proptest::prelude::*;
use std::path::Path;

/// The names of the classes in the header's text.
const NAMES: &str = r#""names":["0","1"]"#;

/// A task of five blocks and its training data without block 2.
fn task() -> (PreparedTask, TrainBlob) {
    let task = prepared(140);
    let blob = task.train_blob(&[2]);
    (task, blob)
}

/// The bytes after `change` has been applied to the header's text.
fn with_header(bytes: &[u8], change: impl Fn(String) -> String) -> Vec<u8> {
    let length = u32::from_le_bytes(bytes[10..14].try_into().unwrap()) as usize;
    let (header, rows) = bytes[14..].split_at(length);
    let text = String::from_utf8(header.to_vec()).unwrap();
    let header = change(text.clone());
    assert_ne!(header, text, "the change had no effect");
    let mut changed = bytes[..10].to_vec();
    changed.extend(u32::try_from(header.len()).unwrap().to_le_bytes());
    changed.extend(header.bytes());
    changed.extend(rows);
    changed
}

#[test]
fn bytes_decode_to_what_was_encoded() {
    let (task, blob) = task();
    let decoded = TrainBlob::decode(&blob.encode().unwrap()).unwrap();
    assert_eq!(decoded, blob);
    assert_eq!(decoded.classes(), ["0", "1"]);
    assert_eq!(decoded.encoding(), task.encoding());
    assert_eq!(decoded.architecture(), &named("tiny-4x3x2").unwrap());
    assert_eq!(decoded.check_encoding(task.encoding_hash()), Ok(()));
    assert_eq!(decoded.check_against_roots(task.roots()), Ok(()));
    assert_eq!(decoded.check_complete(5, &[2]), Ok(()));
}

#[test]
fn the_rows_of_all_blocks_are_counted() {
    let (_, blob) = task();
    assert_eq!(blob.count(), Ok(112));
}

#[test]
fn a_block_with_another_salt_or_other_rows_is_named() {
    let (task, blob) = task();
    let replace = |index: usize, block: Block| {
        let mut blob = blob.clone();
        blob.blocks[index] = block;
        blob.check_against_roots(task.roots())
    };
    let last = &blob.blocks[2];
    let salt = BlockSalt::from_bytes([1; 32]);
    let other_salt = Block::new(3, salt, last.rows().to_vec());
    assert_eq!(replace(2, other_salt), Err(MismatchError::Root { index: 3 }));
    let other_rows = Block::new(3, last.salt().clone(), blob.blocks[0].rows().to_vec());
    assert_eq!(replace(2, other_rows), Err(MismatchError::Root { index: 3 }));
    let other_index = Block::new(2, last.salt().clone(), last.rows().to_vec());
    assert_eq!(replace(2, other_index), Err(MismatchError::Root { index: 2 }));
    assert_eq!(
        blob.check_against_roots(&task.roots()[..3]),
        Err(MismatchError::Unknown { index: 3, blocks: 3 })
    );
}

#[test]
fn other_classes_or_columns_are_not_those_of_the_task() {
    let (task, blob) = task();
    let bytes = blob.encode().unwrap();
    let changes = [
        (NAMES, r#""names":["1","0"]"#),
        (r#""name":"a""#, r#""name":"other""#),
        (r#""width":3"#, r#""width":4"#),
    ];
    for (from, to) in changes {
        let changed = with_header(&bytes, |text| text.replacen(from, to, 1));
        let changed = TrainBlob::decode(&changed).unwrap();
        assert_eq!(changed.check_against_roots(task.roots()), Ok(()), "no root covers them");
        let (found, expected) = (changed.encoding_hash(), task.encoding_hash());
        let error = MismatchError::Encoding { found, expected };
        assert_eq!(changed.check_encoding(expected), Err(error));
    }
}

#[test]
fn another_architecture_in_which_the_rows_are_well_formed_gives_other_roots() {
    let (task, blob) = task();
    let bytes = blob.encode().unwrap();
    let changed = with_header(&bytes, |text| text.replace(r#""samples":40"#, r#""samples":41"#));
    let changed = TrainBlob::decode(&changed).unwrap();
    assert_eq!(changed.check_against_roots(task.roots()), Err(MismatchError::Root { index: 0 }));
}

#[test]
fn missing_and_published_test_blocks_are_named() {
    let (_, blob) = task();
    assert_eq!(blob.check_complete(5, &[]), Err(MismatchError::Missing { index: 2 }));
    assert_eq!(blob.check_complete(5, &[1, 2]), Err(MismatchError::Drawn { index: 1 }));
    assert_eq!(blob.check_complete(4, &[2]), Err(MismatchError::Unknown { index: 4, blocks: 4 }));
}

#[test]
fn a_wrong_beginning_or_length_is_told_apart() {
    let bytes = task().1.encode().unwrap();
    let decode = |bytes: &[u8]| TrainBlob::decode(bytes).unwrap_err();
    assert_eq!(decode(b"nntrain"), TrainBlobError::Magic);
    assert_eq!(decode(b"PK\x03\x04 and so on"), TrainBlobError::Magic);
    assert_eq!(decode(&bytes[..9]), TrainBlobError::CutOff);
    assert_eq!(decode(&bytes[..100]), TrainBlobError::CutOff);
    assert_eq!(decode(&bytes[..bytes.len() - 1]), TrainBlobError::CutOff);
    let longer = [&bytes[..], &[0]].concat();
    assert_eq!(decode(&longer), TrainBlobError::Trailing { found: 1 });
    let mut version = bytes.clone();
    version[8] = 2;
    assert_eq!(decode(&version), TrainBlobError::Version { found: 2 });
    let mut header = bytes;
    header[13] = 1;
    assert!(matches!(decode(&header), TrainBlobError::HeaderTooLong { .. }));
    let huge = vec![0; MAX_TRAIN_BLOB_BYTES + 1];
    assert!(matches!(decode(&huge), TrainBlobError::TooLong { .. }));
}

#[test]
fn every_rule_of_the_header_is_checked() {
    let bytes = task().1.encode().unwrap();
    let decode = |from: &str, to: &str| {
        let changed = with_header(&bytes, |text| text.replacen(from, to, 1));
        TrainBlob::decode(&changed).unwrap_err()
    };
    let bits = r#""input_bits":2"#;
    assert_eq!(
        decode(bits, r#""input_bits":17"#),
        TrainBlobError::Architecture(ArchitectureError::Width)
    );
    let other_bits = decode(bits, r#""input_bits":3"#);
    assert!(matches!(other_bits, TrainBlobError::Encoding(EncodingError::Shape { .. })));
    let json = |name| serde_json::to_string(&named(name).unwrap()).unwrap();
    assert_eq!(
        decode(&json("tiny-4x3x2"), &json("tiny-4x3x3-labels")),
        TrainBlobError::Head { shape: "tiny-4x3x3-labels".into() }
    );
    let number = decode(&json("tiny-4x3x2"), &json("tiny-4x3-error"));
    assert!(matches!(number, TrainBlobError::Encoding(EncodingError::Answer { .. })), "{number:?}");
    let many = decode(NAMES, r#""names":["0","1","2"]"#);
    assert!(matches!(many, TrainBlobError::Encoding(EncodingError::Classes { found: 3, .. })));
    let steering = decode(NAMES, r#""names":["0","\u001b[31m"]"#);
    assert!(matches!(steering, TrainBlobError::Header { .. }), "{steering:?}");
    let threshold = decode(r#""at":[""#, r#""at":["x",""#);
    assert!(matches!(threshold, TrainBlobError::Header { .. }), "{threshold:?}");
    assert_eq!(decode(r#""index":1"#, r#""index":0"#), TrainBlobError::BlockOrder { index: 0 });
    assert_eq!(decode(r#""index":3"#, r#""index":256"#), TrainBlobError::BlockOrder { index: 256 });
    assert!(matches!(
        decode(r#"{"architecture""#, r#"{"more":1,"architecture""#),
        TrainBlobError::Header { .. }
    ));
}

#[test]
fn blocks_without_samples_or_with_broken_rows_are_refused() {
    let (_, blob) = task();
    let refused = |rows: Vec<u8>| {
        let mut blob = blob.clone();
        blob.blocks[0] = Block::new(0, blob.blocks[0].salt().clone(), rows);
        TrainBlob::decode(&blob.encode().unwrap()).unwrap_err()
    };
    assert_eq!(refused(vec![0, 0]), TrainBlobError::EmptyBlock { index: 0 });
    assert!(matches!(refused(vec![1, 0, 9, 0]), TrainBlobError::Rows { index: 0, .. }));
    let mut none = blob.clone();
    none.blocks.clear();
    assert_eq!(
        TrainBlob::decode(&none.encode().unwrap()),
        Err(TrainBlobError::BlockCount { found: 0 })
    );
}

#[test]
fn blocks_in_which_classes_do_not_count_the_same_are_no_balanced_accuracy() {
    let blob = balanced().train_blob(&[2]);
    let decoded = TrainBlob::decode(&blob.encode().unwrap()).unwrap();
    assert_eq!((decoded.encoding().metric(), &decoded), (Metric::BalancedAccuracy, &blob));
    // The first block has a row more of the first class.
    let uneven = prepared(141).train_blob(&[]).encode().unwrap();
    let names = format!("{NAMES}}}");
    let said = format!(r#"{names},"metric":"balanced-accuracy""#);
    let changed = with_header(&uneven, |text| text.replacen(&names, &said, 1));
    assert_eq!(TrainBlob::decode(&changed), Err(TrainBlobError::Unbalanced { index: 0 }));
}

#[test]
fn a_sample_of_a_class_without_a_name_is_refused() {
    let text = "a,k\n1,x\n2,y\n3,z\n4,x\n";
    let table = Table::read_csv(text.as_bytes(), Path::new("t"), &ReadOptions::default()).unwrap();
    let digits = named("digits-64x32x10").unwrap();
    let options = SplitOptions::random().unwrap();
    let task = prepare(&table, &Wanted::default(), &digits, Range::MinMax, &options).unwrap();
    let bytes = task.train_blob(&[]).encode().unwrap();
    let changed = with_header(&bytes, |text| text.replace(r#"["x","y","z"]"#, r#"["x","y"]"#));
    let error = TrainBlob::decode(&changed).unwrap_err();
    assert!(matches!(error, TrainBlobError::UnnamedClass { .. }), "{error:?}");
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(TrainBlob::decode(&bytes).is_err());
        let behind_prefix = [&b"nntrain\0\x03\0\x40\0\0\0"[..], &bytes[..]].concat();
        prop_assert!(TrainBlob::decode(&behind_prefix).is_err());
    }

    #[test]
    fn changed_bytes_never_panic_and_never_pass_for_other_blocks(
        place in any::<proptest::sample::Index>(), bit in 0u8..8,
    ) {
        let (task, blob) = task();
        let mut bytes = blob.encode().unwrap();
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        if let Ok(decoded) = TrainBlob::decode(&bytes) {
            // What the roots cover is noticed; the encoding is the requester's word alone.
            if decoded.check_against_roots(task.roots()).is_ok() {
                prop_assert_eq!(decoded.blocks(), blob.blocks());
            }
        }
    }
}
