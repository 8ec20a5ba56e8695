//! Delivery of the key, and payment.

use crate::{
    types::{BalanceOf, CommitmentOf, DeliveryOf, RankedOf, TaskOf},
    Commitments, Config, Deliveries, Error, Event, HoldReason, Pallet, Rankings, Roots, Tasks,
    WeightInfo,
};
use codec::Encode;
use frame_support::{ensure, weights::Weight};
use nocknock_primitives::{
    circuit::{Claim, ProofBytes},
    experiment::DeliveredModel,
    fact::ScoreFact,
    ids::{ContentHash, ModelVersionNumber, TaskId},
    model::{field, ContextDomain, SealInputs},
    phase::Phase,
    provenance::{Provenance, Seal},
    score::Score,
    task::{Attestation, Funding, LastChunk, SealedKeyBytes, SealedModelKey, Settlement},
    traits::{Curriculum, FactWriter, ProofVerifier, ProvenanceRecorder, TaskExperiments},
};
use sp_io::hashing::blake2_256;
use sp_runtime::{
    traits::{Get, Saturating, Zero},
    DispatchResult,
};

impl<T: Config> Pallet<T> {
    /// Weight of `deliver`, including the verification and everything that a payment calls.
    pub(crate) fn delivery_weight() -> Weight {
        T::WeightInfo::deliver()
            .saturating_add(T::Verifier::verify_weight(1))
            .saturating_add(T::Experiments::weight().saturating_mul(2))
            .saturating_add(T::Curriculum::weight())
            .saturating_add(T::Facts::weight())
            .saturating_add(T::Provenance::weight())
    }

    pub(crate) fn do_deliver(
        who: T::AccountId,
        id: TaskId,
        last: Option<LastChunk>,
        key: SealedKeyBytes,
        proof: &ProofBytes,
        attestation: Attestation,
    ) -> DispatchResult {
        let mut task = Self::known_task(id)?;
        let rank = Self::ensure_turn(id, &task, &who)?;
        let commitment = Commitments::<T>::get(id, &who).ok_or(Error::<T>::NotCommitted)?;
        if let Some(LastChunk { index, chunk, hashes }) = last {
            Self::store_chunk(id, &task, &who, &commitment, index, chunk, &hashes)?;
        }
        let mut delivery = Self::complete_delivery(id, &task, &who)?;
        Self::verify_key(id, &task, &who, &commitment, &key, proof)?;
        delivery.sealed = Some(SealedModelKey { key, attestation, at: Self::now() });
        Deliveries::<T>::insert(id, &who, delivery);
        let key_commitment = commitment.key;
        let worker = who.clone();
        Self::deposit_event(Event::ModelDelivered { task: id, worker, key_commitment });
        Self::pay(id, &mut task, &who, rank);
        Self::register(id, &task, &who, &commitment, attestation);
        Tasks::<T>::insert(id, task);
        Ok(())
    }

    /// The worker's delivery, if no chunk is missing.
    fn complete_delivery(
        id: TaskId,
        task: &TaskOf<T>,
        who: &T::AccountId,
    ) -> Result<DeliveryOf<T>, Error<T>> {
        Deliveries::<T>::get(id, who)
            .filter(|delivery| delivery.chunks == task.architecture.chunks())
            .ok_or(Error::<T>::CiphertextIncomplete)
    }

    /// The rank whose turn it is, if it is that of this account. Nobody has a turn once a circuit
    /// of the task has been disabled: nobody knows then what the scores are worth, or no key can
    /// be handed over.
    pub(crate) fn ensure_turn(
        id: TaskId,
        task: &TaskOf<T>,
        who: &T::AccountId,
    ) -> Result<u32, Error<T>> {
        let Phase::Deliver { rank } = task.phase(Self::now()) else {
            return Err(Error::<T>::WrongPhase);
        };
        let place = usize::try_from(rank).map_err(|_| Error::<T>::NotYourTurn)?;
        let ranking = Rankings::<T>::get(id);
        let in_turn = ranking.get(place).is_some_and(|entry| entry.worker == *who);
        ensure!(in_turn, Error::<T>::NotYourTurn);
        ensure!(!Self::is_void(task), Error::<T>::CircuitDisabled);
        Ok(rank)
    }

    /// Checks that the key with the committed hash was sealed for the recipient of the task.
    fn verify_key(
        id: TaskId,
        task: &TaskOf<T>,
        who: &T::AccountId,
        commitment: &CommitmentOf<T>,
        key: &SealedKeyBytes,
        proof: &ProofBytes,
    ) -> Result<(), Error<T>> {
        let circuit = task.terms.delivery_circuit;
        let context = Self::context(ContextDomain::Delivery, circuit, id, who, 0);
        let SealedKeyBytes { ephemeral, masked_key } = *key;
        let [ephemeral_x, ephemeral_y] = ephemeral.coordinates();
        let sent = [ephemeral_x, ephemeral_y, masked_key];
        let are_fields = sent.iter().all(|part| field::from_bytes(part).is_ok());
        ensure!(are_fields, Error::<T>::BadSealedKey);
        let inputs = SealInputs::from_bytes(
            &task.recipient,
            field::to_bytes(&context),
            *commitment.key.as_bytes(),
            &ephemeral,
            masked_key,
        );
        let claim = Claim { inputs: &inputs.in_order(), proof };
        T::Verifier::verify(&circuit, claim).map_err(Self::refusal)
    }

