//! A tree, and how it grows.

use super::{
    bins::Column,
    histogram::{best_of, subtract, Limits, Row, Split, Sums},
};
use rayon::prelude::*;
use std::{mem, ops::Range};

/// Steps of work below which threads cost more than they save.
const WORK_FOR_THREADS: usize = 1 << 15;

/// A tree that gives rows of inputs a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tree {
    /// The root comes first, and each node before those below it.
    nodes: Vec<Node>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Node {
    /// Rows whose input is at most the threshold go on at the node `left`, others at the one after.
    Split {
        input: u16,
        threshold: u16,
        left: u16,
    },
    Leaf {
        value: f32,
    },
}

impl Tree {
    /// The value of the leaf that a row comes to.
    pub(super) fn value(&self, row: &[u16]) -> f32 {
        let mut place = 0;
        loop {
            match self.nodes[place] {
                Node::Leaf { value } => return value,
                Node::Split { input, threshold, left } => {
                    let is_right = row[usize::from(input)] > threshold;
                    place = usize::from(left) + usize::from(is_right);
                }
            }
        }
    }
}

/// Memory that trees use one after the other.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    histograms: Vec<Vec<Sums>>,
    rows: Vec<Row>,
}

impl Buffers {
    /// A histogram of this many bins, with anything in it.
    fn take(&mut self, bins: usize) -> Vec<Sums> {
        let mut histogram = self.histograms.pop().unwrap_or_default();
        histogram.resize(bins, Sums::default());
        histogram
    }

    fn put_back(&mut self, histogram: Vec<Sums>) {
        self.histograms.push(histogram);
    }

    /// Moves the rows of the left side of a split to the front. Each side keeps its order.
    fn part(&mut self, rows: &mut [Row], column: &Column, last_left: u8) {
        self.rows.clear();
        self.rows.extend_from_slice(rows);
        let is_left = |row: &Row| column.bin(row) <= last_left;
        let left = self.rows.iter().filter(|row| is_left(row));
        let right = self.rows.iter().filter(|row| !is_left(row));
        for (place, row) in rows.iter_mut().zip(left.chain(right)) {
            *place = *row;
        }
    }
}

/// A tree, and the value of each part of the rows that it was grown on.
pub(super) struct Grown {
    pub(super) tree: Tree,
    pub(super) leaves: Vec<(Range<usize>, f32)>,
}

/// Grows a tree on rows, whose order it changes.
pub(super) fn grow(
    columns: &[&Column],
    limits: &Limits,
    rows: &mut [Row],
    buffers: &mut Buffers,
) -> Grown {
    let mut growth =
        Growth { columns, limits, rows, buffers, nodes: vec![], parts: vec![], open: vec![] };
    growth.plant();
    while growth.leaves() < limits.leaves {
        let Some(open) = growth.take_best() else {
            break;
        };
        growth.split(open);
    }
    growth.finish()
}

struct Growth<'a> {
    columns: &'a [&'a Column],
    limits: &'a Limits,
    rows: &'a mut [Row],
    buffers: &'a mut Buffers,
    nodes: Vec<Node>,
    /// Which rows come to each node.
    parts: Vec<Range<usize>>,
    open: Vec<Open>,
}

/// A leaf that can be split.
struct Open {
    node: usize,
    histogram: Vec<Sums>,
    split: Split,
}

