//! What a proxy may do with the account that it stands for.

use crate::{
    chain::{account, on},
    world::{
        list,
        task::{data, spec},
    },
};
use frame_support::{assert_ok, traits::InstanceFilter};
use frame_system::Error;
use nocknock_primitives::{
    experiment::{Description, Stage},
    fact::{Source, Statement},
    ids::{CiphertextHash, KeyCommitment},
};
use nocknock_runtime::{
    configs::ProxyType, genesis_presets::DIGITS_EXPERIMENT, Balance, Proxy, Runtime, RuntimeCall,
    RuntimeEvent, RuntimeOrigin, System, NNK,
};
use sp_keyring::Sr25519Keyring::{self, Bob, Charlie, Eve};
use sp_runtime::DispatchResult;

type Balances = pallet_balances::Call<Runtime>;
type Council = pallet_council::Call<Runtime>;
type Experiment = pallet_experiments::Call<Runtime>;
type Fact = pallet_wtm::Call<Runtime>;
type Multisig = pallet_multisig::Call<Runtime>;
type Proxies = pallet_proxy::Call<Runtime>;
type Rewards = pallet_rewards::Call<Runtime>;
type Session = pallet_session::Call<Runtime>;
type Task = pallet_tasks::Call<Runtime>;
type Utility = pallet_utility::Call<Runtime>;

fn by(who: Sr25519Keyring) -> RuntimeOrigin {
    RuntimeOrigin::signed(account(who))
}

/// Runs a test on a chain where Bob owns tokens and Eve is his proxy.
fn with_proxy(kind: ProxyType, test: impl FnOnce()) {
    on("bench", || {
        assert_ok!(Proxy::add_proxy(by(Bob), account(Eve).into(), kind, 0));
        test();
    });
}

/// What comes of a call that Eve makes in Bob's name.
fn in_bobs_name(call: RuntimeCall) -> DispatchResult {
    let bob = account(Bob).into();
    assert_ok!(Proxy::proxy(by(Eve), bob, None, Box::new(call)));
    let events = System::events().into_iter().rev();
    events
        .map(|record| record.event)
        .find_map(|event| match event {
            RuntimeEvent::Proxy(pallet_proxy::Event::ProxyExecuted { result }) => Some(result),
            _ => None,
        })
        .expect("the proxy's call was run")
}

/// All that Bob has: free, held and reserved.
fn bobs_money() -> pallet_balances::AccountData<Balance> {
    System::account(account(Bob)).data
}

fn description() -> Description {
    Description::new::<&str>("Own", "", &[], None).expect("the description is short")
}

fn create_experiment() -> RuntimeCall {
    let description = description();
    Experiment::create_experiment { description, encoding: None }.into()
}

fn transfer() -> RuntimeCall {
    Balances::transfer_allow_death { dest: account(Eve).into(), value: NNK }.into()
}

/// The calls by which experiments or models leave an account, or a deposit is held from it.
fn spending_on_experiments() -> Vec<RuntimeCall> {
    let (experiment, to) = (DIGITS_EXPERIMENT, account(Eve));
    vec![
        create_experiment(),
        Experiment::describe_experiment { experiment, description: description() }.into(),
        Experiment::offer_transfer { experiment, to: to.clone() }.into(),
        Experiment::accept_transfer { experiment }.into(),
        Experiment::transfer_model { experiment, version: 1, to }.into(),
    ]
}

/// The calls by which rewards, bonds and stakes of tasks are held, or can be lost.
fn spending_on_tasks() -> Vec<RuntimeCall> {
    vec![
        Task::create_task {
            experiment: DIGITS_EXPERIMENT,
            spec: Box::new(spec(&data(1), 10 * NNK)),
        }
        .into(),
        Task::commit_model {
            task: 0,
            key: KeyCommitment([0; 32]),
            ciphertext: CiphertextHash([0; 32]),
            least: 0,
        }
        .into(),
        Task::claim { task: 0, points: 1 }.into(),
    ]
}

/// The calls by which bonds and deposits for facts are held.
fn spending_on_facts() -> Vec<RuntimeCall> {
    let statement = Statement {
        domain: list("geography".bytes()),
        subject: list("country/de".bytes()),
        predicate: list("capital".bytes()),
        object: list("Berlin".bytes()),
    };
    let (fact, support) = (0, true);
    vec![
        Fact::propose { statement: Box::new(statement), source: Source::Attested }.into(),
        Fact::supersede { old: fact, object: list("Bonn".bytes()), source: Source::Attested }
            .into(),
        Fact::attest { fact }.into(),
        Fact::dispute { fact }.into(),
        Fact::vote { fact, support }.into(),
    ]
}

/// The call by which a deposit for a motion is held, which can be lost.
fn motion() -> RuntimeCall {
    let call = pallet_network::Call::<Runtime>::authorize_upgrade { code_hash: Default::default() };
    Council::propose { call: Box::new(call.into()) }.into()
}

/// The calls that move tokens directly, hold deposits, or act for another account past the filter.
fn spending_elsewhere() -> Vec<RuntimeCall> {
    let dest = || account(Eve).into();
    vec![
        transfer(),
        motion(),
        Rewards::apply_as_candidate {}.into(),
        Balances::transfer_all { dest: dest(), keep_alive: false }.into(),
        Proxies::proxy {
            real: account(Charlie).into(),
            force_proxy_type: None,
            call: Box::new(transfer()),
        }
        .into(),
        Proxies::add_proxy { delegate: dest(), proxy_type: ProxyType::NonTransfer, delay: 0 }
            .into(),
        Proxies::create_pure { proxy_type: ProxyType::Any, delay: 0, index: 0 }.into(),
        Multisig::as_multi_threshold_1 {
            other_signatories: vec![account(Eve)],
            call: Box::new(transfer()),
        }
        .into(),
    ]
}

