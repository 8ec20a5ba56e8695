//! Plots, as SVG.

use crate::report::Row;
use std::fmt::Write;

const WIDTH: f64 = 760.0;
const MARGIN: f64 = 60.0;
const COLOURS: [&str; 4] = ["#1b6ca8", "#c8553d", "#588157", "#8d6a9f"];

/// What is drawn, in the units of the page.
struct Page {
    text: String,
    height: f64,
}

impl Page {
    fn new(title: &str, height: f64) -> Self {
        let mut page = Self { text: String::new(), height };
        page.label(WIDTH / 2.0, 22.0, "middle", title);
        page
    }

    fn add(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = writeln!(self.text, "{element}");
    }

    fn label(&mut self, x: f64, y: f64, anchor: &str, label: &str) {
        let label = label.replace('&', "&amp;").replace('<', "&lt;");
        self.add(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{label}</text>"
        ));
    }

    fn line(&mut self, from: (f64, f64), to: (f64, f64), colour: &str) {
        let ((x1, y1), (x2, y2)) = (from, to);
        self.add(format_args!(
            "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" \
             stroke=\"{colour}\"/>"
        ));
    }

    fn bar(&mut self, x: f64, y: f64, width: f64, height: f64, colour: &str) {
        self.add(format_args!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" \
             fill=\"{colour}\"/>"
        ));
    }

    fn curve(&mut self, points: &[(f64, f64)], colour: &str) {
        let points: Vec<_> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        self.add(format_args!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            points.join(" ")
        ));
    }

    fn finish(self) -> String {
        let Self { text, height } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
             font-family=\"sans-serif\" font-size=\"12\">\n\
             <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"white\"/>\n{text}</svg>\n"
        )
    }
}

/// Gains of all strategies with three standard errors each.
pub(crate) fn gains(rows: &[Row]) -> String {
    let (left, step) = (200.0, 24.0);
    let height = 60.0 + step * rows.len() as f64;
    let mut page = Page::new("gain over honest work, with three standard errors", height);
    // Losses of more than everything, and gains of more than all, are cut off.
    let place = |gain: f64| left + (gain.clamp(-1.1, 1.1) + 1.1) / 2.2 * (WIDTH - left - 20.0);
    for tick in [-1.0, -0.5, 0.0, 0.5, 1.0] {
        page.line((place(tick), 32.0), (place(tick), height - 22.0), "#dddddd");
        page.label(place(tick), height - 6.0, "middle", &format!("{:+.0} %", tick * 100.0));
    }
    page.line((place(0.03), 32.0), (place(0.03), height - 22.0), COLOURS[1]);
    for (number, row) in (0u8..).zip(rows) {
        let y = 40.0 + step * f64::from(number);
        let (mean, error) = (row.gain.mean, 3.0 * row.gain.error);
        let colour = if row.is_judged { COLOURS[0] } else { COLOURS[3] };
        page.label(left - 8.0, y + 12.0, "end", &row.name);
        let (from, to) = (place(mean.min(0.0)), place(mean.max(0.0)));
        page.bar(from, y + 3.0, (to - from).max(1.0), 10.0, colour);
        page.line((place(mean - error), y + 8.0), (place(mean + error), y + 8.0), "black");
    }
    page.finish()
}

/// What honest work, the hoarder and the dripper have earned after each task.
pub(crate) fn incomes(rows: &[Row]) -> String {
    let find = |name: &str| rows.iter().find(|row| row.name == name);
    let mut curves = Vec::new();
    if let Some(row) = find("hoarder").or_else(|| find("dripper")) {
        curves.push(("honest".to_owned(), row.honest_path.clone()));
    }
    for row in ["hoarder", "dripper"].into_iter().filter_map(find) {
        curves.push((row.name.clone(), row.path.clone()));
    }
    chart("income after each task, NNK, mean of all seeds", &curves, None)
}

/// The parts of the seats that colluding and absent accounts have in each session.
pub(crate) fn seats(rows: &[Row]) -> String {
    let shown = ["colluding custodian", "absent validators"];
    let chosen = rows.iter().filter(|row| shown.contains(&row.name.as_str()));
    let curves: Vec<_> = chosen.map(|row| (row.name.clone(), row.seats_path.clone())).collect();
    chart("part of the seats in each session, first seed", &curves, Some(1.0 / 3.0))
}

