//! The arguments that make an offer.

use crate::{
    amount::Amount,
    failure::{usage, Failure},
    share::Share,
    views::percent,
};
use clap::Args;
use nocknock_client::BlockNumber;
use nocknock_dataset::{check::interval::of_mean, Labels, WeightedPlan};
use nocknock_primitives::{score::Score, task::Periods};
use nocknock_requester::Offer;

/// Parts of all points in which the share of a constant answer is told.
const PARTS: u32 = 100_000;

/// What is less of such a part comes from rounding.
const DUST: f64 = 1e-6;

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

    /// Share of the points on the test rows that a model must reach to win: `90%`, `0.9` or `9/10`.
    /// A row that is classified correctly is one point [default: 50%, or the share of the largest
    /// class if that is more; for numbers the share of the best constant answer; for balanced
    /// accuracy what guessing hardly reaches].
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    min_score: Option<Share>,

    /// Accept a least score that is reached by always naming the largest class, or one number.
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
        let majority = majority(labels);
        self.offer_above(&majority, usual_score(&majority))
    }

    /// What the requester wants for a model that answers with a number, where the best constant
    /// answer gets this share of all points.
    pub(crate) fn offer_for_numbers(&self, constant: f64) -> Result<Offer, Failure> {
        if constant >= 1.0 {
            return Err(usage(
                "an answer that is always the same gets all points, so no model can be better: \
                 give a smaller --tolerance",
            ));
        }
        let constant = share_of_points(constant);
        self.offer_above(&constant, constant)
    }

    /// What the requester wants for a model of classes that count the same.
    pub(crate) fn offer_for_balance(&self, plan: &WeightedPlan) -> Result<Offer, Failure> {
        let classes = plan.used.iter().filter(|rows| **rows > 0).count();
        let constant = Score::new(1, u32::try_from(classes).unwrap_or(u32::MAX).max(1));
        self.offer_above(&constant, beyond_chance(plan, &constant))
    }

    /// How many blocks are to be test blocks, if that is said.
    pub(crate) fn test_blocks(&self) -> Option<u16> {
        self.test_blocks
    }

    /// What the requester wants where always answering the same gets this share of all points. The
    /// usual least score is another one.
    fn offer_above(&self, constant: &Score, usual: Score) -> Result<Offer, Failure> {
        let amount = |given: Option<Amount>| given.map(|amount| amount.0);
        Ok(Offer {
            reward: amount(self.reward),
            shares: self.shares.clone(),
            bond: amount(self.bond),
            stake: amount(self.stake),
            min_score: self.least_score(constant, usual)?,
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
    fn least_score(&self, constant: &Score, usual: Score) -> Result<Score, Failure> {
        let Some(Share(asked)) = self.min_score else {
            return Ok(usual);
        };
        if self.below_majority || asked.at_least(constant) {
            return Ok(asked);
        }
        Err(usage(format!(
            "a model that always gives the same answer gets {} of the points, which is more than \
             the least score of {}: give a higher --min-score, or leave it out, or accept that with \
             --below-majority",
            percent(constant),
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

/// What a model that guesses reaches on so many different rows in one case of forty, in
/// thousandths.
fn beyond_chance(plan: &WeightedPlan, constant: &Score) -> Score {
    let share = f64::from(constant.correct) / f64::from(constant.total.max(1));
    let rows = plan.different_test_rows.iter();
    let classes: Vec<(f64, u32)> = rows.map(|rows| (share, *rows)).collect();
    let (_, high) = of_mean(&classes);
    // It lies between 0 and 1, so nothing is cut off.
    let thousandths = (1000.0 * high).ceil() as u32;
    Score::new(thousandths.clamp(1, 999), 1000)
}

/// A share of all points that is at least this one.
fn share_of_points(share: f64) -> Score {
    // A share lies between 0 and 1, so nothing is cut off.
    Score::new((share * f64::from(PARTS) - DUST).ceil() as u32, PARTS)
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
    use nocknock_primitives::model::names::named;
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

    /// Classes of so many rows that count the same, in five blocks.
    fn balance(counts: &[usize]) -> WeightedPlan {
        let shape = named("table-128x64x10").unwrap();
        WeightedPlan::of(&labels(counts), &shape, Some(5), None).unwrap()
    }

    #[test]
    fn the_least_score_for_balance_is_beyond_what_guessing_reaches() {
        let score = |counts: &[usize]| {
            let offer = Parsed::parse_from(["test"]).terms.offer_for_balance(&balance(counts));
            offer.unwrap().min_score
        };
        // 100 of 200 different rows: the interval of their share ends at 0.568.
        assert_eq!(score(&[500, 500]), Score::new(569, 1000));
        // Copies of the 10 rows of the rare class make guessing no less lucky.
        assert_eq!(score(&[500, 50]), Score::new(641, 1000));
        assert!(score(&[100; 4]).correct < 450, "one of four is chance");
    }

    #[test]
    fn a_least_score_below_one_of_as_many_as_there_are_classes_needs_a_flag() {
        let offer = |arguments: &[&str]| {
            let arguments = ["test"].iter().chain(arguments);
            Parsed::parse_from(arguments).terms.offer_for_balance(&balance(&[100, 20]))
        };
        assert!(offer(&["--min-score", "49%"]).is_err());
        assert_eq!(offer(&["--min-score", "50%"]).unwrap().min_score, Score::new(50, 100));
        assert!(offer(&["--min-score", "49%", "--below-majority"]).is_ok());
    }

    #[test]
    fn the_least_score_for_numbers_is_that_of_the_best_constant() {
        let offer = |arguments: &[&str], constant: f64| {
            let arguments = ["test"].iter().chain(arguments);
            Parsed::parse_from(arguments).terms.offer_for_numbers(constant)
        };
        assert_eq!(offer(&[], 0.1).unwrap().min_score, Score::new(10_000, 100_000));
        assert_eq!(offer(&[], 0.950_001).unwrap().min_score, Score::new(95_001, 100_000));
        // The product of 64 bits is a little more than 7,000.
        assert_eq!(offer(&[], 0.07).unwrap().min_score, Score::new(7_000, 100_000));
        assert!(offer(&["--min-score", "7%"], 0.07).is_ok());
        let refused = offer(&["--min-score", "5%"], 0.1).unwrap_err();
        assert!(refused.to_string().contains("gets 10"), "{refused}");
        assert!(offer(&["--min-score", "5%", "--below-majority"], 0.1).is_ok());
        assert_eq!(offer(&["--min-score", "20%"], 0.1).unwrap().min_score, Score::new(20, 100));
        let hopeless = offer(&["--min-score", "5%", "--below-majority"], 1.0).unwrap_err();
        assert!(hopeless.to_string().contains("no model can be better"), "{hopeless}");
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
