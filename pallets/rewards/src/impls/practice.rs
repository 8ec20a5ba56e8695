//! The public practice block.

use crate::{Config, Error, Event, Pallet, Practice as PracticeTerms, PracticeBlock, WeightInfo};
use frame_support::{
    dispatch::{DispatchResultWithPostInfo, PostDispatchInfo},
    ensure,
};
use nocknock_primitives::{
    circuit::CircuitKind,
    ids::{BlockRoot, CircuitId},
    limits::MAX_BLOCK_ELEMENTS,
    model::{
        block_root, field, packing::row_elements, rows::count_real, wire::decode_rows, MlpShape,
    },
    reward::{Practice, PracticeSpec},
    score::Score,
    task::RevealedBlock,
    traits::ProofVerifier,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_set_practice(spec: PracticeSpec) -> DispatchResultWithPostInfo {
        let PracticeSpec { circuit, block, min_score } = spec;
        let shape = Self::practice_shape(&circuit)?;
        Self::check_minimum(&min_score)?;
        let (root, rows) = Self::root_and_rows(&shape, &block)?;
        PracticeTerms::<T>::put(Practice { circuit, root, rows, min_score });
        PracticeBlock::<T>::put(block);
        Self::deposit_event(Event::PracticeSet { circuit, root, rows, min_score });
        Ok(PostDispatchInfo {
            actual_weight: Some(T::WeightInfo::set_practice(elements(&shape))),
            ..Default::default()
        })
    }

    fn practice_shape(circuit: &CircuitId) -> Result<MlpShape, Error<T>> {
        let record = T::Verifier::circuit(circuit)
            .filter(|record| record.is_active() && record.info.kind == CircuitKind::Score)
            .ok_or(Error::<T>::CircuitNotActive)?;
        let shape = record.info.shape;
        ensure!(elements(&shape) <= MAX_BLOCK_ELEMENTS, Error::<T>::ShapeTooLarge);
        Ok(shape)
    }

    fn check_minimum(min_score: &Score) -> Result<(), Error<T>> {
        ensure!(min_score.is_valid(), Error::<T>::BadMinimum);
        Ok(())
    }

    /// The root of the practice block, as block 0, and the number of its real rows.
    pub(super) fn root_and_rows(
        shape: &MlpShape,
        block: &RevealedBlock,
    ) -> Result<(BlockRoot, u32), Error<T>> {
        let salt = field::from_bytes(&block.salt).map_err(|_| Error::<T>::BadSalt)?;
        let rows = decode_rows(shape, &block.rows).map_err(|_| Error::<T>::MalformedRows)?;
        let samples = count_real(&rows);
        ensure!(samples > 0, Error::<T>::MalformedRows);
        let root = block_root(shape, salt, 0, &rows).map_err(|_| Error::<T>::MalformedRows)?;
        Ok((BlockRoot(field::to_bytes(&root)), samples))
    }
}

fn elements(shape: &MlpShape) -> u32 {
    u32::try_from(row_elements(shape)).unwrap_or(u32::MAX)
}
