//! A runtime with the verifier alone. The root origin stands for a motion of the council that has
//! waited, account 9 for one that did not have to.

use crate as pallet_verifier;
use crate::{trapdoor::Trapdoor, Candidate, GenesisCircuit};
use frame_support::{
    derive_impl, ord_parameter_types, parameter_types,
    traits::{Contains, EitherOfDiverse},
};
use frame_system::{EnsureRoot, EnsureSignedBy};
use nocknock_primitives::{
    circuit::{CircuitKind, KeyOrigin},
    ids::{CircuitId, ContentHash, KeyId},
    model::{names::named, Architecture},
};
use sp_runtime::BuildStorage;

type Block = frame_system::mocking::MockBlock<Test>;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Verifier: pallet_verifier,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
}

parameter_types! {
    /// Whether the network is one for development.
    pub static Development: bool = true;
    /// The development keys that are published.
    pub static Published: Vec<KeyId> = Vec::new();
    pub const MaxCircuits: u32 = 4;
}

ord_parameter_types! {
    /// Who stands for a motion that does not wait.
    pub const AtOnce: u64 = 9;
}

/// The published keys as a set.
#[derive(Debug)]
pub struct PublishedKeys;
impl Contains<KeyId> for PublishedKeys {
    fn contains(key: &KeyId) -> bool {
        Published::get().contains(key)
    }
}

impl pallet_verifier::Config for Test {
    type RegisterOrigin = EnsureRoot<u64>;
    type DisableOrigin = EitherOfDiverse<EnsureRoot<u64>, EnsureSignedBy<AtOnce, u64>>;
    type AllowsDevelopmentKeys = Development;
    type DevelopmentKeys = PublishedKeys;
    type MaxCircuits = MaxCircuits;
    type WeightInfo = ();
}

/// The key of the first score circuit.
pub(crate) const SCORE: Trapdoor = Trapdoor::new(1);
/// The key of another score circuit.
pub(crate) const OTHER: Trapdoor = Trapdoor::new(2);
/// The key of a delivery circuit.
pub(crate) const DELIVERY: Trapdoor = Trapdoor::new(3);

/// A named architecture.
pub(crate) fn architecture(name: &str) -> Architecture {
    named(name).expect("the architecture has this name")
}

/// Scores of an architecture for tests.
pub(crate) fn tiny() -> CircuitKind {
    CircuitKind::Score(architecture("tiny-4x3x2"))
}

/// Scores of an architecture for use.
pub(crate) fn digits() -> CircuitKind {
    CircuitKind::Score(architecture("digits-64x32x10"))
}

/// A circuit whose key is said to come from a ceremony.
pub(crate) fn from_ceremony(key: Trapdoor, kind: CircuitKind) -> Candidate {
    Candidate { origin: KeyOrigin::Ceremony(ContentHash([7; 32])), ..key.candidate(kind) }
}

/// Registers the tiny circuit of a key and returns its id.
pub(crate) fn registered(key: Trapdoor) -> CircuitId {
    Verifier::do_register_circuit(key.candidate(tiny())).expect("the circuit is acceptable")
}

/// The form in which a chain specification holds a circuit.
pub(crate) fn at_genesis(candidate: Candidate) -> GenesisCircuit {
    let Candidate { info, origin, key } = candidate;
    GenesisCircuit { info, origin, key: key.into_inner() }
}

/// An empty chain on a development network.
pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
    ext_with(Vec::new())
}

/// A chain that starts with these circuits.
pub(crate) fn ext_with(circuits: Vec<GenesisCircuit>) -> sp_io::TestExternalities {
    let verifier = pallet_verifier::GenesisConfig { circuits, ..Default::default() };
    let genesis = RuntimeGenesisConfig { verifier, ..Default::default() };
    let storage = genesis.build_storage().expect("the genesis is valid");
    let mut ext = sp_io::TestExternalities::from(storage);
    ext.execute_with(|| System::set_block_number(1));
    ext
}

/// Runs a test and checks the invariants afterwards.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
    check_after(new_test_ext(), test);
}

/// Runs a test on a prepared chain and checks the invariants afterwards.
pub(crate) fn check_after(mut ext: sp_io::TestExternalities, test: impl FnOnce()) {
    ext.execute_with(|| {
        test();
        Verifier::do_try_state().expect("the invariants hold after every test");
    });
}
