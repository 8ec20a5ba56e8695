//! Tests of the crate's interface, one module per topic.

mod blob_id;
mod blob_id_memory;
mod client;
mod client_faults;
mod client_hostile;
mod client_speed;
mod manifest;
mod slow_blob_id;
mod support;
