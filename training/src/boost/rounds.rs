//! Round after round: gradients, trees, and when there are enough of them.

use super::{
    bins::{columns_of, Column},
    classes_of,
    histogram::{Limits, Row},
    inputs_of,
    random::{stream, Purpose},
    tree::{grow, Buffers, Grown, Tree},
    BoostConfig, BoostError, Boosted, BLOCK,
};
use crate::{data::TrainingSet, rng::shuffle};
use rayon::prelude::*;

/// The least share that counts in a loss, so that a loss stays finite.
const LEAST_SHARE: f64 = 1e-15;

/// Boosts until the rounds, the patience or the caller ends it, and keeps every round.
pub(super) fn boost(
    data: &TrainingSet,
    samples: &[u32],
    validation: &[u32],
    config: &BoostConfig,
    stop: &dyn Fn() -> bool,
) -> Result<Boosted, BoostError> {
    config.check()?;
    let classes = classes_of(data)?;
    check_samples(classes.len(), samples, validation)?;
    let mut boosted = before_any_round(data, classes, samples);
    let mut boosting = Boosting::new(data, classes, samples, config, &boosted);
    let mut judge = Judge::new(data, classes, validation, &boosted);
    boosted.losses.extend(judge.loss());
    // Without an output there is nothing to find out.
    let most = if boosted.first_scores.is_empty() { 0 } else { config.rounds as usize };
    while boosted.rounds.len() < most && !is_out_of_patience(&boosted.losses, config.patience) {
        let Some(trees) = boosting.round(boosted.rounds.len(), stop) else {
            boosted.stopped = true;
            break;
        };
        judge.add(&trees);
        boosted.losses.extend(judge.loss());
        boosted.rounds.push(trees);
    }
    if boosted.stopped && boosted.rounds.is_empty() {
        return Err(BoostError::Stopped);
    }
    Ok(boosted)
}

/// The place of the least number, of equals the first.
pub(super) fn place_of_least(numbers: &[f64]) -> Option<usize> {
    let numbers = numbers.iter().enumerate();
    numbers.min_by(|(_, one), (_, other)| one.total_cmp(other)).map(|(place, _)| place)
}

/// Adds what the trees of a round say of rows, whose scores have a place for each tree.
pub(super) fn add_trees(trees: &[Tree], width: usize, inputs: &[u16], scores: &mut [f32]) {
    for (output, tree) in trees.iter().enumerate() {
        let scores = scores.iter_mut().skip(output).step_by(trees.len());
        for (score, row) in scores.zip(inputs.chunks_exact(width)) {
            *score += tree.value(row);
        }
    }
}

/// The shares of classes that the scores of a row stand for.
pub(super) fn shares_of(scores: &[f32], shares: &mut [f32]) {
    match scores {
        [] => shares.fill(1.0),
        [score] => {
            // Each by itself: one less the other loses the digits of a small share.
            for (share, sign) in shares.iter_mut().zip([1.0f32, -1.0]) {
                *share = 1.0 / (1.0 + (sign * score).exp());
            }
        }
        _ => softmax(scores, shares),
    }
}

fn softmax(scores: &[f32], shares: &mut [f32]) {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for (share, score) in shares.iter_mut().zip(scores) {
        *share = (score - highest).exp();
        sum += *share;
    }
    for share in shares {
        *share /= sum;
    }
}

fn check_samples(count: usize, samples: &[u32], validation: &[u32]) -> Result<(), BoostError> {
    if samples.is_empty() {
        return Err(BoostError::NoSamples);
    }
    match samples.iter().chain(validation).find(|sample| **sample as usize >= count) {
        Some(sample) => Err(BoostError::Sample(*sample)),
        None => Ok(()),
    }
}

/// A model that says of every row how frequent the classes are.
fn before_any_round(data: &TrainingSet, classes: &[u8], samples: &[u32]) -> Boosted {
    let mut counts = [0u32; 256];
    for sample in samples {
        counts[usize::from(classes[*sample as usize])] += 1;
    }
    let present: Vec<u8> =
        (0..=u8::MAX).zip(counts).filter(|(_, count)| *count > 0).map(|(class, _)| class).collect();
    let logarithm = |class: &u8| {
        let share = f64::from(counts[usize::from(*class)]) / samples.len() as f64;
        share.ln()
    };
    let first_scores = match present.as_slice() {
        [_] => Vec::new(),
        [first, second] => vec![(logarithm(second) - logarithm(first)) as f32],
        all => all.iter().map(|class| logarithm(class) as f32).collect(),
    };
    Boosted {
        width: data.architecture.inputs.into(),
        classes: data.architecture.outputs(),
        present,
        first_scores,
        rounds: Vec::new(),
        losses: Vec::new(),
        stopped: false,
    }
}

