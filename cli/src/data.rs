//! How a file with data is read, and what is made of it before anything is asked of a chain.

use crate::{
    failure::{usage, Failure},
    output::{number, table as columns, text},
};
use clap::{Args, ValueEnum};
use nocknock_dataset::{
    schema::TargetRule, Column, Encoding, EncodingError, Fitted, Header, LabelColumn, Metric,
    Profile, Range, ReadOptions, Schema, Table, Wanted, DEFAULT_MEMORY,
};
use nocknock_primitives::model::{Architecture, Goal, Head};
use nocknock_requester::{choose_number_shape, choose_shape, choose_shape_for};
use std::{
    fmt::Display,
    path::{Path, PathBuf},
    str::FromStr,
};

/// A share of what a column tells that is worth a word if it is lost.
const MUCH: f64 = 0.2;

/// Steps of answers that are a tolerance, where a shape does not say how many.
const STEPS_OF_A_TOLERANCE: f64 = 1_024.0;

/// Most columns that are shown one by one.
const SHOWN: usize = 40;

/// Most names in one sentence.
const NAMED: usize = 8;

// How a file is read. Documentation here would take the place of that of the command.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Reading the file")]
pub(crate) struct DataArgs {
    /// Whether the first line of a text file names the columns [default: what it looks like, which
    /// is told if it is a guess].
    #[arg(long, value_enum)]
    header: Option<HeaderArg>,

    /// Character between the cells of a line, or `tab` [default: the one that fits the file].
    #[arg(long, value_name = "CHARACTER")]
    separator: Option<Separator>,

    /// What stands before the fraction of a number in a text file [default: what fits the file].
    #[arg(long, value_enum)]
    decimal: Option<DecimalArg>,

    /// A word that stands for a missing value, beside the usual ones. May be given several times.
    #[arg(long, value_name = "WORD", allow_negative_numbers = true)]
    missing: Vec<String>,

    /// File that says what the columns are, in TOML; `check-data` explains it. Arguments go before
    /// it.
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,

    /// Most memory that the rows of the file may take, such as `512M` or `2G` [default: 1G].
    #[arg(long, value_name = "SIZE")]
    memory: Option<Memory>,
}

/// Whether the first line names the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum HeaderArg {
    /// It does, if it looks like it.
    Detect,
    /// It does.
    Present,
    /// It does not: it is the first row.
    Absent,
}

/// What stands before the fraction of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DecimalArg {
    /// `1.5` is a number.
    Point,
    /// `1,5` is a number.
    Comma,
}

/// The character between two cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Separator(u8);

impl FromStr for Separator {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.as_bytes() {
            b"tab" | b"\\t" => Ok(Self(b'\t')),
            [byte @ (b'\t' | b' ' | b'!'..=b'~')] if is_separator(*byte) => Ok(Self(*byte)),
            _ => Err("expected one character such as `;`, or `tab`".to_owned()),
        }
    }
}

/// What no number and no quoted text is written with.
fn is_separator(byte: u8) -> bool {
    !byte.is_ascii_alphanumeric() && !b"\"'.+-".contains(&byte)
}

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Memory(u64);

impl FromStr for Memory {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let units = [('K', 10), ('M', 20), ('G', 30)];
        let last = text.chars().last().map(|c| c.to_ascii_uppercase());
        let unit = units.into_iter().find(|(letter, _)| Some(*letter) == last);
        let (digits, bits) = match unit {
            Some((_, bits)) => (text.get(..text.len().saturating_sub(1)), bits),
            None => (Some(text), 0),
        };
        digits
            .and_then(|digits| digits.parse::<u64>().ok())
            .and_then(|amount| amount.checked_mul(1 << bits))
            .filter(|bytes| *bytes > 0)
            .map(Self)
            .ok_or_else(|| "expected a number of bytes, such as 512M or 2G".to_owned())
    }
}

impl DataArgs {
    /// How a file is read, and what is said about its columns.
    pub(crate) fn options(&self) -> Result<(ReadOptions, Schema), Failure> {
        let schema = match &self.table {
            Some(path) => Schema::read(path).map_err(usage)?,
            None => Schema::default(),
        };
        let mut options = ReadOptions::default();
        schema.apply(&mut options);
        self.apply(&mut options);
        Ok((options, schema))
    }

