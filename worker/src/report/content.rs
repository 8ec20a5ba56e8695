//! What a report says.

use super::{
    bars::{importance_svg, largest},
    confusion::Matrix,
    curves::{accuracy_svg, calibration_svg, loss_svg, thinned},
    document::{Part, Plot},
    findings::{Findings, JudgedOn, Run},
    folder::ReportError,
    names::{shown, Names},
    settings::settings,
};
use nocknock_dataset::{encoding::EncodedColumn, Encoding, Metric};
use nocknock_training::{
    ClassCounts, Confusion, Distances, Errors, Evaluation, Keep, LabelCounts, StopReason,
    TrainReport,
};

/// The most columns of the data that are listed.
const MOST_COLUMNS: usize = 100;

type Parts = Result<Vec<Part>, ReportError>;

/// Everything that a report says.
pub(super) fn parts(run: &Run<'_>, findings: &Findings) -> Parts {
    let told = Told { run, findings, names: Names::of(run.encoding) };
    let parts = [
        told.result(),
        told.curves()?,
        told.errors()?,
        told.calibration()?,
        told.worth_of_columns()?,
        told.data(),
        told.settings(),
        told.epochs(),
    ];
    Ok(parts.into_iter().flatten().collect())
}

struct Told<'a> {
    run: &'a Run<'a>,
    findings: &'a Findings,
    names: Names,
}

