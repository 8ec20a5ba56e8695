//! Class names, gathered while rows are read and put into order at the end.

use super::Labels;
use nocknock_primitives::limits::MAX_CLASSES;
use std::{cmp::Ordering, collections::HashMap};

/// Most classes that a label column may hold.
pub(super) fn limit() -> usize {
    usize::try_from(MAX_CLASSES).unwrap_or(usize::MAX)
}

/// The classes that were met so far, in the order in which they appeared.
#[derive(Debug, Default)]
pub(super) struct Classes {
    places: HashMap<String, usize>,
    of_row: Vec<usize>,
}

impl Classes {
    /// Adds a row of this class. `false` if that makes too many classes.
    pub(super) fn push(&mut self, name: &str) -> bool {
        let next = self.places.len();
        let place = match self.places.get(name) {
            Some(place) => *place,
            None if next >= limit() => return false,
            None => *self.places.entry(name.to_owned()).or_insert(next),
        };
        self.of_row.push(place);
        true
    }

    pub(super) fn count(&self) -> usize {
        self.places.len()
    }

    /// Sorts the names and gives each row the place of its name.
    pub(super) fn finish(self, column: String) -> Labels {
        let mut sorted: Vec<(String, usize)> = self.places.into_iter().collect();
        let numbers = sorted.iter().all(|(name, _)| name.parse::<f64>().is_ok());
        sorted.sort_by(|(a, _), (b, _)| if numbers { by_number(a, b) } else { a.cmp(b) });
        let mut new_places = vec![0u8; sorted.len()];
        for (new, (_, old)) in (0u8..=u8::MAX).zip(&sorted) {
            if let Some(place) = new_places.get_mut(*old) {
                *place = new;
            }
        }
        let new_place = |old: usize| new_places.get(old).copied().unwrap_or_default();
        Labels {
            column,
            of_row: self.of_row.into_iter().map(new_place).collect(),
            classes: sorted.into_iter().map(|(name, _)| name).collect(),
        }
    }
}

fn by_number(a: &str, b: &str) -> Ordering {
    let number = |text: &str| text.parse::<f64>().unwrap_or_default();
    number(a).total_cmp(&number(b)).then_with(|| a.cmp(b))
}
