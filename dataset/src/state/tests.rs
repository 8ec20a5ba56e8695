use super::*;
use crate::{blocks::tests::prepared, encoding::EncodingError};
use std::{fs, os::unix::fs::PermissionsExt};

fn state() -> RequesterState<Option<u64>> {
    let recipient = RecipientSecret::from_bytes([0x5a; 32]);
    RequesterState { prepared: prepared(100), recipient, progress: Some(7) }
}

fn load(file: &Path) -> Result<RequesterState<Option<u64>>, StateError> {
    RequesterState::load(file)
}

/// Saves a state, changes its text and loads it again.
fn changed(change: impl Fn(&RequesterState<Option<u64>>, String) -> String) -> StateError {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("task.json");
    let state = state();
    state.save(&file).unwrap();
    let text = fs::read_to_string(&file).unwrap();
    let other = change(&state, text.clone());
    assert_ne!(other, text);
    fs::write(&file, other).unwrap();
    load(&file).unwrap_err()
}

#[test]
fn a_saved_state_comes_back_and_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("task.json");
    let mut state = state();
    state.save(&file).unwrap();
    assert_eq!(load(&file).unwrap(), state);
    assert_eq!(load(&file).unwrap().recipient.key(), state.recipient.key());
    state.progress = None;
    state.save(&file).unwrap();
    assert_eq!(load(&file).unwrap(), state);
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "no temporary file is left");
}

#[test]
fn the_encoding_is_read_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("task.json");
    let state = state();
    state.save(&file).unwrap();
    assert_eq!(&read_encoding(&file).unwrap(), state.prepared.encoding());
    let text = fs::read_to_string(&file).unwrap();
    let older = text.replace("{\"version\":3", "{\"version\":2");
    fs::write(&file, older).unwrap();
    assert!(matches!(read_encoding(&file), Err(StateError::Version { found: 2, .. })));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(read_encoding(&file), Err(StateError::Readable { .. })));
}

#[test]
fn a_file_that_others_may_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("task.json");
    state().save(&file).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(load(&file), Err(StateError::Readable { .. })));
}

#[test]
fn a_changed_salt_row_or_order_is_noticed() {
    let salt = changed(|state, text| {
        let salt = hex::encode(state.prepared.block(1).unwrap().salt().as_bytes());
        text.replace(&salt, &"01".repeat(32))
    });
    assert!(matches!(salt, StateError::Stored { error: StoredError::Root { index: 1 }, .. }));
    let order = changed(|_, text| text.replace("\"index\":2", "\"index\":0"));
    assert!(matches!(order, StateError::Stored { error: StoredError::Root { index: 2 }, .. }));
    let samples = |samples: &'static str| {
        let samples = format!("\"samples\":{samples}");
        changed(|_, text| text.replace("\"samples\":40", &samples))
    };
    let other = samples("41");
    assert!(matches!(other, StateError::Stored { error: StoredError::Root { index: 0 }, .. }));
    let none = samples("0");
    assert!(matches!(none, StateError::Stored { error: StoredError::Architecture(_), .. }));
}

#[test]
fn parts_that_do_not_belong_together_are_refused() {
    let refused = |from: &str, to: &str| match changed(|_, text| text.replacen(from, to, 1)) {
        StateError::Stored { error, .. } => error,
        other => panic!("{from}: {other}"),
    };
    let names = r#""names":["0","1"]"#;
    let many = refused(names, r#""names":["0","1","2"]"#);
    assert!(matches!(many, StoredError::Encoding(EncodingError::Classes { .. })), "{many:?}");
    let bits = refused(r#""inputBits":2"#, r#""inputBits":3"#);
    assert!(matches!(bits, StoredError::Encoding(EncodingError::Shape { .. })), "{bits:?}");
    let swapped = refused(names, r#""names":["0","2"]"#);
    assert!(matches!(swapped, StoredError::OtherEncoding), "{swapped:?}");
    let steering = changed(|_, text| text.replace(names, r#""names":["0","\u001b[31m"]"#));
    assert!(matches!(steering, StateError::Format { .. }), "{steering:?}");
    let no_root = changed(|state, text| {
        let root = state.prepared.roots()[0];
        text.replacen(&format!("\"{root}\","), "", 1)
    });
    assert!(matches!(no_root, StateError::Stored { error: StoredError::Counts, .. }));
    let cut_off = changed(|state, text| {
        let rows = hex::encode(state.prepared.block(1).unwrap().rows());
        text.replace(&rows, &rows[2..])
    });
    assert!(matches!(
        cut_off,
        StateError::Stored { error: StoredError::Rows { index: 1, .. }, .. }
    ));
}

#[test]
fn printing_a_state_shows_no_secret() {
    let text = format!("{:?}", state());
    assert!(text.contains("RecipientSecret(hidden)"), "{text}");
    assert!(!text.contains(&"5a".repeat(8)) && !text.contains(&"90, ".repeat(8)), "{text}");
}

#[test]
fn a_damaged_secret_is_refused_without_repeating_it() {
    let secret = "5a".repeat(32);
    for damaged in [&secret[2..], &secret.replace("5a", "zz"), ""] {
        let error = changed(|_, text| text.replace(&secret, damaged));
        assert!(matches!(error, StateError::Format { .. }), "{error:?}");
        assert!(!error.to_string().contains(&"5a".repeat(8)), "{error}");
    }
}

#[test]
fn other_versions_and_damaged_files_are_refused_without_repeating_secrets() {
    let version = changed(|_, text| text.replace("{\"version\":3", "{\"version\":2"));
    assert!(matches!(version, StateError::Version { found: 2, .. }));
    let cut = changed(|_, text| text[..text.len() / 2].to_owned());
    assert!(matches!(cut, StateError::Format { .. }));
    let state_and_error = changed(|state, text| {
        let salt = hex::encode(state.prepared.block(1).unwrap().salt().as_bytes());
        text.replace("\"index\":1", &format!("\"index\":\"5ec7e7{salt}\""))
    });
    assert!(!state_and_error.to_string().contains("5ec7e7"));
}

#[test]
fn a_folder_that_does_not_exist_is_named() {
    let error = state().save(Path::new("/nowhere/task.json")).unwrap_err();
    assert!(matches!(&error, StateError::Write { .. }));
    assert!(error.to_string().starts_with("/nowhere/task.json: "));
    assert!(matches!(load(Path::new("/nowhere/task.json")), Err(StateError::Read { .. })));
}
