//! What columns are worth, as bars.

use super::{
    folder::ReportError,
    plot::{svg, text, Area, Drawn},
};
use plotters::{prelude::*, style::text_anchor::HPos};

/// The most bars of a plot.
const MOST_BARS: usize = 20;

const BAR: i32 = 26;
const TOP: i32 = 50;
const LEFT: i32 = 320;
const LONGEST: i32 = 320;
const COLOUR: RGBColor = RGBColor(31, 95, 168);

/// The columns with the largest losses, from the largest down.
pub(super) fn largest(mut lost: Vec<(String, f64)>) -> Vec<(String, f64)> {
    lost.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    lost.truncate(MOST_BARS);
    lost
}

/// What is lost without each column, as a share of the perfect score.
pub(super) fn importance_svg(lost: &[(String, f64)]) -> Result<String, ReportError> {
    let lost = &lost[..lost.len().min(MOST_BARS)];
    let height = TOP + lost.len() as i32 * BAR + 14;
    let size = ((LEFT + LONGEST + 100).unsigned_abs(), height.unsigned_abs());
    svg("what columns are worth", size, |area| {
        let title = "Lost where a column is exchanged (unproved)";
        area.draw_text(title, &text(22, HPos::Left), (14, 22))?;
        let largest = lost.iter().map(|(_, share)| *share).fold(1e-9, f64::max);
        for (row, (name, share)) in (0..).zip(lost) {
            draw_bar(area, TOP + row * BAR, name, (*share, largest))?;
        }
        Ok(())
    })
}

fn draw_bar(area: &Area<'_>, top: i32, name: &str, (share, largest): (f64, f64)) -> Drawn {
    let middle = top + BAR / 2;
    // A share below 0 has no bar.
    let width = (share.max(0.0) / largest * f64::from(LONGEST)) as i32;
    let bar = [(LEFT, top + 4), (LEFT + width, top + BAR - 4)];
    area.draw(&Rectangle::new(bar, COLOUR.filled()))?;
    area.draw_text(name, &text(15, HPos::Right), (LEFT - 8, middle))?;
    let value = format!("{:.2} %", share * 100.0);
    area.draw_text(&value, &text(15, HPos::Left), (LEFT + width + 8, middle))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_important_columns_come_first_and_no_more_than_fit() {
        let lost = (0..30i32).map(|n| (n.to_string(), f64::from(n % 7) / 10.0)).collect();
        let found = largest(lost);
        assert_eq!(found.len(), MOST_BARS);
        assert_eq!(found[0], ("6".to_owned(), 0.6));
        assert!(found.is_sorted_by(|(_, one), (_, next)| one >= next), "{found:?}");
    }

    #[test]
    fn bars_have_names_and_values() {
        let svg = importance_svg(&[("a <b> & c".to_owned(), 0.25), ("d".to_owned(), -0.01)]);
        let svg = svg.unwrap();
        assert!(svg.contains("a &lt;b&gt; &amp; c") && svg.contains("25.00 %"), "{svg}");
        assert!(svg.contains("-1.00 %"), "{svg}");
        assert!(importance_svg(&[]).unwrap().contains("</svg>"));
    }
}
