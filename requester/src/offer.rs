//! The offer: shape, circuits and terms of a task.

use nocknock_client::{
    AccountId, Balance, BlockNumber, CircuitRecord, CurriculumRules, QueryError, Snapshot, TaskSpec,
};
use nocknock_dataset::{
    plan, shape_name, split::SplitError, Encoding, Metric, Needs, PreparedTask,
};
use nocknock_primitives::{
    circuit::CircuitKind,
    deposits::{ciphertext, record, revealed_blocks, Footprint},
    ids::{CircuitId, ContentHash, ExperimentId, PointBytes},
    limits::{List, MAX_SHARES, MAX_SHARE_RATIO},
    model::{
        names::{named, offered},
        Architecture, Goal, Head, RecipientSecret,
    },
    score::Score,
    task::{Periods, Split, Terms},
};
use rand::{rngs::OsRng, TryRngCore};
use std::{cmp::Reverse, fmt, ops::RangeInclusive};
use zeroize::Zeroizing;

/// What a requester wants. What is left out becomes what the chain takes at least.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// What is paid out in all. A task of the curriculum has none: the chain mints.
    pub reward: Option<Balance>,
    /// Percentages of the reward for the best, the second best and so on; 100 in all. Each is at
    /// most the one before it, and at least a quarter of it.
    pub shares: Vec<u16>,
    /// What the requester forfeits to the workers if the test data is not revealed.
    pub bond: Option<Balance>,
    /// What a worker forfeits if it is asked to prove the score that it claims and does not, or
    /// wins and does not deliver. It is burnt.
    pub stake: Option<Balance>,
    /// Share of the points on the test rows that a model must reach to win. A row that is
    /// classified correctly is one point.
    pub min_score: Score,
    /// Blocks of data that are drawn as hidden test data; what [`plan`] chooses if none.
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
            periods: Periods {
                publish: 60,
                commit: 300,
                reveal: 60,
                claim: 60,
                prove: 300,
                deliver: 120,
            },
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
    /// Workers claim their scores.
    Claim,
    /// In each round, workers that are asked prove their scores.
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
            Self::Claim => "claim",
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
        "no shape takes {inputs} inputs of {bits} bits and {classes} classes: leave columns or classes \
         out; the shapes are {}",
        shape_names()
    )]
    NoShape {
        /// Inputs that the data needs at least.
        inputs: usize,
        /// Bits of an input.
        bits: u8,
        /// Classes of the data.
        classes: usize,
    },
    /// The data is too wide for models that answer with a number.
    #[error(
        "no shape of models that answer with a number takes {inputs} inputs of {bits} bits: leave \
         columns out; the shapes are {}",
        shape_names()
    )]
    NoNumberShape {
        /// Inputs that the data needs at least.
        inputs: usize,
        /// Bits of an input.
        bits: u8,
    },
    /// No shape that is chosen by itself goes with an encoding.
    #[error(
        "no shape with one hidden layer goes with the encoding, which is for {inputs} inputs of \
         {bits} bits: name the one that it was made for; the shapes are {}",
        shape_names()
    )]
    NoShapeFor {
        /// Inputs of the encoding.
        inputs: u16,
        /// Their bits.
        bits: u8,
    },
    /// The numbers of blocks and test blocks do not go together.
    #[error(transparent)]
    Split(#[from] SplitError),
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
    /// Several winners where the chain mints for one.
    #[error("a task of the curriculum pays one winner: leave the shares out")]
    CurriculumRanks,
    /// Copies of rows where equal rows cost the custodian its part.
    #[error(
        "the data of experiment {experiment} has no copies of rows: equal rows cost the custodian \
         of a task of the curriculum its part. Leave out the metric {metric}"
    )]
    CurriculumMetric {
        /// The experiment.
        experiment: ExperimentId,
        /// What the points of the offer would say.
        metric: Metric,
    },
    /// Models of the shape do not read the data of the experiment.
    #[error(
        "experiment {experiment} has data of another form than models of shape {shape} read: choose \
         another shape, one that takes as many inputs, bits and classes, and at least as many rows"
    )]
    Format {
        /// The experiment.
        experiment: ExperimentId,
        /// What the architecture is called.
        shape: String,
    },
    /// Columns and classes are written as numbers in another way than in the experiment.
    #[error(
        "the encoding of classes and columns has the hash {found}, but in experiment {experiment} it \
         must be {expected}: bring the same classes and columns in the same order, and choose the \
         same fixed range for the numbers"
    )]
    Encoding {
        /// The experiment.
        experiment: ExperimentId,
        /// Hash of those of the data.
        found: ContentHash,
        /// Hash that the council has set.
        expected: ContentHash,
    },
    /// Columns and classes are written as numbers in another way than the experiment names.
    #[error(
        "all tasks of experiment {experiment} have the encoding {expected}, and that of the data is \
         {found}: give the file of the experiment's encoding, or offer the task in another experiment"
    )]
    NamedEncoding {
        /// The experiment.
        experiment: ExperimentId,
        /// Hash of those of the data.
        found: ContentHash,
        /// Hash that the experiment names.
        expected: ContentHash,
    },
    /// A block has more rows than the blocks of the experiment.
    #[error(
        "a block of the data has {rows} rows, and blocks of experiment {experiment} have at most \
         {most}: split the data into more blocks"
    )]
    BlockRows {
        /// The experiment.
        experiment: ExperimentId,
        /// Rows of the largest block.
        rows: u32,
        /// As many as are possible.
        most: u16,
    },
    /// No money where nobody else pays.
    #[error("a sponsored task needs a reward")]
    NoReward,
    /// Shares that are not the whole.
    #[error("the shares must be positive percentages that add up to 100")]
    Shares,
    /// Shares that rise, or fall too fast.
    #[error(
        "each share must be at most the one before it, and at least one of {MAX_SHARE_RATIO} parts of \
         it: 80,20 is taken, and 90,10 is not"
    )]
    SharesNotFalling,
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

