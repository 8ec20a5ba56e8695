//! The council, as far as it appoints custodians.

use super::{Sender, Sent, Strategy, View};
use crate::chain::{rules, AccountId, Runtime, RuntimeCall};
use nocknock_primitives::ids::ExperimentId;

/// Appoints somebody as soon as an experiment has lost its custodian.
pub(crate) struct Council {
    /// The experiment.
    pub(crate) experiment: ExperimentId,
    /// Who is to be its custodian.
    pub(crate) next: AccountId,
    /// Test rows of a task.
    pub(crate) rows: u32,
}

impl Strategy for Council {
    fn act(&mut self, _: &View<'_>) -> Vec<Sent> {
        let entry = pallet_rewards::Curriculum::<Runtime>::get(self.experiment);
        let Some(entry) = entry.filter(|entry| entry.custodian.is_none()) else {
            return Vec::new();
        };
        let call = RuntimeCall::Rewards(pallet_rewards::Call::set_curriculum {
            experiment: self.experiment,
            custodian: Some(self.next.clone()),
            weight: entry.weight,
            rules: Box::new(rules(self.rows)),
            max_open: entry.max_open,
        });
        vec![Sent { sender: Sender::Council, call }]
    }
}
