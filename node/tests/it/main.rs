//! End-to-end tests of the node: real processes that talk over loopback.

mod support;

mod chain_specs;
mod commands;
mod crashes;
mod damaged_databases;
mod genesis;
mod json_rpc;
mod keys;
mod liveness;
mod local_network;
mod networks;
mod polkadot_js;
mod refusals;
mod rpc_access;
mod runtime_cache;
mod shutdown;