/// The architecture of models for data that needs so much: the one that was asked for by name, or
/// the smallest that takes all of its inputs and classes. If none takes so many inputs, it is the
/// widest one that takes those without which the columns do not fit.
///
/// Only those with one hidden layer are chosen: one without is too weak for most tables, and more
/// layers help few. Whoever wants either says so.
///
/// # Errors
///
/// There is none.
pub fn choose_shape(
    needs: &Needs,
    classes: usize,
    asked: Option<&str>,
) -> Result<Architecture, OfferError> {
    let tells = |head: &Head| {
        matches!(head, Head::Classes { best: 1, .. }) && usize::from(head.outputs()) >= classes
    };
    let none = || OfferError::NoShape { inputs: needs.least_inputs, bits: needs.bits, classes };
    asked.map_or_else(|| smallest(needs, tells).ok_or_else(none), of_name)
}

/// The same for models that answer with a number. Without a name it is one whose answers are right
/// or wrong: within a tolerance, or not.
///
/// # Errors
///
/// There is none.
pub fn choose_number_shape(needs: &Needs, asked: Option<&str>) -> Result<Architecture, OfferError> {
    let answers = |head: &Head| matches!(head, Head::Number { goal: Goal::Within { .. }, .. });
    let none = || OfferError::NoNumberShape { inputs: needs.least_inputs, bits: needs.bits };
    asked.map_or_else(|| smallest(needs, answers).ok_or_else(none), of_name)
}

/// The architecture of models that take the inputs of an encoding: the one that was asked for by
/// name, or the smallest with one hidden layer that has exactly these inputs and tells all classes
/// apart, or answers within a tolerance if the encoding is about numbers.
///
/// # Errors
///
/// There is none.
pub fn choose_shape_for(
    encoding: &Encoding,
    asked: Option<&str>,
) -> Result<Architecture, OfferError> {
    if let Some(name) = asked {
        return of_name(name);
    }
    let is_usual = |shape: &Architecture| {
        let answers = matches!(
            shape.head,
            Head::Classes { best: 1, .. } | Head::Number { goal: Goal::Within { .. }, .. }
        );
        answers && shape.hidden.len() == 1
    };
    let shapes = offered().into_iter().map(|(_, architecture)| architecture);
    let fits = |shape: &Architecture| encoding.check_architecture(shape).is_ok();
    let usable = shapes.filter(|shape| is_usual(shape) && fits(shape));
    usable.min_by_key(|shape| shape.parameters()).ok_or_else(|| OfferError::NoShapeFor {
        inputs: encoding.inputs(),
        bits: encoding.input_bits(),
    })
}

fn of_name(name: &str) -> Result<Architecture, OfferError> {
    named(name).ok_or_else(|| OfferError::UnknownShape { name: name.to_owned() })
}

/// The smallest shape with such a head that takes all inputs, or else the widest that takes those
/// without which the columns do not fit.
fn smallest(needs: &Needs, has_head: impl Fn(&Head) -> bool) -> Option<Architecture> {
    let shapes = offered().into_iter().map(|(_, architecture)| architecture);
    let usable = shapes.filter(|shape| has_head(&shape.head) && is_usable(shape, needs));
    usable.min_by_key(|shape| {
        let inputs = usize::from(shape.inputs).min(needs.inputs);
        (Reverse(inputs), shape.parameters())
    })
}

