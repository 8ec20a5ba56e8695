//! Names of the files in a manifest.

use std::{
    fmt,
    path::{Component, Path, PathBuf},
};

use nocknock_primitives::text::is_deceptive;
use serde::{Deserialize, Serialize};

/// The name of a file in a manifest: its path below the folder, with `/` between the parts.
///
/// A name leads to a file below whatever folder the manifest is fetched into, never out of it: no
/// part is empty, `.` or `..`, and there is no backslash and no character that steers a terminal,
/// turns the direction of the text around it or is invisible.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct EntryName(String);

/// Why a text is not the name of a file in a manifest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryNameError {
    /// Nothing, or too much.
    #[error("a file name has 1 to {limit} bytes, this one has {0}", limit = EntryName::LONGEST)]
    Length(usize),
    /// A part that is too long for file systems.
    #[error("{0:?} has a part of more than {limit} bytes between slashes", limit = EntryName::LONGEST_PART)]
    PartLength(String),
    /// A part that is empty, `.` or `..`.
    #[error(
        "{0:?} would lead out of its folder or nowhere: no part may be empty, \".\" or \"..\""
    )]
    Traversal(String),
    /// A character that file systems or terminals mishandle, or that deceives the reader.
    #[error("{name:?} contains {character:?}: backslashes and characters that steer a terminal, turn text around or are invisible are not allowed")]
    Character {
        /// The name.
        name: String,
        /// The character.
        character: char,
    },
    /// A name that fetching uses itself.
    #[error("{0:?} begins with {STATE_FOLDER}, which is reserved for downloads under way")]
    Reserved(String),
    /// A path that is not UTF-8.
    #[error("{0:?} is not UTF-8: rename the file")]
    NotUnicode(PathBuf),
}

/// The folder for downloads under way, below the folder that a manifest is fetched into.
pub(super) const STATE_FOLDER: &str = ".nocknock-partial";

impl EntryName {
    /// Bytes of the longest name.
    pub const LONGEST: usize = 1024;

    /// Bytes of the longest part between slashes.
    pub const LONGEST_PART: usize = 255;

    /// The name of the file at `path`, which is relative to the manifest's folder.
    pub fn from_path(path: &Path) -> Result<Self, EntryNameError> {
        let part = |component| match component {
            Component::Normal(part) => part.to_str(),
            _ => Some(".."),
        };
        let parts: Option<Vec<&str>> = path.components().map(part).collect();
        let parts = parts.ok_or_else(|| EntryNameError::NotUnicode(path.to_owned()))?;
        parts.join("/").try_into()
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The parts between the slashes.
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// Where the file is below `folder`.
    pub fn below(&self, folder: &Path) -> PathBuf {
        folder.join(&self.0)
    }

    /// The same for names that some file systems do not tell apart.
    pub(super) fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl TryFrom<String> for EntryName {
    type Error = EntryNameError;

    fn try_from(name: String) -> Result<Self, EntryNameError> {
        if name.is_empty() || name.len() > Self::LONGEST {
            return Err(EntryNameError::Length(name.len()));
        }
        let forbidden = |c: &char| *c == '\\' || is_deceptive(*c);
        if let Some(character) = name.chars().find(forbidden) {
            return Err(EntryNameError::Character { name, character });
        }
        if name.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err(EntryNameError::Traversal(name));
        }
        if name.split('/').any(|part| part.len() > Self::LONGEST_PART) {
            return Err(EntryNameError::PartLength(name));
        }
        if name.to_lowercase().starts_with(STATE_FOLDER) {
            return Err(EntryNameError::Reserved(name));
        }
        Ok(Self(name))
    }
}

impl From<EntryName> for String {
    fn from(name: EntryName) -> Self {
        name.0
    }
}

impl fmt::Display for EntryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Result<EntryName, EntryNameError> {
        text.to_owned().try_into()
    }

    #[test]
    fn ordinary_names_pass() {
        for text in
            ["a", "train/digits.csv", "Zürich/数据 (1).npy", "می\u{200c}خواهم", "..a/b..", "a:b"]
        {
            assert_eq!(name(text).unwrap().as_str(), text);
            assert_eq!(EntryName::from_path(Path::new(text)).unwrap(), name(text).unwrap());
        }
    }

    #[test]
    fn ways_out_of_the_folder_are_refused() {
        for text in ["/etc/passwd", "../a", "a/../b", "a/..", ".", "a//b", "a/", "./a"] {
            assert!(matches!(name(text), Err(EntryNameError::Traversal(_))), "{text}");
        }
        for path in ["/etc/passwd", "../a"] {
            assert!(EntryName::from_path(Path::new(path)).is_err(), "{path}");
        }
    }

    #[test]
    fn awkward_characters_lengths_and_reserved_names_are_refused() {
        for text in ["a\\b", "a\nb", "a\0", "\u{1b}[2J", "\u{85}", "a\u{202e}vsc.b", "\u{feff}a"] {
            assert!(matches!(name(text), Err(EntryNameError::Character { .. })), "{text:?}");
        }
        assert_eq!(name(""), Err(EntryNameError::Length(0)));
        assert_eq!(name(&"a/".repeat(600)), Err(EntryNameError::Length(1200)));
        assert!(matches!(name(&"a".repeat(256)), Err(EntryNameError::PartLength(_))));
        for text in [".nocknock-partial", ".NockNock-partial/lock"] {
            assert!(matches!(name(text), Err(EntryNameError::Reserved(_))), "{text}");
        }
    }

    #[test]
    fn a_name_leads_below_the_folder() {
        let path = name("a/b").unwrap().below(Path::new("/data"));
        assert_eq!(path, Path::new("/data/a/b"));
    }
}
