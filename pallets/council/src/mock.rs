//! A runtime with the council, balances, and calls that only the council can make.

use crate as pallet_council;
use crate::{
    types::{MotionId, MotionOf},
    NextMotion,
};
use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstU64, Contains, SortedMembers},
    weights::Weight,
};
use nocknock_primitives::traits::BurnLog;
use sp_runtime::BuildStorage;

type Block = frame_system::mocking::MockBlock<Test>;

/// Accounts of the mock.
pub(crate) type AccountId = u64;
/// Amounts of the mock.
pub(crate) type Balance = u64;

/// Calls that only the council can make.
#[frame_support::pallet(dev_mode)]
#[allow(
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    reason = "the pallet macros generate such code, and demand public items"
)]
pub mod ledger {
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;

    #[pallet::config]
    pub trait Config: frame_system::Config {
        /// Who may write.
        type Delayed: EnsureOrigin<Self::RuntimeOrigin>;
        /// Who may strike something out.
        type AtOnce: EnsureOrigin<Self::RuntimeOrigin>;
    }

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What was written, in order.
    #[pallet::storage]
    pub type Written<T> = StorageValue<_, Vec<u32>, ValueQuery>;

    #[pallet::error]
    pub enum Error<T> {
        /// The ledger is locked.
        Locked,
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Writes a number, unless the ledger is locked.
        #[pallet::call_index(0)]
        #[pallet::weight(Weight::from_parts(1_000, 0))]
        pub fn write(origin: OriginFor<T>, number: u32) -> DispatchResult {
            T::Delayed::ensure_origin(origin)?;
            ensure!(!super::Locked::get(), Error::<T>::Locked);
            Written::<T>::append(number);
            Ok(())
        }

        /// Strikes a number out.
        #[pallet::call_index(1)]
        #[pallet::weight(Weight::from_parts(1_000, 0))]
        pub fn strike(origin: OriginFor<T>, number: u32) -> DispatchResult {
            T::AtOnce::ensure_origin(origin)?;
            Written::<T>::mutate(|written| written.retain(|one| *one != number));
            Ok(())
        }

        /// Does nothing with many bytes.
        #[pallet::call_index(2)]
        #[pallet::weight(Weight::from_parts(1_000, 0))]
        pub fn pad(origin: OriginFor<T>, bytes: Vec<u8>) -> DispatchResult {
            T::Delayed::ensure_origin(origin)?;
            let _ = bytes;
            Ok(())
        }

        /// Does nothing for so many picoseconds.
        #[pallet::call_index(3)]
        #[pallet::weight(Weight::from_parts(*picoseconds, 0))]
        pub fn work(origin: OriginFor<T>, picoseconds: u64) -> DispatchResult {
            T::Delayed::ensure_origin(origin)?;
            let _ = picoseconds;
            Ok(())
        }
    }
}

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Ledger: ledger,
        Council: pallet_council,
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

impl ledger::Config for Test {
    type Delayed = pallet_council::EnsureEnacted;
    type AtOnce = pallet_council::EnsureEnactedAtOnce;
}

parameter_types! {
    /// The members, in any order.
    pub static Seats: Vec<AccountId> = Vec::new();
    /// Whether writing to the ledger fails.
    pub static Locked: bool = false;
    /// What was burnt by now.
    pub static Burnt: Balance = 0;
    pub const MaxWeight: Weight = Weight::from_parts(MOST_WORK, 1_000);
}

/// The members.
#[derive(Debug)]
pub struct Members;

