use crate::{mock::*, GenesisIssuance};
use nocknock_primitives::{ids::CircuitId, traits::Curriculum};
use sp_runtime::BuildStorage;
use std::panic::{catch_unwind, AssertUnwindSafe};

fn message_of_panic(genesis: crate::GenesisConfig<Test>) -> String {
    let build = AssertUnwindSafe(|| drop(ext_with(genesis)));
    let panic = catch_unwind(build).expect_err("the genesis is refused");
    match panic.downcast_ref::<String>() {
        Some(message) => message.clone(),
        None => (*panic.downcast_ref::<&str>().unwrap_or(&"")).into(),
    }
}

#[test]
fn nobody_owns_anything_and_the_curriculum_stands() {
    build_and_execute(|| {
        assert_eq!(Balances::total_issuance(), 0);
        assert_eq!(GenesisIssuance::<Test>::get(), 0);
        assert!(Rewards::is_custodian(EXPERIMENT, &carol()));
        assert!(super::builders::exists(&carol()));
        assert_eq!((Rewards::seats(), Rewards::elected()), (authorities(), authorities()));
        for who in authorities() {
            let life = Rewards::life(who).expect("its signs are known");
            assert_eq!((life.last_sign, life.entered, life.proven), (Some(0), Some(0), false));
        }
    });
}

#[test]
fn an_endowment_of_the_genesis_is_in_the_books() {
    let genesis = RuntimeGenesisConfig {
        balances: pallet_balances::GenesisConfig {
            balances: vec![(bob(), 5_000)],
            ..Default::default()
        },
        rewards: genesis(),
        ..Default::default()
    };
    let storage = genesis.build_storage().expect("the genesis is valid");
    sp_io::TestExternalities::from(storage).execute_with(|| {
        assert_eq!(GenesisIssuance::<Test>::get(), 5_000);
        check_state();
    });
}

#[test]
fn a_practice_block_for_an_unknown_circuit_stops_the_genesis() {
    let mut genesis = genesis();
    genesis.practice.as_mut().unwrap().circuit = CircuitId([9; 32]);
    let message = message_of_panic(genesis);
    assert!(message.contains("rewards.practice"), "{message}");
    assert!(message.contains("CircuitNotActive"), "{message}");
}

#[test]
fn a_practice_block_with_a_short_salt_stops_the_genesis() {
    let mut genesis = genesis();
    genesis.practice.as_mut().unwrap().salt.pop();
    let message = message_of_panic(genesis);
    assert!(message.contains("wrong length"), "{message}");
}

#[test]
fn a_curriculum_above_its_bound_stops_the_genesis() {
    let mut genesis = genesis();
    let entry = genesis.curriculum[0].clone();
    genesis.curriculum = (0..4)
        .map(|experiment| crate::types::GenesisCurriculum { experiment, ..entry.clone() })
        .collect();
    let message = message_of_panic(genesis);
    assert!(message.contains("rewards.curriculum"), "{message}");
}

#[test]
fn authorities_that_are_too_many_or_named_twice_stop_the_genesis() {
    for authorities in [vec![bob(), bob()], (0..4).map(account).collect()] {
        let message = message_of_panic(crate::GenesisConfig { authorities, ..genesis() });
        assert!(message.contains("rewards.authorities"), "{message}");
    }
}

#[test]
fn a_chain_specification_survives_json() {
    let text = serde_json::to_string(&genesis()).unwrap();
    assert!(text.contains("\"weight\":1000") && text.contains("\"maxOpen\":3"), "{text}");
    let read: crate::GenesisConfig<Test> = serde_json::from_str(&text).unwrap();
    assert_eq!(read.curriculum, genesis().curriculum);
    assert_eq!(read.practice, genesis().practice);
    assert_eq!(read.authorities, genesis().authorities);
}
