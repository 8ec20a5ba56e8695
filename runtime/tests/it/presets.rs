//! The chains that the runtime can start.

use crate::chain::{genesis_json, on};
use frame_support::{
    dispatch::{DispatchClass, GetDispatchInfo},
    traits::Contains,
    weights::{constants::WEIGHT_REF_TIME_PER_MILLIS, Weight},
};
use nocknock_circuits::keys::pinned;
use nocknock_primitives::{
    circuit::{CircuitKind, ProofBytes},
    ids::{KeyId, PointBytes},
    limits::{CHUNK_ELEMENTS, MAX_BLOCKS, MAX_BLOCK_BYTES, MAX_TEST_BLOCKS},
    model::{
        names::{for_tests, named, offered},
        FoldSize,
    },
    task::{Attestation, SealedKeyBytes},
    traits::ProofVerifier,
};
use nocknock_runtime::{
    configs::{ReportLongevity, RuntimeBlockWeights},
    development_circuits::DevelopmentKeys,
    genesis_presets::{
        preset_names, BENCH_RUNTIME_PRESET, DIGITS_ENCODING, DIGITS_EXPERIMENT, DIGITS_WEIGHT,
        PRACTICE_ARCHITECTURE, PRACTICE_SALT, PRODUCTION_RUNTIME_PRESET, TEST_RUNTIME_PRESET,
    },
    Babe, Balances, Network, Rewards, Runtime, RuntimeCall, Session, Verifier, NNK,
};
use pallet_network::NetworkKind;
use pallet_tasks::WeightInfo;
use sp_core::Get;

type TaskWeights = <Runtime as pallet_tasks::Config>::WeightInfo;

fn names() -> Vec<String> {
    preset_names().iter().map(ToString::to_string).collect()
}

/// The presets of networks without value.
fn names_without_value() -> impl Iterator<Item = String> {
    names().into_iter().filter(|name| name != PRODUCTION_RUNTIME_PRESET)
}

#[test]
fn the_presets_are_the_five_that_the_documentation_names() {
    assert_eq!(names(), ["development", "local_testnet", "bench", "test", "production"]);
}

/// Whoever starts such a network says who its authorities are, under which keys proofs are checked,
/// and what is minted for.
#[test]
fn a_network_with_value_starts_with_nothing_that_was_chosen_for_tests() {
    on(PRODUCTION_RUNTIME_PRESET, || {
        assert_eq!(Network::kind(), NetworkKind::Production);
        assert_eq!(timing(), (2_000, 1_000, 1_200));
        assert!(Session::validators().is_empty());
        assert!(Babe::authorities().is_empty());
        assert_eq!(Balances::total_issuance(), 0);
        assert_eq!(pallet_verifier::Circuits::<Runtime>::iter().count(), 0);
        assert_eq!(pallet_experiments::NextExperiment::<Runtime>::get(), 0);
        assert_eq!(pallet_rewards::Curriculum::<Runtime>::iter().count(), 0);
        assert!(Rewards::practice().is_none());
    });
}

/// With fewer rows, good steps are too small to be told from luck.
#[test]
fn a_network_with_value_demands_three_thousand_rows_of_tasks_that_mint() {
    for name in names() {
        let rows = match name.as_str() {
            PRODUCTION_RUNTIME_PRESET => 3_000,
            "local_testnet" => 300,
            _ => 10,
        };
        on(&name, || {
            let least = <Runtime as pallet_rewards::Config>::MinCurriculumTestRows::get();
            assert_eq!(least, rows, "{name}");
        });
    }
}

#[test]
fn no_token_exists_at_genesis_except_on_bench() {
    for name in names() {
        on(&name, || {
            let issuance = Balances::total_issuance();
            assert_eq!(issuance == 0, name != BENCH_RUNTIME_PRESET, "{name}: {issuance}");
        });
    }
}

#[test]
fn the_bench_preset_endows_well_known_accounts() {
    on(BENCH_RUNTIME_PRESET, || {
        let alice = crate::chain::account(sp_keyring::Sr25519Keyring::Alice);
        assert_eq!(Balances::free_balance(alice), 1_000_000 * NNK);
    });
}

