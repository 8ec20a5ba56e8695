//! What a person is told about a task: what is done and what comes next, how many take part, and in
//! the end why it ended as it did.

use crate::views;
use nocknock_client::{BlockNumber, Task};
use nocknock_primitives::{
    ids::TaskId,
    task::{Funding, Outcome},
};
use nocknock_requester::Step;
use std::time::Duration;

/// The newest block, and the time from one to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) now: BlockNumber,
    pub(super) slot: Duration,
}

impl Clock {
    /// How long it takes until a block, in words.
    fn left(self, block: BlockNumber) -> String {
        let blocks = block.saturating_sub(self.now);
        let seconds = self.slot.saturating_mul(blocks).as_millis().div_ceil(1_000);
        match seconds {
            0..120 => format!("{seconds} s"),
            120..7_200 => format!("{} min", seconds.div_ceil(60)),
            _ => format!("{} h", seconds.div_ceil(3_600)),
        }
    }
}

/// What is done in a step, until which block at most, and what comes next.
#[derive(Debug)]
struct Told {
    what: String,
    until: Option<BlockNumber>,
    next: Option<&'static str>,
}

impl Told {
    fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), until: None, next: None }
    }

    fn until(self, block: BlockNumber) -> Self {
        Self { until: Some(block), ..self }
    }

    fn then(self, next: &'static str) -> Self {
        Self { next: Some(next), ..self }
    }
}

/// A step, and so every phase of a task.
fn told(step: Step) -> Told {
    match step {
        Step::Create => Told::new("creating the task").then("the chain gives it a number"),
        Step::AwaitCreation { until } => {
            let what = "a creation was sent before, which may still be included";
            Told::new(what).until(until).then("it is known whether the task exists")
        }
        Step::Adopt(task) => Told::new(format!("the task is number {task}")),
        Step::AwaitTask => Told::new(
            "the node does not know the task: waiting until it has caught up with the chain",
        ),
        Step::Draw => Told::new("waiting for the randomness that draws the test blocks")
            .then("this command publishes the other blocks as training data"),
        Step::AwaitFinalDraw => Told::new("waiting until the draw of the test blocks is final")
            .then("this command publishes the other blocks as training data"),
        Step::Publish => Told::new("storing and publishing the training data")
            .then("workers train and commit to their models"),
        Step::AwaitCommitments { until } => Told::new("workers train and commit")
            .until(until)
            .then("this command reveals the test blocks"),
        Step::Reveal(block) => {
            Told::new(format!("revealing test block {block} and others that are hidden"))
                .then("workers claim what their models score on them")
        }
        Step::AwaitClaims { until } => Told::new("workers claim their scores")
            .until(until)
            .then("the chain asks the best of them for their proofs"),
        Step::Ask => Told::new("asking the best for their proofs").then("they prove their claims"),
        Step::AwaitProofs { until } => Told::new("workers prove")
            .until(until)
            .then("the chain settles the task, or asks others if too few were proved"),
        Step::Settle => {
            Told::new("settling").then("the best worker delivers, if there is one to be paid")
        }
        Step::AwaitDelivery { rank, until } => Told::new(format!("rank {rank} delivers"))
            .until(until)
            .then("its worker is paid, or it is the next one's turn"),
        Step::Finish => Told::new("finishing").then("what was not paid comes back"),
        Step::Over(outcome) => {
            Told::new(format!("the task has ended: {}", views::task::outcome(outcome)))
        }
        Step::Gone => Told::new("the chain has removed the task"),
    }
}

/// What is done in a step.
pub(super) fn doing(step: Step) -> String {
    told(step).what
}

/// What is done in a step, how long at most, and what comes next.
pub(super) fn message(step: Step, clock: Option<Clock>) -> String {
    let Told { what, until, next } = told(step);
    let until = until.map(|block| {
        let left = clock.map(|clock| format!(" ({} at most)", clock.left(block)));
        format!(" until block {block}{}", left.unwrap_or_default())
    });
    let next = next.map(|next| format!("; next, {next}"));
    format!("{what}{}{}", until.unwrap_or_default(), next.unwrap_or_default())
}

