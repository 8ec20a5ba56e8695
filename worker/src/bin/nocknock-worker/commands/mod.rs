//! One module for each command.

pub(crate) mod account;
pub(crate) mod config;
pub(crate) mod doctor;
pub(crate) mod run;
pub(crate) mod status;
pub(crate) mod steps;
pub(crate) mod train;