    /// What is told here goes before what a file says.
    fn apply(&self, options: &mut ReadOptions) {
        if let Some(header) = self.header {
            options.header = match header {
                HeaderArg::Detect => Header::Detect,
                HeaderArg::Present => Header::Present,
                HeaderArg::Absent => Header::Absent,
            };
        }
        if let Some(Separator(separator)) = self.separator {
            options.separator = Some(separator);
        }
        if let Some(decimal) = self.decimal {
            options.text.decimal_comma = decimal == DecimalArg::Comma;
            options.decimal_told = true;
        }
        options.text.missing.extend(self.missing.iter().cloned());
        options.memory = self.memory.map_or(DEFAULT_MEMORY, |Memory(bytes)| bytes);
    }
}

/// How values become integers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RangeArg(pub(crate) Range);

impl FromStr for RangeArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| -> Result<f64, String> {
            text.parse().map_err(|_| format!("{text:?} is not a number"))
        };
        let parts: Vec<&str> = text.split(':').collect();
        Ok(Self(match parts.as_slice() {
            ["auto"] => Range::Auto,
            ["levels"] => Range::Levels,
            ["min-max"] => Range::MinMax,
            ["quantiles", tail] => Range::Quantiles { tail: number(tail)? },
            ["fixed", low, high] => Range::Fixed { low: number(low)?, high: number(high)? },
            _ => {
                return Err(
                    "expected auto, levels, min-max, quantiles:TAIL or fixed:LOW:HIGH".to_owned()
                )
            }
        }))
    }
}

/// What the points of models are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum MetricArg {
    /// The share of rows that are right.
    #[default]
    Accuracy,
    /// The mean of the shares of all classes, so that a rare class counts as much as a frequent
    /// one: its rows are in the data as copies.
    BalancedAccuracy,
}

impl From<MetricArg> for Metric {
    fn from(argument: MetricArg) -> Self {
        match argument {
            MetricArg::Accuracy => Self::Accuracy,
            MetricArg::BalancedAccuracy => Self::BalancedAccuracy,
        }
    }
}

/// How far the answer of a model may be off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tolerance(pub(crate) f64);

impl FromStr for Tolerance {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number: Option<f64> = text.parse().ok();
        let usable = number.filter(|number| number.is_finite() && *number > 0.0);
        usable.map(Self).ok_or_else(|| "expected a number above 0, such as 0.5".to_owned())
    }
}

/// A file with everything that a task needs to know of it.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    /// Its rows.
    pub(crate) table: Table,
    /// What its columns are.
    pub(crate) profile: Profile,
    /// How they become inputs.
    pub(crate) fitted: Fitted,
    /// The models that take them.
    pub(crate) architecture: Architecture,
}

/// Reads a file and finds out what models can learn from it.
pub(crate) fn prepare(
    args: &DataArgs,
    data: &Path,
    label: Option<&str>,
    shape: Option<&str>,
    range: Range,
    tolerance: Option<Tolerance>,
) -> Result<Prepared, Failure> {
    let (options, mut schema) = args.options()?;
    if let Some(Tolerance(tolerance)) = tolerance {
        schema.tolerance = Some(tolerance);
        schema.target = Some(TargetRule::Number);
    }
    let table = Table::read(data, &options).map_err(usage)?;
    let label = label.map_or(LabelColumn::Last, |name| LabelColumn::Named(name.to_owned()));
    let profile = Profile::of(&table, &Wanted { label, schema })
        .map_err(|problems| refused(data, &table, problems))?;
    let needs = Encoding::needs(&table, &profile, range);
    let architecture = match (&profile.labels, &profile.numbers) {
        (None, Some(_)) => choose_number_shape(&needs, shape)?,
        (labels, _) => {
            let classes = labels.as_ref().map_or(0, |labels| labels.classes.len());
            choose_shape(&needs, classes, shape)?
        }
    };
    let fitted = Encoding::fit(&table, &profile, &architecture, range)
        .map_err(|error| refused(data, &table, error))?;
    Ok(Prepared { table, profile, fitted, architecture })
}

