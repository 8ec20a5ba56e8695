//! Curves over the epochs as SVG.

use super::folder::ReportError;
use nocknock_training::EpochMetrics;
use plotters::prelude::*;
use std::ops::Range;

const SIZE: (u32, u32) = (760, 440);

/// A named line.
struct Curve {
    name: &'static str,
    colour: RGBColor,
    points: Vec<(f64, f64)>,
}

/// The loss of each epoch.
pub(super) fn loss_svg(history: &[EpochMetrics]) -> Result<String, ReportError> {
    let curve = Curve {
        name: "training loss",
        colour: RGBColor(31, 95, 168),
        points: points(history, |epoch| Some(epoch.loss)),
    };
    let highest = curve.points.iter().map(|(_, loss)| *loss).fold(0.0, f64::max);
    draw("Loss", "mean of the samples", 0.0..highest.max(0.01) * 1.05, &[curve])
}

/// Both accuracies of each epoch.
pub(super) fn accuracy_svg(history: &[EpochMetrics]) -> Result<String, ReportError> {
    let curves = [
        Curve {
            name: "training rows",
            colour: RGBColor(31, 95, 168),
            points: points(history, |epoch| Some(epoch.training_accuracy)),
        },
        Curve {
            name: "validation rows",
            colour: RGBColor(200, 80, 20),
            points: points(history, |epoch| epoch.validation_accuracy),
        },
    ];
    let all = curves.iter().flat_map(|curve| &curve.points);
    let lowest = all.map(|(_, accuracy)| *accuracy).fold(1.0, f64::min);
    draw("Strict accuracy", "share of rows", (lowest - 0.02).max(0.0)..1.005, &curves)
}

fn points(
    history: &[EpochMetrics],
    value: impl Fn(&EpochMetrics) -> Option<f64>,
) -> Vec<(f64, f64)> {
    let point = |epoch: &EpochMetrics| Some((f64::from(epoch.epoch) + 1.0, value(epoch)?));
    history.iter().filter_map(point).collect()
}

fn draw(
    title: &'static str,
    unit: &'static str,
    range: Range<f64>,
    curves: &[Curve],
) -> Result<String, ReportError> {
    let mut svg = String::new();
    draw_on(SVGBackend::with_string(&mut svg, SIZE), (title, unit), range, curves)
        .map_err(|error| ReportError::Plot { what: title, reason: error.to_string() })?;
    Ok(svg)
}

fn draw_on(
    backend: SVGBackend<'_>,
    (title, unit): (&str, &str),
    range: Range<f64>,
    curves: &[Curve],
) -> Result<(), Box<dyn std::error::Error>> {
    let area = backend.into_drawing_area();
    area.fill(&WHITE)?;
    let last = curves.iter().flat_map(|curve| &curve.points);
    let last = last.map(|(epoch, _)| *epoch).fold(2.0, f64::max);
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 22))
        .margin(14)
        .x_label_area_size(42)
        .y_label_area_size(64)
        .build_cartesian_2d(1.0..last, range)?;
    chart
        .configure_mesh()
        .x_desc("epoch")
        .y_desc(unit)
        .light_line_style(WHITE)
        .x_label_formatter(&|epoch| format!("{epoch:.0}"))
        .draw()?;
    for curve in curves.iter().filter(|curve| !curve.points.is_empty()) {
        let colour = curve.colour;
        chart
            .draw_series(LineSeries::new(curve.points.clone(), colour.stroke_width(2)))?
            .label(curve.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour));
    }
    chart
        .configure_series_labels()
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    area.present()?;
    Ok(())
}
