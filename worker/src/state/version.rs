//! Which version of the program wrote the tasks of a state directory.

use super::{error::StateError, facts, tasks_in, Disk};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The version of the files that this program reads and writes. Version 1 had no file that says so.
const VERSION: u32 = 3;

const FILE: &str = "version.json";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct VersionFact {
    version: u32,
}

/// Fails if the folder has tasks in files of another version.
pub(super) fn check(folder: &Path) -> Result<(), StateError> {
    if is_noted(folder)? || tasks_in(folder)?.is_empty() {
        Ok(())
    } else {
        Err(StateError::OtherVersion { path: folder.to_owned() })
    }
}

/// Notes the version, before the first task is begun.
pub(super) fn note(folder: &Path, disk: &dyn Disk) -> Result<(), StateError> {
    if is_noted(folder)? {
        Ok(())
    } else {
        facts::write(disk, &folder.join(FILE), &VersionFact { version: VERSION })
    }
}

fn is_noted(folder: &Path) -> Result<bool, StateError> {
    let fact = facts::read(&folder.join(FILE)).map_err(|error| match error {
        StateError::Damaged { path, reason } => StateError::DamagedVersion { path, reason },
        other => other,
    });
    let fact: Option<VersionFact> = fact?;
    Ok(fact.is_some_and(|fact| fact.version == VERSION))
}
