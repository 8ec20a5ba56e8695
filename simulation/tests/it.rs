//! A small run of the strategies of which it is known how they end.

use nocknock_simulation::{run, Options, Report};

fn played(names: &[&str], tasks: u32) -> Report {
    let only = names.iter().map(|name| (*name).to_owned()).collect();
    let options = Options { tasks, seeds: 2, rows: 3_000, mixtures: 0, only };
    run(&options).expect("there are such strategies")
}

#[test]
fn honest_work_earns_and_a_copy_earns_nothing() {
    let report = played(&["dripper", "copycat"], 10);
    let (dripper, copycat) = (report.row("dripper").unwrap(), report.row("copycat").unwrap());
    assert!(dripper.honest > 10_000.0, "{dripper:?}");
    assert!(copycat.income.abs() < 1e-6, "{copycat:?}");
    assert!(copycat.honest.abs() < 1e-6, "who has no model earns nothing honestly either");
    assert!(report.row("liar").is_none());
}

#[test]
fn liars_lose() {
    let report = played(&["liar", "liar with stakes"], 10);
    let (minted, staked) = (report.row("liar").unwrap(), report.row("liar with stakes").unwrap());
    assert!(minted.honest > 1_000.0 && minted.income.abs() < 1e-6, "{minted:?}");
    assert!(staked.honest > 0.0 && staked.income < -5.0, "{staked:?}");
}

#[test]
fn a_provider_that_repeats_rows_loses_its_part() {
    let report = played(&["repeating provider"], 12);
    let row = report.row("repeating provider").unwrap();
    assert!(row.honest > 100.0 && row.income < row.honest, "{row:?}");
}

#[test]
fn a_sponsor_gains_nothing_on_its_own_ranks() {
    let report = played(&["own ranks"], 6);
    assert!(report.row("own ranks").unwrap().gain.mean < 0.0);
    assert!(report.complaints().is_empty(), "{:?}", report.complaints());
}

#[test]
fn the_same_seeds_give_the_same_runs() {
    let [one, other] = [(); 2].map(|()| played(&["sybil"], 8).csv());
    assert_eq!(one, other);
}

#[test]
fn unknown_names_and_too_few_seeds_are_refused() {
    let unknown = Options { only: vec!["saint".into()], ..Options::quick() };
    assert!(run(&unknown).is_err());
    assert!(run(&Options { seeds: 1, ..Options::quick() }).is_err());
}
