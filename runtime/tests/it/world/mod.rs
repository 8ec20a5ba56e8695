//! The development chain as its users see it: real blocks, signed transactions, real proofs.

pub(crate) mod models;
pub(crate) mod task;
mod wasm;
pub(crate) mod worker;

use crate::chain::genesis_json;
use codec::Encode;
use frame_support::{
    dispatch::{DispatchClass, GetDispatchInfo},
    genesis_builder_helper::build_state,
    traits::{fungible::InspectHold, PalletInfoAccess},
    weights::Weight,
    BoundedVec,
};
use models::practice_json;
use nocknock_primitives::ids::FieldBytes;
use nocknock_runtime::{
    configs::RuntimeBlockWeights, operational::CheckWeightAndClass, AccountId, Allowance, Balance,
    Balances, Council, Executive, Experiments, Header, Network, Nonce, Provenance, Rewards,
    Runtime, RuntimeCall, RuntimeEvent, RuntimeGenesisConfig, SignedPayload, System, Tasks,
    TxExtension, UncheckedExtrinsic, Verifier, Wtm,
};
use serde_json::Value;
use sp_consensus_babe::digests::{CompatibleDigestItem, PreDigest, SecondaryPlainPreDigest};
use sp_core::Pair;
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
    generic::Era,
    traits::Header as _,
    transaction_validity::{InvalidTransaction, TransactionValidityError},
    Digest, DigestItem, DispatchError, MultiAddress, MultiSignature,
};
use task::rules_json;

/// A development chain inside this process, one block open for transactions.
pub(crate) struct World {
    state: TestExternalities,
    slot: u64,
    /// The circuits that were checked last, see [`circuits_hash`].
    checked_circuits: Option<[u8; 32]>,
}

/// Why a transaction had no effect.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It did not get into the block.
    Invalid(TransactionValidityError),
    /// It got in and failed.
    Failed(DispatchError),
}

/// The account cannot pay the fee.
pub(crate) const CANNOT_PAY: Refused =
    Refused::Invalid(TransactionValidityError::Invalid(InvalidTransaction::Payment));

/// What is proved with it is not what it says.
pub(crate) const BAD_PROOF: Refused =
    Refused::Invalid(TransactionValidityError::Invalid(InvalidTransaction::BadProof));

/// The block is full.
pub(crate) const NO_ROOM: Refused =
    Refused::Invalid(TransactionValidityError::Invalid(InvalidTransaction::ExhaustsResources));

/// As many may follow each other: one that was filled, and the first of a session.
const FULL_BLOCKS: u32 = 2;

impl World {
    /// The development preset with a practice block and a curriculum of the tiny architecture, so
    /// that proofs take milliseconds.
    pub(crate) fn new() -> Self {
        let mut genesis = genesis_json("development");
        genesis["rewards"]["practice"] = practice_json();
        genesis["rewards"]["curriculum"][0]["rules"] = rules_json();
        Self::from_genesis(&genesis)
    }

    /// A chain from a whole genesis.
    pub(crate) fn from_genesis(genesis: &Value) -> Self {
        let mut state = TestExternalities::new_empty();
        state.execute_with(|| {
            build_state::<RuntimeGenesisConfig>(genesis.to_string().into_bytes())
                .expect("the genesis is valid");
            // What the node does with the genesis block: its hash ties proofs to this chain.
            let hash: nocknock_runtime::Hash =
                sp_io::hashing::blake2_256(genesis.to_string().as_bytes()).into();
            frame_system::BlockHash::<Runtime>::insert(0, hash);
        });
        let mut world = Self { state, slot: 1_000_000, checked_circuits: None };
        world.open_block();
        world
    }

    /// Reads or changes the state.
    pub(crate) fn run<R>(&mut self, use_it: impl FnOnce() -> R) -> R {
        self.state.execute_with(use_it)
    }

    /// Closes the open block, checks every invariant, and opens the next one.
    pub(crate) fn next_block(&mut self) {
        self.close_block();
        self.check();
        self.open_block();
    }

    /// Closes the open block.
    pub(crate) fn close_block(&mut self) {
        self.run(|| {
            Executive::finalize_block();
        });
        self.slot += 1;
    }

