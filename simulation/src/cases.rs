//! The strategies, and how they are played.

use crate::{
    agents::Tactic,
    random::mixed,
    report::{Mixtures, Report, Row},
    scenes::{self, Scene, Setup},
    stats::Pairs,
    world::Outcome,
    Options,
};
use rayon::prelude::*;
use std::{
    collections::BTreeMap,
    panic::{catch_unwind, AssertUnwindSafe},
};

/// A strategy, the world in which it is played, and what it is about.
pub(crate) struct Case {
    /// Its name.
    pub(crate) name: &'static str,
    /// What is compared.
    pub(crate) what: &'static str,
    /// Cases with the same honest side share it.
    world: &'static str,
    /// Whether a gain is a failure. Otherwise it shows a limit that is known.
    pub(crate) is_judged: bool,
    /// How many of all tasks, as a part.
    tasks: f64,
    /// How many of all test rows, as a part.
    rows: f64,
    /// The world, with honest work or with the strategy.
    scene: fn(&Setup, bool) -> Scene,
}

/// A run of a case.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// The world.
    pub(crate) world: String,
    /// The strategy, or nothing for honest work.
    pub(crate) strategy: Option<String>,
    /// The seed.
    pub(crate) seed: u32,
    /// What came of it.
    pub(crate) outcome: Outcome,
}

fn tactic(honest: bool, tactic: Tactic) -> Tactic {
    if honest {
        Tactic::default()
    } else {
        tactic
    }
}

const fn case(
    name: &'static str,
    world: &'static str,
    what: &'static str,
    scene: fn(&Setup, bool) -> Scene,
) -> Case {
    Case { name, what, world, is_judged: true, tasks: 1.0, rows: 1.0, scene }
}

const fn limit(
    name: &'static str,
    world: &'static str,
    what: &'static str,
    scene: fn(&Setup, bool) -> Scene,
) -> Case {
    Case { is_judged: false, ..case(name, world, what, scene) }
}

/// All strategies but the mixtures.
pub(crate) const CASES: &[Case] = &[
    case("hoarder", "alone", "shows nothing for half of all tasks", |setup, honest| {
        scenes::alone(setup, tactic(honest, Tactic { hold: 0.5, ..Tactic::default() }))
    }),
    case("dripper", "alone", "makes its models worse, to win often", |setup, honest| {
        scenes::alone(setup, tactic(honest, Tactic { drip: 1.5, ..Tactic::default() }))
    }),
    Case {
        tasks: 0.5,
        ..case(
            "lucky",
            "equals",
            "a hundred models as good as the champion; only the luckiest turns up",
            |setup, honest| {
                let lucky = Tactic { variants: 99, ..Tactic::default() };
                scenes::equals(setup, 100, tactic(honest, lucky))
            },
        )
    },
    case(
        "copycat",
        "without models",
        "has no model; commits to the champion, and repeats others' commitments",
        |setup, honest| {
            let copies = Tactic { copy: true, plagiarise: true, ..Tactic::default() };
            scenes::without_models(setup, tactic(honest, copies))
        },
    ),
    case("liar", "rivals", "claims more than its models reach", |setup, honest| {
        scenes::rivals(setup, 16, tactic(honest, Tactic { lie: 1.0, ..Tactic::default() }))
    }),
    case("liar with stakes", "sponsored", "the same in tasks of a sponsor", |setup, honest| {
        scenes::sponsored(setup, tactic(honest, Tactic { lie: 1.0, ..Tactic::default() }))
    }),
    case("sybil", "eight at once", "one model in 16 accounts and 8 tasks", |setup, honest| {
        scenes::eight_at_once(setup, tactic(honest, Tactic { copies: 15, ..Tactic::default() }))
    }),
    Case {
        tasks: 0.5,
        ..case(
            "colluding custodian",
            "colluding",
            "knows its rows; sixteen accounts win in small steps and stand for seats",
            scenes::colluding,
        )
    },
    case(
        "repeating provider",
        "repeating",
        "a custodian that shows the same rows again; somebody looks for them",
        scenes::repeating,
    ),
    case(
        "own ranks",
        "own ranks",
        "a sponsor competes in its own tasks, whose rows it knows, to get its reward back",
        scenes::own_ranks,
    ),
    case(
        "censoring author",
        "censoring",
        "authors every fourth block, and leaves out the calls of its rival",
        scenes::censoring,
    ),
    Case {
        tasks: 0.25,
        ..case(
            "spammer",
            "rivals of 42",
            "forty accounts claim that they get everything right, and register again",
            |setup, honest| {
                let spam = Tactic { liars: 40, ..Tactic::default() };
                scenes::rivals(setup, 42, tactic(honest, spam))
            },
        )
    },
    case(
        "absent validators",
        "absent",
        "six accounts that won take seats without running nodes",
        scenes::absent,
    ),
    limit(
        "insider",
        "insider",
        "a custodian whose lab knows the rows, against the same with honest models",
        scenes::insider,
    ),
    Case {
        tasks: 0.25,
        ..limit(
            "hundred models",
            "first of 100",
            "a hundred models of one quality from the first task on, against one",
            |setup, honest| {
                let many = Tactic { variants: 99, ..Tactic::default() };
                scenes::first(setup, 100, tactic(honest, many))
            },
        )
    },
    Case {
        rows: 0.5,
        ..limit(
            "hoarder, half of the rows",
            "alone, half of the rows",
            "as above, with half as many test rows",
            |setup, honest| {
                let late = Tactic { hold: 0.5, ..Tactic::default() };
                scenes::alone(setup, tactic(honest, late))
            },
        )
    },
];

