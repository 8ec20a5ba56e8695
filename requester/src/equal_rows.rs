//! Rows of test blocks that were public before: found by their inputs, in what everybody can read.

use crate::{
    models::{published_data, ModelsError},
    store::Store,
};
use nocknock_client::{calls, BlockNumber, Client, QueryError, Snapshot, Task};
use nocknock_dataset::{Block, BlockSalt};
use nocknock_primitives::{
    ids::{BlockIndex, BlockRoot, ContentHash, TaskId},
    limits::{List, MAX_EQUAL_PAIRS},
    model::{Architecture, WireError},
    task::{EqualRows, Funding, OtherBlock, PastBlocks, RevealedBlock},
};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    ops::Range,
};

/// The blocks of a task that everybody can read, each compared with its root.
#[derive(Clone, Debug)]
pub struct PublicBlocks {
    task: TaskId,
    architecture: Architecture,
    encoding: ContentHash,
    roots: Vec<BlockRoot>,
    tests: Vec<BlockIndex>,
    blocks: BTreeMap<BlockIndex, RevealedBlock>,
}

/// Why equal rows cannot be looked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EqualRowsError {
    /// The chain could not be read.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// There is no such task any more, or not yet.
    #[error("there is no task {0}, or the chain has removed it")]
    NoTask(TaskId),
    /// A test block was not revealed, or the node has thrown the transaction away.
    #[error(
        "no transaction of the chain reveals test block {block} of task {task}: it was not revealed, \
         or the node has thrown old blocks away; ask one that keeps them"
    )]
    NotRevealed {
        /// The task.
        task: TaskId,
        /// The block.
        block: BlockIndex,
    },
    /// The training data cannot be had.
    #[error(transparent)]
    Data(#[from] ModelsError),
    /// A block has its root and is none of the task's architecture.
    #[error("block {block} of task {task} cannot be read: {reason}")]
    Malformed {
        /// The task.
        task: TaskId,
        /// The block.
        block: BlockIndex,
        /// What is wrong with it.
        reason: WireError,
    },
    /// Rows of a later task were not public before, and others are not of the same kind.
    #[error(
        "rows of task {task} are compared only with those of an earlier task of the curriculum, of \
         the same experiment and with the same encoding: task {other} is none"
    )]
    NotEarlier {
        /// The task whose test rows are looked at.
        task: TaskId,
        /// The task that they are compared with.
        other: TaskId,
    },
}

impl PublicBlocks {
    /// The test blocks of a task, as far as they were revealed. They leave the state of the chain
    /// when the task is settled, so they are read from the transactions that revealed them.
    ///
    /// # Errors
    ///
    /// See [`EqualRowsError`].
    pub async fn revealed(
        client: &Client,
        snapshot: &Snapshot,
        id: TaskId,
    ) -> Result<Self, EqualRowsError> {
        let task = snapshot.task(id).await?.ok_or(EqualRowsError::NoTask(id))?;
        let mut public = Self {
            task: id,
            architecture: task.architecture.clone(),
            encoding: task.encoding,
            roots: snapshot.roots(id).await?,
            tests: task.tests.iter().map(|test| test.index).collect(),
            blocks: BTreeMap::new(),
        };
        for number in reveal_phase(&task, snapshot.block().number) {
            for transaction in client.transactions(number).await? {
                for (index, block) in calls::Tasks::reveals(&transaction, id) {
                    public.add(index, block);
                }
            }
        }
        Ok(public)
    }

    /// Adds the training data, as it was published.
    ///
    /// # Errors
    ///
    /// It was not published, cannot be fetched, or is not that of the task.
    pub async fn add_training_data(
        &mut self,
        snapshot: &Snapshot,
        store: &Store,
    ) -> Result<(), ModelsError> {
        let published = published_data(snapshot, self.task, store).await?;
        for block in published.data.blocks() {
            if let Ok(rows) = block.rows().to_vec().try_into() {
                let salt = *block.salt().as_bytes();
                self.add(block.index(), RevealedBlock { salt, rows });
            }
        }
        Ok(())
    }

    /// The blocks that are not test blocks.
    pub fn without_tests(&self) -> Self {
        let mut others = self.clone();
        others.blocks.retain(|index, _| !self.tests.contains(index));
        others
    }

    /// Takes a block if it is the one that the root of this index stands for.
    fn add(&mut self, index: BlockIndex, block: RevealedBlock) {
        let found = as_block(index, &block).root(&self.architecture);
        if self.roots.get(usize::from(index)) == Some(&found) {
            self.blocks.insert(index, block);
        }
    }

    fn known(&self, index: BlockIndex) -> Result<&RevealedBlock, EqualRowsError> {
        let missing = EqualRowsError::NotRevealed { task: self.task, block: index };
        self.blocks.get(&index).ok_or(missing)
    }

