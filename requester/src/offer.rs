//! The offer: shape, circuits and terms of a task.

use nocknock_client::{AccountId, Balance, BlockNumber, QueryError, Snapshot, TaskSpec};
use nocknock_dataset::{PreparedTask, Table};
use nocknock_primitives::{
    circuit::CircuitKind,
    ids::{CircuitId, ExperimentId},
    limits::{List, MAX_SHARES},
    model::{shape::SHAPES, MlpShape},
    score::Score,
    task::{Periods, Split, Terms},
};
use std::{fmt, ops::RangeInclusive};

/// What a requester wants. What is left out becomes what the chain takes at least.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// What is paid out in all. A task of the curriculum has none: the chain mints.
    pub reward: Option<Balance>,
    /// Percentages of the reward for the best, the second best and so on; 100 in all.
    pub shares: Vec<u16>,
    /// What the requester forfeits to the workers if the test data is not revealed.
    pub bond: Option<Balance>,
    /// What a worker forfeits to the requester if it commits and does not prove, or wins and does
    /// not deliver.
    pub stake: Option<Balance>,
    /// Share of the test rows that a model must classify correctly to win.
    pub min_score: Score,
    /// Blocks of data that are drawn as hidden test data; a fifth of all if none.
    pub test_blocks: Option<u16>,
    /// How long each phase lasts.
    pub periods: Periods<BlockNumber>,
}

impl Default for Offer {
    fn default() -> Self {
        Self {
            reward: None,
            shares: vec![100],
            bond: None,
            stake: None,
            min_score: Score::new(1, 2),
            test_blocks: None,
            periods: Periods { publish: 60, commit: 300, reveal: 60, prove: 300, deliver: 120 },
        }
    }
}

/// A period of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// The requester publishes the training data.
    Publish,
    /// Workers train and commit.
    Commit,
    /// The requester reveals the test data.
    Reveal,
    /// Workers prove their scores.
    Prove,
    /// A winner delivers.
    Deliver,
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Publish => "publish",
            Self::Commit => "commit",
            Self::Reveal => "reveal",
            Self::Prove => "prove",
            Self::Deliver => "deliver",
        })
    }
}

/// Why an offer cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OfferError {
    /// The chain could not be read.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// There is no such experiment.
    #[error("there is no experiment {0}")]
    NoExperiment(ExperimentId),
    /// The account may not offer tasks in the experiment.
    #[error(
        "{account} cannot create tasks in experiment {experiment}: only its owner can, and in the \
         curriculum its custodian"
    )]
    NotAllowed {
        /// Whoever wants to offer.
        account: AccountId,
        /// The experiment.
        experiment: ExperimentId,
    },
    /// No circuit proves scores or deliveries of this shape.
    #[error("the chain has no active circuit for models of shape {}", .0.name())]
    NoCircuit(MlpShape),
    /// There is no shape of this name.
    #[error("there is no shape {name:?}; the shapes are {}", shape_names())]
    UnknownShape {
        /// The name.
        name: String,
    },
    /// The data is too wide, or has too many classes.
    #[error(
        "no shape takes {columns} columns and {classes} classes; the shapes are {}",
        shape_names()
    )]
    NoShape {
        /// Columns of the data.
        columns: usize,
        /// Classes of the data.
        classes: usize,
    },
    /// No test blocks, or nothing but test blocks.
    #[error("the data has {blocks} blocks, so 1 to {} of them can be test blocks", blocks.saturating_sub(1))]
    TestBlocks {
        /// Blocks of the data.
        blocks: u16,
    },
    /// The test blocks may hold too few rows.
    #[error(
        "{test_blocks} test blocks may hold only {rows} rows, and {needed} are needed: bring more \
         data, or have more test blocks"
    )]
    TestRows {
        /// The test blocks.
        test_blocks: u16,
        /// Rows that any choice of them holds.
        rows: u32,
        /// Rows that are needed.
        needed: u32,
    },
    /// More blocks than a task can have.
    #[error("the data has too many blocks")]
    TooManyBlocks,
    /// A period that the chain refuses.
    #[error("the {period} period is {blocks} blocks, but this chain allows {} to {}", allowed.start(), allowed.end())]
    Period {
        /// The period.
        period: Period,
        /// Its length.
        blocks: BlockNumber,
        /// What the chain allows.
        allowed: RangeInclusive<BlockNumber>,
    },
    /// Money where the chain mints.
    #[error("a task of the curriculum has no reward, bond or stake: leave them out")]
    CurriculumPays,
    /// No money where nobody else pays.
    #[error("a sponsored task needs a reward")]
    NoReward,
    /// Shares that are not the whole.
    #[error("the shares must be positive percentages that add up to 100")]
    Shares,
    /// Too many shares.
    #[error("there can be at most {MAX_SHARES} shares")]
    TooManyShares,
    /// A block of the data is damaged.
    #[error("block {index} of the data cannot be read: {reason}")]
    Block {
        /// Its index.
        index: u16,
        /// What is wrong with it.
        reason: String,
    },
}

