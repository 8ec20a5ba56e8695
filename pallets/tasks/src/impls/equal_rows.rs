//! Rows of test blocks that were known before.
//!
//! A model that has seen the rows of a test block need not have learnt anything. So whoever finds
//! such rows in a curriculum task may show them: the bytes of both blocks, whose roots are on the
//! chain, and which rows are equal.

use crate::{
    types::TaskOf, Config, EqualRowCount, EqualRowsShown, Error, Event, Pallet, PastRoots, Roots,
    Tasks,
};
use codec::Encode;
use frame_support::ensure;
use nocknock_primitives::{
    ids::{BlockIndex, BlockRoot, TaskId},
    limits::List,
    model::{block_root, field, Architecture, Block, Sample},
    task::{EqualRows, Funding, OtherBlock, Outcome, PastBlocks, RevealedBlock, Task},
    traits::Curriculum,
};
use sp_io::hashing::blake2_256;
use sp_runtime::DispatchResult;

/// Rows for each byte of what is stored about a block.
const ROWS_OF_A_BYTE: u16 = 8;

impl<T: Config> Pallet<T> {
    pub(crate) fn do_show_equal_rows(
        who: T::AccountId,
        id: TaskId,
        shown: EqualRows,
    ) -> DispatchResult {
        let task = Self::known_task(id)?;
        ensure!(Self::has_judged_models(&task), Error::<T>::WrongPhase);
        let EqualRows { block, revealed, other, pairs } = shown;
        ensure!(task.test_position(block).is_some(), Error::<T>::NotTestBlock);
        let tested = Self::known_rows(&task.architecture, &Roots::<T>::get(id), block, &revealed)?;
        let known = Self::other_rows(id, &task, other)?;
        for (place, other_place) in &pairs {
            let pair = row(&tested, *place).zip(row(&known, *other_place));
            let are_equal = pair.is_some_and(|(one, other)| one.inputs == other.inputs);
            ensure!(are_equal, Error::<T>::RowsDiffer);
        }
        let rows = Self::note_rows(id, block, pairs.iter().map(|(place, _)| *place));
        let sum = EqualRowCount::<T>::get(id).saturating_add(rows);
        EqualRowCount::<T>::insert(id, sum);
        Self::deposit_event(Event::EqualRowsShown { task: id, block, rows });
        if rows > 0 {
            T::Curriculum::equal_rows_shown(id, sum, task.test_rows(), &who);
        }
        Ok(())
    }

    /// Whether this is a task of the curriculum in which somebody may deliver, or did.
    fn has_judged_models(task: &TaskOf<T>) -> bool {
        let outcome = task.settlement.as_ref().map(|settlement| settlement.outcome);
        task.funding == Funding::Curriculum && outcome == Some(Outcome::Ranked)
    }

    /// The rows of a block whose root is among these.
    fn known_rows(
        architecture: &Architecture,
        roots: &[BlockRoot],
        block: BlockIndex,
        revealed: &RevealedBlock,
    ) -> Result<Block, Error<T>> {
        let RevealedBlock { salt, rows } = revealed;
        let root = BlockRoot(field::to_bytes(&block_root(architecture, salt, block, rows)));
        let expected = roots.get(usize::from(block));
        ensure!(expected == Some(&root), Error::<T>::RootMismatch);
        Block::from_wire(architecture, rows).map_err(|_| Error::<T>::MalformedRows)
    }

    /// The rows that test rows are compared with: of a block of the same task that is no test
    /// block, or of any block of an earlier task of the experiment with the same encoding, if it
    /// was there to be read.
    fn other_rows(id: TaskId, task: &TaskOf<T>, other: OtherBlock) -> Result<Block, Error<T>> {
        let OtherBlock { task: number, block, past, revealed } = other;
        let is_before = number < id || (number == id && task.test_position(block).is_none());
        ensure!(is_before, Error::<T>::RowsDiffer);
        let Some(earlier) = Tasks::<T>::get(number) else {
            let PastBlocks { architecture, roots, .. } = Self::past_blocks(number, task, past)?;
            return Self::known_rows(&architecture, &roots, block, &revealed);
        };
        let is_alike = earlier.experiment == task.experiment
            && earlier.funding == Funding::Curriculum
            && earlier.encoding == task.encoding;
        ensure!(is_alike && was_public(&earlier, block), Error::<T>::RowsDiffer);
        Self::known_rows(&earlier.architecture, &Roots::<T>::get(number), block, &revealed)
    }

    /// The blocks of a removed task of the same experiment and encoding, which the caller has to
    /// know.
    fn past_blocks(
        number: TaskId,
        task: &TaskOf<T>,
        past: Option<PastBlocks>,
    ) -> Result<PastBlocks, Error<T>> {
        let (experiment, hash) = PastRoots::<T>::get(number).ok_or(Error::<T>::UnknownTask)?;
        ensure!(experiment == task.experiment, Error::<T>::RowsDiffer);
        let is_known = |past: &PastBlocks| past.using_encoded(blake2_256) == hash;
        let past = past.filter(is_known).ok_or(Error::<T>::RootMismatch)?;
        ensure!(past.encoding == task.encoding, Error::<T>::RowsDiffer);
        Ok(past)
    }

    /// Marks rows of a test block, and says how many were not marked before.
    fn note_rows(id: TaskId, block: BlockIndex, places: impl Iterator<Item = u16>) -> u32 {
        EqualRowsShown::<T>::mutate(id, block, |marks| {
            places.map(|place| u32::from(mark(marks, place))).fold(0, u32::saturating_add)
        })
    }
}

/// Whether the rows of a block were there for everybody to read: those of a test block once it was
/// revealed, all others once the training data was published.
fn was_public<AccountId, Balance, BlockNumber>(
    task: &Task<AccountId, Balance, BlockNumber>,
    block: BlockIndex,
) -> bool {
    match task.test_position(block).and_then(|place| task.tests.get(place)) {
        Some(test) => test.rows.is_some(),
        None => task.opened_at.is_some(),
    }
}

fn row(block: &Block, place: u16) -> Option<&Sample> {
    block.samples().get(usize::from(place))
}

/// Sets the bit of a row, and says whether it was not set before.
fn mark<const N: u32>(marks: &mut List<u8, N>, place: u16) -> bool {
    let byte = usize::from(place.checked_div(ROWS_OF_A_BYTE).unwrap_or_default());
    let number = place.checked_rem(ROWS_OF_A_BYTE).unwrap_or_default();
    let bit = 1u8.checked_shl(u32::from(number)).unwrap_or_default();
    let length = marks.len().max(byte.saturating_add(1));
    // No block has more rows than the list has room for.
    marks.bounded_resize(length, 0);
    let Some(marked) = marks.get_mut(byte) else {
        return false;
    };
    let is_new = *marked & bit == 0;
    *marked |= bit;
    is_new
}