impl SortedMembers<AccountId> for Members {
    fn sorted_members() -> Vec<AccountId> {
        let mut members = Seats::get();
        members.sort_unstable();
        members
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn add(who: &AccountId) {
        let mut seats = Seats::get();
        seats.push(*who);
        Seats::set(seats);
    }
}

/// The members that propose for nothing: Alice.
#[derive(Debug)]
pub struct Authorities;

impl Contains<AccountId> for Authorities {
    fn contains(who: &AccountId) -> bool {
        *who == ALICE
    }
}

/// Everything that the ledger can do.
#[derive(Debug)]
pub struct AboutTheLedger;

impl Contains<RuntimeCall> for AboutTheLedger {
    fn contains(call: &RuntimeCall) -> bool {
        matches!(call, RuntimeCall::Ledger(_))
    }
}

/// What does not wait.
#[derive(Debug)]
pub struct Strikes;

impl Contains<RuntimeCall> for Strikes {
    fn contains(call: &RuntimeCall) -> bool {
        matches!(call, RuntimeCall::Ledger(ledger::Call::strike { .. }))
    }
}

/// The books of what is burnt.
#[derive(Debug)]
pub struct Book;

impl BurnLog<Balance> for Book {
    fn burnt(amount: Balance) {
        Burnt::set(Burnt::get() + amount);
    }
}

#[cfg(feature = "runtime-benchmarks")]
impl pallet_council::benchmarking::BenchmarkHelper<RuntimeCall> for Book {
    fn call(kib: u32) -> RuntimeCall {
        pad(kib as usize * 1_024 - 16)
    }
}

/// The deposit for a motion.
pub(crate) const DEPOSIT: Balance = 1_000;
/// Blocks in which votes are taken.
pub(crate) const VOTING: u64 = 20;
/// Blocks for which a carried motion waits.
pub(crate) const DELAY: u64 = 10;
/// Blocks in which it can be enacted after that.
pub(crate) const ENACTMENT: u64 = 15;
/// The heaviest call of a motion, in picoseconds.
pub(crate) const MOST_WORK: u64 = 1_000_000_000;

impl pallet_council::Config for Test {
    type Proposal = RuntimeCall;
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Burns = Book;
    type Members = Members;
    type WithoutDeposit = Authorities;
    type Privileged = AboutTheLedger;
    type AtOnce = Strikes;
    type Deposit = ConstU64<DEPOSIT>;
    type VotingPeriod = ConstU64<VOTING>;
    type Delay = ConstU64<DELAY>;
    type EnactmentPeriod = ConstU64<ENACTMENT>;
    type MaxWeight = MaxWeight;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = Book;
}

/// A member and genesis authority.
pub(crate) const ALICE: AccountId = 1;
/// A member.
pub(crate) const BOB: AccountId = 2;
/// A member.
pub(crate) const CAROL: AccountId = 3;
/// A member.
pub(crate) const DAVE: AccountId = 4;
/// A member.
pub(crate) const EVE: AccountId = 5;
/// A member.
pub(crate) const FERDIE: AccountId = 6;
/// No member at first.
pub(crate) const STRANGER: AccountId = 7;

/// The members at first. Four of them carry a motion, two stop it, and four against it are more
/// than half.
pub(crate) const SIX: [AccountId; 6] = [ALICE, BOB, CAROL, DAVE, EVE, FERDIE];

/// What each account owns at the beginning.
pub(crate) const ENDOWMENT: Balance = 100_000;

/// A call's origin.
pub(crate) fn by(who: AccountId) -> RuntimeOrigin {
    RuntimeOrigin::signed(who)
}

/// A call that waits.
pub(crate) fn write(number: u32) -> RuntimeCall {
    ledger::Call::write { number }.into()
}

/// A call that does not wait.
pub(crate) fn strike(number: u32) -> RuntimeCall {
    ledger::Call::strike { number }.into()
}

/// A call that takes so long, in picoseconds.
pub(crate) fn work(picoseconds: u64) -> RuntimeCall {
    ledger::Call::work { picoseconds }.into()
}

/// A call of a few bytes more than these.
pub(crate) fn pad(bytes: usize) -> RuntimeCall {
    ledger::Call::pad { bytes: vec![0; bytes] }.into()
}

/// What was written to the ledger.
pub(crate) fn written() -> Vec<u32> {
    ledger::Written::<Test>::get()
}

/// Goes on by this many blocks.
pub(crate) fn wait(blocks: u64) {
    System::set_block_number(System::block_number() + blocks);
}

/// A motion that has not come to its end.
pub(crate) fn motion(id: MotionId) -> MotionOf<Test> {
    Council::motion(id).expect("the motion exists")
}

/// A motion of Bob's with this call.
pub(crate) fn proposed(call: RuntimeCall) -> MotionId {
    let id = NextMotion::<Test>::get();
    Council::propose(by(BOB), Box::new(call)).expect("Bob can propose it");
    id
}

/// These members vote.
pub(crate) fn all_vote(id: MotionId, members: &[AccountId], aye: bool) {
    for member in members {
        Council::vote(by(*member), id, aye).expect("it can be voted on");
    }
}

/// A motion of Bob's that four of six have just carried.
pub(crate) fn carried(call: RuntimeCall) -> MotionId {
    let id = proposed(call);
    all_vote(id, &SIX[..4], true);
    Council::close(by(STRANGER), id).expect("it is carried");
    id
}

/// The newest event is this one.
pub(crate) fn assert_last(event: crate::Event<Test>) {
    System::assert_last_event(event.into());
}

/// Nothing is left of a motion.
pub(crate) fn assert_gone(id: MotionId) {
    assert_eq!(Council::motion(id), None);
    assert_eq!(Council::encoded_call(id), None);
    assert_eq!(Council::motion_of(BOB), None);
    assert_eq!(Council::held(&BOB), 0);
}

/// A chain in its first block, with six members.
pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
    let genesis = RuntimeGenesisConfig {
        balances: pallet_balances::GenesisConfig {
            balances: (ALICE..=STRANGER).map(|who| (who, ENDOWMENT)).collect(),
            ..Default::default()
        },
        ..Default::default()
    };
    let storage = genesis.build_storage().expect("the genesis is valid");
    let mut ext = sp_io::TestExternalities::from(storage);
    ext.execute_with(|| {
        Seats::set(SIX.to_vec());
        Locked::set(false);
        Burnt::set(0);
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

/// Checks the pallet's invariants, and that every burn is booked.
pub(crate) fn check_state() {
    Council::do_try_state().expect("the invariants hold");
    assert_eq!(Balances::total_issuance(), 7 * ENDOWMENT - Burnt::get());
}
