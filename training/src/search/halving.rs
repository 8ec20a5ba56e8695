//! Successive halving: many plans with little time, then the better ones with more, and in the end
//! what is near the best.

use super::{
    committee, neighbours, plans, Found, Plan, Search, SearchError, SearchStrategy, Tally,
};
use std::ops::Range;

/// With fewer samples a search finds only chance.
const LEAST_SAMPLES: usize = 40;

/// Successive halving by a factor of three (Jamieson and Talwalkar, 2016): of the plans of a rung
/// the best third goes on to the next.
///
/// Where there are few samples, the rungs have 2, 3 and all 5 folds, because there one fold says
/// little; the first has a third of the epochs. Else the first two have a ninth and a third of the
/// epochs, and the rungs have 1, 2 and 3 folds, or where there are many samples one each.
///
/// The settings of the job go through all rungs, whatever they come to: so what is found is no
/// worse than they are, as far as there is time to find that out.
///
/// After the last rung, plans near its best are judged as it was, until 12 in a row were no better,
/// or there is no more time. For these, time is kept for a last training with all epochs of the
/// job. At last the best plan is tried with a committee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Halving {
    /// Plans of the first rung.
    pub most_trials: u32,
    /// Plans near the best one that are tried after the rungs, at most.
    pub most_neighbours: u32,
    /// Whether the best plan is tried with a committee in the end.
    pub committee: bool,
}

/// A round of trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rung {
    pub(super) plans: usize,
    pub(super) folds: u8,
    pub(super) epochs: u32,
}

/// A plan with its result.
pub(super) type Ranked = (Plan, f64);

impl Default for Halving {
    fn default() -> Self {
        Self { most_trials: 27, most_neighbours: 40, committee: true }
    }
}

impl SearchStrategy for Halving {
    fn name(&self) -> &str {
        "halving"
    }

    fn search(&self, search: &mut Search<'_>) -> Result<Found, SearchError> {
        let rungs = self.rungs(search.folds(), search.epochs());
        let base = Plan { number: 0, settings: plans::base(search.job()) };
        // The first trial measures the pace.
        if search.job().data.samples() < LEAST_SAMPLES
            || search.trial(&base, 0, rungs[0].epochs)?.is_none()
        {
            return search.plain();
        }
        let is_taught = search.teacher()?.is_some();
        let plans = plans::draw(search.job(), self.most_trials.max(1), is_taught);
        let near = neighbours::expected(&base, rungs[2], self.most_neighbours as usize, 0);
        search.foresee(expected(&rungs, &plans).into_iter().chain(near));
        let (ranked, is_complete) = halve(search, &rungs, plans)?;
        let numbers = self.numbers();
        let best = if is_complete {
            neighbours::improve(search, ranked, rungs[2], numbers.clone())?
        } else {
            ranked.into_iter().next()
        };
        match best {
            Some(best) if is_complete && self.committee => {
                committee::finish(search, best, rungs[2], numbers.end)
            }
            Some((plan, score)) => search.finish(&plan, score),
            None => search.plain(),
        }
    }
}

impl Halving {
    fn rungs(&self, folds: u8, epochs: u32) -> [Rung; 3] {
        let shares = match folds {
            ..=1 => [(9, 1), (3, 1), (1, 1)],
            2..=4 => [(9, 1), (3, 2), (1, folds)],
            5.. => [(3, 2), (1, 3), (1, folds)],
        };
        let mut plans = self.most_trials.max(1);
        shares.map(|(part, folds)| {
            let rung = Rung { plans: plans as usize, folds, epochs: (epochs / part).max(1) };
            plans = (plans / 3).max(1);
            rung
        })
    }

    /// The numbers of the plans after the rungs.
    fn numbers(&self) -> Range<u32> {
        let first = self.most_trials.max(1);
        first..first.saturating_add(self.most_neighbours)
    }
}

