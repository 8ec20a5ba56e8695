//! Tests of the crate's interface, one module per topic.

mod blob_id;
mod blob_id_memory;
mod client;
mod client_cli;
mod client_faults;
mod client_hostile;
mod client_rig;
mod dev_store;
mod dev_store_damage;
mod dev_store_faults;
mod dev_store_process;
mod kill;
mod manifest;
mod slow_blob_id;
mod test_store;
