//! Which classes are taken for which.

use super::{
    folder::ReportError,
    names::Names,
    plot::{svg, text, Area, Drawn},
};
use nocknock_training::Confusion;
use plotters::{prelude::*, style::text_anchor::HPos};
use std::cmp::Reverse;

/// The most classes that are drawn. Above, the worst pairs stand in a table.
const MOST_CLASSES: usize = 20;

/// The most pairs of the table.
const MOST_PAIRS: usize = 20;

const CELL: i32 = 46;
const TITLE: i32 = 34;
/// Pixels of a character, about.
const CHARACTER: i32 = 8;
/// Room for the shortest names.
const LEAST_MARGIN: i32 = 84;

/// The confusion of the classes that have a name or that were met.
pub(super) struct Matrix<'a> {
    confusion: &'a Confusion,
    names: &'a Names,
    classes: Vec<usize>,
}

/// What was said about samples of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Class(usize),
    Tie,
}

impl<'a> Matrix<'a> {
    pub(super) fn new(confusion: &'a Confusion, names: &'a Names) -> Self {
        let classes = confusion.classes().into_iter().enumerate().filter(|(class, counts)| {
            names.known() == 0 || *class < names.known() || counts.samples + counts.named > 0
        });
        Self { confusion, names, classes: classes.map(|(class, _)| class).collect() }
    }

    /// The classes that are listed.
    pub(super) fn classes(&self) -> &[usize] {
        &self.classes
    }

    /// Whether there are few enough classes for a plot.
    pub(super) fn is_small(&self) -> bool {
        self.classes.len() <= MOST_CLASSES
    }

    /// What can be said: the listed classes, and a tie.
    fn said(&self) -> impl Iterator<Item = Said> + '_ {
        self.classes.iter().map(|class| Said::Class(*class)).chain([Said::Tie])
    }

    fn name(&self, said: Said) -> String {
        match said {
            Said::Class(class) => self.names.class(class),
            Said::Tie => "tie".to_owned(),
        }
    }

    fn count(&self, class: usize, said: Said) -> u64 {
        let line = self.confusion.counts.get(class);
        let count = line.and_then(|line| match said {
            Said::Class(other) => line.get(other),
            Said::Tie => line.last(),
        });
        count.copied().unwrap_or_default()
    }

    fn total(&self, class: usize) -> u64 {
        self.confusion.counts.get(class).map_or(0, |line| line.iter().sum())
    }

    /// One line for each true class, with a count for each predicted class and one for ties.
    pub(super) fn csv(&self) -> String {
        let names = self.said().map(|said| field(&self.name(said)));
        let mut csv = format!("true_class,{}\n", names.collect::<Vec<_>>().join(","));
        for class in &self.classes {
            let counts = self.said().map(|said| self.count(*class, said).to_string());
            let counts: Vec<String> = counts.collect();
            csv.push_str(&format!("{},{}\n", field(&self.names.class(*class)), counts.join(",")));
        }
        csv
    }

    /// The pairs that were mistaken most often: the true class, what was said, how often, and in
    /// which share of the class.
    pub(super) fn worst_pairs(&self) -> Vec<Vec<String>> {
        let mut pairs: Vec<(usize, Said, u64)> = Vec::new();
        for class in &self.classes {
            let wrong = self.said().filter(|said| *said != Said::Class(*class));
            pairs.extend(wrong.map(|said| (*class, said, self.count(*class, said))));
        }
        pairs.retain(|(_, _, count)| *count > 0);
        pairs.sort_by_key(|(_, _, count)| Reverse(*count));
        let line = |(class, said, count): (usize, Said, u64)| {
            let share = count as f64 / self.total(class).max(1) as f64 * 100.0;
            let count = count.to_string();
            vec![self.names.class(class), self.name(said), count, format!("{share:.2} %")]
        };
        pairs.into_iter().take(MOST_PAIRS).map(line).collect()
    }

    /// The matrix of the `training` or `validation` rows as shaded cells: blue where the prediction
    /// is right, red where it is wrong.
    pub(super) fn svg(&self, rows: &str) -> Result<String, ReportError> {
        let margin = self.margin();
        let classes = i32::try_from(self.classes.len()).unwrap_or(i32::MAX / CELL / 2);
        let width = margin + (classes + 1) * CELL + 20;
        let height = TITLE + margin + classes * CELL + 20;
        let size = (width.max(340).unsigned_abs(), height.unsigned_abs());
        svg("the confusion matrix", size, |area| self.draw(area, rows))
    }

    /// Pixels of the longest name.
    fn margin(&self) -> i32 {
        let lengths = self.classes.iter().map(|class| self.names.class(*class).chars().count());
        let longest = i32::try_from(lengths.max().unwrap_or(0)).unwrap_or(0);
        (longest * CHARACTER + 20).max(LEAST_MARGIN)
    }

    fn draw(&self, area: &Area<'_>, rows: &str) -> Drawn {
        self.draw_names(area, rows)?;
        for (line, class) in (0..).zip(&self.classes) {
            let total = self.total(*class).max(1);
            for (column, said) in (0..).zip(self.said()) {
                let share = self.count(*class, said) as f64 / total as f64;
                let is_right = said == Said::Class(*class);
                self.draw_cell(area, (line, column), (self.count(*class, said), share, is_right))?;
            }
        }
        Ok(())
    }

    fn draw_names(&self, area: &Area<'_>, rows: &str) -> Drawn {
        let (left, top) = (self.margin(), TITLE + self.margin());
        let middle = |place: i32| place * CELL + CELL / 2;
        let title = format!("predicted class, {rows} rows");
        area.draw_text(&title, &text(18, HPos::Left), (14, 18))?;
        area.draw_text("true class", &text(15, HPos::Right), (left - 8, top - 10))?;
        let upwards = text(15, HPos::Left).transform(FontTransform::Rotate270);
        for (column, said) in (0..).zip(self.said()) {
            area.draw_text(&self.name(said), &upwards, (left + middle(column), top - 8))?;
        }
        for (line, class) in (0..).zip(&self.classes) {
            let place = (left - 8, top + middle(line));
            area.draw_text(&self.names.class(*class), &text(15, HPos::Right), place)?;
        }
        Ok(())
    }

    /// A cell is as dark as its share of the rows of its true class.
    fn draw_cell(
        &self,
        area: &Area<'_>,
        (line, column): (i32, i32),
        (count, share, is_right): (u64, f64, bool),
    ) -> Drawn {
        let colour = if is_right { BLUE } else { RED };
        let shade = colour.mix(share * 0.6);
        let (x, y) = (self.margin() + column * CELL, TITLE + self.margin() + line * CELL);
        let cell = [(x, y), (x + CELL, y + CELL)];
        area.draw(&Rectangle::new(cell, shade.filled()))?;
        area.draw(&Rectangle::new(cell, BLACK.mix(0.2)))?;
        if count > 0 {
            // Numbers of many digits are smaller.
            let size = if count < 100_000 { 16 } else { 11 };
            let middle = (x + CELL / 2, y + CELL / 2);
            area.draw_text(&count.to_string(), &text(size, HPos::Center), middle)?;
        }
        Ok(())
    }
}

