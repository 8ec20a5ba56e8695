//! Quilts: several small files stored as one blob.
//!
//! The container is this store's own; Walrus lays quilts out along the columns of the encoded
//! matrix, so a quilt has another blob id there. Here it is `NNQUILT1`, the length of the index as
//! a 32-bit little-endian number, the index as JSON, and the members' bytes one after the other.

use std::{collections::BTreeSet, ops::Range};

use serde::{Deserialize, Serialize};

const MAGIC: &[u8; 8] = b"NNQUILT1";

/// Bytes before the index.
pub(super) const PREFIX_LEN: u64 = 12;

/// The longest index accepted, in bytes.
const MAX_INDEX_LEN: usize = 16 << 20;

/// Why files cannot become a quilt, or a blob is not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum QuiltError {
    #[error("a quilt needs at least one file")]
    Empty,
    #[error("the identifier {0:?} occurs twice: each file of a quilt needs its own")]
    Duplicate(String),
    #[error("a file of the quilt has no identifier: name its form field")]
    Unnamed,
    #[error("the quilt's index would be longer than {MAX_INDEX_LEN} bytes: use fewer files")]
    TooManyFiles,
    #[error("this blob is not a quilt of the development store")]
    NotAQuilt,
}

/// One file of a quilt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Member {
    pub(super) identifier: String,
    /// Counted from the end of the index.
    offset: u64,
    size: u64,
}

/// The container of `files`, each an identifier and bytes.
pub(super) fn pack(files: &[(String, impl AsRef<[u8]>)]) -> Result<Vec<u8>, QuiltError> {
    let members = members(files)?;
    let index = serde_json::to_vec(&members).map_err(|_| QuiltError::TooManyFiles)?;
    if index.len() > MAX_INDEX_LEN {
        return Err(QuiltError::TooManyFiles);
    }
    let mut container = MAGIC.to_vec();
    container.extend_from_slice(&(index.len() as u32).to_le_bytes());
    container.extend_from_slice(&index);
    for (_, bytes) in files {
        container.extend_from_slice(bytes.as_ref());
    }
    Ok(container)
}

fn members(files: &[(String, impl AsRef<[u8]>)]) -> Result<Vec<Member>, QuiltError> {
    let mut seen = BTreeSet::new();
    let mut offset = 0;
    let mut members = Vec::with_capacity(files.len());
    for (identifier, bytes) in files {
        if identifier.is_empty() {
            return Err(QuiltError::Unnamed);
        }
        if !seen.insert(identifier) {
            return Err(QuiltError::Duplicate(identifier.clone()));
        }
        let size = bytes.as_ref().len() as u64;
        members.push(Member { identifier: identifier.clone(), offset, size });
        offset += size;
    }
    if members.is_empty() {
        Err(QuiltError::Empty)
    } else {
        Ok(members)
    }
}

/// Where the index lies, from a container's first bytes.
pub(super) fn index_range(prefix: &[u8], container_len: u64) -> Result<Range<u64>, QuiltError> {
    let (magic, len) = prefix.split_at_checked(MAGIC.len()).ok_or(QuiltError::NotAQuilt)?;
    let len = len.try_into().map(u32::from_le_bytes);
    let len = len.map_err(|_| QuiltError::NotAQuilt)?;
    let range = PREFIX_LEN..PREFIX_LEN + u64::from(len);
    let fits = range.end <= container_len && len as usize <= MAX_INDEX_LEN;
    if magic == MAGIC && fits {
        Ok(range)
    } else {
        Err(QuiltError::NotAQuilt)
    }
}

/// Where the bytes of the file called `identifier` lie, or none if the quilt has no such file.
pub(super) fn locate(
    index: &[u8],
    index_end: u64,
    container_len: u64,
    identifier: &str,
) -> Result<Option<Range<u64>>, QuiltError> {
    let members: Vec<Member> = serde_json::from_slice(index).map_err(|_| QuiltError::NotAQuilt)?;
    let Some(member) = members.iter().find(|m| m.identifier == identifier) else {
        return Ok(None);
    };
    let start = index_end.checked_add(member.offset);
    let end = start.and_then(|start| start.checked_add(member.size));
    match (start, end) {
        (Some(start), Some(end)) if end <= container_len => Ok(Some(start..end)),
        _ => Err(QuiltError::NotAQuilt),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str]) -> Vec<(String, Vec<u8>)> {
        let file = |name: &&str| (name.to_string(), format!("<{name}>").into_bytes());
        names.iter().map(file).collect()
    }

    fn find(container: &[u8], identifier: &str) -> Result<Option<Vec<u8>>, QuiltError> {
        let len = container.len() as u64;
        let prefix = container.get(..PREFIX_LEN as usize).unwrap_or(container);
        let range = index_range(prefix, len)?;
        let index = &container[range.start as usize..range.end as usize];
        let found = locate(index, range.end, len, identifier)?;
        Ok(found.map(|r| container[r.start as usize..r.end as usize].to_vec()))
    }

    #[test]
    fn every_file_is_found_again() {
        let container = pack(&files(&["a", "b.csv", "ü"])).unwrap();
        for name in ["a", "b.csv", "ü"] {
            let bytes = find(&container, name).unwrap().unwrap();
            assert_eq!(bytes, format!("<{name}>").into_bytes());
        }
        assert_eq!(find(&container, "c"), Ok(None));
    }

    #[test]
    fn files_without_a_name_of_their_own_are_refused() {
        assert_eq!(pack(&files(&[])), Err(QuiltError::Empty));
        assert_eq!(pack(&files(&["a", ""])), Err(QuiltError::Unnamed));
        let twice = pack(&files(&["a", "b", "a"]));
        assert_eq!(twice, Err(QuiltError::Duplicate("a".into())));
    }

    #[test]
    fn other_blobs_are_no_quilts() {
        let mut container = pack(&files(&["a"])).unwrap();
        assert_eq!(find(b"", "a"), Err(QuiltError::NotAQuilt));
        assert_eq!(find(b"NNQUILT1", "a"), Err(QuiltError::NotAQuilt));
        let cut = container.len() - 1;
        assert_eq!(find(&container[..cut], "a"), Err(QuiltError::NotAQuilt));
        container[11] = 1;
        assert_eq!(find(&container, "a"), Err(QuiltError::NotAQuilt));
    }
}