#[test]
fn development_is_fast_and_has_one_validator() {
    on("development", || {
        assert_eq!(Network::kind(), NetworkKind::Development);
        assert_eq!(Session::validators().len(), 1);
        assert_eq!(timing(), (1_000, 500, 10));
    });
}

#[test]
fn the_test_chain_is_the_development_chain_with_slots_of_a_quarter_of_a_second() {
    on(TEST_RUNTIME_PRESET, || {
        assert_eq!(Network::kind(), NetworkKind::Development);
        assert_eq!(Session::validators().len(), 1);
        assert_eq!(timing(), (250, 125, 16));
    });
    let mut genesis = genesis_json(TEST_RUNTIME_PRESET);
    genesis["network"] = genesis_json("development")["network"].clone();
    assert_eq!(genesis, genesis_json("development"), "nothing but the timing differs");
}

#[test]
fn deadlines_in_epochs_follow_the_epoch_of_the_chain() {
    for (preset, epoch) in [("development", 10), ("local_testnet", 30), (TEST_RUNTIME_PRESET, 16)] {
        on(preset, || {
            assert_eq!(<Runtime as pallet_tasks::Config>::DrawPeriod::get(), 5 * epoch);
            assert_eq!(ReportLongevity::get(), 336 * u64::from(epoch));
        });
    }
}

/// An author fills its block for half of a slot.
#[test]
fn a_full_block_takes_half_a_slot_except_on_the_test_chain() {
    for name in names() {
        let full = RuntimeBlockWeights::get().max_block.ref_time() / WEIGHT_REF_TIME_PER_MILLIS;
        on(&name, || assert_eq!(full <= timing().0 / 2, name != TEST_RUNTIME_PRESET, "{name}"));
    }
}

/// Revealing the largest block of any task, and proving a score on it.
fn largest_block() -> [Weight; 2] {
    let largest = FoldSize::largest();
    let contents = Verifier::fold_weight(&FoldSize { bytes: 0, inputs: 0, ..largest });
    let reveal = TaskWeights::reveal_block(MAX_BLOCK_BYTES.div_ceil(1_024)) + contents;
    [reveal, TaskWeights::submit_scores(1) + Verifier::fold_weight(&largest)]
}

#[test]
fn the_heaviest_calls_of_a_task_fit_into_half_a_slot_of_every_chain() {
    let [reveal, prove] = largest_block();
    let heaviest = [
        TaskWeights::create_task(MAX_BLOCKS),
        reveal,
        TaskWeights::claim().saturating_add(TaskWeights::ask()),
        prove,
        TaskWeights::submit_scores(MAX_TEST_BLOCKS),
        TaskWeights::settle(),
        TaskWeights::upload_chunk(CHUNK_ELEMENTS),
        TaskWeights::deliver(),
        TaskWeights::show_equal_rows(),
    ];
    for name in names() {
        on(&name, || {
            let half = timing().0 / 2 * WEIGHT_REF_TIME_PER_MILLIS;
            for weight in heaviest {
                assert!(weight.ref_time() < half, "{name}: {weight:?}");
            }
        });
    }
}

/// The worker takes this into account when it reckons what it costs to keep a delivery out of
/// blocks.
#[test]
fn a_delivery_takes_less_than_a_tenth_of_what_all_calls_may_take() {
    let call = RuntimeCall::Tasks(pallet_tasks::Call::deliver {
        task: 0,
        last: None,
        key: Box::new(SealedKeyBytes { ephemeral: PointBytes([0; 64]), masked_key: [0; 32] }),
        proof: Box::new(ProofBytes([0; 256])),
        attestation: Attestation::default(),
    });
    let of_all = RuntimeBlockWeights::get().get(DispatchClass::Normal).max_total;
    let of_all = of_all.expect("the class is bounded");
    assert!(call.get_dispatch_info().call_weight.saturating_mul(10).all_lte(of_all));
}

#[test]
fn local_testnet_has_four_validators_and_slots_of_two_seconds() {
    on("local_testnet", || {
        assert_eq!(Network::kind(), NetworkKind::Test);
        assert_eq!(Session::validators().len(), 4);
        assert_eq!(Babe::authorities().len(), 4);
        assert_eq!(timing(), (2_000, 1_000, 30));
    });
}

