use super::*;
use crate::{
    table::{Pieces, Place, ReadOptions, Table},
    value::Value,
};
use flate2::{write::GzEncoder, Compression};
use proptest::prelude::*;
use std::{io::Write, path::Path};

const ORDERS: [Order; 2] = [Order::Little, Order::Big];

/// These units behind a mark.
fn marked(units: impl IntoIterator<Item = u16>, order: Order) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(units);
    let bytes = |unit: u16| match order {
        Order::Little => unit.to_le_bytes(),
        Order::Big => unit.to_be_bytes(),
    };
    units.flat_map(bytes).collect()
}

fn encoded(text: &str, order: Order) -> Vec<u8> {
    marked(text.encode_utf16(), order)
}

/// A source that gives one byte at a time.
struct Slow(Cursor<Vec<u8>>);

impl Read for Slow {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(1);
        self.0.read(&mut buffer[..most])
    }
}

fn decoded(bytes: &[u8]) -> io::Result<String> {
    let source = BufReader::with_capacity(1, Slow(Cursor::new(bytes.to_vec())));
    let (mut text, _) = open(Box::new(source))?;
    let mut read = String::new();
    text.read_to_string(&mut read).map(|_| read)
}

/// The byte at which there is no text in UTF-16.
fn damaged(bytes: &[u8]) -> u64 {
    let error = decoded(bytes).unwrap_err();
    NotUtf16::of(&error).unwrap().byte
}

fn read(name: &str, content: &[u8]) -> Result<Table, TableFault> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    std::fs::write(&file, content).unwrap();
    Table::read(&file, &ReadOptions::default()).map_err(|error| error.fault)
}

fn gzipped(text: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(text).unwrap();
    packer.finish().unwrap()
}

#[test]
fn marks_tell_the_encoding_and_are_no_part_of_the_text() {
    for order in ORDERS {
        assert_eq!(decoded(&encoded("a,ä\n€,😀\n", order)).unwrap(), "a,ä\n€,😀\n");
        assert_eq!(decoded(&encoded("", order)).unwrap(), "");
    }
    assert_eq!(decoded(b"\xef\xbb\xbfa,k\n").unwrap(), "a,k\n");
    for text in ["", "a", "a,k\n1,x\n"] {
        assert_eq!(decoded(text.as_bytes()).unwrap(), text);
    }
}

#[test]
fn a_text_in_utf_16_is_told_and_no_other() {
    let note = |bytes: Vec<u8>| open(Box::new(Cursor::new(bytes))).unwrap().1;
    assert!(note(encoded("a", Order::Little)).unwrap().contains("the lower byte first"));
    assert!(note(encoded("a", Order::Big)).unwrap().contains("the higher byte first"));
    for text in ["", "\u{feff}a", "a"] {
        assert_eq!(note(text.into()), None, "{text:?}");
    }
}

#[test]
fn characters_may_lie_across_the_borders_of_chunks() {
    for start in ["", "a"] {
        let text = format!("{start}{}", "😀".repeat(70_000));
        for order in ORDERS {
            assert!(decoded(&encoded(&text, order)).unwrap() == text, "{start:?}, {order:?}");
        }
    }
}

#[test]
fn half_a_character_is_told_with_its_byte_and_never_replaced() {
    for order in ORDERS {
        assert_eq!(damaged(&marked([0x61, 0xd83d, 0x62], order)), 5, "the first half alone");
        assert_eq!(damaged(&marked([0xde00, 0x61], order)), 3, "the second half alone");
        assert_eq!(damaged(&marked([0xd83d, 0xd83d, 0xde00], order)), 3, "two first halves");
        assert_eq!(damaged(&marked([0xd83d, 0xde00, 0xd83d], order)), 7, "at the end");
        let long = std::iter::repeat_n(0x61, 40_000).chain([0xde00]);
        assert_eq!(damaged(&marked(long, order)), 80_003, "in the second chunk");
    }
}

