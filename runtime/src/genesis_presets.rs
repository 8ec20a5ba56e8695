//! The chains that this runtime can start.
//!
//! | preset | validators | slot | epoch | tokens |
//! |---|---|---|---|---|
//! | `development` | Alice | 1 s | 10 slots | none |
//! | `local_testnet` | Alice, Bob, Charlie, Dave | 2 s | 30 slots | none |
//! | `bench` | Alice | 1 s | 10 slots | well-known accounts are endowed, for load tests only |
//! | `test` | Alice | 0.25 s | 16 slots | none; for tests that wait for blocks of a real node |
//! | `production` | none | 2 s | 1,200 slots | none |
//!
//! Each but the last starts with the score circuits of all named architectures and the delivery
//! circuit, under development keys, with one curriculum experiment, the handwritten digits, whose
//! custodian is Alice, and with a practice block of digits with which workers register.
//!
//! `production` is for networks where value is at stake. It has no authorities, no circuits, no
//! curriculum and no practice block: the chain specification of the network adds them.

use crate::{
    development_circuits, protocol::MinTestRows, AccountId, BabeConfig, Balance, BalancesConfig,
    BlockNumber, ExperimentsConfig, NetworkConfig, RewardsConfig, RuntimeGenesisConfig,
    SessionConfig, SessionKeys, VerifierConfig, NNK,
};
use alloc::{string::ToString, vec, vec::Vec};
use frame_support::build_struct_json_patch;
use nocknock_primitives::{
    format::DataFormat, ids::ContentHash, model::names::named, reward::CurriculumRules,
    score::Score, task::Periods,
};
use pallet_experiments::types::{GenesisDescription, GenesisExperiment};
use pallet_network::NetworkKind;
use pallet_rewards::types::{GenesisCurriculum, GenesisPractice};
use serde_json::Value;
use sp_consensus_babe::{AllowedSlots, BabeEpochConfiguration};
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_keyring::Sr25519Keyring;

/// The name of the preset for load tests. Its accounts own tokens that nobody earned, so it is no
/// network.
pub const BENCH_RUNTIME_PRESET: &str = "bench";

/// The name of the preset for tests with a real node: the development chain, four times as fast.
pub const TEST_RUNTIME_PRESET: &str = "test";

/// The name of the preset for networks where value is at stake.
pub const PRODUCTION_RUNTIME_PRESET: &str = "production";

/// Every author's slot carries VRF output, the secondary ones too: tasks draw their hidden test
/// blocks from it.
pub const BABE_GENESIS_EPOCH_CONFIG: BabeEpochConfiguration =
    BabeEpochConfiguration { c: (1, 4), allowed_slots: AllowedSlots::PrimaryAndSecondaryVRFSlots };

/// What each endowed account of the `bench` preset owns.
pub const BENCH_ENDOWMENT: Balance = 1_000_000 * NNK;

/// The experiment of the curriculum that every preset starts with, except for `production`.
pub const DIGITS_EXPERIMENT: u32 = 0;

/// How the table of the digits is written as numbers: what the programs make of
/// `examples/data/digits.csv` with the range from 0 to 15.
pub const DIGITS_ENCODING: ContentHash =
    ContentHash(*include_bytes!("../../dataset/curriculum/digits.encoding"));

/// What the digits mint for a halving of the error, per mille of what an experiment can mint.
pub const DIGITS_WEIGHT: u16 = 10;

/// The shortest phases of tasks about the digits, in blocks.
const DIGITS_PERIOD: BlockNumber = 3;

/// The name of the architecture of the digits, and of the practice block.
pub const PRACTICE_ARCHITECTURE: &str = "digits-64x32x10";

/// Salt of the practice block. It hides nothing: the block is public.
pub const PRACTICE_SALT: [u8; 32] = *b"\0nocknock/practice-block/salt/v1";

/// The practice block: 195 handwritten digits in wire form, as `examples/practice/README.md`
/// describes.
const PRACTICE_ROWS: &[u8] = include_bytes!("../../examples/practice/digits-64x32x10.rows");

/// What a newcomer's model must reach on the practice block.
pub const PRACTICE_MINIMUM: Score = Score::new(80, 100);

/// What distinguishes one preset from another.
struct Preset {
    kind: NetworkKind,
    slot_duration_millis: u64,
    epoch_length_slots: u64,
    validators: Vec<Sr25519Keyring>,
    endowed: Vec<AccountId>,
}

impl Preset {
    #[allow(
        clippy::expect_used,
        reason = "the macro expects what it builds to serialise; it runs when a chain is made, not in a block"
    )]
    fn into_patch(self) -> Value {
        let at_stake = self.kind == NetworkKind::Production;
        build_struct_json_patch!(RuntimeGenesisConfig {
            network: NetworkConfig {
                slot_duration_millis: self.slot_duration_millis,
                epoch_length_slots: self.epoch_length_slots,
                kind: self.kind,
            },
            babe: BabeConfig { epoch_config: BABE_GENESIS_EPOCH_CONFIG },
            verifier: VerifierConfig { circuits: unless(at_stake, development_circuits::all) },
            experiments: ExperimentsConfig {
                experiments: unless(at_stake, || vec![digits_experiment()]),
            },
            rewards: RewardsConfig {
                curriculum: unless(at_stake, || digits_curriculum(self.kind).into_iter().collect()),
                practice: unless(at_stake, practice),
                authorities: self
                    .validators
                    .iter()
                    .map(|key| key.to_account_id())
                    .collect::<Vec<_>>(),
            },
            session: SessionConfig {
                keys: self.validators.into_iter().map(session_entry).collect::<Vec<_>>(),
            },
            balances: BalancesConfig {
                balances: self
                    .endowed
                    .into_iter()
                    .map(|who| (who, BENCH_ENDOWMENT))
                    .collect::<Vec<_>>(),
            },
        })
    }
}

