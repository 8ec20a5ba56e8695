//! The offer: shape, circuits and terms of a task.

use crate::{
    amount::Amount,
    failure::{other, usage, Failure},
};
use clap::Args;
use nocknock_client::{AccountId, Balance, BlockNumber, Snapshot, TaskSpec};
use nocknock_dataset::{PreparedTask, Table};
use nocknock_primitives::{
    circuit::CircuitKind,
    ids::{CircuitId, ExperimentId},
    limits::{List, MAX_SHARES},
    model::{shape::SHAPES, MlpShape},
    score::Score,
    task::{Periods, Split, Terms},
};
use std::{ops::RangeInclusive, str::FromStr};

// The terms of a task. Documentation here would take the place of that of the command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Terms")]
pub(crate) struct TermsArgs {
    /// What is paid out in all, in NNK. A task of the curriculum has none: the chain mints.
    #[arg(long, value_name = "NNK", allow_negative_numbers = true)]
    pub(crate) reward: Option<Amount>,

    /// Percentages of the reward for the best, the second best and so on; 100 in all.
    #[arg(long, value_delimiter = ',', default_value = "100", value_name = "PERCENT")]
    pub(crate) shares: Vec<u16>,

    /// What you forfeit to the workers if you do not reveal the test data, in NNK [default: the
    /// least that the chain takes].
    #[arg(long, value_name = "NNK", allow_negative_numbers = true)]
    pub(crate) bond: Option<Amount>,

    /// What a worker forfeits to you if it commits and does not prove, or wins and does not
    /// deliver, in NNK [default: the least that the chain takes].
    #[arg(long, value_name = "NNK", allow_negative_numbers = true)]
    pub(crate) stake: Option<Amount>,

    /// Share of the test rows that a model must classify correctly to win: `90%`, `0.9` or `9/10`.
    #[arg(long, default_value = "50%", value_name = "SHARE", allow_negative_numbers = true)]
    pub(crate) min_score: Share,

    /// Blocks that are drawn as hidden test data [default: a fifth of all].
    #[arg(long, value_name = "N")]
    pub(crate) test_blocks: Option<u16>,

    /// Blocks of time for you to publish the training data after the draw.
    #[arg(long, default_value_t = 60, value_name = "BLOCKS")]
    pub(crate) publish_period: BlockNumber,

    /// Blocks of time for workers to train and commit.
    #[arg(long, default_value_t = 300, value_name = "BLOCKS")]
    pub(crate) commit_period: BlockNumber,

    /// Blocks of time for you to reveal the test data.
    #[arg(long, default_value_t = 60, value_name = "BLOCKS")]
    pub(crate) reveal_period: BlockNumber,

    /// Blocks of time for workers to prove their scores.
    #[arg(long, default_value_t = 300, value_name = "BLOCKS")]
    pub(crate) prove_period: BlockNumber,

    /// Blocks of time for each winner to deliver.
    #[arg(long, default_value_t = 120, value_name = "BLOCKS")]
    pub(crate) deliver_period: BlockNumber,
}

/// A share of the test rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share(pub(crate) Score);

/// A text that is no share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a share from 0 to 1, such as 90%, 0.9 or 9/10")]
pub(crate) struct ShareError;

impl FromStr for Share {
    type Err = ShareError;

    fn from_str(text: &str) -> Result<Self, ShareError> {
        let score = match (text.split_once('/'), text.strip_suffix('%')) {
            (Some((part, whole)), _) => Some(Score::new(
                part.parse().map_err(|_| ShareError)?,
                whole.parse().map_err(|_| ShareError)?,
            )),
            (None, Some(percent)) => decimal(percent, 100),
            (None, None) => decimal(text, 1),
        };
        score.filter(Score::is_valid).map(Self).ok_or(ShareError)
    }
}

/// A decimal number divided by `unit`, exactly.
fn decimal(text: &str, unit: u32) -> Option<Score> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{fraction}");
    if whole.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let scale = 10u32.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    Some(Score::new(digits.parse().ok()?, unit.checked_mul(scale)?))
}

/// The smallest shape of the chain that takes a table's columns and classes, or the one asked for.
pub(crate) fn choose_shape(table: &Table, asked: Option<&str>) -> Result<MlpShape, Failure> {
    if let Some(name) = asked {
        return MlpShape::named(name).ok_or_else(|| usage(unknown_shape(name)));
    }
    let columns = table.columns().len();
    let classes = table.labels().map_or(0, |labels| labels.classes.len());
    SHAPES
        .into_iter()
        .filter(|shape| usize::from(shape.inputs) >= columns)
        .filter(|shape| usize::from(shape.classes) >= classes)
        .min_by_key(|shape| shape.weight_count())
        .ok_or_else(|| {
            usage(format!(
                "no shape takes {columns} columns and {classes} classes; the shapes are {}",
                shape_names()
            ))
        })
}

