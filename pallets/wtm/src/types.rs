//! The shared records, with the types of a runtime filled in.

use crate::Config;
use alloc::vec::Vec;
use frame_support::traits::fungible;
use frame_system::pallet_prelude::BlockNumberFor;
use nocknock_primitives::{
    fact::{Case, Fact, Stake},
    ids::FactId,
    limits::{Text, MAX_DOMAIN, MAX_SUBJECT},
};

/// An amount of the currency.
pub type BalanceOf<T> =
    <<T as Config>::Currency as fungible::Inspect<<T as frame_system::Config>::AccountId>>::Balance;

/// A fact.
pub type FactOf<T> = Fact<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// Facts with their numbers, and the number to go on from, if there are more.
pub type FactPage<T> = (Vec<(FactId, FactOf<T>)>, Option<FactId>);

/// Bonds and votes about a fact.
pub type CaseOf<T> = Case<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;

/// What an account has on hold for a fact.
pub type StakeOf<T> = Stake<BalanceOf<T>, BlockNumberFor<T>>;

/// The number of a fact, big endian, so that keys of an index lie in the order of the numbers.
pub type InOrder = [u8; 8];

/// The key of the index by domain.
pub type Domain = Text<MAX_DOMAIN>;

/// The key of the index by subject: a domain, and a subject in it.
pub type Subject = (Text<MAX_DOMAIN>, Text<MAX_SUBJECT>);
