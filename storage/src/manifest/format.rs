//! What the files of a manifest are, and what they are for.

use std::{fmt, fs::File, io, os::unix::fs::FileExt, path::Path};

use serde::{Deserialize, Serialize};

use super::EntryName;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Training data.
    Train,
    /// Test data.
    Test,
    /// A model's weights or description.
    Model,
    /// An image of a virtual machine or container.
    Image,
    /// Anything else: documentation, licences.
    Other,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 5] = [Self::Train, Self::Test, Self::Model, Self::Image, Self::Other];

    /// The word for it in a manifest.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Test => "test",
            Self::Model => "model",
            Self::Image => "image",
            Self::Other => "other",
        }
    }

    /// The role that a file's first folder names, or `Other`.
    pub fn of(name: &EntryName) -> Self {
        let folder = name.parts().rev().nth(1).and(name.parts().next());
        let named = |role: &Self| folder == Some(role.word());
        Self::ALL.into_iter().find(named).unwrap_or(Self::Other)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// How a file's content is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Comma-separated values.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// A NumPy array.
    Npy,
    /// Tensors in the safetensors format.
    Safetensors,
    /// Bytes about which nothing is said.
    Raw,
}

impl Format {
    /// The word for it in a manifest.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::Npy => "npy",
            Self::Safetensors => "safetensors",
            Self::Raw => "raw",
        }
    }

    /// The format that a file's extension names, or `Raw`.
    pub fn of(path: &Path) -> Self {
        let extension = path.extension().and_then(|extension| extension.to_str());
        let named =
            |format: &Self| extension.is_some_and(|e| e.eq_ignore_ascii_case(format.word()));
        [Self::Csv, Self::Parquet, Self::Npy, Self::Safetensors]
            .into_iter()
            .find(named)
            .unwrap_or(Self::Raw)
    }

    /// Whether a file begins, and where the format has it ends, as files of this format do. It is
    /// a guard against mix-ups; the content is not parsed.
    pub(super) fn matches(self, file: &File) -> io::Result<bool> {
        let len = file.metadata()?.len();
        match self {
            Self::Csv | Self::Raw => Ok(true),
            Self::Npy => Ok(bytes_at::<6>(file, 0)? == Some(*b"\x93NUMPY")),
            Self::Parquet => {
                let tail = bytes_at::<4>(file, len.saturating_sub(4))?;
                Ok(len >= 12 && bytes_at(file, 0)? == Some(*b"PAR1") && tail == Some(*b"PAR1"))
            }
            Self::Safetensors => {
                let header = bytes_at(file, 0)?.map(u64::from_le_bytes);
                let fits = header.is_some_and(|header| header <= len.saturating_sub(8));
                Ok(fits && bytes_at(file, 8)? == Some(*b"{"))
            }
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// `None` if the file is too short.
fn bytes_at<const N: usize>(file: &File, position: u64) -> io::Result<Option<[u8; N]>> {
    let mut bytes = [0; N];
    match file.read_exact_at(&mut bytes, position) {
        Ok(()) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(format: Format, content: &[u8]) -> bool {
        let file = tempfile::tempfile().unwrap();
        file.write_all_at(content, 0).unwrap();
        format.matches(&file).unwrap()
    }

    #[test]
    fn roles_come_from_the_first_folder() {
        let role = |name: &str| Role::of(&name.to_owned().try_into().unwrap());
        assert_eq!(role("train/a/b.csv"), Role::Train);
        assert_eq!(role("model/weights"), Role::Model);
        assert_eq!(role("train"), Role::Other, "a file, not a folder");
        assert_eq!(role("a/train/b"), Role::Other);
    }

    #[test]
    fn formats_come_from_the_extension() {
        assert_eq!(Format::of(Path::new("a/b.CSV")), Format::Csv);
        assert_eq!(Format::of(Path::new("b.safetensors")), Format::Safetensors);
        assert_eq!(Format::of(Path::new("csv")), Format::Raw);
        assert_eq!(Format::of(Path::new("b.tar")), Format::Raw);
    }

    #[test]
    fn mixed_up_files_are_told_by_their_first_bytes() {
        assert!(matches(Format::Npy, b"\x93NUMPY\x01\x00"));
        assert!(!matches(Format::Npy, b"PK\x03\x04"));
        assert!(matches(Format::Parquet, b"PAR1....PAR1"));
        assert!(!matches(Format::Parquet, b"PAR1"));
        assert!(!matches(Format::Parquet, b"PAR1....PAR2"));
        assert!(matches(Format::Safetensors, b"\x02\0\0\0\0\0\0\0{}"));
        assert!(!matches(Format::Safetensors, b"\x09\0\0\0\0\0\0\0{}"));
        assert!(!matches(Format::Safetensors, b"\x02\0\0"));
        assert!(matches(Format::Csv, b"") && matches(Format::Raw, b"anything"));
    }
}