/// The name under which the mixtures are chosen.
const MIXTURES: &str = "mixtures";

/// The world in which mixtures are played.
const MIXTURES_WORLD: &str = "rivals";

/// Seeds from here on are for a second look.
const FRESH_SEEDS: u32 = 1_000_000;

/// Accounts of a lab whose strategy is a mixture.
const MIXTURE_ACCOUNTS: u32 = 16;

/// The names of all strategies.
pub fn names() -> Vec<&'static str> {
    CASES.iter().map(|case| case.name).chain([MIXTURES]).collect()
}

/// What is played: a world, with honest work or a strategy, and a seed.
struct Job<'a> {
    world: &'static str,
    strategy: Option<String>,
    seed: u32,
    build: Box<dyn Fn(u32) -> Scene + Send + Sync + 'a>,
}

impl Job<'_> {
    /// Plays it, or says why there is no outcome. The next run forgets what this one leaves behind.
    fn play(&self) -> Result<Run, String> {
        let play = AssertUnwindSafe(|| (self.build)(self.seed).play());
        let outcome = catch_unwind(play).map_err(|_| format!("{} broke off", self.title()))?;
        self.end(outcome)
    }

    /// The run with this outcome, unless it ended too early.
    fn end(&self, outcome: Outcome) -> Result<Run, String> {
        if outcome.is_stuck {
            let tasks = outcome.tasks;
            return Err(format!("{} came to a standstill after {tasks} tasks", self.title()));
        }
        let (world, strategy, seed) = (self.world.into(), self.strategy.clone(), self.seed);
        Ok(Run { world, strategy, seed, outcome })
    }

    fn title(&self) -> String {
        let strategy = self.strategy.as_deref().unwrap_or("honest work");
        format!("{strategy} in the world {:?} with seed {}", self.world, self.seed)
    }
}

impl Case {
    fn setup(&self, options: &Options, seed: u32) -> Setup {
        let part = |all: u32, part: f64| (f64::from(all) * part).ceil() as u32;
        // The rows of each block are whole.
        let rows = part(options.rows, self.rows).next_multiple_of(2);
        Setup { seed: mixed(&[seed.into(), 77]), tasks: part(options.tasks, self.tasks), rows }
    }

    fn job<'a>(&'a self, options: &'a Options, seed: u32, honest: bool) -> Job<'a> {
        let strategy = (!honest).then(|| self.name.to_owned());
        let build = move |seed| (self.scene)(&self.setup(options, seed), honest);
        Job { world: self.world, strategy, seed, build: Box::new(build) }
    }
}

