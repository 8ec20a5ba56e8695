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

fn secret_of(keys: &Keys) -> Vec<u8> {
    match &keys.signer {
        Signer::Own(pair) => pair.to_raw_vec(),
        Signer::Exported(_) => panic!("exported keys do not give their secret away"),
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
    for (text, fault) in [
        ("//Alice", SecretFault::BarePath),
        ("", SecretFault::Empty),
        ("three plain words", SecretFault::WordCount(3)),
        ("0x1234", SecretFault::SeedLength(4)),
    ] {
        private_file(&path, text);
        let from_file = Keys::from_seed_file(&path).expect_err(text);
        let from_stream = Keys::from_reader(text.as_bytes(), "the stream").expect_err(text);
        for (error, place) in [(from_file, path.to_str()), (from_stream, Some("the stream"))] {
            let told = error.to_string();
            assert_eq!(Some(told), place.map(|place| format!("{place} holds no keys: {fault}")));
            assert!(matches!(error, KeyError::NoSecret { .. }), "{error}");
            assert!(text.is_empty() || !error.to_string().contains(text), "{error}");
        }
    }
}

#[test]
fn a_stream_gives_the_keys_of_its_secret_and_no_more_is_read_than_a_secret_has() {
    let keys = Keys::from_reader(format!("{PHRASE}\n").as_bytes(), "the stream").expect("a phrase");
    let folder = folder();
    let path = folder.path().join("seed");
    private_file(&path, PHRASE);
    assert_eq!(keys.account(), Keys::from_seed_file(&path).expect("a phrase").account());
    let endless = Keys::from_reader(std::io::repeat(b'a'), "the stream").expect_err("no end");
    assert!(matches!(endless, KeyError::TooLong { .. }), "{endless}");
    let binary = Keys::from_reader([0xff_u8].as_slice(), "the stream").expect_err("no text");
    assert!(binary.to_string().starts_with("the stream holds no keys"), "{binary}");
}

#[test]
fn a_secret_in_the_place_of_a_name_is_not_shown() {
    let digits = "ab".repeat(32);
    let prefixed = format!("0x{digits}");
    for secret in [PHRASE, digits.as_str(), prefixed.as_str()] {
        let variable = Keys::from_env(secret).expect_err("no name");
        assert!(matches!(variable, KeyError::NoVariableName), "{variable}");
        let account = Keys::development(secret).expect_err("no account");
        for error in [variable, account] {
            assert!(!format!("{error} {error:?}").contains(secret), "{error:?}");
        }
    }
    let unset = Keys::from_env("NOCKNOCK_no-such.variable").expect_err("not set");
    assert!(unset.to_string().contains("NOCKNOCK_no-such.variable is not set"), "{unset}");
}

#[test]
fn a_new_phrase_leads_to_the_keys_that_it_came_with() {
    let (keys, phrase) = Keys::generate_with_phrase();
    assert_eq!(phrase.split(' ').count(), 12);
    let again = Keys::from_reader(phrase.as_bytes(), "the phrase").expect("a phrase");
    assert_eq!(again.account(), keys.account());
    assert_ne!(Keys::generate_with_phrase().0.account(), keys.account());
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
        assert_eq!(secret_of(&read), secret_of(&keys));
    }
}

