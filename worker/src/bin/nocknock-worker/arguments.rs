//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use nocknock_dataset::Header;
use nocknock_primitives::{
    ids::TaskId,
    model::{
        names::{for_tests, named, offered},
        Architecture, Head,
    },
};
use std::path::PathBuf;

pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0  done; also after Ctrl-C, once the current step is finished and saved
  1  it did not work
  2  the command line or the configuration is wrong
  3  refused: what was examined must not be used, or the doctor found something bad
  4  no node or store answers
  5  the state directory is in use, damaged, or belongs to another account or chain, or a file
     cannot be written
  6  there are no keys, too few tokens, or no registration
  130  ended by a second Ctrl-C, without waiting

Results go to standard output, progress and warnings to standard error.";

/// Trains models for NockNock's tasks, proves their scores, delivers them and is paid.
///
/// Start with `keys generate`, `doctor` and `register`; then `run` does everything. All of the
/// worker's state is in one directory (--state): back it up, it holds what a stake depends on.
#[derive(Parser)]
#[command(name = "nocknock-worker", version, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command understands.
#[derive(Args, Clone)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Common {
    /// State directory [default: nocknock/worker in the user's state folder]
    #[arg(long, global = true, value_name = "DIR", env = "NOCKNOCK_WORKER_STATE")]
    pub(crate) state: Option<PathBuf>,
    /// Configuration file [default: worker.toml in the state directory, if it is there]
    #[arg(long, global = true, value_name = "FILE", env = "NOCKNOCK_WORKER_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Node to use instead of those in the configuration; may be given several times
    #[arg(
        long = "url",
        global = true,
        value_name = "URL",
        env = "NOCKNOCK_URL",
        value_delimiter = ','
    )]
    pub(crate) urls: Vec<String>,
    /// Sign with a development account, such as bob, on a development chain
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) dev_account: Option<String>,
    /// Output format
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: Output,
    /// Print no progress, only results and errors
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Write a log to this file; NOCKNOCK_LOG sets how much, such as `debug`
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) log_file: Option<PathBuf>,
}

/// Output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people
    Text,
    /// For programs: JSON, one line for each event of `run`
    Json,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Watch the chain, choose tasks, and take each of them to its payment
    ///
    /// Can be stopped and killed at any time: the next start goes on. Ctrl-C finishes the present
    /// step, saves and ends.
    Run(Run),
    /// Train a model from a file, without a chain
    Train(Train),
    /// Prove the scores of a committed model on the revealed test blocks of a task
    ///
    /// Takes the steps on this machine that are due, and sends nothing; `submit` does.
    Prove(OneTask),
    /// Send what is due for a task: commitment, claim, proofs, chunks of the model, or its key
    ///
    /// With --model it joins the task with a model of `train`. Where this worker is the first to
    /// gain by it, the chain is also made to ask for the next proofs, or to settle the task.
    Submit(Submit),
    /// Register the account by a proof on the public practice block, without a fee
    ///
    /// A puzzle about the proof is solved as well; the more workers register in a session, the
    /// longer that takes. If it is stopped, the next start goes on with the same proof as long as
    /// the chain accepts it.
    Register,
    /// End the account's registration, for a fee
    ///
    /// The account keeps its tokens and work points, and can register again with `register`. This
    /// is refused while a task in the state directory is open: the calls that are still owed there
    /// would cost fees, or could not be sent at all.
    Unregister,
    /// Check for everything that could go wrong, and say what to do about it
    Doctor(Doctor),
    /// List the tasks in the state directory
    ///
    /// If a node answers, its chain is compared with the one that the tasks belong to.
    Status,
    /// Print a configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Generate keys, or show which account they belong to
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[derive(Args)]
pub(crate) struct Run {
    /// Work on this task alone and end when it is over; may be given several times
    #[arg(long = "task", value_name = "ID")]
    pub(crate) tasks: Vec<TaskId>,
}

