//! What a requester or a custodian does, with real roots over real rows.

use super::{
    field, list,
    models::{self, D2, S3, TINY},
    Refused, World,
};
use nocknock_primitives::{
    experiment::Description,
    format::DataFormat,
    ids::{BlobId, BlockIndex, BlockRoot, ContentHash, ExperimentId, PointBytes, TaskId},
    model::{block_root, Block as Rows, RecipientSecret},
    phase::Phase,
    reward::CurriculumRules,
    score::Score,
    task::{Periods, Split, TaskSpec, Terms},
};
use nocknock_runtime::{Balance, BlockNumber, Runtime, Tasks, NNK};
use serde_json::Value;
use sp_keyring::Sr25519Keyring;

/// What a task is made of here: six blocks of 36 samples, of which four become the test set. With
/// fewer rows, no model would be better than another one by more than luck.
pub(crate) const BLOCKS: u16 = 6;
/// How many of them are drawn.
pub(crate) const TESTS: u16 = 4;
/// Samples of each block.
pub(crate) const SAMPLES: usize = 36;
/// Samples of the test set.
pub(crate) const TEST_ROWS: u32 = TESTS as u32 * SAMPLES as u32;
/// Where the training blocks are said to be.
pub(crate) const TRAIN_DATA: BlobId = BlobId([5; 32]);

/// How columns and classes are said to be written as numbers.
pub(crate) const ENCODING: ContentHash = ContentHash([6; 32]);

/// A data block with its salt.
#[derive(Clone)]
pub(crate) struct Block {
    /// Its salt.
    pub salt: [u8; 32],
    /// Its rows.
    pub rows: Rows,
}

/// A task and what its requester keeps to itself.
pub(crate) struct Task {
    /// Its number.
    pub id: TaskId,
    /// Who created it.
    pub requester: Sr25519Keyring,
    /// All its blocks.
    pub blocks: Vec<Block>,
    /// What opens the models that are delivered to it.
    pub secret: RecipientSecret,
}

/// Blocks of samples, different for each seed.
pub(crate) fn data(seed: u64) -> Vec<Block> {
    (0..u64::from(BLOCKS))
        .map(|index| Block {
            salt: sp_io::hashing::blake2_256(&[seed, index].map(u64::to_le_bytes).concat()),
            rows: models::block(100 * seed + index, SAMPLES),
        })
        .collect()
}

/// The salted roots of blocks.
pub(crate) fn roots(blocks: &[Block]) -> Vec<BlockRoot> {
    (0..)
        .zip(blocks)
        .map(|(index, block)| root_of_bytes(block, index, &models::wire(&block.rows)))
        .collect()
}

/// The salted root of a block with these bytes in the place of its rows. They need not be a block.
pub(crate) fn root_of_bytes(block: &Block, index: BlockIndex, bytes: &[u8]) -> BlockRoot {
    BlockRoot(field(&block_root(&TINY, &block.salt, index, bytes)))
}

/// What opens the models of a task: a secret of its requester if it is sponsored, and the one that
/// everybody knows if it is one of the curriculum.
fn secret(sponsored: bool) -> RecipientSecret {
    if sponsored {
        RecipientSecret::from_bytes([8; 32])
    } else {
        RecipientSecret::curriculum()
    }
}

/// What the curriculum of a genesis demands of tasks: models and data are the tiny ones.
pub(crate) fn rules_json() -> Value {
    let [publish, commit, reveal, claim, prove, deliver] = [3; 6];
    let rules: CurriculumRules<BlockNumber> = CurriculumRules {
        format: DataFormat::of(&TINY),
        encoding: ENCODING,
        min_test_rows: 10,
        min_periods: Periods { publish, commit, reveal, claim, prove, deliver },
    };
    serde_json::to_value(rules).expect("rules have a JSON form")
}