/// Reads a file whose columns and classes are written as numbers as this encoding says, whatever
/// they look like. A label or a tolerance that is asked for has to be that of the encoding.
pub(crate) fn prepare_in(
    encoding: Encoding,
    args: &DataArgs,
    data: &Path,
    asked: Option<&str>,
    shape: Option<&str>,
    tolerance: Option<Tolerance>,
) -> Result<Prepared, Failure> {
    let architecture = choose_shape_for(&encoding, shape)?;
    encoding.check_architecture(&architecture).map_err(usage)?;
    let within = tolerance_of(&encoding, &architecture);
    if tolerance.is_some_and(|Tolerance(asked)| Some(asked) != within) {
        return Err(contradicts("--tolerance"));
    }
    let (mut options, mut schema) = args.options()?;
    options.text.missing.extend(encoding.missing().iter().cloned());
    schema.target = Some(match encoding.scale() {
        Some(_) => TargetRule::Number,
        None => TargetRule::Class,
    });
    schema.tolerance = within;
    let table = Table::read(data, &options).map_err(usage)?;
    let (label, notes) =
        label_in(&encoding, &table).map_err(|error| refused(data, &table, error))?;
    let place = |name: &str| table.column(name).map(|(place, _)| place);
    if asked.is_some_and(|asked| place(asked) != place(&label)) {
        return Err(contradicts("--label"));
    }
    let wanted = Wanted { label: LabelColumn::Named(label), schema };
    let mut profile =
        Profile::of(&table, &wanted).map_err(|problems| refused(data, &table, problems))?;
    if let Some(labels) = &mut profile.labels {
        let among = labels.among(encoding.classes());
        *labels = among.map_err(|problem| refused(data, &table, problem))?;
    }
    if let Some(numbers) = &mut profile.numbers {
        encoding.label().clone_into(&mut numbers.column);
    }
    profile.notes.extend(notes);
    let fitted = Fitted { encoding, told: Vec::new() };
    Ok(Prepared { table, profile, fitted, architecture })
}

/// How far an answer may be off in the units of the column, if models answer with a number.
fn tolerance_of(encoding: &Encoding, architecture: &Architecture) -> Option<f64> {
    let steps = match architecture.head {
        Head::Number { goal: Goal::Within { tolerance: steps @ 1.. }, .. } => f64::from(steps),
        Head::Number { .. } | Head::Classes { .. } | Head::Labels { .. } => STEPS_OF_A_TOLERANCE,
    };
    encoding.scale().map(|scale| scale.distance(steps))
}

/// An argument asks for something else than the encoding says.
pub(crate) fn contradicts(argument: &str) -> Failure {
    usage(format!(
        "{argument} contradicts the encoding in which the data is read: leave it out, or offer the \
         task in another encoding, for which the experiment may have to be another one"
    ))
}

/// What a table calls the column that holds what models are to say, and what is to be told of the
/// columns. It is an error if the table lacks a column.
fn label_in(encoding: &Encoding, table: &Table) -> Result<(String, Vec<String>), EncodingError> {
    let encoder = encoding.for_table(table)?;
    if !encoder.has_label() {
        return Err(EncodingError::Columns { missing: vec![encoding.label().to_owned()] });
    }
    let by_name = encoding.is_named() && table.has_names();
    let place = usize::from(encoding.label_place());
    let column = table.columns().get(place).filter(|_| !by_name);
    let name = column.map_or(encoding.label(), Column::name);
    Ok((name.to_owned(), encoder.notes()))
}

/// Why a file is of no use. What was guessed of it may be the reason.
fn refused(data: &Path, table: &Table, error: impl Display) -> Failure {
    let guesses = table.notes().iter().map(|note| format!("\n{note}"));
    usage(format!("{}: {error}{}", data.display(), guesses.collect::<String>()))
}

impl Prepared {
    /// The same for models whose points are these.
    pub(crate) fn measured_by(mut self, metric: MetricArg) -> Result<Self, Failure> {
        let numbers = self.profile.numbers.as_ref();
        if let Some(numbers) = numbers.filter(|_| metric == MetricArg::BalancedAccuracy) {
            return Err(usage(format!(
                "balanced accuracy is about classes, and `{}` holds numbers to be learnt: leave out \
                 --metric, or name a column with classes with --label",
                numbers.column
            )));
        }
        let encoding = self.fitted.encoding.measured_by(metric.into());
        self.fitted.encoding = encoding.map_err(usage)?;
        Ok(self)
    }

