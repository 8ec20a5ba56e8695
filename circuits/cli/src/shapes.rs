//! The list of shapes.

use std::fs;

use anyhow::Result;
use nocknock_circuits::{fold::FoldedScore, keys::pinned, seal::SealKey, Circuit, OnChain};
use nocknock_primitives::{
    circuit::CircuitKind,
    model::{names, Architecture},
};
use serde::Serialize;

use crate::{arguments::ShapesArguments, inputs::read_architecture, keys};

/// Bytes of a point in G1 and in G2 in a key file.
const POINT_BYTES: (usize, usize) = (64, 128);

/// One line of the list: a circuit.
#[derive(Serialize)]
struct Line {
    /// Name of the shape, digits of the digest if it has none, or `seal`.
    shape: String,
    statement: &'static str,
    /// Weights and biases of a model.
    parameters: Option<usize>,
    /// Rows of a full block.
    rows: Option<u16>,
    /// Bytes of a full block on the chain.
    block_bytes: Option<usize>,
    constraints: usize,
    domain_size: usize,
    /// About so many bytes does the proving key take.
    key_bytes: usize,
    /// Names of the key files that are there.
    keys: Vec<String>,
}

/// Prints the circuits of all shapes, or that of one architecture.
pub(crate) fn run(arguments: &ShapesArguments) -> Result<()> {
    let files = key_files(arguments);
    let lines: Vec<Line> = match &arguments.architecture {
        Some(file) => vec![Line::of_models(&read_architecture(file)?, &files)],
        None => {
            let offered = names::offered();
            let scores = offered.iter().map(|(_, shape)| Line::of_models(shape, &files));
            scores.chain([Line::new::<SealKey>(&(), &files)]).collect()
        }
    };
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&lines)?);
    } else {
        print(&lines);
    }
    Ok(())
}

/// Names of the files in the folder of keys; none if there is no such folder.
fn key_files(arguments: &ShapesArguments) -> Vec<String> {
    let store = keys::store(&arguments.folder).ok();
    let files = store.and_then(|store| fs::read_dir(store.folder()).ok());
    let files = files.into_iter().flatten();
    let names = files.filter_map(|file| file.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.collect();
    names.sort_unstable();
    names
}

fn print(lines: &[Line]) {
    println!(
        "{:<22}{:>11}{:>6}{:>13}{:>13}{:>8}{:>9}  key files",
        "shape", "parameters", "rows", "block bytes", "constraints", "domain", "key"
    );
    for line in lines {
        println!(
            "{:<22}{:>11}{:>6}{:>13}{:>13}{:>8}{:>9}  {}",
            format!("{} {}", line.shape, line.statement),
            text(line.parameters),
            text(line.rows),
            text(line.block_bytes),
            line.constraints,
            format!("2^{}", line.domain_size.trailing_zeros()),
            format!("{} MB", line.key_bytes.div_ceil(1_000_000)),
            line.keys.len(),
        );
    }
}

fn text(number: Option<impl ToString>) -> String {
    number.map_or_else(|| "-".into(), |number| number.to_string())
}

impl Line {
    fn of_models(architecture: &Architecture, files: &[String]) -> Self {
        let samples = usize::from(architecture.samples);
        Self {
            parameters: Some(architecture.parameters()),
            rows: Some(architecture.samples),
            block_bytes: Some(architecture.wire_bytes(samples)),
            ..Self::new::<FoldedScore>(architecture, files)
        }
    }

    fn new<S: OnChain>(shape: &S::Shape, files: &[String]) -> Self {
        let (kind, name) = (S::kind(shape), S::file_name(shape));
        let constraints = constraints::<S>(shape, &kind);
        let domain_size = domain_size(constraints, &kind);
        let keys = files.iter().filter(|file| file.starts_with(&format!("{name}."))).cloned();
        Self {
            shape: name.split('.').next().unwrap_or_default().into(),
            statement: S::NAME,
            parameters: None,
            rows: None,
            block_bytes: None,
            constraints,
            domain_size,
            key_bytes: key_bytes(constraints, domain_size),
            keys: keys.collect(),
        }
    }
}

/// The number that is pinned; for other circuits it is counted.
fn constraints<S: OnChain>(shape: &S::Shape, kind: &CircuitKind) -> usize {
    if let Some(pinned) = pinned(kind) {
        return pinned.constraints as usize;
    }
    eprintln!("counting the constraints of {}", S::file_name(shape));
    Circuit::<S>::compile(shape).matrices().constraints()
}

/// The next power of two that holds the constraints, the public inputs and the constant one.
fn domain_size(constraints: usize, kind: &CircuitKind) -> usize {
    (constraints + kind.public_inputs() as usize + 1).next_power_of_two()
}

/// A key has four points for each wire, one of them in G2, and one for each row of the domain. The
/// circuits have about as many wires as constraints.
fn key_bytes(constraints: usize, domain_size: usize) -> usize {
    let (in_g1, in_g2) = POINT_BYTES;
    constraints * (3 * in_g1 + in_g2) + domain_size * in_g1
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_circuits::keys::{generate, write_key};
    use std::io;

    /// Counts the bytes that are written.
    struct Counter(usize);

    impl io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn domain_and_size_of_a_key_are_told_without_making_it() {
        let circuit = Circuit::<SealKey>::compile(&());
        let mut counter = Counter(0);
        write_key(&generate(&circuit).unwrap(), &mut counter).unwrap();
        let constraints = circuit.matrices().constraints();
        let domain = domain_size(constraints, &CircuitKind::Delivery);
        assert_eq!(domain, circuit.matrices().domain_size());
        let told = key_bytes(constraints, domain);
        assert!(told.abs_diff(counter.0) * 20 < counter.0, "{told}, {}", counter.0);
    }
}