impl Growth<'_> {
    fn leaves(&self) -> usize {
        self.nodes.len().div_ceil(2)
    }

    fn add_leaf(&mut self, part: Range<usize>, sums: Sums) {
        self.nodes.push(Node::Leaf { value: self.limits.value(sums) });
        self.parts.push(part);
    }

    /// The root.
    fn plant(&mut self) {
        let total = Sums::of(self.rows);
        self.add_leaf(0..self.rows.len(), total);
        if !self.limits.may_split(total) {
            return;
        }
        let (rows, limits) = (&*self.rows, self.limits);
        let mut histogram = self.buffers.take(bins_of(self.columns));
        let columns = self.columns.iter().enumerate();
        let jobs: Vec<_> = columns.zip(by_column(self.columns, &mut histogram)).collect();
        let found = each(jobs, self.work(rows.len()), |((place, column), bins)| {
            column.fill(rows, bins);
            limits.best_split(place, bins, total)
        });
        self.keep(0, histogram, best_of(found));
    }

    /// The open leaf whose split gains most, of equals the first.
    fn take_best(&mut self) -> Option<Open> {
        let by_gain = |one: &Open, other: &Open| {
            one.split.gain.total_cmp(&other.split.gain).then(other.node.cmp(&one.node))
        };
        let places = self.open.iter().enumerate();
        let (best, _) = places.max_by(|(_, one), (_, other)| by_gain(one, other))?;
        Some(self.open.swap_remove(best))
    }

    fn split(&mut self, Open { node, histogram, split }: Open) {
        let column = self.columns[split.column];
        let part = self.parts[node].clone();
        self.buffers.part(&mut self.rows[part.clone()], column, split.bin);
        let left = self.nodes.len();
        self.nodes[node] = Node::Split {
            input: column.input,
            threshold: column.thresholds[usize::from(split.bin)],
            // There are at most 511 nodes.
            left: left as u16,
        };
        let middle = part.start + split.sides[0].samples as usize;
        self.add_leaf(part.start..middle, split.sides[0]);
        self.add_leaf(middle..part.end, split.sides[1]);
        let is_full = self.leaves() >= self.limits.leaves;
        if is_full || !split.sides.iter().any(|side| self.limits.may_split(*side)) {
            self.buffers.put_back(histogram);
        } else {
            self.search(left, histogram, split.sides);
        }
    }

    /// Looks for splits of two new leaves, of which `all` is the common histogram.
    fn search(&mut self, left: usize, all: Vec<Sums>, sides: [Sums; 2]) {
        let (smaller, larger) = if sides[0].samples <= sides[1].samples { (0, 1) } else { (1, 0) };
        let (mut few, mut rest) = (self.buffers.take(all.len()), all);
        let (rows, limits) = (&self.rows[self.parts[left + smaller].clone()], self.limits);
        let columns = self.columns.iter().enumerate().zip(by_column(self.columns, &mut few));
        let jobs: Vec<_> = columns.zip(by_column(self.columns, &mut rest)).collect();
        let found = each(jobs, self.work(rows.len()), |(((place, column), few), rest)| {
            column.fill(rows, few);
            subtract(rest, few);
            [(few, smaller), (rest, larger)]
                .map(|(bins, side)| limits.best_split(place, bins, sides[side]))
        });
        let best = [0, 1].map(|place: usize| best_of(found.iter().map(|splits| splits[place])));
        self.keep(left + smaller, few, best[0]);
        self.keep(left + larger, rest, best[1]);
    }

    /// Steps that it takes to search the histograms of this many rows.
    fn work(&self, rows: usize) -> usize {
        self.columns.len() * rows + bins_of(self.columns)
    }

    /// Keeps a leaf open if it can be split.
    fn keep(&mut self, node: usize, histogram: Vec<Sums>, split: Option<Split>) {
        match split {
            Some(split) => self.open.push(Open { node, histogram, split }),
            None => self.buffers.put_back(histogram),
        }
    }

    fn finish(self) -> Grown {
        for open in self.open {
            self.buffers.put_back(open.histogram);
        }
        let value = |node: &Node| match node {
            Node::Leaf { value } => Some(*value),
            Node::Split { .. } => None,
        };
        let parts = self.parts.into_iter().zip(&self.nodes);
        let leaves = parts.filter_map(|(part, node)| Some((part, value(node)?))).collect();
        Grown { leaves, tree: Tree { nodes: self.nodes } }
    }
}

fn bins_of(columns: &[&Column]) -> usize {
    columns.iter().map(|column| column.count()).sum()
}

/// Cuts a histogram into the parts of the columns.
fn by_column<'h>(columns: &[&Column], histogram: &'h mut [Sums]) -> Vec<&'h mut [Sums]> {
    let mut rest = histogram;
    let mut parts = Vec::with_capacity(columns.len());
    for column in columns {
        let (part, after) = mem::take(&mut rest).split_at_mut(column.count());
        parts.push(part);
        rest = after;
    }
    parts
}