/// The smallest shape of the chain that takes a table's columns and classes, or the one asked for.
///
/// # Errors
///
/// There is none.
pub fn choose_shape(table: &Table, asked: Option<&str>) -> Result<MlpShape, OfferError> {
    if let Some(name) = asked {
        let unknown = || OfferError::UnknownShape { name: name.to_owned() };
        return MlpShape::named(name).ok_or_else(unknown);
    }
    let columns = table.columns().len();
    let classes = table.labels().map_or(0, |labels| labels.classes.len());
    SHAPES
        .into_iter()
        .filter(|shape| usize::from(shape.inputs) >= columns)
        .filter(|shape| usize::from(shape.classes) >= classes)
        .min_by_key(|shape| shape.weight_count())
        .ok_or(OfferError::NoShape { columns, classes })
}

fn shape_names() -> String {
    let names: Vec<&str> = SHAPES.iter().map(MlpShape::name).collect();
    names.join(", ")
}

/// What the chain says about offers in an experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Market {
    /// The circuit that proves scores.
    pub score_circuit: CircuitId,
    /// The circuit that proves deliveries.
    pub delivery_circuit: CircuitId,
    /// The experiment mints; nothing is held.
    pub curriculum: bool,
    /// The least bond, without what it costs for each block.
    pub min_bond: Balance,
    /// What each block adds to the least bond.
    pub bond_per_block: Balance,
    /// The least stake.
    pub min_stake: Balance,
    /// How many test rows a task must promise.
    pub min_test_rows: u32,
    /// How long a period may be.
    pub periods: RangeInclusive<BlockNumber>,
}

