//! What the tests share.

pub(crate) mod custodian;
pub(crate) mod node;
