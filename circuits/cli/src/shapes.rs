//! The list of shapes.

use anyhow::Result;
use nocknock_circuits::{delivery::DeliverModel, score::ScoreBlock, Circuit, OnChain};
use nocknock_primitives::model::{shape::SHAPES, MlpShape};
use serde::Serialize;

use crate::arguments::ShapesArguments;

/// One line of the list.
#[derive(Serialize)]
struct Line {
    shape: &'static str,
    inputs: u16,
    hidden: u16,
    classes: u16,
    input_bits: u8,
    weight_bits: u8,
    block_rows: u16,
    circuits: Vec<Size>,
}

/// Size of a circuit.
#[derive(Serialize)]
struct Size {
    statement: &'static str,
    constraints: usize,
    domain_size: usize,
}

/// Prints all shapes.
pub(crate) fn run(arguments: &ShapesArguments) -> Result<()> {
    let lines: Vec<Line> = SHAPES.iter().map(line).collect();
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&lines)?);
        return Ok(());
    }
    println!(
        "{:<18}{:>8}{:>8}{:>9}{:>12}{:>13}{:>7}  constraints (domain)",
        "shape", "inputs", "hidden", "classes", "input bits", "weight bits", "rows"
    );
    for line in lines {
        println!(
            "{:<18}{:>8}{:>8}{:>9}{:>12}{:>13}{:>7}  {}",
            line.shape,
            line.inputs,
            line.hidden,
            line.classes,
            line.input_bits,
            line.weight_bits,
            line.block_rows,
            line.circuits.iter().map(Size::text).collect::<Vec<_>>().join(", ")
        );
    }
    Ok(())
}

fn line(shape: &'static MlpShape) -> Line {
    Line {
        shape: shape.name(),
        inputs: shape.inputs,
        hidden: shape.hidden,
        classes: shape.classes,
        input_bits: shape.input_bits,
        weight_bits: shape.weight_bits,
        block_rows: shape.block_rows,
        circuits: vec![Size::of::<ScoreBlock>(shape), Size::of::<DeliverModel>(shape)],
    }
}

impl Size {
    fn of<S: OnChain>(shape: &MlpShape) -> Self {
        let circuit = Circuit::<S>::compile(shape);
        Self {
            statement: S::NAME,
            constraints: circuit.matrices().constraints(),
            domain_size: circuit.matrices().domain_size(),
        }
    }

    fn text(&self) -> String {
        let power = self.domain_size.trailing_zeros();
        format!("{} {} (2^{power})", self.statement, self.constraints)
    }
}
