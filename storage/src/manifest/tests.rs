use proptest::prelude::*;

use super::*;

fn shards() -> ShardCount {
    ShardCount::new(7).unwrap()
}

fn name(text: &str) -> EntryName {
    text.to_owned().try_into().unwrap()
}

fn shard(content: &[u8]) -> Shard {
    Shard {
        blob: blob_id(content, shards()).unwrap(),
        sha256: ContentHash::of(content),
        size: content.len() as u64,
    }
}

fn entry(text: &str, pieces: &[&[u8]]) -> Entry {
    let whole = pieces.concat();
    Entry {
        format: Format::Raw,
        name: name(text),
        role: Role::Train,
        sha256: ContentHash::of(&whole),
        shards: pieces.iter().map(|piece| shard(piece)).collect(),
        size: whole.len() as u64,
    }
}

fn manifest() -> Manifest {
    let entries = vec![entry("b/c", &[b"hello", b"!"]), entry("a", &[])];
    Manifest::new(shards(), entries).unwrap()
}

fn text() -> String {
    String::from_utf8(manifest().to_bytes()).unwrap()
}

fn refusal(text: &str) -> ManifestError {
    Manifest::parse(text.as_bytes()).unwrap_err()
}

#[test]
fn the_canonical_form_is_pinned() {
    let empty = ContentHash::of(b"");
    let whole = ContentHash::of(b"hello!");
    let (first, second) = (shard(b"hello"), shard(b"!"));
    let expected = format!(
        concat!(
            r#"{{"entries":[{{"format":"raw","name":"a","role":"train","sha256":"{}","shards":[],"size":0}},"#,
            r#"{{"format":"raw","name":"b/c","role":"train","sha256":"{}","shards":["#,
            r#"{{"blob":"{}","sha256":"{}","size":5}},{{"blob":"{}","sha256":"{}","size":1}}],"size":6}}],"#,
            r#""kind":"nocknock-manifest","n_shards":7,"version":1}}"#
        ),
        empty, whole, first.blob, first.sha256, second.blob, second.sha256
    );
    assert_eq!(text(), expected);
    let id = blob_id(expected.as_bytes(), shards()).unwrap();
    assert_eq!(manifest().id().unwrap(), id);
}

#[test]
fn another_form_of_the_same_content_is_refused() {
    let text = text();
    for other in [
        format!(" {text}"),
        format!("{text}\n"),
        text.replacen(':', ": ", 1),
        text.replacen("\"b/c\"", "\"b\\/c\"", 1),
        text.replacen("\"a\"", "\"\\u0061\"", 1),
        text.replacen(
            "\"kind\":\"nocknock-manifest\",\"n_shards\":7",
            "\"n_shards\":7,\"kind\":\"nocknock-manifest\"",
            1,
        ),
    ] {
        assert!(matches!(refusal(&other), ManifestError::NotCanonical(_)), "{other}");
    }
}

#[test]
fn numbers_are_plain_integers() {
    let text = text();
    for number in ["6.0", "6e0", "-6", "06", "\"6\"", "+6", "null", "18446744073709551616"] {
        let other = text.replacen("\"size\":6", &format!("\"size\":{number}"), 1);
        assert!(matches!(refusal(&other), ManifestError::Json(_)), "{number}");
    }
}

#[test]
fn members_are_exactly_those_of_the_format() {
    let text = text();
    for other in [
        text.replacen("\"size\":6", "\"size\":6,\"x\":1", 1),
        text.replacen("\"role\":\"train\",", "", 1),
        text.replacen("\"size\":6", "\"size\":6,\"size\":6", 1),
        text.replacen("\"role\":\"train\"", "\"role\":\"Train\"", 1),
        text.replacen("\"format\":\"raw\"", "\"format\":\"exe\"", 1),
    ] {
        assert!(matches!(refusal(&other), ManifestError::Json(_)), "{other}");
    }
}

#[test]
fn other_kinds_and_versions_are_named() {
    let text = text();
    let later = text.replacen("\"version\":1", "\"version\":2,\"more\":0", 1);
    assert!(matches!(refusal(&later), ManifestError::Version(2)));
    let other = text.replacen("nocknock-manifest", "holiday-plans", 1);
    assert!(matches!(refusal(&other), ManifestError::Kind));
    for count in ["3", "70000"] {
        let other = text.replacen("\"n_shards\":7", &format!("\"n_shards\":{count}"), 1);
        assert!(matches!(refusal(&other), ManifestError::ShardCount(_)), "{count}");
    }
    assert!(matches!(refusal("PK\u{3}\u{4}"), ManifestError::Json(_)));
}

#[test]
fn a_manifest_that_is_too_long_is_refused_before_it_is_read() {
    let long = vec![b'['; Manifest::LONGEST + 1];
    assert!(matches!(Manifest::parse(&long), Err(ManifestError::TooLong(_))));
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    for path in ["../b", "/etc/passwd", "a/../../b", "b\\\\c"] {
        let other = text().replacen("b/c", path, 1);
        assert!(matches!(refusal(&other), ManifestError::Json(_)), "{path}");
    }
}

