//! A runtime with the World Truth Model, and a stand-in for work points.

use crate as pallet_wtm;
use crate::{
    types::{CaseOf, FactOf},
    HoldReason,
};
use core::cell::RefCell;
use frame_support::{
    derive_impl, parameter_types,
    traits::{fungible::InspectHold, ConstU64},
};
use nocknock_primitives::{ids::FactId, traits::WorkPoints};
use sp_runtime::{BuildStorage, Permill};
use std::collections::BTreeMap;

type Block = frame_system::mocking::MockBlock<Test>;

/// Accounts of the mock.
pub(crate) type AccountId = u64;
/// Amounts of the mock.
pub(crate) type Balance = u64;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Wtm: pallet_wtm,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type AccountStore = System;
    type ExistentialDeposit = ConstU64<10>;
}

/// What a proposer risks.
pub(crate) const PROPOSAL_BOND: Balance = 1_000;
/// What an attester risks.
pub(crate) const ATTEST_BOND: Balance = 300;
/// What a disputer risks.
pub(crate) const DISPUTE_BOND: Balance = 700;
/// What a vote's storage costs until the claim.
pub(crate) const VOTE_DEPOSIT: Balance = 17;
/// What the validators get for a record.
pub(crate) const RECORD_FEE: Balance = 100;
/// Blocks in which bonds are taken.
pub(crate) const WINDOW: u64 = 10;
/// Blocks in which votes are taken after that.
pub(crate) const VOTING: u64 = 8;
/// Blocks after which a bond counts in full for confidence.
pub(crate) const MATURITY: u64 = 30;
/// Blocks for which a fact stays that was voted down.
pub(crate) const RETENTION: u64 = 20;

parameter_types! {
    pub const Quorum: Permill = Permill::from_percent(20);
    pub const VoterShare: Permill = Permill::from_percent(20);
    pub const ValidatorsPot: AccountId = 99;
}

impl pallet_wtm::Config for Test {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Points = Book;
    type ValidatorsPot = ValidatorsPot;
    type ProposalBond = ConstU64<PROPOSAL_BOND>;
    type AttestBond = ConstU64<ATTEST_BOND>;
    type DisputeBond = ConstU64<DISPUTE_BOND>;
    type VoteDeposit = ConstU64<VOTE_DEPOSIT>;
    type RecordFee = ConstU64<RECORD_FEE>;
    type DisputeWindow = ConstU64<WINDOW>;
    type VotePeriod = ConstU64<VOTING>;
    type Quorum = Quorum;
    type VoterShare = VoterShare;
    type MaturityPeriod = ConstU64<MATURITY>;
    type Retention = ConstU64<RETENTION>;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = Book;
}

/// Work points.
#[derive(Debug, Default)]
pub struct Book {
    points: BTreeMap<AccountId, u128>,
}

thread_local! {
    static BOOK: RefCell<Book> = RefCell::default();
}

impl WorkPoints<AccountId> for Book {
    fn points(who: &AccountId) -> u128 {
        BOOK.with_borrow(|book| book.points.get(who).copied().unwrap_or(0))
    }

    fn total() -> u128 {
        BOOK.with_borrow(|book| book.points.values().sum())
    }
}

#[cfg(feature = "runtime-benchmarks")]
impl pallet_wtm::benchmarking::BenchmarkHelper<AccountId> for Book {
    fn give_points(who: &AccountId) {
        set_points(*who, 1_000);
    }
}

/// Gives an account this many work points.
pub(crate) fn set_points(who: AccountId, points: u128) {
    BOOK.with_borrow_mut(|book| book.points.insert(who, points));
}

/// Halves everybody's points, as time does in the rewards pallet.
pub(crate) fn halve_points() {
    BOOK.with_borrow_mut(|book| book.points.values_mut().for_each(|points| *points /= 2));
}

/// What the validators have got by now.
pub(crate) fn fees() -> Balance {
    Balances::free_balance(ValidatorsPot::get())
}

/// Proposes facts.
pub(crate) const ALICE: AccountId = 1;
/// Attests or disputes.
pub(crate) const BOB: AccountId = 2;
/// Attests or disputes.
pub(crate) const CAROL: AccountId = 3;
/// Attests or disputes.
pub(crate) const DAVE: AccountId = 4;
/// A voter with 60 of 100 points.
pub(crate) const VERA: AccountId = 5;
/// A voter with 25 of 100 points.
pub(crate) const VIC: AccountId = 6;
/// A voter with 15 of 100 points.
pub(crate) const VAL: AccountId = 7;
/// Owns nothing.
pub(crate) const NOBODY: AccountId = 8;

/// The accounts that own something.
pub(crate) const EVERYBODY: [AccountId; 7] = [ALICE, BOB, CAROL, DAVE, VERA, VIC, VAL];
/// What each of them owns at the beginning.
pub(crate) const ENDOWMENT: Balance = 100_000;

/// A chain in its first block, on which nothing has happened.
pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
    let genesis = RuntimeGenesisConfig {
        balances: pallet_balances::GenesisConfig {
            balances: EVERYBODY.map(|who| (who, ENDOWMENT)).into(),
            ..Default::default()
        },
        ..Default::default()
    };
    let storage = genesis.build_storage().expect("the genesis is valid");
    let mut ext = sp_io::TestExternalities::from(storage);
    ext.execute_with(|| {
        BOOK.set(Book::default());
        for (who, points) in [(VERA, 60), (VIC, 25), (VAL, 15)] {
            set_points(who, points);
        }
        System::set_block_number(1);
    });
    ext
}

/// Runs a test and checks the invariants afterwards.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
    new_test_ext().execute_with(|| {
        test();
        check_state();
    });
}

/// Checks the pallet's invariants, and that nothing left the issuance.
pub(crate) fn check_state() {
    Wtm::do_try_state().expect("the invariants hold");
    assert_eq!(Balances::total_issuance(), 7 * ENDOWMENT);
}

/// Goes on by this many blocks.
pub(crate) fn wait(blocks: u64) {
    System::set_block_number(System::block_number() + blocks);
}

/// A fact that exists.
pub(crate) fn fact(id: FactId) -> FactOf<Test> {
    Wtm::fact(id).expect("the fact exists")
}

/// The case of a fact that is not all claimed.
pub(crate) fn case(id: FactId) -> CaseOf<Test> {
    Wtm::case(id).expect("the case exists")
}

/// What an account owns, free and on hold.
pub(crate) fn wealth(who: AccountId) -> Balance {
    Balances::free_balance(who) + Balances::total_balance_on_hold(&who)
}

/// What an account has on hold as bonds.
pub(crate) fn bonded(who: AccountId) -> Balance {
    Wtm::held(HoldReason::Bond, &who)
}

/// What an account has on hold for votes.
pub(crate) fn deposited(who: AccountId) -> Balance {
    Wtm::held(HoldReason::Vote, &who)
}
