//! Which events of a block reach users, and how they are named.

use super::*;
use crate::{events::record::Place, generated::types::frame_system};

fn event(pallet: &str, name: &str, reading: Reading) -> ChainEvent {
    ChainEvent {
        place: Place::Extrinsic(1),
        index: 0,
        pallet: pallet.into(),
        name: name.into(),
        reading,
    }
}

fn removed() -> TasksEvent {
    TasksEvent::TaskRemoved { task: 7 }
}

#[test]
fn an_event_knows_its_names_and_its_task() {
    let known = Reading::Known(RuntimeEvent::Tasks(removed()));
    let read = DomainEvent::read(&event("Tasks", "TaskRemoved", known)).expect("an event");
    let event = read.expect("an event for users");
    assert_eq!(event, DomainEvent::Tasks(removed()));
    assert_eq!((event.pallet(), event.name(), event.task()), ("Tasks", "TaskRemoved", Some(7)));
}

#[test]
fn the_pallets_of_events_are_those_of_the_chain() {
    let metadata = expected::metadata().expect("metadata");
    for pallet in PALLETS {
        let events = metadata.pallet_by_name(pallet).and_then(|pallet| pallet.event_variants());
        assert!(events.is_some_and(|events| !events.is_empty()), "{pallet}");
    }
    let balances = metadata.pallet_by_name("Balances").expect("a pallet");
    let events = balances.event_variants().expect("events");
    for name in OF_TOKENS {
        assert!(events.iter().any(|event| event.name == name), "{name}");
    }
}

#[test]
fn events_that_users_have_no_use_for_are_left_out() {
    let hash = Default::default();
    let system = RuntimeEvent::System(frame_system::pallet::Event::CodeUpdated { hash });
    let who = subxt::utils::AccountId32([1; 32]);
    let tokens = RuntimeEvent::Balances(BalancesEvent::Reserved { who, amount: 1 });
    for (pallet, name, reading) in [
        ("System", "CodeUpdated", Reading::Known(system)),
        ("Balances", "Reserved", Reading::Known(tokens)),
        ("Balances", "Held", Reading::Changed),
    ] {
        let read = DomainEvent::read(&event(pallet, name, reading));
        assert_eq!(read.expect("an answer"), None, "{pallet}.{name}");
    }
}

#[test]
fn an_event_of_another_form_is_an_error_and_not_a_wrong_event() {
    let error = DomainEvent::read(&event("Tasks", "TaskRemoved", Reading::Changed));
    let error = error.expect_err("another form").to_string();
    assert!(error.contains("Tasks.TaskRemoved"), "{error}");
}

#[test]
fn an_event_that_is_newer_than_the_client_is_left_out() {
    let read = DomainEvent::read(&event("Tasks", "TaskForgotten", Reading::Unknown));
    assert_eq!(read.expect("an answer"), None);
}
