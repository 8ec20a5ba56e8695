//! What all plots share.

use super::folder::ReportError;
use plotters::{
    coord::Shift,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub(super) type Drawn = Result<(), Box<dyn std::error::Error>>;

/// Draws on a white area of so many pixels.
pub(super) fn svg(
    what: &'static str,
    size: (u32, u32),
    draw: impl FnOnce(&Area<'_>) -> Drawn,
) -> Result<String, ReportError> {
    let mut svg = String::new();
    draw_on(&mut svg, size, draw)
        .map_err(|error| ReportError::Plot { what, reason: error.to_string() })?;
    Ok(svg)
}

fn draw_on(svg: &mut String, size: (u32, u32), draw: impl FnOnce(&Area<'_>) -> Drawn) -> Drawn {
    let area = SVGBackend::with_string(svg, size).into_drawing_area();
    area.fill(&WHITE)?;
    draw(&area)?;
    area.present()?;
    Ok(())
}

/// Black text of a size, which its place is to the left of, in the middle of, or to the right of.
pub(super) fn text(size: i32, place: HPos) -> TextStyle<'static> {
    let style = ("sans-serif", size).into_font().color(&BLACK);
    style.pos(Pos::new(place, VPos::Center))
}
