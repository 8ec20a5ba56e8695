//! Whether the score of the model is claimed.

use super::{Action, Step, Waiting};
use crate::state::ScoreFact;
use nocknock_client::{Balance, Task};
use nocknock_primitives::{
    claim::{places, ClaimKey},
    level::Lost,
    limits::MAX_ROUNDS,
    phase::Phase,
    task::Funding,
};
use std::fmt;

/// Why no score is claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concession {
    /// The score is below the least of the task, or no better than always the same answer.
    NotEligible,
    /// The model would earn nothing, or less than the owner wants.
    TooLittle,
    /// So many claims are better that nobody would ask for this one, even if all of them are lies.
    Beaten,
    /// No block of the claim phase is left that could take the claim.
    TooLate,
}

impl fmt::Display for Concession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotEligible => {
                "the model does not reach the least score of the task, or is no better than always \
                 the same answer"
            }
            Self::TooLittle => {
                "beside what the experiment has paid for before, the model would earn nothing, or \
                 less than policy.least"
            }
            Self::Beaten => "many others have claimed better scores",
            Self::TooLate => "the claim phase ends before a claim could be included",
        })
    }
}

impl Step<'_> {
    /// Finds out what the model scores, and claims it if there is something to be gained.
    pub(super) fn toward_claim(&self) -> Action {
        let Some(score) = self.score() else {
            return Action::Score;
        };
        match self.concession(score) {
            Some(why) => self.concede(why),
            None => Action::Claim(score.points()),
        }
    }

    /// What the journal knows about the scores on the present test blocks, against the present
    /// champion.
    pub(super) fn score(&self) -> Option<&ScoreFact> {
        self.journal.score.as_ref().filter(|score| score.is_about(self.task))
    }

    fn concession(&self, score: &ScoreFact) -> Option<Concession> {
        let (task, points) = (self.task, score.points());
        if !task.is_eligible(&task.score(points)) {
            Some(Concession::NotEligible)
        } else if task.funding == Funding::Curriculum && !self.is_worth(self.earns(score)) {
            Some(Concession::TooLittle)
        } else if task.funding == Funding::Sponsored && self.is_beaten(points) {
            Some(Concession::Beaten)
        } else {
            (!self.phase_goes_on()).then_some(Concession::TooLate)
        }
    }

    /// A block of the claim phase is left that could take a call.
    fn phase_goes_on(&self) -> bool {
        self.task.phase(self.view.now.saturating_add(1)) == Phase::Claim
    }

    fn is_worth(&self, amount: Balance) -> bool {
        amount > 0 && amount >= self.choices.least
    }

    /// What the winner of this task of the curriculum gets for the model, by the present level of
    /// the experiment.
    fn earns(&self, score: &ScoreFact) -> Balance {
        let (task, model) = (self.task, self.task.lost_of(score.points()));
        let champion = score.champion.as_ref().filter(|_| self.view.circuits.of_champion);
        let champion = champion.map(|champion| {
            let each = task.architecture.max_score(1);
            Lost::rounded_down(task.max_points(), champion.points, each)
        });
        let mint = self.view.mint.as_ref();
        mint.map_or(0, |mint| mint.winners_part(task.base_lost(), champion, model))
    }

    fn is_beaten(&self, points: u32) -> bool {
        let own = ClaimKey::new(points, self.commitment.sequence);
        let better = self.view.claims.iter().filter(|claim| claim.precedes(&own)).count();
        u32::try_from(better).unwrap_or(u32::MAX) >= asked_in_all(self.task)
    }

    /// A stake comes back at once if the commitment is taken back. In the curriculum there is none;
    /// the phase may end early instead, which is worth a call as long as it is free.
    fn concede(&self, why: Concession) -> Action {
        let is_worth_a_call = match self.task.funding {
            Funding::Sponsored => why != Concession::TooLate,
            Funding::Curriculum => self.phase_goes_on() && !self.view.free_calls.ended,
        };
        if is_worth_a_call {
            Action::Concede(why)
        } else {
            Action::Wait(Waiting::Conceded(why))
        }
    }
}

/// So many claims wait that nobody might ask for another one. In the curriculum that silences
/// nobody: a claim costs nothing there, and those of newcomers leave places to known workers.
pub(crate) fn may_be_beaten(task: &Task) -> bool {
    task.funding == Funding::Sponsored && task.waiting >= asked_in_all(task)
}

/// How many claims are asked for their proofs in all rounds together, if none of them is proved.
/// Each of them may be a lie that is to silence others.
fn asked_in_all(task: &Task) -> u32 {
    let rounds = (1..=MAX_ROUNDS).map(|round| places(task.shares(), 0, round));
    rounds.fold(0, u32::saturating_add)
}
