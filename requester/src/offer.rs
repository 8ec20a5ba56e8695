//! The offer: shape, circuits and terms of a task.

use nocknock_client::{
    AccountId, Balance, BlockNumber, CircuitRecord, QueryError, Snapshot, TaskSpec,
};
use nocknock_dataset::{most_test_blocks, shape_name, PreparedTask, Table};
use nocknock_primitives::{
    circuit::CircuitKind,
    ids::{CircuitId, ExperimentId, PointBytes},
    limits::{List, MAX_SHARES},
    model::{
        names::{named, offered},
        Architecture, Head, RecipientSecret,
    },
    score::Score,
    task::{Periods, Split, Terms},
};
use rand::{rngs::OsRng, TryRngCore};
use std::{fmt, ops::RangeInclusive};
use zeroize::Zeroizing;

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
    /// Share of the points on the test rows that a model must reach to win. A row that is
    /// classified correctly is one point.
    pub min_score: Score,
    /// Blocks of data that are drawn as hidden test data; a fifth of all if none, and no more than
    /// a task may have.
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
    /// No circuit proves this.
    #[error("the chain has no active circuit for {0}")]
    NoCircuit(String),
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes for the secret that opens the model")]
    Randomness,
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
    /// More test blocks than a task may have.
    #[error("a task of shape {shape} has at most {most} test blocks, not {test_blocks}")]
    TooManyTestBlocks {
        /// What the architecture is called.
        shape: String,
        /// The test blocks.
        test_blocks: u16,
        /// As many as are possible.
        most: u16,
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

/// The architecture of models for a table: the one that was asked for by name, or the smallest that
/// takes its columns and classes.
///
/// Only those with one hidden layer are chosen: one without is too weak for most tables, and more
/// layers help few. Whoever wants either says so.
///
/// # Errors
///
/// There is none.
pub fn choose_shape(table: &Table, asked: Option<&str>) -> Result<Architecture, OfferError> {
    if let Some(name) = asked {
        let unknown = || OfferError::UnknownShape { name: name.to_owned() };
        return named(name).ok_or_else(unknown);
    }
    let columns = table.columns().len();
    let classes = table.labels().map_or(0, |labels| labels.classes.len());
    let fits = |architecture: &Architecture| {
        matches!(architecture.head, Head::Classes { best: 1, .. })
            && architecture.hidden.len() == 1
            && usize::from(architecture.inputs) >= columns
            && architecture.outputs() >= classes
    };
    offered()
        .into_iter()
        .map(|(_, architecture)| architecture)
        .filter(fits)
        .min_by_key(Architecture::parameters)
        .ok_or(OfferError::NoShape { columns, classes })
}

fn shape_names() -> String {
    let names: Vec<&str> = offered().into_iter().map(|(name, _)| name).collect();
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
        architecture: &Architecture,
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
        let circuits = snapshot.circuits().await?;
        let scores = || format!("scores of models of shape {}", shape_name(architecture));
        Ok(Self {
            score_circuit: newest(&circuits, &CircuitKind::Score(architecture.clone()))
                .ok_or_else(|| OfferError::NoCircuit(scores()))?,
            delivery_circuit: newest(&circuits, &CircuitKind::Delivery)
                .ok_or_else(|| OfferError::NoCircuit("deliveries".to_owned()))?,
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

    /// The secret with which the models of a new task are opened. It is drawn anew, and has to be
    /// kept in the private file; models of the curriculum are for everybody.
    ///
    /// # Errors
    ///
    /// The operating system gave no random bytes.
    pub fn recipient(&self) -> Result<RecipientSecret, OfferError> {
        if self.curriculum {
            return Ok(RecipientSecret::curriculum());
        }
        let mut bytes = Zeroizing::new([0u8; 32]);
        OsRng.try_fill_bytes(bytes.as_mut_slice()).map_err(|_| OfferError::Randomness)?;
        Ok(RecipientSecret::from_bytes(*bytes))
    }
}

/// The newest active circuit of a kind.
fn newest(circuits: &[(CircuitId, CircuitRecord)], kind: &CircuitKind) -> Option<CircuitId> {
    circuits
        .iter()
        .filter(|(_, circuit)| circuit.is_active() && circuit.info.kind == *kind)
        .max_by_key(|(_, circuit)| circuit.registered_at)
        .map(|(id, _)| *id)
}

impl Offer {
    /// The offer as it is sent to the chain. Delivered models are sealed for the recipient:
    /// see [`Market::recipient`].
    ///
    /// # Errors
    ///
    /// The chain would refuse it.
    pub fn spec(
        &self,
        prepared: &PreparedTask,
        market: &Market,
        recipient: &RecipientSecret,
    ) -> Result<TaskSpec, OfferError> {
        let blocks = u16::try_from(prepared.roots().len()).unwrap_or(u16::MAX);
        let test_blocks = self.test_blocks(prepared.architecture(), blocks)?;
        let (rows, needed) = (least_rows(prepared, test_blocks)?, market.min_test_rows);
        if rows < needed {
            return Err(OfferError::TestRows { test_blocks, rows, needed });
        }
        let roots = prepared.roots().to_vec();
        Ok(TaskSpec {
            terms: self.terms(market, blocks, rows)?,
            roots: roots.try_into().map_err(|_| OfferError::TooManyBlocks)?,
            split: Split::Drawn { test_blocks },
            recipient: PointBytes(recipient.key().to_bytes()),
            encoding: prepared.encoding(),
        })
    }

    /// How many of so many blocks are test blocks.
    fn test_blocks(&self, architecture: &Architecture, blocks: u16) -> Result<u16, OfferError> {
        let most = most_test_blocks(architecture);
        let test_blocks = self.test_blocks.unwrap_or_else(|| (blocks / 5).clamp(1, most.max(1)));
        if test_blocks == 0 || test_blocks >= blocks {
            return Err(OfferError::TestBlocks { blocks });
        }
        if test_blocks > most {
            let shape = shape_name(architecture);
            return Err(OfferError::TooManyTestBlocks { shape, test_blocks, most });
        }
        Ok(test_blocks)
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
        let block = prepared.block(index).map(|block| block.decode(prepared.architecture()));
        let damaged = |error| OfferError::Block { index, reason: format!("{error}") };
        rows.push(block.transpose().map_err(damaged)?.map_or(0, |block| block.len()));
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
    use nocknock_primitives::{
        circuit::{CircuitInfo, CircuitStatus, KeyOrigin},
        ids::{ContentHash, KeyId},
        model::RecipientKey,
    };
    use std::path::Path;

    const KEY: KeyId = KeyId([2; 32]);

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

    /// A table of this many columns and classes, in so many blocks.
    fn split(table: &Table, shape: &str, blocks: u16) -> PreparedTask {
        let architecture = named(shape).unwrap();
        let quantiser = Quantiser::fit(table, &architecture, Range::MinMax).unwrap();
        let options = SplitOptions { blocks: Some(blocks), ..SplitOptions::random().unwrap() };
        PreparedTask::from_table(table, quantiser, &architecture, &options).unwrap()
    }

    fn prepared() -> PreparedTask {
        split(&table(4, 2), "table-128x64x2", 6)
    }

    fn secret() -> RecipientSecret {
        RecipientSecret::from_bytes([3; 32])
    }

    fn spec(offer: &Offer, market: &Market) -> Result<TaskSpec, OfferError> {
        offer.spec(&prepared(), market, &secret())
    }

    #[test]
    fn the_smallest_shape_that_fits_is_chosen() {
        let chosen = |columns, classes| {
            let architecture = choose_shape(&table(columns, classes), None).unwrap();
            shape_name(&architecture)
        };
        assert_eq!(chosen(30, 2), "digits-64x32x10");
        assert_eq!(chosen(65, 2), "table-128x64x2");
        assert_eq!(chosen(65, 3), "table-128x64x10");
        assert_eq!(chosen(4, 11), "table-128x64x32");
        assert_eq!(chosen(129, 2), "embed-384x64x10");
        assert_eq!(chosen(385, 10), "mnist-784x128x10");
        let wide = choose_shape(&table(785, 2), None).unwrap_err();
        assert!(matches!(wide, OfferError::NoShape { columns: 785, classes: 2 }), "{wide:?}");
        let many = choose_shape(&table(4, 33), None).unwrap_err();
        assert!(matches!(many, OfferError::NoShape { columns: 4, classes: 33 }), "{many:?}");
    }

    #[test]
    fn a_shape_that_is_asked_for_is_taken_whatever_it_is() {
        for name in ["embed-512x10", "table-128x64x32x2", "tiny-4x3x2", "price-64x32"] {
            let architecture = choose_shape(&table(4, 2), Some(name)).unwrap();
            assert_eq!(shape_name(&architecture), name);
        }
        let unknown = choose_shape(&table(4, 2), Some("none")).unwrap_err();
        assert!(matches!(unknown, OfferError::UnknownShape { .. }), "{unknown:?}");
    }

    #[test]
    fn the_newest_active_circuit_of_the_very_architecture_is_taken() {
        let of = |name: &str| CircuitKind::Score(named(name).unwrap());
        let circuit = |number, kind, status, registered_at| {
            let info =
                CircuitInfo { kind, constraints: 1, matrix_hash: ContentHash([1; 32]), key: KEY };
            let origin = KeyOrigin::Development;
            (CircuitId([number; 32]), CircuitRecord { info, origin, status, registered_at })
        };
        let retired = CircuitStatus::Retired { successor: CircuitId([4; 32]) };
        let circuits = [
            circuit(4, of("tiny-4x3x2"), CircuitStatus::Active, 7),
            circuit(1, of("tiny-4x3x2"), CircuitStatus::Active, 0),
            circuit(2, of("tiny-4x3x2"), retired, 8),
            circuit(3, of("tiny-4x3x2"), CircuitStatus::Disabled, 9),
            circuit(5, of("tiny-6x3"), CircuitStatus::Active, 10),
            circuit(6, CircuitKind::Delivery, CircuitStatus::Active, 3),
        ];
        assert_eq!(newest(&circuits, &of("tiny-4x3x2")), Some(CircuitId([4; 32])));
        assert_eq!(newest(&circuits, &CircuitKind::Delivery), Some(CircuitId([6; 32])));
        assert_eq!(newest(&circuits, &of("digits-64x32x10")), None);
    }

    #[test]
    fn models_are_sealed_for_the_recipient_and_bound_to_the_encoding() {
        let prepared = prepared();
        let spec = sponsored().spec(&prepared, &market(false), &secret()).unwrap();
        assert_eq!(RecipientKey::from_bytes(&spec.recipient.0), Ok(secret().key()));
        assert_eq!(spec.encoding, prepared.encoding());
    }

    #[test]
    fn each_sponsored_task_has_a_secret_of_its_own_and_the_curriculum_none() {
        let key = |curriculum| market(curriculum).recipient().unwrap().key();
        assert_ne!(key(false), key(false));
        assert_eq!(key(true), RecipientSecret::curriculum().key());
        assert_ne!(key(false), key(true));
    }

    #[test]
    fn no_more_test_blocks_are_hidden_than_a_task_may_have() {
        let prepared = split(&table(4, 2), "tiny-4x3x2", 20);
        let spec = |test_blocks, prepared: &PreparedTask| {
            Offer { test_blocks, ..sponsored() }.spec(prepared, &market(false), &secret())
        };
        let drawn = |spec: TaskSpec| spec.split;
        let by_itself = spec(None, &prepared).map(drawn).unwrap();
        assert_eq!(by_itself, Split::Drawn { test_blocks: 4 });
        let many = split(&table(4, 20), "table-128x64x32", 200);
        let by_itself = spec(None, &many).map(drawn).unwrap();
        assert_eq!(by_itself, Split::Drawn { test_blocks: 32 });
        let error = spec(Some(33), &many).unwrap_err();
        assert!(matches!(error, OfferError::TooManyTestBlocks { most: 32, .. }), "{error:?}");
    }

    #[test]
    fn a_sponsored_task_has_the_least_bond_and_stake_unless_more_is_asked() {
        let spec = spec(&sponsored(), &market(false)).unwrap();
        assert_eq!(spec.terms.reward, 5 * NNK);
        assert_eq!(spec.terms.bond, NNK + 6 * (NNK / 10));
        assert_eq!(spec.terms.stake, NNK / 10);
        assert!(spec.terms.shares_are_whole());
        assert_eq!(spec.split, Split::Drawn { test_blocks: 1 });
    }

    #[test]
    fn a_task_of_the_curriculum_holds_nothing() {
        let offered = spec(&Offer::default(), &market(true)).unwrap();
        let terms = &offered.terms;
        assert_eq!([terms.reward, terms.bond, terms.stake], [0; 3]);
        let refused = spec(&sponsored(), &market(true)).unwrap_err();
        assert!(matches!(refused, OfferError::CurriculumPays), "{refused:?}");
        let needed = spec(&Offer::default(), &market(false)).unwrap_err();
        assert!(matches!(needed, OfferError::NoReward), "{needed:?}");
    }

    #[test]
    fn any_draw_has_the_promised_rows() {
        let offer = Offer { test_blocks: Some(2), ..sponsored() };
        let spec = spec(&offer, &market(false)).unwrap();
        // 20 rows in 6 blocks: the two smallest hold 3 each.
        assert_eq!(spec.terms.min_test_rows, 6);
    }

    #[test]
    fn too_few_test_rows_are_refused_with_the_number_that_is_needed() {
        let market = Market { min_test_rows: 7, ..market(true) };
        let offer = Offer { test_blocks: Some(2), ..Offer::default() };
        let refused = spec(&offer, &market).unwrap_err();
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
            let refused = spec(&offer, &market(false)).unwrap_err();
            let expected = format!("the {words} blocks, but this chain allows 3 to 1000");
            assert_eq!(refused.to_string(), expected);
        }
    }

    #[test]
    fn impossible_numbers_of_test_blocks_are_refused() {
        for test_blocks in [0, 6] {
            let offer = Offer { test_blocks: Some(test_blocks), ..sponsored() };
            let refused = spec(&offer, &market(false)).unwrap_err();
            assert!(matches!(refused, OfferError::TestBlocks { blocks: 6 }), "{refused:?}");
        }
    }

    #[test]
    fn shares_that_are_not_the_whole_are_refused() {
        for shares in [vec![50, 40], vec![100, 0], vec![]] {
            let offer = Offer { shares, ..sponsored() };
            let refused = spec(&offer, &market(false)).unwrap_err();
            assert!(matches!(refused, OfferError::Shares), "{refused:?}");
        }
        let shares = [vec![5; 16], vec![20]].concat();
        let refused = spec(&Offer { shares, ..sponsored() }, &market(false)).unwrap_err();
        assert!(matches!(refused, OfferError::TooManyShares), "{refused:?}");
    }
}
