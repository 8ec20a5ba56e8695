//! Registration of workers by proof, suspension and removal.

use super::practice::INDEX;
use crate::{
    types::{PracticeClaim, SessionCount},
    Barred, Call, Config, CurrentSession, Error, Event, FirstRound, Pallet,
    Practice as PracticeTerms, PracticeBlock, RecentRegistrations, RegistrationCursor,
    Registrations, WeightInfo, WorkersPoints,
};
use codec::Encode;
use frame_support::{dispatch::DispatchResultWithPostInfo, ensure, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use nocknock_primitives::{
    circuit::Claim,
    ids::{CircuitId, FieldBytes, TaskId},
    model::{field, Architecture, Claimed, Context, ContextDomain, FoldInputs, FoldSize, Fr},
    puzzle::{difficulty, Puzzle, RegistrationTerms},
    reward::{AccountPoints, Practice, Registration, Round, Session, Standing},
    score::Score,
    traits::{DrawSeeds, ProofVerifier, VerifyFailure, WorkerRegistry},
};
use sp_runtime::{
    traits::{Get, Zero},
    transaction_validity::{
        InvalidTransaction, TransactionLongevity, TransactionPriority, TransactionValidity,
        ValidTransaction,
    },
    DispatchResult,
};

/// A newcomer cannot offer a tip, so its registration goes before paying transactions. It cannot
/// crowd them out, because the number of registrations in a session is bounded.
const PRIORITY: TransactionPriority = TransactionPriority::MAX / 2;

/// Number of blocks after which the pool validates a registration again.
const LONGEVITY: TransactionLongevity = 64;

impl<T: Config> Pallet<T> {
    /// The most that `register_worker` can weigh.
    pub(crate) fn registration_weight() -> Weight {
        registration_weight_of::<T>(FoldSize::largest())
    }

    /// Whether the pool accepts an unsigned transaction, and a block may contain it.
    ///
    /// A refusal carries the index of the pallet's error as its custom code.
    pub(crate) fn registration_validity(call: &Call<T>) -> TransactionValidity {
        let Call::register_worker { worker, model, score, seed, nonce } = call else {
            return InvalidTransaction::Call.into();
        };
        let claim = PracticeClaim { model: *model, score, seed: *seed, nonce: *nonce };
        Self::check_registration(worker, &claim).map_err(refusal)?;
        ValidTransaction::with_tag_prefix("nocknock/register")
            .priority(PRIORITY)
            .and_provides(worker)
            .longevity(LONGEVITY)
            .propagate(true)
            .build()
    }

    pub(crate) fn do_register_worker(
        worker: T::AccountId,
        claim: &PracticeClaim<'_>,
    ) -> DispatchResultWithPostInfo {
        let (round, size) = Self::check_registration(&worker, claim)?;
        Self::count_registration();
        if !Registrations::<T>::contains_key(&worker) {
            Self::hold_reference(&worker);
        }
        let expires = Self::expiry();
        let next_round = round.saturating_add(1);
        let registration =
            Registration { standing: Standing::Active, next_round, expires, known: false };
        Registrations::<T>::insert(&worker, registration);
        Self::deposit_event(Event::WorkerRegistered {
            worker,
            model: claim.model,
            score: claim.score.points,
            round,
            expires,
        });
        Ok(Some(registration_weight_of::<T>(size)).into())
    }

    pub(crate) fn do_unregister(who: &T::AccountId) -> DispatchResult {
        let mut registration = Registrations::<T>::get(who)
            .filter(|registration| registration.standing != Standing::Left)
            .ok_or(Error::<T>::NotRegistered)?;
        registration.standing = Standing::Left;
        Registrations::<T>::insert(who, registration);
        Self::deposit_event(Event::WorkerUnregistered { worker: who.clone() });
        Ok(())
    }

    pub(crate) fn do_remove_worker(who: &T::AccountId) -> DispatchResult {
        match Registrations::<T>::get(who) {
            Some(registration) => {
                ensure!(Self::is_removable(&registration), Error::<T>::NotRemovable);
                Self::forget_worker(who, &registration);
            }
            None => {
                ensure!(WorkersPoints::<T>::contains_key(who), Error::<T>::NotRegistered);
                ensure!(Self::points_of(who) == 0, Error::<T>::NotRemovable);
                Self::forget_points(who);
            }
        }
        Ok(())
    }

    /// Looks at the registration after the cursor, and starts over at the end. Returns nothing if
    /// there is no registration.
    pub(crate) fn visit_registration() -> Option<()> {
        let cursor = RegistrationCursor::<T>::get();
        let who = Self::registration_after(cursor).or_else(|| Self::registration_after(None))?;
        RegistrationCursor::<T>::put(&who);
        let registration = Registrations::<T>::get(&who)?;
        if Self::is_removable(&registration) {
            Self::forget_worker(&who, &registration);
        }
        Some(())
    }

    fn registration_after(cursor: Option<T::AccountId>) -> Option<T::AccountId> {
        match cursor {
            Some(who) => {
                Registrations::<T>::iter_keys_from(Registrations::<T>::hashed_key_for(who)).next()
            }
            None => Registrations::<T>::iter_keys().next(),
        }
    }

    /// Whether a registration expired so long ago that its worker need not be able to sign any
    /// more.
    fn is_removable(registration: &Registration) -> bool {
        let removable = registration.expires.saturating_add(T::RegistrationLife::get());
        CurrentSession::<T>::get() >= removable
    }

    /// Removes an expired registration, and the worker's points if they are worth nothing.
    fn forget_worker(who: &T::AccountId, registration: &Registration) {
        Self::forget_registration(who, registration);
        if Self::points_of(who) == 0 {
            Self::forget_points(who);
        }
    }

    /// Removes the record of points that have become worthless.
    fn forget_points(who: &T::AccountId) {
        if WorkersPoints::<T>::take(who) != AccountPoints::default() {
            Self::deposit_event(Event::SpentPointsRemoved { who: who.clone() });
        }
    }

    /// Removes a registration. The round of all accounts without a registration rises above the
    /// rounds that this one has used, so that no proof of the account is ever accepted twice.
    fn forget_registration(who: &T::AccountId, registration: &Registration) {
        Registrations::<T>::remove(who);
        FirstRound::<T>::mutate(|first| *first = registration.next_round.max(*first));
        Self::release_reference(who);
        Self::deposit_event(Event::WorkerRemoved { worker: who.clone() });
    }

    /// Extends the registration of a worker that has just earned tokens.
    pub(super) fn renew(who: &T::AccountId) {
        let session = CurrentSession::<T>::get();
        if let Some(mut registration) =
            Registrations::<T>::get(who).filter(|registration| registration.is_active(session))
        {
            registration.expires = Self::expiry();
            Registrations::<T>::insert(who, registration);
        }
    }

    /// The round that the account's next proof of registration has to name.
    pub(crate) fn round_of(who: &T::AccountId) -> Round {
        Registrations::<T>::get(who)
            .map_or_else(FirstRound::<T>::get, |registration| registration.next_round)
    }

    /// First session in which a registration made now is no longer valid.
    fn expiry() -> Session {
        CurrentSession::<T>::get().saturating_add(T::RegistrationLife::get())
    }

    /// How many places of the current session are taken.
    fn places_taken() -> u32 {
        RecentRegistrations::<T>::get().in_session(CurrentSession::<T>::get())
    }

    fn count_registration() {
        let session = CurrentSession::<T>::get();
        let count = Self::places_taken().saturating_add(1);
        RecentRegistrations::<T>::put(SessionCount { session, count });
    }

    /// What a newcomer needs to know before it proves.
    pub(crate) fn present_terms() -> Option<RegistrationTerms> {
        let newest = T::Seeds::newest();
        let (oldest, bits) = (Self::oldest_seed(newest), Self::puzzle_bits());
        T::Seeds::seed(newest).map(|seed| RegistrationTerms { newest, seed, oldest, bits })
    }

    /// The number of the oldest seed for which proofs are accepted.
    fn oldest_seed(newest: u64) -> u64 {
        newest.saturating_add(1).saturating_sub(T::RegistrationSeeds::get().into())
    }

    /// How many zero bits the hash of a puzzle has to begin with now.
    pub(crate) fn puzzle_bits() -> u32 {
        let most = T::MaxRegistrationsPerSession::get();
        difficulty(T::PuzzleBits::get(), Self::places_taken(), most)
    }

    /// Checks a registration. What is cheap comes before the puzzle, and that before everything
    /// that is not: whoever wants a node to fold a block and to verify a proof has to work first.
    /// Returns its round, and how much was folded for it.
    fn check_registration(
        worker: &T::AccountId,
        claim: &PracticeClaim<'_>,
    ) -> Result<(Round, FoldSize), Error<T>> {
        Self::check_newcomer(worker)?;
        let seed = Self::recent_seed(claim.seed)?;
        Self::check_puzzle(worker, &seed, claim)?;
        let practice = PracticeTerms::<T>::get().ok_or(Error::<T>::NoPractice)?;
        let architecture = Self::usable_architecture(&practice.circuit)?;
        check_claim(&practice, &architecture, claim)?;
        let round = Self::round_of(worker);
        let context = Self::registration_context(worker, round, practice.circuit, seed);
        let inputs = Self::score_inputs(&architecture, context, claim)?;
        let claim = Claim { inputs: &inputs.in_order(), proof: &claim.score.proof };
        T::Verifier::verify(&practice.circuit, claim).map_err(refused_proof)?;
        Ok((round, FoldSize::full(&architecture)))
    }

    fn check_newcomer(worker: &T::AccountId) -> Result<(), Error<T>> {
        ensure!(
            Self::places_taken() < T::MaxRegistrationsPerSession::get(),
            Error::<T>::RegistrationsExhausted
        );
        ensure!(!Barred::<T>::contains_key(worker), Error::<T>::Barred);
        let session = CurrentSession::<T>::get();
        let registered = Registrations::<T>::get(worker)
            .is_some_and(|registration| registration.is_active(session));
        ensure!(!registered, Error::<T>::AlreadyRegistered);
        Ok(())
    }

    /// The seed of this number, if a proof may still be bound to it.
    fn recent_seed(number: u64) -> Result<[u8; 32], Error<T>> {
        let newest = T::Seeds::newest();
        let recent = Self::oldest_seed(newest)..=newest;
        ensure!(recent.contains(&number), Error::<T>::StaleSeed);
        T::Seeds::seed(number).ok_or(Error::<T>::StaleSeed)
    }

    fn check_puzzle(
        worker: &T::AccountId,
        seed: &[u8; 32],
        claim: &PracticeClaim<'_>,
    ) -> Result<(), Error<T>> {
        let worker: [u8; 32] = worker.clone().into();
        let puzzle = Puzzle::of_registration(seed, &worker, &claim.model, claim.score);
        let solved = puzzle.is_solved(claim.nonce, Self::puzzle_bits());
        ensure!(solved, Error::<T>::PuzzleNotSolved);
        Ok(())
    }

    /// The architecture of the practice block's models, unless its circuit has been disabled.
    fn usable_architecture(circuit: &CircuitId) -> Result<Architecture, Error<T>> {
        T::Verifier::circuit(circuit)
            .filter(|record| record.is_usable())
            .and_then(|record| record.info.kind.architecture().cloned())
            .ok_or(Error::<T>::CircuitDisabled)
    }

    /// What ties a proof to the account, its round, this chain and a seed.
    pub(crate) fn registration_context(
        worker: &T::AccountId,
        round: Round,
        circuit: CircuitId,
        seed: [u8; 32],
    ) -> Fr {
        let context = Context {
            domain: ContextDomain::Registration { seed },
            genesis_hash: Self::genesis_hash(),
            circuit,
            task: round,
            worker: worker.clone().into(),
            block: INDEX,
        };
        context.to_field()
    }

    /// The public inputs of a claim. What does not come from the newcomer is computed from the
    /// stored practice block.
    pub(crate) fn score_inputs(
        architecture: &Architecture,
        context: Fr,
        claim: &PracticeClaim<'_>,
    ) -> Result<FoldInputs<FieldBytes>, Error<T>> {
        let (commitment, claimed) = read_claim::<T>(claim)?;
        let block = PracticeBlock::<T>::get().ok_or(Error::<T>::NoPractice)?;
        let known = Self::known_block(architecture, &block)?;
        Ok(known.inputs(context, commitment, &claimed).to_bytes())
    }

    pub(super) fn genesis_hash() -> [u8; 32] {
        let hash = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
        <[u8; 32]>::try_from(hash.as_ref()).unwrap_or_default()
    }
}

impl<T: Config> WorkerRegistry<T::AccountId> for Pallet<T> {
    fn may_work(who: &T::AccountId) -> bool {
        let session = CurrentSession::<T>::get();
        let active = Registrations::<T>::get(who)
            .is_some_and(|registration| registration.is_active(session));
        active && !Barred::<T>::contains_key(who)
    }

    fn abandoned(who: &T::AccountId, task: TaskId) {
        let Some(mut registration) = Registrations::<T>::get(who)
            .filter(|registration| registration.standing == Standing::Active)
        else {
            return;
        };
        registration.standing = Standing::Suspended(task);
        Registrations::<T>::insert(who, registration);
        Self::deposit_event(Event::WorkerSuspended { worker: who.clone(), task });
    }

    fn is_known(who: &T::AccountId) -> bool {
        Self::may_work(who)
            && Registrations::<T>::get(who).is_some_and(|registration| registration.known)
    }

    fn proved(who: &T::AccountId) {
        Registrations::<T>::mutate_extant(who, |registration| registration.known = true);
    }

    fn weight() -> Weight {
        T::WeightInfo::abandoned()
    }
}

/// The weight of a registration for which a block of this size is folded. The proof is verified
/// both before the call and in it, and the block folded for it each time.
fn registration_weight_of<T: Config>(size: FoldSize) -> Weight {
    let checked = T::Verifier::fold_weight(&size).saturating_add(T::Verifier::verify_weight(1));
    T::WeightInfo::register_worker().saturating_add(checked).saturating_add(checked)
}

/// Checks the score that is claimed: whether there is such a score, and whether it is enough.
fn check_claim<T: Config>(
    practice: &Practice,
    architecture: &Architecture,
    claim: &PracticeClaim<'_>,
) -> Result<(), Error<T>> {
    // A block of any architecture has fewer points than 32 bits can count.
    let most = u32::try_from(architecture.max_score(practice.rows)).unwrap_or(u32::MAX);
    let points = claim.score.points;
    ensure!(points <= most, Error::<T>::ScoreTooHigh);
    let score = Score::new(points, most);
    ensure!(score.at_least(&practice.min_score), Error::<T>::ScoreTooLow);
    Ok(())
}

/// What a newcomer sends besides the proof: the commitment `C_W`, and what is claimed of it.
fn read_claim<T: Config>(claim: &PracticeClaim<'_>) -> Result<(Fr, Claimed), Error<T>> {
    let commitment =
        field::from_bytes(claim.model.as_bytes()).map_err(|_| Error::<T>::BadCommitment)?;
    let claimed = Claimed::try_from(claim.score).map_err(|_| Error::<T>::ProofRefused)?;
    Ok((commitment, claimed))
}

fn refused_proof<T: Config>(failure: VerifyFailure) -> Error<T> {
    match failure {
        VerifyFailure::Disabled | VerifyFailure::UnknownCircuit => Error::CircuitDisabled,
        VerifyFailure::BadInputs | VerifyFailure::MalformedProof | VerifyFailure::Refuted => {
            Error::ProofRefused
        }
    }
}

/// A refusal in the form that the pool expects.
pub(super) fn refusal<T: Config>(error: Error<T>) -> InvalidTransaction {
    match error {
        Error::ProofRefused | Error::BadSignature => InvalidTransaction::BadProof,
        Error::AlreadyRegistered | Error::AlreadySigned => InvalidTransaction::Stale,
        other => {
            let code = other.using_encoded(|bytes| bytes.first().copied());
            InvalidTransaction::Custom(code.unwrap_or(u8::MAX))
        }
    }
}
