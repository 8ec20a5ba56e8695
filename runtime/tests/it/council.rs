//! The council: who sits in it, what its motions may do, and when.

use crate::{
    chain::{account, next_session, on},
    world::{list, models::S3},
};
use frame_support::{
    assert_noop, assert_ok,
    dispatch::{DispatchClass, GetDispatchInfo},
    traits::{fungible::Mutate, Contains},
};
use nocknock_primitives::{
    circuit::{CircuitStatus, KeyOrigin},
    format::DataFormat,
    ids::CircuitId,
    model::names::named,
    reward::{CurriculumRules, PracticeSpec},
    score::Score,
    task::{Periods, RevealedBlock},
};
use nocknock_runtime::{
    configs::RuntimeBlockWeights,
    council::{AtOnce, MaxMotionWeight, Privileged},
    genesis_presets::{DIGITS_ENCODING, DIGITS_EXPERIMENT, PRACTICE_ARCHITECTURE},
    AccountId, Balances, Council, Experiments, Network, Rewards, Runtime, RuntimeCall,
    RuntimeOrigin, Session, System, Verifier, NNK,
};
use pallet_council::{types::MotionId, Error, Origin};
use pallet_verifier::Candidate;
use sp_core::{Hasher, H256};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve};
use sp_runtime::{traits::Dispatchable, DispatchError};

/// The validators of `local_testnet`. Three of them carry a motion, two stop it.
const VALIDATORS: [Sr25519Keyring; 4] = [Alice, Bob, Charlie, Dave];

/// Blocks of a week.
const WEEK: u32 = 302_400;

fn by(who: Sr25519Keyring) -> RuntimeOrigin {
    RuntimeOrigin::signed(account(who))
}

fn sorted(mut accounts: Vec<AccountId>) -> Vec<AccountId> {
    accounts.sort();
    accounts
}

fn code_hash() -> H256 {
    sp_core::Blake2Hasher::hash(b"new code")
}

fn upgrade() -> RuntimeCall {
    pallet_network::Call::<Runtime>::authorize_upgrade { code_hash: code_hash() }.into()
}

fn disable(circuit: CircuitId) -> RuntimeCall {
    pallet_verifier::Call::disable_circuit { circuit }.into()
}

/// A circuit of the presets.
fn circuit() -> CircuitId {
    pallet_verifier::Circuits::<Runtime>::iter_keys().next().expect("there are circuits")
}

/// A motion that Alice proposes and for which some vote.
fn proposed(call: RuntimeCall, ayes: &[Sr25519Keyring]) -> MotionId {
    let motion = pallet_council::NextMotion::<Runtime>::get();
    assert_ok!(Council::propose(by(Alice), Box::new(call)));
    for who in ayes {
        assert_ok!(Council::vote(by(*who), motion, true));
    }
    motion
}

/// A motion that three of four have carried.
fn carried(call: RuntimeCall) -> MotionId {
    let motion = proposed(call, &VALIDATORS[..3]);
    assert_ok!(Council::close(by(Eve), motion));
    motion
}

fn wait(blocks: u32) {
    System::set_block_number(System::block_number() + blocks);
}

/// What comes of Eve's trying to enact a motion.
fn enact(motion: MotionId) -> Result<(), DispatchError> {
    Council::enact(by(Eve), motion).map(|_| ()).map_err(|failed| failed.error)
}

fn candidate() -> Box<Candidate> {
    Box::new(Candidate {
        info: S3.info().clone(),
        origin: KeyOrigin::Development,
        key: list(S3.key().verifying_key().to_bytes()),
    })
}

/// Every call that needs the origin of a motion.
fn privileged() -> Vec<RuntimeCall> {
    let (circuit, experiment) = (circuit(), DIGITS_EXPERIMENT);
    let practice = Box::new(PracticeSpec {
        circuit,
        block: RevealedBlock { salt: [0; 32], rows: list([]) },
        min_score: Score::ZERO,
    });
    let digits = named(PRACTICE_ARCHITECTURE).expect("the architecture has this name");
    let rules = CurriculumRules {
        format: DataFormat::of(&digits),
        encoding: DIGITS_ENCODING,
        min_test_rows: 3_000,
        min_periods: Periods {
            publish: 30,
            commit: 30,
            reveal: 30,
            claim: 30,
            prove: 30,
            deliver: 30,
        },
    };
    vec![
        upgrade(),
        pallet_verifier::Call::register_circuit { candidate: candidate() }.into(),
        pallet_verifier::Call::replace_circuit { circuit, candidate: candidate() }.into(),
        disable(circuit),
        pallet_rewards::Call::<Runtime>::set_curriculum {
            experiment,
            custodian: None,
            weight: 1,
            rules: Box::new(rules),
            max_open: 1,
        }
        .into(),
        pallet_rewards::Call::<Runtime>::remove_curriculum { experiment }.into(),
        pallet_rewards::Call::set_practice { practice }.into(),
        pallet_experiments::Call::<Runtime>::retire_champion { experiment }.into(),
    ]
}

