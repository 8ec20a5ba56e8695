//! The command line.

use std::{ffi::OsString, path::PathBuf};

use anyhow::Result;
use clap::{error::ErrorKind, Args, CommandFactory, Parser, Subcommand, ValueEnum};
use nocknock_primitives::{
    circuit::CircuitKind,
    model::{names, Architecture},
};

use crate::inputs;

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  it did not work: a file could not be read or written, or is damaged
  2  the command line is wrong
  3  refused: the input was examined and must not be used

Results go to standard output, progress and warnings to standard error.";

/// The score of a model has a circuit for each architecture.
const NO_SHAPE: &str = "name the models with --shape, or describe them with --architecture";

/// Makes, checks and measures the keys of NockNock's circuits, and exchanges files with snarkjs.
#[derive(Parser)]
#[command(name = "nocknock-circuits", version, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// List the shapes of models that a chain may offer, with the size of their circuits
    Shapes(ShapesArguments),
    /// Make, check and import proving keys
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Write a file of random private inputs, to try things out or to see what such a file holds
    Sample(SampleArguments),
    /// Prove the statement that a file of private inputs describes
    Prove(ProveArguments),
    /// Write circuits, witnesses, keys and proofs in the formats of circom and snarkjs
    #[command(subcommand)]
    Export(ExportCommand),
    /// Measure key loading, proving and verification on this machine
    Bench(BenchArguments),
}

#[derive(Args)]
pub(crate) struct ShapesArguments {
    /// List the architecture that this file describes, as JSON, instead
    #[arg(long, value_name = "FILE")]
    pub(crate) architecture: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) folder: KeysFolder,
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which circuit a command is about.
#[derive(Args, Clone)]
pub(crate) struct CircuitArguments {
    /// Name of the models' shape, as `nocknock-circuits shapes` lists it
    #[arg(long, value_name = "NAME", value_parser = shape)]
    pub(crate) shape: Option<Architecture>,
    /// File that describes another architecture, as JSON
    #[arg(long, value_name = "FILE", conflicts_with = "shape")]
    pub(crate) architecture: Option<PathBuf>,
    /// What is proved: `s3` the score of a model on a block, `d2` the delivery of a model's key,
    /// which is the same for models of all shapes
    #[arg(long, value_name = "NAME", default_value = "s3")]
    pub(crate) statement: Statement,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Statement {
    /// The score of a model on a data block
    S3,
    /// The delivery of a model's key
    D2,
}

#[derive(Args, Clone)]
pub(crate) struct KeysFolder {
    /// Folder of proving keys [default: `nocknock/keys` in the user's cache]
    #[arg(long, value_name = "FOLDER", env = "NOCKNOCK_KEYS")]
    pub(crate) keys: Option<PathBuf>,
}

#[derive(Subcommand)]
pub(crate) enum KeysCommand {
    /// Make the development key of a circuit, unless it already exists
    ///
    /// The key comes from a public seed, so ANYONE CAN FORGE PROOFS UNDER IT. It is the same on
    /// every machine and serves tests and development chains alone.
    Dev {
        #[command(flatten)]
        circuit: CircuitArguments,
        #[command(flatten)]
        folder: KeysFolder,
    },
    /// Examine a proving key and make trial proofs with it
    ///
    /// Believes nothing that the file says about itself: checks its checksum and every point, that
    /// the points which hide the inputs of a proof are those of the verifying key, and that the key
    /// belongs to the circuit as this program builds it. Then it makes eight proofs of random
    /// inputs. Only its transcript can show whether a ceremony was honest: compare the digest that
    /// is printed with the one that the ceremony published.
    Check {
        /// The proving key
        file: PathBuf,
        /// File that describes the key's architecture as JSON, if it has no name in this release
        #[arg(long, value_name = "FILE")]
        architecture: Option<PathBuf>,
    },
    /// Import the key that a snarkjs ceremony ended with
    ///
    /// Refuses keys that nobody contributed to, that lack the final beacon, or that belong to
    /// another circuit, and makes trial proofs. Run `snarkjs zkey verify` first: only that
    /// compares the key with the powers of tau. docs/ceremony.md describes the whole procedure.
    ImportZkey {
        #[command(flatten)]
        circuit: CircuitArguments,
        #[command(flatten)]
        folder: KeysFolder,
        /// The final .zkey
        zkey: PathBuf,
    },
}

#[derive(Args)]
pub(crate) struct SampleArguments {
    #[command(flatten)]
    pub(crate) circuit: CircuitArguments,
    /// File to write
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Args)]
pub(crate) struct ProveArguments {
    /// File of private inputs, as `nocknock-circuits sample` writes it
    #[arg(long, value_name = "FILE")]
    pub(crate) inputs: PathBuf,
    /// Proving key [default: the circuit's development key]
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) folder: KeysFolder,
    /// Folder that receives proof.bin (256 bytes) and public.bin (32 bytes for each public input)
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: PathBuf,
}

