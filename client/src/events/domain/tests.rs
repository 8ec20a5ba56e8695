//! Every event has the name and the fields, in the order, of the runtime that the committed
//! metadata describes, and each of the runtime's events that users could want is known.

use super::*;
use crate::events::record::Place;
use codec::Encode;
use std::collections::BTreeSet;
use subxt::Metadata;

fn metadata() -> Metadata {
    let bytes = include_bytes!("../../../metadata/nocknock.scale");
    Metadata::decode_from(bytes).expect("metadata")
}

fn ensure_fields(pallet: &str, names: &[&str], fields: impl Fn(&str) -> &'static [&'static str]) {
    let metadata = metadata();
    let of_pallet = metadata.pallet_by_name(pallet);
    let variants = of_pallet.and_then(|pallet| pallet.event_variants());
    let variants = variants.unwrap_or_else(|| panic!("{pallet} has no events"));
    for name in names {
        let variant = variants.iter().find(|variant| variant.name == *name);
        let variant = variant.unwrap_or_else(|| panic!("{pallet} has no event {name}"));
        let declared: Vec<&str> =
            variant.fields.iter().filter_map(|field| field.name.as_deref()).collect();
        assert_eq!(declared, fields(name), "{pallet}.{name}");
    }
}

fn ensure_complete(pallet: &str, names: &[&str]) {
    let metadata = metadata();
    let of_pallet = metadata.pallet_by_name(pallet);
    let variants = of_pallet.and_then(|pallet| pallet.event_variants());
    let declared: BTreeSet<&str> =
        variants.unwrap_or_default().iter().map(|variant| variant.name.as_str()).collect();
    assert_eq!(declared, names.iter().copied().collect(), "{pallet}");
}

macro_rules! agree {
    ($($test:ident: $events:ty;)*) => {
        $(
            #[test]
            fn $test() {
                ensure_fields(<$events>::PALLET, <$events>::NAMES, <$events>::fields);
                ensure_complete(<$events>::PALLET, <$events>::NAMES);
            }
        )*
    };
}

agree! {
    the_runtime_has_these_events_about_tasks: TasksEvent;
    the_runtime_has_these_events_about_experiments: ExperimentsEvent;
    the_runtime_has_these_events_about_rewards: RewardsEvent;
    the_runtime_has_these_events_about_facts: WtmEvent;
    the_runtime_has_these_events_about_provenance: ProvenanceEvent;
    the_runtime_has_these_events_about_circuits: VerifierEvent;
}

#[test]
fn the_runtime_has_these_events_about_tokens() {
    ensure_fields(BalancesEvent::PALLET, BalancesEvent::NAMES, BalancesEvent::fields);
}

fn event(pallet: &str, name: &str, fields: impl Encode) -> ChainEvent {
    ChainEvent {
        place: Place::Extrinsic(1),
        index: 0,
        pallet: pallet.into(),
        name: name.into(),
        fields: fields.encode(),
    }
}

#[test]
fn an_event_is_read_from_its_fields() {
    let read = DomainEvent::read(&event("Tasks", "TaskRemoved", 7_u64)).expect("an event");
    let event = read.expect("an event for users");
    assert_eq!(event, DomainEvent::Tasks(TasksEvent::TaskRemoved { task: 7 }));
    assert_eq!((event.pallet(), event.name(), event.task()), ("Tasks", "TaskRemoved", Some(7)));
}

#[test]
fn events_that_users_have_no_use_for_are_left_out() {
    for (pallet, name) in [("System", "ExtrinsicSuccess"), ("Balances", "Endowed")] {
        let read = DomainEvent::read(&event(pallet, name, 7_u64));
        assert_eq!(read.ok(), Some(None));
    }
}

#[test]
fn an_event_of_another_form_is_an_error_and_not_a_wrong_event() {
    for fields in [vec![1_u8], vec![0_u8; 9]] {
        let mut changed = event("Tasks", "TaskRemoved", ());
        changed.fields = fields;
        assert!(DomainEvent::read(&changed).is_err());
    }
}