fn unknown_shape(name: &str) -> String {
    format!("there is no shape {name:?}; the shapes are {}", shape_names())
}

fn shape_names() -> String {
    let names: Vec<&str> = SHAPES.iter().map(MlpShape::name).collect();
    names.join(", ")
}

/// What the chain says about offers in an experiment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Market {
    pub(crate) score_circuit: CircuitId,
    pub(crate) delivery_circuit: CircuitId,
    /// The experiment mints; nothing is held.
    pub(crate) curriculum: bool,
    pub(crate) min_bond: Balance,
    pub(crate) bond_per_block: Balance,
    pub(crate) min_stake: Balance,
    /// How many test rows a task must promise.
    pub(crate) min_test_rows: u32,
    /// How long a period may be.
    pub(crate) periods: RangeInclusive<BlockNumber>,
}

impl Market {
    /// Reads what an offer of this account in this experiment needs to know.
    pub(crate) async fn read(
        snapshot: &Snapshot,
        experiment: ExperimentId,
        shape: &MlpShape,
        account: &AccountId,
    ) -> Result<Self, Failure> {
        let found = snapshot.experiment(experiment).await?;
        let found = found.ok_or_else(|| {
            Failure::NotFound(format!(
                "there is no experiment {experiment}: `nocknock experiments` lists them, \
                 `nocknock create-experiment` makes one"
            ))
        })?;
        let curriculum = snapshot.curriculum().await?;
        let entry = curriculum.into_iter().find(|(id, _)| *id == experiment);
        let offers = match &entry {
            Some((_, entry)) => entry.custodian == Some(*account),
            None => found.owner == *account,
        };
        if !offers {
            return Err(Failure::Refused(format!(
                "{account} cannot create tasks in experiment {experiment}: only its owner can, and in \
                 the curriculum its custodian"
            )));
        }
        Ok(Self {
            score_circuit: circuit(snapshot, CircuitKind::Score, shape).await?,
            delivery_circuit: circuit(snapshot, CircuitKind::Delivery, shape).await?,
            curriculum: entry.is_some(),
            min_bond: snapshot.constant("Tasks", "MinBond")?,
            bond_per_block: snapshot.constant("Tasks", "BondPerBlock")?,
            min_stake: snapshot.constant("Tasks", "MinStake")?,
            min_test_rows: match entry {
                Some(_) => snapshot.constant("Tasks", "MinCurriculumTestRows")?,
                None => 1,
            },
            periods: snapshot.constant("Tasks", "MinPeriod")?
                ..=snapshot.constant("Tasks", "MaxPeriod")?,
        })
    }
}

/// The newest active circuit of a kind for a shape.
async fn circuit(
    snapshot: &Snapshot,
    kind: CircuitKind,
    shape: &MlpShape,
) -> Result<CircuitId, Failure> {
    let circuits = snapshot.circuits().await?;
    circuits
        .into_iter()
        .filter(|(_, circuit)| circuit.is_active() && circuit.info.kind == kind)
        .filter(|(_, circuit)| circuit.info.shape == *shape)
        .max_by_key(|(_, circuit)| circuit.registered_at)
        .map(|(id, _)| id)
        .ok_or_else(|| {
            Failure::NotFound(format!(
                "the chain has no active circuit for models of shape {}",
                shape.name()
            ))
        })
}

/// The offer that is sent to the chain.
pub(crate) fn offer(
    args: &TermsArgs,
    prepared: &PreparedTask,
    market: &Market,
) -> Result<TaskSpec, Failure> {
    let blocks = u16::try_from(prepared.roots().len()).unwrap_or(u16::MAX);
    let test_blocks = args.test_blocks.unwrap_or((blocks / 5).max(1));
    if test_blocks == 0 || test_blocks >= blocks {
        return Err(usage(format!(
            "the data has {blocks} blocks, so 1 to {} of them can be test blocks",
            blocks.saturating_sub(1)
        )));
    }
    let rows = least_rows(prepared, test_blocks)?;
    if rows < market.min_test_rows {
        return Err(usage(format!(
            "{test_blocks} test blocks may hold only {rows} rows, and {} are needed: bring more data, or raise \
             --test-blocks",
            market.min_test_rows
        )));
    }
    let roots = prepared.roots().to_vec();
    Ok(TaskSpec {
        terms: terms(args, market, blocks, rows)?,
        roots: roots.try_into().map_err(|_| usage("the data has too many blocks"))?,
        split: Split::Drawn { test_blocks },
    })
}

