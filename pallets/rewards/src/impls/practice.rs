//! The public practice block.

use crate::{Config, Error, Event, Pallet, Practice as PracticeTerms, PracticeBlock, WeightInfo};
use frame_support::{dispatch::DispatchResultWithPostInfo, ensure, weights::Weight};
use nocknock_primitives::{
    ids::{BlockIndex, BlockRoot, CircuitId},
    model::{field, Architecture, FoldSize, KnownBlock},
    reward::{Practice, PracticeSpec},
    task::RevealedBlock,
    traits::ProofVerifier,
};

/// The number under which the practice block is hashed: it belongs to no task.
pub(super) const INDEX: BlockIndex = 0;

impl<T: Config> Pallet<T> {
    /// The most that `set_practice` can weigh.
    pub(crate) fn practice_weight() -> Weight {
        practice_weight_of::<T>(FoldSize::largest())
    }

    pub(crate) fn do_set_practice(spec: PracticeSpec) -> DispatchResultWithPostInfo {
        let PracticeSpec { circuit, block, min_score } = spec;
        let architecture = Self::practice_architecture(&circuit)?;
        ensure!(min_score.is_valid(), Error::<T>::BadMinimum);
        let (root, rows) = Self::root_and_rows(&architecture, &block)?;
        PracticeTerms::<T>::put(Practice { circuit, root, rows, min_score });
        PracticeBlock::<T>::put(block);
        Self::deposit_event(Event::PracticeSet { circuit, root, rows, min_score });
        Ok(Some(practice_weight_of::<T>(FoldSize::full(&architecture))).into())
    }

    /// The architecture of an active score circuit whose blocks the chain can fold.
    fn practice_architecture(circuit: &CircuitId) -> Result<Architecture, Error<T>> {
        let architecture = T::Verifier::circuit(circuit)
            .filter(|record| record.is_active())
            .and_then(|record| record.info.kind.architecture().cloned())
            .ok_or(Error::<T>::CircuitNotActive)?;
        ensure!(FoldSize::full(&architecture).is_allowed(), Error::<T>::ArchitectureTooLarge);
        Ok(architecture)
    }

    /// The root of the practice block and the number of its rows.
    pub(super) fn root_and_rows(
        architecture: &Architecture,
        block: &RevealedBlock,
    ) -> Result<(BlockRoot, u32), Error<T>> {
        let known = Self::known_block(architecture, block)?;
        ensure!(!known.block().is_empty(), Error::<T>::MalformedRows);
        // A block never holds more rows than 16 bits can count.
        let rows = u32::try_from(known.block().len()).unwrap_or(u32::MAX);
        Ok((BlockRoot(field::to_bytes(&known.root())), rows))
    }

    /// The practice block, ready to be folded.
    pub(super) fn known_block<'a>(
        architecture: &'a Architecture,
        block: &RevealedBlock,
    ) -> Result<KnownBlock<'a>, Error<T>> {
        KnownBlock::new(architecture, &block.salt, INDEX, &block.rows)
            .map_err(|_| Error::<T>::MalformedRows)
    }
}

/// Reading and hashing a block is a part of what folding it costs.
fn practice_weight_of<T: Config>(size: FoldSize) -> Weight {
    T::WeightInfo::set_practice().saturating_add(T::Verifier::fold_weight(&size))
}