    /// The inputs of each row of a block, in order.
    fn inputs(&self, index: BlockIndex) -> Result<Vec<Vec<u16>>, EqualRowsError> {
        let task = self.task;
        let decoded = as_block(index, self.known(index)?).decode(&self.architecture);
        let decoded =
            decoded.map_err(|reason| EqualRowsError::Malformed { task, block: index, reason })?;
        Ok(decoded.samples().iter().map(|sample| sample.inputs.clone()).collect())
    }
}

fn as_block(index: BlockIndex, block: &RevealedBlock) -> Block {
    Block::new(index, BlockSalt::from_bytes(block.salt), block.rows.to_vec())
}

/// The blocks of the chain in which test blocks of a task may have been revealed.
fn reveal_phase(task: &Task, now: BlockNumber) -> Range<BlockNumber> {
    let begin = task.commit_end().unwrap_or(now);
    let last = task.revealed_at.or(task.reveal_end()).unwrap_or(begin);
    begin..last.min(now).saturating_add(1)
}

/// Finds rows of the test blocks of a task that are equal to rows of other blocks, and says so in
/// the form in which the chain takes it: a part for each pair of blocks, or several if there are
/// too many rows, those with most rows first. Each test row is named once.
///
/// `is_removed` says that the chain has removed the task of the other blocks, so that it has to be
/// told what it had stored of them.
///
/// # Errors
///
/// A test block is not there, or a block cannot be read.
pub fn equal_rows(
    tested: &PublicBlocks,
    other: &PublicBlocks,
    is_removed: bool,
) -> Result<Vec<EqualRows>, EqualRowsError> {
    let past = is_removed.then(|| PastBlocks {
        architecture: other.architecture.clone(),
        encoding: other.encoding,
        roots: List::truncate_from(other.roots.clone()),
    });
    let most = usize::try_from(MAX_EQUAL_PAIRS).unwrap_or(usize::MAX);
    let mut shown = Vec::new();
    for ((test, block), pairs) in pairs_of_blocks(tested, other)? {
        let revealed = tested.known(test)?;
        let (task, past, same) = (other.task, &past, other.known(block)?);
        shown.extend(pairs.chunks(most).map(|pairs| EqualRows {
            block: test,
            revealed: revealed.clone(),
            other: OtherBlock { task, block, past: past.clone(), revealed: same.clone() },
            pairs: List::truncate_from(pairs.to_vec()),
        }));
    }
    shown.sort_by_key(|shown| Reverse(shown.pairs.len()));
    Ok(shown)
}

/// Equal rows of a test block and another block.
type Pairs = Vec<(u16, u16)>;

/// The rows of test blocks that are equal to rows of other blocks, by the two blocks.
fn pairs_of_blocks(
    tested: &PublicBlocks,
    other: &PublicBlocks,
) -> Result<BTreeMap<(BlockIndex, BlockIndex), Pairs>, EqualRowsError> {
    let known = places(other)?;
    let mut found: BTreeMap<_, Pairs> = BTreeMap::new();
    for test in &tested.tests {
        for (row, inputs) in (0..).zip(tested.inputs(*test)?) {
            if let Some((block, place)) = known.get(&inputs) {
                found.entry((*test, *block)).or_default().push((row, *place));
            }
        }
    }
    Ok(found)
}

/// Where the rows of blocks stand, by their inputs. Of equal ones the first.
fn places(blocks: &PublicBlocks) -> Result<HashMap<Vec<u16>, (BlockIndex, u16)>, EqualRowsError> {
    let mut places = HashMap::new();
    for index in blocks.blocks.keys() {
        for (row, inputs) in (0..).zip(blocks.inputs(*index)?) {
            places.entry(inputs).or_insert((*index, row));
        }
    }
    Ok(places)
}