/// Does jobs, on all threads if there is work for them. The results are in the order of the jobs.
fn each<J: Send, R: Send>(jobs: Vec<J>, work: usize, job: impl Fn(J) -> R + Send + Sync) -> Vec<R> {
    if work < WORK_FOR_THREADS {
        jobs.into_iter().map(job).collect()
    } else {
        jobs.into_par_iter().map(job).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        boost::bins::columns_of,
        data::{Labels, TrainingSet},
        rng::{below, stream, Purpose},
        testing::{architecture, classes_head},
    };

    const LIMITS: Limits = Limits { leaves: 9, least_samples: 5, l2: 0.0, learning_rate: 0.1 };

    /// Grows a tree on all samples, half of whose share is of class 1.
    fn grown(data: &TrainingSet, limits: &Limits) -> (Grown, Vec<Row>) {
        let Labels::Classes(classes) = &data.labels else { panic!("these are classes") };
        let samples: Vec<u32> = (0..).take(classes.len()).collect();
        let columns = columns_of(data, &samples);
        let columns: Vec<&Column> = columns.iter().collect();
        let mut rows: Vec<Row> =
            (0..).zip(classes).map(|(sample, class)| Row::new(sample, 0.5, *class == 1)).collect();
        let grown = grow(&columns, limits, &mut rows, &mut Buffers::default());
        (grown, rows)
    }

    fn random(samples: usize) -> TrainingSet {
        let mut rng = stream(5, Purpose::Split);
        TrainingSet {
            architecture: architecture((4, 5), &[], classes_head(2, 20)),
            inputs: (0..samples * 4).map(|_| below(&mut rng, 32) as u16).collect(),
            labels: Labels::Classes((0..samples).map(|_| below(&mut rng, 2) as u8).collect()),
        }
    }

    #[test]
    fn each_row_comes_to_the_leaf_that_it_was_grown_in() {
        let data = random(300);
        let (Grown { tree, leaves }, rows) = grown(&data, &LIMITS);
        assert_eq!(leaves.len(), 9);
        let mut inside: Vec<usize> = leaves.iter().flat_map(|(part, _)| part.clone()).collect();
        inside.sort_unstable();
        assert!(inside.into_iter().eq(0..300));
        for (part, value) in leaves {
            assert!(part.len() >= 5);
            for row in &rows[part] {
                let (inputs, _) = data.sample(row.sample as usize).unwrap();
                assert_eq!(tree.value(inputs), value);
            }
        }
    }

    #[test]
    fn a_value_is_that_of_the_rows_of_its_leaf() {
        let (Grown { leaves, .. }, rows) = grown(&random(300), &LIMITS);
        for (part, value) in leaves {
            assert_eq!(value, LIMITS.value(Sums::of(&rows[part])));
        }
    }

    #[test]
    fn the_leaf_that_gains_most_is_split_first() {
        // Of 40 rows each this many are of class 1. Splits by the first input, then of its zeros
        // and of its ones by the second gain 102.4, 0.8 and 7.2.
        let parts: [([u16; 2], usize); 4] = [([0, 0], 0), ([0, 1], 4), ([1, 0], 40), ([1, 1], 28)];
        let data = TrainingSet {
            architecture: architecture((2, 1), &[], classes_head(2, 10)),
            inputs: parts.map(|(inputs, _)| [inputs; 40].concat()).concat(),
            labels: Labels::Classes(
                parts.map(|(_, ones)| [vec![1u8; ones], vec![0; 40 - ones]].concat()).concat(),
            ),
        };
        let values = |leaves: usize| {
            let (Grown { tree, .. }, _) = grown(&data, &Limits { leaves, ..LIMITS });
            parts.map(|(inputs, _)| tree.value(&inputs))
        };
        let of_two = values(2);
        assert!(of_two[0] == of_two[1] && of_two[1] != of_two[2] && of_two[2] == of_two[3]);
        let of_three = values(3);
        assert!(of_three[0] == of_three[1] && of_three[2] != of_three[3]);
        let of_four = values(4);
        assert!(of_four[0] != of_four[1] && of_four[2] == of_three[2]);
        assert_eq!(values(9), of_four);
    }

    #[test]
    fn rows_that_cannot_be_told_apart_make_a_single_leaf() {
        let mut data = random(50);
        data.inputs.fill(7);
        let (Grown { tree, leaves }, _) = grown(&data, &LIMITS);
        assert_eq!(leaves.len(), 1);
        assert_eq!(tree.value(&[7; 4]), leaves[0].1);
        let (Grown { leaves, .. }, _) = grown(&random(9), &LIMITS);
        assert_eq!(leaves.len(), 1);
    }
}
