//! Events, and streams of them that survive the node.

mod balances;
mod domain;
mod experiments;
mod provenance;
pub(crate) mod record;
mod rewards;
mod stream;
mod tasks;
mod verifier;
mod wtm;

pub use balances::BalancesEvent;
pub use domain::DomainEvent;
pub use experiments::ExperimentsEvent;
pub use provenance::ProvenanceEvent;
pub use record::{EventCursor, EventRecord};
pub use rewards::RewardsEvent;
pub(crate) use stream::EventSource;
pub use stream::{BlockStream, EventStream};
pub use tasks::TasksEvent;
pub use verifier::VerifierEvent;
pub use wtm::WtmEvent;
