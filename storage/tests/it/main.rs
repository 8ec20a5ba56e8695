//! Integration tests.

mod blob_id;