fn mixture_job(options: &Options, number: u32, seed: u32) -> Job<'_> {
    let build = move |seed: u32| {
        let setup = mixture_setup(options, seed);
        scenes::rivals(&setup, MIXTURE_ACCOUNTS, Tactic::mixture(number))
    };
    let strategy = Some(mixture_name(number));
    Job { world: MIXTURES_WORLD, strategy, seed, build: Box::new(build) }
}

fn honest_mixture_job(options: &Options, seed: u32) -> Job<'_> {
    let build = move |seed: u32| {
        let setup = mixture_setup(options, seed);
        scenes::rivals(&setup, MIXTURE_ACCOUNTS, Tactic::default())
    };
    Job { world: MIXTURES_WORLD, strategy: None, seed, build: Box::new(build) }
}

fn mixture_setup(options: &Options, seed: u32) -> Setup {
    let (tasks, rows) = (options.tasks, options.rows.next_multiple_of(2));
    Setup { seed: mixed(&[seed.into(), 77]), tasks, rows }
}

fn mixture_name(number: u32) -> String {
    format!("mixture {number}")
}

/// What was played.
#[derive(Default)]
struct Played {
    /// Outcomes by world, strategy and seed.
    outcomes: BTreeMap<(String, Option<String>), BTreeMap<u32, Outcome>>,
    /// All runs, in the order of the jobs.
    runs: Vec<Run>,
    /// Runs that failed, and comparisons that lack them.
    failures: Vec<String>,
}

impl Played {
    fn play(&mut self, jobs: Vec<Job<'_>>) {
        self.add(jobs.par_iter().map(Job::play).collect());
    }

    fn add(&mut self, results: Vec<Result<Run, String>>) {
        for result in results {
            match result {
                Ok(run) => self.add_run(run),
                Err(failure) => self.failures.push(failure),
            }
        }
    }

    fn add_run(&mut self, run: Run) {
        let of_strategy = (run.world.clone(), run.strategy.clone());
        self.outcomes.entry(of_strategy).or_default().insert(run.seed, run.outcome.clone());
        self.runs.push(run);
    }

    fn outcome(&self, world: &str, strategy: Option<&str>, seed: u32) -> Option<Outcome> {
        let of_strategy = (world.to_owned(), strategy.map(str::to_owned));
        self.outcomes.get(&of_strategy)?.get(&seed).cloned()
    }

    /// The outcomes of honest work and of a strategy with these seeds. A seed with which one of
    /// them is missing is left out, and noted.
    fn pairs(&mut self, world: &str, strategy: &str, seeds: &[u32]) -> Pairs {
        let mut pairs = Pairs::default();
        for seed in seeds {
            let honest = self.outcome(world, None, *seed);
            match honest.zip(self.outcome(world, Some(strategy), *seed)) {
                Some((one, other)) => {
                    pairs.honest.push(one);
                    pairs.strategy.push(other);
                }
                None => self.failures.push(format!("{strategy} is not compared with seed {seed}")),
            }
        }
        pairs
    }
}

/// Plays everything that was asked for.
pub(crate) fn play_all(options: &Options) -> Report {
    let is_chosen =
        |name: &str| options.only.is_empty() || options.only.iter().any(|it| it == name);
    let cases: Vec<_> = CASES.iter().filter(|case| is_chosen(case.name)).collect();
    let seeds: Vec<u32> = (0..options.seeds).collect();
    let mut played = Played::default();
    played.play(jobs_of(&cases, options, &seeds));
    let mixtures = if is_chosen(MIXTURES) && options.mixtures > 0 {
        Some(play_mixtures(options, &mut played))
    } else {
        None
    };
    let row = |case: &&Case| Row::new(case, &played.pairs(case.world, case.name, &seeds));
    let rows = cases.iter().map(row).collect();
    let Played { runs, failures, .. } = played;
    Report::new(options, rows, mixtures, (runs, failures))
}

