//! The worlds in which strategies are played. Each is built twice: with honest work, and with the
//! strategy. Seeds, models, rows and accounts are the same.

use crate::{
    agents::{Candidates, Council, Lab, Offer, Provider, Source, Strategy, Tactic, Watcher},
    chain::{account, start, AccountId, Balance, Genesis, NNK},
    model::Progress,
    oracle,
    random::mixed,
    world::{Censor, Outcome, Watched, World},
};
use std::collections::BTreeSet;

/// What all worlds of a comparison have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    /// Decides everything that is left to chance.
    pub(crate) seed: u64,
    /// Tasks.
    pub(crate) tasks: u32,
    /// Test rows of each.
    pub(crate) rows: u32,
}

/// Kinds of accounts.
const GROUP: u8 = 1;
const RIVAL: u8 = 2;
const CUSTODIAN: u8 = 3;
const AUTHORITY: u8 = 4;
const STAND_IN: u8 = 5;
const WATCHER: u8 = 6;
const OTHER: u8 = 7;
const SPONSOR: u8 = 8;

/// What sponsors pay for the models of a task.
const REWARD: Balance = 100 * NNK;

/// What an account of a lab owns where stakes are needed.
const PURSE: Balance = 1_000 * NNK;

/// A world that has not begun.
pub(crate) struct Scene {
    genesis: Genesis,
    agents: Vec<Box<dyn Strategy>>,
    watched: Watched,
    censor: Option<Censor>,
    absent: BTreeSet<AccountId>,
    more_sessions: u32,
}

impl Scene {
    /// Plays it to its end.
    pub(crate) fn play(self) -> Outcome {
        oracle::reset();
        let Self { genesis, agents, watched, censor, absent, more_sessions } = self;
        let seed = genesis.seed;
        start(&genesis).execute_with(|| {
            let outcome = World::new(agents, watched, censor, absent, seed).play(more_sessions);
            #[cfg(test)]
            crate::chain::check_state();
            outcome
        })
    }

    /// A chain with experiments of these custodians, on which nobody does anything yet.
    fn new(setup: &Setup, custodians: Vec<AccountId>) -> Self {
        Self {
            genesis: Genesis {
                seed: setup.seed,
                custodians,
                sponsor: None,
                rows: setup.rows,
                authorities: accounts(AUTHORITY, 4),
                endowed: Vec::new(),
            },
            agents: Vec::new(),
            watched: Watched::default(),
            censor: None,
            absent: BTreeSet::new(),
            more_sessions: 0,
        }
    }

    fn with(mut self, agent: impl Strategy + 'static) -> Self {
        self.agents.push(Box::new(agent));
        self
    }

    /// These accounts are those of the strategy.
    fn of_group(mut self, accounts: impl IntoIterator<Item = AccountId>) -> Self {
        self.watched.group.extend(accounts);
        self
    }

    /// These are those of others that train models.
    fn of_others(mut self, accounts: impl IntoIterator<Item = AccountId>) -> Self {
        self.watched.others.extend(accounts);
        self
    }
}

fn accounts(kind: u8, count: u32) -> Vec<AccountId> {
    (0..count).map(|number| account(kind, number)).collect()
}

/// How labs get better: from 12 % of errors to an eightieth, in twelve steps within the first half
/// of all tasks. Half of what they get wrong is hard for all of them.
fn progress(setup: &Setup, lab: u8) -> Progress {
    Progress {
        seed: mixed(&[setup.seed, lab.into(), 2]),
        first: 0.12,
        last: 0.0125,
        steps: 12,
        tasks: setup.tasks / 2,
        common: 0.5,
    }
}

/// A lab that has one model, as good as this from the beginning.
fn at_once(setup: &Setup, lab: u8, error: f64) -> Progress {
    let progress = progress(setup, lab);
    Progress { first: error, last: error, tasks: 0, ..progress }
}

fn lab(setup: &Setup, kind: u8, count: u32, tactic: Tactic) -> Lab {
    Lab {
        accounts: accounts(kind, count),
        experiment: 0,
        progress: Some(progress(setup, kind)),
        tactic,
        seed: mixed(&[setup.seed, kind.into(), 3]),
        tasks: setup.tasks,
        rows: setup.rows,
        least: 0,
        memory: Default::default(),
    }
}