fn is_out_of_patience(losses: &[f64], patience: Option<u32>) -> bool {
    let Some((best, patience)) = place_of_least(losses).zip(patience) else {
        return false;
    };
    losses.len() - 1 - best >= patience as usize
}

/// The samples that are learned from.
struct Boosting<'a> {
    config: &'a BoostConfig,
    limits: Limits,
    columns: Vec<Column>,
    /// The class of each sample, by its place among those present.
    classes: Vec<u8>,
    present: usize,
    outputs: usize,
    scores: Vec<f32>,
    shares: Vec<f32>,
    rows: Vec<Row>,
    buffers: Buffers,
}

impl<'a> Boosting<'a> {
    fn new(
        data: &TrainingSet,
        classes: &[u8],
        samples: &[u32],
        config: &'a BoostConfig,
        model: &Boosted,
    ) -> Self {
        let place = |sample: &u32| {
            let class = classes[*sample as usize];
            // At most 255.
            model.present.partition_point(|present| *present < class) as u8
        };
        let present = model.present.len();
        Self {
            config,
            limits: Limits {
                leaves: config.leaves.into(),
                least_samples: config.least_samples,
                l2: config.l2.into(),
                learning_rate: config.learning_rate.into(),
            },
            columns: columns_of(data, samples),
            classes: samples.iter().map(place).collect(),
            present,
            outputs: model.first_scores.len(),
            scores: model.first_scores.repeat(samples.len()),
            shares: vec![0.0; samples.len() * present],
            rows: Vec::with_capacity(samples.len()),
            buffers: Buffers::default(),
        }
    }

    /// A tree for each output, unless the caller wants to stop.
    fn round(&mut self, round: usize, stop: &dyn Fn() -> bool) -> Option<Vec<Tree>> {
        self.update_shares();
        let mut trees = Vec::with_capacity(self.outputs);
        for output in 0..self.outputs {
            if stop() {
                return None;
            }
            let number = round * self.outputs + output;
            trees.push(self.tree(output, number as u64));
        }
        Some(trees)
    }

    fn update_shares(&mut self) {
        self.shares
            .par_chunks_mut(self.present)
            .zip(self.scores.par_chunks(self.outputs))
            .with_min_len(BLOCK)
            .for_each(|(shares, scores)| shares_of(scores, shares));
    }

    /// Grows a tree for an output and adds what it says to the scores.
    fn tree(&mut self, output: usize, number: u64) -> Tree {
        self.take_gradients(output);
        let columns = chosen(&self.columns, self.config, number);
        let Grown { tree, leaves } =
            grow(&columns, &self.limits, &mut self.rows, &mut self.buffers);
        for (part, value) in leaves {
            for row in &self.rows[part] {
                self.scores[row.sample as usize * self.outputs + output] += value;
            }
        }
        tree
    }

    fn take_gradients(&mut self, output: usize) {
        // The one output of two classes is for the second.
        let class = if self.outputs == 1 { 1 } else { output };
        let shares = self.shares.chunks_exact(self.present).map(|shares| shares[class]);
        let rows = (0..).zip(shares).zip(&self.classes).map(|((sample, share), of)| {
            let is_of_class = usize::from(*of) == class;
            Row::new(sample, share, is_of_class)
        });
        self.rows.clear();
        self.rows.extend(rows);
    }
}

/// The columns that a tree may use.
fn chosen<'a>(columns: &'a [Column], config: &BoostConfig, tree: u64) -> Vec<&'a Column> {
    let wanted = columns.len() as f64 * f64::from(config.columns_share);
    let wanted = (wanted.round() as usize).max(1);
    if wanted >= columns.len() {
        return columns.iter().collect();
    }
    let mut order: Vec<u32> = (0..).take(columns.len()).collect();
    shuffle(&mut stream(config.seed, Purpose::Columns { tree }), &mut order);
    order.truncate(wanted);
    order.sort_unstable();
    order.iter().map(|place| &columns[*place as usize]).collect()
}