#[test]
fn the_validators_are_the_council_from_the_first_block() {
    on("local_testnet", || {
        assert_eq!(Council::members(), sorted(VALIDATORS.map(account).to_vec()));
    });
}

#[test]
fn the_council_follows_the_validators() {
    on("local_testnet", || {
        pallet_session::Validators::<Runtime>::put([Eve, Bob].map(account).to_vec());
        assert_eq!(Council::members(), sorted([Eve, Bob].map(account).to_vec()));
        let motion = Council::propose(by(Alice), Box::new(upgrade()));
        assert_noop!(motion, Error::<Runtime>::NotMember);
        next_session();
        assert_eq!(Council::members(), sorted(Session::validators()));
    });
}

#[test]
fn a_motion_of_three_of_four_authorises_a_runtime_after_a_week() {
    on("local_testnet", || {
        let motion = carried(upgrade());
        // F2. Two thirds could change the runtime at once.
        assert_eq!(enact(motion), Err(Error::<Runtime>::StillWaiting.into()));
        wait(WEEK - 1);
        assert_eq!(enact(motion), Err(Error::<Runtime>::StillWaiting.into()));
        assert!(System::authorized_upgrade().is_none());
        wait(1);
        assert_ok!(enact(motion));
        let authorised = System::authorized_upgrade().expect("the upgrade is authorised");
        assert_eq!(*authorised.code_hash(), code_hash());
        assert_eq!(Balances::total_issuance(), 0, "nobody needed a token");
    });
}

#[test]
fn a_development_chain_waits_ten_blocks() {
    on("development", || {
        let motion = proposed(upgrade(), &[Alice]);
        assert_ok!(Council::close(by(Alice), motion));
        wait(9);
        assert_eq!(enact(motion), Err(Error::<Runtime>::StillWaiting.into()));
        wait(1);
        assert_ok!(enact(motion));
    });
}

#[test]
fn half_of_the_council_is_not_enough() {
    on("local_testnet", || {
        let motion = proposed(upgrade(), &VALIDATORS[..2]);
        assert_noop!(Council::close(by(Eve), motion), Error::<Runtime>::StillOpen);
        wait(43_200);
        assert_ok!(Council::close(by(Eve), motion));
        assert_eq!(enact(motion), Err(Error::<Runtime>::UnknownMotion.into()));
    });
}

#[test]
fn two_of_four_stop_what_three_have_carried() {
    on("local_testnet", || {
        let motion = carried(upgrade());
        wait(WEEK - 1);
        assert_ok!(Council::object(by(Dave), motion));
        assert_ok!(Council::object(by(Charlie), motion));
        wait(1);
        assert_eq!(enact(motion), Err(Error::<Runtime>::UnknownMotion.into()));
        assert!(System::authorized_upgrade().is_none());
    });
}

#[test]
fn a_circuit_is_disabled_without_delay() {
    on("local_testnet", || {
        let circuit = circuit();
        let motion = carried(disable(circuit));
        assert_ok!(enact(motion));
        let record = Verifier::circuit(circuit).expect("it is registered");
        assert_eq!(record.status, CircuitStatus::Disabled);
    });
}

/// The origin with which a motion is enacted without delay opens nothing else.
#[test]
fn what_does_not_wait_disables_circuits_and_does_nothing_else() {
    on("local_testnet", || {
        for call in privileged() {
            let disables = call == disable(circuit());
            assert_eq!(AtOnce::contains(&call), disables, "{call:?}");
            let refused = call
                .dispatch(Origin::EnactedAtOnce.into())
                .is_err_and(|failed| failed.error == DispatchError::BadOrigin);
            assert_eq!(refused, !disables);
        }
    });
}

#[test]
fn a_motion_may_carry_what_needs_its_origin_and_nothing_else() {
    on("local_testnet", || {
        for call in privileged() {
            assert!(Privileged::contains(&call), "{call:?}");
            for origin in [by(Alice), RuntimeOrigin::root(), RuntimeOrigin::none()] {
                let refused = call.clone().dispatch(origin).expect_err("only motions may");
                assert_eq!(refused.error, DispatchError::BadOrigin, "{call:?}");
            }
            let enacted = call.dispatch(Origin::Enacted.into());
            let refused = enacted.is_err_and(|failed| failed.error == DispatchError::BadOrigin);
            assert!(!refused);
        }
        let batch = pallet_utility::Call::<Runtime>::batch { calls: privileged() };
        let set_code = frame_system::Call::<Runtime>::set_code { code: vec![] };
        let remark = frame_system::Call::<Runtime>::remark { remark: vec![] };
        for call in [RuntimeCall::from(batch), set_code.into(), remark.into()] {
            let refused = Council::propose(by(Alice), Box::new(call));
            assert_noop!(refused, Error::<Runtime>::NotPrivileged);
        }
    });
}

