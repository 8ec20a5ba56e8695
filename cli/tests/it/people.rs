//! People with development accounts, and what they own, to the smallest unit.

use crate::{
    chain::Chain,
    processes::{until, Running},
    support::Finished,
};
use serde_json::Value;
use std::{collections::BTreeMap, path::Path, sync::Mutex, thread};

/// One token in the smallest unit.
pub(crate) const NNK: u128 = 1_000_000_000_000;

/// A chain and the people on it.
#[derive(Debug)]
pub(crate) struct People {
    pub(crate) chain: Chain,
    /// What each has paid for the transactions that [`People::act`] has sent.
    fees: Mutex<BTreeMap<String, u128>>,
}

/// What an account has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Money {
    pub(crate) free: u128,
    pub(crate) held: u128,
}

/// What somebody had, to be compared with what they have later.
#[derive(Debug)]
pub(crate) struct Purse {
    who: &'static str,
    had: Money,
    fees: u128,
}

/// What a command is given.
pub(crate) type Arguments<'a> = &'a [&'a str];

impl People {
    /// The people of a chain that is gone at the end of the test.
    #[track_caller]
    pub(crate) fn of_a_new_chain(home: &Path) -> Self {
        Self { chain: Chain::start(home), fees: Mutex::default() }
    }

    /// Runs a command in somebody's name, whatever becomes of it.
    pub(crate) fn run(&self, who: &str, arguments: Arguments<'_>) -> Finished {
        self.chain.run(&in_the_name_of(who, arguments))
    }

    /// Starts a command in somebody's name. Its output goes to files that begin like `stem`.
    #[track_caller]
    pub(crate) fn spawn(&self, who: &str, arguments: Arguments<'_>, stem: &Path) -> Running {
        let mut command = self.chain.command(&in_the_name_of(who, arguments));
        Running::spawn(&mut command, stem)
    }

    /// The answer to a command.
    #[track_caller]
    pub(crate) fn ask(&self, who: &str, arguments: Arguments<'_>) -> Value {
        self.run(who, arguments).json()
    }

    /// Sends a call, and notes its fee.
    #[track_caller]
    pub(crate) fn act(&self, who: &str, arguments: Arguments<'_>) -> Value {
        let report = self.ask(who, arguments);
        let fee = units(&report["fee"]);
        assert!(fee > 0, "{arguments:?} was free");
        let mut fees = self.fees.lock().unwrap();
        *fees.entry(who.to_owned()).or_default() += fee;
        report
    }

    /// Lets several people send a call at the same time. Their reports come in the same order.
    #[track_caller]
    pub(crate) fn act_at_once(&self, acts: &[(&str, Arguments<'_>)]) -> Vec<Value> {
        thread::scope(|scope| {
            let running: Vec<_> = acts
                .iter()
                .map(|(who, arguments)| scope.spawn(move || self.act(who, arguments)))
                .collect();
            running.into_iter().map(|act| act.join().expect("nobody is refused")).collect()
        })
    }

    /// The chain would refuse this command with this error. It is only rehearsed, which costs
    /// nothing.
    #[track_caller]
    pub(crate) fn are_refused(&self, who: &str, arguments: Arguments<'_>, error: &str) {
        let rehearsed = [arguments, ["--dry-run"].as_slice()].concat();
        self.run(who, &rehearsed).fails(4, &[error]);
    }

    /// What somebody has now.
    #[track_caller]
    pub(crate) fn money(&self, who: &str) -> Money {
        let account = &self.ask(who, &["status"])["account"];
        Money { free: units(&account["free"]), held: units(&account["held"]) }
    }

    /// Remembers what somebody has now.
    #[track_caller]
    pub(crate) fn purse(&self, who: &'static str) -> Purse {
        Purse { who, had: self.money(who), fees: self.fees_of(who) }
    }

    /// Somebody's account, as the chain writes it.
    #[track_caller]
    pub(crate) fn account(&self, who: &str) -> String {
        let status = self.ask(who, &["status"]);
        let account = status["account"]["account"].as_str();
        account.expect("keys have an account").to_owned()
    }

    /// Waits until the chain has a block of this number.
    #[track_caller]
    pub(crate) fn wait_for_block(&self, number: u64) {
        until(&format!("there is block {number}"), || {
            let status = self.chain.run(&["status"]).json();
            let best = status["chain"]["best"].as_u64();
            best.filter(|best| *best >= number)
        });
    }

    /// Waits until an epoch has just begun.
    #[track_caller]
    pub(crate) fn wait_for_an_epoch(&self) {
        let epoch = || {
            let status = self.chain.run(&["status"]).json();
            status["chain"]["epoch"].as_u64()
        };
        let before = epoch();
        until("another epoch has begun", || epoch().filter(|now| Some(*now) != before));
    }

    fn fees_of(&self, who: &str) -> u128 {
        let fees = self.fees.lock().unwrap();
        fees.get(who).copied().unwrap_or_default()
    }
}

impl Purse {
    /// What was on hold.
    pub(crate) fn on_hold(&self) -> u128 {
        self.had.held
    }

    /// Nothing more is on hold than before, and so much was gained, in the smallest unit and beside
    /// the fees.
    #[track_caller]
    pub(crate) fn has_gained(&self, people: &People, expected: i128) {
        let has = people.money(self.who);
        let fees = people.fees_of(self.who) - self.fees;
        assert_eq!(has.held, self.had.held, "on hold of {}", self.who);
        let gained = signed(has.free + fees) - signed(self.had.free);
        assert_eq!(gained, expected, "gain of {}", self.who);
    }

    /// So much more is on hold than before.
    #[track_caller]
    pub(crate) fn holds_more(&self, people: &People, expected: u128) {
        let has = people.money(self.who);
        assert_eq!(has.held, self.had.held + expected, "on hold of {}", self.who);
    }
}

fn in_the_name_of<'a>(who: &'a str, arguments: Arguments<'a>) -> Vec<&'a str> {
    [["--dev-account", who].as_slice(), arguments].concat()
}

fn signed(amount: u128) -> i128 {
    amount.try_into().expect("nobody owns so much")
}

/// An amount in the smallest unit. The program prints it as an exact decimal number of NNK.
#[track_caller]
pub(crate) fn units(amount: &Value) -> u128 {
    let text = amount.as_str().expect("an amount is a text");
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{fraction:0<12}");
    digits.parse().expect("an amount is a decimal number")
}

/// The fields of the first event of this name that a report tells of.
#[track_caller]
pub(crate) fn event<'a>(report: &'a Value, name: &str) -> &'a Value {
    let events = report["events"].as_array().expect("a report has events");
    let found = events.iter().find(|event| event["event"] == name);
    let found = found.unwrap_or_else(|| panic!("there is no {name} in {report}"));
    &found["fields"]
}
