//! The curriculum, as those outside pallet-rewards see it.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// How a curriculum task ended, as far as its budget and its custodian are concerned.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum CurriculumEnd {
    /// The custodian did its part. What was not paid goes back to the pot.
    Regular,
    /// The custodian did not publish the training data or did not reveal a test block: it loses
    /// the role.
    CustodianFailed,
}