#[derive(Args)]
pub(crate) struct Train {
    /// Published training data of a task, or a table whose last column is the class: CSV or TSV,
    /// JSON lines, NPY, NPZ, Parquet or Arrow
    #[arg(long, value_name = "FILE")]
    pub(crate) data: PathBuf,
    /// Shape of the model; training data of a task names its own
    #[arg(long, value_name = "NAME", value_parser = shape)]
    pub(crate) shape: Option<Architecture>,
    /// Name of the column with the classes [default: the last]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) label: Option<String>,
    /// Table with other rows, by which the model is judged after the training; its columns are
    /// found as those of --data
    #[arg(long, value_name = "FILE")]
    pub(crate) test: Option<PathBuf>,
    /// Whether the first line of a text file names the columns [default: what it looks like]
    #[arg(long, value_name = "HEADER", value_parser = header)]
    pub(crate) header: Option<Header>,
    /// File that says what the columns of a table are, in TOML
    #[arg(long, value_name = "FILE")]
    pub(crate) table: Option<PathBuf>,
    /// Train once with the settings of the configuration, and look for no better ones
    #[arg(long)]
    pub(crate) no_search: bool,
    /// Seconds that it may take [default: limits.training_seconds]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=31_536_000))]
    pub(crate) seconds: Option<u64>,
    /// Folder for the model, checkpoints, curves and the report
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

#[derive(Args)]
pub(crate) struct OneTask {
    /// Number of the task
    pub(crate) task: TaskId,
}

#[derive(Args)]
pub(crate) struct Submit {
    /// Number of the task
    pub(crate) task: TaskId,
    /// Join the task with this model, a `model.json` of `train`
    #[arg(long, value_name = "FILE", conflicts_with = "withdraw")]
    pub(crate) model: Option<PathBuf>,
    /// Take the commitment back, and with it the stake: before the commit phase ends, or once the
    /// test blocks are revealed, as long as no score is claimed
    #[arg(long)]
    pub(crate) withdraw: bool,
}

#[derive(Args)]
pub(crate) struct Doctor {
    /// Skip the trial proofs, which take seconds each
    #[arg(long)]
    pub(crate) quick: bool,
}

#[derive(Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print the configuration in effect
    Show,
    /// Print the defaults, as a file to begin with
    Default,
}

#[derive(Subcommand)]
pub(crate) enum KeysCommand {
    /// Make new keys and store them in the state directory
    ///
    /// The file can be read by its owner alone, and is encrypted if NOCKNOCK_KEYSTORE_PASSWORD or
    /// account.password_file gives a password. Nothing secret is printed. Existing keys are kept.
    Generate,
    /// Print the account that the keys belong to
    Show,
}

fn header(text: &str) -> Result<Header, String> {
    match text {
        "detect" => Ok(Header::Detect),
        "present" => Ok(Header::Present),
        "absent" => Ok(Header::Absent),
        _ => Err("expected detect, present or absent".to_owned()),
    }
}

fn shape(name: &str) -> Result<Architecture, String> {
    named(name).ok_or_else(|| format!("known shapes are {}", known_shapes()))
}

/// The shapes of models that answer with a class or a number, with their sizes, for errors.
pub(crate) fn known_shapes() -> String {
    let shapes = offered().into_iter().chain(for_tests());
    let known: Vec<_> = shapes
        .filter_map(|(name, architecture)| {
            let columns = architecture.inputs;
            match architecture.head {
                Head::Classes { classes, .. } => {
                    Some(format!("{name} (up to {columns} columns, {classes} classes)"))
                }
                Head::Number { .. } => Some(format!("{name} (up to {columns} columns, a number)")),
                Head::Labels { .. } => None,
            }
        })
        .collect();
    known.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn whether_there_is_a_header_is_said_as_in_the_command_line_of_requesters() {
        assert_eq!(header("present"), Ok(Header::Present));
        assert_eq!(header("absent"), Ok(Header::Absent));
        assert_eq!(header("detect"), Ok(Header::Detect));
        assert!(header("yes").unwrap_err().contains("present"));
    }

    #[test]
    fn the_help_tells_what_is_sent_and_until_when_a_commitment_is_taken_back() {
        let mut command = Arguments::command();
        let submit = command.find_subcommand_mut("submit").unwrap();
        let help = submit.render_long_help().to_string();
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        for words in ["commitment, claim, proofs", "to ask for", "as long as no score is claimed"] {
            assert!(help.contains(words), "{help}");
        }
    }

    #[test]
    fn an_unknown_shape_is_refused_with_the_known_ones() {
        let refused = shape("huge").unwrap_err();
        assert!(refused.contains("table-128x64x2 (up to 128 columns, 2 classes)"));
        assert!(refused.contains("digits-64x32x10"), "{refused}");
        assert!(refused.contains("value-128x64 (up to 128 columns, a number)"), "{refused}");
        assert!(!refused.contains("tiny-4x3x3-labels"), "{refused}");
    }
}