/// Checks that the chain compares rows of the other task with those of a task: it is the same task,
/// or an earlier one of the curriculum, of the same experiment and with the same encoding.
///
/// # Errors
///
/// It does not.
pub fn check_order(
    (id, task): (TaskId, &Task),
    (other_id, other): (TaskId, &Task),
) -> Result<(), EqualRowsError> {
    let is_alike = other.funding == Funding::Curriculum
        && other.experiment == task.experiment
        && other.encoding == task.encoding;
    if other_id <= id && is_alike {
        return Ok(());
    }
    Err(EqualRowsError::NotEarlier { task: id, other: other_id })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steps::tests::task;
    use nocknock_primitives::model::{self, names::named, Label, Sample};

    fn architecture() -> Architecture {
        named("tiny-4x3x2").unwrap()
    }

    /// A block whose rows have these inputs and alternate between the classes.
    fn block(salt: u8, rows: &[u16]) -> RevealedBlock {
        let samples = rows.iter().zip([0, 1].into_iter().cycle());
        let samples = samples.map(|(input, class)| Sample {
            inputs: vec![*input, 0, 0, 1],
            label: Label::Class(class),
        });
        let block = model::Block::new(&architecture(), samples.collect()).unwrap();
        let rows = block.to_wire(&architecture()).try_into().unwrap();
        RevealedBlock { salt: [salt; 32], rows }
    }

    /// A task with these blocks, all of them public.
    fn public(task: TaskId, tests: &[BlockIndex], blocks: &[RevealedBlock]) -> PublicBlocks {
        let numbered = (0..).zip(blocks);
        let roots = numbered.clone();
        let roots = roots.map(|(index, block)| as_block(index, block).root(&architecture()));
        let mut public = PublicBlocks {
            task,
            architecture: architecture(),
            encoding: ContentHash([5; 32]),
            roots: roots.collect(),
            tests: tests.to_vec(),
            blocks: BTreeMap::new(),
        };
        numbered.for_each(|(index, block)| public.add(index, block.clone()));
        assert_eq!(public.blocks.len(), blocks.len());
        public
    }

    #[test]
    fn rows_are_compared_by_their_inputs_and_each_test_row_is_named_once() {
        // The last row is equal to two, and the classes of the first ones differ.
        let tested = public(9, &[1], &[block(1, &[1, 2]), block(2, &[3, 1, 0, 2])]);
        let other = public(4, &[0], &[block(3, &[1, 3]), block(4, &[2, 2])]);
        let shown = equal_rows(&tested, &other, false).unwrap();
        let found: Vec<_> = shown
            .iter()
            .map(|shown| (shown.block, shown.other.block, shown.pairs.to_vec()))
            .collect();
        assert_eq!(found, [(1, 0, vec![(0, 1), (1, 0)]), (1, 1, vec![(3, 0)])]);
        assert_eq!(shown[0].revealed, block(2, &[3, 1, 0, 2]));
        assert_eq!(shown[0].other.revealed, block(3, &[1, 3]));
        assert_eq!((shown[0].other.task, &shown[0].other.past), (4, &None));
    }

    #[test]
    fn a_task_is_compared_with_its_own_training_data() {
        let tested = public(9, &[1], &[block(1, &[1, 2]), block(2, &[1, 3])]);
        let shown = equal_rows(&tested, &tested.without_tests(), false).unwrap();
        assert_eq!(shown.len(), 1);
        assert_eq!((shown[0].other.task, shown[0].other.block), (9, 0));
        assert_eq!(shown[0].pairs.to_vec(), [(0, 0)]);
    }

    #[test]
    fn what_the_chain_had_stored_of_a_removed_task_comes_along() {
        let tested = public(9, &[0], &[block(1, &[1])]);
        let mut other = public(4, &[0], &[block(3, &[1]), block(4, &[2])]);
        other.encoding = ContentHash([6; 32]);
        let shown = equal_rows(&tested, &other, true).unwrap();
        let past = PastBlocks {
            architecture: architecture(),
            encoding: ContentHash([6; 32]),
            roots: List::truncate_from(other.roots),
        };
        assert_eq!(shown[0].other.past, Some(past));
    }

    #[test]
    fn a_block_without_its_root_is_not_taken() {
        let mut public = public(9, &[0], &[block(1, &[1]), block(2, &[2])]);
        public.blocks.clear();
        public.add(0, block(7, &[1]));
        public.add(1, block(1, &[1]));
        public.add(2, block(2, &[2]));
        assert!(public.blocks.is_empty());
        let missing = equal_rows(&public, &public, false).unwrap_err();
        let expected = EqualRowsError::NotRevealed { task: 9, block: 0 };
        assert_eq!(missing.to_string(), expected.to_string());
    }

    #[test]
    fn reveals_are_looked_for_from_the_end_of_the_commitments_on() {
        let phase = |revealed_at, now| {
            let opened = Task { opened_at: Some(125), ..task() };
            reveal_phase(&Task { revealed_at, ..opened }, now)
        };
        assert_eq!(phase(Some(147), 900), 145..148);
        assert_eq!(phase(None, 900), 145..156);
        assert_eq!(phase(None, 146), 145..147);
        assert!(reveal_phase(&task(), 110).len() <= 1);
    }

    #[test]
    fn the_other_task_is_an_earlier_one_that_the_chain_compares() {
        let one = Task { funding: Funding::Curriculum, ..task() };
        let may_be = |number, other: &Task| check_order((9, &one), (number, other)).is_ok();
        assert!(may_be(4, &one) && may_be(9, &one));
        assert!(!may_be(10, &one), "its rows came later");
        let changes: [fn(&mut Task); 3] = [
            |other| other.experiment += 1,
            |other| other.encoding.0[0] ^= 1,
            |other| other.funding = Funding::Sponsored,
        ];
        for change in changes {
            let mut other = one.clone();
            change(&mut other);
            assert!(!may_be(4, &other), "{other:?}");
        }
    }
}
