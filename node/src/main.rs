//! A node of the NockNock chain.

use std::process::ExitCode;

fn main() -> ExitCode {
    nocknock_node_service::run(env!("SUBSTRATE_CLI_IMPL_VERSION"))
}
