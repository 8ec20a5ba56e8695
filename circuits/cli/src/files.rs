//! Reading and writing files with errors that name them.

use std::{
    fs::{self, File},
    io::{BufReader, BufWriter, Read, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use anyhow::{Context, Result};
use zeroize::Zeroizing;

/// No file of private inputs is larger.
const MAX_INPUTS_BYTES: u64 = 64 << 20;

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Whoever the user lets read new files.
    Anyone,
    /// The user alone.
    Owner,
}

impl Readers {
    fn mode(self) -> u32 {
        match self {
            Self::Anyone => 0o666,
            Self::Owner => 0o600,
        }
    }
}

/// Opens a file for reading.
pub(crate) fn open(path: &Path) -> Result<BufReader<File>> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    Ok(BufReader::with_capacity(1 << 20, file))
}

/// Reads a file of secrets; the text is wiped when it is dropped.
pub(crate) fn read_secret(path: &Path) -> Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    let mut file = open(path)?.take(MAX_INPUTS_BYTES);
    file.read_to_string(&mut text).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(text)
}

/// Reads a small file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut file = open(path)?.take(1 << 20);
    file.read_to_end(&mut bytes).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(bytes)
}

/// Writes a file whole or not at all.
pub(crate) fn create<E>(
    path: &Path,
    readers: Readers,
    write: impl FnOnce(&mut BufWriter<&File>) -> Result<(), E>,
) -> Result<()>
where
    anyhow::Error: From<E>,
{
    let cannot = || format!("cannot write {}", path.display());
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder).with_context(cannot)?;
    let file = tempfile::Builder::new()
        .permissions(fs::Permissions::from_mode(readers.mode()))
        .tempfile_in(folder)
        .with_context(cannot)?;
    let mut out = BufWriter::with_capacity(1 << 20, file.as_file());
    write(&mut out).map_err(anyhow::Error::from).with_context(cannot)?;
    out.flush().with_context(cannot)?;
    drop(out);
    file.persist(path).with_context(cannot)?;
    Ok(())
}

/// Writes bytes as a file.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    create(path, Readers::Anyone, |out| out.write_all(bytes))
}