fn is_usable(shape: &Architecture, needs: &Needs) -> bool {
    shape.hidden.len() == 1
        && shape.input_bits >= needs.bits
        && usize::from(shape.inputs) >= needs.least_inputs
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
    /// The experiment.
    pub experiment: ExperimentId,
    /// The encoding that all of its tasks have, if it names one.
    pub encoding: Option<ContentHash>,
    /// What its tasks have to be like if the chain mints for them; then nothing is held.
    pub rules: Option<CurriculumRules>,
    /// The least bond, without what blocks add to it.
    pub min_bond: Balance,
    /// What each block adds to the least bond. Test blocks also add the price of storing them.
    pub bond_per_block: Balance,
    /// The least stake, without the price of storing a ciphertext.
    pub min_stake: Balance,
    /// The price of an entry that is stored.
    pub price_per_item: Balance,
    /// The price of a byte that is stored.
    pub price_per_byte: Balance,
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
            experiment,
            encoding: found.encoding,
            rules: entry.map(|(_, entry)| entry.rules),
            min_bond: snapshot.constant("Tasks", "MinBond")?,
            bond_per_block: snapshot.constant("Tasks", "BondPerBlock")?,
            min_stake: snapshot.constant("Tasks", "MinStake")?,
            price_per_item: snapshot.constant("Tasks", "DepositPerItem")?,
            price_per_byte: snapshot.constant("Tasks", "DepositPerByte")?,
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
        if self.rules.is_some() {
            return Ok(RecipientSecret::curriculum());
        }
        let mut bytes = Zeroizing::new([0u8; 32]);
        OsRng.try_fill_bytes(bytes.as_mut_slice()).map_err(|_| OfferError::Randomness)?;
        Ok(RecipientSecret::from_bytes(*bytes))
    }

    /// The least bond of a sponsored task of so many blocks, of which so many are test blocks.
    pub fn least_bond(
        &self,
        architecture: &Architecture,
        blocks: u16,
        test_blocks: u16,
    ) -> Balance {
        let for_blocks = self.bond_per_block.saturating_mul(blocks.into());
        let for_storage = self.price(&revealed_blocks(architecture, test_blocks));
        self.min_bond.saturating_add(for_blocks).saturating_add(for_storage)
    }

    /// The least stake of a sponsored task.
    pub fn least_stake(&self, architecture: &Architecture) -> Balance {
        self.min_stake.saturating_add(self.price(&ciphertext(architecture)))
    }

    /// What is held beside reward and bond for what stays on the chain of a task, until the chain
    /// removes it.
    pub fn record_price(&self, architecture: &Architecture, spec: &TaskSpec) -> Balance {
        if self.rules.is_some() {
            return 0;
        }
        let count = |entries: usize| u32::try_from(entries).unwrap_or(u32::MAX);
        let (roots, shares) = (count(spec.roots.len()), count(spec.terms.shares.len()));
        self.price(&record(architecture, roots, shares))
    }

    fn price(&self, footprint: &Footprint) -> Balance {
        footprint.price(self.price_per_item, self.price_per_byte)
    }

    /// How many test rows a task must promise.
    fn min_test_rows(&self) -> u32 {
        self.rules.as_ref().map_or(1, |rules| rules.min_test_rows)
    }

    /// The data is what tasks of the experiment are about, and its blocks have so many rows at
    /// most.
    fn check_data(&self, prepared: &PreparedTask, most_rows: u32) -> Result<(), OfferError> {
        let (experiment, found) = (self.experiment, prepared.encoding_hash());
        if let Some(expected) = self.encoding.filter(|named| *named != found) {
            return Err(OfferError::NamedEncoding { experiment, found, expected });
        }
        let Some(rules) = &self.rules else {
            return Ok(());
        };
        let metric = prepared.encoding().metric();
        if !metric.is_accuracy() {
            return Err(OfferError::CurriculumMetric { experiment, metric });
        }
        if !rules.format.fits(prepared.architecture()) {
            let shape = shape_name(prepared.architecture());
            return Err(OfferError::Format { experiment, shape });
        }
        let expected = rules.encoding;
        if found != expected {
            return Err(OfferError::Encoding { experiment, found, expected });
        }
        let most = rules.format.rows;
        if most_rows > most.into() {
            return Err(OfferError::BlockRows { experiment, rows: most_rows, most });
        }
        Ok(())
    }

    /// Each period is as long as the chain and the experiment allow.
    fn check_periods(&self, periods: &Periods<BlockNumber>) -> Result<(), OfferError> {
        let least = self.rules.as_ref().map(|rules| in_order(&rules.min_periods));
        for (place, (period, blocks)) in in_order(periods).into_iter().enumerate() {
            let ruled = least.as_ref().and_then(|least| least.get(place));
            let (shortest, longest) = self.periods.clone().into_inner();
            let allowed = ruled.map_or(shortest, |(_, ruled)| shortest.max(*ruled))..=longest;
            if !allowed.contains(&blocks) {
                return Err(OfferError::Period { period, blocks, allowed });
            }
        }
        Ok(())
    }
}