/// Curves over their numbers, and a bound.
fn chart(title: &str, curves: &[(String, Vec<f64>)], bound: Option<f64>) -> String {
    let height = 360.0;
    let mut page = Page::new(title, height);
    let longest = curves.iter().map(|(_, curve)| curve.len()).max().unwrap_or(1).max(2);
    let values = curves.iter().flat_map(|(_, curve)| curve).copied().chain(bound);
    let most = values.fold(0.0, f64::max);
    let most = if most > 0.0 { most * 1.05 } else { 1.0 };
    let x = |number: usize| MARGIN + number as f64 / (longest - 1) as f64 * (WIDTH - 2.0 * MARGIN);
    let y = |value: f64| height - 40.0 - value.max(0.0) / most * (height - 80.0);
    for part in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let value = part * most;
        page.line((MARGIN, y(value)), (WIDTH - MARGIN, y(value)), "#dddddd");
        let digits = if most < 10.0 { 2 } else { 0 };
        page.label(MARGIN - 6.0, y(value) + 4.0, "end", &format!("{value:.digits$}"));
    }
    page.label(MARGIN, height - 20.0, "middle", "1");
    page.label(WIDTH - MARGIN, height - 20.0, "middle", &longest.to_string());
    if let Some(bound) = bound {
        page.line((MARGIN, y(bound)), (WIDTH - MARGIN, y(bound)), COLOURS[1]);
    }
    for (number, (name, curve)) in curves.iter().enumerate() {
        let colour = COLOURS[[0, 2, 3][number % 3]];
        let points: Vec<_> =
            curve.iter().enumerate().map(|(place, value)| (x(place), y(*value))).collect();
        page.curve(&points, colour);
        let at = MARGIN + 20.0 + 170.0 * number as f64;
        page.bar(at, height - 14.0, 10.0, 10.0, colour);
        page.label(at + 16.0, height - 5.0, "start", name);
    }
    page.finish()
}

/// How often mixtures gain how much.
pub(crate) fn mixtures(gains: &[f64]) -> String {
    let height = 300.0;
    let mut page = Page::new("gains of the mixtures", height);
    let (bins, low, high) = (44usize, -1.1, 1.1);
    let mut counts = vec![0usize; bins];
    for gain in gains {
        let part = (gain.clamp(low, high) - low) / (high - low);
        counts[((part * bins as f64) as usize).min(bins - 1)] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(1).max(1) as f64;
    let width = (WIDTH - 2.0 * MARGIN) / bins as f64;
    for (bin, count) in counts.iter().enumerate() {
        let tall = *count as f64 / most * (height - 80.0);
        let x = MARGIN + width * bin as f64;
        page.bar(x, height - 40.0 - tall, width - 1.0, tall, COLOURS[0]);
    }
    for tick in [-1.0, -0.5, 0.0, 0.5, 1.0] {
        let x = MARGIN + (tick - low) / (high - low) * (WIDTH - 2.0 * MARGIN);
        page.line((x, height - 40.0), (x, height - 34.0), "black");
        page.label(x, height - 20.0, "middle", &format!("{:+.0} %", tick * 100.0));
    }
    page.label(MARGIN - 6.0, 48.0, "end", &format!("{most:.0}"));
    page.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plots_are_closed_documents() {
        let curves = [("one".to_owned(), vec![0.0, 1.0, 2.0]), ("a < b".to_owned(), vec![])];
        for plot in [chart("title", &curves, Some(0.5)), mixtures(&[0.1, -3.0]), gains(&[])] {
            assert!(plot.starts_with("<svg") && plot.trim_end().ends_with("</svg>"));
            assert_eq!(plot.matches("<text").count(), plot.matches("</text>").count());
            assert!(!plot.contains("NaN") && !plot.contains("a < b"));
        }
    }

    #[test]
    fn a_chart_of_nothing_has_an_axis() {
        let plot = chart("title", &[("one".to_owned(), vec![0.0, 0.0])], None);
        assert!(plot.contains(">1.00<") && !plot.contains("NaN"), "{plot}");
    }
}
