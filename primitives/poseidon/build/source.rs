//! Writes the tables as Rust source.

use crate::{element::Element, matrix::Matrix, plain::Plain, recurrence::Recurrence};

/// A `static` of type `Tables<width>`.
pub(crate) fn tables(plain: &Plain, fast: &Recurrence) -> String {
    let width = plain.width;
    let fields = [
        ("before", rows(&fast.before)),
        ("mds", matrix(&plain.mds)),
        ("entry", matrix(&fast.entry)),
        ("partial", slice(&fast.partial)),
        ("outputs", slice(&fast.outputs)),
        ("inputs", slice(&fast.inputs)),
        ("exit_outputs", slice(&fast.exit_outputs.0.concat())),
        ("exit_inputs", slice(&fast.exit_inputs.0.concat())),
        ("after", rows(&fast.after)),
    ];
    let body: String =
        fields.iter().map(|(name, value)| format!("    {name}: {value},\n")).collect();
    format!("static WIDTH_{width}: Tables<{width}> = Tables {{\n{body}}};\n")
}

fn slice(elements: &[Element]) -> String {
    format!("&{}", array(elements))
}

fn matrix(matrix: &Matrix) -> String {
    rows(&matrix.0)
}

fn rows(rows: &[Vec<Element>]) -> String {
    let rows: Vec<String> = rows.iter().map(|row| array(row)).collect();
    format!("[{}]", rows.join(", "))
}

fn array(elements: &[Element]) -> String {
    let limbs: Vec<String> = elements.iter().map(limbs).collect();
    format!("elements([{}])", limbs.join(", "))
}

fn limbs(element: &Element) -> String {
    let limbs = element.montgomery_limbs().map(|limb| format!("{limb:#x}"));
    format!("[{}]", limbs.join(", "))
}