fn in_order(periods: &Periods<BlockNumber>) -> [(Period, BlockNumber); 6] {
    let Periods { publish, commit, reveal, claim, prove, deliver } = *periods;
    [
        (Period::Publish, publish),
        (Period::Commit, commit),
        (Period::Reveal, reveal),
        (Period::Claim, claim),
        (Period::Prove, prove),
        (Period::Deliver, deliver),
    ]
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
        let of_blocks = rows_of_blocks(prepared)?;
        let test_blocks = self.test_blocks(prepared.architecture(), blocks, &of_blocks)?;
        market.check_data(prepared, of_blocks.last().copied().unwrap_or_default())?;
        let (rows, needed) = (least_rows(&of_blocks, test_blocks), market.min_test_rows());
        if rows < needed {
            return Err(OfferError::TestRows { test_blocks, rows, needed });
        }
        let money = self.money(market, prepared.architecture(), blocks, test_blocks)?;
        let roots = prepared.roots().to_vec();
        Ok(TaskSpec {
            terms: self.terms(market, money, rows)?,
            roots: roots.try_into().map_err(|_| OfferError::TooManyBlocks)?,
            split: Split::Drawn { test_blocks },
            recipient: PointBytes(recipient.key().to_bytes()),
            encoding: prepared.encoding_hash(),
        })
    }

    /// How many of the blocks, which have so many rows, are test blocks.
    fn test_blocks(
        &self,
        architecture: &Architecture,
        blocks: u16,
        of_blocks: &[u32],
    ) -> Result<u16, OfferError> {
        let rows = least_rows(of_blocks, blocks);
        let rows = usize::try_from(rows).unwrap_or(usize::MAX);
        Ok(plan(rows, architecture, Some(blocks), self.test_blocks)?.test_blocks)
    }

    fn terms(
        &self,
        market: &Market,
        [reward, bond, stake]: [Balance; 3],
        min_test_rows: u32,
    ) -> Result<Terms<Balance, BlockNumber>, OfferError> {
        market.check_periods(&self.periods)?;
        let terms = Terms {
            score_circuit: market.score_circuit,
            delivery_circuit: market.delivery_circuit,
            min_score: self.min_score,
            min_test_rows,
            reward,
            shares: shares(&self.shares)?,
            bond,
            stake,
            periods: self.periods,
        };
        if terms.shares_fall() {
            Ok(terms)
        } else {
            Err(OfferError::SharesNotFalling)
        }
    }

    /// Reward, bond and stake.
    fn money(
        &self,
        market: &Market,
        architecture: &Architecture,
        blocks: u16,
        test_blocks: u16,
    ) -> Result<[Balance; 3], OfferError> {
        if market.rules.is_some() {
            return self.money_of_the_curriculum();
        }
        let reward = self.reward.ok_or(OfferError::NoReward)?;
        let least_bond = || market.least_bond(architecture, blocks, test_blocks);
        let bond = self.bond.unwrap_or_else(least_bond);
        Ok([reward, bond, self.stake.unwrap_or_else(|| market.least_stake(architecture))])
    }

    fn money_of_the_curriculum(&self) -> Result<[Balance; 3], OfferError> {
        let given = [self.reward, self.bond, self.stake];
        if given.into_iter().flatten().any(|amount| amount > 0) {
            return Err(OfferError::CurriculumPays);
        }
        if self.shares.len() > 1 {
            return Err(OfferError::CurriculumRanks);
        }
        Ok([0; 3])
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

/// How many samples each block holds, in ascending order.
fn rows_of_blocks(prepared: &PreparedTask) -> Result<Vec<u32>, OfferError> {
    let mut rows = Vec::new();
    for index in (0..).take(prepared.roots().len()) {
        let block = prepared.block(index).map(|block| block.decode(prepared.architecture()));
        let damaged = |error| OfferError::Block { index, reason: format!("{error}") };
        let held = block.transpose().map_err(damaged)?.map_or(0, |block| block.len());
        rows.push(u32::try_from(held).unwrap_or(u32::MAX));
    }
    rows.sort_unstable();
    Ok(rows)
}

/// Samples that any choice of so many test blocks holds at least.
fn least_rows(of_blocks: &[u32], test_blocks: u16) -> u32 {
    of_blocks.iter().take(test_blocks.into()).fold(0, |sum, rows| sum.saturating_add(*rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_client::NNK;
    use nocknock_dataset::{
        prepare, Encoding, Profile, Range, ReadOptions, SplitOptions, Table, Wanted,
    };
    use nocknock_primitives::{
        circuit::{CircuitInfo, CircuitStatus, KeyOrigin},
        format::DataFormat,
        ids::KeyId,
        model::RecipientKey,
    };
    use std::path::Path;

    const KEY: KeyId = KeyId([2; 32]);

    /// An offer of a sponsored task.
    fn sponsored() -> Offer {
        Offer { reward: Some(5 * NNK), ..Offer::default() }
    }

    fn market() -> Market {
        Market {
            score_circuit: CircuitId([1; 32]),
            delivery_circuit: CircuitId([2; 32]),
            experiment: 7,
            encoding: None,
            rules: None,
            min_bond: NNK,
            bond_per_block: NNK / 10,
            min_stake: NNK / 10,
            price_per_item: NNK / 50,
            price_per_byte: NNK / 10_000,
            periods: 3..=1_000,
        }
    }

    /// The market of an experiment of the curriculum whose data is like this.
    fn minting(prepared: &PreparedTask) -> Market {
        let rules = CurriculumRules {
            format: DataFormat::of(prepared.architecture()),
            encoding: prepared.encoding_hash(),
            min_test_rows: 3,
            min_periods: Periods {
                publish: 3,
                commit: 20,
                reveal: 3,
                claim: 5,
                prove: 3,
                deliver: 3,
            },
        };
        Market { rules: Some(rules), ..market() }
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
        let options = SplitOptions { blocks: Some(blocks), ..SplitOptions::random().unwrap() };
        prepare(table, &Wanted::default(), &architecture, Range::MinMax, &options).unwrap()
    }

    fn prepared() -> PreparedTask {
        split(&table(4, 2), "table-128x64x2", 6)
    }

    #[test]
    fn an_experiment_that_names_an_encoding_takes_no_data_in_another() {
        let prepared = prepared();
        let (found, expected) = (prepared.encoding_hash(), ContentHash([9; 32]));
        let named = Market { encoding: Some(found), ..market() };
        assert!(sponsored().spec(&prepared, &named, &secret()).is_ok());
        let other = Market { encoding: Some(expected), ..market() };
        let error = sponsored().spec(&prepared, &other, &secret()).unwrap_err();
        assert!(matches!(error, OfferError::NamedEncoding { experiment: 7, .. }), "{error}");
        for hash in [found, expected] {
            assert!(error.to_string().contains(&hash.to_string()), "{error}");
        }
    }

    #[test]
    fn the_shape_for_an_encoding_is_the_one_that_it_was_fitted_for() {
        let prepared = prepared();
        let chosen = choose_shape_for(prepared.encoding(), None).unwrap();
        assert_eq!(chosen, named("table-128x64x2").unwrap());
        let asked = choose_shape_for(prepared.encoding(), Some("table-128x64x10")).unwrap();
        assert_eq!(asked, named("table-128x64x10").unwrap());
    }

    #[test]
    fn numbers_to_be_learnt_are_offered_as_classes_are() {
        let rows: String = (0..100).map(|n| format!("{},{n}.5\n", n % 7)).collect();
        let text = format!("a,price\n{rows}");
        let options = ReadOptions::default();
        let table = Table::read_csv(text.as_bytes(), Path::new("t.csv"), &options).unwrap();
        let prepared = split(&table, "value-128x64-within", 5);
        let spec = sponsored().spec(&prepared, &market(), &secret()).unwrap();
        assert_eq!((spec.roots.len(), spec.terms.min_test_rows), (5, 20));
        assert_eq!(spec.encoding, prepared.encoding_hash());
    }

    fn secret() -> RecipientSecret {
        RecipientSecret::from_bytes([3; 32])
    }

    fn spec(offer: &Offer, market: &Market) -> Result<TaskSpec, OfferError> {
        offer.spec(&prepared(), market, &secret())
    }

    fn needs(inputs: usize, least_inputs: usize, bits: u8) -> Needs {
        Needs { inputs, least_inputs, bits }
    }

    fn chosen(needs: &Needs, classes: usize) -> Result<String, OfferError> {
        choose_shape(needs, classes, None).map(|architecture| shape_name(&architecture))
    }

    #[test]
    fn the_smallest_shape_that_fits_is_chosen() {
        for (inputs, bits, classes, expected) in [
            (30, 4, 2, "digits-64x32x10"),
            (30, 8, 2, "table-128x64x2"),
            (65, 4, 2, "table-128x64x2"),
            (65, 8, 3, "table-128x64x10"),
            (4, 4, 11, "table-128x64x32"),
            (4, 4, 33, "table-128x64x256"),
            (129, 8, 2, "embed-384x64x10"),
            (385, 4, 10, "mnist-784x128x10"),
        ] {
            let found = chosen(&needs(inputs, inputs, bits), classes).unwrap();
            assert_eq!(found, expected, "{inputs} inputs of {bits} bits, {classes} classes");
        }
    }

    #[test]
    fn where_no_shape_takes_all_inputs_the_widest_one_that_suffices_is_chosen() {
        assert_eq!(chosen(&needs(2_000, 100, 8), 2).unwrap(), "embed-384x64x10");
        assert_eq!(chosen(&needs(2_000, 100, 4), 2).unwrap(), "mnist-784x128x10");
        assert_eq!(chosen(&needs(2_000, 100, 8), 32).unwrap(), "table-128x64x32");
        for (needs, classes) in [
            (needs(785, 785, 4), 2),
            (needs(2_000, 385, 8), 2),
            (needs(4, 4, 4), 257),
            (needs(200, 129, 8), 11),
        ] {
            let none = chosen(&needs, classes).unwrap_err();
            let OfferError::NoShape { inputs, .. } = &none else { panic!("{none:?}") };
            assert_eq!(*inputs, needs.least_inputs);
        }
    }

    #[test]
    fn for_numbers_a_shape_is_chosen_whose_answers_are_right_or_wrong() {
        for needs in [needs(4, 4, 4), needs(128, 128, 8), needs(2_000, 100, 8)] {
            let shape = choose_number_shape(&needs, None).unwrap();
            assert_eq!(shape_name(&shape), "value-128x64-within", "{needs:?}");
        }
        let none = choose_number_shape(&needs(200, 129, 8), None).unwrap_err();
        assert!(matches!(none, OfferError::NoNumberShape { inputs: 129, bits: 8 }), "{none:?}");
        let asked = choose_number_shape(&needs(4, 4, 4), Some("value-128x64")).unwrap();
        assert_eq!(shape_name(&asked), "value-128x64");
        let unknown = choose_number_shape(&needs(4, 4, 4), Some("none")).unwrap_err();
        assert!(matches!(unknown, OfferError::UnknownShape { .. }), "{unknown:?}");
    }

    #[test]
    fn a_shape_that_is_asked_for_is_taken_whatever_it_is() {
        for name in ["embed-512x10", "table-128x64x32x2", "tiny-4x3x2", "price-64x32"] {
            let architecture = choose_shape(&needs(900, 900, 8), 2, Some(name)).unwrap();
            assert_eq!(shape_name(&architecture), name);
        }
        let unknown = choose_shape(&needs(4, 4, 4), 2, Some("none")).unwrap_err();
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
        let spec = sponsored().spec(&prepared, &market(), &secret()).unwrap();
        assert_eq!(RecipientKey::from_bytes(&spec.recipient.0), Ok(secret().key()));
        assert_eq!(spec.encoding, prepared.encoding_hash());
    }

    #[test]
    fn each_sponsored_task_has_a_secret_of_its_own_and_the_curriculum_none() {
        let key = |market: Market| market.recipient().unwrap().key();
        assert_ne!(key(market()), key(market()));
        assert_eq!(key(minting(&prepared())), RecipientSecret::curriculum().key());
        assert_ne!(key(market()), key(minting(&prepared())));
    }

    #[test]
    fn no_more_test_blocks_are_hidden_than_a_task_may_have() {
        let prepared = split(&table(4, 2), "tiny-4x3x2", 20);
        let spec = |test_blocks, prepared: &PreparedTask| {
            Offer { test_blocks, ..sponsored() }.spec(prepared, &market(), &secret())
        };
        let drawn = |spec: TaskSpec| spec.split;
        let by_itself = spec(None, &prepared).map(drawn).unwrap();
        assert_eq!(by_itself, Split::Drawn { test_blocks: 4 });
        let many = split(&table(4, 20), "table-128x64x32", 200);
        let by_itself = spec(None, &many).map(drawn).unwrap();
        assert_eq!(by_itself, Split::Drawn { test_blocks: 32 });
        let error = spec(Some(33), &many).unwrap_err();
        let too_many =
            matches!(error, OfferError::Split(SplitError::TooManyTestBlocks { most: 32, .. }));
        assert!(too_many, "{error:?}");
    }

    #[test]
    fn a_sponsored_task_has_the_least_bond_and_stake_unless_more_is_asked() {
        let spec = spec(&sponsored(), &market()).unwrap();
        let models = named("table-128x64x2").unwrap();
        assert_eq!(spec.terms.reward, 5 * NNK);
        let of_a_block = Balance::try_from(models.wire_bytes(models.samples.into())).unwrap();
        let for_storage = NNK / 50 + of_a_block * (NNK / 10_000);
        assert_eq!(spec.terms.bond, NNK + 6 * (NNK / 10) + for_storage);
        let of_a_model = 32 * Balance::try_from(models.weight_elements()).unwrap();
        let entries = 1 + Balance::from(models.chunks());
        let for_storage = entries * (NNK / 50) + of_a_model * (NNK / 10_000);
        assert_eq!(spec.terms.stake, NNK / 10 + for_storage);
        assert!(spec.terms.shares_are_whole());
        assert_eq!(spec.split, Split::Drawn { test_blocks: 1 });
    }

    #[test]
    fn more_test_blocks_need_a_larger_bond() {
        let bond = |test_blocks| {
            let offer = Offer { test_blocks: Some(test_blocks), ..sponsored() };
            spec(&offer, &market()).unwrap().terms.bond
        };
        assert!(bond(2) > bond(1));
        let asked = Offer { bond: Some(99 * NNK), ..sponsored() };
        assert_eq!(spec(&asked, &market()).unwrap().terms.bond, 99 * NNK);
    }

    #[test]
    fn what_is_held_for_the_record_grows_with_the_shares_and_is_nothing_in_the_curriculum() {
        let models = named("table-128x64x2").unwrap();
        let price = |market: &Market, offer: &Offer| {
            market.record_price(&models, &spec(offer, market).unwrap())
        };
        let two = Offer { shares: vec![80, 20], ..sponsored() };
        assert!(price(&market(), &sponsored()) > 0);
        assert!(price(&market(), &two) > price(&market(), &sponsored()));
        let prepared = prepared();
        let minting = minting(&prepared);
        let free = Offer::default().spec(&prepared, &minting, &secret()).unwrap();
        assert_eq!(minting.record_price(&models, &free), 0);
    }

    #[test]
    fn a_task_of_the_curriculum_holds_nothing() {
        let prepared = prepared();
        let minting = minting(&prepared);
        let spec_of = |offer: &Offer| offer.spec(&prepared, &minting, &secret());
        let offered = spec_of(&Offer::default()).unwrap();
        let terms = &offered.terms;
        assert_eq!([terms.reward, terms.bond, terms.stake], [0; 3]);
        assert_eq!(offered.split, Split::Drawn { test_blocks: 1 });
        let refused = spec_of(&sponsored()).unwrap_err();
        assert!(matches!(refused, OfferError::CurriculumPays), "{refused:?}");
        let several = Offer { shares: vec![60, 40], ..Offer::default() };
        let refused = spec_of(&several).unwrap_err();
        assert!(matches!(refused, OfferError::CurriculumRanks), "{refused:?}");
        let needed = spec(&Offer::default(), &market()).unwrap_err();
        assert!(matches!(needed, OfferError::NoReward), "{needed:?}");
    }

    #[test]
    fn a_task_of_the_curriculum_has_the_data_of_its_experiment() {
        let prepared = prepared();
        let refused = |change: fn(&mut CurriculumRules)| {
            let mut market = minting(&prepared);
            market.rules.iter_mut().for_each(change);
            Offer::default().spec(&prepared, &market, &secret()).unwrap_err()
        };
        let format = refused(|rules| rules.format.inputs += 1);
        assert!(matches!(format, OfferError::Format { experiment: 7, .. }), "{format:?}");
        let encoding = refused(|rules| rules.encoding = ContentHash([9; 32]));
        assert!(matches!(encoding, OfferError::Encoding { experiment: 7, .. }), "{encoding:?}");
        // 20 rows in 6 blocks: the largest hold 4 each.
        let rows = refused(|rules| rules.format.rows = 3);
        assert!(matches!(rows, OfferError::BlockRows { rows: 4, most: 3, .. }), "{rows:?}");
    }

    /// The same rows as [`prepared`], each class of which counts the same.
    fn balanced() -> PreparedTask {
        let (table, architecture) = (table(4, 2), named("table-128x64x2").unwrap());
        let profile = Profile::of(&table, &Wanted::default()).unwrap();
        let encoding = Encoding::fit(&table, &profile, &architecture, Range::MinMax).unwrap();
        let encoding = encoding.encoding.measured_by(Metric::BalancedAccuracy).unwrap();
        let labels = profile.labels.unwrap();
        let options = SplitOptions { blocks: Some(6), ..SplitOptions::random().unwrap() };
        PreparedTask::from_table(&table, &labels, encoding, &architecture, &options).unwrap()
    }

    #[test]
    fn copies_of_rows_are_for_sponsored_tasks_alone() {
        let balanced = balanced();
        let offered = sponsored().spec(&balanced, &market(), &secret()).unwrap();
        assert_eq!(offered.encoding, balanced.encoding_hash());
        let refused = Offer::default().spec(&balanced, &minting(&balanced), &secret());
        let refused = refused.unwrap_err();
        assert!(matches!(refused, OfferError::CurriculumMetric { experiment: 7, .. }), "{refused}");
    }

    #[test]
    fn a_task_of_the_curriculum_has_the_periods_of_its_experiment() {
        let prepared = prepared();
        let spec_of = |commit, claim| {
            let periods = Periods { commit, claim, ..Offer::default().periods };
            let offer = Offer { periods, ..Offer::default() };
            offer.spec(&prepared, &minting(&prepared), &secret())
        };
        assert!(spec_of(20, 5).is_ok());
        for (commit, claim, words) in [
            (19, 5, "commit period is 19 blocks, but this chain allows 20 to 1000"),
            (20, 4, "claim period is 4 blocks, but this chain allows 5 to 1000"),
        ] {
            let refused = spec_of(commit, claim).unwrap_err().to_string();
            assert!(refused.contains(words), "{refused}");
        }
    }

    #[test]
    fn any_draw_has_the_promised_rows() {
        let offer = Offer { test_blocks: Some(2), ..sponsored() };
        let spec = spec(&offer, &market()).unwrap();
        // 20 rows in 6 blocks: the two smallest hold 3 each.
        assert_eq!(spec.terms.min_test_rows, 6);
    }

    #[test]
    fn too_few_test_rows_are_refused_with_the_number_that_is_needed() {
        let prepared = prepared();
        let mut market = minting(&prepared);
        market.rules.iter_mut().for_each(|rules| rules.min_test_rows = 7);
        let offer = Offer { test_blocks: Some(2), ..Offer::default() };
        let refused = offer.spec(&prepared, &market, &secret()).unwrap_err();
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
            let refused = spec(&offer, &market()).unwrap_err();
            let expected = format!("the {words} blocks, but this chain allows 3 to 1000");
            assert_eq!(refused.to_string(), expected);
        }
    }

    #[test]
    fn impossible_numbers_of_test_blocks_are_refused() {
        for test_blocks in [0, 6] {
            let offer = Offer { test_blocks: Some(test_blocks), ..sponsored() };
            let refused = spec(&offer, &market()).unwrap_err();
            let expected = SplitError::TestBlocks { blocks: 6 };
            assert!(matches!(&refused, OfferError::Split(e) if *e == expected), "{refused:?}");
        }
    }

    #[test]
    fn shares_that_are_not_the_whole_are_refused() {
        for shares in [vec![50, 40], vec![100, 0], vec![]] {
            let offer = Offer { shares, ..sponsored() };
            let refused = spec(&offer, &market()).unwrap_err();
            assert!(matches!(refused, OfferError::Shares), "{refused:?}");
        }
        let shares = [vec![20], vec![5; 16]].concat();
        let refused = spec(&Offer { shares, ..sponsored() }, &market()).unwrap_err();
        assert!(matches!(refused, OfferError::TooManyShares), "{refused:?}");
    }

    #[test]
    fn shares_fall_and_not_too_fast() {
        let taken = |shares: &[u16]| {
            let offer = Offer { shares: shares.to_vec(), ..sponsored() };
            match spec(&offer, &market()) {
                Ok(_) => true,
                Err(OfferError::SharesNotFalling) => false,
                Err(other) => panic!("{other:?}"),
            }
        };
        assert!(taken(&[100]) && taken(&[80, 20]) && taken(&[50, 50]) && taken(&[60, 30, 10]));
        assert!(!taken(&[81, 19]), "the second one gets less than a quarter");
        assert!(!taken(&[40, 60]), "the second one gets more");
    }
}
