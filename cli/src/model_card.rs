//! The model card: what a person should know before using a model, as Markdown.

use crate::views::{percent, words};
use nocknock_client::{AccountId, Experiment, Recorded};
use nocknock_dataset::{check::interval::wilson, shape_name, Encoding, Metric};
use nocknock_primitives::{
    ids::{ContentHash, RecordId},
    model::{Dense, Goal, Head},
    provenance::Provenance,
    score::Score,
    text::printable,
};
use nocknock_requester::ModelFile;

mod results;

pub(crate) use results::TestResults;

/// What the score is where each class counts the same.
const BALANCED: &str =
    "balanced accuracy: each class counts the same, since rows of rarer classes are in \
    the data as copies, and copies are counted";

/// What the last section of a card says.
const CHECK: &str = "\
It recomputes the commitment from weights, key, task, worker and encoding, and compares it with the registry, the proved score, the provenance record and its \
anchor.";

/// What a card tells beside the model and its record, as far as it is at hand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Beside {
    /// The experiment of the model.
    pub(crate) experiment: Option<Experiment>,
    /// How the model does on the test rows.
    pub(crate) tests: Option<TestResults>,
}

/// The card of a model that the chain has a record of.
pub(crate) fn model_card(
    model: &ModelFile,
    id: RecordId,
    record: &Recorded,
    beside: &Beside,
) -> String {
    let origin = &model.about.origin;
    let tests = beside.tests.as_ref();
    let title = format!("# Model {} of experiment {}\n", origin.version, origin.experiment);
    [
        title.as_str(),
        "A model that was trained, proved, sold and delivered on a NockNock chain.\n",
        &experiment(beside.experiment.as_ref()),
        "## Score\n",
        &score(model, tests),
        &by_class(model, tests),
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

/// What the owner of the experiment says about it.
fn experiment(experiment: Option<&Experiment>) -> String {
    let Some(Experiment { description, .. }) = experiment else {
        return String::new();
    };
    let [name, text] = [&*description.name, &*description.text].map(|text| plain(&words(text)));
    let text = match text.as_str() {
        "" => "Its owner says no more about it.",
        text => text,
    };
    format!("## Experiment\n\n{name}\n\n{text}\n")
}

fn score(model: &ModelFile, tests: Option<&TestResults>) -> String {
    let score = &model.about.origin.score;
    let Score { correct, total } = score;
    let metric = model.about.encoding.as_ref().map(Encoding::metric);
    let reached = match (&model.architecture.head, metric) {
        (Head::Classes { .. }, Some(Metric::BalancedAccuracy)) => {
            format!("{correct} points of {total} are reached on the test rows, a {BALANCED}")
        }
        (Head::Classes { .. }, Some(Metric::Accuracy) | None) => {
            format!("{correct} test rows of {total} are classified correctly")
        }
        (Head::Number { goal: Goal::Within { tolerance }, .. }, _) => {
            let off = off_by(model, *tolerance);
            format!("for {correct} test rows of {total} {off} at most")
        }
        (Head::Labels { .. } | Head::Number { goal: Goal::AbsoluteError { .. }, .. }, _) => {
            format!("{correct} points of {total} are reached on the test rows")
        }
    };
    format!(
        "{reached} ({}). {}{}The chain has verified zero-knowledge proofs of this on data that was drawn and revealed after the \
         worker had committed to the model. The requester of a task knows its test data beforehand.\n",
        percent(score),
        spread(model, metric, tests),
        tests.map(|tests| constant(model, tests)).unwrap_or_default(),
    )
}

/// A tolerance, in the units of the column if these are known.
fn off_by(model: &ModelFile, tolerance: u32) -> String {
    match model.about.encoding.as_ref().and_then(Encoding::scale) {
        Some(scale) => format!("the number is off by {}", scale.distance(tolerance.into())),
        None => format!("the output is off by {tolerance}"),
    }
}

/// What needs no model.
fn constant(model: &ModelFile, tests: &TestResults) -> String {
    let (points, all) = tests.constant(model);
    let share = 100.0 * points as f64 / all.max(1) as f64;
    let about = match model.architecture.head {
        Head::Classes { .. } | Head::Labels { .. } => "",
        Head::Number { .. } => "at most ",
    };
    format!("The best answer that is always the same would reach {about}{share:.2} %. ")
}

/// How exactly the score was measured, if its rows are all different ones.
fn spread(model: &ModelFile, metric: Option<Metric>, tests: Option<&TestResults>) -> String {
    let Score { correct, total } = model.about.origin.score;
    let between = |(low, high): (f64, f64)| format!("{:.1} to {:.1} %", 100.0 * low, 100.0 * high);
    let measured = || between(wilson(correct.into(), total.into()));
    match (&model.architecture.head, metric, tests) {
        (Head::Classes { best: 1, .. }, Some(Metric::Accuracy), _) => {
            let share = measured();
            format!("In 95 % of all cases such a model is right about {share} of all rows. ")
        }
        (Head::Number { goal: Goal::Within { .. }, .. }, Some(Metric::Accuracy), _) => {
            let share = measured();
            format!("In 95 % of all cases such a model is near enough for {share} of all rows. ")
        }
        (Head::Classes { best: 1, .. }, Some(Metric::BalancedAccuracy), Some(tests)) => {
            let share = between(tests.balanced_interval());
            format!(
                "In 95 % of all cases the balanced accuracy of such a model on all rows is {share}: \
                 here copies of a row count once. "
            )
        }
        (_, Some(Metric::BalancedAccuracy), _) => {
            "How exactly it was measured follows from the different rows of each class, which are fewer \
             than the points. "
                .to_owned()
        }
        _ => String::new(),
    }
}

/// What the test rows say about each class.
fn by_class(model: &ModelFile, tests: Option<&TestResults>) -> String {
    if !matches!(model.architecture.head, Head::Classes { .. }) {
        return String::new();
    }
    let title = "## Classes on the test rows\n\n";
    let Some(tests) = tests else {
        return format!(
            "{title}The test rows were not at hand. `nocknock predict` tells how the model does on a \
             file of rows.\n"
        );
    };
    let share = |share: Option<f64>| {
        share.map_or("-".to_owned(), |share| format!("{:.2} %", 100.0 * share))
    };
    let lines = tests.classes().map(|(class, result)| {
        let name = plain(&model.class_name(class));
        let [recall, precision, f1] = result.shares().map(share);
        let (rows, right) = (result.rows, result.right);
        format!("| {name} | {rows} | {right} | {recall} | {precision} | {f1} |\n")
    });
    let lines: String = lines.collect();
    format!(
        "{title}Counted on the machine that fetched the model, and unproved: proofs cover the sum of \
         the points alone.\n\n\
         | class | rows | right | recall | precision | F1 |\n| --- | --- | --- | --- | --- | --- |\n\
         {lines}"
    )
}

fn network(model: &ModelFile) -> String {
    let architecture = &model.architecture;
    let layers: Vec<String> = architecture.hidden.iter().map(layer).collect();
    let layers = if layers.is_empty() { "no hidden layer".to_owned() } else { layers.join(", ") };
    format!(
        "A model of shape `{}`: {} inputs of {} bits, {layers}, {} outputs, integers throughout. A hidden layer computes \
         `max(W·x + b, 0) >> shift` of what comes in, the outputs are `W·h + b` of the last of them; {}.\n",
        shape_name(architecture),
        architecture.inputs,
        architecture.input_bits,
        architecture.outputs(),
        answer(&architecture.head),
    )
}

fn layer(layer: &Dense) -> String {
    format!("a hidden layer of {} units with a shift of {}", layer.units, layer.shift)
}

/// What the outputs mean.
fn answer(head: &Head) -> String {
    match head {
        Head::Classes { best: 1, .. } => {
            "the class is the one whose output is strictly the largest".to_owned()
        }
        Head::Classes { best, .. } => {
            format!("an answer is right if the class is among the {best} with the largest outputs")
        }
        Head::Labels { .. } => "each output of at least 0 names its label".to_owned(),
        Head::Number { .. } => "the output is the number that is asked for".to_owned(),
    }
}

fn classes(model: &ModelFile) -> String {
    let encoding = model.about.encoding.as_ref();
    if let Some((column, scale)) = encoding.and_then(|it| Some((it.label(), it.scale()?))) {
        let (low, step) = (scale.low(), scale.step());
        let column = plain(column);
        return format!("An output `y` stands for `{low} + {step} · y` in the column {column}.\n");
    }
    let names: Vec<String> = model.classes().iter().map(|name| plain(name)).collect();
    if names.is_empty() {
        "Names of the classes are not known.\n".to_owned()
    } else {
        format!("Classes: {}.\n", names.join(", "))
    }
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
    let Some(encoding) = &model.about.encoding else {
        return "How values become inputs is not known.\n".to_owned();
    };
    let rows = encoding.columns().iter().map(|column| {
        let (name, kind) = (plain(&column.name), plain(&column.describe()));
        format!("| {name} | {kind} | {} |\n", column.inputs())
    });
    let table: String = rows.collect();
    format!(
        "Rows are given as they are: the file of the model says how the values of each column become \
         inputs, and the commitment binds it. {} inputs are used.\n\n\
         | column | kind | inputs |\n| --- | --- | --- |\n{table}",
        encoding.used_inputs()
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
        ("commitment to the model", commitment, "proved"),
        ("roots of the data (hash)", from.data_roots.to_string(), "proved"),
        ("encoding (hash)", model.about.encoding_hash.to_string(), "checked"),
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
    use nocknock_dataset::{Profile, Range, ReadOptions, Table, Wanted};
    use nocknock_primitives::{
        experiment,
        ids::{CiphertextHash, CircuitId, KeyCommitment, ModelCommitment},
        model::{names::named, Block, Description, Label, Sample, Weights},
        provenance::Seal,
        task::Attestation,
        text::is_deceptive,
    };
    use nocknock_requester::{About, DeliveredModel, Origin};
    use std::path::Path;

    /// A model that answers "yes" to everything.
    pub(crate) fn model() -> ModelFile {
        let architecture = named("tiny-4x3x2").unwrap();
        let mut weights = Weights::zero(&architecture);
        weights.layers[0].weights[1] = -4;
        weights.layers[1].biases[1] = 7;
        let about = About {
            version: 3,
            architecture: Description::clone(&architecture),
            commitment: ModelCommitment([0; 32]),
            key: format!("{:064x}", 42).into(),
            encoding: None,
            encoding_hash: ContentHash([8; 32]),
            origin: Origin {
                genesis: Hash::from([1; 32]),
                experiment: 2,
                task: 3,
                version: 4,
                worker: AccountId::from([5; 32]),
                score: Score::new(9, 10),
            },
        };
        let mut model = ModelFile { architecture, weights, about };
        model.about.commitment = model.commitment().unwrap();
        model
    }

    /// A table of two columns of numbers and two classes.
    pub(crate) fn rows() -> Table {
        table("a,b,class\n0,1,no\n1,0,yes\n2,2,no\n3,1,yes\n")
    }

    /// A table from its text.
    pub(crate) fn table(text: &str) -> Table {
        let options = ReadOptions { separator: Some(b','), ..ReadOptions::default() };
        Table::read_csv(text.as_bytes(), Path::new("t.csv"), &options).unwrap()
    }

    /// The encoding of a table for models of the shape for tests.
    pub(crate) fn encoding_of(table: &Table) -> Encoding {
        let architecture = named("tiny-4x3x2").unwrap();
        let profile = Profile::of(table, &Wanted::default()).unwrap();
        Encoding::fit(table, &profile, &architecture, Range::MinMax).unwrap().encoding
    }

    /// The model that answers "yes" to everything, with its encoding.
    pub(crate) fn encoded() -> ModelFile {
        with_encoding(encoding_of(&rows()))
    }

    /// The same weights with another encoding.
    pub(crate) fn with_encoding(encoding: Encoding) -> ModelFile {
        let mut model = model();
        model.about.encoding_hash = encoding.hash();
        model.about.encoding = Some(encoding);
        model.about.commitment = model.commitment().unwrap();
        model
    }

    /// The same, with what the chain records about it.
    pub(crate) fn delivered() -> DeliveredModel {
        let file = encoded();
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
            seal: Seal { key: KeyCommitment([9; 32]), ciphertext: CiphertextHash([10; 32]) },
            anchor: 0,
        };
        DeliveredModel { record_id: 8, record, file }
    }

    #[test]
    fn a_card_tells_score_origin_and_how_to_check_them() {
        let model = delivered();
        let card = model_card(&model.file, 8, &model.record, &Beside::default());
        let words =
            ["90.00 %", "Classes: no, yes", "nocknock verify", "not stated", "| kind | inputs |"];
        for word in words {
            assert!(card.contains(word), "{word}\n{card}");
        }
        assert!(card.contains(&model.file.about.commitment.to_string()));
        assert!(!card.contains(model.file.about.key.as_str()));
    }

    #[test]
    fn a_card_tells_how_exactly_a_score_was_measured() {
        let card = score(&encoded(), None);
        assert!(card.contains("right about 59.6 to 98.2 % of all rows"), "{card}");
        assert!(!score(&model(), None).contains("95 %"), "nobody knows whether rows are copies");
    }

    /// Results of the model that answers "yes" on three rows of that class and one of the other.
    fn tested(model: &ModelFile) -> TestResults {
        let sample =
            |first, class| Sample { inputs: vec![first, 0, 0, 0], label: Label::Class(class) };
        let samples = vec![sample(0, 1), sample(1, 1), sample(2, 1), sample(3, 0)];
        let mut results = TestResults::default();
        results.add(model, &Block::new(&model.architecture, samples).unwrap());
        results
    }

    #[test]
    fn a_card_tells_each_class_and_what_needs_no_model() {
        let delivered = delivered();
        let tests = Some(tested(&delivered.file));
        let beside = Beside { tests, ..Beside::default() };
        let card = model_card(&delivered.file, 8, &delivered.record, &beside);
        assert!(card.contains("| no | 1 | 0 | 0.00 % | - | 0.00 % |"), "{card}");
        assert!(card.contains("| yes | 3 | 3 | 100.00 % | 75.00 % | 85.71 % |"), "{card}");
        assert!(card.contains("always the same would reach 75.00 %"), "{card}");
        assert!(card.contains("and unproved"), "{card}");
        let without = model_card(&delivered.file, 8, &delivered.record, &Beside::default());
        assert!(without.contains("The test rows were not at hand"), "{without}");
        assert!(!without.contains("always the same"), "{without}");
    }

    #[test]
    fn a_card_tells_the_experiment_in_the_words_of_its_owner() {
        let description = experiment::Description::new::<&str>("Ir*is", "[petals]", &[], None);
        let experiment = Experiment {
            owner: AccountId::from([5; 32]),
            description: description.unwrap(),
            encoding: None,
            created_at: 1,
            archived: false,
            champion: None,
            versions: 4,
        };
        let told = super::experiment(Some(&experiment));
        assert_eq!(told, "## Experiment\n\nIr\\*is\n\n\\[petals\\]\n");
        assert_eq!(super::experiment(None), "");
    }

    /// An interval that counts copies as rows would be too narrow.
    #[test]
    fn a_card_calls_balanced_accuracy_by_its_name_and_says_that_copies_are_counted() {
        let encoding = encoding_of(&rows()).measured_by(Metric::BalancedAccuracy).unwrap();
        let model = with_encoding(encoding);
        let card = score(&model, None);
        for words in
            ["a balanced accuracy", "copies are counted", "90.00 %", "fewer than the points"]
        {
            assert!(card.contains(words), "{words}\n{card}");
        }
        assert!(!card.contains("95 %") && !card.contains("classified correctly"), "{card}");
        let card = score(&model, Some(&tested(&model)));
        assert!(card.contains("here copies of a row count once"), "{card}");
    }

    #[test]
    fn a_card_tells_layers_and_what_the_outputs_mean() {
        let card = |name: &str| {
            let mut model = model();
            model.architecture = named(name).unwrap();
            network(&model) + &score(&model, None)
        };
        let deep = card("tiny-5x4x3x3");
        assert!(deep.contains("units with a shift of 2, a hidden layer of 3 units"), "{deep}");
        assert!(deep.contains("strictly the largest"), "{deep}");
        assert!(deep.contains("9 test rows of 10 are classified correctly"), "{deep}");
        let flat = card("tiny-6x3");
        assert!(flat.contains("no hidden layer, 3 outputs"), "{flat}");
        let number = card("tiny-4x3-error");
        assert!(number.contains("9 points of 10"), "{number}");
        let within = card("tiny-4x3-within");
        assert!(within.contains("9 test rows of 10 the output is off by 50 at most"), "{within}");
    }

    #[test]
    fn a_card_tells_which_numbers_the_outputs_stand_for() {
        let json = serde_json::to_string(&encoding_of(&rows())).unwrap();
        let (columns, _) = json.split_once("\"target\"").unwrap();
        let target = r#"{"kind":"number","column":"a price","place":2,"low":"-20","step":"0.25"}"#;
        let encoding = serde_json::from_str(&format!("{columns}\"target\":{target}}}")).unwrap();
        let mut model = with_encoding(encoding);
        let told = classes(&model);
        assert_eq!(told, "An output `y` stands for `-20 + 0.25 · y` in the column a price.\n");
        // The tolerance is 50 outputs.
        model.architecture = named("tiny-4x3-within").unwrap();
        let told = score(&model, None);
        assert!(told.contains("the number is off by 12.5 at most"), "{told}");
    }

    #[test]
    fn without_an_encoding_the_card_says_so() {
        let model = model();
        assert_eq!(classes(&model), "Names of the classes are not known.\n");
        assert_eq!(columns(&model), "How values become inputs is not known.\n");
    }

    #[test]
    fn each_column_has_a_line_in_the_card() {
        let card = columns(&encoded());
        for name in ["a", "b"] {
            assert!(card.contains(&format!("\n| {name} | ")), "{card}");
        }
        assert!(card.contains("2 inputs are used"), "{card}");
    }

    #[test]
    fn a_name_of_the_data_is_no_markup() {
        let table = table("a | b,class\n0,[c](d) | `e` # f\n1,yes\n2,yes\n");
        let model = with_encoding(encoding_of(&table));
        let card = model_card(&model, 8, &delivered().record, &Beside::default());
        assert!(card.contains(r"\[c\]\(d\) \| \`e\` \# f"), "{card}");
        assert!(card.contains(r"| a \| b |"), "{card}");
    }

    #[test]
    fn nothing_in_a_name_is_hidden() {
        let name = plain("a\u{202e}b\n# c");
        assert!(!name.chars().any(is_deceptive), "{name}");
        assert!(name.starts_with("a\u{fffd}b"), "{name}");
    }
}
