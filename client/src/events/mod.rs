//! Events, and streams of them that survive the node.
//!
//! The events of each pallet are an enum that is generated from the chain's metadata.

mod domain;
mod fields;
pub(crate) mod record;
mod stream;

/// Events about tokens.
pub use crate::generated::types::pallet_balances::pallet::Event as BalancesEvent;
/// Events about experiments and their models.
pub use crate::generated::types::pallet_experiments::pallet::Event as ExperimentsEvent;
/// Events about provenance records.
pub use crate::generated::types::pallet_provenance::pallet::Event as ProvenanceEvent;
/// Events about the pot, the curriculum and the workers.
pub use crate::generated::types::pallet_rewards::pallet::Event as RewardsEvent;
/// Events about tasks.
pub use crate::generated::types::pallet_tasks::pallet::Event as TasksEvent;
/// Events about circuits.
pub use crate::generated::types::pallet_verifier::pallet::Event as VerifierEvent;
/// Events about facts.
pub use crate::generated::types::pallet_wtm::pallet::Event as WtmEvent;
pub use domain::DomainEvent;
pub(crate) use domain::PALLETS;
pub use fields::FieldValue;
pub use record::{EventCursor, EventRecord};
pub(crate) use stream::EventSource;
pub use stream::{BlockStream, EventStream};
