//! Deals the inputs of an architecture out to columns that want more than there are.

use super::{
    form::{How, MissingLevel},
    small,
};

/// Categories with fewer inputs than this go by their hash.
const LEAST_CHOICES: usize = 4;

/// Inputs that a hash needs to tell anything.
const LEAST_BUCKETS: usize = 2;

/// How many inputs a column wants, and how many it needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    want: usize,
    pub(super) least: usize,
}

impl Wish {
    pub(super) fn of(how: &How) -> Self {
        let want = how.inputs();
        let least = match how {
            How::Steps { .. } | How::Ranks { .. } | How::Date { .. } => 1,
            How::Choices { .. } | How::Buckets { .. } => LEAST_BUCKETS,
        };
        Self { want, least: least.min(want) }
    }

    fn share(self, limit: usize) -> usize {
        limit.clamp(self.least, self.want)
    }
}

/// The inputs of each column, or nothing if there are fewer than they need. Those that want much
/// get equally many, and what is left over goes to the first of them.
pub(super) fn shares(wishes: &[Wish], inputs: usize) -> Option<Vec<usize>> {
    let sum = |limit: usize| wishes.iter().map(|wish| wish.share(limit)).sum::<usize>();
    let most = wishes.iter().map(|wish| wish.want).max().unwrap_or_default();
    let limit = (0..=most).take_while(|limit| sum(*limit) <= inputs).last()?;
    let mut left = inputs - sum(limit);
    let shares = wishes.iter().map(|wish| {
        let share = wish.share(limit);
        let more = usize::from(left > 0 && share == limit && share < wish.want);
        left -= more;
        share + more
    });
    Some(shares.collect())
}

/// The same column with at most so many inputs, at least those that it needs.
pub(super) fn shrunk(how: How, share: usize) -> How {
    if how.inputs() <= share {
        return how;
    }
    match how {
        How::Steps { at, missing } => {
            How::Steps { at, missing: MissingLevel { flag: false, ..missing } }
        }
        How::Choices { mut values, missing, .. } if share >= LEAST_CHOICES => {
            values.truncate(share - 1 - usize::from(missing));
            How::Choices { values, other: true, missing }
        }
        How::Choices { missing, .. } | How::Buckets { missing, .. } => buckets(share, missing),
        How::Date { form, mut parts, .. } => {
            parts.truncate(share);
            How::Date { form, parts, missing: false }
        }
        ranks @ How::Ranks { .. } => ranks,
    }
}

fn buckets(share: usize, missing: bool) -> How {
    let missing = missing && share > LEAST_BUCKETS;
    How::Buckets { inputs: small(share - usize::from(missing)), missing }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(least: usize, want: usize) -> Wish {
        Wish { want, least }
    }

    #[test]
    fn what_is_left_is_dealt_out_fairly() {
        let wishes = [wish(1, 1), wish(2, 16), wish(2, 3), wish(2, 16)];
        assert_eq!(shares(&wishes, 36), Some(vec![1, 16, 3, 16]));
        assert_eq!(shares(&wishes, 100), Some(vec![1, 16, 3, 16]));
        assert_eq!(shares(&wishes, 19), Some(vec![1, 8, 3, 7]));
        assert_eq!(shares(&wishes, 7), Some(vec![1, 2, 2, 2]));
        assert_eq!(shares(&wishes, 6), None);
        assert_eq!(shares(&[], 6), Some(vec![]));
    }

    #[test]
    fn columns_with_few_inputs_keep_what_matters_most() {
        let values: Vec<Vec<String>> =
            ["a", "b", "c", "d", "e"].map(|text| vec![text.to_owned()]).to_vec();
        let choices = How::Choices { values: values.clone(), other: false, missing: true };
        assert_eq!(shrunk(choices.clone(), 6), choices);
        let some = How::Choices { values: values[..2].to_vec(), other: true, missing: true };
        assert_eq!(shrunk(choices.clone(), 4), some);
        assert_eq!(shrunk(choices.clone(), 3), How::Buckets { inputs: 2, missing: true });
        assert_eq!(shrunk(choices, 2), How::Buckets { inputs: 2, missing: false });
        let steps = |flag| How::Steps { at: vec![1.0], missing: MissingLevel { level: 1, flag } };
        assert_eq!(shrunk(steps(true), 1), steps(false));
    }
}