/// The plans of the latest rung that has a result, the best first, and whether all rungs are
/// complete.
fn halve(
    search: &mut Search<'_>,
    rungs: &[Rung],
    mut plans: Vec<Plan>,
) -> Result<(Vec<Ranked>, bool), SearchError> {
    let mut latest = Vec::new();
    for rung in rungs {
        plans = promoted(plans, rung.plans);
        let ranked = rank(search, &plans, *rung)?;
        let is_complete = ranked.len() == plans.len();
        plans = ranked.iter().map(|(plan, _)| plan.clone()).collect();
        if !ranked.is_empty() {
            latest = ranked;
        }
        if !is_complete {
            return Ok((latest, false));
        }
    }
    Ok((latest, true))
}

/// The first of the plans, and the one of the job's settings.
fn promoted(mut ranked: Vec<Plan>, count: usize) -> Vec<Plan> {
    let others = ranked.split_off(count.min(ranked.len()));
    ranked.extend(others.into_iter().find(|plan| plan.number == 0));
    ranked
}

/// The trials of all rungs, as far as they are known: which plans get further is not.
fn expected(rungs: &[Rung], plans: &[Plan]) -> Vec<(Plan, u32)> {
    let of_rung = |rung: &Rung| {
        let (folds, epochs) = (rung.folds, rung.epochs);
        let plans = plans.iter().take(rung.plans);
        plans.flat_map(move |plan| (0..folds).map(move |_| (plan.clone(), epochs)))
    };
    rungs.iter().flat_map(of_rung).collect()
}

/// The plans that had time for all folds, the best first; of equal ones the one that was better
/// before.
fn rank(search: &mut Search<'_>, plans: &[Plan], rung: Rung) -> Result<Vec<Ranked>, SearchError> {
    let mut ranked = Vec::new();
    for plan in plans {
        match measure(search, plan, rung)? {
            Some(score) => ranked.push((plan.clone(), score)),
            None => break,
        }
    }
    ranked.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    Ok(ranked)
}

/// The result over the folds of a rung, if there is time for them.
fn measure(search: &mut Search<'_>, plan: &Plan, rung: Rung) -> Result<Option<f64>, SearchError> {
    let mut sum = Tally::default();
    for fold in 0..rung.folds {
        match search.trial(plan, fold, rung.epochs)? {
            Some(trial) => sum.add(&trial.tally),
            None => return Ok(None),
        }
    }
    Ok(Some(sum.score(search.job().metric)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::TrainConfig;

    #[test]
    fn each_rung_has_a_third_of_the_plans_and_more_to_judge_by() {
        let rung = |plans, folds, epochs| Rung { plans, folds, epochs };
        let few = Halving::default().rungs(5, 120);
        assert_eq!(few, [rung(27, 2, 40), rung(9, 3, 120), rung(3, 5, 120)]);
        let some = Halving::default().rungs(3, 90);
        assert_eq!(some, [rung(27, 1, 10), rung(9, 2, 30), rung(3, 3, 90)]);
        let many = Halving::default().rungs(1, 90);
        assert_eq!(many, [rung(27, 1, 10), rung(9, 1, 30), rung(3, 1, 90)]);
        let one = Halving { most_trials: 1, ..Halving::default() }.rungs(1, 4);
        assert_eq!(one, [rung(1, 1, 1), rung(1, 1, 1), rung(1, 1, 4)]);
    }

    #[test]
    fn the_settings_of_the_job_go_through_all_rungs() {
        let numbers = |ranked: &[u32], count| -> Vec<u32> {
            let plan = |number: &u32| Plan { number: *number, settings: TrainConfig::default() };
            let promoted = promoted(ranked.iter().map(plan).collect(), count);
            promoted.iter().map(|plan| plan.number).collect()
        };
        assert_eq!(numbers(&[4, 2, 3, 0, 1], 2), [4, 2, 0]);
        assert_eq!(numbers(&[4, 0, 3, 2, 1], 2), [4, 0]);
        assert_eq!(numbers(&[0, 1], 27), [0, 1]);
    }
}
