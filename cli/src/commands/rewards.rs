//! `nocknock rewards`.

use crate::{
    amount::Amount,
    commands::{
        account_or_own, parse_account,
        status::{emission_json, emission_lines},
    },
    failure::Failure,
    node::Node,
    output::{number, pairs, table, text},
    views::{perhaps, score, shown},
};
use clap::Args;
use nocknock_client::{AccountId, CurriculumEntry, SeatBond, Snapshot};
use nocknock_primitives::{
    ids::ExperimentId,
    reward::{Registration, Standing},
};
use serde_json::{json, Value};

/// Show the pot, work points, candidates and the standing of workers.
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
        let emission = best.emission().await?;
        let issuance = best.total_issuance().await?;
        let overview = read(&best, account_or_own(self.worker, node)).await?;
        let practice = best.practice().await?;
        let value = json!({
            "emission": emission_json(&emission, issuance),
            "practice": practice.as_ref().map(|practice| json!({
                "circuit": shown(practice.terms.circuit),
                "rows": practice.terms.rows,
                "min_score": score(&practice.terms.min_score),
            })),
            "overview": overview.json(),
        });
        node.output.show(&value, || {
            let emission = pairs(emission_lines(&emission, issuance));
            format!("{emission}\n\n{}", overview.text())
        })
    }
}

async fn read(best: &Snapshot, worker: Option<AccountId>) -> Result<Overview, Failure> {
    Ok(Overview {
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

impl Overview {
    fn json(&self) -> Value {
        json!({
            "curriculum": self.curriculum.iter().map(curriculum_json).collect::<Vec<_>>(),
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
            vec![
                number(id),
                text(format!("{:?}", entry.task_share)),
                number(format!("{}/{}", entry.open, entry.max_open)),
                text(custodian.unwrap_or_else(|| "vacant".to_owned())),
            ]
        });
        let candidates =
            self.candidates.iter().map(|(who, points)| vec![text(who), number(Amount(*points))]);
        let mut parts = vec![
            table(&["curriculum", "share of the pot", "open tasks", "custodian"], curriculum),
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

fn curriculum_json((id, entry): &(ExperimentId, CurriculumEntry)) -> Value {
    json!({
        "experiment": id,
        "custodian": perhaps(entry.custodian),
        "task_share_ppm": entry.task_share.deconstruct(),
        "max_open": entry.max_open,
        "open": entry.open,
        "removed": entry.removed,
    })
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
