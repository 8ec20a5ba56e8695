//! Who validates, and what happens to offenders.

use crate::{
    weights::rewards::Measured, AccountId, Babe, BlockNumber, Grandpa, Historical, Rewards,
    Runtime, Session, SessionKeys, System,
};
use alloc::vec::Vec;
use frame_support::{
    dispatch::DispatchClass,
    storage::{with_transaction, TransactionOutcome},
    traits::KeyOwnerProofSystem,
    weights::Weight,
};
use pallet_rewards::{
    types::{FinalityVoters, VoterSet},
    WeightInfo,
};
use pallet_session::historical::{self, IdentificationTuple, NoteHistoricalRoot};
use sp_core::crypto::KeyTypeId;
use sp_runtime::{traits::Convert, DispatchError, Perbill};
use sp_session::MembershipProof;
use sp_staking::{
    offence::{OffenceDetails, OffenceSeverity, OnOffenceHandler},
    SessionIndex,
};

/// How many past sessions an equivocation can be reported for.
pub const SESSIONS_REMEMBERED: SessionIndex = 336;

/// What identifies a validator besides its account: nothing.
pub type FullIdentification = ();

/// A validator is identified by its account alone.
#[derive(Debug)]
pub struct AccountIdentifies;

impl Convert<AccountId, Option<FullIdentification>> for AccountIdentifies {
    fn convert(_: AccountId) -> Option<FullIdentification> {
        Some(())
    }
}

/// The session manager of the runtime. It elects the validators, notes every set of keys so that an
/// equivocation can be proved after its session has ended, and reports sessions to the rewards
/// pallet.
pub type ValidatorManager = ReportSessions<NoteHistoricalRoot<Runtime, ElectByWork>>;

type Identified = (AccountId, FullIdentification);

/// Lets the rewards pallet elect: those who have done the most useful work enter one after the
/// other, and while there are too few of them, the genesis authorities serve.
#[derive(Debug)]
pub struct ElectByWork;

impl ElectByWork {
    /// The validators of session `index`, if they differ from those before or if their keys must be
    /// noted again.
    fn to_note(index: SessionIndex) -> Option<Vec<Identified>> {
        let (elected, queued) = (Self::elected(), Self::queued());
        let changed = sorted(&elected) != sorted(&queued);
        let noted = Historical::historical_root(index.saturating_sub(1)).is_some();
        if noted && !changed && !Self::keys_changed() {
            return None;
        }
        // The same validators keep their order: proofs of who owns a key depend on it.
        let validators = if changed { sorted(&elected) } else { queued };
        (!validators.is_empty()).then(|| validators.into_iter().map(|who| (who, ())).collect())
    }

    /// Those of the elected who have set keys. If there are none, the validators stay.
    fn elected() -> Vec<AccountId> {
        let mut elected = Rewards::elect();
        elected.retain(|who| Session::load_keys(who).is_some());
        if elected.is_empty() {
            elected = Session::validators();
        }
        elected
    }

    /// The validators of the next session.
    fn queued() -> Vec<AccountId> {
        Session::queued_keys().into_iter().map(|(who, _)| who).collect()
    }

    /// Whether a validator has set keys that differ from those that are queued.
    fn keys_changed() -> bool {
        Session::queued_keys()
            .into_iter()
            .any(|(who, queued)| Session::load_keys(&who).is_some_and(|keys| keys != queued))
    }
}

fn sorted(accounts: &[AccountId]) -> Vec<AccountId> {
    let mut accounts = accounts.to_vec();
    accounts.sort();
    accounts
}

impl pallet_session::SessionManager<AccountId> for ElectByWork {
    fn new_session(index: SessionIndex) -> Option<Vec<AccountId>> {
        Self::to_note(index).map(|validators| validators.into_iter().map(|(who, ())| who).collect())
    }

    fn start_session(_: SessionIndex) {}

    fn end_session(_: SessionIndex) {}
}

impl historical::SessionManager<AccountId, FullIdentification> for ElectByWork {
    fn new_session(index: SessionIndex) -> Option<Vec<Identified>> {
        Self::to_note(index)
    }

    fn start_session(_: SessionIndex) {}

    fn end_session(_: SessionIndex) {}
}

/// Reports the end and the beginning of sessions to the rewards pallet, and forgets sessions that
/// are too old for an equivocation report. The session pallet charges a whole block for all of
/// this.
#[derive(Debug)]
pub struct ReportSessions<Inner>(core::marker::PhantomData<Inner>);