fn terms(
    args: &TermsArgs,
    market: &Market,
    blocks: u16,
    min_test_rows: u32,
) -> Result<Terms<Balance, BlockNumber>, Failure> {
    let [reward, bond, stake] = money(args, market, blocks)?;
    Ok(Terms {
        score_circuit: market.score_circuit,
        delivery_circuit: market.delivery_circuit,
        min_score: args.min_score.0,
        min_test_rows,
        reward,
        shares: shares(&args.shares)?,
        bond,
        stake,
        periods: periods(args, &market.periods)?,
    })
}

/// The periods, each as long as the chain allows.
fn periods(
    args: &TermsArgs,
    allowed: &RangeInclusive<BlockNumber>,
) -> Result<Periods<BlockNumber>, Failure> {
    let asked = [
        ("publish", args.publish_period),
        ("commit", args.commit_period),
        ("reveal", args.reveal_period),
        ("prove", args.prove_period),
        ("deliver", args.deliver_period),
    ];
    let refused = asked.iter().find(|(_, blocks)| !allowed.contains(blocks));
    if let Some((name, blocks)) = refused {
        return Err(usage(format!(
            "--{name}-period is {blocks} blocks, but this chain allows {} to {}",
            allowed.start(),
            allowed.end()
        )));
    }
    Ok(Periods {
        publish: args.publish_period,
        commit: args.commit_period,
        reveal: args.reveal_period,
        prove: args.prove_period,
        deliver: args.deliver_period,
    })
}

/// Reward, bond and stake.
fn money(args: &TermsArgs, market: &Market, blocks: u16) -> Result<[Balance; 3], Failure> {
    let given = [args.reward, args.bond, args.stake];
    if market.curriculum {
        return match given.iter().flatten().any(|amount| amount.0 > 0) {
            true => {
                Err(usage("a task of the curriculum has no reward, bond or stake: leave them out"))
            }
            false => Ok([0; 3]),
        };
    }
    let reward = args.reward.ok_or_else(|| usage("a sponsored task needs --reward"))?;
    let for_blocks = market.bond_per_block.saturating_mul(blocks.into());
    let least_bond = market.min_bond.saturating_add(for_blocks);
    Ok([
        reward.0,
        args.bond.map_or(least_bond, |amount| amount.0),
        args.stake.map_or(market.min_stake, |amount| amount.0),
    ])
}

/// Percentages as basis points.
fn shares(percentages: &[u16]) -> Result<List<u16, MAX_SHARES>, Failure> {
    let points: Vec<u16> = percentages.iter().map(|share| share.saturating_mul(100)).collect();
    let sum: u32 = points.iter().map(|share| u32::from(*share)).sum();
    if sum != 10_000 || points.contains(&0) {
        return Err(usage("the shares must be positive percentages that add up to 100"));
    }
    points.try_into().map_err(|_| usage(format!("there can be at most {MAX_SHARES} shares")))
}