/// A task whose money is `reward`, or a curriculum task if that is nothing.
pub(crate) fn spec(blocks: &[Block], reward: Balance) -> TaskSpec<Balance, BlockNumber> {
    let sponsored = reward > 0;
    TaskSpec {
        terms: Terms {
            score_circuit: S3.info().id(),
            delivery_circuit: D2.info().id(),
            min_score: Score::new(1, 2),
            min_test_rows: 10,
            reward,
            shares: list([10_000]),
            bond: if sponsored { 2 * NNK } else { 0 },
            stake: if sponsored { NNK } else { 0 },
            periods: Periods { publish: 10, commit: 5, reveal: 5, claim: 5, prove: 5, deliver: 5 },
        },
        roots: list(roots(blocks)),
        split: Split::Drawn { test_blocks: TESTS },
        recipient: PointBytes(secret(sponsored).key().to_bytes()),
        encoding: ENCODING,
    }
}

impl World {
    /// Creates an experiment in which its owner may sponsor tasks.
    pub(crate) fn create_experiment(&mut self, owner: Sr25519Keyring, name: &str) -> ExperimentId {
        let id = self.run(pallet_experiments::NextExperiment::<Runtime>::get);
        let description =
            Description::new::<&str>(name, "", &[], None).expect("the description is short");
        let call = pallet_experiments::Call::create_experiment { description, encoding: None };
        self.send(owner, call).expect("the owner can pay the deposit");
        id
    }

    /// Creates a task in an experiment.
    pub(crate) fn create(
        &mut self,
        requester: Sr25519Keyring,
        experiment: ExperimentId,
        reward: Balance,
        seed: u64,
    ) -> Result<Task, Refused> {
        let blocks = data(seed);
        let spec = spec(&blocks, reward);
        self.create_from(requester, experiment, spec, blocks)
    }

    /// Creates a task from a specification.
    pub(crate) fn create_from(
        &mut self,
        requester: Sr25519Keyring,
        experiment: ExperimentId,
        spec: TaskSpec<Balance, BlockNumber>,
        blocks: Vec<Block>,
    ) -> Result<Task, Refused> {
        let id = self.run(pallet_tasks::NextTask::<Runtime>::get);
        let secret = secret(spec.terms.reward > 0);
        let spec = Box::new(spec);
        self.send(requester, pallet_tasks::Call::create_task { experiment, spec })?;
        Ok(Task { id, requester, blocks, secret })
    }

    /// The phase of a task in the open block.
    pub(crate) fn phase(&mut self, id: TaskId) -> Option<Phase> {
        self.run(|| Tasks::phase(id).map(|(phase, _)| phase))
    }

    /// Waits until the test blocks are drawn (the sweep does it) and publishes the others.
    pub(crate) fn open_task(&mut self, task: &Task) {
        let id = task.id;
        self.until("the draw", || Tasks::phase(id).is_some_and(|(phase, _)| phase == Phase::Drawn));
        let call = pallet_tasks::Call::publish_training_data { task: id, train_data: TRAIN_DATA };
        self.send(task.requester, call).expect("the task opens");
    }

    /// The drawn test blocks of a task.
    pub(crate) fn tests(&mut self, id: TaskId) -> Vec<BlockIndex> {
        self.run(|| {
            let task = Tasks::task(id).expect("the task exists");
            task.tests.iter().map(|test| test.index).collect()
        })
    }

    /// Reveals one block as `block` says.
    pub(crate) fn reveal(
        &mut self,
        task: &Task,
        index: BlockIndex,
        block: &Block,
    ) -> Result<(), Refused> {
        self.reveal_bytes(task, index, &block.salt, models::wire(&block.rows))
    }

    /// Reveals one block with this salt and these bytes.
    pub(crate) fn reveal_bytes(
        &mut self,
        task: &Task,
        index: BlockIndex,
        salt: &[u8; 32],
        rows: Vec<u8>,
    ) -> Result<(), Refused> {
        let call = pallet_tasks::Call::reveal_block {
            task: task.id,
            block: index,
            salt: *salt,
            rows: list(rows),
        };
        self.send(task.requester, call)
    }

    /// Waits for the reveal phase and reveals every test block.
    pub(crate) fn reveal_all(&mut self, task: &Task) {
        let id = task.id;
        self.until("the reveal phase", || {
            Tasks::phase(id).is_some_and(|(phase, _)| phase == Phase::Reveal)
        });
        for index in self.tests(id) {
            self.reveal(task, index, &task.blocks[usize::from(index)].clone())
                .expect("the block is as committed");
        }
        self.next_block();
    }
}
