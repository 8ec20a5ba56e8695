//! The arguments that make an offer.

use crate::{
    amount::Amount,
    failure::{usage, Failure},
    share::Share,
    views::percent,
};
use clap::Args;
use nocknock_client::BlockNumber;
use nocknock_dataset::Labels;
use nocknock_primitives::{score::Score, task::Periods};
use nocknock_requester::Offer;

// The terms of a task. Documentation here would take the place of that of the command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Terms")]
pub(crate) struct TermsArgs {
    /// What is paid out in all, in NNK. A task of the curriculum has none: the chain mints.
    #[arg(long, value_name = "NNK", allow_negative_numbers = true)]
    reward: Option<Amount>,

    /// Percentages of the reward for the best model, the second best and so on; 100 in all. None
    /// may be more than the one before it, or less than a quarter of that.
    #[arg(long, value_delimiter = ',', default_value = "100", value_name = "PERCENT")]
    shares: Vec<u16>,

    /// What you forfeit to the workers if you do not reveal the test data, in NNK [default: the
    /// least that the chain accepts].
    #[arg(long, value_name = "NNK", allow_negative_numbers = true)]
    bond: Option<Amount>,

    /// What a worker loses if it is asked to prove the score that it claims and does not, or wins
    /// and does not deliver, in NNK. It is burnt [default: the least that the chain accepts].
    #[arg(long, value_name = "NNK", allow_negative_numbers = true)]
    stake: Option<Amount>,

    /// Share of the test rows that a model must classify correctly to win: `90%`, `0.9` or `9/10`
    /// [default: 50%, or the share of the largest class if that is more].
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    min_score: Option<Share>,

    /// Accept a least score that is reached by always naming the largest class.
    #[arg(long)]
    below_majority: bool,

    /// Blocks of data that are drawn as hidden test data [default: a fifth of all].
    #[arg(long, value_name = "N")]
    test_blocks: Option<u16>,

    /// Blocks of the chain within which you publish the training data after the draw.
    #[arg(long, default_value_t = 60, value_name = "BLOCKS")]
    publish_period: BlockNumber,

    /// Blocks of the chain within which workers train and commit.
    #[arg(long, default_value_t = 300, value_name = "BLOCKS")]
    commit_period: BlockNumber,

    /// Blocks of the chain within which you reveal the test data.
    #[arg(long, default_value_t = 60, value_name = "BLOCKS")]
    reveal_period: BlockNumber,

    /// Blocks of the chain within which workers claim their scores. It ends early when all have.
    #[arg(long, default_value_t = 60, value_name = "BLOCKS")]
    claim_period: BlockNumber,

    /// Blocks of the chain within which those who are asked prove their scores. If they do not,
    /// others are asked, for as long again.
    #[arg(long, default_value_t = 300, value_name = "BLOCKS")]
    prove_period: BlockNumber,

    /// Blocks of the chain within which each winner delivers.
    #[arg(long, default_value_t = 120, value_name = "BLOCKS")]
    deliver_period: BlockNumber,
}

impl TermsArgs {
    /// What the requester wants for a model of these classes.
    pub(crate) fn offer(&self, labels: &Labels) -> Result<Offer, Failure> {
        let amount = |given: Option<Amount>| given.map(|amount| amount.0);
        Ok(Offer {
            reward: amount(self.reward),
            shares: self.shares.clone(),
            bond: amount(self.bond),
            stake: amount(self.stake),
            min_score: self.least_score(&majority(labels))?,
            test_blocks: self.test_blocks,
            periods: Periods {
                publish: self.publish_period,
                commit: self.commit_period,
                reveal: self.reveal_period,
                claim: self.claim_period,
                prove: self.prove_period,
                deliver: self.deliver_period,
            },
        })
    }

    /// The least score that was asked for, or one that nobody reaches without learning anything.
    fn least_score(&self, majority: &Score) -> Result<Score, Failure> {
        let Some(Share(asked)) = self.min_score else {
            return Ok(usual_score(majority));
        };
        if self.below_majority || asked.at_least(majority) {
            return Ok(asked);
        }
        Err(usage(format!(
            "a model that always names the largest class is right in {} of the rows, which is more \
             than the least score of {}: give a higher --min-score, or leave it out, or accept that \
             with --below-majority",
            percent(majority),
            percent(&asked)
        )))
    }
}