#[test]
fn names_that_deceive_the_reader_are_refused_and_not_repeated() {
    for name in ["b\u{202e}c", "b\u{feff}", "\u{200b}b", "b\\u001b[2J"] {
        let refused = refusal(&text().replacen("b/c", name, 1));
        let told = refused.to_string();
        assert!(matches!(refused, ManifestError::Json(_)), "{told}");
        assert!(!told.contains(nocknock_primitives::text::is_deceptive), "{told:?}");
    }
    let unknown = text().replacen("\"role\"", "\"ro\u{202e}le\"", 1);
    let told = refusal(&unknown).to_string();
    assert!(!told.contains(nocknock_primitives::text::is_deceptive), "{told:?}");
}

#[test]
fn names_that_collide_are_refused() {
    let make = |names: &[&str]| {
        let entries = names.iter().map(|text| entry(text, &[])).collect();
        Manifest::new(shards(), entries)
    };
    assert!(matches!(make(&["a", "a"]), Err(ManifestError::Duplicate(_))));
    assert!(matches!(make(&["x/a", "X/A"]), Err(ManifestError::Duplicate(_))));
    for names in [["a", "a/b"], ["a/b/c", "a"], ["A", "a/b"]] {
        assert!(matches!(make(&names), Err(ManifestError::FileAndFolder(_))), "{names:?}");
    }
    assert!(make(&["a/b", "a/c", "ab"]).is_ok());
    assert!(matches!(make(&[]), Err(ManifestError::Empty)));
}

#[test]
fn entries_out_of_order_are_refused() {
    let mut swapped = manifest();
    swapped.entries.reverse();
    let error = Manifest::parse(&swapped.to_bytes()).unwrap_err();
    assert!(matches!(error, ManifestError::Unsorted(name) if name.as_str() == "a"));
}

#[test]
fn sizes_and_hashes_must_agree() {
    let make = |change: fn(&mut Entry)| {
        let mut entry = entry("a", &[b"hello", b"!"]);
        change(&mut entry);
        Manifest::new(shards(), vec![entry]).unwrap_err()
    };
    assert!(matches!(make(|e| e.size = 7), ManifestError::SizesDiffer(_)));
    assert!(matches!(make(|e| e.shards[1].size = 0), ManifestError::ShardSize(_)));
    assert!(matches!(make(|e| e.shards[1].size = u64::MAX), ManifestError::ShardSize(_)));
    let contradiction = make(|e| {
        e.shards[1] = Shard { sha256: e.sha256, ..e.shards[0] };
        e.size = 10;
    });
    assert!(matches!(contradiction, ManifestError::Contradiction(_)));
    let mut single = entry("a", &[b"hello"]);
    single.sha256 = ContentHash::of(b"other");
    let error = Manifest::new(shards(), vec![single]).unwrap_err();
    assert!(matches!(error, ManifestError::HashesDiffer(_)));
}

#[test]
fn too_many_files_are_refused() {
    let entries =
        (0..=Manifest::MOST_ENTRIES).map(|number| entry(&number.to_string(), &[])).collect();
    assert!(matches!(Manifest::new(shards(), entries), Err(ManifestError::TooMany { .. })));
}

fn any_entry() -> impl Strategy<Value = Entry> {
    let part = "[a-zA-Z0-9 äöü\"'_.-]{1,12}";
    let names = prop::collection::vec(part, 1..4).prop_map(|parts| parts.join("/"));
    let pieces = prop::collection::vec(prop::collection::vec(any::<u8>(), 1..9), 0..4);
    (names, pieces, 0..5usize).prop_filter_map("a name", |(text, pieces, role)| {
        let name = EntryName::try_from(text).ok()?;
        let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
        Some(Entry { name, role: Role::ALL[role], ..entry("x", &pieces) })
    })
}

fn any_manifest() -> impl Strategy<Value = Manifest> {
    prop::collection::vec(any_entry(), 1..6)
        .prop_filter_map("names that go together", |entries| Manifest::new(shards(), entries).ok())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_manifest_survives_a_round_trip(manifest in any_manifest()) {
        let text = manifest.to_bytes();
        prop_assert_eq!(Manifest::parse(&text).unwrap(), manifest);
    }

    #[test]
    fn a_changed_byte_is_refused_or_gives_another_manifest(
        manifest in any_manifest(),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut text = manifest.to_bytes();
        let place = place.index(text.len());
        prop_assume!(text[place] != byte);
        text[place] = byte;
        if let Ok(other) = Manifest::parse(&text) {
            prop_assert_eq!(other.to_bytes(), text);
            prop_assert_ne!(other, manifest);
        }
    }

    #[test]
    fn any_bytes_are_parsed_or_refused_without_a_panic(text in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Manifest::parse(&text);
    }
}