/// Otherwise the council could never change the practice block.
#[test]
fn everything_that_a_motion_may_carry_is_light_enough_and_enacting_it_fits_into_a_block() {
    on("local_testnet", || {
        let most = MaxMotionWeight::get();
        for call in privileged() {
            let weight = call.get_dispatch_info().call_weight;
            assert!(weight.all_lte(most), "{call:?}: {weight:?}");
        }
        let enact = pallet_council::Call::<Runtime>::enact { motion: 0 }.get_dispatch_info();
        let normal = RuntimeBlockWeights::get().get(DispatchClass::Normal).max_extrinsic;
        assert!(enact.call_weight.all_lte(normal.expect("the class is bounded")));
    });
}

#[test]
fn the_whole_council_can_neither_mint_nor_set_code_directly() {
    on("local_testnet", || {
        let mint = pallet_balances::Call::<Runtime>::force_set_balance {
            who: account(Alice).into(),
            new_free: 1_000_000,
        };
        let set_code = frame_system::Call::<Runtime>::set_code { code: vec![] };
        let set_storage = frame_system::Call::<Runtime>::set_storage { items: vec![] };
        for call in [RuntimeCall::from(mint), set_code.into(), set_storage.into()] {
            assert!(!Privileged::contains(&call));
            for origin in [Origin::Enacted, Origin::EnactedAtOnce] {
                let result = call.clone().dispatch(origin.into());
                assert_eq!(result.expect_err("root only").error, DispatchError::BadOrigin);
            }
        }
    });
}

#[test]
fn whoever_was_elected_later_has_a_deposit_on_hold() {
    on("local_testnet", || {
        pallet_session::Validators::<Runtime>::put([Alice, Bob, Eve].map(account).to_vec());
        let propose = || Council::propose(by(Eve), Box::new(upgrade()));
        assert!(propose().is_err(), "Eve owns nothing");
        assert_ok!(Balances::mint_into(&account(Eve), 20 * NNK));
        assert_ok!(propose());
        assert_eq!(Council::held(&account(Eve)), 10 * NNK);
        assert_noop!(propose(), Error::<Runtime>::MotionOpen);
        for who in [Alice, Bob] {
            assert_ok!(Council::vote(by(who), 0, false));
        }
        let burnt = Rewards::emission().burnt;
        assert_ok!(Council::close(by(Alice), 0));
        assert_eq!(Rewards::emission().burnt, burnt + 10 * NNK);
        assert_eq!(Balances::free_balance(account(Eve)), 10 * NNK);
    });
}

/// F11. Two validators could keep all places for motions filled, a hundred of them. Now each has
/// one place, and nobody else has that one.
#[test]
fn two_validators_cannot_keep_the_others_from_proposing() {
    on("local_testnet", || {
        for who in [Alice, Bob] {
            assert_ok!(Council::propose(by(who), Box::new(upgrade())));
            let again = Council::propose(by(who), Box::new(upgrade()));
            assert_noop!(again, Error::<Runtime>::MotionOpen);
        }
        for who in [Charlie, Dave] {
            assert_ok!(Council::propose(by(who), Box::new(upgrade())));
        }
    });
}

#[test]
fn the_call_of_another_account_is_no_motion_of_the_council() {
    on("local_testnet", || {
        assert_noop!(Network::authorize_upgrade(by(Alice), code_hash()), DispatchError::BadOrigin);
        assert_noop!(Council::propose(by(Eve), Box::new(upgrade())), Error::<Runtime>::NotMember);
    });
}

/// F11. Its owner could end for ever what tokens are minted for.
#[test]
fn an_experiment_of_the_curriculum_is_archived_only_after_the_council_has_removed_it() {
    on("local_testnet", || {
        let archive = || Experiments::archive_experiment(by(Alice), DIGITS_EXPERIMENT);
        assert_noop!(archive(), pallet_experiments::Error::<Runtime>::InCurriculum);
        let experiment = DIGITS_EXPERIMENT;
        let remove = pallet_rewards::Call::<Runtime>::remove_curriculum { experiment };
        let motion = carried(remove.into());
        wait(WEEK);
        assert_ok!(enact(motion));
        assert_ok!(archive());
    });
}
