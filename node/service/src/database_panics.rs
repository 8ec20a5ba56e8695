//! Says what to do when the database ends the node.
//!
//! ParityDB ends a process by a panic when it finds its files contradicting each other, which
//! [`database_files`](crate::database_files) cannot always see beforehand. The SDK then asks the
//! operator to report a bug; most often it is none.

use std::{
    panic::{self, PanicHookInfo},
    path::{Path, PathBuf},
};

/// The sources that a panic about the database comes from.
const SOURCES: [&str; 2] = ["parity-db", "sc-client-db"];

/// Has every later panic about the database in `folder` say what to do.
pub(crate) fn explain(folder: &Path) {
    let folder = PathBuf::from(folder);
    let others = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if is_about_the_database(panic) {
            eprintln!(
                "Error: the database is damaged, or its disk is full: {} contradicts itself. Make \
                 space if there is none and start the node again. If it ends in the same way, \
                 restore a backup, or remove the database with `purge-chain` and synchronise \
                 again.",
                folder.display()
            );
        }
        others(panic);
    }));
}

fn is_about_the_database(panic: &PanicHookInfo<'_>) -> bool {
    panic.location().is_some_and(|location| is_source_of_the_database(location.file()))
}

fn is_source_of_the_database(file: &str) -> bool {
    SOURCES.iter().any(|source| file.contains(source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panics_of_the_database_are_told_by_their_source() {
        let registry = "/home/user/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f";
        for file in ["parity-db-0.4.13/src/table.rs", "sc-client-db-0.55.0/src/parity_db.rs"] {
            assert!(is_source_of_the_database(&format!("{registry}/{file}")), "{file}");
        }
        assert!(!is_source_of_the_database("node/service/src/service.rs"));
    }
}
