//! The files of a run are read back.

use super::{
    tensorboard::{masked, record, scalars},
    Run, RunFolder,
};
use nocknock_dataset::{Encoding, Metric};
use nocknock_primitives::{
    model::{names::named, Weights},
    text::is_deceptive,
};
use nocknock_training::{
    Confusion, Distances, EpochMetrics, Errors, Evaluation, Judge, LabelCounts, Labels, StopReason,
    TrainConfig, TrainReport, TrainedModel, TrainingSet,
};
use serde_json::Value;
use std::{fs, path::Path};

/// Two columns of two inputs each, with names that would be markup.
const COLUMNS: &str = r#"{"version":1,"inputs":4,"inputBits":2,"named":true,"width":3,"columns":[
    {"name":"<b>age","place":0,"how":{"kind":"steps","at":["1"],"missing":{"level":0,"flag":true}}},
    {"name":"town | [x](y)","place":1,"how":{"kind":"choices","values":[["a"],["b"]],
     "other":false,"missing":false}}],"#;

fn epoch(number: u32) -> EpochMetrics {
    EpochMetrics {
        epoch: number,
        step: u64::from(number + 1) * 300,
        loss: 1.0 / f64::from(number + 1),
        training_accuracy: 0.9,
        validation_accuracy: number.is_multiple_of(2).then_some(0.8),
        validation_loss: number.is_multiple_of(2).then_some(0.4),
        learning_rate: 0.01,
        seconds: 0.5,
    }
}

fn report() -> TrainReport {
    let counts = vec![vec![4, 1, 0], vec![0, 3, 1]];
    let errors = Errors::Classes(Confusion { counts });
    let evaluation = Evaluation { samples: 9, score: 7, perfect: 9, errors };
    TrainReport {
        shape: "tiny-4x3x2".to_owned(),
        config: TrainConfig::default(),
        device: "cpu".to_owned(),
        steps: 900,
        stopped: StopReason::AllEpochs,
        best_epoch: 2,
        history: (0..3).map(epoch).collect(),
        training: evaluation.clone(),
        validation: Some(evaluation),
        seconds: 1.5,
        samples_per_second: 1e6,
    }
}

/// A training that is done.
struct Done {
    model: TrainedModel,
    data: TrainingSet,
    encoding: Option<Encoding>,
    expected: Option<f64>,
    judges: Vec<Judge>,
}

impl Done {
    /// A model of zeros of a shape, and twenty rows.
    fn new(shape: &str, labels: Labels, report: TrainReport) -> Self {
        let architecture = named(shape).unwrap();
        let model = TrainedModel { weights: Weights::zero(&architecture), report };
        let rows = (0..20u16).flat_map(|row| [row % 4, row / 4 % 4, row / 16, 3 - row % 4]);
        let data = TrainingSet { architecture, inputs: rows.collect(), labels };
        Self { model, data, encoding: None, expected: None, judges: Vec::new() }
    }

    /// Of two classes.
    fn of_classes(report: TrainReport) -> Self {
        Self::new("tiny-4x3x2", Labels::Classes([0, 1].repeat(10)), report)
    }

    fn encoded(self, target: &str) -> Self {
        let encoding = serde_json::from_str(&format!("{COLUMNS}{target}")).unwrap();
        Self { encoding: Some(encoding), ..self }
    }

    fn report(self) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let Self { model, data, encoding, expected, judges } = &self;
        let (encoding, expected) = (encoding.as_ref(), *expected);
        let run = Run { model, data, encoding, expected, judges };
        RunFolder::start(folder.path(), &model.report.history).unwrap().finish(&run).unwrap();
        folder
    }
}

/// Two classes with names that would be markup.
const CLASSES: &str = r#""target":{"kind":"classes","column":"what","place":2,
    "names":["no, <i>","a & b"]}}"#;

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

