//! Whose state a directory holds.

use super::{error::StateError, facts, Disk};
use nocknock_client::{AccountId, Hash};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The account and chain that a state directory belongs to.
///
/// Task numbers begin at 0 on every chain, so a journal under another chain would be taken for one
/// of a task that it is not about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owner {
    /// The account that signs.
    pub account: AccountId,
    /// Hash of the chain's first block.
    pub genesis: Hash,
}

/// Checks whose state a folder holds. True if somebody owns it.
pub(super) fn check(folder: &Path, owner: &Owner) -> Result<bool, StateError> {
    match facts::read::<Owner>(&folder.join("owner.json"))? {
        None => Ok(false),
        Some(found) if found == *owner => Ok(true),
        Some(found) => Err(StateError::OtherOwner {
            path: folder.to_owned(),
            account: found.account,
            genesis: found.genesis,
        }),
    }
}

pub(super) fn claim(folder: &Path, disk: &dyn Disk, owner: &Owner) -> Result<(), StateError> {
    if check(folder, owner)? {
        Ok(())
    } else {
        facts::write(disk, &folder.join("owner.json"), owner)
    }
}