    /// What opening the next block weighs and reads: the weight that cannot be refused, and the
    /// nodes of the state's tree that were read for it. The block stays open.
    pub(crate) fn measured_opening(&mut self) -> (u64, usize) {
        self.state.commit_all().expect("the changes are whole");
        let slot = self.slot;
        let (_, proof) = self.state.execute_and_prove(|| initialize(slot));
        self.open_block();
        let weight = self.run(|| {
            let class = frame_support::dispatch::DispatchClass::Mandatory;
            System::block_weight().get(class).ref_time()
        });
        (weight, proof.iter_nodes().count())
    }

    /// `count` blocks pass.
    pub(crate) fn blocks(&mut self, count: u32) {
        for _ in 0..count {
            self.next_block();
        }
    }

    /// Blocks pass until `done` says so, at most 400.
    pub(crate) fn until(&mut self, what: &str, mut done: impl FnMut() -> bool) {
        for _ in 0..400 {
            if self.run(&mut done) {
                return;
            }
            self.next_block();
        }
        panic!("{what} did not happen within 400 blocks");
    }

    /// Opens a block at the present slot.
    pub(crate) fn open_block(&mut self) {
        let slot = self.slot;
        self.run(|| {
            initialize(slot);
            let set = pallet_timestamp::Call::set { now: slot * 1_000 };
            Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(set.into()))
                .expect("the time is valid")
                .expect("the time is set");
        });
    }

    /// Puts a transaction signed by `who` into the open block, or into the first one after it that
    /// has room: the first block of a session has none.
    pub(crate) fn send(
        &mut self,
        who: Sr25519Keyring,
        call: impl Into<RuntimeCall>,
    ) -> Result<(), Refused> {
        let call = call.into();
        self.in_a_block_with_room(|world| world.run(|| applied(signed(who, call.clone()))))
    }

    /// Puts an unsigned transaction into a block in the same way, after the pool's check.
    pub(crate) fn send_bare(&mut self, call: impl Into<RuntimeCall>) -> Result<(), Refused> {
        let transaction = UncheckedExtrinsic::new_bare(call.into());
        self.in_a_block_with_room(|world| {
            world.run(|| {
                Executive::validate_transaction(
                    sp_runtime::transaction_validity::TransactionSource::External,
                    transaction.clone(),
                    System::parent_hash(),
                )
                .map_err(Refused::Invalid)?;
                applied(transaction.clone())
            })
        })
    }

    /// What a signed call takes of a block, as it is charged before it is known how the call ends.
    pub(crate) fn charged(&mut self, who: Sr25519Keyring, call: impl Into<RuntimeCall>) -> Weight {
        let call = call.into();
        self.run(|| {
            let base = RuntimeBlockWeights::get().get(DispatchClass::Normal).base_extrinsic;
            signed(who, call).get_dispatch_info().total_weight().saturating_add(base)
        })
    }

    /// Puts a transaction signed by `who` into the open block.
    pub(crate) fn send_now(
        &mut self,
        who: Sr25519Keyring,
        call: impl Into<RuntimeCall>,
    ) -> Result<(), Refused> {
        let call = call.into();
        self.run(|| applied(signed(who, call)))
    }

    fn in_a_block_with_room(
        &mut self,
        send: impl Fn(&mut Self) -> Result<(), Refused>,
    ) -> Result<(), Refused> {
        for _ in 0..FULL_BLOCKS {
            match send(self) {
                Err(refused) if refused == NO_ROOM => self.next_block(),
                answer => return answer,
            }
        }
        send(self)
    }

    /// The invariants of every pallet, and the books of the whole chain.
    pub(crate) fn check(&mut self) {
        self.check_circuits();
        self.run(|| {
            Network::do_try_state().expect("network");
            Allowance::do_try_state().expect("allowance");
            Experiments::do_try_state().expect("experiments");
            Tasks::do_try_state().expect("tasks");
            Rewards::do_try_state().expect("rewards");
            Wtm::do_try_state().expect("wtm");
            Council::do_try_state().expect("council");
            Provenance::do_try_state().expect("provenance");
        });
    }

    /// The invariants of the circuits, if anything of them has changed. The check prepares the key
    /// of each circuit again, which takes longer than all the rest of a block.
    fn check_circuits(&mut self) {
        let circuits = Some(self.run(circuits_hash));
        if self.checked_circuits != circuits {
            self.run(|| Verifier::do_try_state().expect("verifier"));
            self.checked_circuits = circuits;
        }
    }

    /// Sends tokens from one account to another.
    pub(crate) fn transfer(
        &mut self,
        from: Sr25519Keyring,
        to: Sr25519Keyring,
        value: Balance,
    ) -> Result<(), Refused> {
        let dest = MultiAddress::Id(to.to_account_id());
        let call = pallet_balances::Call::<Runtime>::transfer_keep_alive { dest, value };
        self.send(from, call)
    }

    /// What an account can spend.
    pub(crate) fn free(&mut self, who: Sr25519Keyring) -> Balance {
        self.run(|| Balances::free_balance(who.to_account_id()))
    }

    /// What is held of an account's tokens.
    pub(crate) fn held(&mut self, who: Sr25519Keyring) -> Balance {
        self.run(|| Balances::total_balance_on_hold(&who.to_account_id()))
    }

    /// All tokens.
    pub(crate) fn issuance(&mut self) -> Balance {
        self.run(Balances::total_issuance)
    }

    /// Whether an event that `matches` was deposited in the open block.
    pub(crate) fn saw(&mut self, matches: impl Fn(&RuntimeEvent) -> bool) -> bool {
        self.run(|| System::events().iter().any(|record| matches(&record.event)))
    }

    /// Hash of the first block.
    pub(crate) fn genesis_hash(&mut self) -> [u8; 32] {
        self.run(|| System::block_hash(0).into())
    }
}