fn provider(setup: &Setup, who: AccountId, experiment: u32, offer: Offer) -> Provider {
    let seed = mixed(&[setup.seed, experiment.into(), 1]);
    Provider::new(who, experiment, offer, (seed, setup.tasks, setup.rows))
}

fn custodian(setup: &Setup) -> Provider {
    provider(setup, account(CUSTODIAN, 0), 0, Offer::Minted)
}

/// A world with an honest custodian and a lab of sixteen accounts.
pub(crate) fn alone(setup: &Setup, tactic: Tactic) -> Scene {
    Scene::new(setup, accounts(CUSTODIAN, 1))
        .of_group(accounts(GROUP, 16))
        .with(custodian(setup))
        .with(lab(setup, GROUP, 16, tactic))
}

/// The same with an honest rival that has models as good.
pub(crate) fn rivals(setup: &Setup, count: u32, tactic: Tactic) -> Scene {
    Scene::new(setup, accounts(CUSTODIAN, 1))
        .of_group(accounts(GROUP, count))
        .of_others(accounts(RIVAL, 1))
        .with(custodian(setup))
        .with(lab(setup, GROUP, count, tactic))
        .with(lab(setup, RIVAL, 1, Tactic::default()))
}

/// A lab without models beside an honest one.
pub(crate) fn without_models(setup: &Setup, tactic: Tactic) -> Scene {
    Scene::new(setup, accounts(CUSTODIAN, 1))
        .of_group(accounts(GROUP, 16))
        .of_others(accounts(RIVAL, 1))
        .with(custodian(setup))
        .with(Lab { progress: None, ..lab(setup, GROUP, 16, tactic) })
        .with(lab(setup, RIVAL, 1, Tactic::default()))
}

/// A lab with as good a model as the champion, which somebody else has brought.
pub(crate) fn equals(setup: &Setup, count: u32, tactic: Tactic) -> Scene {
    let late = Tactic { hold: 0.1, ..tactic };
    let group =
        Lab { progress: Some(at_once(setup, GROUP, 0.03)), ..lab(setup, GROUP, count, late) };
    let first = Lab {
        progress: Some(at_once(setup, RIVAL, 0.03)),
        ..lab(setup, RIVAL, 1, Tactic::default())
    };
    Scene::new(setup, accounts(CUSTODIAN, 1))
        .of_group(accounts(GROUP, count))
        .of_others(accounts(RIVAL, 1))
        .with(custodian(setup))
        .with(group)
        .with(first)
}

/// A lab that is the first one, with one good model.
pub(crate) fn first(setup: &Setup, count: u32, tactic: Tactic) -> Scene {
    let group =
        Lab { progress: Some(at_once(setup, GROUP, 0.03)), ..lab(setup, GROUP, count, tactic) };
    Scene::new(setup, accounts(CUSTODIAN, 1))
        .of_group(accounts(GROUP, count))
        .with(custodian(setup))
        .with(group)
}

/// Eight tasks at a time.
pub(crate) fn eight_at_once(setup: &Setup, tactic: Tactic) -> Scene {
    Scene::new(setup, accounts(CUSTODIAN, 1))
        .of_group(accounts(GROUP, 16))
        .with(custodian(setup).at_once(8))
        .with(lab(setup, GROUP, 16, tactic))
}

/// Two labs compete for rewards of a sponsor. The stake of each commitment is 5 tokens.
pub(crate) fn sponsored(setup: &Setup, tactic: Tactic) -> Scene {
    let (group, rival) = (accounts(GROUP, 16), accounts(RIVAL, 1));
    let offer = Offer::Reward(REWARD, vec![10_000]);
    sponsors_world(setup, group.iter().chain(&rival))
        .of_group(group)
        .of_others(rival)
        .with(provider(setup, account(SPONSOR, 0), 0, offer))
        .with(lab(setup, GROUP, 16, tactic))
        .with(lab(setup, RIVAL, 1, Tactic::default()))
}