#[test]
fn an_odd_number_of_bytes_is_told() {
    for order in ORDERS {
        assert_eq!(damaged(&[encoded("ab", order), vec![0x61]].concat()), 7);
        assert_eq!(damaged(&[marked([0x61, 0xd83d], order), vec![0xde]].concat()), 5);
    }
}

#[test]
fn tables_in_utf_16_are_those_in_utf_8_packed_or_not() {
    let text = "größe\tnote\r\n1.5\t\"two\r\nlines\"\r\n2\t😀\r\n";
    let plain = read("a.txt", text.as_bytes()).unwrap();
    assert_eq!(plain.columns()[1].get(0), Value::Text("two\r\nlines".into()));
    for order in ORDERS {
        let bytes = encoded(text, order);
        let packed = [("a.txt.gz", gzipped(&bytes)), ("a.txt.zst", zstandard(&bytes))];
        for (name, content) in [("a.txt", bytes.clone())].into_iter().chain(packed) {
            let table = read(name, &content).unwrap();
            assert_eq!(table.columns(), plain.columns(), "{name}, {order:?}");
            assert_eq!(table.notes().len(), plain.notes().len() + 1, "{:?}", table.notes());
        }
    }
}

fn zstandard(text: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(text, 1).unwrap()
}

#[test]
fn json_in_utf_16_is_that_in_utf_8() {
    let text = "{\"a\":1,\"ö\":\"😀\"}\n{\"a\":2,\"ö\":\"}\"}\n";
    let plain = read("a.jsonl", text.as_bytes()).unwrap();
    for order in ORDERS {
        let table = read("a.jsonl", &encoded(text, order)).unwrap();
        assert_eq!(table.columns(), plain.columns());
        assert!(table.notes()[0].contains("UTF-16"), "{:?}", table.notes());
    }
}

#[test]
fn damage_in_a_table_is_told_wherever_it_is() {
    for lines in [1, 100_000] {
        let text = format!("a,k\n{}", "1,x\n".repeat(lines));
        let units = text.encode_utf16().chain([0xd83d, 0x62]);
        let byte = 3 + 2 * text.len() as u64;
        for name in ["a.csv", "a.csv.gz"] {
            let bytes = marked(units.clone(), Order::Little);
            let bytes = if name == "a.csv" { bytes } else { gzipped(&bytes) };
            let fault = read(name, &bytes).unwrap_err();
            let expected = format!("byte {byte} begins no character in UTF-16: save the file once");
            assert!(fault.to_string().starts_with(&expected), "{fault}");
        }
    }
    let object = marked("{\"a\":\"".encode_utf16().chain([0xde00]), Order::Big);
    assert!(matches!(read("a.jsonl", &object), Err(TableFault::NotUtf16 { byte: 15 })));
}

#[test]
fn places_are_lines_of_the_text() {
    let ragged = encoded("a,k\r\n1,x\r\n\r\n2\r\n", Order::Little);
    let fault = Table::read_csv(&ragged, Path::new("a.csv"), &ReadOptions::default());
    let fault = fault.unwrap_err().fault;
    assert!(matches!(fault, TableFault::Ragged { place: Place::Line(4), .. }), "{fault}");
}

#[test]
fn a_long_text_is_read_in_pieces() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.csv");
    let rows: String = (0..50_000).map(|row| format!("{row},😀\n")).collect();
    std::fs::write(&file, encoded(&format!("a,k\n{rows}"), Order::Big)).unwrap();
    let pieces = Pieces::open(&file, &ReadOptions::default(), 20_000).unwrap();
    let lengths: Vec<usize> = pieces.map(|piece| piece.unwrap().len()).collect();
    assert_eq!(lengths, [20_000, 20_000, 10_000]);
}

proptest! {
    #[test]
    fn any_text_is_read_back(text in any::<String>()) {
        for order in ORDERS {
            prop_assert_eq!(decoded(&encoded(&text, order)).unwrap(), &*text);
        }
    }

    #[test]
    fn any_bytes_are_a_text_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for mark in [b"\xff\xfe", b"\xfe\xff"] {
            let _ = decoded(&[mark.as_slice(), &bytes].concat());
        }
    }
}