impl Told<'_> {
    fn report(&self) -> &TrainReport {
        self.run.report()
    }

    /// What the judged rows are called.
    fn rows(&self) -> &'static str {
        self.findings.judged_on.rows()
    }

    /// Whether models that were trained without the judged rows stand for the model.
    fn has_judges(&self) -> bool {
        self.findings.judged_on == JudgedOn::LeftOutFolds
    }

    fn result(&self) -> Vec<Part> {
        let report = self.report();
        let of = |rows: &str, found: &Evaluation| line(rows, found.score, found.perfect);
        let mut lines = vec![of("training", &report.training)];
        lines.extend(report.validation.as_ref().map(|found| of("validation", found)));
        lines.extend(self.has_judges().then(|| of(self.rows(), &self.findings.judged)));
        let constant = format!("{}, if the answer were always the same", self.rows());
        lines.push(line(&constant, self.findings.constant, self.findings.perfect));
        vec![
            Part::Text(rule(&report.training).to_owned()),
            Part::Table { head: vec!["Rows", "Correct", "Of", "Share"], lines },
            Part::Text(self.meaning()),
            Part::Text(self.exactness()),
            Part::Text(ending(report)),
        ]
    }

    /// What the share is a share of, and that nothing of it is proved.
    fn meaning(&self) -> String {
        let unproved = "A proof covers the points on the test rows of a task, and nothing in this \
                        report.";
        let balanced = match (&self.findings.judged.errors, self.run.metric()) {
            (Errors::Classes(confusion), Metric::BalancedAccuracy) => confusion.balanced_accuracy(),
            (_, Metric::Accuracy | Metric::BalancedAccuracy) => None,
        };
        match balanced {
            Some(share) => format!(
                "The metric of the task is balanced accuracy: each class counts the same, since \
                 rows of rarer classes are in the data as copies. On the {} rows the mean of all \
                 classes is {}. {unproved}",
                self.rows(),
                percent(share)
            ),
            None => unproved.to_owned(),
        }
    }

    /// What the result says about other rows.
    fn exactness(&self) -> String {
        if self.has_judges() {
            return self.left_out();
        }
        let Some(validation) = &self.report().validation else {
            return self.without_validation();
        };
        let Some((low, high)) = self.findings.interval else {
            return "How exactly this was measured does not follow from the number of points, so no \
                    interval is told."
                .to_owned();
        };
        let copies =
            if self.run.metric().is_balanced() { " Copies of a row count once." } else { "" };
        let chosen = match self.report().config.keep {
            Keep::Best => {
                " The epoch was chosen by these rows, so the result is a little too high."
            }
            Keep::Last => "",
        };
        format!(
            "With {} rows, in 95 % of all cases the share on all rows that there could be is between \
             {} and {}.{copies}{chosen}",
            validation.samples,
            percent(low),
            percent(high)
        )
    }

    fn without_validation(&self) -> String {
        let learned = "No rows were kept for validation: the result is that of the rows that the \
                       model has learned from, and says nothing about others.";
        match self.run.expected {
            Some(expected) => format!(
                "{learned} On rows that they had not learned from, models with these settings have \
                 come to {}; that is the best of several results, and so a little too high.",
                percent(expected)
            ),
            None => learned.to_owned(),
        }
    }

    /// Which models are judged, and by which rows.
    fn left_out(&self) -> String {
        let (rows, models) = (self.findings.judged.samples, self.run.judges.len());
        let judged = if models == 1 {
            format!(
                "Judged on {rows} rows that this model had not learned from: one with the same \
                 settings, the number of epochs aside, trained without the fold that judges it."
            )
        } else {
            format!(
                "Judged on {rows} rows that these models had not learned from: {models} models \
                 with the same settings, the number of epochs aside, each trained without the fold \
                 that it is judged by."
            )
        };
        let expected = self.run.expected.map_or_else(String::new, |expected| {
            format!(
                " In the search, models with these settings have come to {}; that is the best of \
                 several results, and so a little too high.",
                percent(expected)
            )
        });
        format!("{judged} The model itself has learned from all rows.{expected}")
    }

    fn curves(&self) -> Parts {
        let history = &self.report().history;
        let loss = Plot { file: "loss.svg", title: "Loss", svg: loss_svg(history)? };
        let svg = accuracy_svg(history)?;
        let accuracy = Plot { file: "accuracy.svg", title: "Share of all points", svg };
        let learned = self.has_judges().then(|| {
            let text = "Of the model itself, by rows that it has learned from.";
            Part::Text(text.to_owned())
        });
        let plots = [Part::Plot(loss), Part::Plot(accuracy)];
        Ok([Part::heading("Curves")].into_iter().chain(learned).chain(plots).collect())
    }

    fn errors(&self) -> Parts {
        let judged = &self.findings.judged;
        match &judged.errors {
            Errors::Classes(confusion) => self.classes(confusion),
            Errors::Labels(labels) => Ok(self.labels(labels)),
            Errors::Number(distances) => Ok(self.distances(distances, judged.samples)),
        }
    }

    fn classes(&self, confusion: &Confusion) -> Parts {
        let (rows, matrix) = (self.rows(), Matrix::new(confusion, &self.names));
        let counts = confusion.classes();
        let known = matrix.classes().iter().filter_map(|class| {
            let counts = counts.get(*class)?;
            let numbers = [counts.samples, counts.named, counts.right].map(|n| n.to_string());
            Some(
                [vec![self.names.class(*class)], numbers.to_vec(), self.shares(*class, counts)]
                    .concat(),
            )
        });
        let head = vec!["Class", "Rows", "Named", "Right", "Recall", "Precision", "F1", "AUC"];
        let mut parts = vec![
            Part::Heading(format!("Classes of the {rows} rows")),
            self.unproved_shares(),
            Part::Table { head, lines: known.collect() },
            Part::Heading(format!("Confusion of the {rows} rows")),
        ];
        if matrix.is_small() {
            let svg = matrix.svg(rows)?;
            parts.push(Part::Plot(Plot { file: "confusion.svg", title: "Confusion matrix", svg }));
        } else {
            let text = "The pairs that were mistaken most often. All others are in confusion.csv.";
            parts.push(Part::Text(text.to_owned()));
            let head = vec!["True class", "Taken for", "Rows", "Share of the class"];
            parts.push(Part::Table { head, lines: matrix.worst_pairs() });
        }
        Ok(parts)
    }

    fn labels(&self, labels: &[LabelCounts]) -> Vec<Part> {
        let line = |(label, counts): (usize, &LabelCounts)| {
            let LabelCounts { right_yes, wrong_no, right_no, wrong_yes } = *counts;
            let numbers = [right_yes, wrong_no, right_no, wrong_yes].map(|n| n.to_string());
            let shares = self.shares(label, &counts.counts());
            [vec![self.names.class(label)], numbers.to_vec(), shares].concat()
        };
        let head = vec![
            "Label",
            "Right yes",
            "Wrong no",
            "Right no",
            "Wrong yes",
            "Recall",
            "Precision",
            "F1",
            "AUC",
        ];
        vec![
            Part::Heading(format!("Answers on the {} rows", self.rows())),
            self.unproved_shares(),
            Part::Table { head, lines: labels.iter().enumerate().map(line).collect() },
        ]
    }

    /// Recall, precision, F1 and AUC of a class or label.
    fn shares(&self, class: usize, counts: &ClassCounts) -> Vec<String> {
        let auc = self.findings.measures.auc.get(class).copied().flatten();
        let auc = auc.map_or("-".to_owned(), |auc| format!("{auc:.3}"));
        let shares = [counts.recall(), counts.precision(), counts.f1()];
        shares.map(|share| share.map_or("-".to_owned(), percent)).into_iter().chain([auc]).collect()
    }

    fn unproved_shares(&self) -> Part {
        Part::Text(format!(
            "Recall, precision, F1 and AUC are unproved. AUC was measured by {} rows, by the softmax \
             or sigmoid of the outputs.",
            self.findings.measures.samples
        ))
    }

    fn distances(&self, distances: &Distances, samples: u64) -> Vec<Part> {
        let mean = distances.sum as f64 / samples.max(1) as f64;
        let mut text = format!("{mean:.1} in the mean, {} at most, unproved.", distances.largest);
        if let Some(scale) = self.run.encoding.and_then(Encoding::scale) {
            let largest = distances.largest as f64;
            text += &format!(
                " In the units of the column that is {} in the mean and {} at most.",
                rounded(scale.distance(mean)),
                rounded(scale.distance(largest))
            );
        }
        let heading = format!("Distances of the {} rows", self.rows());
        vec![Part::Heading(heading), Part::Text(text)]
    }

    fn calibration(&self) -> Parts {
        let measures = &self.findings.measures;
        let Some(error) = measures.calibration_error() else {
            return Ok(Vec::new());
        };
        let text = format!(
            "Unproved. How often the answers on {} of the {} rows are right, by how sure the model \
             is of them: by the softmax or sigmoid of its outputs. Both differ by {} of an answer \
             in the mean.",
            measures.samples,
            self.rows(),
            percent(error)
        );
        let who = if self.has_judges() { "these models" } else { "this model" };
        let svg = calibration_svg(&measures.calibration, who)?;
        let plot = Plot { file: "calibration.svg", title: "Calibration", svg };
        Ok(vec![Part::heading("Calibration"), Part::Text(text), Part::Plot(plot)])
    }

    fn worth_of_columns(&self) -> Parts {
        let columns = self.run.encoding.map_or(&[][..], Encoding::columns);
        let importance = &self.findings.importance;
        let lost = columns.iter().zip(&importance.lost);
        let lost = largest(lost.map(|(column, lost)| (shown(&column.name), *lost)).collect());
        if lost.is_empty() {
            return Ok(Vec::new());
        }
        let text = format!(
            "Unproved. The share of all points that is lost where the values of one column are \
             exchanged among {} of the {} rows, once for each column. Columns that say the same \
             share their worth, and values near 0 are chance. Shown are {} of {} columns.",
            importance.samples,
            self.rows(),
            lost.len(),
            columns.len()
        );
        let svg = importance_svg(&lost)?;
        let plot = Plot { file: "importance.svg", title: "What columns are worth", svg };
        Ok(vec![Part::heading("What columns are worth"), Part::Text(text), Part::Plot(plot)])
    }

    /// How rows become inputs, and what answers mean.
    fn data(&self) -> Vec<Part> {
        let Some(encoding) = self.run.encoding else {
            return vec![
                Part::heading("Data"),
                Part::Text("How the values of rows become inputs is not known.".to_owned()),
            ];
        };
        let columns = encoding.columns();
        let line = |column: &EncodedColumn| {
            vec![shown(&column.name), column.describe(), column.inputs().to_string()]
        };
        let lines = columns.iter().take(MOST_COLUMNS).map(line).collect();
        let mut parts = vec![
            Part::heading("Data"),
            Part::Text(answers(encoding)),
            Part::Table { head: vec!["Column", "Becomes", "Inputs"], lines },
        ];
        let more = columns.len().saturating_sub(MOST_COLUMNS);
        if more > 0 {
            parts.push(Part::Text(format!("And {more} more columns.")));
        }
        parts
    }

    fn settings(&self) -> Vec<Part> {
        let lines = settings(self.report()).into_iter();
        let lines = lines.map(|(setting, value)| vec![setting.to_owned(), value]).collect();
        let head = vec!["Setting", "Value"];
        vec![Part::heading("Settings"), Part::Table { head, lines }]
    }

    fn epochs(&self) -> Vec<Part> {
        let history = &self.report().history;
        let some = thinned(history);
        let mut parts = vec![Part::heading("Epochs")];
        if some.len() < history.len() {
            parts.push(Part::Text(format!(
                "{} of {} epochs. All are in metrics.jsonl.",
                some.len(),
                history.len()
            )));
        }
        let lines = some.into_iter().map(|epoch| {
            vec![
                (epoch.epoch + 1).to_string(),
                format!("{:.4}", epoch.loss),
                percent(epoch.training_accuracy),
                epoch.validation_accuracy.map_or("-".to_owned(), percent),
                epoch.validation_loss.map_or("-".to_owned(), |loss| format!("{loss:.4}")),
                format!("{:.3e}", epoch.learning_rate),
                format!("{:.3}", epoch.seconds),
            ]
        });
        let head = vec![
            "Epoch",
            "Loss",
            "Training",
            "Validation",
            "Validation loss",
            "Learning rate",
            "Seconds",
        ];
        parts.push(Part::Table { head, lines: lines.collect() });
        parts
    }
}

