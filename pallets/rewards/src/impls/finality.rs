//! Finality votes, which the authors of blocks show to the chain.
//!
//! Votes pass between nodes; the chain sees none of them. But whoever finalised a block can be
//! read from the votes that did it, and anybody can check those with the keys of the voters. So an
//! author adds the votes that it knows to its block, as an inherent.
//!
//! A list of votes is accepted if
//!
//! - it is the first one in the block, and its block is at least an eighth of a session above that
//!   of the list before, and at most a session old;
//! - each vote is a precommit of another voter of the present set, in the same round, for a block
//!   of this chain, with a right signature;
//! - there are as many as it takes to finalise a block, more than two thirds.
//!
//! The blocks of one chain are in a line, so each vote for a later block is also one for the
//! lowest of them: that one is final, and no headers have to prove who descends from whom. Because
//! it takes two thirds, an author can leave out no more than a third, and somebody is forgotten
//! only if the authors of all lists of a session leave it out.

use crate::{
    types::{FinalityVoters, NotedFinality, VoterSet},
    Call, Config, Error, Event, LastFinality, Pallet, WeightInfo,
};
use alloc::{collections::BTreeMap, vec::Vec};
use frame_support::{ensure, inherent::InherentData, weights::Weight, BoundedVec};
use frame_system::{
    pallet_prelude::{BlockNumberFor, HeaderFor},
    BlockHash, Pallet as System,
};
use nocknock_primitives::finality::{FinalityVote, INHERENT_IDENTIFIER};
use sp_consensus_grandpa::{
    check_message_signature_with_buffer, AuthorityId, GrandpaJustification, Message, Precommit,
    SetId,
};
use sp_core::ed25519::Signature;
use sp_runtime::{
    traits::{CheckedDiv, Get, One, Saturating},
    DispatchResult,
};

type Vote<T> = FinalityVote<BlockNumberFor<T>>;

/// How many lists of votes a session has at most, if every slot of it has a block.
const LISTS_IN_A_SESSION: u32 = 8;

impl<T: Config> Pallet<T> {
    /// What it weighs to note this many votes.
    pub(crate) fn finality_weight(votes: usize) -> Weight {
        T::WeightInfo::note_finality(u32::try_from(votes).unwrap_or(u32::MAX))
    }

    pub(crate) fn do_note_finality(round: u64, votes: &[Vote<T>]) -> DispatchResult {
        let (block, voters) = Self::check_finality(round, votes)?;
        LastFinality::<T>::put(NotedFinality { block, noted_at: System::<T>::block_number() });
        Self::note_votes(&voters);
        let votes = u32::try_from(voters.len()).unwrap_or(u32::MAX);
        Self::deposit_event(Event::FinalityNoted { block, votes });
        Ok(())
    }

    /// The inherent of a block's author: the votes of the last justification that its node knows,
    /// if they would be accepted. So no author makes an invalid block by accident.
    pub(crate) fn votes_to_note(data: &InherentData) -> Option<Call<T>> {
        let justification = data
            .get_data::<GrandpaJustification<HeaderFor<T>>>(&INHERENT_IDENTIFIER)
            .ok()
            .flatten()?;
        let round = justification.round;
        let votes = Self::votes_of(&justification)?;
        let votes: BoundedVec<Vote<T>, T::MaxValidators> = votes.try_into().ok()?;
        Self::check_finality(round, &votes).ok()?;
        Some(Call::note_finality { round, votes })
    }

    /// One vote of each voter for a block of this chain, in the order of the set.
    fn votes_of(justification: &GrandpaJustification<HeaderFor<T>>) -> Option<Vec<Vote<T>>> {
        let set = T::FinalityVoters::voter_set()?;
        let mut votes = BTreeMap::new();
        for signed in &justification.commit.precommits {
            let Some(voter) = set.place_of(&signed.id) else { continue };
            let block = signed.precommit.target_number;
            if BlockHash::<T>::get(block) == signed.precommit.target_hash {
                let signature = Signature::from(signed.signature.clone()).0;
                votes.insert(voter, FinalityVote { voter, block, signature });
            }
        }
        Some(votes.into_values().collect())
    }

    /// Checks a list of votes. Returns the block that they finalised, and whose they are.
    fn check_finality(
        round: u64,
        votes: &[Vote<T>],
    ) -> Result<(BlockNumberFor<T>, Vec<T::AccountId>), Error<T>> {
        let lowest = votes.iter().map(|vote| vote.block).min();
        let block = lowest.ok_or(Error::<T>::TooFewVotes)?;
        Self::check_time(block)?;
        let set = T::FinalityVoters::voter_set().ok_or(Error::<T>::VotersChange)?;
        ensure!(votes.len() >= set.needed(), Error::<T>::TooFewVotes);
        Ok((block, Self::check_votes(&set, round, votes)?))
    }

    /// Checks that votes that finalised this block may be noted now.
    fn check_time(block: BlockNumberFor<T>) -> Result<(), Error<T>> {
        let now = System::<T>::block_number();
        let oldest = now.saturating_sub(T::SessionBlocks::get());
        ensure!(block >= oldest, Error::<T>::VotesTooOld);
        if let Some(last) = LastFinality::<T>::get() {
            let next = last.block.saturating_add(Self::blocks_between_lists());
            ensure!(block >= next && last.noted_at < now, Error::<T>::NotedRecently);
        }
        Ok(())
    }

    /// An eighth of a session, at least one block.
    pub(crate) fn blocks_between_lists() -> BlockNumberFor<T> {
        let eighth = T::SessionBlocks::get().checked_div(&LISTS_IN_A_SESSION.into());
        eighth.unwrap_or_default().max(One::one())
    }

    /// Checks order and signatures, and returns whose the votes are.
    fn check_votes(
        set: &VoterSet<T::AccountId>,
        round: u64,
        votes: &[Vote<T>],
    ) -> Result<Vec<T::AccountId>, Error<T>> {
        let ordered = votes.is_sorted_by(|vote, next| vote.voter < next.voter);
        ensure!(ordered, Error::<T>::VotesOutOfOrder);
        let mut buffer = Vec::new();
        let voter = |vote: &Vote<T>| {
            let (key, who) = set.voter(vote.voter).ok_or(Error::<T>::UnknownVoter)?;
            let signed = is_signed::<T>(vote, key, round, set.id, &mut buffer);
            signed.then(|| who.clone()).ok_or(Error::<T>::BadVote)
        };
        votes.iter().map(voter).collect()
    }

    /// What a voter signs, together with round and set, so that a block becomes final.
    pub(crate) fn precommit(
        target_hash: T::Hash,
        target_number: BlockNumberFor<T>,
    ) -> Message<HeaderFor<T>> {
        Message::<HeaderFor<T>>::Precommit(Precommit::<HeaderFor<T>> { target_hash, target_number })
    }
}

/// Whether the vote is signed with this key. The hash that was signed has to be that of the block
/// of this height on this chain; blocks that are not before the present one have none.
fn is_signed<T: Config>(
    vote: &Vote<T>,
    key: &AuthorityId,
    round: u64,
    set: SetId,
    buffer: &mut Vec<u8>,
) -> bool {
    let Ok(hash) = BlockHash::<T>::try_get(vote.block) else { return false };
    let message = Pallet::<T>::precommit(hash, vote.block);
    let signature = Signature::from_raw(vote.signature).into();
    check_message_signature_with_buffer(&message, key, &signature, round, set, buffer).is_valid()
}