/// The samples that judge each round.
struct Judge {
    width: usize,
    outputs: usize,
    present: usize,
    inputs: Vec<u16>,
    /// The class of each sample, by its place among those present, if it is one of them.
    classes: Vec<Option<usize>>,
    scores: Vec<f32>,
}

impl Judge {
    fn new(data: &TrainingSet, classes: &[u8], samples: &[u32], model: &Boosted) -> Self {
        let place = |sample: &u32| model.present.binary_search(&classes[*sample as usize]).ok();
        Self {
            width: model.width,
            outputs: model.first_scores.len(),
            present: model.present.len(),
            inputs: inputs_of(data, samples),
            classes: samples.iter().map(place).collect(),
            scores: model.first_scores.repeat(samples.len()),
        }
    }

    fn add(&mut self, trees: &[Tree]) {
        let width = self.width;
        self.scores
            .par_chunks_mut(self.outputs * BLOCK)
            .zip(self.inputs.par_chunks(width * BLOCK))
            .for_each(|(scores, inputs)| add_trees(trees, width, inputs, scores));
    }

    /// The mean loss; nothing without samples.
    fn loss(&self) -> Option<f64> {
        let mut shares = vec![0.0; self.present];
        let mut sum = 0.0;
        for (row, class) in self.classes.iter().enumerate() {
            shares_of(&self.scores[row * self.outputs..][..self.outputs], &mut shares);
            let share = class.map_or(0.0, |class| shares[class]);
            sum -= f64::from(share).max(LEAST_SHARE).ln();
        }
        (!self.classes.is_empty()).then(|| sum / self.classes.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        data::Labels,
        testing::{architecture, classes_head},
    };

    #[test]
    fn each_tree_draws_its_share_of_the_columns() {
        let data = TrainingSet {
            architecture: architecture((10, 1), &[], classes_head(2, 10)),
            inputs: [[0; 10], [1; 10]].concat(),
            labels: Labels::Classes(vec![0, 1]),
        };
        let columns = columns_of(&data, &[0, 1]);
        let drawn = |columns_share: f32, tree: u64| -> Vec<u16> {
            let config = BoostConfig { columns_share, ..BoostConfig::default() };
            chosen(&columns, &config, tree).iter().map(|column| column.input).collect()
        };
        assert!(drawn(1.0, 0).into_iter().eq(0..10));
        assert_eq!((drawn(0.3, 0).len(), drawn(0.01, 0).len()), (3, 1));
        assert!(drawn(0.3, 0).windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(drawn(0.3, 0), drawn(0.3, 0));
        assert!((1..20).any(|tree| drawn(0.3, tree) != drawn(0.3, 0)));
    }

    #[test]
    fn scores_become_shares() {
        let shares = |scores: &[f32], classes: usize| {
            let mut shares = vec![0.0; classes];
            shares_of(scores, &mut shares);
            shares
        };
        assert_eq!(shares(&[], 1), [1.0]);
        assert_eq!(shares(&[0.0], 2), [0.5, 0.5]);
        let certain = shares(&[80.0], 2);
        assert!(certain[0] > 0.0 && certain[0] < 1e-34 && certain[1] == 1.0);
        assert_eq!(shares(&[1000.0, 1000.0, 0.0], 3), [0.5, 0.5, 0.0]);
        let odds = [1.0f32, 2.0, 3.0];
        let found = shares(&odds.map(f32::ln), 3);
        assert!(odds.iter().zip(&found).all(|(odds, share)| (odds / 6.0 - *share).abs() < 1e-6));
    }

    #[test]
    fn the_patience_counts_from_the_best_round() {
        assert!(!is_out_of_patience(&[], Some(1)));
        assert!(!is_out_of_patience(&[3.0, 2.0, 2.5], Some(2)));
        assert!(is_out_of_patience(&[3.0, 2.0, 2.5, 2.0], Some(2)));
        assert!(!is_out_of_patience(&[3.0, 2.0, 2.5, 2.0, 1.0], Some(2)));
        assert!(!is_out_of_patience(&[3.0, 4.0, 5.0], None));
    }
}
