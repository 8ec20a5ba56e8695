//! Whether nobody but this user can change a folder.

use std::{
    io,
    path::{Path, PathBuf},
};

/// Why somebody else could change what is in a folder.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unsafe {
    #[error("{path} cannot be used: {source}")]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{path} is not a folder itself")]
    NoFolder { path: PathBuf },
    #[error(
        "{path} belongs to the user with the number {owner}, who could have the node run code of \
         theirs"
    )]
    Owner { path: PathBuf, owner: u32 },
    #[error(
        "other users can write to {path}, so they could have the node run code of theirs \
         (`chmod go-w` ends that)"
    )]
    Writable { path: PathBuf },
    #[cfg(not(unix))]
    #[error("on this system the node cannot tell who may write to {path}")]
    Unknown { path: PathBuf },
}

/// The folder by its real path, if nobody but this user and the superuser can put anything there,
/// or another folder in its place.
#[cfg(unix)]
pub(super) fn check(folder: &Path) -> Result<PathBuf, Unsafe> {
    let unreadable = |source| Unsafe::Unreadable { path: folder.into(), source };
    let itself = folder.symlink_metadata().map_err(unreadable)?;
    if !itself.is_dir() {
        return Err(Unsafe::NoFolder { path: folder.into() });
    }
    let real = folder.canonicalize().map_err(unreadable)?;
    let user = rustix::process::geteuid().as_raw();
    check_one(&real, &[user], false)?;
    for above in real.ancestors().skip(1) {
        check_one(above, &[user, SUPERUSER], true)?;
    }
    Ok(real)
}

#[cfg(unix)]
const SUPERUSER: u32 = 0;

#[cfg(unix)]
const WRITABLE_BY_OTHERS: u32 = 0o022;

/// In a folder with this bit, such as `/tmp`, nobody can move what belongs to somebody else.
#[cfg(unix)]
const STICKY: u32 = 0o1000;

#[cfg(unix)]
fn check_one(folder: &Path, owners: &[u32], may_be_sticky: bool) -> Result<(), Unsafe> {
    use std::os::unix::fs::MetadataExt;
    let unreadable = |source| Unsafe::Unreadable { path: folder.into(), source };
    let found = folder.metadata().map_err(unreadable)?;
    if !owners.contains(&found.uid()) {
        return Err(Unsafe::Owner { path: folder.into(), owner: found.uid() });
    }
    let guarded = may_be_sticky && found.mode() & STICKY != 0;
    if found.mode() & WRITABLE_BY_OTHERS != 0 && !guarded {
        return Err(Unsafe::Writable { path: folder.into() });
    }
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn check(folder: &Path) -> Result<PathBuf, Unsafe> {
    Err(Unsafe::Unknown { path: folder.into() })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::{
        fs,
        os::unix::fs::{symlink, PermissionsExt},
    };

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the own folder");
    }

    #[test]
    fn a_private_folder_is_safe_below_a_sticky_one() {
        let sticky = tempfile::tempdir().expect("a temporary folder");
        set_mode(sticky.path(), 0o1777);
        let folder = sticky.path().join("own");
        fs::create_dir(&folder).expect("writable");
        assert!(check(&folder).is_ok());
    }

    #[test]
    fn a_folder_is_as_safe_as_the_folders_above_it() {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let above = parent.path().join("above");
        let folder = above.join("own");
        fs::create_dir_all(&folder).expect("writable");
        for mode in [0o777, 0o775] {
            set_mode(&above, mode);
            let error = check(&folder).expect_err("others can move the folder away").to_string();
            assert!(error.contains("above") && error.contains("chmod go-w"), "{error}");
        }
        set_mode(&above, 0o755);
        assert!(check(&folder).is_ok());
    }

    #[test]
    fn a_sticky_folder_that_others_can_write_to_is_not_safe_itself() {
        let parent = tempfile::tempdir().expect("a temporary folder");
        set_mode(parent.path(), 0o1777);
        assert!(matches!(check(parent.path()), Err(Unsafe::Writable { .. })));
    }

    #[test]
    fn neither_a_file_nor_a_link_is_a_folder() {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let (file, link) = (parent.path().join("file"), parent.path().join("link"));
        fs::write(&file, "").expect("writable");
        symlink(parent.path(), &link).expect("writable");
        for path in [&file, &link] {
            assert!(matches!(check(path), Err(Unsafe::NoFolder { .. })), "{}", path.display());
        }
        assert!(matches!(check(&parent.path().join("none")), Err(Unsafe::Unreadable { .. })));
    }

    /// `/` belongs to the superuser, so a test of any user can look at it.
    #[test]
    fn a_folder_of_another_user_is_named_with_its_owner() {
        let nobody = u32::MAX;
        let error = check_one(Path::new("/"), &[nobody], true).expect_err("not the owner");
        assert!(matches!(error, Unsafe::Owner { owner: 0, .. }), "{error}");
    }
}