/// How many workers take part in a task, and how far they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Participants {
    pub(super) committed: u32,
    pub(super) claimed: u32,
    /// Asked for the proof of their claims, and not done with it.
    pub(super) asked: u32,
    pub(super) proved: u32,
    pub(super) paid: u32,
}

impl Participants {
    pub(super) fn of(task: &Task) -> Self {
        let round = task.round.as_ref().filter(|_| task.settlement.is_none());
        Self {
            committed: task.committed,
            claimed: task.claimed,
            asked: round.map_or(0, |round| round.open),
            proved: task.proved,
            paid: task.settlement.as_ref().map_or(0, |end| end.paid),
        }
    }

    /// Those that are not zero, in words. None if nobody takes part.
    fn counts(self) -> Option<String> {
        let counts = [
            (self.committed, "committed"),
            (self.claimed, "claimed a score"),
            (self.asked, "asked for the proof"),
            (self.proved, "proved"),
            (self.paid, "paid"),
        ];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        let counts: Vec<String> = counts.map(|(count, what)| format!("{count} {what}")).collect();
        (!counts.is_empty()).then(|| counts.join(", "))
    }
}

/// Who takes part, if that is something else than before. Nobody is no news at the beginning.
pub(super) fn news(before: Option<Participants>, task: &Task, clock: Clock) -> Option<String> {
    let now = Participants::of(task);
    if now == before.unwrap_or_default() {
        return None;
    }
    let end = task.deadline(clock.now);
    let left = end.map(|block| format!("; this phase ends in {} at most", clock.left(block)));
    let who = now
        .counts()
        .map_or_else(|| "no worker takes part".to_owned(), |counts| format!("workers: {counts}"));
    Some(format!("block {}: {who}{}", clock.now, left.unwrap_or_default()))
}

/// The first lines of the summary: how the task ended, why, and who took part.
pub(super) fn ending(id: TaskId, outcome: Option<Outcome>, task: Option<&Task>) -> Vec<String> {
    let Some(outcome) = outcome else {
        return vec![format!("Task {id} has ended: the chain has removed it.")];
    };
    let how = format!("Task {id} has ended: {}.", views::task::outcome(outcome));
    let Some(task) = task else {
        return vec![how];
    };
    let who = Participants::of(task).counts();
    let who =
        who.map_or_else(|| "No worker took part.".to_owned(), |who| format!("Workers: {who}."));
    vec![how, format!("Why: {}.", why(outcome, task)), who]
}

/// Why a task ended as it did.
pub(super) fn why(outcome: Outcome, task: &Task) -> String {
    match outcome {
        Outcome::Cancelled => format!("its requester cancelled it; {}", returned(task)),
        Outcome::Lapsed if task.drawn_at.is_none() => {
            format!("its test blocks were not drawn in time; {}", returned(task))
        }
        Outcome::Lapsed => {
            let then = match task.funding {
                Funding::Sponsored => returned(task),
                Funding::Curriculum => forfeited(task),
            };
            format!("its training data was not published in time; {then}")
        }
        Outcome::NoCommitments => {
            format!("no worker was committed when the commit period ended; {}", returned(task))
        }
        Outcome::RevealFailed => format!("{}; {}", why_no_reveal(task), forfeited(task)),
        Outcome::Voided => {
            "one of its circuits was disabled; all money went back to where it came from".to_owned()
        }
        Outcome::NoWinner => format!("{}; {}", why_no_winner(task), returned(task)),
        Outcome::Ranked => why_paid(task),
    }
}

fn returned(task: &Task) -> &'static str {
    match task.funding {
        Funding::Sponsored => "reward and bond are back with the requester",
        Funding::Curriculum => "nothing was minted for it",
    }
}