#[derive(Subcommand)]
pub(crate) enum ExportCommand {
    /// Write a circuit's constraints as an iden3 .r1cs file
    R1cs {
        #[command(flatten)]
        circuit: CircuitArguments,
        /// File to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Write the witness of a file of private inputs as an iden3 .wtns file
    ///
    /// A witness holds all that a proof hides. The file can be read by you alone; delete it after
    /// use.
    Wtns {
        /// File of private inputs, as `nocknock-circuits sample` writes it
        #[arg(long, value_name = "FILE")]
        inputs: PathBuf,
        /// File to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Write the verifying key of a proving key
    Vk {
        /// The proving key
        key: PathBuf,
        /// `snarkjs` for its JSON, `canonical` for the bytes that a chain stores, `registration`
        /// for the JSON of a chain specification
        #[arg(long, value_name = "FORMAT", default_value = "snarkjs")]
        format: KeyFormat,
        /// File to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Write a proof and its public inputs as snarkjs' JSON
    Proof {
        /// The proof: 256 bytes, as the chain and the EVM take it
        #[arg(long, value_name = "FILE")]
        proof: PathBuf,
        /// The public inputs: 32 bytes each, big endian
        #[arg(long, value_name = "FILE")]
        public: PathBuf,
        /// Folder that receives proof.json and public.json
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyFormat {
    /// JSON, as `snarkjs groth16 verify` reads it
    Snarkjs,
    /// The bytes whose hash is the key's id
    Canonical,
    /// The circuit's description, the key's origin and the key, as a chain registers them
    Registration,
}

#[derive(Args)]
pub(crate) struct BenchArguments {
    #[command(flatten)]
    pub(crate) circuit: CircuitArguments,
    #[command(flatten)]
    pub(crate) folder: KeysFolder,
    /// Proofs to make; the median of their times is reported
    #[arg(long, value_name = "COUNT", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) proofs: u32,
    /// Print JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

impl CircuitArguments {
    /// The circuit.
    pub(crate) fn kind(&self) -> Result<CircuitKind> {
        match (self.statement, &self.shape, &self.architecture) {
            (Statement::D2, ..) => Ok(CircuitKind::Delivery),
            (Statement::S3, Some(shape), _) => Ok(CircuitKind::Score(shape.clone())),
            (Statement::S3, None, Some(file)) => {
                inputs::read_architecture(file).map(CircuitKind::Score)
            }
            (Statement::S3, None, None) => {
                Err(Arguments::command().error(ErrorKind::MissingRequiredArgument, NO_SHAPE).into())
            }
        }
    }

    /// The options that name the models, for a call of this program.
    pub(crate) fn model_options(&self) -> Vec<OsString> {
        let mut options: Vec<OsString> = Vec::new();
        if let Some(name) = self.shape.as_ref().and_then(names::name_of) {
            options.extend([OsString::from("--shape"), name.into()]);
        }
        if let Some(file) = &self.architecture {
            options.extend([OsString::from("--architecture"), file.into()]);
        }
        options
    }
}

fn shape(name: &str) -> Result<Architecture, String> {
    names::named(name).ok_or_else(|| {
        let known = names::offered().into_iter().chain(names::for_tests());
        let known: Vec<&str> = known.map(|(name, _)| name).collect();
        format!("known shapes are {}", known.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_option_is_explained() {
        fn check(command: &clap::Command) {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            for argument in command.get_arguments() {
                let name = format!("{} {}", command.get_name(), argument.get_id());
                assert!(argument.get_help().is_some(), "{name}");
            }
            command.get_subcommands().for_each(check);
        }
        check(&Arguments::command());
    }
}
