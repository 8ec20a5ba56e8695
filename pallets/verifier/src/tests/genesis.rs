use crate::{mock::*, Circuits, GenesisCircuit};
use nocknock_primitives::{
    circuit::CircuitKind,
    model::{Architecture, Description},
};
use std::panic::{catch_unwind, UnwindSafe};

fn message_of_panic(run: impl FnOnce() + UnwindSafe) -> String {
    let panic = catch_unwind(run).expect_err("the genesis is refused");
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}

#[test]
fn circuits_of_the_chain_specification_are_registered() {
    let delivery = DELIVERY.candidate(CircuitKind::Delivery);
    let circuits = vec![at_genesis(SCORE.candidate(tiny())), at_genesis(delivery)];
    check_after(ext_with(circuits), || {
        assert_eq!(Circuits::<Test>::count(), 2);
        assert!(Circuits::<Test>::get(SCORE.candidate(tiny()).info.id()).unwrap().is_active());
    });
}

#[test]
fn a_development_key_stops_the_genesis_where_value_is_at_stake() {
    let message = message_of_panic(|| {
        Development::set(false);
        ext_with(vec![at_genesis(SCORE.candidate(digits()))]);
    });
    assert!(message.contains("DevelopmentKeyRefused"), "{message}");
}

#[test]
fn a_broken_key_stops_the_genesis_and_the_message_names_the_circuit() {
    let message = message_of_panic(|| {
        let mut circuit = at_genesis(SCORE.candidate(tiny()));
        circuit.key.pop();
        ext_with(vec![circuit]);
    });
    assert!(message.contains("tiny-4x3x2") && message.contains("MalformedKey"), "{message}");
}

#[test]
fn a_broken_circuit_of_an_architecture_without_a_name_is_described() {
    let message = message_of_panic(|| {
        let mut description = Description::clone(&architecture("tiny-4x3x2"));
        description.samples = 41;
        let unnamed = Architecture::new(description).expect("one more sample is allowed");
        let mut circuit = at_genesis(SCORE.candidate(CircuitKind::Score(unnamed)));
        circuit.key.pop();
        ext_with(vec![circuit]);
    });
    assert!(message.contains("samples: 41"), "{message}");
}

#[test]
fn a_key_longer_than_the_chain_stores_stops_the_genesis() {
    let message = message_of_panic(|| {
        let mut circuit = at_genesis(SCORE.candidate(tiny()));
        circuit.key = vec![0; 5000];
        ext_with(vec![circuit]);
    });
    assert!(message.contains("MalformedKey"), "{message}");
}

#[test]
fn a_circuit_of_a_chain_specification_survives_json() {
    for kind in [tiny(), CircuitKind::Delivery] {
        let circuit = at_genesis(SCORE.candidate(kind));
        let text = serde_json::to_string(&circuit).unwrap();
        assert_eq!(serde_json::from_str::<GenesisCircuit>(&text).unwrap(), circuit);
    }
}
