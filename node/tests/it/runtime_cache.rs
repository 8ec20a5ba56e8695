//! The folder for compiled runtimes.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use crate::support::command::{self, Finished};

const WARNING: &str = "The runtime is compiled at each start";

/// One folder for all of these, because compiling is the slow part.
#[test]
fn a_compiled_runtime_is_kept_used_and_replaced_when_it_is_damaged() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = folder.path().join("cache");
    let expected = build(&cache).expect_success();
    let compiled = only_entry(&cache);
    let first = identity(&compiled);

    assert_eq!(build(&cache).expect_success(), expected);
    assert_eq!(identity(&compiled), first, "it was compiled again");

    let sound = fs::read(&compiled).expect("the own file");
    let mut damaged = sound.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    for damage in [&damaged[..], &sound[..sound.len() / 2], &[]] {
        fs::write(&compiled, damage).expect("the own file");
        assert_eq!(build(&cache).expect_success(), expected);
        assert_ne!(fs::read(only_entry(&cache)).expect("the own file"), damage);
    }
    expect_private(&cache);
}

#[test]
fn without_a_folder_or_a_safe_one_the_runtime_is_compiled_all_the_same() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let off = build("off".as_ref());
    assert!(!off.stderr.contains(WARNING), "{}", off.stderr);
    let expected = off.expect_success();

    let file = folder.path().join("file");
    fs::write(&file, "").expect("a writable folder");
    let unusable = build(&file);
    assert!(unusable.stderr.contains(WARNING), "{}", unusable.stderr);
    assert_eq!(unusable.expect_success(), expected);

    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let open = folder.path().join("open");
        fs::create_dir(&open).expect("a writable folder");
        fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).expect("the own folder");
        let unsafe_one = build(&open);
        for part in [WARNING, "open", "chmod go-w"] {
            assert!(unsafe_one.stderr.contains(part), "{}", unsafe_one.stderr);
        }
        assert_eq!(unsafe_one.expect_success(), expected);
        assert_eq!(fs::read_dir(&open).expect("a folder").count(), 0);
    }
}

/// A command that runs the runtime.
fn build(cache: &Path) -> Finished {
    let mut args: Vec<OsString> =
        ["build-spec", "--raw", "--disable-default-bootnode", "--chain", "dev", "--runtime-cache"]
            .map(Into::into)
            .into();
    args.push(cache.into());
    command::run(args)
}

fn only_entry(cache: &Path) -> PathBuf {
    let engines = entries(&cache.join("code/modules"));
    let [engine] = engines.as_slice() else { panic!("not one engine: {engines:?}") };
    let files: Vec<_> =
        entries(engine).into_iter().filter(|file| file.extension().is_none()).collect();
    let [file] = files.as_slice() else { panic!("not one compiled runtime: {files:?}") };
    file.clone()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

/// A file that is written anew is another one.
#[cfg(unix)]
fn identity(file: &Path) -> u64 {
    std::os::unix::fs::MetadataExt::ino(&file.metadata().expect("a file"))
}

#[cfg(unix)]
fn expect_private(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = folder.metadata().expect("a folder").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}
