#![doc = include_str!("../README.md")]

pub mod calls;
mod chain_identity;
mod client;
mod ends;
mod errors;
pub mod events;
mod expected;
mod generated;
pub mod keys;
mod queries;
mod rpc;
mod runtime;
mod submit;
mod types;

pub use calls::{Call, TooLong};
pub use chain_identity::{ChainMatch, KnownBlock, KnownChain, OtherChain};
pub use client::{ChainInfo, Client, ConnectOptions, DryRun, Estimate, Included, SubmitOptions};
pub use errors::{ConnectError, Incompatible, QueryError, Rejection, StreamError, SubmitError};
pub use events::{
    BalancesEvent, BlockStream, DomainEvent, EventCursor, EventRecord, EventStream,
    ExperimentsEvent, FieldValue, ProvenanceEvent, RewardsEvent, TasksEvent, VerifierEvent,
    WtmEvent,
};
pub use keys::{KeyError, KeySource, Keys, Password, SecretFault, DEVELOPMENT_ACCOUNTS};
pub use nocknock_primitives as primitives;
pub use queries::{
    AccountBalance, CurriculumEntry, EmissionState, Practice, SeatBond, Snapshot, TaskPhase,
};
pub use rpc::RpcError;
pub use submit::Wait;
pub use types::{
    AccountId, Anchor, Balance, BlockNumber, BlockRef, Case, CircuitRecord, Commitment,
    CurriculumRules, CurriculumTask, Delivery, Experiment, Fact, Follow, Hash, Leaderboard,
    LeaderboardEntry, ModelVersion, PublicSessionKeys, Ranked, Ranking, Recorded, Reference,
    SessionKeys, Stake, Task, TaskSpec, VestingPart, NNK,
};
