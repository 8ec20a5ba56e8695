//! `nocknock rewards`.

use crate::{
    amount::Amount,
    commands::{
        account_or_own, parse_account,
        status::{emission_json, emission_lines},
    },
    failure::Failure,
    node::Node,
    output::{number, pairs, table, text, Shown},
    views::{halved, halvings, perhaps, score, shown},
};
use clap::Args;
use nocknock_client::{
    AccountId, BlockNumber, CurriculumEntry, CurriculumRules, EmissionState, SeatBond, Snapshot,
};
use nocknock_primitives::{
    format::{DataFormat, LabelFormat},
    ids::ExperimentId,
    reward::{Registration, Standing},
    task::Periods,
};
use serde_json::{json, Value};

/// Show the pot, the curriculum, work points, candidates and the standing of workers.
///
/// The level of an experiment says how many halvings of the error the chain has paid for in it. A
/// model is paid for what it adds to the level. The rules are what tasks of the experiment have to
/// be like.
#[derive(Debug, Args)]
pub(crate) struct ShowRewards {
    /// Show the registration of this worker as well [default: the account that signs, if keys are
    /// named].
    #[arg(long, value_parser = parse_account, value_name = "ACCOUNT")]
    worker: Option<AccountId>,
}

/// How a worker stands.
#[derive(Debug)]
struct Worker {
    account: AccountId,
    registration: Option<Registration>,
    points: u128,
    bond: Option<SeatBond>,
    barred: bool,
}

/// What the chain says about rewards.
#[derive(Debug)]
struct Overview {
    emission: EmissionState,
    curriculum: Vec<(ExperimentId, CurriculumEntry)>,
    candidates: Vec<(AccountId, u128)>,
    seats: Vec<AccountId>,
    elected: Vec<AccountId>,
    validators_pot: u128,
    total_points: u128,
    worker: Option<Worker>,
}

impl ShowRewards {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let best = node.best().await?;
        let issuance = best.total_issuance().await?;
        let overview = read(&best, account_or_own(self.worker, node)).await?;
        let emission = &overview.emission;
        let practice = best.practice().await?;
        let value = json!({
            "emission": emission_json(emission, issuance),
            "practice": practice.as_ref().map(|practice| json!({
                "circuit": shown(practice.terms.circuit),
                "rows": practice.terms.rows,
                "min_score": score(&practice.terms.min_score),
            })),
            "overview": overview.json(),
        });
        node.output.show(&value, || {
            let emission = pairs(emission_lines(emission, issuance));
            format!("{emission}\n\n{}", overview.text())
        })
    }
}

async fn read(best: &Snapshot, worker: Option<AccountId>) -> Result<Overview, Failure> {
    Ok(Overview {
        emission: best.emission().await?,
        curriculum: best.curriculum().await?,
        candidates: best.candidates().await?,
        seats: best.seats().await?,
        elected: best.elected().await?,
        validators_pot: best.validators_pot().await?,
        total_points: best.total_work_points().await?,
        worker: match worker {
            Some(account) => Some(Worker {
                account,
                registration: best.worker(&account).await?,
                points: best.work_points(&account).await?,
                bond: best.seat_bond(&account).await?,
                barred: best.is_barred(&account).await?,
            }),
            None => None,
        },
    })
}

/// Titles of the table of the curriculum.
const CURRICULUM: [&str; 6] = [
    "curriculum",
    "weight per mille",
    "level",
    "winner's part of a halving",
    "open tasks",
    "custodian",
];

/// Titles of the table of its rules.
const RULES: [&str; 5] = ["rules", "data", "least test rows", "least periods", "encoding"];

fn rules_row((id, entry): &(ExperimentId, CurriculumEntry)) -> Vec<Shown> {
    let CurriculumRules { format, encoding, min_test_rows, min_periods } = &entry.rules;
    let periods = in_order(min_periods).map(|(name, blocks)| format!("{name} {blocks}"));
    vec![
        number(id),
        text(data(format)),
        number(min_test_rows),
        text(periods.join(", ")),
        text(encoding),
    ]
}