/// Samples that any choice of so many test blocks holds at least.
fn least_rows(prepared: &PreparedTask, test_blocks: u16) -> Result<u32, Failure> {
    let mut rows = Vec::new();
    for index in (0..).take(prepared.roots().len()) {
        let block = prepared.block(index).map(|block| block.decode(prepared.shape()));
        let real = block.transpose().map_err(other)?.unwrap_or_default();
        rows.push(real.iter().filter(|row| row.real).count());
    }
    rows.sort_unstable();
    let least: usize = rows.iter().take(test_blocks.into()).sum();
    Ok(u32::try_from(least).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use nocknock_client::NNK;
    use nocknock_dataset::{Quantiser, Range, ReadOptions, SplitOptions};
    use nocknock_primitives::model::shape::{DIGITS_64X32X10, TABULAR_32X16X2};
    use std::path::Path;

    #[derive(Parser)]
    struct Parsed {
        #[command(flatten)]
        terms: TermsArgs,
    }

    fn parse(arguments: &[&str]) -> TermsArgs {
        let arguments = ["test"].iter().chain(arguments);
        Parsed::parse_from(arguments).terms
    }

    fn market(curriculum: bool) -> Market {
        Market {
            score_circuit: CircuitId([1; 32]),
            delivery_circuit: CircuitId([2; 32]),
            curriculum,
            min_bond: NNK,
            bond_per_block: NNK / 10,
            min_stake: NNK / 10,
            min_test_rows: 3,
            periods: 3..=1_000,
        }
    }

    /// A table of this many columns and classes, ten rows a class.
    fn table(columns: usize, classes: usize) -> Table {
        let rows = (0..classes * 10).map(|row| {
            let cells: Vec<String> = (0..columns).map(|c| (row * c).to_string()).collect();
            format!("{},k{}\n", cells.join(","), row % classes)
        });
        let text: String = rows.collect();
        let options = ReadOptions::default();
        Table::read_csv(text.as_bytes(), Path::new("t.csv"), &options).unwrap()
    }

    fn prepared() -> PreparedTask {
        let (table, shape) = (table(4, 2), TABULAR_32X16X2);
        let quantiser = Quantiser::fit(&table, &shape, Range::MinMax).unwrap();
        let options = SplitOptions { blocks: Some(6), ..SplitOptions::random().unwrap() };
        PreparedTask::from_table(&table, quantiser, &shape, &options).unwrap()
    }

    #[test]
    fn shares_of_rows_are_exact() {
        let parsed = |text: &str| text.parse::<Share>().map(|share| share.0);
        assert_eq!(parsed("90%"), Ok(Score::new(90, 100)));
        assert_eq!(parsed("97.5%"), Ok(Score::new(975, 1000)));
        assert_eq!(parsed("0.9"), Ok(Score::new(9, 10)));
        assert_eq!(parsed("9/10"), Ok(Score::new(9, 10)));
        for text in ["", "%", "1.1", "101%", "-1", "3/2", "1/0", "a"] {
            assert_eq!(parsed(text), Err(ShareError), "{text}");
        }
    }

    #[test]
    fn the_smallest_shape_that_fits_is_chosen() {
        assert_eq!(choose_shape(&table(30, 2), None).unwrap(), TABULAR_32X16X2);
        assert_eq!(choose_shape(&table(30, 3), None).unwrap(), DIGITS_64X32X10);
        assert_eq!(choose_shape(&table(65, 2), None).unwrap_err().code(), 2);
        assert_eq!(choose_shape(&table(4, 2), Some("none")).unwrap_err().code(), 2);
    }

    #[test]
    fn a_sponsored_task_has_the_least_bond_and_stake_unless_more_is_asked() {
        let spec = offer(&parse(&["--reward", "5"]), &prepared(), &market(false)).unwrap();
        assert_eq!(spec.terms.reward, 5 * NNK);
        assert_eq!(spec.terms.bond, NNK + 6 * (NNK / 10));
        assert_eq!(spec.terms.stake, NNK / 10);
        assert!(spec.terms.shares_are_whole());
        assert_eq!(spec.split, Split::Drawn { test_blocks: 1 });
    }

    #[test]
    fn a_task_of_the_curriculum_holds_nothing() {
        let spec = offer(&parse(&[]), &prepared(), &market(true)).unwrap();
        let terms = &spec.terms;
        assert_eq!([terms.reward, terms.bond, terms.stake], [0; 3]);
        let refused = offer(&parse(&["--reward", "1"]), &prepared(), &market(true));
        assert_eq!(refused.unwrap_err().code(), 2);
        let needed = offer(&parse(&[]), &prepared(), &market(false));
        assert_eq!(needed.unwrap_err().code(), 2);
    }

    #[test]
    fn any_draw_has_the_promised_rows() {
        let spec =
            offer(&parse(&["--reward", "5", "--test-blocks", "2"]), &prepared(), &market(false))
                .unwrap();
        // 20 rows in 6 blocks: the two smallest hold 3 each.
        assert_eq!(spec.terms.min_test_rows, 6);
    }

    #[test]
    fn too_few_test_rows_are_refused_with_the_number_that_is_needed() {
        let market = Market { min_test_rows: 7, ..market(true) };
        let arguments = parse(&["--test-blocks", "2"]);
        let refused = offer(&arguments, &prepared(), &market).unwrap_err();
        assert_eq!(refused.code(), 2);
        assert!(refused.to_string().contains("7 are needed"), "{refused}");
    }

    #[test]
    fn a_period_that_the_chain_refuses_is_named_with_what_it_allows() {
        for (flag, blocks) in [("--reveal-period", "2"), ("--deliver-period", "1001")] {
            let arguments = parse(&["--reward", "5", flag, blocks]);
            let refused = offer(&arguments, &prepared(), &market(false)).unwrap_err();
            assert_eq!(refused.code(), 2);
            let expected = format!("{flag} is {blocks} blocks, but this chain allows 3 to 1000");
            assert_eq!(refused.to_string(), expected);
        }
    }

    #[test]
    fn a_negative_amount_is_refused_as_an_amount() {
        let refused = Parsed::try_parse_from(["test", "--reward", "-1"]).err();
        let refused = refused.map(|error| error.to_string()).unwrap_or_default();
        assert!(refused.contains("expected a number of NNK"), "{refused}");
    }

    #[test]
    fn impossible_numbers_of_test_blocks_and_shares_are_refused() {
        for arguments in [
            ["--reward", "5", "--test-blocks", "6"],
            ["--reward", "5", "--test-blocks", "0"],
            ["--reward", "5", "--shares", "50,40"],
            ["--reward", "5", "--shares", "100,0"],
        ] {
            let refused = offer(&parse(&arguments), &prepared(), &market(false));
            assert_eq!(refused.unwrap_err().code(), 2, "{arguments:?}");
        }
    }
}