fn line(rows: &str, score: u64, perfect: u64) -> Vec<String> {
    let share = if perfect == 0 { 0.0 } else { score as f64 / perfect as f64 };
    vec![rows.to_owned(), score.to_string(), perfect.to_string(), percent(share)]
}

fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

/// A number of any size with few digits.
fn rounded(number: f64) -> String {
    if (0.01..1e6).contains(&number) {
        format!("{number:.2}")
    } else {
        format!("{number:.2e}")
    }
}

/// What is counted.
fn rule(found: &Evaluation) -> &'static str {
    match found.errors {
        Errors::Classes(_) => {
            "A row counts as correct if the output of its class is strictly above all others, \
             computed with the integers that are proved."
        }
        Errors::Labels(_) => {
            "Each right answer about a label counts, yes and no alike, computed with the integers \
             that are proved."
        }
        Errors::Number(_) => {
            "A row counts the more, the nearer the output is to its number, or if it is near \
             enough, computed with the integers that are proved."
        }
    }
}

fn ending(report: &TrainReport) -> String {
    let reason = match report.stopped {
        StopReason::AllEpochs => "all epochs were done",
        StopReason::NoProgress => "the validation result no longer grew",
        StopReason::TimeUp => "the time allowed was over",
    };
    format!(
        "Stopped after {} steps in {} epochs because {reason}. The weights are those of epoch {}. It \
         took {:.2} s on {}, at {:.0} rows a second while learning.",
        report.steps,
        report.history.len(),
        report.best_epoch + 1,
        report.seconds,
        report.device,
        report.samples_per_second,
    )
}

/// What the answers of a model mean.
fn answers(encoding: &Encoding) -> String {
    let (label, used) = (shown(encoding.label()), encoding.used_inputs());
    match encoding.scale() {
        Some(scale) => format!(
            "Models say the number in column {label}: an output y stands for {} + {} · y. {used} \
             inputs are used.",
            scale.low(),
            scale.step()
        ),
        None => format!(
            "Models say which of {} classes column {label} holds. {used} inputs are used.",
            encoding.classes().len()
        ),
    }
}
