//! The state transition function of the NockNock chain.
//!
//! BABE chooses the authors, GRANDPA finalises, sessions rotate the authorities, and the council,
//! which is the set of validators, may authorise a new runtime. No token exists at genesis and
//! there is no account with root rights.
//!
//! - [`configs`]: how every pallet is configured
//! - [`fees`]: what a transaction costs, who receives it, and which calls are free for whom
//! - [`operational`]: which calls may use the share of a block that is kept for operational ones
//! - [`validators`]: who validates, and what happens to offenders
//! - [`council`]: who sits in the council, what its motions may carry, and how long they wait
//! - [`protocol`]: the competitions, what they mint, and what becomes of their results
//! - [`development_circuits`]: the circuits that networks without value start with
//! - [`genesis_presets`]: the chains that this runtime can start

#![cfg_attr(not(feature = "std"), no_std)]
#![recursion_limit = "512"]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss
    )
)]
// The runtime macros generate items without documentation and unreachable from outside.
#![allow(missing_docs, unreachable_pub, missing_debug_implementations)]

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

extern crate alloc;

mod apis;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarks;
pub mod configs;
pub mod council;
pub mod development_circuits;
pub mod fees;
pub mod genesis_presets;
pub mod operational;
pub mod protocol;
pub mod validators;
pub mod weights;

pub use apis::{RuntimeApi, RUNTIME_API_VERSIONS};

use alloc::{borrow::Cow, vec::Vec};
use sp_runtime::{
    generic, impl_opaque_keys,
    traits::{BlakeTwo256, IdentifyAccount, Verify},
    MultiAddress, MultiSignature,
};
use sp_version::RuntimeVersion;

/// The types that the node needs, with opaque transactions, so that it survives changes of the
/// calls.
pub mod opaque {
    use super::*;
    pub use sp_runtime::OpaqueExtrinsic as UncheckedExtrinsic;

    /// The header.
    pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
    /// A block whose transactions are bytes.
    pub type Block = generic::Block<Header, UncheckedExtrinsic>;
    /// The id of a block.
    pub type BlockId = generic::BlockId<Block>;
}

impl_opaque_keys! {
    /// The keys with which a validator authors and finalises blocks.
    pub struct SessionKeys {
        pub babe: Babe,
        pub grandpa: Grandpa,
    }
}

/// The version of the runtime.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
    spec_name: Cow::Borrowed("nocknock"),
    impl_name: Cow::Borrowed("nocknock-node"),
    authoring_version: 1,
    // Rises with every change of the state transition.
    spec_version: 100,
    impl_version: 0,
    apis: apis::RUNTIME_API_VERSIONS,
    // Rises when an existing call or transaction extension changes its encoding.
    transaction_version: 1,
    // 1: trie layout with hashed values (state version 1).
    system_version: 1,
};

/// A signature of a transaction, by any of the usual schemes.
pub type Signature = MultiSignature;
/// An account.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
/// An address as transactions carry it.
pub type Address = MultiAddress<AccountId, ()>;
/// An amount of tokens in the smallest unit, 10^-12 NNK.
pub type Balance = u128;
/// The number of transactions that an account has sent.
pub type Nonce = u32;
/// A hash of the chain.
pub type Hash = sp_core::H256;
/// The height of a block.
pub type BlockNumber = u32;
/// A header.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// A block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;

/// One token, NNK.
pub const NNK: Balance = 1_000_000_000_000;
/// A thousandth of a token.
pub const MILLI_NNK: Balance = NNK / 1_000;
/// A millionth of a token.
pub const MICRO_NNK: Balance = NNK / 1_000_000;

/// What a transaction carries besides its call. No part of it has a payload that common wallets do
/// not know.
pub type TxExtension = (
    frame_system::AuthorizeCall<Runtime>,
    frame_system::CheckNonZeroSender<Runtime>,
    frame_system::CheckSpecVersion<Runtime>,
    frame_system::CheckTxVersion<Runtime>,
    frame_system::CheckGenesis<Runtime>,
    frame_system::CheckEra<Runtime>,
    frame_system::CheckNonce<Runtime>,
    operational::CheckWeightAndClass,
    pallet_allowance::WaiveOrCharge<Runtime>,
    frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
    frame_system::WeightReclaim<Runtime>,
);

/// A transaction.
pub type UncheckedExtrinsic =
    generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;
/// The part of a transaction that is signed.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;

/// Executes blocks.
pub type Executive = frame_executive::Executive<
    Runtime,
    Block,
    frame_system::ChainContext<Runtime>,
    Runtime,
    AllPalletsWithSystem,
>;

#[frame_support::runtime]
mod runtime {
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeFreezeReason,
        RuntimeHoldReason,
        RuntimeSlashReason,
        RuntimeLockId,
        RuntimeTask,
        RuntimeViewFunction
    )]
    pub struct Runtime;

    #[runtime::pallet_index(0)]
    pub type System = frame_system;
    #[runtime::pallet_index(1)]
    pub type Network = pallet_network;
    #[runtime::pallet_index(2)]
    pub type Utility = pallet_utility;

    // Babe before Timestamp, Timestamp before Session: each needs what the one before it set for
    // the block.
    #[runtime::pallet_index(3)]
    pub type Babe = pallet_babe;
    #[runtime::pallet_index(4)]
    pub type Timestamp = pallet_timestamp;

    #[runtime::pallet_index(5)]
    pub type Balances = pallet_balances;
    #[runtime::pallet_index(6)]
    pub type TransactionPayment = pallet_transaction_payment;
    #[runtime::pallet_index(7)]
    pub type Allowance = pallet_allowance;

    #[runtime::pallet_index(11)]
    pub type Offences = pallet_offences;
    #[runtime::pallet_index(12)]
    pub type Historical = pallet_session::historical;
    #[runtime::pallet_index(13)]
    pub type Session = pallet_session;
    #[runtime::pallet_index(14)]
    pub type Grandpa = pallet_grandpa;
    // After the session pallet: the author of a session's first block is one of its new validators.
    #[runtime::pallet_index(15)]
    pub type Authorship = pallet_authorship;

    #[runtime::pallet_index(20)]
    pub type Council = pallet_council;
    #[runtime::pallet_index(21)]
    pub type Proxy = pallet_proxy;
    #[runtime::pallet_index(22)]
    pub type Multisig = pallet_multisig;

    // Tasks after Session: it stores the seed that the new epoch has brought. Verifier after
    // Network: only the kind of the network says whether development keys may be registered.
    #[runtime::pallet_index(30)]
    pub type Verifier = pallet_verifier;
    #[runtime::pallet_index(31)]
    pub type Experiments = pallet_experiments;
    #[runtime::pallet_index(32)]
    pub type Tasks = pallet_tasks;
    #[runtime::pallet_index(33)]
    pub type Rewards = pallet_rewards;
    #[runtime::pallet_index(34)]
    pub type Wtm = pallet_wtm;
    #[runtime::pallet_index(35)]
    pub type Provenance = pallet_provenance;
}