/// Nothing where value is at stake.
fn unless<T: Default>(at_stake: bool, make: impl FnOnce() -> T) -> T {
    if at_stake {
        T::default()
    } else {
        make()
    }
}

fn digits_experiment() -> GenesisExperiment<AccountId> {
    GenesisExperiment {
        owner: Sr25519Keyring::Alice.to_account_id(),
        description: GenesisDescription {
            name: "Handwritten digits".to_string(),
            text: "Which digit is it? Images of 8 by 8 pixels with 16 grey levels, from the UCI data set \
                   Optical Recognition of Handwritten Digits. Everybody knows these images, test \
                   blocks and all: tokens here mean nothing."
                .to_string(),
            tags: ["classification", "digits", "uci"].map(str::to_string).to_vec(),
            metadata: None,
        },
    }
}

/// The digits are in the curriculum if their architecture has a name, which tests see to.
fn digits_curriculum(kind: NetworkKind) -> Option<GenesisCurriculum<AccountId, BlockNumber>> {
    let architecture = named(PRACTICE_ARCHITECTURE)?;
    Some(GenesisCurriculum {
        experiment: DIGITS_EXPERIMENT,
        custodian: Some(Sr25519Keyring::Alice.to_account_id()),
        weight: DIGITS_WEIGHT,
        rules: CurriculumRules {
            format: DataFormat::of(&architecture),
            encoding: DIGITS_ENCODING,
            min_test_rows: MinTestRows::on(kind),
            min_periods: Periods {
                publish: DIGITS_PERIOD,
                commit: DIGITS_PERIOD,
                reveal: DIGITS_PERIOD,
                claim: DIGITS_PERIOD,
                prove: DIGITS_PERIOD,
                deliver: DIGITS_PERIOD,
            },
        },
        max_open: 8,
    })
}

/// The practice block, proved under the circuit of its architecture.
fn practice() -> Option<GenesisPractice> {
    let architecture = named(PRACTICE_ARCHITECTURE)?;
    Some(GenesisPractice {
        circuit: development_circuits::score_circuit(&architecture)?.id(),
        salt: PRACTICE_SALT.to_vec(),
        rows: PRACTICE_ROWS.to_vec(),
        min_score: PRACTICE_MINIMUM,
    })
}

/// The account, validator id and session keys of a well-known key.
fn session_entry(key: Sr25519Keyring) -> (AccountId, AccountId, SessionKeys) {
    let grandpa = match key {
        Sr25519Keyring::Bob => sp_keyring::Ed25519Keyring::Bob,
        Sr25519Keyring::Charlie => sp_keyring::Ed25519Keyring::Charlie,
        Sr25519Keyring::Dave => sp_keyring::Ed25519Keyring::Dave,
        _ => sp_keyring::Ed25519Keyring::Alice,
    };
    let keys = SessionKeys { babe: key.public().into(), grandpa: grandpa.public().into() };
    (key.to_account_id(), key.to_account_id(), keys)
}

fn development() -> Preset {
    Preset {
        kind: NetworkKind::Development,
        slot_duration_millis: 1_000,
        epoch_length_slots: 10,
        validators: vec![Sr25519Keyring::Alice],
        endowed: vec![],
    }
}

fn local_testnet() -> Preset {
    Preset {
        kind: NetworkKind::Test,
        slot_duration_millis: 2_000,
        epoch_length_slots: 30,
        validators: vec![
            Sr25519Keyring::Alice,
            Sr25519Keyring::Bob,
            Sr25519Keyring::Charlie,
            Sr25519Keyring::Dave,
        ],
        endowed: vec![],
    }
}

fn bench() -> Preset {
    Preset {
        endowed: Sr25519Keyring::well_known().map(|key| key.to_account_id()).collect(),
        ..development()
    }
}

/// An epoch of 16 slots takes 4 s. Of the five epochs in which a task can be drawn at least two are
/// left once its seed is known: time enough for a requester on a busy machine.
fn test() -> Preset {
    Preset { slot_duration_millis: 250, epoch_length_slots: 16, ..development() }
}

/// Slots and epochs of a network of many operators.
fn production() -> Preset {
    Preset {
        kind: NetworkKind::Production,
        slot_duration_millis: 2_000,
        epoch_length_slots: 1_200,
        validators: vec![],
        endowed: vec![],
    }
}

/// The genesis patch of the preset `id`, as JSON.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
    let preset = match id.as_ref() {
        DEV_RUNTIME_PRESET => development(),
        LOCAL_TESTNET_RUNTIME_PRESET => local_testnet(),
        BENCH_RUNTIME_PRESET => bench(),
        TEST_RUNTIME_PRESET => test(),
        PRODUCTION_RUNTIME_PRESET => production(),
        _ => return None,
    };
    serde_json::to_vec(&preset.into_patch()).ok()
}

/// The names of all presets.
pub fn preset_names() -> Vec<PresetId> {
    [
        DEV_RUNTIME_PRESET,
        LOCAL_TESTNET_RUNTIME_PRESET,
        BENCH_RUNTIME_PRESET,
        TEST_RUNTIME_PRESET,
        PRODUCTION_RUNTIME_PRESET,
    ]
    .into_iter()
    .map(PresetId::from)
    .collect()
}
