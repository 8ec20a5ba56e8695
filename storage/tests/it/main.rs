//! Tests of the crate's interface, one module per topic.

mod blob_id;
mod blob_id_memory;
mod dev_store;
mod dev_store_damage;
mod dev_store_faults;
mod dev_store_process;
mod slow_blob_id;
mod test_store;
