//! The files of a run are read back.

use super::{
    tensorboard::{masked, record, scalars},
    RunFolder,
};
use nocknock_training::{
    Confusion, Distances, EpochMetrics, Errors, Evaluation, LabelCounts, StopReason, TrainConfig,
    TrainReport,
};
use std::{fs, path::Path};

fn epoch(number: u32) -> EpochMetrics {
    EpochMetrics {
        epoch: number,
        step: u64::from(number + 1) * 300,
        loss: 1.0 / f64::from(number + 1),
        training_accuracy: 0.9,
        validation_accuracy: number.is_multiple_of(2).then_some(0.8),
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
    assert!(shows(&events[1], b"accuracy/validation"));
    assert!(!shows(&events[2], b"accuracy/validation"));
}

#[test]
fn a_finished_record_has_plots_tables_and_a_report() {
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::start(folder.path(), &report().history).unwrap();
    run.finish(&report()).unwrap();
    for plot in ["loss.svg", "accuracy.svg", "confusion.svg"] {
        let svg = read(folder.path(), plot);
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{plot}");
    }
    assert!(read(folder.path(), "accuracy.svg").contains("validation rows"));
    let csv = read(folder.path(), "confusion.csv");
    assert_eq!(csv, "true_class,0,1,tie\n0,4,1,0\n1,0,3,1\n");
    let text = read(folder.path(), "report.md");
    assert!(text.contains("| validation | 7 | 9 | 77.78 % |"));
    assert!(text.contains("| 3 | 0.3333 | 90.00 % | 80.00 % |"));
    let parsed: TrainReport = serde_json::from_str(&read(folder.path(), "report.json")).unwrap();
    assert_eq!(parsed, report());
}

/// What the report of another head says of its errors.
fn told_of(errors: Errors) -> String {
    let folder = tempfile::tempdir().unwrap();
    let judged = Evaluation { samples: 4, score: 5, perfect: 8, errors };
    let other = TrainReport { training: judged.clone(), validation: Some(judged), ..report() };
    RunFolder::start(folder.path(), &[]).unwrap().finish(&other).unwrap();
    assert!(!folder.path().join("confusion.csv").exists());
    read(folder.path(), "report.md")
}

#[test]
fn labels_and_numbers_are_told_in_their_own_way() {
    let counts = LabelCounts { right_yes: 1, wrong_no: 2, right_no: 0, wrong_yes: 1 };
    let text = told_of(Errors::Labels(vec![counts]));
    assert!(text.contains("| 0 | 1 | 2 | 0 | 1 |"), "{text}");
    assert!(text.contains("| validation | 5 | 8 | 62.50 % |"), "{text}");
    let text = told_of(Errors::Number(Distances { sum: 10, largest: 7 }));
    assert!(text.contains("2.5 in the mean, 7 at most"), "{text}");
}

#[test]
fn a_run_without_an_epoch_still_has_plots() {
    let folder = tempfile::tempdir().unwrap();
    let mut empty = report();
    empty.history.clear();
    empty.validation = None;
    RunFolder::start(folder.path(), &[]).unwrap().finish(&empty).unwrap();
    assert!(read(folder.path(), "loss.svg").contains("</svg>"));
}

#[test]
fn a_result_without_validation_rows_is_told_as_that_of_the_training_rows() {
    let folder = tempfile::tempdir().unwrap();
    let learned = TrainReport { validation: None, ..report() };
    RunFolder::start(folder.path(), &[]).unwrap().finish(&learned).unwrap();
    let text = read(folder.path(), "report.md");
    assert!(text.contains("No rows were kept for validation"), "{text}");
    assert!(text.contains("## Confusion of the training rows"), "{text}");
    assert!(!text.contains("| validation |"), "{text}");
    let svg = read(folder.path(), "confusion.svg");
    assert!(svg.contains("training rows") && !svg.contains("validation"), "{svg}");
}