fn event_bytes(folder: &Path) -> Vec<u8> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut events = names.filter(|path| path.to_string_lossy().contains("tfevents"));
    let only = events.next().unwrap();
    assert_eq!(events.next(), None);
    fs::read(only).unwrap()
}

/// The events of a file whose lengths and checksums are right.
fn events(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut events = Vec::new();
    while !bytes.is_empty() {
        let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        assert_eq!(bytes[8..12], masked(&bytes[..8]));
        let event = &bytes[12..12 + length];
        assert_eq!(bytes[12 + length..16 + length], masked(event));
        events.push(event.to_vec());
        bytes = &bytes[16 + length..];
    }
    events
}

#[test]
fn checksums_are_those_of_castagnoli_masked() {
    // RFC 3720, B.4: the CRC-32C of 32 zero bytes is 0x8a9136aa.
    let rotated = 0x8a91_36aa_u32.rotate_right(15);
    let expected = rotated.wrapping_add(0xa282_ead8).to_le_bytes();
    assert_eq!(masked(&[0; 32]), expected);
}

#[test]
fn an_event_has_the_fields_of_its_message() {
    let event = scalars(2.0, 300, &[("a", 0.5)]);
    let expected = [
        &[0x09][..],
        &2.0f64.to_le_bytes(),
        &[0x10, 0xac, 0x02],
        &[0x2a, 10, 0x0a, 8, 0x0a, 1, b'a', 0x15],
        &0.5f32.to_le_bytes(),
    ];
    assert_eq!(event, expected.concat());
    assert_eq!(events(&record(&event)), [event]);
}

#[test]
fn a_record_grows_with_the_epochs_and_is_replaced_on_a_new_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut run = RunFolder::start(folder.path(), &[]).unwrap();
    run.add(&epoch(0)).unwrap();
    run.add(&epoch(1)).unwrap();
    drop(run);
    let mut run = RunFolder::start(folder.path(), &[epoch(0)]).unwrap();
    run.add(&epoch(1)).unwrap();
    let lines = read(folder.path(), "metrics.jsonl");
    let parsed: Vec<EpochMetrics> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(parsed, [epoch(0), epoch(1)]);
    let events = events(&event_bytes(folder.path()));
    assert_eq!(events.len(), 3);
    assert!(events[0].ends_with(b"brain.Event:2"));
    let shows = |event: &[u8], tag: &[u8]| event.windows(tag.len()).any(|part| part == tag);
    for tag in [&b"accuracy/validation"[..], b"loss/validation"] {
        assert!(shows(&events[1], tag) && !shows(&events[2], tag));
    }
}

#[test]
fn a_finished_record_has_plots_tables_and_a_report() {
    let folder = Done::of_classes(report()).report();
    for plot in ["loss.svg", "accuracy.svg", "confusion.svg", "calibration.svg"] {
        let svg = read(folder.path(), plot);
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{plot}");
    }
    for plot in ["loss.svg", "accuracy.svg", "confusion.svg"] {
        assert!(read(folder.path(), plot).contains("validation rows"), "{plot}");
    }
    let csv = read(folder.path(), "confusion.csv");
    assert_eq!(csv, "true_class,0,1,tie\n0,4,1,0\n1,0,3,1\n");
    let text = read(folder.path(), "report.md");
    assert!(text.contains("| validation | 7 | 9 | 77.78 % |"), "{text}");
    assert!(text.contains("| 3 | 0.3333 | 90.00 % | 80.00 % | 0.4000 |"), "{text}");
    assert!(text.contains("| 2 | 0.5000 | 90.00 % | - | - |"), "{text}");
    let parsed: TrainReport = serde_json::from_str(&read(folder.path(), "report.json")).unwrap();
    assert_eq!(parsed, report());
}