    /// What was found, for people.
    pub(crate) fn text(&self) -> String {
        let notes = self.table.notes().iter().map(|note| format!("{note}\n"));
        let found = format!("{}{}\n\n{}", notes.collect::<String>(), self.profile, self.inputs());
        match self.harm() {
            Some(harm) => format!("{found}\n\n{harm}"),
            None => found,
        }
    }

    /// The columns that are used, and what becomes of them.
    fn inputs(&self) -> String {
        let told = &self.fitted.told;
        if told.is_empty() || told.len() > SHOWN {
            let encoding = &self.fitted.encoding;
            let (used, inputs) = (encoding.columns().len(), encoding.used_inputs());
            return format!("{used} columns become {inputs} inputs.");
        }
        let rows = told.iter().map(|column| {
            let lost = format!("{:.1} %", 100.0 * column.lost);
            vec![text(&column.name), number(column.inputs), text(&column.how), number(lost)]
        });
        columns(&["column", "inputs", "as", "lost"], rows)
    }

    /// Of which columns much is lost.
    fn harm(&self) -> Option<String> {
        let told = self.fitted.told.iter().filter(|column| column.lost > MUCH);
        let names: Vec<&str> = told.map(|column| column.name.as_str()).collect();
        (!names.is_empty()).then(|| {
            format!(
                "Much of what these columns tell is lost: {}. Try --range levels, or a shape whose \
                 inputs have more bits.",
                listed(&names)
            )
        })
    }
}

