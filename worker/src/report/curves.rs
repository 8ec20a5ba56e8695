//! Curves as SVG. Their legends stand above them, where no curve is.

use super::{
    folder::ReportError,
    plot::{svg, text, Area, Drawn},
};
use nocknock_training::{CalibrationBin, EpochMetrics};
use plotters::{prelude::*, style::text_anchor::HPos};
use std::ops::Range;

const SIZE: (u32, u32) = (760, 480);

/// Height of what stands above the curves.
const LEGEND: i32 = 60;

/// Curves of no more points show each of them.
const FEW: usize = 40;

/// The most epochs that are shown.
const MOST_EPOCHS: usize = 400;

const BLUE: RGBColor = RGBColor(31, 95, 168);
const ORANGE: RGBColor = RGBColor(200, 80, 20);
const GREY: RGBColor = RGBColor(150, 150, 150);

/// A named line.
struct Curve {
    name: &'static str,
    colour: RGBColor,
    points: Vec<(f64, f64)>,
}

/// What stands at the axes.
struct Axes {
    title: &'static str,
    x: &'static str,
    y: &'static str,
    x_range: Range<f64>,
    y_range: Range<f64>,
    /// Digits of the numbers below.
    digits: usize,
}

/// The losses of each epoch.
pub(super) fn loss_svg(history: &[EpochMetrics]) -> Result<String, ReportError> {
    let curves = [
        Curve {
            name: "training rows",
            colour: BLUE,
            points: points(history, |epoch| Some(epoch.loss)),
        },
        Curve {
            name: "validation rows",
            colour: ORANGE,
            points: points(history, |epoch| epoch.validation_loss),
        },
    ];
    let highest = values(&curves).fold(0.0, f64::max);
    draw(&over_epochs("Loss", "mean of the rows", 0.0..highest.max(0.01) * 1.05, &curves), &curves)
}

/// Both accuracies of each epoch.
pub(super) fn accuracy_svg(history: &[EpochMetrics]) -> Result<String, ReportError> {
    let curves = [
        Curve {
            name: "training rows",
            colour: BLUE,
            points: points(history, |epoch| Some(epoch.training_accuracy)),
        },
        Curve {
            name: "validation rows",
            colour: ORANGE,
            points: points(history, |epoch| epoch.validation_accuracy),
        },
    ];
    let lowest = values(&curves).fold(1.0, f64::min);
    let range = (lowest - 0.02).max(0.0)..1.005;
    draw(&over_epochs("Share of all points", "share", range, &curves), &curves)
}

/// How often answers are right, by how sure whoever gives them is of them.
pub(super) fn calibration_svg(
    bins: &[CalibrationBin],
    who: &'static str,
) -> Result<String, ReportError> {
    let curves = [
        Curve {
            name: who,
            colour: BLUE,
            points: bins.iter().map(|bin| (bin.said, bin.right)).collect(),
        },
        Curve {
            name: "as often right as it says",
            colour: GREY,
            points: vec![(0.0, 0.0), (1.0, 1.0)],
        },
    ];
    let axes = Axes {
        title: "Calibration (unproved)",
        x: "probability of the answers, mean",
        y: "share of right answers",
        x_range: 0.0..1.0,
        y_range: 0.0..1.0,
        digits: 1,
    };
    draw(&axes, &curves)
}

/// Some of the epochs, evenly spread, and the last one.
pub(super) fn thinned(history: &[EpochMetrics]) -> Vec<&EpochMetrics> {
    let every = history.len().div_ceil(MOST_EPOCHS).max(1);
    let last = history.len().saturating_sub(1);
    let epochs = history.iter().enumerate();
    let kept = epochs.filter(|(place, _)| place.is_multiple_of(every) || *place == last);
    kept.map(|(_, epoch)| epoch).collect()
}

fn points(
    history: &[EpochMetrics],
    value: impl Fn(&EpochMetrics) -> Option<f64>,
) -> Vec<(f64, f64)> {
    let point = |epoch: &EpochMetrics| Some((f64::from(epoch.epoch) + 1.0, value(epoch)?));
    thinned(history).into_iter().filter_map(point).collect()
}

fn values(curves: &[Curve]) -> impl Iterator<Item = f64> + '_ {
    curves.iter().flat_map(|curve| &curve.points).map(|(_, value)| *value)
}

fn over_epochs(
    title: &'static str,
    y: &'static str,
    y_range: Range<f64>,
    curves: &[Curve],
) -> Axes {
    let epochs = curves.iter().flat_map(|curve| &curve.points).map(|(epoch, _)| *epoch);
    let x_range = 1.0..epochs.fold(2.0, f64::max);
    Axes { title, x: "epoch", y, x_range, y_range, digits: 0 }
}

fn draw(axes: &Axes, curves: &[Curve]) -> Result<String, ReportError> {
    svg(axes.title, SIZE, |area| {
        let (above, below) = area.split_vertically(LEGEND);
        draw_legend(&above, axes.title, curves)?;
        draw_curves(&below, axes, curves)
    })
}

fn draw_legend(area: &Area<'_>, title: &str, curves: &[Curve]) -> Drawn {
    area.draw_text(title, &text(22, HPos::Left), (14, 18))?;
    let mut x = 14;
    for curve in curves.iter().filter(|curve| !curve.points.is_empty()) {
        area.draw(&Rectangle::new([(x, 43), (x + 22, 46)], curve.colour.filled()))?;
        area.draw_text(curve.name, &text(16, HPos::Left), (x + 30, 45))?;
        x += 200;
    }
    Ok(())
}

fn draw_curves(area: &Area<'_>, axes: &Axes, curves: &[Curve]) -> Drawn {
    let digits = axes.digits;
    let number = |value: &f64| format!("{value:.digits$}");
    let mut chart = ChartBuilder::on(area)
        .margin(14)
        .x_label_area_size(42)
        .y_label_area_size(64)
        .build_cartesian_2d(axes.x_range.clone(), axes.y_range.clone())?;
    chart
        .configure_mesh()
        .x_desc(axes.x)
        .y_desc(axes.y)
        .light_line_style(WHITE)
        .x_label_formatter(&number)
        .draw()?;
    for Curve { colour, points, .. } in curves.iter().filter(|curve| !curve.points.is_empty()) {
        chart.draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(2)))?;
        if points.len() <= FEW {
            let point = |point: &(f64, f64)| Circle::new(*point, 3, colour.filled());
            chart.draw_series(points.iter().map(point))?;
        }
    }
    Ok(())
}
