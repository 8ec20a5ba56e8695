//! What pallet-experiments asks for.

use crate::{Config, Curriculum as Entries, Pallet};
use nocknock_primitives::{ids::ExperimentId, traits::CurriculumExperiments};

impl<T: Config> CurriculumExperiments for Pallet<T> {
    fn is_in_curriculum(experiment: ExperimentId) -> bool {
        Entries::<T>::contains_key(experiment)
    }
}