/// A chain without a curriculum, on which a sponsor and these accounts own something.
fn sponsors_world<'a>(setup: &Setup, labs: impl Iterator<Item = &'a AccountId>) -> Scene {
    let mut scene = Scene::new(setup, Vec::new());
    scene.genesis.sponsor = Some(account(SPONSOR, 0));
    scene.genesis.endowed = labs.map(|who| (who.clone(), PURSE)).collect();
    scene.genesis.endowed.push((account(SPONSOR, 0), 1_000_000 * NNK));
    scene
}

/// A sponsor pays two ranks, with two accounts of its own that know the rows. Two honest labs
/// compete, and deliver for no less than three quarters of what the first rank gets. A model is
/// worth to the sponsor what it offers for the first one.
///
/// What the sponsor can gain: its accounts take whichever ranks they like, for their score is
/// perfect, and get the shares of these back, less the validators' part. If it leaves a later rank
/// to others, it buys an honest model for the share of that rank, which is a quarter of the one
/// before it at least, from labs that deliver for so little; one that names a least price lets the
/// rank pass and loses nothing but its work. What it cannot gain: a model for less than the share
/// of its rank or the least price of its owner, the stakes of others, tokens, because a sponsored
/// task mints none, or work points. If its accounts take all ranks, as here, it has no model
/// either, and pays the validators for that.
pub(crate) fn own_ranks(setup: &Setup, honest: bool) -> Scene {
    let (sponsor, own) = (account(SPONSOR, 0), accounts(GROUP, 2));
    let (rivals, others) = (accounts(RIVAL, 1), accounts(OTHER, 1));
    let offer = Offer::Reward(REWARD, vec![8_000, 2_000]);
    let asks = |kind| Lab { least: 75, ..lab(setup, kind, 1, Tactic::default()) };
    let mut scene = sponsors_world(setup, own.iter().chain(&rivals).chain(&others))
        .of_group(own)
        .of_group([sponsor.clone()])
        .of_others(rivals)
        .of_others(others)
        .with(provider(setup, sponsor, 0, offer))
        .with(asks(RIVAL))
        .with(asks(OTHER));
    scene.watched.bought = Some((0, 0.8 * (REWARD / NNK) as f64));
    if honest {
        return scene;
    }
    let tactic = Tactic { copies: 1, ..Tactic::default() };
    let knows = Some(at_once(setup, GROUP, 0.0));
    scene.with(Lab { progress: knows, ..lab(setup, GROUP, 2, tactic) })
}

/// A custodian with sixteen accounts that knows its rows, so that its models can have as few errors
/// as it likes. Honest, it shows the perfect one. Otherwise its accounts take small steps in turn,
/// and stand for all the seats that they can get. Eight authorities validate; on another experiment
/// an honest lab with four accounts wins and stands, too.
pub(crate) fn colluding(setup: &Setup, honest: bool) -> Scene {
    let group = accounts(GROUP, 16);
    let tactic = if honest {
        Tactic::default()
    } else {
        Tactic { drip: 1.6, in_turn: true, ..Tactic::default() }
    };
    let knows = Some(at_once(setup, GROUP, 0.0));
    let mut scene = two_experiments(setup)
        .of_group(group.clone())
        .of_group([account(CUSTODIAN, 0)])
        .with(Lab { progress: knows, ..lab(setup, GROUP, 16, tactic) })
        .with(Candidates(group));
    scene.more_sessions = 24;
    scene
}

/// Two experiments, eight authorities, and an honest lab with four candidates on the second one.
fn two_experiments(setup: &Setup) -> Scene {
    let others = accounts(OTHER, 4);
    let tactic = Tactic { in_turn: true, ..Tactic::default() };
    let mut scene = Scene::new(setup, accounts(CUSTODIAN, 2))
        .of_others(others.clone())
        .with(custodian(setup))
        .with(provider(setup, account(CUSTODIAN, 1), 1, Offer::Minted))
        .with(Lab { experiment: 1, ..lab(setup, OTHER, 4, tactic) })
        .with(Candidates(others));
    scene.genesis.authorities = accounts(AUTHORITY, 8);
    scene
}

