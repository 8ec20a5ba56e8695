//! What boosted trees say of samples that they have not seen.

use super::{
    classes_of, inputs_of,
    random::{stream, Purpose},
    rounds::{boost, place_of_least},
    BoostConfig, BoostError, Boosted,
};
use crate::{data::TrainingSet, rng::shuffle, teacher::SoftLabels};
use std::collections::BTreeMap;

/// What cross-fitting comes to.
#[derive(Debug)]
pub struct CrossFit {
    /// The shares of each sample, by trees that have not seen its group.
    pub shares: SoftLabels,
    /// The share of samples whose own class has strictly the highest share.
    pub accuracy: f64,
    /// The mean loss of the samples, in nats.
    pub loss: f64,
    /// The rounds with that loss, the least: a good number for a model of all samples.
    pub rounds: u32,
}

/// A model and the samples that it has not seen.
struct Fold {
    held: Vec<u32>,
    model: Boosted,
}

/// Boosts once for each fold, without the samples of that fold, and lets the model judge these.
///
/// `groups` has a number for each sample; those with the same number come into the same fold, and
/// each fold gets its share of each class as far as the groups allow. All folds keep the same
/// number of rounds: the one with the least loss of all samples together, so no sample has to be
/// kept apart to find it out. The patience ends the rounds of a fold.
///
/// # Errors
///
/// As for [`Boosted::fit`]; folds and groups that do not go together; [`BoostError::Stopped`] if
/// `stop` ended one of the folds.
pub fn cross_fit(
    data: &TrainingSet,
    groups: &[u32],
    folds: u8,
    config: &BoostConfig,
    stop: &dyn Fn() -> bool,
) -> Result<CrossFit, BoostError> {
    let classes = classes_of(data)?;
    let fold_of = share_out(classes, groups, folds, config.seed)?;
    let fitted = (0..folds)
        .map(|fold| Fold::fit(data, &fold_of, fold, config, stop))
        .collect::<Result<Vec<_>, _>>()?;
    let losses = common_losses(&fitted, classes.len());
    let rounds = place_of_least(&losses).unwrap_or(0);
    let shares = held_shares(data, fitted, rounds);
    Ok(CrossFit {
        accuracy: accuracy(&shares, classes),
        shares,
        loss: losses.get(rounds).copied().unwrap_or(0.0),
        // There are at most as many as the settings say.
        rounds: rounds as u32,
    })
}

impl Fold {
    fn fit(
        data: &TrainingSet,
        fold_of: &[u8],
        fold: u8,
        config: &BoostConfig,
        stop: &dyn Fn() -> bool,
    ) -> Result<Self, BoostError> {
        let samples = (0..).take(fold_of.len());
        let (held, learned): (Vec<u32>, Vec<u32>) =
            samples.partition(|sample: &u32| fold_of[*sample as usize] == fold);
        let model = boost(data, &learned, &held, config, stop)?;
        if model.stopped {
            return Err(BoostError::Stopped);
        }
        Ok(Self { held, model })
    }

    /// The loss after some rounds, or after the last one if there are fewer.
    fn loss(&self, rounds: usize) -> f64 {
        let losses = &self.model.losses;
        losses.get(rounds).or(losses.last()).copied().unwrap_or(0.0)
    }
}

/// The mean loss of all samples after each number of rounds.
fn common_losses(fitted: &[Fold], samples: usize) -> Vec<f64> {
    let longest = fitted.iter().map(|fold| fold.model.losses.len()).max().unwrap_or(0);
    let mean = |rounds: usize| {
        let sums = fitted.iter().map(|fold| fold.loss(rounds) * fold.held.len() as f64);
        sums.sum::<f64>() / samples as f64
    };
    (0..longest).map(mean).collect()
}

fn held_shares(data: &TrainingSet, fitted: Vec<Fold>, rounds: usize) -> SoftLabels {
    let classes = data.architecture.outputs();
    let mut shares = vec![0.0; data.samples() * classes];
    for Fold { held, model } in fitted {
        let found = model.shortened(rounds).shares(&inputs_of(data, &held));
        for (sample, found) in held.iter().zip(found.chunks_exact(classes)) {
            let start = *sample as usize * classes;
            shares[start..start + classes].copy_from_slice(found);
        }
    }
    SoftLabels { classes, shares }
}

fn accuracy(soft: &SoftLabels, classes: &[u8]) -> f64 {
    let rows = soft.shares.chunks_exact(soft.classes).zip(classes);
    let right = rows.filter(|(shares, class)| is_highest(shares, usize::from(**class))).count();
    right as f64 / classes.len() as f64
}

