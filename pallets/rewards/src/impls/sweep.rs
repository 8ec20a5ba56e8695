//! The sweep: mints what has vested, returns bonds that are due and removes registrations that have
//! expired long ago, using the weight that a block has left over.

use crate::{Config, Pallet, WeightInfo};
use frame_support::weights::{Weight, WeightMeter};

/// How many entries of each kind are looked at in a block.
const LOOKS: u32 = 4;

impl<T: Config> Pallet<T> {
    /// Looks at the next entries of each kind, as many as the weight allows.
    pub(crate) fn sweep(meter: &mut WeightMeter) {
        look(meter, T::WeightInfo::visit_vesting(), Self::visit_vesting);
        look(meter, T::WeightInfo::visit_bond(), Self::visit_bond);
        look(meter, T::WeightInfo::visit_registration(), Self::visit_registration);
    }
}

fn look(meter: &mut WeightMeter, weight: Weight, at_next: fn() -> Option<()>) {
    for _ in 0..LOOKS {
        if meter.try_consume(weight).is_err() || at_next().is_none() {
            return;
        }
    }
}