impl Market {
    /// Reads what an offer of this account in this experiment needs to know.
    ///
    /// # Errors
    ///
    /// The account cannot make offers there.
    pub async fn read(
        snapshot: &Snapshot,
        experiment: ExperimentId,
        shape: &MlpShape,
        account: &AccountId,
    ) -> Result<Self, OfferError> {
        let found = snapshot.experiment(experiment).await?;
        let found = found.ok_or(OfferError::NoExperiment(experiment))?;
        let curriculum = snapshot.curriculum().await?;
        let entry = curriculum.into_iter().find(|(id, _)| *id == experiment);
        let offers = match &entry {
            Some((_, entry)) => entry.custodian == Some(*account),
            None => found.owner == *account,
        };
        if !offers {
            return Err(OfferError::NotAllowed { account: *account, experiment });
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
) -> Result<CircuitId, OfferError> {
    let circuits = snapshot.circuits().await?;
    circuits
        .into_iter()
        .filter(|(_, circuit)| circuit.is_active() && circuit.info.kind == kind)
        .filter(|(_, circuit)| circuit.info.shape == *shape)
        .max_by_key(|(_, circuit)| circuit.registered_at)
        .map(|(id, _)| id)
        .ok_or(OfferError::NoCircuit(*shape))
}

impl Offer {
    /// The offer as it is sent to the chain.
    ///
    /// # Errors
    ///
    /// The chain would refuse it.
    pub fn spec(&self, prepared: &PreparedTask, market: &Market) -> Result<TaskSpec, OfferError> {
        let blocks = u16::try_from(prepared.roots().len()).unwrap_or(u16::MAX);
        let test_blocks = self.test_blocks.unwrap_or((blocks / 5).max(1));
        if test_blocks == 0 || test_blocks >= blocks {
            return Err(OfferError::TestBlocks { blocks });
        }
        let (rows, needed) = (least_rows(prepared, test_blocks)?, market.min_test_rows);
        if rows < needed {
            return Err(OfferError::TestRows { test_blocks, rows, needed });
        }
        let roots = prepared.roots().to_vec();
        Ok(TaskSpec {
            terms: self.terms(market, blocks, rows)?,
            roots: roots.try_into().map_err(|_| OfferError::TooManyBlocks)?,
            split: Split::Drawn { test_blocks },
        })
    }

    fn terms(
        &self,
        market: &Market,
        blocks: u16,
        min_test_rows: u32,
    ) -> Result<Terms<Balance, BlockNumber>, OfferError> {
        let [reward, bond, stake] = self.money(market, blocks)?;
        self.check_periods(&market.periods)?;
        Ok(Terms {
            score_circuit: market.score_circuit,
            delivery_circuit: market.delivery_circuit,
            min_score: self.min_score,
            min_test_rows,
            reward,
            shares: shares(&self.shares)?,
            bond,
            stake,
            periods: self.periods,
        })
    }

    /// Each period is as long as the chain allows.
    fn check_periods(&self, allowed: &RangeInclusive<BlockNumber>) -> Result<(), OfferError> {
        let Periods { publish, commit, reveal, prove, deliver } = self.periods;
        let asked = [
            (Period::Publish, publish),
            (Period::Commit, commit),
            (Period::Reveal, reveal),
            (Period::Prove, prove),
            (Period::Deliver, deliver),
        ];
        match asked.into_iter().find(|(_, blocks)| !allowed.contains(blocks)) {
            Some((period, blocks)) => {
                Err(OfferError::Period { period, blocks, allowed: allowed.clone() })
            }
            None => Ok(()),
        }
    }

    /// Reward, bond and stake.
    fn money(&self, market: &Market, blocks: u16) -> Result<[Balance; 3], OfferError> {
        if market.curriculum {
            let given = [self.reward, self.bond, self.stake];
            return if given.into_iter().flatten().any(|amount| amount > 0) {
                Err(OfferError::CurriculumPays)
            } else {
                Ok([0; 3])
            };
        }
        let reward = self.reward.ok_or(OfferError::NoReward)?;
        let for_blocks = market.bond_per_block.saturating_mul(blocks.into());
        let least_bond = market.min_bond.saturating_add(for_blocks);
        Ok([reward, self.bond.unwrap_or(least_bond), self.stake.unwrap_or(market.min_stake)])
    }
}

/// Percentages as basis points.
fn shares(percentages: &[u16]) -> Result<List<u16, MAX_SHARES>, OfferError> {
    let points: Vec<u16> = percentages.iter().map(|share| share.saturating_mul(100)).collect();
    let sum: u32 = points.iter().map(|share| u32::from(*share)).sum();
    if sum != 10_000 || points.contains(&0) {
        return Err(OfferError::Shares);
    }
    points.try_into().map_err(|_| OfferError::TooManyShares)
}

/// Samples that any choice of so many test blocks holds at least.
fn least_rows(prepared: &PreparedTask, test_blocks: u16) -> Result<u32, OfferError> {
    let mut rows = Vec::new();
    for index in (0..).take(prepared.roots().len()) {
        let block = prepared.block(index).map(|block| block.decode(prepared.shape()));
        let damaged = |error| OfferError::Block { index, reason: format!("{error}") };
        let real = block.transpose().map_err(damaged)?.unwrap_or_default();
        rows.push(real.iter().filter(|row| row.real).count());
    }
    rows.sort_unstable();
    let least: usize = rows.iter().take(test_blocks.into()).sum();
    Ok(u32::try_from(least).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_client::NNK;
    use nocknock_dataset::{Quantiser, Range, ReadOptions, SplitOptions};
    use nocknock_primitives::model::shape::{DIGITS_64X32X10, TABULAR_32X16X2};
    use std::path::Path;

    /// An offer of a sponsored task.
    fn sponsored() -> Offer {
        Offer { reward: Some(5 * NNK), ..Offer::default() }
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
    fn the_smallest_shape_that_fits_is_chosen() {
        assert_eq!(choose_shape(&table(30, 2), None).unwrap(), TABULAR_32X16X2);
        assert_eq!(choose_shape(&table(30, 3), None).unwrap(), DIGITS_64X32X10);
        let wide = choose_shape(&table(65, 2), None).unwrap_err();
        assert!(matches!(wide, OfferError::NoShape { columns: 65, classes: 2 }), "{wide:?}");
        let unknown = choose_shape(&table(4, 2), Some("none")).unwrap_err();
        assert!(matches!(unknown, OfferError::UnknownShape { .. }), "{unknown:?}");
    }

    #[test]
    fn a_sponsored_task_has_the_least_bond_and_stake_unless_more_is_asked() {
        let spec = sponsored().spec(&prepared(), &market(false)).unwrap();
        assert_eq!(spec.terms.reward, 5 * NNK);
        assert_eq!(spec.terms.bond, NNK + 6 * (NNK / 10));
        assert_eq!(spec.terms.stake, NNK / 10);
        assert!(spec.terms.shares_are_whole());
        assert_eq!(spec.split, Split::Drawn { test_blocks: 1 });
    }

    #[test]
    fn a_task_of_the_curriculum_holds_nothing() {
        let spec = Offer::default().spec(&prepared(), &market(true)).unwrap();
        let terms = &spec.terms;
        assert_eq!([terms.reward, terms.bond, terms.stake], [0; 3]);
        let refused = sponsored().spec(&prepared(), &market(true)).unwrap_err();
        assert!(matches!(refused, OfferError::CurriculumPays), "{refused:?}");
        let needed = Offer::default().spec(&prepared(), &market(false)).unwrap_err();
        assert!(matches!(needed, OfferError::NoReward), "{needed:?}");
    }

    #[test]
    fn any_draw_has_the_promised_rows() {
        let offer = Offer { test_blocks: Some(2), ..sponsored() };
        let spec = offer.spec(&prepared(), &market(false)).unwrap();
        // 20 rows in 6 blocks: the two smallest hold 3 each.
        assert_eq!(spec.terms.min_test_rows, 6);
    }

    #[test]
    fn too_few_test_rows_are_refused_with_the_number_that_is_needed() {
        let market = Market { min_test_rows: 7, ..market(true) };
        let offer = Offer { test_blocks: Some(2), ..Offer::default() };
        let refused = offer.spec(&prepared(), &market).unwrap_err();
        let expected = OfferError::TestRows { test_blocks: 2, rows: 6, needed: 7 };
        assert_eq!(refused.to_string(), expected.to_string());
    }

    #[test]
    fn a_period_that_the_chain_refuses_is_named_with_what_it_allows() {
        let usual = Offer::default().periods;
        let short = Periods { reveal: 2, ..usual };
        let long = Periods { deliver: 1001, ..usual };
        for (periods, words) in [(short, "reveal period is 2"), (long, "deliver period is 1001")] {
            let offer = Offer { periods, ..sponsored() };
            let refused = offer.spec(&prepared(), &market(false)).unwrap_err();
            let expected = format!("the {words} blocks, but this chain allows 3 to 1000");
            assert_eq!(refused.to_string(), expected);
        }
    }

    #[test]
    fn impossible_numbers_of_test_blocks_are_refused() {
        for test_blocks in [0, 6] {
            let offer = Offer { test_blocks: Some(test_blocks), ..sponsored() };
            let refused = offer.spec(&prepared(), &market(false)).unwrap_err();
            assert!(matches!(refused, OfferError::TestBlocks { blocks: 6 }), "{refused:?}");
        }
    }

    #[test]
    fn shares_that_are_not_the_whole_are_refused() {
        for shares in [vec![50, 40], vec![100, 0], vec![]] {
            let offer = Offer { shares, ..sponsored() };
            let refused = offer.spec(&prepared(), &market(false)).unwrap_err();
            assert!(matches!(refused, OfferError::Shares), "{refused:?}");
        }
    }
}
