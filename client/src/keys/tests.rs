use super::*;

const PHRASE: &str =
    "bottom drive obey lake curtain smoke basket hold race lonely fit walk//worker";

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn private_file(path: &Path, text: &str) {
    fs::write(path, text).expect("a writable folder");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("an own file");
    }
}

#[test]
fn development_accounts_have_names_and_paths() {
    let alice = Keys::development("alice").expect("a development account");
    let text = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    assert_eq!(alice.account().to_string(), text);
    let by_path = Keys::development("//Alice").expect("a path");
    assert_eq!(by_path.account(), alice.account());
    assert!(Keys::development("mallory").is_err());
}

#[test]
fn keys_show_the_account_and_nothing_else() {
    let keys = Keys::development("bob").expect("a development account");
    assert_eq!(format!("{keys:?}"), format!("Keys({})", keys.account()));
    assert_eq!(format!("{:?}", Password::new("hidden".into())), "Password");
}

#[test]
fn a_seed_file_holds_a_phrase_or_digits() {
    let folder = folder();
    let phrase = folder.path().join("phrase");
    private_file(&phrase, &format!("{PHRASE}\n"));
    let digits = folder.path().join("digits");
    private_file(&digits, &format!("0x{}", "07".repeat(32)));
    let from_phrase = Keys::from_seed_file(&phrase).expect("a phrase");
    let from_digits = Keys::from_seed_file(&digits).expect("digits");
    assert_ne!(from_phrase.account(), from_digits.account());
}

#[test]
fn a_bare_path_is_no_secret_although_development_accounts_have_such() {
    let folder = folder();
    let path = folder.path().join("seed");
    for text in ["//Alice", "", "three plain words", "0x1234"] {
        private_file(&path, text);
        let error = Keys::from_seed_file(&path).expect_err(text);
        assert!(matches!(error, KeyError::NoSecret { .. }), "{error}");
        assert!(text.is_empty() || !error.to_string().contains(text), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let path = folder.path().join("seed");
    private_file(&path, PHRASE);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("an own file");
    let error = Keys::from_seed_file(&path).expect_err("an open file");
    assert!(error.to_string().contains("chmod 600"), "{error}");
}

#[test]
fn a_keystore_gives_back_the_keys_it_was_given() {
    let folder = folder();
    let keys = Keys::generate().derive("digits").expect("a purpose");
    for password in [None, Some(Password::new("correct horse".into()))] {
        let name = format!("keys-{}", password.is_some());
        let path = folder.path().join(name);
        keys.write_keystore(&path, password.as_ref()).expect("a new file");
        let read = Keys::from_keystore(&path, password.as_ref()).expect("a keystore");
        assert_eq!(read.account(), keys.account());
        assert_eq!(read.pair.to_raw_vec(), keys.pair.to_raw_vec());
    }
}

#[test]
fn a_keystore_is_never_overwritten() {
    let folder = folder();
    let path = folder.path().join("keys");
    let first = Keys::generate();
    first.write_keystore(&path, None).expect("a new file");
    let error = Keys::generate().write_keystore(&path, None);
    assert!(matches!(error, Err(KeyError::File { .. })));
    let read = Keys::from_keystore(&path, None).expect("the first keystore");
    assert_eq!(read.account(), first.account());
}

#[cfg(unix)]
#[test]
fn a_new_keystore_belongs_to_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let path = folder.path().join("keys");
    Keys::generate().write_keystore(&path, None).expect("a new file");
    let mode = fs::metadata(&path).expect("the file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn an_encrypted_keystore_needs_its_password_and_shows_no_secret() {
    let folder = folder();
    let path = folder.path().join("keys");
    let keys = Keys::generate();
    let password = Password::new("right".into());
    keys.write_keystore(&path, Some(&password)).expect("a new file");
    let text = fs::read_to_string(&path).expect("the file");
    assert!(!text.contains(&hex::encode(keys.pair.to_raw_vec())));
    let without = Keys::from_keystore(&path, None).expect_err("no password");
    assert!(matches!(without, KeyError::NoPassword { .. }));
    let wrong = Password::new("wrong".into());
    let wrong = Keys::from_keystore(&path, Some(&wrong)).expect_err("another password");
    assert!(matches!(wrong, KeyError::WrongPassword { .. }));
}

#[test]
fn a_keystore_of_another_account_is_refused() {
    let folder = folder();
    let path = folder.path().join("keys");
    let keys = Keys::generate();
    keys.write_keystore(&path, None).expect("a new file");
    let text = fs::read_to_string(&path).expect("the file");
    let other = Keys::generate().account().to_string();
    private_file(&path, &text.replace(&keys.account().to_string(), &other));
    let error = Keys::from_keystore(&path, None).expect_err("a changed account");
    assert!(error.to_string().contains("not that of its account"), "{error}");
}

#[test]
fn a_signature_verifies_under_the_public_key() {
    let keys = Keys::generate();
    let signature = sr25519::Signature::from_raw(keys.sign(b"message"));
    let public = sr25519::Public::from_raw(keys.public());
    assert!(sr25519::Pair::verify(&signature, b"message", &public));
    assert!(!sr25519::Pair::verify(&signature, b"another", &public));
}