/// Every call that costs an account something.
fn spending() -> Vec<RuntimeCall> {
    [spending_on_experiments(), spending_on_tasks(), spending_on_facts(), spending_elsewhere()]
        .concat()
}

/// Calls that leave an account all that it has.
fn harmless() -> Vec<RuntimeCall> {
    let (experiment, task, fact) = (DIGITS_EXPERIMENT, 0, 0);
    let (index, chunk, hashes) = (0, Box::default(), Box::default());
    vec![
        frame_system::Call::remark { remark: vec![] }.into(),
        Session::purge_keys {}.into(),
        vote().into(),
        Council::enact { motion: 0 }.into(),
        Rewards::leave_candidates {}.into(),
        Rewards::unregister {}.into(),
        Experiment::archive_experiment { experiment }.into(),
        Experiment::set_stage { experiment, version: 1, stage: Stage::Candidate }.into(),
        Task::cancel_task { task }.into(),
        Task::withdraw_commitment { task }.into(),
        Task::ask { task }.into(),
        Task::prove_champion { task, scores: list([]) }.into(),
        Task::upload_chunk { task, index, chunk, hashes }.into(),
        Task::settle { task }.into(),
        Fact::resolve { fact }.into(),
        Fact::retract { fact }.into(),
        Fact::claim { fact, who: account(Bob) }.into(),
    ]
}

fn vote() -> Council {
    Council::vote { motion: 0, aye: true }
}

/// The ways to wrap a call into another one.
fn wrapped(call: &RuntimeCall) -> [RuntimeCall; 4] {
    let call = || call.clone();
    let nothing: RuntimeCall = frame_system::Call::remark { remark: vec![] }.into();
    [
        Utility::batch { calls: vec![call()] }.into(),
        Utility::batch_all { calls: vec![call()] }.into(),
        Utility::force_batch { calls: vec![call()] }.into(),
        Utility::if_else { main: Box::new(call()), fallback: Box::new(nothing) }.into(),
    ]
}

#[test]
fn a_proxy_that_may_not_transfer_spends_nothing_of_the_account() {
    with_proxy(ProxyType::NonTransfer, || {
        let refused: DispatchResult = Err(Error::<Runtime>::CallFiltered.into());
        let before = bobs_money();
        for call in spending() {
            assert_eq!(in_bobs_name(call.clone()), refused, "{call:?}");
        }
        assert_eq!(bobs_money(), before);
    });
}

#[test]
fn a_proxy_that_may_not_transfer_does_what_leaves_the_account_all_that_it_has() {
    for call in harmless() {
        assert!(ProxyType::NonTransfer.filter(&call), "{call:?}");
    }
}

/// A transfer and an experiment, each wrapped in every way.
fn wrapped_spending() -> impl Iterator<Item = RuntimeCall> {
    [transfer(), create_experiment()].into_iter().flat_map(|call| wrapped(&call))
}

#[test]
fn wrapping_a_call_does_not_carry_it_past_the_filter() {
    with_proxy(ProxyType::NonTransfer, || {
        let before = bobs_money();
        for call in wrapped_spending() {
            let _refused = in_bobs_name(call.clone());
            assert_eq!(bobs_money(), before, "{call:?}");
        }
    });
}

#[test]
fn a_proxy_that_may_do_everything_spends_by_the_same_wrapped_calls() {
    with_proxy(ProxyType::Any, || {
        for call in wrapped_spending() {
            let before = bobs_money();
            assert_ok!(in_bobs_name(call.clone()));
            assert_ne!(bobs_money(), before, "{call:?}");
        }
    });
}

#[test]
fn a_derivative_account_is_behind_the_same_filter() {
    let derivative = Utility::as_derivative { index: 0, call: Box::new(transfer()) };
    with_proxy(ProxyType::NonTransfer, || {
        let refused: DispatchResult = Err(Error::<Runtime>::CallFiltered.into());
        assert_eq!(in_bobs_name(derivative.into()), refused);
    });
}

#[test]
fn a_proxy_of_governance_votes_and_rotates_keys_and_does_nothing_else() {
    let vote = RuntimeCall::from(vote());
    for call in [spending(), wrapped(&vote).to_vec()].concat() {
        assert!(!ProxyType::Governance.filter(&call), "{call:?}");
    }
    let objection = Council::object { motion: 0 };
    for call in [vote, objection.into(), RuntimeCall::from(Session::purge_keys {})] {
        assert!(ProxyType::Governance.filter(&call), "{call:?}");
    }
}

#[test]
fn a_cancelling_proxy_only_rejects_what_was_announced() {
    let reject = RuntimeCall::from(Proxies::reject_announcement {
        delegate: account(Eve).into(),
        call_hash: Default::default(),
    });
    assert!(ProxyType::CancelProxy.filter(&reject));
    for call in [harmless(), spending()].concat() {
        assert!(!ProxyType::CancelProxy.filter(&call), "{call:?}");
    }
}

#[test]
fn what_a_lesser_proxy_may_do_a_greater_one_may_too() {
    let kinds =
        [ProxyType::Any, ProxyType::NonTransfer, ProxyType::Governance, ProxyType::CancelProxy];
    let calls = [harmless(), spending()].concat();
    let includes = <ProxyType as InstanceFilter<RuntimeCall>>::is_superset;
    for greater in kinds {
        for lesser in kinds.into_iter().filter(|kind| includes(&greater, kind)) {
            let within = |call: &RuntimeCall| !lesser.filter(call) || greater.filter(call);
            assert!(calls.iter().all(within), "{greater:?} above {lesser:?}");
        }
    }
}