/// Hash of everything that is stored about circuits.
fn circuits_hash() -> [u8; 32] {
    let prefix = Verifier::name_hash();
    let (mut stored, mut last) = (Vec::new(), prefix.to_vec());
    while let Some(key) = sp_io::storage::next_key(&last).filter(|key| key.starts_with(&prefix)) {
        let value = sp_io::storage::get(&key).unwrap_or_default();
        stored.push((key.clone(), sp_io::hashing::blake2_256(&value)));
        last = key;
    }
    stored.using_encoded(sp_io::hashing::blake2_256)
}

/// Runs what opens a block, on top of the block before.
fn initialize(slot: u64) {
    let number = System::block_number() + 1;
    let parent = frame_system::BlockHash::<Runtime>::get(number - 1);
    let digest = Digest { logs: vec![pre_digest(slot)] };
    let header = Header::new(number, Default::default(), Default::default(), parent, digest);
    Executive::initialize_block(&header);
}

fn applied(transaction: UncheckedExtrinsic) -> Result<(), Refused> {
    Executive::apply_extrinsic(transaction).map_err(Refused::Invalid)?.map_err(Refused::Failed)
}

fn pre_digest(slot: u64) -> DigestItem {
    DigestItem::babe_pre_digest(PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
        authority_index: 0,
        slot: slot.into(),
    }))
}

fn signed(who: Sr25519Keyring, call: RuntimeCall) -> UncheckedExtrinsic {
    let account = who.to_account_id();
    let extension = extension(System::account_nonce(&account));
    let payload =
        SignedPayload::new(call.clone(), extension.clone()).expect("the payload can be built");
    let signature = payload.using_encoded(|payload| who.pair().sign(payload));
    UncheckedExtrinsic::new_signed(
        call,
        MultiAddress::Id(account),
        MultiSignature::Sr25519(signature),
        extension,
    )
}

fn extension(nonce: Nonce) -> TxExtension {
    (
        frame_system::AuthorizeCall::new(),
        frame_system::CheckNonZeroSender::new(),
        frame_system::CheckSpecVersion::new(),
        frame_system::CheckTxVersion::new(),
        frame_system::CheckGenesis::new(),
        frame_system::CheckEra::from(Era::Immortal),
        frame_system::CheckNonce::from(nonce),
        CheckWeightAndClass::default(),
        pallet_transaction_payment::ChargeTransactionPayment::from(0).into(),
        frame_metadata_hash_extension::CheckMetadataHash::new(false),
        frame_system::WeightReclaim::new(),
    )
}

/// The account of a well-known key as 32 bytes.
pub(crate) fn bytes(who: Sr25519Keyring) -> [u8; 32] {
    AccountId::from(who.public()).into()
}

/// A list that is known to be within its bound.
pub(crate) fn list<T, const N: u32>(
    items: impl IntoIterator<Item = T>,
) -> nocknock_primitives::limits::List<T, N> {
    BoundedVec::truncate_from(items.into_iter().collect())
}

/// A field element as 32 bytes.
pub(crate) fn field(element: &nocknock_primitives::model::Fr) -> FieldBytes {
    nocknock_primitives::model::field::to_bytes(element)
}
