//! What the tests share: processes, JSON-RPC, waiting and questions about a chain.

pub(crate) mod chain;
pub(crate) mod command;
pub(crate) mod gate;
pub(crate) mod node;
pub(crate) mod rpc;
pub(crate) mod wait;