/// A field of a CSV file. A name that a spreadsheet would take for a formula gets an apostrophe.
fn field(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@']) && text.parse::<f64>().is_err();
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three classes, each taken for the next one as often as it says.
    fn confusion(wrong: [u64; 3]) -> Confusion {
        let [a, b, c] = wrong;
        Confusion { counts: vec![vec![5, a, 0, 0], vec![0, 5, b, 0], vec![c, 0, 5, 1]] }
    }

    #[test]
    fn the_worst_pairs_come_first_and_ties_are_among_them() {
        let (confusion, names) = (confusion([2, 0, 4]), Names::of(None));
        let pairs = Matrix::new(&confusion, &names).worst_pairs();
        let expected = [["2", "0", "4", "40.00 %"], ["0", "1", "2", "28.57 %"]];
        assert_eq!(pairs[..2], expected);
        assert_eq!(pairs[2..], [["2", "tie", "1", "10.00 %"]]);
    }

    #[test]
    fn no_more_pairs_are_listed_than_fit() {
        let counts = (0..9).map(|_| vec![1; 10]).collect();
        let (confusion, names) = (Confusion { counts }, Names::of(None));
        assert_eq!(Matrix::new(&confusion, &names).worst_pairs().len(), MOST_PAIRS);
    }

    #[test]
    fn more_classes_than_can_be_read_are_not_drawn() {
        let of = |classes: usize| Confusion { counts: vec![vec![1; classes + 1]; classes] };
        let (names, few, many) = (Names::of(None), of(MOST_CLASSES), of(MOST_CLASSES + 1));
        assert!(Matrix::new(&few, &names).is_small());
        assert!(!Matrix::new(&many, &names).is_small());
    }

    #[test]
    fn a_field_of_a_csv_file_keeps_its_commas() {
        assert_eq!(field("a"), "a");
        assert_eq!(field("a, \"b\""), "\"a, \"\"b\"\"\"");
    }

    #[test]
    fn a_field_of_a_csv_file_is_no_formula() {
        assert_eq!(field("=1+A2"), "'=1+A2");
        assert_eq!(field("@sum(A1,A2)"), "\"'@sum(A1,A2)\"");
        assert_eq!([field("-1"), field("+2.5"), field("a=b")], ["-1", "+2.5", "a=b"]);
    }
}
