//! The confusion matrix as CSV and SVG.

use super::folder::ReportError;
use nocknock_training::Confusion;
use plotters::{
    coord::Shift,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};
use std::fmt::Write;

const CELL: i32 = 38;
const MARGIN: i32 = 70;

/// One line for each true class, with a count for each predicted class and one for ties.
pub(super) fn confusion_csv(confusion: &Confusion) -> String {
    let classes = confusion.counts.len();
    let mut csv = "true_class".to_owned();
    for class in 0..classes {
        let _ = write!(csv, ",{class}");
    }
    csv.push_str(",tie\n");
    for (class, line) in confusion.counts.iter().enumerate() {
        let counts: Vec<String> = line.iter().map(u64::to_string).collect();
        let _ = writeln!(csv, "{class},{}", counts.join(","));
    }
    csv
}

/// The matrix of the `training` or `validation` rows as shaded cells: blue where the prediction is
/// right, red where it is wrong.
pub(super) fn confusion_svg(confusion: &Confusion, rows: &str) -> Result<String, ReportError> {
    let mut svg = String::new();
    draw(confusion, rows, &mut svg).map_err(|error| ReportError::Plot {
        what: "the confusion matrix",
        reason: error.to_string(),
    })?;
    Ok(svg)
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn std::error::Error>>;

fn draw(confusion: &Confusion, rows: &str, svg: &mut String) -> Drawn {
    let classes = i32::try_from(confusion.counts.len())?;
    let width = MARGIN + (classes + 1) * CELL + 20;
    let height = MARGIN + classes * CELL + 20;
    let size = (u32::try_from(width)?, u32::try_from(height)?);
    let area = SVGBackend::with_string(svg, size).into_drawing_area();
    area.fill(&WHITE)?;
    draw_names(&area, classes, rows)?;
    for (line, counts) in (0..).zip(&confusion.counts) {
        let total = counts.iter().sum::<u64>().max(1);
        for (column, count) in (0..).zip(counts) {
            draw_cell(&area, (line, column), *count, total)?;
        }
    }
    area.present()?;
    Ok(())
}

fn draw_names(area: &Area<'_>, classes: i32, rows: &str) -> Drawn {
    let text = centred();
    let above = MARGIN - CELL / 2;
    let middle = |class: i32| MARGIN + class * CELL + CELL / 2;
    let title = format!("predicted class, {rows} rows");
    area.draw_text(&title, &text, (middle(classes) / 2 + CELL, 18))?;
    area.draw_text("true", &text, (24, above))?;
    for class in 0..classes {
        let name = class.to_string();
        area.draw_text(&name, &text, (middle(class), above))?;
        area.draw_text(&name, &text, (MARGIN - 18, middle(class)))?;
    }
    area.draw_text("tie", &text, (middle(classes), above))?;
    Ok(())
}

/// A cell is as dark as its share of the rows of its true class.
fn draw_cell(area: &Area<'_>, (line, column): (i32, i32), count: u64, total: u64) -> Drawn {
    let colour = if line == column { BLUE } else { RED };
    let shade = colour.mix(count as f64 / total as f64 * 0.75);
    let (x, y) = (MARGIN + column * CELL, MARGIN + line * CELL);
    let cell = [(x, y), (x + CELL, y + CELL)];
    area.draw(&Rectangle::new(cell, shade.filled()))?;
    area.draw(&Rectangle::new(cell, BLACK.mix(0.2)))?;
    if count > 0 {
        let middle = (x + CELL / 2, y + CELL / 2);
        area.draw_text(&count.to_string(), &centred(), middle)?;
    }
    Ok(())
}

fn centred() -> TextStyle<'static> {
    let style = ("sans-serif", 13).into_font().color(&BLACK);
    style.pos(Pos::new(HPos::Center, VPos::Center))
}
