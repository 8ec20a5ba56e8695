//! The model card: what a person should know before using a model, as Markdown.

use crate::{model_file::ModelFile, store, views::percent};
use nocknock_client::{AccountId, Recorded};
use nocknock_primitives::{
    ids::{ContentHash, RecordId},
    provenance::Provenance,
    score::Score,
};

/// What the last section of a card says.
const CHECK: &str = "\
It recomputes the commitment from the weights and compares it with the registry, the proved score, the provenance record and its \
anchor.";

/// The card of a model that the chain has a record of.
pub(crate) fn model_card(model: &ModelFile, id: RecordId, record: &Recorded) -> String {
    let origin = &model.about.origin;
    let title = format!("# Model {} of experiment {}\n", origin.version, origin.experiment);
    [
        title.as_str(),
        "A model that was trained, proved, sold and delivered on a NockNock chain.\n",
        "## Score\n",
        &score(&origin.score),
        "## Inputs and outputs\n",
        &network(model),
        &classes(model),
        &columns(model),
        "## Origin\n",
        &origin_table(model, id, record),
        "## Check it\n",
        "```sh\nnocknock verify model.safetensors\n```\n",
        CHECK,
        "",
    ]
    .join("\n")
}

fn score(score: &Score) -> String {
    format!(
        "{} test rows of {} are classified correctly ({}). The chain has verified zero-knowledge proofs of this on data \
         that was drawn and revealed after the worker had committed to the model. The requester of a task knows its test \
         data before.\n",
        score.correct,
        score.total,
        percent(score),
    )
}

fn network(model: &ModelFile) -> String {
    let shape = &model.shape;
    format!(
        "A perceptron of shape `{}`: {} inputs of {} bits, {} hidden units, {} outputs, integers throughout. \
         `h = max(W1·x + b1, 0) >> {}`, `z = W2·h + b2`; the class is the one whose output is strictly the largest.\n",
        shape.name(),
        shape.inputs,
        shape.input_bits,
        shape.hidden,
        shape.classes,
        shape.shift,
    )
}

fn classes(model: &ModelFile) -> String {
    match model.about.classes.is_empty() {
        true => "Names of the classes are not known.\n".to_owned(),
        false => format!("Classes: {}.\n", model.about.classes.join(", ")),
    }
}

fn columns(model: &ModelFile) -> String {
    let Some(quantiser) = &model.about.quantiser else {
        return "How numbers become inputs is not known.\n".to_owned();
    };
    let rows = quantiser
        .columns()
        .iter()
        .map(|column| format!("| `{}` | {} | {} |\n", column.name, column.low, column.high));
    let table: String = rows.collect();
    format!(
        "Each number is moved into the range of its column and scaled to the bits of an input.\n\n\
         | column | low | high |\n| --- | --- | --- |\n{table}"
    )
}

/// What is said, the value, and how far it can be trusted.
type Row = (&'static str, String, &'static str);

fn origin_table(model: &ModelFile, id: RecordId, record: &Recorded) -> String {
    let mut rows = recomputable_rows(model, &record.provenance);
    rows.extend(attested_rows(&record.provenance));
    rows.push(("provenance record", id.to_string(), "checked"));
    let line = |(name, value, how): Row| format!("| {name} | `{value}` | {how} |\n");
    let lines: String = rows.into_iter().map(line).collect();
    format!("| what | value | by |\n| --- | --- | --- |\n{lines}")
}

fn recomputable_rows(model: &ModelFile, from: &Provenance<AccountId>) -> Vec<Row> {
    let origin = &model.about.origin;
    let genesis = format!("{:?}", origin.genesis);
    let commitment = model.about.commitment.to_string();
    vec![
        ("chain (genesis hash)", genesis, "checked"),
        ("task", origin.task.to_string(), "checked"),
        ("worker", origin.worker.to_string(), "checked"),
        ("commitment to the weights", commitment, "proved"),
        ("roots of the data (hash)", from.data_roots.to_string(), "proved"),
        ("circuit", from.circuit.to_string(), "checked"),
    ]
}

fn attested_rows(from: &Provenance<AccountId>) -> [Row; 4] {
    let attested = &from.attestation;
    let said = |value: Option<String>| value.unwrap_or_else(|| "not stated".to_owned());
    let hash = |hash: Option<ContentHash>| said(hash.map(|hash| hash.to_string()));
    let train_data = said(from.train_data.as_ref().map(store::shown));
    [
        ("training data (blob)", train_data, "attested"),
        ("machine image", hash(attested.image), "attested"),
        ("program", hash(attested.code), "attested"),
        ("hyper-parameters", hash(attested.hyperparameters), "attested"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model_file::tests::model;
    use nocknock_primitives::{ids::CircuitId, task::Attestation};

    #[test]
    fn a_card_tells_score_origin_and_how_to_check_them() {
        let model = model();
        let record = Recorded {
            provenance: Provenance {
                experiment: 2,
                task: 3,
                version: 4,
                submitter: AccountId::from([5; 32]),
                model: model.about.commitment,
                circuit: CircuitId([6; 32]),
                score: model.about.origin.score,
                data_roots: ContentHash([7; 32]),
                train_data: None,
                attestation: Attestation::default(),
            },
            anchor: 0,
            previous: None,
        };
        let card = model_card(&model, 8, &record);
        for word in ["90.00 %", "Classes: no, yes", "nocknock verify", "not stated"] {
            assert!(card.contains(word), "{word}\n{card}");
        }
        assert!(card.contains(&model.about.commitment.to_string()));
        assert!(!card.contains(&model.about.salt));
    }
}
