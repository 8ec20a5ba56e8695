use crate::{mock::*, GenesisConfig, GenesisDescription, GenesisExperiment};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{ids::ContentHash, traits::TaskExperiments};
use sp_runtime::TokenError;
use std::panic::catch_unwind;

fn given(owner: AccountId, name: &str) -> GenesisExperiment<AccountId> {
    GenesisExperiment {
        owner,
        description: GenesisDescription {
            name: name.into(),
            text: "8x8 digits".into(),
            tags: vec!["uci".into()],
            metadata: Some(ContentHash([5; 32])),
        },
    }
}

#[test]
fn experiments_of_the_chain_specification_exist_without_a_deposit() {
    let ext = ext_with(vec![given(DAVE, "first"), given(BOB, "second")]);
    check_after(ext, || {
        let made = experiment(0);
        assert_eq!((made.owner, made.created_at), (DAVE, 0));
        assert_eq!(made.description.name.as_slice(), b"first");
        assert_eq!(made.description.metadata, Some(ContentHash([5; 32])));
        assert_eq!(experiment(1).owner, BOB);
        assert_eq!(Experiments::deposit(0), Some(0));
        assert_eq!(Experiments::held(&BOB), 0);
        assert_eq!(created(ALICE), 2);
        assert_ok!(Experiments::ensure_active(0));
        assert_eq!(Experiments::experiments_of(DAVE, None, 64), vec![0]);
    });
}

#[test]
fn describing_one_of_them_takes_the_whole_deposit() {
    check_after(ext_with(vec![given(DAVE, "a"), given(BOB, "b")]), || {
        assert_noop!(
            Experiments::describe_experiment(by(DAVE), 0, short()),
            TokenError::FundsUnavailable
        );
        assert_ok!(Experiments::describe_experiment(by(BOB), 1, short()));
        assert_eq!(Experiments::held(&BOB), BASE + 5 * BYTE);
    });
}

#[test]
fn an_owner_without_tokens_can_give_one_away_or_archive_it() {
    check_after(ext_with(vec![given(DAVE, "a"), given(DAVE, "b")]), || {
        assert_ok!(Experiments::offer_transfer(by(DAVE), 0, BOB));
        assert_ok!(Experiments::accept_transfer(by(BOB), 0));
        assert!(Experiments::held(&BOB) > BASE);
        assert_ok!(Experiments::archive_experiment(by(DAVE), 1));
        assert_eq!(Experiments::deposit(1), Some(0));
    });
}

#[test]
fn a_description_that_is_not_acceptable_stops_the_genesis_and_is_named() {
    let refusals = [
        (given(ALICE, " "), "visible"),
        (given(ALICE, &"n".repeat(65)), "64 bytes"),
        (given(ALICE, "Digits\u{202e}"), "direction of text"),
    ];
    for (experiment, reason) in refusals {
        let name = format!("{:?}", experiment.description.name);
        let panic = catch_unwind(|| {
            ext_with(vec![experiment]);
        })
        .expect_err("the genesis is refused");
        let message = panic.downcast_ref::<String>().cloned().unwrap_or_default();
        assert!(message.contains(&name) && message.contains(reason), "{message}");
    }
}

#[test]
fn a_chain_specification_is_written_by_hand() {
    let text = r#"{ "experiments": [
        { "owner": 1, "description": { "name": "digits", "text": "" } },
        { "owner": 2, "description": { "name": "wine", "text": "t", "tags": ["uci"],
          "metadata": "0x0505050505050505050505050505050505050505050505050505050505050505" } }
    ] }"#;
    let config: GenesisConfig<Test> = serde_json::from_str(text).unwrap();
    assert_eq!(config.experiments[0].description.tags, Vec::<String>::new());
    assert_eq!(config.experiments[1].description.metadata, Some(ContentHash([5; 32])));
    let again = serde_json::to_string(&config).unwrap();
    let again: GenesisConfig<Test> = serde_json::from_str(&again).unwrap();
    assert_eq!(again.experiments, config.experiments);
}

#[test]
fn a_misspelt_field_of_a_chain_specification_is_refused() {
    let text = r#"{ "owner": 1, "description": { "name": "n", "text": "", "tag": [] } }"#;
    assert!(serde_json::from_str::<GenesisExperiment<AccountId>>(text).is_err());
}
