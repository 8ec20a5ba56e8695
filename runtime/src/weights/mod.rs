//! Weights of the project's own pallets, as `scripts/measure-weights` wrote them. A file whose
//! weights are not measured yet says so.
//!
//! What a call needs of another pallet is measured with it and charged by that pallet's weight as
//! well. So proofs, experiments, curriculum, facts and records count twice in the calls of tasks
//! and rewards: these are upper bounds.

pub mod allowance;
pub mod council;
pub mod experiments;
pub mod network;
pub mod provenance;
pub mod rewards;
pub mod system;
pub mod tasks;
pub mod verifier;
pub mod wtm;
