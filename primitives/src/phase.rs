//! The phase of a task: a pure function of the task and the number of the block.
//!
//! No hook moves a task from phase to phase. Whoever reads a task, on the chain or off it, calls
//! this function. A deadline `start + period` is exclusive: the phase covers the blocks
//! `start..start + period`.

use crate::task::{Outcome, Settlement, Task};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use num_traits::{Bounded, CheckedAdd, CheckedDiv, CheckedSub, Zero};
use scale_info::TypeInfo;

/// A block number from which phases can be computed; `u32` and `u64` are.
pub trait BlockTime:
    Copy + Ord + Zero + Bounded + CheckedAdd + CheckedSub + CheckedDiv + TryInto<u32>
{
    /// The sum, or the greatest block number if it would be larger.
    fn after(self, period: Self) -> Self {
        self.checked_add(&period).unwrap_or_else(Self::max_value)
    }

    /// The number of whole periods between `start` and this block.
    fn periods_since(self, start: Self, period: Self) -> u32 {
        let elapsed = self.checked_sub(&start).unwrap_or_else(Self::zero);
        elapsed.checked_div(&period).map_or(0, |count| count.try_into().unwrap_or(u32::MAX))
    }
}

impl<T> BlockTime for T where
    T: Copy + Ord + Zero + Bounded + CheckedAdd + CheckedSub + CheckedDiv + TryInto<u32>
{
}

/// The phase that a task is in, which determines who may act.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum Phase {
    /// The roots are stored. Anybody may draw the test blocks once the seed is known.
    Created,
    /// The test blocks are known. The requester publishes the training data.
    Drawn,
    /// Workers train and commit.
    Open,
    /// The requester reveals the test blocks.
    Reveal,
    /// Workers claim their scores, or withdraw.
    Claim,
    /// Anybody may ask the best claims that wait for their proofs.
    Ask,
    /// The workers that are asked prove their claims. In the curriculum anybody may prove the
    /// champion, too.
    Prove,
    /// Nothing more can be added. Anybody may settle the task.
    Settle,
    /// The worker of this rank, from 0, delivers.
    Deliver {
        /// The rank whose turn it is.
        rank: u32,
    },
    /// Nobody is left to deliver, or every share has been paid. Anybody may finish the task.
    Done,
}

impl<AccountId, Balance, BlockNumber: BlockTime> Task<AccountId, Balance, BlockNumber> {
    /// The phase in block `now`.
    pub fn phase(&self, now: BlockNumber) -> Phase {
        match &self.settlement {
            Some(settlement) => self.phase_after_settlement(settlement, now),
            None => self.phase_before_settlement(now),
        }
    }

    /// First block after the phase in which the task is in block `now`, if time alone ends that
    /// phase.
    pub fn deadline(&self, now: BlockNumber) -> Option<BlockNumber> {
        let periods = &self.terms.periods;
        match self.phase(now) {
            Phase::Created => Some(self.draw_by),
            Phase::Drawn => Some(self.drawn_at?.after(periods.publish)),
            Phase::Open => self.commit_end(),
            Phase::Reveal => self.reveal_end(),
            Phase::Claim => Some(self.revealed_at?.after(periods.claim)),
            Phase::Prove => Some(self.round.as_ref()?.began.after(periods.prove)),
            Phase::Deliver { rank } => self.turn_end(rank),
            Phase::Ask | Phase::Settle | Phase::Done => None,
        }
    }

    /// First block in which commitments are no longer accepted.
    pub fn commit_end(&self) -> Option<BlockNumber> {
        Some(self.opened_at?.after(self.terms.periods.commit))
    }

    /// First block in which reveals are no longer accepted.
    pub fn reveal_end(&self) -> Option<BlockNumber> {
        Some(self.commit_end()?.after(self.terms.periods.reveal))
    }

    fn turn_end(&self, rank: u32) -> Option<BlockNumber> {
        let settlement = self.settlement.as_ref()?;
        let turns = rank.checked_sub(settlement.turn)?;
        let first = settlement.turn_began.after(self.terms.periods.deliver);
        Some((0..turns).fold(first, |end, _| end.after(self.terms.periods.deliver)))
    }

    fn phase_before_settlement(&self, now: BlockNumber) -> Phase {
        let periods = &self.terms.periods;
        let Some(drawn_at) = self.drawn_at else {
            return within(now, self.draw_by, Phase::Created);
        };
        let (Some(commit_end), Some(reveal_end)) = (self.commit_end(), self.reveal_end()) else {
            return within(now, drawn_at.after(periods.publish), Phase::Drawn);
        };
        if now < commit_end {
            return Phase::Open;
        }
        match self.revealed_at {
            _ if self.committed == 0 => Phase::Settle,
            None => within(now, reveal_end, Phase::Reveal),
            Some(_) if self.reveal_failed() => Phase::Settle,
            Some(revealed_at) => self.phase_of_claims(revealed_at, now),
        }
    }

    /// First, claims are made. Then rounds of proofs follow each other as long as more is to be
    /// asked.
    fn phase_of_claims(&self, revealed_at: BlockNumber, now: BlockNumber) -> Phase {
        let Some(round) = &self.round else {
            let claim_end = revealed_at.after(self.terms.periods.claim);
            let claims_are_missing = self.claimed < self.committed && now < claim_end;
            return match self.waiting {
                _ if claims_are_missing => Phase::Claim,
                0 => Phase::Settle,
                _ => Phase::Ask,
            };
        };
        let proofs_are_missing = round.open > 0 || self.reference_is_open();
        if proofs_are_missing && now < round.began.after(self.terms.periods.prove) {
            return Phase::Prove;
        }
        if self.more_to_ask() {
            return Phase::Ask;
        }
        Phase::Settle
    }

    fn phase_after_settlement(
        &self,
        settlement: &Settlement<BlockNumber>,
        now: BlockNumber,
    ) -> Phase {
        let rank = self.rank_in_turn(settlement, now);
        let open = self.next_share(settlement).is_some() && rank < settlement.ranked;
        if settlement.outcome != Outcome::Ranked || !open {
            return Phase::Done;
        }
        Phase::Deliver { rank }
    }

    /// The share of the reward, in basis points, that pays for the next delivery.
    pub fn next_share(&self, settlement: &Settlement<BlockNumber>) -> Option<u16> {
        let place = usize::try_from(settlement.paid).ok()?;
        self.terms.shares.get(place).copied()
    }

    /// Whether the worker of this rank has delivered, or has let its turn to deliver pass.
    pub fn turn_is_over(&self, rank: u32, now: BlockNumber) -> bool {
        self.settlement.as_ref().is_some_and(|settlement| {
            let waiting = self.next_share(settlement).is_some();
            rank < settlement.turn || (waiting && rank < self.rank_in_turn(settlement, now))
        })
    }

    /// The rank whose turn it is in block `now`: one rank after the other, one period each.
    pub fn rank_in_turn(&self, settlement: &Settlement<BlockNumber>, now: BlockNumber) -> u32 {
        let missed = now.periods_since(settlement.turn_began, self.terms.periods.deliver);
        settlement.turn.saturating_add(missed)
    }

    /// Whether the test blocks have been revealed but hold fewer rows than promised.
    pub fn reveal_failed(&self) -> bool {
        self.revealed_at.is_some() && self.test_rows() < self.terms.min_test_rows
    }
}

fn within<BlockNumber: Ord>(now: BlockNumber, end: BlockNumber, phase: Phase) -> Phase {
    if now < end {
        phase
    } else {
        Phase::Settle
    }
}

#[cfg(test)]
mod tests;