#[test]
fn a_result_has_its_interval_and_what_needs_no_model_beside_it() {
    let text = read(Done::of_classes(report()).report().path(), "report.md");
    // Two of the twenty rows are kept for validation, one of each class.
    assert!(text.contains("always the same | 1 | 2 | 50.00 % |"), "{text}");
    assert!(text.contains("between 45.26 % and 93.68 %"), "{text}");
    assert!(text.contains("The epoch was chosen by these rows"), "{text}");
    assert!(text.contains("nothing in this report"), "{text}");
}

#[test]
fn what_no_proof_covers_is_called_unproved() {
    let text = read(Done::of_classes(report()).encoded(CLASSES).report().path(), "report.md");
    for words in
        ["Recall, precision, F1 and AUC are unproved", "Unproved. How often", "Unproved. The share"]
    {
        assert!(text.contains(words), "{words}\n{text}");
    }
    // Of class 0 four of five are found, and nothing else is called so.
    assert!(text.contains("| 5 | 4 | 4 | 80.00 % | 100.00 % | 88.89 % |"), "{text}");
}

#[test]
fn classes_and_columns_have_their_names_everywhere_and_none_is_markup() {
    let folder = Done::of_classes(report()).encoded(CLASSES).report();
    let csv = read(folder.path(), "confusion.csv");
    assert!(csv.starts_with("true_class,\"no, <i>\",a & b,tie\n\"no, <i>\",4,"), "{csv}");
    let page = read(folder.path(), "report.html");
    for name in ["<td>no, &lt;i&gt;</td>", "<td>a &amp; b</td>", "<td>&lt;b&gt;age</td>"] {
        assert!(page.contains(name), "{name}\n{page}");
    }
    assert!(!page.contains("<i>") && !page.contains("<b>"), "{page}");
    assert!(read(folder.path(), "confusion.svg").contains("no, &lt;i&gt;"));
    assert!(read(folder.path(), "importance.svg").contains("&lt;b&gt;age"));
    let text = read(folder.path(), "report.md");
    assert!(text.contains("| no, \\<i\\> | 5 |"), "{text}");
    assert!(text.contains("| town \\| \\[x\\](y) |"), "{text}");
    let value: Value = serde_json::from_str(&read(folder.path(), "report.json")).unwrap();
    assert_eq!(value["unproved"]["classes"][0]["name"], "no, <i>");
    assert_eq!(value["unproved"]["columns"][1]["name"], "town | [x](y)");
    assert_eq!(value["training"]["rows"], 9);
}

#[test]
fn the_page_is_one_file_and_loads_nothing() {
    let page = read(Done::of_classes(report()).encoded(CLASSES).report().path(), "report.html");
    assert_eq!(page.matches("<svg").count(), 5);
    for loads in ["<script", "<link", "<img", "<a ", "href", "src=", "url(", "@import"] {
        assert!(!page.contains(loads), "{loads}");
    }
    assert!(page.contains("default-src 'none'") && page.ends_with("</html>\n"));
    assert!(!page.chars().any(|c| c != '\n' && is_deceptive(c)));
}

/// However long a training was and however many classes and columns there are.
#[test]
fn the_page_stays_small() {
    let counts = (0..256).map(|_| vec![3; 257]).collect();
    let errors = Errors::Classes(Confusion { counts });
    let judged = Evaluation { samples: 9, score: 7, perfect: 9, errors };
    let history = (0..50_000).map(epoch).collect();
    let long = TrainReport { history, validation: Some(judged), ..report() };
    let column = |n: usize| {
        format!(
            r#"{{"name":"{n} {}","place":{n},"how":{{"kind":"steps","at":["1"],
                "missing":{{"level":0,"flag":false}}}}}}"#,
            "x".repeat(58)
        )
    };
    let columns: Vec<String> = (0..2_000).map(column).collect();
    let names: Vec<String> = (0..256).map(|n| format!("\"{n} {}\"", "y".repeat(58))).collect();
    let json = format!(
        r#"{{"version":1,"inputs":2000,"inputBits":2,"named":true,"width":2001,"columns":[{}],
            "target":{{"kind":"classes","column":"what","place":2000,"names":[{}]}}}}"#,
        columns.join(","),
        names.join(",")
    );
    let done = Done::of_classes(long);
    let done = Done { encoding: Some(serde_json::from_str(&json).unwrap()), ..done };
    let folder = done.report();
    let page = read(folder.path(), "report.html");
    assert!(page.len() < 400_000, "{}", page.len());
    assert!(page.contains("And 1900 more columns") && page.contains("Taken for"), "{}", page.len());
    assert!(page.contains("epochs. All are in metrics.jsonl"));
    assert!(page.contains("<td>50000</td>"), "the last epoch is shown");
    assert!(!folder.path().join("confusion.svg").exists());
}