    /// Pays the worker whose turn it is, returns its stake and passes the turn on.
    fn pay(id: TaskId, task: &mut TaskOf<T>, who: &T::AccountId, rank: u32) {
        let entry = Self::note_delivered(id, rank);
        let (paid, fee) = match task.funding {
            Funding::Sponsored => Self::pay_share(task, who),
            Funding::Curriculum => {
                let bits = entry.map_or(0, |entry| entry.bits);
                (T::Curriculum::pay(id, who, bits), Zero::zero())
            }
        };
        Self::release(HoldReason::Stake, who, task.terms.stake);
        Commitments::<T>::remove(id, who);
        task.open_commitments = task.open_commitments.saturating_sub(1);
        Self::deposit_event(Event::WinnerPaid { task: id, worker: who.clone(), rank, paid, fee });
        Self::pass_on(id, task, rank);
    }

    /// Marks a rank as delivered, and returns it.
    fn note_delivered(id: TaskId, rank: u32) -> Option<RankedOf<T>> {
        let place = usize::try_from(rank).ok()?;
        Rankings::<T>::mutate_extant(id, |ranking| {
            let entry = ranking.get_mut(place)?;
            entry.delivered = true;
            Some(entry.clone())
        })
    }

    /// Pays the next share of the escrow. Returns how much the worker received, and how much the
    /// validators.
    fn pay_share(task: &mut TaskOf<T>, who: &T::AccountId) -> (BalanceOf<T>, BalanceOf<T>) {
        let share = task.settlement.as_ref().and_then(|settlement| task.next_share(settlement));
        let amount = Self::share_of(task.terms.reward, share.unwrap_or(0)).min(task.held.escrow);
        let fee = Self::fee_of(amount);
        let pay = amount.saturating_sub(fee);
        task.held.escrow = task.held.escrow.saturating_sub(amount);
        Self::transfer_held(HoldReason::Escrow, &task.requester, who, pay);
        Self::transfer_held(HoldReason::Escrow, &task.requester, &T::ValidatorsPot::get(), fee);
        (pay, fee)
    }

    /// Begins the turn of the next rank that does not ask for more than the next share. Those in
    /// between lose nothing.
    fn pass_on(id: TaskId, task: &mut TaskOf<T>, rank: u32) {
        let Some(settlement) = task.settlement else {
            return;
        };
        let paid = settlement.paid.saturating_add(1);
        let turn = rank.saturating_add(1);
        let mut next = Settlement { paid, turn, turn_began: Self::now(), ..settlement };
        if let Some(share) = task.next_share(&next) {
            let amount = Self::net_share(task, share);
            let skipped = Self::ranks_that_ask_for_more(id, turn, amount);
            next.turn = turn.saturating_add(skipped);
        }
        task.settlement = Some(next);
    }

    /// How many ranks in a row, from this one on, ask for more than an amount.
    fn ranks_that_ask_for_more(id: TaskId, first: u32, amount: BalanceOf<T>) -> u32 {
        let first = usize::try_from(first).unwrap_or(usize::MAX);
        let mut count = 0u32;
        for rank in Rankings::<T>::get(id).into_iter().skip(first) {
            if rank.least <= amount {
                break;
            }
            Self::deposit_event(Event::RankSkipped { task: id, worker: rank.worker });
            count = count.saturating_add(1);
        }
        count
    }

    fn final_score(task: &TaskOf<T>, commitment: &CommitmentOf<T>) -> Score {
        task.score(commitment.correct)
    }

    /// Records the delivered model in the registry, as a fact and in provenance.
    fn register(
        id: TaskId,
        task: &TaskOf<T>,
        who: &T::AccountId,
        commitment: &CommitmentOf<T>,
        attestation: Attestation,
    ) {
        let score = Self::final_score(task, commitment);
        let version = T::Experiments::register_model(DeliveredModel {
            experiment: task.experiment,
            task: id,
            worker: who.clone(),
            requester: task.requester.clone(),
            model: commitment.model,
            score,
            circuit: task.terms.score_circuit,
            key_commitment: commitment.key,
            blob: attestation.model_blob,
            funding: task.funding,
        });
        T::Facts::write_score(ScoreFact {
            experiment: task.experiment,
            task: id,
            version,
            worker: who.clone(),
            model: commitment.model,
            score,
            circuit: task.terms.score_circuit,
        });
        let seal = Seal { key: commitment.key, ciphertext: commitment.ciphertext };
        let provenance = Self::provenance(id, task, who, commitment, attestation, version);
        T::Provenance::record(provenance, seal);
    }

    fn provenance(
        id: TaskId,
        task: &TaskOf<T>,
        who: &T::AccountId,
        commitment: &CommitmentOf<T>,
        attestation: Attestation,
        version: ModelVersionNumber,
    ) -> Provenance<T::AccountId> {
        Provenance {
            experiment: task.experiment,
            task: id,
            version,
            submitter: who.clone(),
            model: commitment.model,
            circuit: task.terms.score_circuit,
            score: Self::final_score(task, commitment),
            data_roots: ContentHash(blake2_256(&Roots::<T>::get(id).encode())),
            train_data: task.train_data,
            attestation,
        }
    }
}
