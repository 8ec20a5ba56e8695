//! Records of the network pallet.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// What a network is for, fixed at genesis.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum NetworkKind {
    /// Real value is at stake. This is the default, so a chain specification that does not state
    /// the kind gets the strict rules.
    #[default]
    Production,
    /// A shared network for rehearsals.
    Test,
    /// A chain on a developer's own machine.
    Development,
}

impl NetworkKind {
    /// Whether keys under which anybody can forge proofs may be registered.
    pub const fn allows_development_keys(self) -> bool {
        !matches!(self, Self::Production)
    }
}