#[test]
fn balanced_accuracy_is_called_by_its_name() {
    let done = Done::of_classes(report()).encoded(CLASSES);
    let encoding = done.encoding.clone().unwrap().measured_by(Metric::BalancedAccuracy).unwrap();
    let text = read(Done { encoding: Some(encoding), ..done }.report().path(), "report.md");
    // Four of five and three of four.
    assert!(text.contains("the mean of all classes is 77.50 %"), "{text}");
    assert!(text.contains("balanced accuracy") && text.contains("Copies of a row count once"));
    // Of each class one different row is judged: far less is known than of nine.
    assert!(!text.contains("between 45.26 %"), "{text}");
}

/// What the report of another head says of its errors.
fn told_of(done: Done, errors: Errors) -> String {
    let judged = Evaluation { samples: 4, score: 5, perfect: 8, errors };
    let report = TrainReport { training: judged.clone(), validation: Some(judged), ..report() };
    let model = TrainedModel { report, ..done.model };
    let folder = Done { model, ..done }.report();
    assert!(!folder.path().join("confusion.csv").exists());
    read(folder.path(), "report.md")
}

#[test]
fn labels_and_numbers_are_told_in_their_own_way() {
    let counts = LabelCounts { right_yes: 1, wrong_no: 2, right_no: 0, wrong_yes: 1 };
    let labels = Labels::Sets([true, false, true].repeat(20));
    let labelled = Done::new("tiny-4x3x3-labels", labels, report());
    let text = told_of(labelled, Errors::Labels(vec![counts]));
    assert!(text.contains("| 0 | 1 | 2 | 0 | 1 | 33.33 % | 50.00 % | 40.00 % |"), "{text}");
    assert!(text.contains("| validation | 5 | 8 | 62.50 % |"), "{text}");
    assert!(text.contains("no interval is told"), "{text}");
    let distances = Errors::Number(Distances { sum: 10, largest: 7 });
    let number = || Done::new("tiny-4x3-error", Labels::Numbers((0..20).collect()), report());
    let text = told_of(number(), distances.clone());
    assert!(text.contains("2.5 in the mean, 7 at most, unproved"), "{text}");
    assert!(!text.contains("Calibration") && !text.contains("units of the column"), "{text}");
    let target =
        r#""target":{"kind":"number","column":"price","place":2,"low":"-20","step":"0.5"}}"#;
    let text = told_of(number().encoded(target), distances);
    assert!(text.contains("that is 1.25 in the mean and 3.50 at most"), "{text}");
    assert!(text.contains("an output y stands for -20 + 0.5 · y"), "{text}");
}

#[test]
fn a_run_without_an_epoch_still_has_plots() {
    let empty = TrainReport { history: Vec::new(), validation: None, ..report() };
    let folder = Done::of_classes(empty).report();
    assert!(read(folder.path(), "loss.svg").contains("</svg>"));
}