fn is_highest(shares: &[f32], class: usize) -> bool {
    shares.iter().enumerate().all(|(other, share)| other == class || *share < shares[class])
}

/// The fold of each sample.
fn share_out(classes: &[u8], groups: &[u32], folds: u8, seed: u64) -> Result<Vec<u8>, BoostError> {
    if groups.len() != classes.len() {
        return Err(BoostError::Groups { samples: classes.len(), found: groups.len() });
    }
    let members = members(groups);
    if folds < 2 || members.len() < usize::from(folds) {
        return Err(BoostError::Folds { groups: members.len(), folds });
    }
    let mut order: Vec<u32> = (0..).take(members.len()).collect();
    shuffle(&mut stream(seed, Purpose::Folds), &mut order);
    let mut sizes = vec![(0usize, [0usize; 256]); folds.into()];
    let mut fold_of = vec![0; classes.len()];
    for members in order.iter().map(|group| &members[*group as usize]) {
        let fold = neediest(&sizes, members.first().map_or(0, |first| classes[*first]));
        let (size, of_class) = &mut sizes[usize::from(fold)];
        *size += members.len();
        for member in members {
            of_class[usize::from(classes[*member])] += 1;
            fold_of[*member] = fold;
        }
    }
    Ok(fold_of)
}

/// The samples of each group.
fn members(groups: &[u32]) -> Vec<Vec<usize>> {
    let mut members: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (sample, group) in groups.iter().enumerate() {
        members.entry(*group).or_default().push(sample);
    }
    members.into_values().collect()
}

/// The fold with the fewest samples of a class; of equals the one with the fewest samples.
fn neediest(sizes: &[(usize, [usize; 256])], class: u8) -> u8 {
    let places = (0..=u8::MAX).zip(sizes);
    let neediest = places.min_by_key(|(_, (size, of_class))| (of_class[usize::from(class)], *size));
    neediest.map_or(0, |(fold, _)| fold)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fold_gets_its_share_of_each_class() {
        let classes: Vec<u8> = (0..103).map(|sample| u8::from(sample % 5 == 0)).collect();
        let groups: Vec<u32> = (0..103).collect();
        let fold_of = share_out(&classes, &groups, 5, 1).unwrap();
        for fold in 0..5 {
            let inside = fold_of.iter().zip(&classes).filter(|(of, _)| **of == fold);
            let (zeros, ones): (Vec<_>, Vec<_>) = inside.partition(|(_, class)| **class == 0);
            assert!((16..=17).contains(&zeros.len()), "{}", zeros.len());
            assert!((4..=5).contains(&ones.len()), "{}", ones.len());
        }
        assert_eq!(share_out(&classes, &groups, 5, 1).unwrap(), fold_of);
        assert_ne!(share_out(&classes, &groups, 5, 2).unwrap(), fold_of);
    }

    #[test]
    fn groups_stay_together_whatever_their_classes() {
        let classes: Vec<u8> = (0..60).map(|sample| sample % 2).collect();
        let groups: Vec<u32> = (0..60).map(|sample| sample / 3 * 1000).collect();
        let fold_of = share_out(&classes, &groups, 4, 1).unwrap();
        assert!(fold_of.chunks(3).all(|of| of[0] == of[1] && of[1] == of[2]));
        assert!((0..4).all(|fold| fold_of.contains(&fold)));
    }

    #[test]
    fn no_fold_stays_empty() {
        let fold_of = share_out(&[0, 0, 1], &[5, 6, 7], 3, 1).unwrap();
        assert!((0..3).all(|fold| fold_of.contains(&fold)));
    }

    #[test]
    fn folds_and_groups_that_do_not_go_together_are_refused() {
        let refused = share_out(&[0, 1, 0], &[1, 1, 2], 3, 0);
        assert_eq!(refused, Err(BoostError::Folds { groups: 2, folds: 3 }));
        let refused = share_out(&[0, 1, 0], &[1, 2, 3], 1, 0);
        assert_eq!(refused, Err(BoostError::Folds { groups: 3, folds: 1 }));
        let refused = share_out(&[0, 1, 0], &[1, 2], 2, 0);
        assert_eq!(refused, Err(BoostError::Groups { samples: 3, found: 2 }));
    }

    #[test]
    fn a_tie_is_not_the_highest() {
        assert!(is_highest(&[0.2, 0.5, 0.3], 1));
        assert!(!is_highest(&[0.2, 0.4, 0.4], 1));
        assert!(!is_highest(&[0.2, 0.5, 0.3], 2));
    }
}