/// The form of data, for people.
fn data(format: &DataFormat) -> String {
    let labels = match format.labels {
        LabelFormat::Classes(classes) => format!("{classes} classes"),
        LabelFormat::Labels(labels) => format!("{labels} labels"),
        LabelFormat::Number(_) => "a number".to_owned(),
    };
    let DataFormat { inputs, input_bits, rows, .. } = format;
    format!("{inputs} inputs of {input_bits} bits, {labels}, up to {rows} rows a block")
}

fn in_order(periods: &Periods<BlockNumber>) -> [(&'static str, BlockNumber); 6] {
    let Periods { publish, commit, reveal, claim, prove, deliver } = *periods;
    [
        ("publish", publish),
        ("commit", commit),
        ("reveal", reveal),
        ("claim", claim),
        ("prove", prove),
        ("deliver", deliver),
    ]
}

fn rules_json(rules: &CurriculumRules) -> Value {
    let periods =
        in_order(&rules.min_periods).map(|(name, blocks)| (name.to_owned(), json!(blocks)));
    json!({
        "format": rules.format,
        "encoding": shown(rules.encoding),
        "min_test_rows": rules.min_test_rows,
        "min_periods": Value::Object(periods.into_iter().collect()),
    })
}

impl Overview {
    fn curriculum_json(&self, (id, entry): &(ExperimentId, CurriculumEntry)) -> Value {
        json!({
            "experiment": id,
            "custodian": perhaps(entry.custodian),
            "weight_per_mille": entry.weight,
            "level": halvings(entry.level),
            "minted_for_a_halving": Amount(self.emission.unit(entry.weight)),
            "winners_part_of_a_halving": Amount(self.emission.winners_part(entry.weight)),
            "rules": rules_json(&entry.rules),
            "max_open": entry.max_open,
            "open": entry.open,
            "removed": entry.removed,
        })
    }

    fn json(&self) -> Value {
        let curriculum = self.curriculum.iter().map(|entry| self.curriculum_json(entry));
        json!({
            "curriculum": curriculum.collect::<Vec<_>>(),
            "candidates": self.candidates.iter().map(candidate_json).collect::<Vec<_>>(),
            "seats": names(&self.seats),
            "elected": names(&self.elected),
            "validators_pot": Amount(self.validators_pot),
            "total_work_points": Amount(self.total_points),
            "worker": self.worker.as_ref().map(Worker::json),
        })
    }

    fn text(&self) -> String {
        let curriculum = self.curriculum.iter().map(|(id, entry)| {
            let custodian = entry.custodian.map(|who| who.to_string());
            let part = Amount(self.emission.winners_part(entry.weight));
            vec![
                number(id),
                number(entry.weight),
                number(halved(entry.level)),
                number(format!("{part} NNK")),
                number(format!("{}/{}", entry.open, entry.max_open)),
                text(custodian.unwrap_or_else(|| "vacant".to_owned())),
            ]
        });
        let candidates =
            self.candidates.iter().map(|(who, points)| vec![text(who), number(Amount(*points))]);
        let mut parts = vec![
            table(&CURRICULUM, curriculum),
            table(&RULES, self.curriculum.iter().map(rules_row)),
            format!("Work points in all: {}", Amount(self.total_points)),
            format!("In the validators' pot: {} NNK", Amount(self.validators_pot)),
        ];
        if !self.candidates.is_empty() {
            parts.push(table(&["candidate", "points"], candidates));
        }
        parts.push(format!("Validate in the next session: {}", names(&self.seats).join(", ")));
        if self.elected != self.seats {
            let elected = names(&self.elected).join(", ");
            parts.push(format!("Would be elected if this session ended now: {elected}"));
        }
        parts.extend(self.worker.as_ref().map(Worker::text));
        parts.join("\n\n")
    }
}

fn names(accounts: &[AccountId]) -> Vec<String> {
    accounts.iter().map(AccountId::to_string).collect()
}

fn candidate_json((who, points): &(AccountId, u128)) -> Value {
    json!({ "account": shown(who), "work_points": Amount(*points) })
}

impl Worker {
    fn json(&self) -> Value {
        json!({
            "account": shown(self.account),
            "standing": self.standing(),
            "expires": self.registration.map(|registration| registration.expires),
            "has_proved_a_claim": self.registration.map(|registration| registration.known),
            "work_points": Amount(self.points),
            "bond": self.bond.map(|bond| json!({
                "amount": Amount(bond.amount),
                "returned_in_session": bond.due,
            })),
            "barred": self.barred,
        })
    }

    fn standing(&self) -> String {
        match self.registration.map(|registration| registration.standing) {
            None => "not registered".to_owned(),
            Some(Standing::Active) => "active".to_owned(),
            Some(Standing::Suspended(task)) => format!("suspended since task {task}"),
            Some(Standing::Left) => "left".to_owned(),
        }
    }

    fn text(&self) -> String {
        let expires = self.registration.map(|registration| registration.expires);
        let mut lines = vec![
            ("worker", self.account.to_string()),
            ("  standing", self.standing()),
            ("  work points", Amount(self.points).to_string()),
        ];
        if self.registration.is_some_and(|registration| registration.known) {
            lines.push(("  proved a claim", "since the registration".to_owned()));
        }
        lines.extend(expires.map(|session| ("  expires in session", session.to_string())));
        lines.extend(self.bond.map(|bond| ("  bond", format!("{} NNK", Amount(bond.amount)))));
        let returned = self.bond.and_then(|bond| bond.due);
        lines.extend(returned.map(|session| ("  bond back in session", session.to_string())));
        if self.barred {
            lines.push(("  barred", "for an offence".to_owned()));
        }
        pairs(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_client::NNK;
    use nocknock_primitives::{ids::ContentHash, level::ONE_BIT, model::names::named};

    fn overview() -> Overview {
        let min_periods =
            Periods { publish: 3, commit: 4, reveal: 5, claim: 6, prove: 7, deliver: 8 };
        let rules = CurriculumRules {
            format: DataFormat::of(&named("digits-64x32x10").unwrap()),
            encoding: ContentHash([9; 32]),
            min_test_rows: 300,
            min_periods,
        };
        let entry = CurriculumEntry {
            custodian: None,
            weight: 10,
            rules,
            level: ONE_BIT * 5 / 2,
            max_open: 4,
            open: 1,
            removed: false,
        };
        let emission = EmissionState {
            session: 7,
            released: 0,
            reserved: 0,
            minted: 0,
            burnt: 0,
            free_pot: 0,
            next_release: 0,
            max_supply: 21_000_000 * NNK,
        };
        Overview {
            emission,
            curriculum: vec![(0, entry)],
            candidates: Vec::new(),
            seats: Vec::new(),
            elected: Vec::new(),
            validators_pot: 0,
            total_points: 0,
            worker: None,
        }
    }

    #[test]
    fn the_curriculum_is_shown_with_weight_level_price_and_rules() {
        let text = overview().text();
        for words in [
            "2.50",
            "78.75 NNK",
            "1/4",
            "vacant",
            "64 inputs of 4 bits, 10 classes, up to 195 rows a block",
            "publish 3, commit 4, reveal 5, claim 6, prove 7, deliver 8",
        ] {
            assert!(text.contains(words), "{words} is not in {text}");
        }
    }

    #[test]
    fn programs_read_the_same_of_the_curriculum() {
        let json = overview().json();
        let entry = &json["curriculum"][0];
        assert_eq!(entry["weight_per_mille"], 10);
        assert_eq!(entry["level"], 2.5);
        assert_eq!(entry["minted_for_a_halving"], "105");
        assert_eq!(entry["winners_part_of_a_halving"], "78.75");
        assert_eq!(entry["rules"]["min_test_rows"], 300);
        assert_eq!(entry["rules"]["min_periods"]["claim"], 6);
        assert_eq!(entry["rules"]["format"]["inputs"], 64);
        assert_eq!(entry["custodian"], Value::Null);
    }
}