/// What it costs not to reveal the test data; a custodian, also not to publish the training data.
fn forfeited(task: &Task) -> &'static str {
    match task.funding {
        Funding::Sponsored => "the bond goes to the workers, and the reward is back",
        Funding::Curriculum => "nothing was minted for it, and the custodian has lost its role",
    }
}

fn why_no_reveal(task: &Task) -> String {
    if task.revealed_at.is_none() {
        return "not all test blocks were revealed in time".to_owned();
    }
    let (rows, promised) = (task.test_rows(), task.terms.min_test_rows);
    format!("the test blocks have {rows} rows, and {promised} were promised")
}

fn why_no_winner(task: &Task) -> &'static str {
    match (task.claimed, task.proved, task.funding) {
        (0, ..) => "no worker claimed a score that could win",
        (_, 0, _) => "no claim was proved in time",
        _ if task.reference_is_open() => {
            "nobody proved in time what the champion of the experiment scores on the same rows"
        }
        (.., Funding::Sponsored) => "no worker delivers for as little as the reward",
        (.., Funding::Curriculum) => {
            "no model halves the error enough, beyond what was paid for before, to be paid for"
        }
    }
}

fn why_paid(task: &Task) -> String {
    let (ranked, paid) =
        task.settlement.as_ref().map_or((0, 0), |settled| (settled.ranked, settled.paid));
    match paid {
        0 => format!("{ranked} ranks could deliver, and none of them did in its turn"),
        _ => format!("{paid} of {ranked} ranks delivered a model, and were paid for it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_client::{AccountId, NNK};
    use nocknock_primitives::{
        claim::RoundClock,
        ids::{CircuitId, ContentHash, PointBytes},
        limits::List,
        model::names::named,
        score::Score,
        task::{Held, Periods, Reference, Settlement, Terms, TestBlock},
    };

    const OUTCOMES: [Outcome; 7] = [
        Outcome::Cancelled,
        Outcome::Lapsed,
        Outcome::NoCommitments,
        Outcome::RevealFailed,
        Outcome::Voided,
        Outcome::NoWinner,
        Outcome::Ranked,
    ];

    /// A sponsored task that was opened in block 100.
    fn task() -> Task {
        let period = 50;
        Task {
            experiment: 5,
            requester: AccountId::from([8; 32]),
            funding: Funding::Sponsored,
            terms: Terms {
                score_circuit: CircuitId([1; 32]),
                delivery_circuit: CircuitId([2; 32]),
                min_score: Score::new(1, 2),
                min_test_rows: 7,
                reward: NNK,
                shares: List::truncate_from(vec![10_000]),
                bond: NNK,
                stake: NNK,
                periods: Periods {
                    publish: period,
                    commit: period,
                    reveal: period,
                    claim: period,
                    prove: period,
                    deliver: period,
                },
            },
            architecture: named("tiny-4x3x2").unwrap(),
            recipient: PointBytes([3; 64]),
            encoding: ContentHash([4; 32]),
            blocks: 2,
            test_blocks: 1,
            tests: List::truncate_from(vec![TestBlock { index: 1, rows: None }]),
            train_data: None,
            created_at: 80,
            seed: 12,
            draw_by: 95,
            drawn_at: Some(90),
            opened_at: Some(100),
            revealed_at: None,
            label_counts: List::default(),
            baseline: 0,
            committed: 0,
            claimed: 0,
            proved: 0,
            waiting: 0,
            next_claim: None,
            last_paid: None,
            round: None,
            reference: None,
            open_commitments: 0,
            next_sequence: 0,
            held: Held { escrow: NNK, bond: NNK, record: NNK },
            settlement: None,
        }
    }

    fn settled(outcome: Outcome, ranked: u32, paid: u32) -> Task {
        let settlement = Settlement {
            outcome,
            at: 160,
            ranked,
            turn: 0,
            turn_began: 160,
            paid,
            finished_at: Some(170),
        };
        Task { settlement: Some(settlement), committed: 3, claimed: 2, proved: 1, ..task() }
    }

    fn clock(now: BlockNumber) -> Clock {
        Clock { now, slot: Duration::from_millis(1_500) }
    }

    #[test]
    fn what_is_left_is_told_in_seconds_minutes_or_hours() {
        let left = |blocks: u32| clock(10).left(10 + blocks);
        assert_eq!([0, 1, 3].map(left), ["0 s", "2 s", "5 s"]);
        assert_eq!([79, 80, 120].map(left), ["119 s", "2 min", "3 min"]);
        assert_eq!([4_799, 4_800].map(left), ["120 min", "2 h"]);
        assert_eq!(clock(10).left(9), "0 s", "a phase may be over in the meantime");
    }

    #[test]
    fn a_phase_is_told_with_its_end_the_time_that_is_left_and_what_comes_next() {
        let step = Step::AwaitCommitments { until: 150 };
        let told = message(step, Some(clock(110)));
        let [what, next] = ["workers train and commit", "this command reveals the test blocks"];
        assert_eq!(told, format!("{what} until block 150 (60 s at most); next, {next}"));
        let told = message(step, None);
        assert!(told.starts_with("workers train and commit until block 150; next, "), "{told}");
        assert_eq!(doing(step), "workers train and commit");
        let told = message(Step::AwaitDelivery { rank: 1, until: 120 }, Some(clock(110)));
        assert!(told.starts_with("rank 1 delivers until block 120 (15 s at most)"), "{told}");
    }

    #[test]
    fn every_step_before_the_end_is_followed_by_another_one() {
        let until = 9;
        let steps = [
            Step::Create,
            Step::AwaitCreation { until },
            Step::Draw,
            Step::AwaitFinalDraw,
            Step::Publish,
            Step::AwaitCommitments { until },
            Step::Reveal(3),
            Step::AwaitClaims { until },
            Step::Ask,
            Step::AwaitProofs { until },
            Step::Settle,
            Step::AwaitDelivery { rank: 0, until },
            Step::Finish,
        ];
        for step in steps {
            assert!(message(step, None).contains("; next, "), "{step:?}");
        }
        for step in [Step::Over(Outcome::Ranked), Step::Gone] {
            assert!(!message(step, None).contains("next"), "{step:?}");
        }
    }

    #[test]
    fn each_change_of_the_participants_is_told_once() {
        assert_eq!(news(None, &task(), clock(110)), None, "nobody is no news");
        let two = Task { committed: 2, ..task() };
        let told = news(None, &two, clock(110)).unwrap();
        assert_eq!(told, "block 110: workers: 2 committed; this phase ends in 60 s at most");
        let seen = Some(Participants::of(&two));
        assert_eq!(news(seen, &two, clock(111)), None);
        let told = news(seen, &task(), clock(112)).unwrap();
        assert!(told.starts_with("block 112: no worker takes part"), "{told}");
    }

    #[test]
    fn whoever_claims_is_asked_proves_and_is_paid_is_counted() {
        let round = RoundClock { number: 1, began: 160, open: 2 };
        let asked = Task { committed: 4, claimed: 3, proved: 1, round: Some(round), ..task() };
        let expected = "4 committed, 3 claimed a score, 2 asked for the proof, 1 proved";
        assert_eq!(Participants::of(&asked).counts().unwrap(), expected);
        // Whoever had not proved by settlement does so no more.
        let paid = Task { round: Some(round), ..settled(Outcome::Ranked, 1, 1) };
        let expected = "3 committed, 2 claimed a score, 1 proved, 1 paid";
        assert_eq!(Participants::of(&paid).counts().unwrap(), expected);
    }

    #[test]
    fn every_ending_has_a_reason_of_its_own() {
        let mut reasons: Vec<String> =
            OUTCOMES.iter().map(|outcome| why(*outcome, &settled(*outcome, 2, 1))).collect();
        let all = reasons.len();
        reasons.sort_unstable();
        reasons.dedup();
        assert_eq!(reasons.len(), all, "{reasons:?}");
    }

    #[test]
    fn a_lapse_and_a_failed_reveal_name_what_was_missing() {
        let drawn = Task { opened_at: None, ..task() };
        assert!(why(Outcome::Lapsed, &drawn).contains("not published in time"));
        let created = Task { drawn_at: None, ..drawn };
        assert!(why(Outcome::Lapsed, &created).contains("not drawn in time"));
        assert!(why(Outcome::RevealFailed, &task()).contains("not all test blocks"));
        let tests = List::truncate_from(vec![TestBlock { index: 1, rows: Some(5) }]);
        let few = Task { tests, revealed_at: Some(160), ..task() };
        let told = why(Outcome::RevealFailed, &few);
        assert!(told.contains("5 rows, and 7 were promised"), "{told}");
        assert!(told.contains("the bond goes to the workers"), "{told}");
        let curriculum = Task { funding: Funding::Curriculum, ..task() };
        let told = why(Outcome::RevealFailed, &curriculum);
        assert!(!told.contains("bond") && told.contains("lost its role"), "{told}");
        let unpublished = Task { opened_at: None, ..curriculum };
        assert!(why(Outcome::Lapsed, &unpublished).contains("lost its role"));
    }

    #[test]
    fn where_nobody_wins_it_is_said_who_failed_at_what() {
        let reason = |task: &Task| why(Outcome::NoWinner, task);
        let silent = Task { committed: 3, ..task() };
        assert!(reason(&silent).starts_with("no worker claimed"), "{}", reason(&silent));
        let unproved = Task { claimed: 2, ..silent.clone() };
        assert!(reason(&unproved).starts_with("no claim was proved"), "{}", reason(&unproved));
        let dear = Task { proved: 1, ..unproved };
        assert!(reason(&dear).contains("as little as the reward"), "{}", reason(&dear));
        assert!(reason(&dear).contains("are back with the requester"), "{}", reason(&dear));
        let curriculum = Task { funding: Funding::Curriculum, ..dear };
        assert!(reason(&curriculum).contains("halves the error"), "{}", reason(&curriculum));
        assert!(reason(&curriculum).contains("nothing was minted"), "{}", reason(&curriculum));
        let reference = Reference {
            version: 1,
            task: 2,
            worker: AccountId::from([9; 32]),
            model: Default::default(),
            circuit: CircuitId([1; 32]),
            blocks: 0,
            points: 0,
        };
        let open = Task { reference: Some(reference), ..curriculum };
        assert!(reason(&open).contains("the champion"), "{}", reason(&open));
    }

    #[test]
    fn the_summary_says_how_why_and_who() {
        let paid = settled(Outcome::Ranked, 2, 1);
        let lines = ending(7, Some(Outcome::Ranked), Some(&paid));
        assert_eq!(lines[0], "Task 7 has ended: ranked.");
        assert_eq!(lines[1], "Why: 1 of 2 ranks delivered a model, and were paid for it.");
        assert_eq!(lines[2], "Workers: 3 committed, 2 claimed a score, 1 proved, 1 paid.");
        let nobody = why(Outcome::Ranked, &settled(Outcome::Ranked, 2, 0));
        assert!(nobody.contains("none of them did in its turn"), "{nobody}");
        let alone = ending(7, Some(Outcome::NoCommitments), Some(&task()));
        assert_eq!(alone[2], "No worker took part.");
        let unknown = ending(7, Some(Outcome::Voided), None);
        assert_eq!(unknown, ["Task 7 has ended: voided."]);
        assert_eq!(ending(7, None, None), ["Task 7 has ended: the chain has removed it."]);
    }
}