/// The first few of these names.
fn listed(names: &[&str]) -> String {
    let first = names.get(..NAMED.min(names.len())).unwrap_or_default().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use nocknock_primitives::model::names::named;
    use std::fs;

    #[derive(Parser)]
    struct Parsed {
        #[command(flatten)]
        data: DataArgs,
    }

    fn parse(arguments: &[&str]) -> DataArgs {
        Parsed::parse_from(["test"].iter().chain(arguments)).data
    }

    #[test]
    fn ranges_are_read() {
        let parsed = |text: &str| text.parse::<RangeArg>().map(|range| range.0);
        assert_eq!(parsed("auto"), Ok(Range::Auto));
        assert_eq!(parsed("levels"), Ok(Range::Levels));
        assert_eq!(parsed("min-max"), Ok(Range::MinMax));
        assert_eq!(parsed("quantiles:0.01"), Ok(Range::Quantiles { tail: 0.01 }));
        let fixed = Range::Fixed { low: -1.0, high: 15.0 };
        assert_eq!(parsed("fixed:-1:15"), Ok(fixed));
        for text in ["", "fixed", "fixed:1", "quantiles:x", "min-max:1"] {
            assert!(parsed(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_of_memory_are_read() {
        let parsed = |text: &str| text.parse::<Memory>().ok().map(|memory| memory.0);
        assert_eq!(parsed("4096"), Some(4096));
        assert_eq!(parsed("8k"), Some(8 << 10));
        assert_eq!(parsed("512M"), Some(512 << 20));
        assert_eq!(parsed("2G"), Some(2 << 30));
        for text in ["", "G", "0", "-1", "1.5G", "2T", "99999999999G", "1é"] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }

    #[test]
    fn a_separator_is_one_character_that_no_number_is_written_with() {
        let parsed = |text: &str| text.parse::<Separator>().ok().map(|found| found.0);
        assert_eq!(parsed(";"), Some(b';'));
        assert_eq!(parsed("tab"), Some(b'\t'));
        assert_eq!(parsed("\\t"), Some(b'\t'));
        assert_eq!(parsed(" "), Some(b' '));
        for text in ["", "ab", "1", "-", ".", "\"", "é", "\n"] {
            assert_eq!(parsed(text), None, "{text:?}");
        }
    }

    #[test]
    fn without_arguments_a_file_is_read_as_it_looks() {
        let (options, schema) = parse(&[]).options().unwrap();
        assert_eq!(options, ReadOptions::default());
        assert_eq!(schema, Schema::default());
    }

    #[test]
    fn arguments_go_before_the_file_about_the_columns() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("table.toml");
        let told = "version = 1\n[read]\nheader = \"present\"\nseparator = \";\"\n\
                    missing = [\"none\"]\n";
        fs::write(&file, told).unwrap();
        let file = file.to_str().unwrap();
        let (options, _) = parse(&["--table", file]).options().unwrap();
        assert_eq!((options.header, options.separator), (Header::Present, Some(b';')));
        let more = ["--header", "absent", "--separator", "|", "--missing", "-999"];
        let more = [["--table", file].as_slice(), &more].concat();
        let (options, _) = parse(&more).options().unwrap();
        assert_eq!((options.header, options.separator), (Header::Absent, Some(b'|')));
        assert_eq!(options.text.missing, ["none", "-999"]);
    }

    #[test]
    fn commas_in_numbers_can_be_told() {
        let (options, _) = parse(&["--decimal", "comma"]).options().unwrap();
        assert!(options.text.decimal_comma && options.decimal_told);
        let (options, _) = parse(&["--decimal", "point"]).options().unwrap();
        assert!(!options.text.decimal_comma && options.decimal_told);
    }

    #[test]
    fn long_lists_of_names_end_with_a_number() {
        assert_eq!(listed(&["a", "b"]), "a, b");
        let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
        assert_eq!(listed(&names), "a, b, c, d, e, f, g, h and 2 more");
    }

    fn prepare_text(rows: &str, label: Option<&str>) -> Result<Prepared, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data.csv");
        fs::write(&file, rows).unwrap();
        prepare(&DataArgs::default(), &file, label, None, Range::Auto, None)
    }

    #[test]
    fn a_table_as_it_is_becomes_classes_columns_and_a_shape() {
        let prepared = prepare_text("kind,age,town\nyes,1.5,a\nno,2,b\nno,,a\n", Some("kind"));
        let prepared = prepared.unwrap();
        assert_eq!(prepared.fitted.encoding.classes(), ["no", "yes"]);
        assert_eq!(prepared.fitted.told.len(), 2);
        let text = prepared.text();
        assert!(text.contains("age") && text.contains("town"), "{text}");
    }

    /// A file that is read as the encoding of another one says.
    fn prepare_like(rows: &str, encoding: &Encoding) -> Result<Prepared, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data.csv");
        fs::write(&file, rows).unwrap();
        prepare_in(encoding.clone(), &DataArgs::default(), &file, None, None, None)
    }

    fn three_kinds() -> Prepared {
        let rows = "kind,age,town\nyes,1.5,a\nno,2,b\nno,,a\nperhaps,3,b\n";
        prepare_text(rows, Some("kind")).unwrap()
    }

    #[test]
    fn another_table_is_read_as_an_encoding_says_with_its_classes_and_columns() {
        let first = three_kinds();
        let encoding = &first.fitted.encoding;
        let rows = "town,more,age,kind\na,7,100,yes\nc,8,1,perhaps\nb,9,2,yes\n";
        let prepared = prepare_like(rows, encoding).unwrap();
        assert_eq!(prepared.fitted.encoding.hash(), encoding.hash());
        assert_eq!(prepared.architecture, first.architecture);
        let labels = prepared.profile.labels.as_ref().unwrap();
        assert_eq!(labels.classes, ["no", "perhaps", "yes"]);
        assert_eq!(labels.of_row, [Some(2), Some(1), Some(2)]);
        let text = prepared.text();
        assert!(text.contains("2 columns become"), "{text}");
        assert!(text.contains("left out: more"), "{text}");
    }

    #[test]
    fn a_table_without_the_columns_of_an_encoding_is_told_which_are_missing() {
        let encoding = three_kinds().fitted.encoding;
        let failure = prepare_like("kind,other\nyes,1\nno,2\n", &encoding).unwrap_err();
        assert_eq!(failure.code(), 2);
        let told = failure.to_string();
        assert!(told.contains("does not have the columns age, town"), "{told}");
        let failure = prepare_like("age,town\n1,a\n2,b\n", &encoding).unwrap_err();
        assert!(failure.to_string().contains("does not have the columns kind"), "{failure}");
    }

    #[test]
    fn the_label_that_is_named_has_to_be_that_of_the_encoding() {
        let encoding = three_kinds().fitted.encoding;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data.csv");
        fs::write(&file, "kind,age,town\nyes,1,a\nno,2,b\n").unwrap();
        let args = DataArgs::default();
        let read = |label| prepare_in(encoding.clone(), &args, &file, Some(label), None, None);
        assert!(read("kind").is_ok());
        for other in ["town", "nothing"] {
            assert!(read(other).unwrap_err().to_string().contains("--label"), "{other}");
        }
    }

    #[test]
    fn a_shape_that_does_not_go_with_an_encoding_is_refused() {
        let encoding = three_kinds().fitted.encoding;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data.csv");
        fs::write(&file, "kind,age,town\nyes,1,a\nno,2,b\n").unwrap();
        let shape = Some("mnist-784x128x10");
        let refused = prepare_in(encoding, &DataArgs::default(), &file, None, shape, None);
        let refused = refused.unwrap_err();
        assert!(refused.to_string().contains("choose the shape"), "{refused}");
    }

    #[test]
    fn numbers_are_learnt_within_the_tolerance_of_the_encoding() {
        let table = |factor: usize| {
            let rows = (0..100).map(|n| format!("{},{}.5\n", n % 7, factor * n));
            format!("a,price\n{}", rows.collect::<String>())
        };
        let encoding = prepare_text(&table(1), None).unwrap().fitted.encoding;
        let tolerance = tolerance_of(&encoding, &named("value-128x64-within").unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data.csv");
        fs::write(&file, table(3)).unwrap();
        let args = DataArgs::default();
        let read = |asked: Option<f64>| {
            prepare_in(encoding.clone(), &args, &file, None, None, asked.map(Tolerance))
        };
        for asked in [None, Some(tolerance)] {
            let numbers = read(asked).unwrap().profile.numbers.unwrap();
            assert_eq!(numbers.tolerance, tolerance);
        }
        let refused = read(Some(2.0 * tolerance)).unwrap_err();
        assert!(refused.to_string().contains("--tolerance"), "{refused}");
    }

    #[test]
    fn classes_that_an_encoding_does_not_have_are_named() {
        let encoding = three_kinds().fitted.encoding;
        let rows = "kind,age,town\nyes,1,a\nnever,2,b\n";
        let told = prepare_like(rows, &encoding).unwrap_err().to_string();
        assert!(told.contains("never") && told.contains("no, perhaps, yes"), "{told}");
    }

    #[test]
    fn a_tolerance_is_a_number_above_0() {
        assert_eq!("0.5".parse::<Tolerance>(), Ok(Tolerance(0.5)));
        for text in ["0", "-1", "nan", "inf", "x", ""] {
            assert!(text.parse::<Tolerance>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_table_of_many_numbers_becomes_targets_and_a_shape_for_them() {
        let rows: String = (0..100).map(|n| format!("{},{n}.5\n", n % 7)).collect();
        let prepared = prepare_text(&format!("a,price\n{rows}"), None).unwrap();
        assert_eq!(prepared.architecture, named("value-128x64-within").unwrap());
        assert!(prepared.fitted.encoding.scale().is_some());
        assert!(prepared.text().contains("numbers to be learnt in `price`"));
    }

    #[test]
    fn a_tolerance_that_is_asked_for_makes_numbers_of_classes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data.csv");
        fs::write(&file, "a,stars\n1,3\n2,5\n3,1\n4,4\n").unwrap();
        let args = DataArgs::default();
        let tolerance = Some(Tolerance(1.0));
        let prepared = prepare(&args, &file, None, None, Range::Auto, tolerance).unwrap();
        let scale = prepared.fitted.encoding.scale().unwrap();
        assert_eq!(scale.distance(1_024.0), 1.0);
    }

    #[test]
    fn a_file_that_is_refused_tells_what_was_guessed_of_it() {
        let failure = prepare_text("age,2019,label\n1,2,x\n3,4,x\n", None).unwrap_err();
        assert_eq!(failure.code(), 2);
        let told = failure.to_string();
        assert!(told.contains("data.csv: ") && told.contains("header"), "{told}");
    }
}