#[test]
fn a_keystore_is_never_overwritten() {
    let folder = folder();
    let path = folder.path().join("keys");
    let first = Keys::generate();
    first.write_keystore(&path, None).expect("a new file");
    let error = Keys::generate().write_keystore(&path, None).expect_err("a file in its place");
    assert!(error.is_there_already(), "{error}");
    let nowhere = Keys::generate().write_keystore(&path.join("below"), None);
    assert!(!nowhere.expect_err("no folder").is_there_already());
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
    assert!(!text.contains(&hex::encode(secret_of(&keys))));
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

/// An account as `@polkadot/keyring` 14.0.3 exports it: that of [`PHRASE`], with the password
/// `correct horse`.
const EXPORTED: &str = include_str!("exported/sr25519.json");

/// The same account, exported for a chain whose addresses begin with another prefix.
const OF_ANOTHER_PREFIX: &str = include_str!("exported/other-prefix.json");

/// The same account, exported without a password.
const WITHOUT_PASSWORD: &str = include_str!("exported/without-password.json");

fn correct_horse() -> Password {
    Password::new("correct horse".into())
}

/// Opens a keystore with this text.
fn opened(text: &str, password: Option<&Password>) -> Result<Keys, KeyError> {
    let folder = folder();
    let path = folder.path().join("keystore");
    private_file(&path, text);
    Keys::from_keystore(&path, password)
}

#[test]
fn an_account_that_polkadot_js_exported_signs_as_its_phrase_does() {
    let folder = folder();
    let phrase = folder.path().join("phrase");
    private_file(&phrase, PHRASE);
    let own = Keys::from_seed_file(&phrase).expect("a phrase");
    for text in [EXPORTED, OF_ANOTHER_PREFIX] {
        let keys = opened(text, Some(&correct_horse())).expect("an exported account");
        assert_eq!(keys.account(), own.account());
        let signature = sr25519::Signature::from_raw(keys.sign(b"message"));
        let public = sr25519::Public::from_raw(own.public());
        assert!(sr25519::Pair::verify(&signature, b"message", &public));
        let [derived, expected] = [&keys, &own].map(|keys| keys.derive("digits").expect("derived"));
        assert_eq!(derived.account(), expected.account());
        assert_eq!(format!("{keys:?}"), format!("Keys({})", own.account()));
        let copied = keys.write_keystore(&folder.path().join("copy"), None);
        assert!(matches!(copied, Err(KeyError::StaysExported)));
    }
}

#[test]
fn an_exported_account_that_cannot_be_opened_is_refused_with_a_sentence_of_its_own() {
    let changed = |from: &str, to: &str| {
        assert!(EXPORTED.contains(from), "{from}");
        EXPORTED.replace(from, to)
    };
    let bob = Keys::development("bob").expect("a development account").account().to_string();
    let cases = [
        (WITHOUT_PASSWORD.to_owned(), "exported without a password"),
        (changed("sr25519", "ed25519"), "a key of type ed25519"),
        (changed("sr25519", "ecdsa"), "a key of type ecdsa"),
        (changed(r#""pkcs8","sr25519""#, r#""batch-pkcs8""#), "a backup of several accounts"),
        (changed(r#""version":"3""#, r#""version":"2""#), "version 2 of the form"),
        (changed("xsalsa20-poly1305", "aes"), "encrypted in a way that is not known (aes)"),
        (changed("AAIAAQAAAAgAAAD", "AAIAAQAAAAkAAAD"), "parameters that no wallet uses"),
        (changed("DH6KxWUv", ""), "was cut off"),
        (changed("DH6KxWUv", "DH6K!!!!"), "is not base64"),
        (
            changed("5D1xTkS6ULYHL9CE3ghbdPUTWRQALMP8G9WXzeDSDiHFvrkF", &bob),
            "not that of its address",
        ),
        (changed("5D1xTkS6ULYHL9CE3ghb", "5D1xTkS6ULYHL9CE3ghc"), "not that of an account"),
        (changed(r#""address""#, r#""place""#), "not that of an account"),
        (changed(r#""version":"3""#, r#""version":3"#), "has another form"),
    ];
    for (text, words) in cases {
        let refused = opened(&text, Some(&correct_horse())).expect_err(words).to_string();
        assert!(refused.contains(words), "{refused} does not say {words:?}");
        assert!(!refused.contains("correct horse"), "{refused}");
    }
    let without = opened(EXPORTED, None).expect_err("no password");
    assert!(matches!(without, KeyError::NoPassword { .. }), "{without}");
    for text in [EXPORTED.to_owned(), changed("DH6KxWUv", "DH6KxWUu")] {
        let wrong = if text == EXPORTED { "wrong" } else { "correct horse" };
        let wrong = opened(&text, Some(&Password::new(wrong.into()))).expect_err("another key");
        assert!(matches!(wrong, KeyError::WrongPassword { .. }), "{wrong}");
    }
}

#[test]
fn what_is_no_keystore_is_refused_with_a_sentence_of_its_own() {
    let long = "x".repeat(5000);
    for (text, words) in [
        ("", "is not a keystore: it is not JSON"),
        ("hello", "is not a keystore: it is not JSON"),
        ("[1, 2]", "neither a keystore of this project nor an account"),
        ("{}", "neither a keystore of this project nor an account"),
        (long.as_str(), "longer than 4096 bytes"),
        (PHRASE, "is not a keystore but a seed file"),
        (r#"{"version": 2, "secret": {}}"#, "version 2 of the form"),
        (r#"{"version": 1, "secret": {}}"#, "is damaged: an entry is missing"),
        (r#"{"version": "x", "secret": {}}"#, "is damaged: it names no version"),
    ] {
        let refused = opened(text, None).expect_err(words).to_string();
        assert!(refused.contains(words), "{refused} does not say {words:?}");
        assert!(!refused.contains("bottom drive"), "{refused}");
    }
    let folder = folder();
    let missing = folder.path().join("missing");
    let refused = Keys::from_keystore(&missing, None).expect_err("no file").to_string();
    assert!(refused.starts_with("cannot read ") && refused.contains("missing"), "{refused}");
    let binary = folder.path().join("binary");
    private_file(&binary, "");
    fs::write(&binary, [0xff_u8, 0xfe, 0]).expect("an own file");
    let refused = Keys::from_keystore(&binary, None).expect_err("no text").to_string();
    assert!(refused.contains("it is not a text file"), "{refused}");
}

#[test]
fn a_keystore_that_is_named_as_a_seed_file_is_told_from_a_wrong_seed() {
    let folder = folder();
    let path = folder.path().join("keys");
    Keys::generate().write_keystore(&path, None).expect("a new file");
    let refused = Keys::from_seed_file(&path).expect_err("a keystore").to_string();
    assert!(refused.contains("is not a seed file but a keystore"), "{refused}");
}

#[test]
fn an_own_keystore_whose_encryption_is_not_known_is_no_matter_of_the_password() {
    let folder = folder();
    let path = folder.path().join("keys");
    let password = correct_horse();
    Keys::generate().write_keystore(&path, Some(&password)).expect("a new file");
    let text = fs::read_to_string(&path).expect("the file");
    for (from, to, words) in [
        ("argon2id", "scrypt", "under a key from scrypt"),
        ("xchacha20-poly1305", "aes-gcm", "encrypted with aes-gcm"),
        ("\"memory_kib\": 65536", "\"memory_kib\": 4294967295", "at most 1048576 KiB"),
        ("\"nonce\": \"0x", "\"nonce\": \"0xzz", "is damaged: what it encrypts with"),
    ] {
        assert!(text.contains(from), "{from}");
        let refused = opened(&text.replace(from, to), Some(&password)).expect_err(words);
        assert!(refused.to_string().contains(words), "{refused} does not say {words:?}");
    }
}

#[test]
fn an_empty_password_is_one_that_was_forgotten() {
    let folder = folder();
    let path = folder.path().join("password");
    for text in ["", "\n"] {
        private_file(&path, text);
        let refused = Password::from_file(&path).expect_err("nothing");
        assert!(matches!(refused, KeyError::EmptyPassword { .. }), "{refused}");
        assert!(refused.to_string().contains("password holds no password"), "{refused}");
    }
}
