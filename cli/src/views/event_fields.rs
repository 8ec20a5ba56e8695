//! The fields of events, under the names that they have on the chain and in the forms that all
//! JSON of this program uses.

use super::{score, shown};
use crate::amount::Amount;
use nocknock_client::{DomainEvent, FieldValue};
use serde_json::{json, Map, Value};

/// The fields of an event of any kind.
pub(super) fn fields(event: &DomainEvent) -> Value {
    match event.fields() {
        Ok(fields) => record(&fields),
        Err(error) => json!({ "unreadable": error.to_string() }),
    }
}

fn record(fields: &[(String, FieldValue)]) -> Value {
    let fields = fields.iter().map(|(name, value)| (name.clone(), json(value)));
    Value::Object(fields.collect::<Map<_, _>>())
}

fn json(value: &FieldValue) -> Value {
    match value {
        FieldValue::Absent => Value::Null,
        FieldValue::Truth(truth) => json!(truth),
        FieldValue::Number(number) => json!(number),
        FieldValue::Amount(amount) => json!(Amount(*amount)),
        FieldValue::Account(account) => shown(account),
        FieldValue::Blob(blob) => shown(blob),
        FieldValue::Score(proved) => score(proved),
        FieldValue::Bytes(bytes) => Value::String(format!("0x{}", hex::encode(bytes))),
        FieldValue::Text(text) => json!(text),
        FieldValue::Case(name, parts) => case(&word(name), parts),
        FieldValue::List(values) => Value::Array(values.iter().map(json).collect()),
        FieldValue::Record(fields) => record(fields),
    }
}

/// A word, with what belongs to it if there is more to say.
fn case(name: &str, parts: &[(String, FieldValue)]) -> Value {
    match parts {
        [] => json!(name),
        [(place, value)] if place == "0" => json!({ name: json(value) }),
        parts => json!({ name: record(parts) }),
    }
}

/// The name of a case as all JSON of this program writes it: `NotProved` is `not-proved`.
fn word(name: &str) -> String {
    let mut word = String::new();
    for (place, letter) in name.char_indices() {
        if place > 0 && letter.is_ascii_uppercase() {
            word.push('-');
        }
        word.push(letter.to_ascii_lowercase());
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_client::{
        AccountId, ExperimentsEvent, ProvenanceEvent, RewardsEvent, TasksEvent, WtmEvent, NNK,
    };
    use nocknock_primitives::{
        experiment::Stage,
        fact::FactStatus,
        ids::{BlobId, ModelCommitment},
        score::Score,
        task::{Fate, Funding, Outcome},
    };

    fn worker() -> AccountId {
        AccountId::from([1; 32])
    }

    #[test]
    fn a_payment_names_its_fields_and_gives_amounts_as_exact_texts() {
        let paid = DomainEvent::Tasks(TasksEvent::WinnerPaid {
            task: 5,
            worker: worker(),
            rank: 0,
            paid: NNK / 4,
            fee: NNK,
        });
        let expected = json!({
            "task": 5,
            "worker": worker().to_string(),
            "rank": 0,
            "paid": "0.25",
            "fee": "1",
        });
        assert_eq!(fields(&paid), expected);
    }

    #[test]
    fn a_claim_names_who_got_and_who_lost_how_much() {
        let claimed = DomainEvent::Wtm(WtmEvent::Claimed {
            fact: 5,
            who: worker(),
            returned: 0,
            lost: NNK / 2,
            won: NNK,
        });
        let expected = json!({
            "fact": 5,
            "who": worker().to_string(),
            "returned": "0",
            "lost": "0.5",
            "won": "1",
        });
        assert_eq!(fields(&claimed), expected);
    }

    /// Ids, addresses of data and scores have the forms that they have elsewhere in the JSON.
    #[test]
    fn each_kind_of_value_has_the_form_that_it_has_everywhere() {
        let model = ModelCommitment([3; 32]);
        let recorded = DomainEvent::Provenance(ProvenanceEvent::ModelRecorded {
            record: 1,
            task: 2,
            model,
            submitter: worker(),
        });
        let expected = json!({
            "record": 1,
            "task": 2,
            "model": model.to_string(),
            "submitter": worker().to_string(),
        });
        assert_eq!(fields(&recorded), expected);

        let train_data = BlobId([9; 32]);
        let opened =
            DomainEvent::Tasks(TasksEvent::TaskOpened { task: 1, train_data, commit_end: 8 });
        let expected = json!({ "task": 1, "train_data": train_data.to_string(), "commit_end": 8 });
        assert_eq!(fields(&opened), expected);

        let completed = DomainEvent::Tasks(TasksEvent::SubmissionCompleted {
            task: 1,
            worker: worker(),
            score: Score::new(3, 4),
        });
        let expected = json!({
            "task": 1,
            "worker": worker().to_string(),
            "score": score(&Score::new(3, 4)),
        });
        assert_eq!(fields(&completed), expected);
    }

    /// The words are those of the tables of tasks, experiments and facts.
    #[test]
    fn one_of_several_cases_is_a_word() {
        let task = |event| fields(&DomainEvent::Tasks(event));
        let funding = Funding::Curriculum;
        let created = TasksEvent::TaskCreated {
            task: 1,
            experiment: 2,
            requester: worker(),
            funding,
            budget: 0,
        };
        assert_eq!(task(created)["funding"], "curriculum");
        let settled = TasksEvent::TaskSettled {
            task: 1,
            outcome: Outcome::NoCommitments,
            ranked: 1,
            amounts: vec![NNK / 2],
        };
        assert_eq!(task(settled.clone())["outcome"], "no-commitments");
        assert_eq!(task(settled)["amounts"], json!(["0.5"]));
        let closed =
            TasksEvent::CommitmentClosed { task: 1, worker: worker(), fate: Fate::NotDelivered };
        assert_eq!(task(closed)["fate"], "not-delivered");
        let staged = ExperimentsEvent::ModelStageChanged {
            experiment: 1,
            version: 2,
            stage: Stage::Champion,
        };
        assert_eq!(fields(&DomainEvent::Experiments(staged))["stage"], "champion");
        let decided = WtmEvent::FactDecided { fact: 1, status: FactStatus::Retracted, fee: 0 };
        assert_eq!(fields(&DomainEvent::Wtm(decided))["status"], "retracted");
    }

    #[test]
    fn what_is_missing_is_null_and_a_list_is_a_list() {
        let proposed = |supersedes| {
            let event = WtmEvent::FactProposed { fact: 1, proposer: worker(), supersedes };
            fields(&DomainEvent::Wtm(event))["supersedes"].clone()
        };
        assert_eq!((proposed(None), proposed(Some(7))), (Value::Null, json!(7)));
        let drawn = TasksEvent::SplitDrawn { task: 1, test_blocks: vec![2, 5] };
        let expected = json!({ "task": 1, "test_blocks": [2, 5] });
        assert_eq!(fields(&DomainEvent::Tasks(drawn)), expected);
    }

    #[test]
    fn no_event_is_without_its_fields() {
        let stored = DomainEvent::Tasks(TasksEvent::SeedStored { number: 1 });
        assert_eq!(fields(&stored), json!({ "number": 1 }));
        let grew = RewardsEvent::PotGrew { session: 3, added: NNK, free_pot: 2 * NNK };
        let expected = json!({ "session": 3, "added": "1", "free_pot": "2" });
        assert_eq!(fields(&DomainEvent::Rewards(grew)), expected);
    }
}