/// Slot and least time between blocks in milliseconds, epoch in slots, as the other pallets see
/// them.
fn timing() -> (u64, u64, u64) {
    (
        Babe::slot_duration(),
        <Runtime as pallet_timestamp::Config>::MinimumPeriod::get(),
        <Runtime as pallet_babe::Config>::EpochDuration::get(),
    )
}

#[test]
fn slot_and_epoch_come_from_the_chain_spec() {
    let mut genesis = genesis_json("development");
    genesis["network"]["slotDurationMillis"] = 600.into();
    genesis["network"]["epochLengthSlots"] = 7.into();
    sp_io::TestExternalities::new_empty().execute_with(|| {
        let json = genesis.to_string().into_bytes();
        frame_support::genesis_builder_helper::build_state::<nocknock_runtime::RuntimeGenesisConfig>(
            json,
        )
        .expect("the edited genesis is valid");
        assert_eq!(timing(), (600, 300, 7));
    });
}

#[test]
fn a_genesis_with_an_unknown_field_is_refused() {
    let mut genesis = genesis_json("development");
    genesis["network"]["slotDurationSeconds"] = 1.into();
    sp_io::TestExternalities::new_empty().execute_with(|| {
        let json = genesis.to_string().into_bytes();
        let error = frame_support::genesis_builder_helper::build_state::<
            nocknock_runtime::RuntimeGenesisConfig,
        >(json)
        .expect_err("the field does not exist");
        assert!(error.contains("slotDurationSeconds"), "{error}");
    });
}

/// The circuits that are pinned: one for each named architecture, and the one of delivery.
fn circuits() -> Vec<CircuitKind> {
    let named = offered().into_iter().chain(for_tests());
    let score = named.map(|(_, architecture)| CircuitKind::Score(architecture));
    score.chain([CircuitKind::Delivery]).collect()
}

#[test]
fn every_preset_without_value_knows_the_circuits_of_all_named_architectures_and_of_delivery() {
    let expected: Vec<_> =
        circuits().iter().map(|kind| pinned(kind).expect("it is pinned").info()).collect();
    for name in names_without_value() {
        on(&name, || {
            let stored = pallet_verifier::Circuits::<Runtime>::iter_values().count();
            assert_eq!(stored, expected.len(), "{name}");
            for info in &expected {
                let record = pallet_verifier::Circuits::<Runtime>::get(info.id());
                let record = record.unwrap_or_else(|| panic!("{name} lacks {:?}", info.kind));
                assert_eq!((&record.info, record.is_active()), (info, true), "{name}");
            }
        });
    }
}

#[test]
fn the_development_keys_are_those_that_the_circuits_pin() {
    for kind in circuits() {
        let pinned = pinned(&kind).expect("it is pinned");
        assert!(DevelopmentKeys::contains(&pinned.key), "{kind:?}");
    }
    assert!(!DevelopmentKeys::contains(&KeyId([0; 32])));
}

#[test]
fn every_preset_without_value_has_a_curriculum_with_a_custodian_and_a_practice_block() {
    let digits = named(PRACTICE_ARCHITECTURE).expect("the architecture has this name");
    for name in names_without_value() {
        on(&name, || {
            let alice = crate::chain::account(sp_keyring::Sr25519Keyring::Alice);
            let curriculum = pallet_rewards::Curriculum::<Runtime>::get(DIGITS_EXPERIMENT);
            let entry = curriculum.expect("the digits are in the curriculum");
            assert_eq!((entry.custodian, entry.weight), (Some(alice), DIGITS_WEIGHT));
            assert_eq!((entry.rules.encoding, entry.level), (DIGITS_ENCODING, 0));
            assert!(entry.rules.format.fits(&digits));
            let rows = if name == "local_testnet" { 300 } else { 10 };
            assert_eq!(entry.rules.min_test_rows, rows, "{name}");
            let (terms, block) = Rewards::practice().expect("a practice block");
            assert_eq!((terms.rows, block.salt), (195, PRACTICE_SALT));
        });
    }
}
