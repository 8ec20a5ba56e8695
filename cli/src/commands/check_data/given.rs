//! The command that offers what was checked.

use clap::{parser::ValueSource, ArgMatches, Args, Command, Error, FromArgMatches};
use std::path::Path;

/// Arguments that mean the same to `propose-task`.
const SHARED: [&str; 10] = [
    "shape",
    "range",
    "tolerance",
    "metric",
    "header",
    "separator",
    "decimal",
    "missing",
    "table",
    "memory",
];

/// What of these was given, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Given(Vec<(&'static str, String)>);

impl Given {
    /// The line that offers a file, for a shell.
    pub(super) fn offer(&self, file: &Path, label: &str) -> String {
        let file = file.display().to_string();
        let mut words = vec!["nocknock propose-task --experiment NUMBER".to_owned()];
        words.push(option("data", &file));
        words.push(option("label", label));
        words.extend(self.0.iter().map(|(name, value)| option(name, value)));
        words.push("--reward NNK".to_owned());
        words.join(" ")
    }
}

fn option(name: &str, value: &str) -> String {
    let between = if value.starts_with('-') { '=' } else { ' ' };
    format!("--{name}{between}{}", quoted(value))
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=,+%@".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// It looks at the arguments of others and has none of its own. It has to stand in front of them,
/// because they take their values away.
impl Args for Given {
    fn augment_args(command: Command) -> Command {
        command
    }

    fn augment_args_for_update(command: Command) -> Command {
        command
    }
}

impl FromArgMatches for Given {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut given = Self::default();
        given.update_from_arg_matches(matches)?;
        Ok(given)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        for name in SHARED {
            if matches.value_source(name) == Some(ValueSource::CommandLine) {
                let values = matches.get_raw(name).into_iter().flatten();
                let values = values.map(|value| (name, value.to_string_lossy().into_owned()));
                self.0.extend(values);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::check_data::CheckData;
    use clap::Parser;

    #[derive(Parser)]
    struct Parsed {
        #[command(flatten)]
        command: CheckData,
    }

    fn offer(arguments: &[&str], label: &str) -> String {
        let command = Parsed::parse_from(["test"].iter().chain(arguments)).command;
        command.given.offer(&command.file, label)
    }

    #[test]
    fn the_line_repeats_everything_that_was_given() {
        assert_eq!(
            offer(&["data.csv"], "class"),
            "nocknock propose-task --experiment NUMBER --data data.csv --label class --reward NNK"
        );
        let given = [
            "my data.csv",
            "--range",
            "levels",
            "--header",
            "absent",
            "--separator",
            ";",
            "--missing",
            "none",
            "--missing",
            "-999",
            "--memory",
            "2G",
        ];
        let expected = [
            r"nocknock propose-task --experiment NUMBER --data 'my data.csv' --label 'it'\''s'",
            "--range levels --header absent --separator ';' --missing none --missing=-999",
            "--memory 2G --reward NNK",
        ];
        assert_eq!(offer(&given, "it's"), expected.join(" "));
    }

    #[test]
    fn words_are_quoted_where_a_shell_would_change_them() {
        assert_eq!(quoted("a/b-c_1.csv"), "a/b-c_1.csv");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("$HOME"), "'$HOME'");
        assert_eq!(quoted("größe"), "'größe'");
        assert_eq!(option("label", "-x"), "--label=-x");
    }
}