/// What always naming the largest class scores on all rows.
fn majority(labels: &Labels) -> Score {
    let counts = labels.counts();
    let count = |rows: usize| u32::try_from(rows).unwrap_or(u32::MAX);
    let largest = counts.iter().copied().max().unwrap_or(0);
    Score::new(count(largest), count(counts.iter().sum()))
}

/// Half of the rows, or the share of the largest class in thousandths. A class of nearly all rows
/// leaves no thousandth.
fn usual_score(majority: &Score) -> Score {
    let (rows, all) = (u64::from(majority.correct), u64::from(majority.total).max(1));
    let thousandths = rows.saturating_mul(1000).div_ceil(all).max(500);
    match u32::try_from(thousandths) {
        Ok(thousandths) if thousandths < 1000 => Score::new(thousandths, 1000),
        _ => *majority,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use nocknock_client::NNK;
    use std::cmp::Ordering;

    #[derive(Parser)]
    struct Parsed {
        #[command(flatten)]
        terms: TermsArgs,
    }

    /// Classes of so many rows.
    fn labels(counts: &[usize]) -> Labels {
        let rows = (0..).zip(counts);
        Labels {
            column: "class".to_owned(),
            place: 0,
            classes: (0..counts.len()).map(|class| format!("class {class}")).collect(),
            of_row: rows.flat_map(|(class, rows)| vec![Some(class); *rows]).collect(),
        }
    }

    fn offer(arguments: &[&str], counts: &[usize]) -> Result<Offer, Failure> {
        let arguments = ["test"].iter().chain(arguments);
        Parsed::parse_from(arguments).terms.offer(&labels(counts))
    }

    fn parse(arguments: &[&str]) -> Offer {
        offer(arguments, &[3, 3]).unwrap()
    }

    #[test]
    fn without_arguments_the_offer_is_the_usual_one() {
        let usual = Offer { min_score: Score::new(500, 1000), ..Offer::default() };
        assert_eq!(parse(&[]), usual);
        assert_eq!(usual.min_score.compare(&Offer::default().min_score), Ordering::Equal);
    }

    #[test]
    fn the_least_score_is_that_of_the_largest_class_at_least() {
        let score = |counts: &[usize]| offer(&[], counts).unwrap().min_score;
        assert_eq!(score(&[2, 1]), Score::new(667, 1000));
        assert_eq!(score(&[1, 1, 1]), Score::new(500, 1000));
        assert_eq!(score(&[9_999, 1]), Score::new(9_999, 10_000));
    }

    #[test]
    fn an_offer_below_the_majority_needs_a_flag() {
        let refused = offer(&["--min-score", "60%"], &[2, 1]).unwrap_err();
        assert_eq!(refused.code(), 2);
        assert!(refused.to_string().contains("--below-majority"), "{refused}");
        let accepted = offer(&["--min-score", "60%", "--below-majority"], &[2, 1]).unwrap();
        assert_eq!(accepted.min_score, Score::new(60, 100));
        let equal = offer(&["--min-score", "2/3"], &[2, 1]).unwrap();
        assert_eq!(equal.min_score, Score::new(2, 3));
    }

    #[test]
    fn each_argument_changes_its_own_term() {
        let offer = parse(&[
            "--reward",
            "5",
            "--shares",
            "70,30",
            "--bond",
            "2",
            "--stake",
            "0.5",
            "--min-score",
            "9/10",
            "--test-blocks",
            "3",
            "--publish-period",
            "11",
            "--commit-period",
            "12",
            "--reveal-period",
            "13",
            "--claim-period",
            "14",
            "--prove-period",
            "15",
            "--deliver-period",
            "16",
        ]);
        let expected = Offer {
            reward: Some(5 * NNK),
            shares: vec![70, 30],
            bond: Some(2 * NNK),
            stake: Some(NNK / 2),
            min_score: Score::new(9, 10),
            test_blocks: Some(3),
            periods: Periods {
                publish: 11,
                commit: 12,
                reveal: 13,
                claim: 14,
                prove: 15,
                deliver: 16,
            },
        };
        assert_eq!(offer, expected);
    }

    #[test]
    fn a_negative_amount_is_refused_as_an_amount() {
        let refused = Parsed::try_parse_from(["test", "--reward", "-1"]).err();
        let refused = refused.map(|error| error.to_string()).unwrap_or_default();
        assert!(refused.contains("expected a number of NNK"), "{refused}");
    }
}
