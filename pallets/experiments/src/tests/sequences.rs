//! Random calls by random actors, mixed with what tasks report.

use crate::{mock::*, NextExperiment};
use nocknock_primitives::{
    experiment::Stage,
    ids::{ContentHash, ExperimentId, ModelVersionNumber},
    score::Score,
    task::Funding,
    traits::TaskExperiments,
};
use proptest::{collection::vec, prelude::*};
use sp_runtime::DispatchResult;

/// Something that happens.
#[derive(Clone, Debug)]
enum Action {
    Create(AccountId, usize),
    Describe(AccountId, ExperimentId, usize),
    Offer(AccountId, ExperimentId, AccountId),
    Accept(AccountId, ExperimentId),
    Cancel(AccountId, ExperimentId),
    Archive(AccountId, ExperimentId),
    SetStage(AccountId, ExperimentId, ModelVersionNumber, Stage),
    TransferModel(AccountId, ExperimentId, ModelVersionNumber, AccountId),
    Score(ExperimentId, AccountId, u8, u32),
    Deliver(ExperimentId, u32, u32, Funding),
    Retire(ExperimentId),
    Curriculum(ExperimentId),
    Spend(AccountId, AccountId, Balance),
    Wait,
}

fn who() -> impl Strategy<Value = AccountId> {
    ALICE..=DAVE
}

/// The number of one of the experiments, or of one that may not exist.
fn which() -> impl Strategy<Value = ExperimentId> {
    0..5u32
}

fn version() -> impl Strategy<Value = ModelVersionNumber> {
    0..5u32
}

fn funding() -> impl Strategy<Value = Funding> {
    prop_oneof![3 => Just(Funding::Sponsored), 1 => Just(Funding::Curriculum)]
}

fn stage() -> impl Strategy<Value = Stage> {
    prop_oneof![Just(Stage::Candidate), Just(Stage::Champion), Just(Stage::Archived)]
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => (who(), 0..2_000usize).prop_map(|(who, size)| Action::Create(who, size)),
        3 => (who(), which(), 0..2_000usize)
            .prop_map(|(who, id, size)| Action::Describe(who, id, size)),
        4 => (who(), which(), who()).prop_map(|(who, id, to)| Action::Offer(who, id, to)),
        4 => (who(), which()).prop_map(|(who, id)| Action::Accept(who, id)),
        1 => (who(), which()).prop_map(|(who, id)| Action::Cancel(who, id)),
        1 => (who(), which()).prop_map(|(who, id)| Action::Archive(who, id)),
        3 => (who(), which(), version(), stage())
            .prop_map(|(who, id, version, stage)| Action::SetStage(who, id, version, stage)),
        2 => (who(), which(), version(), who())
            .prop_map(|(who, id, version, to)| Action::TransferModel(who, id, version, to)),
        5 => (which(), 0..30u64, 0..3u8, 0..30u32)
            .prop_map(|(id, worker, model, correct)| Action::Score(id, worker, model, correct)),
        4 => (which(), 0..30u32, 30..33u32, funding())
            .prop_map(|(id, correct, total, paid)| Action::Deliver(id, correct, total, paid)),
        1 => which().prop_map(Action::Retire),
        1 => which().prop_map(Action::Curriculum),
        2 => (who(), who(), 0..ENDOWMENT).prop_map(|(who, to, part)| Action::Spend(who, to, part)),
        2 => Just(Action::Wait),
    ]
}

/// Does it, whether it is allowed or not. A call that fails changes nothing, as on a chain.
fn act(action: &Action) {
    let before = sp_io::storage::root(sp_runtime::StateVersion::V1);
    let result = frame_support::storage::with_storage_layer(|| perform(action.clone()));
    if result.is_err() {
        assert_eq!(before, sp_io::storage::root(sp_runtime::StateVersion::V1));
    }
}

fn perform(action: Action) -> DispatchResult {
    match action {
        Action::Create(who, size) => {
            let encoding = size.is_multiple_of(2).then_some(ContentHash([1; 32]));
            Experiments::create_experiment(by(who), with_text(&"a".repeat(size)), encoding)
        }
        Action::Describe(who, id, size) => {
            Experiments::describe_experiment(by(who), id, with_text(&"a".repeat(size)))
        }
        Action::Offer(who, id, to) => Experiments::offer_transfer(by(who), id, to),
        Action::Accept(who, id) => Experiments::accept_transfer(by(who), id),
        Action::Cancel(who, id) => Experiments::cancel_transfer(by(who), id),
        Action::Archive(who, id) => Experiments::archive_experiment(by(who), id),
        Action::SetStage(who, id, version, stage) => {
            Experiments::set_stage(by(who), id, version, stage)
        }
        Action::TransferModel(who, id, version, to) => {
            Experiments::transfer_model(by(who), id, version, to)
        }
        Action::Retire(id) => Experiments::retire_champion(RuntimeOrigin::root(), id),
        Action::Spend(who, to, part) => Balances::transfer_allow_death(by(who), to, part),
        reported => {
            report(reported);
            Ok(())
        }
    }
}

/// What tasks report, which they do about experiments that exist only.
fn report(action: Action) {
    let exists = |id: ExperimentId| id < NextExperiment::<Test>::get();
    match action {
        Action::Score(id, worker, model, correct) if exists(id) => {
            Experiments::record_score(id, entry(worker, model, correct));
        }
        Action::Deliver(id, correct, total, funding) if exists(id) => {
            let mut delivered = delivery(id, correct);
            delivered.score = Score::new(correct, total);
            delivered.funding = funding;
            Experiments::register_model(delivered);
        }
        Action::Curriculum(id) => InCurriculum::mutate(|experiments| experiments.push(id)),
        Action::Wait => System::set_block_number(System::block_number() + 1),
        _ => {}
    }
}

/// Whether an action may take a champion's rank for a lower score.
fn may_lower_a_champion(action: &Action) -> bool {
    matches!(action, Action::Deliver(_, _, _, Funding::Curriculum) | Action::Retire(_))
}

/// Scores of the champions, and which experiments are archived.
fn standing() -> Vec<(Score, bool)> {
    let page = Experiments::experiments(0, 64);
    page.into_iter()
        .map(|(_, experiment)| {
            let champion = experiment.champion;
            let score = champion.map_or(Score::ZERO, |champion| champion.score);
            (score, experiment.archived)
        })
        .collect()
}

/// 96 cases, or more if `PROPTEST_CASES` asks for more than the usual 256.
fn config() -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig { cases: config.cases * 3 / 8, ..config }
}

proptest! {
    #![proptest_config(config())]

    /// Whatever happens, the invariants hold after each step, no champion's score falls unless the
    /// curriculum has paid for another model or the champion is retired, and no archived experiment
    /// comes back.
    #[test]
    fn no_sequence_of_calls_breaks_an_invariant(actions in vec(action(), 1..120)) {
        new_test_ext().execute_with(|| {
            for action in &actions {
                let before = standing();
                act(action);
                check_state();
                for (old, new) in before.iter().zip(standing()) {
                    prop_assert!(new.0.at_least(&old.0) || may_lower_a_champion(action));
                    prop_assert!(new.1 || !old.1);
                }
            }
            Ok(())
        })?;
    }
}