/// Accounts of a lab that win in turn and take seats. Honest, they run nodes.
pub(crate) fn absent(setup: &Setup, honest: bool) -> Scene {
    let group = accounts(GROUP, 6);
    let tactic = Tactic { in_turn: true, ..Tactic::default() };
    let mut scene = two_experiments(setup)
        .of_group(group.clone())
        .with(lab(setup, GROUP, 6, tactic))
        .with(Candidates(group.clone()));
    scene.more_sessions = 60;
    if !honest {
        scene.absent.extend(group);
    }
    scene
}

/// A custodian with a lab of its own that knows the rows, against one whose lab does not.
pub(crate) fn insider(setup: &Setup, honest: bool) -> Scene {
    let honest_lab = lab(setup, GROUP, 16, Tactic::default());
    let knows = Some(at_once(setup, GROUP, 0.0));
    let lab = if honest { honest_lab } else { Lab { progress: knows, ..honest_lab } };
    Scene::new(setup, accounts(CUSTODIAN, 1))
        .of_group(accounts(GROUP, 16))
        .of_group(accounts(CUSTODIAN, 1))
        .with(custodian(setup))
        .with(lab)
}

/// A custodian that shows the same rows again and again, or does not. Labs remember all rows that
/// were ever shown, somebody looks for equal ones, and the council has another custodian ready.
pub(crate) fn repeating(setup: &Setup, honest: bool) -> Scene {
    let source = if honest { Source::Fresh } else { Source::RepeatFrom((setup.tasks / 6).max(1)) };
    let remembers = Tactic { remember: true, ..Tactic::default() };
    let stand_in = account(STAND_IN, 0);
    Scene::new(setup, accounts(CUSTODIAN, 1))
        .of_group(accounts(CUSTODIAN, 1))
        .of_others(accounts(RIVAL, 1))
        .with(custodian(setup).with_source(source))
        .with(provider(setup, stand_in.clone(), 0, Offer::Minted).with_source(Source::Fresh))
        .with(Council { experiment: 0, next: stand_in, rows: setup.rows })
        .with(lab(setup, RIVAL, 1, remembers))
        .with(Watcher::new(account(WATCHER, 0)))
}

/// A lab that is also one of four authors, and leaves the calls of its rival out of its blocks.
pub(crate) fn censoring(setup: &Setup, honest: bool) -> Scene {
    let author = account(AUTHORITY, 0);
    let friends = accounts(GROUP, 16).into_iter().chain(accounts(CUSTODIAN, 1)).collect();
    let mut scene = rivals(setup, 16, Tactic::default()).of_group([author.clone()]);
    if !honest {
        scene.censor = Some(Censor { author, friends });
    }
    scene
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETUP: Setup = Setup { seed: 5, tasks: 3, rows: 600 };

    /// The invariants of the pallets are checked when a scene has been played.
    #[test]
    fn honest_work_earns_what_is_minted() {
        let outcome = alone(&SETUP, Tactic::default()).play();
        assert!(outcome.income > 1_000.0, "{outcome:?}");
        assert_eq!((outcome.tasks, outcome.path.len()), (3, 3));
        assert!(outcome.costs.failed.abs() < 0.5, "{outcome:?}");
    }

    #[test]
    fn every_world_comes_to_an_end() {
        let scenes: [fn(&Setup, bool) -> Scene; 7] =
            [own_ranks, colluding, absent, insider, repeating, censoring, |setup, honest| {
                let tactic = Tactic { liars: 5, ..Tactic::default() };
                if honest {
                    rivals(setup, 8, Tactic::default())
                } else {
                    rivals(setup, 8, tactic)
                }
            }];
        for scene in scenes {
            for honest in [true, false] {
                let outcome = scene(&SETUP, honest).play();
                assert!(outcome.tasks >= 3 && !outcome.is_stuck, "{outcome:?}");
            }
        }
    }

    #[test]
    fn a_world_in_which_nothing_happens_is_stuck() {
        let mut scene = sponsored(&SETUP, Tactic::default());
        scene.genesis.endowed.clear();
        let outcome = scene.play();
        assert!(outcome.is_stuck && outcome.tasks == 0, "{outcome:?}");
    }
}