#[test]
fn a_result_without_validation_rows_is_told_as_that_of_the_training_rows() {
    let learned = || Done::of_classes(TrainReport { validation: None, ..report() });
    let folder = learned().report();
    let text = read(folder.path(), "report.md");
    assert!(text.contains("No rows were kept for validation"), "{text}");
    assert!(text.contains("## Confusion of the training rows"), "{text}");
    assert!(!text.contains("| validation |") && !text.contains("95 %"), "{text}");
    let svg = read(folder.path(), "confusion.svg");
    assert!(svg.contains("training rows") && !svg.contains("validation"), "{svg}");
    let searched = Done { expected: Some(0.75), ..learned() }.report();
    let text = read(searched.path(), "report.md");
    assert!(text.contains("have come to 75.00 %; that is the best of several results"), "{text}");
}

/// After a search: a model that has learned all rows, and two that have left some out. One always
/// says the first class, the other says nothing.
fn judged_by_others() -> Done {
    let done = Done::of_classes(TrainReport { validation: None, ..report() }).encoded(CLASSES);
    let nothing = Weights::zero(&done.data.architecture);
    let mut first = nothing.clone();
    first.layers[1].biases[0] = 1;
    let judges = vec![
        Judge { weights: first, left_out: vec![0, 1, 2, 3] },
        Judge { weights: nothing, left_out: vec![4, 5, 6] },
    ];
    Done { expected: Some(0.75), judges, ..done }
}

#[test]
fn after_a_search_the_rows_that_were_left_out_judge() {
    let folder = judged_by_others().report();
    let csv = read(folder.path(), "confusion.csv");
    assert!(csv.ends_with("\n\"no, <i>\",2,0,2\na & b,2,0,1\n"), "{csv}");
    let text = read(folder.path(), "report.md");
    for words in [
        "Judged on 7 rows that these models had not learned from: 2 models with the same settings",
        "The model itself has learned from all rows.",
        "have come to 75.00 %; that is the best of several results",
        "| training | 7 | 9 | 77.78 % |",
        "| left-out | 2 | 7 | 28.57 % |",
        "| left-out, if the answer were always the same | 4 | 7 | 57.14 % |",
        "Of the model itself, by rows that it has learned from.",
        "## Classes of the left-out rows",
        "## Confusion of the left-out rows",
        "How often the answers on 7 of the left-out rows are right",
        "are exchanged among 7 of the left-out rows",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    assert!(!text.contains("No rows were kept") && !text.contains("of all cases"), "{text}");
    assert!(read(folder.path(), "confusion.svg").contains("left-out rows"));
    assert!(read(folder.path(), "calibration.svg").contains("these models"));
}

#[test]
fn programs_are_told_which_rows_judge_and_all_of_these_are_counted() {
    let of = |done: Done| -> Value {
        serde_json::from_str(&read(done.report().path(), "report.json")).unwrap()
    };
    let value = of(judged_by_others());
    assert_eq!(value["judged_on"], "left_out_folds");
    assert_eq!(value["judges"], 2);
    assert_eq!(value["left_out"]["samples"], 7);
    assert_eq!(value["training"]["rows"], 9, "the training itself stays what it is");
    let unproved = &value["unproved"];
    let classes = unproved["classes"].as_array().unwrap();
    assert_eq!(classes.iter().filter_map(|class| class["rows"].as_u64()).sum::<u64>(), 7);
    for rows in ["measured_rows", "exchanged_rows"] {
        assert_eq!(unproved[rows], 7, "{rows}");
    }
    let value = of(Done::of_classes(report()));
    assert_eq!([&value["judged_on"], &value["judged_by"]], ["validation", "validation"]);
    assert_eq!(value["judges"], 0);
    assert_eq!(value["left_out"], Value::Null);
    let value = of(Done::of_classes(TrainReport { validation: None, ..report() }));
    assert_eq!([&value["judged_on"], &value["judged_by"]], ["training", "training"]);
}

#[test]
fn one_judge_is_told_as_one() {
    let mut done = judged_by_others();
    done.judges.pop();
    let text = read(done.report().path(), "report.md");
    assert!(text.contains("Judged on 4 rows that this model had not learned from: one"), "{text}");
}