impl<Inner: pallet_session::SessionManager<AccountId>> pallet_session::SessionManager<AccountId>
    for ReportSessions<Inner>
{
    fn new_session(index: SessionIndex) -> Option<Vec<AccountId>> {
        Inner::new_session(index)
    }

    fn new_session_genesis(index: SessionIndex) -> Option<Vec<AccountId>> {
        Inner::new_session_genesis(index)
    }

    fn start_session(index: SessionIndex) {
        if index == 0 {
            note_genesis_validators::<Inner>();
        }
        Rewards::on_new_session(index);
        Inner::start_session(index);
    }

    fn end_session(index: SessionIndex) {
        Inner::end_session(index);
        Rewards::on_session_ended(&Session::validators());
        if let Some(oldest) = index.checked_sub(SESSIONS_REMEMBERED) {
            Historical::prune_up_to(oldest);
        }
    }
}

/// Notes the validators of the first two sessions, whose keys the genesis has just stored.
fn note_genesis_validators<Inner: pallet_session::SessionManager<AccountId>>() {
    for index in 0..2 {
        let _unchanged = Inner::new_session(index);
    }
}

/// Reports the author of each block to the rewards pallet, so that validators are paid and silent
/// ones are found.
#[derive(Debug)]
pub struct CountAuthors;

impl pallet_authorship::EventHandler<AccountId, BlockNumber> for CountAuthors {
    // The authorship pallet charges nothing for its handler.
    fn note_author(author: AccountId) {
        let weight = Rewards::note_author(&author);
        System::register_extra_weight_unchecked(weight, DispatchClass::Mandatory);
    }
}

/// The voters of GRANDPA and their accounts.
#[derive(Debug)]
pub struct VotersInForce;

impl FinalityVoters<AccountId> for VotersInForce {
    /// In the first block of a new set GRANDPA still lists the keys of the old one, which finalises
    /// that block; the session pallet lists the new validators. So that block has no voters. In all
    /// others the two lists have the same order.
    fn voter_set() -> Option<VoterSet<AccountId>> {
        if Grandpa::pending_change().is_some() {
            return None;
        }
        let keys = Grandpa::grandpa_authorities().into_iter().map(|(key, _)| key);
        let voters = keys.zip(Session::validators()).collect();
        Some(VoterSet { id: Grandpa::current_set_id(), voters })
    }
}

/// Keeps an offender from authoring until the set of validators changes, takes away its points and
/// its bond, and bars it for ever.
#[derive(Debug)]
pub struct DisableOffenders;

impl OnOffenceHandler<AccountId, IdentificationTuple<Runtime>, Weight> for DisableOffenders {
    fn on_offence(
        offenders: &[OffenceDetails<AccountId, IdentificationTuple<Runtime>>],
        slash_fraction: &[Perbill],
        _session: SessionIndex,
    ) -> Weight {
        for (details, fraction) in offenders.iter().zip(slash_fraction) {
            Session::report_offence(details.offender.0.clone(), OffenceSeverity(*fraction));
            Rewards::bar(&details.offender.0);
        }
        let offenders = u64::try_from(offenders.len()).unwrap_or(u64::MAX);
        let disabling = <Runtime as frame_system::Config>::DbWeight::get().reads_writes(3, 1);
        Measured::bar().saturating_add(disabling).saturating_mul(offenders)
    }
}

/// Proves and checks who owns a session key by the keys that are in force.
///
/// The session pallet alone uses, for the current session, the keys that each validator set last,
/// which come into force only two sessions later. So a validator could set new keys, author two
/// blocks in a slot with those in force, and no report would name it. Likewise, anybody who sets
/// new keys in time would make reports about everybody else worthless.
#[derive(Debug)]
pub struct KeysInForce;

impl<D: AsRef<[u8]>> KeyOwnerProofSystem<(KeyTypeId, D)> for KeysInForce {
    type Proof = MembershipProof;
    type IdentificationTuple = IdentificationTuple<Runtime>;

    fn prove(key: (KeyTypeId, D)) -> Option<MembershipProof> {
        with_keys_in_force(|| Historical::prove(key))
    }

    fn check_proof(
        key: (KeyTypeId, D),
        proof: MembershipProof,
    ) -> Option<IdentificationTuple<Runtime>> {
        if proof.session == Session::current_index() {
            with_keys_in_force(|| Historical::check_proof(key, proof))
        } else {
            Historical::check_proof(key, proof)
        }
    }
}

/// What the session pallet answers while the keys in force are those that were set last. Nothing of
/// this remains in the state.
fn with_keys_in_force<Answer>(ask: impl FnOnce() -> Option<Answer>) -> Option<Answer> {
    let answer = with_transaction(|| {
        put_keys_in_force();
        TransactionOutcome::Rollback(Ok::<_, DispatchError>(ask()))
    });
    answer.ok().flatten()
}

/// BABE and GRANDPA list the keys of the validators of the session in the order of the validators.
fn put_keys_in_force() {
    let keys = Babe::authorities()
        .into_iter()
        .zip(Grandpa::grandpa_authorities())
        .map(|((babe, _), (grandpa, _))| SessionKeys { babe, grandpa });
    for (who, keys) in Session::validators().into_iter().zip(keys) {
        pallet_session::NextKeys::<Runtime>::insert(who, keys);
    }
}
