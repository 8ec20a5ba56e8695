//! The model card: what a person should know before using a model, as Markdown.

use crate::views::percent;
use nocknock_client::{AccountId, Recorded};
use nocknock_primitives::{
    ids::{ContentHash, RecordId},
    provenance::Provenance,
    score::Score,
    text::printable,
};
use nocknock_requester::ModelFile;

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
    if model.about.classes.is_empty() {
        return "Names of the classes are not known.\n".to_owned();
    }
    let names: Vec<String> = model.about.classes.iter().map(|name| plain(name)).collect();
    format!("Classes: {}.\n", names.join(", "))
}

/// A name from the data as it stands in the card: whatever it holds, it is neither markup nor
/// hidden.
fn plain(name: &str) -> String {
    let mut plain = String::new();
    for c in printable(name).chars() {
        if "\\`*_{}[]<>()#+!|&~".contains(c) {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}

fn columns(model: &ModelFile) -> String {
    let Some(quantiser) = &model.about.quantiser else {
        return "How numbers become inputs is not known.\n".to_owned();
    };
    let rows = quantiser
        .columns()
        .iter()
        .map(|column| format!("| {} | {} | {} |\n", plain(&column.name), column.low, column.high));
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
    let train_data = said(from.train_data.as_ref().map(ToString::to_string));
    [
        ("training data (blob)", train_data, "attested"),
        ("machine image", hash(attested.image), "attested"),
        ("program", hash(attested.code), "attested"),
        ("hyper-parameters", hash(attested.hyperparameters), "attested"),
    ]
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use nocknock_client::Hash;
    use nocknock_primitives::{
        ids::{CircuitId, ModelCommitment},
        model::{field, model_commitment, shape::TINY_4X3X2, Fr, Weights},
        task::Attestation,
        text::is_deceptive,
    };
    use nocknock_requester::{About, DeliveredModel, Origin};

    /// A model that answers "yes" to everything.
    pub(crate) fn model() -> ModelFile {
        let mut weights = Weights::zero(&TINY_4X3X2);
        weights.hidden[1] = -4;
        weights.output_bias[1] = 7;
        let salt = Fr::from(42u64);
        let commitment = model_commitment(&TINY_4X3X2, salt, &weights).unwrap();
        let about = About {
            version: 1,
            shape: TINY_4X3X2.name().to_owned(),
            commitment: ModelCommitment(field::to_bytes(&commitment)),
            salt: hex::encode(field::to_bytes(&salt)),
            classes: vec!["no".to_owned(), "yes".to_owned()],
            quantiser: None,
            origin: Origin {
                genesis: Hash::from([1; 32]),
                experiment: 2,
                task: 3,
                version: 4,
                worker: AccountId::from([5; 32]),
                score: Score::new(9, 10),
            },
        };
        ModelFile { shape: TINY_4X3X2, weights, about }
    }

    /// The same, with what the chain records about it.
    pub(crate) fn delivered() -> DeliveredModel {
        let file = model();
        let record = Recorded {
            provenance: Provenance {
                experiment: 2,
                task: 3,
                version: 4,
                submitter: AccountId::from([5; 32]),
                model: file.about.commitment,
                circuit: CircuitId([6; 32]),
                score: file.about.origin.score,
                data_roots: ContentHash([7; 32]),
                train_data: None,
                attestation: Attestation::default(),
            },
            anchor: 0,
            previous: None,
        };
        DeliveredModel { record_id: 8, record, file }
    }

    #[test]
    fn a_card_tells_score_origin_and_how_to_check_them() {
        let model = delivered();
        let card = model_card(&model.file, 8, &model.record);
        for word in ["90.00 %", "Classes: no, yes", "nocknock verify", "not stated"] {
            assert!(card.contains(word), "{word}\n{card}");
        }
        assert!(card.contains(&model.file.about.commitment.to_string()));
        assert!(!card.contains(&model.file.about.salt));
    }

    #[test]
    fn a_name_of_the_data_is_neither_markup_nor_hidden() {
        let mut model = delivered();
        model.file.about.classes = vec!["a\u{202e}b".to_owned(), "[c](d) | `e`\n# f".to_owned()];
        let card = model_card(&model.file, 8, &model.record);
        assert!(!card.chars().any(|c| c != '\n' && is_deceptive(c)), "{card}");
        assert!(card.contains("Classes: a\u{fffd}b"), "{card}");
        assert!(card.contains(r"\[c\]\(d\) \| \`e\` \# f"), "{card}");
    }
}
