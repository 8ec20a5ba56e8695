//! Opens the database, once its files were found sound, and says whose it is.

use crate::{database_files, genesis::FirstBlock, service::FullBackend};
use nocknock_runtime::Hash;
use sc_chain_spec::{BuildGenesisBlock, ChainType};
use sc_client_api::Backend;
use sc_service::{error::Error as ServiceError, Configuration};
use sp_blockchain::HeaderBackend;
use sp_runtime::traits::Block as _;
use std::{path::PathBuf, sync::Arc};

/// Opens the database, or makes it.
pub(crate) fn open(config: &Configuration) -> Result<Arc<FullBackend>, ServiceError> {
    let backend = sc_service::new_db_backend(config.db_config())
        .map_err(|error| unusable(config, error.into()))?;
    if let Some(folder) = config.database.path().filter(|_| is_new(&backend)) {
        database_files::check_that_it_is_empty(folder)
            .map_err(|error| ServiceError::Application(error.into()))?;
    }
    Ok(backend)
}

/// Whether the database has no block yet.
pub(crate) fn is_new(backend: &FullBackend) -> bool {
    backend.blockchain().info().genesis_hash == Hash::default()
}

/// Refuses the database of another chain: with it a node finds no peers, or those of that chain.
///
/// A chain for development has the genesis of the node program that began it. A later program goes
/// on with it and would begin another.
pub(crate) fn check_genesis(
    config: &Configuration,
    backend: &FullBackend,
    first_block: FirstBlock,
) -> Result<(), ServiceError> {
    let path = match (config.chain_spec.chain_type(), config.database.path()) {
        (ChainType::Live | ChainType::Custom(_), Some(path)) => path,
        _ => return Ok(()),
    };
    let (first, _) = FirstBlock { with_state: false, ..first_block }.build_genesis_block()?;
    let (of_spec, of_database) = (first.hash(), backend.blockchain().info().genesis_hash);
    if of_spec == of_database {
        return Ok(());
    }
    let error = OtherChain { path: path.into(), of_spec, of_database };
    Err(ServiceError::Application(error.into()))
}

/// A database was begun with another chain spec.
#[derive(Debug, thiserror::Error)]
#[error(
    "the database {path} is that of another chain: its first block is {of_database:?}, that of the \
     chain spec {of_spec:?}. Check --chain and --base-path; if they are right, restore the database \
     of this chain, or remove this one with `purge-chain` and synchronise."
)]
struct OtherChain {
    path: PathBuf,
    of_spec: Hash,
    of_database: Hash,
}

/// What the database says is for those who have written it; what to do is for everybody.
#[derive(Debug, thiserror::Error)]
#[error(
    "the database {path} cannot be used: {source}. If another node has opened it, end that one. If \
     it is damaged, restore a backup, or remove the database with `purge-chain` and synchronise \
     again."
)]
struct DatabaseUnusable {
    path: PathBuf,
    source: ServiceError,
}

/// Adds what to do to an error of the database.
pub(crate) fn unusable(config: &Configuration, source: ServiceError) -> ServiceError {
    match config.database.path() {
        Some(path) => {
            ServiceError::Application(DatabaseUnusable { path: path.into(), source }.into())
        }
        None => source,
    }
}