/// The runs of these cases. What is honest is played once for each world.
fn jobs_of<'a>(cases: &[&'a Case], options: &'a Options, seeds: &[u32]) -> Vec<Job<'a>> {
    let mut jobs = Vec::new();
    let mut worlds = Vec::new();
    for case in cases {
        let is_new = !worlds.contains(&case.world);
        worlds.push(case.world);
        for seed in seeds {
            if is_new {
                jobs.push(case.job(options, *seed, true));
            }
            jobs.push(case.job(options, *seed, false));
        }
    }
    jobs
}

/// Plays each mixture with a few seeds, and then the best of them with as many fresh ones as every
/// other strategy: the best of many is partly the luckiest.
fn play_mixtures(options: &Options, played: &mut Played) -> Mixtures {
    let few: Vec<u32> = (0..(options.seeds / 5).max(2)).collect();
    let honest = few.iter().map(|seed| honest_mixture_job(options, *seed));
    let all = (0..options.mixtures)
        .flat_map(|number| few.iter().map(move |seed| mixture_job(options, number, *seed)));
    played.play(honest.chain(all).collect());
    let mixtures: Vec<_> = (0..options.mixtures)
        .map(|number| played.pairs(MIXTURES_WORLD, &mixture_name(number), &few))
        .collect();
    let best = Mixtures::best_of(&mixtures);
    let fresh: Vec<u32> = (FRESH_SEEDS..).take(options.seeds as usize).collect();
    let again = fresh
        .iter()
        .flat_map(|seed| [honest_mixture_job(options, *seed), mixture_job(options, best, *seed)]);
    played.play(again.collect());
    let again = played.pairs(MIXTURES_WORLD, &mixture_name(best), &fresh);
    Mixtures::new(&mixtures, best, &again)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worlds_with_one_name_have_one_honest_side() {
        for (place, case) in CASES.iter().enumerate() {
            let same = CASES.iter().skip(place + 1).filter(|other| other.world == case.world);
            for other in same {
                assert_eq!((case.tasks, case.rows), (other.tasks, other.rows), "{}", other.name);
            }
        }
        let mut names = names();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CASES.len() + 1);
    }

    fn job(build: fn(u32) -> Scene) -> Job<'static> {
        let strategy = Some("hoarder".to_owned());
        Job { world: "alone", strategy, seed: 3, build: Box::new(build) }
    }

    #[test]
    fn a_run_that_breaks_off_is_named_and_the_others_go_on() {
        let good = job(|seed| {
            scenes::alone(&Setup { seed: seed.into(), tasks: 1, rows: 600 }, Tactic::default())
        });
        let mut played = Played::default();
        played.play(vec![job(|_| panic!("on purpose")), Job { seed: 4, ..good }]);
        assert_eq!(played.failures, ["hoarder in the world \"alone\" with seed 3 broke off"]);
        assert_eq!(played.runs.iter().map(|run| run.seed).collect::<Vec<_>>(), [4]);
    }

    #[test]
    fn a_run_that_ends_too_early_is_no_run() {
        let ended = |is_stuck| {
            let outcome = Outcome { is_stuck, tasks: 2, ..Outcome::default() };
            job(|_| panic!("it is not played")).end(outcome).map(|run| run.outcome.tasks)
        };
        assert_eq!(ended(false), Ok(2));
        assert!(ended(true).is_err_and(|why| why.contains("seed 3") && why.contains("2 tasks")));
    }

    #[test]
    fn a_pair_that_is_not_whole_is_left_out_and_named() {
        let run = |strategy: Option<&str>, seed: u32| {
            let outcome = Outcome { tasks: seed.into(), ..Outcome::default() };
            let strategy = strategy.map(str::to_owned);
            Ok(Run { world: "alone".into(), strategy, seed, outcome })
        };
        let mut played = Played::default();
        let both = [run(None, 2), run(Some("hoarder"), 2)];
        played.add(vec![run(None, 0), run(Some("hoarder"), 1)]);
        played.add(both.into());
        let Pairs { honest, strategy } = played.pairs("alone", "hoarder", &[0, 1, 2]);
        assert_eq!(honest.iter().map(|run| run.tasks).collect::<Vec<_>>(), [2]);
        assert_eq!(honest, strategy);
        let missing = [0, 1].map(|seed| format!("hoarder is not compared with seed {seed}"));
        assert_eq!(played.failures, missing);
    }
}
